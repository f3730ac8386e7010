"""Decides which mails lie in a mail: attached as such (RFC 2046 5.2.1), or saved first and sent as a file.

Must never take a file for a mail by its name alone: what names no sender in its header is none.
"""

from __future__ import annotations

from mailbot.mail import attachments, message
from mailbot.mail.model import Message

MAILS_MAX = 20
_BYTES_MAX = 10_000_000  # of one saved mail that is opened
_NAMES = (".eml", ".email", ".mht")
_TYPES = ("message/rfc822", "message/global", "application/eml", "application/x-eml")


def enclosed(outer: Message) -> tuple[Message, ...]:
    """The mails inside, in order."""
    if outer.attached or not any(_is_saved(part.type, part.name) for part in outer.parts):
        return outer.attached
    found = (
        message.read(file.data)
        for file in attachments.files(outer)
        if _is_saved(file.type, file.name) and len(file.data) <= _BYTES_MAX
    )
    return tuple(each for each in found if each.sender)[:MAILS_MAX]


def _is_saved(kind: str, name: str) -> bool:
    return kind in _TYPES or name.casefold().endswith(_NAMES)
