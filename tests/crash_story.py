"""A small story told on real servers again and again, to be broken off anywhere; and what must be seen at its end."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from mailbot import settings as reading
from mailbot.adapters.ledger import Filter
from mailbot.adapters.ports import FOLDERS, INBOX, JOURNAL, SENT
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.assembly import rulebook_of
from mailbot.cases.query import MailRecord
from mailbot.commits import due_at
from mailbot.insight import listing
from mailbot.process.model import Process
from tests.crashing import ERRORS, SAID, Forks
from tests.servers import Dovecot, Received, SmtpSink, User, put
from tests.story import ACTORS, COMPLAINT, FORM, START
from tests.worlds import desk_folder
from tests.writing import Letter, filled, new_mail, reply

SECRET = "a" * 52  # always the same, so that every telling gives its cases the same codes


@dataclass(frozen=True)
class Chapter:
    """What arrives before a cycle, and when that cycle is."""

    name: str
    after: timedelta
    mails: Callable[[Stage, datetime], list[bytes]]

    @property
    def at(self) -> datetime:
        return START + self.after


def _complaint(stage: Stage, at: datetime) -> list[bytes]:
    """A complaint, a machine's mail and an enquiry, taken in together: all three fates in one batch."""
    return [
        _mail("anna", COMPLAINT["subject"], COMPLAINT["text"], at, 1),
        _mail("mallory", "Out of office", "I am away.", at, 2, {"Auto-Submitted": "auto-replied"}),
        _mail("ben", "Opening hours", "Hello, what are your opening hours on Saturday? Thanks, Ben", at, 3),
    ]


def _form(stage: Stage, at: datetime) -> list[bytes]:
    letter = stage.last("E2")
    answering = {"In-Reply-To": letter.message_id, "References": letter.message_id}
    return [_mail("anna", f"Re: {letter.subject}", filled(letter, FORM, stage.labels()), at, 4, answering)]


def _yes(stage: Stage, at: datetime) -> list[bytes]:
    name, address = ACTORS["till"]
    return [reply(stage.last("ask-garments"), address, name, "yes", at, 5)]


def _nothing(stage: Stage, at: datetime) -> list[bytes]:
    return []


CHAPTERS = (
    Chapter("complaint", timedelta(), _complaint),
    Chapter("form", timedelta(minutes=30), _form),
    Chapter("yes", timedelta(hours=1), _yes),
    Chapter("silence", timedelta(days=3, hours=1), _nothing),
)


def _mail(who: str, subject: str, text: str, at: datetime, number: int, headers: dict[str, str] | None = None) -> bytes:
    name, address = ACTORS[who]
    return new_mail(address, name, subject, text, at, number, headers)


@dataclass(frozen=True)
class Checkpoint:
    """The world between two chapters: desk folder, mailbox, and what had reached the SMTP server."""

    folder: Path
    wire: tuple[Received, ...]
    process: Process


@dataclass(frozen=True)
class Ending:
    """What must be the same, crash or not."""

    cases: list[dict[str, Any]]
    letters: Counter[tuple[str, str, str]]
    folders: dict[str, list[str]]


