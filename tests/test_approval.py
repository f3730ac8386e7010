"""Who may approve an offer, whom to ask, and what counts against a limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.approval import Verdict, approver, granted_in, judge, limit_of
from mailbot.cases.events import Event
from mailbot.cases.model import Approval, Case, Customer, Form
from mailbot.process.load import COMPENSATION, PEOPLE, load
from mailbot.process.model import Process
from mailbot.process.vocabulary import CATEGORIES, CLIENTS, FINDINGS, SENDERS, VERDICTS

RULES = Path(__file__).parent.parent / "rules"
NOW = datetime(2026, 6, 8, 10, 0, tzinfo=UTC)  # a Monday
STAFF = """\
people:
  - {name: Mathilde, address: mathilde@shop.test, roles: [care]}
  - {name: Carol, address: carol@shop.test, roles: [care], limit: 150}
  - {name: Lucy, address: lucy@shop.test, roles: [operations]}
  - {name: Olga, address: olga@shop.test, roles: [operations, care], limit: 80}
  - {name: Vera, address: vera@shop.test, roles: [va]}
  - {name: Till, address: till@shop.test, roles: [till], store: Soho}
  - {name: Ada, address: ada@shop.test, roles: [admin], limit: 1000}
limits: {till: 20, va: 0, operations: 100, care: 500, admin: 0}
"""
ALONE = """\
people:
  - {name: Mathilde, address: mathilde@shop.test, roles: [care]MATHILDE}
  - {name: Lucy, address: lucy@shop.test, roles: [operations]LUCY}
  - {name: Vera, address: vera@shop.test, roles: [va]}
limits: {till: 20, va: 0, operations: 100, care: 500}
"""
SMALL = {
    "rules/process.yaml": "new:\n  title: New\n",
    "rules/form.yaml": "fields:\n  - {id: name, labels: {en: Name}, kind: line}\n",
    "rules/commands.yaml": "commands: {}\n",
    "rules/webforms.yaml": "forms: []\n",
    "rules/categories.yaml": "{complaint: [bad], claim: [], serious: [], says_left: [], solved: [], kinds: {}}\n",
    "rules/wording.yaml": (RULES / "wording.yaml").read_text(encoding="utf-8"),
    "rules/calendar.yaml": "calendars: {uk: {hours: '08:00-18:00'}}\n",
    "templates/en/E2.md": "---\nletter: E2\naudience: customer\nsubject: A form\n---\nHello\n",
}


@lru_cache(maxsize=32)
def house(people: str = STAFF, confirmed: bool = True, four_eyes_over: str = "200") -> Process:
    """A small process with the shipped table of offers, confirmed or not."""
    table = (RULES / "compensation.yaml").read_text(encoding="utf-8")
    table = table.replace("four_eyes_over: 200", f"four_eyes_over: {four_eyes_over}")
    table = table.replace("confirmed: false}", f"confirmed: {str(confirmed).lower()}}}")
    shipped = {f"rules/{path.name}": path.read_text(encoding="utf-8") for path in RULES.glob("*.yaml")}
    loaded = load({**shipped, **SMALL, PEOPLE: people, COMPENSATION: table}, "Europe/London", {})
    assert loaded.process, loaded.problems
    return loaded.process


def alone(mathilde: str = "", lucy: str = "") -> Process:
    """A house with one person in care."""
    return house(ALONE.replace("MATHILDE", mathilde).replace("LUCY", lucy))


def case(**facts: Any) -> Case:
    """A clear error with a good client's damaged dress, its form complete: CL1 is £100, CL2 £140."""
    known = {"finding": "clear error", "client": "good", "assessed_by": "Lucy", **facts}
    form = Form(True, {"name": "Anna"})
    return Case("BLANC-4K7QD2M", state="awaiting_approval", category="damage", form=form, facts=known)


def said(author: str = "Mathilde", name: str = "approved", **data: Any) -> Event:
    """Something that a member of staff said."""
    by = {"Lucy": "operations", "Vera": "va", "Till": "till", "Ada": "admin"}.get(author, "care")
    return Event(name, by, {"author": f"{author.lower()}@shop.test", "author_name": author, **data})


def assessed(author: str, finding: str = "clear error", client: str = "good", **data: Any) -> Event:
    return said(author, "assessment_made", finding=finding, client=client, **data)


