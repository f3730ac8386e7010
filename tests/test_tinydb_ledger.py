"""What only the ledger on the disk promises: TinyDB's own verbs, crashes, full disks, foreign files, readers."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where
from tinydb.operations import increment
from tinydb.table import Document

from mailbot.adapters.ledger import Commit, Filter, OutboxRow
from mailbot.adapters.sqlite_storage import Key, SqliteStorage
from mailbot.adapters.tinydb_ledger import FILE, TinyDbLedger
from mailbot.adapters.tinydb_table import KeyedDB, KeyedTable
from mailbot.cases.model import Case
from mailbot.cases.query import MailRecord, Query
from mailbot.errors import StaleCase, StateError

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def kinds(document: Any) -> Iterator[Key]:
    yield Key("kind", document.get("kind", ""))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[KeyedDB]:
    made = KeyedDB(tmp_path / "t.db", {"pets": kinds}, storage=SqliteStorage)
    yield made
    made.close()


@pytest.fixture
def storage(db: KeyedDB) -> SqliteStorage:
    assert isinstance(db.storage, SqliteStorage)
    return db.storage


def rows_on_disk(db: KeyedDB, sql: str) -> list[Any]:
    """What another process would see."""
    assert isinstance(db.storage, SqliteStorage)
    connection = sqlite3.connect(db.storage.path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def ids(given: object) -> object:
    """Ids as they are: TinyDB annotates int, ours are strings."""
    return given


def pets(db: KeyedDB) -> KeyedTable:
    table = db.keyed("pets")
    table.insert_multiple([{"name": "Rex", "kind": "dog", "age": 3}, {"name": "Tom", "kind": "cat", "age": 5}])
    return table


# TinyDB's own verbs


def test_the_methods_we_override_are_where_tinydb_calls_them() -> None:
    """TinyDB has the three methods that our Table replaces; a release that renames one must not pass unseen."""
    for name in ("_read_table", "_update_table", "_get_next_id"):
        assert callable(getattr(TinyDB.table_class, name))
        assert getattr(KeyedTable, name) is not getattr(TinyDB.table_class, name)


def test_insert_gives_rising_ids_also_after_opening_again(db: KeyedDB, tmp_path: Path) -> None:
    """Ids are strings that count on from the highest number, past nine, over a restart."""
    table = db.keyed("pets")
    assert ids([table.insert({"n": n}) for n in range(11)]) == [str(n) for n in range(1, 12)]
    other = KeyedDB(tmp_path / "t.db", storage=SqliteStorage)
    assert ids(other.keyed("pets").insert({"n": 11})) == "12"
    other.close()


def test_the_query_api_works(db: KeyedDB) -> None:
    """search, get, contains, count, all, len and iteration answer as TinyDB documents them."""
    table = pets(db)
    assert [doc["name"] for doc in table.search(where("age") > 4)] == ["Tom"]
    found = table.get(where("kind") == "dog")
    assert isinstance(found, Document)
    assert found["name"] == "Rex"
    assert str(found.doc_id) == "1"
    assert table.get(doc_id="2") == {"name": "Tom", "kind": "cat", "age": 5}  # type: ignore[call-overload]
    assert table.get(doc_id="9") is None  # type: ignore[call-overload]
    assert [doc["name"] for doc in table.get(doc_ids=["1", "2"])] == ["Rex", "Tom"]
    assert table.contains(where("kind") == "cat")
    assert not table.contains(where("kind") == "fish")
    assert table.count(where("age") > 1) == len(table) == len(table.all()) == len(list(table)) == 2


def test_update_writes_only_what_changed(db: KeyedDB) -> None:
    """An update by query changes its documents and their keys and leaves the rows of others alone."""
    table = pets(db)
    before = dict(rows_on_disk(db, "SELECT id, body FROM document"))
    assert ids(table.update({"kind": "old dog"}, where("name") == "Rex")) == ["1"]
    assert ids(table.update(increment("age"), where("name") == "Rex")) == ["1"]
    after = dict(rows_on_disk(db, "SELECT id, body FROM document"))
    assert after["2"] == before["2"]
    assert table.get(doc_id="1") == {"name": "Rex", "kind": "old dog", "age": 4}  # type: ignore[call-overload]
    assert rows_on_disk(db, "SELECT key FROM look_up ORDER BY key") == [("cat",), ("old dog",)]


def test_a_document_saved_as_it_was_is_not_written(db: KeyedDB, storage: SqliteStorage) -> None:
    """Saving what the disk holds already makes no page dirty."""
    table = pets(db)
    size = Path(f"{storage.path}-wal").stat().st_size
    table.put("1", {"name": "Rex", "kind": "dog", "age": 3})
    table.update({"age": 5}, where("name") == "Tom")
    assert Path(f"{storage.path}-wal").stat().st_size == size
    table.update({"age": 6}, where("name") == "Tom")
    assert Path(f"{storage.path}-wal").stat().st_size > size


def test_upsert_remove_and_truncate(db: KeyedDB) -> None:
    """upsert updates or inserts, remove takes documents and keys away, truncate takes all."""
    table = pets(db)
    assert ids(table.upsert({"name": "Tom", "age": 6}, where("name") == "Tom")) == ["2"]
    assert ids(table.upsert({"name": "Koi", "kind": "fish"}, where("name") == "Koi")) == ["3"]
    assert ids(table.remove(where("kind") == "dog")) == ["1"]
    assert ids(table.remove(doc_ids=["2", "77"])) == ["2"]  # type: ignore[list-item]
    assert [doc["name"] for doc in table] == ["Koi"]
    assert rows_on_disk(db, "SELECT key FROM look_up") == [("fish",)]
    table.truncate()
    assert len(table) == 0
    assert rows_on_disk(db, "SELECT * FROM look_up") == []


def test_an_id_cannot_be_inserted_twice(db: KeyedDB) -> None:
    """insert refuses an id that is taken, and insert_multiple then inserts nothing."""
    table = pets(db)
    with pytest.raises(ValueError, match="already exists"):
        table.insert_multiple([{"name": "Eve"}, Document({"name": "Bob"}, doc_id="1")])  # type: ignore[arg-type]
    assert len(table) == 2


def test_a_callback_that_raises_leaves_nothing_behind(db: KeyedDB) -> None:
    """An update whose callback raises halfway changes no document."""
    table = pets(db)

    def age(document: Any) -> None:
        document["age"] += 1
        if document["name"] == "Tom":
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        table.update(age)
    assert [doc["age"] for doc in table.all()] == [3, 5]
    table.update({"age": 9})  # the next transaction is not the broken one
    assert [doc["age"] for doc in table.all()] == [9, 9]


def test_changing_a_document_that_was_read_changes_nothing(db: KeyedDB) -> None:
    """Documents handed out by reading are copies."""
    table = pets(db)
    table.all()[0]["name"] = "gone"
    assert table.search(where("name") == "gone") == []
    assert table.search(where("name") == "Rex") != []


def test_one_transaction_over_several_tables(db: KeyedDB, storage: SqliteStorage) -> None:
    """Tables changed within one transaction are written together or, if anything raises, not at all."""
    table, other = pets(db), db.keyed("other")

    def change_both(fail: bool) -> None:
        with storage.transaction():
            table.update({"age": 1})
            other.put("x", {"y": 1})
            assert rows_on_disk(db, "SELECT count(*) FROM document WHERE tbl = 'other'") == [(0,)]
            if fail:
                raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        change_both(fail=True)
    assert other.take("x") is None
    assert [doc["age"] for doc in table] == [3, 5]
    change_both(fail=False)
    assert other.take("x") == {"y": 1}


def test_an_inner_step_that_fails_is_undone_alone(db: KeyedDB, storage: SqliteStorage) -> None:
    """A caught failure within a transaction takes back its own writes and no others."""
    table = db.keyed("pets")
    with storage.transaction():
        table.put("a", {"kind": "x"})
        try:
            with storage.transaction():
                table.put("b", {"kind": "y"})
                raise RuntimeError("no")
        except RuntimeError:
            pass
    assert storage.ids("pets") == ["a"]


# Storage.write, the dangerous one


def test_drop_table_takes_one_table_and_leaves_the_others(db: KeyedDB) -> None:
    """drop_table hands the storage lazy views of all other tables; they must survive it, with their keys."""
    pets(db)
    db.keyed("other").put("x", {"y": 1})
    db.drop_table("other")
    assert db.tables() == {"pets"}
    assert [doc["name"] for doc in db.table("pets")] == ["Rex", "Tom"]
    assert len(rows_on_disk(db, "SELECT * FROM look_up")) == 2
    db.drop_tables()
    assert db.tables() == set()
    assert rows_on_disk(db, "SELECT * FROM document") == rows_on_disk(db, "SELECT * FROM look_up") == []


def test_a_table_written_under_another_name_is_read_before_it_is_deleted(db: KeyedDB, storage: SqliteStorage) -> None:
    """A lazy view given back under a new name moves the documents; it is not emptied on the way."""
    pets(db)
    data = storage.read()
    assert data is not None
    data["animals"] = data.pop("pets")
    storage.write(data)
    assert storage.tables() == ["animals"]
    assert [doc["name"] for doc in db.table("animals")] == ["Rex", "Tom"]


def test_write_makes_the_file_hold_exactly_the_data(storage: SqliteStorage) -> None:
    """Plain dictionaries replace what is there, table by table and document by document."""
    storage.write({"a": {"1": {"x": 1}, "2": {"x": 2}}, "b": {"1": {}}})
    storage.write({"a": {"2": {"x": 3}, 7: {"x": 7}}})
    data = storage.read()
    assert data is not None
    assert {name: dict(rows) for name, rows in data.items()} == {"a": {"2": {"x": 3}, "7": {"x": 7}}}


def test_write_that_fails_leaves_the_file_as_it_was(storage: SqliteStorage) -> None:
    """A document that is no JSON stops the write before anything is lost."""
    storage.write({"a": {"1": {"x": 1}}})
    with pytest.raises(TypeError):
        storage.write({"b": {"1": {"x": 1}, "2": {"x": object()}}})
    assert storage.tables() == ["a"]


def test_stock_tinydb_tables_work_on_the_storage(tmp_path: Path) -> None:
    """TinyDB without our Table, on our Storage: slower, and right."""
    with TinyDB(tmp_path / "t.db", storage=SqliteStorage) as db:
        db.table("other").insert({"y": 1})
        db.insert_multiple([{"x": 1}, {"x": 2}])
        db.update({"x": 3}, where("x") == 2)
        db.remove(where("x") == 1)
        assert [dict(doc) for doc in db] == [{"x": 3}]
        assert [dict(doc) for doc in db.table("other")] == [{"y": 1}]


# the file


def a_row(message_id: str, raw: bytes = b"Subject: x\r\n\r\n") -> OutboxRow:
    return OutboxRow(message_id, "A", 1, "E2", "customer", "a@x", raw, "queued", T0, T0)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Customers' letters lie in it: a new file, and what SQLite puts beside it, has mode 0600."""
    ledger = TinyDbLedger(tmp_path / "deep" / "state")
    ledger.commit(Commit(meta={"k": 1}), {})
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "deep" / "state").iterdir()}
    assert modes == {0o600}
    ledger.close()