class Stage:
    """One telling: a desk folder, a mailbox and an SMTP server of its own."""

    def __init__(self, folder: Path, dovecot: Dovecot, forks: Forks, begin: Checkpoint | None = None) -> None:
        self.folder, self.forks = folder, forks
        self.user: User = dovecot.fresh_user()
        self._maildir = dovecot.maildir(self.user)
        self.sink = SmtpSink().start()
        self._before = begin.wire if begin else ()
        self._process = begin.process if begin else None
        if begin:
            shutil.copytree(begin.folder / "desk", folder)
            _copy_owned(begin.folder / "mail", self._maildir)
        else:
            desk_folder(folder, imap=(self.user.port, self.user.name, self.user.password), smtp=self.sink.port)
            (folder / "secret").write_text(SECRET)
        self.settle("imap", username=f'"{self.user.name}"')
        self.settle("smtp", port=str(self.sink.port))

    def settle(self, section: str, **values: str) -> None:
        """Write keys of a section of mailbot.toml."""
        file = self.folder / reading.FILE
        head, mark, rest = file.read_text().partition(f"[{section}]\n")
        body, *more = re.split(r"(?=^\[)", rest, maxsplit=1, flags=re.MULTILINE)
        for key, value in values.items():
            body = re.sub(rf"^{key} = .*\n", "", body, flags=re.MULTILINE)
            body = f"{key} = {value}\n{body}"
        file.write_text(head + mark + body + "".join(more))

    def keep(self, folder: Path) -> Checkpoint:
        """A copy of this world, from which others can begin."""
        shutil.copytree(self.folder, folder / "desk")
        _copy_owned(self._maildir, folder / "mail")
        return Checkpoint(folder, tuple(self.wire), self.process)

    def close(self) -> None:
        self.sink.stop()

    # ---- the story ------------------------------------------------------------------------------------------

    def deliver(self, chapter: Chapter) -> None:
        if mails := chapter.mails(self, chapter.at):
            put(self.user, mails, chapter.at)

    def crash(self, chapter: Chapter, after: int) -> int:
        """A cycle that dies; the exit status."""
        return self.forks.cycle(self.folder, chapter.at, die_after=after, noted=self.folder / "steps.txt")

    def once(self, chapter: Chapter) -> None:
        """`mailbot once`, which must succeed."""
        status = self.forks.mailbot(self.folder, "once", "--now", chapter.at.isoformat())
        assert status == 0, f"`mailbot once` in {chapter.name}: exit {status}: {self.said}"
        assert "Traceback" not in self.said, self.said

    def tell(self, chapters: Sequence[Chapter]) -> None:
        for chapter in chapters:
            self.deliver(chapter)
            self.once(chapter)

    @property
    def said(self) -> str:
        """What the last process said on stdout and stderr."""
        return "".join((self.folder / name).read_text() for name in (SAID, ERRORS))

    @property
    def errors(self) -> str:
        return (self.folder / ERRORS).read_text()

    # ---- what is seen ---------------------------------------------------------------------------------------

    @property
    def wire(self) -> list[Received]:
        """Every mail that any SMTP server of this telling has accepted."""
        return [*self._before, *self.sink.received]

    def letters(self) -> list[Letter]:
        return [Letter(mail.to[0], mail.raw) for mail in self.wire]

    def last(self, code: str) -> Letter:
        return next(letter for letter in reversed(self.letters()) if letter.code == code)

    @property
    def process(self) -> Process:
        """The rules, read once: nothing here changes them."""
        self._process = self._process or rulebook_of(reading.load(self.folder), keep=False).rules().process
        return self._process

    def labels(self) -> dict[str, str]:
        return {field.id: field.labels["en"][0] for field in self.process.form}

    def ending(self) -> Ending:
        """Cases, different letters, and where each mail is; Sent and the journal apart, which a doubt may add to."""
        folders = {name: ids for name, ids in self.mail_ids().items() if name not in (SENT, JOURNAL)}
        return Ending(self.cases(), by_letter(self.letters()), folders)

    def mail_ids(self) -> dict[str, list[str]]:
        """Folder -> Message-IDs of what is in it, repeats and all."""
        with IMAPClient(self.user.host, self.user.port, ssl=False, timeout=30) as client:
            client.login(self.user.name, self.user.password)
            there = {name for _, _, name in client.list_folders()}
            return {folder: _ids(client, folder) for folder in (INBOX, SENT, *FOLDERS) if folder in there}

    def cases(self, *, doubts: bool = False) -> list[dict[str, Any]]:
        """Every case and matter of the desk as JSON; without what only a doubt adds, unless asked for."""
        process = self.process
        with self.ledger() as ledger:
            found = [
                listing.as_json(case, process, due_at(case, process), ledger.history(case.code))
                for case in ledger.cases(Filter())
            ]
        return found if doubts else [_without_doubts(case) for case in found]

    def seen(self) -> list[MailRecord]:
        """The fate of every mail."""
        with self.ledger() as ledger:
            return list(ledger.mails())

    def doubted(self) -> set[str]:
        """Message-IDs of letters whose case's history says that they may have left."""
        with self.ledger() as ledger:
            return {
                case.letters[int(entry.event.data["n"]) - 1].message_id
                for case in ledger.cases(Filter())
                for entry in ledger.history(case.code)
                if entry.event.name == "letter_doubted"
            }

    @contextmanager
    def ledger(self) -> Iterator[TinyDbLedger]:
        """The ledger as a reader sees it."""
        ledger = TinyDbLedger(reading.load(self.folder).state_folder, readonly=True)
        try:
            yield ledger
        finally:
            ledger.close()


class Stages:
    """Tellings of one test, ended with it."""

    def __init__(self, folder: Path, dovecot: Dovecot, forks: Forks) -> None:
        self._folder, self._dovecot, self._forks = folder, dovecot, forks
        self._begun: list[Stage] = []

    def begin(self, begin: Checkpoint | None = None) -> Stage:
        stage = Stage(self._folder / str(len(self._begun)), self._dovecot, self._forks, begin)
        self._begun.append(stage)
        return stage

    def close(self) -> None:
        for stage in self._begun:
            stage.close()


def _without_doubts(case: dict[str, Any]) -> dict[str, Any]:
    """A case without its history (a crash may add entries) and its letters' numbers, which a doubt moves on."""
    letters = [(each["letter"], each["to"], each["status"]) for each in case["letters"] if each["letter"] != "doubt"]
    return {**{k: v for k, v in case.items() if k != "history"}, "letters": letters}


def by_letter(letters: Sequence[Letter]) -> Counter[tuple[str, str, str]]:
    """How many different letters of each (code, case, recipient), doubts apart; the same one twice counts once."""
    different = {
        (letter.code, letter.case, letter.to, letter.message_id) for letter in letters if letter.code != "doubt"
    }
    return Counter((code, case, to) for code, case, to, _ in different)


def _ids(client: IMAPClient, folder: str) -> list[str]:
    client.select_folder(folder, readonly=True)
    found = client.fetch(client.search(), ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
    headers = (next(value for value in mail.values() if isinstance(value, bytes)) for mail in found.values())
    return sorted(header.decode().partition(":")[2].strip() for header in headers)


def _copy_owned(source: Path, target: Path) -> None:
    """A folder with its owners, which shutil does not copy."""
    shutil.copytree(source, target)
    if os.geteuid() == 0:
        for path in (target, *target.rglob("*")):
            stat = (source / path.relative_to(target)).stat()
            os.chown(path, stat.st_uid, stat.st_gid)
