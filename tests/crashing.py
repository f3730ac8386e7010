"""A desk that dies: one cycle on the real servers that kills itself right after its Nth durable step.

    python -m tests.crashing DESK [--now T] [--die-after N] [--steps FILE] [--deadly WORDS]

A durable step is a commit of the ledger, an IMAP command that changes something (MOVE, APPEND, CREATE …) or a letter
that the SMTP server has answered. The kind of each step done is appended to FILE before the process dies by SIGKILL.
`--deadly`: it dies when it begins to parse a mail that holds these words, as with a mail that crashes a C library.
`python -m tests.crashing serve` does such cycles and whole `mailbot` commands on order, each in a process forked from
one that has loaded everything: hundreds of crashes in the time that a dozen new interpreters would take.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from mailbot import assembly, cli, environment, rulebook
from mailbot import settings as reading
from mailbot.adapters.files import DeskLock, read_secret
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.ledger import Commit
from mailbot.adapters.ports import Delivery, Parcel
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.desk import Desk
from mailbot.errors import MailbotError
from mailbot.mail import message as messages
from mailbot.process.model import Process
from mailbot.reading.plain import Here, Reading

ROOT = Path(__file__).resolve().parent.parent
CHANGING = {  # methods of IMAPClient -> the kind of step
    "move": "imap move",
    "copy": "imap copy",
    "append": "imap append",
    "multiappend": "imap append",
    "begin_append": "imap append",
    "create_folder": "imap create",
    "subscribe_folder": "imap subscribe",
    "add_flags": "imap flag",
    "uid_expunge": "imap expunge",
    "expunge": "imap expunge",
}
SAID, ERRORS = "said.txt", "errors.txt"  # in the desk folder: what the last process said on stdout and stderr
Done = Callable[[str], None]  # a step of that kind is done


def die() -> NoReturn:
    """What `kill -9`, the kernel's OOM killer and a power cut do to a process."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive after SIGKILL")


class Steps:
    """Counts durable steps, notes their kinds, and dies after the last one allowed (0: never)."""

    def __init__(self, die_after: int, noted: Path | None) -> None:
        self._left = die_after
        self._file = noted.open("a", encoding="ascii") if noted else None

    def done(self, kind: str) -> None:
        self._left -= 1
        if self._file:
            self._file.write(f"{kind}\n")
            self._file.flush()
        if self._left == 0:
            die()


class CountedLedger:
    """The real ledger; each commit is a step."""

    def __init__(self, inner: TinyDbLedger, done: Done) -> None:
        self._inner, self._done = inner, done

    def commit(self, step: Commit, expected: Mapping[str, int]) -> None:
        self._inner.commit(step, expected)
        self._done("commit")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class CountedMailbox(ImapMailbox):
    """The real mailbox; each command that changes something on the server is a step."""

    def count(self, done: Done) -> None:
        connected = self.line.connected
        self.line.connected = lambda: _CountedClient(connected(), done)  # type: ignore[method-assign]


class _CountedClient:
    """An IMAPClient."""

    def __init__(self, inner: Any, done: Done) -> None:
        self._inner, self._done = inner, done

    def __getattr__(self, name: str) -> Any:
        plain = getattr(self._inner, name)
        kind = CHANGING.get(name)
        if kind is None:
            return plain

        def counted(*args: Any, **kwargs: Any) -> Any:
            answer = plain(*args, **kwargs)
            self._done(kind)
            return answer

        return counted


class CountedPost:
    """The real post; each letter that the server has answered is a step, before the desk hears of it."""

    def __init__(self, inner: SmtpPost, done: Done) -> None:
        self._inner, self._done = inner, done

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        for delivery in self._inner.send(parcels):
            self._done(f"smtp {delivery.outcome}")
            yield delivery

    def close(self) -> None:
        self._inner.close()


def cycle(folder: Path, now: datetime, die_after: int = 0, noted: Path | None = None) -> None:
    """One cycle of the desk in that folder, put together as `mailbot once` does, with the counters in between."""
    settings = reading.load(folder)
    steps = Steps(die_after, noted)
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    with DeskLock(settings.state_folder / "lock"):
        mailbox = CountedMailbox(assembly.account_of(settings), settings.imap.inbox, settings.imap.sent)
        mailbox.count(steps.done)
        book = assembly.rulebook_of(settings, keep=True)
        beside = assembly.reading_of(book.rules().process)
        Desk(
            settings,
            read_secret(folder / assembly.SECRET),
            book,
            CountedLedger(assembly.ledger_of(settings), steps.done),
            mailbox,
            CountedPost(assembly.post_of(settings), steps.done),
            assembly.clock(now),
            beside,
        ).cycle()
        beside.close()


