"""The mailbox and the post in dictionaries: for stories, rehearsals, dry runs and replays.

Behaves as an IMAP server does where the desk can tell (RFC 9051: UIDs of a folder only ever rise, a move gives
a new UID in the other folder). It must never touch a network or a clock, and never wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

from mailbot.adapters.ports import FOLDERS, INBOX, SENT, Arrived, Delivery, Mailbox, Parcel

MOST_HEADER = 100_000  # bytes; no real header is longer


def message_id_of(raw: bytes) -> str:
    """The topmost Message-ID field of a mail on one line, '' where it has none."""
    return "".join(_field(raw, "Message-ID").split())


def date_of(raw: bytes) -> datetime | None:
    """The Date field of a mail in UTC, None where it is absent or unreadable."""
    try:
        found = parsedate_to_datetime(_field(raw, "Date"))
        # "-0000" is UTC from a place not told (RFC 5322 3.3), which Python gives without a zone
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _field(raw: bytes, name: str) -> str:
    return str(BytesHeaderParser(policy=compat32).parsebytes(raw[:MOST_HEADER])[name] or "")


@dataclass(slots=True)
class Folder:
    """Mails by UID; `ids` are the Message-IDs of all that were ever put here."""

    mails: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    last_uid: int = 0

    def put(self, raw: bytes, at: datetime) -> int:
        """Add a mail under the next UID."""
        self.last_uid += 1
        self.mails[self.last_uid] = (at, raw)
        self.ids[self.last_uid] = message_id_of(raw)
        return self.last_uid

    def arrived(self) -> tuple[Arrived, ...]:
        """What is in it, by UID."""
        return tuple(Arrived(uid, at, len(raw)) for uid, (at, raw) in sorted(self.mails.items()))

    def find(self, message_id: str) -> int | None:
        """The first UID with that Message-ID."""
        return next((uid for uid, id in self.ids.items() if id == message_id and uid in self.mails), None)


class MemoryMailbox:
    """A mailbox of folders in memory."""

    def __init__(self, uidvalidity: int = 1) -> None:
        self.uidvalidity = uidvalidity
        self.folders: dict[str, Folder] = {name: Folder() for name in (INBOX, SENT, *FOLDERS)}
        self._news = False

    # what the world does to it

    def deliver(self, raw: bytes, at: datetime) -> int:
        """A mail comes in; its UID."""
        self._news = True
        return self.folders[INBOX].put(raw, at)

    def put_back(self, folder: str, message_id: str) -> int:
        """A person drags a mail from a folder back into the inbox, where it gets a new UID.

        Raises:
            KeyError: the folder holds no such mail.
        """
        uid = self.folders[folder].find(message_id)
        if uid is None:
            raise KeyError(f"{folder} holds no {message_id}")
        at, raw = self.folders[folder].mails.pop(uid)
        return self.deliver(raw, at)

    def renumber(self) -> None:
        """The server makes the inbox anew: every UID that anybody remembers is worthless (RFC 9051 2.3.1.1)."""
        self.uidvalidity += 1
        held = sorted(self.folders[INBOX].mails.items())
        self.folders[INBOX] = Folder()
        for _, (at, raw) in held:
            self.folders[INBOX].put(raw, at)

    # what the desk does with it (ports.Mailbox)

    def waiting(self) -> tuple[int, tuple[Arrived, ...]]:
        return self.uidvalidity, self.folders[INBOX].arrived()

    def dates(self, uids: Sequence[int]) -> dict[int, datetime | None]:
        return {uid: date_of(raw) for uid, raw in self.read(uids).items()}

    def read(self, uids: Sequence[int]) -> dict[int, bytes]:
        mails = self.folders[INBOX].mails
        return {uid: mails[uid][1] for uid in uids if uid in mails}

    def ahead(self, uids: Sequence[int]) -> None:
        """All is at hand anyhow."""

    def read_head(self, uid: int, size: int) -> bytes:
        return self.read([uid]).get(uid, b"")[:size]

    def move(self, uids: Sequence[int], folder: str) -> None:
        target = self.folders.setdefault(folder, Folder())
        for uid in sorted(set(uids) & self.folders[INBOX].mails.keys()):
            at, raw = self.folders[INBOX].mails.pop(uid)
            target.put(raw, at)

    def holds(self, folder: str, message_id: str) -> bool:
        return folder in self.folders and self.folders[folder].find(message_id) is not None

    def fetch(self, folder: str, message_id: str, most: int) -> bytes | None:
        held = self.folders.get(folder, Folder())
        uid = held.find(message_id) if message_id else None  # a mail without an id cannot be asked for by one
        raw = held.mails[uid][1] if uid is not None else None
        return raw if raw is not None and len(raw) <= most else None

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        self.folders.setdefault(folder, Folder()).put(raw, at)

    def append_all(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> None:
        for raw, at in mails:
            self.append(folder, raw, at)

    def begin_append(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> Callable[[], bool]:
        self.append_all(folder, mails)
        return lambda: True

    def all(self, folder: str, lost: list[Arrived] | None = None) -> Iterator[tuple[Arrived, bytes]]:
        held = self.folders.get(folder, Folder())
        return ((found, held.mails[found.uid][1]) for found in held.arrived())

    def watch(self, seconds: float) -> bool:
        """Whether something was delivered since the last look; never waits."""
        news, self._news = self._news, False
        return news

    def close(self) -> None:
        """Nothing to log out of."""


class MemoryPost:
    """A post that keeps every parcel it accepts, and answers each recipient as scripted.

    `refuse`: address -> what the server says for good. `later`: addresses it defers. Addresses in any case.
    """

    def __init__(self) -> None:
        self.sent: list[Parcel] = []
        self.refuse: dict[str, str] = {}
        self.later: set[str] = set()

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        return (self._hand_over(parcel) for parcel in parcels)

    def close(self) -> None:
        """Nothing to say QUIT to."""

    def _hand_over(self, parcel: Parcel) -> Delivery:
        to = parcel.to.casefold()
        for address, said in self.refuse.items():
            if address.casefold() == to:
                return Delivery(parcel.message_id, "refused", said)
        if to in {address.casefold() for address in self.later}:
            return Delivery(parcel.message_id, "later", "451 4.3.0 try again later")
        self.sent.append(parcel)
        return Delivery(parcel.message_id, "accepted", "250 2.0.0 kept in memory")


class ReadOnlyMailbox:
    """Another mailbox to read from: what would be written is noted in `moved` and `appended`, and not done.

    What was moved is as good as gone from the inbox, or a cycle that reads until the inbox is empty would never end.
    """

    def __init__(self, inner: Mailbox) -> None:
        self.moved: dict[int, str] = {}  # UID -> folder
        self.appended: list[tuple[str, bytes]] = []  # (folder, mail)
        self._inner = inner

    def waiting(self) -> tuple[int, tuple[Arrived, ...]]:
        uidvalidity, found = self._inner.waiting()
        return uidvalidity, tuple(mail for mail in found if mail.uid not in self.moved)

    def dates(self, uids: Sequence[int]) -> dict[int, datetime | None]:
        return self._inner.dates(uids)

    def read(self, uids: Sequence[int]) -> dict[int, bytes]:
        return self._inner.read([uid for uid in uids if uid not in self.moved])

    def ahead(self, uids: Sequence[int]) -> None:
        self._inner.ahead(uids)

    def read_head(self, uid: int, size: int) -> bytes:
        return self._inner.read_head(uid, size)

    def move(self, uids: Sequence[int], folder: str) -> None:
        self.moved.update({uid: folder for uid in uids if uid not in self.moved})

    def holds(self, folder: str, message_id: str) -> bool:
        noted = any(message_id_of(raw) == message_id for name, raw in self.appended if name == folder)
        return noted or self._inner.holds(folder, message_id)

    def fetch(self, folder: str, message_id: str, most: int) -> bytes | None:
        return self._inner.fetch(folder, message_id, most)  # what is noted as moved still lies where it was

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        self.appended.append((folder, raw))

    def append_all(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> None:
        for raw, at in mails:
            self.append(folder, raw, at)

    def begin_append(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> Callable[[], bool]:
        self.append_all(folder, mails)
        return lambda: True

    def all(self, folder: str, lost: list[Arrived] | None = None) -> Iterator[tuple[Arrived, bytes]]:
        return self._inner.all(folder, lost)

    def watch(self, seconds: float) -> bool:
        return self._inner.watch(seconds)

    def close(self) -> None:
        self._inner.close()


class NullPost:
    """A post that notes each parcel in `parcels`, says that it accepted it, and sends nothing."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        for parcel in parcels:
            self.parcels.append(parcel)
            yield Delivery(parcel.message_id, "accepted", "not sent: this was a rehearsal")

    def close(self) -> None:
        """Nothing to say QUIT to."""
