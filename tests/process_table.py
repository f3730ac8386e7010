"""docs/process.md: every row of rules/process.yaml with the stories in which it is carried out.

All stories are told in memory, and the history of each case says which rows those were. `python -m
tests.renew_process_table` writes the page; tests/test_process_table.py fails while it is stale or a row has no story.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from mailbot.insight.map import BEFORE, EVERY, Fork, blocks, forks, mermaid, trigger
from mailbot.process.model import Process, Row
from mailbot.process.place import Place
from mailbot.process.vocabulary import BACK
from tests import ruling
from tests.story import stories
from tests.told import Told, told

PAGE = ruling.ROOT / "docs" / "process.md"
# What no story can bring, and the test that does: a crash at the wrong moment, an event that no row knows.
ELSEWHERE = {(EVERY, "letter_doubted"): "test_crash.py", (EVERY, "otherwise"): "test_decide.py"}
FEW = 4  # stories that a row names; of the others only how many there are
TITLES = {
    BEFORE: "In every state, before its own rows",
    EVERY: "In every state, where none of its own rows holds",
}
INTRODUCTION = """\
# The process, row by row

Every row of [rules/process.yaml](../rules/process.yaml): when it is carried out, which letters go, where the case
goes, and the stories of tests/stories/ in which that happens. Made by `python -m tests.renew_process_table` from the
rules and from telling every story; please edit those, not this page.
"""


def page() -> str:
    """The whole page."""
    process = ruling.shipped()
    carried = carried_out()
    drawing = "\n".join(mermaid(process))
    parts = [INTRODUCTION, f"```mermaid\n{drawing}\n```\n"]
    parts += ["\n".join(_block(block, process, carried)) + "\n" for block in blocks(process)]
    return "\n".join(parts)


@lru_cache(maxsize=1)
def carried_out() -> Mapping[Place, tuple[Path, ...]]:
    """For each row of the shipped process the stories that carry it out; a story that does not hold shows nothing."""
    found: dict[Place, list[Path]] = {}
    for file in stories():
        with suppress(AssertionError):  # tests/test_stories.py says where it does not hold
            for place in _rows_of(told(file)):
                found.setdefault(place, []).append(file)
    return {place: tuple(files) for place, files in found.items()}


def without_story() -> list[str]:
    """The rows that do something and that no story carries out."""
    carried = carried_out()
    return [
        f"{row.place}  {fork.block}: {trigger(fork, row)}"
        for fork in forks(ruling.shipped())
        for row in fork.rows
        if row.place not in carried and (fork.block, fork.trigger) not in ELSEWHERE
        if row.letters or row.set or row.go or row.keep or row.until
    ]


def _rows_of(story: Told) -> set[Place]:
    """The rows of the shipped process that were carried out; a story with rules of its own may have others."""
    rules = {entry.rule for history in story.history.values() for entry in history}
    own = {str(row.place): (fork, row) for fork in forks(story.process) for row in fork.rows}
    shipped = list(forks(ruling.shipped()))
    return {place for rule in rules & set(own) for place in _same(*own[rule], shipped)}


def _same(fork: Fork, row: Row, shipped: list[Fork]) -> Iterator[Place]:
    """Where the same row stands in the shipped process."""
    for other in shipped:
        if (other.block, other.trigger) == (fork.block, fork.trigger):
            for each in other.rows:
                if replace(each, place=row.place, examples=()) == replace(row, examples=()):
                    yield each.place
                    return


def _block(block: str, process: Process, carried: Mapping[Place, tuple[Path, ...]]) -> Iterator[str]:
    """One block as a table."""
    state = process.states.get(block)
    yield f"## {f'{block}: {state.title}' if state else TITLES[block]}\n"
    if state and state.waiting_on:
        yield f"Waits for: {state.waiting_on}.\n"
    yield "| when | rule | letters | goes to | stories |"
    yield "| --- | --- | --- | --- | --- |"
    for fork in forks(process):
        if fork.block == block:
            for row in fork.rows:
                yield _line(fork, row, carried.get(row.place, ()))


def _line(fork: Fork, row: Row, files: tuple[Path, ...]) -> str:
    rule = f"[{row.place}](../{row.place.file}#L{row.place.line})"
    target = "the state it left" if row.go == BACK else row.go
    test = ELSEWHERE.get((fork.block, fork.trigger))
    shown = _links(files) or (f"[{test}](../tests/{test})" if test else "")
    cells = (trigger(fork, row), rule, ", ".join(row.letters), target, shown)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _links(files: tuple[Path, ...]) -> str:
    links = [f"[{file.stem}](../tests/stories/{file.name})" for file in files[:FEW]]
    more = [f"{len(files) - FEW} more"] if len(files) > FEW else []
    return ", ".join([*links, *more])
