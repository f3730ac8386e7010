"""Photos for the letters that carry them (`attach: photos`), looked up in the mailbox as a letter first leaves.

Staff never log in: a photo that is not in their mail does not exist for them. Takes files only from mails that the
customer and colleagues wrote on the case, never from a stranger's. A letter never waits for a picture: without a
mailbox, or with a mail that is gone, it leaves without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mailbot import logs
from mailbot.adapters.ledger import Ledger, OutboxRow
from mailbot.adapters.ports import CASES, INBOX, Mailbox
from mailbot.cases.model import Case, CaseMail
from mailbot.errors import MailboxError
from mailbot.letters.photos import Photo, attached, fitting, photos_in, takes_photos
from mailbot.mail import message as messages
from mailbot.process.vocabulary import OUTSIDE, PARTIES

MOST_MAILS = 20  # of a case, the newest; a customer who writes more often has sent the photos again
LARGEST = 40_000_000  # bytes of one mail: Gmail and Outlook.com let 25 MB of files out, a third more on the wire


class Enclosing:
    """The photos of one run of letters: a mailbox that failed is not asked again, two letters of a case ask once."""

    def __init__(self, ledger: Ledger, mailbox: Mailbox, carries: Callable[[str], bool]) -> None:
        self._ledger, self._mailbox, self._carries = ledger, mailbox, carries
        self._reached = True
        self._last: tuple[str, tuple[Photo, ...]] = ("", ())

    def enclosed(self, row: OutboxRow) -> OutboxRow:
        """The letter as it is to leave. One that may have left before keeps its bytes."""
        tried = row.attempts > 0 or row.doubts > 0 or not takes_photos(row.raw)
        if tried or not self._carries(row.letter) or row.audience in OUTSIDE:
            return row
        if row.case != self._last[0]:
            self._last = (row.case, self._photos(row))
        return replace(row, raw=attached(row.raw, self._last[1]))

    def _photos(self, row: OutboxRow) -> tuple[Photo, ...]:
        case = self._ledger.case(row.case)
        found: tuple[Photo, ...] = ()
        left_out = 0
        for raw, mail in self._mails(case) if case else ():
            message = messages.read(raw)
            if message.key != mail.key:
                continue  # another mail under the same Message-ID, which anybody can write
            seen = list({photo.data: photo for photo in (*found, *photos_in(message))}.values())
            found = fitting(seen)
            left_out += len(seen) - len(found)
        if left_out:
            logs.photos_left_out(row.case, row.letter, left_out)
        return found

    def _mails(self, case: Case) -> Iterator[tuple[bytes, CaseMail]]:
        """The mails of the customer and of colleagues, oldest first, as far as the mailbox has them."""
        theirs = {mail.key: mail for mail in case.mails if mail.message_id and mail.party in PARTIES}
        for mail in list(theirs.values())[-MOST_MAILS:]:
            raw = self._fetched(mail.message_id)
            if raw is not None:
                yield raw, mail

    def _fetched(self, message_id: str) -> bytes | None:
        """The mail where it was moved to, or in the inbox, if it could not be moved yet."""
        try:
            for folder in (CASES, INBOX) if self._reached else ():
                raw = self._mailbox.fetch(folder, message_id, LARGEST)
                if raw is not None:
                    return raw
        except MailboxError as error:
            self._reached = False
            logs.trouble(f"letters leave without photos: {error}")
        return None
