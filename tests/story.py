"""Stories in the domain's words, told in a world: YAML steps -> mails, cycles, and what must be seen.

    story: …
    steps:
      - anna writes: {subject: …, text: …, headers: {…}}     a new mail; a cycle follows each mail
      - anna replies to E2: "text"                            quoting the letter, as most programs do
      - anna fills in E2: {store: Marylebone, …}              the letter's form, by its shown labels
      - till forwards anna: "a note"                          a mail of anna's, as Gmail forwards it
      - mail system reports failure of E2: "5.1.1 no such user"      (or: delay)
      - silent days: 40                                       a cycle each morning
      - later: 3 working days | 40 days | 2 hours             the clock moves on; one cycle
      - put back: …                                           a person moves a mail back into the inbox
      - expect: {letters: [E2 to anna], state: …, waiting on: …, fate: Cases, …}

`expect: letters` are those since the last `expect`, in order of sending; nothing else may have left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.worlds import MemoryWorld, RealWorld, listed
from tests.writing import Letter, filled, forward, new_mail, reply, report

STORIES = Path(__file__).parent / "stories"
LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 3, 2, 10, 0, tzinfo=LONDON)  # a Monday
ACTORS = {
    "anna": ("Anna Smith", "anna@customer.test"),
    "ben": ("Ben Jones", "ben@elsewhere.test"),
    "mallory": ("Mallory", "mallory@evil.test"),
    "mathilde": ("Mathilde", "mathilde@shop.test"),
    "lucy": ("Lucy", "lucy@shop.test"),
    "vera": ("Vera", "vera@shop.test"),
    "ada": ("Ada", "ada@shop.test"),
    "till": ("Marylebone till", "till@shop.test"),
    "chelsea": ("Chelsea till", "chelsea@shop.test"),
}
NAMES = {address: name for name, (_, address) in ACTORS.items()}
COMPLAINT = {
    "subject": "My dress",
    "text": "Hello,\n\nmy silk dress came back from you with a hole in it. I am very unhappy.\n\nAnna",
}
FORM = {
    "store": "Marylebone",
    "garment": "silk dress, green",
    "problem": "damaged",
    "happened": "There is a hole in the left sleeve.",
    "where": "with the shop",
    "wish": "repair",
}


def stories() -> list[Path]:
    """Every story file but the people's."""
    return sorted(file for file in STORIES.glob("*.yaml") if file.name != "people.yaml")


