"""All cases at a glance: which are asked for, the table of `mailbot cases`, what is overdue, how many wait for whom.

Pure. Decides what counts as overdue: somebody of the house is waited for, and has been asked again since, or the day
has come that was told to somebody. A silent customer is not overdue; a step that the desk itself has not taken is late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.cases.model import Case, Letter
from mailbot.cases.silence import due, party_awaited
from mailbot.insight.happenings import role_name
from mailbot.insight.listing import ending, state_title, who
from mailbot.insight.moments import Moments
from mailbot.insight.sheet import Bit, Column, Table, Words, words
from mailbot.process.model import Process, Rung

_LATE = timedelta(hours=1)  # a desk that runs takes a step within a minute or so
NARROW, WIDE = 70, 100  # columns: below, a case's age has no room; from there on, states are called by their titles


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are asked for; '' and False = any. search: words that all stand somewhere in the case."""

    waiting_on: str = ""
    store: str = ""
    search: str = ""
    overdue: bool = False
    open: bool = False


ALL = Wanted()


def fits(case: Case, wanted: Wanted, process: Process) -> bool:
    """Whether a case is one of those asked for."""
    if wanted.waiting_on and (has_ended(case, process) or party_awaited(case, process) != wanted.waiting_on):
        return False
    if wanted.store and case.store.casefold() != wanted.store.casefold():
        return False
    if wanted.open and has_ended(case, process):
        return False
    if wanted.overdue and overdue_since(case, process) is None:
        return False
    text = _text(case)
    return all(word in text for word in wanted.search.casefold().split())


def has_ended(case: Case, process: Process) -> bool:
    """Whether nothing more is to be done on it."""
    state = process.states.get(case.state)
    return bool(case.outcome) or (state is not None and not state.open)


def overdue_since(case: Case, process: Process) -> datetime | None:
    """Since when a case is overdue; None where it is not."""
    party = party_awaited(case, process)
    if has_ended(case, process) or party in ("", "customer"):
        return None
    theirs = {address.casefold() for person in process.people.in_role(party) for address in person.addresses}
    entered, answered = case.entered_at, case.heard.get(party)
    asked = [each for each in case.letters if each.to.casefold() in theirs and not (entered and each.at < entered)]
    again = (each for number, each in enumerate(asked) if each.step and _is_again(each, asked[:number], case, process))
    return next((each.at for each in again if answered is None or each.at > answered), None)


def table(cases: Sequence[Case], process: Process, moments: Moments, columns: int) -> Table:
    """The cases for a terminal of so many columns."""
    told = [_row(case, process, moments, titled=columns >= WIDE) for case in cases]
    heads = [Column("case"), Column("age"), Column("customer", 8), Column("where it stands", 12)]
    if columns >= NARROW:
        return Table((*heads, Column("waits for"), Column("next", 8)), tuple(told))
    narrow = [(code, who, state, words(waits, ", ", then)) for code, _, who, state, waits, then in told]
    return Table((heads[0], *heads[2:], Column("waits for, and next", 12)), tuple(narrow))


def rows(cases: Sequence[Case], process: Process, moments: Moments) -> Table:
    """The cases for other programs that read lines: the state by its own name."""
    found = [(_row(case, process, moments), words(case.state)) for case in cases]
    columns = tuple(Column("") for _ in range(6))
    return Table(columns, tuple((row[0], state, *row[1:3], *row[4:]) for row, state in found))


def summary(cases: Sequence[Case], process: Process) -> Words:
    """How many are open, for whom they wait, what is overdue, what has ended."""
    alive = [case for case in cases if not has_ended(case, process)]
    waiting = Counter(party_awaited(case, process) for case in alive)
    waiting.pop("", None)
    told = [f"{n} wait{'s' * (n == 1)} for {role_name(party)}" for party, n in waiting.most_common()]
    overdue = sum(overdue_since(case, process) is not None for case in alive)
    ended = len(cases) - len(alive)
    return words(
        ", ".join([f"{len(alive)} open", *told]),
        *((", ", Bit(f"{overdue} overdue", "bad")) if overdue else ()),
        f"; {ended} ended" if ended else "",
    )


def unsorted(cases: Sequence[Case], process: Process) -> Iterator[str]:
    """Mail that is still being sorted: how much waits for whom, a sentence for each of them."""
    waiting = Counter(party_awaited(case, process) for case in cases)
    for party, n in waiting.most_common():
        mail, what = ("1 mail waits", "it is") if n == 1 else (f"{n} mails wait", "they are")
        yield f"{mail} for {role_name(party)} to say what {what}"


def late(cases: Sequence[Case], process: Process, moments: Moments) -> int:
    """In how many cases the desk itself is late with a step of its own: it is not running, or cannot reach its mail."""
    return sum(_is_late(case, process, moments) for case in cases)


def _row(case: Case, process: Process, moments: Moments, titled: bool = True) -> tuple[Words, ...]:
    quiet = "quiet" if has_ended(case, process) else ""
    stands = state_title(case, process) if titled else case.state.replace("_", " ")
    return (
        words(Bit(case.code, quiet or "strong")),
        words(Bit(moments.brief_age(case.opened_at) if case.opened_at else "", quiet)),
        words(Bit(who(case), quiet)),
        words(Bit(stands, quiet)),
        _waits(case, process, moments),
        _next(case, process, moments),
    )


def _waits(case: Case, process: Process, moments: Moments) -> Words:
    party = party_awaited(case, process)
    if has_ended(case, process) or not party:
        return words(Bit("nobody", "quiet"))
    return words(Bit("! ", "bad") if overdue_since(case, process) else "", party)


def _next(case: Case, process: Process, moments: Moments) -> Words:
    if has_ended(case, process):
        return words(Bit(ending(case) or "ended", "quiet"))
    since, coming = overdue_since(case, process), due(case, process)
    if since:
        return words(Bit(f"overdue since {moments.short_day(since)}", "bad"))
    if coming and _is_late(case, process, moments):
        return words(Bit(f"late since {moments.short_day(coming.at)}", "doubt"))
    return words(moments.short(coming.at) if coming else Bit("nothing", "quiet"))


def _is_late(case: Case, process: Process, moments: Moments) -> bool:
    coming = due(case, process)
    return coming is not None and coming.at + _LATE < moments.now


def _is_again(letter: Letter, before: Sequence[Letter], case: Case, process: Process) -> bool:
    """Whether silence asked once more, or on a day that somebody was told."""
    if any(each.letter == letter.letter for each in before):
        return True
    rung = _rung(letter.step, case, process)
    fact = process.facts.get(rung.since) if rung else None
    return fact is not None and fact.kind == "date"


def _rung(step: str, case: Case, process: Process) -> Rung | None:
    state = process.states.get(case.state)
    ladder = (*(state.silence if state else ()), *process.always_silence)
    return next((rung for rung in ladder if rung.id == step), None)


def _text(case: Case) -> str:
    """All that a case can be found by."""
    customer = case.customer
    found = (case.code, customer.name, customer.address, customer.phone, case.store, case.owner, case.garment)
    return "\n".join((*found, case.category, *case.form.values.values())).casefold()


def candidates(cases: Sequence[Case], process: Process, moments: Moments) -> Iterator[str]:
    """Cases that a name could mean, a line each."""
    for case in cases:
        opened = f", {moments.age(case.opened_at)} old" if case.opened_at else ""
        garment = f", {case.garment}" if case.garment else ""
        yield f"{case.code}  {who(case)}{garment}{opened}: {state_title(case, process)}"
