"""No compensation without complaint form, proved over every path of the process (PROCESS.md "The rule above all").

The process is walked as a graph, once in a world in which no form is ever complete, once in a world in which nobody
ever approves: in neither may an offer leave or a case come to a state in which one is out. What cannot be told from
the rules alone (who wrote, what the letters before were) may be anything. Proves the rules, whatever a case holds;
the guard looks at each letter besides (`letters/guard.py`). Pure; knows no letter and no event by name.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailbot.errors import Problem
from mailbot.insight.map import BEFORE, EVERY, Fork, Known, decided, forks, possible
from mailbot.process.model import Process, Row
from mailbot.process.vocabulary import BACK, FIRST, VERDICTS

PROMISED = ("offered", "final_offer", "awaiting_payment")  # in these states an offer is out, or money is owed
GRANTED = ("accepted_cl1", "accepted_cl2")  # outcomes of the register that say so
OFFER, VOUCHER = "offer", "voucher"  # what a letter's `grants:` may be
GIVEN = "given"  # the one verdict on which an offer may leave
IN_STORE = "till"  # who may give a voucher before there is a form

WITHOUT_FORM: Known = {"form": {"complete": False}}
WITHOUT_APPROVAL: Known = {"case": {"approved": False}}


@dataclass(frozen=True, slots=True)
class Spot:
    """A case as the proof sees it: its state, and the one that it left when it was parked."""

    state: str
    left: str = ""

    def after(self, row: Row) -> Spot:
        """Where a row leads (as cases/apply.py enters a state)."""
        state = (self.left or self.state) if row.go == BACK else row.go or self.state
        parked = state == "parked" and self.state != "parked"
        return Spot(state, self.state if parked else self.left)


@dataclass(frozen=True, slots=True)
class Step:
    """A row that can be carried out at a spot, where it leads, and the steps before it."""

    at: Spot
    trigger: str
    row: Row
    then: Spot
    before: Step | None = None

    def __str__(self) -> str:
        steps: list[Step] = []
        step: Step | None = self
        while step:
            steps.insert(0, step)
            step = step.before
        return FIRST + "".join(f" -> {each.trigger} ({_short(each.row)}) -> {each.then.state}" for each in steps)


def problems(process: Process) -> Iterator[Problem]:
    """Every row that breaks the rule, with the path that leads to it."""
    yield from _unguarded(process)
    yield from _reached_without_form(process)
    yield from _reached_without_approval(process)
    yield from _unjudged(process)
    yield from _vouchers(process)


def walk(process: Process, known: Known, barred: Callable[[Spot, Row], bool]) -> Iterator[Step]:
    """Every row that can be carried out in a world, at every spot it can be carried out at, the shortest path first.

    Args:
        known: what holds in that world; everything else may be anything.
        barred: rows that the walk does not go on from.
    """
    rows: dict[str, list[tuple[Fork, Row]]] = {}
    came: set[Spot] = {Spot(FIRST)}
    queue: deque[tuple[Spot, Step | None]] = deque([(Spot(FIRST), None)])
    while queue:
        at, before = queue.popleft()
        if at.state not in rows:
            rows[at.state] = list(possible(process, at.state, known))
        for fork, row in rows[at.state]:
            step = Step(at, fork.trigger, row, at.after(row), before)
            yield step
            if step.then not in came and not barred(at, row):
                came.add(step.then)
                queue.append((step.then, step))


def _unguarded(process: Process) -> Iterator[Problem]:
    """A row that grants, or leads to where an offer is out, asks for the form itself: its own condition says so."""
    for fork, row in _rows(process):
        enters = row.go in PROMISED and fork.block not in PROMISED
        what = _grants(row, process) or (f"leads to '{row.go}', where an offer is out" if enters else "")
        if what and decided(row.condition, _facts(fork, WITHOUT_FORM)) is not False:
            steps = walk(process, WITHOUT_FORM, _anywhere)
            path = next((str(step) for step in steps if step.row is row), "")
            yield _problem(row, f"{what}, with or without a complete form; write `if: form.complete and …`", path)


def _reached_without_form(process: Process) -> Iterator[Problem]:
    """Where no form is ever complete no case comes to a state in which an offer is out, by whatever way."""
    steps = walk(process, WITHOUT_FORM, lambda at, row: bool(_promises(at, row)))
    for step in _first_of_each_row(steps, lambda step: bool(_promises(step.at, step.row))):
        if step.row.go not in PROMISED:  # of those it has been told already
            yield _problem(step.row, f"{_promises(step.at, step.row)}, without a complete form", str(step))


def _reached_without_approval(process: Process) -> Iterator[Problem]:
    """Where nobody ever approves no offer leaves, and no case comes to a state in which one is out."""

    def breaks(at: Spot, row: Row) -> str:
        codes = _letters(row, process, OFFER)
        return f"sends '{codes[0]}', which grants" if codes else _promises(at, row)

    steps = walk(process, WITHOUT_APPROVAL, lambda at, row: row.approves or bool(breaks(at, row)))
    for step in _first_of_each_row(steps, lambda step: not step.row.approves and bool(breaks(step.at, step.row))):
        yield _problem(step.row, f"{breaks(step.at, step.row)}, though nobody has approved it", str(step))


def _unjudged(process: Process) -> Iterator[Problem]:
    """A row that approves is carried out on nothing but an approval that was found good."""
    for fork, row in _rows(process):
        verdicts = (_facts(fork, {"event": {"approval": verdict}}) for verdict in ("", *VERDICTS) if verdict != GIVEN)
        if row.approves and any(decided(row.condition, facts) is not False for facts in verdicts):
            yield _problem(row, f"is marked `approves`; write `if: event.approval == '{GIVEN}' and …`")


def _vouchers(process: Process) -> Iterator[Problem]:
    """A letter that tells of a voucher goes only on the word of somebody in the store, and before any offer."""
    said = in_store(process)
    for fork, row in _rows(process):
        codes = _letters(row, process, VOUCHER)
        if codes and fork.trigger not in said:
            what = f"sends '{codes[0]}', which tells of a voucher, on '{fork.trigger}'"
            yield _problem(row, f"{what}; a till can bring only: {', '.join(sorted(said))}")
    for state in PROMISED:
        for _, row in possible(process, state, {}):
            if codes := _letters(row, process, VOUCHER):
                what = f"sends '{codes[0]}', which tells of a voucher, in '{state}', where an offer is out"
                yield _problem(row, what)


def in_store(process: Process) -> set[str]:
    """The events that a till can bring: by a command, or by an answer to a letter that it gets."""
    said = {command.event for command in process.commands if IN_STORE in command.who}
    for languages in process.letters.values():
        for card in languages.values():
            if {IN_STORE, "author"} & set(card.audience):
                said |= {answer.event for answer in card.answers}
    return said


def _promises(at: Spot, row: Row) -> str:
    """What a row does, beyond its letters, that only a form and an approval allow; '' for nothing."""
    state = at.after(row).state
    if state in PROMISED and at.state not in PROMISED:
        return f"leads to '{state}', where an offer is out"
    outcome = row.set.get("outcome")
    return f"sets the outcome '{outcome}'" if outcome in GRANTED else ""


def _grants(row: Row, process: Process) -> str:
    """What makes a row one that grants, or ''."""
    codes = _letters(row, process, OFFER)
    if codes:
        return f"sends '{codes[0]}', which grants"
    return "is marked `approves`" if row.approves else "is marked `grants`" if row.grants else ""


def _letters(row: Row, process: Process, grants: str) -> list[str]:
    return [code for code in row.letters if any(card.grants == grants for card in process.letters[code].values())]


def _rows(process: Process) -> Iterator[tuple[Fork, Row]]:
    return ((fork, row) for fork in forks(process) for row in fork.rows)


def _first_of_each_row(steps: Iterator[Step], wanted: Callable[[Step], bool]) -> Iterator[Step]:
    """The shortest path to each row that is wanted."""
    told: set[int] = set()
    for step in steps:
        if id(step.row) not in told and wanted(step):
            told.add(id(step.row))
            yield step


def _anywhere(_at: Spot, _row: Row) -> bool:
    return False


def _facts(fork: Fork, known: Known) -> Known:
    """What is known, and the state that the row stands in, if it stands in one."""
    return known if fork.block in (BEFORE, EVERY) else {**known, "case": {"state": fork.block}}


def _short(row: Row) -> str:
    return f"{row.place.file.rpartition('/')[2]}:{row.place.line}"


def _problem(row: Row, what: str, path: str = "") -> Problem:
    return Problem(row.place.file, row.place.line, f"{what}: {path}" if path else what)
