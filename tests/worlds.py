"""The two worlds a story is told in: all in memory, and real servers (Dovecot, an SMTP server) with a desk folder."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml
from imapclient import IMAPClient

from mailbot import settings as reading
from mailbot.adapters.files import read_secret
from mailbot.adapters.ledger import Filter, Ledger, MemoryLedger
from mailbot.adapters.memory import MemoryMailbox, MemoryPost, message_id_of
from mailbot.adapters.ports import FOLDERS, INBOX
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.assembly import assemble, mailbox_of, rulebook_of
from mailbot.commits import due_at
from mailbot.desk import Desk
from mailbot.founding import SECRET, found
from mailbot.insight import listing
from mailbot.process.model import Process
from tests.servers import Dovecot, SmtpSink, User
from tests.writing import DESK, Letter

PEOPLE = Path(__file__).parent / "stories" / "people.yaml"
Rules = Mapping[str, Any]


def desk_folder(
    folder: Path,
    *,
    imap: tuple[int, str, str] = (1, "x", ""),
    smtp: int = 1,
    rules: Rules | None = None,
    languages: Sequence[str] = (),
    **desk: str,
) -> Path:
    """A new desk as `init` makes it, live, with the stories' people and servers on this machine."""
    shutil.copytree(_as_init_makes_it().name, folder, dirs_exist_ok=True)
    read_secret(folder / SECRET)
    shutil.copy(PEOPLE, folder / "rules" / "people.yaml")
    text = (folder / "mailbot.toml").read_text()
    if languages:
        text = text.replace('languages = ["en"]', f"languages = {json.dumps(list(languages))}", 1)
        (folder / "mailbot.toml").write_text(text)
        list(found(folder))  # the letters of those that were added
    edit_rules(folder, rules or {})
    port, user, password = imap
    servers = (
        f'[imap]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        f'username = "{user}"\npassword = "{password}"\n\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {smtp}\nsecurity = "none"\n\n[brakes]'
    )
    text = re.sub(r"\[imap\].*\[brakes\]", servers, text, flags=re.DOTALL)
    for key, value in {"address": DESK, "mode": "live", **desk}.items():
        text = re.sub(rf'^{key} = "[^"]*"', f'{key} = "{value}"', text, flags=re.MULTILINE)
    # The week's figures would stand between the letters of every story that lasts longer than one.
    text = text.replace("[desk]\n", f"[desk]\ndigest = {desk.get('digest', 'false')}\n", 1)
    (folder / "mailbot.toml").write_text(text)
    return folder


@cache
def _as_init_makes_it() -> tempfile.TemporaryDirectory[str]:
    """A new desk without a secret, made once in each process of the tests: each of its files is synced to the disk."""
    kept = tempfile.TemporaryDirectory(prefix="mailbot-new-desk-")
    list(found(Path(kept.name)))
    (Path(kept.name) / SECRET).unlink()
    return kept


def edit_rules(folder: Path, rules: Rules) -> None:
    """Edit the rule files and templates of a desk."""
    for name, change in rules.items():
        _edit(folder / name, change)


def _edit(file: Path, change: Any) -> None:
    """A rule file or template of this desk's own: a list of edits, or (text, or what a YAML file holds) a new one."""
    if isinstance(change, list):
        text = file.read_text(encoding="utf-8")
        for each in change:
            assert each["replace"] in text, f"{file.name} has no {each['replace']!r}"
            text = text.replace(each["replace"], each["with"])
    else:
        text = change if isinstance(change, str) else yaml.safe_dump(change, allow_unicode=True, sort_keys=False)
    file.write_text(text, encoding="utf-8")


class World(Protocol):
    """What a story needs of the world. proof: the authserv_id by which staff's mail is vouched for, '' = it is not."""

    ledger: Ledger
    folder: Path
    proof: str

    @property
    def process(self) -> Process: ...

    def deliver(self, raw: bytes, at: datetime) -> None: ...
    def cycle(self, now: datetime) -> None: ...
    def letters(self) -> list[Letter]: ...
    def folders(self) -> dict[str, int]: ...
    def put_back(self, folder: str) -> None: ...
    def refuse(self, address: str, said: str) -> None: ...
    def close(self) -> None: ...


