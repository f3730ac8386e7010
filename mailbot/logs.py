"""What the desk says of its work: one named function for each fate of a mail or letter, one line each.

`case=… letter=… rule=…`, made to be grepped. Never a customer's words, never a password.
"""

from __future__ import annotations

import logging

_log = logging.getLogger("mailbot")


def taken(case: str, kind: str, event: str, rule: str) -> None:
    _log.info("mail taken in: case=%s kind=%s event=%s rule=%s", case, kind, event, rule)


def filed(kind: str, why: str) -> None:
    _log.info("mail filed without a word: kind=%s why=%r", kind, why)


def duplicate(case: str) -> None:
    _log.info("mail seen before, filed where the first one went: case=%s", case)


def left_alone(count: int) -> None:
    _log.info("older mail left in the inbox, never answered: count=%d", count)


def set_aside(uid: int, error: str) -> None:
    _log.error("mail could not be taken in three times, now with a human: uid=%d error=%s", uid, error)


def silence(case: str, step: str, rule: str) -> None:
    _log.info("silence: case=%s step=%s rule=%s", case, step, rule)


def sent(case: str, letter: str, rehearsed: bool) -> None:
    _log.info("letter sent: case=%s letter=%s%s", case, letter, " rehearsed" if rehearsed else "")


def held(case: str, letter: str, reason: str) -> None:
    _log.warning("letter held: case=%s letter=%s reason=%r", case, letter, reason)


def photos_left_out(case: str, letter: str, count: int) -> None:
    _log.warning("photos left out, they are too many or too large: case=%s letter=%s count=%d", case, letter, count)


def put_off(case: str, letter: str, said: str) -> None:
    _log.warning("letter put off, the server said later: case=%s letter=%s said=%r", case, letter, said)


def refused(case: str, letter: str, said: str) -> None:
    _log.error("letter refused for good: case=%s letter=%s said=%r", case, letter, said)


def doubted(case: str, letter: str) -> None:
    _log.warning("letter in doubt, it may have left before a crash: case=%s letter=%s", case, letter)


def trouble(what: str) -> None:
    _log.error("%s", what)


def rules_kept(problems: str) -> None:
    _log.error("the rule files have errors; the last good ones stay in force: %s", problems)
