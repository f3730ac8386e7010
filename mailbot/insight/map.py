"""The process drawn: its states, and which rows lead from one to another. Pure.

Decides which rows may be carried out in a state, as far as the rules alone can tell; what that proves is for `paths`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.process.expression import Expression
from mailbot.process.model import Process, Row, Rung
from mailbot.process.vocabulary import BACK

BEFORE, EVERY = "first", "any"  # the blocks whose rows stand in every state
Known = Mapping[str, Mapping[str, Any]]  # group -> name -> value; what is not in it may be anything
WHERE_IT_WAS = "the state it left"
_FEW = 3  # from more states than that, arrows alike are drawn once, from one box for all of them


@dataclass(frozen=True, slots=True)
class Fork:
    """Rows of which at most one is carried out: those for one event in one block. A rung of silence stands alone."""

    block: str  # the state's name, or BEFORE or EVERY
    trigger: str
    rows: tuple[Row, ...]
    rung: Rung | None = None


def forks(process: Process) -> Iterator[Fork]:
    """Every row of the process, block by block as the file has them."""
    yield from (Fork(BEFORE, event, rows) for event, rows in process.first.items())
    for name, state in process.states.items():
        yield from (Fork(name, event, rows) for event, rows in state.when.items())
        yield from (_rung(name, rung) for rung in state.silence)
    yield from (Fork(EVERY, event, rows) for event, rows in process.always.items())
    yield from (_rung(EVERY, rung) for rung in process.always_silence)


def _rung(block: str, rung: Rung) -> Fork:
    return Fork(block, f"silence {rung.after}", (rung.row,), rung)


def blocks(process: Process) -> tuple[str, ...]:
    """The blocks that hold rows, in the file's order."""
    return tuple(dict.fromkeys(fork.block for fork in forks(process)))


def trigger(fork: Fork, row: Row) -> str:
    """When a row is carried out, in the words of the file: the event or the silence, and its condition."""
    since = f" since {fork.rung.since}" if fork.rung and fork.rung.since else ""
    asked = f", if {' '.join(row.condition.source.split())}" if row.condition else ""
    return f"{fork.trigger}{since}{asked}"


def possible(process: Process, state: str, known: Known) -> Iterator[tuple[Fork, Row]]:
    """The rows that may be carried out in a state: those that no row before them is sure to keep from it."""
    facts = {**known, "case": {**known.get("case", {}), "state": state}}
    settled: set[str] = set()  # events for which some row is sure to hold
    for fork in forks(process):
        if fork.block not in (BEFORE, state, EVERY):
            continue
        for row in fork.rows:
            holds = None if fork.trigger in settled else decided(row.condition, facts)
            if fork.trigger in settled or holds is False:
                continue
            yield fork, row
            if holds and not fork.rung:
                settled.add(fork.trigger)


def decided(condition: Expression | None, known: Known) -> bool | None:
    """Whether a row's condition holds whatever else there may be; None where that may go either way."""
    return True if condition is None else condition.decided(known)


def places(fork: Fork, row: Row, process: Process) -> tuple[str, ...]:
    """The states in which a row can be carried out, as far as its condition says."""
    names = tuple(process.states) if fork.block in (BEFORE, EVERY) else (fork.block,)
    return tuple(name for name in names if decided(row.condition, {"case": {"state": name}}) is not False)


def text(process: Process) -> Iterator[str]:
    """The map for a terminal: each state, whom it waits for, and where its rows lead."""
    for name, state in process.states.items():
        waits = f"; waits for {state.waiting_on}" if state.waiting_on else ""
        yield f"{name}: {state.title}{waits}"
        yield from _arrows_of(name, process)
        yield ""
    for block, title in (
        (BEFORE, "in every state, before its own rows"),
        (EVERY, "in every state, after its own rows"),
    ):
        arrows = list(_arrows_of(block, process))
        if arrows:
            yield from (f"{block}: {title}", *arrows, "")


def _arrows_of(block: str, process: Process) -> Iterator[str]:
    for fork in forks(process):
        if fork.block == block:
            for row in fork.rows:
                if row.go:
                    yield f"    -> {WHERE_IT_WAS if row.go == BACK else row.go}: {trigger(fork, row)}"


def mermaid(process: Process) -> Iterator[str]:
    """The map as a Mermaid state diagram; what leads on from many states alike is drawn once."""
    arrows = _drawn(process)
    boxes = dict.fromkeys(end for arrow in arrows for end in arrow if end not in process.states)
    alias = {name: f"box{number}" for number, name in enumerate(boxes, start=1)}
    yield "stateDiagram-v2"
    yield from (f'    state "{WHERE_IT_WAS if name == BACK else name}" as {alias[name]}' for name in boxes)
    for (source, target), triggers in arrows.items():
        label = ", ".join(trigger.replace("_", " ") for trigger in triggers)
        yield f"    {alias.get(source, source)} --> {alias.get(target, target)}: {label}"


def _drawn(process: Process) -> dict[tuple[str, str], list[str]]:
    """(from, to) -> what leads there."""
    sources: dict[tuple[str, str], list[str]] = {}  # (trigger, to) -> from
    for state in process.states:
        for fork, row in possible(process, state, {}):
            if row.go:
                found = sources.setdefault((fork.trigger, row.go), [])
                found += [state] if state not in found else []
    drawn: dict[tuple[str, str], list[str]] = {}
    for (trigger, target), states in sources.items():
        for source in _boxes(states, process):
            drawn.setdefault((source, target), []).append(trigger)
    return drawn


def _boxes(states: list[str], process: Process) -> list[str]:
    """What arrows alike are drawn from: each of a few states, or one box for many."""
    others = [state for state in process.states if state not in states]
    if len(states) <= _FEW:
        return states
    if len(others) < len(states):
        return [f"any state but {', '.join(others)}" if others else "any state"]
    return [" or ".join(states)]
