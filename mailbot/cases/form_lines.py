"""Decides what each line of a mail is to the form: a label (with what stands behind it), a hint of ours, or words.

Looks at text alone. Our own hints are never anybody's words, however a mail program broke them in two when it
quoted them (with or without a quote mark on the second half). A label may be misspelt, bold, numbered or shouted,
but "at 10:30" is none. Labels, aliases and hints are those of rules/form.yaml; bounded work for any line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from mailbot.cases.phrases import plain
from mailbot.mail import quotes
from mailbot.process.model import Field, Process

_MOST_TEXT = 200_000  # characters looked through: a hundred times the whole form
_MOST_LINES = 2_000  # the form has some thirty lines; the rest of a hostile mail is not searched for labels
_LONGEST_LINE = 10_000
_QUOTE_MARKS = re.compile(r"^[\s>|]{0,40}")
_BULLET = re.compile(r"^[•·]\s?")
_LABEL_LINE = re.compile(r"^(?:\d{1,2}[.)]\s)?[\s*_•·\-]{0,6}([^:：]{2,60}?)[\s*_]{0,4}[:：][\s*_|]{0,8}(.*)$")
# A label whose colon was lost: a dash, a bar or a gap stands for it.
_GAP_LINE = re.compile(
    r"^[\s*_•·\-]{0,6}(\S[^:：|\t=]{1,58}?)(?:\s{0,4}[|\t=]\s{0,4}|\s{1,4}[-–—]\s{1,4}|\s{3,40})(\S.*)$"
)
_PARENTHESIS = re.compile(r"\s?\([^()]{0,60}\)$")
_ABOUT_MINE = re.compile(r"^(?:my|the|our)\s")
_NO_LETTER = re.compile(r"[\W_]+")
_LABEL_LIKENESS = 84  # of 100: one letter lost or two swapped in a short label
_SHORTEST_FUZZY = 4  # letters; "tel" and "sex" are too near each other
_HINT_LINES = 4  # a hint of one line is broken into no more, however narrow the window
_SURE_HINT = 40  # letters from the beginning of a hint that nobody writes by chance
_SURE_END = 12  # characters of the line below the form that tell it from other words
_SIGN_OFFS = frozenset((
    "kind regards", "best regards", "warm regards", "regards", "best wishes", "yours sincerely", "sincerely",
    "yours faithfully", "many thanks", "with thanks",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its quote marks. `of`: the field whose hint it was written behind."""

    text: str
    quoted: bool
    listed: bool  # as our letters list what we know already: "• Garment: coat"
    long: bool  # so long that a mail program may have broken it here
    of: Field | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form looks like: its labels, the shown ones, its hints by their letters, and what follows below it."""

    labels: Mapping[str, Field]
    shown: Mapping[str, Field]
    hints: Mapping[str, Field]
    ends: tuple[str, ...]


@lru_cache(maxsize=4)
def sheet(rules: Process) -> Sheet:
    """The form of the rule files."""
    labels = {plain(label): field for field in rules.form for each in field.labels.values() for label in each}
    shown = {plain(each[0]): field for field in rules.form for each in field.labels.values() if each}
    hints = {_letters(hint): field for field in rules.form for hint in field.hints.values()}
    return Sheet(labels, shown, hints, tuple(_ends(rules)))


def lines(text: str, form: Sheet) -> list[Line]:
    """The lines of a mail in their order, without our own hints."""
    told_apart = quotes.lines(text[:_MOST_TEXT])[:_MOST_LINES]
    return list(_without_hints([_line(line, quoted) for line, quoted in told_apart], form))


def label(line: str, form: Sheet) -> tuple[Field | None, str]:
    """The field whose label the line begins with, and what stands behind the colon."""
    found = _LABEL_LINE.match(line)
    return (_named(found[1], form), _value(found[2])) if found else (None, "")


def bare_label(line: str, form: Sheet) -> tuple[Field | None, str]:
    """The field of a label that lost its colon: alone on its line, before a gap or dash, or one of several words."""
    folded = plain(line[:400]).strip(" *_")
    alone = form.shown.get(folded)
    if alone:
        return alone, ""
    gap = _GAP_LINE.match(line[:_LONGEST_LINE])
    field = form.labels.get(_bare(gap[1])) if gap else None
    if gap and field:
        return field, _value(gap[2])
    for shown, of in form.shown.items():
        if " " in shown and folded.startswith(f"{shown} "):
            return of, _value(line.strip(" *_")[len(shown) :])
    return None, ""


def ends_form(line: str, form: Sheet) -> bool:
    """Whether the line is what stands below a form: the next words of our letter, or somebody's sign-off."""
    folded = plain(line[:400])
    return folded.startswith(form.ends) or folded.strip(" ,.!*") in _SIGN_OFFS


