"""A real SMTP server that keeps what it gets and can be told to misbehave; also a process of its own."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import ssl
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.background import HOST, Background
from tests.certificates import Certificate


@dataclass(frozen=True, slots=True)
class Received:
    """A mail the sink has accepted: envelope, bytes, by which connection, logged in as whom."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    connection: int
    user: str = ""


@dataclass
class SmtpSink:
    """An SMTP server that keeps what it gets, and does what it is told; everything can be changed while it runs.

    Args:
        users: AUTH is required, with these names and passwords.
        takes_token: AUTH XOAUTH2 is required, with what this says of a user name and an access token.
        certificate: STARTTLS is required; with `implicit` TLS from the first byte.
        rcpt_answers: recipient -> answer to RCPT TO ("550 5.1.1 no such user").
        data_answers: answers to the next mails, in order; 250 after that.
        mail_answer: answer to every MAIL FROM.
        mode: "" works; "drop" cuts the connection after DATA without an answer, "hang" never answers DATA,
            "drop-early" cuts at MAIL FROM; "keep-drop" takes the mail for good and then cuts.
        most_connections: more than that get 421.
        utf8: whether SMTPUTF8 is offered.
        folder: each mail is written there too, before 250.
    """

    users: Mapping[str, str] = field(default_factory=dict)
    takes_token: Callable[[str, str], bool] | None = None
    certificate: Certificate | None = None
    implicit: bool = False
    rcpt_answers: dict[str, str] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    mail_answer: str = ""
    mode: str = ""
    most_connections: int = 1000
    utf8: bool = True
    folder: Path | None = None
    port: int = 0
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    after_refusal: list[object] = field(default_factory=list)  # what clients answered to the error of XOAUTH2
    host = HOST

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._open: dict[Any, int] = {}
        self._background = Background(self._listen, "smtp-sink")

    def start(self) -> SmtpSink:
        self.port = self._background.start()
        return self

    def stop(self) -> None:
        self._background.stop()

    @property
    def received(self) -> list[Received]:
        """What was accepted, in order; a copy, for any thread."""
        with self._lock:
            return list(self._received)

    def kick(self) -> None:
        """Close every connection, as servers do with idle ones."""
        self._background.soon(self._close_all)

    def _close_all(self) -> None:
        for session in self._open:
            if session.transport:
                session.transport.close()
        self._open.clear()

    async def _listen(self, tell: Callable[[int], None]) -> None:
        context = self.certificate.context() if self.certificate and self.implicit else None
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._session, HOST, self.port, ssl=context)
        tell(server.sockets[0].getsockname()[1])
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            self._close_all()

    def _session(self) -> asyncio.Protocol:
        self.connections += 1
        if sum(1 for session in self._open if session.transport) >= self.most_connections:
            return _Busy()
        starttls = self.certificate.context() if self.certificate and not self.implicit else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # AUTH without TLS: on the loopback, for a test
            session = self._speaker(starttls)
        self._open[session] = self.connections
        return session

    def _speaker(self, starttls: ssl.SSLContext | None) -> SMTP:
        return SMTP(
            _Hooks(self),
            enable_SMTPUTF8=self.utf8,
            data_size_limit=None,
            hostname="sink.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=bool(self.users or self.takes_token),
            auth_require_tls=starttls is not None,
            authenticator=self._authenticate,
            auth_exclude_mechanism=[
                *([] if self.users else ["LOGIN", "PLAIN"]),
                *([] if self.takes_token else ["XOAUTH2"]),
            ],
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        name = data.login.decode()
        self.logins.append(mechanism)
        right = self.users.get(name) == data.password.decode()
        return AuthResult(success=right, handled=False, auth_data=name)

    def answer_to(self, address: str) -> str:
        """The answer to RCPT TO."""
        return self.rcpt_answers.get(address, "250 2.1.5 OK")

    def _keep(self, session: Any, envelope: Any) -> None:
        name = getattr(session.session, "auth_data", None) or ""
        raw = bytes(envelope.original_content or b"")
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, self._open.get(session, 0), str(name))
        with self._lock:
            self._received.append(mail)
            if self.folder:
                write_mail(self.folder, mail, len(self._received))


class _Hooks:
    """What aiosmtpd calls, apart from the sink: it looks at every attribute of its handler."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        """As Google does it: a refusal is a challenge with the reason, and the client's empty answer ends it."""
        sink = self._sink
        sink.logins.append("XOAUTH2")
        said = base64.b64decode(args[1]).decode().split("\x01") if len(args) == 2 else []
        name, token = (
            (said[0].removeprefix("user="), said[1].removeprefix("auth=Bearer ")) if len(said) == 4 else ("", "")
        )
        if sink.takes_token and sink.takes_token(name, token):
            return AuthResult(success=True, auth_data=name)
        answer = await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.test/"}')
        sink.after_refusal.append(answer)
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self._sink.mode == "drop-early":
            server.transport.abort()
        if self._sink.mail_answer:
            return self._sink.mail_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self._sink.answer_to(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        sink = self._sink
        if sink.mode == "hang":
            await asyncio.sleep(3600)
        answer = sink.data_answers.pop(0) if sink.data_answers else "250 2.0.0 taken"
        if sink.mode != "drop" and answer.startswith("2"):
            sink._keep(server, envelope)
        if sink.mode in ("drop", "keep-drop"):
            server.transport.abort()
        return answer


class _Busy(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        transport.write(b"421 4.7.0 too many connections\r\n")
        transport.close()


def write_mail(folder: Path, mail: Received, number: int) -> None:
    """`000001.eml`, and its envelope in `000001.json`: on the disk, whole or not at all, when this returns."""
    envelope = json.dumps({"from": mail.sender, "to": list(mail.to)}).encode()
    for suffix, content in ((".json", envelope), (".eml", mail.raw)):
        path = folder / f"{os.getpid()}-{number:06}{suffix}"
        part = path.with_suffix(suffix + ".part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def main(arguments: list[str]) -> int:
    """`sink PORT FOLDER`"""
    if len(arguments) != 3 or arguments[0] != "sink":
        print("usage: servers.py sink PORT FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[2])
    folder.mkdir(parents=True, exist_ok=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})  # before threads start: sigwait gets them
    sink = SmtpSink(port=int(arguments[1]), folder=folder).start()
    print(f"listening on {sink.port}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    sink.stop()
    return 0
