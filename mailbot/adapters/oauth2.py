"""Signing in to a mail server with an OAuth 2 access token: the words of the exchange, and what a refusal means.

It decides nothing and keeps nothing. It must never send a token a second time as the answer to an error, and never let
one into a sentence. XOAUTH2 is Google's and Microsoft's; OAUTHBEARER is RFC 7628.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Protocol

from mailbot.adapters.reach import one_line

XOAUTH2, OAUTHBEARER = "XOAUTH2", "OAUTHBEARER"
MOST_ANSWERS = 2
_DONE = {XOAUTH2: b"", OAUTHBEARER: b"\x01"}  # the answer to an error, after which the server refuses (RFC 7628 3.2.3)

# `status` of the error, RFC 7628 3.2.2 and RFC 6750 3.1; Google and Microsoft write the HTTP status of RFC 6750.
_MEANINGS = {
    "400": "the token is not one for this mailbox",
    "invalid_request": "the token is not one for this mailbox",
    "401": "the token has ended or was withdrawn",
    "invalid_token": "the token has ended or was withdrawn",
    "403": "the sign-in does not allow mail by this way",
    "insufficient_scope": "the sign-in does not allow mail by this way",
}


class AccessToken(Protocol):
    """Gives an access token that holds. Raises OutsideError with the sentence for the admin where there is none."""

    def __call__(self, refused: str = "") -> str:
        """The token; never again the one that a server `refused`."""


def best_mechanism(offered: Iterable[str]) -> str:
    """The mechanism to use of those that a server offers, '' for none."""
    upper = {each.upper() for each in offered}
    return next((each for each in (XOAUTH2, OAUTHBEARER) if each in upper), "")


class Exchange:
    """One sign-in on one connection. `sent`: the words that hold the token; `said`: why the server refuses, in ours."""

    def __init__(self, mechanism: str, user: str, token: str, server: tuple[str, int]) -> None:
        self._mechanism = mechanism
        self._answered = 0
        self.sent = _first(mechanism, user, token, server)
        self.said = ""

    def answer(self, challenge: bytes) -> bytes:
        """What to send next: the token first, then only the end of the exchange.

        Raises:
            ValueError: the server goes on asking after that end, which no exchange does.
        """
        self._answered += 1
        if self._answered == 1:
            return self.sent.encode()
        if self._answered > MOST_ANSWERS:
            raise ValueError("it goes on asking after the sign-in was at its end")
        self.said = _in_words(challenge)
        return _DONE[self._mechanism]


def _first(mechanism: str, user: str, token: str, server: tuple[str, int]) -> str:
    if mechanism == XOAUTH2:
        return f"user={user}\x01auth=Bearer {token}\x01\x01"
    name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
    host, port = server
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"


def _in_words(challenge: bytes) -> str:
    """The meaning of the error JSON; what is no such thing says nothing."""
    try:
        status = str(json.loads(challenge)["status"])
    except (ValueError, LookupError, TypeError):
        return ""
    return _MEANINGS.get(status, f"status {one_line(status, 60)}")
