"""Cases for people and for programs: `mailbot cases` and `mailbot show`, as text and as JSON (a contract)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from mailbot.cases.model import Case, Entry
from mailbot.cases.record import effect_to_json
from mailbot.cases.silence import party_awaited
from mailbot.process.model import Process


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
        "opened_at": _iso(case.opened_at),
        "customer": {"name": case.customer.name or None, "address": case.customer.address or None},
        "store": case.store or None,
        "owner": case.owner or None,
        "category": case.category or None,
        "level": case.level,
        "claim": case.claim,
        "waiting_on": party_awaited(case, process) or None,
        "due_at": _iso(due),
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
                "at": _iso(letter.sent_at or letter.at),
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
                "at": _iso(mail.at),
                "kind": mail.kind,
                "why": "; ".join(mail.why),
            }
            for mail in case.mails
        ]
    return found


def line(case: Case, process: Process, due: datetime | None) -> str:
    """One case on one line."""
    waits = party_awaited(case, process) or "nobody"
    next_one = f", next {due:%a %d %b %H:%M}" if due else ""
    who = case.customer.name or case.customer.address or "somebody"
    return f"{case.code}  {case.state:<18}  {who:<28.28}  waits for {waits}{next_one}"


def page(case: Case, process: Process, due: datetime | None, history: Sequence[Entry]) -> Iterator[str]:
    """One case as a page of text."""
    yield line(case, process, due)
    if case.form.values:
        state = "complete" if case.form.complete else f"missing {', '.join(case.form.missing)}"
        yield f"form: {state}"
        yield from (f"  {name}: {' '.join(value.split())}" for name, value in case.form.values.items())
    for entry in history:
        yield f"{entry.at:%Y-%m-%d %H:%M}  {entry.event.name} by {entry.event.by}  {entry.rule}"
        yield from (f"    because {why}" for why in entry.why)
        yield from (f"    {_effect(effect_to_json(effect))}" for effect in entry.effects)


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": _iso(entry.at),
        "event": entry.event.name,
        "why": "; ".join(entry.why),
        "rule": entry.rule or None,
        "effects": [effect_to_json(effect) for effect in entry.effects],
    }


def _effect(effect: dict[str, Any]) -> str:
    kind = effect.pop("do")
    return f"{kind} " + " ".join(
        f"{key}={_short(value)}" for key, value in effect.items() if value not in ("", None, [], {})
    )


def _short(value: Any) -> str:
    return " ".join(str(value).split())[:60]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
