"""What every ledger promises, proved on each adapter: the one in memory and the one on the disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.adapters.ledger import Commit, Filter, Ledger, MemoryLedger, OutboxRow
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases import effects as fx
from mailbot.cases.events import Event
from mailbot.cases.model import Approval, Case, CaseMail, Customer, Entry, Form, Letter, Note
from mailbot.cases.query import Found, MailRecord, Query
from mailbot.errors import StaleCase

T0 = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY_STATUS = ("queued", "sending", "in_doubt", "sent", "filed", "failed", "held")


@pytest.fixture(params=["memory", "tinydb"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made: Ledger = MemoryLedger() if request.param == "memory" else TinyDbLedger(tmp_path)
    yield made
    made.close()


def full_case(code: str = "BLANC-7F3KQ2A", version: int = 1) -> Case:
    """A case with every field set, in several alphabets."""
    letter = Letter(1, "E2", "customer", "zoë@exämple.com", "<a.1.t@desk>", "sent", T0, T0 + HOUR, "chase-1")
    unsent = Letter(2, "E3", "customer", "zoë@exämple.com", "<a.2.t@desk>", "queued", T0)
    mail = CaseMail("key1", "<m1@exämple.com>", "zoë@exämple.com", "customer", T0, "complaint", ("“ruiniert”", "染み"))
    return Case(
        code=code,
        version=version,
        state="assessing",
        entered_at=T0 + timedelta(microseconds=7),
        opened_at=T0,
        last_at=T0 + HOUR,
        customer=Customer("Zoë Łukasz 陈", "Zoë@Exämple.com", "+44 20 7946 0000"),
        store="Marylebone",
        owner="Mathilde",
        category="damage",
        level="serious",
        claim=True,
        garment="robe à l'anglaise 🧥",
        outcome="accepted_cl1",
        parked_from="awaiting_form",
        facts={"owed": True, "amount": 60, "note": None, "ratio": 0.5, "list": [1, {"ключ": "знач"}], "huge": 10**30},
        form=Form(True, {"name": "Zoë", "happened": "zeile 1\nzeile 2\t\x00\u2028"}, ("ticket", "photos")),
        approval=Approval("CL1", 6000, "Mathilde", T0),
        notes=(Note(T0, "till", "Marylebone till", "she was “upset”"),),
        letters=(letter, unsent),
        mails=(mail,),
        heard={"customer": T0, "till": T0 + HOUR},
        fired={"assessing/1": T0 + HOUR},
    )


def full_entry(case: str = "BLANC-7F3KQ2A", number: int = 1) -> Entry:
    """An entry with every effect there is."""
    effects: tuple[fx.Effect, ...] = (
        fx.Go("assessing"),
        fx.SetFact("owner", "Mathilde"),
        fx.FillForm({"name": "Zoë"}, ("garment",), False),
        fx.KeepMail("key1", "<m1@x>", "zoë@x", "customer", "complaint", ("why",)),
        fx.SendLetter(1, "E2", "customer", "zoë@x", "<a.1.t@desk>"),
        fx.MarkLetter(1, "sent"),
        fx.FireStep("assessing/1"),
        fx.Approve("CL1", 6000, "Mathilde"),
        fx.KeepNote("till", "Marylebone till", "she was “upset”"),
    )
    event = Event("complaint_came", "customer", {"words": "染み", "n": [1, 2]}, "key1")
    return Entry(case, number, T0 + HOUR * number, event, ("it says “ruined”",), "rules/process.yaml:42", "v1", effects)


def a_row(message_id: str, *, at: datetime = T0, **changes: Any) -> OutboxRow:
    given: dict[str, Any] = {
        "case": "A",
        "n": 1,
        "letter": "E2",
        "audience": "customer",
        "to": "zoe@x.com",
        "raw": b"Subject: hello\r\n\r\nwords\r\n",
        "status": "queued",
        "at": at,
        "next_at": at,
    }
    return OutboxRow(message_id=message_id, **{**given, **changes})


def a_case(code: str, *, opened: datetime | None = T0, **changes: Any) -> Case:
    return Case(code=code, version=1, opened_at=opened, **changes)


def assert_all_fields_set(value: Any) -> None:
    """So that a field added later cannot be forgotten in the round trip."""
    fresh = {f.name: f.default for f in dataclasses.fields(value) if f.default is not dataclasses.MISSING}
    assert [name for name, default in fresh.items() if getattr(value, name) == default] == []


def test_an_empty_ledger_answers_everything(ledger: Ledger) -> None:
    """A ledger that holds nothing says so for every question, and raises for none."""
    assert ledger.find(Query("k", ("A",), ("<m>",), ("a@x",))) == Found()
    assert ledger.case("A") is None
    assert ledger.history("A") == ()
    assert list(ledger.cases()) == []
    assert list(ledger.mails()) == []
    assert ledger.due(T0, 10) == ()
    assert ledger.next_due("A") is None
    assert ledger.outbox(EVERY_STATUS, 10) == ()
    assert ledger.letter("<m>") is None
    assert ledger.sent_since("", T0) == ledger.sent_since("a@x", T0) == 0
    assert ledger.journal(10) == ()
    assert ledger.meta("k") is None


def test_an_empty_commit_changes_nothing(ledger: Ledger) -> None:
    """A step that writes nothing may be committed."""
    ledger.commit(Commit(), {})
    assert list(ledger.cases()) == []


def test_a_case_comes_back_field_by_field(ledger: Ledger) -> None:
    """A case with every field set is equal after the round trip, in all alphabets, to the microsecond."""
    case = full_case()
    assert_all_fields_set(case)
    ledger.commit(Commit(cases=(case,)), {case.code: 0})
    found = ledger.case(case.code)
    assert found is not None
    for field in dataclasses.fields(Case):
        assert getattr(found, field.name) == getattr(case, field.name), field.name
    assert list(ledger.cases()) == [case]


def test_half_a_surrogate_pair_is_kept(ledger: Ledger) -> None:
    """Text that is no UTF-8 cannot make a commit or a look-up fail."""
    case = a_case("A", store="a\ud800b", customer=Customer(address="x\udc80@y"), facts={"big": 2**70})
    ledger.commit(Commit(cases=(case,)), {"A": 0})
    assert ledger.case("A") == case
    assert ledger.find(Query(addresses=("x\udc80@y",))).by_address == {"x\udc80@y": (case,)}


def test_history_comes_back_in_order_with_every_effect(ledger: Ledger) -> None:
    """Entries are appended, kept by case, and equal after the round trip."""
    first, second = full_entry(number=1), full_entry(number=2)
    ledger.commit(Commit(entries=(first, full_entry("OTHER"))), {})
    ledger.commit(Commit(entries=(second,)), {})
    assert ledger.history(first.case) == (first, second)
    assert ledger.history("OTHER") == (full_entry("OTHER"),)


def test_history_of_more_than_nine_entries_stays_in_order(ledger: Ledger) -> None:
    """Entry 10 comes after entry 9, not after entry 1."""
    entries = tuple(full_entry(number=n) for n in range(1, 13))
    ledger.commit(Commit(entries=entries), {})
    assert [entry.number for entry in ledger.history(entries[0].case)] == list(range(1, 13))


def test_history_cannot_be_rewritten(ledger: Ledger) -> None:
    """A second entry of the same number is refused, whether it comes in one step or two, and nothing is written."""
    ledger.commit(Commit(entries=(full_entry(),)), {})
    with pytest.raises(StaleCase):
        ledger.commit(Commit(entries=(dataclasses.replace(full_entry(), rule="x"),), meta={"m": 1}), {})
    with pytest.raises(StaleCase):
        ledger.commit(Commit(entries=(full_entry(number=2), full_entry(number=2)), meta={"m": 1}), {})
    assert ledger.history(full_entry().case) == (full_entry(),)
    assert ledger.meta("m") is None


def test_a_mail_record_comes_back(ledger: Ledger) -> None:
    """What became of each mail is found by its key; all come in order of key."""
    record = MailRecord("key2", "<m2@x>", "zoë@x", T0, "case", "A", "complaint", ("why", "染み"))
    assert_all_fields_set(record)
    other = MailRecord("key1", "<m1@x>", "b@x", T0, "no_action")
    ledger.commit(Commit(mails=(record, other)), {})
    assert ledger.find(Query(mail="key2")).seen == record
    assert ledger.find(Query(mail="key3")).seen is None
    assert list(ledger.mails()) == [other, record]


def test_an_outbox_row_comes_back_byte_by_byte(ledger: Ledger) -> None:
    """Any bytes survive in the outbox, and a row can be replaced without losing them."""
    row = a_row(
        "<r>", raw=bytes(range(256)) * 3, attempts=2, rehearsed=True, error="451 später", doubts=1, next_at=T0 + HOUR
    )
    assert_all_fields_set(row)
    ledger.commit(Commit(outbox=(row,)), {})
    assert ledger.letter("<r>") == row
    sent = dataclasses.replace(row, status="sent")
    ledger.commit(Commit(outbox=(sent,)), {})
    assert ledger.letter("<r>") == sent
    filed = dataclasses.replace(row, status="filed", raw=b"")
    ledger.commit(Commit(outbox=(filed,)), {})
    assert ledger.letter("<r>") == filed


STALE = [{"A": 0}, {"A": 2}, {"B": 1}, {"A": 1, "B": 3}]


@pytest.mark.parametrize("expected", STALE)
def test_a_stale_step_writes_nothing_at_all(ledger: Ledger, expected: dict[str, int]) -> None:
    """Where one case has moved on, no part of the step is written, of any kind."""
    ledger.commit(Commit(cases=(a_case("A"),), journal=("one",)), {"A": 0})
    step = Commit(
        entries=(full_entry("A", 2),),
        cases=(dataclasses.replace(a_case("A"), version=2, state="parked"), a_case("B")),
        mails=(MailRecord("k", "<m>", "a@x", T0, "case"),),
        outbox=(a_row("<r>"),),
        due={"A": T0},
        journal=("two",),
        journal_done=1,
        meta={"m": 1},
    )
    with pytest.raises(StaleCase):
        ledger.commit(step, expected)
    assert list(ledger.cases()) == [a_case("A")]
    assert ledger.history("A") == ()
    assert list(ledger.mails()) == []
    assert ledger.letter("<r>") is None
    assert ledger.due(T0, 9) == ()
    assert ledger.journal(9) == ((1, "one"),)
    assert ledger.meta("m") is None
    ledger.commit(step, {"A": 1, "B": 0})
    assert [case.version for case in ledger.cases()] == [2, 1]


def test_cases_come_oldest_first_and_by_state(ledger: Ledger) -> None:
    """Order is opening, then code; what was never opened comes last; a state filters."""
    late = a_case("A", opened=T0 + timedelta(microseconds=1), state="parked")
    b, c = a_case("B", state="parked"), a_case("C", state="offered")
    never = a_case("0", opened=None)
    ledger.commit(Commit(cases=(never, late, c, b)), {})
    assert [case.code for case in ledger.cases()] == ["B", "C", "A", "0"]
    assert [case.code for case in ledger.cases(Filter("parked"))] == ["B", "A"]
    assert list(ledger.cases(Filter("closed"))) == []
    ledger.commit(Commit(cases=(dataclasses.replace(b, version=2, state="closed"),)), {"B": 1})
    assert [case.code for case in ledger.cases(Filter("parked"))] == ["A"]
    assert [case.code for case in ledger.cases(Filter("closed"))] == ["B"]


def test_cases_can_be_walked_while_they_are_committed(ledger: Ledger) -> None:
    """A walk over all cases visits each once, though each is changed on the way."""
    ledger.commit(Commit(cases=tuple(a_case(f"C{n:03d}") for n in range(250))), {})
    visited = []
    for case in ledger.cases():
        visited.append(case.code)
        ledger.commit(Commit(cases=(dataclasses.replace(case, version=2, opened_at=T0 + HOUR),)), {case.code: 1})
    assert visited == [f"C{n:03d}" for n in range(250)]


def test_more_mails_than_one_batch_come_whole(ledger: Ledger) -> None:
    """A walk over many mails misses none and repeats none."""
    records = tuple(MailRecord(f"k{n:04d}", "", "a@x", T0, "old") for n in range(501))
    ledger.commit(Commit(mails=records), {})
    assert tuple(ledger.mails()) == records


def test_due_comes_earliest_first_up_to_now(ledger: Ledger) -> None:
    """Due means at or before now; a new time replaces the old one; None takes it away."""
    ledger.commit(Commit(due={"C": T0, "B": T0 + HOUR, "A": T0 + HOUR, "D": T0 + 2 * HOUR}), {})
    assert ledger.due(T0 - HOUR, 9) == ()
    assert ledger.due(T0 - timedelta(microseconds=1), 9) == ()
    assert ledger.due(T0, 9) == ("C",)
    assert ledger.due(T0 + HOUR, 9) == ("C", "A", "B")
    assert ledger.due(T0 + HOUR, 2) == ("C", "A")
    assert ledger.due(T0 + HOUR, 0) == ()
    assert ledger.next_due("A") == T0 + HOUR
    ledger.commit(Commit(due={"C": T0 + 5 * HOUR, "A": None}), {})
    assert ledger.next_due("A") is None
    assert ledger.next_due("C") == T0 + 5 * HOUR
    assert ledger.due(T0 + 2 * HOUR, 9) == ("B", "D")


def test_outbox_filters_by_status_and_time_oldest_first(ledger: Ledger) -> None:
    """Rows come by (queued at, case, n) over all statuses asked for; `before` looks at next_at alone."""
    rows = (
        a_row("<3>", case="A", n=10),
        a_row("<2>", case="A", n=9, status="sending"),
        a_row("<1>", at=T0 - HOUR, case="Z", next_at=T0 + HOUR),
        a_row("<4>", case="B", n=1),
        a_row("<5>", status="held"),
    )
    ledger.commit(Commit(outbox=rows), {})

    def ids(statuses: tuple[str, ...], limit: int = 9, before: datetime | None = None) -> list[str]:
        return [row.message_id for row in ledger.outbox(statuses, limit, before)]

    assert ids(("queued", "sending")) == ["<1>", "<2>", "<3>", "<4>"]
    assert ids(("queued", "sending"), limit=2) == ["<1>", "<2>"]
    assert ids(("queued",)) == ["<1>", "<3>", "<4>"]
    assert ids(("queued", "queued")) == ["<1>", "<3>", "<4>"]
    assert ids(("queued",), before=T0) == ["<3>", "<4>"]
    assert ids(("queued",), limit=1, before=T0) == ["<3>"]
    assert ids(("queued",), before=T0 + HOUR) == ["<1>", "<3>", "<4>"]
    assert ids(()) == []
    ledger.commit(Commit(outbox=(dataclasses.replace(rows[0], status="sent", next_at=T0 + HOUR),)), {})
    assert ids(("queued",)) == ["<1>", "<4>"]
    assert ids(("sent",)) == ["<3>"]


def test_sent_since_counts_what_reached_or_may_reach_the_address(ledger: Ledger) -> None:
    """Held and failed letters do not count; '' counts letters to customers; addresses in any case."""
    ledger.commit(
        Commit(
            outbox=(
                a_row("<1>", to="Zoe@X.com"),
                a_row("<2>", to="zoe@x.com", status="sent", at=T0 + HOUR),
                a_row("<3>", to="zoe@x.com", status="held"),
                a_row("<4>", to="zoe@x.com", status="failed"),
                a_row("<5>", to="till@x.com", audience="till", at=T0 + HOUR),
                a_row("<6>", to="other@x.com", at=T0 - HOUR),
            )
        ),
        {},
    )
    assert ledger.sent_since("ZOE@x.com", T0) == 2
    assert ledger.sent_since("zoe@x.com", T0 + timedelta(microseconds=1)) == 1
    assert ledger.sent_since("till@x.com", T0) == 1
    assert ledger.sent_since("", T0) == 2
    assert ledger.sent_since("", T0 - HOUR) == 3
    ledger.commit(Commit(outbox=(a_row("<1>", to="Zoe@X.com", status="failed"),)), {})
    assert ledger.sent_since("zoe@x.com", T0) == 1


def test_journal_lines_are_numbered_for_ever(ledger: Ledger) -> None:
    """Numbers rise by one, never start again, and `journal_done` takes away what is in the mailbox."""
    ledger.commit(Commit(journal=("a", "b", "ü")), {})
    assert ledger.journal(9) == ((1, "a"), (2, "b"), (3, "ü"))
    assert ledger.journal(2) == ((1, "a"), (2, "b"))
    ledger.commit(Commit(journal_done=2), {})
    assert ledger.journal(9) == ((3, "ü"),)
    ledger.commit(Commit(journal=("d",), journal_done=3), {})
    assert ledger.journal(9) == ((4, "d"),)
    ledger.commit(Commit(journal_done=4), {})
    assert ledger.journal(9) == ()
    ledger.commit(Commit(journal=("e", "e")), {})
    assert ledger.journal(9) == ((5, "e"), (6, "e"))
    ledger.commit(Commit(journal=("f",), journal_done=7), {})
    assert ledger.journal(9) == ()


def test_a_long_journal_stays_in_order(ledger: Ledger) -> None:
    """Line 1,000 comes after line 999, and a long run is dropped whole."""
    ledger.commit(Commit(journal=tuple(str(n) for n in range(1, 1202))), {})
    assert [number for number, _ in ledger.journal(2000)] == list(range(1, 1202))
    ledger.commit(Commit(journal_done=1200), {})
    assert ledger.journal(9) == ((1201, "1201"),)


VALUES = [1, "x", "", True, False, 0, 1.5, [], {}, {"a": [1, {"b": None}]}, [None], "染", 10**30]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_meta_holds_any_json(ledger: Ledger, value: Any) -> None:
    """Every JSON value but null comes back as it was; null takes the key away."""
    ledger.commit(Commit(meta={"k": value, "other": 1}), {})
    assert ledger.meta("k") == value
    assert type(ledger.meta("k")) is type(value)
    ledger.commit(Commit(meta={"k": None, "never": None}), {})
    assert ledger.meta("k") is None
    assert ledger.meta("other") == 1


def test_cases_are_found_under_every_exact_key(ledger: Ledger) -> None:
    """Codes, Message-IDs of letters and of mails, customers' addresses in any case: each finds its case, no more."""
    case = full_case()
    other = a_case("OTHER", opened=T0 - HOUR, customer=Customer(address="ZOË@EXÄMPLE.COM"))
    ledger.commit(Commit(cases=(case, other)), {})
    query = Query(
        codes=(case.code, "NONE"),
        message_ids=("<a.1.t@desk>", "<m1@exämple.com>", "<none>"),
        addresses=("zoë@exämple.com", "none@x"),
    )
    found = ledger.find(query)
    assert found.by_code == {case.code: case}
    assert found.by_message_id == {"<a.1.t@desk>": case, "<m1@exämple.com>": case}
    assert found.by_address == {"zoë@exämple.com": (other, case)}


