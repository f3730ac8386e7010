"""How a language says a date, an amount, a choice between answers: out of rules/wording*.yaml, never words of our own.

Decides nothing about which language a letter is in; that is `compose`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mailbot.process.wordlists import Speech

_NO_GAP = ",，、;；"  # an addition that begins so follows without a blank


def said_day(day: date, speech: Speech) -> str:
    """A date as people of that language write it: 'Tuesday 3 March 2026', 'martedì 3 marzo 2026', '2026年3月3日'."""
    if not (speech.weekdays and speech.months):
        return day.isoformat()
    return speech.day.format(
        weekday=speech.weekdays[day.weekday()],
        day=speech.first_day if day.day == 1 else day.day,
        month=speech.months[day.month - 1],
        year=day.year,
    )


def said_amount(pence: int, sign: str, speech: Speech) -> str:
    """An amount with the shop's sign as people of that language write it: '£1,000', '1.000 €', '12,50 £'."""
    whole, part = divmod(abs(pence), 100)
    number = f"{whole:,}".replace(",", speech.thousands) + (f"{speech.decimal}{part:02d}" if part else "")
    glued = sign[-1:].isalnum() and "{sign}{number}" in speech.amount  # CHF 60, not CHF60
    said = speech.amount.format(sign=f"{sign} " if glued else sign, number=number)
    return f"-{said}" if pence < 0 else said


def plain_number(shown: str, speech: Speech) -> str:
    """The number of an amount as a command is written: '1000.50' of '1.000,50 €'."""
    digits = "".join(char for char in shown if char.isdigit() or char == speech.decimal)
    return digits.replace(speech.decimal, ".")


def either(answers: Sequence[str], several_parts: bool, speech: Speech) -> str:
    """Answers to choose from: 'accept or decline'; with a comma where one of them has an addition."""
    if len(answers) < 2:
        return answers[0]
    comma = speech.words["comma"]
    pattern = speech.words["either_with_more" if several_parts else "either"]
    return pattern.format(others=(f"{comma} " if comma.isascii() else comma).join(answers[:-1]), last=answers[-1])


def with_more(answer: str, more: str) -> str:
    """An answer and what is said with it: 'not happy and your words'."""
    return f"{answer}{'' if more[:1] in _NO_GAP else ' '}{more}" if more else answer
