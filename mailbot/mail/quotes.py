"""Decides which words of a body are new, which were quoted from an earlier mail, and which are a signature.

Must never lose a line: each is in `new`, `quoted` or `signature`. Text between or below quotes is new too, and a list
or a price with '>' in it is nobody's quote. Where the lines of another mail begin is decided by `boundaries`, what a
signature is by `signatures`. RFC 3676 4.3 (signature delimiter) and 4.5 (quote marks).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from mailbot.mail import glued, signatures
from mailbot.mail.answers_inside import answers_inside
from mailbot.mail.attributions import VERB
from mailbot.mail.boundaries import boundary, is_quoted
from mailbot.mail.model import Words

NEW, QUOTED, APART = "new", "quoted", "apart"
LINES_MAX = 2_000  # looked at closely, each costs some 0.1 ms; a long thread of replies has 1,000
_BELOW = 4  # lines below an attribution among which its quote begins
_ABOVE = 30  # lines above a quote in which somebody says that the answers stand in it
_WRAPPED = 66  # characters of a quoted line that a program may have broken
_ORPHAN_WORDS = 3
# Marks other than '>' (RFC 3676 4.5 knows no other): a bar, or the writer's initials as The Bat! puts them.
_BAR = re.compile(r"^\s{0,3}\|(?:\s|$)(?![^|]*\|)")
_INITIALS = re.compile(r"^\s{0,3}[A-Z]{1,3}> ?")
# Somebody who numbers or compares: ">30 degrees", "> £20". Alone in a mail it is no quote.
_COMPARED = re.compile(r"^\s{0,3}>\s{0,2}[£$€¥]?\d")
# A link that stands in quoted words, put on a line of its own with the mark behind it.
_BROKEN_LINK = re.compile(r"[<(]https?://[^\s<>()]{1,600}[>)] ?>")
_SAYS = re.compile(
    r"\b(?:wrote|writes|said|says|say|written|quote|quoted|question|questions|asked|answer|answers|reply"
    r"|replied|schrieb\w*|schreiben|sagte\w*|frag\w*|écri\w+|dit|dites|question|escrib\w+|dijo|dice"
    r"|pregunt\w+|scri\w+|ha detto|chiest\w+|escrev\w+|disse|pergunt\w+)\b|写|说|問|问",
    re.IGNORECASE,
)


def split(text: str) -> Words:
    """The body cut into what the sender wrote now, what was quoted, and what is signature, law or program."""
    each = marked(text)
    kept = {kind: "\n".join(line for line, mark in each if mark == kind) for kind in {mark for _, mark in each}}
    return Words(*(kept.get(kind, "").strip("\n") for kind in (NEW, QUOTED, APART)))


def lines(text: str) -> list[tuple[str, bool]]:
    """Every line of the body in its place, and whether it is not new: answers are often written between quotes."""
    return [(line, mark != NEW) for line, mark in marked(text)]


@lru_cache(maxsize=4)  # the words, the forward and the form of one mail are read one after the other
def marked(text: str) -> tuple[tuple[str, str], ...]:
    """Every line of the body in its place, and what it is: NEW, QUOTED, or APART (a signature, the law, a program)."""
    each = text.split("\n")
    each[:LINES_MAX] = glued.parted(each[:LINES_MAX])
    return tuple(zip(each, _marks(each), strict=True))


def _marks(lines: Sequence[str]) -> list[str]:
    """For each line what it is; in a mail that is a book, the lines below LINES_MAX by their quote marks alone."""
    marks = _looked_at(lines[:LINES_MAX])
    below = QUOTED if marks[-1] == QUOTED and not is_quoted(lines[len(marks) - 1]) else NEW
    return [*marks, *(QUOTED if is_quoted(line) else below for line in lines[len(marks) :])]


def _looked_at(lines: Sequence[str]) -> list[str]:
    """For each line what it is: first what is quoted, then what in each new stretch is a signature."""
    marks = [NEW] * len(lines)
    marked = _marked(lines)
    at, attributed = 0, False
    while at < len(lines):
        end, sure = _quoted_until(lines, at, marked)
        attributed = attributed or sure
        marks[at:end] = [QUOTED] * (end - at)
        at = max(end, at + 1)
    if not attributed:
        _give_back(lines, marks)
    _take_orphans(lines, marks)
    _return_answers(lines, marks)
    for start, end in _stretches(marks):
        for number in signatures.apart(lines[start:end]):
            marks[start + number] = APART
    return marks


def _marked(lines: Sequence[str]) -> list[bool]:
    """For each line whether it carries a quote mark: '>', or a bar or initials that more than one line carries."""
    marked = [is_quoted(line) for line in lines]
    initials = {
        at: found[0].strip() for at, line in enumerate(lines) if ">" in line and (found := _INITIALS.match(line))
    }
    common = {each for each, count in Counter(initials.values()).items() if count > 1}
    for at, each in initials.items():
        marked[at] = marked[at] or each in common
    barred = {at for at, line in enumerate(lines) if "|" in line and _BAR.match(line)}
    for at in barred:
        above = at > 0 and lines[at - 1].rstrip().endswith(":")
        marked[at] = marked[at] or above or at - 1 in barred or at + 1 in barred
    return marked


def _quoted_until(lines: Sequence[str], at: int, marked: Sequence[bool]) -> tuple[int, bool]:
    """Where the quoted stretch that begins at this line ends (`at` itself: none begins), and if a boundary says so."""
    if marked[at]:
        return at + 1, False
    found = boundary(lines, at)
    if found is None:
        return at, False
    if found.kind == "ours":
        return len(lines), True
    if _quote_follows(lines, found.end, marked):
        return found.end, True
    return (len(lines), True) if found.sure else (at, False)


def _quote_follows(lines: Sequence[str], at: int, marked: Sequence[bool]) -> bool:
    """Whether quoted lines stand right below: then what comes after them is new again."""
    return next((marked[n] for n in range(at, min(at + _BELOW, len(lines))) if lines[n].strip()), False)


def _give_back(lines: Sequence[str], marks: list[str]) -> None:
    """Where nothing says whose words are quoted, a list under "Two things are wrong:" or one figure is the sender's."""
    runs = _stretches(marks, QUOTED)
    for start, end in runs:
        above = next((n for n in range(start - 1, -1, -1) if lines[n].strip()), -1)
        intro = lines[above].strip() if above >= 0 and marks[above] == NEW and start - above <= 2 else ""
        listed = intro.endswith((":", "：")) and not (_SAYS.search(intro) or VERB.search(intro))
        compared = len(runs) == 1 and end - start <= 2 and all(_COMPARED.match(line) for line in lines[start:end])
        if listed or compared:
            marks[start:end] = [NEW] * (end - start)


