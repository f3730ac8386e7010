"""What the desk says of its work: one named function for each fate of a mail or letter, one line each.

`case=… letter=… rule=…`, made to be grepped, or the same as JSON (log_lines.py writes the lines). Never a customer's
words, never a password: what an exception says of itself can be either, so only its kind and its place are told.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

NAME = "mailbot"
_log = logging.getLogger(NAME)
_HOME = Path(__file__).resolve().parent.parent


def taken(case: str, kind: str, event: str, rule: str) -> None:
    _say(logging.INFO, "taken", "mail taken in", case=case, kind=kind, happened=event, rule=rule)


def filed(kind: str, why: str) -> None:
    """`why` quotes the mail's subject; it is kept with the mail and not told here."""
    _say(logging.INFO, "filed", "mail filed without a word", kind=kind)


def duplicate(case: str) -> None:
    _say(logging.INFO, "duplicate", "mail seen before, filed where the first one went", case=case)


def left_alone(count: int) -> None:
    _say(logging.INFO, "left_alone", "older mail left in the inbox, never answered", count=count)


def set_aside(uid: int, error: str) -> None:
    """Of an exception only the kind is told; its words may be the mail's."""
    kind, colon, _ = error.partition(":")
    told = kind if colon and kind.isidentifier() else error
    _say(logging.ERROR, "set_aside", "mail could not be taken in three times, now with a human", uid=uid, error=told)


def undelivered(uid: int) -> None:
    _say(logging.ERROR, "undelivered", "mail cannot be had from the server, it stays in the inbox", uid=uid)


def silence(case: str, step: str, rule: str) -> None:
    _say(logging.INFO, "silence", "silence", case=case, step=step, rule=rule)


def sent(case: str, letter: str, rehearsed: bool) -> None:
    rehearsal = {"rehearsed": True} if rehearsed else {}
    _say(logging.INFO, "sent", "letter sent", case=case, letter=letter, **rehearsal)


def held(case: str, letter: str, reason: str) -> None:
    _say(logging.WARNING, "held", "letter held", case=case, letter=letter, reason=reason)


def photos_left_out(case: str, letter: str, count: int) -> None:
    words = "photos left out, they are too many or too large"
    _say(logging.WARNING, "photos_left_out", words, case=case, letter=letter, count=count)


def put_off(case: str, letter: str, said: str) -> None:
    _say(logging.WARNING, "put_off", "letter put off, the server said later", case=case, letter=letter, said=said)


def refused(case: str, letter: str, said: str) -> None:
    _say(logging.ERROR, "refused", "letter refused for good", case=case, letter=letter, said=said)


def doubted(case: str, letter: str) -> None:
    words = "letter in doubt, it may have left before a crash"
    _say(logging.WARNING, "doubted", words, case=case, letter=letter)


def rules_kept(problems: str) -> None:
    words = "the rule files have errors; the last good ones stay in force"
    _say(logging.ERROR, "rules_kept", words, problems=problems)


def rules_read() -> None:
    _say(logging.INFO, "rules_read", "rules read anew")


def rules_mended() -> None:
    _say(logging.INFO, "rules_mended", "the rule files are in order again")


def trouble(what: str) -> None:
    """A server, the disk or the rules failed: the sentence for the admin."""
    _say(logging.ERROR, "trouble", "trouble", what=what)


def mistake(error: BaseException) -> str:
    """An exception that nobody foresaw; what was told of it."""
    words = "a mistake in mailbot, please report it"
    _say(logging.CRITICAL, "mistake", words, error=type(error).__name__, at_line=place(error))
    return f"{words}: {type(error).__name__} at {place(error)}"


def started(version: str, desk: str) -> None:
    _say(logging.INFO, "started", "service started", version=version, desk=desk)


def stopped() -> None:
    _say(logging.INFO, "stopped", "service stopped")


def place(error: BaseException) -> str:
    """Where an exception, or what it was raised from, arose: file:line of ours, and of the library if it was one."""
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown place"
    ours = next((each for each in reversed(frames) if Path(each.filename).is_relative_to(_HOME / NAME)), frames[-1])
    last = frames[-1]
    inner = "" if last is ours else f" (in {Path(last.filename).name}:{last.lineno})"
    file = Path(ours.filename)
    return f"{file.relative_to(_HOME) if file.is_relative_to(_HOME) else file.name}:{ours.lineno}{inner}"


def _say(level: int, fate: str, words: str, **facts: object) -> None:
    """One line; handlers that know no fates get the words and the facts as text."""
    if _log.isEnabledFor(level):
        _log.log(level, "%s: %s", words, facts, extra={"fate": fate, "words": words, "facts": facts})
