"""Decides which words in a text are the sender's where PGP stands around them (RFC 9580 6.2, 7).

A signed text is read without its armour; a sealed one is not read but said. Proves nothing. Linear: looks for marks.
"""

from __future__ import annotations

_SEALED = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
BLOCKS_MAX = 20


def read(text: str) -> tuple[str, bool]:
    """The text without armour, and whether some of it is sealed."""
    if "-----BEGIN PGP" not in text:
        return text, False
    sealed = _SEALED[0] in text
    for begin, end in (_SEALED, _SIGNATURE, _KEY):
        text = _without(text, begin, end)
    return _unsigned(text), sealed


def _without(text: str, begin: str, end: str) -> str:
    pieces: list[str] = []
    done = 0
    for _ in range(BLOCKS_MAX):
        at = text.find(begin, done)
        if at < 0:
            break
        stop = text.find(end, at)
        pieces.append(text[done:at])
        done = len(text) if stop < 0 else stop + len(end)
    return "".join([*pieces, text[done:]])


def _unsigned(text: str) -> str:
    """Without the line that begins a signed text, the Hash: field below it, and the dashes that protect dashes."""
    at = text.find(_SIGNED)
    if at < 0:
        return text
    before, signed = text[:at], text[at + len(_SIGNED) :].lstrip("\n")
    head, blank, rest = signed.partition("\n\n")
    if blank and head.startswith(("Hash:", "Charset:", "Comment:", "NotDashEscaped:")):
        signed = rest
    return before + "\n".join(line.removeprefix("- ") for line in signed.split("\n"))
