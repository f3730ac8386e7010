"""Decides where in a body somebody else's words begin: a mark, a header block, or an attribution.

Must never see a mark in a person's own sentence on one weak sign. The marks and blocks are in `header_blocks`, the
lines like "On 1 May Jane wrote:" in `attributions`, those of few programs in `rare_attributions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.mail.attributions import attribution, is_dated
from mailbot.mail.attributions import is_quoted as is_quoted
from mailbot.mail.header_blocks import LINE_MAX, header_block, separator
from mailbot.mail.header_blocks import Boundary as Boundary
from mailbot.mail.header_blocks import unquoted as unquoted
from mailbot.mail.header_fields import header_fields as header_fields
from mailbot.mail.rare_attributions import rare_attribution


def boundary(lines: Sequence[str], at: int) -> Boundary | None:
    """The boundary that begins at this line, if one does."""
    line = lines[at].strip()
    if not line or len(line) > LINE_MAX:
        return None
    return separator(lines, at) or header_block(lines, at) or _attribution(lines, at) or _told_twice(lines, at)


def _told_twice(lines: Sequence[str], at: int) -> Boundary | None:
    """An attribution without a colon right above a header block that says the same (T-Online's telephone program)."""
    if not is_dated(lines[at].strip()):
        return None
    below = next((n for n in range(at + 1, min(at + 3, len(lines))) if lines[n].strip()), None)
    block = header_block(lines, below) if below is not None else None
    return replace(block, start=at) if block else None


def _attribution(lines: Sequence[str], at: int) -> Boundary | None:
    """'On … wrote:', also when it was broken over a few lines."""
    found = attribution(lines, at) or rare_attribution(lines, at)
    return Boundary("attribution", found.start, found.end, found.said, {}, found.sure) if found else None
