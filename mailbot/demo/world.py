"""The demo's world: a desk folder as `init` makes it, one desk at work in it, mail servers, and a clock of its own.

Everything is real but what lies outside: the mailbox is read over IMAP, letters leave over SMTP, state is on
disk. The server of this world does what a good one does: it says of mail from the shop's own people that it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path

from mailbot.adapters.ledger import Filter
from mailbot.adapters.ports import FOLDERS, INBOX
from mailbot.assembly import Assembled, assemble, mailbox_of
from mailbot.cases.model import Case, Entry
from mailbot.cases.query import MailRecord
from mailbot.demo.script import ZONE, Person, Script
from mailbot.demo.servers import HOST, EmbeddedMail
from mailbot.founding import found
from mailbot.insight.listing import is_complaint
from mailbot.process.model import Process
from mailbot.settings import FILE, Settings

ADDRESS, PASSWORD, AUTHSERV = "customercare@blanc.example", "demo", "mx.blanc.example"
MAILS = "mails"  # the folder of what was written and sent, in the desk folder
_MORNING = 9  # o'clock on the first working day of a week: the figures of the last one


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that left, as its receiver gets it; `stem` names its file."""

    to: str
    code: str
    case: str
    mail: EmailMessage
    stem: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that somebody wrote, and what the desk's record says of it."""

    mail: EmailMessage
    stem: str
    record: MailRecord | None


class World:
    """Made by `world`. `now` is what time it is in it."""

    def __init__(self, folder: Path, settings: Settings, servers: EmbeddedMail, now: datetime) -> None:
        self.folder, self.settings, self.now = folder, settings, now
        self.letters: list[Letter] = []
        self.taken: list[Taken] = []
        self._servers, self._kept = servers, 0
        self._assembled: Assembled | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """One desk for the whole story, as the service is one desk for years."""
        with assemble(self.settings, lambda: self.now.astimezone(UTC)) as self._assembled:
            yield

    @property
    def _desk(self) -> Assembled:
        if self._assembled is None:
            raise RuntimeError("the desk of the demo is not at work")
        return self._assembled

    @property
    def process(self) -> Process:
        """The rules in force."""
        return self._desk.desk.room.process

    def deliver(self, mail: EmailMessage, person: Person, name: str) -> Taken:
        """A mail reaches the desk, which takes it in; its letters are in `new_letters`."""
        raw = mail.as_bytes()
        if person.staff:
            domain = person.address.partition("@")[2]
            vouched = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from={domain}\r\n"
            raw = vouched.encode() + raw
        stem = self._keep(f"from-{name}", raw)
        self._servers.deliver(raw, ADDRESS, self.now)
        self._desk.desk.cycle()
        message_id = str(mail["Message-ID"])
        record = next((record for record in self._desk.ledger.mails() if record.message_id == message_id), None)
        self.taken.append(Taken(mail, stem, record))
        return self.taken[-1]

    def cycle(self) -> None:
        """The desk looks once, and does what is due."""
        self._desk.desk.cycle()

    def new_letters(self, names: Mapping[str, str]) -> list[Letter]:
        """The letters that left since the last look. `names`: address -> what the file calls its receiver."""
        before = len(self.letters)
        for posted in self._servers.outside[before:]:
            mail = parsed(posted.raw)
            code = str(mail["X-Mailbot-Letter"])
            stem = self._keep(f"{code}-to-{names.get(posted.to[0], posted.to[0])}", posted.raw)
            self.letters.append(Letter(posted.to[0], code, str(mail["X-Mailbot-Case"] or ""), mail, stem))
        return self.letters[before:]

    def wakes(self, until: datetime) -> Iterator[datetime]:
        """The moments before `until` at which the desk has something to look at, each on the clock of the shop."""
        while True:
            due = (self._desk.ledger.next_due(case.code) for case in self._desk.ledger.cases(Filter()))
            nearest = min(at for at in (*due, self._week_begins()) if at and at > self.now)
            if nearest >= until:
                return
            yield nearest.astimezone(ZONE)

    def _week_begins(self) -> datetime:
        """The first working morning of the next week."""
        today = self.now.astimezone(ZONE).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
        day = today + timedelta(days=7 - today.weekday())
        while not self.process.calendar.is_working(day):
            day += timedelta(days=1)
        return day

    def complaints(self) -> list[Case]:
        """The cases of customers, oldest first."""
        return [case for case in self._desk.ledger.cases(Filter()) if is_complaint(case, self.process)]

    def cases(self) -> list[Case]:
        """Every case, also of mail that was sorted, and of the desk itself."""
        return list(self._desk.ledger.cases(Filter()))

    def history(self, code: str) -> tuple[Entry, ...]:
        """The steps of a case."""
        return self._desk.ledger.history(code)

    def folders(self) -> dict[str, list[str]]:
        """Folder of the mailbox -> the Message-IDs in it, by an IMAP connection of our own."""
        mailbox = mailbox_of(self.settings)
        try:
            return {
                name: [str(BytesHeaderParser().parsebytes(raw)["Message-ID"]).strip() for _, raw in mailbox.all(name)]
                for name in (INBOX, *FOLDERS)
            }
        finally:
            mailbox.close()

    def _keep(self, name: str, raw: bytes) -> str:
        self._kept += 1
        stem = re.sub(r"[^A-Za-z0-9-]+", "-", f"{self._kept:03}-{self.now:%Y-%m-%d}-{name}")
        folder = self.folder / MAILS
        folder.mkdir(exist_ok=True)
        (folder / f"{stem}.eml").write_bytes(raw)
        return stem


