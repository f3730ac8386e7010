"""The week in figures: what came, what ended and how, what waits, what it cost, and which cause keeps coming back.

Pure: cases in, numbers and words out. Tells of no customer: figures go to the admin and operations, and may be kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from mailbot.cases import money
from mailbot.cases.model import Case
from mailbot.cases.silence import party_awaited
from mailbot.insight.listing import is_complaint
from mailbot.process.calendar import Duration
from mailbot.process.model import Process

WEEK = timedelta(days=7)
_REPEATED, _WITHIN = 3, timedelta(days=30)  # PROCESS.md "Improve": the same cause at a store three times in 30 days
_TASK_WITHIN = Duration(5, "working days")
_PAID_OUT = ("accepted_cl1", "accepted_cl2")


@dataclass(frozen=True, slots=True)
class Week:
    """Counts of one week; `days` is the median from the complaint to its end, None where nothing ended."""

    came: int
    ended: int
    categories: Mapping[str, int]
    stores: Mapping[str, int]
    outcomes: Mapping[str, int]
    days: float | None
    granted: int  # pence: vouchers and accepted offers


@dataclass(frozen=True, slots=True)
class Repeated:
    """A cause that keeps coming back at one store."""

    cause: str
    store: str
    times: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One week beside the one before, what is open now and whom it waits for, and causes to look into."""

    week: Week
    before: Week
    waiting: Mapping[str, int]
    repeated: tuple[Repeated, ...]


def figures(cases: Iterable[Case], process: Process, now: datetime) -> Figures:
    """The figures of the seven days before `now`."""
    complaints = [case for case in cases if is_complaint(case, process) and case.opened_at]
    waiting = Counter(party_awaited(case, process) or "nobody" for case in complaints if not _ended(case))
    week, before = _week(complaints, now - WEEK, now), _week(complaints, now - 2 * WEEK, now - WEEK)
    return Figures(week, before, waiting, _repeated(complaints, now))


def as_text(found: Figures, process: Process, day: str) -> str:
    """The figures as lines for a letter.

    Args:
        day: the date by which tasks are to be done, in words.
    """
    return "\n".join(_lines(found, process, day))


def task_by(process: Process, now: datetime) -> datetime:
    """By when a task that comes of the figures is to be done."""
    return process.calendar.add(now, _TASK_WITHIN)


def _lines(found: Figures, process: Process, day: str) -> Iterator[str]:
    week, before, sign = found.week, found.before, process.compensation.sign
    yield f"Complaints that came: {week.came} ({_trend(week.came, before.came)})"
    yield f"Complaints that ended: {week.ended} ({_trend(week.ended, before.ended)})"
    if week.days is not None:
        yield f"From complaint to end: {week.days:.0f} days (median)"
    granted, earlier = money.shown(week.granted, sign), money.shown(before.granted, sign)
    yield f"Vouchers and accepted offers: {granted} ({earlier} the week before)"
    tables = {"By category": week.categories, "By store": week.stores, "How they ended": week.outcomes}
    for title, counted in tables.items():
        if counted:
            yield f"{title}: {_counted(counted)}"
    yield f"Open now, by whom they wait for: {_counted(found.waiting) or 'none'}"
    who = next((person.name for person in process.people.in_role("operations")), "operations")
    for each in found.repeated:
        what = f"“{each.cause}” at {each.store}, {each.times} times in 30 days. What do we change?"
        yield f"Task for {who}, by {day}: {what}"


def _week(cases: Sequence[Case], start: datetime, end: datetime) -> Week:
    came = [case for case in cases if case.opened_at and start <= case.opened_at < end]
    ended = [case for case in cases if _ended(case) and case.entered_at and start <= case.entered_at < end]
    spans = [case.entered_at - case.opened_at for case in ended if case.entered_at and case.opened_at]
    took = [span / timedelta(days=1) for span in spans]
    return Week(
        came=len(came),
        ended=len(ended),
        categories=Counter(case.category or "not known yet" for case in came),
        stores=Counter(case.store or "not known yet" for case in came),
        outcomes=Counter(case.outcome.replace("_", " ") for case in ended if case.outcome),
        days=median(took) if took else None,
        granted=sum(_granted(case) for case in ended),
    )


def _ended(case: Case) -> bool:
    return bool(case.outcome)


def _granted(case: Case) -> int:
    paid = case.approval.amount if case.approval and case.outcome in _PAID_OUT else 0
    return paid + int(case.facts.get("voucher") or 0)


def _repeated(cases: Sequence[Case], now: datetime) -> tuple[Repeated, ...]:
    counted = Counter(
        (str(case.facts["cause"]), case.store)
        for case in cases
        if case.facts.get("cause") and case.store and case.opened_at and now - case.opened_at <= _WITHIN
    )
    return tuple(Repeated(cause, store, n) for (cause, store), n in counted.most_common() if n >= _REPEATED)


def _trend(now: int, before: int) -> str:
    if now == before:
        return "as the week before"
    return f"{abs(now - before)} {'more' if now > before else 'fewer'} than the week before"


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {n}" for name, n in ordered)
