"""What to do when something happens to a case: the first row of process.yaml whose condition holds.

The `first:` rows are looked at before the state's own, the `any:` rows after them. Total over every state and
event: where no row speaks, the mail stays for a human and the `otherwise` row tells someone (implicit keep,
RFC 5228 2.10.2). Never writes a letter, never knows a letter's code: it hands on what the rule file names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from mailbot.cases import approval, silence
from mailbot.cases import effects as fx
from mailbot.cases.apply import apply
from mailbot.cases.around import ALONE, Around
from mailbot.cases.events import Event
from mailbot.cases.facts import facts_of
from mailbot.cases.model import Case, Entry
from mailbot.cases.reaching import recipients
from mailbot.process.model import Fact, Process, Row, Rung
from mailbot.process.vocabulary import QUIET

NOBODY_THERE = "otherwise"  # the event that `any:` must have a row for
_LONGEST_KEPT = 4_000  # characters of what came with an event and is kept as a fact; the mail itself has it all


@dataclass(frozen=True, slots=True)
class Send:
    """One letter to write. role: whom the template is for; to: the address; step: the rung, '' = an answer.

    told: it only tells of what the row did. by_hand: the customer has no address; who reads at `to` gives it to them.
    """

    letter: str
    role: str
    to: str
    step: str = ""
    granting_row: bool = False
    told: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What one event does: effects that need no letter, the letters to write, and why."""

    effects: tuple[fx.Effect, ...]
    sends: tuple[Send, ...]
    why: tuple[str, ...]
    rule: str
    kept_for_human: bool = False
    given: tuple[fx.Effect, ...] = ()  # of the effects, those that the event brought: they stay where a letter is held
    seen: Case | None = field(default=None, compare=False, repr=False)  # the case after the effects, where it was made


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a row is carried out on: the case after what the event brings, the event, and all that is around them."""

    case: Case
    event: Event
    given: tuple[fx.Effect, ...]
    process: Process
    around: Around
    now: datetime
    before: Case  # the case as it was

    def facts(self) -> dict[str, Any]:
        """What conditions may ask for."""
        return facts_of(self.case, self.event, self.process, self.around, self.now)


def decide(
    case: Case,
    event: Event,
    given: tuple[fx.Effect, ...],
    process: Process,
    now: datetime,
    around: Around = ALONE,
) -> Decision:
    """Carry out the row for an event.

    Args:
        given: effects that the event brings itself (the mail kept, form values, facts of a new case);
            conditions see the case after them.
    """
    seen = _Moment(after(case, given, now), event, given, process, around, now, case)
    row = _row(seen)
    if row is None:
        fallback = _first(process.always.get(NOBODY_THERE, ()), cache(seen.facts))
        why = f"no row for {event.name} in state {case.state}: it stays for a human"
        if fallback is None:
            return Decision(given, (), (why,), "", kept_for_human=True, given=given)
        return replace(_carry_out(fallback, seen), why=(why,), kept_for_human=True)
    return _carry_out(row, seen)


def fire(case: Case, rung: Rung, process: Process, now: datetime, around: Around = ALONE) -> Decision:
    """Carry out a rung of silence. A step that must be taken is taken without its letter where enough went unasked."""
    event = Event("silence", "clock", {"step": rung.id})
    decision = _carry_out(rung.row, _Moment(case, event, (fx.FireStep(rung.id),), process, around, now, case), rung.id)
    waited = f"nobody wrote for {rung.after} in state {case.state}"
    if rung.row.send and silence.capped(case):
        spared = tuple(send for send in decision.sends if send.role != "customer")
        decision = replace(decision, sends=spared, why=(*decision.why, "enough letters went unasked: none with it"))
    return replace(decision, why=(waited, *decision.why))


def looks_beyond(event: Event, process: Process) -> bool:
    """Whether what is around a case can matter to the event: some row that may speak asks, approves or writes.

    Where it cannot, the shell need not look it up: most letters leave and nothing else happens.
    """
    own = (row for state in process.states.values() for row in state.when.get(event.name, ()))
    always = process.always.get(event.name, ())
    rows = (*process.first.get(event.name, ()), *own, *always)
    return not always or any(row.condition or row.letters or row.approves for row in rows)


def after(case: Case, effects: tuple[fx.Effect, ...], now: datetime) -> Case:
    """The case as it would be after these effects."""
    blank = Event("", "desk")
    return apply(case, Entry(case.code, case.version, now, blank, (), "", "", effects))


def _row(seen: _Moment) -> Row | None:
    process, name = seen.process, seen.event.name
    state = process.states.get(seen.case.state)
    own = state.when.get(name, ()) if state else ()
    lists = (process.first.get(name, ()), own, process.always.get(name, ()))
    facts = cache(seen.facts)  # made where a condition is asked, and once
    return next(filter(None, (_first(rows, facts) for rows in lists)), None)


def _first(rows: tuple[Row, ...], facts: Callable[[], dict[str, Any]]) -> Row | None:
    return next((row for row in rows if row.condition is None or row.condition.evaluate(facts())), None)


def _carry_out(row: Row, seen: _Moment, step: str = "") -> Decision:
    case = seen.case
    effects = list(seen.given)
    if row.go:
        effects.append(fx.Go((case.parked_from or case.state) if row.go == "back" else row.go))
    effects += [fx.SetFact(name, value) for name, value in row.set.items()]
    effects += [*_dates(row, seen), *_kept(row, seen), *_approved(row, seen)]
    changed = after(seen.before, tuple(effects), seen.now)
    sends = _sends(row, changed, seen, step)
    why = (row.note,) if row.note else ()
    if changed.facts.get(QUIET) and not row.personal and any(send.role == "customer" for send in sends):
        sends = tuple(send for send in sends if send.role != "customer")
        why = (*why, "a person has this case: nothing goes to the customer by itself before somebody says “go on”")
    return Decision(tuple(effects), sends, why, str(row.place), given=seen.given, seen=changed)


def _sends(row: Row, case: Case, seen: _Moment, step: str) -> tuple[Send, ...]:
    sends: list[Send] = []
    for code in row.letters:
        audience = seen.process.letter(code, "").audience
        for role in audience if "customer" in audience else row.to.get(code) or row.to.get("") or audience:
            found = recipients(role, case, seen.event, seen.process, seen.around, seen.now)
            told = code in row.tell
            sends += [Send(code, role, each.address, step, row.grants, told, each.by_hand) for each in found]
    return tuple({(send.letter, send.to): send for send in reversed(sends)}.values())[::-1]


def _kept(row: Row, seen: _Moment) -> list[fx.Effect]:
    """What came with the event and the row keeps: as facts, and words of staff as a note."""
    effects: list[fx.Effect] = []
    data = seen.event.data
    for name, brought in row.keep.items():
        value = data.get(brought)
        if name == "note":
            if words := str(value or "").strip()[:_LONGEST_KEPT]:
                effects.append(fx.KeepNote(seen.event.by, str(data.get("author_name", "")), words))
        elif name == "owner" and isinstance(value, str) and value:
            effects += [fx.SetFact("owner_before", seen.case.owner), fx.SetFact(name, value)]
        elif _fits(value, seen.process.facts.get(name)):
            effects.append(fx.SetFact(name, value[:_LONGEST_KEPT] if isinstance(value, str) else value))
    return effects


def _fits(value: Any, fact: Fact | None) -> bool:
    """Whether what came is what the fact may be; all else is not kept."""
    if fact is None or not value or isinstance(value, list | dict):
        return False
    match fact.kind:
        case "amount":
            return type(value) is int and value > 0
        case "date":
            return isinstance(value, str) and _is_day(value)
        case "text":
            return isinstance(value, str)
    return value in fact.domain


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _dates(row: Row, seen: _Moment) -> list[fx.Effect]:
    """Dates that the row tells somebody, counted from now in the store's own days."""
    calendar, store = seen.process.calendar, seen.process.store(seen.case.store)
    return [
        fx.SetFact(name, calendar.day(calendar.add(seen.now, wait, store.hours, store.calendar)).isoformat())
        for name, wait in row.until.items()
    ]


def _approved(row: Row, seen: _Moment) -> list[fx.Effect]:
    """The approval that the row brings, if who speaks may give it: no rule file can do without."""
    if not row.approves:
        return []
    verdict = approval.judge(seen.case, seen.event, seen.around.granted, seen.process, seen.now)
    return [fx.Approve(verdict.letter, verdict.amount, verdict.by)] if verdict.kind == "given" else []
