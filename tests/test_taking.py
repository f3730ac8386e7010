"""What is said with a command: an amount, a day, a person, a case, an assessment, a reference; or why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import commands, days
from mailbot.cases.taking import LONGEST_REFERENCE, Taken, take
from mailbot.process.people import Person
from mailbot.process.place import Place
from mailbot.process.vocabulary import TAKES
from tests import ruling

RULES = ruling.shipped()
HEARING = RULES.hearing
WEDNESDAY = date(2026, 6, 3)
TOKEN = "ref 4k7qd2m.3.abcdefghijklmnopqrstuvwxyz"


def taken(text: str, today: date = WEDNESDAY) -> Taken:
    """What goes with the command at the top of a text."""
    said = commands.understand(text, RULES.commands, HEARING)
    assert said, text
    return take(said.meant.takes, text, said.words, RULES, today)


# ---- amounts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("voucher 20", 2000),
        ("Voucher of £20", 2000),
        ("voucher: £20.50", 2050),
        ("gave her a voucher, 20 pounds", 2000),
        ("gave her a £20 voucher", 2000),
        ("voucher £20 given", 2000),
        ("Solved, gave £20 voucher", 2000),
        ("solved with a voucher of 15", 1500),
        ("voucher 20 please", 2000),
        ("vocher 20", 2000),
        ("voucher\n20", 2000),
        ("voucher given\n\n£20\n\nThanks\nKaren", 2000),
        ("voucher 20\n\nKaren\nMarylebone store\n+44 20 7946 0011", 2000),
        (f"voucher 20\n\n{TOKEN}", 2000),
        ("Hi Mathilde,\n\nvoucher 20\n\nSent from my iPhone", 2000),
        ("voucher 1,000", 100_000),
    ],
)
def test_amounts(text: str, pence: int) -> None:
    """The one amount in the line of the command, or alone on the line below, in pence."""
    assert taken(text) == Taken({"amount": pence})


@pytest.mark.parametrize(
    "text",
    ["voucher", "voucher given", "voucher\n\nKaren\n+44 20 7946 0011", "voucher\nExt 204", f"voucher\n\n{TOKEN}"],
)
def test_a_missing_amount_is_fine(text: str) -> None:
    """The process asks for it where it is needed; the number of a telephone is none."""
    assert taken(text) == Taken()


@pytest.mark.parametrize(
    "text",
    [
        "voucher 20 or 30",
        "voucher 20%",
        "voucher €20",
        "voucher 20-30",
        "voucher 20, ticket 4711",
        "2 vouchers of £20",
        "voucher 0",
        "voucher 20\nSorry, I meant 30",
        "voucher given\nactually make it £50",
    ],
)
def test_amounts_that_could_be_another(text: str) -> None:
    """Two amounts, a share, foreign money, a correction: asked back."""
    found = take("amount", text, "", RULES, WEDNESDAY)
    assert found.data == {}
    assert found.unclear


# ---- days ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14 June", "2026-06-14"),
        ("14th June", "2026-06-14"),
        ("the 14th of June", "2026-06-14"),
        ("June 14", "2026-06-14"),
        ("June 14th, 2026", "2026-06-14"),
        ("14 jun 2026", "2026-06-14"),
        ("14/6", "2026-06-14"),
        ("14/06/2026", "2026-06-14"),
        ("14/6/26", "2026-06-14"),
        ("14.6.", "2026-06-14"),
        ("14-06-2026", "2026-06-14"),
        ("2026-06-14", "2026-06-14"),
        ("Friday", "2026-06-05"),
        ("on Fri", "2026-06-05"),
        ("Monday", "2026-06-08"),
        ("this Friday", "2026-06-05"),
        ("next Friday", "2026-06-12"),
        ("next Tuesday", "2026-06-09"),
        ("today", "2026-06-03"),
        ("tomorrow", "2026-06-04"),
        ("3 June", "2026-06-03"),
        ("Sunday 14 June", "2026-06-14"),
        ("Sunday, the 14th of June", "2026-06-14"),
        ("by 14 June at 10", "2026-06-14"),
        ("14 June after 5pm", "2026-06-14"),
        ("14 June, ticket 4711", "2026-06-14"),
        ("14 June = 14/6", "2026-06-14"),
        ("1 December", "2026-12-01"),
        ("2 June 2027", "2027-06-02"),
        ("", ""),
        ("for collection", ""),
    ],
)
def test_days(text: str, day: str) -> None:
    """The day comes first, a day of the week is the coming one, no year is this one."""
    assert take("date", f"ready {text}", text, RULES, WEDNESDAY) == Taken({"date": day} if day else {})


@pytest.mark.parametrize(
    ("text", "unclear"),
    [
        ("1 June", "1 june is past"),
        ("2 June 2026", "2 june 2026 is past"),
        ("2026-06-01", "2026-06-01 is past"),
        ("this Monday", "this monday is past"),
        ("14 June 2025", "14 june 2025 is past"),
        ("31 June", "there is no such day as 31 june"),
        ("6/14", "there is no such day as 6/14"),
        ("32/1/2027", "there is no such day as 32/1/2027"),
        ("14 June 2031", "14 june 2031 is more than a year away"),
        ("Wednesday", "today is wednesday"),
        ("Friday 14 June", "14/6/2026 is another day of the week"),
        ("14 or 15 June", "I could not tell which day is meant"),
        ("14 June or 16 June", "I could not tell which day is meant"),
        ("Friday or Saturday", "I could not tell which day is meant"),
        ("next week", "I could not read the day"),
        ("a week on Friday", "I could not read the day"),
        ("in 3 days", "I could not read the day"),
        ("14", "I could not read the day"),
        ("14 Juney", "I could not read the day"),
        ("end of June", "I could not read the day"),
    ],
)
def test_days_that_are_asked_back(text: str, unclear: str) -> None:
    """Never a day that is past, impossible, too far, or one of two."""
    found = take("date", f"ready {text}", text, RULES, WEDNESDAY)
    assert found.data == {}
    assert found.unclear.startswith(unclear)


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        (date(2026, 12, 20), "5 January", date(2027, 1, 5)),
        (date(2026, 12, 31), "1/1", date(2027, 1, 1)),
        (date(2026, 6, 7), "next Friday", date(2026, 6, 12)),
        (date(2026, 6, 5), "this Friday", date(2026, 6, 5)),
        (date(2027, 6, 1), "29 February", None),
        (date(2028, 2, 1), "29 February", date(2028, 2, 29)),
        (date(9999, 12, 31), "tomorrow", None),
        (date(9999, 12, 31), "1 January", None),
        (date(9999, 12, 31), "Monday", None),
        (date(1, 1, 1), "14 June", date(1, 6, 14)),
    ],
)
def test_days_at_the_turn_of_the_year(today: date, text: str, day: date | None) -> None:
    """Without a year the next such day within half a year; no calendar ends in an exception."""
    assert days.one(text, today, HEARING)[0] == day


@settings(deadline=None)
@given(
    st.text(max_size=40) | st.from_regex(r"\A(next |this )?[0-9]{1,3}[ ./-][0-9a-j]{1,4}", fullmatch=False), st.dates()
)
def test_any_day(text: str, today: date) -> None:
    """Total: never a day before today, and never a day together with a doubt."""
    day, unclear = days.one(text, today, HEARING)
    assert day is None or (day >= today and not unclear)


# ---- people -------------------------------------------------------------------------------------------------

LUCIES = replace(
    RULES,
    people=replace(
        RULES.people,
        people=(
            Person("Lucy Brown", ("lucy.b@shop.test",), ("operations",), Place("x", 1)),
            Person("Lucy Stone", ("lucy.s@shop.test",), ("care",), Place("x", 2)),
            Person("Mathilde", ("mathilde@shop.test",), ("care",), Place("x", 3)),
            Person("Ann", ("ann@shop.test",), ("va",), Place("x", 4)),
        ),
    ),
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("assign lucy", "Lucy"),
        ("assign to Lucy please", "Lucy"),
        ("Assign this to LUCY.", "Lucy"),
        ("assign it to lucy, she knows the customer", "Lucy"),
        ("asign lucy", "Lucy"),
        ("assign luzy", "Lucy"),
        ("assign to matilde", "Mathilde"),
        ("assign to mathild", "Mathilde"),
        ("assign mathilde@shop.test", "Mathilde"),
        ("assign to the va", "Vera"),
        ("assign operations", "Lucy"),
        ("assign\nLucy", "Lucy"),
    ],
)
def test_people(text: str, name: str) -> None:
    """By first name, whole name, address or role, with a slip of the finger."""
    assert taken(text) == Taken({"person": name})


@pytest.mark.parametrize(
    ("words", "name"),
    [("lucy brown", "Lucy Brown"), ("lucy stone", "Lucy Stone"), ("lucy.b@shop.test", "Lucy Brown"), ("ann", "Ann"),
    ("lucy brwon", "Lucy Brown")],
)  # fmt: skip
def test_people_of_one_first_name(words: str, name: str) -> None:
    """The whole name tells two of one first name apart."""
    assert take("person", f"assign {words}", words, LUCIES, WEDNESDAY) == Taken({"person": name})


@pytest.mark.parametrize(
    "words", ["lucy", "lucy or mathilde", "care", "an", "anne", "bob", "me", "", "someone else", "lucille"]
)
def test_nobody_is_guessed(words: str) -> None:
    """Two, none, or a name too short to be mistyped: asked back with the names."""
    found = take("person", f"assign {words}", words, LUCIES, WEDNESDAY)
    assert found.data == {}
    assert "Lucy" in found.unclear


def test_a_till_owns_no_case() -> None:
    """A shared address is nobody."""
    assert taken("assign marylebone till").unclear.startswith("Marylebone till is an address that several share")


# ---- cases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("merge BLANC-4K7QD2M", "BLANC-4K7QD2M"),
        ("merge with blanc-4k7qd2m please", "BLANC-4K7QD2M"),
        ("merge into [BLANC-4K7QD2M]", "BLANC-4K7QD2M"),
        ("merge\nBLANC-4K7QD2M", "BLANC-4K7QD2M"),
        ("merge with the one of Anna\n\nBLANC-4K7QD2M", "BLANC-4K7QD2M"),
        ("merge BLANC-ABCDEFG", "BLANC-ABCDEFG"),
        ("merge self-serving BLANC-4K7QD2M", "BLANC-4K7QD2M"),
        ("merge BLANC-4K7QD2M, BLANC-4k7qd2m", "BLANC-4K7QD2M"),
    ],
)
def test_cases(text: str, code: str) -> None:
    """The one code, whatever its capitals and marks."""
    assert taken(text) == Taken({"code": code})


@pytest.mark.parametrize(
    "text", ["merge", "merge 4K7QD2M", "merge BLANC-4K7QD2", "merge BLANC-4K7QD2M and BLANC-2ZXCVB5",
    "merge BLANC-4K7QD2MX", "merge BLANC-18"]
)  # fmt: skip
def test_cases_that_are_asked_back(text: str) -> None:
    """No code, half a code, two codes."""
    found = taken(text)
    assert found.data == {}
    assert found.unclear


# ---- references ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("paid FP123456", "FP123456"),
        ("Paid: 4711", "4711"),
        ("paid FP 1234 5678, thanks", "FP 1234 5678"),
        ("paid, ref FP 1234 5678. Thanks", "FP 1234 5678"),
        ("paid by bank transfer, reference: anna smith", "anna smith"),
        ("paid £60 by transfer, ref A1", "A1"),
        ("paid 60 pounds, 4711-22", "4711-22"),
        ("paid on 14 June 4711", "4711"),
        ("payment made 2026/4711 thanks", "2026/4711"),
        ("paid\n4711", "4711"),
        ("paid BACS 7781", "BACS 7781"),
        ("paid cheque 114", "cheque 114"),
        ("paid £60 by transfer FP1234", "transfer FP1234"),
        ("paid 4711 to her account", "4711"),
        (f"paid 4711\n\n{TOKEN}", "4711"),
        ("Paid FP123456\n\nVera\n+44 20 7946 0003", "FP123456"),
    ],
)
def test_references(text: str, reference: str) -> None:
    """As it was written, behind its label, or what looks like one."""
    assert taken(text) == Taken({"reference": reference})


@pytest.mark.parametrize(
    "text",
    [
        "paid",
        "paid today",
        "paid 60",
        "paid £60",
        "paid 600 pounds",
        "paid on 14/06/2026",
        "paid by Lucy",
        "paid a cheque of 114",
        "paid 60 by transfer",
        "paid ref",
    ],
)
def test_no_reference(text: str) -> None:
    """An amount or a day is none: it is asked for."""
    found = taken(text)
    assert found.data == {}
    assert found.unclear.startswith("which reference")


def test_a_long_reference_is_asked_back() -> None:
    """It is never cut: half a reference is a wrong one."""
    long = "1" * (LONGEST_REFERENCE + 1)
    assert taken(f"paid {long[:-1]}") == Taken({"reference": long[:-1]})
    assert taken(f"paid {long}").unclear
    assert taken(f"paid ref {'x' * 200}").unclear


# ---- assessments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("clear error, good client", {"finding": "clear error", "client": "good"}),
        ("assessment: not our error", {"finding": "not our error"}),
        ("repair 14 June", {"finding": "repair", "date": "2026-06-14"}),
        ("repair by Friday\nLucy\n+44 20 7946 0002", {"finding": "repair", "date": "2026-06-05"}),
        ("repair\nby 14/6", {"finding": "repair", "date": "2026-06-14"}),
        ("repair\n\nLucy\n+44 20 7946 0002", {"finding": "repair"}),
        ("repair", {"finding": "repair"}),
        ("manufacturer", {"finding": "manufacturer"}),
        ("repair 14 June, good client\nto customer: Ready by 1 June.", {
            "finding": "repair", "client": "good", "date": "2026-06-14", "findings": "Ready by 1 June.",
        }),
        ("clear error, bad client\ncause: pressing\nto customer: The press left a mark.", {
            "finding": "clear error", "client": "bad", "cause": "pressing", "findings": "The press left a mark.",
        }),
    ],
)  # fmt: skip
def test_assessments(text: str, data: dict[str, str]) -> None:
    """Only what was said is in the data; of a repair the day that is promised."""
    assert taken(text) == Taken(data)


@pytest.mark.parametrize(
    "text", ["clear error", "clear error, good client, repair", "repair 1 June", "repair 31 June", "assessment: hm"]
)
def test_assessments_that_are_asked_back(text: str) -> None:
    """What an assessment leaves open, and a day that cannot be promised."""
    assert taken(text).unclear


# ---- the rest -----------------------------------------------------------------------------------------------


def test_words_and_forms() -> None:
    """Words are handed on as they are, greeting and all; a form is read by others."""
    assert taken("to customer: Dear Anna,\n\nit is here.") == Taken({"words": "Dear Anna,\n\nit is here."})
    assert taken("form taken\n\nYour name: Anna") == Taken()
    assert take("", "solved", "", RULES, WEDNESDAY) == Taken()
    assert take("no such kind", "x", "x", RULES, WEDNESDAY) == Taken()


PIECES = st.sampled_from(
    ["voucher", "20", "£", "\n", " ", "14 June", "31/2", "lucy", "BLANC-4K7QD2M", "ref", "clear error", "good",
    "\u200b", "ß", "\x00", "²", "٣", "\ud800"]
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(TAKES), st.lists(PIECES | st.text(max_size=10), max_size=8).map("".join), st.text(max_size=20))
def test_any_text_gives_an_answer(kind: str, text: str, words: str) -> None:
    """Total: data of the right shape, or one sentence why not."""
    found = take(kind, text, words or text, RULES, WEDNESDAY)
    data = dict(found.data)
    assert "\n" not in found.unclear
    assert set(data) <= {
        "words",
        "amount",
        "date",
        "person",
        "code",
        "finding",
        "client",
        "cause",
        "findings",
        "reference",
    }
    assert type(data.get("amount", 1)) is int
    assert data.get("amount", 1) > 0
    assert date.fromisoformat(data.get("date", "2026-06-03")) >= WEDNESDAY
    assert data.get("person", "Lucy") in {person.name for person in RULES.people.people}
    assert len(data.get("reference", "")) <= LONGEST_REFERENCE
