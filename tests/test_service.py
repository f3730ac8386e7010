"""`mailbot run` as the process that it is, on a real Dovecot and a real SMTP server."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot import environment, health
from mailbot import settings as reading
from mailbot.adapters.ports import INBOX
from mailbot.assembly import rulebook_of
from tests.crash_story import Stage, Stages
from tests.servers import PASSWORD, Cable, Dovecot, free_port, put
from tests.story import COMPLAINT
from tests.terminal import Terminal
from tests.writing import new_mail

SECONDS = 20.0  # more than any of these takes on a busy machine, and less than a poll
NEVER = 3600  # poll_seconds: what happens within a test is not the poll's doing
ADMIN = "ada@shop.test"
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(environment.PREFIX)}


class Service:
    """`mailbot run` in a process of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._log = folder / "service.log"
        env = {**ENVIRONMENT, **environment}
        command = [sys.executable, "-m", "mailbot.cli", "-v", "run", "--desk", str(folder)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """(exit status, seconds that it took)."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(SECONDS), time.monotonic() - began

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(SECONDS)


@pytest.fixture
def new_stage(stages: Stages) -> Stage:
    """A desk that polls only once an hour, with IDLE."""
    stage = stages.begin()
    stage.settle("imap", poll_seconds=str(NEVER))
    return stage


@pytest.fixture
def stage(new_stage: Stage) -> Stage:
    """One that was started before: its rules are proved already."""
    rulebook_of(reading.load(new_stage.folder), keep=True).rules()
    return new_stage


@pytest.fixture
def started() -> Iterator[Callable[[Stage], Service]]:
    """Starts services, and ends with the test those that still run."""
    running: list[Service] = []

    def start(stage: Stage) -> Service:
        running.append(Service(stage.folder))
        return running[-1]

    yield start
    for service in running:
        service.end()
        assert "Traceback" not in service.log
        assert PASSWORD not in service.log


def soon(what: Callable[[], object], about: str, seconds: float = SECONDS) -> float:
    """Wait until it is so; the seconds that it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"not within {seconds} seconds: {about}"
        time.sleep(0.02)
    return time.monotonic() - began


def complain(stage: Stage, *numbers: int) -> None:
    now, words = datetime.now(UTC), (COMPLAINT["subject"], COMPLAINT["text"])
    put(stage.user, [new_mail(f"anna{number}@customer.test", "Anna", *words, now, number) for number in numbers])


def answered(stage: Stage, number: int) -> bool:
    return any(letter.to == f"anna{number}@customer.test" for letter in stage.letters())


def settled(stage: Stage, service: Service) -> None:
    """The service has done its first cycles and waits in IDLE."""
    soon(lambda: (stage.folder / "state" / "ledger.db").exists(), "a ledger")
    complain(stage, 0)
    soon(lambda: answered(stage, 0) and not stage.mail_ids()[INBOX], f"the first mail answered: {service.log}")


@pytest.mark.parametrize("way", ["idle", "poll"])
def test_new_mail_is_answered_within_seconds(way: str, stage: Stage, started: Callable[[Stage], Service]) -> None:
    """By IDLE where there is one, else by a poll each second."""
    if way == "poll":
        stage.settle("imap", idle="false", poll_seconds="1")
    service = started(stage)
    settled(stage, service)
    took = []
    for number in (1, 2, 3):
        complain(stage, number)
        took.append(soon(lambda number=number: answered(stage, number), f"mail {number}: {service.log}"))  # type: ignore[misc]
    assert max(took) < 10, took
    print(way, [f"{seconds:.2f} s" for seconds in took])


def test_mail_that_came_before_the_watch_is_not_overlooked(
    new_stage: Stage, started: Callable[[Stage], Service]
) -> None:
    """Mail between the first cycle and the first look of the watcher waits for no poll."""
    service = started(new_stage)
    for number in range(1, 40):
        complain(new_stage, number)
        time.sleep(0.05)
    soon(lambda: all(answered(new_stage, number) for number in range(1, 40)), f"all answered: {service.log}", 40)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number: int, stage: Stage, started: Callable[[Stage], Service]) -> None:
    """SIGTERM and SIGINT end an idle service within three seconds, with 0; the desk is free for the next."""
    service = started(stage)
    settled(stage, service)
    status, seconds = service.stop(number)
    assert status == 0, service.log
    assert seconds < 3
    assert stage.forks.mailbot(stage.folder, "health") == 1
    assert re.match(r"not healthy: the service was stopped \d+ seconds? ago", stage.said)
    assert stage.forks.mailbot(stage.folder, "once") == 0, stage.said


