"""TinyDB's Storage on one SQLite file: documents as JSON, index keys beside them, real transactions.

Decides how documents are written, and that keys are written in the same transaction. It never looks into a
document; the keys a document is found under come from functions it is given.
It must never leave half a transaction behind, nor write a document that is as it was.

`read` and `write` speak of the whole database, as TinyDB's Storage wants it; both are lazy here
(tinydb_table.py), so that reading or changing one document costs the same however many there are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar, cast

from tinydb.storages import Storage

from mailbot.adapters.at_hand import AtHand, Held
from mailbot.adapters.keyed_documents import Doc, Key, Keys, Write, as_text, from_bytes
from mailbot.adapters.sqlite_file import make_file, open_file, said_plainly
from mailbot.adapters.sqlite_transactions import Transactions
from mailbot.adapters.sqlite_writing import Taken, Writing
from mailbot.adapters.tinydb_table import TableView
from mailbot.errors import StateError

__all__ = ["LAST", "Doc", "Key", "Keys", "SqliteStorage", "Taken"]

T = TypeVar("T")

BATCH = 200  # documents read at once when a table is walked
LAST = "\U0010ffff"  # sorts after every key


IN_ORDER = (
    "SELECT sort, id FROM look_up JOIN document USING (doc) WHERE name = ? AND key = ?"
    " AND sort <= ? AND not_before <= ? ORDER BY sort, doc LIMIT ?"
)
NEWEST_FIRST = (
    "SELECT sort, id FROM look_up JOIN document USING (doc) WHERE name = ? AND key = ?"
    " AND sort <= ? AND not_before <= ? ORDER BY sort DESC, doc DESC LIMIT ?"
)


class SqliteStorage(Storage):
    """All tables of one TinyDB in one SQLite file.

    Args:
        path: the file; made where missing. None: kept in memory.
        keys: table -> function that names the keys of one of its documents.
        readonly: never write, also not to a file that another process is writing.
    """

    def __init__(self, path: Path | None, keys: Mapping[str, Keys] | None = None, *, readonly: bool = False) -> None:
        super().__init__()
        self.path = path or Path(":memory:")
        self._keys = keys or {}
        with said_plainly(self.path):
            self._sql = open_file(path, readonly=readonly)
        self._at_hand = AtHand(self._sql)
        self._transactions = Transactions(self._sql, self.path, self._at_hand)
        self._writing = Writing(self._sql, self._keys, self._at_hand)

    # TinyDB's two verbs

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Every table as a lazy view; None where there is none."""
        # cast: TinyDB declares dicts and uses mappings only (its documentation lets a Storage return any)
        return cast("dict[str, dict[str, Any]]", {name: TableView(self, name) for name in self.tables()}) or None

    def write(self, data: Mapping[str, Mapping[Any, Doc]]) -> None:
        """Make the database hold exactly `data`; reached by `drop_table`, `drop_tables` and stock Tables only.

        A view of this storage under its own name is what the disk holds already and is left alone. All else is
        read whole before the first row goes: a lazy view read after its rows were deleted would be empty.
        """
        with self.transaction():
            kept = {name for name, rows in data.items() if isinstance(rows, TableView) and rows.shows(self, name)}
            new = {
                name: {str(id): dict(document) for id, document in rows.items()}
                for name, rows in data.items()
                if name not in kept
            }
            for name in set(self.tables()) - kept:
                for id in set(self.ids(name)) - new.get(name, {}).keys():
                    self.delete(name, id)
            for name, rows in new.items():
                for id, document in rows.items():
                    self.save(name, id, document)

    def close(self) -> None:
        """Let go of the file."""
        self._sql.close()

    # transactions

    def transaction(self) -> AbstractContextManager[None]:
        """Everything within is written together, fsynced at the end, or not at all. May be nested."""
        return self._transactions.one()

    def group(self) -> AbstractContextManager[None]:
        """Transactions within are each whole, and fsynced together at the end."""
        return self._transactions.group()

    # single documents

    def load(self, table: str, id: str) -> dict[str, Any] | None:
        """One document, afresh from the disk; None where there is none."""
        with said_plainly(self.path):
            row = self._writing.row(table, id)
        return None if row is None else self._decoded(table, id, row[1])

    def take(self, table: str, id: str, read: Callable[[dict[str, Any]], T]) -> T | None:
        """One document as what `read` makes of it; not read again as long as it is at hand. Never to be changed."""
        held = self._held(table, id)
        if held is None:
            return None
        if held.value is None:
            held.value = read(self._decoded(table, id, held.body))
        return cast(T, held.value)

    def peek(self, table: str, id: str) -> Any:
        """What the document was read as, if it is at hand and was read."""
        with said_plainly(self.path):
            self._at_hand.look(alone=self._transactions.open)
        held = self._at_hand.get(table, id)
        return None if held is None else held.value

    def fetch(self, table: str, id: str) -> dict[str, Any] | None:
        """One document, each time a new one; not read from the disk again as long as it is at hand."""
        held = self._held(table, id)
        return None if held is None else self._decoded(table, id, held.body)

    def holds(self, table: str, id: str) -> bool:
        """Whether the document exists."""
        with said_plainly(self.path):
            return self._writing.row(table, id) is not None

    def save(self, table: str, id: str, document: Doc) -> None:
        """Write the document and its keys, unless the disk holds just that already."""
        self.save_all((Write(table, id, document),))

    def save_all(self, writes: Iterable[Write]) -> None:
        """Write documents and their keys together. Raises Taken where one was to be new and is not."""
        with self._transactions.within(), said_plainly(self.path):
            self._writing.save_all(writes)

    def delete(self, table: str, id: str) -> None:
        """Remove the document and its keys; nothing happens where there is none."""
        with self._transactions.within(), said_plainly(self.path):
            self._writing.delete(table, id)

    def delete_through(self, table: str, last: str) -> None:
        """Remove every document with this id or a lower one, and their keys."""
        these = "FROM document WHERE tbl = ? AND id <= ?"
        place = (as_text(table), as_text(last))
        with self._transactions.within():
            self._sql.execute(f"DELETE FROM look_up WHERE doc IN (SELECT doc {these})", place)  # noqa: S608 (no input)
            self._sql.execute(f"DELETE {these}", place)

    # whole tables

    def tables(self) -> list[str]:
        """Names of the tables that hold a document; one step down the index for each name."""
        names: list[str] = []
        with said_plainly(self.path):
            sql = "SELECT min(tbl) FROM document WHERE tbl > ?"
            while (name := self._sql.execute(sql, (names[-1] if names else "",)).fetchone()[0]) is not None:
                names.append(name)
        return names

    def ids(self, table: str) -> list[str]:
        """Ids of the table, in their own order."""
        with said_plainly(self.path):
            sql = "SELECT id FROM document WHERE tbl = ? ORDER BY id"
            return [row[0] for row in self._sql.execute(sql, (as_text(table),))]

    def rows(self, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, document) in order of id, in batches: a commit in between, here or elsewhere, does no harm."""
        sql = "SELECT id, body FROM document WHERE tbl = ? AND id >= ? ORDER BY id LIMIT ?"
        first = ""
        while True:
            with said_plainly(self.path):
                found = self._sql.execute(sql, (as_text(table), first, BATCH)).fetchall()
            for id, body in found:
                yield id, self._decoded(table, id, body)
            if len(found) < BATCH:
                return
            first = found[-1][0] + "\0"  # the least text after it

    def between(self, table: str, first: str, last: str) -> list[dict[str, Any]]:
        """The documents with an id in that range, the last one not in it, in order of id."""
        sql = "SELECT id, body FROM document WHERE tbl = ? AND id >= ? AND id < ? ORDER BY id"
        with said_plainly(self.path):
            found = self._sql.execute(sql, (as_text(table), as_text(first), as_text(last))).fetchall()
        return [self._decoded(table, id, body) for id, body in found]

    def count(self, table: str) -> int:
        """How many documents the table holds."""
        with said_plainly(self.path):
            sql = "SELECT count(*) FROM document WHERE tbl = ?"
            return int(self._sql.execute(sql, (as_text(table),)).fetchone()[0])

    def highest(self, table: str) -> int:
        """The highest id that is a number; 0 where there is none."""
        with said_plainly(self.path):
            sql = "SELECT max(CAST(id AS INTEGER)) FROM document WHERE tbl = ? AND id NOT GLOB '*[^0-9]*'"
            return int(self._sql.execute(sql, (as_text(table),)).fetchone()[0] or 0)

    # look-ups by key

    def under(
        self,
        name: str,
        key: str = "",
        *,
        until: str = LAST,
        before: str = LAST,
        limit: int = -1,
        newest_first: bool = False,
    ) -> list[tuple[str, str]]:
        """(sort, id) of the documents under a key, in order.

        Args:
            until: only with `sort` at or below this.
            before: only with `not_before` at or below this.
            limit: at most so many; -1 = all. newest_first: from the other end.
        """
        sql = NEWEST_FIRST if newest_first else IN_ORDER
        with said_plainly(self.path):
            return self._sql.execute(sql, (name, as_text(key), as_text(until), before, limit)).fetchall()

    def count_under(self, name: str, key: str, since: str) -> int:
        """How many documents stand under the key with `sort` at or above `since`."""
        sql = "SELECT count(*) FROM look_up WHERE name = ? AND key = ? AND sort >= ?"
        with said_plainly(self.path):
            return int(self._sql.execute(sql, (name, as_text(key), since)).fetchone()[0])

    def copy_to(self, path: Path) -> None:
        """Copy the whole file, as of one moment, to a new one, while others read and write."""
        with said_plainly(path):
            make_file(path)
            target = sqlite3.connect(path)
            try:
                self._sql.backup(target)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            finally:
                target.close()

    # within

    def _held(self, table: str, id: str) -> Held | None:
        """The document at hand, or from the disk."""
        with said_plainly(self.path):
            self._at_hand.look(alone=self._transactions.open)
            held = self._at_hand.get(table, id)
            if held is None and (row := self._writing.row(table, id)):
                held = Held(*row)
                self._at_hand.keep(table, id, held)
        return held

    def _decoded(self, table: str, id: str, body: bytes) -> dict[str, Any]:
        try:
            return from_bytes(body)
        except (ValueError, TypeError) as error:
            words = f"{self.path} is damaged: {table} {id} cannot be read ({error}). Run `mailbot rebuild`."
            raise StateError(words, transient=False) from error
