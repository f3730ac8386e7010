"""Moments of the story as lines of text in columns; in ASCII where that is asked for. Pure.

A line is pieces of text with a style each. A colour always stands beside a sign or a word that says the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.demo.moments import Moment
from mailbot.demo.script import ZONE

Piece = tuple[str, str]  # text, style of mailbot.terminal ('' = none)
Line = tuple[Piece, ...]

DOT = "·"
_SIGNS = {"in": ("→ from", "inward"), "out": ("← to", "outward"), "state": ("· case", "good")}
_PLAIN_SIGNS = {"in": "-> from", "out": "<- to", "state": "== case"}
_WHEN = "Mon 30 09:30"
_NO_BREAK = "\N{NO-BREAK SPACE}"  # a letter's code stays beside the last word
_PLAIN = str.maketrans({
    "→": "->", "←": "<-", DOT: ".", "“": '"', "”": '"', "’": "'", "…": "...", "–": "-", "—": "-", "─": "-", "£": "GBP ",
})  # fmt: skip


def ascii_of(text: str) -> str:
    """The text for logs and screen readers."""
    return text.translate(_PLAIN).encode("ascii", "replace").decode()


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines of at most so many columns. who: columns of the names; plain: ASCII alone."""

    columns: int
    who: int
    plain: bool = False

    @property
    def aside(self) -> int:
        """Columns before what stands below a mail."""
        return len(_WHEN) + 1

    @property
    def indent(self) -> int:
        """Columns before the words of a mail."""
        return self.aside + self._sign_wide + 1 + self.who + 1

    def lines(self, moment: Moment, again: bool = False) -> Iterator[Line]:
        """A moment as lines; `again`: its day and hour stand in the line above."""
        if moment.kind in ("why", "note"):
            yield from self._below(moment)
            return
        sign, style = _SIGNS[moment.kind]
        sign = _PLAIN_SIGNS[moment.kind] if self.plain else sign
        code = f"[{moment.code}]" if moment.code else ""
        words = self._wrapped(
            f"{self._said(moment.words)}{_NO_BREAK if code else ''}{code}", self.columns - self.indent
        )
        at = moment.at.astimezone(ZONE)
        yield (
            (f"{at:%a} {at.day:2} {at:%H:%M} ", "quiet" if again else ""),
            (f"{sign:<{self._sign_wide}} ", style),
            (f"{self._said(moment.who):<{self.who}} ", "strong"),
            *_with_code(words[0], code),
        )
        for more in words[1:]:
            yield ((" " * self.indent, ""), *_with_code(more, code))

    def week(self, number: int, first: date) -> Line:
        """The heading of a week."""
        last = first + timedelta(days=6)
        begins = f"{first.day} {first:%B}" if first.month != last.month else f"{first.day}"
        head = f"Week {number}, {begins} to {last.day} {last:%B} "
        return ((head, "strong"), (self._said("─" * (self.columns - len(head))), "quiet"))

    @property
    def _sign_wide(self) -> int:
        return max(map(len, _PLAIN_SIGNS.values())) if self.plain else max(len(sign) for sign, _ in _SIGNS.values())

    def _below(self, moment: Moment) -> Iterator[Line]:
        word = "why: " if moment.kind == "why" else ""
        room = self.columns - self.aside - len(word)
        for number, text in enumerate(self._wrapped(self._said(moment.words), room)):
            yield ((f"{' ' * self.aside}{' ' * len(word) if number else word}{text}", "doubt"),)

    def _wrapped(self, text: str, room: int) -> list[str]:
        return [line.replace(_NO_BREAK, " ") for line in textwrap.wrap(text, room, break_on_hyphens=False)]

    def _said(self, text: str) -> str:
        return ascii_of(text) if self.plain else text


def _with_code(words: str, code: str) -> tuple[Piece, ...]:
    """The words, and the code of the letter after them, less loud."""
    return ((words.removesuffix(code), ""), (code, "quiet")) if code and words.endswith(code) else ((words, ""),)