def test_a_signal_ends_it_in_a_pause(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """Also while it waits for a server to come back."""
    stage.settle("imap", port=str(free_port()))
    service = started(stage)
    soon(lambda: "[imap]" in service.log, "a word about IMAP")
    status, seconds = service.stop()
    assert (status, seconds < 3) == (0, True), service.log


def test_a_signal_ends_it_in_the_middle_of_a_full_inbox(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """`docker stop` kills after ten seconds: it ends long before, in the middle of its work; the next run goes on from
    there, and every customer has one answer."""
    everybody = range(1, 61)
    complain(stage, *everybody)
    service = started(stage)
    soon(lambda: service.log.count("mail taken in") >= 5, service.log)
    status, seconds = service.stop()
    assert (status, seconds < 5) == (0, True), service.log
    assert service.log.count("mail taken in") < len(everybody), "it ended too late to show anything"
    for command in ("once", "rebuild", "once"):  # the mailbox, too, holds all of what was done before the cut
        assert stage.forks.mailbot(stage.folder, command) == 0, (stage.said, stage.errors)
    answers = Counter(letter.to for letter in stage.letters() if letter.code == "E2")
    assert answers == {f"anna{number}@customer.test": 1 for number in everybody}
    assert not stage.mail_ids()[INBOX]


def test_many_signals_at_once(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """Signals that come thick and fast while it waits never make it hang."""
    service = started(stage)
    settled(stage, service)
    for _ in range(300):
        service.process.send_signal(signal.SIGHUP)
        time.sleep(0.001)
    complain(stage, 1)
    soon(lambda: answered(stage, 1), f"still answering: {service.log[-2000:]}")
    assert service.stop()[0] == 0


def test_a_second_writer_is_refused(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """`mailbot once` beside the service exits with 1, and names the process that has the desk; readers are welcome."""
    service = started(stage)
    settled(stage, service)
    assert stage.forks.mailbot(stage.folder, "once") == 1
    assert f"process {service.process.pid} " in stage.errors
    assert len(stage.errors.splitlines()) == 1
    assert stage.forks.mailbot(stage.folder, "cases", "--json") == 0
    assert answered(stage, 0)


def edit(stage: Stage, old: str, new: str) -> None:
    file = next((stage.folder / "templates" / "en").glob("E2-the-form.md"))
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_an_edited_letter_holds_at_once(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """After an edit and SIGHUP the next letter is the new one."""
    service = started(stage)
    settled(stage, service)
    edit(stage, 'subject: "', 'subject: "Now in new words - ')
    service.process.send_signal(signal.SIGHUP)
    complain(stage, 1)
    soon(lambda: answered(stage, 1), service.log)
    assert "Now in new words" in stage.last("E2").subject


def test_a_broken_edit_keeps_the_last_good_rules(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """The old letters go on leaving, and the admin is told once, however many cycles there are; mended, all is well."""
    service = started(stage)
    settled(stage, service)
    good = stage.last("E2").subject
    edit(stage, "grants: false", "grants: perhaps")

    def alerts() -> list[str]:
        return [letter.text for letter in stage.letters() if letter.code == "alert"]

    service.process.send_signal(signal.SIGHUP)
    soon(alerts, f"the admin told: {service.log}")
    for number in (1, 2):
        complain(stage, number)
        soon(lambda number=number: answered(stage, number), service.log)  # type: ignore[misc]
        service.process.send_signal(signal.SIGHUP)
    assert [re.sub(r"\[.*\]", "", letter.subject) for letter in stage.letters() if letter.code == "E2"] == [
        re.sub(r"\[.*\]", "", good)
    ] * 3
    assert len(alerts()) == 1
    assert "E2-the-form.md" in alerts()[0]
    edit(stage, "grants: perhaps", "grants: false")
    edit(stage, 'subject: "', 'subject: "Mended - ')
    complain(stage, 3)
    soon(lambda: answered(stage, 3), service.log)
    assert "Mended" in stage.last("E2").subject
    assert service.stop()[0] == 0
    assert len(alerts()) == 1


def test_it_outlives_an_imap_outage(stage: Stage, dovecot: Dovecot, started: Callable[[Stage], Service]) -> None:
    """The line is cut and stays cut for a while: the service says so and goes on when the server is back, by itself."""
    cable = Cable(dovecot.imap_port).start()
    try:
        stage.settle("imap", port=str(cable.port))
        service = started(stage)
        settled(stage, service)
        cable.broken = True
        cable.cut()
        complain(stage, 1)
        service.process.send_signal(signal.SIGHUP)
        soon(lambda: "[imap]" in service.log, f"a word about it: {service.log}")
        assert not answered(stage, 1)
        cable.broken = False
        took = soon(lambda: answered(stage, 1), f"the mail of the outage: {service.log}", 40)
        complain(stage, 2)
        soon(lambda: answered(stage, 2), f"the next mail: {service.log}", 40)
        print(f"answered {took:.1f} s after the line was back")
    finally:
        cable.stop()


def test_it_outlives_an_smtp_outage(stage: Stage, started: Callable[[Stage], Service]) -> None:
    """Mail is taken in while no letter can leave; the letters leave by themselves when the server is back."""
    cable = Cable(stage.sink.port).start()
    try:
        stage.settle("smtp", port=str(cable.port))
        cable.broken = True
        service = started(stage)
        complain(stage, 1)
        soon(lambda: "SMTP" in service.log, f"a word about it: {service.log}")
        assert not answered(stage, 1)
        cable.broken = False
        soon(lambda: answered(stage, 1), f"the letter leaves: {service.log}", 40)
    finally:
        cable.stop()


class Manager:
    """What systemd hears of a service on its notification socket."""

    def __init__(self, place: Path) -> None:
        self.place, self.heard = place, list[str]()
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(str(place))
        self._line.settimeout(SECONDS)

    def next_with(self, wanted: str, seconds: float = SECONDS) -> list[str]:
        """The next datagram that has such a line, as lines."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.heard.append(self._line.recv(1000).decode())
            lines = self.heard[-1].split("\n")
            if any(line.startswith(wanted) for line in lines):
                return lines
        raise AssertionError(f"systemd was not told {wanted}: {self.heard}")

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """A service manager that listens."""
    listening = Manager(tmp_path / "notify")
    yield listening
    listening.close()


def test_it_tells_systemd(stage: Stage, manager: Manager) -> None:
    """READY once it has the desk, a status line for people, WATCHDOG while it lives, RELOADING and READY around a
    reload, STOPPING at the end."""
    service = Service(stage.folder, NOTIFY_SOCKET=str(manager.place))
    try:
        assert manager.next_with("READY=1")[0] == "READY=1"
        assert len(manager.heard) == 1
        assert "WATCHDOG=1" in manager.next_with("STATUS=0 open cases, last cycle ")
        complain(stage, 1)
        waits = manager.next_with("STATUS=1 open case,")
        assert re.fullmatch(r"STATUS=1 open case, last cycle \d\d:\d\d, waiting for mail", waits[0])
        service.process.send_signal(signal.SIGHUP)
        reloading = manager.next_with("RELOADING=1")
        moment = int(next(line for line in reloading if line.startswith("MONOTONIC_USEC=")).partition("=")[2])
        assert 0 < time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000 - moment < 10_000_000
        assert manager.next_with("READY=1")[0] == "READY=1"
        service.process.send_signal(signal.SIGTERM)
        manager.next_with("STOPPING=1")
        assert service.process.wait(SECONDS) == 0
    finally:
        service.end()


def test_it_tells_systemd_of_trouble(stage: Stage, manager: Manager) -> None:
    """A mailbox that cannot be reached at the start is no failed start: READY, and the reason in the status line. A
    probe is told too, and finds the service unwell when it has been so for long."""
    stage.settle("imap", port=str(free_port()))
    service = Service(stage.folder, NOTIFY_SOCKET=str(manager.place))
    try:
        assert manager.next_with("READY=1")
        trouble = manager.next_with("STATUS=next try at")[0]
        assert re.match(r"STATUS=next try at \d\d:\d\d:\d\d after 1 that failed: .*\[imap\]", trouble)
        said = health.read(stage.folder)
        assert said
        assert (said.doing, said.failures, said.lasting, said.waiting) == (health.PAUSING, 1, False, None)
        assert health.problems(said, said.said_at) == ()
        later = said.started_at + health.MOST_BEHIND + timedelta(seconds=NEVER + 1)
        assert "no cycle has finished yet: " in health.problems(replace(said, said_at=later), later)[0]
    finally:
        service.end()


def test_rules_that_were_never_good(new_stage: Stage) -> None:
    """Without any valid rules it does not start: 1, with each problem as file:line; wrong settings: 2."""
    edit(new_stage, "grants: false", "grants: perhaps")
    assert new_stage.forks.mailbot(new_stage.folder, "run") == 1
    assert re.search(r"^templates/en/E2-the-form\.md:\d+: ", new_stage.errors)
    new_stage.settle("imap", poll_seconds='"often"')
    assert new_stage.forks.mailbot(new_stage.folder, "run") == 2
    assert "[imap] poll_seconds" in new_stage.errors


@pytest.mark.parametrize("mode", ["rehearse", "live"])
def test_on_a_terminal_it_says_what_it_watches(mode: str, stage: Stage, started: Callable[[Stage], Service]) -> None:
    """One line for a person, with the way to end it; none into a log."""
    stage.settle("desk", mode=f'"{mode}"')
    terminal = Terminal("run", "--desk", str(stage.folder))
    terminal.until("Ctrl-C stops it; ")
    terminal.until("\n")
    os.kill(terminal.process.pid, signal.SIGTERM)
    status, seen = terminal.end()
    assert status == 0
    where = f"rehearsing: letters to customers go to {ADMIN}" if mode == "rehearse" else "live"
    assert re.search(rf"watching \S+@\S+; Ctrl-C stops it; {where}", seen)
    if mode == "live":
        service = started(stage)
        settled(stage, service)
        service.stop()
        assert "Ctrl-C" not in service.log
