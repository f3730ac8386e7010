"""The ledger port: where cases, seen mails and the outbox are kept; and the in-memory one.

One commit is one atomic, durable step. Adapters pass the same contract test
(tests/test_ledger_contract.py). One thread writes; readers may be other processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mailbot.adapters.near_index import NearIndex
from mailbot.cases.model import Case, Entry
from mailbot.cases.query import Found, MailRecord, Query
from mailbot.errors import StaleCase


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One letter on its way out: the bytes are fixed once queued. status: queued sending in_doubt sent filed failed.

    `filed` is sent, with the copy known to be in Sent (its bytes are let go of then). `to` is the address on file;
    `rehearsed`: it goes to the admin instead.
    """

    message_id: str
    case: str
    n: int
    letter: str
    audience: str
    to: str
    raw: bytes
    status: str
    at: datetime  # when it was queued
    next_at: datetime  # not before
    attempts: int = 0
    rehearsed: bool = False
    error: str = ""
    doubts: int = 0  # how often it was unknown whether it had left


@dataclass(frozen=True, slots=True)
class Commit:
    """What one step writes, all or nothing. `entries` are appended; the rest replaces what has the same key.

    `due` names, for each committed case, when its next silence is due (None: never).
    `journal` lines (JSON text) wait until `journal_done` (a line number) says they are in the mailbox.
    `meta` values of None remove the key.
    """

    entries: tuple[Entry, ...] = ()
    cases: tuple[Case, ...] = ()
    mails: tuple[MailRecord, ...] = ()
    outbox: tuple[OutboxRow, ...] = ()
    due: Mapping[str, datetime | None] = field(default_factory=dict)
    journal: tuple[str, ...] = ()
    journal_done: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases to list; '' = any."""

    state: str = ""


class Ledger(Protocol):
    """Everything the desk asks of its memory."""

    def find(self, query: Query) -> Found:
        """Cases under exact keys, by index; never a scan.

        Where no code and no Message-ID leads to one, also those under rough keys (`near`): of the surest key first, of
        each the newest first, `candidates.MOST` in all.
        """

    def case(self, code: str) -> Case | None:
        """One case by code."""

    def history(self, code: str) -> tuple[Entry, ...]:
        """Its entries, oldest first."""

    def cases(self, wanted: Filter = Filter()) -> Iterator[Case]:
        """All cases, oldest first (opened_at, then code)."""

    def ended_like(self, problem: str, limit: int) -> tuple[Case, ...]:
        """Cases with that kind of problem that have an outcome, the newest first."""

    def mails(self) -> Iterator[MailRecord]:
        """Every mail ever taken in, by key."""

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Codes of cases whose next silence is due at or before now, earliest first."""

    def next_due(self, code: str) -> datetime | None:
        """The due time committed for the case."""

    def outbox(self, statuses: tuple[str, ...], limit: int, before: datetime | None = None) -> tuple[OutboxRow, ...]:
        """Rows with one of the statuses, oldest first; with `before` only those whose next_at is not later."""

    def letter(self, message_id: str) -> OutboxRow | None:
        """One outbox row."""

    def sent_since(self, address: str, since: datetime) -> int:
        """Letters queued or sent since then to the address ('' = to customers in all), held and failed ones apart."""

    def journal(self, limit: int) -> tuple[tuple[int, str], ...]:
        """(line number, line) of history not yet in the mailbox, in order."""

    def meta(self, key: str) -> Any:
        """A value of the desk's own, None where absent."""

    def commit(self, step: Commit, expected: Mapping[str, int]) -> None:
        """Write the step whole and durably.

        Args:
            expected: case code -> version the step was decided on (0 = must not exist).
        Raises:
            StaleCase: a case has another version, or an entry of that number; nothing was written.
            StateError: the disk failed; nothing was written.
        """

    def group(self) -> AbstractContextManager[None]:
        """Commits within are each whole and seen at once here, but durable only together, at the end of the group.

        For steps of which none has an effect on the world before the end: after a crash within, none of them has been
        taken. An error that leaves the group ends it as well: what was committed is durable then.
        Raises:
            StateError: at a commit or at the end, if the disk failed; then all of the group may be lost.
        """

    def close(self) -> None:
        """Let go of files."""


