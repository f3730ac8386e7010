"""`mailbot check` proves over every path: no compensation without a complete form and an approval.

The shipped rules pass; each way of breaking them is refused at its line, with the path that leads there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import effects as fx
from mailbot.cases.decide import after, decide
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.model import Case
from mailbot.errors import Problem
from mailbot.insight import map as drawing
from mailbot.insight import paths
from mailbot.process.load import PROCESS, load
from mailbot.process.vocabulary import FIRST
from tests import ruling
from tests.ruling import MONDAY

RULE = "form.complete and "


def problems(text: str, **letters: str) -> list[Problem]:
    """What the proof says of the shipped rules with this process.yaml (and these letters)."""
    loaded = load({**ruling.files(), PROCESS: text, **letters}, "Europe/London", RECOGNISED)
    assert loaded.process, [problem for problem in loaded.problems if problem.severe]
    return sorted(set(paths.problems(loaded.process)))


def shipped_text() -> str:
    return ruling.files()[PROCESS]


def in_state(state: str, rows: str, event: str = "go_ahead") -> tuple[str, int]:
    """process.yaml with rows for one more event in a state's block, and the line of the first of them."""
    text = shipped_text()
    block = re.search(rf"^{state}:\n(?:(?:  .*)?\n)*?  when:\n", text, re.MULTILINE)
    silent = re.search(rf"^{state}:\n  title: .*\n", text, re.MULTILINE)
    found = block if block and f"\n{state}:" in "\n" + block.group() else None
    if found is None or re.search(r"\n\w", found.group()):
        assert silent, state
        found, rows = silent, f"  when:\n    {event}:\n{rows}"
        begins = 2
    else:
        rows, begins = f"    {event}:\n{rows}", 1
    made = text[: found.end()] + rows + text[found.end() :]
    return made, text[: found.end()].count("\n") + 1 + begins


def short(line: int) -> str:
    return f"(process.yaml:{line})"


def test_shipped_rules_are_proved() -> None:
    """Nothing that is shipped lets an offer out without form and approval."""
    assert problems(shipped_text()) == []


def granting_lines() -> list[int]:
    """The lines of process.yaml on which a row that grants asks for the form."""
    process, lines = ruling.shipped(), shipped_text().split("\n")
    found = []
    for fork in drawing.forks(process):
        for row in fork.rows:
            grants = (
                row.grants or row.approves or any(process.letter(code, "").grants == "offer" for code in row.letters)
            )
            if grants:
                found += [n for n in range(row.place.line, row.place.line + 4) if RULE in lines[n - 1]][:1]
    return found


def test_every_row_that_grants_must_ask_for_the_form() -> None:
    """Of all rows that grant: without `form.complete` in its condition the row itself is refused."""
    lines = granting_lines()
    assert len(lines) >= 6
    for line in lines:
        text = shipped_text().split("\n")
        text[line - 1] = text[line - 1].replace(RULE, "", 1)
        found = problems("\n".join(text))
        assert any(abs(problem.line - line) <= 3 and "without a complete form" in problem.what for problem in found), (
            line
        )


@pytest.mark.parametrize("state", ["awaiting_form", "checking_garments", "assessing", "settled", "parked", "closed"])
def test_an_offer_from_where_there_may_be_no_form(state: str) -> None:
    """A row that sends the first offer on whatever event: told at its line, both for the form and the approval."""
    text, line = in_state(state, "      - send: CL1\n")
    found = problems(text)
    assert {(problem.file, problem.line) for problem in found} == {(PROCESS, line)}
    assert any("'CL1'" in each.what and "without a complete form" in each.what for each in found)
    assert any("'CL1'" in each.what and "nobody has approved" in each.what for each in found)
    told = " ".join(each.what for each in found)
    assert f"-> {state} -> go_ahead {short(line)}" in told
    assert re.search(r": new -> \w+ \(process\.yaml:\d+\) -> ", told), "the path begins where every case begins"


def test_an_offer_with_a_form_that_nobody_approved() -> None:
    """`form.complete` alone is not enough."""
    text, line = in_state("assessing", "      - if: form.complete\n        send: CL1\n")
    (found,) = problems(text)
    assert (found.line, "nobody has approved" in found.what) == (line, True)


