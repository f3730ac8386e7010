"""Mails on their way into a folder, of which the server's word is not waited for."""

from __future__ import annotations

from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError


class Appending:
    """One APPEND that was begun. done: the server has said that all of its mails are there."""

    def __init__(self, tag: bytes) -> None:
        self._tag = tag
        self.done = False

    def hear(self, client: Any) -> None:
        """The server's word. A refusal (no such folder, no room) is no failure of the connection: it is not done."""
        try:
            client.end_append(self._tag)
            self.done = True
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            return
