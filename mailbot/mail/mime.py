"""Decides how a mail's bytes fall into header fields and parts (RFC 2045, 2046).

Must never raise and never take long: the standard library reads a mail that is in order, mail-parser one that is not,
and what neither can read (thousands of nested multiparts) is taken flat, as header fields and one run of text.
Attached mails stay closed here: what is inside a message/rfc822 part is never taken for the sender's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as MimeMessage
from email.parser import BytesHeaderParser

import mailparser
from mailparser.exceptions import MailParserError, MailParserRecursionError

from mailbot.mail import bounds

# What parsers of other people raise on hostile bytes; a bug of ours must not hide behind `except Exception`.
PARSER_FAILURES = (
    MailParserError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)
LEAVES_MAX = 1_000
CLOSED = frozenset({"message/rfc822", "message/global"})  # RFC 2046 5.2.1, RFC 6532 3.7

# mail-parser writes a log line for every odd part, with the sender's words in it; the desk logs no customer text.
for _module in (mailparser.core, mailparser.utils):
    _module.log.disabled = True


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part that holds no further parts of this mail; `group` is shared by alternatives of the same words."""

    part: MimeMessage
    type: str
    group: int
    alternative: bool
    attached: bool  # sent to be kept as a file, not read as words


def parse(raw: bytes) -> tuple[MimeMessage, tuple[str, ...]]:
    """The mail's structure, and what was wrong with it."""
    small, defects = bounds.bounded(raw)
    if bounds.too_deep(small):
        return _flat(small), (*defects, "nested too deep: read as one run of text")
    sound = _sound(small)
    if sound is not None:
        return sound, defects
    try:
        parser = mailparser.parse_from_bytes(small)
        found = parser.message
        return found, (*defects, *sorted(str(each) for each in parser.defects_categories))
    except MailParserRecursionError:
        return _flat(small), (*defects, "nested too deep: read as one run of text")
    except PARSER_FAILURES as error:
        defects = (*defects, f"mail-parser: {type(error).__name__}")
    try:
        return message_from_bytes(small), defects
    except PARSER_FAILURES as error:
        return _flat(small), (*defects, f"{type(error).__name__}: read as one run of text")


def _sound(raw: bytes) -> MimeMessage | None:
    """The structure of a mail in whose parts nothing is wrong: mail-parser would only take four times as long."""
    try:
        message = message_from_bytes(raw)
    except PARSER_FAILURES:
        return None
    stack = [message]
    while stack:
        part = stack.pop()
        if part.defects:
            return None
        stack += _children(part)
    return message


def leaves(message: MimeMessage) -> Iterator[Leaf]:
    """The parts in reading order, attached mails unopened; walks by a stack of its own, never by recursion."""
    stack = [(message, 0, False, False)]
    count = groups = 0
    while stack and count < LEAVES_MAX:
        part, group, alternative, kept = stack.pop()
        kind = content_type(part)
        kept = kept or disposition(part) == "attachment"
        if part.is_multipart() and kind not in CLOSED:
            groups += 1
            inside = kind == "multipart/alternative"
            inner = (groups, True) if inside and not alternative else (group, alternative)
            stack += [(child, *inner, kept) for child in reversed(_children(part))]
            continue
        count += 1
        groups += 1
        named = bool(part.get("content-disposition")) and disposition(part) != "inline"
        yield Leaf(part, kind, group if alternative else groups, alternative, kept or named or kind in CLOSED)


def content_type(part: MimeMessage) -> str:
    """The part's type, lower case; text/plain where none can be read (RFC 2045 5.2)."""
    try:
        return part.get_content_type()
    except PARSER_FAILURES:
        return "text/plain"


def disposition(part: MimeMessage) -> str:
    """inline, attachment or '' (RFC 2183)."""
    try:
        return part.get_content_disposition() or ""
    except PARSER_FAILURES:
        return ""


def parameter(part: MimeMessage, name: str) -> str:
    """A parameter of Content-Type, '' where absent."""
    try:
        found = part.get_param(name, "")
    except PARSER_FAILURES:
        return ""
    return str(found[2] if isinstance(found, tuple) else found or "")


def data(part: MimeMessage) -> bytes:
    """The part's bytes with the transfer encoding taken off."""
    try:
        found = part.get_payload(decode=True)
    except PARSER_FAILURES:
        found = None
    return found if isinstance(found, bytes) else b""


def _children(part: MimeMessage) -> list[MimeMessage]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, MimeMessage)] if isinstance(payload, list) else []


def _flat(raw: bytes) -> MimeMessage:
    """Header fields and the body as it stands, its structure unread."""
    head, body = bounds.head_of(raw)
    message = BytesHeaderParser().parsebytes(head)
    for name in ("content-type", "content-transfer-encoding", "content-disposition"):
        del message[name]
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message
