"""Decides which files came with a mail, and gives their bytes to those who read files (forms, photos).

Must never take the sender's words for a file, never follow a name to a path, never hand out more than the limits.
RFC 2183 (disposition), RFC 2046 5.2.1 (attached mails, one level deep: a colleague who forwards a customer's mail).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailbot.mail import bodies, mime
from mailbot.mail.model import Message

FILES_MAX = 100  # of one mail; people send ten, a telephone with a burst of photos thirty
FILE_BYTES_MAX = 40_000_000  # of one file; Gmail and Outlook.com let 25 MB out
TOTAL_BYTES_MAX = 60_000_000  # of all files of one mail


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody sent: its type as told, the name they gave (never a path), its bytes decoded."""

    type: str
    name: str
    data: bytes = field(repr=False)


def files(message: Message) -> tuple[File, ...]:
    """The files of a mail and of the mails attached to it, in order; the smaller ones where not all fit."""
    found: list[File] = []
    room = TOTAL_BYTES_MAX
    for each in (message, *message.attached):
        for leaf in _file_leaves(each):
            if len(found) >= FILES_MAX:
                return tuple(found)
            data = mime.data(leaf.part)
            if data and len(data) <= min(FILE_BYTES_MAX, room):
                room -= len(data)
                found.append(File(leaf.type, bodies.file_name(leaf.part), data))
    return tuple(found)


def _file_leaves(message: Message) -> Iterator[mime.Leaf]:
    structure, _ = mime.parse(message.raw)
    for leaf in mime.leaves(structure):
        if leaf.type not in mime.CLOSED and not leaf.spare and not bodies.is_body(leaf):
            yield leaf
