"""`mailbot demo`: embedded IMAP and SMTP servers, and weeks of two complaints in seconds, as plain lines.

Everything is real but the world outside: a desk folder made by `init`, the mailbox read over IMAP,
letters sent over SMTP, state on disk. Plays demo/story.yaml. What it leaves behind is a desk folder
and every mail as a file.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any

import click
import yaml
from rapidfuzz import process

from mailbot.assembly import assemble
from mailbot.demo.servers import EmbeddedMail
from mailbot.founding import found
from mailbot.insight.listing import is_complaint
from mailbot.settings import Settings
from mailbot.settings import load as load_settings

STORY = Path(__file__).with_name("story.yaml")
ADDRESS, PASSWORD = "customercare@blanc.example", "demo"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday
_PAUSE = 0.6  # seconds to read a line


class Stage:
    """One demo: the desk, the servers, the clock of the story, and what is told."""

    def __init__(self, folder: Path, mail: EmbeddedMail, people: Mapping[str, Mapping[str, str]], fast: bool) -> None:
        self.folder, self.mail, self.people, self.fast = folder, mail, people, fast
        self.now, self.mails = START, 0
        self.letters: list[EmailMessage] = []
        self.settings = _settle(folder, mail)

    def play(self, step: Mapping[str, Any]) -> None:
        """One step of the story."""
        self.now += _span(step.get("after", "0 hours"))
        if "silent days" in step:
            self.say(step["told"])
            for _ in range(step["silent days"]):
                self.now += timedelta(days=1)
                self.cycle()
            return
        self.say(f"→ {step['told']}")
        raw = self.written(step).as_bytes()
        self._keep(f"in-{step['who'].removeprefix('the ')}", raw)
        self.mail.deliver(raw, ADDRESS, self.now)
        self.cycle()

    def written(self, step: Mapping[str, Any]) -> EmailMessage:
        """The mail that somebody writes in this step."""
        person = self.people[step["who"]]
        answered = self.newest(step.get("fills in") or step.get("replies to") or "")
        mail = EmailMessage()
        mail["From"] = formataddr((person["name"], person["address"]))
        mail["To"] = ADDRESS
        mail["Subject"] = f"Re: {answered['Subject']}" if answered else step["subject"]
        mail["Date"] = format_datetime(self.now)
        mail["Message-ID"] = f"<{self.mails}@{person['address'].partition('@')[2]}>"
        if answered:
            mail["In-Reply-To"] = mail["References"] = str(answered["Message-ID"])
        mail.set_content(_filled(answered, step["form"]) if answered and "form" in step else step["text"])
        return mail

    def cycle(self) -> None:
        """One cycle of the desk, and its letters told."""
        with assemble(self.settings, lambda: self.now) as assembled:
            assembled.desk.cycle()
        names = {person["address"]: name for name, person in self.people.items()}
        for posted in self.mail.outside[len(self.letters) :]:
            letter = message_from_bytes(posted.raw, policy=default)
            assert isinstance(letter, EmailMessage)  # noqa: S101  (what this policy makes)
            self.letters.append(letter)
            self._keep(f"out-{letter['X-Mailbot-Letter']}", posted.raw)
            to = names.get(posted.to[0], posted.to[0])
            self.say(f"    ← {letter['X-Mailbot-Letter']:<16} to {to}: {letter['Subject']}")

    def say(self, text: str) -> None:
        """One line of the timeline."""
        click.echo(f"{self.now:%a %d %b %H:%M}  {text}")
        if not self.fast:
            time.sleep(_PAUSE)

    def newest(self, code: str) -> EmailMessage | None:
        """The newest letter of that code."""
        return next((letter for letter in reversed(self.letters) if letter["X-Mailbot-Letter"] == code), None)

    def states(self) -> dict[str, tuple[str, str]]:
        """Customer's name -> case code and state, of the complaints."""
        with assemble(self.settings, lambda: self.now) as assembled:
            process = assembled.desk.room.process
            cases = (case for case in assembled.ledger.cases() if is_complaint(case, process))
            return {case.customer.name: (case.code, case.state) for case in cases}

    def _keep(self, name: str, raw: bytes) -> None:
        folder = self.folder / "mails"
        folder.mkdir(exist_ok=True)
        self.mails += 1
        (folder / f"{self.mails:03}-{self.now:%Y-%m-%d}-{name.replace(' ', '-')}.eml").write_bytes(raw)