@contextmanager
def world(folder: Path, script: Script) -> Iterator[World]:
    """A fresh desk folder with its servers running, at the first moment of the story."""
    now = script.first - timedelta(minutes=5)
    with EmbeddedMail({ADDRESS: PASSWORD}) as servers:
        made = World(folder, settled(folder, servers), servers, now)
        with made.at_work():
            made.cycle()  # the first start, on an empty mailbox
            yield made


def parsed(raw: bytes) -> EmailMessage:
    """A mail by Python's own reader, as far as the demo shows it."""
    mail = message_from_bytes(raw, policy=default)
    if not isinstance(mail, EmailMessage):  # what this policy makes
        raise TypeError("not a mail")
    return mail


def settled(folder: Path, servers: EmbeddedMail) -> Settings:
    """A desk as `init` makes it, live, with the embedded servers.

    The environment is not asked: a real mailbox that it may name must never be taken for the demo's.
    """
    list(found(folder))
    file = folder / FILE
    text = file.read_text(encoding="utf-8")
    box = {"host": HOST, "security": "none", "username": "", "password": ""}
    wanted: Mapping[str, Mapping[str, str | int]] = {
        "desk": {"address": ADDRESS, "mode": "live", "prefix": "BLANC", "timezone": str(ZONE)},
        "imap": {**box, "port": servers.imap_port, "username": ADDRESS, "password": PASSWORD},
        "smtp": {**box, "port": servers.smtp_port},
        "trust": {"authserv_id": AUTHSERV},
    }
    for section, values in wanted.items():
        for key, value in values.items():
            text = _set(text, section, key, f'"{value}"' if isinstance(value, str) else str(value))
    file.write_text(text, encoding="utf-8")
    return Settings(folder=folder, **tomllib.loads(text))


def _set(text: str, section: str, key: str, value: str) -> str:
    """The settings with one value changed where it stands, or put at the head of its section."""
    head, begin, rest = text.partition(f"[{section}]\n")
    body, end, tail = rest.partition("\n[")
    changed, count = re.subn(
        rf'^{key} *= *("[^"\n]*"|[^\s#]+)', lambda _: f"{key} = {value}", body, count=1, flags=re.MULTILINE
    )
    return f"{head}{begin}{changed if count else f'{key} = {value}{chr(10)}{body}'}{end}{tail}"
