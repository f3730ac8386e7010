"""What the doctor found: one thing looked at, how it stands, what was found, what to do.

It decides the exit status: 1 if anything is wrong, else 0; a warning is no failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailbot.errors import MailbotError, OutsideError

OK, WARNING, WRONG, SKIPPED = "ok", "warning", "wrong", "skipped"
VERDICTS = (OK, WARNING, WRONG, SKIPPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. verdict: ok | warning | wrong | skipped; do: '' where nothing is to be done."""

    verdict: str
    about: str
    found: str
    do: str = ""
    details: tuple[str, ...] = ()


def ok(about: str, found: str, *details: str) -> Finding:
    """Something that is as it should be."""
    return Finding(OK, about, found, details=details)


def warning(about: str, found: str, do: str, *details: str) -> Finding:
    """The desk works, but not as well, or not for long."""
    return Finding(WARNING, about, found, do, details)


def wrong(about: str, found: str, do: str, *details: str) -> Finding:
    """The desk cannot work like this."""
    return Finding(WRONG, about, found, do, details)


def skipped(about: str, why: str, do: str = "", *details: str) -> Finding:
    """Something that was not looked at, and why."""
    return Finding(SKIPPED, about, why, do, details)


def failed(about: str, error: MailbotError, *details: str) -> Finding:
    """What an adapter said; what to do comes from us alone, whatever words a server used."""
    what, do = (error.what, error.do) if isinstance(error, OutsideError) else (str(error), "")
    found = what.removeprefix("IMAP: ").removeprefix("SMTP: ")
    return Finding(WRONG, about, found.removeprefix(f"{about} "), do, details)


def exit_status(verdicts: Iterable[str]) -> int:
    """0 if nothing is wrong (warnings allowed), 1 otherwise."""
    return int(WRONG in set(verdicts))
