"""Decides how much of a mail the parsers get to see, so that no mail can hold the desk up.

Cuts, never refuses: what is cut away is named as a defect, and the raw mail stays whole.
Must run in time linear in the size of the mail. The limits stand far above anything a person sends;
RFC 5322 2.1.1 allows 998 characters a line, and mail systems in use take some 100 fields of a few KB.
"""

from __future__ import annotations

import re
from itertools import islice

HEAD_MAX = 256 * 1024  # all header fields of the mail together
ADDRESSES_MAX = 32 * 1024  # all address fields together, some 800 recipients; mail-parser takes 30 us for each
FIELD_MAX = 16 * 1024  # one header field with its folds
PART_FIELD_MAX = 4 * 1024  # one Content-… field of a part: the standard library reads parameters in quadratic time
PARAMETERS_MAX = 60  # in such a field; a file name of 255 Chinese characters takes 33 (RFC 2231 3)
LINES_MAX = 1_500_000
PARTS_MAX = 2_000
MULTIPARTS_MAX = 400  # nested 1,000 deep they take the standard library a second to give up on
NESTING_WORK_MAX = 20_000_000  # lines times multiparts: every open multipart looks at every line

_PART_FIELD = re.compile(rb"[\r\n]content-[a-z-]{1,40}[ \t]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE)
_ADDRESS_FIELD = re.compile(rb"(resent-)?(from|to|cc|bcc|sender|reply-to)[ \t]*:|delivered-to[ \t]*:", re.IGNORECASE)
_HEADER_FIELD = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)(?:[ \t][^\r\n]*(?:\r\n|\r|\n|\Z))*")
_HEAD_END = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")


def bounded(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The mail as the parsers may have it, and what was cut."""
    defects: list[str] = []
    end = _HEAD_END.search(raw)
    cut = end.start() if end else len(raw)
    head, body = _head(raw[:cut], defects), raw[cut:]
    body = _lines(body, defects)
    body = _parts(body, defects)
    return _part_fields(b"\n" + head + body, defects)[1:], tuple(defects)


def too_deep(raw: bytes) -> bool:
    """Whether the nesting of multiparts would cost more than a mail is worth (then it is read flat)."""
    multiparts = raw.lower().count(b"multipart/")
    if multiparts > MULTIPARTS_MAX:
        return True
    return multiparts * (raw.count(b"\n") + raw.count(b"\r")) > NESTING_WORK_MAX


def head_of(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body, for a mail whose structure is not read."""
    end = _HEAD_END.search(raw)
    return (raw[: end.end()], raw[end.end() :]) if end else (raw, b"")


def _head(head: bytes, defects: list[str]) -> bytes:
    """The header block with over-long fields cut, and whole fields dropped past the limits."""
    kept: list[bytes] = []
    addresses = total = 0
    for field in _HEADER_FIELD.findall(head[: 2 * HEAD_MAX]):
        short = field if len(field) <= FIELD_MAX else field[:FIELD_MAX].rstrip(b"\r\n") + b"\r\n"
        if _ADDRESS_FIELD.match(field):
            addresses += len(short)
            if addresses > ADDRESSES_MAX:
                continue
        total += len(short)
        if total > HEAD_MAX:
            break
        kept.append(short)
    cut = b"".join(kept)
    if cut == head:
        return head
    defects.append("the header was cut: too long")
    return cut


def _lines(body: bytes, defects: list[str]) -> bytes:
    """The body up to LINES_MAX line ends."""
    if body.count(b"\n") + body.count(b"\r") <= 2 * LINES_MAX:
        return body
    defects.append("the body was cut: too many lines")
    ends = re.finditer(rb"[\r\n]", body)
    return body[: next(islice(ends, LINES_MAX, None)).start()]


def _parts(body: bytes, defects: list[str]) -> bytes:
    """The body up to PARTS_MAX lines that could be boundaries."""
    if body.count(b"\n--") + body.count(b"\r--") <= PARTS_MAX:
        return body
    defects.append(f"the body was cut after {PARTS_MAX} parts")
    marks = re.finditer(rb"[\r\n]--", body)
    return body[: next(islice(marks, PARTS_MAX, None)).start()]


def _part_fields(mail: bytes, defects: list[str]) -> bytes:
    """The mail with over-long Content-… fields cut."""
    pieces: list[bytes] = []
    done = 0
    for field in _PART_FIELD.finditer(mail):
        length = field.end() - field.start()
        if length < 2 * PARAMETERS_MAX:
            continue
        short = b";".join(field.group()[:PART_FIELD_MAX].split(b";")[:PARAMETERS_MAX])
        if len(short) < length:
            pieces += [mail[done : field.start()], short]
            done = field.end()
    if not pieces:
        return mail
    defects.append("a field of a part was cut: too long")
    return b"".join([*pieces, mail[done:]])
