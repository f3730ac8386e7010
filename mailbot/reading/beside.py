"""The desk's end of reading beside it: mails handed over ahead, answers taken in their order, deaths survived.

Decides which mail ended a reading process: the first that was not answered. Beyond a limit is the mail's own doing, and
it is not read again; any other end may be an accident and has one more try, alone at the head of a new process. The
mails behind it are read by the new one. A mail that ended a process is never read by the desk itself.
"""

from __future__ import annotations

import select
import signal
import time
from collections import Counter, deque
from collections.abc import Sequence

from mailbot import logs
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.mail import message as messages
from mailbot.process.model import Process
from mailbot.reading import wire
from mailbot.reading.plain import Here, Seen, Unread, Unreadable
from mailbot.reading.stem import NoProcess, Stem, Worker
from mailbot.reading.worker import MEMORY, OUT_OF_MEMORY, most_seconds

DEATHS = 2  # of processes that one mail may bring about
PATIENCE = 12  # times the processor's time that a mail may take: the machine may be busy, and a process can sleep
TAKEN = 1 << 18  # bytes read at once

Answer = Intake | Unreadable


class _Died(Exception):
    """The reading process is gone."""


class _Silent(Exception):
    """The reading process does not answer."""


class Beside:
    """Reads mails in a process of its own; by itself where none can be had.

    Args:
        process: the rules in force when the stem is forked. Raises NoProcess.
    """

    early = True

    def __init__(self, process: Process) -> None:
        self._stem, self._known = Stem(process), process
        self._rules: bytes = b""
        self._read_by: tuple[Process, Identity] | None = None
        self._talk: _Talk | None = None
        self._waiting: deque[Unread] = deque()  # not answered, in the order of asking
        self._answered: dict[Unread, Answer] = {}
        self._deaths: Counter[Unread] = Counter()
        self._alone = self._told = False  # no process can be had in this cycle; and that was said

    def begin(self, process: Process, identity: Identity) -> None:
        """Read by these from now on. A process that still works at what nobody wants any more is ended."""
        if self._waiting:
            self._end(kill=True)
        if self._read_by is None or self._read_by[0] is not process or self._read_by[1] != identity:
            self._read_by = process, identity
            self._rules = wire.packed_rules(None if process is self._known else process, identity)
            if self._talk:
                self._talk.say(wire.RULES, self._rules)
        self._waiting.clear()
        self._answered.clear()
        self._deaths.clear()
        self._alone = False

    def ahead(self, mails: Sequence[Unread]) -> None:
        """Hand them over, as far as the line takes them now."""
        self._waiting += mails
        if self._talk is None:
            self._talking()  # a new process is asked for all that waits
            return
        for mail in mails:
            self._talk.ask(mail)

    def read(self, mail: Unread) -> Seen | Unreadable:
        """The answer for the mail, waited for; what comes before it is kept until it is asked for."""
        if mail not in self._answered and mail not in self._waiting:
            self.ahead([mail])
        while mail not in self._answered:
            talk = self._talking()
            if talk is None:
                return self._by_itself(mail)
            self._step(talk)
        return self._answered.pop(mail)

    def close(self) -> None:
        """End the processes; never raises."""
        self._end(kill=True)
        self._stem.close()

    # ---- within ---------------------------------------------------------------------------------------------

    def _talking(self) -> _Talk | None:
        """The reading process, begun if there is none; it is asked for all that waits. None if none can be had."""
        if self._talk or self._alone:
            return self._talk
        try:
            self._talk = _Talk(self._stem.worker())
        except NoProcess as error:
            self._alone = True
            if not self._told:
                self._told = True
                logs.trouble(f"no process can be had for reading mail ({error}): the desk reads by itself")
            return None
        self._talk.say(wire.RULES, self._rules)
        for mail in self._waiting:
            self._talk.ask(mail)
        return self._talk

    def _by_itself(self, mail: Unread) -> Seen | Unreadable:
        if mail in self._waiting:
            self._waiting.remove(mail)
        if self._deaths[mail]:
            return Unreadable(messages.unread(mail.raw), "Reading it ended the process that did")
        return Here().read(mail)

    def _step(self, talk: _Talk) -> None:
        """One answer, or one death."""
        first = self._waiting[0]
        try:
            kind, packed = talk.answer(PATIENCE * most_seconds(len(first.raw)))
            self._answered[first] = wire.unpacked(kind, packed, first.raw)
            self._waiting.popleft()
        except _Died:
            self._dies(first, self._end(kill=False))
        except _Silent:
            self._end(kill=True)
            self._dies(first, -signal.SIGPROF)
        except Exception as mistake:  # no answer of ours; its words may be the mail's
            self._dies(first, self._end(kill=True), f"What was read of it makes no sense ({type(mistake).__name__})")

    def _dies(self, mail: Unread, status: int, why: str = "") -> None:
        """A process ended with this mail in hand: it has one more try, unless that was a limit."""
        self._deaths[mail] += 1
        beyond = _BEYOND.get(status, "")
        if beyond or self._deaths[mail] >= DEATHS:
            why = why or beyond or f"Reading it ended the process that did, {DEATHS} times ({_ending(status)})"
            self._waiting.popleft()
            self._answered[mail] = Unreadable(messages.unread(mail.raw), why)

    def _end(self, *, kill: bool) -> int:
        """No process any more; how it ended (0: nobody knows)."""
        talk, self._talk = self._talk, None
        try:
            return self._stem.ended(talk.worker, kill=kill) if talk else 0
        except NoProcess:
            return 0


