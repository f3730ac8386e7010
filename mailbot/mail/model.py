"""What a mail is, once read: plain frozen values that every other room can hold.

Nothing here parses; `message.read` makes these and never raises (any bytes are a mail).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as written in a header: the name shown, and the address (RFC 5322 3.4)."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """The address as compared: case folded whole, as every mail provider in use does."""
        return self.address.casefold()

    @property
    def domain(self) -> str:
        return self.key.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME leaf: its type, the file name the sender gave (never used as a path), its decoded size in bytes."""

    type: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Message:
    """One mail as read. All header text is decoded and on one line (no CR, LF or other control character)."""

    raw: bytes = field(repr=False)
    key: str  # the seen key: hash over Message-ID, From, Date, Subject and text
    message_id: str  # "<id@host>" or ""
    references: tuple[str, ...]  # ids of In-Reply-To, then References from nearest to farthest, no repeats
    sender: Address | None  # the first From mailbox
    from_count: int  # mailboxes over all From fields; more than one proves nobody
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]  # To and Cc
    subject: str
    date: datetime | None  # the Date header in UTC; None where absent or unreadable
    headers: tuple[tuple[str, str], ...]  # (lower case name, unfolded value), topmost first
    text: str  # the body as plain text, "\n" line ends; text of nested mails is not in it
    parts: tuple[Part, ...]
    attached: tuple[Message, ...]  # message/rfc822 parts, outermost first, bounded in depth
    defects: tuple[str, ...]  # what was wrong with it, for the log

    def header(self, name: str) -> str:
        """The topmost field of that name, or ''."""
        wanted = name.lower()
        for key, value in self.headers:
            if key == wanted:
                return value
        return ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every field of that name, topmost first."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)


@dataclass(frozen=True, slots=True)
class Automatic:
    """No person wrote this mail. kind: vacation bounce delay list receipt challenge calendar report own robot."""

    kind: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report (RFC 3464): whom it is about, whether the address is dead, and which of our letters came back.

    Neither permanent nor refused: the server still tries, and nothing has happened yet.
    """

    recipients: tuple[str, ...]
    permanent: bool
    original_message_id: str
    refused: bool = False  # the letter was given up, but the address lives: mailbox full, taken for spam, too large

    @property
    def delayed(self) -> bool:
        """Whether the server still tries."""
        return not self.permanent and not self.refused


@dataclass(frozen=True, slots=True)
class Original:
    """The mail inside a forward, as far as it could be read."""

    address: str
    name: str
    date: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Forward:
    """A forwarded mail: the forwarder's own words, and the innermost original found.

    layers: every mail on the way, the one that the forwarder had first; what is deeper is only what that one says.
    beside: the other mails where several of different senders are attached side by side; then nobody is the original.
    """

    note: str
    original: Original
    depth: int
    evidence: tuple[str, ...]
    layers: tuple[Original, ...] = ()
    beside: tuple[Original, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A body cut in three, nothing lost: what the sender wrote now, what was quoted, and what a signature adds."""

    new: str
    quoted: str
    signature: str = ""  # the block below the name, the law, the telephone's line, the gateway's warning


@dataclass(frozen=True, slots=True)
class Verdict:
    """What our own server found about the From domain: result is 'pass', 'fail' or 'none'."""

    result: str
    evidence: str
