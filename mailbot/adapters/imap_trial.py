"""Trying a mailbox without changing anything in it: what the server can, how its folders are called, what waits.

It opens the inbox for writing (SELECT), since that is what has to work, and writes nothing; other folders are only
read. The login is `imap_link`'s, names are `imap_folders`'. RFC 3501, RFC 2087 and RFC 9208 (QUOTA).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imapclient import imap_utf7
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

from mailbot.adapters import imap_folders, imap_link, imap_mails
from mailbot.adapters.encryption import Encryption, encryption_of
from mailbot.adapters.imap_refusals import FAILURES, failure, no_inbox
from mailbot.adapters.ports import Arrived

HEAD_BYTES = 32_768  # of a mail's header; what is longer is cut
ANSWERS = 3  # times the time for one answer: a question takes several, but never more than this in all
LOST = (IMAPClientAbortError, OSError)
MOST = 2**63 - 1  # RFC 9051 section 9: a number has 63 bits at most; a larger one is nonsense


@dataclass(frozen=True, slots=True)
class Quota:
    """How full the mailbox is. resource: STORAGE (in KiB) or MESSAGE."""

    resource: str
    used: int
    limit: int


class MailboxTrial:
    """One connection and the questions to it; each raises MailboxError with the sentence for the admin.

    Args:
        inbox: the server's own name of the folder that customers write to.
    """

    def __init__(self, account: imap_link.Account, inbox: str) -> None:
        self._account, self._inbox = account, inbox
        self._client: Any = imap_link.connect(account)
        self.encryption: Encryption | None = encryption_of(self._client.socket())
        self.greeting = _text(self._client.welcome)
        self.lost = False  # the connection is no good any more, so nothing else can be asked

    def capabilities(self) -> frozenset[str]:
        """What the server says that it can, after the login."""
        with self._asking("asking what the server can") as client:
            return frozenset(_text(each).upper() for each in client.capabilities())

    def names(self, folders: Sequence[str]) -> dict[str, bool]:
        """The server's name for each of the desk's folders, and whether it is there already."""
        with self._asking("asking for the names of folders") as client:
            space = imap_folders.personal_space(client)
            return {name: imap_folders.exists(client, name) for name in map(space.name, folders)}

    def sent(self) -> tuple[str, bool]:
        """The folder that copies of letters go to, and whether it is there already."""
        with self._asking("looking for the folder of sent mail") as client:
            name = imap_folders.sent_folder(client, imap_folders.personal_space(client))
            return name, imap_folders.exists(client, name)

    def waiting(self) -> tuple[Arrived, ...]:
        """What is in the inbox, which is opened for writing as the desk does."""
        with self._asking("opening the inbox") as client:
            opened = self._select(client, self._inbox, readonly=False)
            return imap_mails.arrivals(client, imap_mails.live_uids(client, opened))

    def older(self, waiting: Sequence[Arrived], than: datetime) -> int:
        """How many of these mails are older both by the server's time and by their own Date."""
        early = [each for each in waiting if each.received_at < than]
        if not early:
            return 0
        with self._asking("reading dates") as client:
            self._select(client, self._inbox, readonly=True)
            dates = imap_mails.dates(client, [each.uid for each in early])
        return sum((dates.get(each.uid) or each.received_at) < than for each in early)

    def heads(self, folder: str, most: int) -> list[bytes]:
        """The headers of the newest mails of a folder (INBOX or one of the desk's); none if there is no such folder."""
        with self._asking(f"reading headers in {folder}") as client:
            name = self._inbox if folder == "INBOX" else imap_folders.personal_space(client).name(folder)
            if name != self._inbox and not imap_folders.exists(client, name):
                return []
            uids = imap_mails.live_uids(client, self._select(client, name, readonly=True))[-most:]
            rows = client.fetch(uids, [f"BODY.PEEK[HEADER]<0.{HEAD_BYTES}>"]) if uids else {}
        return [value or b"" for row in rows.values() for key, value in row.items() if key.startswith(b"BODY[")]

    def quotas(self) -> tuple[Quota, ...]:
        """How full the mailbox is, where the server says so; a limit of 0 is none."""
        with self._asking("asking how full the mailbox is") as client:
            if not client.has_capability("QUOTA"):
                return ()
            quoted = imap_utf7.encode(self._inbox).decode("ascii").replace("\\", "\\\\").replace('"', '\\"')
            _, found = client.get_quota_root(f'"{quoted}"')
        read = (Quota(_text(each.resource).upper(), _number(each.usage), _number(each.limit)) for each in found)
        return tuple(quota for quota in read if quota.limit)

    def close(self) -> None:
        """Log out; never raises."""
        imap_link.say_goodbye(self._client)

    def _select(self, client: Any, name: str, *, readonly: bool) -> int:
        """Open a folder; the number of mails in it."""
        try:
            return int(client.select_folder(name, readonly).get(b"EXISTS", 0))
        except IMAPClientError as error:
            if name == self._inbox and imap_folders.absent(client, name, error):
                raise no_inbox(name, self._account.host, self._account.port) from error
            raise

    @contextmanager
    def _asking(self, doing: str) -> Iterator[Any]:
        """One question, which ends within its time even where the server goes on talking."""
        try:
            self._client.ends_within(ANSWERS * self._account.read_timeout)
            self._client.socket().settimeout(self._account.read_timeout)  # silence is not waited for as long
            yield self._client
        except FAILURES as error:
            self.lost = isinstance(error, LOST) and not isinstance(error, IMAPClientReadOnlyError)
            raise failure(error, self._account, doing) from error


def _text(word: Any) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word or "")


def _number(told: int) -> int:
    return max(0, min(told, MOST))
