"""Decides what each line of a mail is to the form: whose it is, how deep in the quote, and whether a hint of ours.

Looks at text alone. Our own hints are never anybody's words, however a mail program broke them in two when it
quoted them (with or without a quote mark on the second half); a hint begins its field, so what is typed between the
two answers it. What a line's label is, `form_labels` decides. Bounded work for any line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mailbot.cases import form_labels
from mailbot.cases.form_labels import letters
from mailbot.cases.phrases import plain
from mailbot.mail import closings, quotes
from mailbot.process.model import Field, Process

_MOST_TEXT = 200_000  # characters looked through: a hundred times the whole form
_MOST_LINES = 2_000  # the form has some thirty lines; the rest of a hostile mail is not searched for labels
_LONGEST_LINE = 10_000
_QUOTE_MARKS = re.compile(r"^[\s>|]{0,40}")
_BULLETS = ("•", "·")
_AFTER_HINT = " )）].。:：-–—*_\n"
_NO_LETTER_ASCII = "".join(sign for sign in map(chr, range(128)) if not sign.isalnum())
_HINT_LINES = 4  # a hint of one line is broken into no more, however narrow the window
_SURE_HINT = 40  # letters from the beginning of a hint that nobody writes by chance
_SURE_END = 12  # characters of the line below the form that tell it from other words
_HINT_START = 4  # letters by which a hint is looked for


class Line(NamedTuple):
    """One line without its quote marks. `of`: the field whose hint it was; the text is what was written behind it."""

    text: str
    quoted: bool
    listed: bool  # as our letters list what we know already: "• Garment: coat"
    long: bool  # so long that a mail program may have broken it here
    of: Field | None = None
    apart: bool = False  # in a signature, or what a program adds below it
    depth: int = 0  # quote marks before it


Hints = tuple[tuple[str, Field], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form looks like: its labels, its hints by their letters, and what follows below it."""

    labels: Mapping[str, Field]
    known: form_labels.Labels
    hints: Mapping[str, Field]
    starts: Mapping[str, Hints]  # those that may begin so, the longest first
    ends: tuple[str, ...]


@lru_cache(maxsize=4)
def sheet(rules: Process) -> Sheet:
    """The form of the rule files."""
    labels = {plain(label): field for field in rules.form for each in field.labels.values() for label in each}
    hints = {letters(hint): field for field in rules.form for hint in field.hints.values()}
    begun = {hint[:count] for hint in hints for count in range(1, _HINT_START + 1)}
    longest = sorted(hints.items(), key=lambda each: -len(each[0]))
    starts = {start: tuple(each for each in longest if _begin_alike(each[0], start)) for start in begun}
    return Sheet(labels, form_labels.labels(rules), hints, starts, tuple(_ends(rules)))


def _begin_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def lines(text: str, form: Sheet) -> list[Line]:
    """The lines of a mail in their order, without our own hints."""
    told_apart = quotes.marked(text[:_MOST_TEXT])[:_MOST_LINES]
    return list(_without_hints([_line(line, mark) for line, mark in told_apart], form))


def without_hint(value: str, form: Sheet) -> str:
    """A value less the hint of ours that stands before it, as some copy it behind the colon."""
    if len(value) < _HINT_START or letters(value[:12])[:_HINT_START] not in form.starts:
        return value
    said = letters(value)
    hint = next((hint for hint in form.hints if said.startswith(hint)), "")
    return _behind(value, hint) if hint else value


def ends_form(line: str, form: Sheet) -> bool:
    """Whether the line is what stands below a form: the next words of our letter, or somebody's sign-off."""
    return closings.is_closing(line) or plain(line[:400]).startswith(form.ends)


def _line(line: str, mark: str) -> Line:
    marks = None if line[:1].isalnum() else _QUOTE_MARKS.match(line[:_LONGEST_LINE])
    before = marks.group() if marks else ""
    text = line[len(before) : _LONGEST_LINE].strip()
    quoted = mark == quotes.QUOTED
    depth = before.count(">") if quoted else 0
    return Line(text, quoted, text.startswith(_BULLETS), len(line) >= 55, None, mark == quotes.APART, depth)


def _ends(rules: Process) -> Iterator[str]:
    """How the first line below the form begins, in every letter that carries one."""
    for card in (card for languages in rules.letters.values() for card in languages.values() if card.form):
        below = card.body.partition("{{ form }}")[2].strip()
        begun = plain(below.partition("{")[0].partition("\n")[0]).strip(" *")[:20]
        if len(begun) >= _SURE_END:
            yield begun


def _without_hints(found: Sequence[Line], form: Sheet) -> Iterator[Line]:
    at = 0
    while at < len(found):
        taken, hint = _hint_at(found, at, form)
        if hint:
            yield hint
        elif not taken:
            yield found[at]
        at += taken or 1


def _hint_at(found: Sequence[Line], at: int, form: Sheet) -> tuple[int, Line | None]:
    """How many lines from here on are a hint of ours, and whose, with what somebody wrote behind it."""
    text = found[at].text
    said = letters(text) if text else ""
    if not said:
        return 0, None
    near = form.starts.get(said[:_HINT_START], ())
    for hint, field in near:
        if said.startswith(hint):
            return 1, found[at]._replace(text=_behind(text, hint), of=field)
        count = _joined(found, at, said, hint)
        if count:
            return count, found[at]._replace(text="", of=field)
    return int(_is_fragment(text, said, near, form)), None


def _joined(found: Sequence[Line], at: int, said: str, hint: str) -> int:
    """How many lines together are the hint; 0 where they are not."""
    for count, line in enumerate(found[at + 1 : at + _HINT_LINES], start=2):
        if not said or not hint.startswith(said):
            return 0
        said += letters(line.text)
        if said == hint:
            return count
    return 0


def _is_fragment(text: str, said: str, near: Hints, form: Sheet) -> bool:
    """Whether the line is a piece of a hint whose other half is lost: its bracket, or its length, gives it away."""
    opened, closed = text.startswith("("), text.endswith(")")
    if opened and not closed and len(said) >= 4:
        return any(hint.startswith(said) for hint, _ in near)
    if closed and "(" not in text and len(said) >= 4:
        return any(hint.endswith(said) for hint in form.hints)
    return len(said) >= _SURE_HINT and any(hint.startswith(said) for hint, _ in near)


def _behind(text: str, hint: str) -> str:
    """What of the text stands behind the hint at its beginning."""
    if text.isascii() and letters(text) == hint:  # as most often: nothing, or a bracket
        return text[len(text.rstrip(_NO_LETTER_ASCII)) :].lstrip(_AFTER_HINT)
    left = len(hint)
    for position, character in enumerate(text):
        if left == 0:
            return text[position:].lstrip(_AFTER_HINT)
        left -= character.isalnum() if character.isascii() else len(letters(character))
    return ""
