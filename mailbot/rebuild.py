"""State from the mailbox: the journal folded, then every mail it does not name taken in.

A letter found in Sent is recorded as sent, never queued. The old ledger is kept beside the new one;
nothing is sent and nothing moved while rebuilding.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailbot import journal
from mailbot.adapters.files import DeskLock, read_secret
from mailbot.adapters.ledger import Commit, Ledger, OutboxRow
from mailbot.adapters.ports import CASES, HUMAN, NO_ACTION, Arrived, Mailbox
from mailbot.adapters.tinydb_ledger import FILE, TinyDbLedger
from mailbot.assembly import SECRET, mailbox_of, post_of, rulebook_of
from mailbot.cases import effects as fx
from mailbot.cases.apply import apply
from mailbot.cases.model import Case, Entry
from mailbot.cases.query import Query
from mailbot.cases.record import entry_from_json
from mailbot.commits import due_at, mail_from_json, outbox_row
from mailbot.desk import Desk
from mailbot.firing import VERSION
from mailbot.intaking import HEAD, LARGEST, told
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.process.model import Process
from mailbot.recalling import ALL, recall
from mailbot.settings import Settings


@dataclass(slots=True)
class _Folded:
    """What the journal's lines make, while they are read."""

    cases: dict[str, Case] = field(default_factory=dict)
    entries: int = 0
    raws: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, OutboxRow] = field(default_factory=dict)


def rebuild(settings: Settings) -> Iterator[str]:
    """Make the ledger again; a line for each stage.

    Raises:
        JournalBroken: the journal's chain does not hold; the old state stays as it was.
        MailboxError: the mailbox could not be read; the old state stays as it was.
    """
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    with DeskLock(settings.state_folder / "lock"):
        key = read_secret(settings.folder / SECRET)
        rulebook = rulebook_of(settings, keep=True)
        process = rulebook.rules().process
        new = settings.state_folder / "rebuilding.db"
        _remove(new)
        mailbox, ledger = mailbox_of(settings), TinyDbLedger(new)
        whole = False
        try:
            folded = fold_journal(mailbox, ledger, key, process)
            yield f"{folded} steps read from the journal"
            desk = Desk(settings, key, rulebook, ledger, mailbox, post_of(settings), lambda: datetime.now(UTC))
            lost: list[str] = []
            yield f"{take_in_unnamed(mailbox, ledger, desk, lost)} mails that the journal does not name taken in"
            yield from lost
            whole = True
        finally:
            mailbox.close()
            ledger.close()
            if not whole:
                _remove(new)
        kept = _put_in_place(new, settings.state_folder / FILE)
        yield f"state is made again{f'; the old one is {kept}' if kept else ''}"


def fold_journal(mailbox: Mailbox, ledger: Ledger, key: bytes, process: Process) -> int:
    """Every line of the journal into an empty ledger; the number of steps."""
    folded = _Folded()
    head: dict[str, Any] | None = None
    for page in journal.read(mailbox, key):
        for line in page.lines:
            _fold_line(line, folded, ledger)
        head = {"n": page.n, "mac": page.mac}
    rows = [_settled(row, folded) for row in folded.rows.values()]
    due = {case.code: due_at(case, process) for case in folded.cases.values()}
    meta = {journal.HEAD: head, VERSION: process.due_version}
    ledger.commit(Commit(outbox=tuple(rows), due=due, meta=meta), {})
    return folded.entries


def take_in_unnamed(mailbox: Mailbox, ledger: Ledger, desk: Desk, lost: list[str]) -> int:
    """Mail in the desk's folders that the journal does not name: decided now, its letters taken from Sent if there.

    Args:
        lost: takes a sentence for each mail that the server cannot give; the journal names most of them.
    """
    count = 0
    waited = {row.message_id for row in ledger.outbox(("queued",), limit=ALL)}
    for message in _unnamed(mailbox, ledger, lost):
        if not ledger.find(Query(mail=message.key)).seen:  # the same mail may lie in two folders
            desk.take_in(message, frozenset({message.key}), lambda _fate: {})
            count += 1
    recall(mailbox, ledger, desk, known=frozenset(waited))
    return count


def _unnamed(mailbox: Mailbox, ledger: Ledger, lost: list[str]) -> list[Message]:
    """Mails that the journal does not name, in the order in which they came; only these are held in memory."""
    found = []
    for folder in (CASES, NO_ACTION, HUMAN):
        failing: list[Arrived] = []
        for arrived, raw in mailbox.all(folder, failing):
            if ledger.find(Query(mail=messages.unread_key(raw))).seen:
                continue  # reading it killed the program, and would kill this
            message = messages.read(raw[:HEAD], truncated=True) if len(raw) > LARGEST else messages.read(raw)
            if not ledger.find(Query(mail=message.key)).seen:
                found.append((arrived.received_at, arrived.uid, message))
        lost += [
            f"passed over, as the server cannot hand it over: a mail in {folder}. {told(each)}" for each in failing
        ]
    return [message for _, _, message in sorted(found, key=lambda each: each[:2])]


def _fold_line(line: dict[str, Any], folded: _Folded, ledger: Ledger) -> None:
    if "entry" in line:
        _fold_entry(entry_from_json(line["entry"]), folded, ledger)
    elif "mail" in line:
        ledger.commit(Commit(mails=(mail_from_json(line["mail"]),)), {})
    elif "letter" in line:
        folded.raws[line["letter"]["message_id"]] = b64decode(line["letter"]["raw"])
    elif "desk" in line:
        ledger.commit(Commit(meta=line["desk"]), {})


def _fold_entry(entry: Entry, folded: _Folded, ledger: Ledger) -> None:
    before = folded.cases.get(entry.case)
    if before and entry.number <= before.version:
        return  # the same lines were written twice, round a crash
    case = apply(before, entry)
    folded.cases[entry.case] = case
    folded.entries += 1
    ledger.commit(Commit(entries=(entry,), cases=(case,)), {entry.case: before.version if before else 0})
    for effect in entry.effects:
        if isinstance(effect, fx.SendLetter) and effect.status == "queued":
            folded.rows[effect.message_id] = outbox_row(entry.case, effect, b"", entry.at)
        elif isinstance(effect, fx.MarkLetter):
            letter = next(each for each in case.letters if each.n == effect.n)
            row = folded.rows.get(letter.message_id)
            if row and row.status != "sent":  # one that came back later was sent all the same
                folded.rows[letter.message_id] = replace(row, status=effect.status)


def _settled(row: OutboxRow, folded: _Folded) -> OutboxRow:
    """A row as the journal knows it: what did not leave still has its bytes there."""
    if row.status == "sent":
        return replace(row, status="filed")
    return replace(row, raw=folded.raws.get(row.message_id, b""))


def _put_in_place(new: Path, ledger: Path) -> Path | None:
    kept = None
    aside = ledger.with_name(f"before-rebuild-{datetime.now(UTC):%Y%m%dT%H%M%S}.db")
    if ledger.exists():
        kept = aside
        ledger.rename(kept)
    for tail in ("-wal", "-shm"):  # also where the ledger itself is gone: SQLite would play them into the new one
        leftover = ledger.with_name(ledger.name + tail)
        if leftover.exists():
            leftover.rename(aside.with_name(aside.name + tail))
    new.rename(ledger)
    return kept


def _remove(file: Path) -> None:
    for each in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        each.unlink(missing_ok=True)
