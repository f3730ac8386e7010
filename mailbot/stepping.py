"""Steps of cases that no mail makes: a letter's outcome, an alert; and what every step needs and leaves.

Gathers what a step is decided on (the brakes' counts, a free case code), and commits it. The rules and the
clock come as functions, because both may be others in the next cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailbot import logs
from mailbot.adapters.ledger import Commit, Ledger, OutboxRow
from mailbot.cases import effects as fx
from mailbot.cases.decide import after
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.cases.query import MailRecord
from mailbot.commits import commit_step
from mailbot.letters.step import Room, Step, take
from mailbot.letters.write import Around
from mailbot.mail import references

Clock = Callable[[], datetime]


class Stepping:
    """Takes and commits steps on one ledger."""

    def __init__(self, ledger: Ledger, room: Callable[[], Room], clock: Clock) -> None:
        self._ledger, self.room, self.clock = ledger, room, clock

    def around(self, case: Case, given: tuple[fx.Effect, ...], now: datetime) -> Around:
        """What the brakes ask: letters to this customer in a day, and to all customers in an hour."""
        address = after(case, given, now).customer.address
        to_address = self._ledger.sent_since(address, now - timedelta(days=1)) if address else 0
        return Around(to_address, self._ledger.sent_since("", now - timedelta(hours=1)))

    def new_case(self, seed: str) -> Case:
        """A case with a free code; the same seed gives the same code as long as it is free."""
        identity = self.room().identity
        for attempt in range(100):
            code = references.case_code(identity.key, identity.prefix, seed, attempt)
            if self._ledger.case(code) is None:
                return Case(code=code)
        raise AssertionError("a hundred case codes in a row are taken")

    def commit(
        self,
        before: Case,
        step: Step,
        mails: tuple[MailRecord, ...] = (),
        outbox: tuple[OutboxRow, ...] = (),
        meta: Mapping[str, Any] | None = None,
        desk: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a step (see `commit_step`) and log what it held back."""
        process = self.room().process
        commit_step(self._ledger, before, step, process, mails=mails, outbox=outbox, meta=meta, desk=desk)
        for held in step.held:
            logs.held(step.case.code, held.letter.letter, held.reason)

    def record_letter(self, row: OutboxRow, event: Event | None, status: str) -> None:
        """One durable step of a letter; an outcome is an event of its case, back through decide."""
        case = self._ledger.case(row.case) if event else None
        if event is None or case is None:  # a letter is queued in its case's own commit, so there always is one
            self._ledger.commit(Commit(outbox=(row,)), {})
            return
        now = self.clock()
        given = (fx.MarkLetter(row.n, status),)
        step = take(case, event, given, (), self.room(), self.around(case, (), now), now)
        self.commit(case, step, outbox=(row,))

    def record_as_sent(self, row: OutboxRow) -> None:
        """A letter that Sent proves has left."""
        sent = Event("letter_sent", "desk", {"n": row.n, "letter": row.letter, "to": row.audience})
        self.record_letter(replace(row, status="filed", raw=b""), sent, "sent")

    def alert(self, cause: str, reason: str, words: str) -> None:
        """Tell the admin; once a day for each cause."""
        room, now = self.room(), self.clock()
        seed = f"desk\n{cause}\n{now:%Y-%m-%d}"
        case = Case(code=references.case_code(room.identity.key, room.identity.prefix, seed))
        if self._ledger.case(case.code):
            return
        event = Event("alert_raised", "desk", {"reason": reason, "words": words})
        self.commit(case, take(case, event, (), (cause,), room, Around(), now))
