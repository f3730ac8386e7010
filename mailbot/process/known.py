"""Every name that a row of the process may use, and the schema of its conditions, gathered from the other rule files.

Decides which names are known; reads no rule itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.process.calendar import Calendar
from mailbot.process.load_letters import Letters
from mailbot.process.model import Command, Fact, Field
from mailbot.process.place import Place
from mailbot.process.vocabulary import (
    CATEGORIES,
    CLIENTS,
    FINDINGS,
    FORM_FIELDS,
    LEVELS,
    OUTCOMES,
    PARTIES,
    SENDERS,
    VERDICTS,
)

# Fields of a case that rows may set; None: any text (stores and owners come from people.yaml and may change).
CASE_FIELDS: Mapping[str, tuple[Any, ...] | None] = {
    "outcome": OUTCOMES,
    "store": None,
    "owner": None,
    "level": LEVELS,
    "category": CATEGORIES,
    "claim": (True, False),
}
CASE_NAMES = (*CASE_FIELDS, "letters", "state", "approved", "address")


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are checked against.

    guessing: a file that could declare further events could not be read, so that an unknown one may be right.
    """

    letters: Letters
    events: frozenset[str]
    states: tuple[str, ...]
    facts: Mapping[str, Fact]
    schema: Mapping[str, Any]
    calendar: Calendar
    guessing: bool = False


def schema(fields: Iterable[Field], codes: Iterable[str], states: Iterable[str], facts: Mapping[str, Fact]) -> Any:
    """The names that a condition may ask, and what each may be."""
    choices = {field.id: (*(choice.value for choice in field.choices), "") for field in fields if field.choices}
    fields_of_form = {id: choices.get(id, str) for id in FORM_FIELDS}
    letters = tuple(sorted(codes))
    return {
        "event": {
            "by": SENDERS,
            "claim": bool,
            "says_left": bool,
            "reported": bool,
            "solved": bool,
            "level": LEVELS,
            "kind": str,
            "to": (*PARTIES, ""),
            "letter": (*letters, ""),
            "answering": (*letters, ""),
            "words": str,
            "first_claim": bool,
            "approval": (*VERDICTS, ""),
            "over_limit": bool,
            "amount": int,
            "finding": (*FINDINGS, ""),
            "client": (*CLIENTS, ""),
            "date": str,
            "person": str,
        },
        "form": {"complete": bool, **fields_of_form},
        "case": {
            "letters": ("list", letters),
            "claim": bool,
            "level": LEVELS,
            "category": (*CATEGORIES, ""),
            "store": str,
            "owner": str,
            "state": tuple(states),
            "outcome": (*OUTCOMES, ""),
            "approved": bool,
            "address": bool,
            **{fact.name: domain(fact) for fact in facts.values()},
        },
    }


def domain(fact: Fact) -> Any:
    """A declared fact as conditions see it; text that nobody has set is ''."""
    if fact.kind:
        return int if fact.kind == "amount" else str
    kinds = {type(value) for value in fact.domain}
    if kinds == {bool}:
        return bool
    return (*fact.domain, "") if kinds == {str} else fact.domain


def declared_events(letters: Letters, commands: Iterable[Command]) -> dict[str, Place]:
    """Events that answers and commands bring with them, each with the place that declares it first."""
    places: dict[str, Place] = {}
    for card, answer in letters.answers():
        places.setdefault(answer.event, card.place)
    for command in commands:
        if command.takes == "form":
            continue  # a form that staff fill in is the form's own event (form_completed …)
        places.setdefault(command.event, command.place)
    places.pop("", None)
    return places