def test_a_commit_is_fsynced(tmp_path: Path) -> None:
    """The file is in WAL mode and the writing connection syncs in full."""
    ledger = TinyDbLedger(tmp_path)
    assert ledger._store._sql.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ledger._store._sql.execute("PRAGMA synchronous").fetchone() == (2,)
    ledger.close()


def test_bytes_of_a_letter_are_not_written_again_when_it_is_marked(tmp_path: Path) -> None:
    """Marking a letter of 300 kB sent writes a few pages, not the letter."""
    ledger = TinyDbLedger(tmp_path)
    raw = os.urandom(300_000)
    ledger.commit(Commit(outbox=(a_row("<1>", raw),)), {})
    size = (tmp_path / f"{FILE}-wal").stat().st_size
    row = ledger.letter("<1>")
    assert row is not None
    assert row.raw == raw
    ledger.commit(Commit(outbox=(OutboxRow("<1>", "A", 1, "E2", "customer", "a@x", raw, "sent", T0, T0),)), {})
    assert (tmp_path / f"{FILE}-wal").stat().st_size - size < 100_000
    ledger.close()


def test_readers_see_commits_of_a_writer_and_never_write(tmp_path: Path) -> None:
    """Several readers open the file while another process may be writing, and can change nothing."""
    writer = TinyDbLedger(tmp_path)
    readers = [TinyDbLedger(tmp_path, readonly=True) for _ in range(2)]
    writer.commit(Commit(cases=(Case("A", 1),)), {})
    with writer._store.transaction():
        writer.db.keyed("meta").put("k", {"value": 1})
        assert [reader.meta("k") for reader in readers] == [None, None]
    assert [reader.meta("k") for reader in readers] == [1, 1]
    assert [[case.code for case in reader.cases()] for reader in readers] == [["A"], ["A"]]
    with pytest.raises(StateError, match="may only be read"):
        readers[0].commit(Commit(meta={"k": 2}), {})
    assert writer.meta("k") == 1
    for ledger in (writer, *readers):
        ledger.close()


