"""Decides where a program put an attribution on one line with the sender's last words, or with the words it quotes.

Must never cut a sentence that only mentions a day, nor an attribution itself: the second half has to be a whole
attribution with its day, time and address, or one above quoted lines. Looks at each line once, in bounded steps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail.attributions import LINES_MAX, SAID_MAX, Attribution, attribution, has_beginning, is_quoted

LINE_MAX = 2_000  # characters of a line in which an attribution is looked for
# With a capital behind other words: " On Wed, Apr 4, 2012", "--- On 4 May", " Am 04.05.2026", " Le lun. 4 mai".
_BEGINS = (
    r"(?:On|Am|Le|El|Il giorno|Il|Em|Op|Den|Dne|W dniu|Dnia|På) "
    r"(?:[^\W\d_]{2,10}[.,]{0,2} ){0,3}\d{1,4}\b"
)
_DIGIT = re.compile(r"\d")
_BEHIND = re.compile(rf"(?:(?<=\S) |-{{2,10}} ?)(?={_BEGINS})")
_AT_THE_START = re.compile(_BEGINS)
# The end of an attribution behind which the quoted words go on: "wrote: Dear Jane", "wrote:Dear Jane".
_SAID = re.compile(
    r"(?:\b(?:wrote|writes|a écrit|escribió|ha scritto|escreveu|skrev) ?|\b(?:schrieb|schreef) [^:]{3,150})"
    r"[:：](?= ?\S)",
    re.IGNORECASE,
)
_GLUED_MAX = 4  # places looked at in one line; a sentence with more days in it is a sentence
_ABOVE = 20  # lines in which the sender's words above are looked for
_BELOW = 3  # lines below the attribution among which its quote begins


def parted(lines: Sequence[str]) -> list[str]:
    """The lines, with each that holds an attribution and other words cut in two or three."""
    found: list[str] = []
    for at, line in enumerate(lines):
        if is_quoted(line) or not _may_hold(line):
            found.append(line)
            continue
        cut = _cut(lines, at)
        above = cut > 0 or any(each.strip() for each in lines[:at][-_ABOVE:])
        end = cut + _said_until(line[cut : cut + SAID_MAX], above=above)
        before = [line[:cut].rstrip(" -")] if cut else []
        found += [*before, *([line[cut:end], line[end:].strip()] if end > cut else [line[cut:]])]
    return found


def _may_hold(line: str) -> bool:
    """Whether an attribution may stand in the line: its day does."""
    if not _DIGIT.search(line):
        return False
    return _BEHIND.search(line, 0, LINE_MAX) is not None or _AT_THE_START.match(line) is not None


def _cut(lines: Sequence[str], at: int) -> int:
    """Where in this line the attribution begins, 0 where none does behind other words."""
    line = lines[at]
    for count, behind in enumerate(_BEHIND.finditer(line, 0, LINE_MAX)):
        if count == _GLUED_MAX:
            return 0
        before = line[: behind.start()].strip(" -_=*")
        if not before or (has_beginning(before + " ") and (len(before) < 4 or any(map(str.isdigit, before[:40])))):
            continue  # the beginning of the attribution itself: "El El vie, 3 de marzo"
        rest = line[behind.end() :]
        if _said_until(rest[:SAID_MAX], above=True):
            return behind.end()
        window = [rest, *lines[at + 1 : at + LINES_MAX + _BELOW]]
        said = attribution(window, 0)
        if said and (_is_whole(said) or any(map(is_quoted, window[said.end : said.end + _BELOW]))):
            return behind.end()
    return 0


def _said_until(rest: str, *, above: bool) -> int:
    """Where an attribution ends behind which the quoted words go on in the line, 0 where none does.

    It shows an address and other words stand above it, or not even a space follows, as no person types.
    """
    end = _SAID.search(rest)
    said = attribution([rest[: end.end()]], 0) if end else None
    if end is None or said is None or not said.sure:
        return 0
    return end.end() if (above and "@" in said.said) or not rest[end.end()].isspace() else 0


def _is_whole(said: Attribution) -> bool:
    return said.sure and "@" in said.said
