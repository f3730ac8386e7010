"""The daemon: `mailbot run`. One thread owns ledger, IMAP and sending; others only put tokens in one queue.

The IDLE watcher has a connection of its own and never fetches; APScheduler ticks. SIGTERM ends after
the step in hand, SIGHUP reads the rules again. An outside failure is logged and tried again with
growing pauses; nothing but a signal ends the service.
"""

from __future__ import annotations

import queue
import signal
import threading
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from mailbot import logs
from mailbot.assembly import assemble, clock, mailbox_of
from mailbot.desk import Desk
from mailbot.errors import MailboxError, OutsideError, RulesError
from mailbot.notify import notify
from mailbot.settings import Settings

WAKE, STOP = "wake", "stop"
WATCH_SECONDS = 240.0  # IDLE is left that often as a test that the line still lives
PAUSES = (5.0, 15.0, 60.0, 300.0)  # seconds after outside failures in a row
Tokens = queue.Queue[str]


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; exit status 0."""
    tokens: Tokens = queue.Queue()
    stopping = threading.Event()
    _listen_to_signals(tokens, stopping)
    with assemble(settings, clock(None)) as assembled:
        ticks = _ticks(settings, tokens)
        watcher = _watcher(settings, tokens, stopping)
        notify("READY=1")
        try:
            _work(assembled.desk, tokens, stopping)
        finally:
            stopping.set()
            notify("STOPPING=1")
            ticks.shutdown(wait=False)
            if watcher:
                watcher.join(timeout=1)  # it is a daemon thread and may be in the middle of IDLE
    return 0


def _work(desk: Desk, tokens: Tokens, stopping: threading.Event) -> None:
    """Cycles, one for each token, until told to stop."""
    failures = 0
    while not stopping.is_set():
        try:
            desk.cycle()
            failures = 0
        except (OutsideError, RulesError) as error:
            logs.trouble(str(error))
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            stopping.wait(pause)
        notify("WATCHDOG=1")
        token = STOP if stopping.is_set() else tokens.get()
        while token != STOP and not tokens.empty():
            token = tokens.get()  # one cycle does for all that piled up meanwhile
        if token == STOP:
            return


def _listen_to_signals(tokens: Tokens, stopping: threading.Event) -> None:
    def stop(_number: int, _frame: object) -> None:
        stopping.set()
        tokens.put(STOP)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
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
    mailbox = mailbox_of(settings)
    while not stopping.is_set():
        try:
            if mailbox.watch(WATCH_SECONDS):
                tokens.put(WAKE)
        except MailboxError as error:
            logs.trouble(f"watching for new mail: {error}")
            stopping.wait(PAUSES[-2])
    mailbox.close()
