"""Working time: which moments count, and when so much of it has passed.

Carries out rules/calendar.yaml and the `hours` and `calendar` of stores. Pure: now is passed in, all moments are aware;
results are in UTC. Working time of a day runs from opening up to, not including, closing; on a day when the clocks
change it is as long as the day really was. Must never read a clock, nor take the machine's own time zone.

A year of a calendar is laid out once as sorted spans with running totals, so that a question over years costs
a binary search for each year, not a walk through every day.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailbot.process.names import did_you_mean, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# unit -> the most of it that one duration may have: about ten years
UNITS: Mapping[str, int] = {
    "minutes": 5_000_000,
    "hours": 87_600,
    "days": 3_650,
    "working hours": 25_000,
    "working days": 2_500,
}
ZERO = timedelta()
YEARS_AHEAD = 12  # a calendar without a working moment for so long has none

_DURATION = re.compile(r"([0-9]{1,9}) +([a-z ]{1,20})")
_DAY = "(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
_HOURS = re.compile(
    rf"(?:{_DAY}(?: ?[-–] ?{_DAY})? +)?([0-9]{{1,2}})(?::([0-9]{{2}}))? ?[-–] ?([0-9]{{1,2}})(?::([0-9]{{2}}))?"
)

Span = tuple[int, int]  # opening and closing, in minutes of the local day
Week = tuple[Span | None, ...]  # seven of them, Monday first


@dataclass(frozen=True, slots=True)
class Duration:
    """So much time: 3 working days, 14 days."""

    amount: int
    unit: str  # a key of UNITS

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.removesuffix('s') if self.amount == 1 else self.unit}"


def parse_duration(text: str) -> Duration:
    """'3 working days', '1 hour' as a Duration. Raises ValueError with a sentence for the admin."""
    match = _DURATION.fullmatch(" ".join(text.split()).lower()[:60])
    if not match:
        raise ValueError(f"{shown(text)} is not a length of time; write it like '3 working days' or '2 hours'")
    amount, unit = int(match[1]), match[2].removesuffix("s") + "s"
    if unit not in UNITS:
        raise ValueError(f"unknown unit {shown(match[2])} in {shown(text)}{did_you_mean(unit, UNITS)}")
    if amount > UNITS[unit]:
        raise ValueError(f"{shown(text)} is too long; {UNITS[unit]} {unit} is the most")
    return Duration(amount, unit)


def parse_hours(text: str, days: frozenset[int] = frozenset(range(5))) -> Week:
    """'08:00-18:00' (on the given weekdays) or 'mon-fri 08:00-19:00, sat 09:00-17:00'. Raises ValueError."""
    week: list[Span | None] = [None] * 7
    for part in re.split(r" ?[,;] ?", " ".join(text.lower().split())[:200]):
        match = _HOURS.fullmatch(part)
        if not match:
            raise ValueError(
                f"{shown(text)} are not opening hours; write '08:00-18:00' or 'mon-fri 08:00-19:00, sat 09:00-17:00'"
            )
        opening = int(match[3]) * 60 + int(match[4] or 0)
        closing = int(match[5]) * 60 + int(match[6] or 0)
        if int(match[4] or 0) > 59 or int(match[6] or 0) > 59 or closing > 24 * 60:
            raise ValueError(f"{shown(text)}: there is no such time of day")
        if closing <= opening:
            raise ValueError(f"{shown(text)}: closing must be later than opening, on the same day")
        for day in _weekdays(match[1], match[2]) if match[1] else days:
            week[day] = (opening, closing)
    return tuple(week)


def _weekdays(first: str, last: str | None) -> Iterator[int]:
    """From one weekday to another, over the weekend if need be."""
    start = WEEKDAYS.index(first)
    end = WEEKDAYS.index(last) if last else start
    yield from ((start + n) % 7 for n in range((end - start) % 7 + 1))


@dataclass(frozen=True, slots=True)
class Opening:
    """One named calendar: the hours of each weekday, the holidays kept, single days closed or open besides."""

    week: Week
    holidays: str = ""  # country-subdivision, as the holidays library names them: GB-ENG; '' = none
    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()

    def on(self, day: date) -> Span | None:
        """The hours of that date; an extra open day without hours of its own has those of the week's first."""
        usual = self.week[day.weekday()]
        if day in self.open:
            return usual or next(filter(None, self.week), None)
        if day in self.closed or usual is None or day in holiday_dates(self.holidays, day.year):
            return None
        return usual


