"""The complaint form in a reply: labels found in spite of quoting, order and typing, values beside or below them.

Reads text only; what counts as complete is rules/form.yaml. What was given is merged and never asked again. Our own
words (hints, prefilled values, the rest of the letter) are never taken for the customer's; a signature is no form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.cases import form_lines, form_reader
from mailbot.cases.form_reader import ABOUT_THE_PERSON, Reader
from mailbot.cases.form_values import tidy
from mailbot.cases.model import Form
from mailbot.process.model import Field, Process


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says of the form.

    loose: the sender's own words that belong to no field. inside: the fields whose value stood among so many other
    labels that it was our form, not somebody's signature.
    """

    values: Mapping[str, str]
    loose: str
    inside: frozenset[str]


def read(text: str, rules: Process) -> Reading:
    """Form values in the whole text of a mail: typed anew, below quoted labels, or inside the quoted form."""
    form = form_lines.sheet(rules)
    lines = form_lines.lines(text, form)
    there = form_reader.survey(lines, form)
    reader = Reader(form, rules, there)
    for line in lines:
        reader.take(line)
    told = [
        (entry, tidy(entry.field, form_lines.without_hint("\n".join(entry.pieces).strip(), form), rules))
        for entry in reader.entries
    ]
    values: dict[str, str] = {}
    inside: set[str] = set()
    for entry, value in form_reader.newest(told):
        if value and entry.field.id not in values:
            values[entry.field.id] = value
            inside |= {entry.field.id} if there.forms[entry.quoted] else set()
    # A form without quote marks stands in our whole letter without quote marks: none of that is the sender's.
    loose = "" if there.forms[False] else "\n".join(reader.loose).strip("\n")
    return Reading(values, loose, frozenset(inside))


def filled_in(form: Form, reading: Reading) -> dict[str, str]:
    """What a mail newly tells of the form; nothing where only a signature gives a name and a number."""
    new = changed(form, reading.values)
    sure = any(id not in ABOUT_THE_PERSON or id in form.missing or id in reading.inside for id in new)
    return new if sure else {}


def merge(form: Form, values: Mapping[str, str], rules: Process) -> Form:
    """The form with new values laid over the old, and what is missing then."""
    merged = {**form.values, **{id: value for id, value in values.items() if value}}
    missing = tuple(each.id for each in rules.form if _required(each, merged) and not merged.get(each.id))
    return Form(complete=not missing, values=merged, missing=missing)


def changed(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """Those values that the form does not hold already; line breaks make no difference."""
    return {id: value for id, value in values.items() if value and _flat(id, value) != _flat(id, form.values.get(id))}


def category(form: Form, rules: Process) -> str:
    """The category that the kind of problem gives the case; '' while it is not known."""
    problem = rules.field("problem")
    chosen = (choice for choice in (problem.choices if problem else ()) if choice.value == form.values.get("problem"))
    return next((choice.category for choice in chosen), "")


def _required(each: Field, values: Mapping[str, str]) -> bool:
    return each.required and values.get("problem") not in each.not_required_for


def _flat(id: str, value: str | None) -> str:
    flat = " ".join((value or "").split())
    return flat.casefold() if id == "email" else flat
