"""The daemon: `mailbot run`. One thread owns ledger, IMAP and sending; others only put tokens in one queue.

The IDLE watcher has a connection of its own and never fetches; APScheduler ticks. SIGTERM ends after
the cycle in hand, SIGHUP reads the rules again. A failure is logged and tried again with growing
pauses; nothing but a signal ends the service.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
import traceback
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from mailbot import logs
from mailbot.assembly import assemble, clock, mailbox_of
from mailbot.desk import Desk
from mailbot.errors import MailbotError, MailboxError, OutsideError
from mailbot.notify import notify
from mailbot.settings import Settings

WAKE, STOP = "wake", "stop"
WATCH_SECONDS = 240.0  # IDLE is left that often as a test that the line still lives
FEED_SECONDS = 20.0  # an idle desk tells systemd that often that it lives
PAUSES = (5.0, 15.0, 60.0)  # seconds after failures in a row
LASTING = 300.0  # after a failure that will not pass by itself: three wrong passwords lock an account

# Not queue.Queue: a signal handler runs on the thread that waits here, and would wait for a lock which that one holds.
Tokens = queue.SimpleQueue[str]


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; exit status 0."""
    tokens: Tokens = queue.SimpleQueue()
    stopping = threading.Event()  # for the watcher
    _listen_to_signals(tokens)
    with assemble(settings, clock(None)) as assembled:
        ticks = _ticks(settings, tokens)
        watcher = _watcher(settings, tokens, stopping)
        notify("READY=1")
        try:
            _work(assembled.desk, tokens)
        finally:
            stopping.set()
            notify("STOPPING=1")
            ticks.shutdown(wait=False)
            if watcher:
                watcher.join(timeout=1)  # it is a daemon thread and may be in the middle of IDLE
    return 0


def _work(desk: Desk, tokens: Tokens) -> None:
    """Cycles, one for each token, until told to stop."""
    failures = 0
    while True:
        pause = _cycle(desk, failures)
        failures = failures + 1 if pause else 0
        if _told_to_stop(tokens, pause):
            return


def _cycle(desk: Desk, failures: int) -> float:
    """One cycle; 0, or after a failure the seconds until the next try."""
    try:
        desk.cycle()
    except MailbotError as error:
        logs.trouble(str(error))
        if isinstance(error, OutsideError) and not error.transient:
            return LASTING
    except Exception as error:  # a mistake of ours must not end the service; its words may be a customer's
        at = traceback.extract_tb(error.__traceback__)[-1]
        logs.trouble(f"{type(error).__name__} at {at.filename}:{at.lineno}: please report it; the cycle is tried again")
    else:
        return 0.0
    return PAUSES[min(failures, len(PAUSES) - 1)]


def _told_to_stop(tokens: Tokens, pause: float) -> bool:
    """Wait for a token, or after a failure for the end of the pause; whether STOP came."""
    until = time.monotonic() + pause
    while True:
        notify("WATCHDOG=1")
        left = until - time.monotonic() if pause else FEED_SECONDS
        if left <= 0:
            return STOP in _drained(tokens)
        try:
            token = tokens.get(timeout=min(left, FEED_SECONDS))
        except queue.Empty:
            continue
        if token == STOP:
            return True
        if not pause:
            return STOP in _drained(tokens)  # one cycle does for all that piled up meanwhile


def _drained(tokens: Tokens) -> set[str]:
    found = set()
    while not tokens.empty():
        found.add(tokens.get())
    return found


def _listen_to_signals(tokens: Tokens) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: tokens.put(STOP))
    # Every cycle reads changed rules by itself; SIGHUP only makes it soon.
    signal.signal(signal.SIGHUP, lambda _number, _frame: tokens.put(WAKE))


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
    mailbox.close()
