"""The whole job over a full mailbox, on real servers: `python bench/mailbox.py [--mails N] [--stages | --profile F]`.

A private Dovecot, an SMTP server in a process of its own, a desk as `init` makes it. Customers complain and get their
letter; then the inbox is filled with a mix of ordinary mails (bench/mails.py), and one cycle does everything: lists,
fetches, reads, decides, writes, commits (fsynced), moves, sends, files in Sent, writes the journal. It is told beside
floors taken in the same run: what the libraries take for the bare fetching, parsing and sending of as much.
Exit 1 where the result is not right, whatever the time: a desk that did not do the work is not quick.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # a checkout that was not installed

from bench import floors, mails
from bench.stages import Clocks
from mailbot import settings as reading
from mailbot.adapters.ports import CASES, FOLDERS, HUMAN, INBOX, JOURNAL, NO_ACTION, SENT
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.assembly import assemble, mailbox_of, rulebook_of
from mailbot.insight.listing import is_complaint
from mailbot.settings import Settings
from tests.servers import Dovecot, User, put
from tests.worlds import desk_folder
from tests.writing import Letter

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday
MEMORY = Path("/dev/shm")  # where the receiving server keeps letters, so that its disk is not what is measured


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table."""

    what: str
    count: int
    seconds: float
    own: float  # seconds of them in which this process worked, not a server

    @property
    def a_second(self) -> float:
        return self.count / self.seconds


class Sink:
    """The receiving server, a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        program = [sys.executable, str(Path(__file__).with_name("sink.py")), str(folder)]
        self._process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline().rpartition(" ")[2])

    def letters(self) -> list[tuple[str, str, bytes]]:
        """(from, to, bytes) of all that was taken, in order."""
        found = []
        for file in sorted(self._folder.glob("*.letter")):
            head, _, raw = file.read_bytes().partition(b"\n")
            envelope = json.loads(head)
            found.append((envelope["from"], envelope["to"][0], raw))
        return found

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@dataclass(frozen=True, slots=True)
class Place:
    """Servers and a desk on them; `twin` is a mailbox with the same mails that only the floors read."""

    settings: Settings
    sink: Sink
    user: User
    twin: User


def say(words: str) -> None:
    """Progress, for who watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)


@contextmanager
def the_place(folder: Path | None) -> Iterator[Place]:
    """Everything started, and gone at the end."""
    with contextlib.ExitStack() as closing:
        home = Path(tempfile.mkdtemp(prefix="mailbot-bench-", dir=folder or "/tmp"))
        closing.callback(shutil.rmtree, home, ignore_errors=True)
        home.chmod(0o755)  # Dovecot keeps mail as nobody
        received = Path(tempfile.mkdtemp(prefix="mailbot-bench-", dir=MEMORY if os.access(MEMORY, os.W_OK) else home))
        closing.callback(shutil.rmtree, received, ignore_errors=True)
        dovecot = Dovecot(home / "dovecot").start()
        closing.callback(dovecot.stop)
        sink = Sink(received)
        closing.callback(sink.stop)
        user, twin = dovecot.fresh_user(), dovecot.fresh_user()
        imap = (user.port, user.name, user.password)
        desk = desk_folder(home / "desk", imap=imap, smtp=sink.port, authserv_id=mails.AUTHSERV)
        file = desk / "mailbot.toml"
        # Two thousand mails within an hour: the brake that is made for such a day must not hold it up.
        file.write_text(file.read_text().replace("letters_per_hour = 200", "letters_per_hour = 1000000"))
        yield Place(reading.load(desk), sink, user, twin)


def cycle(place: Place) -> None:
    """One cycle of the assembled desk, as `mailbot once` makes it."""
    with assemble(place.settings, lambda: NOW) as assembled:
        assembled.desk.cycle()


def timed(what: str, count: int, work: Callable[[], object]) -> Measured:
    say(what)
    start, worked = time.perf_counter(), time.process_time()
    work()
    return Measured(what, count, time.perf_counter() - start, time.process_time() - worked)


def the_job(place: Place, count: int, watching: AbstractContextManager[object]) -> Measured:
    """One cycle over the full inbox; opening the desk and its connections is not counted."""
    with assemble(place.settings, lambda: NOW) as assembled, watching:
        return timed("the whole job", count, assembled.desk.cycle)


def fill(place: Place, kinds: Sequence[str]) -> None:
    """Customers complain and are answered; then the inbox, and its twin, are filled."""
    answering = sum(kind in mails.ANSWERS for kind in kinds)
    say(f"{answering} customers complain, and get their letter")
    put(place.user, mails.opening([mails.Customer(n) for n in range(answering)], NOW), NOW)
    cycle(place)
    letters = {to: Letter(to, raw) for _, to, raw in place.sink.letters()}
    process = rulebook_of(place.settings, keep=False).rules().process
    raws = list(mails.inbox(kinds, dict(sorted(letters.items())), process, NOW))
    for user in (place.user, place.twin):
        say(f"filling the inbox of {user.name} with {len(raws)} mails")
        put(user, raws, NOW)


