"""An approved letter as bytes for the wire: RFC 5322 header, text and HTML, identification fields unfolded.

Python's mail library RFC 2047-encodes long Message-IDs when it folds them, and a reply to an
80-character Outlook id then matches nothing; so In-Reply-To, References and Message-ID are written
here by hand, one id a line (RFC 5322 3.6.4 allows folding between ids).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailbot.letters.guard import Approved

_SAFE_ID = re.compile(r"<[!-;=?-~]{1,900}>")  # printable ASCII without angle brackets or blanks; a line holds 998
_LINE = 76  # RFC 2045 6.7 and RFC 2047 2: the longest line of quoted-printable, or with an encoded word
# What no letter may hold: marks of our own, halves of characters, controls. No mail that was read holds them either.
_UNFIT = re.compile("[\ue000-\uf8ff\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_REFERENCES = 20  # enough for every client to thread by


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom the mail says it is from and to, and what it answers. `case` is '' for a matter of the desk."""

    desk_name: str
    desk_address: str
    to_name: str
    to: str
    case: str
    answers: tuple[str, ...]  # Message-IDs, the answered mail first
    prompted: bool  # answers somebody: auto-replied; fired by the clock: auto-generated (RFC 3834 5)
    reply_to: str = ""
    rehearsed_for: str = ""


def letter(approved: Approved, text: str, html: str, envelope: Envelope, at: datetime) -> bytes:
    """The letter as RFC 5322 bytes with CRLF line ends."""
    draft = approved.draft
    mail = EmailMessage(policy=SMTP.clone(max_line_length=_LINE))
    mail["From"] = _address(envelope.desk_name, envelope.desk_address)
    mail["To"] = _address(envelope.to_name, envelope.to)
    mail["Date"] = format_datetime(at)
    if envelope.reply_to:
        mail["Reply-To"] = _address(envelope.desk_name, envelope.reply_to)
    mail["Auto-Submitted"] = "auto-replied" if envelope.prompted else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Mailbot-Case"] = envelope.case
    mail["X-Mailbot-Letter"] = draft.send.letter
    if envelope.rehearsed_for:
        mail["X-Mailbot-Rehearsed-For"] = _one_line(envelope.rehearsed_for)
    mail.set_content(_UNFIT.sub("", text), cte="quoted-printable")
    mail.add_alternative(_UNFIT.sub("", html), subtype="html", cte="quoted-printable")
    # A boundary of our own, so that one letter is always the same bytes; "=_" stands nowhere in quoted-printable.
    mail.set_boundary(f"=_{draft.message_id[1:].partition('@')[0]}")
    return _identification(draft.message_id, envelope.answers) + _subject(draft.subject) + mail.as_bytes()


def _subject(subject: str) -> bytes:
    """Folded by hand (RFC 5322 2.2.3): Python's policy begins a long one on the next line, with a blank before it."""
    said = _one_line(subject, len(subject))
    plain = said.isascii() and "=?" not in said  # words that look encoded are shown as they stand
    folded = Header(said, "us-ascii" if plain else "utf-8", _LINE, "Subject").encode(linesep="\r\n")
    return f"Subject: {folded}\r\n".encode("ascii")


def _identification(message_id: str, answers: tuple[str, ...]) -> bytes:
    known = [found for found in answers if _SAFE_ID.fullmatch(found)]
    lines = [f"Message-ID: {message_id}"]
    if known:
        lines.append(f"In-Reply-To: {known[0]}")
    # Its own id too: some clients answer with References alone, copied from ours (DESIGN.md "References").
    ids = [*reversed(known[:_MOST_REFERENCES]), message_id]
    lines.append("References: " + "\r\n ".join(ids))
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _address(name: str, address: str) -> Address | str:
    local, _, domain = address.rpartition("@")
    try:
        # A name that looks like an encoded word would be decoded by the receiver (RFC 2047 5), with all that is in it.
        return Address(display_name=_one_line(name).replace("=?", "= ?"), username=local, domain=domain)
    except (ValueError, IndexError):
        return _one_line(address)  # not an address by RFC 5322: the mail server will refuse it, and staff hear of it


def _one_line(text: str, longest: int = 200) -> str:
    return " ".join(_UNFIT.sub("", text).split())[:longest]
