"""How things look on a terminal: a few named styles, a width. click takes the colours out where none are wanted.

What a line says is decided elsewhere; nothing here knows a case.
"""

from __future__ import annotations

import shutil
from typing import Any

import click

# Never colour alone: each of these stands beside a word or a sign that says the same.
STYLES: dict[str, dict[str, Any]] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "doubt": {"fg": "yellow"},
    "quiet": {"dim": True},
    "strong": {"bold": True},
    "inward": {"fg": "cyan"},
    "outward": {"fg": "magenta"},
}
NARROW, WIDE = 40, 110  # columns: below, tables break anyway; above, lines are hard to read


def paint(text: str, style: str) -> str:
    """The text in a named style ('' = as it is)."""
    return click.style(text, **STYLES[style]) if style else text


def width() -> int:
    """Columns to write in."""
    return max(NARROW, min(WIDE, shutil.get_terminal_size((80, 24)).columns))