def test_find_follows_a_case_that_changes(ledger: Ledger) -> None:
    """New Message-IDs are found at once, and a changed address is found under the new one only."""
    case = full_case()
    ledger.commit(Commit(cases=(case,)), {})
    more = Letter(3, "CL1", "customer", "new@x", "<a.3.t@desk>", "queued", T0)
    moved = dataclasses.replace(
        case, version=2, customer=Customer("Z", "New@x", ""), letters=(*case.letters, more), mails=()
    )
    ledger.commit(Commit(cases=(moved,)), {case.code: 1})
    found = ledger.find(
        Query(message_ids=("<a.1.t@desk>", "<a.3.t@desk>", "<m1@exämple.com>"), addresses=("new@x", "zoë@exämple.com"))
    )
    assert found.by_message_id == {"<a.1.t@desk>": moved, "<a.3.t@desk>": moved}
    assert found.by_address == {"new@x": (moved,)}


def test_a_message_id_in_two_cases_finds_the_newer(ledger: Ledger) -> None:
    """A mail that was copied to two cases leads to the one opened last."""
    mail = CaseMail("k", "<m@x>", "a@x", "customer", T0, "complaint")
    old, new = a_case("B", mails=(mail,)), a_case("A", opened=T0 + HOUR, mails=(mail,))
    ledger.commit(Commit(cases=(new, old)), {})
    assert ledger.find(Query(message_ids=("<m@x>",))).by_message_id == {"<m@x>": new}


