"""Decides by which marks a mail belongs to a letter of ours: the desk's own identification fields.

Makes case codes, tokens and Message-IDs, and finds them again in what comes back. Must never believe a
token: `references_in` only reads it, the caller recomputes and compares. Pure: the secret comes as bytes.
Carries out RFC 5322 3.6.4 (identification fields), RFC 5233 (subaddress) and DESIGN.md "Identity", "References".
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.mail.model import Message

CODE_LETTERS = 7
TOKEN_LETTERS = 26  # 128 bits in base32
ID_MAX = 76
NUMBER_DIGITS = 6
HOST_MAX = ID_MAX - len("<..@>") - CODE_LETTERS - NUMBER_DIGITS - TOKEN_LETTERS
TEXT_MAX = 1_000_000
CODES_MAX = 20

_MARK = rf"([a-z2-7]{{{CODE_LETTERS}}})\.(\d{{1,{NUMBER_DIGITS}}})\.([a-z2-7]{{{TOKEN_LETTERS}}})"
_LOCAL = re.compile(_MARK)
_IN_WORDS = re.compile(rf"\bref[:.]?[ \t]{{1,3}}{_MARK}(?![a-z2-7])", re.IGNORECASE)
_RECIPIENT_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
# How the reference stands in the body of a reply that a button opened, quoted or not.
_LINE = re.compile(rf"^[ \t>]{{0,20}}ref[:.]?[ \t]{{1,3}}{_MARK}[ \t]{{0,20}}$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A letter named by a mail: the case's code, the letter's number, and the token that may prove it."""

    case: str
    n: int
    token: str


def case_code(secret: bytes, prefix: str, seed: str, attempt: int = 0) -> str:
    """The code of a new case, from the seen key of its first mail; `attempt` counts codes that were taken."""
    more = (str(attempt),) if attempt else ()
    return f"{prefix}-{_mac(secret, 'case', seed, *more).upper()[:CODE_LETTERS]}"


def token(secret: bytes, desk_address: str, case: str, letter: str, n: int, recipient: str) -> str:
    """What proves that its bearer had this letter: a 128-bit MAC in lower case base32."""
    parts = ("letter", desk_address.casefold(), case.upper(), letter, str(n), recipient.casefold())
    return _mac(secret, *parts)[:TOKEN_LETTERS]


def message_id(secret: bytes, desk_address: str, case: str, letter: str, n: int, recipient: str) -> str:
    """The Message-ID of a letter: lower case, at most 76 characters, so that no server folds or changes it."""
    proof = token(secret, desk_address, case, letter, n, recipient)
    return f"<{_short(case)}.{n}.{proof}@{_host(desk_address)}>"


def is_own_id(message_id: str, desk_address: str) -> bool:
    """Whether a Message-ID is of the form that this desk makes: a letter of ours has come back."""
    local, _, domain = message_id.strip("<>").rpartition("@")
    return domain == _host(desk_address) and _LOCAL.fullmatch(local) is not None


def references_in(message: Message, new_words: str, prefix: str, desk_address: str) -> tuple[Reference, ...]:
    """Letters that the mail names: by ids it answers, by the address it was sent to, by `ref …` in its new words."""
    found = [*_in_ids(message, desk_address), *_in_recipients(message, desk_address), *_in_words(new_words)]
    return tuple(dict.fromkeys(Reference(f"{prefix}-{code.upper()}", int(n), proof) for code, n, proof in found))


def codes_in(text: str, prefix: str) -> tuple[str, ...]:
    """Case codes that a text names, `[BLANC-4K7QD2M]` or bare, upper case, in order, no repeats."""
    code = rf"{re.escape(prefix)}-([A-Z2-7]{{{CODE_LETTERS}}})"
    pattern = re.compile(rf"(?<![A-Za-z0-9]){code}(?![A-Za-z0-9])", re.IGNORECASE)
    found = (f"{prefix}-{match[1]}".upper() for match in pattern.finditer(text[:TEXT_MAX]) if match[1].isascii())
    return tuple(dict.fromkeys(found))[:CODES_MAX]


def _mac(secret: bytes, *parts: str) -> str:
    """128 bits and more of HMAC-SHA256 over the parts, in lower case base32; no part can run into the next."""
    said = b"\x00".join(part.replace("\x00", "").encode("utf-8", "replace") for part in parts)
    return base64.b32encode(hmac.digest(secret, said, "sha256")[:20]).decode("ascii").lower()


def _short(case: str) -> str:
    return case.rpartition("-")[2].lower()


def _host(desk_address: str) -> str:
    """The desk's domain, or as many of its last labels as leave the id within ID_MAX."""
    labels = desk_address.casefold().rpartition("@")[2].split(".")
    while len(labels) > 1 and len(".".join(labels)) > HOST_MAX:
        labels = labels[1:]
    return ".".join(labels)[-HOST_MAX:].lstrip(".-")


def _in_ids(message: Message, desk_address: str) -> Iterator[tuple[str, str, str]]:
    host = _host(desk_address)
    for each in message.references:
        local, _, domain = each.strip("<>").casefold().rpartition("@")
        found = _LOCAL.fullmatch(local) if domain == host else None
        if found:
            yield found[1], found[2], found[3]


def _in_recipients(message: Message, desk_address: str) -> Iterator[tuple[str, str, str]]:
    """Marks in a subaddress: customercare+4k7qd2m.3.TOKEN@… (RFC 5233)."""
    desk, _, domain = desk_address.casefold().rpartition("@")
    named = [address.key for address in message.to]
    named += [value.strip("<> ").casefold() for name in _RECIPIENT_FIELDS for value in message.all(name)]
    for address in named:
        local, _, host = address.rpartition("@")
        if host == domain and local.startswith(f"{desk}+"):
            found = _LOCAL.fullmatch(local[len(desk) + 1 :])
            if found:
                yield found[1], found[2], found[3]


def _in_words(new_words: str) -> Iterator[tuple[str, str, str]]:
    for found in _IN_WORDS.finditer(new_words[:TEXT_MAX]):
        yield found[1].lower(), found[2], found[3].lower()


def without_line(text: str) -> str:
    """The text without the line that only carries a letter's reference: it is for the desk, nobody said it."""
    return _LINE.sub("", text)
