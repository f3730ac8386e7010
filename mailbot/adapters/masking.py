"""What a server said, without the secrets that it may repeat: a password, an access token, a code.

It decides which forms of a secret count. No part of one that could be used may come into a sentence, a log or a mail:
not as it was sent, quoted (RFC 3501 section 4.3), in base64 (RFC 4648: SASL sends it so), nor cut short by the server.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import chain

INSTEAD = "…"
TELLING = 8  # so many characters of a secret in a row are a part of it; fewer are chance
LONGEST = 20_000  # of what a server said is looked at; what is beyond is not repeated at all


def masked(words: str, *secrets: str, sent: str = "") -> str:
    """The words with `…` for each secret, whole or in part.

    Args:
        sent: what went out in base64 with a secret in it; in base64 only it must not be repeated.
    """
    words = words[:LONGEST]
    forms = sorted({*chain.from_iterable(map(_forms, secrets)), *_in_base64(sent)}, key=len, reverse=True)
    for form in forms:
        words = words.replace(form, INSTEAD)
    pieces = {form[at : at + TELLING] for form in forms for at in range(len(form) - TELLING + 1)}
    return _without(words, pieces)


def _forms(secret: str) -> Iterator[str]:
    """The secret in each way in which it may come back."""
    quoted = secret.replace("\\", "\\\\").replace('"', '\\"')
    for form in (secret, quoted):
        if form:
            yield form
            printed = repr(_bytes(form))[2:-1]  # imaplib prints what a server said as bytes
            yield printed
            yield printed.replace("'", "\\'")  # … so where both kinds of quotes stand in it
    yield from _in_base64(secret)


def _in_base64(secret: str) -> Iterator[str]:
    """Alone, and what stays the same of it at each place in a longer text."""
    raw = _bytes(secret)
    if not raw:
        return
    yield base64.b64encode(raw).decode("ascii")
    for before in range(3):  # base64 goes by threes
        coded = base64.b64encode(bytes(before) + raw)
        inner = coded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6].decode("ascii")
        if len(inner) >= TELLING:
            yield inner


def _without(words: str, pieces: set[str]) -> str:
    """The words without any run of characters that is made of such pieces."""
    kept, at, hidden = [], 0, 0
    while at < len(words):
        if words[at : at + TELLING] in pieces:
            hidden = at + TELLING
        if at >= hidden:
            kept.append(words[at])
        elif not kept or kept[-1] != INSTEAD:
            kept.append(INSTEAD)
        at += 1
    return "".join(kept)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
