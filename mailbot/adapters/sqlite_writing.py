"""Writing documents with their keys in few statements, each prepared once, and knowing those at hand.

Decides what has to be written: nothing of a document that is as it was, of its keys only what changed. It never begins
or ends a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from mailbot.adapters.at_hand import AtHand, Held
from mailbot.adapters.keyed_documents import Bound, Keys, Write, as_text, bound, to_bytes

FIND = "SELECT doc, body FROM document WHERE tbl = ? AND id = ?"
FIND_KEYS = "SELECT name, key, sort, not_before FROM look_up WHERE doc = ?"
ADD = "INSERT INTO document (tbl, id, body) VALUES (?, ?, ?) ON CONFLICT (tbl, id) DO NOTHING"
CHANGE = "UPDATE document SET body = ? WHERE doc = ?"
# of documents without keys: which row they have need not be known
PUT = (
    "INSERT INTO document (tbl, id, body) VALUES (?, ?, ?)"
    " ON CONFLICT (tbl, id) DO UPDATE SET body = excluded.body WHERE body <> excluded.body"
)
ADD_KEY = "INSERT INTO look_up (name, key, sort, not_before, doc) VALUES (?, ?, ?, ?, ?)"
REMOVE_KEY = "DELETE FROM look_up WHERE name = ? AND key = ? AND sort = ? AND doc = ?"
REMOVE_KEYS = "DELETE FROM look_up WHERE doc = ?"
REMOVE = "DELETE FROM document WHERE doc = ?"


class Taken(Exception):
    """A document that was to be written anew is there already."""


@dataclass(slots=True)
class _Rows:
    """What is left to write in one go."""

    plain: list[tuple[str, str, bytes]] = field(default_factory=list)
    gone: list[tuple[str, str, str, int]] = field(default_factory=list)
    added: list[tuple[str, str, str, str, int]] = field(default_factory=list)


class Writing:
    """Writes on one connection, within its open transaction."""

    def __init__(self, sql: sqlite3.Connection, keys: Mapping[str, Keys], at_hand: AtHand) -> None:
        self._sql, self._keys, self._at_hand = sql, keys, at_hand

    def row(self, table: str, id: str) -> tuple[int, bytes] | None:
        """The document's row and body as the disk has them."""
        return cast("tuple[int, bytes] | None", self._sql.execute(FIND, (as_text(table), as_text(id))).fetchone())

    def save_all(self, writes: Iterable[Write]) -> None:
        """Write documents, of several under one id the last. Raises Taken where one was to be new and is not."""
        self._at_hand.look(alone=True)
        try:
            self._save(_each_once(writes))
        except BaseException:
            self._at_hand.forget()  # part of it may be written, and what is not may be at hand
            raise
        self._at_hand.noted()

    def delete(self, table: str, id: str) -> None:
        """Remove a document and its keys, if there is one."""
        self._at_hand.look(alone=True)
        held = self._at_hand.get(table, id)
        doc = held.doc if held and held.doc else next(iter(self.row(table, id) or ()), None)
        if doc is None:
            return
        self._sql.execute(REMOVE_KEYS, (doc,))
        self._sql.execute(REMOVE, (doc,))
        self._at_hand.drop(table, id)
        self._at_hand.noted()

    def _save(self, writes: Iterable[Write]) -> None:
        rows = _Rows()
        for write in writes:
            if write.table in self._keys:
                self._save_keyed(write, rows)
            else:
                body = to_bytes(write.document)
                rows.plain.append((as_text(write.table), as_text(write.id), body))
                self._keep(write, Held(0, body))
        for sql, many in ((PUT, rows.plain), (REMOVE_KEY, rows.gone), (ADD_KEY, rows.added)):
            if many:
                self._sql.executemany(sql, many)

    def _save_keyed(self, write: Write, rows: _Rows) -> None:
        body = to_bytes(write.document)
        held = None if write.anew else self._at_hand.get(write.table, write.id)
        if held is None and (doc := self._added(write, body)):
            held, before = Held(doc, body), frozenset[Bound]()
        else:
            held = held or Held(*cast("tuple[int, bytes]", self.row(write.table, write.id)))
            if held.body == body:
                self._keep(write, Held(held.doc, body, held.keys))
                return
            self._sql.execute(CHANGE, (body, held.doc))
            before = self._keys_of(held)
        wanted = frozenset(map(bound, self._keys[write.table](write.document)))
        rows.gone += [(*key[:3], held.doc) for key in before - wanted]
        rows.added += [(*key, held.doc) for key in wanted - before]
        self._keep(write, Held(held.doc, body, wanted))

    def _added(self, write: Write, body: bytes) -> int:
        """The row of a document that there was none of; 0 where there is one."""
        new = self._sql.execute(ADD, (as_text(write.table), as_text(write.id), body))
        if not new.rowcount and write.anew:
            raise Taken(f"{write.table} {write.id}")
        return (new.lastrowid or 0) if new.rowcount else 0

    def _keys_of(self, held: Held) -> frozenset[Bound]:
        """The keys that the file has: with one letter more a case gains one of them."""
        if held.keys is None:
            held.keys = frozenset(self._sql.execute(FIND_KEYS, (held.doc,)).fetchall())
        return held.keys

    def _keep(self, write: Write, held: Held) -> None:
        if write.kept:
            held.value = write.value
            self._at_hand.keep(write.table, write.id, held, write.beside)
        else:
            self._at_hand.drop(write.table, write.id)


def _each_once(writes: Iterable[Write]) -> Iterable[Write]:
    """Keys are written after all documents, so each document comes once."""
    last: dict[tuple[str, str], Write] = {}
    for write in writes:
        if write.anew and (write.table, write.id) in last:
            raise Taken(f"{write.table} {write.id}")
        last[write.table, write.id] = write
    return last.values()
