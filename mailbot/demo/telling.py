"""The timeline in the terminal: moments as lines, at a pace that can be read."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import click

from mailbot.demo.layout import DOT, Layout, Piece, ascii_of
from mailbot.demo.moments import Moment
from mailbot.demo.script import ZONE, Script
from mailbot.insight.sheet import Line as SheetLine
from mailbot.insight.sheet import Table
from mailbot.terminal import laid, paint, width

WIDEST = 100  # columns
# Seconds to read, all in all some three quarters of a minute.
PAUSES = {"week": 0.65, "quiet": 0.1, "in": 0.27, "out": 0.21, "why": 0.36, "state": 0.24, "note": 0.65}
_QUIET = 2  # days without anything, besides weekends, that are told


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

    def introduce(self, words: Sequence[str]) -> None:
        """What a newcomer needs to follow the story."""
        for each in words:
            for line in textwrap.wrap(each, self.columns):
                self.say(((line, ""),))
        self._pause("note")

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

    def sheet(self, sheet: Iterable[SheetLine | Table]) -> None:
        """Lines and tables, as other commands show them."""
        for text in laid(sheet, self.columns):
            click.echo(ascii_of(click.unstyle(text)) if self.plain else text)

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
        return Layout(self.columns, max(map(len, self.script.people)), self.plain)

    def _pass_time(self, moment: Moment) -> None:
        week = self.script.week(moment.at)
        quiet = _working_days_between(self._before, moment) if self._before else 0
        if quiet >= _QUIET:
            self._quiet(quiet)
        if week != self._week:
            self._week = week
            self.say()
            self.say(self._layout.week(week, self.script.first.date() + timedelta(weeks=week - 1)))
            self._pause("week")

    def _quiet(self, days: int) -> None:
        """Days on which nothing happens go by, a dot a day."""
        click.echo(" " * self._layout.aside, nl=False)
        for _ in range(days):
            click.echo(self._painted(((f"{DOT} ", "quiet"),)), nl=False)
            self._pause("quiet")
        self.say(((f"{days} quiet days", "quiet"),))

    def _painted(self, line: Sequence[Piece]) -> str:
        if self.plain:
            return ascii_of("".join(text for text, _ in line))
        return "".join(paint(text, style) for text, style in line)

    def _pause(self, kind: str) -> None:
        """Wait until there was time to read, all in all: work that took time is time to read as well."""
        if not self.live:
            return
        now = time.monotonic()
        self._due = max(self._due, now - PAUSES[kind]) + PAUSES[kind]
        time.sleep(max(0.0, self._due - now))


def _working_days_between(before: Moment, moment: Moment) -> int:
    """Weekdays that lie wholly between the two."""
    first, last = before.at.astimezone(ZONE).date(), moment.at.astimezone(ZONE).date()
    between = (first + timedelta(days=n) for n in range(1, (last - first).days))
    return sum(1 for day in between if day.weekday() < 5)
