"""An approved letter as bytes for the wire: RFC 5322 header, text and HTML, identification fields unfolded.

Python's mail library RFC 2047-encodes long Message-IDs when it folds them, and a reply to an
80-character Outlook id then matches nothing; so In-Reply-To, References and Message-ID are written
here by hand, one id a line (RFC 5322 3.6.4 allows folding between ids). All letters have one shape,
two alternatives, and it is written here too: the library's model of a message takes ten times as
long. It still writes every field that is not plain words on one line.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from mailbot.letters.guard import Approved

_SAFE_ID = re.compile(r"<[!-;=?-~]{1,900}>")  # printable ASCII without angle brackets or blanks; a line holds 998
_LINE = 76  # RFC 2045 6.7 and RFC 2047 2: the longest line of quoted-printable, or with an encoded word
# What no letter may hold: marks of our own, halves of characters, controls. No mail that was read holds them either.
_UNFIT = re.compile("[\ue000-\uf8ff\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNFIT_BYTES = bytes(range(0x20)).translate(None, b"\t\n\r")  # the same, where all is ASCII
_SHORT = 200  # bytes of a line that is kept for the next letter: templates have no longer ones, customers do
_MOST_REFERENCES = 20  # enough for every client to thread by
_POLICY = SMTP.clone(max_line_length=_LINE)
# What the library writes as it stands: words of letters and digits with one blank between them, and an address made of
# such words (RFC 5322 3.2.3 has more, which are left to the library).
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9]+(?:[.+_-][A-Za-z0-9]+)*@[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9]+(?:[ :,+.-]{1,2}[A-Za-z0-9]+)*")


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
    fields = [
        _identification(draft.message_id, envelope.answers),
        _subject(draft.subject),
        _address("From", envelope.desk_name, envelope.desk_address),
        _address("To", envelope.to_name, envelope.to),
        _field("Date", format_datetime(at)),
        _address("Reply-To", envelope.desk_name, envelope.reply_to) if envelope.reply_to else b"",
        _field("Auto-Submitted", "auto-replied" if envelope.prompted else "auto-generated"),
        _field("X-Auto-Response-Suppress", "All"),
        _field("X-Mailbot-Case", envelope.case),
        _field("X-Mailbot-Letter", draft.send.letter),
        _field("X-Mailbot-Rehearsed-For", _one_line(envelope.rehearsed_for)) if envelope.rehearsed_for else b"",
    ]
    # A boundary of our own, so that one letter is always the same bytes; "=_" stands nowhere in quoted-printable.
    boundary = f"=_{draft.message_id[1:].partition('@')[0]}".encode("ascii")
    kind = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="' + boundary + b'"\r\n'
    parts = (b"\r\n--" + boundary + b"\r\n" + _part(*each) for each in (("plain", text), ("html", html)))
    return b"".join((*fields, kind, *parts, b"\r\n--", boundary, b"--\r\n"))


def _part(subtype: str, text: str) -> bytes:
    """A text in quoted-printable (RFC 2045 6.7), every line end CRLF whatever it was, and one at the end."""
    if text.isascii():
        data = text.encode("ascii").translate(None, _UNFIT_BYTES)
    else:
        data = _UNFIT.sub("", text).encode("utf-8")
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    whole = (lines if lines.endswith(b"\n") else lines + b"\n").replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode("ascii") + b"".join([_line(line + b"\n") for line in whole[:-1].split(b"\n")])


def _line(line: bytes) -> bytes:
    """Each line stands for itself (RFC 2045 6.7), and most lines of a letter are those of its template."""
    return _known_line(line) if len(line) <= _SHORT else b2a_qp(line)


_known_line = lru_cache(maxsize=4096)(b2a_qp)


def _field(name: str, value: Address | str) -> bytes:
    """A header field; what is more than plain words on one line is folded and encoded by the library."""
    if isinstance(value, str) and len(name) + len(value) + 2 <= _LINE and _PLAIN_VALUE.fullmatch(value):
        return f"{name}: {value}\r\n".encode("ascii")
    return _POLICY.fold_binary(*_POLICY.header_store_parse(name, value))


def _subject(subject: str) -> bytes:
    """Folded by hand (RFC 5322 2.2.3): Python's policy begins a long one on the next line, with a blank before it."""
    said = _one_line(subject, len(subject))
    plain = said.isascii() and "=?" not in said  # words that look encoded are shown as they stand
    if plain and len(said) + len("Subject: ") <= _LINE:
        return f"Subject: {said}\r\n".encode("ascii")
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


@lru_cache(maxsize=64)  # the desk's own and colleagues' stand in letter after letter
def _address(field: str, name: str, address: str) -> bytes:
    shown = _one_line(name)
    line = f"{field}: {shown} <{address}>\r\n" if shown else f"{field}: {address}\r\n"
    if len(line) - 2 <= _LINE and _PLAIN_ADDRESS.fullmatch(address) and (not shown or _PLAIN_NAME.fullmatch(shown)):
        return line.encode("ascii")
    return _field(field, _mailbox(shown, address))


def _mailbox(name: str, address: str) -> Address | str:
    local, _, domain = address.rpartition("@")
    try:
        # A name that looks like an encoded word would be decoded by the receiver (RFC 2047 5), with all that is in it.
        return Address(display_name=name.replace("=?", "= ?"), username=local, domain=domain)
    except (ValueError, IndexError):
        return _one_line(address)  # not an address by RFC 5322: the mail server will refuse it, and staff hear of it


def _one_line(text: str, longest: int = 200) -> str:
    return " ".join(_UNFIT.sub("", text).split())[:longest]
