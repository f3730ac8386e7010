"""What to do -> a letter: subject, text as spans, HTML; nothing leaves on the strength of this alone.

`compose` writes; `guard.approve` alone can let it out. Placeholders are filled from the case, the
event and the rule files; what is unknown is empty and the templates have graceful words for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from mailbot.cases.around import ALONE, Around
from mailbot.cases.decide import Send
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.languages import LANGUAGE
from mailbot.cases.model import Case
from mailbot.letters import blocks
from mailbot.letters.markdown import render
from mailbot.letters.spans import TEMPLATE, Block, Marks, Span, Value, joined
from mailbot.letters.templates import fill, named
from mailbot.letters.told import Told
from mailbot.letters.values import proposed, values_of
from mailbot.mail import references
from mailbot.process.model import Answer, LetterCard, Process
from mailbot.process.vocabulary import QUIET

_LONGEST_SUBJECT = 200  # longer ones are cut by every client


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as written, before the guard has seen it."""

    send: Send
    card: LetterCard
    n: int
    message_id: str
    subject: str
    heading: tuple[Span, ...]  # the subject again, without the code, by whose words they are
    spans: tuple[Span, ...]
    html: str

    @property
    def text(self) -> str:
        return joined(self.spans).strip() + "\n"


def compose(
    send: Send,
    case: Case,
    event: Event,
    n: int,
    process: Process,
    identity: Identity,
    now: datetime,
    around: Around = ALONE,
    note: str = "",
    proposing: bool = False,
) -> Draft:
    """Write one letter of a case, as it is after the step's other effects.

    Args:
        note: of the row that sends it. proposing: it is shown to whoever approves it, and has not been approved.
    """
    language = language_for(send, case, process)
    card, speech = process.letter(send.letter, language), process.wording.of(language)
    message_id = references.message_id(identity.key, identity.address, case.code, send.letter, n, send.to)
    marks = Marks()
    to_customer = send.role == "customer"
    names = named(card.subject, card.body)
    asks_approval = proposing or "proposal" in names
    told = Told(case, event, process, identity, now, around, to_customer, speech, note, asks_approval)
    values = values_of(told, names)
    values["reminder"] = any(letter.letter == send.letter and letter.to == send.to for letter in case.letters)
    if "proposal" in names:
        values["proposal"] = Block((), "") if proposing else _proposal(case, event, n, process, identity, now)
    heading = tuple(_heading(fill(card.subject, values, marks), marks))
    shown = " ".join(joined(heading).split())[:_LONGEST_SUBJECT]
    subject = f"{shown} [{case.code}]"
    if "details" in names:
        values["details"] = blocks.details(case, process, language, to_customer)
    if "form" in names:
        values["form"] = blocks.form(card, case, process, language)
    if "answers" in names:
        values["answers"] = _answers(told, card, subject, message_id)
    body = render(fill(card.body, values, marks), marks)
    return Draft(send, card, n, message_id, subject, heading, body.spans, body.html)


def language_for(send: Send, case: Case, process: Process) -> str:
    """The language of a letter: the customer's to a customer, where the desk writes it; else the default one."""
    return spoken(case, process) if send.role == "customer" else process.languages[0]


def spoken(case: Case, process: Process) -> str:
    """The language that we write to the case's customer in."""
    theirs = str(case.facts.get(LANGUAGE) or "")
    return theirs if theirs in process.languages else process.languages[0]


def _answers(told: Told, card: LetterCard, subject: str, message_id: str) -> Block:
    """The answers that may be given to the letter now, each with its link."""
    beside = values_of(told, ("candidates", *(("offer",) if told.proposing else ())))
    return blocks.answers(
        replace(card, answers=tuple(answer for answer in card.answers if _offered(answer, told.case))),
        told.identity.address,
        subject,
        message_id[1:].partition("@")[0],
        told.speech,
        amount=str(beside["offer"]["amount"]) if told.proposing else "",
        for_customer=told.to_customer,
        cases=[str(candidate["code"]) for candidate in beside["candidates"]],
    )


def _offered(answer: Answer, case: Case) -> bool:
    """Whether an answer makes sense where the case stands."""
    where = QUIET if case.facts.get(QUIET) else case.state
    return not answer.states or where in answer.states


def _proposal(case: Case, event: Event, n: int, process: Process, identity: Identity, now: datetime) -> Block:
    """The letter that is to be approved, exactly as it would leave; nothing where no letter is proposed."""
    code = proposed(case, process)
    if not code:
        return Block((), "")
    send = Send(code, "customer", case.customer.address)
    draft = compose(send, case, event, n, process, identity, now, proposing=True)
    return blocks.quotation(f"{draft.subject}\n\n{draft.text}", TEMPLATE, relayed=False)


def frame(draft: Draft, layout: str, process: Process, identity: Identity) -> str:
    """The HTML part whole: the body in the layout, with the quiet footer."""
    parts = {
        "LANG": escape(draft.card.language),
        "TITLE": escape(process.wording.of(draft.card.language).words.get("title", "")),
        "PREHEADER": escape(draft.card.about),
        "DESK": escape(identity.name),
        "FOOTER": escape(_footer(draft, process)),
        "BODY": draft.html,
    }
    for name, value in parts.items():
        layout = layout.replace(f"<!--{name}-->", value, 1)
    return layout


def footer_text(draft: Draft, process: Process) -> str:
    """The footer of the text part, '' for staff."""
    words = _footer(draft, process)
    return f"\n-- \n{words}\n" if words else ""


def _footer(draft: Draft, process: Process) -> str:
    words = process.wording.footer.get(draft.card.language, "") if draft.send.role == "customer" else ""
    return " ".join(words.split())


def _heading(filled: str, marks: Marks) -> Iterator[Span]:
    """The subject as spans, so that the guard knows whose words are in it."""
    for piece in marks.split(filled):
        if isinstance(piece, Block):
            yield from piece.spans
        else:
            yield Span(piece.origin if isinstance(piece, Value) else TEMPLATE, str(piece))
