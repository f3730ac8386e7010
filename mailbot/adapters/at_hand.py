"""Documents at hand: those read or written last, so that what was just committed is not read and parsed again.

Decides whether they still are what the file holds: as long as SQLite says that no other connection has committed
(PRAGMA data_version), and that this one has changed nothing but what is noted here (total_changes). Where either moved,
and after anything was undone, all are forgotten. Must never answer for a document that lies otherwise in the file,
nor grow with the desk.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from mailbot.adapters.keyed_documents import Bound

MOST_BYTES = 16_000_000  # some hundred cases with their letters
LARGEST = 200_000  # bytes of one; a letter with photos is read when it is asked for
TIMES, BESIDE = 3, 1_000  # what a document takes as Python's objects: about so many times its JSON, and the rest


@dataclass(slots=True)
class Held:
    """A document of the file: its row number (0: not asked for), its JSON, its keys and what it was read as."""

    doc: int
    body: bytes
    keys: frozenset[Bound] | None = None  # None: not asked for
    value: Any = None  # None: not read yet
    size: int = 0


class AtHand:
    """The documents at hand of one connection."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._held: dict[tuple[str, str], Held] = {}
        self._bytes = 0
        self._version = self._changes = -1

    def look(self, *, alone: bool) -> None:
        """Forget all if the file may hold something else by now. alone: nobody else can have written since."""
        version = self._version if alone else self._sql.execute("PRAGMA data_version").fetchone()[0]
        if (version, self._sql.total_changes) != (self._version, self._changes):
            self.forget()
            self._version = version
            self._changes = self._sql.total_changes

    def noted(self) -> None:
        """All that this connection has changed so far is as it is here."""
        self._changes = self._sql.total_changes

    def forget(self) -> None:
        """Nothing is at hand."""
        self._held.clear()
        self._bytes = 0

    def get(self, table: str, id: str) -> Held | None:
        """The document, if it is at hand."""
        return self._held.get((table, id))

    def keep(self, table: str, id: str, held: Held, beside: int = 0) -> None:
        """Have it at hand from now on; those kept the longest go where there is no room.

        Args:
            beside: bytes that its value holds beside the body.
        """
        self.drop(table, id)
        held.size = TIMES * len(held.body) + beside + BESIDE
        if held.size > LARGEST:
            return
        self._held[table, id] = held
        self._bytes += held.size
        while self._bytes > MOST_BYTES:
            self.drop(*next(iter(self._held)))

    def drop(self, table: str, id: str) -> None:
        """Have it at hand no more."""
        gone = self._held.pop((table, id), None)
        self._bytes -= gone.size if gone else 0
