"""Decides what a rich text says: the words of an RTF body, packed as Outlook does or plain.

Must never raise; unpacking stops at PLAIN_MAX bytes, so that no small file becomes a large one. Carries out
MS-OXRTFCP 2.1 (LZFu), the words of RTF 1.9, and MS-OXRTFEX 2.1 (HTML hidden in RTF).
"""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass, field

PLAIN_MAX = 400_000  # bytes of RTF; a letter with a signature has 20,000
TOKENS_MAX = 60_000  # a letter with a signature has 3,000
DEPTH_MAX = 500
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]{1,1000}|([^\\{}\r\n]{1,4000})",
    re.DOTALL,
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict header footer headerl headerr footerl footerr object themedata "
    b"listtable listoverridetable rsidtbl generator xmlnstbl datastore latentstyles fldinst".split()
)
_LINES = {b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"emdash": "—", b"endash": "–",
          b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•"}  # fmt: skip
_ESCAPED = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}


def unpacked(data: bytes) -> bytes:
    """The plain RTF of a packed one (PidTagRtfCompressed); b'' where it cannot be read."""
    if len(data) < 16:
        return b""
    size, kind = int.from_bytes(data[4:8], "little"), data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + min(size, PLAIN_MAX)]
    return _lzfu(data, min(size, PLAIN_MAX)) if kind == b"LZFu" else b""


def _lzfu(data: bytes, size: int) -> bytes:
    window = bytearray(_START.ljust(_WINDOW, b"\0"))
    out = bytearray()
    write, at = len(_START), 16
    while at < len(data) and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data) or len(out) >= size:
                break
            if not control >> bit & 1:
                window[write % _WINDOW] = data[at]
                out.append(data[at])
                write, at = write + 1, at + 1
                continue
            token = int.from_bytes(data[at : at + 2], "big")
            at += 2
            offset, length = token >> 4, (token & 15) + 2
            if offset == write % _WINDOW:
                return bytes(out[:size])
            for step in range(length):
                byte = window[(offset + step) % _WINDOW]
                window[write % _WINDOW] = byte
                out.append(byte)
                write += 1
    return bytes(out[:size])


@dataclass(slots=True)
class _State:
    silent: bool = False
    tag: bool = False  # inside {\*\htmltag …}: HTML as it stood
    skip: int = 1  # characters that stand in for one \u (\uc)


@dataclass(slots=True)
class _Reading:
    charset: str = "cp1252"
    hypertext: bool = False
    hidden: bool = False  # between \htmlrtf and \htmlrtf0
    star: bool = False
    pending: int = 0  # stand-ins still to be passed over
    raw: bytearray = field(default_factory=bytearray)
    out: list[str] = field(default_factory=list)
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.flush()
        if not self.state.silent and not self.hidden:
            self.out.append(html.escape(text, quote=False) if self.hypertext and not self.state.tag else text)

    def flush(self) -> None:
        """Bytes of the code page that were gathered, so that characters of two bytes stay whole."""
        if self.raw:
            data, self.raw = bytes(self.raw), bytearray()
            self.say(data.decode(self.charset, "replace"))


def words(data: bytes) -> tuple[str, bool]:
    """The words of plain RTF, and whether they are HTML."""
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        return "", False
    reading = _Reading()
    for count, token in enumerate(_TOKEN.finditer(data[:PLAIN_MAX])):
        if count >= TOKENS_MAX or len(reading.stack) > DEPTH_MAX:
            break
        if token[1]:
            _word(reading, token[1], token[2])
        elif token[3]:
            _code(reading, bytes.fromhex(token[3].decode()))
        elif token[4]:
            _symbol(reading, token[4])
        elif token[5]:
            _brace(reading, token[5])
        elif token[6]:
            _code(reading, token[6])
    reading.flush()
    return "".join(reading.out), reading.hypertext


def _word(reading: _Reading, name: bytes, number: bytes | None) -> None:
    value = int(number) if number else 0
    star, reading.star = reading.star, False
    if name == b"htmltag" and star:
        reading.state.tag, reading.state.silent = True, False
    elif star or name in _SILENT:
        reading.state.silent = True
    elif name == b"htmlrtf":
        reading.flush()
        reading.hidden = number != b"0"
    elif name == b"fromhtml":
        reading.hypertext = True
    elif name == b"ansicpg":
        reading.charset = _charset(value)
    elif name == b"uc":
        reading.state.skip = min(max(value, 0), 10)
    elif name == b"u":
        reading.say(_character(value))
        reading.pending = reading.state.skip
    elif name in _LINES:
        said = _LINES[name]
        reading.say("<br>" if said == "\n" and reading.hypertext and not reading.state.tag else said)


def _character(value: int) -> str:
    code = value & 0xFFFF
    return "" if 0xD800 <= code < 0xE000 else chr(code)


def _charset(value: int) -> str:
    try:
        return codecs.lookup(f"cp{value}").name
    except LookupError:
        return "cp1252"


def _code(reading: _Reading, data: bytes) -> None:
    if reading.pending:
        passed = min(reading.pending, len(data))
        reading.pending, data = reading.pending - passed, data[passed:]
    if not reading.state.silent and not reading.hidden:
        reading.raw += data


def _symbol(reading: _Reading, mark: bytes) -> None:
    if mark == b"*":
        reading.star = True
    elif mark in _ESCAPED:
        reading.say(_ESCAPED[mark])


def _brace(reading: _Reading, mark: bytes) -> None:
    reading.flush()
    reading.star, reading.pending = False, 0
    if mark == b"{":
        reading.stack.append(reading.state)
        reading.state = _State(reading.state.silent, reading.state.tag, reading.state.skip)
    elif reading.stack:
        reading.state = reading.stack.pop()
