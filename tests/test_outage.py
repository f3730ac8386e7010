"""Servers and disks that fail: nothing is lost or half done, a person reads one sentence, the next cycle mends it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.adapters.ports import CASES, HUMAN, INBOX, SENT
from tests.crash_story import CHAPTERS, Checkpoint, Ending, Stage, Stages
from tests.servers import PASSWORD, Cable, SmtpSink, free_port, put
from tests.story import ACTORS, COMPLAINT, START
from tests.writing import new_mail

COMPLAINT_CHAPTER = CHAPTERS[0]
ADMIN = "ada@shop.test"
ANNA = ACTORS["anna"][1]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cable(dovecot: object) -> Iterator[Cable]:
    """Between the desk and Dovecot."""
    line = Cable(dovecot.imap_port).start()  # type: ignore[attr-defined]
    yield line
    line.stop()


@pytest.fixture
def begun(stages: Stages, quick_folder: Path) -> Checkpoint:
    """A desk that has started once, with the first chapter's mail in its inbox."""
    stage = stages.begin()
    once(stage)
    stage.deliver(COMPLAINT_CHAPTER)
    return stage.keep(quick_folder / "begun")


@pytest.fixture
def good_end(stages: Stages, begun: Checkpoint) -> Ending:
    """How the first chapter ends when nothing fails."""
    stage = stages.begin(begun)
    once(stage)
    return stage.ending()


def once(stage: Stage, after: timedelta = timedelta(), expected: int = 0, largest_file: int = 0) -> str:
    """`mailbot once`, with the exit status expected; what it says on stderr is short and for people."""
    at = (START + after).isoformat()
    status = stage.forks.mailbot(stage.folder, "once", "--now", at, largest_file=largest_file)
    assert status == expected, f"exit {status}, not {expected}: {stage.said}"
    for_people(stage.said)
    if expected:
        last = stage.errors.splitlines()[-1]
        assert last.count(". ") <= 2, f"more than a sentence or two: {last}"
    return stage.errors


def for_people(text: str) -> None:
    assert "Traceback" not in text
    assert PASSWORD not in text
    assert "Error" not in text, text


def complaint(stage: Stage, who: str = "anna", number: int = 1) -> None:
    name, address = ACTORS[who]
    put(stage.user, [new_mail(address, name, COMPLAINT["subject"], COMPLAINT["text"], START, number)], START)


def attempts(stage: Stage, code: str) -> Counter[str]:
    return Counter(letter.message_id for letter in stage.letters() if letter.code == code)


def letters_of(stage: Stage) -> dict[str, str]:
    """Letter -> status, over all cases."""
    return {letter["letter"]: letter["status"] for case in stage.cases(doubts=True) for letter in case["letters"]}


# ---- IMAP ---------------------------------------------------------------------------------------------------


def test_no_imap_at_the_start(stages: Stages, begun: Checkpoint, good_end: Ending) -> None:
    """Without the mailbox a cycle ends with 1 and a sentence that names the section; later it does what it should."""
    stage = stages.begin(begun)
    stage.settle("imap", port=str(free_port()))
    said = once(stage, expected=1)
    assert len(said.splitlines()) == 1
    assert "[imap]" in said
    stage.settle("imap", port=str(stage.user.port))
    once(stage)
    assert stage.ending() == good_end


def test_imap_cut_anywhere_in_a_cycle(stages: Stages, begun: Checkpoint, good_end: Ending, cable: Cable) -> None:
    """However many bytes the server could say before the line broke, the next cycle comes to the same end."""
    failed = 0
    for cut_after in (
        0,
        200,
        450,
        700,
        800,
        900,
        1000,
        1200,
        1600,
        2000,
        2200,
        2400,
        2600,
        2800,
        3000,
        3300,
        3600,
        4000,
    ):
        stage = stages.begin(begun)
        stage.settle("imap", port=str(cable.port))
        cable.cut_after = cut_after
        status = stage.forks.mailbot(stage.folder, "once", "--now", START.isoformat())
        for_people(stage.said)
        assert (status, bool(stage.errors)) in ((0, False), (1, True)), stage.said
        failed += status
        cable.cut_after = None
        once(stage)
        assert stage.ending() == good_end, f"cut after {cut_after} bytes"
        assert set(Counter(stage.mail_ids()[SENT]).values()) == {1}
        assert {letter.message_id for letter in stage.letters()} == set(stage.mail_ids()[SENT])
        assert len(stage.wire) == len(good_end.letters)
    assert failed >= 14, f"only {failed} cycles were cut"


