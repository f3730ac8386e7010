"""When silence becomes an event: which rung of the state's ladder is next, and from when it may fire.

Computed from the case and the rules as they stand, never stored (PROCESS.md "Silence"): a changed
rule holds for open cases at once. One rung at a time, each counted from when the letter before it
was *sent*; the clock stands still while the party waits for us; letters wait for working hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailbot.cases.facts import facts_of
from mailbot.cases.model import Case, Letter
from mailbot.process.calendar import Duration
from mailbot.process.model import Process, Rung, State
from mailbot.process.vocabulary import PARTIES, QUIET

UNPROMPTED_WITHOUT_ANSWER = 3  # PROCESS.md: at most three letters nobody asked for, then quiet
AWAY = "away_until"  # the fact that a vacation reply named a date (ISO): the customer's clock stands still till then
_ON_ITS_WAY = ("queued", "sending", "in_doubt")


@dataclass(frozen=True, slots=True)
class Due:
    """The next rung and the first moment at which it may fire."""

    rung: Rung
    at: datetime


def due(case: Case, process: Process) -> Due | None:
    """The next rung of the case, of its state's ladder or of those of every state; None for nothing to come."""
    state = process.states.get(case.state)
    if state is None or not state.open:
        return None
    coming = [
        _on_ladder(case, state, process),
        *(_always(case, state, rung, process) for rung in process.always_silence),
    ]
    return min(filter(None, coming), key=lambda each: each.at, default=None)


def _on_ladder(case: Case, state: State, process: Process) -> Due | None:
    """The next rung of the state's own ladder: one at a time, and none while the customer waits for us."""
    if case.facts.get("owed") or case.facts.get(QUIET) or _awaited_letter_open(case, state):
        return None
    last = _last_fired(case, state)
    for rung in state.silence:
        if rung.id in case.fired or (last and state.silence.index(rung) < state.silence.index(last)):
            continue
        if not _applies(case, rung, process):
            continue
        at = _due_at(case, state, rung, last, process)
        return Due(rung, at) if at else None
    return None


def _always(case: Case, state: State, rung: Rung, process: Process) -> Due | None:
    """A rung of every state: on its own, and again whenever the moment that it counts from has moved on."""
    base = _base(case, state, rung, process)
    fired = case.fired.get(rung.id)
    if base is None or not _applies(case, rung, process):
        return None
    # A letter may have left in the very moment in which its rung was taken; then silence counts from it anew.
    if fired and (fired > base or (fired == base and rung.since not in process.letters)):
        return None
    at = _due_at(case, state, rung, None, process)
    return Due(rung, at) if at else None


def ripe(case: Case, process: Process, now: datetime) -> Rung | None:
    """The rung to fire now: due, and in working hours if it writes to anyone."""
    next_one = due(case, process)
    if next_one is None or next_one.at > now:
        return None
    if next_one.rung.row.letters and not process.calendar.is_working(now, *_place(case, process)):
        return None
    return next_one.rung


def party_awaited(case: Case, process: Process) -> str:
    """Whom the case waits for; '' for nobody."""
    if case.facts.get("owed"):
        return "care"
    state = process.states.get(case.state)
    return _awaited(case, state) if state else str(case.facts.get("waiting_on") or "")


def _awaited(case: Case, state: State) -> str:
    """The party that the state waits for, or the one that a row has named instead."""
    return str(case.facts.get("waiting_on") or state.waiting_on)


def _place(case: Case, process: Process) -> tuple[str, str]:
    """The store's own hours and calendar, as the calendar's functions take them."""
    store = process.store(case.store)
    return store.hours, store.calendar


def _applies(case: Case, rung: Rung, process: Process) -> bool:
    if rung.row.condition and not rung.row.condition.evaluate(facts_of(case, None, process)):
        return False
    if not rung.row.send:
        return True
    return not case.facts.get(QUIET) and (bool(rung.row.go) or not capped(case))


