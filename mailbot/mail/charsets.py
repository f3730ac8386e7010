"""Decides which characters a run of bytes means, whatever its charset label claims.

Must never raise and never return a lone surrogate: every byte string is some text.
Carries out RFC 2045 5.2 and RFC 2231 labels with the aliases that mail in use needs: senders label
GB18030 as gb2312, CP932 as shift_jis, and UTF-8, CP1252 or their own alphabet as iso-8859-1 or us-ascii.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from mailbot.mail import guessing, japanese, mojibake

# label as `_plain` leaves it -> codecs tried strictly, in this order; _GUESS: the label says nothing.
_GUESS = ("utf-8", "cp1252")
_CHINESE = ("gb18030", "utf-8")
_BIG5 = ("big5", "cp950", "big5hkscs", "utf-8")
_JAPANESE = ("cp932", "shift_jisx0213", "utf-8")
_EUC_JP = ("euc_jp", "euc_jis_2004", "utf-8")
_JIS_7BIT = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_3")
_KOREAN = ("cp949", "johab", "utf-8")
_THAI = ("cp874", "utf-8")
_TABLE: dict[tuple[str, ...], str] = {
    _GUESS: "us-ascii ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso_8859-1 iso-8859-1-windows-1252 latin1 latin-1 l1 "
    "unknown-8bit unknown x-unknown utf-8 utf8 utf_8 utf-8mb4 utf8mb4 unicode-1-1-utf-8 default ansi 8bit none "
    "_autodetect windows-1252 cp1252 windows1252 binary 646 us en",
    _CHINESE: "gb2312 gb_2312-80 gb-2312 gbk gb18030 gb-18030 cp936 ms936 windows-936 cn-gb chinese euc-cn gb euccn "
    "gb13000 csgb2312 gb2312-80 iso-ir-58",
    _BIG5: "big5 big-5 cn-big5 big5-eten csbig5 big5-hkscs big5hkscs big5_hkscs cp950 windows-950 ms950",
    _JAPANESE: "shift_jis shift-jis sjis ms_kanji windows-31j cp932 csshiftjis windows-932 ms932 shiftjis "
    "shift_jis-2004",
    _EUC_JP: "euc-jp eucjp euc_jp ujis cseucpkdfmtjapanese eucjp-ms cp51932",
    _JIS_7BIT: "iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-ms "
    "cp50220 cp50221 cp50222 jis",
    _KOREAN: "ks_c_5601 ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 euc-kr euckr korean windows-949 cp949 uhc ms949",
    _THAI: "windows-874 tis-620 tis620 iso-8859-11 cp874",
    ("hz",): "hz hz-gb-2312",
    ("iso2022_kr", "cp949"): "iso-2022-kr csiso2022kr",
    ("iso8859_8", "cp1255", "utf-8"): "iso-8859-8 iso-8859-8-i iso-8859-8-e logical",
    ("cp1256", "utf-8"): "iso-8859-6-i iso-8859-6-e",
    ("cp1254", "utf-8"): "iso-8859-9 iso8859-9 latin5",
    ("utf-7", "utf-8"): "unicode-1-1-utf-7 utf-7 utf7 unicode-2-0-utf-7",
    ("utf-16", "utf-8"): "utf-16 utf16 utf-16le utf-16be unicode ucs-2 iso-10646-ucs-2 iso-10646-ucs-2",
    ("koi8_u", "utf-8"): "koi8-u koi8u koi8-ru",
    ("koi8_u", "koi8_r", "utf-8"): "koi8-r koi8r koi8 koi cskoi8r",
    ("mac_roman", "utf-8"): "macintosh mac macroman mac-roman",
    ("mac_cyrillic", "utf-8"): "mac-cyrillic",
}
_ALIASES = {label: names for names, labels in _TABLE.items() for label in labels.split()}
_WINDOWS = re.compile(r"(?:windows|win|cp|ms|ibm|dos)[-_ ]?(125\d|8\d\d|437)")
_ISO = re.compile(r"(?:iso|latin)[-_ ]?(?:8859)?[-_ ]?(\d{1,2})(?:[-_:].{0,10})?")
# Codecs of Python that are charsets of mail; punycode, idna and the like are slow or no charset at all.
_CHARSET = re.compile(r"(utf|iso|cp\d|koi8|gb|big5|shift_jis|euc|mac|hz|johab|tis|ptcp|kz|latin|ascii|viscii)")
_LABEL = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,60}")
_LABEL_MAX = 80
_SURROGATE = re.compile("[\ud800-\udfff]")
_ONE_BYTE = re.compile(r"(cp125|koi8|iso8859|cp8|cp437|mac)")
_EAST_ASIAN = frozenset({"gb18030", "big5", "cp932", "euc_jp", "cp949"})
_LEAST_WIDE = 4
_WIDE = re.compile("[\u3000-\u9fff\uac00-\ud7ff]")
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes, charset_label: str, hint: str = "") -> str:
    """The text that these bytes most likely are, given the label that came with them.

    hint: the label of the same sender's other words, for bytes that have none.
    """
    if data.isascii() and not _has_escapes(data):
        names = _codecs(charset_label)
        if names[0] not in ("utf-7", "utf-16", "hz"):
            return data.decode("ascii")
    return _mended(data, charset_label, hint)


def is_known(charset_label: str) -> bool:
    """Whether a label names a charset at all."""
    return not charset_label or _plain(charset_label) in _ALIASES or _codecs(charset_label) != _GUESS


def _mended(data: bytes, label: str, hint: str) -> str:
    names = _by_escapes(data) or _codecs(label)
    if names == _GUESS and hint and not _is(data, "utf-8"):
        names = _codecs(hint)
    names = _by_content(data, names)
    for name in names:
        try:
            return mojibake.undone(_whole(data.decode(name)))
        except (UnicodeError, LookupError, ValueError):
            continue
    if names[0].startswith("iso2022_jp"):
        return _whole(japanese.seven_bit(data))
    guessed = guessing.charset(data) if names[0] in _GUESS else ""
    return _whole(data.decode(guessed, "replace") if guessed else _broken(data, names[0]))


def _has_escapes(data: bytes) -> bool:
    return b"\x1b" in data or b"\0" in data or b"~{" in data


def _by_escapes(data: bytes) -> tuple[str, ...]:
    """Charsets that show themselves: RFC 1468 and 1557 escapes, byte order marks, every second byte zero."""
    if b"\x1b$" in data:
        if b"\x1b$)C" in data:
            return ("iso2022_kr", "cp949")
        return _JIS_7BIT
    if data.startswith(_MARKS) and len(data) % 2 == 0:
        return ("utf-16", "cp1252")
    if b"\0" in data[:400] and len(data) >= 8 and len(data) % 2 == 0:
        even, odd = data[0:400:2].count(0), data[1:400:2].count(0)
        half = min(len(data), 400) // 2
        if odd * 10 > half * 7 and even * 10 < half:
            return ("utf-16-le", "cp1252")
        if even * 10 > half * 7 and odd * 10 < half:
            return ("utf-16-be", "cp1252")
    return ()


def _by_content(data: bytes, names: tuple[str, ...]) -> tuple[str, ...]:
    """The codecs with what the bytes themselves say put first."""
    if names == _GUESS:
        if b"~{" in data and b"~}" in data and data.isascii() and _is_hz(data):
            return ("hz", *names)
        if data.isascii() or _is(data, "utf-8"):
            return names
        guessed = guessing.charset(data)
        return (guessed, *names) if guessed else names
    if names[0] in _EAST_ASIAN and _wide_in_utf8(data):
        return ("utf-8", *names)
    if _ONE_BYTE.match(names[0]) and _is(data, "utf-8"):
        return ("utf-8", *names)
    if names[0] == "utf-16" and not data.startswith(_MARKS):
        return ("utf-16-be", "utf-8") if data[0:400:2].count(0) > data[1:400:2].count(0) else ("utf-16-le", "utf-8")
    return names


def _is_hz(data: bytes) -> bool:
    try:
        return len(_WIDE.findall(data.decode("hz"))) >= 2
    except UnicodeError:
        return False


def _is(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeError:
        return False
    return True


def _wide_in_utf8(data: bytes) -> bool:
    """Whether bytes labelled as East Asian are UTF-8: by chance that is so for a few characters, not for many."""
    try:
        text = data.decode("utf-8")
    except UnicodeError:
        return False
    high = len(text) - len(text.encode("ascii", "ignore"))
    return high >= _LEAST_WIDE and len(_WIDE.findall(text)) * 2 >= high


@lru_cache(maxsize=256)
def _codecs(charset_label: str) -> tuple[str, ...]:
    """Codecs to try, best first."""
    label = _plain(charset_label)
    if label in _ALIASES:
        return _ALIASES[label]
    if windows := _WINDOWS.fullmatch(label):
        label = f"cp{windows[1]}"
    elif iso := _ISO.fullmatch(label):
        label = f"iso8859-{iso[1]}"
    if label in _ALIASES:
        return _ALIASES[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return _GUESS
    return (name.replace("-", "_") if name.startswith("koi8") else name, "utf-8") if _CHARSET.match(name) else _GUESS


def _plain(charset_label: str) -> str:
    """The label without quotes, languages (RFC 2231 5), "x-", a stray "3D" of quoted-printable, and what follows it."""
    label = charset_label[:_LABEL_MAX].strip(" \t\r\n\"'").partition("*")[0].lower().removeprefix("charset=")
    label = label.replace("\xa0", "").removeprefix("3d").strip("\"'").replace("cp-", "cp")
    found = _LABEL.match(label.replace(" ", ""))
    return found.group().removeprefix("x-") if found else ""


def _broken(data: bytes, name: str) -> str:
    """Text for bytes that no codec takes whole: mend a few bad bytes of the label's charset, else CP1252.

    Turning a whole Chinese mail into CP1252 for one cut character would lose all of it.
    """
    for each in dict.fromkeys((name, "utf-8")):
        mended = data.decode(each, "replace")
        bad = mended.count("\ufffd")
        good = sum(1 for character in mended[:200_000] if character > "\x7f") - bad
        if (bad <= 2 and good) or bad * 10 <= good:
            return mended
    return data.decode("cp1252", "replace")


def _whole(text: str) -> str:
    """The text without byte order mark and with lone surrogates (UTF-7 can hold them) replaced."""
    text = text.removeprefix("\ufeff")
    if _SURROGATE.search(text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
