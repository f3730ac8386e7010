"""The links under the buttons of a letter: whichever mail program opens one, the same reply is written (RFC 6068).

All programs of `tapping` must find one subject, one body and nothing else in every link, whatever a customer wrote into
the subject; and what they write must be understood as the answer that stands on the button.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases import commands
from mailbot.letters import blocks
from mailbot.mail import references
from mailbot.process.model import Answer, LetterCard
from tests import letter_cases as paper
from tests import tapping
from tests.tapping import Program

RULES = paper.rules()
SPEECH = RULES.wording.of("en")
ADDRESS = paper.IDENTITY.address
LONGEST = 1_900  # characters of a link: Windows and Outlook hand on some 2,000 and cut the rest off
SHOWN = f"Is it with you? silk dress [{paper.CODE}]"
CASES = ("BLANC-7QWERT2", "BLANC-2ZXCVB5")

# Subjects as customers make them, and as somebody makes them who would like a copy of every answer.
SUBJECTS = (
    "Is it with you? A dress & a coat",
    "50% off? #1 + more",
    'Łódź\'s "best" <b>żółty</b> płaszcz 中文 真丝 ü 🧥👗',
    "100%26bcc=thief@evil.example",
    "coat&bcc=thief@evil.example&body=approve 900",
    "coat?cc=thief@evil.example",
    "coat;bcc=thief@evil.example",
    "coat%0D%0ABcc: thief@evil.example",
    "coat\r\nBcc: thief@evil.example",
    "coat\u2028Bcc: thief@evil.example\x00\x0b\x85\ue000\ud83d",
    "coat&amp;bcc=thief@evil.example&#38;body=x",
    'coat" onclick="x()"><a href="http://evil.example',
    "a [BLANC-2ZXCVB5] b",
    "+++ = / \\ | ^ ` { } ~",
)


programs = pytest.mark.parametrize("program", tapping.PROGRAMS, ids=lambda program: program.__name__)


def buttons(
    card: LetterCard, subject: str = SHOWN, amount: str = "", cases: tuple[str, ...] = (), address: str = ADDRESS
) -> list[str]:
    """The links of a letter's buttons."""
    html = blocks.answers(card, address, subject, reference(card), SPEECH, amount, cases).html
    assert not re.search(r'href="[^"]*&(?!amp;)', html), "'&' stands as &amp; in HTML"
    return tapping.of(html).hrefs


def reference(card: LetterCard) -> str:
    """The token of a letter, as it stands in its Message-ID."""
    identity = paper.IDENTITY
    made = references.message_id(identity.key, identity.address, paper.CODE, card.code, 7, "anna@customer.example")
    return made[1:].partition("@")[0]


def card_with(*answers: Answer) -> LetterCard:
    """A letter that takes these answers."""
    first = next(iter(RULES.letters.values()))["en"]
    return LetterCard("ask", first.place, ("va",), "x", "x", 1, answers=answers)


YES = card_with(Answer("yes", "Yes, it is here", ("yes",), "found"))


def _every_answer() -> Iterator[object]:
    """Every answer of every letter in every language, with the letter."""
    for code, languages in sorted(RULES.letters.items()):
        for language, card in languages.items():
            for n, answer in enumerate(card.answers):
                yield pytest.param(card, n, id=f"{code}-{language}-{answer.value}")


every_answer = pytest.mark.parametrize(("card", "n"), list(_every_answer()))


# ---- the link -----------------------------------------------------------------------------------------------


@programs
@pytest.mark.parametrize("subject", SUBJECTS)
def test_one_reply_in_every_program(program: Program, subject: str) -> None:
    """A subject with anything in it survives the way, and adds no field: no copy to anybody, no other body."""
    (link,) = buttons(YES, f"{subject} [{paper.CODE}]")
    reply = program(link)
    assert reply.to == ADDRESS
    assert [name for name, _ in reply.fields] == ["subject", "body"]
    assert reply.body == f"yes\r\n\r\nref {reference(YES)}"
    assert reply.subject == f"Re: {_as_header(subject)} [{paper.CODE}]"


def _as_header(subject: str) -> str:
    """A subject as one line of a header can show it: blanks for line ends, nothing that has no shape."""
    return " ".join("".join(c if c.isprintable() else " " for c in subject).split())


@programs
def test_an_address_with_a_plus(program: Program) -> None:
    """The desk's address survives too, whatever its local part holds; its @ stays an @."""
    (link,) = buttons(YES, address="care+4k7qd2m&bcc=x?y@blanc.example")
    assert program(link).to == "care+4k7qd2m&bcc=x?y@blanc.example"
    assert "@blanc.example?subject=" in link


@programs
@given(subject=st.text(max_size=250))
def test_any_subject(program: Program, subject: str) -> None:
    """No subject at all makes another field, a longer link or a reply that lost its case."""
    (link,) = buttons(YES, f"{subject} [{paper.CODE}]")
    reply = program(link)
    assert [name for name, _ in reply.fields] == ["subject", "body"]
    assert reply.subject.startswith("Re: ")
    assert reply.subject.endswith(f" [{paper.CODE}]")
    assert references.codes_in(reply.subject, paper.IDENTITY.prefix)[-1] == paper.CODE
    assert reply.body == f"yes\r\n\r\nref {reference(YES)}"
    assert len(escape(link)) < LONGEST


