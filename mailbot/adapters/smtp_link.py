"""One SMTP connection: opened, encrypted, logged in; and why it could not be, as one sentence.

It must never try a refused password again by another mechanism (three refusals lock an account), never show it, and
never fall back to plain text. A refused access token is tried once more, fresh.
RFC 5321 4.1.1.1 (EHLO), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 7628 (OAUTHBEARER).
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.adapters.masking import masked
from mailbot.adapters.oauth2 import AccessToken, Exchange, best_mechanism
from mailbot.adapters.reach import one_line, why_unreachable
from mailbot.errors import OutsideError, PostError

# All that a server can make aiosmtplib raise; ssl errors and ValueError come through raw.
FAILURES = (SMTPException, OSError, ValueError, asyncio.TimeoutError)
LOST = (SMTPServerDisconnected, SMTPTimeoutError, OSError, asyncio.TimeoutError)

MECHANISMS = ("plain", "login", "cram-md5")
UNENCRYPTED = ("cram-md5", "plain", "login")
NEXT_MECHANISM = frozenset({504, 534})  # RFC 4954 4 and 6: this mechanism not; the password was not looked at
CONTINUE, SIGNED_IN = 334, 235  # RFC 4954 section 6
GOODBYE_SECONDS = 3

_FULL_NAME = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters are handed in and how.

    security: tls starttls none; username "" = no AUTH. token: gives a fresh OAuth 2 access token, used in place of the
    password.
    """

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    timeout: float = 60
    token: AccessToken | None = field(default=None, repr=False)


class _TokenRefused(PostError):
    """The server will not have this access token; a fresh one may do."""


async def connect(relay: Relay) -> aiosmtplib.SMTP:
    """A connection that takes letters; PostError with the sentence for the admin."""
    if relay.token is None:
        return await _connected(relay, "")
    token = await _asked(relay.token)
    try:
        return await _connected(relay, token)
    except _TokenRefused:
        return await _connected(relay, await _asked(relay.token, refused=token))


def knock(relay: Relay) -> None:
    """Connect, log in and say goodbye; PostError with the sentence for the admin."""

    async def there_and_back() -> None:
        await say_goodbye(await connect(relay))

    asyncio.run(there_and_back())


async def _asked(token: AccessToken, refused: str = "") -> str:
    """The token, asked for beside the loop: another server may have to be waited for."""
    try:
        return await asyncio.to_thread(token, refused)
    except OutsideError as error:
        raise PostError(f"SMTP: {error.what}", error.do, transient=error.transient) from error


async def _connected(relay: Relay, token: str) -> aiosmtplib.SMTP:
    smtp = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=relay.timeout,
        use_tls=relay.security == "tls",
        start_tls=relay.security == "starttls",
        tls_context=ssl.create_default_context() if relay.security != "none" else None,
        local_hostname=_own_name(),
    )
    try:
        await smtp.connect()
        await smtp.ehlo()
        if token:
            await _sign_in(smtp, relay, token)
        elif relay.username:
            await _log_in(smtp, relay)
    except PostError:
        smtp.close()
        raise
    except FAILURES as error:
        smtp.close()
        raise _not_connected(error, relay, token) from error
    return smtp


async def say_goodbye(smtp: aiosmtplib.SMTP) -> None:
    """QUIT, briefly, and close; never raises."""
    with suppress(*FAILURES):
        if smtp.is_connected:
            await smtp.quit(timeout=GOODBYE_SECONDS)
    smtp.close()


def _own_name() -> str:
    """Our name for EHLO: the host's if it is a full one, else an address literal (RFC 5321 4.1.4); asks no DNS."""
    name = socket.gethostname()
    return name if _FULL_NAME.fullmatch(name) else "[127.0.0.1]"


async def _log_in(smtp: aiosmtplib.SMTP, relay: Relay) -> None:
    """AUTH with the first mechanism that both sides know."""
    order = UNENCRYPTED if relay.security == "none" else MECHANISMS
    offered = [mechanism for mechanism in order if mechanism in smtp.server_auth_methods]
    if not offered:
        raise PostError(
            f"SMTP: {relay.host}:{relay.port} offers no login by password",
            "check [smtp] port and security, or leave out [smtp] username if it wants none",
            transient=False,
        )
    ways = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    for mechanism in offered:
        try:
            await ways[mechanism](relay.username, relay.password)
            return
        except SMTPAuthenticationError as error:
            if error.code not in NEXT_MECHANISM or mechanism == offered[-1]:
                raise


async def _sign_in(smtp: aiosmtplib.SMTP, relay: Relay, token: str) -> None:
    """AUTH with an access token. aiosmtplib would lose the server's reason, and knows no OAUTHBEARER."""
    where = f"{relay.host}:{relay.port}"
    chosen = best_mechanism(smtp.server_auth_methods)
    if not chosen:
        raise PostError(
            f"SMTP: {where} offers no sign-in by OAuth 2",
            "check [smtp] host, port and security, or leave out [smtp] oauth2 and give a password",
            transient=False,
        )
    exchange = Exchange(chosen, relay.username, token, (relay.host, relay.port))
    first = base64.b64encode(exchange.answer(b""))
    answer = await smtp.execute_command(b"AUTH", chosen.encode("ascii"), first)
    if answer.code == CONTINUE:
        answer = await smtp.execute_command(base64.b64encode(exchange.answer(_decoded(answer.message))))
    if answer.code == SIGNED_IN:
        return
    words = one_line(masked(f"{answer.code} {answer.message}", token, sent=exchange.sent))
    said = "; ".join(filter(None, (exchange.said, words)))
    kind = _TokenRefused if answer.code >= 500 else PostError
    raise kind(
        f"SMTP: {where} refused the sign-in of {relay.username} ({said})",
        "look with `mailbot login --status` whose sign-in it is, and whether the provider allows SMTP for this "
        "mailbox; `mailbot login` signs in anew",
        transient=kind is PostError,
    )


def _decoded(challenge: str) -> bytes:
    try:
        return base64.b64decode(challenge)
    except ValueError:
        return b""


def _not_connected(error: BaseException, relay: Relay, token: str) -> PostError:
    where = f"{relay.host}:{relay.port}"
    said = _said(error, relay, token)
    if isinstance(error, SMTPAuthenticationError):
        do = "check [smtp] username and password; some providers want an app password"
        what = f"SMTP: {where} refused the login of {relay.username} ({said})"
        return PostError(what, do, transient=error.code < 500)
    if isinstance(error, SMTPConnectResponseError | SMTPResponseException):
        what = "does not take us now" if 400 <= error.code < 500 else "does not take us, or is no SMTP server"
        return PostError(f"SMTP: {where} {what} ({said})", "check [smtp] host and port", transient=error.code < 500)
    if isinstance(error, OSError):
        why = why_unreachable(error, relay.host, relay.port, "[smtp]")
        return PostError(f"SMTP: {why.what}", why.do, transient=why.transient)
    if "STARTTLS" in said:
        do = 'set [smtp] security = "tls" and its port (mostly 465)'
        return PostError(f"SMTP: {where} offers no STARTTLS", do, transient=False)
    do = "check [smtp] host, port and security"
    return PostError(f"SMTP: {where} cannot be used ({said})", do, transient=False)


def _said(error: BaseException, relay: Relay, token: str) -> str:
    """The error in one line, without the password or token should a server repeat it."""
    words = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    return one_line(masked(words, relay.password, token, sent=f"\0{relay.username}\0{relay.password}"))
