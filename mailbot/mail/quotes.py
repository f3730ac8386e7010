"""Decides which words of a body are new and which were quoted from an earlier mail.

Must never lose a line: each is in `new` or in `quoted`. Text below or between quotes is new too.
Signatures and "Sent from my phone" are not the sender's words now, so they go with what was quoted.
RFC 3676 4.3 (signature delimiter) and 4.5 (quote marks); the rest is the table in `boundaries`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail.boundaries import boundary, is_quoted
from mailbot.mail.model import Words

SIGNATURE_LINES_MAX = 15
_PHONE = re.compile(
    r"^(?:sent from (?:my |yahoo|outlook|mail for|samsung|proton|the all)|sent via |get outlook for "
    r"|von meinem .{1,40} gesendet|gesendet (?:mit|von) |envoyé (?:de|depuis|à partir)"
    r"|enviado (?:desde|do|a partir|con) |inviato d(?:a|al) "
    r"|verzonden (?:vanaf|met|vanuit) |wysłane? z |obter o outlook|obtener outlook|télécharger outlook"
    r"|发自我的|從我的|从我的|发送自我的)",
    re.IGNORECASE,
)
_PHONE_LINE_MAX = 90


def split(text: str) -> Words:
    """The body cut into what the sender wrote now and what was quoted."""
    told_apart = lines(text)
    new = "\n".join(line for line, old in told_apart if not old)
    rest = "\n".join(line for line, old in told_apart if old)
    return Words(new=new.strip("\n"), quoted=rest.strip("\n"))


def lines(text: str) -> list[tuple[str, bool]]:
    """Every line of the body in its place, and whether it was quoted: answers are often written between."""
    each = text.split("\n")
    return list(zip(each, _marks(each), strict=True))


def _marks(lines: Sequence[str]) -> list[bool]:
    """For each line whether it is quoted."""
    quoted = [False] * len(lines)
    at = 0
    while at < len(lines):
        end = _quoted_until(lines, at)
        for number in range(at, end):
            quoted[number] = True
        at = max(end, at + 1)
    return quoted


def _quoted_until(lines: Sequence[str], at: int) -> int:
    """Where the quoted stretch that begins at this line ends; `at` itself where none begins."""
    line = lines[at]
    if is_quoted(line) or (_PHONE.match(line.strip()) and len(line) <= _PHONE_LINE_MAX):
        return at + 1
    if line.rstrip() == "--":
        return _signature_end(lines, at)
    found = boundary(lines, at)
    if found is None:
        return at
    if found.kind == "ours":
        return len(lines)
    if _quote_follows(lines, found.end):
        return found.end
    return len(lines) if found.sure else at


def _quote_follows(lines: Sequence[str], at: int) -> bool:
    """Whether quoted lines stand right below: then what comes after them is new again."""
    return next((is_quoted(line) for line in lines[at : at + 4] if line.strip()), False)


def _signature_end(lines: Sequence[str], at: int) -> int:
    """The end of a signature: the next quote or the end of the mail; a long text below '--' is no signature."""
    said = 0
    for number in range(at + 1, len(lines)):
        if is_quoted(lines[number]) or boundary(lines, number):
            return number
        said += bool(lines[number].strip())
        if said > SIGNATURE_LINES_MAX:
            return at
    return len(lines)
