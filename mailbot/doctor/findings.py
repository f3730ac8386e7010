"""What the doctor found: one thing looked at, how it stands, what was found, what to do.

It decides the exit status: 1 if anything is wrong, else 0; a warning is no failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailbot.errors import MailbotError

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
    """What an adapter said, parted into what is wrong and what to do."""
    found, do = parted(str(error))
    return Finding(WRONG, about, found.removeprefix(f"{about} "), do, details)


def parted(sentence: str) -> tuple[str, str]:
    """('what is wrong', 'what to do') of an adapter's sentence `IMAP: what is wrong (server's words): what to do`."""
    sentence = sentence.removeprefix("IMAP: ").removeprefix("SMTP: ")
    depth, cut = 0, -1
    for at, char in enumerate(sentence):
        depth += (char == "(") - (char == ")")
        if depth <= 0 and sentence.startswith(": ", at):
            cut = at
    return (sentence[:cut], sentence[cut + 2 :]) if cut > 0 else (sentence, "")


def exit_status(verdicts: Iterable[str]) -> int:
    """0 if nothing is wrong (warnings allowed), 1 otherwise."""
    return int(WRONG in set(verdicts))
