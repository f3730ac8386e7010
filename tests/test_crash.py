"""kill -9 after every durable step, on a real Dovecot and SMTP server: nothing is lost, nothing is done twice."""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from mailbot.adapters.ports import CASES, HUMAN, INBOX, SENT
from mailbot.first_start import MANY_OLD
from tests.crash_story import CHAPTERS, Checkpoint, Ending, Stage, Stages
from tests.crashing import Forks
from tests.servers import Dovecot, put
from tests.story import ACTORS, COMPLAINT, START
from tests.writing import Letter, new_mail

KILLED = -9
ADMIN = "ada@shop.test"
DEADLY = "the words that kill"
MOST_DEATHS = 4  # once in a batch, then three times alone
YES = [chapter.name for chapter in CHAPTERS].index("yes")
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
def told(quick_place: Path, dovecot: Dovecot, forks: list[Forks]) -> Told:
    folder = quick_place / "told"
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
    again = ["ask-assessment", "ask-assessment", "ask-kind", "details-update"]  # nobody said that they are done
    first = ["E2", "ask-kind", "ask-garments", "details-update", "E3", "ask-assessment", "ask-assessment", "store-note"]
    assert sent == sorted([*first, *again])


@pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=[chapter.name for chapter in CHAPTERS])
def test_kill_after_each_step(
    number: int, told: Told, dovecot: Dovecot, forks: list[Forks], quick_folder: Path
) -> None:
    """Killed after any durable step, the desk comes to the same end with its next cycle."""

    def crash(after: int) -> None:
        worker = free.pop()
        try:
            _crash_and_go_on(number, after, told, dovecot, worker, quick_folder / str(after))
        finally:
            free.append(worker)

    free = list(forks)
    with ThreadPoolExecutor(len(forks)) as pool:
        list(pool.map(crash, range(1, len(told.steps[number]) + 1)))


def test_killed_again_while_recovering(told: Told, stages: Stages) -> None:
    """A second kill, in the cycle that mends the first one, changes nothing either."""
    near_the_end = len(told.steps[0]) - 2  # what is done after the last step has nothing left to be killed after
    for first, second in ((5, 2), (9, 4), (14, 1), (17, 3), (19, 2), (21, 5), (near_the_end, 1)):
        stage, chapter = stages.begin(told.begin[0]), CHAPTERS[0]
        assert stage.crash(chapter, first) == KILLED, stage.said
        assert stage.crash(chapter, second) == KILLED, stage.said
        stage.once(chapter)
        _same_end(stage, told.ends[0], f"killed after step {first}, then after step {second}")


def test_in_doubt_ask(told: Told, stages: Stages) -> None:
    """With `in_doubt = "ask"` nothing is ever sent twice: what may have left stays in doubt, the admin told."""
    steps, chapter = told.steps[YES], CHAPTERS[YES]
    first = steps.index("smtp accepted")
    last = len(steps) - 1 - steps[::-1].index("smtp accepted")
    doubts = 0
    for after in range(first - 2, last + 3):
        stage = stages.begin(told.begin[YES])
        stage.settle("smtp", in_doubt='"ask"')
        assert stage.crash(chapter, after) == KILLED, stage.said
        stage.once(chapter)
        stage.once(chapter)
        doubts += _nothing_twice(stage, f"killed after step {after} ({steps[after - 1]})")
    assert doubts >= last - first


def _nothing_twice(stage: Stage, where: str) -> int:
    """The number of letters in doubt; each letter is known to have left, once, or shown to be in doubt."""
    wire = Counter(letter.message_id for letter in stage.letters())
    assert set(wire.values()) == {1}, f"{where}: sent twice: {wire}"
    shown = [letter for case in stage.cases(doubts=True) for letter in case["letters"]]
    in_doubt = {letter["message_id"] for letter in shown if letter["status"] == "in_doubt"}
    sent = {letter["message_id"] for letter in shown if letter["status"] == "sent"}
    assert len(in_doubt | sent) == len(shown), f"{where}: {shown}"
    assert sent <= set(wire), f"{where}: shown as sent, but the server never got it"
    assert set(wire) <= sent | in_doubt, where
    assert in_doubt == stage.doubted(), where
    told = [letter for letter in stage.letters() if letter.code == "doubt" and letter.to == ADMIN]
    assert len(told) == len(in_doubt), f"{where}: {len(told)} letters to the admin for {in_doubt}"
    return len(in_doubt)