@pytest.mark.parametrize("letter", ["x", "真", "🧥", "&", "%", "e\u0301"])
def test_a_long_subject_loses_its_end_only(letter: str) -> None:
    """Where the link would be too long for Windows the subject is cut before its code, and says so."""
    (link,) = buttons(YES, f"{letter * 3_000} [{paper.CODE}]", address=f"{'d' * 64}@{'e' * 180}.example")
    assert len(escape(link)) < LONGEST
    said = tapping.strictly(link).subject
    assert re.fullmatch(rf"Re: (?:{re.escape(letter)})*{letter[0]}?… \[{paper.CODE}\]", said)
    assert len(said) > 100


def test_a_line_end_is_crlf() -> None:
    """RFC 6068 5: line ends in a body are %0D%0A, never a bare one."""
    for link in buttons(RULES.letter("ask-assessment", "en")):
        body = link.partition("&body=")[2]
        assert "%0D%0A" in body
        assert not re.search(r"%0D(?!%0A)|(?<!%0D)%0A", body)


# ---- what the buttons write ---------------------------------------------------------------------------------


def understood(text: str, card: LetterCard) -> commands.Said | None:
    """What the desk makes of the reply, as it reads one: the letter's answers, and all commands besides."""
    return commands.understand(text, (*card.answers, *RULES.commands), RULES.hearing)


@every_answer
def test_every_button_is_understood(card: LetterCard, n: int) -> None:
    """The reply that a button writes is that answer and no other, once what is still wanted has been typed."""
    answer, links = card.answers[n], buttons(card)
    assert len(links) == len(card.answers)
    body = tapping.strictly(links[n]).body
    assert body.endswith(f"\r\n\r\nref {reference(card)}")
    said = understood(tapping.filled(answer, body), card)
    assert said
    assert (said.meant.value, said.meant.event) == (answer.value, answer.event)
    if answer.takes in ("words", "amount", "reference", "date", "person", "case"):
        assert said.words == tapping.TYPED[answer.takes]
    if answer.takes == "assessment":
        assert "cause: pressing\nto customer: The press left a mark." in said.words


@every_answer
def test_what_stands_on_a_button_is_understood(card: LetterCard, n: int) -> None:
    """Who replies with the words on the button instead of tapping it means the same."""
    answer = card.answers[n]
    said = understood(f"{answer.label} {tapping.TYPED.get(answer.takes, '')}".strip(), card)
    assert said
    assert (said.meant.value, said.meant.event) == (answer.value, answer.event)


@every_answer
def test_the_text_part_tells_each_answer(card: LetterCard, n: int) -> None:
    """A program that shows no buttons shows the words to reply with."""
    customer = card.audience == ("customer",)
    text = blocks.answers(card, ADDRESS, SHOWN, reference(card), SPEECH, for_customer=customer).text
    assert text.startswith("Reply with")
    value = card.answers[n].value
    assert value in text if customer else re.search(rf"(?m)^- {re.escape(value)}(?![\w'-])", text)


VOUCHER = Answer("approve", "Approve", ("approve",), "approved", "amount")
WHICH = Answer("case", "It is", ("case",), "case_chosen", "case")


@pytest.mark.parametrize(("shown", "typed"), [("£60", "60"), ("£1,250", "1250"), ("£12.50", "12.50"), ("€ 60", "60")])
def test_the_amount_is_ready(shown: str, typed: str) -> None:
    """A proposed amount stands on the button and in the reply, as digits alone: no sign gets lost on the way."""
    block = blocks.answers(card_with(VOUCHER), ADDRESS, SHOWN, "ref", SPEECH, amount=shown)
    links = tapping.of(block.html)
    assert links.labels[0].startswith(f"Approve {shown}")
    assert tapping.strictly(links.hrefs[0]).body == f"approve {typed}\r\n\r\nref ref"
    assert block.text == f"Reply with:\n- approve {typed} (Approve {shown})"


def test_no_amount_is_guessed() -> None:
    """Without a proposed amount the reply leaves room for one, and the button says that something is to be added."""
    block = blocks.answers(card_with(VOUCHER), ADDRESS, SHOWN, "ref", SPEECH)
    links = tapping.of(block.html)
    assert links.labels[0].startswith("Approve …")
    assert tapping.strictly(links.hrefs[0]).body == "approve \r\n\r\nref ref"


def test_one_button_a_case() -> None:
    """Each case that it may be has its button; the answers beside it stay."""
    card = RULES.letter("ask-case", "en")
    links = buttons(card, cases=CASES)
    assert len(links) == len(card.answers) - 1 + len(CASES)
    for code, link in zip(CASES, links, strict=False):
        body = tapping.strictly(link).body
        assert body == f"case {code}\r\n\r\nref {reference(card)}"
        said = understood(body.replace("\r\n", "\n"), card)
        assert said
        assert (said.meant.event, said.words) == ("case_chosen", code)


def test_a_customer_is_asked_in_words_of_their_own() -> None:
    """A letter to a customer has no list: buttons, and one sentence with the words to reply with."""
    block = blocks.answers(RULES.letter("CL1", "en"), ADDRESS, SHOWN, "ref", SPEECH, for_customer=True)
    assert block.text == "Reply with one word: accept or decline."
    assert "Or just reply with one word: <b>accept</b> or <b>decline</b>." in block.html
    block = blocks.answers(RULES.letter("follow-up-1", "en"), ADDRESS, SHOWN, "ref", SPEECH, for_customer=True)
    assert block.text == "Reply with happy, or not happy and your words."
