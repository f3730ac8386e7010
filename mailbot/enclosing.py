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
from mailbot.cases.model import Case
from mailbot.cases.recognised import has_files
from mailbot.errors import MailboxError
from mailbot.letters.photos import Photo, attached, fitting, photos_in, takes_photos
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.process.vocabulary import CUSTOMER, FORM, OUTSIDE, PARTIES, PHOTOS

MOST_MAILS = 20  # of a case, the newest; a customer who writes more often has sent the photos again
RECENT_BYTES = 16 * 1024 * 1024  # four batches of usual mails, a twentieth of what reading one mail may take
LARGEST = 40_000_000  # bytes of one mail: Gmail and Outlook.com let 25 MB of files out, a third more on the wire


@dataclass(frozen=True, slots=True)
class Carried:
    """kind: what a letter of that code carries (photos, form or ''). paper: the form of a case, None for no form."""

    kind: Callable[[str], str]
    paper: Callable[[Case], Photo | None]


class Recent:
    """Mails with files that were just taken in: most letters that carry their photos leave within the same cycle."""

    def __init__(self) -> None:
        self._mails: dict[str, Message] = {}
        self._bytes = 0

    def keep(self, message: Message) -> None:
        """Have it at hand; of more than there is room for, the oldest have to be fetched again."""
        cut = messages.CUT in message.defects  # its last photo may be half a one
        if cut or message.key in self._mails or len(message.raw) > RECENT_BYTES or not has_files(message):
            return
        self._bytes += len(message.raw)
        self._mails[message.key] = message
        while self._bytes > RECENT_BYTES:
            self._bytes -= len(self._mails.pop(next(iter(self._mails))).raw)

    def get(self, key: str) -> Message | None:
        """The mail with that seen key, if it is at hand."""
        return self._mails.get(key)

    def forget(self) -> None:
        """Nothing is at hand any more."""
        self._mails.clear()
        self._bytes = 0


class Enclosing:
    """What one run of letters carries: a mailbox that failed is not asked again, two letters of a case ask once."""

    def __init__(self, ledger: Ledger, mailbox: Mailbox, carried: Carried, recent: Recent) -> None:
        self._ledger, self._mailbox, self._carried, self._recent = ledger, mailbox, carried, recent
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
        for message in self._mails(case) if case else ():
            seen = list({photo.data: photo for photo in (*found, *photos_in(message))}.values())
            found = fitting(seen)
            left_out += len(seen) - len(found)
        if left_out:
            logs.photos_left_out(row.case, row.letter, left_out)
        return found

    def _mails(self, case: Case) -> Iterator[Message]:
        """The mails of the customer and of colleagues that hold files, oldest first, as far as they can be had."""
        theirs = {mail.key: mail for mail in case.mails if mail.files and mail.party in PARTIES}
        for mail in list(theirs.values())[-MOST_MAILS:]:
            message = self._recent.get(mail.key) or self._fetched(mail.message_id)
            if message and message.key == mail.key:  # else another one with its Message-ID, which anybody can write
                yield message

    def _fetched(self, message_id: str) -> Message | None:
        """The mail where it was moved to, or in the inbox, if it could not be moved yet."""
        raw = self._bytes(message_id) if message_id else None
        return None if raw is None else messages.read(raw)

    def _bytes(self, message_id: str) -> bytes | None:
        try:
            for folder in (CASES, INBOX) if self._reached else ():
                raw = self._mailbox.fetch(folder, message_id, LARGEST)
                if raw is not None:
                    return raw
        except MailboxError as error:
            self._reached = False
            logs.trouble(f"letters leave without photos: {error}")
        return None
