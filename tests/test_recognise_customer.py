"""What customers write, put before `recognise`: short answers to what we asked, claims, and what turns serious."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.cases.decide import after
from mailbot.cases.model import Approval, Case, Form
from mailbot.cases.recognised import Recognised
from tests.recognising import (
    CODE,
    FULL,
    NOW,
    OTHER,
    case,
    facts,
    filled_form,
    letter,
    mail,
    opened,
    process,
    understood,
)

OFFER = letter("CL1", CODE, 1, "anna", "customer")
APPROVED = Approval("CL1", 6000, "mathilde@shop.test", NOW)


def offered(**fields: object) -> Case:
    """Anna's case with an offer out, in the state that it was made in."""
    made = case(state="offered", entered_at=NOW, letters=(OFFER,), approval=APPROVED)
    return replace(made, **fields)  # type: ignore[arg-type]


def name_of(result: Recognised) -> str:
    assert result.event
    return result.event.name


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("accept", "offer_accepted"),
        ("I accept.", "offer_accepted"),
        ("Hello Mathilde,\n\nI accept. Thank you.\n\nAnna", "offer_accepted"),
        ("I accept: £60.", "offer_accepted"),
        (
            "Yes, I accept £60.00. Please pay it to my account 12345678.\n\nBest,\nAnna Smith\n07700 900123",
            "offer_accepted",
        ),
        ("Yes. Thanks, Mathilde!", "offer_accepted"),
        ("No thank you, that is not enough.", "offer_declined"),
        ("decline", "offer_declined"),
        ("I do not accept", "offer_declined"),
        ("No, thank you.", "offer_declined"),
    ],
)
def test_an_offer_is_accepted_or_declined_in_a_word(text: str, event: str) -> None:
    """In reply to the offer, and in a new mail while nothing was written to the customer after it."""
    for answers in (OFFER, None):
        result = understood(mail("anna", text, answers=answers), offered())
        assert (name_of(result), result.event.by, result.case) == (event, "customer", offered())


@pytest.mark.parametrize(
    "text",
    [
        "accept?",
        "I accept, but only if the cleaning is free",
        "I accept.\n\nHowever, I expect the cleaning to be free as well.",
        "I accept £80",
        "I accept £600",
        "Yes, we spoke on the phone",
        "Yes I understand you accept that it was damaged",
        "Yes. I have your letter and am discussing it with my husband.",
        "I accept. Actually, no.",
        "accept, can it be paid in cash?",
        "I accept.\n\nWhen is it paid?",
        "maybe I accept",
        "unacceptable",
        "acceptible",
        "accept or decline, I do not know yet",
        "decline. I want £100",
        "I accept. My solicitor has been informed of the injury.",
        "That is a fair offer, let me think about it",
        "",
    ],
)
def test_what_is_no_clear_answer_is_for_a_person(text: str) -> None:
    """A but, a doubt, a question, another sum, a slip: nobody's money hangs on a guess."""
    assert name_of(understood(mail("anna", text, answers=OFFER), offered())) == "customer_wrote"


def test_only_who_takes_part_can_accept() -> None:
    """A true token in other hands proves the letter, not the person; and a forged From proves nothing."""
    assert name_of(understood(mail("ben", "I accept", answers=OFFER), offered())) == "customer_wrote"
    forged = {"Authentication-Results": "mx.shop.test; dmarc=fail header.from=customer.test"}
    assert name_of(understood(mail("anna", "I accept", answers=OFFER, headers=forged), offered())) == "customer_wrote"


def test_an_old_offer_cannot_be_accepted() -> None:
    """The answer to a letter of an earlier state is a person's to read, whatever offer stands now."""
    final = letter("CL2", CODE, 2, "anna", "customer", NOW)
    early = replace(OFFER, at=NOW - timedelta(days=9))
    moved = offered(state="final_offer", letters=(early, final))
    assert name_of(understood(mail("anna", "I accept", answers=early), moved)) == "customer_wrote"
    assert name_of(understood(mail("anna", "I accept", answers=final), moved)) == "offer_accepted"
    later = offered(state="settled", entered_at=NOW + timedelta(days=1))
    assert name_of(understood(mail("anna", "I accept", answers=OFFER), later)) == "customer_wrote"


def test_a_yes_to_another_letter_accepts_nothing() -> None:
    """What was written after the offer is what is answered; a letter before it may be the thread that she found."""
    words = letter("reply", CODE, 2, "anna", "customer", NOW)
    both = offered(letters=(OFFER, words))
    assert name_of(understood(mail("anna", "accept", answers=words), both)) == "customer_wrote"
    assert name_of(understood(mail("anna", "accept"), both)) == "customer_wrote"
    assert name_of(understood(mail("anna", "accept", answers=OFFER), both)) == "offer_accepted"
    before = letter("E2", CODE, 1, "anna", "customer", NOW - timedelta(days=9))
    offer = letter("CL1", CODE, 2, "anna", "customer")
    found = offered(letters=(before, offer))
    assert name_of(understood(mail("anna", "accept", answers=before), found)) == "offer_accepted"