# Both adapters side by side

CODES, IDS, PEOPLE = ("A", "AB", "B"), ("<1>", "<2>", "<3>"), ("a@x", "Ä@x", "")
TIMES = st.sampled_from([T0 + timedelta(microseconds=n) for n in (0, 1, 1_000_000, 3_600_000_000)])
ROWS = st.builds(
    a_row,
    st.sampled_from(IDS),
    at=TIMES,
    case=st.sampled_from(CODES),
    n=st.integers(1, 11),
    to=st.sampled_from(PEOPLE),
    audience=st.sampled_from(["customer", "till"]),
    status=st.sampled_from(EVERY_STATUS),
    next_at=TIMES,
    raw=st.binary(max_size=8),
)
KEPT = st.lists(
    st.builds(
        CaseMail, st.text(max_size=2), st.sampled_from(IDS), st.just("a@x"), st.just("customer"), TIMES, st.just("x")
    ),
    max_size=2,
)
CHANGES = st.builds(
    Case,
    code=st.sampled_from(CODES),
    version=st.integers(1, 3),
    state=st.sampled_from(["parked", "offered"]),
    opened_at=st.none() | TIMES,
    customer=st.builds(Customer, st.text(max_size=3), st.sampled_from(PEOPLE)),
    facts=st.dictionaries(
        st.text(max_size=3), st.none() | st.booleans() | st.integers() | st.text(max_size=3), max_size=2
    ),
    mails=KEPT.map(tuple),
)
STEPS = st.builds(
    Commit,
    cases=st.lists(CHANGES, max_size=2).map(tuple),
    entries=st.lists(st.builds(full_entry, st.sampled_from(CODES), st.integers(1, 4)), max_size=2).map(
        lambda entries: tuple(sorted(entries, key=lambda entry: entry.number))
    ),
    mails=st.lists(
        st.builds(MailRecord, st.text(max_size=2), st.sampled_from(IDS), st.just("a@x"), TIMES, st.just("case")),
        max_size=2,
    ).map(tuple),
    outbox=st.lists(ROWS, max_size=3, unique_by=lambda row: (row.at, row.case, row.n)).map(tuple),
    due=st.dictionaries(st.sampled_from(CODES), st.none() | TIMES, max_size=2),
    journal=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    journal_done=st.integers(0, 5),
    meta=st.dictionaries(st.sampled_from(["k", "l", ""]), st.none() | st.integers() | st.lists(st.text()), max_size=2),
)
EXPECTED = st.dictionaries(st.sampled_from(CODES), st.integers(0, 2), max_size=1)


