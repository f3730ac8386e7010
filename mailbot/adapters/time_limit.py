"""A limit to a whole errand on a connection, however lively the server is.

A socket's own timeout begins afresh with every byte: a server that sends one line a second would be listened to for
ever. It decides nothing but when to stop: then the connection is cut, and whoever reads or writes on it is let go.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def cut_after(seconds: float, connection: socket.socket) -> Iterator[threading.Event]:
    """Cut the connection if what is done within takes longer; the event says whether that has happened."""
    passed = threading.Event()

    def cut() -> None:
        passed.set()
        with suppress(OSError):  # it has ended by itself
            # Not SSLSocket's: that would take the encryption off under the one who is reading.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield passed
    finally:
        timer.cancel()
