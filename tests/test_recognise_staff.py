"""What staff write, put before `recognise`: answers, commands, forwards, notes, forms, and two cases at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import effects as fx
from mailbot.cases.decide import after
from mailbot.cases.model import Case, Customer, Form
from mailbot.cases.recognised import Recognised
from tests.recognising import (
    CODE,
    FORGED,
    FULL,
    NOW,
    OTHER,
    PROVED,
    THIRD,
    case,
    facts,
    filled_form,
    forwarded,
    kept,
    letter,
    mail,
    opened,
    understood,
)

NOTE = "Anna Smith anna@customer.test"


def asked(code: str, who: str, audience: str, **fields: object) -> Case:
    """Anna's case, on which that letter was sent to a colleague."""
    return case(letters=(letter(code, CODE, 1, who, audience),), **fields)  # type: ignore[arg-type]


def name_of(result: Recognised) -> str:
    assert result.event
    return result.event.name


# ---- what is said with a command ---------------------------------------------------------------------------------


def test_an_amount_comes_in_pence_with_the_event() -> None:
    """`voucher 20` on a case."""
    result = understood(mail("till", "voucher 20", f"[{CODE}]", headers=PROVED), case())
    assert (name_of(result), result.event.data["amount"], result.event.by) == ("voucher_given", 2000, "till")
    assert result.event.data["author_store"] == "Marylebone"


def test_what_cannot_be_read_is_asked_again() -> None:
    """`assign` with somebody whom nobody knows says why nothing was done."""
    result = understood(mail("mathilde", "assign zebedee", f"[{CODE}]", headers=PROVED), case())
    assert name_of(result) == "staff_unclear"
    assert result.event.data["reason"]


def test_a_person_is_named_as_in_people_yaml() -> None:
    """`assign lucy`."""
    result = understood(mail("mathilde", "assign lucy", f"[{CODE}]", headers=PROVED), case())
    assert (name_of(result), result.event.data["person"]) == ("owner_assigned", "Lucy")


def test_words_that_are_no_command_say_what_they_answer() -> None:
    """The process can then ask whether to send them; without the reference of our own that a tap carries."""
    ours = asked("customer-wrote", "mathilde", "owner")
    text = "It takes about a week.\n\nref aaaaaaa.1.aaaaaaaaaaaaaaaaaaaaaaaaaa"
    result = understood(mail("mathilde", text, answers=ours.letters[0]), ours)
    assert name_of(result) == "staff_unclear"
    assert (result.event.data["answering"], result.event.data["words"]) == ("customer-wrote", "It takes about a week.")


def test_a_note_about_a_customer_answers_nothing() -> None:
    """Only a reply does, or a mail that names the case; the address of a customer in it is neither."""
    ours = asked("customer-wrote", "mathilde", "owner")
    result = understood(mail("mathilde", f"{NOTE} called, quite upset", headers=PROVED), ours)
    assert (name_of(result), result.event.data["answering"], result.case) == ("staff_unclear", "", ours)


def test_a_letter_handed_on_is_answered_by_name_alone() -> None:
    """An offer that the va gives to a walk-in: `accept` is the customer's answer, "ok" is the va's own word."""
    by_hand = case(letters=(letter("CL1", CODE, 1, "vera", "customer"),), state="offered", entered_at=NOW)
    told = understood(mail("vera", "accept", answers=by_hand.letters[0]), by_hand)
    assert (name_of(told), told.event.by) == ("offer_accepted", "va")
    for text in ("yes", "yes, printed and sent"):
        assert name_of(understood(mail("vera", text, answers=by_hand.letters[0]), by_hand)) == "staff_unclear"


# ---- new cases ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "event"),
    [("solved", "solved_in_store"), ("voucher 20", "voucher_given"), ("reprocessing", "reprocessing_started"),
     ("back", "customer_returned"), ("form", "complaint_came"), ("", "complaint_came")],
)  # fmt: skip
def test_a_command_above_a_forward_begins_the_case(note: str, event: str) -> None:
    """Every command that the process leads on from; a bare forward and `form` are the complaint that came."""
    result = understood(forwarded("till", note, headers=PROVED))
    begun = opened(result)
    assert (name_of(result), result.event.by, result.fate) == (event, "till", "case")
    assert begun.customer == Customer("Anna Smith", "anna@customer.test")
    assert (begun.store, begun.owner, begun.facts["reported"]) == ("Marylebone", "Mathilde", True)
    assert result.event.data["reported"] is True


