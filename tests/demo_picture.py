"""docs/demo.svg: some thirty lines of the demo as a terminal shows them, drawn from what it prints.

Always the same bytes for the same lines. Every run of text is set to the columns that it takes in a terminal,
whatever monospaced font the reader's browser has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

FILE = Path(__file__).parent.parent / "docs" / "demo.svg"
COLUMNS = 80
# The beginning of the first and of the last line of each part shown; parts are set apart by a line of dots.
PARTS = (
    ("Week 1,", "Mon  2 09:12 ← to   Grace"),
    ("Mon  2 10:31 → from Anna", "Mon  2 14:40 ← to   Anna"),
    ("Wed  4 09:26 → from Mathilde", "Wed  4 09:26 ← to   Anna"),
    ("Wed 11 09:30 → from the till", "Wed 11 09:30 ← to   the till"),
    ("Thu  9 18:45 → from Ben", "Thu  9 18:45 ← to   Mathilde"),
)
PROMPT, CUT = "$ make demo", "⋮"
NO_BREAK = "\N{NO-BREAK SPACE}"  # browsers fold two blanks into one
_WIDE, _HIGH, _SIZE, _EDGE, _BAR = 8.4, 20, 14, 20, 34  # pixels: a column, a line, the font, the margin, the title bar
_INK = {
    "": "#d7dae0", "1": "#ffffff", "2": "#8b929d", "32": "#7ec88b", "33": "#e3b65b", "35": "#dd92cf", "36": "#63c5da",
}  # fmt: skip
_ESCAPE = re.compile(r"\x1b\[([\d;]*)m")


def shown(printed: str) -> list[str]:
    """The lines of the picture, with their colours, out of all that the demo printed."""
    lines = printed.splitlines()
    plain = [_ESCAPE.sub("", line) for line in lines]
    found = [PROMPT, ""]
    for first, last in PARTS:
        begin = next(n for n, line in enumerate(plain) if line.startswith(first))
        end = next(n for n in range(begin, len(plain)) if plain[n].startswith(last))
        while not re.match(r"\w{3} [ \d]\d |$", plain[end + 1]):  # what is wrapped, and the why below it
            end += 1
        found += [*([CUT] if len(found) > 2 else []), *lines[begin : end + 1]]
    return found


def drawn(lines: list[str]) -> str:
    """The lines as SVG."""
    width, height = COLUMNS * _WIDE + 2 * _EDGE, _BAR + len(lines) * _HIGH + _EDGE
    text = "\n".join(run for number, line in enumerate(lines) for run in _runs(line, _BAR + (number + 1) * _HIGH - 5))
    dots = "".join(f'<circle cx="{_EDGE + 18 * n}" cy="17" r="6" fill="#3d444d"/>' for n in range(3))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="The demo in a terminal: mails that come in, letters that mailbot '
        'writes, and why">\n'
        f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="10" fill="#14171b" '
        'stroke="#3d444d"/>\n'
        f"{dots}\n"
        f"<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" "
        f'font-size="{_SIZE}">\n{text}\n</g>\n</svg>\n'
    )


def _runs(line: str, y: float) -> Iterator[str]:
    """Each run of one style as a text of its own, at its column."""
    column, style = 0, ""
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        if change := _ESCAPE.fullmatch(part):
            style = "" if change[1] in ("", "0") else change[1]
            continue
        words = part.strip()
        if words:
            x = _EDGE + (column + len(part) - len(part.lstrip())) * _WIDE
            weight = ' font-weight="600"' if style == "1" else ""
            kept = escape(words, quote=False).replace(" ", NO_BREAK)
            yield (
                f'<text x="{x:g}" y="{y:g}" fill="{_INK[style]}"{weight} textLength="{len(words) * _WIDE:g}" '
                f'lengthAdjust="spacingAndGlyphs">{kept}</text>'
            )
        column += len(part)
