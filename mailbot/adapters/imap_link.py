"""One IMAP connection: opened, encrypted, logged in; and every way it can fail, as one sentence.

It decides whether a failure will pass (MailboxError.transient). It must never show the password, never fall back to
plain text where TLS was asked for, and never trust a certificate that the system does not.
RFC 3501 6.2 (STARTTLS, AUTHENTICATE, LOGIN), RFC 5530 (response codes), RFC 4616 (PLAIN), RFC 7628 (OAUTHBEARER).
"""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError
from imapclient.imapclient import SocketTimeout

from mailbot.adapters import imap_refusals
from mailbot.adapters.oauth2 import AccessToken, Exchange, best_mechanism
from mailbot.adapters.reach import one_line, why_unreachable
from mailbot.errors import MailboxError, OutsideError

# All that a server can make imapclient and imaplib raise: its own errors, the network's, and those of an answer
# that does not parse (they reach us raw).
FAILURES = (IMAPClientError, OSError, ValueError, LookupError, TypeError)

# RFC 5530: a NO with one of these will be a NO again tomorrow.
LASTING = frozenset({
    "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN", "NOPERM", "OVERQUOTA",
    "CLIENTBUG", "CANNOT", "NONEXISTENT",
})  # fmt: skip
# … and a refused login with one of these is about the server, not about us.
PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"})
MISSING = frozenset({"TRYCREATE", "NONEXISTENT"})

_CODE = re.compile(r"\[([A-Z]+)")
_BYTES = re.compile(r"\bb(['\"])(.*)\1$", re.DOTALL)
_PLAIN_ATOM = re.compile(r"[A-Za-z0-9@._+=/-]+")
GOODBYE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is and how to get in.

    security: tls starttls none. token: gives a fresh OAuth 2 access token, used in place of the password.
    """

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    connect_timeout: float = 20
    read_timeout: float = 60
    token: AccessToken | None = field(default=None, repr=False)


class _TokenRefused(MailboxError):
    """The server will not have this access token; a fresh one may do."""


def connect(account: Account) -> IMAPClient:
    """A connection logged in and ready; raises MailboxError with the sentence for the admin."""
    if account.token is None:
        return _connected(account, "")
    token = _asked(account.token)
    try:
        return _connected(account, token)
    except _TokenRefused:  # it may have been withdrawn before its time: once more, with a fresh one
        return _connected(account, _asked(account.token, refused=token))


def _asked(token: AccessToken, refused: str = "") -> str:
    try:
        return token(refused)
    except OutsideError as error:
        raise MailboxError(f"IMAP: {error}", transient=error.transient) from error


def _connected(account: Account, token: str) -> IMAPClient:
    try:
        client = _open(account)
    except FAILURES as error:
        raise _not_opened(error, account) from error
    try:
        _tune(client.socket())
        client.normalise_times = False  # else INTERNALDATE comes back naive, in the local zone
        if account.security == "starttls":
            _start_tls(client, account)
        if token:
            _sign_in(client, account, token)
        else:
            _log_in(client, account)
    except MailboxError:
        hang_up(client)
        raise
    except FAILURES as error:
        hang_up(client)
        raise failure(error, account, "logging in") from error
    return client


def hang_up(client: Any) -> None:
    """Close without a word: the connection is not to be trusted any more."""
    with suppress(*FAILURES, AttributeError):
        client.shutdown()


def say_goodbye(client: Any) -> None:
    """LOGOUT, briefly, and close; never raises."""
    with suppress(*FAILURES, AttributeError):
        client.socket().settimeout(GOODBYE_SECONDS)
        client.logout()
    hang_up(client)


def code(error: BaseException) -> str:
    """The response code of a NO (RFC 5530), '' where it has none."""
    found = _CODE.search(str(error).upper())
    return found.group(1) if found else ""


def refused(error: BaseException) -> bool:
    """Whether the server answered NO or BAD, so that the connection itself is still good."""
    return isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError)


def failure(error: BaseException, account: Account, doing: str) -> MailboxError:
    """The MailboxError for what went wrong while `doing` something on a connection that was open."""
    where = f"{account.host}:{account.port}"
    said = _said(error, account)
    if isinstance(error, IMAPClientReadOnlyError):  # an abort to imaplib, but it will not pass
        return MailboxError(
            f"{doing}: the folder at {where} is read only ({said}): give {account.username} the right to write in it",
            transient=False,
        )
    if isinstance(error, OSError):
        sentence, transient = why_unreachable(error, account.host, account.port, "[imap]")
        return MailboxError(f"{doing}: {sentence}", transient=transient)
    if isinstance(error, IMAPClientAbortError):
        return MailboxError(
            f"{doing}: the connection to {where} was lost ({said}); it is opened again at the next try", transient=True
        )
    if refused(error):
        meaning = imap_refusals.sentence(code(error), where, account.username, said)
        plain = f"{where} refused ({said}): see what the server says, and ask its admin if it stays so"
        return MailboxError(f"{doing}: {meaning or plain}", transient=code(error) not in LASTING)
    return MailboxError(f"{doing}: {where} sent an answer that cannot be understood ({said})", transient=True)


def _open(account: Account) -> IMAPClient:
    tls = account.security == "tls"
    return IMAPClient(
        account.host,
        account.port,
        ssl=tls,
        ssl_context=ssl.create_default_context() if tls else None,
        timeout=SocketTimeout(connect=account.connect_timeout, read=account.read_timeout),
    )


def _tune(sock: socket.socket) -> None:
    """imapclient writes a command in two pieces: with Nagle's algorithm on, each waits 40 ms for the other's ACK."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _not_opened(error: BaseException, account: Account) -> MailboxError:
    where = f"{account.host}:{account.port}"
    if isinstance(error, OSError):
        sentence, transient = why_unreachable(error, account.host, account.port, "[imap]")
        return MailboxError(f"IMAP: {sentence}", transient=transient)
    said = _said(error, account)
    if "EOF" in said or "unterminated line" in said:
        return MailboxError(
            f"IMAP: {where} closed the connection at once: check [imap] port and security, or try again later",
            transient=True,
        )
    return MailboxError(
        f"IMAP: what answers at {where} is no IMAP server ({said}): check [imap] port "
        '(mostly 993 with "tls", 143 with "starttls")',
        transient=False,
    )