def test_an_offer_that_never_left_cannot_be_accepted() -> None:
    """A letter that was held is none."""
    held = offered(letters=(replace(OFFER, status="held"),))
    assert name_of(understood(mail("anna", "accept", answers=OFFER), held)) == "customer_wrote"


def test_an_answer_that_takes_words_carries_them() -> None:
    """Questions and doubts in them go to a person as they are."""
    asked = letter("follow-up-1", CODE, 1, "anna", "customer")
    settled = case(state="settled", entered_at=NOW, letters=(asked,))
    said = "not happy: the stain is back, but smaller. Could you look again?"
    result = understood(mail("anna", said, answers=asked), settled)
    assert name_of(result) == "customer_unsatisfied"
    assert result.event.data["words"].startswith("the stain is back")
    assert name_of(understood(mail("anna", "Very happy, thank you!", answers=asked), settled)) == "customer_satisfied"


def test_a_form_is_never_an_answer() -> None:
    """A mail that carries new values of the form is the form."""
    text = f"accept\n\n{filled_form(**FULL)}"
    assert name_of(understood(mail("anna", text, answers=OFFER), offered())) == "form_completed"


# ---- claims and levels -------------------------------------------------------------------------------------------


def test_the_first_claim_on_a_case_is_told_from_the_next() -> None:
    """For the process to tell care once."""
    first = understood(mail("anna", "I want a refund."), case())
    assert (first.event.data["claim"], first.event.data["first_claim"]) == (True, True)
    again = understood(mail("anna", "I want a refund."), after(case(), first.given, NOW))
    assert (again.event.data["claim"], again.event.data["first_claim"]) == (True, False)
    new = understood(mail("anna", "My dress has a hole, I am very unhappy. I want a refund."))
    assert (name_of(new), new.event.data["first_claim"]) == ("complaint_came", True)


def over() -> int:
    """Pounds that are more than passes as usual."""
    return process().compensation.serious_over // 100 + 1


def test_a_claim_over_the_limit_is_serious() -> None:
    """With a claim, in a new mail and on a case; a price alone is none."""
    assert process().compensation.serious_over
    text = f"My coat is ruined and I am very unhappy. I want compensation of £{over()}."
    result = understood(mail("anna", text))
    assert (result.event.data["level"], opened(result).level) == ("serious", "serious")
    assert any("more than" in why for why in result.why)
    result = understood(mail("anna", f"I want £{over()} compensation."), case())
    assert (result.event.data["level"], facts(result.given)["level"]) == ("serious", "serious")
    plain = understood(mail("anna", f"My coat, which cost £{over()}, has a hole. I am very unhappy."))
    assert plain.event.data["level"] == "standard"


def test_the_price_in_a_form_is_no_claim() -> None:
    """The form asks for it; what would put it right is another field."""
    text = filled_form(**{**FULL, "wish": "refund", "price": f"£{over()}"})
    result = understood(mail("anna", text), case())
    assert (name_of(result), result.event.data["claim"], result.event.data["level"]) == (
        "form_completed", True, "standard",
    )  # fmt: skip


def test_serious_words_on_a_standard_case_turn_it() -> None:
    """In a mail and in a form; a case that is serious already is not set again."""
    result = understood(mail("anna", "My lawyer will write to you."), case())
    assert (result.event.data["level"], facts(result.given)) == ("serious", {"level": "serious", "language": "en"})
    form = filled_form(**{**FULL, "happened": "It burned my skin."})
    result = understood(mail("anna", form), case())
    assert (name_of(result), facts(result.given)["level"]) == ("form_completed", "serious")
    assert "level" not in facts(understood(mail("anna", "My lawyer."), case(level="serious")).given)


def test_the_third_complaint_within_a_year_is_serious() -> None:
    """Whatever its words; praise is no complaint."""
    past = [case(code, state="closed") for code in (CODE, OTHER)]
    text = "My dress came back with a hole. I am very unhappy."
    assert understood(mail("anna", text), *past).event.data["level"] == "serious"
    assert understood(mail("anna", text), past[0]).event.data["level"] == "standard"
    assert understood(mail("anna", "Excellent service, many thanks!"), *past).event.data["level"] == "standard"


def test_a_mail_put_to_another_customers_case_opens_no_door() -> None:
    """Whose mail was filed with a case of somebody else does not take part in that case by it."""
    record = case(OTHER, state="filed", facts={"merged_into": CODE})
    record = replace(record, customer=replace(record.customer, address="ben@elsewhere.test"))
    result = understood(mail("ben", "My own dress has a hole, I am very unhappy."), record, case())
    assert (name_of(result), result.case) == ("complaint_came", None)


def test_what_a_mail_says_can_be_kept() -> None:
    """As values of the record, so that the case which is chosen gets all of it."""
    result = understood(mail("anna", "I want a refund."), case(), case(OTHER, form=Form()))
    assert facts(result.given)["mail_said"]["words"] == "I want a refund."
