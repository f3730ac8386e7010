"""What follows from whose mail it is: what a choice of staff teaches, what likeness may never do, and the rule file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.cases import mailboxes, names, taking_part
from mailbot.cases.apply import fold
from mailbot.cases.decide import after
from mailbot.cases.model import Case, CaseMail, Customer, Entry, Form
from mailbot.cases.recognised import Recognised
from mailbot.cases.taking_part import CUSTOMER, HELPER, PART
from mailbot.process.load_matching import load_matching
from mailbot.process.matching import Matching
from mailbot.process.page import Page
from mailbot.process.yaml_marks import read
from tests import ruling
from tests.recognising import CODE, NOW, OTHER, PEOPLE, case, facts, letter, mail, understood

RULES = ruling.shipped().matching
FILE = "rules/matching.yaml"
BEN = PEOPLE["ben"][1]


def name_of(result: Recognised) -> str:
    assert result.event
    return result.event.name


def sorting(target: Case, text: str = "The zip of it is broken too.") -> Case:
    """A mail of Ben's that quotes Anna's case, waiting to be put to it."""
    result = understood(mail("ben", text, f"[{target.code}]"), target)
    assert name_of(result) == "case_unsure"
    record = replace(after(Case(code=OTHER), result.given, NOW), version=1, state="sorting")
    return replace(record, letters=(letter("ask-case", OTHER, 1, "vera", "va"),))


def chosen(words: str, target: Case) -> Case:
    """Anna's case after Vera put Ben's mail to it with these words."""
    record = sorting(target)
    result = understood(mail("vera", words, answers=record.letters[0]), record, target)
    assert name_of(result) == "case_chosen"
    ((there, event, given),) = result.also
    entry = Entry(there.code, there.version + 1, NOW, event, result.why, "", "v", given)
    begun = replace(after(there, given, NOW), version=entry.number)
    assert begun.facts.get(PART) == fold([replace(entry, number=1)]).facts.get(PART), "it comes back with the history"
    return begun


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (f"case {CODE}", HELPER),
        (f"case {CODE} same customer", CUSTOMER),
        (f"case {CODE}, the same person", CUSTOMER),
        (f"case {CODE}\nhe is not the same customer", HELPER),
    ],
)
def test_a_choice_is_learnt_for_the_address(words: str, part: str) -> None:
    """The next mail of that address finds the case by itself; only "same customer" makes it the customer's own."""
    target = chosen(words, case())
    assert taking_part.part_of(BEN, target, RULES) == part
    assert target.facts[PART][BEN] == {"as": part, "by": "Vera"}
    result = understood(mail("ben", "Any news?"), target)
    assert (result.case, name_of(result)) == (target, "customer_wrote")
    assert result.event is not None
    assert result.event.by == ("customer" if part == CUSTOMER else "stranger")
    assert part == CUSTOMER or any("Vera said" in why for why in result.why)


def test_what_is_learnt_is_told() -> None:
    """In the evidence of both steps, in words."""
    record = sorting(case())
    result = understood(mail("vera", f"case {CODE}", answers=record.letters[0]), record, case())
    assert any(BEN in why and "writes for the customer" in why for why in result.why)


def test_a_second_choice_may_say_more_and_never_less() -> None:
    """A helper becomes the customer by the word of a colleague; a customer is never made a helper by a bare tap."""
    helper = chosen(f"case {CODE}", case())
    assert taking_part.with_word(helper, BEN, CUSTOMER, "Vera")[BEN]["as"] == CUSTOMER
    own = chosen(f"case {CODE} same customer", case())
    result = understood(mail("ben", "And another complaint: my scarf."), own)
    assert name_of(result) == "case_unsure"


def test_what_a_helper_says_accepts_nothing() -> None:
    """Somebody who writes for the customer adds to the case; the offer is the customer's own to take."""
    offer = letter("CL1", CODE, 1, "anna", "customer")
    target = case(state="offered", letters=(offer,), facts={PART: {BEN: {"as": HELPER, "by": "Vera"}}})
    assert name_of(understood(mail("ben", "I accept"), target)) == "customer_wrote"
    assert name_of(understood(mail("anna", "I accept"), target)) == "offer_accepted"


def test_a_robot_is_never_learnt_and_takes_no_part() -> None:
    """Its next mail is of another visitor."""
    robot = "noreply@forms.test"
    kept = CaseMail("k", "<k@x>", robot, "customer", NOW, "complaint")
    target = case(mails=(kept,))
    assert taking_part.part_of(robot, target, RULES) == ""
    assert robot not in taking_part.with_word(target, robot, HELPER, "Vera")
    assert robot not in set(taking_part.participants(target))


