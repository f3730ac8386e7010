"""What to do when something happens to a case: the first row of process.yaml whose condition holds.

Total over every state and event: where no row speaks, the mail stays for a human and the `otherwise`
row of the `any:` block tells someone (implicit keep, RFC 5228 2.10.2). Never writes a letter, never
knows a letter's code: it hands on what the rule file names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.cases import effects as fx
from mailbot.cases.apply import apply
from mailbot.cases.events import Event
from mailbot.cases.facts import facts_of
from mailbot.cases.model import Case, Entry
from mailbot.process.model import Process, Row, Rung

NOBODY_THERE = "otherwise"  # the event that `any:` must have a row for


@dataclass(frozen=True, slots=True)
class Send:
    """One letter to write. role: whom the template is for; to: the address; step: the rung, '' = an answer."""

    letter: str
    role: str
    to: str
    step: str = ""
    granting_row: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What one event does: effects that need no letter, the letters to write, and why."""

    effects: tuple[fx.Effect, ...]
    sends: tuple[Send, ...]
    why: tuple[str, ...]
    rule: str
    kept_for_human: bool = False


def decide(case: Case, event: Event, given: tuple[fx.Effect, ...], process: Process, now: datetime) -> Decision:
    """Carry out the row for an event.

    Args:
        given: effects that the event brings itself (the mail kept, form values, facts of a new case);
            conditions see the case after them.
    """
    seen = after(case, given, now)
    row = _row(seen, event, process)
    if row is None:
        fallback = _first(process.always.get(NOBODY_THERE, ()), seen, event, process)
        why = f"no row for {event.name} in state {case.state}: it stays for a human"
        if fallback is None:
            return Decision(given, (), (why,), "", kept_for_human=True)
        return replace(_carry_out(fallback, seen, event, given, process), why=(why,), kept_for_human=True)
    return _carry_out(row, seen, event, given, process)


def fire(case: Case, rung: Rung, process: Process, now: datetime) -> Decision:
    """Carry out a rung of silence."""
    event = Event("silence", "clock", {"step": rung.id})
    decision = _carry_out(rung.row, case, event, (fx.FireStep(rung.id),), process, rung.id)
    waited = f"nobody wrote for {rung.after} in state {case.state}"
    return replace(decision, why=(waited, *decision.why))


def after(case: Case, effects: tuple[fx.Effect, ...], now: datetime) -> Case:
    """The case as it would be after these effects."""
    blank = Event("", "desk")
    return apply(case, Entry(case.code, case.version, now, blank, (), "", "", effects))


def _row(case: Case, event: Event, process: Process) -> Row | None:
    state = process.states.get(case.state)
    own = state.when.get(event.name, ()) if state else ()
    return _first(own, case, event, process) or _first(process.always.get(event.name, ()), case, event, process)


def _first(rows: tuple[Row, ...], case: Case, event: Event, process: Process) -> Row | None:
    if not rows:
        return None
    facts = facts_of(case, event, process)
    return next((row for row in rows if row.condition is None or row.condition.evaluate(facts)), None)


def _carry_out(
    row: Row, case: Case, event: Event, given: tuple[fx.Effect, ...], process: Process, step: str = ""
) -> Decision:
    effects = list(given)
    if row.go:
        effects.append(fx.Go((case.parked_from or case.state) if row.go == "back" else row.go))
    effects += [fx.SetFact(name, value) for name, value in row.set.items()]
    sends: list[Send] = []
    for code in row.letters:
        for role in process.letter(code, "").audience:
            sends += [Send(code, role, to, step, row.grants) for to in recipients(role, case, event, process)]
    why = (row.note,) if row.note else ()
    return Decision(tuple(effects), tuple(sends), why, str(row.place))


def recipients(role: str, case: Case, event: Event, process: Process) -> tuple[str, ...]:
    """The addresses a role stands for on this case: one for each, with the next one able to help as fallback."""
    people = process.people
    if role == "customer":
        return (case.customer.address,) if case.customer.address else ()
    if role == "author" and event.data.get("author"):
        return (str(event.data["author"]),)
    if role == "owner" and case.owner:
        owner = next((p for p in people.people if p.name == case.owner and p.addresses), None)
        if owner:
            return (owner.addresses[0],)
    store = case.store if role == "till" else ""
    wanted = {"author": "admin", "owner": "care"}.get(role, role)
    asked = people.reach(wanted, store) if wanted != "till" or store else ""
    there = asked or next(filter(None, map(people.reach, ("va", "care", "admin"))), "")
    return (there,) if there else ()
