"""What to do -> a letter: subject, text as spans, HTML; nothing leaves on the strength of this alone.

`compose` writes; `guard.approve` alone can let it out. Placeholders are filled from the case, the
event and the rule files; what is unknown is empty and the templates have graceful words for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from mailbot.cases.decide import Send
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Case
from mailbot.letters import blocks
from mailbot.letters.greeting import first_name
from mailbot.letters.markdown import render
from mailbot.letters.spans import CUSTOMER, RULE, RULES, STAFF, TEMPLATE, Block, Marks, Span, Value, joined
from mailbot.letters.templates import fill
from mailbot.mail import references
from mailbot.process.calendar import Duration
from mailbot.process.model import LetterCard, Person, Process, Store

_ANSWER_WITHIN = Duration(5, "working days")  # PROCESS.md "Keep informed": the promise of E3 and garments-here
_TITLE = "Customer Care"
_CUSTOMER_SIDE = ("customer", "stranger")
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


def compose(send: Send, case: Case, event: Event, n: int, process: Process, identity: Identity, now: datetime) -> Draft:
    """Write one letter of a case (the case as it is after the step's other effects)."""
    card = process.letter(send.letter, identity.language)
    message_id = references.message_id(identity.key, identity.address, case.code, send.letter, n, send.to)
    marks = Marks()
    values = _values(case, event, process, identity, now, send.role == "customer")
    values["reminder"] = any(letter.letter == send.letter and letter.to == send.to for letter in case.letters)
    heading = tuple(_heading(fill(card.subject, values, marks), marks))
    shown = " ".join(joined(heading).split())[:_LONGEST_SUBJECT]
    subject = f"{shown} [{case.code}]"
    values["details"] = blocks.details(case, process, identity.language, send.role == "customer")
    values["form"] = blocks.form(card, case, process, identity.language)
    reference = message_id[1:].partition("@")[0]
    values["answers"] = blocks.answers(card, identity.address, subject, reference)
    body = render(fill(card.body, values, marks), marks)
    return Draft(send, card, n, message_id, subject, heading, body.spans, body.html)


def frame(draft: Draft, layout: str, process: Process, identity: Identity) -> str:
    """The HTML part whole: the body in the layout, with the quiet footer."""
    parts = {
        "LANG": escape(draft.card.language),
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


def _values(
    case: Case, event: Event, process: Process, identity: Identity, now: datetime, to_customer: bool
) -> dict[str, Any]:
    data = event.data
    owner = next((p for p in process.people.people if p.name == case.owner), None)
    operations = next(iter(process.people.in_role("operations")), None)
    store = process.store(case.store)
    theirs = STAFF if event.by not in _CUSTOMER_SIDE else CUSTOMER
    calendar = process.calendar
    return {
        "desk": {"name": Value(identity.name, RULES), "address": Value(identity.address, RULES)},
        "case": {"code": Value(case.code, RULES)},
        "customer": _customer(case),
        "owner": {**_person(owner), "title": Value(_TITLE, RULES), "founder": _founder(owner)},
        "operations": {**_person(operations), "phone": _v(operations.phone if operations else "", RULES)},
        "author": {**_names(str(data.get("author_name", "")), STAFF), "store": _v(data.get("author_store"), RULES)},
        "store": _store(store, process),
        "dates": {
            "today": Value(identity.day(now), RULES),
            "answer_by": Value(identity.day(calendar.add(now, _ANSWER_WITHIN, store.hours, store.calendar)), RULES),
            "arrived": Value(identity.day(now), RULES),
            "sent": Value(_first_sent(case, identity), RULES),
        },
        "event": {name: _v(data.get(name), STAFF) for name in ("reason", "phrase", "letter", "to")},
        "wording": {
            "rule": Value(" ".join(process.wording.rule.get(identity.language, "").split()), RULE),
            "outside_body": Value(process.wording.outside_body, RULES),
        },
        "garment": _v(case.garment, CUSTOMER),
        "problem": _v(case.form.values.get("problem"), CUSTOMER),
        "where": _v(case.form.values.get("where"), CUSTOMER),
        "subject": _v(data.get("subject"), CUSTOMER),
        "reported": bool(case.facts.get("reported")),
        "returned": event.name == "customer_returned" or case.parked_from != "",
        "candidates": [
            {name: _v(candidate.get(name), CUSTOMER) for name in ("code", "name", "garment", "store", "opened")}
            for candidate in data.get("candidates", ())
        ],
        "words": blocks.quotation(str(data.get("words", "")), theirs, to_customer),
        "signature": blocks.signature(case.owner, _TITLE, identity.name),
    }


def _v(value: object, origin: str) -> Value:
    return Value(" ".join(str(value or "").split()), origin)


def _names(name: str, origin: str) -> dict[str, Value]:
    return {"name": _v(name, origin), "first_name": _v(first_name(name), origin)}


def _person(person: Person | None) -> dict[str, Value]:
    return _names(person.name if person else "", RULES)


def _founder(person: Person | None) -> bool:
    return person is not None and person.founder


def _store(store: Store, process: Process) -> dict[str, Value]:
    """The store, with its till's phone: for call tasks, people.yaml gives numbers for inside the house alone."""
    till = next(iter(process.people.in_role("till", store.name)), None) if store.name else None
    theirs = RULES if store.name in process.people.stores else CUSTOMER  # as the customer wrote it, known to no rule
    known = {name: _v(getattr(store, name), theirs) for name in ("name", "address", "hours")}
    return {**known, "phone": _v(till.phone if till else "", RULES)}


def _customer(case: Case) -> dict[str, Value]:
    who = case.customer
    return {**_names(who.name, CUSTOMER), "address": _v(who.address, CUSTOMER), "phone": _v(who.phone, CUSTOMER)}


def _first_sent(case: Case, identity: Identity) -> str:
    sent = next((letter.sent_at for letter in case.letters if letter.audience == "customer" and letter.sent_at), None)
    return identity.day(sent) if sent else ""
