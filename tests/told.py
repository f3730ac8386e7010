"""What came of a story: told once in memory for every test of a process that looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mailbot.adapters.ledger import Filter
from mailbot.adapters.ports import FOLDERS, INBOX
from mailbot.cases.model import Case, Entry
from mailbot.mail.message import read
from mailbot.process.model import Process
from tests.story import Telling, load
from tests.worlds import MemoryWorld
from tests.writing import Letter


@dataclass(frozen=True)
class Told:
    """A story that held: its letters in order of sending, its cases with their histories, and the rules it ran on.

    mails: what people wrote to the desk, each with the address it came from.
    """

    file: Path
    story: Mapping[str, Any]
    process: Process
    letters: tuple[Letter, ...]
    mails: tuple[tuple[str, str], ...]
    cases: Mapping[str, Case]
    history: Mapping[str, tuple[Entry, ...]]


@cache
def told(file: Path) -> Told:
    """The story told in memory; an AssertionError says where it does not hold."""
    story = load(file)
    with TemporaryDirectory(prefix="mailbot-") as folder:
        telling = Telling(MemoryWorld(Path(folder) / "desk", **story["desk"]))
        telling.tell(story)
    return seen(file, story, telling)


def seen(file: Path, story: Mapping[str, Any], telling: Telling) -> Told:
    """What a telling in memory has come to so far."""
    world = telling.world
    assert isinstance(world, MemoryWorld)
    cases = {case.code: case for case in world.ledger.cases(Filter())}
    history = {code: tuple(world.ledger.history(code)) for code in cases}
    return Told(file, story, world.process, tuple(world.letters()), tuple(_written(world)), cases, history)


def _written(world: MemoryWorld) -> Iterator[tuple[str, str]]:
    for folder in (INBOX, *FOLDERS):
        for _, raw in world.mailbox.all(folder):
            yield _read(raw)


@cache
def _read(raw: bytes) -> tuple[str, str]:
    message = read(raw)
    return message.sender.address if message.sender else "", f"{message.subject}\n{message.text}"