class Telling:
    """One story being told in one world."""

    def __init__(self, world: MemoryWorld | RealWorld) -> None:
        self.world = world
        self.now = START
        self.number = 0
        self.seen = 0
        self.fates: dict[str, int] = world.folders()

    def tell(self, story: Mapping[str, Any]) -> None:
        """Every step in order; an AssertionError names the step."""
        self.cycle()
        self.fates = self.world.folders()
        for number, step in enumerate(story["steps"], start=1):
            for action, what in step.items():
                try:
                    self.act(action, what)
                except AssertionError as error:
                    raise AssertionError(f"step {number}, {action}: {error}") from error

    def act(self, action: str, what: Any) -> None:
        match action.split():
            case ["expect"]:
                self.expect(what)
            case ["silent", "days"]:
                for _ in range(what):
                    self.now += timedelta(days=1)
                    self.cycle()
            case ["later"]:
                self.now += _span(what)
                self.cycle()
            case [who, "writes"]:
                self.write(who, what)
            case [who, "replies", "to", code]:
                self.reply(who, code, what)
            case [who, "fills", "in", code]:
                letter = self.last(code)
                self.deliver(
                    self.make_reply(who, letter, filled(letter, self.form(what), self.labels()), {}, bare=True)
                )
            case ["mail", "system", "reports", ("failure" | "delay") as kind, "of", code]:
                self.deliver(report(self.last(code), kind == "failure", what, self.now, self.next()))
            case [who, "forwards", whom]:
                self.forward(who, whom, what)
            case _:
                raise AssertionError(f"no such step: {action}")

    # ---- mails ----------------------------------------------------------------------------------------------

    def write(self, who: str, what: Any) -> None:
        mail = {**COMPLAINT, **(what if isinstance(what, dict) else {"text": what})}
        name, address = ACTORS[who]
        subject = self.named(mail["subject"])
        headers = mail.get("headers")
        self.deliver(new_mail(address, name, subject, self.named(mail["text"]), self.now, self.next(), headers))

    def reply(self, who: str, code: str, what: Any) -> None:
        said = what if isinstance(what, dict) else {"text": what}
        letter = self.last(code, who)
        self.deliver(self.make_reply(who, letter, said["text"], said.get("headers", {}), subject=said.get("subject")))

    def make_reply(
        self,
        who: str,
        letter: Letter,
        text: str,
        headers: Mapping[str, str],
        bare: bool = False,
        subject: str | None = None,
    ) -> bytes:
        name, address = ACTORS[who]
        extra = {**headers, **({"Subject": subject} if subject else {})}
        if bare:
            answering = {"In-Reply-To": letter.message_id, "References": letter.message_id, **extra}
            return new_mail(address, name, f"Re: {letter.subject}", text, self.now, self.next(), answering)
        return reply(letter, address, name, text, self.now, self.next(), extra)

    def forward(self, who: str, whom: str, what: Any) -> None:
        said = what if isinstance(what, dict) else {"note": what or ""}
        name, address = ACTORS[who]
        subject, text = said.get("subject", COMPLAINT["subject"]), said.get("text", COMPLAINT["text"])
        original = (*ACTORS[whom], subject, text)
        self.deliver(forward(address, name, said.get("note", ""), original, self.now, self.next(), said.get("headers")))

    def deliver(self, raw: bytes) -> None:
        self.world.deliver(raw, self.now.astimezone(UTC))
        self.cycle()

    def cycle(self) -> None:
        self.world.cycle(self.now.astimezone(UTC))

    def next(self) -> int:
        self.number += 1
        return self.number

    def form(self, what: Any) -> dict[str, str]:
        return {
            key: str(value) for key, value in {**({} if what.get("only") else FORM), **what}.items() if key != "only"
        }

    def labels(self) -> dict[str, str]:
        return {field.id: field.labels["en"][0] for field in self.world.process.form}

    def named(self, text: str) -> str:
        """{CODE} stands for the code of the newest case."""
        return text.replace("{CODE}", self.newest()["case"]) if "{CODE}" in text else text

    def last(self, code: str, who: str = "") -> Letter:
        """The newest letter of that code, to that person if there is one."""
        letters = [letter for letter in self.world.letters() if letter.code == code]
        letters = [letter for letter in letters if letter.to == ACTORS.get(who, ("", ""))[1]] or letters
        assert letters, f"no {code} was ever sent, only {[letter.code for letter in self.world.letters()]}"
        return letters[-1]

    # ---- what must be seen ----------------------------------------------------------------------------------

    def newest(self) -> dict[str, Any]:
        found = self.cases()
        assert found, "there is no case"
        return found[-1]

    def cases(self) -> list[dict[str, Any]]:
        return listed(self.world.ledger, self.world.process)

    def expect(self, what: Mapping[str, Any]) -> None:
        sent = self.world.letters()
        new, self.seen = sent[self.seen :], len(sent)
        if "letters" in what:
            said = [f"{letter.code} to {NAMES.get(letter.to, letter.to)}" for letter in new]
            assert sorted(said) == sorted(what["letters"]), f"letters were {said}, not {what['letters']}"
        for key, wanted in what.items():
            match key:
                case "letters":
                    pass
                case "cases":
                    assert len(self.cases()) == wanted, f"{len(self.cases())} cases, not {wanted}"
                case "fate":
                    self.expect_fate(wanted)
                case "says" | "does not say":
                    text = " ".join(" ".join(f"{letter.subject} {letter.text}" for letter in new).split())
                    for words in wanted if isinstance(wanted, list) else [wanted]:
                        assert (words in text) == (key == "says"), f"{key} {words!r}: {text}"
                case "form":
                    values = self.newest()["form"]["values"]
                    assert {k: values.get(k) for k in wanted} == wanted, f"form is {values}"
                case "missing":
                    assert self.newest()["form"]["missing"] == wanted, f"missing {self.newest()['form']['missing']}"
                case "threads":
                    assert all(letter.mail["In-Reply-To"] for letter in new), "a letter answers nothing"
                case "held":
                    statuses = [letter["letter"] for letter in self.newest()["letters"] if letter["status"] == "held"]
                    assert statuses == wanted, f"held were {statuses}"
                case _:
                    field = key.replace(" ", "_")
                    assert self.newest()[field] == wanted, f"{key} is {self.newest()[field]!r}, not {wanted!r}"

    def expect_fate(self, wanted: str) -> None:
        """The folder that the mails since the last look went to; the inbox is empty of them."""
        before, self.fates = self.fates, self.world.folders()
        gained = {
            folder for folder in self.fates if folder != "Mailbot/Journal" and self.fates[folder] > before[folder]
        }
        expected = {"INBOX"} if wanted == "INBOX" else {f"Mailbot/{wanted}"}
        assert gained == expected, f"mails went to {gained}, not {expected}"


def _span(text: str) -> timedelta:
    amount, unit = re.fullmatch(r"(\d+) (day|hour|minute)s?", text).groups()  # type: ignore[union-attr]
    return timedelta(**{f"{unit}s": int(amount)})


def load(file: Path) -> dict[str, Any]:
    """A story file."""
    story: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return story
