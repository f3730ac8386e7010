"""Decides which parts of a mail a reader meets, in which order, and what each is (RFC 2045, 2046, 2183).

Must never raise and never take long. Attached mails stay closed here: what is inside a message/rfc822 part is never
taken for the sender's words. What is wrapped in a part (winmail.dat, a signature's envelope) is unwrapped, and the
files in it are leaves like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message as MimeMessage

from mailbot.mail import bounds, parameters, structure, transfer, wrapped
from mailbot.mail.pieces import CLOSED as CLOSED
from mailbot.mail.pieces import Leaf as Leaf
from mailbot.mail.pieces import Node

# What other people's readers raise on hostile bytes; a bug of ours must not hide behind `except Exception`.
PARSER_FAILURES = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


def parse(raw: bytes) -> tuple[MimeMessage, tuple[str, ...]]:
    """The mail's structure, and what was wrong with it."""
    return structure.tree(raw)


def leaves(message: MimeMessage) -> Iterator[Leaf]:
    """The parts in reading order, attached mails unopened; walks by a stack of its own, never by recursion."""
    stack = [(message, 0, False, False, 0)]
    count = groups = 0
    while stack and count < bounds.LEAVES_MAX:
        part, group, alternative, kept, depth = stack.pop()
        kind, said = content_type(part), disposition(part)
        groups += 1
        within = [] if kind in CLOSED or kind in structure.STATUS else children(part)
        if within:
            kept = kept or said == "attachment"
            inside = kind == "multipart/alternative"
            inner = (groups, True) if inside and not alternative else (group, alternative)
            stack += [(child, *inner, kept, depth) for child in reversed(within)]
            continue
        entity, defect = wrapped.entity(part, kind) if depth < wrapped.DEPTH_MAX else (None, "")
        if entity is not None:
            stack.append((entity, group, alternative, kept, depth + 1))
        file = kept or said not in ("", "inline") or kind in CLOSED or entity is not None
        leaf = Leaf(part, kind, group if alternative else groups, alternative, file, defect)
        unwrapped = wrapped.files(leaf) if entity is None and kind not in CLOSED else [leaf]
        count += len(unwrapped)
        yield from unwrapped


def content_type(part: MimeMessage) -> str:
    """The part's type, lower case; text/plain where none can be read (RFC 2045 5.2)."""
    return parameters.media_type(field(part, "content-type"), part.get_default_type())


def disposition(part: MimeMessage) -> str:
    """inline, attachment or '' (RFC 2183)."""
    return parameters.first_word(field(part, "content-disposition"))


def parameter(part: MimeMessage, name: str) -> str:
    """A parameter of Content-Type, '' where absent."""
    return parameters.parameters(field(part, "content-type")).get(name, "")


def field(part: MimeMessage, name: str) -> str:
    """The topmost field of that name, its bytes unread."""
    for key, value in part.raw_items():
        if key.lower() == name:
            return str(value)
    return ""


def data(part: MimeMessage) -> bytes:
    """The part's bytes with the transfer encoding taken off."""
    words = content_type(part).startswith("text/")
    return transfer.decode(content(part), field(part, "content-transfer-encoding"), words=words)


def content(part: MimeMessage) -> bytes:
    """The part's bytes as they lie in the mail."""
    if isinstance(part, Node):
        return part.content
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def children(part: MimeMessage) -> list[MimeMessage]:
    """The parts it falls into; none of a leaf."""
    payload = part.get_payload() if part.is_multipart() else ()  # of a leaf it would be decoded, by any charset's name
    return [each for each in payload if isinstance(each, MimeMessage)]
