"""The ledger on the disk: TinyDB under state/, each commit one SQLite transaction that has been fsynced.

Carries out the port of adapters/ledger.py, promise by promise (tests/test_ledger_contract.py). Every
look-up goes by an index; TinyDB's `search` works on the same tables, for people, and is never used here.
One process writes (state/lock); any number may read meanwhile. A reader that walks all cases sees each
case whole, though not all as of one moment.
It must never write part of a step, nor rewrite history: entries are documents of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from mailbot.adapters import ledger_documents as docs
from mailbot.adapters.ledger import Commit, Filter, OutboxRow
from mailbot.adapters.sqlite_storage import LAST, Doc, SqliteStorage
from mailbot.adapters.tinydb_table import KeyedDB, KeyedTable
from mailbot.cases.model import Case, Entry
from mailbot.cases.query import Found, MailRecord, Query
from mailbot.cases.record import case_from_json, case_to_json, entry_from_json, entry_to_json
from mailbot.errors import StaleCase, StateError

FILE = "ledger.db"
EVERY = Filter()


class TinyDbLedger:
    """The ledger kept in TinyDB.

    Args:
        path: the folder (state/), or the file itself where it ends in .db; made where missing.
        readonly: for a process that only looks, while another may be writing.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path if path.suffix == ".db" else path / FILE
        self.db = KeyedDB(self.path, docs.KEYS, storage=SqliteStorage, readonly=readonly)
        self._store: SqliteStorage = self.db.storage  # type: ignore[assignment]  # made one line above

    # look-ups

    def find(self, query: Query) -> Found:
        seen = self._table(docs.MAILS).take(query.mail)
        return Found(
            seen=None if seen is None else self._mail(seen),
            by_code={code: case for code in query.codes if (case := self.case(code))},
            by_message_id={id: found[-1] for id in query.message_ids if (found := self._under("case.message_id", id))},
            by_address={key: found for key in query.addresses if (found := self._under("case.address", key))},
        )

    def case(self, code: str) -> Case | None:
        document = self._table(docs.CASES).take(code)
        if document is None:
            return None
        with self._readable(docs.CASES, code):
            return case_from_json(document)

    def history(self, code: str) -> tuple[Entry, ...]:
        ids = [id for _, id in self._store.under("entry.case", code)]
        with self._readable(docs.ENTRIES, code):
            return tuple(entry_from_json(self._take(docs.ENTRIES, id)) for id in ids)

    def cases(self, wanted: Filter = EVERY) -> Iterator[Case]:
        name = "case.state" if wanted.state else "case.opened"
        codes = [code for _, code in self._store.under(name, wanted.state)]  # whole: commits may come in between
        return (case for code in codes if (case := self.case(code)))

    def ended_like(self, problem: str, limit: int) -> tuple[Case, ...]:
        newest = self._store.under("case.ended", problem, limit=limit, newest_first=True)
        return tuple(case for _, code in newest if (case := self.case(code)))

    def mails(self) -> Iterator[MailRecord]:
        return (self._mail(document) for _, document in self._store.rows(docs.MAILS))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        until = docs.sortable(now) + docs.BETWEEN + LAST
        return tuple(code for _, code in self._store.under("due", until=until, limit=limit))

    def next_due(self, code: str) -> datetime | None:
        document = self._table(docs.DUE).take(code)
        if document is None:
            return None
        with self._readable(docs.DUE, code):
            return docs.due_from_json(document)

    def outbox(self, statuses: tuple[str, ...], limit: int, before: datetime | None = None) -> tuple[OutboxRow, ...]:
        ripe = LAST if before is None else docs.sortable(before)
        found = sorted(
            place
            for status in set(statuses)
            for place in self._store.under("outbox.status", status, limit=limit, before=ripe)
        )
        return tuple(row for _, id in found[:limit] if (row := self.letter(id)))

    def letter(self, message_id: str) -> OutboxRow | None:
        document = self._table(docs.OUTBOX).take(message_id)
        if document is None:
            return None
        with self._readable(docs.OUTBOX, message_id):
            return docs.row_from_json(document, self._take(docs.RAW, message_id))

    def sent_since(self, address: str, since: datetime) -> int:
        name = "outbox.to" if address else "outbox.customer"
        return self._store.count_under(name, address.casefold(), docs.sortable(since))

    def journal(self, limit: int) -> tuple[tuple[int, str], ...]:
        return tuple((int(id), line["line"]) for id, line in islice(self._store.rows(docs.JOURNAL), limit))

    def meta(self, key: str) -> Any:
        document = self._table(docs.META).take(key)
        return None if document is None else document["value"]

    # writing

    def commit(self, step: Commit, expected: Mapping[str, int]) -> None:
        with self._store.transaction():
            self._refuse_stale(step, expected)
            for table, id, document in _written(step):
                self._table(table).put(id, document)
            for table, id in _removed(step):
                self._table(table).drop(id)
            self._commit_journal(step)

    def copy_to(self, path: Path) -> None:
        """Copy everything, as of one moment, to a new folder or .db file (a dry run works on a copy; backup)."""
        target = path if path.suffix == ".db" else path / FILE
        self._store.copy_to(target)

    def close(self) -> None:
        self.db.close()

    # within

    def _refuse_stale(self, step: Commit, expected: Mapping[str, int]) -> None:
        for code, version in expected.items():
            held = (self._table(docs.CASES).take(code) or {"version": 0})["version"]
            if held != version:
                raise StaleCase(f"{code} is at version {held}, not {version}")
        ids = [docs.entry_id(entry.case, entry.number) for entry in step.entries]
        for place, id in enumerate(ids):
            if id in ids[:place] or self._store.holds(docs.ENTRIES, id):
                raise StaleCase(f"history entry {id} is written already")

    def _commit_journal(self, step: Commit) -> None:
        """Number the new lines on from the last ever given, then drop those that are in the mailbox."""
        if step.journal:
            table, counters = self._table(docs.JOURNAL), self._table(docs.COUNTERS)
            last = (counters.take(docs.JOURNAL) or {"last": 0})["last"]
            for number, line in enumerate(step.journal, last + 1):
                table.put(docs.line_id(number), {"line": line})
            counters.put(docs.JOURNAL, {"last": last + len(step.journal)})
        if step.journal_done:
            self._store.delete_through(docs.JOURNAL, docs.line_id(step.journal_done))

    def _table(self, name: str) -> KeyedTable:
        return self.db.keyed(name)

    def _take(self, table: str, id: str) -> dict[str, Any]:
        document = self._table(table).take(id)
        if document is None:
            raise KeyError(f"{table} {id}")
        return document

    def _under(self, name: str, key: str) -> tuple[Case, ...]:
        return tuple(case for _, code in self._store.under(name, key) if (case := self.case(code)))

    def _mail(self, document: Doc) -> MailRecord:
        with self._readable(docs.MAILS, str(document.get("key"))):
            return docs.mail_from_json(document)

    @contextmanager
    def _readable(self, table: str, id: str) -> Iterator[None]:
        """A document that was changed by hand, or by a newer program, is damage and said so."""
        try:
            yield
        except (ValueError, KeyError, TypeError) as error:
            words = f"{self.path}: {table} {id} cannot be read ({type(error).__name__}). Run `mailbot rebuild`."
            raise StateError(words, transient=False) from error


def _written(step: Commit) -> Iterator[tuple[str, str, Doc]]:
    """Every document of the step: table, id, document."""
    for entry in step.entries:
        yield docs.ENTRIES, docs.entry_id(entry.case, entry.number), entry_to_json(entry)
    for case in step.cases:
        yield docs.CASES, case.code, case_to_json(case)
    for mail in step.mails:
        yield docs.MAILS, mail.key, docs.mail_to_json(mail)
    for row in step.outbox:
        yield docs.OUTBOX, row.message_id, docs.row_to_json(row)
        yield docs.RAW, row.message_id, docs.raw_to_json(row.raw)
    for code, at in step.due.items():
        if at is not None:
            yield docs.DUE, code, docs.due_to_json(code, at)
    for key, value in step.meta.items():
        if value is not None:
            yield docs.META, key, {"value": value}


def _removed(step: Commit) -> Iterator[tuple[str, str]]:
    """Every document that the step takes away: table, id."""
    yield from ((docs.DUE, code) for code, at in step.due.items() if at is None)
    yield from ((docs.META, key) for key, value in step.meta.items() if value is None)