@pytest.mark.parametrize("note", ["arrived", "She is upset, please help", "to customer: we are looking into it"])
def test_other_words_above_a_forward_are_asked_about(note: str) -> None:
    """A command that begins nothing, and words that are none."""
    result = understood(forwarded("till", note, headers=PROVED))
    assert (name_of(result), result.fate, result.event.data["words"]) == ("complaint_reported", "human", note)


def test_a_command_that_lacks_something_loses_no_complaint() -> None:
    """`voucher lots` above a forward: what should happen is asked, and why; no form goes out by itself."""
    result = understood(forwarded("till", "voucher lots of them", headers=PROVED))
    assert name_of(result) in ("complaint_reported", "voucher_given")
    assert opened(result).customer.address == "anna@customer.test"


@pytest.mark.parametrize(
    ("text", "event"),
    [(f"solved {NOTE}", "solved_in_store"), (f"voucher 20 {NOTE}, green dress", "voucher_given"),
     (f"form\n{NOTE}", "complaint_came"), (f"reprocessing for {NOTE}", "reprocessing_started"),
     (f"{NOTE}\nHer dress has a hole and she wants us to call", "complaint_reported")],
)  # fmt: skip
def test_a_note_with_the_customers_name_begins_a_case(text: str, event: str) -> None:
    """With a command in the same line or without one."""
    result = understood(mail("till", text, headers=PROVED))
    assert name_of(result) == event
    assert opened(result).customer == Customer("Anna Smith", "anna@customer.test")
    if event == "voucher_given":
        assert result.event.data["amount"] == 2000


def test_the_name_may_stand_in_the_subject() -> None:
    """Subject: who; text: what."""
    result = understood(mail("till", "solved", NOTE, headers=PROVED))
    assert (name_of(result), opened(result).customer.name) == ("solved_in_store", "Anna Smith")


def test_a_walk_in_has_a_telephone_and_no_address() -> None:
    """The form does not ask for an address then: one way to reach them is enough."""
    result = understood(mail("till", "form Anna Smith 07700 900123", headers=PROVED))
    begun = opened(result)
    assert begun.customer == Customer("Anna Smith", "", "07700 900123")
    assert begun.facts["reported"] is True
    assert "email" not in begun.form.missing


def test_a_postal_address_is_kept_with_the_notes() -> None:
    """No other field holds it."""
    begun = opened(understood(mail("till", "form Anna Smith, 12 High Street, London W1U 3AB", headers=PROVED)))
    assert [note.words for note in begun.notes] == ["12 High Street, London W1U 3AB"]


@pytest.mark.parametrize(
    "text", ["solved", "solved Anna Smith", "form till@shop.test", "form customercare@shop.test", "arrived " + NOTE,
             "close " + NOTE, "park " + NOTE]
)  # fmt: skip
def test_without_a_customer_or_a_beginning_there_is_no_case(text: str) -> None:
    """Nobody is named, or the desk itself, or the command begins nothing: it is said."""
    who = "vera" if text.startswith(("close", "park")) else "till"
    result = understood(mail(who, text, headers=PROVED))
    assert (name_of(result), result.case) == ("staff_unclear", None)
    assert not any(isinstance(effect, fx.SetFact) for effect in result.given)


def test_help_needs_no_customer() -> None:
    """It is answered at once."""
    assert name_of(understood(mail("till", "help"))) == "help_asked"


def test_a_note_on_a_customer_with_one_open_case_is_about_that() -> None:
    """Found by the address in it, with the command beside it."""
    result = understood(mail("till", f"arrived {NOTE}", headers=PROVED), case())
    assert (name_of(result), result.case) == ("garments_arrived", case())


def test_several_open_cases_are_shown_to_choose_from() -> None:
    """Never guessed: by a command, and by a bare forward."""
    cases = case(), case(OTHER)
    result = understood(mail("till", f"solved {NOTE}", headers=PROVED), *cases)
    assert name_of(result) == "staff_unclear"
    assert [each["code"] for each in result.event.data["candidates"]] == [CODE, OTHER]
    result = understood(forwarded("till", "", headers=PROVED), *cases)
    assert (name_of(result), len(result.event.data["candidates"])) == ("case_unsure", 2)


def test_a_forward_of_a_closed_cases_customer_begins_anew() -> None:
    """New mail from this address begins a new case."""
    result = understood(forwarded("till", "solved", headers=PROVED), case(state="closed"))
    assert (name_of(result), result.case) == ("solved_in_store", None)


def test_who_may_not_is_told() -> None:
    """The table role x command holds above a forward too."""
    assert name_of(understood(forwarded("vera", "reprocessing", headers=PROVED))) == "command_refused"


