"""Cases for people and for programs: `mailbot cases` and `mailbot show`, as text and as JSON (a contract). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mailbot.cases.model import Case, Entry
from mailbot.cases.record import effect_to_json
from mailbot.cases.silence import party_awaited
from mailbot.insight.sheet import Bit, Line, line, words
from mailbot.process.model import Process

# How a case ended, as people say it; an outcome that is missing here is told by its own name.
_ENDINGS: Mapping[str, str] = {
    "in_store": "put right in store",
    "voucher": "had a voucher",
    "accepted_cl1": "accepted our offer",
    "accepted_cl2": "accepted our final offer",
    "declined": "declined our offer",
    "lapsed": "did not answer our offer",
    "no_form": "the form never came",
    "no_garment": "the garment never came",
}


def is_complaint(case: Case, process: Process) -> bool:
    """Whether the case entered the map: not mail still being sorted, nor a matter of the desk."""
    state = process.states.get(case.state)
    return (state is None or state.listed) and case.outcome != "not_a_complaint"


def as_json(
    case: Case, process: Process, due: datetime | None, history: Sequence[Entry] | None = None
) -> dict[str, Any]:
    """One case as DESIGN.md "Contract: commands" says; with `history` also its history and mails."""
    found: dict[str, Any] = {
        "case": case.code,
        "state": case.state,
        "opened_at": iso(case.opened_at),
        "customer": {"name": case.customer.name or None, "address": case.customer.address or None},
        "store": case.store or None,
        "owner": case.owner or None,
        "category": case.category or None,
        "level": case.level,
        "claim": case.claim,
        "waiting_on": party_awaited(case, process) or None,
        "due_at": iso(due),
        "form": {
            "complete": case.form.complete,
            "missing": list(case.form.missing),
            "values": dict(case.form.values),
        },
        "letters": [
            {
                "letter": letter.letter,
                "to": letter.to,
                "status": letter.status,
                "at": iso(letter.sent_at or letter.at),
                "message_id": letter.message_id,
            }
            for letter in case.letters
        ],
        "outcome": case.outcome or None,
    }
    if history is not None:
        found["history"] = [_entry(entry) for entry in history]
        found["mails"] = [
            {
                "message_id": mail.message_id,
                "from": mail.sender,
                "at": iso(mail.at),
                "kind": mail.kind,
                "why": "; ".join(mail.why),
            }
            for mail in case.mails
        ]
    return found


def iso(at: datetime | None) -> str | None:
    """A moment for programs."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def who(case: Case) -> str:
    """The customer as one speaks of them."""
    return case.customer.name or case.customer.address or "a customer without a name"


def state_title(case: Case, process: Process) -> str:
    """How the rules call its state; the state's own name where they know it no more."""
    state = process.states.get(case.state)
    return state.title if state else case.state.replace("_", " ")


def ending(case: Case) -> str:
    """How it ended, in words; '' where it has not."""
    return _ENDINGS.get(case.outcome) or case.outcome.replace("_", " ")


def headline(case: Case, process: Process) -> Iterator[Line]:
    """Which case it is and where it stands, in two lines."""
    garment = words(", ", case.garment) if case.garment else ""
    yield Line(words(Bit(who(case), "strong"), garment), label=Bit(case.code, "strong"), gap=len(case.code) + 2)
    ended = f": {ending(case)}" if case.outcome else ""
    yield line(state_title(case, process), Bit(f" ({case.state}{ended})", "quiet"))


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": iso(entry.at),
        "event": entry.event.name,
        "why": "; ".join(entry.why),
        "rule": entry.rule or None,
        "effects": [effect_to_json(effect) for effect in entry.effects],
    }
