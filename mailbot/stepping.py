"""Steps of cases that no mail makes: a letter's outcome, an alert; and what every step needs and leaves.

Gathers what a step is decided on (the brakes' counts, a free case code), and commits it. The rules and the
clock come as functions, because both may be others in the next cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailbot import logs
from mailbot.adapters.ledger import Ledger, OutboxRow
from mailbot.cases import effects as fx
from mailbot.cases.approval import granted_in
from mailbot.cases.around import ALONE, Around
from mailbot.cases.decide import after, looks_beyond
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.cases.query import MailRecord, Query
from mailbot.commits import Outcome, commit_step
from mailbot.insight.listing import is_complaint
from mailbot.letters.step import Room, Step, take
from mailbot.mail import references
from mailbot.process.vocabulary import ROLES

SIMILAR = 6  # cases with the same problem looked at; three of other customers are shown
LONGEST = 72  # hours that letters wait in a flood; whoever wrote then has read the news by other ways
NEVER = datetime.max.replace(tzinfo=UTC)
FLOOD = "The others wait for their turn and leave by themselves. If this is no flood, raise [brakes] letters_per_hour."
Clock = Callable[[], datetime]


class Stepping:
    """Takes and commits steps on one ledger."""

    def __init__(self, ledger: Ledger, room: Callable[[], Room], clock: Clock, per_hour: int) -> None:
        self._ledger, self.room, self.clock, self._per_hour = ledger, room, clock, per_hour
        self._counted = NEVER, 0  # since when, how many letters: what was found, and each letter from then on

    def around(self, case: Case, given: tuple[fx.Effect, ...], now: datetime, by: str = "") -> Around:
        """What is known beyond the case: the brakes' counts, the customer's other cases, cases like it.

        Args:
            by: the party whose event it is; staff may ask for the case's own steps.
        """
        ledger, seen = self._ledger, after(case, given, now)
        address, problem = seen.customer.address.casefold(), seen.form.values.get("problem", "")
        theirs = ledger.find(Query(addresses=(address,))).by_address.get(address, ()) if address else ()
        earlier = tuple(each for each in theirs if each.code != case.code and is_complaint(each, self.room().process))
        like = ledger.ended_like(problem, SIMILAR) if problem else ()
        return Around(
            to_address_today=ledger.sent_since(address, now - timedelta(days=1)) if address else 0,
            full_hours=self._full_hours(now),
            granted=granted_in(theirs, case.code, now),
            earlier=earlier,
            similar=tuple(each for each in like if each.code != case.code and each not in earlier),
            history=ledger.history(case.code) if by in ROLES else (),
        )

    def _full_hours(self, now: datetime) -> int:
        """How many hours, the one that ends now counted, have as many letters to customers as one may."""
        begins = now - timedelta(hours=1) + timedelta.resolution  # what left at that very moment is the hour before's
        if self._so_many_since(begins) < self._per_hour:
            return 0
        starts = ((n, begins + timedelta(hours=n)) for n in range(1, LONGEST))
        return next((n for n, start in starts if self._ledger.sent_since("", start) < self._per_hour), LONGEST)

    def _so_many_since(self, begins: datetime) -> int:
        """At least as many letters as went to customers since then: counted anew only where that could be too many."""
        since, most = self._counted
        if begins < since or most >= self._per_hour:
            self._counted = begins, most = begins, self._ledger.sent_since("", begins)
        return most

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
        also: Sequence[tuple[Case, Step]] = (),
        mails: tuple[MailRecord, ...] = (),
        outbox: tuple[OutboxRow, ...] = (),
        meta: Mapping[str, Any] | None = None,
        desk: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a step, with those of other cases that it touches, and log what they held back."""
        self._commit(((before, step), *also), mails, outbox, meta, desk)

    def _commit(
        self,
        steps: Sequence[tuple[Case, Step]],
        mails: tuple[MailRecord, ...] = (),
        outbox: Sequence[OutboxRow] = (),
        meta: Mapping[str, Any] | None = None,
        desk: Mapping[str, Any] | None = None,
    ) -> None:
        commit_step(self._ledger, steps, self.room().process, mails=mails, outbox=outbox, meta=meta, desk=desk)
        since, most = self._counted
        self._counted = since, most + sum(len(step.outgoing) for _, step in steps)
        for _, each in steps:
            for held in each.held:
                logs.held(each.case.code, held.letter.letter, held.reason)
        if any(letter.hours for _, each in steps for letter in each.outgoing):
            flood = f"{self._per_hour} letters went to customers within an hour; that is the limit"
            self.alert("letters an hour", flood, FLOOD)

    def record_letters(self, outcomes: Sequence[Outcome], beside: Sequence[OutboxRow] = ()) -> None:
        """One durable step of several letters; each outcome is an event of its case, back through decide.

        Args:
            beside: letters whose rows change in the same commit, and of which no case needs to know.
        """
        steps: list[tuple[Case, Step]] = []
        rows: list[OutboxRow] = []
        latest: dict[str, Case] = {}
        for outcome in outcomes:
            rows.append(outcome.row)
            case = latest.get(outcome.row.case) or self._ledger.case(outcome.row.case)
            if case is None:  # a letter is queued in its case's own commit, so there always is one
                continue
            step = self._became(case, outcome)
            steps.append((case, step))
            latest[case.code] = step.case
            if step.outgoing:  # what it wrote counts for the next one's brakes: it is committed first
                self._commit(steps, outbox=rows)
                steps, rows, latest = [], [], {}
        if rows or beside:
            self._commit(steps, outbox=(*rows, *beside))

    def _became(self, case: Case, outcome: Outcome) -> Step:
        """The step that a letter's outcome is."""
        now, room = self.clock(), self.room()
        around = self.around(case, (), now) if looks_beyond(outcome.event, room.process) else ALONE
        given = (fx.MarkLetter(outcome.row.n, outcome.status),)
        return take(case, outcome.event, given, (), room, around, now)

    def record_as_sent(self, row: OutboxRow) -> None:
        """A letter that Sent proves has left."""
        sent = Event("letter_sent", "desk", {"n": row.n, "letter": row.letter, "to": row.audience})
        self.record_letters([Outcome(replace(row, status="filed", raw=b""), sent, "sent")])

    def alert(self, cause: str, reason: str, words: str) -> None:
        """Tell the admin; once a day for each cause."""
        self.of_the_desk(
            f"{cause}\n{self.clock():%Y-%m-%d}", Event("alert_raised", "desk", {"reason": reason, "words": words})
        )

    def of_the_desk(self, cause: str, event: Event) -> None:
        """A matter of the desk itself, on a record of its own; once for each cause."""
        room, now = self.room(), self.clock()
        case = Case(code=references.case_code(room.identity.key, room.identity.prefix, f"desk\n{cause}"))
        if self._ledger.case(case.code):
            return
        self.commit(case, take(case, event, (), (cause.partition("\n")[0],), room, Around(), now))
