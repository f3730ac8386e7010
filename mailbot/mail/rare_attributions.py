"""Decides where a reply says whose words it quotes in the shapes of few programs: without a colon, without an address,
or broken at every bracket.

Must never take a person's own sentence for one: each shape needs a date and a time as programs write them, and stands
alone in its paragraph, or counts only where quoted lines stand right below. Looks at a few short lines at a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail.attributions import LINE_MAX, SAID_MAX, Attribution, is_dated, judged, seen

_BROKEN_LINES = 6  # "On …, Jane", "", "<", "mailto:Jane <jane@example.com>", "> wrote:"
# "2013/7/20 Jane Doe <jane@example.com>", as Gmail wrote it until 2014; a colon was not always there.
_DATE_AND_NAME = re.compile(
    r"\d{4}[/-]\d{1,2}[/-]\d{1,2}(?: \d{1,2}:\d{2}(?: GMT[+-]\d\d:?\d\d)?)? "
    r"[^<>@:]{1,80} < ?[^<>@\s]{1,64}@[^<>@\s]{1,255}>"
)
_DATE_AND_NAME_ALONE = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d [^\W\d_][^<>@:]{0,80}")
_NO_COLON = re.compile(r"(?:wrote|a écrit|escribió|schrieb|ha scritto|escreveu|schreef)$", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}:\d{2}(?: [+-]\d{4})?$")  # "On Mon, 4 May 2026 10:05:00 +0000" and no more
_WORDS_OF_A_DATE = 7
_SENT = re.compile(r"[>@]\S{0,255} sent:$", re.IGNORECASE)


def rare_attribution(lines: Sequence[str], at: int) -> Attribution | None:
    """The attribution of a rarer shape that begins at this line."""
    first = seen(lines[at][: LINE_MAX + 1])
    if not first or len(first) > LINE_MAX or not any(map(str.isdigit, first[:40])):
        return None
    for end in (at + 1, at + 2):
        said = seen(" ".join(line[: LINE_MAX + 1] for line in lines[at:end]))
        if _DATE_AND_NAME.fullmatch(said):
            return Attribution(at, end, said, False)
    alone = _stands_alone(lines, at)
    if alone and _DATE_AND_NAME_ALONE.fullmatch(first):
        return Attribution(at, at + 1, first, True)
    if _CLOCK.search(first) and is_dated(first) and len(first.split()) <= _WORDS_OF_A_DATE:
        return Attribution(at, at + 1, first, False)
    if _SENT.search(first) and is_dated(first):
        return Attribution(at, at + 1, first, False)
    if alone and "@" in first and _NO_COLON.search(first) and is_dated(first):
        return judged(first, at, at + 1)
    return _broken(lines, at, first)


def _stands_alone(lines: Sequence[str], at: int) -> bool:
    return (at == 0 or not lines[at - 1].strip()) and (at + 1 >= len(lines) or not lines[at + 1].strip())


def _broken(lines: Sequence[str], at: int, first: str) -> Attribution | None:
    """The lines of Polymail's plain text, which puts the brackets round the address on lines of their own."""
    below = [seen(line[: SAID_MAX + 1]) for line in lines[at + 1 : at + _BROKEN_LINES]]
    opened = next((number for number, line in enumerate(below) if line), len(below))
    if below[opened : opened + 1] != ["<"] or not is_dated(first):
        return None
    for number in range(opened + 1, len(below)):
        line = below[number]
        if line.startswith(">") and line.endswith(":"):
            return judged(" ".join(filter(None, (first, *below[: number + 1]))), at, at + 2 + number)
    return None
