"""Decides which letter a report brings back: its Message-ID, and to whom it had been sent.

Only what stands in the report counts: the attached mail or its header, the copy below the report's own words, the
report's fields, the ids that it answers. Whether the id is one of ours is for the ledger: a forged report names none.
"""

from __future__ import annotations

import re

from mailbot.mail import mime
from mailbot.mail.headers import ids, message_id
from mailbot.mail.model import Message
from mailbot.mail.report_parts import ReportPart

TEXT_MAX = 100_000
_HEADERS = frozenset(
    {"text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers", "message/partial"}
)
_MESSAGE_ID = re.compile(
    r"(?im)^[> \t*"
    r"|]{0,12}(?:x-)?(?:original[- ])?message-?[ ]?id[ \t]{0,3}[:：=][ \t]{0,8}(?:\n[> \t]{1,8})?<?([^<>\s]{1,400"
    r"}@[^<>\s]{1,400}?)>?[ \t\r]{0,8}$"
)
_TO = re.compile(
    r"(?im)^[> \t]{0,8}(?:to|cc"
    r"|x-hmxmroriginalrecipient)[ \t]{0,3}:[ \t]{0,8}([^\n]{1,400}(?:\n[ \t][^\n]{1,400}){0,5})"
)
_ADDRESS = re.compile(r"[\w.+=&'/~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NAMED = (
    "x-original-message-id",
    "original-message-id",
    "x-ms-exchange-message-id",
    "x-envelope-message-id",
    "x-mailru-original-message-id",
)


def original_id(message: Message, leaves: list[mime.Leaf], reports: tuple[ReportPart, ...]) -> str:
    """The Message-ID of the letter that came back, '' where the report does not say."""
    for attached in message.attached:
        if attached.message_id:
            return attached.message_id
    for text in (*header_copies(leaves), message.text[:TEXT_MAX], *(part.text for part in reports)):
        found = _MESSAGE_ID.search(text)
        if found:
            return message_id(f"<{found[1]}>")
    said = (*(message.header(name) for name in _NAMED), message.header("in-reply-to"), *message.references)
    return next(iter(ids(said)), "")


def recipients(message: Message, leaves: list[mime.Leaf], copy: str) -> list[str]:
    """To whom the letter had been sent, by the mail, header or copy that came back."""
    if message.attached:
        return [each.key for each in message.attached[0].to]
    for text in (*header_copies(leaves), copy):
        found = [address.casefold() for field in _TO.findall(text[:TEXT_MAX]) for address in _ADDRESS.findall(field)]
        if found:
            return found
    return []


def header_copies(leaves: list[mime.Leaf]) -> list[str]:
    """The letter's header: in a part of its own (RFC 6522 4), or where a server took it for the part's (Mail2000)."""
    return [
        _text(leaf)
        for leaf in leaves
        if leaf.type in _HEADERS or mime.parameter(leaf.part, "name").endswith("headers.txt")
    ] + [_header(leaf) for leaf in leaves[1:] if mime.field(leaf.part, "message-id")]


def _header(leaf: mime.Leaf) -> str:
    return "\n".join(f"{name}: {value}" for name, value in leaf.part.raw_items())[:TEXT_MAX]


def _text(leaf: mime.Leaf) -> str:
    return mime.data(leaf.part)[:TEXT_MAX].decode("utf-8", "replace").replace("\r\n", "\n")
