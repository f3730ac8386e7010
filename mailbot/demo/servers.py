"""A mail world in one thread for the demo and the tests: IMAP (pymap) and SMTP (aiosmtpd) on one asyncio loop.

What is posted to a known user lands in that user's inbox and wakes IDLE; what is posted to anybody else is accepted
and kept in `outside`. All in memory, on 127.0.0.1 and free ports. Never for real mail: no TLS, passwords hardly hashed.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, cast
from weakref import WeakSet

from aiosmtpd.smtp import SMTP
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import BuiltinHash

HOST = "127.0.0.1"
START_SECONDS = 20
# pymap is made to be started from its command line; these are the options its configuration looks up there.
ARGUMENTS = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail as it came over SMTP: the envelope, the bytes, when."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    at: datetime


class EmbeddedMail:
    """`with EmbeddedMail({"desk@shop.test": "secret"}) as mail:` serves IMAP and SMTP until the block ends.

    Args:
        users: address -> password; the address is the IMAP user name. `user+anything@` reaches `user@`.
        clock: what time it is in this world (INTERNALDATE, Posted.at).
    """

    host = HOST

    def __init__(self, users: Mapping[str, str], clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._users = dict(users)
        self._clock = clock
        self._lock = threading.Lock()
        self._outside: list[Posted] = []
        self._boxes: dict[str, MailboxSet] = {}
        self._sessions: WeakSet[SMTP] = WeakSet()
        self._started: Future[tuple[int, int]] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="embedded-mail", daemon=True)
        self.imap_port = 0
        self.smtp_port = 0

    def __enter__(self) -> EmbeddedMail:
        self._thread.start()
        self.imap_port, self.smtp_port = self._started.result(START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop and self._stop:
            with suppress(RuntimeError):  # the loop is closed: the thread has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_SECONDS)

    @property
    def outside(self) -> list[Posted]:
        """Mails to people who have no mailbox here, oldest first; a copy, for any thread."""
        with self._lock:
            return list(self._outside)

    def deliver(self, raw: bytes, user: str, at: datetime | None = None) -> None:
        """Put a mail into a user's inbox as the server would have, at a time of one's own; for any thread."""
        if self._loop is None or self._loop.is_closed():
            raise RuntimeError("the embedded mail servers are not running")
        when = at or self._clock()
        asyncio.run_coroutine_threadsafe(self._put(raw, user, when), self._loop).result(START_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # handed to the thread that waits in __enter__
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        imap = await self._start_imap()
        smtp = await self._loop.create_server(self._smtp_session, HOST, 0)
        try:
            self._started.set_result((imap.sockets[0].getsockname()[1], smtp.sockets[0].getsockname()[1]))
            await self._stop.wait()
        finally:  # not `async with`: from Python 3.12 on that waits until every client has gone by itself
            imap.close()
            smtp.close()
            for session in self._sessions:
                if session.transport:
                    session.transport.close()

    async def _start_imap(self) -> asyncio.Server:
        config = _QuietConfig(
            ARGUMENTS,
            host=HOST,
            port=0,
            demo_data=False,
            demo_user="",
            demo_password="",
            tls_enabled=False,
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),  # else it looks for CERT_FILE in the environment
            hash_context=BuiltinHash(rounds=1),  # 500,000 rounds a login would be the slowest part of every test
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0,
        )
        config.apply_context()
        login = Login(config)
        for user, password in self._users.items():
            hashed = config.hash_context.hash(config.password_prep(password))
            login.users_dict[user] = UserMetadata(config, user, password=hashed)
            box = self._boxes[user.casefold()] = MailboxSet()
            config.set_cache[user] = (box, FilterSet())
        answer = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
        return await asyncio.start_server(lambda reader, writer: answer(reader, cast(Any, _Gathered(writer))), HOST, 0)

    def _smtp_session(self) -> SMTP:
        session = SMTP(self, enable_SMTPUTF8=True, data_size_limit=None, hostname="localhost", loop=self._loop)
        self._sessions.add(session)
        return session

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd with a whole mail: into the inboxes of those who have one, outside for the others."""
        raw, at = bytes(envelope.original_content or b""), self._clock()
        strangers = [to for to in envelope.rcpt_tos if self._user(to) is None]
        for user in dict.fromkeys(filter(None, map(self._user, envelope.rcpt_tos))):
            await self._put(raw, user, at)
        if strangers:
            with self._lock:
                self._outside.append(Posted(envelope.mail_from or "", tuple(strangers), raw, at))
        return "250 2.0.0 delivered"

    def _user(self, address: str) -> str | None:
        """Whose inbox an address is: as written, or without its +detail (RFC 5233)."""
        local, _, domain = address.casefold().rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return next((key for key in (address.casefold(), plain) if key in self._boxes), None)

    async def _put(self, raw: bytes, user: str, at: datetime) -> None:
        inbox = await self._boxes[user.casefold()].get_mailbox("INBOX")
        await inbox.append(AppendMessage(raw, at, frozenset()), recent=True)


class _Gathered:
    """A stream that sends an answer in one go: pymap writes it in crumbs, and each would be a packet of its own."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        self._waiting.append(bytes(data))

    async def drain(self) -> None:
        self._send()
        await self._writer.drain()

    def close(self) -> None:
        self._send()
        self._writer.close()

    def _send(self) -> None:
        if self._waiting:
            self._writer.write(b"".join(self._waiting))
            self._waiting.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


class _QuietConfig(Config):
    """pymap asks the DNS for its own name at every connection; this one knows it."""

    @property
    def greeting(self) -> bytes:
        return b"mailbot demo ready"
