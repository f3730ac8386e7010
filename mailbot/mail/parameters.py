"""Decides what a Content-… field says: its first word and its parameters, in whatever grammar they were written.

Linear in the length of the field; must never raise. Carries out RFC 2045 5.1 (parameters), RFC 2183 (disposition),
RFC 2231 3 and 4 (names in several pieces and other charsets). Encoded words in a value stay for `headers.text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mailbot.mail import charsets

FIELD_MAX = 4_000  # characters; a file name of 255 Chinese characters takes 2,400 (RFC 2231 3)
PARAMETERS_MAX = 60
PIECES_MAX = 60  # of one value; some programs break a name every 60 characters

# name = "quoted" or name = word; a quote that is never closed runs to the end of the field.
_PARAMETER = re.compile(
    r';[;\s]{0,200}([^\s=;"()]{1,80})[ \t\r\n]{0,80}=[ \t\r\n]{0,80}(?:"((?:[^"\\]|\\.){0,8000})"?|([^;]{0,8000}))',
    re.DOTALL,
)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_ESCAPED = re.compile(r"\\([\"\\])")
_FOLD = re.compile(r"\r?\n[ \t]?")
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,80}/[!#$%&'*+.^_`|~0-9a-z-]{1,120}")


@lru_cache(maxsize=512)
def media_type(value: str, default: str = "text/plain") -> str:
    """The type of a Content-Type field, lower case; the default where none can be read (RFC 2045 5.2)."""
    found = _TYPE.match(value[:300].strip(" \t\r\n\"'").lower().replace(" ", ""))
    if found:
        return found.group()
    return "text/plain" if value.strip(" \t\r\n\"'").lower().startswith("text") else default


@lru_cache(maxsize=512)
def first_word(value: str) -> str:
    """The token before the parameters, lower case, without comments and quotes."""
    return _COMMENT.sub("", value[:FIELD_MAX].partition(";")[0]).strip(" \t\r\n\"'").lower()


@lru_cache(maxsize=512)
def parameters(value: str) -> Mapping[str, str]:
    """Every parameter by its lower case name; of a repeated one the first counts."""
    if ";" not in value:
        return {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, said, quoted in _written(value):
        key, number, percent = _key(name)
        if number is None:
            plain.setdefault(key, said if quoted else _COMMENT.sub("", said).strip())
        elif len(pieces.setdefault(key, {})) < PIECES_MAX:
            pieces[key].setdefault(number, (said, percent))
    return plain | {key: _joined(found) for key, found in pieces.items()}


@lru_cache(maxsize=512)
def boundary(value: str) -> tuple[bytes, ...]:
    """What separates the parts, as declared (RFC 2046 5.1.1); two readings where the value was folded inside it."""
    said = [parameters(value).get("boundary", ""), parameters(_FOLD.sub(" ", value)).get("boundary", "")]
    return tuple(dict.fromkeys(each.encode("utf-8", "surrogateescape").rstrip() for each in said))


def _written(value: str) -> Iterator[tuple[str, str, bool]]:
    """(name, value, whether it was quoted) as they stand in the field."""
    for count, found in enumerate(_PARAMETER.finditer(value[:FIELD_MAX], value[:FIELD_MAX].find(";"))):
        if count >= PARAMETERS_MAX:
            return
        if found[2] is not None:
            yield found[1], _FOLD.sub("", _ESCAPED.sub(r"\1", found[2])), True
        else:
            yield found[1], _FOLD.sub("", found[3]).strip(" \t'"), False


def _key(name: str) -> tuple[str, int | None, bool]:
    """filename*1* -> (filename, 1, percent-encoded)."""
    key, star, rest = name.lower().partition("*")
    if not star:
        return key, None, False
    digits = rest.rstrip("*")
    return (
        key,
        int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0,
        rest.endswith("*") or not rest,
    )


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """The pieces of one value in their order, the charset named by the first taken off (RFC 2231 4)."""
    data, charset = b"", ""
    for number, (said, percent) in sorted(pieces.items()):
        if percent and number == 0 and said.count("'") >= 2:
            charset, _, said = said.split("'", 2)
        raw = said.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if percent else raw
    return charsets.decode(data, charset)
