"""Offers leave on two conditions, whatever rules and templates say: a complete form, and an approval that covers it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.model import Approval, Case, Form
from mailbot.letters.step import Step, take
from mailbot.process.load import PROCESS
from tests.ruling import MONDAY, case, files, full_form, process_of, room, shipped

MATHILDE = {"author": "mathilde@shop.test", "author_name": "Mathilde"}


def approved(letter: str = "CL1", pounds: int = 60, **changes: Any) -> Case:
    given = {"form": full_form(), "approval": Approval(letter, pounds * 100, "Mathilde", MONDAY), **changes}
    return case("offered", **given)


def relayed(words: str, about: Case) -> Step:
    event = Event("relay_asked", "care", {**MATHILDE, "words": words})
    return take(about, event, (), (), room(), Around(), MONDAY)


def sent(code: str, about: Case) -> Step:
    """The letter, sent by a row that claims nothing: an admin's slip."""
    row = replace(shipped().always["otherwise"][0], send=(code,), ask=(), tell=())
    careless = replace(shipped(), always={**shipped().always, "x": (row,)})
    return take(about, Event("x", "care", MATHILDE), (), (), room(careless), Around(), MONDAY)


@pytest.mark.parametrize("code", ["CL1", "CL2", "chase-offer-1", "chase-offer-2", "accepted"])
def test_a_letter_that_grants_needs_form_and_approval(code: str) -> None:
    """Without the one or the other it is held, whichever row sends it; with both it leaves."""
    fits = approved(code if code in shipped().compensation.letters else "CL1")
    assert sent(code, fits).held == ()
    for lacking in (replace(fits, approval=None), replace(fits, form=replace(fits.form, complete=False))):
        step = sent(code, lacking)
        assert [held.letter.letter for held in step.held] == [code]
        assert step.held[0].reason == (
            "no approval covers this offer" if lacking.form.complete
            else "no compensation without complaint form: the form is not complete"
        )  # fmt: skip


def test_what_was_approved_is_one_letter() -> None:
    """CL1's approval lets no CL2 out."""
    assert "not this one" in sent("CL2", approved("CL1", 90)).held[0].reason
    assert sent("CL2", approved("CL2", 90)).held == ()


@pytest.mark.parametrize(
    "words",
    [
        "We will pay you £60.",
        "You will have the £60 by Friday.",
        "£60, or £45 if you prefer a voucher",
        "60 pounds",
        "£60.00",
    ],
)
def test_an_approved_amount_may_be_spoken_of(words: str) -> None:
    """The same amount or less, however it is written."""
    assert relayed(words, approved()).held == ()


@pytest.mark.parametrize(
    "words",
    [
        "We will pay you £61.", "£60 and another £90", "You will have £600 by Friday.", "£6,000", "£60.01",
        "ninety pounds",
        "€60", "60 euros", "half off the next one", "£\u200b90", "£ 9 0 0", "20% off", "a fiver on top", "£60-90",
    ],
)  # fmt: skip
def test_more_than_was_approved_is_held(words: str) -> None:
    """More, other money, or an amount that cannot be read as a number: its author is told which words."""
    step = relayed(words, approved())
    assert step.held, words
    assert [each.letter.letter for each in step.outgoing] == ["held"]


def test_an_approval_does_not_excuse_the_tone() -> None:
    """Money may be spoken of, but never in words that we use on no customer."""
    assert relayed("Calm down, you will get your £60.", approved()).held[0].phrase == "calm down"


def test_an_offer_that_may_not_leave_was_not_made() -> None:
    """The findings promise more than was approved: held, the case stays where it was, nothing of the row happens."""
    about = case(
        "awaiting_approval", form=full_form(), category="damage",
        facts={
            "finding": "clear error", "client": "good", "findings": "We burnt it and pay £900.", "assessed_by": "Lucy",
        },
    )  # fmt: skip
    event = Event("approved", "care", {**MATHILDE, "amount": 6000})
    step = take(about, event, (), (), room(), Around(), MONDAY)
    assert [held.letter.letter for held in step.held] == ["CL1"]
    assert step.held[0].phrase == "£900"
    assert (step.case.state, step.case.approval) == ("awaiting_approval", None)
    assert [each.letter.letter for each in step.outgoing] == ["held"]


def edited(words: str, about: Case) -> Step:
    """E1 with these words above the signature, sent on the case."""
    template, made, mark = "templates/en/E1-thank-you-for-the-chance.md", files(), "{{ signature }}"
    assert mark in made[template]
    process = process_of({**made, template: made[template].replace(mark, f"{words}\n\n{mark}")})
    row = replace(process.always["otherwise"][0], send=("E1",), ask=(), tell=())
    changed = replace(process, always={**process.always, "x": (row,)})
    return take(about, Event("x", "till", {}), (), (), room(changed), Around(), MONDAY)


def test_the_tills_voucher_is_the_one_exception() -> None:
    """E1 names the voucher that was given in store, and no more than that."""
    given = case("settled", facts={"voucher": 2000}, form=Form())
    assert sent("E1", given).held == ()
    assert edited("The voucher of £20 is yours.", given).held == ()
    for slip in ("You also get £50.", "And a refund.", "Another voucher of £30 follows."):
        assert edited(slip, given).held, slip
    assert edited("A voucher of £20.", case("settled")).held


def test_no_row_can_approve_by_itself() -> None:
    """An admin's row with `approves: true` where nobody may approve: nothing is recorded, and the offer is held."""
    made = files()
    made[PROCESS] = made[PROCESS].replace(
        "    garments_found:\n      - send: E3\n",
        "    garments_found:\n      - if: form.complete\n        send: CL1\n        approves: true\n"
        "        grants: true\n        go: offered\n      - send: E3\n",
        1,
    )
    about = case("checking_garments", form=full_form(), facts={"finding": "clear error", "client": "good"})
    till = {"author": "till@shop.test", "author_name": "Marylebone till", "amount": 6000}
    step = take(about, Event("garments_found", "till", till), (), (), room(process_of(made)), Around(), MONDAY)
    assert [held.letter.letter for held in step.held] == ["CL1"]
    assert (step.case.state, step.case.approval) == ("checking_garments", None)
