"""Deciding is total: every event in every state, on every kind of case, does something written or reaches a human.

And what was decided can be folded again: the recorded entries make the same case, whatever the rules say later.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.cases import effects as fx
from mailbot.cases import silence
from mailbot.cases.apply import fold
from mailbot.cases.around import Around
from mailbot.cases.decide import decide
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.model import Case, Customer, Entry
from mailbot.cases.record import case_from_json, case_to_json, entry_from_json, entry_to_json
from mailbot.letters.step import Step, take, take_silence
from mailbot.process.load import PROCESS
from tests import ruling
from tests.ruling import DATA, MONDAY, case, event, full_form, letter, room, rows, shapes, shipped

STATES = (*shipped().states, "a_state_of_another_day")
EVENTS = ruling.events(shipped())
PARTIES = ("customer", "till", "va", "operations", "care", "admin", "stranger", "clock", "desk")
PLACES = {str(row.place) for row in rows(shipped())}
ROOM = room()
SAYS = {
    "by staff": "till",
    "staff offer": "till",
    "staff approves": "care",
    "staff assesses": "operations",
    "staff names": "care",
}


def assert_whole(step: Step, before: Case) -> None:
    """A step that can be committed: numbered on, letters numbered on, each written whole or held and told."""
    assert [entry.number for entry in step.entries] == [before.version + 1 + i for i in range(len(step.entries))]
    assert step.case.version == step.entries[-1].number
    numbers = [each.n for each in step.case.letters]
    assert len(set(numbers)) == len(numbers)
    ids = [each.letter.message_id for each in step.outgoing]
    assert len(set(ids)) == len(ids)
    for each in step.outgoing:
        mail = message_from_bytes(each.raw)
        assert mail["X-Mailbot-Letter"] == each.letter.letter
        assert each.letter.to
        assert not mail.defects
    for held in step.held:
        told = [entry for entry in step.entries if entry.event.name == "letter_held"]
        assert any(entry.event.data["n"] == held.letter.n for entry in told)
    if step.held:
        assert any(each.letter.audience != "customer" for each in step.outgoing), "held, and nobody was told"


# ---- totality -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_in_every_state_is_decided_and_written(name: str) -> None:
    """On 17 kinds of case, with 12 kinds of data: a rule is cited, or it is a human's and somebody is told of it."""
    written: dict[tuple[str, str], set[str]] = defaultdict(set)
    kinds = list(DATA)
    for state in STATES:
        kinds = [*kinds[1:], kinds[0]]  # each state begins with others
        for shape, before in shapes(state).items():
            for kind in kinds:
                data = DATA[kind]
                happened = Event(name, SAYS.get(kind, "customer"), data, "k")
                decision = decide(before, happened, (), shipped(), MONDAY)
                where = f"{name} in {state} on {shape} with {kind}"
                assert decision.rule in PLACES, where
                if decision.kept_for_human:
                    assert decision.sends, f"{where}: kept for a human, and no human is told"
                    assert "stays for a human" in decision.why[0]
                if len(written[decision.rule, shape]) < 3 and kind not in written[decision.rule, shape]:
                    written[decision.rule, shape].add(kind)  # the same letters come again from other states
                    assert_whole(take(before, happened, (), ("evidence",), ROOM, Around(), MONDAY), before)


@pytest.mark.parametrize("name", EVENTS)
def test_every_party_can_bring_every_event(name: str) -> None:
    """Whoever it is said to be from, on a case in the middle of its life: decided and written."""
    before = case("checking_garments", form=full_form())
    for by, kind in zip(itertools.cycle(PARTIES), (*DATA, *DATA), strict=False):
        step = take(before, Event(name, by, DATA[kind]), (), (), ROOM, Around(), MONDAY)
        assert step.entries[0].rule in PLACES, f"{name} by {by} with {kind}"
        assert_whole(step, before)


@pytest.mark.parametrize("state", [state.name for state in shipped().states.values() if state.silence])
def test_every_rung_of_every_ladder_can_be_fired(state: str) -> None:
    """Each rung, on each kind of case it may meet: written or held, and marked as fired."""
    for before in shapes(state).values():
        for rung in shipped().states[state].silence:
            step = take_silence(before, rung, ROOM, Around(), MONDAY)
            assert_whole(step, before)
            went = any(isinstance(effect, fx.Go) for effect in step.entries[0].effects)
            assert went or rung.id in step.case.fired
            assert step.entries[0].rule in PLACES


def test_an_event_that_no_row_knows_stays_for_a_human_and_the_owner_hears() -> None:
    """An event of tomorrow's rules: kept, the owner told, the reason kept with it."""
    step = take(case("awaiting_form"), event("something_new"), (), (), ROOM, Around(), MONDAY)
    assert step.kept_for_human
    assert [(each.letter.letter, each.letter.to) for each in step.outgoing] == [
        ("customer-wrote", "mathilde@shop.test")
    ]
    assert step.entries[0].why == ("no row for something_new in state awaiting_form: it stays for a human",)


