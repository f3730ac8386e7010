"""A sign-in server on this machine: device codes, a browser's redirect, tokens, introspection; it can misbehave.

RFC 6749, RFC 7636 (S256 is required), RFC 8628, RFC 7662 (introspection, for Dovecot).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.background import HOST

CLIENT, SECRET = "desk-client", "client-secret-4711"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class OAuthServer:
    """What it does can be changed while it runs; `fresh` takes everything back.

    Attributes:
        account: who signs in.
        waiting: the answers to the next polls for a device code ("authorization_pending", "slow_down", …).
        refusal: error of every renewal from now on. status: HTTP status of every token answer instead of an answer.
        seconds: life of access tokens. ends_in: what the server says of the whole sign-in's life.
        rotates: each renewal gives a new refresh token; an old one used again ends the sign-in (RFC 9700 4.14).
        also: fields of its own in every answer with tokens.
        asked: the grant types of token requests, in order.
    """

    host = HOST

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._lock = threading.Lock()
        self.url = f"http://{HOST}:{self._server.server_port}"
        self.fresh("")

    def start(self) -> OAuthServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fresh(self, account: str) -> None:
        """As new, for one who signs in."""
        self.account, self.waiting, self.refusal, self.status = account, list[str](), "", 0
        self.seconds: Any = 3600
        self.ends_in: Any = None
        self.rotates, self.delay, self.interval = True, 0.0, 5
        self.also: dict[str, Any] = {}
        self.asked: list[str] = []
        self.bodies: list[dict[str, str]] = []
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._used: set[str] = set()

    def takes(self, user: str, token: str) -> bool:
        """What a mail server asks: does this token open this mailbox?"""
        return user == self.account and self._access.get(token, 0.0) > time.monotonic()

    def withdraw(self, *, renewals_too: bool) -> None:
        """The owner takes the access tokens back; perhaps the whole sign-in."""
        with self._lock:
            self._access.clear()
            if renewals_too:
                self._refresh.clear()

    # ---- answers --------------------------------------------------------------------------------------------

    def device(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code()
        address = f"{self.url}/device"
        return 200, {
            "device_code": code, "user_code": "WDJB-MJHT", "verification_uri": address, "expires_in": 900,
            "interval": self.interval,
        }  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str:
        """The redirect after the person has agreed."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(asked["code_challenge"], asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        kind = form.get("grant_type", "")
        with self._lock:
            self.asked.append(kind.rpartition(":")[2])
            self.bodies.append(form)
        time.sleep(self.delay)
        if self.status:
            return self.status, {}
        if (form.get("client_id"), form.get("client_secret", SECRET)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": f"wrong: {form.get('client_secret')}"}
        with self._lock:
            if kind == "refresh_token":
                return self._renewal(form.get("refresh_token", ""))
            return self._first(kind, form)

    def _renewal(self, token: str) -> tuple[int, dict[str, Any]]:
        if self.refusal:
            return 400, {"error": self.refusal, "error_description": f"no more: {token}"}
        if token not in self._refresh:
            if token in self._used:
                self._refresh.clear()
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if not self.rotates:
            return 200, self._grant("")
        self._refresh.discard(token)
        self._used.add(token)
        return 200, self._grant(self._new_refresh())

    def _first(self, kind: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        code = form.get("device_code" if kind == DEVICE else "code", "")
        if code not in self._codes:
            return 400, {"error": "invalid_grant"}
        if kind == DEVICE and self.waiting:
            return 400, {"error": self.waiting.pop(0)}
        made = self._codes.pop(code)
        if made.challenge:
            proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
            if proof.decode() != made.challenge or form["redirect_uri"] != made.redirect_uri:
                return 400, {"error": "invalid_grant"}
        return 200, self._grant(self._new_refresh())

    def _new_refresh(self) -> str:
        token = "refresh-" + secrets.token_urlsafe(24)
        self._refresh.add(token)
        return token

    def _grant(self, refresh: str) -> dict[str, Any]:
        access = "access-" + secrets.token_urlsafe(24)
        self._access[access] = time.monotonic() + float(self.seconds)
        claims = base64.urlsafe_b64encode(json.dumps({"email": self.account}).encode()).rstrip(b"=").decode()
        given = {
            "access_token": access, "token_type": "Bearer", "expires_in": self.seconds, "id_token": f"e30.{claims}.sig",
        }  # fmt: skip
        ends = {"refresh_token_expires_in": self.ends_in} if self.ends_in else {}
        return {**given, **({"refresh_token": refresh} if refresh else {}), **ends, **self.also}


@dataclass(frozen=True)
class _Code:
    challenge: str = ""
    redirect_uri: str = field(default="")


def _handler(server: OAuthServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
            path = urlsplit(self.path).path
            if path == "/introspect":
                good = server.takes(server.account, form.get("token", ""))
                self._answer(200, {"active": good, **({"email": server.account} if good else {})})
            elif path == "/moved":
                self._answer(302, {}, Location=f"{server.url}/token")
            elif path == "/endless":
                self._answer(200, {"access_token": "x" * 1_000_000})
            else:
                self._answer(*(server.device if path == "/device" else server.token)(form))

        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            self._answer(302, {}, Location=server.authorize(asked))

        def _answer(self, status: int, fields: dict[str, Any], **headers: str) -> None:
            body = json.dumps(fields).encode()
            self.send_response(status)
            for name, value in {
                **headers,
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
