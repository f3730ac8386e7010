"""Where the time of a cycle goes: a clock round each part of the way of one mail, for the bench alone.

Each stage counts the time within it, less that of the stages inside it, so that they add up to the whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

# What a person calls it -> the functions (module:name, or module:Class.name) whose time it is.
STAGES: dict[str, tuple[str, ...]] = {
    "list and fetch": (
        "mailbot.adapters.imap:ImapMailbox.waiting", "mailbot.adapters.imap:ImapMailbox.read",
        "mailbot.adapters.imap:ImapMailbox.dates", "mailbot.adapters.imap:ImapMailbox.fetch",
    ),
    "read (MIME)": ("mailbot.mail.message:read",),
    "understand": (
        "mailbot.cases.intake:look", "mailbot.desk:recognise", "mailbot.cases.intake:query",
    ),
    "look up": tuple(
        f"mailbot.adapters.tinydb_ledger:TinyDbLedger.{name}"
        for name in ("find", "case", "outbox", "letter", "sent_since", "ended_like", "journal", "meta", "history")
    ),
    "decide": ("mailbot.letters.step:decide", "mailbot.letters.step:after", "mailbot.letters.step:apply"),
    "write letters": ("mailbot.letters.step:write",),
    "compose MIME": ("mailbot.letters.write:letter",),
    "commit": ("mailbot.adapters.tinydb_ledger:TinyDbLedger.commit",),
    "move": ("mailbot.adapters.imap:ImapMailbox.move",),
    "send": ("mailbot.adapters.smtp:SmtpPost.send",),
    "file in Sent": tuple(f"mailbot.adapters.imap:ImapMailbox.{name}" for name in ("append", "append_all", "holds")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: by the clock on the wall, and those of them in which this process worked."""

    wall: float = 0.0
    own: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.own + other.own)

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.wall - other.wall, self.own - other.own)


def now() -> Spent:
    """Both clocks."""
    return Spent(time.perf_counter(), time.process_time())


class Clocks:
    """Time by stage."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, Spent())
        self.total = Spent()
        self._inner = [Spent()]  # for each open stage: the time of the stages within it

    @contextmanager
    def running(self) -> Iterator[None]:
        """Clocks on every stage while it lasts."""
        undo = [self._clock(place, stage) for stage, places in STAGES.items() for place in places]
        start = now()
        try:
            yield
        finally:
            self.total = now() - start
            for take_off in undo:
                take_off()

    def table(self) -> Sequence[tuple[str, Spent]]:
        """(stage, time), the longest first, and what no stage has."""
        rest = self.total - sum(self.spent.values(), Spent())
        return [*sorted(self.spent.items(), key=lambda each: -each[1].wall), ("all else", rest)]

    def _clock(self, place: str, stage: str) -> Callable[[], None]:
        module, _, path = place.partition(":")
        *owners, name = path.split(".")
        holder: Any = import_module(module)
        for owner in owners:
            holder = getattr(holder, owner)
        work = getattr(holder, name)
        setattr(holder, name, self._timed(work, stage))
        return lambda: setattr(holder, name, work)

    def _timed(self, work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(work)
        def timed(*arguments: Any, **options: Any) -> Any:
            with self._within(stage):
                found = work(*arguments, **options)
            return self._steps(found, stage) if isinstance(found, Iterator) else found

        return timed

    def _steps(self, found: Iterator[Any], stage: str) -> Iterator[Any]:
        """A generator works when it is asked: its time is that of its steps."""
        ended = object()
        while True:
            with self._within(stage):
                each = next(found, ended)
            if each is ended:
                return
            yield each

    @contextmanager
    def _within(self, stage: str) -> Iterator[None]:
        start = now()
        self._inner.append(Spent())
        try:
            yield
        finally:
            whole = now() - start
            self.spent[stage] += whole - self._inner.pop()
            self._inner[-1] += whole
