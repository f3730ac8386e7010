"""The machine's clock against the servers': letters' dates, silences and tokens hang on it.

No protocol of mail tells the time on purpose, so it says how it knows, or that it does not: some servers write the
time into their greeting (RFC 5321 4.3.1 leaves it to them), a mail that has come later than now proves a clock that is
behind, and the test mail of --send is stamped by the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from mailbot.doctor.examined import Examined, Told
from mailbot.doctor.findings import Finding, ok, skipped, warning

FAR = timedelta(minutes=2)
JUMP = timedelta(seconds=5)  # more than a clock is ever steered by while the doctor looks
_DATED = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d{1,2}:\d{2}:\d{2} (?:[+-]\d{4}|GMT|UTC)"
)


def listen(examined: Examined, greeting: str, by: str) -> None:
    """Note the time in a greeting that was just said, if there is one."""
    if at := dated(greeting):
        examined.told.append(Told(examined.now() - at, by))


def dated(text: str) -> datetime | None:
    """The time that stands in a server's words."""
    found = _DATED.search(text)
    if found is None:
        return None
    try:
        return parsedate_to_datetime(found.group()).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def look(examined: Examined) -> Iterator[Finding]:
    """Whether it stands still enough to be compared; then by what servers told, else what can be said without."""
    if abs(examined.jumped) > JUMP:
        found = (
            f"this machine's clock was set by {examined.jumped.total_seconds():+.0f} seconds while the doctor looked"
        )
        yield warning("clock", found, "see what sets it, and let only one program do so; then run the doctor again")
        return
    told = max(examined.told, key=lambda each: abs(each.ahead), default=None)
    if told:
        yield _compared(told)
        return
    now = examined.now()
    newest = max((each.received_at for each in examined.waiting), default=None)
    if newest and newest - now > FAR:
        yield _compared(Told(now - newest, "the newest mail in the inbox, stamped by the server; at least"))
        return
    yield skipped(
        "clock",
        f"it is {now:%a %d %b %Y %H:%M:%S} UTC here; no server has told the time, so compare it with another clock",
        "`mailbot doctor --send` compares it with the server's stamp on a test mail",
    )


def _compared(told: Told) -> Finding:
    seconds = int(abs(told.ahead).total_seconds())
    if abs(told.ahead) <= FAR:
        return ok("clock", f"within {max(1, seconds)} second{'s' * (seconds > 1)} of the server's, by {told.by}")
    way = "fast" if told.ahead > timedelta() else "slow"
    return warning(
        "clock",
        f"this machine's clock is {_time(seconds)} {way}, by {told.by}",
        "set it, or let it be set (timedatectl set-ntp true): letters' dates and sign-ins hang on it",
    )


def _time(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    return " ".join(f"{number} {unit}{'s' * (number != 1)}" for number, unit in parts if number)
