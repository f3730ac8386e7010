"""The signs of life of the running service: to systemd (watchdog, status line) and to `mailbot health`.

All come from the desk's own thread, and only where its work moves on: the desk asks the time at each mail that it takes
in, each silence and each letter, so the clock is where the pulse is felt. A step that never ends feeds nobody: after
WatchdogSec= systemd starts the service anew, and well before that `mailbot health` says so.

A stop is heard at the same places: work is cut there as a crash would cut it, and goes on from there at the next start.
Only while a letter is on its way nothing is cut, for nobody would know whether it had left.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from mailbot import health, notify, undelivered
from mailbot.adapters.ledger import Filter, Ledger
from mailbot.assembly import Assembled
from mailbot.cases.model import Case
from mailbot.desk import Report
from mailbot.errors import MailbotError
from mailbot.insight.listing import is_complaint
from mailbot.intaking import left_alone
from mailbot.notify import ALIVE, READY, STOPPING, more_time, reloading, status
from mailbot.process.model import Process
from mailbot.settings import Settings
from mailbot.sign_in.standing import standing

EVERY = 5.0  # seconds between two signs while work goes on
STOP_SECONDS = 60.0  # a stop waits for letters that are on their way, so much longer with each sign
COUNTING = 20  # counting cases takes at most one part in so many of the time
MOST_LETTERS = 500  # counted in the outbox; a letter is read whole to be counted
SORTING = "sorting"  # the state of mail that somebody was asked about


class Stopped(BaseException):
    """The service was told to stop in the middle of a cycle. No Exception: it is no fault of the mail in hand."""


class Pulse:
    """What the service says of itself, and when."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._folder = settings, settings.state_folder
        self._zone = ZoneInfo(settings.desk.timezone)
        self._desk: Assembled | None = None
        self._signed = self._count_after = 0.0  # by the monotonic clock
        self._changed = True  # since cases were counted
        self._reloading = False
        self.stopping = False  # set by a signal
        now = datetime.now(UTC)
        self._said = health.Said(
            desk=settings.desk.address, said_at=now, started_at=now, since=now, pid=os.getpid(),
            space=health.pid_space(), poll_seconds=settings.imap.poll_seconds,
        )  # fmt: skip

    def clock(self) -> datetime:
        """The time, for the desk; who asks is at work.

        Raises:
            Stopped: a stop was asked for, and no letter is on its way.
        """
        if self.stopping and self._desk and not self._desk.ledger.outbox(("sending",), 1):
            raise Stopped
        if self._desk and time.monotonic() - self._signed >= EVERY:
            self._sign(*([more_time(STOP_SECONDS)] if self.stopping else []))
        return datetime.now(UTC)

    def starts(self, desk: Assembled) -> None:
        """Settings, rules and state are in order, and the desk is ours. A server that cannot be reached is no reason
        to fail: mail waits, and so does the service."""
        self._desk = desk
        self._sign(READY, status("the first cycle is under way"))

    def cycle_begins(self, *, reload: bool = False) -> None:
        """Work begins; with `reload` systemd waits for its end."""
        self._reloading = self._reloading or reload
        self._say(health.WORKING)
        self._sign(*([reloading()] if reload else []))

    def cycle_ends(self, report: Report) -> None:
        """All new mail is taken in, what is due was fired, letters have left."""
        said, now = self._said, datetime.now(UTC)
        self._say(
            health.WAITING, finished_at=now, trouble="", lasting=False, failures=0, cycles=said.cycles + 1,
            taken=said.taken + report.taken, fired=said.fired + report.fired, sent=said.sent + report.sent,
            unsent=said.unsent + report.unsent, waiting_for_admin=report.waiting_for_admin,
            waiting=None if report.waiting_for_admin else 0,
        )  # fmt: skip
        self._changed = True
        self.waits()

    def cycle_fails(self, trouble: str, *, lasting: bool, pause: float) -> None:
        """It could not be ended; it is tried again after the pause (seconds)."""
        failures = self._said.failures + 1
        self._say(health.PAUSING, trouble=trouble, lasting=lasting, failures=failures, waiting=None)
        again = datetime.now(self._zone) + timedelta(seconds=pause)
        self._settle(status(f"next try at {again:%H:%M:%S} after {failures} that failed: {trouble}"))

    def waits(self) -> None:
        """Nothing to do for the moment."""
        self._count()
        self._said = replace(self._said, **_signed_in(self._settings, self._zone))
        if self._said.doing == health.WAITING:
            self._settle(status(self._words()))
        else:
            self._sign()

    def ends(self) -> None:
        """A signal came; the work in hand is done."""
        self._say(health.STOPPED)
        self._sign(STOPPING, status("stopped"))

    # ---- within ---------------------------------------------------------------------------------------------

    def _say(self, doing: str, **what: Any) -> None:
        changed = doing != self._said.doing
        since = datetime.now(UTC) if changed else self._said.since
        self._said = replace(self._said, doing=doing, since=since, **what)

    def _settle(self, words: str) -> None:
        """A cycle is over, well or not: whoever asked for a reload has it."""
        answer, self._reloading = [READY] if self._reloading else [], False
        self._sign(*answer, words)

    def _sign(self, *states: str) -> None:
        self._signed = time.monotonic()
        self._said = replace(self._said, said_at=datetime.now(UTC))
        health.write(self._folder, self._said)
        notify.notify(*states, ALIVE)

    def _words(self) -> str:
        said = self._said
        at = f", last cycle {said.finished_at.astimezone(self._zone):%H:%M}" if said.finished_at else ""
        waits = "the admin's word" if said.waiting_for_admin else "mail"
        return f"{said.open_cases} open case{'s' * (said.open_cases != 1)}{at}, waiting for {waits}"

    def _count(self) -> None:
        """What is open and what waits, counted anew after a change, but never so often that it becomes the work."""
        began = time.monotonic()
        if not (self._desk and self._changed) or began < self._count_after:
            return
        with suppress(MailbotError):  # the disk failed: the next cycle will say so
            self._said = replace(self._said, **_counted(self._desk.ledger, self._desk.desk.room.process))
            self._changed = False
        self._count_after = time.monotonic() + COUNTING * (time.monotonic() - began)


