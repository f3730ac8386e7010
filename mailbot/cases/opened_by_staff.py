"""A case that staff bring: a mail of a customer that they pass on, or a note of their own that names one.

A command above the forward or in the note begins the case where the process leads on from it (`form` and a bare forward
are a complaint that came); other words are a complaint that was reported, and what should happen is asked. Nothing
begins in a name that is not proved as far as the command needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mailbot.cases import effects as fx
from mailbot.cases import severity
from mailbot.cases.contacts import Contact
from mailbot.cases.customer_words import SAID, raised
from mailbot.cases.decide import decide
from mailbot.cases.events import Event
from mailbot.cases.held_commands import hold_new
from mailbot.cases.model import Case
from mailbot.cases.phrases import first_phrase
from mailbot.cases.recognised import LONGEST_WORDS, Recognised, candidate, keep, opening
from mailbot.cases.screening import Kind, screen
from mailbot.cases.staff_mail import StaffMail
from mailbot.process.model import Process
from mailbot.process.vocabulary import FIRST

FORM = "form_requested"
_CAME, _REPORTED, _UNSURE = "complaint_came", "complaint_reported", "case_unsure"
_FOR_ANYONE = ("help_asked",)  # commands that need no customer
_LEFT_IN_PEACE = "parked"


@dataclass(frozen=True, slots=True)
class Brought:
    """What staff bring: the customer, what is known of the complaint, and the evidence.

    words: the customer's own, '' where only staff's are known. note: what staff wrote above it or in the note.
    """

    who: Contact
    kind: Kind
    words: str
    note: str
    subject: str
    why: tuple[str, ...]


def passed_on(mail: StaffMail) -> Brought | None:
    """What a forward brings; None where the customer's address cannot be read, in it or above it."""
    forward = mail.intake.forward
    assert forward is not None  # noqa: S101  (the caller asked)
    original = forward.original
    people = mail.process.people
    if original.address and not people.by_address(original.address):
        who = Contact(original.name, original.address, mail.contact.phone)
    elif mail.contact.address:
        who = mail.contact
    else:
        return None
    kind = _weighed(mail, mail.intake.kind, who, original.text)
    why = (f"forwarded by {mail.person.name}", *forward.evidence, *kind.evidence)
    return Brought(who, kind, original.text, forward.note, original.subject, why)


def told(mail: StaffMail, words: str) -> Brought:
    """What a note of their own brings; words: what it says beside a command."""
    kind = screen("", words, mail.process.screening, mail.intake.language)
    kind = _weighed(mail, kind, mail.contact, words)
    why = (f"told by {mail.person.name}", *kind.evidence)
    return Brought(mail.contact, kind, "", mail.top, mail.intake.message.subject, why)


def _weighed(mail: StaffMail, kind: Kind, who: Contact, words: str) -> Kind:
    kind = severity.weighed(kind, words, mail.process)
    earlier = mail.found.by_address.get(who.address.casefold(), ()) if who.address else ()
    return severity.counted(kind, earlier, mail.process, mail.now)


def needs_nobody(event: Event, process: Process) -> bool:
    """Whether the command can be answered without a customer."""
    return event.name in _FOR_ANYONE and event.name in process.states[FIRST].when


def begins(mail: StaffMail, brought: Brought, event: Event) -> bool:
    """Whether the command begins a case: the process leads on from it to where something is still to be done."""
    states = mail.process.states
    if event.name in states[FIRST].when:
        return event.name not in _FOR_ANYONE
    if event.name == FORM:
        return False
    decision = decide(Case(code=""), event, _facts(mail, brought, False), mail.process, mail.now)
    goes = next((effect.state for effect in reversed(decision.effects) if isinstance(effect, fx.Go)), "")
    return goes in states and states[goes].open and states[goes].listed and goes != _LEFT_IN_PEACE


def by_command(mail: StaffMail, brought: Brought, event: Event, proved: bool) -> Recognised:
    """A new case that begins with a command."""
    begun = replace(event, data={**event.data, **_data(brought)})
    return _opened(mail, brought, begun, "case", proved)


