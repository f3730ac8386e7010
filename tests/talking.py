"""A server on this machine that says what a test tells it to, line by line."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from tests.background import HOST

Talk = Callable[[socket.socket, BinaryIO], None]


class Talker:
    """Where it is, and how its talks went. ended: one for each connection that is closed on both sides."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self.ended: list[bool] = []

    def listen(self, talk: Talk) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._one, args=(connection, talk), daemon=True).start()

    def _one(self, connection: socket.socket, talk: Talk) -> None:
        connection.settimeout(10)
        with connection, connection.makefile("rb") as heard, suppress(OSError):
            talk(connection, heard)
            while heard.readline():
                pass
        self.ended.append(True)

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def talking(talk: Talk) -> Iterator[Talker]:
    """A server that holds this talk with everyone."""
    server = Talker()
    threading.Thread(target=server.listen, args=(talk,), daemon=True).start()
    try:
        yield server
    finally:
        server.stop()


def imap(capabilities: str, answer: Callable[[bytes, bytes, bytes], bytes | None]) -> Talk:
    """An IMAP server: `answer` gives what it says to (tag, command, the rest); None = OK."""

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        connection.sendall(f"* OK [CAPABILITY IMAP4rev1 {capabilities}] hello\r\n".encode())
        for line in heard:
            tag, _, rest = line.strip().partition(b" ")
            command, _, words = rest.partition(b" ")
            command = command.upper()
            said = answer(tag, command, words)
            if said is None and command == b"CAPABILITY":
                connection.sendall(f"* CAPABILITY IMAP4rev1 {capabilities}\r\n".encode())
            connection.sendall(tag + b" OK done\r\n" if said is None else said)

    return talk