def _line(line: str, quoted: bool) -> Line:
    text = _QUOTE_MARKS.sub("", line[:_LONGEST_LINE]).strip()
    return Line(text, quoted, bool(_BULLET.match(text)), len(line) >= 55)


def _value(text: str) -> str:
    return text.strip().strip("|").strip()


def _bare(name: str) -> str:
    return plain(name).strip(" *_")


def _named(name: str, form: Sheet) -> Field | None:
    said = _bare(name)
    for spelling in (said, _PARENTHESIS.sub("", said), _ABOUT_MINE.sub("", said)):
        if spelling in form.labels:
            return form.labels[spelling]
    if len(said) < _SHORTEST_FUZZY:
        return None
    near = process.extractOne(said, list(form.labels), scorer=fuzz.ratio, score_cutoff=_LABEL_LIKENESS)
    return form.labels[near[0]] if near else None


def _ends(rules: Process) -> Iterator[str]:
    """How the first line below the form begins, in every letter that carries one."""
    for card in (card for languages in rules.letters.values() for card in languages.values() if card.form):
        below = card.body.partition("{{ form }}")[2].strip()
        begun = plain(below.partition("{")[0].partition("\n")[0]).strip(" *")[:20]
        if len(begun) >= _SURE_END:
            yield begun


def _letters(text: str) -> str:
    """Letters and digits alone: a hint is the same with other quotes, brackets, stars or line ends."""
    return _NO_LETTER.sub("", plain(text))


def _without_hints(found: Sequence[Line], form: Sheet) -> Iterator[Line]:
    at = 0
    while at < len(found):
        taken, behind = _hint_at(found, at, form)
        if behind:
            yield behind
        elif not taken:
            yield found[at]
        at += taken or 1


def _hint_at(found: Sequence[Line], at: int, form: Sheet) -> tuple[int, Line | None]:
    """How many lines from here on are a hint of ours, and what somebody wrote behind it on the same line."""
    text = found[at].text
    said = _letters(text) if text else ""
    if not said:
        return 0, None
    near = ((hint, of) for hint, of in form.hints.items() if hint.startswith(said) or said.startswith(hint))
    for hint, field in near:
        if said == hint or _joined(found, at, said, hint):
            return _joined(found, at, said, hint) or 1, None
        if said.startswith(hint):
            return 1, replace(found[at], text=_behind(text, hint), of=field)
    return int(_is_fragment(text, said, form)), None


def _joined(found: Sequence[Line], at: int, said: str, hint: str) -> int:
    """How many lines together are the hint; 0 where they are not."""
    for count, line in enumerate(found[at + 1 : at + _HINT_LINES], start=2):
        if not said or not hint.startswith(said):
            return 0
        said += _letters(line.text)
        if said == hint:
            return count
    return 0


def _is_fragment(text: str, said: str, form: Sheet) -> bool:
    """Whether the line is a piece of a hint whose other half is lost: its bracket, or its length, gives it away."""
    opened, closed = text.startswith("("), text.endswith(")")
    if opened and not closed and len(said) >= 4:
        return any(hint.startswith(said) for hint in form.hints)
    if closed and "(" not in text and len(said) >= 4:
        return any(hint.endswith(said) for hint in form.hints)
    return len(said) >= _SURE_HINT and any(hint.startswith(said) for hint in form.hints)


def _behind(text: str, hint: str) -> str:
    """What of the line stands behind the hint at its beginning."""
    left = len(hint)
    for position, character in enumerate(text):
        if left == 0:
            return text[position:].lstrip(" )].:：-–—*_")
        left -= len(_letters(character))
    return ""
