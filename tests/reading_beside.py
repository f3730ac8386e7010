"""Reads mails beside itself, some of them deadly, and tells what came of it: `python -m tests.reading_beside FOLDER`.

A program of its own, for a reading process is forked only where there are no other threads. What a deadly mail does
stands in its text; it is done when the mail is parsed, as a broken parser would. Prints one JSON object.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mailbot import settings as settings_of
from mailbot.adapters.files import DeskLock
from mailbot.assembly import reading_of, rulebook_of
from mailbot.cases import intake as intakes
from mailbot.cases.identity import Identity
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.process.model import Process
from mailbot.reading import beside, worker
from mailbot.reading.beside import Beside
from mailbot.reading.plain import Unread, Unreadable
from tests.worlds import desk_folder

MAILS = Path(__file__).parent / "mails"
PEOPLE = Path(__file__).parent.parent / "rules" / "people.yaml"  # those of the corpus
IDENTITY = Identity("BLANC", "care@blanc.example", "BLANC", b"k" * 32, "mx.blanc.example")
Made = Callable[[], Beside]


def mail(words: str) -> Unread:
    return Unread(f"From: Anna <anna@customer.test>\r\nSubject: My coat\r\n\r\n{words}\r\n".encode())


def _take_memory() -> None:
    held = []
    while True:
        held.append(bytes(50_000_000))  # asked for and not written to, which would take time as well


DEADS: dict[str, Callable[[], Any]] = {
    "be killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "leave": lambda: os._exit(0),
    "loop": lambda: sum(iter(int, 1)),  # within C, where no handler of Python's is ever asked
    "take memory": _take_memory,
    "sleep": lambda: time.sleep(1_000),
}


def make_deadly() -> None:
    """From here on what a mail says is done when it is parsed. A second is time enough for the others."""
    read = messages.read
    worker.SECONDS, beside.PATIENCE = 1.0, 3

    def deadly(raw: bytes, *, truncated: bool = False) -> Message:
        for words, deed in DEADS.items():
            if f"\r\n{words}\r\n".encode() in raw:
                deed()
        if b"\r\nshow\r\n" in raw:
            return replace(read(raw), subject=" ".join(_open()))
        return read(raw, truncated=truncated)

    messages.read = deadly


def _open() -> list[str]:
    """What this process has open, and may look at."""
    return sorted({str(Path(f"/proc/self/fd/{n}").readlink()).partition(":")[0] for n in range(40) if _is_open(n)})


def _is_open(number: int) -> bool:
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
    except OSError:
        return False
    return True


def same(process: Process) -> dict[str, Any]:
    """Every fourth mail of the corpus, and some that were cut or are read by other rules, beside and here."""
    reading = Beside(process)
    reading.begin(process, IDENTITY)
    raws = [file.read_bytes() for file in sorted(MAILS.rglob("*.eml"))[::4]]  # all of them take a minute and more
    mails = [Unread(raw) for raw in raws] + [Unread(raw[: len(raw) // 2], truncated=True) for raw in raws[::7]]
    here = [intakes.look(messages.read(m.raw, truncated=m.truncated), process, IDENTITY) for m in mails]
    reading.ahead(mails)
    differ = [each.message.subject for m, each in zip(mails, here, strict=True) if reading.read(m) != each]
    people = replace(process.people, people=())
    other = replace(process, people=people)
    reading.begin(other, IDENTITY)
    some = [Unread(raw) for raw in raws[::5]]
    again = [intakes.look(messages.read(m.raw), other, IDENTITY) for m in some]
    differ += [each.message.subject for m, each in zip(some, again, strict=True) if reading.read(m) != each]
    reading.close()
    return {"read": len(mails), "differ": differ, "staff": sum(1 for each in here if each.person)}


def deadly(process: Process) -> dict[str, Any]:
    """A batch with each kind of deadly mail between good ones."""
    reading = Beside(process)
    reading.begin(process, IDENTITY)
    words = [each for deed in DEADS for each in (f"good {deed}", deed)] + ["good at the end"]
    mails = [mail(each) for each in words]
    reading.ahead(mails)
    found = {}
    for each, one in zip(words, mails, strict=True):
        seen = reading.read(one)
        found[each] = seen.why if isinstance(seen, Unreadable) else seen.message.text.strip()  # type: ignore[union-attr]
    reading.close()
    return found


def broken(process: Process) -> dict[str, Any]:
    """What cannot be understood comes back as a message and a reason; the process lives on."""
    look = intakes.look

    def fails(message: Message, *rest: Any) -> intakes.Intake:
        if "misunderstood" in message.text:
            raise KeyError("a customer's words")
        return look(message, *rest)

    intakes.look = fails
    reading = Beside(process)
    intakes.look = look
    reading.begin(process, IDENTITY)
    found = reading.read(mail("misunderstood"))
    assert isinstance(found, Unreadable)
    good = reading.read(mail("good"))
    reading.close()
    return {"subject": found.message.subject, "why": found.why, "raw": len(found.message.raw), "good": good is not None}


def abandoned(process: Process) -> dict[str, Any]:
    """A cycle that failed half-way leaves mails unasked; the next one is not served their answers, nor made to wait."""
    reading = Beside(process)
    reading.begin(process, IDENTITY)
    reading.ahead([mail("sleep"), *(mail(f"old {n}") for n in range(50))])
    began = time.monotonic()
    reading.begin(process, IDENTITY)
    found = reading.read(mail("new"))
    reading.close()
    return {"text": found.message.text.strip(), "soon": time.monotonic() - began < 2}  # type: ignore[union-attr]


def alone(process: Process) -> dict[str, Any]:
    """Without the process that makes processes the desk reads by itself, but never what ended one."""
    reading = Beside(process)
    reading.begin(process, IDENTITY)
    good = reading.read(mail("good"))
    os.kill(reading._stem._pid, signal.SIGKILL)
    os.waitpid(reading._stem._pid, 0)
    bad = reading.read(mail("be killed"))
    after = [reading.read(mail("still good")) for _ in range(3)]
    reading.close()
    return {
        "good": isinstance(good, intakes.Intake), "bad": bad.why if isinstance(bad, Unreadable) else "",
        "after": [isinstance(each, Message) for each in after],
    }  # fmt: skip


def beside_threads(process: Process) -> dict[str, Any]:
    """No fork where another thread may hold a lock."""
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    reading = reading_of(process)
    ended.set()
    other.join()
    return {"reading": type(reading).__name__}


def holds_nothing(process: Process, folder: Path) -> dict[str, Any]:
    """What a reading process has open, while the desk has its lock, a file and a line."""
    with DeskLock(folder), (folder / "ledger").open("w"):
        reading = Beside(process)
        reading.begin(process, IDENTITY)
        found = reading.read(mail("show"))
        reading.close()
    return {"open": found.message.subject.split()}  # type: ignore[union-attr]


def orphaned(process: Process, folder: Path) -> dict[str, Any]:
    """The desk is killed while a mail is read: its lock is free at once, and the reading process soon gone."""
    come, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        with DeskLock(folder):
            reading = Beside(process)
            reading.begin(process, IDENTITY)
            reading.ahead([mail("loop")])
            talk = reading._talk
            os.write(go, str(talk.worker.pid if talk else 0).encode())
            time.sleep(60)
    reader = int(os.read(come, 20))
    time.sleep(0.2)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with DeskLock(folder):
        pass
    until = time.monotonic() + 10
    while _lives(reader) and time.monotonic() < until:
        time.sleep(0.05)
    return {"reader": reader, "lives": _lives(reader)}


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main(folder: Path) -> None:
    desk = desk_folder(folder / "desk")
    shutil.copy(PEOPLE, desk / "rules" / "people.yaml")
    process = rulebook_of(settings_of.load(desk), keep=False).rules().process
    told: dict[str, Any] = {"same": same(process)}
    told["broken"] = broken(process)
    make_deadly()
    told |= {
        "deadly": deadly(process), "abandoned": abandoned(process), "alone": alone(process),
        "beside_threads": beside_threads(process), "holds_nothing": holds_nothing(process, folder),
        "orphaned": orphaned(process, folder),
    }  # fmt: skip
    try:
        told["left"] = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        told["left"] = None
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
