"""Decides which parts of a mail are a machine's report (RFC 6522): delivery status, receipts, complaints about spam.

The standard parser opens every message/* part as if it were a mail; here they are read as the blocks of fields that
they are. Parts inside an attached mail are that mail's: a person who attaches a bounce does not make one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as MimeMessage

from mailbot.mail import mime
from mailbot.mail.bounce_texts import FAILED_SUBJECT, REFUSED_SUBJECT
from mailbot.mail.model import Message

REPORT_MAX = 128 * 1024  # bytes of a mail in which its report is looked for: what came back stands after it
TEXT_MAX = 64 * 1024
PARTS_MAX = 200
STATUS = "delivery-status"
RECEIPT = "disposition-notification"
COMPLAINT = "feedback-report"
TLS = "tlsrpt"
_NAMES = {
    "message/delivery-status": STATUS,
    "message/global-delivery-status": STATUS,
    "message/disposition-notification": RECEIPT,
    "message/global-disposition-notification": RECEIPT,
    "message/feedback-report": COMPLAINT,
    "message/x-arf": COMPLAINT,
    "application/tlsrpt+gzip": TLS,
    "application/tlsrpt+json": TLS,
}
_NOT_TAKEN = re.compile(r"^disposition[ \t]{0,3}:[^\n]{0,200};[ \t\n]{0,4}(?:deleted|denied|failed)", re.MULTILINE)
# What is looked for first: "global-delivery-status" has "delivery-status" in it.
_MARKS = tuple({name.rpartition("/")[2].removeprefix("global-").encode(): None for name in _NAMES})


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One part of a report: its kind and its blocks of fields as text."""

    kind: str
    text: str


def of(message: Message) -> tuple[ReportPart, ...]:
    """The report parts of the mail, in order."""
    small = message.raw[:REPORT_MAX]
    lower = small.lower()
    if not any(mark in lower for mark in _MARKS):
        return ()
    found = []
    stack = [mime.parse(small)[0]]
    for _ in range(PARTS_MAX):
        if not stack:
            break
        part = stack.pop()
        kind = _NAMES.get(mime.content_type(part))
        if kind:
            found.append(ReportPart(kind, _text(part)))
        elif mime.content_type(part) not in mime.CLOSED:
            stack += reversed(mime.children(part))
    return tuple(found)


def refuses(message: Message, reports: tuple[ReportPart, ...]) -> bool:
    """Whether a receipt is a mailbox's refusal (Dovecot's full mailbox, Sieve's reject: RFC 5429 2.2.1).

    Only its subject tells: Outlook calls what nobody read "deleted" too.
    """
    subject = message.subject
    if not (REFUSED_SUBJECT.search(subject) or FAILED_SUBJECT.search(subject)):
        return False
    said = " ".join(part.text.lower() for part in reports if part.kind == RECEIPT)
    return bool(_NOT_TAKEN.search(said))


def _text(part: MimeMessage) -> str:
    """The part's blocks of fields, however the parser has taken it apart."""
    blocks = mime.children(part)
    if not part.is_multipart():
        return _lines(mime.data(part).decode("utf-8", "replace"))
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        carrier = MimeMessage()
        carrier["content-transfer-encoding"] = "base64"
        carrier.set_payload("".join(_body(each) for each in blocks))
        return _lines(mime.data(carrier).decode("utf-8", "replace"))
    return _lines("\n\n".join(f"{_fields(each)}\n\n{_body(each)}" for each in blocks))


def _fields(part: MimeMessage) -> str:
    return "\n".join(f"{name}: {value}" for name, value in part.raw_items())


def _body(part: MimeMessage) -> str:
    return "" if part.is_multipart() else mime.content(part).decode("utf-8", "replace")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")[:TEXT_MAX]
