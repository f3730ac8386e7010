"""Trying an SMTP server without sending anything: is the desk let in, may it send, to whom.

It begins a transaction and takes it back (RSET) before DATA; it must never go on to DATA. The login is `smtp_link`'s.
RFC 5321 (MAIL, RCPT, RSET), RFC 1870 (SIZE), RFC 4954 (AUTH).
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib

from mailbot.adapters.encryption import Encryption, encryption_of
from mailbot.adapters.reach import one_line, why_unreachable
from mailbot.adapters.smtp_link import FAILURES, Relay, connect, say_goodbye
from mailbot.errors import PostError

ANSWERS = 3  # times the time for one answer: a mail that is begun takes several, but never more than this in all
_SIZE = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to MAIL FROM or RCPT TO an address."""

    address: str
    accepted: bool
    said: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What an SMTP server offers and takes. most_bytes: of one mail, None where it names no limit."""

    encryption: Encryption | None
    mechanisms: tuple[str, ...]
    most_bytes: int | None
    sender: Answer
    recipients: tuple[Answer, ...]


def try_transaction(relay: Relay, sender: str, recipients: Sequence[str]) -> Tried:
    """Log in, ask whether mail from the sender to each recipient would be taken, and take it back.

    Raises:
        PostError: the server could not be reached or does not let the desk in.
    """
    with asyncio.Runner() as runner:
        return runner.run(_in_time(relay, sender, recipients))


async def _in_time(relay: Relay, sender: str, recipients: Sequence[str]) -> Tried:
    """All of it within its time, even where the server goes on talking."""
    try:
        async with asyncio.timeout(ANSWERS * relay.timeout):
            return await _try(relay, sender, recipients)
    except TimeoutError as error:
        why = why_unreachable(error, relay.host, relay.port, "[smtp]")
        raise PostError(f"SMTP: {why.what}", why.do, transient=why.transient) from error


async def _try(relay: Relay, sender: str, recipients: Sequence[str]) -> Tried:
    smtp = await connect(relay)
    try:
        first = await _mail(smtp, sender)
        others = [await _rcpt(smtp, address) for address in recipients] if first.accepted else []
        with suppress(*FAILURES):
            await smtp.rset()
        return Tried(
            encryption_of(smtp.get_transport_info("ssl_object")),
            tuple(smtp.server_auth_methods),
            _most_bytes(smtp.esmtp_extensions.get("size", "")),
            first,
            tuple(others),
        )
    except FAILURES as error:
        what = f"SMTP: {relay.host}:{relay.port} broke off in the middle ({one_line(error)})"
        raise PostError(what, "try again later", transient=True) from error
    finally:
        await say_goodbye(smtp)


def _most_bytes(size: str) -> int | None:
    """RFC 1870 section 4: at most 20 digits; 0 is no limit, and so is what is no such number."""
    told = int(size) if _SIZE.fullmatch(size := size.strip()) else 0
    return told or None


async def _mail(smtp: aiosmtplib.SMTP, sender: str) -> Answer:
    utf8 = not sender.isascii()
    try:
        answer = await smtp.mail(sender, options=["SMTPUTF8"] if utf8 else [], encoding="utf-8" if utf8 else "ascii")
    except aiosmtplib.SMTPResponseException as error:
        return Answer(sender, False, one_line(f"{error.code} {error.message}"))
    return Answer(sender, True, one_line(f"{answer.code} {answer.message}"))


async def _rcpt(smtp: aiosmtplib.SMTP, address: str) -> Answer:
    try:
        answer = await smtp.rcpt(address, encoding="ascii" if address.isascii() else "utf-8")
    except aiosmtplib.SMTPResponseException as error:
        return Answer(address, False, one_line(f"{error.code} {error.message}"))
    return Answer(address, True, one_line(f"{answer.code} {answer.message}"))


def greeting(relay: Relay) -> str:
    """The first line that the server says, in which some tell the time; '' if none can be had."""
    with suppress(OSError), socket.create_connection((relay.host, relay.port), relay.timeout) as plain:
        if relay.security != "tls":
            return one_line(plain.recv(1_000))
        with ssl.create_default_context().wrap_socket(plain, server_hostname=relay.host) as secure:
            return one_line(secure.recv(1_000))
    return ""
