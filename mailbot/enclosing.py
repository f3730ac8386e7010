"""What a letter carries, put in as it first leaves: the customer's photos to staff, the form as a PDF to the customer.

`attach: photos`: staff never log in, so a photo that is not in their mail does not exist for them. Takes files only
from mails that the customer and colleagues wrote on the case, never from a stranger's. A letter never waits for a
picture: without a mailbox, or with a mail that is gone, it leaves without. `attach: form`: the form with what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mailbot import logs
from mailbot.adapters.ledger import Ledger, OutboxRow
from mailbot.adapters.ports import CASES, INBOX, Mailbox
from mailbot.cases.model import Case, CaseMail
from mailbot.errors import MailboxError
from mailbot.letters.photos import Photo, attached, fitting, photos_in, takes_photos
from mailbot.mail import message as messages
from mailbot.process.vocabulary import CUSTOMER, FORM, OUTSIDE, PARTIES, PHOTOS

MOST_MAILS = 20  # of a case, the newest; a customer who writes more often has sent the photos again
LARGEST = 40_000_000  # bytes of one mail: Gmail and Outlook.com let 25 MB of files out, a third more on the wire


@dataclass(frozen=True, slots=True)
class Carried:
    """kind: what a letter of that code carries (photos, form or ''). paper: the form of a case, None for no form."""

    kind: Callable[[str], str]
    paper: Callable[[Case], Photo | None]


class Enclosing:
    """What one run of letters carries: a mailbox that failed is not asked again, two letters of a case ask once."""

    def __init__(self, ledger: Ledger, mailbox: Mailbox, carried: Carried) -> None:
        self._ledger, self._mailbox, self._carried = ledger, mailbox, carried
        self._reached = True
        self._last: tuple[str, tuple[Photo, ...]] = ("", ())

    def enclosed(self, row: OutboxRow) -> OutboxRow:
        """The letter as it is to leave. One that may have left before keeps its bytes."""
        kind = self._carried.kind(row.letter)
        if not kind or row.attempts > 0 or row.doubts > 0 or not takes_photos(row.raw):
            return row
        if kind == FORM and row.audience == CUSTOMER:
            return replace(row, raw=attached(row.raw, self._form(row)))
        if kind == PHOTOS and row.audience not in OUTSIDE:
            if row.case != self._last[0]:
                self._last = (row.case, self._photos(row))
            return replace(row, raw=attached(row.raw, self._last[1]))
        return row

    def _form(self, row: OutboxRow) -> tuple[Photo, ...]:
        case = self._ledger.case(row.case)
        paper = self._carried.paper(case) if case else None
        return (paper,) if paper else ()

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
