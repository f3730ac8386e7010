"""rules/calendar.yaml as working time: hours, holidays, summer time, long spans."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.process.calendar import UNITS, Calendar, Duration, Opening, parse_duration, parse_hours

LONDON = ZoneInfo("Europe/London")
UK = Opening(parse_hours("08:00-18:00"), "GB-ENG")
CALENDAR = Calendar("Europe/London", "uk", {"uk": UK, "always": Opening(parse_hours("mon-sun 00:00-24:00"))})

moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001
days = st.integers(0, 60)
minutes = st.integers(0, 60 * 24 * 30)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def working_days(start: str, n: int) -> datetime:
    return CALENDAR.add(london(start), Duration(n, "working days")).astimezone(LONDON)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("3 working days", 3, "working days"),
        ("1 working hour", 1, "working hours"),
        ("  2   Working HOURS ", 2, "working hours"),
        ("14 days", 14, "days"),
        ("1 day", 1, "days"),
        ("90 minutes", 90, "minutes"),
        ("0 hours", 0, "hours"),
    ],
)
def test_durations_are_read(text: str, amount: int, unit: str) -> None:
    """A length of time is read in singular and plural, and written back as people say it."""
    duration = parse_duration(text)
    assert duration == Duration(amount, unit)
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3 wroking days", "did you mean 'working days'?"),
        ("three days", "write it like '3 working days'"),
        ("", "write it like"),
        ("-3 days", "write it like"),
        ("3 fortnights", "unknown unit 'fortnights'"),
        ("999999999 working days", "too long"),
        ("9" * 5000 + " days", "write it like"),
        ("٣ days", "write it like"),
    ],
)
def test_what_is_no_duration_is_explained(text: str, said: str) -> None:
    """What is no length of time raises a sentence that helps the admin."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_duration(text)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=80))
def test_any_text_is_a_duration_or_a_valueerror(text: str) -> None:
    """No text makes the parsers of times fail in another way than ValueError."""
    for parse in (parse_duration, parse_hours):
        with contextlib.suppress(ValueError):
            assert parse(text)


def test_hours_of_each_weekday() -> None:
    """Stores write their hours as one span or by weekday; weeks wrap over Sunday."""
    week = parse_hours("Mon-Fri 8:00-19:00, Sat 9:00–17:00")
    assert week == ((480, 1140),) * 5 + ((540, 1020), None)
    assert parse_hours("saturday-monday 9-17") == ((540, 1020), None, None, None, None, (540, 1020), (540, 1020))
    assert parse_hours("09:00-18:00", frozenset({2})) == (None, None, (540, 1080), None, None, None, None)


@pytest.mark.parametrize(
    "text", ["18:00-09:00", "9:00", "09:00-25:00", "09:75-10:00", "24:00-24:01", "by appointment", ""]
)
def test_hours_that_cannot_be(text: str) -> None:
    """Hours that no clock shows, or that end before they begin, are refused."""
    with pytest.raises(ValueError, match=r"opening hours|time of day|later than opening"):
        parse_hours(text)


def test_opening_is_in_and_closing_is_out() -> None:
    """Working time runs from opening up to, not including, closing."""
    assert CALENDAR.is_working(london("2026-06-08 08:00"))
    assert CALENDAR.is_working(london("2026-06-08 17:59:59"))
    assert not CALENDAR.is_working(london("2026-06-08 18:00"))
    assert not CALENDAR.is_working(london("2026-06-07 12:00"))  # a Sunday


def test_working_days_keep_the_local_time() -> None:
    """Three working days from Thursday at ten are Tuesday at ten."""
    assert working_days("2026-06-11 10:00", 3) == london("2026-06-16 10:00")
    assert working_days("2026-06-11 10:00", 0) == london("2026-06-11 10:00")


def test_a_night_or_weekend_counts_from_the_next_opening() -> None:
    """What comes in on Saturday counts from Monday's opening."""
    assert working_days("2026-06-13 23:30", 1) == london("2026-06-16 08:00")
    assert working_days("2026-06-11 19:00", 1) == london("2026-06-15 08:00")


