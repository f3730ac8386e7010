"""Decides what a mail says, from its bytes: one `Message` for every other room.

Total: any bytes at all are a mail; must never raise, never follow a name to a file, never read the clock.
Carries out RFC 5322 (message), RFC 2045-2047 (MIME), RFC 2046 5.2.1 (attached mails, read by the same function).
"""

from __future__ import annotations

import hashlib

from mailbot.mail import bodies, headers, mime
from mailbot.mail.headers import RawFields
from mailbot.mail.model import Address, Message

ATTACHED_DEPTH_MAX = 5
ATTACHED_MAX = 20
SUBJECT_MAX = 1_000
DEFECTS_MAX = 30
UNREAD_BYTES = 65_536
ONCE = ("from", "sender", "reply-to", "to", "date", "subject", "message-id")
CUT = "only the beginning of the mail was read"  # the defect of one too large to be fetched whole


def read(raw: bytes, *, truncated: bool = False) -> Message:
    """The mail that these bytes are; `truncated` says that only the beginning of it was fetched."""
    return _read(raw, (CUT,) if truncated else (), 0)


def unread(raw: bytes) -> Message:
    """A mail that must not be parsed, for parsing it killed the program: nothing is known of it but its bytes."""
    return Message(
        raw=raw, key=unread_key(raw), message_id="", references=(), sender=None, from_count=0, reply_to=(), to=(),
        subject="", date=None, headers=(), text="", parts=(), attached=(), defects=("not read",),
    )  # fmt: skip


def unread_key(raw: bytes) -> str:
    """The seen key of such a mail: of its first bytes as they lie in the mailbox."""
    return "unread-" + hashlib.sha256(raw[:UNREAD_BYTES]).hexdigest()[:32]


def _read(raw: bytes, noted: tuple[str, ...], depth: int) -> Message:
    structure, defects = mime.parse(raw)
    leaves = list(mime.leaves(structure))
    hint = bodies.charset(leaves)
    raw_fields = headers.by_name(structure)
    sender, from_count = _sender(raw_fields, hint)
    subject = headers.text(next(iter(headers.raw_values(raw_fields, "subject", hint)), ""), hint)[:SUBJECT_MAX]
    date = next(iter(headers.raw_values(raw_fields, "date")), "")
    message_id = headers.message_id(next(iter(headers.raw_values(raw_fields, "message-id")), ""))
    text, hindered = bodies.words(leaves, structure)
    attached = _attached(leaves, depth)
    if attached:
        hindered = tuple(each for each in hindered if each != bodies.NO_WORDS)
    said = (*noted, *defects, *_repeated(raw_fields), *(leaf.defect for leaf in leaves if leaf.defect), *hindered)
    return Message(
        raw=raw,
        key=_key(message_id, sender.key if sender else "", headers.one_line(date), subject, text),
        message_id=message_id,
        references=headers.references(raw_fields),
        sender=sender,
        from_count=from_count,
        reply_to=_addresses(raw_fields, hint, "reply-to"),
        to=_addresses(raw_fields, hint, "to", "cc"),
        subject=subject,
        date=headers.date(date),
        headers=headers.fields(structure, hint),
        text=text,
        parts=bodies.parts(leaves),
        attached=attached,
        defects=tuple(dict.fromkeys(said))[:DEFECTS_MAX],
    )


def _repeated(raw_fields: RawFields) -> list[str]:
    """Fields that may stand only once and stand more often (RFC 5322 3.6); of each the topmost counts."""
    return [f"more than one {name}" for name in ONCE if len(raw_fields.get(name, ())) > 1]


def _sender(raw_fields: RawFields, hint: str) -> tuple[Address | None, int]:
    """The first From mailbox, and how many there are.

    What cannot be read as a mailbox counts too, so that a second, broken From never proves the first. A From
    that breaks the grammar yet holds one address can be answered, but counts as 0: it proves nobody either.
    """
    values = headers.raw_values(raw_fields, "from", hint)
    found, unread = headers.addresses(values)
    if found:
        return found[0], len(found) + unread
    return headers.only_mailbox(values), 0


def _addresses(raw_fields: RawFields, hint: str, *names: str) -> tuple[Address, ...]:
    values = [value for name in names for value in headers.raw_values(raw_fields, name, hint)]
    return headers.addresses(values)[0]


def _attached(leaves: list[mime.Leaf], depth: int) -> tuple[Message, ...]:
    """The mails attached to this one, in order, each with those attached to it."""
    if depth >= ATTACHED_DEPTH_MAX:
        return ()
    closed = [leaf for leaf in leaves if leaf.type in mime.CLOSED][:ATTACHED_MAX]
    return tuple(_read(raw, (), depth + 1) for raw in (mime.data(leaf.part) for leaf in closed) if raw.strip())


def _key(*values: str) -> str:
    """The seen key: the same for every delivery of one mail, whatever path it took (DESIGN "Identity")."""
    joined = "\x00".join(" ".join(value.split()) for value in values)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:32]