def make_parsing_deadly(words: bytes) -> None:
    """From here on this process dies when it begins to parse a mail that holds these words."""
    read = messages.read

    def deadly(raw: bytes, *, truncated: bool = False) -> Any:
        if words in raw:
            die()
        return read(raw, truncated=truncated)

    messages.read = deadly


def read_by_itself(_process: Process) -> Reading:
    """No process can be had for reading mail."""
    return Here()


class Forks:
    """Does cycles and commands, each in a fresh process; for one thread."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.crashing", "serve"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
        )

    def cycle(self, folder: Path, now: datetime, *, die_after: int = 0, noted: Path | None = None) -> int:
        """The exit status of a cycle; -9 if it died as told."""
        order = {"now": now.isoformat(), "die_after": die_after, "noted": str(noted) if noted else ""}
        return self._do({**order, "folder": str(folder)})

    def mailbot(
        self, folder: Path, *arguments: str, deadly: str = "", beside: bool = False, largest_file: int = 0
    ) -> int:
        """The exit status of `mailbot …`; -9 if it began to parse a deadly mail.

        Args:
            beside: deadly mail is read beside the desk, as it is where a process can be had; else by the desk itself.
            largest_file: bytes; no file may grow beyond it, as on a disk that is full.
        """
        order = {"arguments": [*arguments, "--desk", str(folder)], "deadly": deadly, "beside": beside}
        order |= {"largest_file": largest_file}
        return self._do({**order, "folder": str(folder)})

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _do(self, order: Mapping[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(environment.PREFIX)}


def serve() -> None:
    """Orders from stdin, one JSON object a line; exit statuses to stdout. No thread may run here: it forks."""
    _read_rules_once()
    for line in sys.stdin:
        order = json.loads(line)
        _know_rules(Path(order["folder"]))
        pid = os.fork()
        if pid == 0:
            _obey(order)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _read_rules_once() -> None:
    """The same texts give the same rules: two thirds of a short cycle, done once and inherited by every fork."""
    load, check = rulebook.load, rulebook.check
    known: dict[Any, Any] = {}

    def load_known(files: Mapping[str, str], timezone: str, recognised: Any, languages: tuple[str, ...]) -> Any:
        key = (timezone, languages, *sorted(files.items()))
        if key not in known:
            known[key] = load(files, timezone, recognised, languages)
        return known[key]

    def check_known(process: Any) -> Any:
        if id(process) not in known:  # `known` keeps the process, so that its id stays its own
            known[id(process)] = tuple(check(process))
        return known[id(process)]

    rulebook.load, rulebook.check = load_known, check_known


def _know_rules(folder: Path) -> None:
    with suppress(MailbotError):  # the fork will say so
        assembly.rulebook_of(reading.load(folder), keep=False).rules()


def _obey(order: Mapping[str, Any]) -> NoReturn:
    """In the forked process: what it says goes into the desk folder, and it never comes back into the loop."""
    folder = Path(order["folder"])
    for stream, name in ((1, SAID), (2, ERRORS)):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    status = 70
    try:
        if "arguments" in order:
            if order["deadly"]:
                make_parsing_deadly(order["deadly"].encode())
                if not order["beside"]:
                    assembly.reading_of = read_by_itself
            if order["largest_file"]:
                resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"], order["largest_file"]))
            cli.main(order["arguments"], standalone_mode=True)
        else:
            noted = Path(order["noted"]) if order["noted"] else None
            cycle(folder, datetime.fromisoformat(order["now"]), order["die_after"], noted)
            status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 70
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def main(arguments: list[str]) -> None:
    """The command line of the module's docstring."""
    if arguments == ["serve"]:
        serve()
        return
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("desk", type=Path)
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC))
    parser.add_argument("--die-after", type=int, default=0, metavar="N")
    parser.add_argument("--steps", type=Path, metavar="FILE")
    parser.add_argument("--deadly", default="", metavar="WORDS")
    given = parser.parse_args(arguments)
    if given.deadly:
        make_parsing_deadly(given.deadly.encode())
    cycle(given.desk.resolve(), given.now, given.die_after, given.steps)


if __name__ == "__main__":
    main(sys.argv[1:])
