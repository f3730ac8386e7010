"""Words looked for in either case: the same matches as re.IGNORECASE, letter by letter."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from mailbot.mail import forwards, message
from mailbot.mail.either_case import either_case


def test_every_letter_is_found_in_all_its_forms() -> None:
    """For each letter that has another form, each form of it in a text is found or not just as `re` does."""
    family: dict[str, set[str]] = defaultdict(set)
    for letter in (chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000):
        for other in {letter.lower(), letter.upper(), letter.casefold()} - {letter}:
            family[other] |= {letter, other}
    compared = 0
    for forms in family.values():
        for word in forms:
            try:
                ours = either_case(re.escape(word))
            except ValueError:
                continue  # tables are written in small letters
            theirs = re.compile(ours.exact.pattern, re.IGNORECASE)
            for text in forms:
                left, right = ours.search(f"x{text}x"), theirs.search(f"x{text}x")
                assert (left and left.span()) == (right and right.span()), (word, text)
                compared += 1
    assert compared > 3_000


def test_a_table_in_capitals_is_refused() -> None:
    """It would find nothing in small letters."""
    with pytest.raises(ValueError, match="small letters"):
        either_case("Kind regards")


def test_a_forward_of_nothing_is_none() -> None:
    """A quoted line that holds a tab alone is no mail."""
    assert forwards.forward(message.read(b"From: a@b.c\nSubject: Fwd: x\n\n>\t\n")) is None
