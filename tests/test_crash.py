"""kill -9 after every durable step, on a real Dovecot and a real SMTP server: nothing is lost, nothing is done twice."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailbot.adapters.ports import INBOX, SENT
from tests.crash_story import CHAPTERS, Checkpoint, Ending, Stage
from tests.crashing import Forks
from tests.servers import Dovecot
from tests.writing import Letter

KILLED = -9
WORKERS = 2
FINISHED = 5  # after every 5th crash the story is told to its end
REBUILT = 7  # every 7th crash is followed by `mailbot rebuild`
ALL_KINDS = {"commit", "smtp accepted", "imap move", "imap append", "imap create", "imap subscribe"}


@dataclass
class Told:
    """The story as it goes without a crash, and the world before each of its chapters."""

    begin: list[Checkpoint] = field(default_factory=list)
    steps: list[list[str]] = field(default_factory=list)
    ends: list[Ending] = field(default_factory=list)  # of each chapter
    letters: list[Letter] = field(default_factory=list)


@pytest.fixture(scope="module")
def forks() -> Iterator[list[Forks]]:
    started = [Forks() for _ in range(WORKERS)]
    yield started
    for each in started:
        each.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, forks: list[Forks]) -> Told:
    folder = tmp_path_factory.mktemp("told")
    told, stage = Told(), Stage(folder / "desk", dovecot, forks[0])
    for chapter in CHAPTERS:
        stage.deliver(chapter)
        told.begin.append(stage.keep(folder / chapter.name))
        noted = folder / f"{chapter.name}.steps"
        status = forks[0].cycle(stage.folder, chapter.at, noted=noted)
        assert status == 0, stage.said
        told.steps.append(noted.read_text().splitlines())
        told.ends.append(stage.ending())
    told.letters = stage.letters()
    stage.close()
    return told


def test_the_steps_are_of_every_kind(told: Told) -> None:
    """The story has commits, moves, appends, new folders and deliveries to crash after, and ends as it should."""
    assert {kind for steps in told.steps for kind in steps} == ALL_KINDS
    sent = sorted(letter.code for letter in told.letters)
    again = ["ask-assessment", "ask-assessment", "ask-kind"]
    first = ["E2", "ask-kind", "ask-garments", "details-update", "E3", "ask-assessment", "ask-assessment", "store-note"]
    assert sent == sorted([*first, *again])


@pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=[chapter.name for chapter in CHAPTERS])
def test_kill_after_each_step(number: int, told: Told, dovecot: Dovecot, forks: list[Forks], tmp_path: Path) -> None:
    """Killed after any durable step, the desk comes to the same end with its next cycle."""

    def crash(after: int) -> None:
        worker = free.pop()
        try:
            _crash_and_go_on(number, after, told, dovecot, worker, tmp_path / str(after))
        finally:
            free.append(worker)

    free = list(forks)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(crash, range(1, len(told.steps[number]) + 1)))


def _crash_and_go_on(number: int, after: int, told: Told, dovecot: Dovecot, forks: Forks, folder: Path) -> None:
    chapter, where = CHAPTERS[number], f"{CHAPTERS[number].name}, killed after step {after} ({told.steps[number][after - 1]})"
    stage = Stage(folder, dovecot, forks, told.begin[number])
    try:
        assert stage.crash(chapter, after) == KILLED, f"{where}: {stage.said}"
        stage.once(chapter)
        _same_end(stage, told.ends[number], where)
        if after % FINISHED == 0:
            stage.tell(CHAPTERS[number + 1 :])
            _same_end(stage, told.ends[-1], f"{where}, at the end of the story")
        if after % REBUILT == number % REBUILT:
            before = stage.cases(doubts=True)
            assert forks.mailbot(stage.folder, "rebuild") == 0, f"{where}: {stage.said}"
            assert stage.cases(doubts=True) == before, f"{where}: rebuilt cases differ"
    finally:
        stage.close()
    shutil.rmtree(folder)


def _same_end(stage: Stage, wanted: Ending, where: str) -> None:
    ending = stage.ending()
    assert ending.cases == wanted.cases, where
    assert ending.letters == wanted.letters, f"{where}: a letter is lost, or a different one was made"
    assert ending.folders == wanted.folders, f"{where}: each mail lies where it lay without the crash, and only there"
    assert ending.folders[INBOX] == []
    wire = Counter(letter.message_id for letter in stage.letters())
    repeated = {message_id for message_id, times in wire.items() if times > 1}
    assert repeated <= stage.doubted(), f"{where}: sent twice without a doubt: {repeated - stage.doubted()}"
    assert Counter(stage.mail_ids()[SENT]) == Counter(set(wire)), f"{where}: Sent holds not exactly what was sent"
