"""What is asked of whoever reads the mail, what comes back, and the reading that the desk does by itself.

Decides nothing about a mail. Reading here, in the desk's own process, is for where no other can be had: a mail that
kills it kills the desk, and is found out by the rule of the mails in hand (intaking.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.process.model import Process


@dataclass(frozen=True, slots=True, eq=False)
class Unread:
    """A mail as it was fetched; `truncated`: only its beginning was."""

    raw: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that could not be read whole: what is known of it, and why in words for the admin."""

    message: Message
    why: str


# What was read: from every side, or as a message alone, which is looked at when it is taken in.
Seen = Intake | Message


class Reading(Protocol):
    """Reads mails, perhaps ahead of being asked; raises nothing, whatever the bytes are."""

    early: bool  # whether it is worth the while to hand mails over before they are asked for

    def begin(self, process: Process, identity: Identity) -> None:
        """Read by these from now on; what was handed over before is forgotten."""

    def ahead(self, mails: Sequence[Unread]) -> None:
        """These will be asked for, in this order."""

    def read(self, mail: Unread) -> Seen | Unreadable:
        """What the mail shows by itself."""

    def close(self) -> None:
        """Nothing is read any more; never raises."""


class Here:
    """Reading in the desk's own process, each mail when it is asked for."""

    early = False

    def begin(self, process: Process, identity: Identity) -> None:
        """Nothing: what is read here is looked at when it is taken in."""

    def ahead(self, mails: Sequence[Unread]) -> None:
        """Nothing: while the desk reads, nobody else works."""

    def read(self, mail: Unread) -> Seen | Unreadable:
        """The mail as a message."""
        return messages.read(mail.raw, truncated=mail.truncated)

    def close(self) -> None:
        """Nothing was opened."""


def message_of(seen: Seen) -> Message:
    """The message itself."""
    return seen.message if isinstance(seen, Intake) else seen
