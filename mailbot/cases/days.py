"""Days that staff promise: 14 June, Friday, next Friday, 14/6, 2026-06-14, tomorrow.

Decides which day is meant, by the names in rules/hearing.yaml. Never guesses: two days, a day that is past, "Friday"
said on a Friday are asked back. The day stands first in 14/6: the shop is no American.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from mailbot.cases import heard
from mailbot.cases.phrases import plain
from mailbot.process.wordlists import Hearing

_LOOKED_AT = 500  # characters: a day stands beside what it is said of
_FARTHEST = timedelta(days=366)  # a promise farther away is a typing error
_PASSED = timedelta(days=183)  # without a year, "14 June" on 20 June is last week's, not next year's
_LOOSE_NUMBER = re.compile(r"(?<![\w£€$.,:])\d{1,2}(?![\w:.,])")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class _Named:
    """A day as it was named; `weekday`: by the day of the week alone."""

    day: date | None
    unclear: str
    start: int
    end: int
    weekday: int | None = None


def one(text: str, today: date, hearing: Hearing, figures: bool = True) -> tuple[date | None, str]:
    """The one day the text names, from today on; or why it is not clear. Neither: it names none.

    Args:
        figures: whether figures that are no day are asked about.
    """
    small = plain(text[:_LOOKED_AT])
    found = list(_named(small, today, hearing))
    wrong = next((each.unclear for each in found if each.unclear and each.weekday is None), "")
    if wrong:
        return None, wrong
    dated = [each for each in found if each.weekday is None]
    if dated:
        return _only_one(small, dated, [each.weekday for each in found if each.weekday is not None])
    if heard.pattern(hearing.vague).search(small) or (figures and not found and any(map(str.isdigit, small))):
        return None, "I could not read the day; please write it like 14 June"
    if not found:
        return None, ""
    wrong = next((each.unclear for each in found if each.unclear), "")
    days = {each.day for each in found}
    return (None, wrong or _several(small, found)) if wrong or len(days) > 1 else (days.pop(), "")


def without(small: str, hearing: Hearing) -> str:
    """A text (as compared) less the days in it, and less the words before them ("by 14 June")."""
    kept, at = "", 0
    for start, end in spans(small, hearing):
        before = small[at:start].split()
        while before and before[-1] in hearing.before_date:
            before.pop()
        kept, at = f"{kept} {' '.join(before)}", end
    return " ".join((kept + " " + small[at:]).split())


def spans(small: str, hearing: Hearing) -> list[tuple[int, int]]:
    """Where days stand in a text (as compared)."""
    return [hit.span() for hit in _pattern_of(hearing).finditer(small)]


def _only_one(small: str, dated: list[_Named], weekdays: list[int | None]) -> tuple[date | None, str]:
    day = dated[0].day
    before = small[: dated[0].start]
    if day is None or {each.day for each in dated} != {day} or _LOOSE_NUMBER.search(before):
        return None, _several(small, dated)
    if any(weekday != day.weekday() for weekday in weekdays):
        return None, f"{day.day}/{day.month}/{day.year} is another day of the week; which one is right?"
    return day, ""


def _several(small: str, found: list[_Named]) -> str:
    said = ", ".join(dict.fromkeys(small[each.start : each.end].strip() for each in found))
    return f"I could not tell which day is meant ({said}); please write one, like 14 June"


def _named(small: str, today: date, hearing: Hearing) -> Iterator[_Named]:
    """Every day that the text names, in its order."""
    for hit in _pattern_of(hearing).finditer(small):
        said = hit.group().strip()
        try:
            day, unclear, weekday = _read(hit, said, today, hearing)
        except (ValueError, OverflowError):
            day, unclear, weekday = None, f"there is no such day as {said}", None
        yield _Named(day, unclear, hit.start(), hit.end(), weekday)


def _read(hit: re.Match[str], said: str, today: date, hearing: Hearing) -> tuple[date | None, str, int | None]:
    if hit["weekday"]:
        weekday = hearing.weekdays[hit["weekday"]]
        day, unclear = _of_week(hit, weekday, today)
        return day, unclear, weekday
    if hit["today"] or hit["tomorrow"]:
        return today + timedelta(days=1 if hit["tomorrow"] else 0), "", None
    name = hit["month_a"] or hit["month_b"]
    month = hearing.months[name] + 1 if name else int(hit["iso_month"] or hit["month_c"] or hit["month_d"])
    day_of_month = int(next(filter(None, (hit[key] for key in ("day_a", "day_b", "iso_day", "day_c")))))
    year = next(filter(None, (hit[key] for key in ("year_a", "year_b", "iso_year", "year_c"))), "")
    day, unclear = _dated(day_of_month, month, int(year) if year else None, said, today)
    return day, unclear, None


def _of_week(hit: re.Match[str], weekday: int, today: date) -> tuple[date | None, str]:
    """Friday: the coming one; this Friday: this week's; next Friday: next week's."""
    monday = today - timedelta(days=today.weekday())
    said = hit.group().strip()
    if hit["next"]:
        return monday + timedelta(days=_WEEK + weekday), ""
    if hit["this"]:
        day = monday + timedelta(days=weekday)
        return (day, "") if day >= today else (None, f"{said} is past")
    ahead = (weekday - today.weekday()) % _WEEK
    if not ahead:
        return None, f"today is {said}; please write which day is meant, like 14 June"
    return today + timedelta(days=ahead), ""


def _dated(day: int, month: int, year: int | None, said: str, today: date) -> tuple[date | None, str]:
    """A date, of this year or the next where it names none, within a year from today."""
    found = date(year + 2000 if year is not None and year < 100 else year or today.year, month, day)
    if year is None and found < today:
        coming = date(today.year + 1, month, day)
        found = coming if coming - today <= _PASSED else found
    if found < today:
        return None, f"{said} is past"
    return (found, "") if found - today <= _FARTHEST else (None, f"{said} is more than a year away")


def _pattern_of(hearing: Hearing) -> re.Pattern[str]:
    return _pattern(
        tuple(hearing.months), tuple(hearing.weekdays), hearing.next, hearing.this, hearing.today, hearing.tomorrow,
        hearing.before_date,
    )  # fmt: skip


def _any(names: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(map(plain, names), key=len, reverse=True))) or "(?!)"


@lru_cache(maxsize=16)
def _pattern(
    months: tuple[str, ...], weekdays: tuple[str, ...], coming: tuple[str, ...], this: tuple[str, ...],
    today: tuple[str, ...], tomorrow: tuple[str, ...], joining: tuple[str, ...],
) -> re.Pattern[str]:  # fmt: skip
    """Each way of writing a day; "14th of June" has two letters behind the number and perhaps a word."""
    free = r"(?<![\w/.:£€$-])"
    ordinal = r"(?:[^\W\d_]{2}|\.|º)?"
    month = _any(months)
    return re.compile(
        rf"{free}(?P<iso_year>20\d\d)-(?P<iso_month>\d\d?)-(?P<iso_day>\d\d?)(?![\w-])"
        rf"|{free}(?P<day_a>\d{{1,2}}){ordinal}\s{{0,2}}(?:(?:{_any(joining)})\s)?(?P<month_a>{month})(?![\w])\.?"
        r"(?:,?\s(?P<year_a>20\d\d)(?!\w))?"
        rf"|(?<!\w)(?P<month_b>{month})\.?\s{{1,2}}(?:(?:{_any(joining)})\s)?(?P<day_b>\d{{1,2}}){ordinal}(?![\w:/])"
        r"(?:,?\s(?P<year_b>20\d\d)(?!\w))?"
        rf"|{free}(?P<day_c>\d{{1,2}})(?:[./](?P<month_c>\d{{1,2}})(?![\w:/%-]|\.\d)|"
        r"(?P<mark>[./-])(?P<month_d>\d{1,2})(?P=mark)(?P<year_c>20\d\d|\d\d)(?![\w:/-]|\.\d))"
        rf"|(?<!\w)(?:(?P<next>{_any(coming)})\s|(?P<this>{_any(this)})\s)?(?P<weekday>{_any(weekdays)})(?!\w)"
        rf"|(?<!\w)(?:(?P<today>{_any(today)})|(?P<tomorrow>{_any(tomorrow)}))(?!\w)"
    )
