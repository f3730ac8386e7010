"""The lines of one mail, one after the other: which field each belongs to, and where its value stood.

Decides what is a label here and now: a sign weaker than a colon counts only in a form, a line of a story may begin
like a label, a signature's "Phone:" is none. Never takes an older form of somebody else for the sender's: of forms
quoted one in the other the newest is theirs, and one further down that names another person is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mailbot.cases import form_labels, form_lines
from mailbot.cases.form_labels import COLON, GAP, NEXT, Label
from mailbot.cases.form_lines import Line, Sheet
from mailbot.cases.form_values import LONGEST_VALUE, could_be, means_a_choice
from mailbot.process.model import Field, Process

ABOUT_THE_PERSON = ("name", "email", "phone", "contact")  # in every signature, so no proof of a form
_FORM_LABELS = 3  # a signature rarely has as many
_COLONS_FIRST = 2  # labels with their colon that a mail needs before labels without one count
_SIGNATURE_LINES = 10  # below a sign-off, in which a number is the signature's
# The first line of an older mail that a program quotes without marks, in the languages of customers.
_HEADER = re.compile(r"[*\s]{0,4}(?:from|von|de|da|发件人|寄件者|寄件人|發件人)[*\s]{0,3}[:：]\s?\S", re.IGNORECASE)
_BULLET = re.compile(r"^[•·▪◦*\-–—]\s{1,4}\S")

# Where a value stood, best first: typed now, in the quoted form, in a letter's list of what we know, behind a hint.
WRITTEN, QUOTED, LISTED, BEHIND_HINT = range(4)
Segment = tuple[int, int]  # a form among several in one mail: how deep it is quoted, and the how manieth there
TYPED: Segment = (-1, 0)


@dataclass(slots=True)
class Entry:
    """A label of the mail with the lines of its value."""

    field: Field
    rank: int
    quoted: bool  # where the label stood
    pieces: list[str]
    segment: Segment = TYPED
    length: int = 0
    blanks: int = 0  # empty lines since the label or the last piece
    long: bool = False  # its last line may have been broken by a mail program
    hinted: bool = False  # begun by our hint: the label may still come

    @property
    def begun(self) -> bool:
        return any(self.pieces)

    @property
    def tells(self) -> bool:
        """Whether a story is under way: a line of it may begin like a label."""
        return self.field.kind == "text" and self.begun

    def add(self, line: Line) -> None:
        self.pieces.append(line.text)
        self.length += len(line.text)
        self.long = line.long
        if line.text:
            self.blanks = 0
        if line.text and self.quoted and not line.quoted:
            self.rank = WRITTEN  # answered below the quoted label, as many do


@dataclass(frozen=True, slots=True)
class Survey:
    """Which labels stand anywhere among the new lines and among the quoted ones: what is a form, and what is not."""

    colons: dict[bool, frozenset[str]]
    told: dict[bool, frozenset[str]]  # those with a value right behind the colon
    forms: dict[bool, bool]
    by_line: dict[str, Label | None]

    def formal(self, quoted: bool) -> bool:
        """Whether the lines are a form, or answer one that is quoted."""
        return self.forms[quoted] or self.forms[True]

    def weak(self, quoted: bool) -> bool:
        """Whether labels count that have no colon."""
        return self.forms[quoted] or len(self.colons[True] | self.colons[False]) >= _COLONS_FIRST


def survey(lines: Sequence[Line], form: Sheet) -> Survey:
    """The labels of a mail, before any line of it is read."""
    named: dict[bool, set[str]] = {True: set(), False: set()}
    colons: dict[bool, set[str]] = {True: set(), False: set()}
    told: dict[bool, set[str]] = {True: set(), False: set()}
    by_line = {line.text: form_labels.label(line.text, form.known) for line in lines if line.text and not line.of}
    for line in lines:
        found = by_line.get(line.text) if not line.of and not line.apart else None
        if found:
            each = [label.field.id for label in form_labels.several(found, form.known)]
            named[line.quoted].update(each)
            colons[line.quoted].update(each if found.by == COLON else ())
            told[line.quoted].update(each if found.by == COLON and found.value else ())
    return Survey(_frozen(colons), _frozen(told), {quoted: is_form(ids) for quoted, ids in named.items()}, by_line)


def _frozen(ids: dict[bool, set[str]]) -> dict[bool, frozenset[str]]:
    return {quoted: frozenset(each) for quoted, each in ids.items()}


def is_form(ids: set[str]) -> bool:
    """Whether these labels together are a form; those of a signature are all about the person."""
    return len(ids) >= _FORM_LABELS and not ids.issubset(ABOUT_THE_PERSON)


@dataclass(slots=True)
class Reader:
    """The lines of one mail, one after the other."""

    form: Sheet
    rules: Process
    there: Survey
    entries: list[Entry] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    current: Entry | None = None
    above: Line | None = None  # the line before
    signed: int = 0  # lines that may still belong to a signature
    restarts: dict[int, int] = field(default_factory=dict)  # forms begun anew, by depth

    def take(self, line: Line) -> None:
        """Take one line in."""
        self._cross(line)
        labels = self._labels(line)
        if line.of:
            self._open(Label(line.of, line.text, NEXT), line, BEHIND_HINT)
        elif labels:
            for each in labels:
                self._open(each, line, LISTED if line.listed else QUOTED if line.quoted else WRITTEN)
        elif line.apart:
            self.current = None
        elif self.current and form_lines.ends_form(line.text, self.form):
            self.current, self.signed = None, _SIGNATURE_LINES
        elif self.current and self._goes_on(self.current, line):
            self.current.add(line)
        elif not line.quoted:
            self.loose.append(line.text)
        if not line.text and self.current:
            self.current.blanks += 1
        self.signed -= 1 if line.text and self.signed else 0
        self.above = line

    def _cross(self, line: Line) -> None:
        """Notice where one mail ends and an older one begins."""
        if self.above and (self.above.quoted, self.above.depth) != (line.quoted, line.depth):
            self.signed = 0
        if self.current and line.quoted and (not self.current.quoted or line.depth > self.current.segment[0]):
            self.current = None  # nothing in an older mail goes on with what was typed above it
        if line.quoted and _HEADER.match(line.text):
            self.current, self.signed = None, 0
            self.restarts[line.depth] = self.restarts.get(line.depth, 0) + 1

    def _open(self, label: Label, line: Line, rank: int) -> None:
        self.current = Entry(
            label.field, rank, line.quoted, [label.value], self._segment(label, line), len(label.value), long=line.long
        )
        self.current.hinted = line.of is not None
        self.entries.append(self.current)
        if label.field.id not in ABOUT_THE_PERSON:
            self.signed = 0

    def _segment(self, label: Label, line: Line) -> Segment:
        """Which form the label belongs to; where the first label of one comes again, the next begins."""
        if not line.quoted:
            return TYPED
        here = (line.depth, self.restarts.get(line.depth, 0))
        ids = [each.field.id for each in self.entries if each.segment == here and each.rank != BEHIND_HINT]
        if not line.of and len(set(ids)) >= _FORM_LABELS and ids[0] == label.field.id:
            self.restarts[line.depth] = here[1] + 1
            return (line.depth, here[1] + 1)
        return here

    def _labels(self, line: Line) -> list[Label]:
        if not line.text or line.of:
            return []
        current = self.current
        if current and not current.begun and means_a_choice(current.field, line.text):
            return []  # "store" below "Where the garment is now:" is the answer, not the next label
        formal = self.there.formal(line.quoted)
        found = self.there.by_line.get(line.text)
        if found is None and formal and form_labels.may_part(line.text):
            found = form_labels.label(line.text, self.form.known, in_form=True)
        if found is None and formal and not line.apart and not (current and current.tells):
            found = form_labels.in_words(line.text, self.form.known, self.rules)
            if found and (line.quoted or found.field.id in self.there.told[False]):
                return []
            return [found] if found else []
        if found is None or not self._counts(found, line, formal):
            return []
        return list(form_labels.several(found, self.form.known))

    def _counts(self, found: Label, line: Line, formal: bool) -> bool:
        """Whether what looks like a label is one here."""
        id, story = found.field.id, self.current is not None and self.current.tells
        if line.apart and not self._adjoins(found):
            return False
        if self.signed and id in ABOUT_THE_PERSON:
            return False
        if story and self.current and self.current.hinted and self.current.field.id == id:
            return True
        if story and (self._has(id, line) or not (found.exact or formal)):
            return False  # "The price: I paid it last week" in a story, where the price was asked above
        if found.by == COLON:
            return formal or could_be(found.field, found.value)
        if not self.there.weak(line.quoted) or id in self.there.told[line.quoted]:
            return formal and found.by not in (GAP, NEXT) and could_be(found.field, found.value) and not story
        return could_be(found.field, found.value)

    def _adjoins(self, found: Label) -> bool:
        """Whether a line that seems to be a signature's stands right below a typed label: the form's last lines do."""
        above = self.above
        typed = above is not None and bool(above.text) and not above.quoted and self.current is not None
        return typed and found.by == COLON and not self.signed

    def _has(self, id: str, line: Line) -> bool:
        """Whether the field was asked or told already, where the story stands that is being read."""
        places = {line.quoted, self.current.quoted if self.current else line.quoted}
        return any(each.field.id == id and each.quoted in places for each in self.entries)

    def _goes_on(self, entry: Entry, line: Line) -> bool:
        """Whether a line without a label belongs to the field above it."""
        kind = entry.field.kind
        if kind == "text":
            return entry.length < LONGEST_VALUE
        if not line.text or kind == "files":
            return False
        if entry.begun:
            last = next((piece for piece in reversed(entry.pieces) if piece), "")
            listed = bool(_BULLET.match(last) and _BULLET.match(line.text))
            return (entry.long or listed) and not entry.blanks  # the rest of a line that a mail program broke
        # The value typed below its label; across an empty line where the label is quoted, as programs space them out.
        return not entry.blanks or (entry.quoted and entry.blanks <= (1 if line.quoted else 2))


def newest(told: Iterable[tuple[Entry, str]]) -> list[tuple[Entry, str]]:
    """The entries with their values, best first, without those of an older form that names somebody else."""
    found = list(told)
    people: dict[Segment, dict[str, str]] = {}
    for entry, value in found:
        if entry.quoted and entry.field.id in ("name", "email") and value:
            people.setdefault(entry.segment, {}).setdefault(entry.field.id, value.casefold())
    order = sorted(people)
    foreign = {each for each in order[1:] if _is_another(people[order[0]], people[each])}
    kept = [each for each in found if each[0].segment not in foreign]
    return sorted(kept, key=lambda each: (each[0].rank, each[0].segment))


def _is_another(newer: dict[str, str], older: dict[str, str]) -> bool:
    """Whether two forms are of two people: by their addresses, or else because no part of the names is the same."""
    if "email" in newer and "email" in older:
        return newer["email"] != older["email"]
    if "name" in newer and "name" in older:
        return not set(newer["name"].split()) & set(older["name"].split())
    return False