def came(mail: StaffMail, brought: Brought) -> Recognised:
    """A complaint that was not solved in store: passed on bare, or with `form`."""
    data = {**mail.data(), "words": (brought.words or brought.note)[:LONGEST_WORDS], **_data(brought)}
    return _opened(mail, brought, Event(_CAME, mail.role(), data, mail.intake.message.key), "case", mail.known)


def reported(mail: StaffMail, brought: Brought, reason: str = "", *, solved: bool = False) -> Recognised:
    """A complaint with words that are no command, or one that lacks something: what should happen is asked."""
    solved = solved or bool(first_phrase(brought.note, mail.process.screening.solved))
    words = brought.note.strip()[:LONGEST_WORDS]
    data = {**mail.data(), "words": words, **_data(brought), "solved": solved, **({"reason": reason} if reason else {})}
    event = Event(_REPORTED, mail.role(), data, mail.intake.message.key)
    return _opened(mail, brought, event, "human", mail.known)


def unsure(mail: StaffMail, brought: Brought) -> Recognised:
    """A mail passed on of a customer with several open cases: whose it is, is asked."""
    data = {**mail.data(), "words": brought.words[:LONGEST_WORDS], **_data(brought)}
    data["candidates"] = [candidate(case) for case in mail.several]
    event = Event(_UNSURE, mail.role(), data, mail.intake.message.key)
    words = brought.words[:LONGEST_WORDS]
    said = fx.SetFact(SAID, {"words": words, "subject": brought.subject, "loose": words})
    return _opened(mail, brought, event, "human", mail.known, said)


def on_case(mail: StaffMail, brought: Brought, case: Case) -> Recognised:
    """Words of a customer that staff pass on, on the customer's open case."""
    kind = brought.kind
    words = brought.note.strip() or brought.words
    data = {**mail.data(), "words": words[:LONGEST_WORDS], **_data(brought)}
    data["first_claim"] = kind.claim and not case.claim
    event = Event("customer_wrote", "customer", data, mail.intake.message.key)
    facts: tuple[fx.Effect, ...] = ()
    if mail.known:
        facts = (*raised(case, kind.level), *((fx.SetFact("claim", True),) if kind.claim else ()))
    kept = keep(mail.intake, mail.role(), "forward", brought.why)
    return Recognised("case", event.name, brought.why, case, event, (kept, *facts))


def _data(brought: Brought) -> dict[str, Any]:
    kind = brought.kind
    return {
        "subject": brought.subject, "claim": kind.claim, "first_claim": kind.claim, "kind": kind.kind,
        "level": kind.level, "reported": True,
    }  # fmt: skip


def _facts(mail: StaffMail, brought: Brought, solved: bool) -> tuple[fx.Effect, ...]:
    who, kind = brought.who, brought.kind
    facts = opening(
        mail.process,
        name=who.name, address=who.address, phone=who.phone, store=mail.person.store,
        claim=kind.claim, level=kind.level, category=kind.category, reported=True, solved=solved,
    )  # fmt: skip
    # Who can only be written to by post: no field of a case holds that, so it is kept with the notes.
    postal = (fx.KeepNote(mail.role(), mail.person.name, who.postal),) if who.postal else ()
    return (*facts, *postal)


def _opened(mail: StaffMail, brought: Brought, event: Event, fate: str, proved: bool, *more: fx.Effect) -> Recognised:
    """The new case, or the question whether it was they who wrote."""
    facts = (*_facts(mail, brought, bool(event.data.get("solved"))), *more)
    if not proved:
        # Confirmed, what is no command of its own is a request for the form.
        asked = replace(event, name=FORM) if event.name in (_CAME, _REPORTED, _UNSURE) else event
        return hold_new(mail, asked, facts)
    kept = keep(mail.intake, event.by, "forward" if mail.intake.forward else event.name, brought.why)
    return Recognised(fate, event.name, brought.why, None, event, (kept, *facts))