def everything(ledger: Ledger) -> dict[str, Any]:
    """Every answer that the ledger can give about the little world above."""
    times = [T0 - HOUR, T0, T0 + timedelta(seconds=1), T0 + HOUR]
    lowered = tuple(person.casefold() for person in PEOPLE)
    return {
        "find": ledger.find(Query("k", CODES, IDS, lowered)),
        "case": [ledger.case(code) for code in CODES],
        "history": [sorted(entry.number for entry in ledger.history(code)) for code in CODES],
        "cases": [list(ledger.cases(Filter(state))) for state in ("", "parked", "closed")],
        "mails": list(ledger.mails()),
        "due": [ledger.due(at, limit) for at in times for limit in (1, 9)],
        "next_due": [ledger.next_due(code) for code in CODES],
        "outbox": [{row.message_id for row in ledger.outbox(EVERY_STATUS, 99, before)} for before in (None, *times)],
        "order": [(row.at, row.case, row.n) for row in ledger.outbox(("queued", "sent"), 99)],
        "letter": [ledger.letter(id) for id in IDS],
        "sent": [ledger.sent_since(person, at) for person in (*PEOPLE, "") for at in times],
        "journal": [ledger.journal(limit) for limit in (1, 99)],
        "meta": [ledger.meta(key) for key in ("k", "l", "")],
    }


