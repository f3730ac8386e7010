"""Decides what Outlook wrapped into winmail.dat: the words, and the files that came with them.

Must never raise, never recurse, and holds no more than the file itself (only the RTF grows, within limits).
Carries out MS-OXTNEF 2.1 (attributes), MS-OXCDATA 2.11 (properties); nothing in it is proof of anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailbot.mail import charsets

ATTRIBUTES_MAX = 2_000  # a mail with 100 files has 600
PROPERTIES_MAX = 2_000  # of one list; Outlook writes some 100
FILES_MAX = 100
SIGNATURE = b"\x78\x9f\x3e\x22"

# attributes (MS-OXTNEF 2.1.3.2); the upper half of an id names its type
_BODY, _CODE_PAGE, _PROPERTIES = 0x800C, 0x9007, 0x9003
_NEXT_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# ids of properties, as MS-OXPROPS lists them
_PR_BODY, _PR_RTF, _PR_HTML = 0x1000, 0x1009, 0x1013
_PR_NAME, _PR_LONG_NAME, _PR_TYPE, _PR_DATA, _PR_SHOWN_NAME = 0x3704, 0x3707, 0x370E, 0x3701, 0x3001
_STRING8, _UNICODE = 0x1E, 0x1F
_LENGTHY = frozenset({_STRING8, _UNICODE, 0x0D, 0x102})
_WIDTH = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT = 0x0D


@dataclass(slots=True)
class TnefFile:
    """A file inside winmail.dat."""

    name: str = ""
    type: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What was found: the words in up to three shapes, and the files in order."""

    text: str = ""
    html: bytes = b""
    rtf: bytes = b""  # compressed (MS-OXRTFCP)
    files: list[TnefFile] = field(default_factory=list)
    whole: bool = True


def read(data: bytes) -> Tnef | None:
    """The contents of winmail.dat; None where these bytes are none."""
    if not data.startswith(SIGNATURE):
        return None
    found = Tnef()
    code_page = "cp1252"
    for name, value in _attributes(data, found):
        if name == _CODE_PAGE and len(value) >= 4:
            code_page = f"cp{int.from_bytes(value[:4], 'little')}"
        elif name == _BODY:
            found.text = found.text or _said(value, code_page)
        elif name == _PROPERTIES:
            _take_words(found, value, code_page)
        elif name == _NEXT_FILE:
            if len(found.files) >= FILES_MAX:
                break
            found.files.append(TnefFile())
        elif found.files:
            _take_file(found.files[-1], name, value, code_page)
    return found


def _attributes(data: bytes, found: Tnef) -> Iterator[tuple[int, bytes]]:
    """(id, value) of each attribute, as far as the lengths are true."""
    at = 6
    for _ in range(ATTRIBUTES_MAX):
        if at + 9 > len(data):
            return
        _, name, _, length = struct.unpack_from("<BHHI", data, at)
        at += 9
        if at + length > len(data):
            found.whole = False
            length = len(data) - at
        yield name, data[at : at + length]
        at += length + 2
    found.whole = False


def _take_words(found: Tnef, value: bytes, code_page: str) -> None:
    for name, kind, data in _properties(value):
        if name == _PR_BODY:
            found.text = _text(kind, data, code_page) or found.text
        elif name == _PR_HTML:
            found.html = data
        elif name == _PR_RTF:
            found.rtf = data


def _take_file(file: TnefFile, name: int, value: bytes, code_page: str) -> None:
    if name == _FILE_TITLE:
        file.name = file.name or _said(value, code_page)
    elif name == _FILE_DATA:
        file.data = value
    elif name == _FILE_PROPERTIES:
        for prop, kind, data in _properties(value):
            if prop == _PR_LONG_NAME:
                file.name = _text(kind, data, code_page) or file.name
            elif prop in (_PR_NAME, _PR_SHOWN_NAME):
                file.name = file.name or _text(kind, data, code_page)
            elif prop == _PR_TYPE:
                file.type = _text(kind, data, code_page).lower()
            elif prop == _PR_DATA:
                file.data = file.data or (data[16:] if kind == _OBJECT else data)


def _properties(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(id, type, first value) of each property in a list, as far as it can be followed."""
    at = 4
    count = min(int.from_bytes(value[:4], "little"), PROPERTIES_MAX)
    for _ in range(count):
        if at + 4 > len(value):
            return
        kind, name = struct.unpack_from("<HH", value, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(value, at)
        values = 1
        several, kind = kind & 0x1000, kind & 0x0FFF
        if several or kind in _LENGTHY:
            values = int.from_bytes(value[at : at + 4], "little")
            at += 4
        if kind not in _LENGTHY and kind not in _WIDTH:
            return
        for number in range(min(values, PROPERTIES_MAX)):
            length = _WIDTH.get(kind, 0)
            if kind in _LENGTHY:
                length = int.from_bytes(value[at : at + 4], "little")
                at += 4
            if at + length > len(value):
                return
            if not number:
                yield name, kind, value[at : at + length]
            at += length + (-length % 4)


def _after_name(value: bytes, at: int) -> int:
    """Behind the name of a named property (MS-OXTNEF 2.1.3.4)."""
    at += 16
    if int.from_bytes(value[at : at + 4], "little") == 0:
        return at + 8
    length = int.from_bytes(value[at + 4 : at + 8], "little")
    return at + 8 + length + (-length % 4)


def _text(kind: int, data: bytes, code_page: str) -> str:
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").partition("\0")[0]
    return _said(data, code_page) if kind == _STRING8 else ""


def _said(data: bytes, code_page: str) -> str:
    return charsets.decode(data.partition(b"\0")[0], code_page)