def test_an_outage_is_not_the_mails_fault(stages: Stages, cable: Cable) -> None:
    """A mail that could not be read five times, as the line broke, is no poison: it is answered when the line holds."""
    stage = stages.begin()
    name, address = ACTORS["anna"]
    text = COMPLAINT["text"] + "\n" + "It was my favourite dress. " * 4_000
    put(stage.user, [new_mail(address, name, COMPLAINT["subject"], text, START, 1)], START)
    stage.settle("imap", port=str(cable.port))
    cable.cut_after = 20_000  # in the middle of the mail
    for _ in range(5):
        once(stage, expected=1)
    cable.cut_after = None
    once(stage)
    assert [letter.code for letter in stage.letters()] == ["E2"]
    assert len(stage.mail_ids()[CASES]) == 1


def test_letters_leave_without_the_mailbox(stages: Stages, cable: Cable) -> None:
    """What is queued already is sent while IMAP is away; its copy is filed when IMAP is back."""
    stage = stages.begin()
    complaint(stage)
    port, stage_port = free_port(), stage.sink.port
    stage.settle("smtp", port=str(port))
    once(stage, expected=1)
    stage.settle("smtp", port=str(stage_port))
    stage.settle("imap", port=str(free_port()))
    once(stage, MINUTE, expected=1)
    assert attempts(stage, "E2").total() == 1
    stage.settle("imap", port=str(stage.user.port))
    once(stage, 2 * MINUTE)
    assert attempts(stage, "E2").total() == 1
    assert len(stage.mail_ids()[SENT]) == 1


# ---- SMTP ---------------------------------------------------------------------------------------------------


def test_no_smtp(stages: Stages, begun: Checkpoint, good_end: Ending) -> None:
    """Without a mail server mail is taken in all the same, and its letters leave in the first cycle after."""
    stage = stages.begin(begun)
    stage.settle("smtp", port=str(free_port()))
    said = once(stage, expected=1)
    assert len(said.splitlines()) == 1
    assert "[smtp]" in said
    assert (stage.mail_ids()[INBOX], len(stage.mail_ids()[CASES])) == ([], 1)
    assert letters_of(stage)["E2"] == "queued"
    once(stage, expected=1)
    stage.settle("smtp", port=str(stage.sink.port))
    once(stage)
    assert stage.ending() == good_end
    assert len(stage.wire) == len(good_end.letters)


def test_later_then_fine(stages: Stages) -> None:
    """A 4xx answer is tried again with growing pauses, 1, 5, 15 minutes; the cycle itself is fine."""
    stage = stages.begin()
    complaint(stage)
    stage.sink.data_answers = ["451 4.3.0 try again later"] * 3

    def left() -> int:
        return len(stage.sink.data_answers)

    minutes_and_left = [(0, 2), (0.5, 2), (1, 1), (4, 1), (6, 0), (7, 0), (20, 0)]
    for minutes, expected in minutes_and_left:
        once(stage, minutes * MINUTE)
        assert (left(), stage.wire) == (expected, []), f"after {minutes} minutes"
    assert letters_of(stage) == {"E2": "queued"}
    once(stage, 21 * MINUTE)
    assert attempts(stage, "E2").total() == 1
    assert letters_of(stage) == {"E2": "sent"}


def test_refused_for_good(stages: Stages) -> None:
    """A 5xx answer fails the letter: the case shows it, the va is asked to call, and it is never tried again."""
    stage = stages.begin()
    complaint(stage)
    stage.sink.rcpt_answers[ANNA] = "550 5.1.1 no such user"
    once(stage)
    once(stage, MINUTE)
    once(stage, 60 * MINUTE)
    assert letters_of(stage) == {"E2": "failed", "call": "sent"}
    (call,) = stage.letters()
    assert (call.code, call.to) == ("call", "vera@shop.test")
    assert "no such user" in call.text
    assert attempts(stage, "E2").total() == 0


def test_everything_refused_ends(stages: Stages) -> None:
    """A server that refuses every recipient for good makes no endless chain of letters about letters."""
    stage = stages.begin()
    complaint(stage)
    stage.sink.rcpt_answers = {address: "550 5.7.1 go away" for _, address in ACTORS.values()}
    for minute in range(12):
        once(stage, minute * 10 * MINUTE)
    letters = [letter for case in stage.cases(doubts=True) for letter in case["letters"]]
    assert {letter["status"] for letter in letters} == {"failed"}
    assert len(letters) <= 4, letters


@pytest.mark.parametrize("mode", ["drop", "keep-drop"])
def test_smtp_drops_after_data(mode: str, stages: Stages) -> None:
    """A letter whose answer got lost is in doubt, is shown so, and goes again with the same Message-ID."""
    stage = stages.begin()
    complaint(stage)
    stage.sink.mode = mode
    once(stage)
    assert letters_of(stage)["E2"] == "in_doubt"
    stage.sink.mode = ""
    once(stage, 5 * MINUTE)
    once(stage, 10 * MINUTE)
    assert letters_of(stage)["E2"] == "sent"
    assert list(attempts(stage, "E2").values()) == [1 if mode == "drop" else 2]
    assert set(attempts(stage, "E2")) <= stage.doubted()
    told = [letter for letter in stage.letters() if letter.code == "doubt"]
    assert {letter.to for letter in told} == {ADMIN}
    assert "sent again" in told[0].text
    assert Counter(stage.mail_ids()[SENT]) == Counter({letter.message_id for letter in stage.letters()})


