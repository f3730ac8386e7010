"""Decides how lines that the sender's program broke are put together again (RFC 3676 4.1, 4.2, 4.5)."""

from __future__ import annotations

import re

_QUOTE = re.compile(r"(?:>[ ]?){0,50}")
_SIGNATURE = "-- "
LINES_MAX = 100_000  # a book has 10,000; more stay as they are


def joined(text: str, delete_space: bool) -> str:
    """The text with its soft line ends taken out; the signature's '-- ' stays alone."""
    if text.count("\n") > LINES_MAX:
        return text
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        mark = _QUOTE.match(line) if line.startswith(">") else None
        depth = mark.group().count(">") if mark else 0
        content = line[len(mark.group()) :] if mark and depth else line.removeprefix(" ")
        flowing = content.endswith(" ") and content != _SIGNATURE
        said = content[:-1] if flowing and delete_space else content
        if depth == open_depth and content != _SIGNATURE and lines:
            lines[-1].append(said)
        else:
            lines.append(["> " * depth, said])
        open_depth = depth if flowing else -1
    return "\n".join("".join(pieces) for pieces in lines)