def outcome(ledger: Ledger, step: Commit, expected: dict[str, int]) -> str:
    try:
        ledger.commit(step, expected)
    except StaleCase:
        return "stale"
    return "written"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(STEPS, EXPECTED), max_size=6))
def test_both_ledgers_agree_after_any_steps(steps: list[tuple[Commit, dict[str, int]]]) -> None:
    """Whatever is committed, in whatever order, stale or not: both give the same answers, also after opening again."""
    memory = MemoryLedger()
    with TemporaryDirectory() as folder:
        disk = TinyDbLedger(Path(folder))
        for step, expected in steps:
            assert outcome(disk, step, expected) == outcome(memory, step, expected)
        assert everything(disk) == everything(memory)
        disk.close()
        again = TinyDbLedger(Path(folder), readonly=True)
        assert everything(again) == everything(memory)
        again.close()


def test_ended_cases_like_it_come_newest_first(ledger: Ledger) -> None:
    """Cases with that kind of problem and an outcome, the newest first, at most so many; open ones are no example."""
    for day in range(4):
        form, opened = Form(values={"problem": "stained"}), T0 + timedelta(days=day)
        ledger.commit(Commit(cases=(a_case(f"C{day}", opened=opened, outcome="declined", form=form),)), {})
    ledger.commit(Commit(cases=(a_case("OPEN", form=Form(values={"problem": "stained"})),)), {})
    ledger.commit(Commit(cases=(a_case("OTHER", outcome="declined", form=Form(values={"problem": "late"})),)), {})
    assert [case.code for case in ledger.ended_like("stained", 3)] == ["C3", "C2", "C1"]
    assert [case.code for case in ledger.ended_like("late", 3)] == ["OTHER"]
    assert ledger.ended_like("lost", 3) == ()
    ledger.commit(
        Commit(cases=(a_case("C3", opened=T0 + timedelta(days=3), form=Form(values={"problem": "stained"})),)), {}
    )
    assert [case.code for case in ledger.ended_like("stained", 3)] == ["C2", "C1", "C0"]


