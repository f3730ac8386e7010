"""The SQLite file under a ledger: opening it safely, and saying in words what the disk says in codes.

Decides what file is ours, how its tables are laid out, and what makes a commit durable: WAL with
synchronous=FULL, so that a commit has been fsynced when it returns, and readers never wait for the writer.
It must never write to a file that is not its own, nor leave a new file readable for other users.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from types import TracebackType

from mailbot.errors import StateError

APPLICATION_ID = 0x4D42_4F54  # "MBOT" in the file's header: this is ours
FORMAT = 4  # goes up with every change of SCHEMA or of the keys kept in look_up
READS = (3, FORMAT)  # a 3 has keys for history entries too, which nothing asks for
PATIENCE = 10.0  # seconds to wait for another process's commit
CACHE_KB = 16_000  # the pages of a busy day: with the usual 2 MB the index of keys is read again and again
WAL_PAGES = 4_000  # 16 MB are written before they are put in their places, so that a page is put there less often

SCHEMA = (
    "CREATE TABLE document (doc INTEGER PRIMARY KEY, tbl TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,"
    " UNIQUE (tbl, id))",
    # not_before stands last, after the primary key's columns: SQLite 3.40's integrity_check otherwise takes it for NULL
    "CREATE TABLE look_up (name TEXT NOT NULL, key TEXT NOT NULL, sort TEXT NOT NULL, doc INTEGER NOT NULL,"
    " not_before TEXT NOT NULL, PRIMARY KEY (name, key, sort, doc)) WITHOUT ROWID",
    "CREATE INDEX look_up_of ON look_up (doc)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)

# How SQLite's result codes begin -> (what to tell a person, whether it can pass by itself). First match wins.
SAID: tuple[tuple[str, str, bool], ...] = (
    ("SQLITE_FULL", "the disk under {path} is full. Free some space; nothing of this step was written", True),
    ("SQLITE_READONLY", "{path} may only be read. Give this user the right to write the file and its folder", False),
    ("SQLITE_BUSY", "another process keeps {path} locked. End it, or wait", True),
    ("SQLITE_LOCKED", "another process keeps {path} locked. End it, or wait", True),
    ("SQLITE_CANTOPEN", "{path} cannot be opened. Look whether the folder is there and may be read and written", False),
    ("SQLITE_PERM", "{path} cannot be opened. Look whether the folder is there and may be read and written", False),
    # never "move it away": its -wal would stay behind, and SQLite plays that into whatever file takes its place
    (
        "SQLITE_NOTADB",
        "{path} is not a ledger of mailbot. Run `mailbot rebuild`: it makes a new one, keeps this",
        False,
    ),
    ("SQLITE_CORRUPT", "{path} is damaged. Run `mailbot rebuild`: it makes a new one and keeps this", False),
    ("SQLITE_IOERR", "the disk under {path} failed. Look at the disk; nothing of this step was written", True),
    ("", "{path} cannot be used", False),
)


class said_plainly:  # called like the words it reads as; a generator would cost three times as much
    """Turn what SQLite and the file system say into a StateError; a programming error stays what it is."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        match error:
            case sqlite3.ProgrammingError():
                return
            case sqlite3.Error():
                code = getattr(error, "sqlite_errorname", None) or ""
                words, transient = next((words, passes) for start, words, passes in SAID if code.startswith(start))
                raise StateError(f"{words.format(path=self._path)} ({error}).", transient=transient) from error
            case OSError():
                words = f"{self._path} cannot be used: {error.strerror or error}. Look at the disk and the rights."
                raise StateError(words, transient=True) from error


def open_file(path: Path | None, *, readonly: bool) -> sqlite3.Connection:
    """Our file, ready for use: made where missing, refused where it is not ours.

    None is a database in memory; so is a file to be read that is not there yet, for a desk that has never
    run has no cases.
    """
    if path is not None and not readonly and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        make_file(path)
    if path is None or not path.exists():
        return _ready(sqlite3.connect(":memory:", isolation_level=None), Path(":memory:"), readonly)
    mode = "ro" if readonly else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return _ready(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE), path, readonly)


def make_file(path: Path) -> None:
    """An empty file of mode 0600 (it will hold customers' letters), its folder fsynced; never overwrites."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def copy_at_rest(path: Path, target: Path) -> bool:
    """Copy our file while nobody writes, without opening it: False where somebody does, or did meanwhile.

    A reader of SQLite leaves -wal and -shm files beside the original; who promises to change nothing copies.
    """
    log = path.with_name(f"{path.name}-wal")

    def state() -> tuple[int, int, int]:
        found = path.stat()
        return found.st_mtime_ns, found.st_size, log.stat().st_size if log.exists() else 0

    before = state()
    if before[2]:
        return False
    shutil.copyfile(path, target)
    return state() == before


def _ready(sql: sqlite3.Connection, path: Path, readonly: bool) -> sqlite3.Connection:
    try:
        empty = _check(sql, path)
        if empty and readonly and sql.execute("PRAGMA database_list").fetchone()[2]:
            sql.close()  # its writer was ended before the tables were made
            return _ready(sqlite3.connect(":memory:", isolation_level=None), path, readonly)
        if not readonly:
            sql.execute("PRAGMA journal_mode = WAL")
            sql.execute("PRAGMA synchronous = FULL")
            sql.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            sql.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
            sql.execute(f"PRAGMA user_version = {FORMAT}")  # what is written from here on an older mailbot cannot find
        if empty:
            _make_tables(sql)
        if readonly:
            sql.execute("PRAGMA query_only = ON")
    except BaseException:
        sql.close()
        raise
    return sql


def _check(sql: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is still without tables; StateError where it is foreign or of another format."""
    (tables,) = sql.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (ours,) = sql.execute("PRAGMA application_id").fetchone()
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    if tables and ours != APPLICATION_ID:
        words = f"{path} is a database, but not a ledger of mailbot. Name another place under [state] in mailbot.toml."
        raise StateError(words, transient=False)
    if tables and version not in READS:
        words = f"{path} has format {version}, this mailbot reads {FORMAT}. Use the newer one, or `mailbot rebuild`."
        raise StateError(words, transient=False)
    return not tables


def _make_tables(sql: sqlite3.Connection) -> None:
    """All in one transaction, under the lock: two processes that start at once make them once."""
    sql.execute("BEGIN IMMEDIATE")
    if not sql.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        for statement in SCHEMA:
            sql.execute(statement)
    sql.execute("COMMIT")
