"""What comes next on a case if nobody writes, and when; or why nothing does. Pure: computed as the clock computes it.

Decides nothing: `cases.silence` says which rung is next. This says it in words, with the rest of the ladder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailbot.cases import silence
from mailbot.cases.facts import facts_of
from mailbot.cases.model import Case
from mailbot.insight import happenings
from mailbot.insight.moments import Moments
from mailbot.insight.steps import title_of
from mailbot.process.model import Process, Row, Rung
from mailbot.process.vocabulary import BACK, PARTIES, QUIET


@dataclass(frozen=True, slots=True)
class Coming:
    """The next step of silence. at: None = none comes.

    what: the sentence, without its full stop; others: what is worth knowing too.
    """

    at: datetime | None
    rule: str
    letters: tuple[str, ...]
    goes: str
    what: str
    others: tuple[str, ...] = ()


def coming(case: Case, process: Process, moments: Moments) -> Coming:
    """What comes next if nobody writes; never what comes of an answer."""
    due = silence.due(case, process)
    stopped = _stopped(case, process)
    if due is None:
        return Coming(None, "", (), "", f"Nothing comes by itself: {stopped or _over(case, process)}")
    row = due.rung.row
    then, when = _if(due.rung, case, process, moments), _when(due.at, moments)
    what = f"{then}, {_does(row, case, process)} {when}"
    others = [f"The clock of “{title_of(case.state, process)}” stands still: {stopped}."] if stopped else []
    if row.send:
        others.append(_cap(case))
    if later := _later(due.rung, case, process):
        others.append(later)
    return Coming(due.at, str(row.place), row.letters, row.go, what, tuple(others))


def _if(rung: Rung, case: Case, process: Process, moments: Moments) -> str:
    fact = process.facts.get(rung.since)
    if fact and fact.kind == "date":
        return f"Counted from {moments.said(case.facts.get(rung.since))} ({fact.about})"
    if rung.since in process.letters:
        return f"If nobody answers {rung.since}"
    party = rung.since if rung.since in PARTIES else silence.party_awaited(case, process)
    if party == "customer":
        return "If the customer stays silent"
    return f"If nothing comes from {happenings.role_name(party)}" if party else "If nothing happens"


def _does(row: Row, case: Case, process: Process) -> str:
    """The letters that go, to whom, and where the case goes."""
    done = [_letter(code, row, case, process) for code in row.letters]
    if row.go:
        done.append(f"the case goes to “{title_of(case.parked_from if row.go == BACK else row.go, process)}”")
    return " and ".join(done) or "a note is made"


def _letter(code: str, row: Row, case: Case, process: Process) -> str:
    audience = process.letter(code, "").audience
    roles = audience if "customer" in audience else row.to.get(code) or row.to.get("") or audience
    names = [_named(role, case) for role in roles]
    return f"{code} goes to {' and '.join(dict.fromkeys(names))}"


def _named(role: str, case: Case) -> str:
    if role == "customer":
        return case.customer.name or "the customer"
    return case.owner if role == "owner" and case.owner else happenings.role_name(role)


def _when(at: datetime, moments: Moments) -> str:
    """The day alone: working days counted from today would not be those that the rule counts from its letter."""
    if at <= moments.now:
        return f"in the next cycle of the desk; it could have gone {moments.on(at)}"
    return moments.on(at)


def _cap(case: Case) -> str:
    """How many letters nobody asked for may still go."""
    heard = case.heard.get("customer")
    gone = sum(
        letter.audience == "customer" and bool(letter.step) and (heard is None or letter.at > heard)
        for letter in case.letters
    )
    most = silence.UNPROMPTED_WITHOUT_ANSWER
    return f"At most {most} letters go to a customer who does not answer; {gone or 'none'} of them {_have(gone)} gone."


def _have(count: int) -> str:
    return "has" if count < 2 else "have"


def _later(rung: Rung, case: Case, process: Process) -> str:
    """The rest of the state's ladder."""
    state = process.states.get(case.state)
    if state is None or rung not in state.silence or rung.row.go:
        return ""
    return f"After that: {'; '.join(told)}." if (told := list(_rest(rung, state.silence, case, process))) else ""


def _rest(rung: Rung, ladder: tuple[Rung, ...], case: Case, process: Process) -> Iterator[str]:
    known = facts_of(case, None, process)
    for each in ladder[ladder.index(rung) + 1 :]:
        if each.row.condition is None or each.row.condition.evaluate(known):  # as the case stands now
            yield f"{each.after} of silence, {_does(each.row, case, process)} ({each.row.place})"


def _stopped(case: Case, process: Process) -> str:
    """Why the ladder of the state does not run, '' where it does."""
    state = process.states.get(case.state)
    if case.facts.get("owed"):
        return "the customer waits for a word of ours, and nobody is chased before they have it"
    if case.facts.get(QUIET):
        return "a person has this case, and no letter leaves by itself before somebody says “go on”"
    last = next((letter for letter in reversed(case.letters) if letter.audience == "customer"), None)
    if state and state.waiting_on == "customer" and last and last.status != "sent":
        return f"the customer has not had our last letter yet ({last.letter}: {happenings.status(last.status)[0]})"
    return ""


def _over(case: Case, process: Process) -> str:
    state = process.states.get(case.state)
    if state is None:
        return f"the rules know no state “{case.state}” any more"
    if not state.open:
        return "the case has ended"
    if not state.silence:
        return f"in “{state.title}” the rules have nothing for silence; a mail of the customer or of staff moves it on"
    return f"every step of silence of “{state.title}” has been taken, or its condition does not hold"