class MemoryLedger:
    """The ledger kept in dictionaries: for stories, rehearsals and replays. Forgets all at the end."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._mails: dict[str, MailRecord] = {}
        self._outbox: dict[str, OutboxRow] = {}
        self._due: dict[str, datetime] = {}
        self._journal: dict[int, str] = {}
        self._lines = 0
        self._meta: dict[str, Any] = {}
        self._near = NearIndex()

    def find(self, query: Query) -> Found:
        by_id: dict[str, Case] = {}
        by_address: dict[str, list[Case]] = {}
        for case in _in_order(case for case in self._cases.values() if _is_asked_for(case, query)):
            ids = _ids_of(case)
            by_id.update({wanted: case for wanted in query.message_ids if wanted in ids})
            if case.customer.address.casefold() in query.addresses:
                by_address.setdefault(case.customer.address.casefold(), []).append(case)
        by_code = {code: self._cases[code] for code in query.codes if code in self._cases}
        near = () if by_code or by_id else self._near.find(query.near)
        return Found(
            seen=self._mails.get(query.mail),
            by_code=by_code,
            by_message_id=by_id,
            by_address={address: tuple(cases) for address, cases in by_address.items()},
            near=tuple(self._cases[code] for code in near),
        )

    def case(self, code: str) -> Case | None:
        return self._cases.get(code)

    def history(self, code: str) -> tuple[Entry, ...]:
        return tuple(self._entries.get(code, ()))

    def cases(self, wanted: Filter = Filter()) -> Iterator[Case]:
        return (case for case in _in_order(self._cases.values()) if wanted.state in ("", case.state))

    def ended_like(self, problem: str, limit: int) -> tuple[Case, ...]:
        ended = [case for case in self.cases() if case.outcome and case.form.values.get("problem") == problem]
        return tuple(reversed(ended))[:limit]

    def mails(self) -> Iterator[MailRecord]:
        return (self._mails[key] for key in sorted(self._mails))

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        ripe = sorted((at, code) for code, at in self._due.items() if at <= now)
        return tuple(code for _, code in ripe[:limit])

    def next_due(self, code: str) -> datetime | None:
        return self._due.get(code)

    def outbox(self, statuses: tuple[str, ...], limit: int, before: datetime | None = None) -> tuple[OutboxRow, ...]:
        rows = (row for row in self._outbox.values() if row.status in statuses)
        ripe = (row for row in rows if before is None or row.next_at <= before)
        return tuple(sorted(ripe, key=lambda row: (row.at, row.case, row.n))[:limit])

    def letter(self, message_id: str) -> OutboxRow | None:
        return self._outbox.get(message_id)

    def sent_since(self, address: str, since: datetime) -> int:
        return sum(
            1
            for row in self._outbox.values()
            if row.at >= since
            and row.status not in ("held", "failed")
            and (row.to.casefold() == address.casefold() if address else row.audience == "customer")
        )

    def journal(self, limit: int) -> tuple[tuple[int, str], ...]:
        return tuple(sorted(self._journal.items())[:limit])

    def meta(self, key: str) -> Any:
        return self._meta.get(key)

    def commit(self, step: Commit, expected: Mapping[str, int]) -> None:
        for code, version in expected.items():
            held = self._cases[code].version if code in self._cases else 0
            if held != version:
                raise StaleCase(f"{code} is at version {held}, not {version}")
        taken = {(held.case, held.number) for entry in step.entries for held in self._entries.get(entry.case, ())}
        for entry in step.entries:
            if (entry.case, entry.number) in taken:
                raise StaleCase(f"history entry {entry.case}/{entry.number} is written already")
            taken.add((entry.case, entry.number))
        for entry in step.entries:
            self._entries.setdefault(entry.case, []).append(entry)
        self._cases.update({case.code: case for case in step.cases})
        for case in step.cases:
            self._near.put(case)
        self._mails.update({mail.key: mail for mail in step.mails})
        self._outbox.update({row.message_id: row for row in step.outbox})
        for code, at in step.due.items():
            self._due.pop(code, None)
            if at is not None:
                self._due[code] = at
        for line in step.journal:
            self._lines += 1
            self._journal[self._lines] = line
        if step.journal_done:
            self._journal = {n: line for n, line in self._journal.items() if n > step.journal_done}
        for key, value in step.meta.items():
            if value is None:
                self._meta.pop(key, None)
            else:
                self._meta[key] = value

    def group(self) -> AbstractContextManager[None]:
        return nullcontext()  # nothing here outlives a crash anyhow

    def close(self) -> None:
        """Nothing to let go of."""


def _in_order(cases: Iterable[Case]) -> list[Case]:
    """Oldest first."""
    return sorted(cases, key=lambda case: (str(case.opened_at), case.code))


def _is_asked_for(case: Case, query: Query) -> bool:
    """Whether one of the exact keys leads to the case."""
    mine = case.customer.address.casefold() in query.addresses
    return mine or (bool(query.message_ids) and not _ids_of(case).isdisjoint(query.message_ids))


def _ids_of(case: Case) -> set[str]:
    return {letter.message_id for letter in case.letters} | {mail.message_id for mail in case.mails}
