"""The desk's mailbox on an IMAP server.

It decides nothing about mail: it lists, reads, moves, files and waits. It must never mark a mail seen, never delete
one that was not copied first, and never touch a mail under an old UIDVALIDITY.
Every failure drops the connection and becomes one MailboxError; the next call opens a new one. Not for two threads:
the one that waits for new mail has a mailbox of its own.
RFC 3501, RFC 6851 (MOVE), RFC 4315 (UIDPLUS), RFC 7162 section 4 (lines of at most 8,192 octets).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from imapclient.exceptions import IMAPClientError

from mailbot.adapters import imap_folders, imap_idle, imap_link, imap_mails, imap_reading
from mailbot.adapters.imap_ahead import Ahead
from mailbot.adapters.imap_appending import Appending
from mailbot.adapters.imap_connection import Connection
from mailbot.adapters.imap_refusals import FAILURES, no_inbox
from mailbot.adapters.imap_uids import batches, uid_sets
from mailbot.adapters.ports import INBOX, SENT, Arrived
from mailbot.errors import MailboxError

BATCH_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class _Opened:
    """A selected folder, by the server's name."""

    name: str
    readonly: bool
    validity: int
    exists: int
    next_uid: int


class ImapMailbox:
    """One mailbox; connects at the first call.

    Args:
        inbox: the server's own name of the folder that customers write to.
        sent: auto and append file a copy of each letter; server means that the server does so itself.
    """

    def __init__(self, account: imap_link.Account, inbox: str = INBOX, sent: str = "auto") -> None:
        self._account = account
        self._inbox = inbox
        self._sent = sent
        self.line = Connection(account, self._forget)
        self._opened: _Opened | None = None
        self._validity: int | None = None  # of the inbox, as last told by waiting()
        self._sizes: dict[int, int] = {}  # of the mails in the inbox, as last told by waiting()
        self._ahead = Ahead()
        self._names = imap_folders.Names(inbox)
        self._mark: tuple[int, int] | None = None  # how far watch() has seen: (UIDVALIDITY, UIDNEXT)

    def waiting(self) -> tuple[int, tuple[Arrived, ...]]:
        """(UIDVALIDITY, what is in the inbox now, by UID), without what is flagged \\Deleted; reads no body."""
        with self.line.asking("listing the inbox") as client:
            opened = self._select(client, self._inbox, readonly=False)
            found = imap_mails.arrivals(client, imap_mails.live_uids(client, opened.exists))
        self._validity = opened.validity
        self._sizes = {mail.uid: mail.size for mail in found}
        self._ahead.forget()
        return opened.validity, found

    def dates(self, uids: Sequence[int]) -> dict[int, datetime | None]:
        """The Date headers of mails in the inbox, in UTC (None: absent or unreadable), without reading the mails."""
        with self.line.asking("reading dates") as client:
            self._stay_in_inbox(client)
            return imap_mails.dates(client, uids)

    def read(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails of the inbox by UID (BODY.PEEK); a UID that is gone is absent from the answer."""
        with self.line.asking("reading mails") as client:
            self._stay_in_inbox(client)
            if (came := self._ahead.answer(uids)) is not None:
                return came
            sizes = imap_mails.sizes(client, uids)
        found: dict[int, bytes] = {}
        for batch in batches(sizes, imap_mails.BATCH_MAILS, BATCH_BYTES):
            found |= imap_reading.whole(self.line, "reading mails", self._stay_in_inbox, batch, sizes)
        empty = [uid for uid, raw in found.items() if not raw and sizes[uid]]
        return self._less_gone(found, empty) if empty else found

    def _less_gone(self, found: dict[int, bytes], empty: Sequence[int]) -> dict[int, bytes]:
        """Without mails that came empty since somebody took them away; Dovecot gives those so. Raises for others."""
        with self.line.asking("reading mails") as client:
            self._stay_in_inbox(client)
            client.noop()  # that the server hears itself what others took away
            there = imap_mails.sizes(client, empty)
        if there:
            raise MailboxError(f"{self._account.host} gave a mail without anything in it", transient=True)
        return {uid: raw for uid, raw in found.items() if uid not in empty}

    def ahead(self, uids: Sequence[int]) -> None:
        """These are read next: the server is asked now, and heard when they are."""
        with self.line.asking("asking for mails") as client:
            self._stay_in_inbox(client)
            if self._ahead.ask(client, uids, self._sizes):
                self.line.later(self._ahead.hear)

    def read_head(self, uid: int, size: int) -> bytes:
        """The first `size` bytes of a mail of the inbox; b"" if it is gone."""
        with self.line.asking("reading the head of a mail") as client:
            self._stay_in_inbox(client)
            return imap_mails.whole_or_head(client, uid, size) or b""

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move from the inbox, in one command as far as a command line holds; UIDs that are gone are passed over."""
        if not uids:
            return
        with self.line.asking(f"moving mail to {folder}") as client:
            self._stay_in_inbox(client)
            target = self._names.of(client, folder)
            put = client.move if client.has_capability("MOVE") else partial(imap_mails.copy_away, client)
            for chosen in uid_sets(uids):
                self._into(client, target, partial(put, [chosen], target))

    def holds(self, folder: str, message_id: str) -> bool:
        """Whether the folder holds a mail with exactly that Message-ID; one that does not exist holds none."""
        with self.line.asking(f"searching {folder}") as client:
            return self._look_into(client, folder) is not None and imap_mails.with_id(client, message_id) is not None

    def fetch(self, folder: str, message_id: str, most: int) -> bytes | None:
        """The first mail of the folder with that Message-ID; None if there is none, or it is larger (`most`: bytes)."""
        doing = f"reading a mail in {folder}"
        with self.line.asking(doing) as client:
            uid = imap_mails.with_id(client, message_id) if self._look_into(client, folder) else None
            sizes = imap_mails.sizes(client, [uid]) if uid else {}
        if uid not in sizes or sizes[uid] > most:
            return None
        return imap_reading.whole(self.line, doing, lambda again: self._look_into(again, folder), [uid], sizes).get(uid)

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a mail into the folder, marked read; nothing is done for Sent where the server files letters itself."""
        if folder == SENT and self._sent == "server":
            return
        when = at.astimezone(UTC)  # imapclient would take a naive time for the machine's own zone
        with self.line.asking(f"filing a mail in {folder}") as client:
            target = self._names.of(client, folder)
            self._into(client, target, lambda: client.append(target, raw, (b"\\Seen",), when))

    def append_all(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> None:
        """Put several mails into the folder, marked read: in one command where the server can (RFC 3502)."""
        if folder == SENT and self._sent == "server":
            return
        with self.line.asking(f"filing mails in {folder}") as client:
            if len(mails) > 1 and client.has_capability("MULTIAPPEND"):
                target = self._names.of(client, folder)
                self._into(client, target, lambda: imap_mails.append_all(client, target, mails))
                return
        for raw, at in mails:
            self.append(folder, raw, at)

    def begin_append(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> Callable[[], bool]:
        """As append_all, not waited for where the server lets us: what is given back waits and tells."""
        if folder == SENT and self._sent == "server":
            return lambda: True
        with self.line.asking(f"filing mails in {folder}") as client:
            if client.has_capability("MULTIAPPEND") and client.has_capability("LITERAL+"):
                target = self._names.of(client, folder)
                self._leave(client, target)
                filing = Appending(client.begin_append(target, mails))
                self.line.later(filing.hear)
                return partial(self._heard, filing)
        self.append_all(folder, mails)
        return lambda: True

    def _heard(self, filing: Appending) -> bool:
        self.line.hear()
        return filing.done

    def all(self, folder: str, lost: list[Arrived] | None = None) -> Iterator[tuple[Arrived, bytes]]:
        """Every mail of a folder, by UID, in batches; one that does not exist is empty.

        Args:
            lost: takes those that the server lists and cannot give; None, and the first of them raises.
        """
        doing = f"reading {folder}"
        with self.line.asking(doing) as client:
            opened = self._look_into(client, folder)
            found = imap_mails.arrivals(client, imap_mails.live_uids(client, opened.exists)) if opened else ()
        if not opened:
            return

        def again(client: Any) -> None:
            now = self._look_into(client, folder, known=opened.name)
            if not now or now.validity != opened.validity:
                raise MailboxError(f"{folder} was replaced while it was read; read it again", transient=True)

        sizes = {mail.uid: mail.size for mail in found}
        by_uid = {mail.uid: mail for mail in found}
        for batch in batches(sizes, imap_mails.BATCH_MAILS, BATCH_BYTES):
            if lost is None:
                bodies = imap_reading.whole(self.line, doing, again, batch, sizes)
            else:
                bodies, failing = imap_reading.sifted(self.line, doing, again, batch, sizes)
                lost += [by_uid[uid] for uid in failing]
            yield from ((by_uid[uid], raw) for uid, raw in bodies.items())

    def watch(self, seconds: float) -> bool:
        """Wait for new mail up to so long; True if something came since the last watch (the first has no "since").

        Whether something came is read from UIDNEXT alone: what a server says during IDLE only ends the wait early,
        so that a split line, a missed line or a reconnection loses nothing.
        """
        until = time.monotonic() + seconds
        lost = at_once = False
        while True:
            with self.line.asking("waiting for new mail") as client:
                if self._news(client):
                    return True
                left = until - time.monotonic()
                if left <= 0:
                    return False
                try:
                    at_once = imap_idle.wait(client, left, at_hand=not at_once)
                    continue
                except FAILURES:
                    if lost:  # twice in one watch: not a server that ended an old IDLE
                        raise
                    lost = True
            self.line.drop()

    def close(self) -> None:
        """Log out; never raises."""
        self.line.close()

    def _forget(self) -> None:
        """The connection is gone, and what was known of it."""
        self._opened = None
        self._ahead.forget()
        self._names.forget()

    def _select(self, client: Any, name: str, *, readonly: bool) -> _Opened:
        self._opened = None  # after a refused SELECT no folder is selected (RFC 3501 6.3.1)
        try:
            answer = client.select_folder(name, readonly)
        except IMAPClientError as error:
            if name == self._inbox and imap_folders.absent(client, name, error):
                raise no_inbox(name, self._account.host, self._account.port) from error
            raise
        self._opened = _Opened(
            name,
            readonly,
            validity=answer.get(b"UIDVALIDITY", 0),
            exists=answer.get(b"EXISTS", 0),
            next_uid=answer.get(b"UIDNEXT", 0),
        )
        return self._opened

    def _stay_in_inbox(self, client: Any) -> None:
        """The inbox as waiting() saw it; UIDs under another UIDVALIDITY are other mails (RFC 3501 2.3.1.1)."""
        opened = self._opened
        if opened is None or opened.name != self._inbox or opened.readonly:
            opened = self._select(client, self._inbox, readonly=False)
        if self._validity not in (None, opened.validity):
            raise MailboxError(
                f"{self._account.host} renumbered the inbox (UIDVALIDITY); its mails are listed again", transient=True
            )

    def _look_into(self, client: Any, folder: str, known: str = "") -> _Opened | None:
        """The folder opened read-only; None if there is no such folder."""
        name = known or self._names.of(client, folder)
        if self._opened and self._opened.name == name and known:
            return self._opened
        try:
            return self._select(client, name, readonly=True)
        except IMAPClientError as error:
            if folder != INBOX and imap_folders.absent(client, name, error):
                return None
            raise

    def _into(self, client: Any, target: str, put: Callable[[], object]) -> None:
        """Put something into a folder; one that is not there (yet, or any more) is created, and the step repeated."""
        self._leave(client, target)
        try:
            put()
        except IMAPClientError as error:
            if not imap_folders.absent(client, target, error):
                raise
            imap_folders.create(client, target)
            put()

    def _leave(self, client: Any, target: str) -> None:
        """Not to stand in a folder that something is put into: Dovecot fails on a selected one that was deleted."""
        if self._opened and self._opened.name == target:
            self._select(client, self._inbox, readonly=False)

    def _news(self, client: Any) -> bool:
        """Whether the inbox got a mail since the last look; the first look only sets the mark."""
        opened = self._select(client, self._inbox, readonly=True)
        before, self._mark = self._mark, (opened.validity, opened.next_uid or opened.exists)
        return before is not None and (before[0] != self._mark[0] or self._mark[1] > before[1])
