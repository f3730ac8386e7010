"""Decides what a header value says whose words are encoded (RFC 2047), as senders really encode them.

Cut inside a character, without blanks between, with blanks or question marks inside, encoded twice, never ended.
Linear: looks for the end of each word once. Which fields may be decoded at all is decided in `headers`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from mailbot.mail import charsets, transfer

VALUE_MAX = 16_000  # characters that are looked at
WORDS_MAX = 1_000

_BEGIN = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?")
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_FOLD = re.compile(r"[ \t]?\r?\n[ \t]?")
_OPEN_END = re.compile(r"[A-Za-z0-9+/=_.-]{4,4000}\s{0,5}")
_BLANKS = " \t\r\n"


def decode(value: str, hint: str = "") -> str:
    """Encoded words decoded; neighbours of one charset are joined first, as senders cut characters in two."""
    if "=?" not in value:
        return value
    said = _once(value[:VALUE_MAX], hint)
    again = said.strip()
    if again.startswith("=?") and again.endswith("?=") and _BEGIN.match(again):
        return _once(again, hint)  # encoded twice
    return said


def _once(value: str, hint: str) -> str:
    pieces: list[str] = []
    pending, label, done = b"", "", 0
    for begin, end, charset, data in _words(value):
        between = value[done:begin]
        neighbour = bool(pending) and not between.strip(_BLANKS)
        if pending and not (neighbour and charset == label):
            pieces.append(charsets.decode(pending, label, hint))
            pending = b""
        if not neighbour:
            pieces.append(between)
        pending, label, done = pending + data, charset, end
    if pending:
        pieces.append(charsets.decode(pending, label, hint))
    return "".join(pieces) + value[done:]


def _words(value: str) -> Iterator[tuple[int, int, str, bytes]]:
    """(begin, end, charset, bytes) of each encoded word."""
    at = 0
    for _ in range(WORDS_MAX):
        begin = _BEGIN.search(value, at)
        if begin is None:
            return
        end = value.find("?=", begin.end())
        if begin[2] in "qQ":
            end = _end_of_q(value, begin.end(), end)
        if end < 0:
            rest = _OPEN_END.fullmatch(value, begin.end())
            if rest is None:
                return
            yield begin.start(), len(value), begin[1].lower(), _bytes(begin[2], rest.group().rstrip())
            return
        yield begin.start(), end + 2, begin[1].lower(), _bytes(begin[2], value[begin.end() : end])
        at = end + 2


def _end_of_q(value: str, start: int, end: int) -> int:
    """Past a bare question mark that stands before an escape ("What?=20now?="), where the word goes on."""
    for _ in range(4):
        if end < 0 or not _HEX.match(value, end + 2):
            return end
        other = value.find("?=", end + 2, start + 400)
        if other < 0 or "=?" in value[end + 2 : other].replace("?=", "") or " " in value[end:other]:
            return end
        end = other
    return end


def _bytes(encoding: str, encoded: str) -> bytes:
    data = (_FOLD.sub("", encoded) if "\n" in encoded else encoded).encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    return transfer.decode(data, "base64")
