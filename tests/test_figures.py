"""The week in figures: counted from the cases alone, compared with the week before, and it names no customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mailbot.cases.model import Approval, Case, Customer
from mailbot.insight.figures import Repeated, as_text, figures
from tests.ruling import MONDAY, shipped
from tests.worlds import MemoryWorld
from tests.writing import new_mail

DAY = timedelta(days=1)


def ended(days_ago: float, took: float, outcome: str, **changes: Any) -> Case:
    at = MONDAY - days_ago * DAY
    return Case("BLANC-ENDED00", state="settled", opened_at=at - took * DAY, entered_at=at, outcome=outcome, **changes)


def came(days_ago: float, **changes: Any) -> Case:
    at = MONDAY - days_ago * DAY
    given = {"state": "awaiting_form", "customer": Customer("Zoë Łukasz", "zoe@x.test"), **changes}
    return Case("BLANC-OPEN000", opened_at=at, entered_at=at, **given)


def test_what_came_and_ended_is_counted_week_by_week() -> None:
    """Each case counts in the week in which it came and in the one in which it ended; sorted mail counts in none."""
    cases = [
        came(1, category="damage", store="Chelsea"), came(6.9, category="damage"), came(7.1), came(20),
        came(2, state="sorting"), came(3, outcome="not_a_complaint", state="closed"),
        ended(1, 4, "accepted_cl1", approval=Approval("CL1", 6000, "Mathilde", MONDAY)),
        ended(2, 10, "voucher", facts={"voucher": 2000}),
        ended(9, 1, "declined", approval=Approval("CL1", 9900, "M", MONDAY)),
    ]  # fmt: skip
    found = figures(cases, shipped(), MONDAY)
    assert (found.week.came, found.before.came) == (3, 3)
    assert (found.week.ended, found.before.ended) == (2, 1)
    assert found.week.categories == {"damage": 2, "not known yet": 1}
    assert found.week.outcomes == {"accepted cl1": 1, "voucher": 1}
    assert found.week.days == 7
    assert (found.week.granted, found.before.granted) == (8000, 0)
    assert found.waiting == {"customer": 4}


def test_a_cause_that_comes_back_three_times_in_thirty_days_is_a_task() -> None:
    """At one store; twice, at two stores, or too long ago is none. The task has a person and a date."""

    def with_cause(days: float, cause: str, store: str) -> Case:
        return came(days, store=store, facts={"cause": cause})

    cases = [with_cause(n, "heat", "Chelsea") for n in (1, 10, 29)]
    cases += [with_cause(n, "heat", "Marylebone") for n in (1, 2)] + [with_cause(31, "heat", "Marylebone")]
    found = figures(cases, shipped(), MONDAY)
    assert found.repeated == (Repeated("heat", "Chelsea", 3),)
    text = as_text(found, shipped(), "Monday 9 March 2026")
    assert "Task for Lucy, by Monday 9 March 2026: “heat” at Chelsea, 3 times in 30 days." in text


def test_the_figures_name_no_customer() -> None:
    """They go to people who have nothing to do with the case, and may be kept for years."""
    text = as_text(figures([came(1), came(2)], shipped(), MONDAY), shipped(), "today")
    assert "Zoë" not in text
    assert "x.test" not in text
    assert "BLANC-" not in text


def test_no_case_makes_figures_too() -> None:
    """A quiet week is told as one."""
    text = as_text(figures([], shipped(), MONDAY), shipped(), "today")
    assert "Complaints that came: 0 (as the week before)" in text


def test_the_digest_goes_out_once_a_week_in_working_hours(tmp_path: Path) -> None:
    """Not in the week of the first start; then in the first working hour of each new week, to admin and operations."""
    world = MemoryWorld(tmp_path, digest="true")
    monday = MONDAY.replace(hour=7)
    world.cycle(monday)
    tuesday = monday + DAY
    world.deliver(new_mail("anna@customer.test", "Anna", "My dress", "I am very unhappy.", tuesday, 1), tuesday)
    digests: list[tuple[datetime, str]] = []
    for hour in range(24, 24 * 22):
        now, before = monday + timedelta(hours=hour), len(world.letters())
        world.cycle(now)
        digests += [(now, letter.to) for letter in world.letters()[before:] if letter.code == "digest"]
    weeks = [monday + n * timedelta(weeks=1) for n in (1, 2, 3)]
    assert [at.date() for at, _ in digests] == [week.date() for week in weeks for _ in range(2)]
    assert {at.hour for at, _ in digests} == {8}  # eight o'clock in London
    assert {to for _, to in digests} == {"ada@shop.test", "lucy@shop.test"}
    text = next(letter.text for letter in world.letters() if letter.code == "digest")
    assert "Complaints that came: 1" in text
