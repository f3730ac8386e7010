"""Decides what Japanese text in seven bits says that the standard codecs refuse (RFC 1468, as Windows writes it).

Circled numbers, ㈱ and half-width katakana stand in it, which RFC 1468 does not know. Never raises; linear.
"""

from __future__ import annotations

import re

BYTES_MAX = 100_000  # a character costs half a microsecond here

_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\([@BD]|\([BJI])")
_DOUBLE = frozenset({b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B"})
_KATAKANA = b"\x1b(I"


def seven_bit(data: bytes) -> str:
    """The text, each run between escapes read as CP932 has it."""
    if len(data) > BYTES_MAX:
        return data.decode("iso2022_jp", "replace")
    pieces: list[str] = []
    mode, done = b"\x1b(B", 0
    for escape in _ESCAPE.finditer(data):
        pieces.append(_run(data[done : escape.start()], mode))
        mode, done = escape.group(), escape.end()
    return "".join([*pieces, _run(data[done:], mode)])


def _run(data: bytes, mode: bytes) -> str:
    if mode in _DOUBLE:
        # a line end inside a run of double bytes means that the escape back was lost
        lines = re.split(rb"(\r?\n)", data)
        return "".join(each.decode() if number % 2 else _shifted(each) for number, each in enumerate(lines))
    if mode == _KATAKANA:
        return bytes(each | 0x80 if 0x21 <= each <= 0x5F else each for each in data).decode("cp932", "replace")
    return data.decode("cp932", "replace")


def _shifted(data: bytes) -> str:
    """JIS rows and cells as CP932 packs them."""
    packed = bytearray()
    for at in range(0, len(data) - 1, 2):
        row, cell = data[at] & 0x7F, data[at + 1] & 0x7F
        lead = ((row + 1) >> 1) + (0x70 if row < 0x5F else 0xB0)
        trail = cell + (0x1F + (cell > 0x5F) if row & 1 else 0x7E)
        packed += bytes((lead & 0xFF, trail & 0xFF))
    return packed.decode("cp932", "replace")
