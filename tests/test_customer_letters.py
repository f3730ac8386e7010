"""What customers may read, and what they answer in a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.cases import commands
from tests import letter_cases as paper
from tests.letter_cases import Sample
from tests.letter_situations import OWNER

RULES = paper.rules()
TO_CUSTOMERS = [
    pytest.param(sample, id=sample.name)
    for sample in paper.samples()
    if RULES.letter(sample.code, "en").audience == ("customer",)
]
TELLING = ("relay_asked", "progress_told")  # events whose words are meant for the customer
INSIDE = {
    "finding": "unclear error", "client": "bad", "ops_finding": "clear error", "ops_client": "bad",
    "assessed_by": "Zoe", "said": "something said", "draft": "something drafted", "reference": "BACS 7781",
}  # fmt: skip


@pytest.mark.parametrize("sample", TO_CUSTOMERS)
def test_what_stays_in_the_house(sample: Sample) -> None:
    """No letter to a customer shows the class of client, who assessed it, or words of staff not meant for it."""
    event = sample.situation.event
    facts = {**sample.situation.facts, **INSIDE}
    data = {**OWNER, "words": "zebra, a bad client"} if event not in (*TELLING, "relay_confirmed") else None
    if event == "relay_confirmed":
        facts["draft"] = sample.situation.facts["draft"]
    letter = paper.written(replace(sample, facts=facts, data=data if sample.situation.data else {}))
    said = f"{letter.subject}\n{letter.text}\n{letter.html}".casefold()
    for inside in ("zebra", "client", "zoe", "unclear error", "clear error", "something said", "drafted", "bacs 7781"):
        assert inside not in said


ACCEPTING = [
    "I accept", "accept", "ACCEPT.", "Yes", "yes please", "Yes, please.", "Yes, I accept, thank you", "that is fine",
    "That’s fine, thank you", "ok", "Ok thanks", "OK!", "happy with that", "I am happy with that, thank you very much",
    "I accept your offer", "Dear Mathilde,\n\nI accept.\n\nAnna", "Hi Mathilde, I accept your proposal, thank you",
    "Thank you, I accept", "Agreed", "Sounds fair", "fine by me", "Yes that's fine", "I'm happy to accept.",
]  # fmt: skip
DECLINING = [
    "decline", "I decline", "no", "No.", "no thank you", "No, thank you.", "No thanks", "I do not accept",
    "I don’t accept",
    "not acceptable", "This is not acceptable.", "unacceptable", "This is unacceptable!", "thanks but no thanks",
    "I am not happy with this", "Not happy.", "No, I do not accept this.", "I reject this offer",
    "I cannot accept this",
    "Unfortunately I cannot accept", "I'm afraid I must decline", "No deal", "I disagree", "too little",
]  # fmt: skip
UNCLEAR = [
    "thank you", "Yes but I would like £90", "ok, but could you make it 90?", "I accept if you also repair it",
    "How would you pay it?", "maybe", "I will think about it", "is it ok to decide next week?", "not sure", "yes?",
    "no idea", "no problem", "That is fine but I want it in cash", "Accept my apologies for the late reply",
    "Yes, I have considered it and find it disappointing",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meant"),
    [(w, "accept") for w in ACCEPTING] + [(w, "decline") for w in DECLINING] + [(w, "") for w in UNCLEAR],
)
@pytest.mark.parametrize("code", ["CL1", "CL2", "chase-offer-1", "chase-offer-2"])
def test_an_offer_is_answered_in_a_word(code: str, words: str, meant: str) -> None:
    """What customers write to say yes or no to an offer is understood; a but, a doubt or a question is for a person."""
    said = commands.understand(words, RULES.letter(code, "en").answers, RULES.hearing)
    assert (getattr(said.meant, "value", "") if said else "") == meant


CONTENT = [
    "yes", "Happy", "Very happy, thank you", "Yes, very happy", "I'm happy", "All good", "no complaints",
    "No complaints, thank you", "very satisfied", "Yes, thanks so much for your help", "perfect",
]  # fmt: skip
NOT_CONTENT = [
    "no", "not happy", "Not happy: the button fell off", "No, the hem is loose again", "not really", "unhappy",
    "very dissatisfied", "unsatisfied", "Still not happy, it smells", "I am not happy with it", "displeased",
]  # fmt: skip


@pytest.mark.parametrize(("words", "meant"), [(w, "happy") for w in CONTENT] + [(w, "not happy") for w in NOT_CONTENT])
@pytest.mark.parametrize("code", ["follow-up-1", "follow-up-2"])
def test_are_you_happy(code: str, words: str, meant: str) -> None:
    """The question whether the customer is happy is answered as people speak; not content is never read as content."""
    said = commands.understand(words, RULES.letter(code, "en").answers, RULES.hearing)
    assert said
    assert getattr(said.meant, "value", "") == meant