def wrong(place: Place, kinds: Sequence[str], codes: Counter[str]) -> list[str]:
    """What is not as it must be after the job. codes: letters that reached the receiving server, by their code."""
    came, answering = Counter(kinds), sum(kind in mails.ANSWERS for kind in kinds)
    opened = answering + came["complaint"] + came["forward"]
    ledger = TinyDbLedger(place.settings.state_folder, readonly=True)
    process = rulebook_of(place.settings, keep=False).rules().process
    states = Counter(case.state for case in ledger.cases() if is_complaint(case, process))
    waiting = len(ledger.outbox(("queued", "sending", "in_doubt", "sent", "failed"), 10)) + len(ledger.journal(10))
    ledger.close()
    mailbox = mailbox_of(place.settings)
    folders = {name: sum(1 for _ in mailbox.all(name)) for name in (INBOX, SENT, *FOLDERS)}
    mailbox.close()
    expected = {
        "cases": (sum(states.values()), opened),
        "cases that wait for the form": (states["awaiting_form"], opened - came["form"]),
        "letters E2": (codes["E2"], opened),
        "letters to sort a mail": (codes["ask-kind"], came["enquiry"]),
        "details for the till system": (codes["details-update"], came["form"]),
        "letters to a till, or E4": (codes["ask-garments"] + codes["E4"], came["form"]),
        "customers' words handed on": (codes["customer-wrote"], came["words"]),
        f"mails in {CASES}": (folders[CASES], opened + came["form"] + came["words"]),
        f"mails in {NO_ACTION}": (folders[NO_ACTION], came["newsletter"] + came["vacation"]),
        f"mails in {HUMAN}": (folders[HUMAN], came["enquiry"]),
        "mails left in the inbox": (folders[INBOX], 0),
        "letters in Sent": (folders[SENT], codes.total()),
        "letters or lines still waiting": (waiting, 0),
        "journals written": (folders[JOURNAL] > 1, True),
    }
    return [f"{what}: {found}, not {right}" for what, (found, right) in expected.items() if found != right]


def run(asked: argparse.Namespace) -> int:
    kinds = mails.kinds(asked.mails)
    clocks = Clocks() if asked.stages else None
    profile = cProfile.Profile() if asked.profile else None
    with the_place(asked.dir) as place:
        fill(place, kinds)
        before = len(place.sink.letters())
        job = the_job(place, len(kinds), profile or (clocks.running() if clocks else contextlib.nullcontext()))
        letters = place.sink.letters()
        codes = Counter(Letter(to, raw).code for _, to, raw in letters)
        mistakes = wrong(place, kinds, codes)
        bare = bare_work(place, letters[before:], len(kinds))
    say("")
    tell(bare, job, len(letters) - before)
    if clocks:
        tell_stages(clocks, job)
    if profile:
        profile.dump_stats(asked.profile)
        print(f"\nThe profile is in {asked.profile}: python -m pstats {asked.profile}")
    for each in mistakes:
        print(f"WRONG  {each}", file=sys.stderr)
    return 1 if mistakes else 0


def bare_work(place: Place, letters: Sequence[tuple[str, str, bytes]], count: int) -> list[Measured]:
    """The floors, the last of them the pipeline."""
    raws: list[bytes] = []
    return [
        timed("bare fetch (imapclient)", count, lambda: raws.extend(floors.fetch(place.twin))),
        timed("bare parse (mail-parser)", count, lambda: floors.parse(raws)),
        timed("bare SMTP (aiosmtplib, 3 connections)", len(letters), lambda: floors.send(letters, place.sink.port)),
        timed("fetch, parse and send", count, lambda: floors.pipeline(place.twin, letters, count, place.sink.port)),
    ]


def tell(bare: Sequence[Measured], job: Measured, letters: int) -> None:
    """The table."""
    pipeline = bare[-1]
    print(f"{job.count} mails, {letters} letters\n")
    print(f"{'':<40}{'seconds':>9}{'own CPU':>9}{'a second':>10}{'of the floor':>14}")
    for each in (*bare, job):
        share = f"{each.a_second / pipeline.a_second:>13.2f}x" if each in (pipeline, job) else ""
        print(f"{each.what:<40}{each.seconds:>9.2f}{each.own:>9.2f}{each.a_second:>10.0f}{share}")


def tell_stages(clocks: Clocks, job: Measured) -> None:
    """The other table. The clocks cost a tenth of what they measure."""
    print(f"\n{'where the time of the whole job goes':<40}{'seconds':>9}{'own CPU':>9}")
    for stage, spent in clocks.table():
        each = f"{1000 * spent.wall / job.count:>8.2f} ms a mail{spent.wall / job.seconds:>8.0%}"
        print(f"{stage:<40}{spent.wall:>9.2f}{spent.own:>9.2f}{each}")


def main() -> int:
    parser = argparse.ArgumentParser(description="The whole job over a full mailbox, beside the floors under it.")
    parser.add_argument("--mails", type=int, default=2_000, help="in the inbox (default: 2000)")
    parser.add_argument("--stages", action="store_true", help="tell also where the time goes (it slows it)")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="write a profile of the job to FILE (it slows it)")
    parser.add_argument("--dir", type=Path, help="a folder on the disk to measure (default: /tmp)")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