def test_a_desk_that_never_ran_reads_as_empty(tmp_path: Path) -> None:
    """Reading before the first start shows no cases and makes no file."""
    ledger = TinyDbLedger(tmp_path, readonly=True)
    assert list(ledger.cases()) == []
    with pytest.raises(StateError):
        ledger.commit(Commit(meta={"k": 1}), {})
    ledger.close()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / FILE).touch()  # killed between making the file and making its tables
    half = TinyDbLedger(tmp_path, readonly=True)
    assert list(half.cases()) == []
    half.close()
    whole = TinyDbLedger(tmp_path)
    whole.commit(Commit(meta={"k": 1}), {})
    assert whole.meta("k") == 1
    whole.close()


def test_a_copy_holds_everything_and_lives_its_own_life(tmp_path: Path) -> None:
    """copy_to copies as of one moment while the ledger is open; what is done to the copy stays there."""
    ledger = TinyDbLedger(tmp_path / "state")
    ledger.commit(Commit(cases=(Case("A", 1),), outbox=(a_row("<1>"),), journal=("x",)), {})
    ledger.copy_to(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    copy = TinyDbLedger(tmp_path / "copy.db")
    assert list(copy.cases()) == list(ledger.cases())
    copy.commit(Commit(cases=(Case("A", 2),), journal=("y",)), {"A": 1})
    assert copy.find(Query(codes=("A",))).by_code["A"].version == 2
    assert [case.version for case in ledger.cases()] == [1]
    assert ledger.journal(9) == ((1, "x"),)
    with pytest.raises(StateError, match="File exists"):
        ledger.copy_to(tmp_path / "copy.db")
    assert copy.journal(9) == ((1, "x"), (2, "y"))
    ledger.close()
    copy.close()


# a disk that says no


def test_a_foreign_file_is_refused_in_words(tmp_path: Path) -> None:
    """Text, another program's database and a newer format are refused and left as they are."""
    text, foreign, newer = tmp_path / "text.db", tmp_path / "foreign.db", tmp_path / "newer.db"
    text.write_bytes(b"this is no database at all\n" * 100)
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE document (x)")
    connection.commit()
    connection.close()
    TinyDbLedger(newer).close()
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = {path: path.read_bytes() for path in (text, foreign, newer)}
    for path, words in ((text, "not a ledger"), (foreign, "not a ledger"), (newer, "format 99")):
        for readonly in (False, True):
            with pytest.raises(StateError, match=words) as caught:
                TinyDbLedger(path, readonly=readonly)
            assert not caught.value.transient
            assert str(path) in str(caught.value)
    assert {path: path.read_bytes() for path in before} == before


def test_a_damaged_file_is_said_so(tmp_path: Path) -> None:
    """Pages overwritten with rubbish give a StateError, never a wrong answer or a traceback of SQLite."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(mails=tuple(MailRecord(f"k{n}", "", "a@x", T0, "old") for n in range(500))), {})
    ledger.close()
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:4096] + os.urandom(path.stat().st_size - 4096))
    ledger = TinyDbLedger(tmp_path)
    with pytest.raises(StateError, match="damaged"):
        list(ledger.mails())
    ledger.close()


@pytest.mark.parametrize("body", [b'{"code": "A", "version": "x"}', b"{", b"[1]", b'{"version": 1}'])
def test_a_document_changed_by_hand_is_said_so(tmp_path: Path, body: bytes) -> None:
    """A case that is no longer a case is damage, with the way out named."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1),)), {})
    ledger._store._sql.execute("UPDATE document SET body = ? WHERE tbl = 'cases'", (body,))
    with pytest.raises(StateError, match="mailbot rebuild"):
        ledger.case("A")
    ledger.close()


def test_a_full_disk_writes_nothing_and_passes(tmp_path: Path) -> None:
    """When the disk is full no part of the step is written, the words say so, and the next commit works."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1),)), {})
    pages = ledger._store._sql.execute("PRAGMA page_count").fetchone()[0]
    ledger._store._sql.execute(f"PRAGMA max_page_count = {pages + 10}")
    big = Commit(cases=(Case("A", 2),), meta={"k": 1}, outbox=(a_row("<1>", b"x" * 500_000),), journal=("x",))
    with pytest.raises(StateError, match="full") as caught:
        ledger.commit(big, {"A": 1})
    assert caught.value.transient
    assert [case.version for case in ledger.cases()] == [1]
    assert ledger.meta("k") is None
    assert ledger.letter("<1>") is None
    assert ledger.journal(9) == ()
    ledger._store._sql.execute("PRAGMA max_page_count = 1000000")
    ledger.commit(big, {"A": 1})
    assert [case.version for case in ledger.cases()] == [2]
    ledger.close()


def test_a_locked_file_is_transient(tmp_path: Path) -> None:
    """Another writer that does not let go gives a StateError that says to wait."""
    ledger, other = TinyDbLedger(tmp_path), TinyDbLedger(tmp_path)
    ledger._store._sql.execute("PRAGMA busy_timeout = 50")
    with other._store.transaction(), pytest.raises(StateError, match="locked") as caught:
        ledger.commit(Commit(meta={"k": 1}), {})
    assert caught.value.transient
    ledger.commit(Commit(meta={"k": 1}), {})
    assert other.meta("k") == 1
    ledger.close()
    other.close()


def test_two_writers_cannot_both_take_a_step(tmp_path: Path) -> None:
    """The version is looked at within the transaction: of two processes with the same plan, one is told."""
    one, two = TinyDbLedger(tmp_path), TinyDbLedger(tmp_path)
    one.commit(Commit(cases=(Case("A", 1),)), {"A": 0})
    with pytest.raises(StaleCase):
        two.commit(Commit(cases=(Case("A", 1),)), {"A": 0})
    one.close()
    two.close()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """A path below a plain file gives a sentence, not an OSError."""
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="cannot be used"):
        TinyDbLedger(tmp_path / "file" / "state")


# kill -9

COMMITTER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from mailbot.adapters.ledger import Commit, OutboxRow
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases.model import Case

at = datetime(2026, 3, 2, tzinfo=UTC)
ledger = TinyDbLedger(Path(sys.argv[1]))
n = (ledger.meta("n") or 0)
while True:
    row = OutboxRow(f"<{n + 1}>", "A", n + 1, "E2", "customer", "a@x", b"x" * 5000, "queued", at, at)
    step = Commit(cases=(Case("A", n + 1),), outbox=(row,), due={"A": at}, journal=(f"{n + 1}",), meta={"n": n + 1})
    ledger.commit(step, {"A": n})
    n += 1
    os.write(1, f"{n}\\n".encode())
"""


def kill_while_committing(folder: Path, seconds: float) -> int:
    """Run the committer, kill it, and give the last commit that it was told had been written."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen([sys.executable, "-c", COMMITTER, str(folder)], stdout=subprocess.PIPE, env=env) as child:
        assert child.stdout is not None
        first = child.stdout.readline()  # so that it is killed while committing, not while starting
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        return int((first + child.stdout.read()).split()[-1])


def test_kill_9_loses_no_acknowledged_commit(tmp_path: Path) -> None:
    """Killed in a commit loop, again and again, the file opens, holds every commit that returned, each one whole."""
    for trial in range(5):
        acknowledged = kill_while_committing(tmp_path, 0.01 + 0.023 * trial)
        ledger = TinyDbLedger(tmp_path)
        n = ledger.meta("n")
        assert n in (acknowledged, acknowledged + 1)
        assert [case.version for case in ledger.cases(Filter())] == [n]
        assert [row.n for row in ledger.outbox(("queued",), 10**6)] == list(range(1, n + 1))
        assert [number for number, _ in ledger.journal(10**6)] == list(range(1, n + 1))
        assert ledger._store._sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ledger.close()


# no O(n)


def test_no_look_up_of_the_ledger_scans(tmp_path: Path) -> None:
    """SQLite plans every statement of a commit and of the hot look-ups over an index, none over a whole table."""
    ledger = TinyDbLedger(tmp_path)
    seen: set[str] = set()
    ledger._store._sql.set_trace_callback(seen.add)
    step = Commit(cases=(Case("A", 1),), outbox=(a_row("<1>"),), due={"A": T0}, journal=("x",), meta={"k": 1})
    ledger.commit(step, {"A": 0})
    ledger.commit(Commit(cases=(Case("A", 2),), due={"A": None}, journal_done=1, meta={"k": None}), {"A": 1})
    ledger.find(Query("k", ("A",), ("<m>",), ("a@x",)))
    ledger.due(T0, 10)
    ledger.outbox(("queued", "sending"), 10, T0)
    ledger.sent_since("a@x", T0)
    ledger.history("A")
    ledger.journal(10)
    ledger._store._sql.set_trace_callback(None)
    planned = [sql for sql in seen if sql.startswith(("SELECT", "UPDATE", "DELETE"))]
    assert len(planned) > 8
    for sql in planned:
        plan = [row[3] for row in ledger._store._sql.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], (sql, plan)
    ledger.close()


def test_due_reads_only_what_is_due(tmp_path: Path) -> None:
    """With many cases due later, asking what is due now takes one step down the index, not a walk over all."""
    ledger = TinyDbLedger(tmp_path)
    later = {f"C{n}": datetime(2027, 1, 1, tzinfo=UTC) for n in range(3000)}
    ledger.commit(Commit(due=later), {})
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    ledger._store._sql.set_progress_handler(count, 1)
    assert ledger.due(T0, 100) == ()
    assert steps < 200
    ledger.close()


def steps_of_a_commit(folder: Path, size: int) -> int:
    """How many instructions SQLite's machine carries out for one commit beside so many cases."""
    ledger = TinyDbLedger(folder)
    cases = tuple(Case(f"C{n:05d}", 1, opened_at=T0) for n in range(size))
    ledger.commit(Commit(cases=cases, due={case.code: T0 for case in cases}), {})
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    ledger._store._sql.set_progress_handler(count, 1)
    step = Commit(
        cases=(Case("C00007", 2, opened_at=T0),), outbox=(a_row("<1>"),), due={"C00007": None}, journal=("x",)
    )
    ledger.commit(step, {"C00007": 1})
    ledger.close()
    return steps


def test_a_commit_takes_the_same_steps_on_a_small_and_a_large_desk(tmp_path: Path) -> None:
    """The work of a commit does not grow with the desk; bench/commit.py has the times."""
    small, large = steps_of_a_commit(tmp_path / "small", 20), steps_of_a_commit(tmp_path / "large", 5000)
    assert small > 0
    assert large == small