def verdict(about: Case, event: Event, process: Process | None = None, granted: int = 0) -> Verdict:
    return judge(about, event, granted, process or house(), NOW)


def kind(about: Case, event: Event, process: Process | None = None, granted: int = 0) -> str:
    return verdict(about, event, process, granted).kind


FRESH = replace(case(), facts={})
CUSTOMER = Event("offer_declined", "customer")


def test_an_approval_is_the_tables_next_offer() -> None:
    """Approving without an amount approves what the confirmed table says, for the letter that comes next."""
    assert verdict(case(), said()) == Verdict("given", "CL1", 10_000, "Mathilde")
    assert verdict(case(proposal="CL2"), said()) == Verdict("given", "CL2", 14_000, "Mathilde")
    assert verdict(case(), said(amount=6050)) == Verdict("given", "CL1", 6050, "Mathilde")


def test_the_category_sets_the_floor() -> None:
    """What the complaint is about decides the floor; one without a category counts as other."""
    for category, pence in {"loss": 16_000, "service": 5500, "": 5500, "odd": 5500}.items():
        assert verdict(replace(case(), category=category), said()).amount == pence


def test_no_form() -> None:
    """Without a complete form nothing is approved, by whoever, whatever the amount."""
    for form in (Form(), Form(False, {"name": "Anna"}, ("garment",))):
        for event in (said(), said(amount=100), assessed("Mathilde"), CUSTOMER, said("Ada", amount=1)):
            assert kind(replace(case(assessed_by="Mathilde"), form=form), event) == "no form"


def test_no_offer() -> None:
    """The findings that lead elsewhere, and no finding at all, offer nothing: a stated amount changes nothing."""
    for finding in ("not our error", "repair", "manufacturer", "", "nonsense", None):
        assert kind(case(finding=finding), said()) == "no offer"
        assert kind(case(finding=finding), said(amount=5000)) == "no offer"
    assert kind(FRESH, said(amount=5000)) == "no offer"
    assert kind(case(client=""), said(amount=5000)) == "no offer"
    assert kind(case(proposal="explained"), said(amount=5000)) == "no offer"
    assert kind(FRESH, assessed("Mathilde", "repair", "")) == "no offer"


def test_no_amount() -> None:
    """An unconfirmed row needs an amount from the approver; nothing, and less than nothing, is none."""
    unconfirmed = house(confirmed=False)
    assert kind(case(), said(), unconfirmed) == "no amount"
    assert kind(case(), said(amount=None), unconfirmed) == "no amount"
    assert kind(case(), said(amount=6000), unconfirmed) == "given"
    assert kind(case(assessed_by="Mathilde"), CUSTOMER, unconfirmed) == "no amount"
    for amount in (0, -1, -6000, True, "60", 60.5, [60], {}):
        assert kind(case(), said(amount=amount)) == "no amount"


def test_over_limit() -> None:
    """A person's own limit holds before their roles'; of several roles the best; up to the limit is within it."""
    assert kind(case(), said(amount=50_000)) == "given"
    assert kind(case(), said(amount=50_001)) == "over limit"
    assert kind(case(), said("Carol", amount=15_000)) == "given"
    assert kind(case(), said("Carol", amount=15_001)) == "over limit"
    assert kind(case(), said("Olga", amount=8001)) == "over limit"
    assert kind(case(), said("Ada", amount=100_000)) == "given"
    assert kind(case(), said("Vera", amount=1)) == "over limit"
    assert kind(case(assessed_by="Olga"), said("Lucy", amount=10_001)) == "over limit"


def test_a_till_approves_nothing() -> None:
    """A till's limit is for vouchers in store, even where it is its own."""
    generous = house(STAFF.replace("store: Soho", "store: Soho, limit: 300"))
    for process in (house(), generous):
        assert kind(case(), said("Till", amount=100), process) == "over limit"
    assert limit_of(generous.people.people[5], generous.people) == 30_000
    assert limit_of(house().people.people[5], house().people) == 2000


def test_what_was_granted_before_counts() -> None:
    """Ninety days of other cases and a voucher of this one count; an earlier offer of this one is replaced."""
    assert kind(case(), said(amount=30_000), granted=20_000) == "given"
    assert kind(case(), said(amount=30_000), granted=20_001) == "over limit"
    assert kind(case(voucher=2000), said(amount=30_000), granted=18_001) == "over limit"
    assert kind(case(voucher=2000), said(amount=30_000), granted=18_000) == "given"
    before = replace(case(), approval=Approval("CL1", 40_000, "Mathilde", NOW))
    assert kind(before, said(amount=50_000)) == "given"