def test_the_admin_is_asked_about_old_mail_all_the_same(stages: Stages) -> None:
    """Killed anywhere at a first start on an old mailbox, the desk asks the admin once, and answers nobody."""
    old = [_new_mail("ben", "Hello", number) for number in range(MANY_OLD + 1)]
    for after in range(1, 8):
        stage = stages.begin()
        put(stage.user, [mail.replace(b"02 Mar 2026", b"02 Jan 2026") for mail in old], START - timedelta(days=59))
        stage.deliver(CHAPTERS[0])
        assert stage.crash(CHAPTERS[0], after) == KILLED, stage.said
        stage.once(CHAPTERS[0])
        stage.once(CHAPTERS[0])
        assert [(letter.code, letter.to) for letter in stage.letters()] == [("alert", ADMIN)], (
            f"killed after step {after}"
        )
        assert len(stage.mail_ids()[INBOX]) == MANY_OLD + 4


def test_a_deadly_mail(stages: Stages) -> None:
    """A mail that kills the process is taken alone, and after three times lies with a human; the rest goes on."""
    stage = stages.begin()
    texts = {"anna": COMPLAINT["text"], "ben": f"Hello, {DEADLY}", "mallory": COMPLAINT["text"]}
    mails = [_new_mail(who, text, number) for number, (who, text) in enumerate(texts.items())]
    put(stage.user, mails, START)
    deaths = 0
    while stage.forks.mailbot(stage.folder, "once", "--now", START.isoformat(), deadly=DEADLY) == KILLED:
        deaths += 1
        assert deaths <= MOST_DEATHS, "it dies for ever"
    assert deaths == MOST_DEATHS
    ids = stage.mail_ids()
    assert (len(ids[INBOX]), len(ids[CASES]), ids[HUMAN]) == (0, 2, ["<1.ben@elsewhere.test>"])
    assert sorted((letter.code, letter.to) for letter in stage.letters()) == [
        ("E2", "anna@customer.test"), ("E2", "mallory@evil.test"), ("alert", ADMIN),
    ]  # fmt: skip
    told = next(letter for letter in stage.letters() if letter.code == "alert")
    assert "died 3 times" in told.text
    assert stage.forks.mailbot(stage.folder, "once", "--now", START.isoformat(), deadly=DEADLY) == 0
    assert len(stage.letters()) == 3


def test_a_deadly_mail_costs_its_reading_process_alone(stages: Stages) -> None:
    """Read beside the desk it kills what reads it, twice; the desk goes on, and one cycle does it all."""
    stage = stages.begin()
    texts = {"anna": COMPLAINT["text"], "ben": f"Hello, {DEADLY}", "mallory": COMPLAINT["text"]}
    put(stage.user, [_new_mail(who, text, number) for number, (who, text) in enumerate(texts.items())], START)
    once = partial(stage.forks.mailbot, stage.folder, "once", "--now", START.isoformat(), deadly=DEADLY, beside=True)
    assert once() == 0, stage.said
    ids = stage.mail_ids()
    assert (len(ids[INBOX]), len(ids[CASES]), ids[HUMAN]) == (0, 2, ["<1.ben@elsewhere.test>"])
    assert sorted((letter.code, letter.to) for letter in stage.letters()) == [
        ("E2", "anna@customer.test"), ("E2", "mallory@evil.test"), ("alert", ADMIN),
    ]  # fmt: skip
    told = next(letter for letter in stage.letters() if letter.code == "alert")
    assert "SIGKILL" in told.text
    assert once() == 0, stage.said
    assert len(stage.letters()) == 3


def test_a_deadly_mail_does_not_kill_the_rebuild(stages: Stages) -> None:
    """What was set aside unread stays unread when the state is made again, and keeps its fate."""
    stage = stages.begin()
    put(stage.user, [_new_mail("anna", COMPLAINT["text"], 1), _new_mail("ben", DEADLY, 2)], START)
    while stage.forks.mailbot(stage.folder, "once", "--now", START.isoformat(), deadly=DEADLY) == KILLED:
        pass
    before, seen = stage.cases(doubts=True), stage.seen()
    assert stage.forks.mailbot(stage.folder, "rebuild", deadly=DEADLY) == 0, stage.said
    assert (stage.cases(doubts=True), stage.seen()) == (before, seen)


def _new_mail(who: str, text: str, number: int) -> bytes:
    name, address = ACTORS[who]
    return new_mail(address, name, COMPLAINT["subject"], text, START, number)


def _crash_and_go_on(number: int, after: int, told: Told, dovecot: Dovecot, forks: Forks, folder: Path) -> None:
    chapter = CHAPTERS[number]
    where = f"{chapter.name}, killed after step {after} ({told.steps[number][after - 1]})"
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