def play(folder: Path | None, fast: bool) -> int:
    """Tell the story; 0 when it ended as it must, 1 when it did not."""
    folder = folder or Path(tempfile.mkdtemp(prefix="mailbot-demo-"))
    story = yaml.safe_load(STORY.read_text(encoding="utf-8"))
    started = time.monotonic()
    with EmbeddedMail({ADDRESS: PASSWORD}) as mail:
        stage = Stage(folder, mail, story["people"], fast)
        click.echo("A shop's complaints mailbox, run by mailbot. → comes in, ← goes out.\n")
        for step in story["steps"]:
            stage.play(step)
        states = stage.states()
    click.echo()
    for name, (code, state) in states.items():
        click.echo(f"{code}  {name:<12} {state}")
    click.echo(f"\n{len(stage.letters)} letters in {time.monotonic() - started:.0f} seconds. To look at:")
    click.echo(f"  every mail as a file     {folder / 'mails'}")
    click.echo(f"  the cases                mailbot cases --desk {folder}")
    code = next((code for code, _ in states.values()), "CASE")
    click.echo(f"  one case, step by step   mailbot show --desk {folder} {code}")
    wrong = list(_wrong(stage, states, story))
    for what in wrong:
        click.echo(f"the demo went wrong: {what}", err=True)
    return 1 if wrong else 0


def _wrong(stage: Stage, states: Mapping[str, tuple[str, str]], story: Mapping[str, Any]) -> Iterator[str]:
    """What is not as the story must end."""
    for code in story["ends"]["letters"]:
        if not stage.newest(code):
            yield f"no {code} was sent"
    for name, state in story["ends"]["states"].items():
        _, found = states.get(story["people"][name]["name"], ("", "missing"))
        if found != state:
            yield f"{name}'s case is {found}, not {state}"


def _filled(letter: EmailMessage, values: Mapping[str, str]) -> str:
    """The letter's text with the form filled in, by the labels it shows."""
    body = letter.get_body(("plain",))
    lines = str(body.get_content()).splitlines() if body else []
    shown = [line.partition(":")[0] for line in lines if re.match(r"^[^:]{2,60}:", line)]
    for label, value in values.items():
        near = process.extractOne(label, shown, score_cutoff=60)
        lines = [f"{near[0]}: {value}" if near and line.startswith(f"{near[0]}:") else line for line in lines]
    return "\n".join(lines)


def _span(text: str) -> timedelta:
    amount, _, unit = text.partition(" ")
    return timedelta(**{unit.removesuffix("s") + "s": int(amount)})


def _settle(folder: Path, mail: EmbeddedMail) -> Settings:
    """A desk as `init` makes it, live, with the embedded servers."""
    list(found(folder))
    file = folder / "mailbot.toml"
    text = re.sub(r"\[imap\].*\[brakes\]", "[brakes]", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for key, value in {"address": ADDRESS, "mode": "live"}.items():
        text = re.sub(rf'^{key} = "[^"]*"', f'{key} = "{value}"', text, flags=re.MULTILINE)
    text += f"""
[imap]
host = "127.0.0.1"
port = {mail.imap_port}
security = "none"
username = "{ADDRESS}"
password = "{PASSWORD}"

[smtp]
host = "127.0.0.1"
port = {mail.smtp_port}
security = "none"
"""
    file.write_text(text, encoding="utf-8")
    return load_settings(folder)
