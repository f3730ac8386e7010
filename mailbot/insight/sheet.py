"""A page for people as a value: lines of words in named styles, and tables. Pure.

What a line says is decided by whoever makes it; how wide it is, which colours it has and that nothing hostile in it
reaches the terminal is for `mailbot.terminal`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LABEL = 12  # columns for the label of a line


@dataclass(frozen=True, slots=True)
class Bit:
    """Words in one style, a key of `terminal.STYLES` ('' = plain)."""

    text: str
    style: str = ""


Words = tuple[Bit, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, wrapped with a hanging indent where it is long.

    label: stands at the indent, its words `gap` columns behind it.
    """

    words: Words = ()
    indent: int = 0
    label: Bit | None = None
    gap: int = LABEL


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    least: columns that it keeps however narrow the terminal is; 0 = as many as it needs. cut: where there is no room,
    the end of a cell is left out instead of wrapped.
    """

    title: str
    least: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. Where they do not fit side by side, the widest columns are wrapped."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Words, ...], ...] = ()
    indent: int = 0


BLANK = Line()


def words(*parts: str | Bit | Words) -> Words:
    """Words out of plain and styled ones; empty ones left out."""
    return tuple(bit for part in parts for bit in _bits(part) if bit.text)


def line(*parts: str | Bit | Words, indent: int = 0) -> Line:
    """A line of them."""
    return Line(words(*parts), indent)


def labelled(label: str, *parts: str | Bit | Words, indent: int = 2, gap: int = LABEL) -> Line:
    """A line behind a label."""
    return Line(words(*parts), indent, Bit(label, "quiet"), gap)


def _bits(part: str | Bit | Words) -> Iterator[Bit]:
    if isinstance(part, str):
        yield Bit(part)
    elif isinstance(part, Bit):
        yield part
    else:
        yield from part
