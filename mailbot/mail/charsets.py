"""Decides which characters a run of bytes means, whatever its charset label claims.

Must never raise and never return a lone surrogate: every byte string is some text.
Carries out RFC 2045 5.2 and RFC 2231 labels with the aliases that mail in use needs: senders label
GB18030 as gb2312, CP932 as shift_jis, and UTF-8 or CP1252 as iso-8859-1 or us-ascii.
"""

from __future__ import annotations

import codecs
import re

# label (without "x-", blanks and case) -> codecs tried strictly, in this order.
_GUESS = ("utf-8", "cp1252")
_CHINESE = ("gb18030", "utf-8")
_JAPANESE = ("cp932", "utf-8")
_JIS_7BIT = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3")
_KOREAN = ("cp949", "utf-8")
_THAI = ("cp874", "utf-8")
_ALIASES: dict[str, tuple[str, ...]] = {
    "": _GUESS,
    "us-ascii": _GUESS,
    "ascii": _GUESS,
    "ansi_x3.4-1968": _GUESS,
    "iso-8859-1": _GUESS,
    "iso8859-1": _GUESS,
    "iso_8859-1": _GUESS,
    "latin1": _GUESS,
    "latin-1": _GUESS,
    "unknown-8bit": _GUESS,
    "utf-8": _GUESS,
    "utf8": _GUESS,
    "utf8mb4": _GUESS,
    "gb2312": _CHINESE,
    "gb_2312-80": _CHINESE,
    "gbk": _CHINESE,
    "cp936": _CHINESE,
    "cn-gb": _CHINESE,
    "chinese": _CHINESE,
    "big5": ("big5", "big5hkscs", "cp950", "utf-8"),
    "hz": ("hz",),
    "hz-gb-2312": ("hz",),
    "shift_jis": _JAPANESE,
    "shift-jis": _JAPANESE,
    "sjis": _JAPANESE,
    "ms_kanji": _JAPANESE,
    "windows-31j": _JAPANESE,
    "iso-2022-jp": _JIS_7BIT,
    "ks_c_5601": _KOREAN,
    "ks_c_5601-1987": _KOREAN,
    "euc-kr": _KOREAN,
    "korean": _KOREAN,
    "windows-949": _KOREAN,
    "windows-874": _THAI,
    "tis-620": _THAI,
    "iso-8859-11": _THAI,
    "iso-8859-8-i": ("iso8859_8", "utf-8"),
    "unicode-1-1-utf-7": ("utf-7",),
}
# Codecs of Python that are charsets of mail; punycode, idna and the like are slow or no charset at all.
_CHARSET = re.compile(r"(utf|iso|cp\d|koi8|gb|big5|shift_jis|euc|mac|hz|johab|tis|ptcp|kz|latin|ascii|viscii)")
_ESCAPES_OF_JIS = (b"\x1b$B", b"\x1b$@")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LABEL_MAX = 60


def decode(data: bytes, charset_label: str) -> str:
    """The text that these bytes most likely are, given the label that came with them."""
    names = _codecs(charset_label, data)
    for name in names:
        try:
            return _whole(data.decode(name))
        except (UnicodeError, LookupError, ValueError):
            continue
    return _whole(_broken(data, names[0]))


def _codecs(charset_label: str, data: bytes) -> tuple[str, ...]:
    """Codecs to try, best first."""
    label = charset_label.strip(" \t\r\n\"'").partition("*")[0].lower()[:_LABEL_MAX]
    label = label.removeprefix("x-").replace("cp-", "cp").replace(" ", "")
    if label in _ALIASES:
        found = _ALIASES[label]
        undeclared = found is _GUESS and any(mark in data for mark in _ESCAPES_OF_JIS)
        return (*_JIS_7BIT, *found) if undeclared else found
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return _GUESS
    return (name, "utf-8") if _CHARSET.match(name) else _GUESS


def _broken(data: bytes, name: str) -> str:
    """Text for bytes that no codec takes whole: mend a few bad bytes of the label's charset, else CP1252.

    Turning a whole Chinese mail into CP1252 for one cut character would lose all of it.
    """
    mended = data.decode(name, "replace")
    bad = mended.count("\ufffd")
    good = sum(1 for character in mended[:200_000] if character > "\x7f") - bad
    if bad <= 2 or bad * 10 <= good:
        return mended
    return data.decode("cp1252", "replace")


def _whole(text: str) -> str:
    """The text without byte order mark and with lone surrogates (UTF-7 can hold them) replaced."""
    text = text.removeprefix("\ufeff")
    if _SURROGATE.search(text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
