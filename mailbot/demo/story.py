"""`mailbot demo`: embedded IMAP and SMTP servers, and weeks of two complaints in seconds, as plain lines.

Everything is real but the world outside: a desk folder made by `init`, the mailbox read over IMAP,
letters sent over SMTP, state on disk. What it leaves behind is a desk folder and every mail as a file.
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
from email.utils import format_datetime
from pathlib import Path

import click
from rapidfuzz import process

from mailbot.assembly import assemble
from mailbot.demo.servers import EmbeddedMail
from mailbot.founding import found
from mailbot.settings import Settings
from mailbot.settings import load as load_settings

ADDRESS, PASSWORD = "customercare@blanc.example", "demo"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday
ANNA, BEN = ("Anna Smith", "anna@customer.example"), ("Ben Jones", "ben@elsewhere.example")
TILL = ("Marylebone till", "marylebone@blanc.example")
WHO = {ANNA[1]: "Anna", BEN[1]: "Ben", TILL[1]: "the till", "lucy@blanc.example": "Lucy",
       "mathilde@blanc.example": "Mathilde", "va@blanc.example": "the virtual assistant",
       "admin@blanc.example": "the admin"}  # fmt: skip
_PAUSE = 0.6  # seconds to read a line


class Stage:
    """One demo: the desk, the servers, the clock of the story, and what is told."""

    def __init__(self, folder: Path, mail: EmbeddedMail, fast: bool) -> None:
        self.folder, self.mail, self.fast = folder, mail, fast
        self.now, self.number, self.told = START, 0, 0
        self.letters: list[tuple[str, EmailMessage]] = []
        self.settings = _settle(folder, mail)

    def say(self, text: str) -> None:
        """One line of the timeline."""
        click.echo(f"{self.now:%a %d %b %H:%M}  {text}")
        if not self.fast:
            time.sleep(_PAUSE)

    def write(
        self, sender: tuple[str, str], subject: str, text: str, told: str, answers: EmailMessage | None = None
    ) -> None:
        """Somebody writes to the desk, and the desk has one cycle."""
        self.number += 1
        mail = EmailMessage()
        mail["From"] = f"{sender[0]} <{sender[1]}>"
        mail["To"] = ADDRESS
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self.now)
        mail["Message-ID"] = f"<{self.number}@{sender[1].partition('@')[2]}>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = str(answers["Message-ID"])
        mail.set_content(text)
        self.say(f"→ {told}")
        self._keep(f"in-{sender[1].partition('@')[0]}", mail.as_bytes())
        self.mail.deliver(mail.as_bytes(), ADDRESS, self.now)
        self.cycle()

    def reply(self, sender: tuple[str, str], to: str, text: str, told: str) -> None:
        """Somebody answers the newest letter of that code."""
        letter = self.newest(to)
        self.write(sender, f"Re: {letter['Subject']}", text, told, letter)

    def fill_in(self, sender: tuple[str, str], to: str, values: Mapping[str, str], told: str) -> None:
        """The customer fills in the form that came with a letter, and sends it back."""
        body = self.newest(to).get_body(("plain",))
        lines = str(body.get_content()).splitlines() if body else []
        for label, value in values.items():
            lines = [f"{label}: {value}" if line.startswith(f"{label}:") else line for line in lines]
        self.reply(sender, to, "\n".join(lines), told)

    def wait(self, days: int) -> None:
        """Days go by, with a cycle each morning."""
        for _ in range(days):
            self.now += timedelta(days=1)
            self.cycle()

    def cycle(self) -> None:
        """One cycle of the desk, and its letters told."""
        with assemble(self.settings, lambda: self.now) as assembled:
            assembled.desk.cycle()
        for posted in self.mail.outside[self.told :]:
            self.told += 1
            raw, to = posted.raw, posted.to[0]
            letter = message_from_bytes(raw, policy=default)
            assert isinstance(letter, EmailMessage)  # noqa: S101  (what this policy makes)
            self.letters.append((to, letter))
            self._keep(f"out-{letter['X-Mailbot-Letter']}", raw)
            self.say(f"    ← {letter['X-Mailbot-Letter']:<16} to {WHO.get(to, to)}: {letter['Subject']}")

    def newest(self, code: str) -> EmailMessage:
        """The newest letter of that code."""
        return next(letter for _, letter in reversed(self.letters) if letter["X-Mailbot-Letter"] == code)

    def states(self) -> list[str]:
        """Each complaint and its state."""
        with assemble(self.settings, lambda: self.now) as assembled:
            cases = list(assembled.ledger.cases())
        return [f"{case.code}  {case.customer.name:<12} {case.state}" for case in cases]

    def _keep(self, name: str, raw: bytes) -> None:
        folder = self.folder / "mails"
        folder.mkdir(exist_ok=True)
        count = sum(1 for _ in folder.iterdir()) + 1
        (folder / f"{count:03}-{self.now:%Y-%m-%d}-{name}.eml").write_bytes(raw)


def play(folder: Path | None, fast: bool) -> int:
    """Tell the story; 0 when it went as it must, 1 when it did not."""
    folder = folder or Path(tempfile.mkdtemp(prefix="mailbot-demo-"))
    started = time.monotonic()
    with EmbeddedMail({ADDRESS: PASSWORD}) as mail:
        stage = Stage(folder, mail, fast)
        click.echo("A shop's complaints mailbox, run by mailbot. → comes in, ← goes out.\n")
        _anna(stage)
        _ben(stage)
        states = stage.states()
    wrong = list(_wrong(stage, states))
    click.echo("\n" + "\n".join(states))
    click.echo(f"\n{len(stage.letters)} letters in {time.monotonic() - started:.0f} seconds. To look at:")
    click.echo(f"  every mail as a file     {folder / 'mails'}")
    click.echo(f"  the cases                mailbot cases --desk {folder}")
    click.echo(f"  one case, step by step   mailbot show --desk {folder} {states[0].split()[0] if states else 'CASE'}")
    for what in wrong:
        click.echo(f"the demo went wrong: {what}", err=True)
    return 1 if wrong else 0


def _anna(stage: Stage) -> None:
    text = "Hello,\n\nmy silk dress came back with a hole in the sleeve. I am very disappointed.\n\nAnna Smith"
    stage.write(ANNA, "My dress", text, "Anna complains: her silk dress came back with a hole")
    stage.now += timedelta(hours=3)
    form = {
        "Store": "Marylebone",
        "Garment": "silk dress, green",
        "Kind of problem": "damaged",
        "What happened": "There is a hole in the left sleeve.",
        "Where the garment is": "with the shop",
        "What would put it right": "repair",
    }
    labels = _labels(stage.newest("E2"), form)
    stage.fill_in(ANNA, "E2", labels, "Anna fills in the form, by replying")
    stage.now += timedelta(hours=1)
    stage.reply(TILL, "ask-garments", "yes", "the till replies: yes")


def _ben(stage: Stage) -> None:
    stage.now = (stage.now + timedelta(days=1)).replace(hour=9, minute=30)
    text = "My trousers have shrunk, I can't wear them any more. Not happy at all.\nBen Jones"
    stage.write(BEN, "Shrunk trousers", text, "Ben complains: his trousers have shrunk")
    stage.say("… and is silent for five weeks")
    stage.wait(35)
    stage.write(
        BEN, "Re: Shrunk trousers", "I want compensation for my trousers now.", "Ben is back, and asks for money"
    )


def _labels(letter: EmailMessage, values: Mapping[str, str]) -> dict[str, str]:
    """The form's labels as the letter shows them, by likeness: an admin may have reworded them."""
    body = letter.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    shown = [line.partition(":")[0] for line in text.splitlines() if re.match(r"^[^:]{2,60}:", line)]
    found = {label: process.extractOne(label, shown, score_cutoff=60) for label in values}
    return {near[0]: values[label] for label, near in found.items() if near}