# ---- proof -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, FORGED])
@pytest.mark.parametrize(("note", "name"), [("solved", "solved_in_store"), ("voucher 20", "voucher_given")])
def test_a_command_without_proof_begins_nothing_and_is_released_by_its_name(
    headers: dict[str, str], note: str, name: str
) -> None:
    """Held with the facts of the case; one yes by the address on file carries it out."""
    result = understood(forwarded("till", note, headers=headers))
    assert (name_of(result), result.fate) == ("command_unproved", "human")
    asking = letter("ask-was-it-you", OTHER, 1, "till", "author")
    record = replace(after(opened(result), (fx.Go("sorting"),), NOW), letters=(asking,))
    assert record.customer.address == "anna@customer.test"
    released = understood(mail("till", "yes", answers=asking), record)
    assert (name_of(released), released.event.by, released.case) == (name, "till", record)
    if name == "voucher_given":
        assert released.event.data["amount"] == 2000


@pytest.mark.parametrize("note", ["", "form", "she is upset"])
def test_a_forged_forward_is_released_as_the_form(note: str) -> None:
    """What is no command of its own is a request for the form."""
    result = understood(forwarded("till", note, headers=FORGED))
    assert name_of(result) == "command_unproved"
    asking = letter("ask-was-it-you", OTHER, 1, "till", "author")
    record = replace(opened(result), letters=(asking,))
    assert name_of(understood(mail("till", "yes", answers=asking), record)) == "form_requested"


def test_form_and_back_need_no_more_than_a_known_address() -> None:
    """What harms nobody."""
    assert name_of(understood(mail("till", f"form {NOTE}"))) == "complaint_came"
    assert name_of(understood(mail("till", f"back {NOTE}"))) == "customer_returned"


# ---- the form that staff fill in ---------------------------------------------------------------------------------


def test_a_form_taken_fills_the_case() -> None:
    """By whom it was taken, reported, complete."""
    result = understood(mail("till", f"form taken\n\n{filled_form(**FULL)}", f"[{CODE}]", headers=PROVED), case())
    assert (name_of(result), result.event.by, result.event.data["reported"]) == ("form_completed", "till", True)
    after_it = after(case(), result.given, NOW)
    assert after_it.form.complete
    assert (after_it.garment, after_it.category, after_it.store) == ("green silk dress", "damage", "Marylebone")
    assert "form_values" not in result.event.data


def test_a_form_with_gaps_is_incomplete_and_more_is_a_change() -> None:
    """As with a customer's own."""
    few = mail("till", f"form taken\n{filled_form(garment='dress', problem='damaged')}", f"[{CODE}]", headers=PROVED)
    assert name_of(understood(few, case())) == "form_incomplete"
    full = case(form=Form(True, {**FULL, "name": "Anna Smith", "email": "anna@customer.test"}, ()))
    assert name_of(understood(few, full)) == "form_changed"


def test_a_name_on_file_is_never_replaced() -> None:
    """Nor the address; where there is none, they are filled in."""
    text = f"form taken\n{filled_form(name='Karen Jones', email='karen@y.test', garment='dress')}"
    on_file = after(case(), understood(mail("till", text, f"[{CODE}]", headers=PROVED), case()).given, NOW)
    assert on_file.customer == Customer("Anna Smith", "anna@customer.test")
    nameless = case(customer=Customer("", "", "07700 900123"), form=Form())
    filled = after(nameless, understood(mail("till", text, f"[{CODE}]", headers=PROVED), nameless).given, NOW)
    assert filled.customer == Customer("Karen Jones", "karen@y.test", "07700 900123")


def test_a_form_taken_opens_a_case() -> None:
    """With a telephone number alone too: no one is shut out by a form."""
    text = f"form taken\n{filled_form(name='Anna Smith', phone='07700 900123', **FULL)}"
    result = understood(mail("till", text, headers=PROVED))
    begun = opened(result)
    assert (name_of(result), begun.form.complete) == ("form_completed", True)
    assert begun.customer == Customer("Anna Smith", "", "07700 900123")


def test_a_form_taken_finds_the_case_of_its_address() -> None:
    """The open case of the address in it."""
    text = f"form taken\n{filled_form(email='anna@customer.test', **FULL)}"
    assert understood(mail("till", text, headers=PROVED), case()).case == case()


@pytest.mark.parametrize("text", ["form taken", f"form taken\n{filled_form(name='Till', phone='', email='')}"])
def test_a_form_with_nothing_in_it_is_asked_again(text: str) -> None:
    """It is said that nothing could be read."""
    assert name_of(understood(mail("till", text, f"[{CODE}]", headers=PROVED), case())) == "staff_unclear"


