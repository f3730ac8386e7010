"""The complaint form in a reply: labels found in spite of quoting, order and typing, values beside or below them.

Reads text only; what counts as complete is rules/form.yaml. What was given is merged and never asked again. Our own
words (hints, prefilled values, the rest of the letter) are never taken for the customer's; a signature is no form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.cases import form_lines
from mailbot.cases.form_lines import Line, Sheet
from mailbot.cases.form_values import LONGEST_VALUE, means_a_choice, tidy
from mailbot.cases.model import Form
from mailbot.process.model import Field, Process

_ABOUT_THE_PERSON = ("name", "email", "phone", "contact")  # in every signature, so no proof of a form
_FORM_LABELS = 3  # a signature rarely has as many
_COLONS_FIRST = 2  # labels with their colon that a mail needs before labels without one count

# Where a value stood, best first: typed now, in the quoted form, in a letter's list of what we know, behind a hint.
_WRITTEN, _QUOTED, _LISTED, _BEHIND_HINT = range(4)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says of the form.

    loose: the sender's own words that belong to no field. inside: the fields whose value stood among so many other
    labels that it was our form, not somebody's signature.
    """

    values: Mapping[str, str]
    loose: str
    inside: frozenset[str]


@dataclass(slots=True)
class _Entry:
    field: Field
    rank: int
    quoted: bool  # where the label stood
    pieces: list[str]
    length: int = 0
    blanks: int = 0  # empty lines since the label or the last piece
    long: bool = False  # its last line may have been broken by a mail program

    @property
    def begun(self) -> bool:
        return any(self.pieces)

    def add(self, line: Line) -> None:
        self.pieces.append(line.text)
        self.length += len(line.text)
        self.long = line.long
        if line.text and self.quoted and not line.quoted:
            self.rank = _WRITTEN  # answered below the quoted label, as many do


@dataclass(slots=True)
class _Reader:
    """The lines of one mail, one after the other."""

    form: Sheet
    with_colon: frozenset[str]
    entries: list[_Entry] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    current: _Entry | None = None

    def take(self, line: Line) -> None:
        if line.of:
            self.entries.append(_Entry(line.of, _BEHIND_HINT, line.quoted, [line.text]))
            return
        if self.current and line.quoted and not self.current.quoted:
            self.current = None  # the quoted mail begins: nothing in it goes on with what was typed above
        found, value = self._label(line)
        if found:
            rank = _LISTED if line.listed else _QUOTED if line.quoted else _WRITTEN
            self.current = _Entry(found, rank, line.quoted, [value], len(value), long=line.long)
            self.entries.append(self.current)
        elif self.current and form_lines.ends_form(line.text, self.form):
            self.current = None
        elif self.current and _goes_on(self.current, line):
            self.current.add(line)
        elif not line.quoted:
            self.loose.append(line.text)
        if not line.text and self.current and not found:
            self.current.blanks += 1

    def _label(self, line: Line) -> tuple[Field | None, str]:
        if not line.text:
            return None, ""
        if self.current and not self.current.begun and means_a_choice(self.current.field, line.text):
            return None, ""  # "store" below "Where the garment is now:" is the answer, not the next label
        found, value = form_lines.label(line.text, self.form)
        if found is None and len(self.with_colon) >= _COLONS_FIRST:
            found, value = form_lines.bare_label(line.text, self.form)
            if found and found.id in self.with_colon:
                return None, ""
        if found and self.current and _tells(self.current) and self._has(found, line):
            return None, ""  # "The price: I paid it last week" in a story, where the price was given above
        return found, value

    def _has(self, found: Field, line: Line) -> bool:
        return any(each.field.id == found.id and each.begun and each.quoted == line.quoted for each in self.entries)


def read(text: str, rules: Process) -> Reading:
    """Form values in the whole text of a mail: typed anew, below quoted labels, or inside the quoted form."""
    form = form_lines.sheet(rules)
    found = form_lines.lines(text, form)
    named = [(line, of.id) for line in found if (of := form_lines.label(line.text, form)[0])]
    reader = _Reader(form, frozenset(id for _, id in named))
    for line in found:
        reader.take(line)
    forms_there = {quoted: _is_form({id for line, id in named if line.quoted is quoted}) for quoted in (True, False)}
    values: dict[str, str] = {}
    inside: set[str] = set()
    for entry in sorted(reader.entries, key=lambda entry: entry.rank):
        value = tidy(entry.field, "\n".join(entry.pieces), rules)
        if value and entry.field.id not in values:
            values[entry.field.id] = value
            inside |= {entry.field.id} if forms_there[entry.quoted] else set()
    # A form without quote marks stands in our whole letter without quote marks: none of that is the sender's.
    loose = "" if forms_there[False] else "\n".join(reader.loose).strip("\n")
    return Reading(values, loose, frozenset(inside))


def filled_in(form: Form, reading: Reading) -> dict[str, str]:
    """What a mail newly tells of the form; nothing where only a signature gives a name and a number."""
    new = changed(form, reading.values)
    sure = any(id not in _ABOUT_THE_PERSON or id in form.missing or id in reading.inside for id in new)
    return new if sure else {}


def _is_form(ids: set[str]) -> bool:
    """Whether these labels together are a form; those of a signature are all about the person."""
    return len(ids) >= _FORM_LABELS and not ids.issubset(_ABOUT_THE_PERSON)


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


def _tells(entry: _Entry) -> bool:
    """Whether a story is under way: a line of it may begin like a label."""
    return entry.field.kind == "text" and entry.begun


def _goes_on(entry: _Entry, line: Line) -> bool:
    """Whether a line without a label belongs to the field above it."""
    if entry.field.kind == "text":
        return entry.length < LONGEST_VALUE
    if not line.text:
        return False
    if entry.begun:
        return entry.long and not entry.blanks  # the rest of a line that a mail program broke
    # The value typed below its label; across an empty line only where the label is quoted and the value is not.
    return not entry.blanks or (entry.blanks <= 2 and entry.quoted and not line.quoted)
