"""The signs of life while a cycle runs: given where work moves on, and nowhere else."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailbot import health, pulse
from mailbot.adapters.ledger import MemoryLedger
from mailbot.adapters.memory import MemoryMailbox, MemoryPost
from mailbot.adapters.ports import Delivery, Parcel
from mailbot.assembly import Assembled
from mailbot.desk import Desk
from mailbot.posting import AT_ONCE
from mailbot.pulse import Pulse, Stopped
from tests.story import COMPLAINT
from tests.test_service import soon
from tests.worlds import MemoryWorld
from tests.writing import new_mail

HANGS = 0.3  # seconds; many times as long as between two signs here


class Room:
    """A desk in memory that tells a real notification socket and a real file how it is."""

    def __init__(self, folder: Path, line: socket.socket, post: MemoryPost) -> None:
        self.folder, self._line = folder, line
        told = MemoryWorld(folder)
        self.pulse, self.ledger, self.mailbox = Pulse(told.settings), MemoryLedger(), MemoryMailbox()
        self.desk = Desk(told.settings, b"k" * 32, told._rulebook, self.ledger, self.mailbox, post, self.pulse.clock)
        self.pulse.starts(Assembled(self.desk, self.ledger))
        self.heard()

    def heard(self) -> list[str]:
        """What systemd was told since it was last asked."""
        found = []
        while True:
            try:
                found.append(self._line.recv(1000).decode())
            except BlockingIOError:
                return found

    @property
    def said(self) -> health.Said:
        found = health.read(self.folder)
        assert found
        return found

    def complain(self, *numbers: int, text: str = COMPLAINT["text"]) -> None:
        now = datetime.now(UTC)
        for number in numbers:
            mail = new_mail(f"anna{number}@customer.test", "Anna", COMPLAINT["subject"], text, now, number)
            self.mailbox.deliver(mail, now)


class HungPost(MemoryPost):
    """A server that takes its time over each letter; `listen` is asked what was told before and meanwhile."""

    listen: Callable[[], object]
    told: object = None

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        self.listen()
        time.sleep(HANGS)
        self.told = self.listen()
        yield from super().send(parcels)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Where systemd listens; signs of life are a hundred times as frequent as usual."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setattr(pulse, "EVERY", pulse.EVERY / 100)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(str(tmp_path / "notify"))
        found.setblocking(False)
        yield found


def test_a_long_cycle_feeds_the_watchdog(tmp_path: Path, line: socket.socket) -> None:
    """While mails are taken in signs are given, at most as often as they are due; the figures follow at its end."""
    room = Room(tmp_path / "desk", line, MemoryPost())
    room.complain(*range(20))
    room.pulse.cycle_begins()
    assert room.said.doing == health.WORKING
    room.heard()
    began = time.monotonic()
    report = room.desk.cycle()
    took, signs = time.monotonic() - began, room.heard()
    assert set(signs) == {"WATCHDOG=1"}
    assert len(signs) <= took / pulse.EVERY + 1
    room.pulse.cycle_ends(report)
    assert room.heard()[-1].startswith("STATUS=20 open cases, last cycle ")
    assert (room.said.taken, room.said.sent, room.said.open_cases, room.said.waiting) == (20, 20, 20, 0)


def test_a_step_that_hangs_feeds_nobody(tmp_path: Path, line: socket.socket) -> None:
    """A server that does not answer is not hidden: no sign of life comes from a thread beside, in the file neither."""
    post = HungPost()
    room = Room(tmp_path / "desk", line, post)
    post.listen = lambda: (room.heard(), room.said.said_at)
    room.complain(1)
    room.pulse.cycle_begins()
    spoke = datetime.now(UTC)
    room.desk.cycle()
    heard, said_at = post.told  # type: ignore[misc]
    assert heard == []
    assert (said_at - spoke).total_seconds() < HANGS


class StoppingPost(MemoryPost):
    """A server during whose answer the service is told to stop."""

    stop: Callable[[], None]

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        self.stop()
        time.sleep(2 * pulse.EVERY)
        yield from super().send(parcels)


def test_a_stop_waits_for_letters_on_their_way(tmp_path: Path, line: socket.socket) -> None:
    """What the server has been given is noted before the end, and systemd is asked for time; nothing is begun after."""
    post = StoppingPost()
    room = Room(tmp_path / "desk", line, post)
    post.stop = lambda: setattr(room.pulse, "stopping", True)
    room.complain(*range(AT_ONCE + 5))
    with pytest.raises(Stopped):
        room.desk.cycle()
    statuses = [row.status for row in room.ledger.outbox(("queued", "sending", "in_doubt", "sent", "filed"), 100)]
    assert sorted(statuses) == ["filed"] * AT_ONCE + ["queued"] * 5
    assert len(post.sent) == AT_ONCE
    assert f"EXTEND_TIMEOUT_USEC={int(pulse.STOP_SECONDS * 1_000_000)}\nWATCHDOG=1" in room.heard()


def test_a_stop_cuts_the_reading_of_mail(tmp_path: Path, line: socket.socket) -> None:
    """The mail in hand is whole or untouched, what came before is kept, and the next start goes on from there."""
    room = Room(tmp_path / "desk", line, MemoryPost())
    room.complain(*range(30))
    taken = room.desk.take_in

    def told_after_ten(*arguments: Any) -> str:
        room.pulse.stopping = len(list(room.ledger.mails())) >= 10
        return taken(*arguments)

    room.desk._intaking._take_in = told_after_ten
    with pytest.raises(Stopped):
        room.desk.cycle()
    assert (len(list(room.ledger.mails())), len(list(room.ledger.cases()))) == (10, 10)
    room.pulse.stopping = False
    room.desk._intaking._take_in = taken
    room.desk.cycle()
    assert room.desk.cycle().taken == 0
    assert len(list(room.ledger.cases())) == len(room.ledger.outbox(("filed",), 100)) == 30


def test_what_is_counted(tmp_path: Path, line: socket.socket) -> None:
    """Complaints that are open, mail that a human was asked about and since when, letters held and in the outbox."""
    room = Room(tmp_path / "desk", line, MemoryPost())
    room.complain(1, 2)
    room.complain(3, text="Where is your shop in Chelsea?")
    room.pulse.cycle_begins()
    room.pulse.cycle_ends(room.desk.cycle())
    said = room.said
    assert (said.open_cases, said.unsorted, said.held, said.queued, said.in_doubt) == (2, 1, 0, 0, 0)
    assert said.oldest_unsorted_at
    assert "1 mail with a human, the oldest came 0 seconds ago" in health.line(said, said.oldest_unsorted_at)


def test_counting_never_becomes_the_work(tmp_path: Path, line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a count the next one waits for many times as long as it took; it is made up for while nothing happens."""
    monkeypatch.setattr(pulse, "COUNTING", pulse.COUNTING * 100)
    room = Room(tmp_path / "desk", line, MemoryPost())
    room.complain(*range(5))
    room.pulse.cycle_ends(room.desk.cycle())
    room.complain(6)
    room.pulse.cycle_ends(room.desk.cycle())
    assert (room.said.taken, room.said.open_cases) == (6, 5)
    soon(lambda: room.pulse.waits() or room.said.open_cases == 6, "counted anew")
