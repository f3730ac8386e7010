"""A step as one commit: the case, its entries, letters for the outbox, the next due time, lines for the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from mailbot.adapters.ledger import Commit, Ledger, OutboxRow
from mailbot.cases import silence
from mailbot.cases.effects import SendLetter
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.cases.query import MailRecord
from mailbot.cases.record import desk_line, entry_line, json_line
from mailbot.letters.step import Step
from mailbot.process.model import Process

_MAIL = TypeAdapter(MailRecord)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: its row as it is now, the event of its case, what its case calls it (sent, failed …)."""

    row: OutboxRow
    event: Event
    status: str


# (what became of letters, letters of which no case needs to know): one durable step
Record = Callable[[Sequence[Outcome], Sequence[OutboxRow]], None]


def commit_step(
    ledger: Ledger,
    steps: Sequence[tuple[Case, Step]],
    process: Process,
    *,
    mails: Sequence[MailRecord] = (),
    outbox: Sequence[OutboxRow] = (),
    meta: Mapping[str, Any] | None = None,
    desk: Mapping[str, Any] | None = None,
) -> None:
    """Write one step whole: of one case, of the two that it touches, or of all whose letters left together.

    Args:
        steps: each case as it was decided on, and its step; a later one of the same case was decided on the case after
            the earlier. desk: meta that the journal keeps too.
    Raises:
        StaleCase: one of them is not the case as it stands; nothing was written.
    """
    entries = tuple(entry for _, step in steps for entry in step.entries)
    done = {step.case.code: step.case for _, step in steps}
    lines = [entry_line(entry) for entry in entries]
    ledger.commit(
        Commit(
            entries=entries,
            cases=tuple(done.values()),
            mails=tuple(mails),
            outbox=(*(row for _, step in steps for row in queued(step, step.entries[-1].at)), *outbox),
            due={code: due_at(case, process) for code, case in done.items()},
            journal=(*lines, *(mail_line(mail) for mail in mails), *((desk_line(desk),) if desk else ())),
            meta={**(meta or {}), **(desk or {})},
        ),
        {before.code: before.version for before, _ in reversed(steps)},  # of each case the first
    )


def queued(step: Step, at: datetime) -> tuple[OutboxRow, ...]:
    """The outbox rows of a step's letters."""
    return tuple(
        outbox_row(step.case.code, each.letter, each.raw, at + timedelta(hours=each.hours)) for each in step.outgoing
    )


def outbox_row(case: str, letter: SendLetter, raw: bytes, at: datetime) -> OutboxRow:
    """The outbox row of a letter as it is queued, to leave at that moment or later."""
    return OutboxRow(
        message_id=letter.message_id,
        case=case,
        n=letter.n,
        letter=letter.letter,
        audience=letter.audience,
        to=letter.to,
        raw=raw,
        status="queued",
        at=at,
        next_at=at,
        rehearsed=letter.rehearsed,
    )


def due_at(case: Case, process: Process) -> datetime | None:
    """When the case's next silence is due by the rules as they stand."""
    next_one = silence.due(case, process)
    return next_one.at if next_one else None


def mail_line(mail: MailRecord) -> str:
    """A mail's fate as a journal line."""
    return json_line({"mail": _MAIL.dump_python(mail, mode="json")})


def mail_from_json(value: Mapping[str, Any]) -> MailRecord:
    """The record of a mail line."""
    return _MAIL.validate_python(value)
