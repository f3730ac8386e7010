"""Copies of letters that have left, in Sent: asked for once, unless the server files them by itself.

Decides which copies to make and when a letter counts as filed; what a crash forgets is found in Sent. While many
letters leave, the copies of the earlier ones are made beside: nothing waits for the mailbox, and where it fails they
are left to the end of the cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from mailbot.adapters.ledger import Ledger, OutboxRow
from mailbot.adapters.ports import SENT, Mailbox
from mailbot.commits import Record
from mailbot.errors import MailboxError

AT_ONCE = 20  # letters with photos have up to 10 MB each
SMALL = 200_000  # bytes; a larger one is put into Sent by itself
ASKED_FOR = 5  # letters in a row that a server which files them by itself would have filed


class Filing:
    """Files the copies. sent: the setting `[imap] sent`; record: one durable step."""

    def __init__(self, ledger: Ledger, mailbox: Mailbox, record: Record, sent: str) -> None:
        self._ledger, self._mailbox, self._record, self._sent = ledger, mailbox, record, sent
        self._just_left: set[str] = set()  # letters that left in this run and were never tried to be filed
        self._small: list[OutboxRow] = []  # of those, what can be filed while others leave
        self._left_out = 0  # how many of those in a row were not in Sent
        self._begun: tuple[Callable[[], bool], Sequence[OutboxRow]] | None = None  # copies on their way
        self._failed = False

    def left(self, row: OutboxRow) -> None:
        """A letter has just left, and its outcome will be recorded."""
        self._just_left.add(row.message_id)
        if self._sent != "server" and not self._failed and len(row.raw) <= SMALL:
            self._small.append(row)

    def ahead(self) -> tuple[OutboxRow, ...]:
        """Letters that are filed by now, to be recorded with what is recorded next; the copies of others are begun."""
        done = self._ended()
        if len(self._small) >= AT_ONCE:
            rows, self._small = self._small, []
            try:
                self._begin(rows)
            except MailboxError:
                self._failed = True  # whoever files the rest is told of it
        return done

    def rest(self) -> int:
        """File all that has left and is not filed; the number of letters. Raises MailboxError."""
        filed = 0
        self._small.clear()
        if done := self._ended():
            self._record((), done)
            filed = len(done)
        while rows := self._ledger.outbox(("sent",), AT_ONCE):
            if self._sent != "server":
                self._append([row for row in rows if not self._is_filed(row.message_id)])
            self._record((), _filed(rows))
            filed += len(rows)
        self._left_out, self._failed = 0, False  # the next time is another day
        return filed

    def _begin(self, rows: Sequence[OutboxRow]) -> None:
        missing = [row for row in rows if not self._is_filed(row.message_id)]
        copies = [(row.raw, row.at) for row in missing]
        self._begun = self._mailbox.begin_append(SENT, copies) if copies else _nothing_to_do, rows

    def _ended(self) -> tuple[OutboxRow, ...]:
        """The letters whose copies were begun, as filed; none where it did not come to that."""
        begun, self._begun = self._begun, None
        if begun is None:
            return ()
        there, rows = begun
        self._failed = not there()
        return () if self._failed else _filed(rows)

    def _append(self, rows: Sequence[OutboxRow]) -> None:
        """Copies into Sent: small letters together, one with photos alone."""
        small = [row for row in rows if len(row.raw) <= SMALL]
        if small:
            self._mailbox.append_all(SENT, [(row.raw, row.at) for row in small])
        for row in rows:
            if len(row.raw) > SMALL:
                self._mailbox.append(SENT, row.raw, row.at)

    def _is_filed(self, message_id: str) -> bool:
        """Whether Sent has the letter; not asked of one that left just now, once the server has filed none of a few.

        Asking for each takes as long as sending it. One that an earlier run may have filed is always asked for.
        """
        just_left = message_id in self._just_left
        self._just_left.discard(message_id)  # from here on it may be there
        if just_left and self._left_out >= ASKED_FOR:
            return False
        found = self._mailbox.holds(SENT, message_id)
        if just_left:
            self._left_out = 0 if found else self._left_out + 1
        return found


def _nothing_to_do() -> bool:
    return True


def _filed(rows: Sequence[OutboxRow]) -> tuple[OutboxRow, ...]:
    return tuple(replace(row, status="filed", raw=b"") for row in rows)
