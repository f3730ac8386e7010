"""The two other ports of the desk: the mailbox it reads and files in, and the post it sends by.

IMAP (`imap.py`) and SMTP (`smtp.py`) carry them out; `memory.py` has both in dictionaries.
All names of folders here are the desk's own (`Mailbot/Cases`); the adapter translates them to the server's
(its delimiter and personal namespace). `INBOX` and Sent stand for the ones in the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

CASES = "Mailbot/Cases"
NO_ACTION = "Mailbot/No action"
HUMAN = "Mailbot/Needs a human"
JOURNAL = "Mailbot/Journal"
FOLDERS = (CASES, NO_ACTION, HUMAN, JOURNAL)
INBOX = "INBOX"
SENT = "Sent"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail in a folder: its UID, when the server received it (UTC), its size in bytes."""

    uid: int
    received_at: datetime
    size: int


class Mailbox(Protocol):
    """What the desk does with its mailbox. Every method raises MailboxError; nothing is deleted or marked seen."""

    def waiting(self) -> tuple[int, tuple[Arrived, ...]]:
        """(UIDVALIDITY, what is in the inbox now, by UID); reads no body."""

    def dates(self, uids: Sequence[int]) -> dict[int, datetime | None]:
        """The Date headers of mails in the inbox, in UTC (None: absent or unreadable), without reading the mails."""

    def read(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails of the inbox by UID (BODY.PEEK); a UID that is gone is absent from the answer."""

    def ahead(self, uids: Sequence[int]) -> None:
        """The next to be read are these: a hint to a server that can look them up meanwhile."""

    def read_head(self, uid: int, size: int) -> bytes:
        """The first `size` bytes of a mail of the inbox that is too large to take whole."""

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move from the inbox in one go; UIDs that are gone are passed over."""

    def holds(self, folder: str, message_id: str) -> bool:
        """Whether the folder holds a mail with that Message-ID."""

    def fetch(self, folder: str, message_id: str, most: int) -> bytes | None:
        """The first mail of the folder with that Message-ID; None if there is none, or it is larger (`most`: bytes)."""

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a mail into the folder, marked read."""

    def append_all(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> None:
        """Put several mails into the folder, marked read; where it fails, any of them may be there."""

    def begin_append(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> Callable[[], bool]:
        """As append_all, without waiting for the server: what is given back does, and says whether all are there."""

    def all(self, folder: str, lost: list[Arrived] | None = None) -> Iterator[tuple[Arrived, bytes]]:
        """Every mail of a folder, by UID, read in batches (for rebuild).

        Args:
            lost: takes those that the server lists and cannot give; None, and the first of them raises.
        """

    def watch(self, seconds: float) -> bool:
        """Wait for new mail (IDLE) up to so long; True if something came. Own connection only."""

    def close(self) -> None:
        """Log out; never raises."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter handed to the post: envelope sender and recipient, and the bytes."""

    message_id: str
    sender: str
    to: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the server said of one parcel. outcome: accepted, refused (for good), later, doubted (it may have gone)."""

    message_id: str
    outcome: str
    said: str = ""


class Post(Protocol):
    """Hands letters over, at most as many at once as it has connections."""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        """One Delivery for each parcel, as the answers come. Raises PostError if no server can be reached at all."""

    def close(self) -> None:
        """Say QUIT; never raises."""