def test_commits_of_a_group_are_seen_at_once_and_each_is_whole(ledger: Ledger) -> None:
    """Within a group a step sees those before it; a stale one writes nothing and the group goes on."""
    with ledger.group():
        ledger.commit(Commit(cases=(a_case("A"),), entries=(full_entry("A"),), meta={"m": 1}), {"A": 0})
        assert ledger.case("A") == a_case("A")
        with pytest.raises(StaleCase):
            ledger.commit(Commit(cases=(a_case("A"),), journal=("lost",), meta={"m": 2}), {"A": 0})
        with pytest.raises(StaleCase):
            ledger.commit(Commit(entries=(full_entry("A"),), journal=("lost",), meta={"m": 2}), {})
        assert ledger.meta("m") == 1
        parked = dataclasses.replace(a_case("A"), version=2, state="parked")
        ledger.commit(Commit(cases=(parked,), journal=("kept",)), {"A": 1})
    assert list(ledger.cases()) == list(ledger.cases(Filter("parked"))) == [parked]
    assert ledger.journal(9) == ((1, "kept"),)


def test_an_error_that_leaves_a_group_takes_no_commit_back(ledger: Ledger) -> None:
    """What was committed before a server failed stays committed, and the next commit stands by itself."""

    def breaks() -> None:
        with ledger.group():
            ledger.commit(Commit(meta={"m": 1}), {})
            raise RuntimeError("a server has gone")

    with pytest.raises(RuntimeError):
        breaks()
    assert ledger.meta("m") == 1
    ledger.commit(Commit(meta={"n": 1}), {})
    assert (ledger.meta("m"), ledger.meta("n")) == (1, 1)


