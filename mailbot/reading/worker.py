"""The process that reads: its limits, and its one loop. It ends when the desk does, for then its line ends.

It has no socket but that line, no file of the desk, no lock and no ledger. A mail that goes beyond a limit ends it by
the system's own hand, also in the middle of a library written in C; who was at work is then known to the desk.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import cast

from mailbot.cases import intake as intakes
from mailbot.cases.identity import Identity
from mailbot.mail import message as messages
from mailbot.process.model import Process
from mailbot.reading import wire

# A mail takes 4 ms, the slowest known shapes of 64 MB 3 to 7 s: so a machine five times slower reads them all.
SECONDS = 5.0  # of the processor, for any mail
BYTES_A_SECOND = 2_000_000  # and a second more for so many
# The largest mail that is read whole (64 MB) takes 600 MB; the unit gives the whole service 1 GB (deploy/).
MEMORY = 768 * 1024 * 1024
TAKEN = 1 << 18  # bytes read at once
OUT_OF_MEMORY = 75  # exit status
FIRST_TO_GO = "800"  # of 1000: where the machine has no memory left, the desk is not what has to end


def most_seconds(size: int) -> float:
    """The processor's time that a mail of so many bytes may take."""
    return SECONDS + size / BYTES_A_SECOND


def work(line: socket.socket, process: Process) -> None:
    """Read what comes, answer each mail in turn, until the line ends. `process`: the rules as at the fork."""
    _limit()
    source = cast("BufferedReader", line.makefile("rb", TAKEN))
    identity: Identity | None = None
    while (head := source.read(wire.HEAD.size)) and len(head) == wire.HEAD.size:
        kind, size = wire.HEAD.unpack(head)
        body = _body(source, size)
        if body is None:
            return
        if kind == wire.RULES:
            sent, identity = wire.unpacked_rules(body)
            process = sent or process
        elif identity:
            _answer(line, body, kind == wire.BEGINNING, process, identity)


def _limit() -> None:
    """What this process may use. Where a limit cannot be set, the desk's own patience is what is left."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # the end of its time ends it
    for what, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CORE, 0)):  # customers' words are in a core
        with suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")


def _body(source: BufferedReader, size: int) -> bytes | None:
    """The bytes of a frame; None if the line ended within."""
    try:
        body = source.read(size)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    return body if len(body) == size else None


def _answer(line: socket.socket, raw: bytes, truncated: bool, process: Process, identity: Identity) -> None:
    signal.setitimer(signal.ITIMER_PROF, most_seconds(len(raw)))
    try:
        kind, answer = _read(raw, truncated, process, identity)
    except MemoryError:  # what is left of this process is not to be trusted with the next mail
        os._exit(OUT_OF_MEMORY)
    signal.setitimer(signal.ITIMER_PROF, 0)
    line.sendall(wire.HEAD.pack(kind, len(answer)) + answer)


def _read(raw: bytes, truncated: bool, process: Process, identity: Identity) -> tuple[bytes, bytes]:
    message = messages.read(raw, truncated=truncated)
    try:
        return wire.SEEN, wire.packed_seen(intakes.look(message, process, identity))
    except MemoryError:
        raise
    except Exception as failure:  # any bytes are a mail; what cannot be understood all the same goes to a human
        return wire.FAILED, wire.packed_failure(message, f"{type(failure).__name__}: {failure}"[:300])
