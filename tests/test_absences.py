"""Deputies and absences: as people.yaml has them, and who does whose work on a day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.process.load_people import load_people
from mailbot.process.page import Page
from mailbot.process.people import People, Person
from mailbot.process.place import Place
from mailbot.process.yaml_marks import Value, read

FILE = "rules/people.yaml"
SHIPPED = Path(__file__).parent.parent / FILE
SAMPLE = """\
people:
  - name: Mathilde
    address: mathilde@shop.test
    roles: [care, admin]
    deputy: Lucy
    away: ["2026-06-01 to 2026-06-14", 2026-08-31]
  - name: Lucy
    address: lucy@shop.test
    roles: [operations]
    deputy: Vera
    away: 2026-06-10 to 2026-06-10
  - {name: Vera, address: vera@shop.test, roles: [va]}
"""


def loaded(text: str) -> tuple[People, list[str]]:
    page = Page(FILE)
    value, problems = read(text, FILE)
    page.problems.extend(problems)
    people = load_people(page, value or Value(1, kind="table"), ())
    return people, [str(problem) for problem in page.problems]


def test_absences_are_read() -> None:
    """A list of absences, or one; each from a first to a last day, or a single day."""
    people, said = loaded(SAMPLE)
    assert said == []
    mathilde, lucy, vera = people.people
    assert mathilde.deputy == "Lucy"
    june = (date(2026, 6, 1), date(2026, 6, 14))
    assert mathilde.away == (june, (date(2026, 8, 31), date(2026, 8, 31)))
    assert lucy.away == ((date(2026, 6, 10), date(2026, 6, 10)),)
    assert (vera.deputy, vera.away) == ("", ())


def test_the_shipped_example_is_right() -> None:
    """The comment in the shipped file, taken at its word, is a file in order."""
    lines = [line[len("#                ") :] for line in SHIPPED.read_text(encoding="utf-8").split("\n")]
    start = next(n for n, line in enumerate(lines) if line.startswith("- name: Mathilde"))
    example = "".join(f"  {line}\n" for line in lines[start : start + 5])
    lucy = "  - {name: Lucy, address: lucy@shop.test, roles: [operations, admin]}\n"
    people, said = loaded(f"people:\n{example}{lucy}")
    assert said == []
    assert people.people[0].deputy == "Lucy"
    assert len(people.people[0].away) == 2
    assert loaded(SHIPPED.read_text(encoding="utf-8"))[1] == [
        line for line in loaded(SHIPPED.read_text(encoding="utf-8"))[1] if "calendar" in line
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (
            "deputy: Lucy",
            "deputy: Lucyy",
            5,
            "deputy 'Lucyy' of 'Mathilde' is nobody in 'people'; did you mean 'Lucy'?",
        ),
        ("deputy: Lucy", "deputy: Mathilde", 5, "'Mathilde' cannot be their own deputy"),
        ("deputy: Vera", "deputy: Nobody At All", 10, "is nobody in 'people'; known are 'Mathilde', 'Vera'"),
        ("deputy: Lucy", "deputi: Lucy", 5, "unknown key 'deputi'; did you mean 'deputy'?"),
        ("deputy: Lucy", "deputy: [Lucy]", 5, "'deputy' of 'Mathilde' should be a single value, but is a list"),
        ("2026-06-14", "2026-05-14", 6, "'2026-06-01 to 2026-05-14' in 'away' of 'Mathilde' ends before it begins"),
        ("2026-06-14", "2026-06-31", 6, "is no absence; write it like '2026-06-01 to 2026-06-14'"),
        ("2026-08-31", "2026-02-29", 6, "'2026-02-29' in 'away' of 'Mathilde' is no absence"),
        ("2026-08-31", "31/08/2026", 6, "'31/08/2026' in 'away' of 'Mathilde' is no absence"),
        ("2026-08-31", "next week", 6, "'next week' in 'away' of 'Mathilde' is no absence"),
        ("2026-08-31", '""', 6, "'' in 'away' of 'Mathilde' is no absence"),
        ("2026-08-31", "[2026-08-31]", 6, "an entry of 'away' of 'Mathilde' should be a single value, but is a list"),
        ("2026-06-10 to 2026-06-10", "{from: 2026-06-10}", 11, "'away' of 'Lucy' should be a list, but is a table"),
        ("2026-06-10 to 2026-06-10", "2026-06-10 to", 11, "'2026-06-10 to' in 'away' of 'Lucy' is no absence"),
    ],
)
def test_what_is_refused(old: str, new: str, line: int, what: str) -> None:
    """A deputy that is nobody, or oneself, and days that are none, are told on their line."""
    _, said = loaded(SAMPLE.replace(old, new, 1))
    assert len(said) == 1
    assert said[0].startswith(f"{FILE}:{line}: ")
    assert what in said[0]


def test_nothing_is_no_absence() -> None:
    """Keys without a value are as if they were not there."""
    people, said = loaded("people:\n  - {name: Ann, address: a@b.test, roles: [admin], deputy: , away: }\n")
    assert said == []
    assert (people.people[0].deputy, people.people[0].away) == ("", ())


def person(name: str, *roles: str, deputy: str = "", away: str = "", store: str = "") -> Person:
    """Somebody; away: the days of June 2026 on which they are, as '1-14 20-20'."""
    spans = (span.split("-") for span in away.split())
    days = tuple((date(2026, 6, int(first)), date(2026, 6, int(last))) for first, last in spans)
    return Person(name, (f"{name}@shop.test",), roles, Place(FILE, 1), store=store, deputy=deputy, away=days)


def on(*people: Person, day: int) -> dict[str, str]:
    """Who does whose work on a day of June."""
    return {each.name: People(people).on_duty(each, date(2026, 6, day)).name for each in people}


def test_a_deputy_from_the_first_day_to_the_last() -> None:
    """The first and the last day of an absence belong to it, the days around it do not."""
    people = (person("ann", "care", deputy="bea", away="2-4"), person("bea", "va"))
    assert [on(*people, day=day)["ann"] for day in range(1, 6)] == ["ann", "bea", "bea", "bea", "ann"]


def test_the_deputys_deputy() -> None:
    """Where the deputy is away too, theirs stands in; where that ends with nobody, it stays with the person."""
    ann, bea = person("ann", deputy="bea", away="1-9"), person("bea", deputy="cyd", away="3-9")
    cyd = person("cyd", away="5-9")
    assert on(ann, bea, cyd, day=2)["ann"] == "bea"
    assert on(ann, bea, cyd, day=3) == {"ann": "cyd", "bea": "cyd", "cyd": "cyd"}
    assert on(ann, bea, cyd, day=5) == {"ann": "ann", "bea": "bea", "cyd": "cyd"}
    assert on(ann, person("bea"), day=1)["ann"] == "bea"
    assert on(person("ann", deputy="gone", away="1-9"), day=1)["ann"] == "ann"


def test_deputies_of_each_other() -> None:
    """Two who stand in for each other and are both away do not send anyone round in a circle."""
    ann, bea = person("ann", deputy="bea", away="1-3"), person("bea", deputy="ann", away="3-5")
    assert on(ann, bea, day=1) == {"ann": "bea", "bea": "bea"}
    assert on(ann, bea, day=3) == {"ann": "ann", "bea": "bea"}
    assert on(ann, bea, day=5) == {"ann": "ann", "bea": "ann"}


def in_role(*people: Person, role: str = "care", day: int, store: str = "") -> list[str]:
    return [each.name for each in People(people).in_role_on(role, date(2026, 6, day), store)]


def test_who_does_the_work_of_a_role() -> None:
    """Stand-ins take the place of who is away, once; who is away comes only where nobody else is there."""
    ann, bea = person("ann", "care", deputy="bea", away="1-2"), person("bea", "care", away="2-4")
    lucy = person("lucy", "operations")
    assert in_role(ann, bea, lucy, day=1) == ["bea"]
    assert in_role(ann, bea, lucy, day=2) == ["ann", "bea"]  # nobody: both are asked as ever
    assert in_role(ann, bea, lucy, day=3) == ["ann"]
    assert in_role(ann, bea, lucy, day=5) == ["ann", "bea"]
    assert in_role(person("ann", "care", deputy="lucy", away="1-1"), lucy, day=1) == ["lucy"]
    assert in_role(lucy, day=1) == []


def test_a_store_of_its_own() -> None:
    """Only the store's own till is meant, and its deputy, whatever their store."""
    here = person("here", "till", store="Soho", deputy="there", away="1-1")
    there = person("there", "till", store="Chelsea")
    assert in_role(here, there, role="till", day=2, store="Soho") == ["here"]
    assert in_role(here, there, role="till", day=1, store="Soho") == ["there"]
    assert in_role(here, there, role="till", day=1) == ["there"]
    assert in_role(here, there, role="till", day=1, store="Bath") == []


NAMES = ("ann", "bea", "cyd", "dot")
absences = st.lists(st.integers(1, 28).map(lambda day: f"{day}-{min(day + 3, 30)}"), max_size=3).map(" ".join)
houses = st.tuples(*(st.tuples(st.sampled_from(["", *NAMES]), absences) for _ in NAMES))


@given(houses, st.integers(0, 40))
def test_any_house_any_day(house: tuple[tuple[str, str], ...], days: int) -> None:
    """There is always somebody; it is the person unless they are away, and never another who is away."""
    people = tuple(person(name, "care", deputy=d, away=a) for name, (d, a) in zip(NAMES, house, strict=True))
    all_of_them, day = People(people), date(2026, 5, 28) + timedelta(days=days)
    for each in people:
        there = all_of_them.on_duty(each, day)
        assert (
            there == each
            if not all_of_them.is_away(each, day)
            else there == each or not all_of_them.is_away(there, day)
        )
    found = all_of_them.in_role_on("care", day)
    assert found
    assert len({each.name for each in found}) == len(found)
    present = [each for each in people if not all_of_them.is_away(each, day)]
    assert {each.name for each in found} == {each.name for each in (present or people)}
