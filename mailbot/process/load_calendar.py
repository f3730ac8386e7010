"""rules/calendar.yaml -> working time. Decides whether the calendars can be reckoned with; reckons nothing itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from mailbot.process.calendar import WEEKDAYS, Calendar, Opening, Week, knows_holidays, parse_hours, supported_holidays
from mailbot.process.names import nearest, shown, unknown
from mailbot.process.page import Page
from mailbot.process.yaml_marks import Value

KEYS = ("default", "calendars")
CALENDAR_KEYS = ("working_days", "hours", "holidays", "closed", "open")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
USUAL_HOURS = "09:00-17:00"
USUAL_DAYS = frozenset(range(5))


def load_calendar(page: Page, root: Value, timezone: str) -> Calendar:
    """The calendars in the desk's time zone; a usual working week stands in for what cannot be read."""
    entries = page.keys(root, "this file", KEYS, ("calendars",))
    named = entries.get("calendars", Value(root.line))
    calendars = {name: _opening(page, body, name) for name, body in page.table(named, "'calendars'").items()}
    if not calendars:
        if "calendars" in entries:
            page.error(named.line, "there is no calendar under 'calendars'")
        calendars = {"": Opening(parse_hours(USUAL_HOURS))}
    default = page.one_of(entries.get("default"), calendars, "calendar") or next(iter(calendars))
    content = json.dumps([timezone, root.plain()], sort_keys=True, ensure_ascii=True, default=str)
    stamp = hashlib.sha256((content + _library(calendars.values())).encode()).hexdigest()[:16]
    return Calendar(_zone(page, timezone), default, calendars, stamp)


def _library(openings: Iterable[Opening]) -> str:
    """The version of the holidays library: with a new one a due time may fall on another day."""
    if not any(opening.holidays for opening in openings):
        return ""
    import holidays

    return str(vars(holidays)["__version__"])


def _zone(page: Page, timezone: str) -> str:
    """The time zone of the settings, or UTC where it is none."""
    try:
        ZoneInfo(timezone)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        page.error(1, f"the time zone {shown(timezone)} of the settings does not exist; write it like 'Europe/London'")
        return "UTC"
    return timezone


def _opening(page: Page, body: Value, name: str) -> Opening:
    """One calendar."""
    what = f"calendar {shown(name)}"
    entries = page.keys(body, what, CALENDAR_KEYS, ("hours",))
    days = USUAL_DAYS
    if "working_days" in entries:
        value = entries["working_days"]
        days = frozenset(WEEKDAYS.index(day) for day in page.some_of(value, WEEKDAYS, "working day"))
        if not days and not value.items:
            page.error(value.line, f"{what} has no working day")
        days = days or USUAL_DAYS
    return Opening(
        week=_week(page, entries.get("hours"), what, days),
        holidays=_holidays(page, entries.get("holidays")),
        closed=_dates(page, entries.get("closed"), f"'closed' of {what}"),
        open=_dates(page, entries.get("open"), f"'open' of {what}"),
    )


def _week(page: Page, value: Value | None, what: str, days: frozenset[int]) -> Week:
    hours = page.needed_text(value, f"'hours' of {what}")
    try:
        return parse_hours(hours or USUAL_HOURS, days)
    except ValueError as error:
        page.error(value.line if value else 1, str(error))
    return parse_hours(USUAL_HOURS, days)


def _holidays(page: Page, value: Value | None) -> str:
    """Whose public holidays are kept; '' = none."""
    code = page.text(value, "'holidays'")
    if value is None or not code:
        return ""
    if knows_holidays(code):
        return code
    near = nearest(code, supported_holidays())
    hint = f"; did you mean '{near}'?" if near else ""
    page.error(value.line, unknown("holidays", code, ()) + hint)
    return ""


def _dates(page: Page, value: Value | None, what: str) -> frozenset[date]:
    """Single days."""
    days = set()
    for item in page.items(value, what) if value is not None else ():
        text = page.text(item, f"a day of {what}")
        try:
            if not DATE.fullmatch(text):
                raise ValueError
            days.add(date.fromisoformat(text))
        except ValueError:
            page.error(item.line, f"{shown(text)} in {what} is not a date; write it like 2026-12-27")
    return frozenset(days)