class _Talk:
    """Questions and answers over the line of one reading process, neither side ever waiting for the other to listen."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self._line = worker, worker.line
        self._line.setblocking(False)
        self._poll = select.poll()
        self._unsent: deque[memoryview] = deque()
        self._heard = bytearray()

    def ask(self, mail: Unread) -> None:
        self.say(wire.BEGINNING if mail.truncated else wire.MAIL, mail.raw)

    def say(self, kind: bytes, body: bytes) -> None:
        """Sent now as far as the line takes it; the rest while an answer is waited for."""
        self._unsent += (memoryview(wire.HEAD.pack(kind, len(body))), memoryview(body))
        self._send()

    def answer(self, patience: float) -> tuple[bytes, bytes]:
        """The next answer. Raises _Died at the end of the line, _Silent when patience (seconds) ends."""
        until = time.monotonic() + patience
        while (found := self._whole()) is None:
            events = select.POLLIN | (select.POLLOUT if self._unsent else 0)
            self._poll.register(self._line, events)
            if not self._poll.poll(1000 * max(0.0, until - time.monotonic())):
                raise _Silent
            self._send()
            self._hear()
        return found

    def _whole(self) -> tuple[bytes, bytes] | None:
        if len(self._heard) < wire.HEAD.size:
            return None
        kind, size = wire.HEAD.unpack_from(self._heard)
        end = wire.HEAD.size + size
        if len(self._heard) < end:
            return None
        found = bytes(self._heard[wire.HEAD.size : end])
        del self._heard[:end]
        return kind, found

    def _hear(self) -> None:
        try:
            came = self._line.recv(TAKEN)
        except BlockingIOError:
            return
        except OSError as error:
            raise _Died from error
        if not came:
            raise _Died
        self._heard += came

    def _send(self) -> None:
        """As much as the line takes; what a dead process does not take is no matter, its answers end."""
        try:
            while self._unsent:
                sent = self._line.send(self._unsent[0])
                rest = self._unsent.popleft()[sent:]
                if rest:
                    self._unsent.appendleft(rest)
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()


_BEYOND = {
    -signal.SIGPROF: "Reading it took longer than any mail may take",
    OUT_OF_MEMORY: f"Reading it took more than {MEMORY // 1024**2} MB of memory",
}


def _ending(status: int) -> str:
    """How a process ended, in a word or two."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