class MemoryWorld:
    """No server, no disk but the rule files."""

    def __init__(self, folder: Path, *, rules: Rules | None = None, proof: bool = False, **desk: str) -> None:
        self.folder = desk_folder(folder, rules=rules, **desk)
        self.settings = reading.load(self.folder)
        self.proof = self.settings.trust.authserv_id if proof else ""
        self.now = datetime.min.replace(tzinfo=UTC)
        self._rulebook = rulebook_of(self.settings, keep=False)
        self.begin_again()

    def begin_again(self) -> None:
        """The same desk with nothing in it yet."""
        self.ledger, self.mailbox, self.post = MemoryLedger(), MemoryMailbox(), MemoryPost()
        self.desk = Desk(
            self.settings, b"k" * 32, self._rulebook, self.ledger, self.mailbox, self.post, lambda: self.now
        )

    @property
    def process(self) -> Process:
        return self.desk.room.process

    def deliver(self, raw: bytes, at: datetime) -> None:
        self.mailbox.deliver(raw, at)

    def cycle(self, now: datetime) -> None:
        self.now = now
        self.desk.cycle()

    def letters(self) -> list[Letter]:
        return [Letter(parcel.to, parcel.raw) for parcel in self.post.sent]

    def folders(self) -> dict[str, int]:
        return {folder: sum(1 for _ in self.mailbox.all(folder)) for folder in (INBOX, *FOLDERS)}

    def put_back(self, folder: str) -> None:
        """A person moves the newest mail of a folder back into the inbox."""
        *_, (_, raw) = self.mailbox.all(folder)
        self.mailbox.put_back(folder, message_id_of(raw))

    def refuse(self, address: str, said: str) -> None:
        """The mail server takes nothing for the address any more."""
        self.post.refuse[address] = said

    def close(self) -> None:
        self.ledger.close()


class RealWorld:
    """A desk folder, Dovecot over IMAP, a real SMTP server; each cycle is a new process's worth of connections."""

    def __init__(
        self,
        folder: Path,
        dovecot: Dovecot,
        user: User,
        sink: SmtpSink,
        *,
        rules: Rules | None = None,
        proof: bool = False,
        **desk: str,
    ) -> None:
        imap = (user.port, user.name, user.password)
        self.folder = desk_folder(folder, imap=imap, smtp=sink.port, rules=rules, **desk)
        self.settings = reading.load(self.folder)
        self.proof = self.settings.trust.authserv_id if proof else ""
        self._dovecot, self._user, self._sink = dovecot, user, sink
        self._process = rulebook_of(self.settings, keep=False).rules().process

    @property
    def ledger(self) -> Ledger:
        return TinyDbLedger(self.settings.state_folder, readonly=True)

    @property
    def process(self) -> Process:
        return self._process

    def deliver(self, raw: bytes, at: datetime) -> None:
        self._dovecot.deliver(raw, self._user, at)

    def cycle(self, now: datetime) -> None:
        with assemble(self.settings, lambda: now) as assembled:
            assembled.desk.cycle()

    def letters(self) -> list[Letter]:
        return [Letter(mail.to[0], mail.raw) for mail in self._sink.received]

    def folders(self) -> dict[str, int]:
        mailbox = mailbox_of(self.settings)
        try:
            return {folder: sum(1 for _ in mailbox.all(folder)) for folder in (INBOX, *FOLDERS)}
        finally:
            mailbox.close()

    def put_back(self, folder: str) -> None:
        """A person moves the newest mail of a folder back into the inbox."""
        with IMAPClient(self._user.host, self._user.port, ssl=False, timeout=30) as client:
            client.login(self._user.name, self._user.password)
            delimiter = client.namespace().personal[0][1]
            client.select_folder(folder.replace("/", delimiter))
            client.move([client.search()[-1]], INBOX)

    def refuse(self, address: str, said: str) -> None:
        """The mail server takes nothing for the address any more."""
        self._sink.rcpt_answers[address] = said

    def close(self) -> None:
        """Servers are the fixtures'."""


def listed(ledger: Ledger, process: Process) -> list[dict[str, Any]]:
    """The complaints as `mailbot cases --json` shows them."""

    return [
        listing.as_json(case, process, due_at(case, process), ledger.history(case.code))
        for case in ledger.cases(Filter())
        if listing.is_complaint(case, process)
    ]
