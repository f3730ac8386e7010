"""Decides whether a text was UTF-8 that somebody read as Western European and wrote as UTF-8 again ("CafÃ©").

Undone only where it is certain: every character above ASCII takes part, and at least twice (or once with three).
"""

from __future__ import annotations

import re

_SUSPECT = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_HIGH = re.compile("[^\x00-\x7f]{1,200000}")
# what CP1252 leaves undefined is passed through by those who misread so
_CP1252 = {
    ord(bytes([each]).decode("cp1252")): each for each in range(128, 256) if each not in (129, 141, 143, 144, 157)
}
_ROUNDS_MAX = 3
_BACK = {**{each: each for each in range(128, 160)}, **_CP1252}


def undone(text: str) -> str:
    """The text as it was meant, or as it is; some programs do it to a text twice."""
    for _ in range(_ROUNDS_MAX):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    if text.isascii() or not _SUSPECT.search(text):
        return text
    runs = 0
    long = False
    for run in _HIGH.finditer(text):
        meant = _meant(run.group())
        if meant is None:
            return text
        runs += len(meant)
        long = long or any(each > "\u07ff" for each in meant)
    if runs < 2 and not long:
        return text
    return _HIGH.sub(lambda run: _meant(run.group()) or run.group(), text)


def _meant(run: str) -> str | None:
    codes = [_BACK.get(ord(each)) for each in run]
    known = [each for each in codes if each is not None]
    if len(known) < len(codes):
        return None
    try:
        return bytes(known).decode("utf-8")
    except UnicodeDecodeError:
        return None
