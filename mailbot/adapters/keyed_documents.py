"""A document as it lies in the file: JSON in bytes, and the keys that it is found under beside its id.

Decides how any value becomes bytes and text that SQLite can hold. It never touches the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

Doc = Mapping[str, Any]


class Key(NamedTuple):  # a dozen in every commit: a frozen dataclass takes half as long again
    """One way to find a document: under `key` of the index `name`, in the order of `sort`."""

    name: str
    key: str = ""
    sort: str = ""
    not_before: str = ""  # "" = always wanted


Keys = Callable[[Doc], Iterator[Key]]
Bound = tuple[str, str, str, str]  # a key as SQLite holds it


class Write(NamedTuple):
    """A document to write.

    anew: there is none yet. kept: it will be asked for again soon; `value` is what it is read as, and holds so many
    bytes `beside` the document's own.
    """

    table: str
    id: str
    document: Doc
    anew: bool = False
    kept: bool = False
    value: Any = None
    beside: int = 0


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


def bound(key: Key) -> Bound:
    """A key as SQLite holds it."""
    return key.name, as_text(key.key), as_text(key.sort), key.not_before
