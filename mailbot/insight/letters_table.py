"""`mailbot where`: the table of all letters, for a terminal, a page of Markdown or a program. Pure.

Each letter in a line, in the order in which the process first sends them: whom it is for, what it is about, and the
first occasions of it. What the rules say of one letter is `where`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailbot.insight.map import BEFORE, forks
from mailbot.insight.sheet import Bit, Column, Table, words
from mailbot.insight.where import Sending, sendings, spoken
from mailbot.process.model import Process

_FEW = 2  # occasions of a letter that its line in the table names


def in_order(process: Process) -> tuple[str, ...]:
    """The codes of all letters, in the order in which the process first sends them; those that no row sends last."""
    rows = (row for fork in forks(process) if fork.block != BEFORE for row in fork.rows)
    sent = (code for row in rows for code in row.letters)
    return tuple(dict.fromkeys(code for code in (*sent, *process.letters) if code in process.letters))


def letters_sheet(process: Process) -> Table:
    """Every letter in a line, for a terminal."""
    columns = (Column("letter"), Column("to", 10), Column("about", 18), Column("when", 18))
    rows = [tuple(words(cell) for cell in cells) for cells in _rows(process)]
    return Table(columns, tuple((words(Bit(row[0][0].text, "strong")), *row[1:]) for row in rows))


def letters_table(process: Process, *, outward: bool | None = None) -> Iterator[str]:
    """Every letter as a line of a Markdown table, in the order of the process.

    Args:
        outward: only those that a customer gets, or only the others; None = all.
    """
    yield "| letter | to | about | when |"
    yield "| --- | --- | --- | --- |"
    for code, *cells in _rows(process):
        card = next(iter(process.letters[code].values()))
        if outward not in (None, "customer" in card.audience):
            continue
        linked = f"[{code}]({card.place.file})"
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in (linked, *cells)) + " |"


def letters_json(process: Process) -> Iterator[dict[str, Any]]:
    """Every letter as an object."""
    for code in in_order(process):
        card = next(iter(process.letters[code].values()))
        yield {
            "letter": code,
            "about": card.about,
            "to": list(card.audience),
            "grants": card.grants or None,
            "sent_by": [each.place for each in sendings(code, process)],
        }


def _rows(process: Process) -> Iterator[tuple[str, str, str, str]]:
    for code in in_order(process):
        card = next(iter(process.letters[code].values()))
        yield code, spoken(card.audience), card.about, _occasions(code, process)


def _occasions(code: str, process: Process) -> str:
    """When a letter is sent, in a few words."""
    said = dict.fromkeys(_occasion(each, process) for each in sendings(code, process))
    more = f"; {len(said) - _FEW} more" if len(said) > _FEW else ""
    return "; ".join([*said][:_FEW]) + more or "no row sends it"


def _occasion(sending: Sending, process: Process) -> str:
    rung = sending.fork.rung
    if rung is None:
        return sending.fork.trigger.replace("_", " ")
    fact = process.facts.get(rung.since)
    since = f" since {fact.about if fact else rung.since}" if rung.since else ""
    return fact.about if fact and rung.after.amount == 0 else f"{rung.after} of silence{since}"