def test_a_form_of_nobody_is_asked_again() -> None:
    """Neither a case nor a way to reach the customer; a colleague is none."""
    for more in ({}, {"name": "Mathilde", "email": "mathilde@shop.test"}):
        text = f"form taken\n{filled_form(**more, **FULL)}"
        result = understood(mail("till", text, headers=PROVED))
        assert (name_of(result), facts(result.given)) == ("staff_unclear", {})


def test_a_form_taken_without_proof_is_held_with_its_values() -> None:
    """And is a form once it is confirmed."""
    result = understood(mail("till", f"form taken\n{filled_form(**FULL)}", f"[{CODE}]"), case())
    assert name_of(result) == "command_unproved"
    asking = letter("ask-was-it-you", CODE, 1, "till", "author")
    held = replace(after(case(), result.given, NOW), letters=(asking,))
    released = understood(mail("till", "yes", answers=asking), held)
    assert name_of(released) == "form_completed"
    assert after(held, released.given, NOW).form.values["garment"] == "green silk dress"


# ---- two cases ---------------------------------------------------------------------------------------------------


def sorting() -> Case:
    """A mail of Ben's that quotes Anna's case, and waits to be put to it."""
    result = understood(mail("ben", "The zip of it is broken too. I want a refund.", f"[{CODE}]"), case())
    assert name_of(result) == "case_unsure"
    record = replace(after(Case(code=OTHER), result.given, NOW), version=1, state="sorting")
    return replace(record, letters=(letter("ask-case", OTHER, 1, "vera", "va"),))


def test_a_mail_is_put_to_the_case_that_was_chosen() -> None:
    """One mail, two steps: the record knows where it went, the case gets the words and the mail."""
    record = sorting()
    result = understood(mail("vera", f"case {CODE}", answers=record.letters[0]), record, case())
    assert (name_of(result), result.case, facts(result.given)["merged_into"]) == ("case_chosen", record, CODE)
    ((target, event, given),) = result.also
    assert (target, event.name, event.by, event.data["claim"]) == (case(), "customer_wrote", "stranger", True)
    assert "zip" in event.data["words"]
    then = after(target, given, NOW)
    assert [each.sender for each in then.mails] == ["ben@elsewhere.test"]
    assert not then.claim, "another address claims nothing in Anna's name"
    assert event.mail == then.mails[0].key


def test_a_form_in_a_chosen_mail_counts() -> None:
    """A customer with two open cases who fills in the form in a new mail."""
    cases = case(), case(THIRD)
    result = understood(mail("anna", filled_form(**FULL)), *cases)
    assert name_of(result) == "case_unsure"
    record = replace(after(Case(code=OTHER), result.given, NOW), version=1, state="sorting")
    record = replace(record, letters=(letter("ask-case", OTHER, 1, "vera", "va"),))
    chosen = understood(mail("vera", f"case {THIRD}", answers=record.letters[0]), record, *cases)
    ((target, event, given),) = chosen.also
    assert (target.code, event.name, event.by) == (THIRD, "form_completed", "customer")
    assert after(target, given, NOW).form.complete


@pytest.mark.parametrize("code", ["BLANC-ZZZZZZZ", OTHER])
def test_a_case_that_cannot_be_chosen_is_refused(code: str) -> None:
    """Unknown, or the record itself."""
    record = sorting()
    result = understood(mail("vera", f"case {code}", answers=record.letters[0]), record, case())
    assert (name_of(result), result.also) == ("staff_unclear", ())
    assert code in result.event.data["reason"]


def test_a_mail_that_has_its_case_is_not_put_to_another() -> None:
    """The form went out on it already, or it was chosen before: a late tap moves nothing."""
    record = sorting()
    for late in (replace(record, state="awaiting_form"), replace(record, facts={"mail_said": None})):
        result = understood(mail("vera", f"case {CODE}", answers=record.letters[0]), late, case())
        assert (name_of(result), result.also, facts(result.given)) == ("staff_unclear", (), {})


def test_a_case_becomes_a_part_of_another() -> None:
    """The other case holds its mails from then on."""
    source, target = case(mails=(kept("anna"),)), case(OTHER)
    result = understood(mail("vera", f"merge {OTHER}", f"[{CODE}]", headers=PROVED), source, target)
    assert (name_of(result), result.case, result.event.data["code"]) == ("merge_asked", source, OTHER)
    ((there, event, given),) = result.also
    assert (there, event.name, event.data["code"]) == (target, "case_merged", CODE)
    assert [each.message_id for each in after(there, given, NOW).mails] == ["<k1@x>"]


