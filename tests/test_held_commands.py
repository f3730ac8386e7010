"""A command that came without proof (DESIGN.md "Proof of a staff command"): asked about once, let through once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.cases.decide import after
from mailbot.cases.held_commands import CONFIRM_WITHIN, MOST_HELD
from mailbot.cases.model import Case
from tests import recognising as told


def held(text: str = "close", n: int = 1) -> Case:
    """Anna's case, on which the till was asked about that command by letter n."""
    before = told.case(letters=tuple(told.letter("E2", told.CODE, each, "anna", "customer") for each in range(1, n)))
    result = told.understood(told.mail("mathilde", text, f"[{told.CODE}]"), before)
    assert result.event
    assert result.event.name == "command_unproved"
    asking = told.letter("ask-was-it-you", told.CODE, n, "mathilde", "author")
    return replace(after(before, result.given, told.NOW), letters=(*before.letters, asking))


def answer(case: Case, text: str = "yes", later: timedelta = timedelta(0), who: str = "mathilde", **more: str) -> str:
    """The event of an answer to the last letter of the case, '' for none."""
    mail = told.mail(who, text, answers=case.letters[-1], headers=more)
    result = told.understood(mail, case, now=told.NOW + later)
    return result.event.name if result.event else ""


def test_a_held_command_is_asked_about_once() -> None:
    """The same command again, or the same mail from a forger's list, asks nobody a second time."""
    case = held()
    again = told.understood(told.mail("mathilde", "close", f"[{told.CODE}]", headers={"X-Again": "1"}), case)
    assert (again.event, again.fate) == (None, "human")


def test_no_more_questions_than_a_colleague_can_answer() -> None:
    """Different commands are held side by side up to a number; then a person looks."""
    case = told.case()
    names = []
    for n, text in enumerate(("close", "park", "solved", "assign lucy"), start=1):
        result = told.understood(told.mail("mathilde", text, f"[{told.CODE}]"), case)
        names.append(result.event.name if result.event else "")
        asking = told.letter("ask-was-it-you", told.CODE, n, "mathilde", "author")
        case = replace(after(case, result.given, told.NOW), letters=(*case.letters, asking))
    assert names == ["command_unproved"] * MOST_HELD + [""]


@pytest.mark.parametrize("n", [1, 4])
def test_a_yes_lets_it_through_once(n: int) -> None:
    """By the letter's own token, whatever its number; the second yes to the same letter finds nothing."""
    case = held(n=n)
    assert answer(case) == "closed_by_staff"
    released = told.understood(told.mail("mathilde", "yes", answers=case.letters[-1]), case)
    assert answer(after(case, released.given, told.NOW)) == "staff_unclear"


def test_a_no_lets_nothing_through_ever() -> None:
    """After a no, a yes finds nothing."""
    case = held()
    assert answer(case, "no") == "was_not_me"
    refused = told.understood(told.mail("mathilde", "no", answers=case.letters[-1]), case)
    assert answer(after(case, refused.given, told.NOW)) == "staff_unclear"


@pytest.mark.parametrize(
    ("later", "event"),
    [(CONFIRM_WITHIN, "closed_by_staff"), (CONFIRM_WITHIN + timedelta(seconds=1), "staff_unclear")],
)
def test_a_yes_has_its_day(later: timedelta, event: str) -> None:
    """A question expires: a mailbox broken into next month must not carry out last month's command."""
    assert answer(held(), later=later) == event


@pytest.mark.parametrize(
    "more",
    [
        {"who": "till"},
        {"who": "anna"},
        {"Authentication-Results": told.FORGED["Authentication-Results"]},
    ],
)
def test_a_yes_of_somebody_else_lets_nothing_through(more: dict[str, str]) -> None:
    """Only the address that was asked, by the true token, and never against our own server's word."""
    assert answer(held(), **more) != "closed_by_staff"  # type: ignore[arg-type]


def test_a_yes_with_a_guessed_token_lets_nothing_through() -> None:
    """The code of the case is no secret; the token of the question is."""
    case = held()
    guessed = replace(case.letters[-1], message_id="<aaaaaaa.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@shop.test>")
    for subject in ("Was this you?", f"[{told.CODE}] Was this you?"):
        result = told.understood(told.mail("mathilde", "yes", subject, answers=guessed), case)
        assert not result.event or result.event.name != "closed_by_staff"


def test_a_yes_to_one_question_is_none_to_another() -> None:
    """Each letter lets its own command through."""
    case = held()
    second = told.understood(told.mail("mathilde", "park", f"[{told.CODE}]"), case)
    asking = told.letter("ask-was-it-you", told.CODE, 2, "mathilde", "author")
    both = replace(after(case, second.given, told.NOW), letters=(*case.letters, asking))
    assert answer(both) == "parked_by_staff"
    released = told.understood(told.mail("mathilde", "yes", answers=asking), both)
    first = replace(after(both, released.given, told.NOW), letters=case.letters)
    assert answer(first) == "closed_by_staff"