@pytest.mark.parametrize("state", paths.PROMISED)
def test_a_state_with_an_offer_is_entered_by_approval_alone(state: str) -> None:
    """`go: offered` from a parked case: without the form, and with it."""
    text, line = in_state("parked", f"      - go: {state}\n")
    found = problems(text)
    assert {problem.line for problem in found} == {line}
    assert any(f"leads to '{state}'" in each.what and "without a complete form" in each.what for each in found)
    text, line = in_state("parked", f"      - if: form.complete\n        go: {state}\n")
    (one,) = problems(text)
    assert (one.line, f"-> parked -> go_ahead {short(line)} -> {state}" in one.what) == (line, True)


def test_reopening_leads_to_no_offer() -> None:
    """A case that has ended, taken up again, begins with an assessment and never with the old offer."""
    text, line = in_state("settled", "      - if: form.complete\n        go: final_offer\n", "reopened_by_staff")
    (found,) = problems(text)
    assert (found.line, "nobody has approved" in found.what) == (line, True)


def test_back_from_parked_is_followed() -> None:
    """An offer that was parked may come back; a `go: back` in any state leads only to what a case has left."""
    text, _ = in_state("offered", "      - go: parked\n")
    assert problems(text) == [], "what was approved stays approved"
    text, _ = in_state("closed", "      - go: back\n")
    assert problems(text) == []


def test_an_approval_is_a_verdict_that_was_given() -> None:
    """`approves: true` on anything but `event.approval == 'given'` is refused: over the limit is no approval."""
    text = shipped_text()
    for loose in ("event.approval != 'no form'", "event.approval in ['given', 'over limit']", "event.claim"):
        changed = text.replace("event.approval == 'given'", loose)
        assert all("event.approval == 'given'" in problem.what for problem in problems(changed))
        assert problems(changed)


def test_the_register_holds_no_acceptance_without_an_offer() -> None:
    """The outcome accepted_… is reached through an approved offer alone."""
    text, line = in_state("awaiting_form", "      - set: {outcome: accepted_cl1}\n        go: settled\n")
    found = problems(text)
    assert {problem.line for problem in found} == {line}
    assert "'accepted_cl1'" in found[0].what


@pytest.mark.parametrize("event", ["customer_wrote", "letter_sent", "automatic_came"])
def test_a_voucher_is_told_on_the_word_of_the_store(event: str) -> None:
    """A letter that tells of a voucher cannot answer what a customer or a machine writes."""
    text, line = in_state("sorting", "      - send: E1\n", "customer_returned")
    assert problems(text) == []
    text, line = in_state("filed", "      - send: E1\n", event)
    (found,) = problems(text)
    assert (found.line, "which tells of a voucher" in found.what) == (line, True)


@pytest.mark.parametrize("state", paths.PROMISED)
def test_no_voucher_beside_an_offer(state: str) -> None:
    """Where an offer is out the till's own voucher is for its owner to know, not for a letter."""
    text, line = in_state(state, "      - send: E1\n", "solved_in_store")
    (found,) = problems(text)
    assert (found.line, f"in '{state}'" in found.what) == (line, True)


# ---- the proof sees all that can happen ----------------------------------------------------------------------------


@lru_cache(maxsize=2)
def walked(form: bool) -> dict[tuple[str, str], set[str]]:
    """(state, state left) -> the rows that the walk holds for possible there."""
    found: dict[tuple[str, str], set[str]] = {}
    known: Any = {} if form else paths.WITHOUT_FORM
    for step in paths.walk(ruling.shipped(), known, lambda at, row: False):
        found.setdefault((step.at.state, step.at.left), set()).add(str(step.row.place))
    return found


