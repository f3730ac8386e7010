"""What one durable commit costs on a small desk and on a large one: `python bench/commit.py`.

Two desks hold cases of the same size, few and many. In one run the same step (a mail taken in: case, entry,
mail record, outbox row with a letter, due time, journal line) is committed to a random case of each in turn, and in
the same turn the floor is measured: a bare SQLite commit of one row, and a bare fsync of as many bytes.
Exit 1 when the large desk's median is more than 1.5 times the small one's.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a checkout that was not installed

from mailbot.adapters.ledger import Commit, OutboxRow
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases.effects import Go, KeepMail, SendLetter
from mailbot.cases.events import Event
from mailbot.cases.model import Case, CaseMail, Customer, Entry, Form, Letter
from mailbot.cases.query import MailRecord

LIMIT = 1.5
T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = "The coat came back with a tear at the sleeve and a stain that was not there before. "
RAW = b"Subject: x\r\n\r\n" + b"Dear Customer, we take this very seriously.\r\n" * 90  # 4 kB, as E2 is


def a_case(n: int, version: int = 1) -> Case:
    """A case in the middle of its life: six letters, six mails, a full form; about 4 kB."""
    code, address = f"BLANC-{n:07d}", f"customer{n}@example.com"
    at = T0 + timedelta(minutes=n)
    letters = (Letter(k, "E2", "customer", address, f"<{n}.{k}.token@desk>", "sent", at, at) for k in range(6))
    mails = (CaseMail(f"key{n}.{k}", f"<{n}.{k}@mail>", address, "customer", at, "reply", ("why",)) for k in range(6))
    return Case(
        code=code,
        version=version,
        state="assessing",
        entered_at=at,
        opened_at=at,
        last_at=at,
        customer=Customer(f"Customer {n:07d}", address),
        store="Marylebone",
        form=Form(True, {"happened": WORDS * 10, "garment": "coat", "email": address}),
        letters=tuple(letters),
        mails=tuple(mails),
    )


def a_step(case: Case) -> Commit:
    """A mail of the customer is taken in and answered."""
    n, at = case.version + 1, T0 + timedelta(days=30)
    id = f"<{case.code}.{n}.answer@desk>"
    kept = KeepMail(f"{case.code}.{n}", f"<{case.code}.{n}@mail>", case.customer.address, "customer", "reply")
    sent = SendLetter(n, "E3", "customer", case.customer.address, id)
    event = Event("customer_wrote", "customer", {"words": WORDS * 3}, kept.key)
    entry = Entry(case.code, n, at, event, ("a token",), "rules/process.yaml:42", "v1", (kept, sent, Go("assessing")))
    return Commit(
        entries=(entry,),
        cases=(replace(case, version=n, last_at=at),),
        mails=(MailRecord(kept.key, kept.message_id, kept.sender, at, "case", case.code, "reply"),),
        outbox=(OutboxRow(id, case.code, n, "E3", "customer", kept.sender, RAW, "queued", at, at),),
        due={case.code: at + timedelta(days=n)},
        journal=(WORDS,),
        journal_done=10**9,
    )


def a_desk(folder: Path, size: int) -> TinyDbLedger:
    """A ledger with so many cases."""
    ledger = TinyDbLedger(folder)
    for first in range(0, size, 500):
        cases = tuple(a_case(n) for n in range(first, min(first + 500, size)))
        ledger.commit(Commit(cases=cases, due={case.code: T0 + timedelta(days=90) for case in cases}), {})
    ledger.close()  # puts it all into the file and fsyncs it: filling the desk is not what is measured
    return TinyDbLedger(folder)


def commit_one(ledger: TinyDbLedger, size: int, chance: random.Random) -> None:
    """Commit a step to a random case, as the desk does: read it, then write."""
    case = ledger.case(f"BLANC-{chance.randrange(size):07d}")
    if case is None:
        raise LookupError("the desk was not filled")
    ledger.commit(a_step(case), {case.code: case.version})


def bare_sqlite(folder: Path) -> Callable[[], object]:
    """The floor: one row, one commit, the same settings."""
    sql = sqlite3.connect(folder / "floor.db", isolation_level=None)
    sql.execute("PRAGMA journal_mode = WAL")
    sql.execute("PRAGMA synchronous = FULL")
    sql.execute("CREATE TABLE t (x)")
    return lambda: sql.execute("INSERT INTO t VALUES (?)", (RAW,))


def bare_fsync(folder: Path) -> Callable[[], object]:
    """The floor below: as many bytes appended to a file, and fsync."""
    file = os.open(folder / "floor.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write() -> None:
        os.write(file, RAW)
        os.fsync(file)

    return write


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measure(folder: Path, few: int, many: int, rounds: int) -> dict[str, float]:
    """Medians in milliseconds, all kinds in turn so that a busy minute hits all alike."""
    chance = random.Random(1)
    small, large = a_desk(folder / "few", few), a_desk(folder / "many", many)
    kinds: dict[str, Callable[[], object]] = {
        "bare fsync": bare_fsync(folder),
        "bare SQLite commit": bare_sqlite(folder),
        f"commit at {few} cases": lambda: commit_one(small, few, chance),
        f"commit at {many} cases": lambda: commit_one(large, many, chance),
    }
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    for round in range(rounds + 20):
        for name in chance.sample(list(kinds), len(kinds)):
            spent = timed(kinds[name])
            if round >= 20:  # the first warm the caches
                taken[name].append(spent)
    small.close()
    large.close()
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="What one durable commit costs on a small and on a large desk.")
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--dir", type=Path, help="a folder on the disk to measure (default: the temporary folder)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
        medians = measure(Path(folder), asked.few, asked.many, asked.rounds)
    for name, median in medians.items():
        print(f"{name:<28} {median:8.3f} ms")
    ratio = medians[f"commit at {asked.many} cases"] / medians[f"commit at {asked.few} cases"]
    print(f"{'ratio':<28} {ratio:8.2f}      (at most {LIMIT})")
    return 1 if ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
