"""Log lines: one record is one line, in each form; no customer's words, no forged lines, no secrets."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from inspect import getmembers, isfunction, signature
from pathlib import Path

import pytest

from mailbot import environment, log_lines, logs
from mailbot.adapters.ledger import MemoryLedger
from mailbot.adapters.memory import MemoryMailbox
from mailbot.intaking import Intaking
from mailbot.undelivered import Undelivered

FATES = {  # each function that tells a fate, with what it is told
    logs.taken: ("B-1", "complaint", "complaint_came", "rules/process.yaml:154"),
    logs.filed: ("vacation", "Auto-Submitted: auto-replied; Subject: Re: CANARY dress"),
    logs.duplicate: ("B-1",),
    logs.left_alone: (3,),
    logs.set_aside: (7, "ValueError: could not read 'CANARY words'"),
    logs.undelivered: (7,),
    logs.silence: ("B-1", "chase", "rules/process.yaml:9"),
    logs.sent: ("B-1", "E2", True),
    logs.held: ("B-1", "CL1", "no approval"),
    logs.photos_left_out: ("B-1", "ask-assessment", 2),
    logs.put_off: ("B-1", "E2", "451 later"),
    logs.refused: ("B-1", "E2", "550 no"),
    logs.doubted: ("B-1", "E2"),
    logs.rules_kept: ("rules/form.yaml:3: unknown key",),
    logs.rules_read: (),
    logs.rules_mended: (),
    logs.trouble: ("[imap] nothing listens",),
    logs.mistake: (ValueError("CANARY in an exception"),),
    logs.started: ("0.1.0", "desk@shop.test"),
    logs.stopped: (),
}
HOSTILE = '451 "later"\r\n<3>letter sent: case=FORGED\n{"event":"sent"}\x1b[31m\u2028\u202e\x85\x00\udc80 end'


@pytest.fixture
def begun() -> Iterator[Callable[[str], None]]:
    """Begins logging in a form, and puts all back."""
    root, ours = logging.getLogger(), logging.getLogger(logs.NAME)
    before = root.handlers[:], root.level, ours.level, sys.excepthook, log_lines.threading.excepthook
    yield lambda form: log_lines.begin(form, logging.INFO)
    root.handlers[:], root.level, ours.level, sys.excepthook, log_lines.threading.excepthook = before


@pytest.fixture
def lines(
    begun: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> Callable[[str, Callable[[], None]], list[str]]:
    """The lines that something logs, in a form."""

    def logged(form: str, act: Callable[[], None]) -> list[str]:
        begun(form)
        capsys.readouterr()
        act()
        return capsys.readouterr().err.split("\n")[:-1]

    return logged


Lines = Callable[[str, Callable[[], None]], list[str]]


def test_every_fate_is_in_this_test() -> None:
    """A new named function is tried by all tests below."""
    there = {function for name, function in getmembers(logs, isfunction) if not name.startswith("_")} - {logs.place}
    assert there == set(FATES)


@pytest.mark.parametrize("fate", FATES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_fate_is_one_line_without_a_customers_words(fate: Callable[..., None], form: str, lines: Lines) -> None:
    """As JSON with at, level, the fate's name and each fact by name; as text with the same facts; nothing of a mail."""
    (line,) = lines(form, lambda: fate(*FATES[fate]))
    assert "CANARY" not in line
    if form == "text":
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ (INFO|WARNING|ERROR|CRITICAL) \S", line)
        return
    found = json.loads(line)
    assert found["event"] == fate.__name__
    assert found["level"] in ("info", "warning", "error", "critical")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(found["at"])).total_seconds()) < 60
    wanted = {"event": "happened", "why": None, "rehearsed": "rehearsed"}
    for name, value in zip(signature(fate).parameters, FATES[fate], strict=True):
        if name != "error" and wanted.get(name, name):
            assert found[wanted.get(name, name)] == value