def test_every_letter_reaches_somebody_even_when_a_role_is_empty() -> None:
    """With nobody at the till and in operations the letter goes to the va; with no va either, to care."""
    process = shipped()
    alone = tuple(person for person in process.people.people if "care" in person.roles)
    for people, wanted in (
        (tuple(p for p in process.people.people if not {"till", "operations"} & set(p.roles)), "vera@shop.test"),
        (alone, "mathilde@shop.test"),
    ):
        bare = replace(process, people=replace(process.people, people=people))
        asked = take(
            case("awaiting_form", form=full_form()), event("form_completed"), (), (), room(bare), Around(), MONDAY
        )
        assert {each.letter.to for each in asked.outgoing} == {wanted, "vera@shop.test"} & {
            p.addresses[0] for p in people
        }


def test_the_first_row_whose_condition_holds_wins_and_only_that_one() -> None:
    """A parked customer who asks for money and has the form gets E2-again alone; one without claim the form."""
    claims = take(case("parked"), event("customer_wrote", claim=True), (), (), ROOM, Around(), MONDAY)
    assert [each.letter.letter for each in claims.outgoing] == ["E2-again"]
    asks = take(case("parked"), event("customer_wrote", claim=False), (), (), ROOM, Around(), MONDAY)
    assert [each.letter.letter for each in asks.outgoing] == ["E2"]


def test_conditions_see_the_case_after_what_the_event_brought() -> None:
    """A form that arrives with the event decides the route at once."""
    filled = (fx.FillForm({"where": "with me", "problem": "damaged"}, (), True),)
    step = take(case("awaiting_form"), event("form_completed"), filled, (), ROOM, Around(), MONDAY)
    assert step.case.state == "awaiting_garments"
    assert step.case.form.complete


def test_back_is_the_state_that_a_parked_case_left() -> None:
    """`go: back` returns to it; on a case that was never parked it stays where it is."""
    parked = case("parked", parked_from="awaiting_garments", form=full_form())
    step = take(parked, event("customer_returned"), (), (), ROOM, Around(), MONDAY)
    assert step.case.state == "awaiting_garments"
    odd = take(case("parked", form=full_form()), event("customer_returned"), (), (), ROOM, Around(), MONDAY)
    assert odd.case.state == "parked"


def test_the_rule_that_is_cited_is_the_line_in_the_file() -> None:
    """file:line of a decision is where the row stands."""
    decision = decide(case("awaiting_form"), event("customer_wrote", claim=True), (), shipped(), MONDAY)
    file, line = re.fullmatch(r"(.+):(\d+)", decision.rule).groups()  # type: ignore[union-attr]
    assert file == PROCESS
    assert "if: event.claim and 'E2' in case.letters" in ruling.files()[PROCESS].splitlines()[int(line) - 1]


def test_events_that_python_recognises_are_all_handled_somewhere() -> None:
    """No recognised event is without a row: an `any:` row or one in a state."""
    process = shipped()
    handled = {*process.always, *(name for state in process.states.values() for name in state.when)}
    assert set(RECOGNISED) - {"silence"} <= handled


# ---- letters that did not leave -----------------------------------------------------------------------------


def test_a_held_letter_does_not_count_as_sent() -> None:
    """E2 was held: a claim then gets the form, not `E2-again`."""
    held = case("parked", letters=(letter(1, "E2", status="held"),))
    step = take(held, event("customer_wrote", claim=True), (), (), ROOM, Around(), MONDAY)
    assert [each.letter.letter for each in step.outgoing] == ["E2"]


@pytest.mark.parametrize("name", ["letter_failed", "letter_bounced"])
def test_a_letter_that_cannot_reach_the_customer_becomes_a_call(name: str) -> None:
    """To the customer: the va calls. To staff: the admin. About an alert: nobody, or it goes on for ever."""
    happened = [("customer", "call", "vera@shop.test"), ("till", "alert", "ada@shop.test"), ("admin", None, None)]
    for to, code, address in happened:
        step = take(case("awaiting_form"), event(name, "desk", to=to, n=1, letter="E2"), (), (), ROOM, Around(), MONDAY)
        assert [(each.letter.letter, each.letter.to) for each in step.outgoing] == ([(code, address)] if code else [])


def test_a_letter_in_doubt_is_told_to_the_admin() -> None:
    """Nobody guesses whether it left."""
    doubted = event("letter_doubted", "desk", n=1, letter="E2", to="customer")
    step = take(case("awaiting_form"), doubted, (fx.MarkLetter(1, "in_doubt"),), (), ROOM, Around(), MONDAY)
    assert [(each.letter.letter, each.letter.to) for each in step.outgoing] == [("doubt", "ada@shop.test")]
    assert step.case.letters[0].status == "in_doubt"


