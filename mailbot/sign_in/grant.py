"""What a sign-in server gives, and what its refusals mean.

It decides whether a person must sign in again. Whose sign-in it is stands in the id_token, which came over TLS from the
server itself, so that its signature need not be checked (OpenID Connect Core 3.1.3.7); nothing is let in by it.
RFC 6749 sections 5.1, 5.2 and 6.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mailbot.adapters.reach import one_line
from mailbot.errors import OutsideError
from mailbot.sign_in.ask import Answer
from mailbot.sign_in.endpoints import Endpoints

USUAL_SECONDS = 3600.0  # of an access token whose server does not say (RFC 6749 5.1: it should)
LONGEST_SECONDS = 10 * 366 * 86400.0
# OpenID Connect Core 3.1.2.6, as Entra sends them for a renewal: only a person can go on.
_PERSON_NEEDED = frozenset({
    "invalid_grant", "interaction_required", "login_required", "consent_required", "account_selection_required",
})  # fmt: skip
_CLIENT = frozenset({"invalid_client", "unauthorized_client"})
# Google says the first; Keycloak the second, where 0 means without end.
_END_NAMES = ("refresh_token_expires_in", "refresh_expires_in")


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens, and until when. `ends_at`: when the whole sign-in ends, as far as the server says."""

    access: str = field(repr=False)
    access_ends_at: datetime
    refresh: str = field(repr=False)
    ends_at: datetime | None
    account: str
    scope: str


def read(answer: Answer, now: datetime) -> Grant:
    """The tokens of an answer without error; `refresh` is "" where the old one stays.

    Raises:
        OutsideError: there is no token in it that a mail server would take.
    """
    fields = answer.fields
    access, refresh = fields.get("access_token"), refresh_token(answer)
    kind = str(fields.get("token_type") or "bearer").casefold()
    if not is_token(access) or (fields.get("refresh_token") and not refresh) or kind != "bearer":
        raise OutsideError("signing in: the server gave no bearer token", "check [oauth2] scope", transient=False)
    ends = next((seconds for name in _END_NAMES if (seconds := _seconds(fields.get(name)))), None)
    return Grant(
        access=str(access),
        access_ends_at=now + timedelta(seconds=_seconds(fields.get("expires_in")) or USUAL_SECONDS),
        refresh=refresh,
        ends_at=now + timedelta(seconds=ends) if ends else None,
        account=_account(fields.get("id_token")),
        scope=one_line(fields.get("scope") or ""),
    )


def refresh_token(answer: Answer) -> str:
    """The new refresh token of an answer, whatever the rest of it is; "" where the old one stays."""
    found = answer.fields.get("refresh_token")
    return str(found) if is_token(found) else ""


def person_needed(answer: Answer) -> bool:
    """Whether the sign-in has ended for good: only a person can sign in again."""
    return answer.error in _PERSON_NEEDED


def refusal(answer: Answer, endpoints: Endpoints) -> OutsideError:
    """What an answer with an error means."""
    said = f"{answer.error}: {answer.said}" if answer.said else answer.error
    what = f"{endpoints.name} refused ({said})"
    do = "check [oauth2]; docs/sign-in.md says what the client needs"
    if person_needed(answer):
        what, do = f"the sign-in at {endpoints.name} has ended or was withdrawn ({said})", endpoints.again
    elif answer.error in _CLIENT:
        what = f"{endpoints.name} does not take this client ({said})"
        do = (
            "check [oauth2] client_id and client_secret; a client secret ends on a day, and then a new one is needed "
            "(docs/sign-in.md)"
        )
    elif answer.error == "invalid_scope":
        what = f"{endpoints.name} does not allow this client to use mail ({said})"
        do = "add the rights of docs/sign-in.md"
    return OutsideError(what, do, transient=False)


def is_token(value: object) -> bool:
    """RFC 6749 appendix A.12: printable ASCII. Anything else could break out of the line it is sent in."""
    return isinstance(value, str) and value != "" and all("!" <= char <= "~" for char in value)


def _seconds(value: object) -> float:
    """A time to live; 0 for none, also where it is written as text (as Entra did) or makes no sense."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return seconds if 0 < seconds <= LONGEST_SECONDS else 0.0


def _account(id_token: object) -> str:
    """The address in an id_token, '' if it says none."""
    try:
        payload = str(id_token).split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        found = (claims.get(name) for name in ("email", "preferred_username", "upn"))
        return next((one_line(each, 120) for each in found if isinstance(each, str) and "@" in each), "")
    except (ValueError, LookupError, AttributeError, RecursionError):
        return ""