@pytest.mark.parametrize(
    ("target", "says"),
    [(case(OTHER, state="closed"), "closed"), (case(OTHER, customer=Customer("Ben", "ben@elsewhere.test")), "another"),
     (case(OTHER, state="sorting"), "sorted"), (None, "no case")],
)  # fmt: skip
def test_a_merge_that_cannot_be_is_refused(target: Case | None, says: str) -> None:
    """Nothing happens to either, and the reason is said."""
    cases = (case(), target) if target else (case(),)
    result = understood(mail("vera", f"merge {OTHER}", f"[{CODE}]", headers=PROVED), *cases)
    assert (name_of(result), result.also, facts(result.given)) == ("staff_unclear", (), {})
    assert says in result.event.data["reason"]


def test_a_case_is_not_merged_into_itself() -> None:
    """It is this case itself."""
    ours = asked("ask-garments", "vera", "va")
    result = understood(mail("vera", f"merge {CODE}", answers=ours.letters[0]), ours)
    assert name_of(result) == "staff_unclear"


def test_mail_of_a_merged_case_goes_to_the_other() -> None:
    """By the token of an old letter, and by its Message-IDs; what the old letter asked is not asked there."""
    source = asked("ask-garments", "till", "till", state="closed", facts={"merged_into": OTHER})
    result = understood(mail("till", "arrived", answers=source.letters[0]), source, case(OTHER))
    assert (name_of(result), result.case) == ("garments_arrived", case(OTHER))
    assert name_of(understood(mail("till", "yes", answers=source.letters[0]), source, case(OTHER))) == "staff_unclear"
    wrote = replace(source, letters=(letter("E2", CODE, 1, "anna", "customer"),))
    assert understood(mail("anna", "Any news?", answers=wrote.letters[0]), wrote, case(OTHER)).case == case(OTHER)


def test_two_cases_that_name_each_other_end_nowhere() -> None:
    """No chain of merges is followed for ever."""
    one, two = case(facts={"merged_into": OTHER}), case(OTHER, facts={"merged_into": CODE})
    assert understood(mail("anna", "Any news?", f"[{CODE}]"), one, two).event


def test_a_held_merge_is_released_whole() -> None:
    """The other case is looked up, though the yes does not name it."""
    source, target = case(), case(OTHER)
    result = understood(mail("vera", f"merge {OTHER}", f"[{CODE}]"), source, target)
    assert name_of(result) == "command_unproved"
    asking = letter("ask-was-it-you", CODE, 1, "vera", "author")
    held = replace(after(source, result.given, NOW), letters=(asking,))
    released = understood(mail("vera", "yes", answers=asking), held, target)
    assert (name_of(released), released.also[0][0]) == ("merge_asked", target)


# ---- how serious it is -------------------------------------------------------------------------------------------


def test_the_third_complaint_within_a_year_is_serious() -> None:
    """Counted by the customer's address; what was no complaint, or is older, does not count."""
    past = [case(code, state="closed") for code in (CODE, OTHER)]
    result = understood(forwarded("till", "", headers=PROVED), *past)
    assert (result.event.data["level"], opened(result).level) == ("serious", "serious")
    assert any("within a year" in why for why in result.why)
    for other in (
        replace(past[1], outcome="not_a_complaint"),
        replace(past[1], state="filed"),
        replace(past[1], opened_at=NOW - timedelta(days=400)),
        replace(past[1], facts={"merged_into": CODE}),
    ):
        assert understood(forwarded("till", "", headers=PROVED), past[0], other).event.data["level"] == "standard"


def test_a_forward_can_turn_a_case_serious() -> None:
    """Words of the customer that staff pass on, on a case that was none so far."""
    text = "I have spoken to my solicitor and want a refund."
    result = understood(forwarded("till", "", text=text, headers=PROVED), case())
    assert (name_of(result), result.event.data["level"], result.event.data["first_claim"]) == (
        "customer_wrote", "serious", True,
    )  # fmt: skip
    assert facts(result.given) == {"level": "serious", "claim": True, "language": "en"}


# ---- any words ---------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["", "form taken ", "merge ", "case ", "voucher ", "solved ", f"solved {NOTE} ", "assign "]),
    st.text(max_size=80),
)
def test_any_words_are_one_event_or_none(head: str, tail: str) -> None:
    """Total, whatever stands behind a command, on a case, with several, and on none."""
    for cases in ((), (case(),), (case(), case(OTHER))):
        result = understood(mail("vera", head + tail, headers=PROVED), *cases)
        assert result.fate in ("case", "human", "no_action")
        understood(forwarded("till", head + tail), *cases)
