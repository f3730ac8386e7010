"""TinyDB's Table over single documents: all of TinyDB's verbs, at the cost of the documents they touch.

Stock tables copy the whole table to change one document. This one hands TinyDB lazy mappings instead and
writes back only what an update changed, in one transaction; a callback that raises leaves nothing behind.
It must never keep a document in memory over an update: another process may be the one that writes.

Overrides of TinyDB 4.x: `_read_table`, `_update_table`, `_get_next_id` (tests/test_tinydb_ledger.py watches them).
Ids are strings (`document_id_class`), so that a case's document is found under its code.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

from tinydb import TinyDB
from tinydb.table import Table

Doc = Mapping[str, Any]


class Documents(Protocol):
    """What a table needs of its storage."""

    def load(self, table: str, id: str) -> dict[str, Any] | None: ...
    def holds(self, table: str, id: str) -> bool: ...
    def save(self, table: str, id: str, document: Doc) -> None: ...
    def delete(self, table: str, id: str) -> None: ...
    def ids(self, table: str) -> list[str]: ...
    def rows(self, table: str) -> Iterator[tuple[str, dict[str, Any]]]: ...
    def count(self, table: str) -> int: ...
    def highest(self, table: str) -> int: ...
    def transaction(self) -> AbstractContextManager[None]: ...


class _Rows(ItemsView[str, dict[str, Any]]):
    """items() of a table, streamed instead of looked up one by one."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return self._view.rows()


class TableView(Mapping[str, dict[str, Any]]):
    """One table to read: each document comes fresh from the disk, and changing it changes nothing."""

    def __init__(self, storage: Documents, name: str) -> None:
        self._storage = storage
        self._name = name

    def __getitem__(self, id: str) -> dict[str, Any]:
        document = self._storage.load(self._name, str(id))
        if document is None:
            raise KeyError(id)
        return document

    def __contains__(self, id: object) -> bool:
        return self._storage.holds(self._name, str(id))

    def __iter__(self) -> Iterator[str]:
        return iter(self._storage.ids(self._name))

    def __len__(self) -> int:
        return self._storage.count(self._name)

    def items(self) -> ItemsView[str, dict[str, Any]]:
        return _Rows(self)

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, document), streamed."""
        return self._storage.rows(self._name)

    def shows(self, storage: object, name: str) -> bool:
        """Whether this is that table of that storage, as it lies on the disk."""
        return self._storage is storage and self._name == name


class TableEdit(MutableMapping[str, dict[str, Any]]):
    """One table within an update: remembers what was handed out or taken away, and saves the difference."""

    def __init__(self, storage: Documents, name: str) -> None:
        self._storage = storage
        self._name = name
        self._touched: dict[str, dict[str, Any]] = {}
        self._gone: set[str] = set()

    def __getitem__(self, id: str) -> dict[str, Any]:
        if id not in self._touched:
            document = None if id in self._gone else self._storage.load(self._name, id)
            if document is None:
                raise KeyError(id)
            self._touched[id] = document  # TinyDB changes documents in place
        return self._touched[id]

    def __setitem__(self, id: str, document: dict[str, Any]) -> None:
        self._touched[id] = document
        self._gone.discard(id)

    def __delitem__(self, id: str) -> None:
        if id not in self:
            raise KeyError(id)
        self._touched.pop(id, None)
        self._gone.add(id)

    def __contains__(self, id: object) -> bool:
        return id in self._touched or (id not in self._gone and self._storage.holds(self._name, str(id)))

    def __iter__(self) -> Iterator[str]:
        held = [id for id in self._storage.ids(self._name) if id not in self._gone]
        return iter(held + sorted(self._touched.keys() - set(held)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self._gone.update(self._storage.ids(self._name))
        self._touched.clear()

    def save(self) -> None:
        """Write what changed; the storage passes over documents that are as they were."""
        for id in self._gone:
            self._storage.delete(self._name, id)
        for id, document in self._touched.items():
            self._storage.save(self._name, id, document)


class KeyedTable(Table):
    """A TinyDB table whose every verb costs what it touches."""

    document_id_class = str  # type: ignore[assignment]  # documented as replaceable, annotated as int
    default_query_cache_capacity = 0  # a cached answer would be stale once another process has written

    @property
    def _documents(self) -> Documents:
        return cast(Documents, self._storage)

    def put(self, id: str, document: Doc) -> None:
        """Write one document under its id, whether or not there is one."""
        self._documents.save(self.name, id, document)

    def take(self, id: str) -> dict[str, Any] | None:
        """One document by id."""
        return self._documents.load(self.name, id)

    def drop(self, id: str) -> None:
        """Remove one document, if there is one."""
        self._documents.delete(self.name, id)

    def _read_table(self) -> dict[str, Doc]:
        return cast("dict[str, Doc]", TableView(self._documents, self.name))

    def _update_table(self, updater: Callable[[dict[int, Doc]], None]) -> None:
        with self._documents.transaction():
            edit = TableEdit(self._documents, self.name)
            updater(cast("dict[int, Doc]", edit))
            edit.save()

    def _get_next_id(self) -> str:
        following: int = self._next_id or self._documents.highest(self.name) + 1
        self._next_id = following + 1  # type: ignore[assignment]  # TinyDB annotates the None it starts with
        return str(following)


class KeyedDB(TinyDB):
    """TinyDB with our tables: `KeyedDB(path, keys, storage=SqliteStorage)`."""

    table_class = KeyedTable

    def keyed(self, name: str) -> KeyedTable:
        """The table, as what it is."""
        return cast(KeyedTable, self.table(name))