def test_a_step_never_goes_back_in_time() -> None:
    """A clock that was set back does not make a case's history run backwards."""
    before = case("awaiting_form", last_at=MONDAY + timedelta(hours=5))
    step = take(before, event("customer_wrote"), (), (), ROOM, Around(), MONDAY)
    assert step.entries[0].at == before.last_at


# ---- folding ------------------------------------------------------------------------------------------------

_WORDS = st.text(max_size=30) | st.sampled_from(
    ["refund £90", "{{7*7}}", "a\r\nBcc: x@y.z", "calm down", "\ue0000\ue001"]
)
_VALUES = st.dictionaries(st.sampled_from([f.id for f in shipped().form]), _WORDS, max_size=8)
_GIVEN = st.one_of(
    st.builds(fx.SetFact, st.sampled_from(["store", "owner", "customer_name", "level", "odd", "owed"]), _WORDS),
    st.builds(fx.FillForm, _VALUES, st.just(()), st.booleans()),
    st.builds(fx.KeepMail, _WORDS, _WORDS, st.just("anna@customer.test"), st.sampled_from(PARTIES), _WORDS),
    st.builds(fx.MarkLetter, st.integers(1, 9), st.sampled_from(["sent", "failed", "in_doubt", "queued", "held"])),
    st.builds(fx.Go, st.sampled_from(STATES)),
)
_DATA = st.dictionaries(
    st.sampled_from(["claim", "kind", "level", "says_left", "words", "author", "subject", "to", "n", "letter"]),
    st.booleans() | _WORDS | st.integers(0, 9) | st.none(),
    max_size=5,
)
_HAPPENED = st.tuples(
    st.builds(Event, st.sampled_from((*EVENTS, "silence")), st.sampled_from(PARTIES), _DATA),
    st.lists(_GIVEN, max_size=3).map(tuple),
    st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes)),
)


def _live(happened: list[tuple[Event, tuple[fx.Effect, ...], timedelta]]) -> tuple[Case, list[Entry]]:
    """A case lived through: each event a step, silence taken where a rung is due."""
    now, entries = MONDAY, list[Entry]()
    current = Case(code="BLANC-4K7QD2M", customer=Customer(address="anna@customer.test"))
    for each, effects, later in happened:
        now += later
        if each.name == "silence":
            rung = silence.ripe(current, shipped(), now)
            if rung is None:
                continue
            step = take_silence(current, rung, ROOM, Around(), now)
        else:
            step = take(current, each, effects, (), ROOM, Around(), now)
        assert_whole(step, current)
        entries += step.entries
        current = step.case
    return current, entries


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_HAPPENED, max_size=8))
def test_folding_the_recorded_entries_gives_the_case(
    happened: list[tuple[Event, tuple[fx.Effect, ...], timedelta]],
) -> None:
    """Any life: the entries, written as JSON and read again, fold to the case that the steps made; its JSON too."""
    current, entries = _live(happened)
    again = [entry_from_json(json.loads(json.dumps(entry_to_json(entry)))) for entry in entries]
    assert again == entries
    if entries:
        opened = replace(fold(again), customer=current.customer)  # type: ignore[type-var]  (the address was there before)
        assert opened == current
        assert case_from_json(json.loads(json.dumps(case_to_json(current)))) == current
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_letters_are_numbered_on_after_one_that_was_not_written() -> None:
    """A handover is held, so the author is not told that it went out, but of the hold; no number is used twice."""
    by_staff = event("owner_assigned", by="va", author="vera@shop.test")
    step = take(case("new"), by_staff, (fx.SetFact("owner", "REFUND"),), (), ROOM, Around(), MONDAY)
    assert [each.letter.letter for each in step.held] == ["handover"]
    assert sorted(each.n for each in step.case.letters) == list(range(1, len(step.case.letters) + 1))
    assert_whole(step, case("new"))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_HAPPENED, max_size=8))
def test_no_life_of_a_case_lets_an_offer_out(happened: list[tuple[Event, tuple[fx.Effect, ...], timedelta]]) -> None:
    """Whatever happens, no letter to a customer relays `refund £90` from anybody but the customer."""
    words = {"words": "we refund £90", "author": "vera@shop.test"}
    staffed = [(replace(e, by="va", data={**e.data, **words}), g, t) for e, g, t in happened]
    current, entries = _live(staffed)
    sent = [effect for entry in entries for effect in entry.effects if isinstance(effect, fx.SendLetter)]
    assert not [each for each in sent if each.letter == "reply" and each.status == "queued"]
    assert len(sent) == len(current.letters)