def _start_tls(client: Any, account: Account) -> None:
    try:
        client.starttls(ssl.create_default_context())
    except CapabilityError:
        raise MailboxError(
            f'IMAP: {account.host}:{account.port} offers no STARTTLS: set [imap] security = "tls" and its port '
            "(mostly 993)",
            transient=False,
        ) from None


def _log_in(client: Any, account: Account) -> None:
    """LOGIN where its grammar can carry the words (RFC 3501 4.3: quoted strings are ASCII), else AUTHENTICATE PLAIN."""
    where = f"{account.host}:{account.port}"
    if client.has_capability("LOGINDISABLED"):
        raise MailboxError(
            f'IMAP: {where} takes no password on an unencrypted connection: set [imap] security = "starttls" or "tls"',
            transient=False,
        )
    try:
        if all(" " <= char <= "~" for char in account.username + account.password):
            client.login(_astring(account.username), account.password)
        else:
            client.plain_login(account.username, account.password)
    except IMAPClientError as error:
        if isinstance(error.__context__, IMAPClientAbortError):  # imapclient makes a lost connection a LoginError too
            raise failure(error.__context__, account, "logging in") from error
        raise MailboxError(
            f"IMAP: {where} refused the login of {account.username} ({_said(error, account)}): check [imap] username "
            "and password; some providers want an app password",
            transient=code(error) in PASSING,
        ) from error


def _sign_in(client: Any, account: Account, token: str) -> None:
    """AUTHENTICATE with an access token."""
    where = f"{account.host}:{account.port}"
    capabilities = (each.decode("ascii", "replace") for each in client.capabilities())
    chosen = best_mechanism(each.upper().removeprefix("AUTH=") for each in capabilities)
    if not chosen:
        raise MailboxError(
            f"IMAP: {where} offers no sign-in by OAuth 2: check [imap] host, port and security, or leave out [imap] "
            "oauth2 and give a password",
            transient=False,
        )
    exchange = Exchange(chosen, account.username, token, (account.host, account.port))
    try:
        client.sasl_login(chosen, exchange.answer)
    except IMAPClientError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise failure(error.__context__, account, "signing in") from error
        said = "; ".join(filter(None, (exchange.said, _said(error, account).replace(token, "…"))))
        kind = MailboxError if code(error) in PASSING else _TokenRefused
        raise kind(
            f"IMAP: {where} refused the sign-in of {account.username} ({said}): look with `mailbot login --status` "
            "whose sign-in it is, and whether the provider allows IMAP for this mailbox; `mailbot login` signs in anew",
            transient=kind is MailboxError,
        ) from error


def _astring(word: str) -> str:
    """imaplib quotes the password but not the user name."""
    if _PLAIN_ATOM.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _said(error: BaseException, account: Account) -> str:
    """The error in one line; a server that repeats the password in its answer does not get it into a log."""
    said = _BYTES.sub(r"\2", str(error))  # imaplib prints what the server said as it would a bytes literal
    return one_line(said.replace(account.password, "…") if account.password else said)
