"""How things look on a terminal: a few named styles, a width, lines that wrap and tables that fit.

click takes the colours out where none are wanted. What a line says is decided elsewhere; nothing here knows a case.
Nothing that a customer wrote acts on the terminal: whatever goes through `clean` (and every `Line` does) holds no
escape code, no control character and nothing that turns the reading direction round (Trojan Source, CVE-2021-42574).
"""

from __future__ import annotations

import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from mailbot.insight.sheet import Bit, Column, Line, Table, Words

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
_GAP = 2  # columns between those of a table
_SIGN = "·"  # stands for what was taken out
_CUT = "…"
_LEAST_WORDS = 20  # columns for words behind a label, however narrow the terminal is
# What has no width of its own and only changes its neighbour: joiners, variation selectors, skin tones. Terminals do
# not agree on what comes of it, so columns are kept by leaving it out.
_JOINING = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
_SAME_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_MOST_MARKS = 3  # accents on one letter; more of them is somebody's joke, and climbs over the lines above
_Styled = list[tuple[str, str]]  # characters, each with its style


def paint(text: str, style: str) -> str:
    """The text in a named style ('' = as it is)."""
    return click.style(text, **STYLES[style]) if style else text


def width() -> int:
    """Columns to write in."""
    return max(NARROW, min(WIDE, shutil.get_terminal_size((80, 24)).columns))


def is_terminal() -> bool:
    """Whether a person is looking: stdout is a terminal, not a pipe or a file."""
    return sys.stdout.isatty()


def clean(text: str) -> str:
    """The text on one line, with nothing in it that could act on a terminal; what is taken out leaves a '·'."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    found: list[str] = []
    marks = 0
    for char in _JOINING.sub("", line):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            found.append(char if char.isprintable() else _SIGN)
    return "".join(found)


def clean_json(text: str) -> str:
    """JSON of the same value, with what could act on a terminal written as \\u escapes."""
    return _SAME_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def columns_of(text: str) -> int:
    """How many columns a cleaned text takes: two for each Chinese character or emoji, none for an accent."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def say(sheet: Iterable[Line | Table], *, pager: bool = False) -> None:
    """Write lines and tables on stdout, as wide as the terminal is.

    Args:
        pager: through the pager, where a person is looking and it is more than a screenful.
    """
    told = [_known(each) for each in laid(sheet, width())]
    if pager and is_terminal() and len(told) >= shutil.get_terminal_size((80, 24)).lines:
        click.echo_via_pager("\n".join(told) + "\n")
    else:
        for each in told:
            click.echo(each)


def laid(sheet: Iterable[Line | Table], columns: int) -> Iterator[str]:
    """Lines and tables laid out in so many columns, painted."""
    for each in sheet:
        yield from _table(each, columns) if isinstance(each, Table) else _line(each, columns)


def plain_rows(table: Table) -> Iterator[str]:
    """Each row on one line, never cut, for other programs: no title, no colour."""
    cells = [["".join(clean(f"|{bit.text}|")[1:-1] for bit in cell) for cell in row] for row in table.rows]
    widths = [max(map(columns_of, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (wide - columns_of(cell)) for cell, wide in zip(row, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()


def _line(line: Line, columns: int) -> Iterator[str]:
    start = " " * line.indent
    if line.label is None:
        yield from _hung(start, start, line.words, columns)
        return
    label = clean(line.label.text)
    room = max(line.gap - columns_of(label), 1)
    hang = " " * (line.indent + line.gap)
    yield from _hung(start + paint(label, line.label.style) + " " * room, hang, line.words, columns)


def _hung(first: str, hang: str, words: Words, columns: int) -> Iterator[str]:
    """The words wrapped behind a first indent (painted already) and below the others."""
    wrapped = _wrapped(words, max(columns - len(hang), _LEAST_WORDS)) or [[]]
    for number, each in enumerate(wrapped):
        yield ((hang if number else first) + _painted(each)).rstrip()


def _table(table: Table, columns: int) -> Iterator[str]:
    titles = tuple((Bit(column.title, "quiet"),) for column in table.columns)
    rows = (titles, *table.rows) if any(column.title for column in table.columns) else table.rows
    widths = _widths(table, rows, columns - table.indent)
    for row in rows:
        cells = [_cell(*each) for each in zip(row, table.columns, widths, strict=True)]
        for parts in _side_by_side(cells, widths):
            yield (" " * table.indent + (" " * _GAP).join(parts)).rstrip()


def _cell(words: Words, column: Column, columns: int) -> list[_Styled]:
    """The lines of a cell."""
    if not column.cut or sum(map(_length, words)) <= columns:
        return _wrapped(words, columns)
    return [[*_wrapped(words, columns - 1)[0], (_CUT, "")]]


def _side_by_side(cells: Sequence[list[_Styled]], widths: Sequence[int]) -> Iterator[list[str]]:
    """The lines of a row: those of its cells beside each other."""
    for number in range(max(map(len, cells))):
        lines = (cell[number] if number < len(cell) else [] for cell in cells)
        yield [_padded(line, wide) for line, wide in zip(lines, widths, strict=True)]


def _widths(table: Table, rows: Sequence[tuple[Words, ...]], columns: int) -> list[int]:
    """The width of each column: as wide as it likes, or the widest ones less until all fit."""
    widths = [max(sum(_length(bit) for bit in row[n]) for row in rows) for n in range(len(table.columns))]
    least = [column.least or wide for column, wide in zip(table.columns, widths, strict=True)]
    while sum(widths) + _GAP * (len(widths) - 1) > columns:
        spare = [n for n, wide in enumerate(widths) if wide > least[n]]
        if not spare:
            break
        widths[max(spare, key=widths.__getitem__)] -= 1
    return widths


def _length(bit: Bit) -> int:
    """Columns that it takes, the blanks at its ends included."""
    return columns_of(clean(f"|{bit.text}|")) - 2


def _wrapped(words: Words, columns: int) -> list[_Styled]:
    """Words broken into lines of so many columns: at blanks, and within a word only where it is longer than a line."""
    lines: list[_Styled] = []
    current: _Styled = []
    used = 0
    for token in _tokens(words):
        long = sum(_columns(char) for char, _ in token)
        if current and used + 1 + long <= columns:
            style = token[0][1] if current[-1][1] == token[0][1] else ""
            current.append((" ", style))
            used += 1
        elif current:
            lines.append(current)
            current, used = [], 0
        for char, style in token:
            if used + _columns(char) > columns and current:
                lines.append(current)
                current, used = [], 0
            current.append((char, style))
            used += _columns(char)
    return [*lines, current] if current else lines


def _tokens(words: Words) -> Iterator[_Styled]:
    """The words of all bits, cleaned; what stands together without a blank stays together."""
    token: _Styled = []
    for bit in words:
        for char in clean(f"|{bit.text}|")[1:-1]:  # between bars: blanks at the ends of a bit count
            if char != " ":
                token.append((char, bit.style))
            elif token:
                yield token
                token = []
    if token:
        yield token


def _painted(styled: _Styled) -> str:
    runs: list[tuple[str, str]] = []
    for char, style in styled:
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + char, style)
        else:
            runs.append((char, style))
    return "".join(paint(text, style) for text, style in runs)


def _padded(styled: _Styled, columns: int) -> str:
    return _painted(styled) + " " * (columns - sum(_columns(char) for char, _ in styled))


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":  # accents; Hangul vowels and finals
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _known(text: str) -> str:
    """The text in what the terminal's own encoding can say."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
