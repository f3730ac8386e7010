"""The ledger on the disk: TinyDB under state/, each commit one SQLite transaction that has been fsynced.

Carries out the port of adapters/ledger.py, promise by promise (tests/test_ledger_contract.py). Every
look-up goes by an index; TinyDB's `search` works on the same tables, for people, and is never used here.
One process writes (state/lock); any number may read meanwhile. A reader that walks all cases sees each
case whole, though not all as of one moment.
It must never write part of a step, nor rewrite history: entries are documents of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from mailbot.adapters import ledger_documents as docs
from mailbot.adapters.keyed_documents import Write
from mailbot.adapters.ledger import Commit, Filter, OutboxRow
from mailbot.adapters.sqlite_storage import LAST, Doc, SqliteStorage, Taken
from mailbot.adapters.tinydb_table import KeyedDB
from mailbot.cases.candidates import MOST, first_found
from mailbot.cases.model import Case, Entry
from mailbot.cases.query import Found, MailRecord, Query
from mailbot.cases.record import case_from_json, case_to_json, entry_from_json, entry_to_json
from mailbot.errors import StaleCase, StateError

FILE = "ledger.db"
EVERY = Filter()
FEW = 10  # cases of one step: more is a change of rules, after which none is nearer at hand than another


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
        seen = self._store.load(docs.MAILS, query.mail) if query.mail else None
        by_code = {code: case for code in query.codes if (case := self.case(code))}
        by_id = {id: found[-1] for id in query.message_ids if (found := self._under("case.message_id", id))}
        return Found(
            seen=None if seen is None else self._mail(seen),
            by_code=by_code,
            by_message_id=by_id,
            near=() if by_code or by_id else self._near(query.near),
            by_address={key: found for key in query.addresses if (found := self._under("case.address", key))},
        )

    def case(self, code: str) -> Case | None:
        with self._readable(docs.CASES, code):
            return self._store.take(docs.CASES, code, case_from_json)

    def history(self, code: str) -> tuple[Entry, ...]:
        with self._readable(docs.ENTRIES, code):
            return tuple(
                entry_from_json(document) for document in self._store.between(docs.ENTRIES, *docs.entry_ids(code))
            )

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
        with self._readable(docs.DUE, code):
            return self._store.take(docs.DUE, code, docs.due_from_json)

    def outbox(self, statuses: tuple[str, ...], limit: int, before: datetime | None = None) -> tuple[OutboxRow, ...]:
        ripe = LAST if before is None else docs.sortable(before)
        found = sorted(
            place
            for status in set(statuses)
            for place in self._store.under("outbox.status", status, limit=limit, before=ripe)
        )
        return tuple(row for _, id in found[:limit] if (row := self.letter(id)))

    def letter(self, message_id: str) -> OutboxRow | None:
        with self._readable(docs.OUTBOX, message_id):
            return self._store.take(docs.OUTBOX, message_id, self._row)

    def sent_since(self, address: str, since: datetime) -> int:
        name = "outbox.to" if address else "outbox.customer"
        return self._store.count_under(name, address.casefold(), docs.sortable(since))

    def journal(self, limit: int) -> tuple[tuple[int, str], ...]:
        return tuple((int(id), line["line"]) for id, line in islice(self._store.rows(docs.JOURNAL), limit))

    def meta(self, key: str) -> Any:
        document = self._store.fetch(docs.META, key)
        return None if document is None else document["value"]

    # writing

    def group(self) -> AbstractContextManager[None]:
        return self._store.group()

    def commit(self, step: Commit, expected: Mapping[str, int]) -> None:
        try:
            with self._store.transaction():
                self._refuse_stale(expected)
                self._store.save_all((*self._written(step), *self._numbered(step.journal)))
                for table, id in _removed(step):
                    self._store.delete(table, id)
                if step.journal_done:
                    self._store.delete_through(docs.JOURNAL, docs.line_id(step.journal_done))
        except Taken as taken:
            raise StaleCase(f"history {taken} is written already") from taken

    def copy_to(self, path: Path) -> None:
        """Copy everything, as of one moment, to a new folder or .db file (a dry run works on a copy; backup)."""
        target = path if path.suffix == ".db" else path / FILE
        self._store.copy_to(target)

    def close(self) -> None:
        self.db.close()

    # within

    def _refuse_stale(self, expected: Mapping[str, int]) -> None:
        for code, version in expected.items():
            case = self.case(code)
            held = case.version if case else 0
            if held != version:
                raise StaleCase(f"{code} is at version {held}, not {version}")

    def _written(self, step: Commit) -> Iterator[Write]:
        """Every document of the step but its journal. Those of a few cases are asked for again soon."""
        few = len(step.cases) <= FEW and len(step.due) <= FEW
        for entry in step.entries:
            yield Write(docs.ENTRIES, docs.entry_id(entry.case, entry.number), entry_to_json(entry), anew=True)
        for case in step.cases:
            yield Write(docs.CASES, case.code, case_to_json(case), kept=few, value=case)
        for mail in step.mails:
            yield Write(docs.MAILS, mail.key, docs.mail_to_json(mail))
        for row in {row.message_id: row for row in step.outbox}.values():
            yield from self._letter(row)
        for code, at in step.due.items():
            if at is not None:
                yield Write(docs.DUE, code, docs.due_to_json(code, at), kept=few, value=at)
        for key, value in step.meta.items():
            if value is not None:
                yield Write(docs.META, key, {"value": value}, kept=True)

    def _letter(self, row: OutboxRow) -> Iterator[Write]:
        """A letter's row, and its bytes where they are not known to be the same."""
        held = self._store.peek(docs.OUTBOX, row.message_id)
        if held is None or held.raw is not row.raw:
            yield Write(docs.RAW, row.message_id, docs.raw_to_json(row.raw))
        yield Write(docs.OUTBOX, row.message_id, docs.row_to_json(row), kept=True, value=row, beside=len(row.raw))

    def _numbered(self, lines: Sequence[str]) -> Iterator[Write]:
        """New lines of the journal, numbered on from the last that was ever given."""
        if lines:
            last = (self._store.fetch(docs.COUNTERS, docs.JOURNAL) or {"last": 0})["last"]
            for number, line in enumerate(lines, last + 1):
                yield Write(docs.JOURNAL, docs.line_id(number), {"line": line})
            yield Write(docs.COUNTERS, docs.JOURNAL, {"last": last + len(lines)}, kept=True)

    def _row(self, document: Doc) -> OutboxRow:
        return docs.row_from_json(document, self._take(docs.RAW, document["message_id"]))

    def _take(self, table: str, id: str) -> dict[str, Any]:
        document = self._store.load(table, id)
        if document is None:
            raise KeyError(f"{table} {id}")
        return document

    def _near(self, keys: Sequence[str]) -> tuple[Case, ...]:
        """Cases under rough keys, of the surest key first, of each the newest first."""
        newest = (self._store.under("case.near", key, limit=MOST, newest_first=True) for key in keys)
        codes = first_found((code for _, code in found) for found in newest)
        return tuple(case for code in codes if (case := self.case(code)))

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


def _removed(step: Commit) -> Iterator[tuple[str, str]]:
    """Every document that the step takes away: table, id."""
    yield from ((docs.DUE, code) for code, at in step.due.items() if at is None)
    yield from ((docs.META, key) for key, value in step.meta.items() if value is None)