def test_four_eyes() -> None:
    """Above the amount for it, whoever assessed cannot approve; somebody else in care can."""
    own = case(assessed_by="Mathilde")
    assert kind(own, said(amount=20_000)) == "given"
    assert kind(own, said(amount=20_001)) == "another person"
    assert kind(case(assessed_by="Lucy"), said(amount=20_001)) == "given"
    assert kind(case(assessed_by="Carol"), said(amount=50_000)) == "given"
    strict = house(four_eyes_over="0")
    assert kind(own, said(), strict) == "another person"
    assert kind(own, said("Carol"), strict) == "given"


def test_the_assessors_own_answer() -> None:
    """Care's own assessment is the approval, up to four eyes; operations' only proposes."""
    assert verdict(FRESH, assessed("Mathilde")) == Verdict("given", "CL1", 10_000, "Mathilde")
    assert kind(FRESH, assessed("Mathilde", amount=20_001)) == "another person"
    assert kind(FRESH, assessed("Mathilde"), house(four_eyes_over="99.99")) == "another person"
    assert kind(case(assessed_by="Carol"), assessed("Mathilde"), house(four_eyes_over="50")) == "another person"
    assert kind(FRESH, assessed("Carol", amount=15_100)) == "over limit"
    assert kind(FRESH, assessed("Lucy")) == "another person"
    assert kind(FRESH, assessed("Lucy", amount=1)) == "another person"
    assert kind(FRESH, assessed("Lucy", amount=90_000)) == "another person"
    assert kind(FRESH, assessed("Ada", amount=1)) == "another person"
    assert kind(case(assessed_by="Lucy"), said("Lucy", amount=1)) == "another person"
    assert kind(FRESH, assessed("Olga", amount=8000)) == "given"  # has both roles
    assert kind(FRESH, assessed("Mathilde"), house(confirmed=False)) == "no amount"


def test_the_event_speaks_before_the_case() -> None:
    """A new assessment holds before the one on file."""
    assert verdict(case(), assessed("Mathilde", "unclear error", "bad")).amount == 3000
    assert kind(case(), assessed("Mathilde", "repair")) == "no offer"
    assert kind(case(finding="repair"), assessed("Mathilde")) == "given"


def test_silence_and_the_customer() -> None:
    """Where nobody of staff speaks, the assessor's earlier answer holds, if the assessor is in care."""
    for by in ("customer", "clock"):
        event = Event("offer_declined", by)
        given_before = case(assessed_by="Mathilde", proposal="CL2")
        assert verdict(given_before, event) == Verdict("given", "CL2", 14_000, "Mathilde")
        assert kind(case(assessed_by="Lucy", proposal="CL2"), event) == "another person"
        assert kind(case(assessed_by="Nobody"), event) == "another person"
        assert kind(case(assessed_by=None), event) == "another person"
        assert kind(case(assessed_by="Mathilde"), event, house(four_eyes_over="99")) == "another person"
        assert kind(case(assessed_by="Mathilde"), event, granted=45_000) == "over limit"


def test_a_customer_names_nothing() -> None:
    """Amounts, findings and names in a customer's event are not staff's: the table and the file alone count."""
    data = {"amount": 49_900, "finding": "clear error", "client": "good", "author": "mathilde@shop.test"}
    event = Event("offer_declined", "customer", data)
    assert verdict(case(assessed_by="Mathilde"), event).amount == 10_000
    assert kind(case(assessed_by="Lucy"), event) == "another person"
    assert kind(FRESH, event) == "no offer"
    assert kind(case(assessed_by="Mathilde"), event, house(confirmed=False)) == "no amount"


@pytest.mark.parametrize("by", ["stranger", "desk", "", "nobody"])
def test_the_unproved_approve_nothing(by: str) -> None:
    """What came without proof, or from the desk itself, is no approval, whoever is named in it."""
    assert verdict(case(assessed_by="Mathilde"), Event("approved", by, said().data)) == Verdict()


def test_an_author_who_is_unknown() -> None:
    """Somebody who is not, or no longer, in people.yaml approves nothing."""
    for author in ("gone@shop.test", "", None, 7):
        assert kind(case(), Event("approved", "care", {"author": author, "amount": 100})) == "another person"


