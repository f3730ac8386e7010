"""Decides where the header of a mail or part ends, and which fields it holds.

Must never raise, never take long, and never let a broken line cost the mail its fields or its words.
Carries out RFC 5322 2.2 (fields, folds) as senders write it: without the blank line, with lines that were meant
to be folded, with an mbox line on top. Values keep their bytes (surrogates stand for those above ASCII).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail.bounds import ADDRESSES_MAX, FIELD_MAX, FIELDS_MAX, HEAD_MAX

LOOK_AHEAD = 3  # lines after a broken one in which the header must go on

_END = re.compile(rb"\n(?:\r?\n)|\r\r")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,10}:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|reply-to|sender|subject|date|message-id|in-reply-to|references|mime-version|return-path"
    rb"|received|delivered-to|list-[a-z-]{2,20}|x-[a-z0-9-]{1,60}|content-[a-z-]{2,40}|dkim-signature|user-agent"
    rb"|authentication-results|auto-submitted|precedence|importance|thread-[a-z]{2,10})[ \t]{0,10}:",
    re.IGNORECASE,
)
_ADDRESS = frozenset(
    {*(f"{again}{name}" for again in ("", "resent-") for name in ("from", "to", "cc", "bcc", "sender", "reply-to"))}
    | {"delivered-to"}
)
_MBOX = (b"From ", b">From ")

Fields = list[tuple[str, str]]


def read(raw: bytes, start: int, stop: int, defects: list[str]) -> tuple[Fields, int]:
    """The fields that begin at `start`, and where the body begins; the header ends before `stop` at the latest."""
    if raw.startswith((b"\r\n", b"\n"), start, stop):
        return [], start + (2 if raw[start] == 13 else 1)
    end = _END.search(raw, start, stop)
    cut, body = (end.start() + 1, end.end()) if end else (stop, stop)
    lines = raw[start : min(cut, start + 2 * HEAD_MAX)].splitlines(keepends=True)
    fields, used = _fields(lines, first=start == 0)
    if used < len(lines):
        body = start + sum(map(len, lines[:used]))
        defects.append("no blank line after the header")
    elif cut > start + 2 * HEAD_MAX:
        defects.append("the header was cut: too long")
    return _bounded(fields, defects), body


def _fields(lines: Sequence[bytes], *, first: bool) -> tuple[list[list[bytes]], int]:
    """The lines of each field, and how many lines of the header were used."""
    fields: list[list[bytes]] = []
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            if not line.strip() and not _goes_on(lines, number, 1) and fields:
                return fields, number
            if fields:
                fields[-1].append(line)
        elif _FIELD.match(line):
            fields.append([line])
        elif not (first and number == 0 and line.startswith(_MBOX)):
            if not _goes_on(lines, number, LOOK_AHEAD):
                return fields, number
            if fields:
                fields[-1].append(b" " + line)
    return fields, len(lines)


def _goes_on(lines: Sequence[bytes], number: int, ahead: int) -> bool:
    """Whether the header goes on after a line that is no field."""
    return any(_KNOWN.match(line) for line in lines[number + 1 : number + 1 + ahead])


def _bounded(fields: list[list[bytes]], defects: list[str]) -> Fields:
    """Name and value of each field, over-long ones cut, and whole fields dropped past the limits."""
    kept: Fields = []
    total = addresses = 0
    for lines in fields:
        line = b"".join(lines) if len(lines) > 1 else lines[0]
        short = line[:FIELD_MAX]
        total += len(short)
        name, _, value = short.decode("ascii", "surrogateescape").partition(":")
        name = name.rstrip(" \t")
        of_addresses = name.lower() in _ADDRESS
        if of_addresses:
            addresses += len(short)
        over = total > HEAD_MAX or len(kept) >= FIELDS_MAX
        if over or addresses > ADDRESSES_MAX or len(line) > FIELD_MAX:
            _once(defects, "the header was cut: too long")
        if over:
            break
        if addresses <= ADDRESSES_MAX or not of_addresses:
            kept.append((name, value.lstrip(" \t").rstrip("\r\n")))
    return kept


def _once(defects: list[str], said: str) -> None:
    if said not in defects:
        defects.append(said)
