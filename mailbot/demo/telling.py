"""The timeline in the terminal: moments as lines of text, in columns, at a pace that can be read.

A line is pieces of text with a style each, so that terminal, log and picture say the same. A colour always stands
beside a sign or a word that says the same.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import click

from mailbot.demo.moments import Moment
from mailbot.demo.script import ZONE, Script
from mailbot.insight.sheet import Line as SheetLine
from mailbot.insight.sheet import Table
from mailbot.terminal import laid, paint, width

Piece = tuple[str, str]  # text, style of mailbot.terminal ('' = none)
Line = tuple[Piece, ...]

WIDEST = 100  # columns
_SIGNS = {"in": ("→ from", "inward"), "out": ("← to", "outward"), "state": ("· case", "good")}
_WHEN, _SIGN = "Mon 30 09:30", 6  # columns of day and hour, and of sign and word
_NO_BREAK = "\N{NO-BREAK SPACE}"  # a letter's code stays beside the last word
_PLAIN = str.maketrans({
    "→": "->", "←": "<-", "·": "*", "“": '"', "”": '"', "’": "'", "…": "...", "–": "-", "—": "-", "─": "-", "£": "GBP ",
})  # fmt: skip
# Seconds to read, all in all some three quarters of a minute.
_PAUSES = {"week": 0.65, "quiet": 0.1, "in": 0.27, "out": 0.21, "why": 0.36, "state": 0.24, "note": 0.65}
_QUIET = 2  # days without anything, besides weekends, that are told


@dataclass(slots=True)
class Layout:
    """Moments as lines of at most so many columns. `who`: columns of the names."""

    columns: int
    who: int

    @property
    def indent(self) -> int:
        """Columns before the words."""
        return len(_WHEN) + 1 + _SIGN + 1 + self.who + 1

    def lines(self, moment: Moment, again: bool = False) -> Iterator[Line]:
        """A moment as lines; `again`: its day and hour stand in the line above."""
        if moment.kind in ("why", "note"):
            yield from self._aside(moment)
            return
        (sign, style), code = _SIGNS[moment.kind], f" [{moment.code}]" if moment.code else ""
        said, room = f"{moment.words}{code.replace(' ', _NO_BREAK)}", self.columns - self.indent
        words = textwrap.wrap(said, room, break_on_hyphens=False)
        at = moment.at.astimezone(ZONE)
        when = f"{at:%a} {at.day:2} {at:%H:%M}"
        yield (
            (f"{when} ", "quiet" if again else ""),
            (f"{sign:<{_SIGN}} ", style),
            (f"{moment.who:<{self.who}} ", "strong"),
            *_with_code(words[0], code),
        )
        for more in words[1:]:
            yield ((" " * self.indent, ""), *_with_code(more, code))

    def week(self, number: int, first: date) -> Line:
        """The heading of a week."""
        last = first + timedelta(days=6)
        begins = f"{first.day} {first:%B}" if first.month != last.month else f"{first.day}"
        head = f"Week {number}, {begins} to {last.day} {last:%B} "
        return ((head, "strong"), ("─" * (self.columns - len(head)), "quiet"))

    def _aside(self, moment: Moment) -> Iterator[Line]:
        word = "why: " if moment.kind == "why" else ""
        before = " " * (len(_WHEN) + 1)
        room = self.columns - len(before) - len(word)
        for number, text in enumerate(textwrap.wrap(moment.words, room, break_on_hyphens=False)):
            yield ((f"{before}{' ' * len(word) if number else word}{text}", "doubt"),)


def _with_code(words: str, code: str) -> tuple[Piece, ...]:
    """The words, and the code of the letter after them, less loud."""
    shown = words.replace(_NO_BREAK, " ")
    if code and shown.endswith(code.strip()):
        return ((shown.removesuffix(code.strip()), ""), (code.strip(), "quiet"))
    return ((shown, ""),)


@dataclass(slots=True)
class Teller:
    """Tells a story line by line. live: with pauses; plain: without colours, and in ASCII."""

    script: Script
    live: bool = False
    plain: bool = False
    columns: int = field(default_factory=lambda: min(width(), WIDEST))
    _week: int = 0
    _before: Moment | None = None
    _due: float = 0.0

    def tell(self, moment: Moment) -> None:
        """One moment: the week it begins, the quiet days before it, its lines. What is not told passes by."""
        if not moment.told:
            return
        self._pass_time(moment)
        before = self._before
        again = before is not None and before.at == moment.at and moment.kind != "note"
        for line in self._layout.lines(moment, again):
            self.say(line)
        self._pause(moment.kind)
        self._before = moment

    def introduce(self, words: Sequence[str]) -> None:
        """What a newcomer needs to follow the story."""
        for each in words:
            for line in textwrap.wrap(each, self.columns):
                self.say(((line, ""),))
        self._pause("note")

    def sheet(self, sheet: Iterable[SheetLine | Table]) -> None:
        """Lines and tables, as other commands show them."""
        for text in laid(sheet, self.columns):
            click.echo(_ascii(click.unstyle(text)) if self.plain else text)

    def list_of(self, title: str, items: Iterable[tuple[str, str]]) -> None:
        """What each is, and below it where; paths and commands are never broken, so that they can be copied."""
        self.say(((title, "strong"),))
        for what, where in items:
            self.say(((f"  {what}", ""),))
            self.say(((f"    {where}", "strong"),))

    def say(self, line: Sequence[Piece] = ()) -> None:
        """A line."""
        click.echo(self._painted(line).rstrip())

    @property
    def _layout(self) -> Layout:
        return Layout(self.columns, max(map(len, self.script.people)))

    def _pass_time(self, moment: Moment) -> None:
        week = self.script.week(moment.at)
        quiet = _working_days_between(self._before, moment) if self._before else 0
        if quiet >= _QUIET:
            self._quiet(quiet)
        if week != self._week:
            self._week = week
            self.say()
            first = self.script.first.date() + timedelta(weeks=week - 1)
            self.say(self._layout.week(week, first))
            self._pause("week")

    def _quiet(self, days: int) -> None:
        """Days on which nothing happens go by, a dot a day."""
        click.echo(" " * (len(_WHEN) + 1), nl=False)
        for _ in range(days):
            click.echo(self._painted((("· ", "quiet"),)), nl=False)
            self._pause("quiet")
        self.say(((f"{days} quiet days", "quiet"),))

    def _painted(self, line: Sequence[Piece]) -> str:
        if not self.plain:
            return "".join(paint(text, style) for text, style in line)
        return _ascii("".join(text for text, _ in line))

    def _pause(self, kind: str) -> None:
        """Wait until there was time to read, all in all: work that took time is time to read as well."""
        if not self.live:
            return
        now = time.monotonic()
        self._due = max(self._due, now - _PAUSES[kind]) + _PAUSES[kind]
        time.sleep(max(0.0, self._due - now))


def _ascii(text: str) -> str:
    return text.translate(_PLAIN).encode("ascii", "replace").decode()


def _working_days_between(before: Moment, moment: Moment) -> int:
    """Weekdays that lie wholly between the two."""
    first, last = before.at.astimezone(ZONE).date(), moment.at.astimezone(ZONE).date()
    between = (first + timedelta(days=n) for n in range(1, (last - first).days))
    return sum(1 for day in between if day.weekday() < 5)
