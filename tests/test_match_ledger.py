"""The look-up by likeness: the same on every ledger, by index, and at most so many cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.adapters.ledger import Commit, Ledger, MemoryLedger
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases import candidates
from mailbot.cases.candidates import MOST, SUBJECT
from mailbot.cases.model import Case, CaseMail, Customer, Form
from mailbot.cases.query import Query
from mailbot.cases.taking_part import PART
from tests import ruling

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = ruling.shipped().matching


@pytest.fixture(params=["memory", "tinydb"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made: Ledger = MemoryLedger() if request.param == "memory" else TinyDbLedger(tmp_path)
    yield made
    made.close()


def a_case(code: str = "BLANC-AAAAAAA", days: int = 0, **changes: object) -> Case:
    fields: dict[str, object] = {
        "version": 1,
        "state": "awaiting_form",
        "opened_at": T0 + timedelta(days=days),
        "customer": Customer("Anna Smith", "Anna.Smith@Gmail.com", "+44 7700 900123"),
        "form": Form(values={"ticket": "MB-48211", "name": "Annabel Smith"}),
        "facts": {SUBJECT: "My dress has a hole", PART: {"ben@helper.test": {"as": "helper", "by": "Vera"}}},
        "mails": (CaseMail("k", "<m@x>", "anna@work.test", "customer", T0, "complaint"),),
    }
    return Case(code=code, **{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "name", "subject", "words"),
    [
        ("annasmith+x@googlemail.com", "", "", ""),
        ("anna@work.test", "", "", ""),
        ("ben@helper.test", "", "", ""),
        ("anna.smith@elsewhere.test", "", "", ""),
        ("x@y.test", "SMITH, Anna", "", ""),
        ("x@y.test", "Annabel Smyth", "", ""),
        ("x@y.test", "", "", "please call 07700 900 123"),
        ("x@y.test", "", "ticket mb 48211", "it is MB48211"),
        ("x@y.test", "Tom Smith", "", "I write for my wife"),
    ],
)
def test_a_case_is_found_by_every_key(ledger: Ledger, address: str, name: str, subject: str, words: str) -> None:
    """By each by itself; a stranger who has nothing in common finds nothing."""
    ledger.commit(Commit(cases=(a_case(),)), {"BLANC-AAAAAAA": 0})
    marks = candidates.marks(address, name, subject, words, ruling.shipped())
    assert ledger.find(Query(near=candidates.wanted(marks, RULES))).near == (a_case(),)
    nobody = candidates.marks("nobody@else.test", "Nora West", "Hello", "My skirt 12345", ruling.shipped())
    assert ledger.find(Query(near=candidates.wanted(nobody, RULES))).near == ()


def test_the_surest_key_first_and_the_newest_of_each(ledger: Ledger) -> None:
    """At most MOST of them, each once; what a key was is forgotten when the case changes."""
    many = tuple(a_case(f"BLANC-A{n:06d}", n, customer=Customer("Anna Smith", f"a{n}@x.test")) for n in range(MOST + 5))
    ledger.commit(Commit(cases=many), {case.code: 0 for case in many})
    wanted = (*candidates.mailboxes.keys_wanted("a3@x.test", RULES), "who:an|smt")
    found = ledger.find(Query(near=wanted)).near
    assert [case.code for case in found] == ["BLANC-A000003", *(f"BLANC-A{n:06d}" for n in range(MOST + 4, 5, -1))]
    changed = a_case("BLANC-A000003", 3, version=2, customer=Customer("Zoe West", "z@x.test"), form=Form())
    ledger.commit(Commit(cases=(changed,)), {"BLANC-A000003": 1})
    again = ledger.find(Query(near=("box:a3@x.test",))).near
    assert again == ()
    assert ledger.find(Query(near=("box:z@x.test",))).near == (changed,)


def test_nothing_is_looked_up_by_likeness_where_a_code_leads(ledger: Ledger) -> None:
    """What is proved needs no likeness, and pays for none."""
    one, other = a_case(), a_case("BLANC-BBBBBBB", mails=())
    ledger.commit(Commit(cases=(one, other)), {one.code: 0, other.code: 0})
    assert ledger.find(Query(codes=(one.code,), near=("ticket:mb48211",))).near == ()
    assert ledger.find(Query(message_ids=("<m@x>",), near=("ticket:mb48211",))).near == ()
    assert len(ledger.find(Query(codes=("BLANC-ZZZZZZZ",), near=("ticket:mb48211",))).near) == 2


def test_a_look_up_costs_the_same_at_fifty_times_the_cases(tmp_path: Path) -> None:
    """By index: within a small factor, where a scan would be fifty times as slow (bench/likeness.py has 10,000)."""
    few, many = TinyDbLedger(tmp_path / "few"), TinyDbLedger(tmp_path / "many")
    wanted = candidates.wanted(
        candidates.marks("anna.smith@new.test", "Anna Smith", "Hole", "07700 900123", ruling.shipped()), RULES
    )
    for ledger, count in ((few, 40), (many, 2_000)):
        cases = tuple(_somebody(n) for n in range(count))
        ledger.commit(Commit(cases=(*cases, a_case())), {})
    ratio = _fastest(lambda: many.find(Query(near=wanted))) / _fastest(lambda: few.find(Query(near=wanted)))
    few.close()
    many.close()
    assert ratio < 10, ratio


def _somebody(n: int) -> Case:
    who = Customer(f"{_name(n)} {_name(n // 7 + 3)}", f"{_name(n)}{n}@mail{n % 50}.test", f"+4477{n:08d}")
    return Case(code=f"BLANC-B{n:06d}", version=1, state="awaiting_form", opened_at=T0, customer=who)


def _name(n: int) -> str:
    letters = "bcdfgklmnprstvw"
    return "".join(letters[(n * k + k) % 15] + "aeiou"[(n + k) % 5] for k in (1, 3, 7)).title()


def _fastest(run: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        begun = time.process_time()
        run()
        times.append(time.process_time() - begun)
    return min(times)
