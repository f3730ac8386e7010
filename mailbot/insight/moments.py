"""Dates and spans as people say them: today 10:30, yesterday, Mon 2 March, 3 days. Pure: now is handed in.

Decides nothing; programs get ISO 8601 (`--json`), people get these, in the desk's own time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.process.calendar import Calendar

_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
# A span is told in the last of these units that fits at least twice, but for the first three.
_UNITS = (
    ("minute", timedelta(minutes=1), timedelta(hours=1)),
    ("hour", timedelta(hours=1), timedelta(days=1)),
    ("day", timedelta(days=1), timedelta(days=14)),
    ("week", timedelta(weeks=1), timedelta(weeks=9)),
    ("month", timedelta(days=30.44), timedelta(days=730)),
    ("year", timedelta(days=365.25), timedelta.max),
)
_BRIEF = {"minute": "min", "hour": "h", "day": "d", "week": "w", "month": "mo", "year": "y"}


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments seen from now, on the desk's clock."""

    now: datetime
    calendar: Calendar

    def day(self, day: date, month: str = "%B") -> str:
        """today, Mon 2 March; with the year where it is another one."""
        today = self._local(self.now).date()
        near = _NEAR.get((day - today).days)
        return near or f"{day:%a} {day.day} {day:{month}}{'' if day.year == today.year else f' {day.year}'}"

    def said(self, iso: object) -> str:
        """A day that is a fact of a case (ISO), '' for none; what is no day stays as it is."""
        try:
            return self.day(date.fromisoformat(str(iso))) if iso else ""
        except ValueError:
            return str(iso)

    def moment(self, at: datetime) -> str:
        """today 10:30; Mon 2 March, 10:30."""
        day = self.day(self._local(at).date())
        return f"{day}{'' if day in _NEAR.values() else ','} {self.clock(at)}"

    def short(self, at: datetime) -> str:
        """The same for the column of a table: Mon 2 Mar 10:30."""
        return f"{self.short_day(at)} {self.clock(at)}"

    def short_day(self, at: datetime) -> str:
        """Its day alone: Mon 2 Mar."""
        return self.day(self._local(at).date(), "%b")

    def on(self, at: datetime) -> str:
        """Within a sentence: today at 10:30; on Mon 2 March at 10:30."""
        day = self.day(self._local(at).date())
        return f"{'' if day in _NEAR.values() else 'on '}{day} at {self.clock(at)}"

    def clock(self, at: datetime) -> str:
        """10:30"""
        return f"{self._local(at):%H:%M}"

    def brief_age(self, since: datetime) -> str:
        """How long ago, for a narrow column: 3 d, 5 w, 8 mo."""
        count, _, unit = self.age(since).partition(" ")
        return f"{count} {_BRIEF.get(unit.removesuffix('s'), unit)}" if count.isdigit() else "new"

    def age(self, since: datetime) -> str:
        """How long ago: 3 days; '' for what is to come."""
        return span(self.now - since) if since <= self.now else ""

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.calendar.timezone))


def span(length: timedelta) -> str:
    """A length of time: less than a minute, 3 hours, 5 weeks."""
    for unit, one, below in _UNITS:
        if length < below:
            count = int(length / one)
            return f"{count} {unit}{'s' * (count != 1)}" if count else "less than a minute"
    raise AssertionError("no span is longer than the longest there is")
