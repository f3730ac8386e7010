"""A server that never falls silent and never comes to an end: a line now and then, for ever."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Mapping

from tests.background import HOST

PAUSE = 0.05
SECONDS = 20  # then a test has failed anyhow


class Dripping:
    """Answers by the book until it drips.

    Args:
        greeting: the first line.
        answers: the word of a command -> what is said to it, {tag} for its tag; any other: `else_`.
        at: the command at which it begins to drip.
        drop: the line it then says again and again.
        late: seconds before each answer.
    """

    def __init__(
        self, greeting: str, answers: Mapping[str, str], else_: str, at: str, drop: str, late: float = 0
    ) -> None:
        self._greeting, self._answers, self._else, self._at, self._drop = greeting, answers, else_, at, drop
        self._late = late
        self._socket = socket.create_server((HOST, 0))
        self.port = int(self._socket.getsockname()[1])
        self.dripped = False
        threading.Thread(target=self._listen, name="dripping", daemon=True).start()

    def stop(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.sendall(self._greeting.encode())
            for line in connection.makefile("r", encoding="ascii", newline="\r\n"):
                words = line.upper().split()
                if self._at in words[:2]:
                    self._drip(connection)
                    return
                time.sleep(self._late)
                said = next((self._answers[word] for word in words[:2] if word in self._answers), self._else)
                connection.sendall(said.replace("{tag}", line.split()[0]).encode())

    def _drip(self, connection: socket.socket) -> None:
        self.dripped = True
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            connection.sendall(self._drop.encode())
            time.sleep(PAUSE)
