"""TinyDB's Storage on one SQLite file: documents as JSON, index keys beside them, real transactions.

Decides how documents are written, and that keys are written in the same transaction. It never looks into a
document; the keys a document is found under come from functions it is given.
It must never leave half a transaction behind, nor write a document that is as it was.

`read` and `write` speak of the whole database, as TinyDB's Storage wants it; both are lazy here
(tinydb_table.py), so that reading or changing one document costs the same however many there are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
from tinydb.storages import Storage

from mailbot.adapters.sqlite_file import make_file, open_file, said_plainly
from mailbot.adapters.tinydb_table import TableView
from mailbot.errors import StateError

Doc = Mapping[str, Any]

BATCH = 200  # documents read at once when a table is walked
LAST = "\U0010ffff"  # sorts after every key


@dataclass(frozen=True, slots=True)
class Key:
    """One way to find a document: under `key` of the index `name`, in the order of `sort`."""

    name: str
    key: str = ""
    sort: str = ""
    not_before: str = ""  # "" = always wanted


Keys = Callable[[Doc], Iterator[Key]]
_Bound = tuple[str, str, str, str]  # a key as SQLite holds it


def to_bytes(document: Doc) -> bytes:
    """A document as JSON. What orjson refuses (a number over 64 bits, half a surrogate pair) any mail can hold, so
    the slow writer takes those and puts a space first, which tells `from_bytes` to read it slowly too."""
    try:
        return orjson.dumps(document)
    except TypeError:
        return b" " + json.dumps(document, separators=(",", ":")).encode("ascii")


def from_bytes(body: bytes) -> dict[str, Any]:
    """The document written by `to_bytes`."""
    found: dict[str, Any] = json.loads(body) if body.startswith(b" ") else orjson.loads(body)
    return found


def as_text(value: str) -> str:
    """An id or key as SQLite can bind it: half a surrogate pair is no UTF-8, and must not make a look-up fail."""
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")


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
        self._depth = 0
        with said_plainly(self.path):
            self._sql = open_file(path, readonly=readonly)

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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within is written together, fsynced at the end, or not at all. May be nested."""
        with said_plainly(self.path):
            self._sql.execute(f"SAVEPOINT level{self._depth}" if self._depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._undo()
                raise
            self._depth -= 1
            try:
                self._sql.execute(f"RELEASE level{self._depth}" if self._depth else "COMMIT")
            except BaseException:
                self._undo()
                raise

    def _within(self) -> AbstractContextManager[None]:
        """One document's writing: a transaction of its own, or a part of the open one, which then falls with it."""
        return nullcontext() if self._depth else self.transaction()

    def _undo(self) -> None:
        """Roll back to where this level began; SQLite itself may have rolled back already (full disk)."""
        if self._sql.in_transaction:
            self._sql.execute(f"ROLLBACK TO level{self._depth}" if self._depth else "ROLLBACK")

    # single documents

    def load(self, table: str, id: str) -> dict[str, Any] | None:
        """One document, afresh from the disk; None where there is none."""
        with said_plainly(self.path):
            row = self._row(table, id)
        return None if row is None else self._decoded(table, id, row[1])

    def holds(self, table: str, id: str) -> bool:
        """Whether the document exists."""
        with said_plainly(self.path):
            return self._row(table, id) is not None

    def save(self, table: str, id: str, document: Doc) -> None:
        """Write the document and its keys, unless the disk holds just that already."""
        body = to_bytes(document)
        with self._within():
            held = self._row(table, id)
            if held is None:
                place = (as_text(table), as_text(id), body)
                doc = self._sql.execute("INSERT INTO document (tbl, id, body) VALUES (?, ?, ?)", place).lastrowid or 0
                self._add_keys(doc, self._keys_of(table, document))
            elif held[1] != body:
                self._sql.execute("UPDATE document SET body = ? WHERE doc = ?", (body, held[0]))
                if table in self._keys:
                    self._save_keys(held[0], self._keys_of(table, document))

    def delete(self, table: str, id: str) -> None:
        """Remove the document and its keys; nothing happens where there is none."""
        with self._within():
            held = self._row(table, id)
            if held is not None:
                self._sql.execute("DELETE FROM look_up WHERE doc = ?", (held[0],))
                self._sql.execute("DELETE FROM document WHERE doc = ?", (held[0],))

    def delete_through(self, table: str, last: str) -> None:
        """Remove every document with this id or a lower one, and their keys."""
        these = "FROM document WHERE tbl = ? AND id <= ?"
        place = (as_text(table), as_text(last))
        with self._within():
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

    def _row(self, table: str, id: str) -> tuple[int, bytes] | None:
        sql = "SELECT doc, body FROM document WHERE tbl = ? AND id = ?"
        return cast("tuple[int, bytes] | None", self._sql.execute(sql, (as_text(table), as_text(id))).fetchone())

    def _keys_of(self, table: str, document: Doc) -> set[_Bound]:
        named = self._keys[table](document) if table in self._keys else ()
        return {(key.name, as_text(key.key), as_text(key.sort), key.not_before) for key in named}

    def _save_keys(self, doc: int, wanted: set[_Bound]) -> None:
        """Write only the difference: a case with fifty letters gains one key when it gains one letter."""
        sql = "SELECT name, key, sort, not_before FROM look_up WHERE doc = ?"
        held = set(self._sql.execute(sql, (doc,)).fetchall())
        for gone in held - wanted:
            remove = "DELETE FROM look_up WHERE name = ? AND key = ? AND sort = ? AND doc = ?"
            self._sql.execute(remove, (*gone[:3], doc))
        self._add_keys(doc, wanted - held)

    def _add_keys(self, doc: int, new: set[_Bound]) -> None:
        insert = "INSERT INTO look_up (name, key, sort, not_before, doc) VALUES (?, ?, ?, ?, ?)"
        self._sql.executemany(insert, [(*key, doc) for key in new])

    def _decoded(self, table: str, id: str, body: bytes) -> dict[str, Any]:
        try:
            return from_bytes(body)
        except (ValueError, TypeError) as error:
            words = f"{self.path} is damaged: {table} {id} cannot be read ({error}). Run `mailbot rebuild`."
            raise StateError(words, transient=False) from error