def test_groups_may_be_empty_or_stand_in_each_other(ledger: Ledger) -> None:
    """The outermost is the one that counts."""
    with ledger.group():
        pass
    with ledger.group(), ledger.group():
        ledger.commit(Commit(meta={"m": 1}), {})
    assert ledger.meta("m") == 1


def test_what_is_read_is_what_was_committed_last(ledger: Ledger) -> None:
    """Asked before and after each step, of every kind: no answer is one of before."""
    case, row = a_case("A", customer=Customer(address="a@x")), a_row("<r>")
    for version in (1, 2, 3):
        now, at = dataclasses.replace(case, version=version, state=f"s{version}"), T0 + version * HOUR
        sent = dataclasses.replace(row, attempts=version, raw=bytes([version]), to=f"{version}@x")
        ledger.commit(Commit(cases=(now,), outbox=(sent,), due={"A": at}, meta={"m": [version]}), {"A": version - 1})
        assert ledger.case("A") == ledger.find(Query(addresses=("a@x",))).by_address["a@x"][0] == now
        assert [found.code for found in ledger.cases(Filter(f"s{version}"))] == ["A"]
        assert list(ledger.cases(Filter(f"s{version - 1}"))) == []
        assert ledger.letter("<r>") == sent
        assert (ledger.sent_since(f"{version}@x", T0), ledger.sent_since(f"{version - 1}@x", T0)) == (1, 0)
        assert (ledger.next_due("A"), ledger.due(at, 9), ledger.due(at - HOUR, 9)) == (at, ("A",), ())
        held = ledger.meta("m")
        held.append("changed by whoever asked")
    assert ledger.case("A") == now
