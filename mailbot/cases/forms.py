"""The complaint form in a reply: labels found in spite of quoting, order and typing, values made tidy.

Reads text only; what counts as complete is rules/form.yaml. What was given is merged and never
asked again. An unreadable optional value is kept as written and never makes a form incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from mailbot.cases.model import Form
from mailbot.cases.phrases import plain
from mailbot.mail.model import Words
from mailbot.process.model import Choice, Field, Process

_QUOTE_MARKS = re.compile(r"^[\s>|]{0,40}")
_LABEL_LINE = re.compile(r"^[\s*_•·\-]{0,6}([^:：]{2,60}?)[\s*_]{0,4}[:：][\s*_|]{0,8}(.*)$")
_BLANKS = re.compile(r"^[\s_.\-–—…/]*$")  # what people leave in an empty field
_LONGEST_VALUE = 10_000  # characters of one field; the mail itself is kept whole
_MOST_LINES = 2_000  # the form has some thirty lines; the rest of a hostile mail is not searched for labels
_ABOUT_THE_PERSON = ("name", "email", "phone", "contact")  # in every signature, so no proof of a form
_LABEL_LIKENESS = 84  # of 100: one letter lost or two swapped in a short label
_CHOICE_LIKENESS = 82
_STORE_LIKENESS = 80


@dataclass(frozen=True, slots=True)
class Reading:
    """Form values found in a mail, by field id, and whether it was a form at all."""

    values: Mapping[str, str]
    is_form: bool


def read(words: Words, rules: Process) -> Reading:
    """Form values in a mail: typed in the new words, or inside the quoted form; new words win."""
    quoted = _values(words.quoted, rules)
    written = _values(words.new, rules)
    values = {**quoted, **written}
    return Reading(values, any(field not in _ABOUT_THE_PERSON for field in values))


def merge(form: Form, values: Mapping[str, str], rules: Process) -> Form:
    """The form with new values laid over the old, and what is missing then."""
    merged = {**form.values, **{field: value for field, value in values.items() if value}}
    missing = tuple(field.id for field in rules.form if _required(field, merged) and not merged.get(field.id))
    return Form(complete=not missing, values=merged, missing=missing)


def changed(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """Those values that the form does not hold already."""
    return {field: value for field, value in values.items() if value and form.values.get(field) != value}


def category(form: Form, rules: Process) -> str:
    """The category that the kind of problem gives the case; '' while it is not known."""
    field = rules.field("problem")
    chosen = (choice for choice in (field.choices if field else ()) if choice.value == form.values.get("problem"))
    return next((choice.category for choice in chosen), "")


def _required(field: Field, values: Mapping[str, str]) -> bool:
    return field.required and values.get("problem") not in field.not_required_for


def _values(text: str, rules: Process) -> dict[str, str]:
    labels = {plain(label): field for field in rules.form for each in field.labels.values() for label in each}
    hints = {plain(hint) for field in rules.form for hint in field.hints.values()}
    raw: dict[str, list[str]] = {}
    current: Field | None = None
    for line in _lines(text, hints):
        field, value = _label(line, labels)
        if field:
            current = field
            raw.setdefault(field.id, []).append(value)
        elif current and _continues(current, raw[current.id], line):
            raw[current.id].append(line)
        elif not line:
            current = current if current and current.kind == "text" else None
    by_id = {field.id: field for field in rules.form}
    tidied = {id: tidy(by_id[id], "\n".join(lines).strip(), rules) for id, lines in raw.items()}
    return {id: value for id, value in tidied.items() if value}


def _lines(text: str, hints: set[str]) -> Iterator[str]:
    for line in text.splitlines()[:_MOST_LINES]:
        bare = _QUOTE_MARKS.sub("", line).strip()
        if plain(bare).strip("()[] ") not in hints:
            yield bare


def _label(line: str, labels: Mapping[str, Field]) -> tuple[Field | None, str]:
    found = _LABEL_LINE.match(line)
    if not found:
        return None, ""
    name = plain(found.group(1)).strip()
    field = labels.get(name)
    if field is None and len(name) >= 4:
        near = process.extractOne(name, list(labels), scorer=fuzz.ratio, score_cutoff=_LABEL_LIKENESS)
        field = labels[near[0]] if near else None
    return field, found.group(2).strip()


def _continues(field: Field, so_far: list[str], line: str) -> bool:
    """Whether a line without a label goes on with the field above it."""
    if field.kind == "text":
        return sum(map(len, so_far)) < _LONGEST_VALUE
    return bool(line) and not any(so_far)  # the value typed below its label instead of behind it


def tidy(field: Field, value: str, rules: Process) -> str:
    """A value as it is kept: choices and stores by their own name, the rest as written."""
    if _BLANKS.match(value):
        return ""
    value = value[:_LONGEST_VALUE]
    if field.kind == "text":
        return value
    value = " ".join(value.split())
    match field.kind:
        case "choice":
            return _choice(value, field.choices)
        case "store":
            return _store(value, rules)
        case "email":
            found = re.search(r"[^\s<>(),;:\"]{1,64}@[^\s<>(),;:\"]{1,255}", value)
            return found.group() if found else value
        case _:
            return value


def _choice(value: str, choices: tuple[Choice, ...]) -> str:
    """The choice a customer's words mean; words outside the choices count as `other`, or the last one there is."""
    said = plain(value)
    known = {plain(word): choice.value for choice in choices for word in (choice.value, *choice.words)}
    if said in known:
        return known[said]
    inside = {known[word] for word in known if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said)}
    if len(inside) == 1:
        return inside.pop()
    near = process.extractOne(said, list(known), scorer=fuzz.ratio, score_cutoff=_CHOICE_LIKENESS)
    if near and not inside:
        return known[near[0]]
    values = [choice.value for choice in choices]
    return "other" if "other" in values else values[-1]


def _store(value: str, rules: Process) -> str:
    names = {plain(name): name for name in rules.people.stores}
    if plain(value) in names:
        return names[plain(value)]
    inside = [name for key, name in names.items() if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", plain(value))]
    if len(inside) == 1:
        return inside[0]
    near = process.extract(plain(value), list(names), scorer=fuzz.ratio, score_cutoff=_STORE_LIKENESS, limit=2)
    return names[near[0][0]] if len(near) == 1 else value
