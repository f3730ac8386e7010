"""What stays in the house: the assessment, notes, other cases, the steps so far. `templates.PRIVATE` names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.cases.model import Case, Entry
from mailbot.letters import blocks
from mailbot.letters.spans import CUSTOMER, RULES, STAFF, Value
from mailbot.letters.told import Told, one_line

_SIMILAR, _EARLIER, _STEPS = 3, 10, 30  # cases and steps shown: what a person reads before they decide
_MOST_NOTES = 20


def _assessment(told: Told) -> dict[str, Value]:
    facts = told.case.facts
    return {
        "finding": one_line(facts.get("finding"), RULES),
        "client": one_line(facts.get("client"), RULES),
        "by": one_line(facts.get("assessed_by"), RULES),
        "cause": one_line(facts.get("cause"), STAFF),
        "other": one_line(_other_view(told), STAFF),
    }


def _other_view(told: Told) -> str:
    """What operations found, where care found something else."""
    facts = told.case.facts
    theirs, ours = (
        ", ".join(filter(None, (facts.get(f"{who}_finding"), _client(facts.get(f"{who}_client")))))
        for who in ("ops", "care")
    )
    return f"{theirs} (operations), {ours} (care)" if theirs and ours and theirs != ours else ""


def _client(value: object) -> str:
    return f"{value} client" if value else ""


def _notes(told: Told) -> list[dict[str, Value]]:
    return [
        {
            "name": one_line(note.name or note.by, STAFF),
            "words": one_line(note.words, STAFF),
            "at": one_line(_at(told, note.at), RULES),
        }
        for note in told.case.notes[-_MOST_NOTES:]
    ]


def _brief(case: Case, told: Told) -> dict[str, Value]:
    """Another case in a line."""
    return {
        "code": one_line(case.code, RULES),
        "garment": one_line(case.garment, CUSTOMER),
        "problem": one_line(case.form.values.get("problem"), CUSTOMER),
        "finding": one_line(case.facts.get("finding"), RULES),
        "outcome": one_line(case.outcome.replace("_", " "), RULES),
        "offered": one_line(told.amount(case.approval.amount) if case.approval else "", RULES),
        "opened": one_line(told.on(case.opened_at) if case.opened_at else "", RULES),
    }


def _step(entry: Entry, told: Told) -> dict[str, Value]:
    why = "; ".join((*entry.why, entry.rule))
    return {
        "at": one_line(_at(told, entry.at), RULES),
        "what": one_line(f"{entry.event.name.replace('_', ' ')}, by {entry.event.by}", RULES),
        "why": one_line(why[:300], CUSTOMER),
    }


def _at(told: Told, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(told.process.calendar.timezone)):%-d %b %H:%M}"


INSIDE: Mapping[str, Callable[[Told], Any]] = {
    "assessment": _assessment,
    "notes": _notes,
    "earlier": lambda told: [_brief(each, told) for each in told.around.earlier[-_EARLIER:]],
    "similar": lambda told: [_brief(each, told) for each in told.around.similar[:_SIMILAR]],
    "history": lambda told: [_step(entry, told) for entry in told.around.history[-_STEPS:]],
    "figures": lambda told: blocks.quotation(str(told.event.data.get("figures", "")), RULES, relayed=True),
}
