"""A terminal for the tests: a command on a pseudo-terminal of its own, as a person has it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios


class Terminal:
    """A mailbot command on a terminal: what it shows, and what is typed."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "mailbot.cli", *arguments]
        self.screen, theirs = pty.openpty()
        self.seen = ""
        environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm"}
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
            preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(theirs)

    def until(self, words: str) -> None:
        """Read until the words are on the screen."""
        while words not in self.seen:
            assert self._more(), f"no {words!r} in:\n{self.seen}"

    def _more(self) -> bool:
        """What comes next on the screen; False at the end, or where nothing has come for long."""
        if not select.select([self.screen], [], [], 15)[0]:
            self.process.kill()
            return False
        try:
            more = os.read(self.screen, 4096)
        except OSError:  # EIO: the other side has closed
            return False
        self.seen += more.decode("utf-8", "replace")
        return bool(more)

    def answer(self, question: str, typed: str) -> None:
        """Wait for a question, type, press Enter."""
        self.until(question)
        self.seen = self.seen.partition(question)[2]
        os.write(self.screen, typed.encode() + b"\n")

    def interrupt(self) -> None:
        """Press Ctrl-C, and again where it came in the instant before the line was listened for."""
        for _ in range(5):
            os.write(self.screen, b"\x03")
            while select.select([self.screen], [], [], 3)[0] and self._more():
                if "Stopped" in self.seen:
                    return

    def end(self) -> tuple[int, str]:
        """Wait until it is over: the exit status, and what the screen showed."""
        while self._more():
            pass
        os.close(self.screen)
        return self.process.wait(20), self.seen


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C reaches it, and a hidden question finds its terminal