SAID = {
    "assessment": {
        "author": "mathilde@shop.test", "author_name": "Mathilde", "finding": "clear error", "client": "good",
        "amount": 6000,
    },
    "proposal": {"author": "lucy@shop.test", "author_name": "Lucy", "finding": "not our error", "client": "bad"},
    "amount": {"author": "mathilde@shop.test", "author_name": "Mathilde", "amount": 6000},
    "repair": {"author": "lucy@shop.test", "author_name": "Lucy", "finding": "repair", "date": "2026-03-20"},
    **ruling.DATA,
}  # fmt: skip
happenings = st.tuples(
    st.sampled_from(sorted({*RECOGNISED, *ruling.events(ruling.shipped())} - {"otherwise", "silence"})),
    st.sampled_from(["customer", "till", "va", "operations", "care", "clock"]),
    st.sampled_from(sorted(SAID)),
)
USUAL = ("complaint_came", "form_completed", "garments_found", "assessment_made", "approved", "offer_declined",
         "offer_accepted", "payment_made", "customer_wrote", "parked_by_staff", "reopened_by_staff")  # fmt: skip
usual = st.tuples(
    st.sampled_from(USUAL), st.sampled_from(["customer", "care"]), st.sampled_from(["amount", "assessment"])
)


@pytest.mark.parametrize("form", [True, False])
@settings(max_examples=150, deadline=None)
@given(happened=st.lists(usual | happenings, max_size=14))
def test_whatever_happens_the_walk_has_been_there(form: bool, happened: list[tuple[str, str, str]]) -> None:
    """Any events on a real case, carried out by `decide`: each row and each state is one that the walk knows."""
    live(happened, form)


def test_the_usual_events_reach_a_payment() -> None:
    """Those sequences do get to an offer and a payment, or they would prove little; never without a form."""
    happened = [
        ("complaint_came", "customer", "nothing"),
        ("form_completed", "customer", "nothing"),
        ("garments_found", "till", "nothing"),
        ("assessment_made", "care", "assessment"),
        ("parked_by_staff", "care", "nothing"),
        ("customer_wrote", "customer", "nothing"),
        ("offer_declined", "customer", "nothing"),
        ("approved", "care", "amount"),
        ("offer_accepted", "customer", "nothing"),
        ("payment_made", "va", "nothing"),
    ]
    assert [live(happened[:n], True) for n in (4, 6, 8, 9, 10)] == [
        "offered", "offered", "final_offer", "awaiting_payment", "settled"
    ]  # fmt: skip
    assert live(happened, False) not in paths.PROMISED
    assert not {state for state, _ in walked(False)} & set(paths.PROMISED)


def live(happened: list[tuple[str, str, str]], form: bool) -> str:
    """The state that a case comes to by these events, each step of which the walk must know."""
    process, places = ruling.shipped(), walked(form)
    case = Case(code="BLANC-4K7QD2M", state=FIRST)
    for name, by, data in happened:
        brought: tuple[fx.Effect, ...] = ()
        if form and name in ("form_completed", "form_changed"):
            values = ruling.full_form().values
            brought = (fx.FillForm(values, (), True), fx.SetFact("category", "damage"))
        spot = (case.state, case.parked_from)
        decision = decide(case, Event(name, by, SAID[data]), brought, process, MONDAY)
        assert decision.rule in places[spot], (spot, name, decision.rule)
        case = after(case, (*decision.effects, *_sent(case, decision.sends)), MONDAY)
    assert (case.state, case.parked_from) in places
    return case.state


def _sent(case: Case, sends: Any) -> list[fx.Effect]:
    count = len(case.letters)
    return [fx.SendLetter(count + n, send.letter, send.role, send.to, f"<{n}@x.y>") for n, send in enumerate(sends, 1)]


# ---- the map -------------------------------------------------------------------------------------------------------


def test_the_map_holds_every_state_and_every_arrow() -> None:
    """For a terminal and as a diagram: each state once, each `go:` of the file."""
    process = ruling.shipped()
    text = "\n".join(drawing.text(process))
    for name, state in process.states.items():
        assert f"{name}: {state.title}" in text
    rows = [row for fork in drawing.forks(process) for row in fork.rows if row.go]
    assert text.count("    -> ") == len(rows)
    diagram = list(drawing.mermaid(process))
    assert diagram[0] == "stateDiagram-v2"
    ends = {line.split("-->")[1].partition(":")[0].strip() for line in diagram if "-->" in line}
    assert ends >= {row.go for row in rows} - {"back"}
