"""One question to a sign-in server: a form by POST, JSON back.

It must never follow a redirect (a token must not go where the settings did not send it), never trust a certificate
that the system does not, never wait or read without end, and never put what was sent into a sentence.
RFC 6749 sections 5.1 and 5.2 (answers), RFC 8628 section 3.5 (errors while waiting).
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mailbot.adapters.masking import masked
from mailbot.adapters.paced import Pace
from mailbot.adapters.reach import one_line, why_unreachable
from mailbot.errors import OutsideError

SECONDS = 20.0  # for each wait
WHOLE = 2 * SECONDS  # for the whole, however many waits it has
MOST_BYTES = 200_000
_BUSY = frozenset({"temporarily_unavailable", "server_error"})  # RFC 6749 4.1.2.1
_SECRET = ("client_secret", "refresh_token", "code", "device_code", "code_verifier")
_KEPT = 4  # what is shorter is no secret, and would take letters out of `invalid_grant`
WAITING = frozenset({"authorization_pending", "slow_down"})  # RFC 8628 3.5; with whatever HTTP status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: `fields` where it agreed, else `error` (RFC 6749 5.2) and what it `said` of it."""

    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    error: str = ""
    said: str = ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """None: urllib then raises the redirect as an error."""


class _Http(urllib.request.HTTPHandler):
    """Plain, at a pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_paced, http.client.HTTPConnection, self._pace), req)


class _Https(urllib.request.HTTPSHandler):
    """Encrypted, at a pace; trusts whom the system trusts."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        encrypted = partial(http.client.HTTPSConnection, context=self._pace.context())
        return self.do_open(partial(_paced, encrypted, self._pace), req)


def _paced(connection: Any, pace: Pace, host: str, **options: Any) -> Any:
    """A connection of http.client over sockets with a pace, also where a proxy stands between."""
    made = connection(host, **options)
    made._create_connection = pace.connect
    return made


def post(url: str, form: Mapping[str, str]) -> Answer:
    """The server's answer.

    Raises:
        OutsideError: it could not be reached, or sent what is no answer; transient where waiting may help.
    """
    parts = urllib.parse.urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        body = urllib.parse.urlencode(form).encode("ascii")
    except UnicodeError:
        do = "check [oauth2] client_id and client_secret"
        raise OutsideError("signing in: what is to be sent is no text", do, transient=False) from None
    try:
        status, raw = _fetched(url, body)
    except (OSError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        telling = cause if isinstance(cause, BaseException) else error
        why = why_unreachable(telling, host, port, "the sign-in server's")
        raise OutsideError(f"signing in: {why.what}", why.do, transient=why.transient) from None
    return _understood(status, raw, f"{host}:{port}", form)


def _fetched(url: str, body: bytes) -> tuple[int, bytes]:
    """(HTTP status, body), or TimeoutError: the whole takes no longer than WHOLE, as others wait for the token."""
    pace = Pace(WHOLE)
    # Plain is for this machine: no proxy on the way.
    ways = [urllib.request.ProxyHandler({}), _Http(pace)] if url.startswith("http:") else [_Http(pace), _Https(pace)]
    opener = urllib.request.build_opener(_NoRedirects, *ways)
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  (https or loopback: settings refuse all else)
    try:
        answer = opener.open(request, timeout=SECONDS)
    except urllib.error.HTTPError as error:
        answer = error  # a refusal is an answer too
    with answer:
        raw = b""
        while len(raw) <= MOST_BYTES and (piece := answer.read1(65_536)):
            raw += piece
        return int(answer.status), raw


def _understood(status: int, raw: bytes, where: str, form: Mapping[str, str]) -> Answer:
    try:  # as float: none of their numbers need be exact, and one of 5,000 digits is no error then
        fields = json.loads(raw, parse_int=float) if len(raw) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        fields = None
    busy = status == 429 or status >= 500
    if not isinstance(fields, dict) or (busy and "error" not in fields):
        what = "is busy or out of order" if busy else "sent what is no answer to a sign-in"
        raise OutsideError(f"signing in: {where} {what} (HTTP {status})", "check [oauth2], or wait", transient=busy)
    error = fields.get("error")
    if error is None and 200 <= status < 300:
        return Answer(fields=fields)
    kind = _without_secrets(error, form, 80) if isinstance(error, str) and error else f"HTTP {status}"
    said = _without_secrets(str(fields.get("error_description") or ""), form, 200)
    if kind in _BUSY or (busy and kind not in WAITING):
        raise OutsideError(f"signing in: {where} is busy ({kind}); it is tried again later", transient=True)
    return Answer(error=kind, said=said)


def _without_secrets(words: str, form: Mapping[str, str], longest: int) -> str:
    """The server's words in a line; a server that repeats what it was sent does not get it into a log."""
    sent = (form.get(name, "") for name in _SECRET)
    return one_line(masked(words, *(each for each in sent if len(each) >= _KEPT)), longest)