def _take_orphans(lines: Sequence[str], marks: list[str]) -> None:
    """The last words of a quoted line that a program broke without repeating the mark."""
    for at in range(1, len(lines) - 1):
        above, line, below = lines[at - 1].rstrip(), lines[at], lines[at + 1]
        inside = marks[at - 1] == marks[at + 1] == QUOTED and marks[at] == NEW and is_quoted(above) and is_quoted(below)
        if inside and (_BROKEN_LINK.fullmatch(line.strip()) or _is_rest_of_link(above, line)):
            marks[at] = QUOTED
        if not inside or len(above) < _WRAPPED or above.endswith((".", "?", "!", ":", ";")):
            continue
        goes_on = (
            below.lstrip("> ")[:1].islower() and line[:1].islower() and not line.rstrip().endswith((".", "!", "?"))
        )
        if goes_on and len(line.split()) <= _ORPHAN_WORDS:
            marks[at] = QUOTED


def _return_answers(lines: Sequence[str], marks: list[str]) -> None:
    """The answers that somebody announces above a quote and writes into it."""
    first = next((at for at, mark in enumerate(marks) if mark == QUOTED), len(marks))
    unmarked = [at for at in range(first, len(marks)) if marks[at] == QUOTED and not is_quoted(lines[at])]
    if first and unmarked:
        for at in answers_inside(lines, "\n".join(lines[max(first - _ABOVE, 0) : first]), unmarked):
            marks[at] = NEW


def _is_rest_of_link(above: str, line: str) -> bool:
    """Whether the line is what a program broke off a link in brackets."""
    opened = above.rfind("(http")
    return opened >= 0 and ")" not in above[opened:] and " " not in line.strip() and line.rstrip().endswith(")")


def _stretches(marks: Sequence[str], kind: str = NEW) -> list[tuple[int, int]]:
    """Where lines of one kind stand together."""
    found: list[tuple[int, int]] = []
    start = None
    for at, mark in enumerate([*marks, ""]):
        if mark == kind and start is None:
            start = at
        elif mark != kind and start is not None:
            found.append((start, at))
            start = None
    return found