def test_christmas_of_2026() -> None:
    """25 December 2026 is a Friday; Boxing Day is kept on Monday the 28th."""
    assert working_days("2026-12-24 10:00", 1) == london("2026-12-29 10:00")
    assert not CALENDAR.is_working(london("2026-12-28 10:00"))


def test_easter_of_2026() -> None:
    """Good Friday and Easter Monday 2026 are 3 and 6 April; the clocks went forward on 29 March."""
    assert working_days("2026-04-02 16:00", 1) == london("2026-04-07 16:00")
    assert CALENDAR.next_working_day(london("2026-04-02 16:00")) == london("2026-04-07 08:00")


@pytest.mark.parametrize("day", ["2026-01-01", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25"])
def test_bank_holidays_of_england(day: str) -> None:
    """The other bank holidays of England in 2026 are no working days."""
    assert not CALENDAR.is_working(london(f"{day} 11:00"))


def test_a_day_closed_and_a_day_open() -> None:
    """Single days of calendar.yaml overrule weekdays and holidays."""
    opening = Opening(
        parse_hours("08:00-18:00"),
        "GB-ENG",
        frozenset({date(2026, 6, 9)}),
        frozenset({date(2026, 6, 13), date(2026, 12, 25)}),
    )
    calendar = Calendar("Europe/London", "", {"": opening})
    assert not calendar.is_working(london("2026-06-09 11:00"))
    assert calendar.is_working(london("2026-06-13 11:00"))
    assert calendar.is_working(london("2026-12-25 11:00"))


def test_working_days_over_a_change_of_clocks() -> None:
    """Ten o'clock stays ten o'clock when the clocks change (29 March and 25 October 2026)."""
    assert working_days("2026-03-27 10:00", 1) == london("2026-03-30 10:00")
    assert CALENDAR.add(london("2026-03-27 10:00"), Duration(1, "working days")) == datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert CALENDAR.add(london("2026-10-23 10:00"), Duration(1, "working days")) == datetime(
        2026, 10, 26, 10, tzinfo=UTC
    )


def test_a_day_with_a_change_of_clocks_is_as_long_as_it_was() -> None:
    """29 March 2026 had 23 hours and 25 October 25; plain hours are plain."""
    day = timedelta(days=1)
    spring, autumn = london("2026-03-29 00:00"), london("2026-10-25 00:00")
    assert CALENDAR.working_minutes(spring, london("2026-03-30 00:00"), name="always") == 23 * 60
    assert CALENDAR.working_minutes(autumn, london("2026-10-26 00:00"), name="always") == 25 * 60
    assert CALENDAR.add(spring, Duration(1, "days")) == spring.astimezone(UTC) + day


def test_working_hours_go_over_the_night() -> None:
    """Two working hours from 17:00 end at 09:00 of the next working day."""
    friday = london("2026-06-12 17:00")
    assert CALENDAR.add(friday, Duration(2, "working hours")) == london("2026-06-15 09:00")
    assert CALENDAR.working_minutes(friday, london("2026-06-15 09:00")) == 120


def test_a_store_keeps_its_own_hours() -> None:
    """A store's hours and calendar come before the default; unreadable ones leave the default in force."""
    saturday = london("2026-06-13 10:00")
    assert CALENDAR.is_working(london("2026-06-12 18:30"), "mon-fri 8:00-19:00, sat 9:00-17:00")
    assert not CALENDAR.is_working(saturday, "mon-fri 8:00-19:00, sat 9:00-17:00")  # the days are the calendar's
    assert not CALENDAR.is_working(london("2026-06-08 10:00"), "tue-sat 9:00-17:00")
    assert CALENDAR.is_working(london("2026-06-08 10:00"), "sun 9:00-17:00")  # no day in common: as if unsaid
    assert not CALENDAR.is_working(london("2026-06-12 08:30"), "09:00-18:00")
    assert CALENDAR.next_working(saturday, "when we feel like it") == london("2026-06-15 08:00")
    assert CALENDAR.is_working(saturday, name="always")
    assert not CALENDAR.is_working(saturday, name="no such calendar")


def test_shorter_days_hold_the_result_inside_their_hours() -> None:
    """From Friday at six in the evening one working day leads into Monday's shorter hours, not behind them."""
    hours = "mon 9:00-17:00, tue-fri 8:00-19:00"
    found = CALENDAR.add(london("2026-06-12 18:00"), Duration(1, "working days"), hours)
    assert found == london("2026-06-15 16:59")


def test_a_moment_without_a_time_zone_is_refused() -> None:
    """A naive moment would silently take the machine's time zone."""
    with pytest.raises(ValueError, match="no time zone"):
        CALENDAR.next_working(datetime(2026, 6, 8, 12))  # noqa: DTZ001


def test_a_calendar_that_never_opens_ends() -> None:
    """Even a calendar without any working day gives an answer."""
    never = Calendar("UTC", "", {"": Opening((None,) * 7)})
    at = datetime(2026, 6, 8, tzinfo=UTC)
    assert never.next_working(at) == at
    assert never.add(at, Duration(3, "working days")) > at
    assert never.add(at, Duration(3, "working hours")) > at
    assert never.working_minutes(at, at + timedelta(days=400)) == 0


def test_years_are_fast() -> None:
    """Questions over ten years, asked a thousand times, take well under a second."""
    start = london("2026-01-05 10:00")
    CALENDAR.add(start, Duration(2500, "working days"))
    began = time.process_time()
    for _ in range(1000):
        end = CALENDAR.add(start, Duration(2500, "working days"))
        CALENDAR.working_minutes(start, end)
    assert time.process_time() - began < 1.5
    assert end.year == 2035


@given(moments, days)
def test_every_working_result_is_working_time(at: datetime, n: int) -> None:
    """Whatever is added to whatever moment, working units lead into working time, in UTC, never back."""
    for unit in ("working days", "working hours"):
        result = CALENDAR.add(at, Duration(n, unit))
        assert CALENDAR.is_working(result)
        assert result.tzinfo is UTC
        assert result >= at


@given(moments, moments, days)
def test_later_starts_never_end_earlier(a: datetime, b: datetime, n: int) -> None:
    """Adding keeps the order of moments, in every unit."""
    a, b = sorted((a, b))
    for unit in UNITS:
        assert CALENDAR.add(a, Duration(n, unit)) <= CALENDAR.add(b, Duration(n, unit))


@given(moments, days, days)
def test_adding_twice_is_adding_once(at: datetime, n: int, m: int) -> None:
    """n working days and then m are n + m working days; so for working minutes."""
    assert CALENDAR.add(CALENDAR.add(at, Duration(n, "working days")), Duration(m, "working days")) == CALENDAR.add(
        at, Duration(n + m, "working days")
    )
    once = CALENDAR.add_working_minutes(at, n + m)
    assert CALENDAR.add_working_minutes(CALENDAR.add_working_minutes(at, n), m) == once


@given(moments, minutes)
def test_minutes_added_are_minutes_counted(at: datetime, n: int) -> None:
    """So many working minutes added are counted back as so many, in the calendar and round the clock."""
    for name in ("uk", "always"):
        assert CALENDAR.working_minutes(at, CALENDAR.add_working_minutes(at, n, name=name), name=name) == n


@given(moments, moments, moments)
def test_counting_is_additive(a: datetime, b: datetime, c: datetime) -> None:
    """Working time from a to c is that from a to b and that from b to c, up to the minute cut off."""
    a, b, c = sorted((a, b, c))
    parts = CALENDAR.working_minutes(a, b) + CALENDAR.working_minutes(b, c)
    assert 0 <= CALENDAR.working_minutes(a, c) - parts <= 1
    assert CALENDAR.working_minutes(c, a) == 0 or a == c


@given(moments)
def test_the_next_working_moment_is_the_next(at: datetime) -> None:
    """Nothing between a moment and its next working moment is working time; the next working day is another date."""
    found = CALENDAR.next_working(at)
    assert found >= at
    assert CALENDAR.working_minutes(at, found) == 0
    assert CALENDAR.next_working(found) == found
    next_day = CALENDAR.next_working_day(at).astimezone(LONDON)
    assert next_day.date() > at.astimezone(LONDON).date()
    assert (next_day.hour, next_day.minute) == (8, 0)