@given(st.data())
def test_never_given_wrongly(data: st.DataObject) -> None:
    """Over any case and event: "given" only with form, finding, amount, a limit that covers it, and four eyes."""
    pick = data.draw
    names = st.sampled_from(["Mathilde", "Carol", "Lucy", "Olga", "Vera", "Till", "Ada", "", None])
    facts = {
        "finding": pick(st.sampled_from([*FINDINGS, "", None, 3])),
        "client": pick(st.sampled_from([*CLIENTS, "", [], None])),
        "assessed_by": pick(names),
        "proposal": pick(st.sampled_from(["CL1", "CL2", "explained", "", None])),
        "voucher": pick(st.sampled_from([None, 2000, -5, "x"])),
    }
    about = replace(case(**facts), form=Form(pick(st.booleans())), category=pick(st.sampled_from(["", *CATEGORIES])))
    brought = {
        "amount": pick(st.none() | st.integers(-10, 120_000) | st.sampled_from([True, "60", [], 1.5])),
        "author": f"{pick(names)}@shop.test".lower(),
        "finding": pick(st.sampled_from([None, "", *FINDINGS, {}])),
        "client": pick(st.sampled_from([None, *CLIENTS])),
    }
    event = Event("approved", pick(st.sampled_from(SENDERS)), brought)
    granted, process = pick(st.integers(0, 60_000)), house(confirmed=pick(st.booleans()))
    found = judge(about, event, granted, process, NOW)
    assert found.kind in ("", *VERDICTS)
    assert found == judge(about, event, granted, process, NOW + timedelta(days=400))
    asked = approver(about, event, granted, process, NOW)
    assert asked
    assert asked.name != "Till"
    if found.kind != "given":
        return
    assert about.form.complete
    assert found.letter in ("CL1", "CL2")
    assert found.amount > 0
    person = next(each for each in process.people.people if each.name == found.by)
    assert set(person.roles) != {"till"}
    assert found.amount + granted <= limit_of(person, process.people)
    unasked = event.by in ("customer", "clock")
    staff_assess = not unasked and isinstance(brought["finding"], str) and brought["finding"]
    if unasked or staff_assess or person.name == facts["assessed_by"]:
        assert "care" in person.roles
        assert found.amount <= process.compensation.four_eyes_over


def asked_of(about: Case, event: Event, process: Process, granted: int = 0, now: datetime = NOW) -> str:
    person = approver(about, event, granted, process, now)
    return person.name if person else ""


SILENCE = Event("silence", "clock")


def test_whom_to_ask() -> None:
    """The first in care whose limit covers it and who is not kept out by four eyes."""
    assert asked_of(case(), SILENCE, house()) == "Mathilde"
    assert asked_of(case(assessed_by="Mathilde"), SILENCE, house(four_eyes_over="99")) == "Carol"
    assert asked_of(case(assessed_by="Mathilde"), SILENCE, house()) == "Mathilde"
    assert asked_of(case(assessed_by="Carol"), said("Carol", amount=30_000), house()) == "Mathilde"
    assert asked_of(FRESH, assessed("Mathilde"), house(four_eyes_over="99")) == "Carol"
    assert asked_of(FRESH, assessed("Lucy"), house()) == "Mathilde"


def test_the_amount_that_is_not_confirmed_yet() -> None:
    """An unconfirmed table still says how much it will be about."""
    process = house(confirmed=False, four_eyes_over="99")
    assert asked_of(case(assessed_by="Mathilde"), SILENCE, process) == "Carol"
    assert asked_of(case(assessed_by="Mathilde", client="bad"), SILENCE, process) == "Mathilde"


def test_when_nobody_in_care_may() -> None:
    """Then whoever may approve most is asked, and a till never."""
    assert asked_of(case(), said(amount=60_000), house()) == "Ada"
    assert asked_of(case(), SILENCE, house(), granted=45_000) == "Ada"
    assert asked_of(case(assessed_by="Mathilde"), said(amount=40_000), alone()) == "Lucy"
    assert asked_of(case(assessed_by="Lucy"), said(amount=90_000), alone()) == "Mathilde"
    nobody = alone(mathilde=", limit: 0", lucy=", limit: 0")
    assert asked_of(case(), SILENCE, nobody) == "Mathilde"
    assert asked_of(case(), SILENCE, house("people:\n  - {name: Ada, address: a@b.test, roles: [admin]}\n")) == ""


