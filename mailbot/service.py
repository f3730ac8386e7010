"""The daemon: `mailbot run`. One thread owns ledger, IMAP and sending; others only put tokens in one queue.

The IDLE watcher has a connection of its own and never fetches; APScheduler ticks. SIGTERM ends after
the mail or letters in hand, SIGHUP reads the rules again. A failure is logged and tried again with growing
pauses; nothing but a signal ends the service. What it says of itself is in pulse.py.
"""

from __future__ import annotations

import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from importlib.metadata import version

import click
from apscheduler.schedulers.background import BackgroundScheduler

from mailbot import logs
from mailbot.assembly import assemble, mailbox_of
from mailbot.desk import Desk
from mailbot.environment import watchdog_seconds
from mailbot.errors import MailbotError, MailboxError, OutsideError
from mailbot.pulse import Pulse, Stopped
from mailbot.settings import Settings

WAKE, RELOAD, STOP = "wake", "reload", "stop"
WATCH_SECONDS = 240.0  # IDLE is left that often as a test that the line still lives
FEED_SECONDS = 20.0  # an idle desk says that often that it lives
PAUSES = (5.0, 15.0, 60.0)  # seconds after failures in a row
LASTING = 300.0  # after a failure that will not pass by itself: three wrong passwords lock an account
SHORTEST_WATCHDOG = 600.0  # seconds: a server may take its time over one large letter, and that is no hang

# Not queue.Queue: a signal handler runs on the thread that waits here, and would wait for a lock which that one holds.
Tokens = queue.SimpleQueue[str]


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; exit status 0."""
    tokens: Tokens = queue.SimpleQueue()
    pulse = Pulse(settings)
    _listen_to_signals(tokens, pulse)
    _look_at_watchdog()
    with assemble(settings, pulse.clock) as assembled:
        logs.started(version("mailbot"), settings.desk.address)
        pulse.starts(assembled)
        _tell_terminal(assembled.desk, settings)
        with _wakers(settings, tokens), suppress(Stopped):
            _work(assembled.desk, tokens, pulse)
        pulse.ends()
    logs.stopped()
    return 0


def _tell_terminal(desk: Desk, settings: Settings) -> None:
    """To a person who started it by hand: what it watches, how to end it, where letters go. Nothing into a log."""
    if not sys.stderr.isatty():
        return
    mode = "live"
    if settings.desk.mode == "rehearse":
        mode = f"rehearsing: letters to customers go to {desk.room.process.people.reach('admin')}"
    click.echo(f"watching {settings.desk.address}; Ctrl-C stops it; {mode}", err=True)


def _work(desk: Desk, tokens: Tokens, pulse: Pulse) -> None:
    """Cycles, one for each token, until told to stop."""
    failures, reload = 0, False
    while not pulse.stopping:
        pulse.cycle_begins(reload=reload)
        pause = _cycle(desk, failures, pulse)
        failures = failures + 1 if pause else 0
        reload = RELOAD in _next_tokens(tokens, pause, pulse)


def _cycle(desk: Desk, failures: int, pulse: Pulse) -> float:
    """One cycle; 0, or after a failure the seconds until the next try."""
    pause, lasting = PAUSES[min(failures, len(PAUSES) - 1)], False
    try:
        report = desk.cycle()
    except MailbotError as error:
        trouble = str(error)
        logs.trouble(trouble)
        if isinstance(error, OutsideError) and not error.transient:
            pause, lasting = LASTING, True
    except Exception as error:  # a mistake of ours must not end the service; its words may be a customer's
        trouble = logs.mistake(error)
    else:
        pulse.cycle_ends(report)
        return 0.0
    pulse.cycle_fails(trouble, lasting=lasting, pause=pause)
    return pause


def _next_tokens(tokens: Tokens, pause: float, pulse: Pulse) -> set[str]:
    """Wait for a token, or after a failure for the end of the pause; what has come by then. A stop is never late."""
    until, found = time.monotonic() + pause, set[str]()
    while not pulse.stopping:
        left = until - time.monotonic() if pause else FEED_SECONDS
        if left <= 0 or (found and not pause):
            break
        try:
            found.add(tokens.get(timeout=min(left, FEED_SECONDS)))
        except queue.Empty:
            pulse.waits()
    while not tokens.empty():
        found.add(tokens.get())  # one cycle does for all that piled up meanwhile
    return found


def _listen_to_signals(tokens: Tokens, pulse: Pulse) -> None:
    def stop(_number: int, _frame: object) -> None:
        pulse.stopping = True
        tokens.put(STOP)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    # Every cycle reads changed rules by itself; SIGHUP only makes it soon.
    signal.signal(signal.SIGHUP, lambda _number, _frame: tokens.put(RELOAD))


def _look_at_watchdog() -> None:
    given = watchdog_seconds()
    if 0 < given < SHORTEST_WATCHDOG:
        logs.trouble(
            f"WatchdogSec={given:.0f} in the unit is shorter than a mail server may take over one letter: set it to "
            f"{SHORTEST_WATCHDOG:.0f} or more, or systemd will end a healthy service"
        )


@contextmanager
def _wakers(settings: Settings, tokens: Tokens) -> Iterator[None]:
    """The threads that put tokens: ticks, and the watcher where there is IDLE."""
    stopping = threading.Event()
    ticks = _ticks(settings, tokens)
    watcher = _watcher(settings, tokens, stopping)
    try:
        yield
    finally:
        stopping.set()
        ticks.shutdown(wait=False)
        if watcher:
            watcher.join(timeout=1)  # it is a daemon thread and may be in the middle of IDLE


def _ticks(settings: Settings, tokens: Tokens) -> BackgroundScheduler:
    """A token each poll_seconds: new mail where there is no IDLE, and silences that fall due."""
    scheduler = BackgroundScheduler(timezone="UTC")
    every = timedelta(seconds=settings.imap.poll_seconds).total_seconds()
    scheduler.add_job(tokens.put, "interval", args=[WAKE], seconds=every, misfire_grace_time=None, coalesce=True)
    scheduler.start()
    return scheduler


def _watcher(settings: Settings, tokens: Tokens, stopping: threading.Event) -> threading.Thread | None:
    if not settings.imap.idle:
        return None
    thread = threading.Thread(target=_watch, args=(settings, tokens, stopping), name="idle", daemon=True)
    thread.start()
    return thread


def _watch(settings: Settings, tokens: Tokens, stopping: threading.Event) -> None:
    """A token for each arrival; one also after the first look, which only marks where the inbox ends."""
    mailbox = mailbox_of(settings)
    marked, failures = False, 0
    while not stopping.is_set():
        try:
            if mailbox.watch(WATCH_SECONDS if marked else 0) or not marked:
                tokens.put(WAKE)
            marked, failures = True, 0
        except MailboxError as error:
            logs.trouble(f"watching for new mail: {error}")
            stopping.wait(PAUSES[min(failures, len(PAUSES) - 1)] if error.transient else LASTING)
            failures += 1
        except Exception as error:  # the poll goes on, and new mail is noticed later, but it is noticed
            logs.mistake(error)
            mailbox.close()
            stopping.wait(LASTING)
    mailbox.close()