def test_likeness_alone_never_puts_a_mail_on_a_case() -> None:
    """Name, phone, ticket, garment, store and subject together: still a person is asked, and nothing is told."""
    anna = Customer("Anna Smith", "anna@customer.test", "07700 900123")
    target = case(customer=anna, garment="green dress", form=Form(values={"ticket": "MB-48211", "phone": anna.phone}))
    text = "Marylebone, ticket MB-48211, the green dress. Call 07700 900123.\n\nAnna Smith"
    result = understood(mail("ben", text, "My dress"), target)
    assert (name_of(result), result.case, result.fate) == ("case_unsure", None, "human")
    assert any("100 of 100" in why and "the ticket number is the same" in why for why in result.why)
    assert result.event is not None
    (offered,) = result.event.data["candidates"]
    assert offered["code"] == CODE
    assert "the telephone number is the same" in offered["why"]
    assert facts(result.given)["customer_address"] == BEN, "letters would go to the sender, never to Anna in his name"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("anna.smith@gmail.com", "AnnaSmith+x@GoogleMail.com", True),
        ("anna@me.com", "anna@icloud.com", True),
        ("a.n-na@proton.me", "anna@pm.me", True),
        ("anna.smith@outlook.com", "annasmith@outlook.com", False),
        ("anna+x@company.test", "anna@company.test", False),
        ("anna@hotmail.com", "anna@live.com", False),
        ("anna@bücher.test", "anna@xn--bcher-kva.test", True),
        ("\u017fmith@x.test", "smith@x.test", False),
        ("аnna@x.test", "anna@x.test", False),
        ("+@gmail.com", "@gmail.com", False),
        ("", "", False),
    ],
)
def test_one_mailbox_is_what_its_provider_takes_for_one(one: str, other: str, same: bool) -> None:
    """And nothing that only looks so."""
    assert mailboxes.same(one, other, RULES) is same
    assert mailboxes.same(other, one, RULES) is same


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Anna Smith", "SMITH, Anna", True),
        ("Mrs Anna M. Smith", "Anna Smyth", True),
        ("Zoë Müller", "Zoe Mueller", True),
        ("José García López", "Jose Garcia", True),
        ("Аnna Smith", "Anna Smith", True),
        ("王芳女士", "王芳", True),
        ("王芳", "王方", False),
        ("王芳", "王芳芳", False),
        ("Anna Smith", "Hanna Smith", False),
        ("Anna Smith", "Ben Smith", False),
        ("Anna", "Anna", False),
        ("a", "banana", False),
        ("", "", False),
    ],
)
def test_names_are_compared_whole(one: str, other: str, alike: bool) -> None:
    """First and last in any order and spelling, never by a part; short ones and Chinese ones sign by sign."""
    assert (names.likeness(one, other, RULES) > 0) is alike
    assert (names.likeness(other, one, RULES) > 0) is alike


# ---- the rule file ---------------------------------------------------------------------------------------------------


def loaded(text: str) -> tuple[Matching, list[str]]:
    page = Page(FILE)
    value, problems = read(text, FILE)
    assert value is not None
    assert not problems
    found = load_matching(page, value)
    return found, [str(problem) for problem in page.problems]


def test_what_is_left_out_has_its_default() -> None:
    """A file with one number changes that number."""
    found, problems = loaded("weights:\n  store: 20\n")
    assert problems == []
    assert found == replace(Matching(), weights={**Matching().weights, "store": 20}, phrases=found.phrases)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("wieghts:\n  store: 20\n", 1, "did you mean 'weights'?"),
        ("weights:\n  stroe: 20\n", 2, "did you mean 'store'?"),
        ("weights:\n  store: 200\n", 2, "from 0 to 100"),
        ("weights:\n  store: true\n", 2, "whole number"),
        ("alike:\n  name: 20\n", 2, "from 70 to 100"),
        ("totals:\n  ask_from: 5\n", 2, "nearly every mail"),
        ("totals:\n  sure_from: 10\n", 2, "cannot be less than 'margin'"),
        ("closed:\n  closed_unclear: perhaps\n", 2, "known are 'ask', 'join', 'new'"),
        ("providers:\n  - domains: [gmail]\n", 2, "no domain"),
        ("providers:\n  - domains: [a.test]\n  - domains: [a.test]\n", 3, "twice"),
        ("providers:\n  - domains: [a.test]\n    ignores: abc\n", 3, "only be of the signs"),
        ("phrases:\n  english:\n    for_somebody: [x]\n", 2, "no language"),
        ("words:\n  titels: [mr]\n", 2, "did you mean 'titles'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, says: str) -> None:
    """An unknown key, a number out of bounds, a provider that would make one mailbox of all."""
    _, problems = loaded(text)
    assert any(problem.startswith(f"{FILE}:{line}: ") and says in problem for problem in problems), problems


def test_the_shipped_file_has_what_its_value_has_by_default() -> None:
    """So that a desk folder from before it existed weighs alike."""
    bare = Matching()
    for name in ("weights", "alike", "shortest", "totals", "days", "closed"):
        assert getattr(RULES, name) == getattr(bare, name), name