def _wrong(stage: Stage, states: list[str]) -> Iterator[str]:
    """What is not as the story must end; the demo is a check as well."""
    sent = [letter["X-Mailbot-Letter"] for _, letter in stage.letters]
    for code in ("E2", "details-update", "ask-garments", "E3", "chase-form-1", "chase-form-2", "E2-again"):
        if code not in sent:
            yield f"no {code} was sent"
    for name, state in (("Anna", "assessing"), ("Ben", "awaiting_form")):
        if not any(name in line and line.endswith(state) for line in states):
            yield f"{name}'s case is not in state {state}"


def _settle(folder: Path, mail: EmbeddedMail) -> Settings:
    """A desk as `init` makes it, with the embedded servers, live."""
    list(found(folder))
    file = folder / "mailbot.toml"
    text = file.read_text(encoding="utf-8")
    values = {
        "address": ADDRESS, "mode": "live", "host": "127.0.0.1", "security": "none", "username": ADDRESS,
        "password": PASSWORD,
    }  # fmt: skip
    for key, value in values.items():
        text = re.sub(rf'^{key} = "[^"]*"', f'{key} = "{value}"', text, flags=re.MULTILINE)
    imap, smtp = text.split("[smtp]")
    imap = re.sub(r"^port = \d+", f"port = {mail.imap_port}", imap, flags=re.MULTILINE)
    smtp = re.sub(r"^port = \d+", f"port = {mail.smtp_port}", smtp, flags=re.MULTILINE)
    smtp = re.sub(rf'^username = "{ADDRESS}"', 'username = ""', smtp, flags=re.MULTILINE)
    file.write_text(imap + "[smtp]" + smtp, encoding="utf-8")
    return load_settings(folder)
