"""One mail as the desk understands it, and what it would do: the contract of `mailbot explain --json`.

Pure: sends and stores nothing. Every value comes from the very functions that the desk works with, so that what is
explained is what would happen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailbot.cases import forms, from_customer, match, staff_mail
from mailbot.cases.around import Around
from mailbot.cases.intake import Intake, look, query
from mailbot.cases.model import Case, Form
from mailbot.cases.query import Found, Query
from mailbot.cases.recognise import recognise
from mailbot.cases.recognised import Recognised
from mailbot.cases.screening import Kind, screen
from mailbot.letters.step import Room, take
from mailbot.mail import forwards
from mailbot.mail import message as messages
from mailbot.mail.model import Forward

UNOPENED = "(new)"  # the code of a case that this mail would open


@dataclass(frozen=True, slots=True)
class Looking:
    """What a mail is looked at with: rules and identity, the ledger's look-up, the moment."""

    room: Room
    find: Callable[[Query], Found]
    now: datetime


def explain(raw: bytes, file: str, looking: Looking) -> dict[str, Any]:
    """One mail, as `mailbot explain --json` tells it (its keys are a contract with programs outside)."""
    process, identity = looking.room.process, looking.room.identity
    intake = look(messages.read(raw), process, identity)
    found = match.complete(looking.find(query(intake)), looking.find)
    kind = _kind(intake, found, looking)
    form = _form(intake, looking)
    result = recognise(intake, found, process, identity, looking.now)
    return {
        "file": file,
        "automatic": _automatic(intake),
        "bounce": _bounce(intake),
        "sender": _sender(intake),
        "forward": _forward(intake),
        "subject": intake.message.subject,
        "text": intake.words.new.strip(),
        "language": intake.language,
        "kind": kind.kind,
        "parts": [{"type": part.type, "name": part.name, "bytes": part.bytes} for part in intake.message.parts],
        "form": form,
        "claim": kind.claim,
        "category": _category(form, looking) or kind.category,
        "level": kind.level,
        "case": _case(intake, found, looking),
        "would": _would(result, looking),
        "why": list(dict.fromkeys((*kind.evidence, *result.why))),
        "defects": list(intake.message.defects),
    }


def _automatic(intake: Intake) -> dict[str, Any]:
    machine = intake.automatic
    return {"kind": machine.kind if machine else None, "evidence": list(machine.evidence) if machine else []}


def _bounce(intake: Intake) -> dict[str, Any] | None:
    bounce = intake.bounce
    if bounce is None or intake.automatic is None or intake.automatic.kind not in ("bounce", "delay"):
        return None
    return {
        "recipients": list(bounce.recipients),
        "permanent": bounce.permanent,
        "original_message_id": bounce.original_message_id,
    }


def _sender(intake: Intake) -> dict[str, Any]:
    sender = intake.message.sender
    return {
        "address": sender.address if sender else "",
        "name": sender.name if sender else "",
        "role": intake.person.roles[0] if intake.person else "customer",
        "proof": intake.verdict.result,
    }


def _forward(intake: Intake) -> dict[str, Any] | None:
    """What is inside a forward, whoever sent it: only of staff does the desk act on it."""
    found = intake.forward or (None if intake.automatic else forwards.forward(intake.message))
    return _told(found, intake) if found else None


def _told(forward: Forward, intake: Intake) -> dict[str, Any]:
    inside = forward.original
    return {
        "by": intake.sender,
        "note": forward.note,
        "original": {
            "address": inside.address,
            "name": inside.name,
            "date": inside.date,
            "subject": inside.subject,
            "text": inside.text.strip(),
        },
        "depth": forward.depth,
        "evidence": list(forward.evidence),
    }


def _form(intake: Intake, looking: Looking) -> dict[str, Any] | None:
    values = forms.filled_in(Form(), intake.form.reading)
    if not values:
        return None
    form = forms.merge(Form(), values, looking.room.process)
    return {"complete": form.complete, "values": dict(form.values), "missing": list(form.missing)}


def _kind(intake: Intake, found: Found, looking: Looking) -> Kind:
    """What a person says, by their words; of a mail that staff pass on, the customer's."""
    if intake.automatic:
        return Kind("other", ())
    if intake.person is None:
        return from_customer.kind_of(intake, found, looking.room.process, looking.now)
    if intake.forward:
        return intake.kind
    return screen("", intake.words.new, looking.room.process.screening, intake.language)


def _category(form: Mapping[str, Any] | None, looking: Looking) -> str:
    return forms.category(Form(values=form["values"]), looking.room.process) if form else ""


def _case(intake: Intake, found: Found, looking: Looking) -> dict[str, Any]:
    """Which case the mail belongs to, and which it could belong to."""
    process, identity = looking.room.process, looking.room.identity
    if intake.person:
        mail = staff_mail.look(intake, found, process, identity, looking.now)
        return _matched(mail.case, tuple((case, 0, ()) for case in mail.several))
    result = from_customer.matched(intake, found, process, identity, looking.now)
    match result:
        case match.Matched():
            return _matched(result.case, ())
        case match.Ambiguous():
            return _matched(None, tuple((each.case, each.score, each.evidence) for each in result.candidates))
    return _matched(None, ())


def _matched(case: Case | None, candidates: tuple[tuple[Case, int, tuple[str, ...]], ...]) -> dict[str, Any]:
    return {
        "match": "matched" if case else "ambiguous" if candidates else "none",
        "case": case.code if case else None,
        "candidates": [
            {"case": each.code, "score": score, "evidence": list(evidence)} for each, score, evidence in candidates
        ],
    }


def _would(result: Recognised, looking: Looking) -> list[str]:
    """The letters that would leave, in order; what would be held is said to be."""
    if result.event is None:
        return []
    case = result.case or Case(code=UNOPENED)
    step = take(case, result.event, result.given, result.why, looking.room, Around(), looking.now)
    sent = [f"{each.letter.letter} to {each.letter.to}" for each in step.outgoing]
    return sent + [f"{each.letter.letter} to {each.letter.to}, held: {each.reason}" for each in step.held]
