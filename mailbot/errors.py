"""Every error mailbot raises on purpose, in one small tree.

    MailbotError
    ├── SettingsError        mailbot.toml or the environment cannot be used        (exit 2)
    ├── RulesError           rule files or templates have errors; carries Problems (exit 1)
    ├── DeskBusy             another process holds state/lock                      (exit 1)
    ├── StaleCase            somebody committed this case first: take the step again
    ├── JournalBroken        the journal's keyed chain does not hold               (exit 1)
    └── OutsideError         a server or disk said no; knows whether it will pass
        ├── MailboxError     IMAP
        ├── PostError        SMTP
        └── StateError       the disk under state/

Expected outcomes (matched, ambiguous, refused by the guard) are values, never exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a rule file or template, said so that an admin can mend it."""

    file: str
    line: int
    what: str
    severe: bool = True  # False: a warning; `mailbot check` still exits 0

    def __str__(self) -> str:
        mark = "" if self.severe else "warning: "
        return f"{self.file}:{self.line}: {mark}{self.what}"


def sentence(what: str, do: str) -> str:
    """What is wrong and what to do, as one sentence."""
    if not do:
        return what
    return f"{what}; {do}" if do.startswith("run: ") else f"{what}: {do}"


class MailbotError(Exception):
    """Base of all; its text is one line for a person: what is wrong and what to do."""


class SettingsError(MailbotError):
    """The settings cannot be used as they stand."""


class RulesError(MailbotError):
    """The rule files have errors; `problems` lists all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class DeskBusy(MailbotError):
    """Another process is writing to this desk."""


class StaleCase(MailbotError):
    """The case has moved on since it was read; read it again and decide afresh."""


class JournalBroken(MailbotError):
    """A journal mail was changed, lost or put in by somebody without the secret."""


class OutsideError(MailbotError):
    """A server or disk failed; its text is `what: do` in one sentence.

    Args:
        what: what is wrong; a server's own words may stand in it.
        do: what to do, in our words alone; "" where that is said in `what`, or nothing can be done.
        transient: whether trying later can help.
    """

    def __init__(self, what: str, do: str = "", *, transient: bool) -> None:
        super().__init__(sentence(what, do))
        self.what, self.do, self.transient = what, do, transient


class MailboxError(OutsideError):
    """IMAP refused or went away."""


class PostError(OutsideError):
    """SMTP refused or went away before any letter was handed over."""


class StateError(OutsideError):
    """The disk under state/ failed or is full."""