def test_absences_are_respected() -> None:
    """Who is away is not asked: the deputy is, or a colleague; and the day is the shop's own."""
    away = STAFF.replace("roles: [care]}", "roles: [care], away: 2026-06-08 to 2026-06-12}", 1)
    assert asked_of(case(), SILENCE, house(away)) == "Carol"
    assert asked_of(case(), said(amount=40_000), house(away)) == "Ada"
    assert asked_of(case(), SILENCE, house(away), now=NOW + timedelta(days=5)) == "Mathilde"
    eve = datetime(2026, 6, 7, 22, 30, tzinfo=UTC)  # 23:30 in London
    assert asked_of(case(), SILENCE, house(away), now=eve) == "Mathilde"
    assert asked_of(case(), SILENCE, house(away), now=eve + timedelta(minutes=30)) == "Carol"
    without_ada = away.replace("limit: 1000}", "limit: 1000, away: 2026-06-08}")
    assert asked_of(case(), said(amount=40_000), house(without_ada)) == "Carol"
    june = ", away: 2026-06-08 to 2026-06-12"
    stands_in = alone(mathilde=f"{june}, deputy: Lucy")
    assert asked_of(case(assessed_by="Mathilde"), SILENCE, stands_in) == "Lucy"
    assert asked_of(case(assessed_by="Mathilde"), said(amount=30_000), stands_in) == "Lucy"
    assert asked_of(case(assessed_by="Mathilde"), SILENCE, alone(mathilde=june)) == "Mathilde"


def test_somebody_without_an_address_cannot_be_asked() -> None:
    """The next one is."""
    process = house(STAFF.replace("address: mathilde@shop.test, ", ""))
    assert asked_of(case(), SILENCE, process) == "Carol"


def test_own_limits_and_those_of_roles() -> None:
    """Pounds in people.yaml, pence here; an own limit of nothing is nothing; nobody has none."""
    people = house().people
    limits = [limit_of(person, people) // 100 for person in people.people]
    assert limits == [500, 150, 100, 80, 0, 20, 1000]
    assert limit_of(None, people) == 0
    none = house(STAFF.replace("limit: 150", "limit: 0"))
    assert limit_of(none.people.people[1], none.people) == 0


def earlier(code: str, amount: int = 0, days: int = 10, outcome: str = "", **facts: Any) -> Case:
    """Another case of the same customer, with an offer approved so many days ago."""
    at = NOW - timedelta(days=days)
    approval = Approval("CL1", amount, "Mathilde", at) if amount else None
    return Case(code, customer=Customer("Anna"), outcome=outcome, approval=approval, facts=facts, last_at=at)


def test_what_counts_as_granted() -> None:
    """Offers that stand and vouchers, of other cases, for ninety days; not what was turned down."""
    cases = {
        "standing": (earlier("A", 6000), 6000),
        "accepted": (earlier("A", 6000, outcome="accepted_cl1"), 6000),
        "declined": (earlier("A", 6000, outcome="declined"), 0),
        "lapsed": (earlier("A", 6000, outcome="lapsed"), 0),
        "withdrawn": (earlier("A", 6000, outcome="withdrawn"), 0),
        "the last day": (earlier("A", 6000, days=90), 6000),
        "a day later": (earlier("A", 6000, days=91), 0),
        "a voucher": (earlier("A", outcome="voucher", voucher=2000), 2000),
        "an old voucher": (earlier("A", days=91, voucher=2000), 0),
        "both": (earlier("A", 6000, voucher=2000), 8000),
        "voucher kept, offer declined": (earlier("A", 6000, outcome="declined", voucher=2000), 2000),
        "nothing": (earlier("A"), 0),
        "nonsense": (earlier("A", voucher="20"), 0),
        "less than nothing": (earlier("A", voucher=-20), 0),
        "true": (earlier("A", voucher=True), 0),
        "itself": (earlier("OWN", 6000, voucher=2000), 0),
    }
    for name, (each, pence) in cases.items():
        assert granted_in([each], "OWN", NOW) == pence, name
    everything = [replace(each, code=each.code if each.code == "OWN" else name) for name, (each, _) in cases.items()]
    assert granted_in(everything, "OWN", NOW) == sum(pence for _, pence in cases.values())
    assert granted_in([], "OWN", NOW) == 0