def test_smtp_drops_after_data_and_ask(stages: Stages) -> None:
    """With `in_doubt = "ask"` such a letter is never sent again; the admin is told once."""
    stage = stages.begin()
    stage.settle("smtp", in_doubt='"ask"')
    complaint(stage)
    stage.sink.mode = "keep-drop"
    once(stage)
    stage.sink.mode = ""
    for minutes in (5, 10, 600):
        once(stage, minutes * MINUTE)
    assert list(attempts(stage, "E2").values()) == [1]
    assert letters_of(stage) == {"E2": "in_doubt", "doubt": "in_doubt"}
    (told,) = (letter for letter in stage.letters() if letter.code == "doubt")
    assert "Nothing is sent twice" in told.text


def test_a_server_that_always_drops(stages: Stages) -> None:
    """A server that takes each letter and never says so sends nobody the same letter more than three times."""
    stage = stages.begin()
    complaint(stage)
    stage.sink.mode = "keep-drop"
    for minutes in range(0, 300, 12):
        once(stage, minutes * MINUTE)
    assert max(Counter(letter.message_id for letter in stage.letters()).values()) == 3
    assert Counter(letter.code for letter in stage.letters()) == {"E2": 3, "doubt": 9}
    assert letters_of(stage)["E2"] == "in_doubt"


# ---- the disk -----------------------------------------------------------------------------------------------


def test_a_full_disk(stages: Stages, begun: Checkpoint, good_end: Ending) -> None:
    """Wherever in a cycle the disk under state/ is full, it ends with 1 and a sentence; with room it goes on."""
    failed = 0
    for kilobytes in (1, 5, 9, 17, 33, 50, 66, 83, 99, 116, 132, 165, 198, 231, 264):
        stage = stages.begin(begun)
        status = stage.forks.mailbot(stage.folder, "once", "--now", START.isoformat(), largest_file=kilobytes * 1024)
        for_people(stage.said)
        assert (status, len(stage.errors.splitlines())) in ((0, 0), (1, 1)), stage.said
        if status:
            failed += 1
            assert "disk" in stage.errors
        _read_only_commands_work(stage)
        once(stage)
        assert stage.ending() == good_end, f"no file larger than {kilobytes} KiB"
        wire = Counter(letter.message_id for letter in stage.letters())
        assert {message_id for message_id, times in wire.items() if times > 1} <= stage.doubted()
    assert failed >= 6, f"the disk was full in {failed} cycles only"


def _read_only_commands_work(stage: Stage) -> None:
    assert stage.forks.mailbot(stage.folder, "cases", "--json", "--full") == 0, stage.said


# ---- exit status --------------------------------------------------------------------------------------------


def mailbot(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command itself, as a cron job runs it."""
    program = Path(sys.executable).with_name("mailbot")
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAILBOT_")}
    command = [str(program), "-v", "once", "--desk", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)


def test_exit_status(stages: Stages, tmp_path: Path, sink: SmtpSink) -> None:
    """0 fine, 1 a server away or a wrong password, 2 wrong settings; stderr is for people and never has a password."""
    stage = stages.begin()
    complaint(stage)
    fine = mailbot(stage.folder, "--now", START.isoformat())
    assert (fine.returncode, fine.stdout) == (0, "1 mail taken in, 0 silences fired, 1 letter sent\n")
    seen = [fine]

    def fails(status: int, words: str, section: str, **values: str) -> None:
        stage.settle(section, **values)
        found = mailbot(stage.folder)
        assert (found.returncode, found.stdout) == (status, ""), found
        assert words in found.stderr
        seen.append(found)

    fails(1, "[imap]", "imap", port=str(free_port()))
    fails(1, "username and password", "imap", port=str(stage.user.port), password='"Wr0ng-pass"')
    fails(2, "[imap] prot: unknown key; did you mean 'port'?", "imap", prot="1")
    (stage.folder / "mailbot.toml").unlink()
    found = mailbot(stage.folder)
    assert (found.returncode, "mailbot init" in found.stderr) == (2, True)
    for each in [*seen, found]:
        for_people(each.stderr + each.stdout)
        assert "Wr0ng-pass" not in each.stderr + each.stdout
    assert [ids for folder, ids in stage.mail_ids().items() if folder in (INBOX, HUMAN)] == [[]]
