"""The process from which reading processes are forked: made once, while the desk is one thread and holds nothing yet.

A fork beside threads can inherit a lock that nobody will ever open, so none is made then; from the stem, which has one
thread and no work of its own, a new reading process is there within milliseconds whenever one died. The stem lets go of
all that the desk had open, the flock and a terminal or pipe on its outputs too. It hears no signals: a Ctrl-C goes to
the whole group, and the desk still wants its mails read. It ends when the desk does, for then its line ends.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mailbot.process.model import Process
from mailbot.reading.worker import work

NUMBER = struct.Struct("!i")  # first the process's number, or 0; then how it ended
ANSWERS_WITHIN = 20.0  # seconds; forking takes milliseconds, and a machine can be busy
MOST_OPEN = 4_096  # descriptors looked at where the system does not say which are open; the desk has a dozen
UNHEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NoProcess(Exception):
    """The system gives no process."""


@dataclass(slots=True)
class Worker:
    """A reading process: its number, and the line to it."""

    pid: int
    line: socket.socket


class Stem:
    """The desk's end of it.

    Raises:
        NoProcess: no process can be had here, or none safely.
    """

    def __init__(self, process: Process) -> None:
        if not hasattr(os, "fork") or threading.active_count() > 1:
            raise NoProcess("other threads are at work")
        try:
            ours, theirs = socket.socketpair()
            self._pid = os.fork()
        except OSError as error:
            raise NoProcess(str(error)) from error
        if self._pid == 0:
            _be_the_stem(theirs, process)
        theirs.close()
        ours.settimeout(ANSWERS_WITHIN)
        self._line = ours

    def worker(self) -> Worker:
        """A new reading process. Raises NoProcess."""
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise NoProcess(str(error)) from error
        try:
            with theirs:
                socket.send_fds(self._line, [b"w"], [theirs.fileno()])
            pid = self._number()
        except OSError as error:
            ours.close()
            raise NoProcess(str(error)) from error
        if pid <= 0:
            ours.close()
            raise NoProcess(os.strerror(-pid))
        return Worker(pid, ours)

    def ended(self, worker: Worker, *, kill: bool = False) -> int:
        """How the process ended, as waitstatus_to_exitcode has it. Raises NoProcess if the stem is gone."""
        if kill:
            with suppress(OSError):
                os.kill(worker.pid, signal.SIGKILL)
        worker.line.close()
        try:
            return self._number()
        except OSError as error:
            raise NoProcess(str(error)) from error

    def close(self) -> None:
        """It ends by itself when its line does."""
        self._line.close()
        with suppress(OSError):
            os.waitpid(self._pid, 0)

    def _number(self) -> int:
        answer = self._line.recv(NUMBER.size, socket.MSG_WAITALL)
        if len(answer) < NUMBER.size:
            raise OSError("the process that makes processes is gone")
        return int(NUMBER.unpack(answer)[0])


def _be_the_stem(line: socket.socket, process: Process) -> NoReturn:
    """What the forked process does; it never goes back into the desk's work."""
    try:
        for each in UNHEARD:
            signal.signal(each, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        _let_go(line.fileno())
        gc.freeze()  # what was loaded stays where it is, and shared with the desk
        _fork_on_order(line, process)
    finally:
        os._exit(0)


def _fork_on_order(line: socket.socket, process: Process) -> None:
    while True:
        order, descriptors, _, _ = socket.recv_fds(line, 1, 1)
        if not order:
            return
        for descriptor in descriptors:
            pid = _fork(line, descriptor, process)
            os.close(descriptor)
            line.sendall(NUMBER.pack(pid))
            if pid > 0:
                _, status = os.waitpid(pid, 0)
                line.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))


def _fork(line: socket.socket, descriptor: int, process: Process) -> int:
    """The number of the new process, or the error's as a negative one."""
    try:
        pid = os.fork()
    except OSError as error:
        return -(error.errno or 1)
    if pid == 0:
        try:
            line.close()
            work(socket.socket(fileno=descriptor), process)
            os._exit(0)
        finally:
            os._exit(1)
    return pid


def _let_go(keep: int) -> None:
    """Close everything but one descriptor; inputs and outputs lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(nowhere, each)
    try:
        opened = [int(each.name) for each in Path("/proc/self/fd").iterdir()]
    except OSError:  # a system without it
        opened = list(range(MOST_OPEN))
    for each in opened:
        if each > 2 and each != keep:
            with suppress(OSError):
                os.close(each)
