"""Sockets on which an answer has an end, also where it comes drop by drop.

A socket's own timeout holds for one wait: a server that says a word now and then is waited for without end. It decides
nothing else, and must never make a wait longer than the socket's own.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Pace:
    """How long the other side may take, however many pieces its answer comes in."""

    def __init__(self, seconds: float) -> None:
        self.within(seconds)

    def within(self, seconds: float) -> None:
        """All that is read from here on, up to an end in so many seconds."""
        self._seconds, self._until = 0.0, time.monotonic() + seconds

    def each(self, seconds: float) -> None:
        """From here on each answer has so long, counted from what was sent last."""
        self._seconds, self._until = seconds, time.monotonic() + seconds

    def asked(self) -> None:
        """Something was sent."""
        if self._seconds:
            self._until = time.monotonic() + self._seconds

    @contextmanager
    def waiting(self, sock: socket.socket) -> Iterator[None]:
        """One wait of the socket, no longer than there is time left. Raises TimeoutError where none is."""
        left, usual = self._until - time.monotonic(), sock.gettimeout()
        if left <= 0:
            raise TimeoutError("the answer has no end")
        if usual is not None and usual <= left:
            yield
            return
        sock.settimeout(left)
        try:
            yield
        finally:
            sock.settimeout(usual)

    def connect(self, address: tuple[str, int], timeout: float, *_: Any) -> socket.socket:
        """A connection in plain text, read at this pace."""
        found = socket.create_connection(address, timeout)
        paced = _Plain(fileno=found.detach())
        paced.settimeout(timeout)
        paced.pace = self
        return paced

    def context(self) -> ssl.SSLContext:
        """For TLS that is read at this pace; trusts whom the system trusts."""
        context = ssl.create_default_context()
        context.sslsocket_class = type("_PacedTls", (_Tls,), {"pace": self})  # ssl makes the sockets itself
        return context


def _reading(read: Callable[..., Any]) -> Callable[..., Any]:
    def paced(sock: Any, *given: Any) -> Any:
        with sock.pace.waiting(sock):
            return read(sock, *given)

    return paced


def _writing(write: Callable[..., Any]) -> Callable[..., Any]:
    def paced(sock: Any, *given: Any) -> Any:
        sock.pace.asked()
        return write(sock, *given)

    return paced


class _Plain(socket.socket):
    pace: Pace
    recv_into = _reading(socket.socket.recv_into)
    recv = _reading(socket.socket.recv)
    sendall = _writing(socket.socket.sendall)


class _Tls(ssl.SSLSocket):
    pace: Pace
    recv_into = _reading(ssl.SSLSocket.recv_into)
    recv = _reading(ssl.SSLSocket.recv)
    sendall = _writing(ssl.SSLSocket.sendall)
