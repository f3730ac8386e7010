"""The history of a case as steps that a shop owner can follow: who did what, why, by which rule, and what came of it.

Pure. Tells what was recorded, never what today's rules would do; where the rules have changed since, it says so.
That a letter left is told with the letter, not as a step of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.cases import effects as fx
from mailbot.cases.apply import apply
from mailbot.cases.model import Case, Entry
from mailbot.insight import happenings
from mailbot.insight.evidence import plainly
from mailbot.insight.map import Fork, forks
from mailbot.insight.moments import Moments
from mailbot.insight.noted import Noted, noted
from mailbot.process.model import Process, Row

_LEFT = "letter_sent"  # told with the letter itself
_HELD = "letter_held"


@dataclass(frozen=True, slots=True)
class Told:
    """One letter of a step: what it is, to whom, and what became of it. at: when it left; reason: why it was held."""

    letter: str
    about: str
    to: str
    name: str
    status: str
    at: datetime | None = None
    reason: str = ""
    rehearsed: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """The row that decided. block (the state's title), when, note: the rules' own words, '' where they have changed."""

    place: str
    block: str = ""
    when: str = ""
    note: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a history. goes: the state entered ('' = it stays), and its title."""

    number: int
    at: datetime
    event: str
    by: str
    what: str
    said: str
    evidence: tuple[str, ...]
    rule: Rule | None
    letters: tuple[Told, ...]
    goes: str
    title: str
    noted: tuple[Noted, ...]


def steps(case: Case, history: Sequence[Entry], process: Process, moments: Moments) -> tuple[Step, ...]:
    """Every step but that a letter left."""
    rows = _rows(process)
    held = {entry.event.data.get("n"): entry for entry in history if entry.event.name == _HELD}
    return tuple(
        _step(entry, before, case, rows, held, process, moments)
        for before, entry in _folded(case.code, history)
        if entry.event.name != _LEFT or any(not isinstance(effect, fx.MarkLetter) for effect in entry.effects)
    )


def title_of(state: str, process: Process) -> str:
    """How the rules call a state; its own name where they know it no more."""
    known = process.states.get(state)
    return known.title if known else state.replace("_", " ")


def when(fork: Fork, row: Row) -> str:
    """When a row is carried out, in words; its condition as it stands in the file."""
    since = f", counted from {fork.rung.since}" if fork.rung and fork.rung.since else ""
    event = f"after {fork.rung.after} of silence{since}" if fork.rung else f"when {fork.trigger.replace('_', ' ')}"
    return event + (f", if {' '.join(row.condition.source.split())}" if row.condition else "")


def _folded(code: str, history: Sequence[Entry]) -> Iterator[tuple[Case, Entry]]:
    """Each entry with the case as it stood before."""
    case = Case(code=code)
    for entry in history:
        yield case, entry
        case = apply(case, entry)


def _rows(process: Process) -> dict[str, tuple[Fork, Row]]:
    """Every row by its place."""
    return {str(row.place): (fork, row) for fork in forks(process) for row in fork.rows}


def _step(
    entry: Entry,
    before: Case,
    case: Case,
    rows: dict[str, tuple[Fork, Row]],
    held: dict[object, Entry],
    process: Process,
    moments: Moments,
) -> Step:
    row = rows.get(entry.rule) if entry.rules_version == process.version else None
    happened = happenings.happened(entry, before, row[0].rung if row else None, process, moments)
    note = row[1].note if row else ""
    evidence = (each for each in entry.why if each not in (note, *happened.told))
    goes = next((effect.state for effect in reversed(entry.effects) if isinstance(effect, fx.Go)), "")
    return Step(
        number=entry.number,
        at=entry.at,
        event=entry.event.name,
        by=entry.event.by,
        what=happened.what,
        said=happened.said,
        evidence=tuple(dict.fromkeys(map(plainly, evidence))),
        rule=_rule(entry, row, process),
        letters=tuple(_letters(entry, case, held, process)),
        goes=goes,
        title=title_of(goes, process) if goes else "",
        noted=tuple(noted(entry, before, process, moments)),
    )


def _rule(entry: Entry, row: tuple[Fork, Row] | None, process: Process) -> Rule | None:
    if not entry.rule:
        return None
    if row is None:
        return Rule(entry.rule, changed=entry.rules_version != process.version)
    state = process.states.get(row[0].block)
    return Rule(entry.rule, state.title if state else "", when(*row), row[1].note)


def _letters(entry: Entry, case: Case, held: dict[object, Entry], process: Process) -> Iterator[Told]:
    letters = {letter.n: letter for letter in case.letters}
    for effect in entry.effects:
        if isinstance(effect, fx.SendLetter):
            today = letters.get(effect.n)
            reason = str(held[effect.n].event.data.get("reason") or "") if effect.n in held else ""
            yield Told(
                effect.letter,
                happenings.about(effect.letter, process),
                effect.to,
                happenings.name_of(effect.to, effect.audience, case, process),
                today.status if today else effect.status,
                today.sent_at if today else None,
                reason,
                effect.rehearsed,
            )
