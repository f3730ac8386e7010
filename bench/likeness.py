"""How long the look-up by likeness takes at 100 and at 10,000 cases on file, and the weighing of what it finds.

`python -m bench.likeness` prints milliseconds for one mail, and the ratio. Writes into a temporary folder.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from mailbot.adapters.ledger import Commit
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases import candidates, weighing
from mailbot.cases.candidates import Marks
from mailbot.cases.model import Case, Customer, Form
from mailbot.cases.query import Query
from mailbot.process.matching import Matching
from tests import ruling

SIZES = (100, 10_000)
ROUNDS = 200
LETTERS, VOWELS = "bcdfgklmnprstvw", "aeiou"


def name(n: int) -> str:
    """A name that can be said; a few thousand different ones."""
    return "".join(LETTERS[(n * k + k) % len(LETTERS)] + VOWELS[(n + k) % len(VOWELS)] for k in (1, 3, 7)).title()


def somebody(n: int) -> Case:
    """A case of somebody's."""
    who = Customer(f"{name(n)} {name(n // 7 + 3)}", f"{name(n)}{n}@mail{n % 50}.test", f"+4477{n:08d}")
    form = Form(values={"ticket": f"MB-{n:05d}", "garment": "green silk dress"})
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Case(f"BLANC-B{n:06d}", 1, "awaiting_form", opened_at=at, customer=who, form=form, store="Marylebone")


def milliseconds(run: Callable[[], object]) -> float:
    """The median of many runs."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def weigh_all(marks: Marks, cases: Sequence[Case], rules: Matching) -> None:
    """As `whose` does it."""
    for case in cases:
        weighing.of_stranger(marks, case, rules)


def main() -> None:
    """Print the table."""
    process = ruling.shipped()
    rules = process.matching
    sender = somebody(42).customer.name
    words = f"The green dress from Marylebone came back torn, ticket MB-00042.\n\nBest\n{sender}"
    marks = candidates.marks("new@address.test", sender, "My dress", words, process)
    query = Query(near=candidates.wanted(marks, rules))
    found_in: dict[int, float] = {}
    print(f"{'cases':>8}{'found':>7}{'look-up ms':>12}{'weigh ms':>10}")
    for size in SIZES:
        with TemporaryDirectory() as folder:
            ledger = TinyDbLedger(Path(folder))
            ledger.commit(Commit(cases=tuple(map(somebody, range(size)))), {})
            near = ledger.find(query).near
            found_in[size] = milliseconds(partial(ledger.find, query))
            weigh = milliseconds(partial(weigh_all, marks, near, rules))
            print(f"{size:>8}{len(near):>7}{found_in[size]:>12.2f}{weigh:>10.2f}")
            ledger.close()
    print(f"ratio {found_in[SIZES[-1]] / found_in[SIZES[0]]:.1f}")


if __name__ == "__main__":
    main()
