"""What the ledger has at hand is never anything else than what its file holds; and what a group promises a disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.adapters import at_hand
from mailbot.adapters.ledger import Commit, OutboxRow
from mailbot.adapters.tinydb_ledger import FEW, TinyDbLedger
from mailbot.cases.model import Case
from mailbot.errors import StaleCase, StateError

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_row(n: int, raw: bytes = b"Subject: x\r\n\r\n") -> OutboxRow:
    return OutboxRow(f"<{n}>", "A", n, "E2", "customer", "a@x", raw, "queued", T0, T0)


def statements(ledger: TinyDbLedger) -> list[str]:
    """Every statement from now on."""
    seen: list[str] = []
    ledger._store._sql.set_trace_callback(seen.append)
    return seen


def test_what_was_just_committed_is_not_read_again(tmp_path: Path) -> None:
    """A case and a letter that this desk wrote itself are at hand: no statement fetches a document."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1),), outbox=(a_row(1),)), {"A": 0})
    seen = statements(ledger)
    assert (ledger.case("A"), ledger.letter("<1>")) == (Case("A", 1), a_row(1))
    ledger.commit(Commit(cases=(Case("A", 2),), outbox=(replace(a_row(1), status="sent"),)), {"A": 1})
    assert not [sql for sql in seen if sql.startswith("SELECT")]
    ledger.close()


def test_what_another_process_wrote_is_seen_at_once(tmp_path: Path) -> None:
    """A ledger that has a case at hand gives the newer one as soon as somebody else committed it."""
    one, two = TinyDbLedger(tmp_path), TinyDbLedger(tmp_path)
    one.commit(Commit(cases=(Case("A", 1),), outbox=(a_row(1),), meta={"m": 1}), {"A": 0})
    for version in (2, 3):
        two.commit(Commit(cases=(Case("A", version),), outbox=(a_row(1, b"x" * version),)), {"A": version - 1})
        assert one.case("A") == Case("A", version)
        assert one.letter("<1>") == a_row(1, b"x" * version)
        with pytest.raises(StaleCase):
            one.commit(Commit(cases=(Case("A", 9),)), {"A": version - 1})
    one.commit(Commit(cases=(Case("A", 4),), outbox=(a_row(1, b"z"),)), {"A": 3})
    assert (two.case("A"), two.letter("<1>")) == (Case("A", 4), a_row(1, b"z"))
    one.close()
    two.close()


def test_what_went_past_the_ledger_is_seen(tmp_path: Path) -> None:
    """A document that TinyDB's own verbs changed on the same connection is no longer at hand."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1, state="parked"),), meta={"m": 1}), {"A": 0})
    ledger.db.keyed("meta").put("m", {"value": 2})
    ledger.db.keyed("cases").update({"state": "closed"})
    assert ledger.meta("m") == 2
    assert ledger.case("A") == Case("A", 1, state="closed")
    with ledger._store.transaction():
        ledger.db.keyed("meta").put("m", {"value": 3})
        assert ledger.meta("m") == 3
    ledger.db.keyed("meta").drop("m")
    assert ledger.meta("m") is None
    ledger.close()


def test_what_was_undone_is_not_at_hand(tmp_path: Path) -> None:
    """A step that fails half way leaves what was there before, read from the file."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1),), outbox=(a_row(1),), meta={"m": 1}), {"A": 0})
    with pytest.raises(TypeError):
        ledger.commit(Commit(cases=(Case("A", 2),), outbox=(a_row(2),), meta={"m": 2, "n": object()}), {"A": 1})
    with ledger._store.transaction():
        with pytest.raises(TypeError):
            ledger.commit(Commit(cases=(Case("A", 2),), meta={"m": 2, "n": object()}), {"A": 1})
        assert (ledger.case("A"), ledger.meta("m")) == (Case("A", 1), 1)
    assert (ledger.case("A"), ledger.letter("<2>"), ledger.meta("m")) == (Case("A", 1), None, 1)
    ledger.close()


