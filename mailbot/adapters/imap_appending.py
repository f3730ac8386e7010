"""Mails on their way into a folder, of which the server's word is not waited for."""

from __future__ import annotations

from typing import Any


class Appending:
    """One APPEND that was begun. done: the server has said that all of its mails are there."""

    def __init__(self, tag: bytes) -> None:
        self._tag = tag
        self.done = False

    def hear(self, client: Any) -> None:
        """Take the server's word; a refusal (no such folder, no room) is no failure of the connection."""
        self.done = client.end_append(self._tag)