def capped(case: Case) -> bool:
    """Whether as many letters went unasked as may, since the customer last wrote."""
    return len(_unprompted(case)) >= UNPROMPTED_WITHOUT_ANSWER


def _last_fired(case: Case, state: State) -> Rung | None:
    return next((rung for rung in reversed(state.silence) if rung.id in case.fired), None)


def _awaited_letter_open(case: Case, state: State) -> bool:
    """Whether the customer has not had our last letter yet: silence on a letter that never came is none."""
    if state.waiting_on != "customer":
        return False
    last = next((letter for letter in reversed(case.letters) if letter.audience == "customer"), None)
    return last is not None and last.status != "sent"


def _due_at(case: Case, state: State, rung: Rung, last: Rung | None, process: Process) -> datetime | None:
    calendar, place = process.calendar, _place(case, process)
    base = _base(case, state, rung, process)
    if base is None:
        return None
    at = calendar.add(base, rung.after, *place)
    if told := case.facts.get(rung.not_before):
        at = max(at, _day_begins(told, process) + timedelta(days=1))
    if last:
        sent = _sent_at(case, last)
        if sent is None:
            return None
        planned = calendar.add(base, last.after, *place)
        at = max(at, _gap_after(sent, planned, at, rung.after, process, place))
    if state.waiting_on == "customer" and (away := case.facts.get(AWAY)):
        at = max(at, calendar.next_working(_day_begins(away, process), *place))
    if rung.row.send and (letters := _unprompted(case)):
        at = max(at, calendar.next_working_day(letters[-1].at, *place))
    return calendar.next_working(at, *place) if rung.row.letters else at


def _gap_after(
    sent: datetime, planned: datetime, next_planned: datetime, after: Duration, process: Process, place: tuple[str, str]
) -> datetime:
    if not after.unit.startswith("working"):
        return sent + (next_planned - planned)
    minutes = process.calendar.working_minutes(planned, next_planned, *place)
    return process.calendar.add_working_minutes(sent, minutes, *place)


def _day_begins(day: str, process: Process) -> datetime:
    """The first moment of a day that is a fact of the case (ISO), on the desk's clock."""
    return datetime.combine(date.fromisoformat(day), time(), tzinfo=ZoneInfo(process.calendar.timezone)).astimezone(UTC)


def _base(case: Case, state: State, rung: Rung, process: Process) -> datetime | None:
    """From when the silence counts; None while the letter it counts from has not left, or no date was told."""
    entered = case.entered_at
    if (fact := process.facts.get(rung.since)) and fact.kind == "date":
        told = case.facts.get(rung.since)
        return _day_begins(told, process) if told else None
    if entered is None or rung.since == "entered":
        return entered
    if rung.since in PARTIES:
        return max(entered, case.heard.get(rung.since, entered))
    if rung.since:
        return max(
            (letter.sent_at for letter in case.letters if letter.letter == rung.since and letter.sent_at), default=None
        )
    party = _awaited(case, state)
    answered = [
        letter.sent_at
        for letter in case.letters
        if letter.audience == party and not letter.step and letter.sent_at and letter.at >= entered
    ]
    return max([entered, case.heard.get(party, entered), *answered])


def _sent_at(case: Case, rung: Rung) -> datetime | None:
    """When the rung's letters had all left; the time it fired, where it wrote to nobody."""
    fired = case.fired[rung.id]
    letters = [letter for letter in case.letters if letter.step == rung.id and letter.at >= fired]
    if any(letter.status in _ON_ITS_WAY for letter in letters):
        return None
    return max((letter.sent_at for letter in letters if letter.sent_at), default=fired)


def _unprompted(case: Case) -> list[Letter]:
    """Letters to the customer that nobody asked for, since the customer's last mail."""
    heard = case.heard.get("customer")
    return [
        letter
        for letter in case.letters
        if letter.audience == "customer" and letter.step and (heard is None or letter.at > heard)
    ]