def test_what_is_at_hand_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those kept the longest go, a large letter is not kept, and a step of many cases keeps none of them."""
    monkeypatch.setattr(at_hand, "MOST_BYTES", 50_000)
    ledger = TinyDbLedger(tmp_path)
    for n in range(100):
        ledger.commit(Commit(outbox=(a_row(n),)), {})
    ledger.commit(Commit(outbox=(a_row(100, b"x" * at_hand.LARGEST),)), {})
    held = ledger._store._at_hand
    assert 0 < held._bytes == sum(each.size for each in held._held.values()) <= 50_000
    assert ("outbox", "<99>") in held._held
    assert ("outbox", "<0>") not in held._held
    assert ("outbox", "<100>") not in held._held
    assert [ledger.letter(f"<{n}>") for n in (0, 100)] == [a_row(0), a_row(100, b"x" * at_hand.LARGEST)]
    ledger.commit(Commit(cases=tuple(Case(f"C{n}", 1) for n in range(FEW + 1))), {})
    assert not [table for table, _ in held._held if table == "cases"]
    ledger.close()


def test_a_group_is_one_transaction_on_the_disk(tmp_path: Path) -> None:
    """Ten steps of a group are fsynced once, and nobody else sees any of them before."""
    ledger, reader = TinyDbLedger(tmp_path), TinyDbLedger(tmp_path, readonly=True)
    seen = statements(ledger)
    with ledger.group():
        for n in range(1, 11):
            ledger.commit(Commit(cases=(Case("A", n),), outbox=(a_row(n),), journal=(str(n),)), {"A": n - 1})
        assert reader.case("A") is None
    assert reader.case("A") == Case("A", 10)
    assert [n for n, _ in reader.journal(99)] == list(range(1, 11))
    assert (seen.count("COMMIT"), sum(sql.startswith("BEGIN") for sql in seen)) == (1, 1)
    ledger.close()
    reader.close()


def commit_together(ledger: TinyDbLedger, steps: Sequence[Commit]) -> None:
    """Steps of the case A, as one group."""
    with ledger.group():
        for step in steps:
            ledger.commit(step, {"A": step.cases[0].version - 1})


def test_a_full_disk_within_a_group_is_told_and_the_next_group_works(tmp_path: Path) -> None:
    """A step that finds no room takes its group with it, as SQLite does, and says that the disk is full."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1),)), {"A": 0})
    pages = ledger._store._sql.execute("PRAGMA page_count").fetchone()[0]
    ledger._store._sql.execute(f"PRAGMA max_page_count = {pages + 10}")
    steps = (Commit(cases=(Case("A", 2),)), Commit(cases=(Case("A", 3),), outbox=(a_row(1, b"x" * 500_000),)))
    with pytest.raises(StateError, match=r"the disk under .* is full"):
        commit_together(ledger, steps)
    assert ledger.case("A") == Case("A", 1)
    ledger._store._sql.execute("PRAGMA max_page_count = 1000000")
    commit_together(ledger, steps)
    assert ledger.case("A") == Case("A", 3)
    ledger.close()


def test_a_group_that_the_disk_undid_is_over(tmp_path: Path) -> None:
    """Where SQLite took the whole group back, later steps of it are refused, and its end says so."""
    ledger = TinyDbLedger(tmp_path)
    ledger.commit(Commit(cases=(Case("A", 1),)), {"A": 0})
    group = ledger.group()
    group.__enter__()
    ledger.commit(Commit(cases=(Case("A", 2),)), {"A": 1})
    ledger._store._sql.execute("ROLLBACK")  # as SQLite does by itself after some errors of the disk
    with pytest.raises(StateError, match="failed"):
        ledger.commit(Commit(cases=(Case("A", 3),)), {"A": 2})
    with pytest.raises(StateError, match="failed") as caught:
        group.__exit__(None, None, None)
    assert caught.value.transient
    assert ledger.case("A") == Case("A", 1)
    ledger.commit(Commit(cases=(Case("A", 2),)), {"A": 1})
    assert ledger.case("A") == Case("A", 2)
    ledger.close()


KILLED_WITHIN = """
import os, sys
from pathlib import Path
from mailbot.adapters.ledger import Commit
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases.model import Case

ledger = TinyDbLedger(Path(sys.argv[1]))
for group in (1, 2):
    with ledger.group():
        for n in range(5 * group - 4, 5 * group + 1):
            ledger.commit(Commit(cases=(Case("A", n),), journal=(str(n),)), {"A": n - 1})
        if group == 2:
            os.kill(os.getpid(), 9)
"""


def test_kill_9_within_a_group_loses_that_group_whole(tmp_path: Path) -> None:
    """What an earlier group committed is there; of the one that was open not a line."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    ended = subprocess.run([sys.executable, "-c", KILLED_WITHIN, str(tmp_path)], env=env)
    assert ended.returncode == -signal.SIGKILL
    ledger = TinyDbLedger(tmp_path)
    assert ledger.case("A") == Case("A", 5)
    assert [line for _, line in ledger.journal(99)] == ["1", "2", "3", "4", "5"]
    ledger.close()