def _counted(ledger: Ledger, process: Process) -> dict[str, Any]:
    """Open cases, letters that wait, mail that waits for a human."""
    cases = list(_unended(ledger, process))
    unsorted = [case for case in cases if case.state == SORTING]
    held = [letter for case in cases for letter in case.letters if letter.status == "held"]
    return {
        "open_cases": sum(is_complaint(case, process) for case in cases),
        "unsorted": len(unsorted),
        "oldest_unsorted_at": min((case.opened_at for case in unsorted if case.opened_at), default=None),
        "queued": len(ledger.outbox(("queued", "sending"), MOST_LETTERS)),
        "held": len(held),
        "in_doubt": len(ledger.outbox(("in_doubt",), MOST_LETTERS)),
        "left": left_alone(ledger),
        "undelivered": undelivered.count(ledger),
    }


def _unended(ledger: Ledger, process: Process) -> Iterator[Case]:
    """Cases of the states that are open; those that ended are the many, and are not looked at."""
    states = (state.name for state in process.states.values() if state.open)
    return (case for state in states for case in ledger.cases(Filter(state)) if not case.outcome)


def _signed_in(settings: Settings, zone: ZoneInfo) -> dict[str, Any]:
    """How the sign-in by OAuth 2 stands."""
    found = standing(settings)
    day = found.first_end(datetime.now(UTC), zone) if found else None
    return {
        "sign_in_ends_at": datetime.combine(day, time_of_day.min, zone) if day else None,
        "sign_in_trouble": found.trouble if found else "",
    }