def test_the_text_can_be_grepped(lines: Lines) -> None:
    """case=… letter=… rule=…, as the design says; a value with spaces stands in quotes."""
    (line,) = lines("text", lambda: logs.held("B-1", "CL1", "no approval"))
    assert line.endswith('WARNING letter held: case=B-1 letter=CL1 reason="no approval"')


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("fate", [logs.put_off, logs.trouble, logs.set_aside, logs.rules_kept, logs.held])
def test_nothing_said_can_break_a_line(form: str, fate: Callable[..., None], lines: Lines) -> None:
    """Line breaks, escape codes and marks that turn writing round are taken out of whatever a server has said."""
    given = [1] * (len(signature(fate).parameters) - 1)
    (line,) = lines(form, lambda: fate(*given, HOSTILE))
    assert line.isprintable()
    assert "FORGED" in line
    assert not line.startswith(("<", "letter sent"))
    if form == "json":
        assert json.loads(line)["event"] == fate.__name__


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_ours_and_no_fate(form: str, lines: Lines) -> None:
    """Our own words, on one line."""
    (line,) = lines(form, lambda: logging.getLogger(logs.NAME).info("sign-in renewed: at=%r", "Google"))
    assert "sign-in renewed: at='Google'" in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_libraries_say_is_kept_back(form: str, lines: Lines) -> None:
    """Some quote header lines and names of attachments, or exceptions that do; only the place is told."""

    def chatter() -> None:
        library = logging.getLogger("a.library")
        library.info("CANARY chatter")
        library.error("Failed decoding header part: CANARY")
        try:
            raise ValueError("CANARY")
        except ValueError:
            library.exception("CANARY %s", "CANARY")

    said = lines(form, chatter)
    assert len(said) == 2
    assert "CANARY" not in "".join(said)
    assert "a.library" in said[0]
    assert re.search(r"ValueError.*test_log_lines\.py:\d+|test_log_lines\.py:\d+.*ValueError", said[1])


def test_a_mail_that_cannot_be_read_does_not_speak_in_the_log(lines: Lines) -> None:
    """A mistake of ours over a mail quotes the mail in the exception; the log has its kind only."""
    mailbox = MemoryMailbox()
    mailbox.deliver(b"Subject: CANARY\r\n\r\nCANARY\r\n", datetime.now(UTC))

    def fails(*_: object) -> str:
        raise KeyError("CANARY: in the text")

    ledger = MemoryLedger()
    undelivered = Undelivered(ledger, mailbox, lambda *_: None, lambda: datetime.now(UTC))
    (line,) = lines("json", lambda: Intaking(ledger, mailbox, fails, lambda *_: None, undelivered).run() and None)
    found = json.loads(line)
    assert (found["event"], found["error"]) == ("set_aside", "KeyError")
    assert "CANARY" not in line


def test_an_exception_nobody_caught_is_one_line(tmp_path: Path) -> None:
    """In the main thread and in others: kind and place, never its words, no traceback; exit status 1."""
    script = (
        "import threading; from mailbot import log_lines; log_lines.begin('json', 20)\n"
        "def fails(): raise ValueError('CANARY')\n"
        "thread = threading.Thread(target=fails); thread.start(); thread.join()\n"
        "fails()\n"
    )
    file = tmp_path / "fails.py"
    file.write_text(script)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=False)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 1
    assert [(line["event"], line["error"], line["at_line"]) for line in told] == [
        ("mistake", "ValueError", "fails.py:2")
    ] * 2
    assert "CANARY" not in done.stderr


def test_where_a_mistake_arose() -> None:
    """Ours is named before the library that raised it."""
    with pytest.raises(TypeError) as raised:
        environment.desk_folder(7)  # type: ignore[arg-type]
    assert re.fullmatch(r"mailbot/environment\.py:\d+ \(in pathlib\.py:\d+\)", logs.place(raised.value))


def test_to_the_journal_with_a_priority_and_no_time(tmp_path: Path) -> None:
    """Where stderr is the journal's stream, a line begins with <N> and has no time of its own; else it is the usual."""
    script = (
        "import os, sys; from mailbot import log_lines, logs\n"
        "found = os.fstat(2); device = found.st_dev + (sys.argv[1] == 'other')\n"
        "os.environ['JOURNAL_STREAM'] = f'{device}:{found.st_ino}'\n"
        "log_lines.begin('text', 20); logs.duplicate('B-1'); logs.doubted('B-1', 'E2'); logs.trouble('no'); "
        "logs.mistake(ValueError())\n"
    )

    def said(where: str) -> list[str]:
        done = subprocess.run([sys.executable, "-c", script, where], capture_output=True, text=True, check=True)
        return done.stderr.splitlines()

    assert [line[:3] for line in said("journal")] == ["<6>", "<4>", "<3>", "<2>"]
    assert said("journal")[2] == "<3>no"
    assert all(re.match(r"\d{4}-", line) for line in said("other"))
