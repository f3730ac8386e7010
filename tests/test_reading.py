"""Mail read in a process beside the desk is read as the desk reads it, and what is deadly costs that process alone."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailbot.mail import message as messages
from mailbot.reading import wire
from mailbot.reading.plain import Unreadable
from mailbot.reading.worker import MEMORY, most_seconds
from tests.reading_beside import DEADS, MAILS

ROOT = Path(__file__).parent.parent
RAW = b"From: Anna <anna@customer.test>\r\nSubject: My coat\r\n\r\nIt is torn.\r\n"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of all that tests/reading_beside.py does."""
    command = [sys.executable, "-m", "tests.reading_beside", str(tmp_path_factory.mktemp("beside"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_beside_is_read_what_is_read_here(told: dict[str, Any]) -> None:
    """A fourth of the corpus, some cut, some by other rules: equal by value, with all its bytes."""
    assert told["same"]["differ"] == []
    assert told["same"]["read"] > len(list(MAILS.rglob("*.eml"))) // 4 > 20
    assert told["same"]["staff"] > 0


def test_a_deadly_mail_costs_one_process(told: dict[str, Any]) -> None:
    """Killed, crashed, left, too long, too much memory, asleep: set aside with its reason; all others are read."""
    found = told["deadly"]
    assert {words for words, said in found.items() if said == words} == {
        *(f"good {deed}" for deed in DEADS), "good at the end",
    }  # fmt: skip
    said = {deed: found[deed] for deed in DEADS}
    assert said == {
        "be killed": "Reading it ended the process that did, 2 times (SIGKILL)",
        "crash": "Reading it ended the process that did, 2 times (SIGSEGV)",
        "leave": "Reading it ended the process that did, 2 times (exit status 0)",
        "loop": "Reading it took longer than any mail may take",
        "take memory": f"Reading it took more than {MEMORY // 1024**2} MB of memory",
        "sleep": "Reading it took longer than any mail may take",
    }


def test_a_mistake_of_ours_is_told_with_the_mail(told: dict[str, Any]) -> None:
    """What could be parsed and not understood comes back with its subject and bytes, and kills nothing."""
    assert told["broken"]["subject"] == "My coat"
    assert told["broken"]["why"] == 'KeyError: "a customer\'s words"'
    assert told["broken"]["raw"] > 0
    assert told["broken"]["good"]


def test_a_new_cycle_begins_with_nothing_asked(told: dict[str, Any]) -> None:
    """Mails that nobody wants any more are not waited for, and their answers are given to no other."""
    assert told["abandoned"] == {"text": "new", "soon": True}


def test_the_desk_reads_by_itself_where_it_must(told: dict[str, Any]) -> None:
    """Beside other threads, or once no process can be had; never the mail that ended the last one."""
    assert told["beside_threads"] == {"reading": "Here"}
    assert told["alone"] == {
        "good": True, "bad": "Reading it ended the process that did", "after": [True, True, True],
    }  # fmt: skip


def test_a_reading_process_holds_nothing_of_the_desk(told: dict[str, Any]) -> None:
    """No lock, file or connection: its line, and nothing on its inputs and outputs. It does not outlive the desk."""
    assert told["holds_nothing"]["open"] == ["/dev/null", "socket"]
    assert told["orphaned"]["reader"] > 0
    assert not told["orphaned"]["lives"]
    assert told["left"] is None


class Foreign:
    """What a reading process that was taken over would send."""

    def __reduce__(self) -> Any:
        return os.system, ("exit 1",)


@pytest.mark.parametrize("sent", [Foreign(), Unreadable(messages.unread(b""), ""), os.system, ValueError("x")])
def test_an_answer_makes_values_of_a_mail_alone(sent: Any) -> None:
    """Nothing that pickle could call, and no class of ours that is no value of a mail."""
    with pytest.raises(pickle.UnpicklingError, match="is no value of a mail"):
        wire.unpacked(wire.SEEN, pickle.dumps(sent), RAW)


def test_the_conditions_of_rules_stay_behind() -> None:
    """A condition that is asked where mail is read says so, and is not taken as true."""
    from mailbot.process.expression import Expression

    expression, parts = wire._as_source(Expression("form.where == 'with me'", ("form.where",)))
    with pytest.raises(RuntimeError, match="not known"):
        expression(*parts).evaluate({})


def test_a_large_mail_may_take_longer() -> None:
    """Seconds of the processor: five for any, more in proportion."""
    assert most_seconds(4_000) == pytest.approx(5, abs=0.01)
    assert most_seconds(64_000_000) == 37
