"""Firing silences: every case whose next rung is due, computed again from the case before it is believed.

The ledger's index of due times is a hint, stamped with the version of rules and calendar and made again
when that changes; a change that would let a flood of letters go at once waits for the admin.
"""

from __future__ import annotations

from mailbot import logs
from mailbot.adapters.ledger import Commit, Filter, Ledger
from mailbot.cases import silence
from mailbot.cases.record import desk_line
from mailbot.commits import due_at
from mailbot.letters.step import take_silence
from mailbot.stepping import Stepping

VERSION, HELD = "due_version", "due_held"  # meta: what the due times were computed by; cases that wait for the admin
MANY = 20  # letters that one rule change may make due at once: more, and they wait for the admin
ALL = 100_000  # cases looked at in a cycle; those that wait for opening hours must not hide the others


class Firing:
    """The desk's clock work."""

    def __init__(self, ledger: Ledger, stepping: Stepping) -> None:
        self._ledger, self._stepping = ledger, stepping

    def fire(self) -> int:
        """Take every rung that is due; the number of them. Only after the inbox was read to its end."""
        self._recompute()
        held = set(self._ledger.meta(HELD) or ())
        codes = self._ledger.due(self._stepping.clock(), limit=ALL)
        return sum(self._fire(code) for code in codes if code not in held)

    def _fire(self, code: str) -> bool:
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