@lru_cache(maxsize=256)
def holiday_dates(code: str, year: int) -> frozenset[date]:
    """The public holidays of a year (with the days kept in their stead when they fall on a weekend)."""
    if not code:
        return frozenset()
    import holidays  # 66 ms, and only calendars that name holidays need it

    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


@dataclass(frozen=True, slots=True)
class _Year:
    """The working spans of one local year in UTC; worked[n] is the working time before the n-th."""

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    days: tuple[date, ...]
    worked: tuple[timedelta, ...]
    total: timedelta

    def worked_until(self, at: datetime) -> timedelta:
        """The working time of this year that lies before the moment."""
        n = bisect_right(self.starts, at) - 1
        return self.worked[n] + min(at, self.ends[n]) - self.starts[n] if n >= 0 else ZERO


@lru_cache(maxsize=128)
def _year(opening: Opening, timezone: str, year: int) -> _Year:
    """Lay one year out."""
    zone = ZoneInfo(timezone)
    starts, ends, days, worked, total = [], [], [], [], ZERO
    for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
        day = date.fromordinal(n)
        span = opening.on(day)
        if span is None:
            continue
        start, end = _moment(day, span[0], zone), _moment(day, span[1], zone)
        if start < end:  # hours that a change of clocks leaves out are no working time
            starts.append(start)
            ends.append(end)
            days.append(day)
            worked.append(total)
            total += end - start
    return _Year(tuple(starts), tuple(ends), tuple(days), tuple(worked), total)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A local date and minute of the day as a moment in UTC (24:00 is the next day's midnight)."""
    if minute == 24 * 60:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Calendar:
    """rules/calendar.yaml in a time zone.

    Every question takes `store_hours` (the store's own, as in people.yaml; '' or unreadable = the calendar's) and
    `name` (which calendar; '' or unknown = the default). Raises ValueError for a moment without a time zone.
    """

    timezone: str
    default: str
    calendars: Mapping[str, Opening] = field(hash=False)
    version: str = ""  # changes with the content and with the holidays library

    def opening(self, store_hours: str = "", name: str = "") -> Opening:
        """The calendar that holds for a store."""
        opening = self.calendars.get(name) or self.calendars[self.default]
        return _with_hours(opening, store_hours) if store_hours else opening

    def day(self, at: datetime) -> date:
        """The day that it is on the desk's clock."""
        return self._local(at).date()

    def is_working(self, at: datetime, store_hours: str = "", name: str = "") -> bool:
        """Whether the moment is working time."""
        return self.next_working(at, store_hours, name) == at

    def next_working(self, at: datetime, store_hours: str = "", name: str = "") -> datetime:
        """The moment itself if it is working time, else the next opening."""
        at = _utc(at)
        for year in self._years(at, store_hours, name):
            n = bisect_right(year.ends, at)
            if n < len(year.ends):
                return max(at, year.starts[n])
        return at

    def next_working_day(self, at: datetime, store_hours: str = "", name: str = "") -> datetime:
        """The opening of the first working day after the moment's local date."""
        today = self._local(at).date()
        for year in self._years(at, store_hours, name):
            n = bisect_right(year.days, today)
            if n < len(year.days):
                return year.starts[n]
        return _utc(at)

    def add(self, start: datetime, duration: Duration, store_hours: str = "", name: str = "") -> datetime:
        """When the duration has passed since `start`; of working units the result is always in working time."""
        match duration.unit:
            case "working days":
                return self._add_working_days(start, duration.amount, store_hours, name)
            case "working hours":
                return self.add_working_minutes(start, duration.amount * 60, store_hours, name)
            case unit:
                return _utc(start) + timedelta(**{unit: duration.amount})

    def _add_working_days(self, start: datetime, amount: int, store_hours: str, name: str) -> datetime:
        """From the next working moment so many working days on, at the same local time, within that day's hours."""
        first = self.next_working(start, store_hours, name)
        local = self._local(first)
        left = amount
        for year in self._years(first, store_hours, name):
            before = bisect_right(year.days, local.date()) - 1 if year.days and year.days[0] <= local.date() else 0
            n = before + left
            if n < len(year.days):
                same = datetime.combine(year.days[n], local.time(), tzinfo=local.tzinfo).astimezone(UTC)
                return max(year.starts[n], min(same, year.ends[n] - timedelta(minutes=1)))
            left = n - len(year.days)
        return first + timedelta(days=amount)

    def add_working_minutes(self, at: datetime, minutes: int, store_hours: str = "", name: str = "") -> datetime:
        """The working moment at which so many working minutes have passed."""
        at = _utc(at)
        left = timedelta(minutes=minutes)
        for n, year in enumerate(self._years(at, store_hours, name)):
            left += year.worked_until(at) if n == 0 else ZERO
            if left < year.total:
                day = bisect_right(year.worked, left) - 1
                return year.starts[day] + left - year.worked[day]
            left -= year.total
        return at + timedelta(minutes=minutes)

    def working_minutes(self, a: datetime, b: datetime, store_hours: str = "", name: str = "") -> int:
        """Whole working minutes from a to b; 0 if b is not later."""
        a, b = _utc(a), _utc(b)
        if b <= a:
            return 0
        opening = self.opening(store_hours, name)
        first, last = self._local(a).year, self._local(b).year
        worked = _year(opening, self.timezone, last).worked_until(b)
        worked -= _year(opening, self.timezone, first).worked_until(a)
        worked += sum((_year(opening, self.timezone, year).total for year in range(first, last)), ZERO)
        return worked // timedelta(minutes=1)

    def _local(self, at: datetime) -> datetime:
        return _utc(at).astimezone(ZoneInfo(self.timezone))

    def _years(self, at: datetime, store_hours: str, name: str) -> Iterator[_Year]:
        """The calendar's years from the moment's own on."""
        opening = self.opening(store_hours, name)
        first = self._local(at).year
        for year in range(first, first + YEARS_AHEAD):
            yield _year(opening, self.timezone, year)


@lru_cache(maxsize=256)
def _with_hours(opening: Opening, hours: str) -> Opening:
    """The calendar with a store's own hours on its working days; as it is where they cannot be read.

    A shop that is open on Saturday does not make Saturday a working day: deadlines count the days of the calendar
    (a store that wants it otherwise names another `calendar:`).
    """
    try:
        own = parse_hours(hours, frozenset(range(7)))
    except ValueError:
        return opening  # the loader has warned
    week = tuple(mine if usual else None for mine, usual in zip(own, opening.week, strict=True))
    return replace(opening, week=week) if any(week) else opening


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"the moment {at} has no time zone")
    return at.astimezone(UTC)


def knows_holidays(name: str) -> bool:
    """Whether `holidays:` may have this name; of the library's two hundred countries only that one is loaded."""
    import holidays
    from holidays.registry import EntityLoader

    country, dash, part = name.partition("-")
    if country not in EntityLoader.get_country_codes(include_aliases=False):
        return False
    return not dash or part in getattr(holidays, country).subdivisions


def supported_holidays() -> frozenset[str]:
    """Every name that `holidays:` may have: country or country-subdivision."""
    import holidays

    countries: Mapping[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return frozenset(f"{country}-{part}" for country, parts in countries.items() for part in parts) | set(countries)
