"""Stories in the domain's words, told in a world: YAML steps -> mails, cycles, and what must be seen.

    story: …
    desk: {mode: rehearse, …}                                 settings of mailbot.toml
    proof: none                                               nothing vouches for staff's mail in this story
    rules:                                                    this desk's own rule files and letters
      rules/process.yaml: [{replace: "…", with: "…"}]         edits of the shipped one
      rules/people.yaml: {people: […], …}                     or another one
    steps:
      - anna writes: {subject: …, text: …, headers: {…}, attachments: [hole.jpg]}   a cycle follows each mail
      - till writes a note: "solved\n\nAnna Smith, anna@customer.test"      the same, without a complaint in it
      - anna replies to E2: "text"                            quoting the letter, as most programs do
      - anna fills in E2: {store: Marylebone, …}              the letter's form, by its shown labels, over FORM below;
                                                              only: true = nothing else; above: words above the form
      - till forwards anna: "a note"                          a mail of anna's, as Gmail forwards it
      - mail system reports failure of E2: "5.1.1 no such user"      (or: delay)
      - mail server refuses ben: "550 no such user"           from now on, every letter to him
      - rules change: {rules/process.yaml: […]}               edited while the desk runs; one cycle
      - silent days: 40                                       a cycle each morning
      - silent working days: 3                                a cycle at ten on each working day
      - later: 3 working days | 40 days | 2 hours             the clock moves on; one cycle
      - put back: Needs a human                               a person moves the newest mail there into the inbox
      - expect: {letters: [E2 to anna], state: …, waiting on: …, fate: Cases, …}

A mail of staff comes with a pass of the desk's own server, unless the step says `proof: none` or has the header
itself, or the story names the desk's `authserv_id` (it is then about proof) or says `proof: none`.

`{CODE}` is the newest case's code, `{CODE of anna}` that of anna's newest.

`expect: letters` are those since the last `expect`, in order of sending; nothing else may have left. `letters to va`:
those to her alone. `says`, `does not say` (`to anna`): words of those letters. `attached to lucy`: files of those to
her. `of: anna`: her newest case is meant, not the newest. notes: the words of staff on file. approval: pounds, or
null. facts: those facts of the case. form, missing, held, cases, fate (a folder), threads; and every field that
`mailbot cases --json` shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from mailbot.adapters.ledger import Filter
from mailbot.process.calendar import parse_duration
from tests.attaching import with_files
from tests.expecting import Sight, expect
from tests.worlds import MemoryWorld, RealWorld, edit_rules, listed
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
AUTHSERV = "mx.shop.test"
STAFF_DOMAIN = "shop.test"
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
            case ["silent", "working", "days"]:
                for _ in range(what):
                    self.now = self.next_working_morning()
                    self.cycle()
            case ["later"]:
                self.now = self.later(what)
                self.cycle()
            case ["mail", "server", "refuses", whom]:
                self.world.refuse(ACTORS[whom][1], what)
            case ["rules", "change"]:
                edit_rules(self.world.folder, what)
                self.cycle()
            case ["put", "back"]:
                self.world.put_back(f"Mailbot/{what}")
                self.cycle()
            case [who, "writes"]:
                self.write(who, what)
            case [who, "writes", "a", "note"]:
                self.write(who, {"subject": "A note", **_said(what)})
            case [who, "replies", "to", code]:
                self.reply(who, code, what)
            case [who, "fills", "in", code]:
                letter = self.last(code, who)
                text = filled(letter, self.form(what), self.labels())
                text = f"{what['above']}\n\n{text}" if "above" in what else text
                raw = self.make_reply(who, letter, text, self.headers(who, what), bare=True)
                self.deliver(with_files(raw, what.get("attachments", ())))
            case ["mail", "system", "reports", ("failure" | "delay") as kind, "of", code]:
                self.deliver(report(self.last(code), kind == "failure", what, self.now, self.next()))
            case [who, "forwards", whom]:
                self.forward(who, whom, what)
            case _:
                raise AssertionError(f"no such step: {action}")

    # ---- mails ----------------------------------------------------------------------------------------------

    def write(self, who: str, what: Any) -> None:
        mail = {**COMPLAINT, **_said(what)}
        name, address = ACTORS[who]
        subject, text = self.named(mail["subject"]), self.named(mail["text"])
        raw = new_mail(address, name, subject, text, self.now, self.next(), self.headers(who, mail))
        self.deliver(with_files(raw, mail.get("attachments", ())))

    def reply(self, who: str, code: str, what: Any) -> None:
        said = _said(what)
        letter = self.last(code, who)
        text, subject = self.named(said["text"]), said.get("subject")
        raw = self.make_reply(who, letter, text, self.headers(who, said), subject=subject)
        self.deliver(with_files(raw, said.get("attachments", ())))

    def headers(self, who: str, said: Mapping[str, Any]) -> dict[str, str]:
        """The step's own header fields, and what the desk's server found about a mail of staff."""
        vouched = self.world.proof and ACTORS[who][1].endswith(f"@{STAFF_DOMAIN}") and said.get("proof") != "none"
        results = f"{self.world.proof}; dmarc=pass header.from={STAFF_DOMAIN}"
        return {**({"Authentication-Results": results} if vouched else {}), **said.get("headers", {})}

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
        headers = self.headers(who, said)
        raw = forward(address, name, said.get("note", ""), original, self.now, self.next(), headers)
        self.deliver(with_files(raw, said.get("attachments", ())))

    def deliver(self, raw: bytes) -> None:
        self.world.deliver(raw, self.now.astimezone(UTC))
        self.cycle()

    def cycle(self) -> None:
        self.world.cycle(self.now.astimezone(UTC))

    def next(self) -> int:
        self.number += 1
        return self.number

    def form(self, what: Any) -> dict[str, str]:
        given = {**({} if what.get("only") else FORM), **what}
        beside = ("only", "above", "headers", "proof", "attachments")
        return {key: str(value) for key, value in given.items() if key not in beside}

    def labels(self) -> dict[str, str]:
        return {field.id: field.labels["en"][0] for field in self.world.process.form}

    def named(self, text: str) -> str:
        """The text with the codes of cases put in."""
        return re.sub(r"\{CODE(?: of (\w+))?\}", lambda found: str(self.newest(found[1] or "")["case"]), text)

    def last(self, code: str, who: str = "") -> Letter:
        """The newest letter of that code, to that person if there is one."""
        letters = [letter for letter in self.world.letters() if letter.code == code]
        letters = [letter for letter in letters if letter.to == ACTORS.get(who, ("", ""))[1]] or letters
        assert letters, f"no {code} was ever sent, only {[letter.code for letter in self.world.letters()]}"
        return letters[-1]

    # ---- time -----------------------------------------------------------------------------------------------

    def later(self, span: str) -> datetime:
        """The moment so much later; working time as the desk's calendar counts it."""
        if "working" in span:
            return self.world.process.calendar.add(self.now, parse_duration(span)).astimezone(LONDON)
        return self.now + _span(span)

    def next_working_morning(self) -> datetime:
        """Ten o'clock on the next working day."""
        day = self.now
        while True:
            day = datetime.combine(day.date() + timedelta(days=1), time(10), tzinfo=LONDON)
            if self.world.process.calendar.is_working(day):
                return day

    # ---- what must be seen ----------------------------------------------------------------------------------

    def newest(self, whose: str = "") -> dict[str, Any]:
        """The newest case; or of one customer."""
        address = ACTORS[whose][1] if whose else ""
        found = [case for case in self.cases() if not address or case["customer"]["address"] == address]
        assert found, f"there is no case{' of ' * bool(whose)}{whose}"
        return found[-1]

    def cases(self) -> list[dict[str, Any]]:
        return listed(self.world.ledger, self.world.process)

    def expect(self, what: Mapping[str, Any]) -> None:
        sent = self.world.letters()
        new, self.seen = sent[self.seen :], len(sent)
        cases = self.cases()
        listing = self.newest(what.get("of", "")) if cases else None
        kept = next(
            (case for case in self.world.ledger.cases(Filter()) if listing and case.code == listing["case"]), None
        )
        sight = Sight(new, NAMES, self.world.process, len(cases), listing, kept)
        for key, wanted in what.items():
            if key == "fate":
                self.expect_fate(wanted)
            elif key != "of":
                expect(key, wanted, sight)

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


def _said(what: Any) -> dict[str, Any]:
    return what if isinstance(what, dict) else {"text": what}


def load(file: Path) -> dict[str, Any]:
    """A story file. `desk` is what a world is made with: settings, rules, and whether staff's mail is vouched for."""
    story: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    desk = story.get("desk", {})
    proof = story.get("proof", "none" if "authserv_id" in desk else "pass") != "none"
    story["desk"] = {"authserv_id": AUTHSERV, **desk, "rules": story.get("rules", {}), "proof": proof}
    return story
