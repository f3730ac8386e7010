"""Signing in by a browser that comes back to this machine, or whose last address is pasted by hand.

It decides which answer belongs to this sign-in. It must listen on the loopback only, believe no answer without our
`state`, and give a code away only with the proof that we asked for it.
RFC 6749 4.1, RFC 7636 (PKCE, S256), RFC 8252 section 7.3 (loopback redirect).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import queue
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

from mailbot.adapters.reach import one_line
from mailbot.errors import OutsideError
from mailbot.sign_in import ask, grant
from mailbot.sign_in.ask import Answer
from mailbot.sign_in.endpoints import Endpoints

HOST = "127.0.0.1"
READ_SECONDS = 10  # browsers open connections that they then say nothing on
_BACK = "<!doctype html><meta charset=utf-8><title>mailbot</title><p>{}</p>"
_THANKS = _BACK.format("Thank you. Go back to the terminal; this page can be closed.")
_STRANGE = _BACK.format("This page belongs to another sign-in. Use the address that the terminal shows.")


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought back: a code, or an error."""

    code: str = field(default="", repr=False)
    error: str = ""
    said: str = ""


class Redirect:
    """One sign-in by browser: its address, and the page on this machine that the browser comes back to."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._state, self._verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        self._came: queue.Queue[Returned] = queue.Queue()
        self._server = ThreadingHTTPServer((HOST, 0), _page(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="redirect", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def back(self) -> str:
        """Where the browser is sent at the end."""
        return f"http://{self._endpoints.redirect_host}:{self._server.server_port}/"

    @property
    def address(self) -> str:
        """What the person opens in a browser."""
        digest = hashlib.sha256(self._verifier.encode("ascii")).digest()
        asked = {
            "response_type": "code",
            "client_id": self._endpoints.client_id,
            "redirect_uri": self.back,
            "scope": self._endpoints.scope,
            "state": self._state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
            "login_hint": self._endpoints.username,
            # Google gives a refresh token for these two only; others pass over what they do not know (RFC 6749 3.1).
            "access_type": "offline",
            "prompt": "consent",
        }
        joint = "&" if urlsplit(self._endpoints.authorize).query else "?"
        return f"{self._endpoints.authorize}{joint}{urlencode(asked)}"

    def take(self, address: str) -> bool:
        """Whether the address (of the page, or pasted) belongs to this sign-in; then it is what `wait` returns."""
        try:
            found = {name: values[-1] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
        except ValueError:
            return False
        if not hmac.compare_digest(found.get("state", "").encode(), self._state.encode()):
            return False
        if not (found.get("code") or found.get("error")):
            return False
        self._came.put(Returned(found.get("code", ""), found.get("error", ""), found.get("error_description", "")))
        return True

    def wait(self, seconds: float) -> Returned | None:
        """What came back; None if nothing did so far."""
        try:
            return self._came.get(timeout=seconds)
        except queue.Empty:
            return None

    def redeem(self, returned: Returned) -> Answer:
        """The answer with tokens. Raises OutsideError where the person declined or the server refuses."""
        if returned.error == "access_denied":
            raise OutsideError("the sign-in was declined in the browser; nothing was changed", transient=False)
        answer = Answer(error=one_line(returned.error, 80), said=one_line(returned.said, 200))
        if not returned.error:
            form = {
                "grant_type": "authorization_code",
                "code": returned.code,
                "redirect_uri": self.back,
                "code_verifier": self._verifier,
            }
            answer = ask.post(self._endpoints.token, {**form, **self._endpoints.client})
        if answer.error == "invalid_grant":
            raise OutsideError(
                "the code of the browser does not count (any more); run `mailbot login` again", transient=False
            )
        if answer.error:
            raise grant.refusal(answer, self._endpoints)
        return answer


def _page(redirect: Redirect) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        timeout = READ_SECONDS

        def do_GET(self) -> None:
            taken = redirect.take(self.path)
            body = (_THANKS if taken else _STRANGE).encode("utf-8")
            self.send_response(200 if taken else 404)
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"), ("Connection", "close"),
            ):  # fmt: skip
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the address holds the code."""

    return Page
