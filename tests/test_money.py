"""Amounts of money in what people write: the one after a command, those in free text, and as letters show them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.money import amounts_in, parse, shown

UNDERSTOOD = {
    "20": 2000,
    "£20": 2000,
    "£ 20": 2000,
    "20 pounds": 2000,
    "20 Pounds please": 2000,
    "1 pound": 100,
    "20 quid": 2000,
    "20£": 2000,
    "20 GBP": 2000,
    "GBP 20.50": 2050,
    "gbp20.5": 2050,
    "20.50": 2050,
    "20,50": 2050,
    "£12.05": 1205,
    "1,000": 100_000,
    "£1,234.50": 123_450,
    "1.234,50": 123_450,
    "50p": 50,
    "50 pence": 50,
    "0": 0,
    "£0.00": 0,
    "£20.": 2000,
    "20!": 2000,
    "(£20)": 2000,
    "**£20**": 2000,
    "a £20 voucher": 2000,
    "of £20, given in store": 2000,
    "£20 (20 pounds)": 2000,
    "20 handed over at the till": 2000,
    "20 to Anna, sorry I forgot to say": 2000,
    "\n  20  \n": 2000,
    "２０": 2000,  # an Asian keyboard
    "2\u200b0": 2000,  # pasted with an invisible character
    "20\nVera\n020 7946 0000": 2000,  # a signature
    "20\nBLANC Ltd, company no 1234567": 2000,
    "20\n\nKind regards\nVera\nThis month: £10 off your first order": 2000,
    "20\nso £20 it is": 2000,
}
REFUSED = [
    "",
    " ",
    "\n",
    "twenty",
    "some money",
    "20 or 30",
    "20-30",
    "20 - 30",
    "£20 £30",
    "£20, then 5 more",
    "£20 and 50p",
    "20 pounds 50",
    "20 + 5",
    "2 x 20",
    "20 each",
    "two of 20",
    "20 (twenty)",
    "not 20",
    "no more than 20",
    "up to 20",
    "about £20",
    "around 20",
    "over GBP 20",
    "another 20",
    "20?",
    "maybe 20",
    "20 if she comes back",
    "-20",
    "-£20",
    "£-20",
    "+20",
    "20%",
    "20 per cent",
    "20 days",
    "20 items",
    "8 p.m.",
    "8pm",
    "12:30",
    "20/3",
    "20 on 3 March",
    "3rd",
    "20k",
    "20 thousand",
    "1.000",  # a thousand, or one
    "20,5",
    "1,0000",
    "1,00,000",
    "20.505",
    ".50",
    "£.50",
    "£0.50p",
    "20.50p",
    "£50p",
    "20²",
    "20½",
    "2⁰",
    "€20",
    "20 euros",
    "$20",
    "20 dollars",
    "₹500",
    "#20",
    "A20",
    "20x",
    "BLANC-4K7QD2M",
    "BLANC-4K7QD2M 20",
    "60\nActually make it 50",
    "60\n\nSorry, 50",
    "60\nnot 50",
    "60\nShe was promised £50 before.",
    "nothing",
]


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_people_write_after_a_command(text: str) -> None:
    """One amount, however it is written, is understood to the penny."""
    assert parse(text) == UNDERSTOOD[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_be_two_things_is_none(text: str) -> None:
    """Two amounts, another currency, bounds, sums, and numbers that are no money are not guessed at."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "sign", "pence"),
    [
        ("€20", "€", 2000),
        ("20 euros", "€", 2000),
        ("20 EUR", "€", 2000),
        ("50 cents", "€", 50),
        ("£20", "€", None),
        ("20 pounds", "€", None),
        ("20", "€", 2000),
        ("CHF 60", "CHF", 6000),
        ("60 francs", "CHF", 6000),
        ("60 kr", "kr", 6000),
        ("£60", "kr", None),
    ],
)
def test_the_shops_own_money(text: str, sign: str, pence: int | None) -> None:
    """A shop with another sign is understood in its own money, and in no other."""
    assert parse(text, sign) == pence


@given(st.integers(0, 999_999_999), st.sampled_from(["£", "€", "$", "CHF", "kr"]))
def test_what_is_shown_is_understood(pence: int, sign: str) -> None:
    """Any amount as letters show it reads back as the same amount, alone and in free text."""
    assert parse(shown(pence, sign), sign) == pence
    if sign != "kr":
        assert amounts_in(f"We offer you {shown(pence, sign)} for it.") == [pence]


@given(st.integers(1, 99_999), st.integers(1, 99_999), st.sampled_from([" ", " or ", ", ", "-", " / ", " and ", "; "]))
def test_two_amounts_are_never_one(one: int, two: int, between: str) -> None:
    """Two different amounts in a line are asked back, whatever stands between them."""
    for sign in ("", "£"):
        found = parse(f"{sign}{one}{between}{sign}{two}")
        assert found is None or one == two


@given(st.text() | st.text(alphabet="0123456789.,£€ p-\n()"))
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing that anybody writes raises, or makes a negative amount."""
    found = parse(text)
    assert found is None or found >= 0
    assert all(pence >= 0 for pence in amounts_in(text))


@pytest.mark.parametrize(
    ("pence", "sign", "text"),
    [
        (6000, "£", "£60"),
        (1250, "£", "£12.50"),
        (1205, "£", "£12.05"),
        (5, "£", "£0.05"),
        (0, "£", "£0"),
        (100_000, "£", "£1,000"),
        (123_456_789, "£", "£1,234,567.89"),
        (-500, "£", "-£5"),
        (6000, "€", "€60"),
        (6000, "CHF", "CHF 60"),
    ],
)
def test_as_letters_show_it(pence: int, sign: str, text: str) -> None:
    """Whole pounds without pence, thousands parted, a word apart from its number."""
    assert shown(pence, sign) == text


FREE = {
    "I want £500 back": [50_000],
    "£500.": [50_000],
    "500£, please": [50_000],
    "refund of 500 pounds": [50_000],
    "GBP 250 or I sue": [25_000],
    "£ 1,250.50": [125_050],
    "£1 000": [100_000],
    "€1.000,50": [100_050],
    "€1.000": [100_000],
    "$30 and 40 euros": [3000, 4000],
    "£200-300": [20_000, 30_000],
    "£200 to £300": [20_000, 30_000],
    "£2k": [200_000],
    "£1.5k": [150_000],
    "2 grand": [200_000],
    "a grand": [100_000],
    "a thousand pounds": [100_000],
    "Two Hundred and Fifty pounds": [25_000],
    "six hundred quid": [60_000],
    "one hundred and twenty-five pounds": [12_500],
    "I paid £350 and claim £700": [35_000, 70_000],
    "50p": [50],
    "It cost 50 pence.": [50],
    "I came at 8 p.m. on 3 March 2026 with 2 shirts, ticket 12345": [],
    "call me on 020 7946 0000": [],
    "BLANC-4K7QD2M": [],
    "and pounds of trouble": [],
    "": [],
}


@pytest.mark.parametrize("text", FREE)
def test_amounts_in_free_text(text: str) -> None:
    """Whatever is marked as money counts, in figures or words, of any country; other numbers do not."""
    assert amounts_in(text) == FREE[text]


@pytest.mark.parametrize(
    "piece", ["a ", "1,", "£", "one and ", "1 000 ", "9", " ", "-", "over ", "£1-", "1.", "20 or "]
)
def test_long_texts_are_read_in_no_time(piece: str) -> None:
    """A hundred thousand characters of any pattern are read in linear time."""
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    parse(text)
    amounts_in(text)
    assert time.process_time() - started < 3
