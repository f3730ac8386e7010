"""Decides what an S/MIME envelope holds: the signed mail inside it, or that it is sealed.

Reads only the few fields on the way to the content and proves nothing: whether a signature is good is not asked.
Must never raise, never recurse, and looks at most STEPS_MAX times. Carries out RFC 5652 4 and 5 (ContentInfo,
SignedData) in BER as ITU-T X.690 8.1 writes it, also with the length left open.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass

STEPS_MAX = 20_000  # of a 25 MB mail signed in pieces of 4 KB: 6,400
_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = {
    bytes.fromhex("2a864886f70d010703"),  # envelopedData
    bytes.fromhex("2a864886f70d010706"),  # encryptedData
    bytes.fromhex("2a864886f70d0109100117"),  # authEnvelopedData (RFC 5083)
}
_OID, _OCTETS, _OCTETS_IN_PIECES, _SEQUENCE, _CONTENT = 0x06, 0x04, 0x24, 0x30, 0xA0
_PEM = b"-----BEGIN "


class _Broken(Exception):
    """These bytes are no BER; never leaves this file."""


@dataclass(slots=True)
class _Reader:
    data: bytes
    steps: int = 0

    def header(self, at: int) -> tuple[int, int, int | None]:
        """(tag, where the value begins, where it ends; None where the length is left open)."""
        self.steps += 1
        if self.steps > STEPS_MAX or at + 2 > len(self.data):
            raise _Broken
        tag, length = self.data[at], self.data[at + 1]
        if tag & 31 == 31:
            raise _Broken
        if length == 128:
            return tag, at + 2, None
        if length < 128:
            return tag, at + 2, at + 2 + length
        size = length - 128
        if size > 8:
            raise _Broken
        start = at + 2 + size
        return tag, start, start + int.from_bytes(self.data[at + 2 : start], "big")

    def inside(self, at: int, tag: int) -> int:
        """Where the value of the element with this tag begins."""
        found, start, _ = self.header(at)
        if found != tag:
            raise _Broken
        return start

    def after(self, at: int) -> int:
        """Where the element that begins here is over; open lengths are counted, not recursed into."""
        depth = 0
        while True:
            if self.data[at : at + 2] == b"\0\0" and depth:
                depth, at = depth - 1, at + 2
            else:
                _, start, end = self.header(at)
                depth, at = (depth + 1, start) if end is None else (depth, end)
            if not depth:
                return at

    def octets(self, at: int) -> bytes:
        """The bytes of an octet string, also of one in pieces."""
        tag, start, end = self.header(at)
        if tag == _OCTETS and end is not None:
            return self.data[start:end]
        if tag != _OCTETS_IN_PIECES:
            raise _Broken
        pieces: list[bytes] = []
        at, depth = start, 1
        while at < (len(self.data) if end is None else end):
            if self.data[at : at + 2] == b"\0\0":
                at, depth = at + 2, depth - 1
                if depth < 1:
                    break
                continue
            tag, start, stop = self.header(at)
            if tag == _OCTETS and stop is not None:
                pieces.append(self.data[start:stop])
                at = stop
            elif tag == _OCTETS_IN_PIECES:
                at, depth = start, depth + (stop is None)
            else:
                raise _Broken
        return b"".join(pieces)


def opened(data: bytes) -> tuple[str, bytes]:
    """('signed', the mail inside), ('sealed', b'') or ('', b'') where it cannot be read."""
    reader = _Reader(_without_armour(data))
    try:
        at = reader.inside(0, _SEQUENCE)
        kind, at = _name(reader, at)
        if kind in _ENVELOPED:
            return "sealed", b""
        if kind != _SIGNED:
            return "", b""
        at = reader.inside(reader.inside(at, _CONTENT), _SEQUENCE)
        at = reader.after(reader.after(at))  # version, digest algorithms
        _, at = _name(reader, reader.inside(at, _SEQUENCE))
        return "signed", reader.octets(reader.inside(at, _CONTENT))
    except _Broken:
        return "", b""


def _name(reader: _Reader, at: int) -> tuple[bytes, int]:
    tag, start, end = reader.header(at)
    if tag != _OID or end is None or end > len(reader.data):
        raise _Broken
    return reader.data[start:end], end


def _without_armour(data: bytes) -> bytes:
    """DER, also where the sender encoded it once more in lines of base64."""
    if data[:1] == b"0":
        return data
    lines = [line for line in data.split(b"\n") if not line.startswith(b"-----")]
    if data.lstrip().startswith((_PEM, b"MI")):
        try:
            return binascii.a2b_base64(b"".join(lines))
        except binascii.Error:
            return data
    return data
