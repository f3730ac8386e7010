"""Transactions on the SQLite file: each whole or not at all, several in a row durable together.

Decides when what was written is fsynced: at the end of a transaction, or of the group that it stands in. It must never
say that something is durable that is not, nor go on after SQLite has undone a group by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from mailbot.adapters.at_hand import AtHand
from mailbot.adapters.sqlite_file import said_plainly
from mailbot.errors import StateError


class Transactions:
    """The transactions of one connection."""

    def __init__(self, sql: sqlite3.Connection, path: Path, at_hand: AtHand) -> None:
        self._sql, self._path, self._at_hand = sql, path, at_hand
        self._depth = 0

    @property
    def open(self) -> bool:
        """Whether one is open: then nobody else can write."""
        return self._depth > 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Everything within is written together, or not at all; fsynced at the end of the outermost. May be nested."""
        with said_plainly(self._path):
            self._begin()
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._undo()
                raise
            self._end()

    def within(self) -> AbstractContextManager[None]:
        """One document's writing: a transaction of its own, or a part of the open one, which then falls with it."""
        return nullcontext() if self._depth else self.one()

    @contextmanager
    def group(self) -> Iterator[None]:
        """Transactions within are each whole, and fsynced together at the end, also where an error is the end.

        Raises:
            StateError: within or at the end, if the disk failed: then SQLite may have taken all of it back.
        """
        if self._depth:
            yield
            return
        with said_plainly(self._path):
            self._begin()
        said = False
        try:
            yield
        except StateError:
            said = True
            raise
        finally:
            with said_plainly(self._path):
                self._end_group(said)

    def _begin(self) -> None:
        if self._depth:
            self._refuse_undone()
            self._sql.execute(f"SAVEPOINT level{self._depth}")
        else:
            self._sql.execute("BEGIN IMMEDIATE")
            self._at_hand.look(alone=False)
        self._depth += 1

    def _end(self) -> None:
        self._depth -= 1
        try:
            self._sql.execute(f"RELEASE level{self._depth}" if self._depth else "COMMIT")
        except BaseException:
            self._undo()
            raise

    def _end_group(self, said: bool) -> None:
        """said: why the disk failed is being told already."""
        if self._sql.in_transaction:
            self._end()
            return
        self._depth = 0
        if not said:
            self._refuse_undone()

    def _undo(self) -> None:
        """Roll back to where this level began; SQLite itself may have rolled back already (full disk)."""
        self._at_hand.forget()
        if self._sql.in_transaction:
            self._sql.execute(f"ROLLBACK TO level{self._depth}" if self._depth else "ROLLBACK")

    def _refuse_undone(self) -> None:
        """A group that SQLite has undone by itself is over: what came before in it is lost, so nothing may follow."""
        if not self._sql.in_transaction:
            self._at_hand.forget()
            words = f"the disk under {self._path} failed. Look at the disk; nothing of this step was written."
            raise StateError(words, transient=True)
