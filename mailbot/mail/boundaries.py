"""Decides where in a body somebody else's words begin: a mark, a header block, or an attribution.

Must never see a mark in a person's own sentence on one weak sign. The marks and blocks are in `header_blocks`, the
lines like "On 1 May Jane wrote:" in `attributions`.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailbot.mail.attributions import attribution
from mailbot.mail.attributions import is_quoted as is_quoted
from mailbot.mail.header_blocks import LINE_MAX, header_block, separator
from mailbot.mail.header_blocks import Boundary as Boundary
from mailbot.mail.header_blocks import header_fields as header_fields
from mailbot.mail.header_blocks import unquoted as unquoted


def boundary(lines: Sequence[str], at: int) -> Boundary | None:
    """The boundary that begins at this line, if one does."""
    line = lines[at].strip()
    if not line or len(line) > LINE_MAX:
        return None
    return separator(lines, at) or header_block(lines, at) or _attribution(lines, at)


def _attribution(lines: Sequence[str], at: int) -> Boundary | None:
    """'On … wrote:', also when it was broken over a few lines."""
    found = attribution(lines, at)
    return Boundary("attribution", found.start, found.end, found.said, {}, found.sure) if found else None
