"""Firing silences: every case whose next rung is due, computed again from the case before it is believed.

The ledger's index of due times is a hint, stamped with the version of rules and calendar and made again
when that changes; a change that would let a flood of letters go at once waits for the admin.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailbot import logs
from mailbot.adapters.ledger import Commit, Filter, Ledger
from mailbot.cases import silence
from mailbot.cases.events import Event
from mailbot.cases.record import desk_line
from mailbot.commits import due_at
from mailbot.insight import figures
from mailbot.letters.step import take_silence
from mailbot.stepping import Stepping

VERSION, HELD = "due_version", "due_held"  # meta: what the due times were computed by; cases that wait for the admin
WEEK_TOLD = "week_told"  # meta: the ISO week whose beginning brought the last figures
MANY = 20  # letters that one rule change may make due at once: more, and they wait for the admin
MOST = 10  # rungs of one case in a cycle: more than there are, so that a rule that feeds itself stops
ALL = 100_000  # cases looked at in a cycle; those that wait for opening hours must not hide the others


class Firing:
    """The desk's clock work."""

    def __init__(self, ledger: Ledger, stepping: Stepping, digest: bool) -> None:
        self._ledger, self._stepping, self._digest = ledger, stepping, digest

    def fire(self) -> int:
        """Take every rung that is due; the number of them. Only after the inbox was read to its end."""
        self._recompute()
        held = set(self._ledger.meta(HELD) or ())
        codes = self._ledger.due(self._stepping.clock(), limit=ALL)
        fired = sum(self._fire(code) for code in codes if code not in held)
        if self._digest:
            self._tell_the_week()
        return fired

    def _tell_the_week(self) -> None:
        """The figures, in the first working hour of a new week; the first week only begins the count."""
        process, now = self._stepping.room().process, self._stepping.clock()
        local = now.astimezone(ZoneInfo(process.calendar.timezone))
        week = f"{local:%G-W%V}"
        before = self._ledger.meta(WEEK_TOLD)
        if before == week or (before and not process.calendar.is_working(now)):
            return
        if before:
            found = figures.figures(self._ledger.cases(Filter()), process, now)
            by = self._stepping.room().identity.day(figures.task_by(process, now))
            text = figures.as_text(found, process, by)
            self._stepping.of_the_desk(f"week {week}", Event("week_ended", "desk", {"figures": text}))
        told = {WEEK_TOLD: week}
        self._ledger.commit(Commit(meta=told, journal=(desk_line(told),)), {})

    def _fire(self, code: str) -> int:
        """Every rung of the case that is due: the state's ladder goes one step at a time, others stand on their own."""
        return next(n for n in range(MOST + 1) if n == MOST or not self._fire_one(code))

    def _fire_one(self, code: str) -> bool:
        case, now, room = self._ledger.case(code), self._stepping.clock(), self._stepping.room()
        if case is None:
            return False
        rung = silence.ripe(case, room.process, now)
        if rung is None:
            at = due_at(case, room.process)
            if at != self._ledger.next_due(code):
                self._ledger.commit(Commit(due={code: at}), {})
            return False
        step = take_silence(case, rung, room, self._stepping.around(case, (), now), now)
        self._stepping.commit(case, step)
        logs.silence(code, rung.id, step.entries[0].rule)
        return True

    def _recompute(self) -> None:
        """Due times under changed rules, in one commit."""
        process = self._stepping.room().process
        version = process.due_version
        before = self._ledger.meta(VERSION)
        if before == version:
            return
        now = self._stepping.clock()
        due = {case.code: due_at(case, process) for case in self._ledger.cases(Filter())}
        newly = [code for code, at in due.items() if at and at <= now and (self._ledger.next_due(code) or now) > now]
        hold = newly if before is not None and len(newly) > MANY else None
        if hold:  # told before it is remembered: a crash in between must not leave the admin without a word
            what = f"The changed rules make {len(hold)} letters due at once. They wait until you reply “go on”."
            self._stepping.alert(f"due {version}", what, "")
        held = {HELD: hold}
        lines = (desk_line(held),) if hold or self._ledger.meta(HELD) else ()
        self._ledger.commit(Commit(due=due, meta={VERSION: version, **held}, journal=lines), {})
