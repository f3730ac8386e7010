"""One IMAP connection: opened, encrypted, logged in, and left.

A token that a server refuses is tried once more, fresh. It must never fall back to plain text where TLS was asked for,
and never leave a connection open that came to nothing. RFC 3501 6.2.1 (STARTTLS), 6.1.3 (LOGOUT).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from imapclient.exceptions import CapabilityError

from mailbot.adapters.imap_login import TokenRefused, log_in, say_who, sign_in
from mailbot.adapters.imap_refusals import FAILURES, failure, not_opened
from mailbot.adapters.imap_wire import Wire
from mailbot.adapters.oauth2 import AccessToken
from mailbot.errors import MailboxError, OutsideError

GOODBYE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is and how to get in.

    security: tls starttls none. token: gives a fresh OAuth 2 access token, used in place of the password.
    connect_timeout, read_timeout: seconds for one wait; getting in takes no longer than both together.
    """

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    connect_timeout: float = 20
    read_timeout: float = 60
    token: AccessToken | None = field(default=None, repr=False)


def connect(account: Account) -> Wire:
    """A connection logged in and ready; raises MailboxError with the sentence for the admin."""
    if account.token is None:
        return _connected(account, "")
    token = _asked(account.token)
    try:
        return _connected(account, token)
    except TokenRefused:  # it may have been withdrawn before its time: once more, with a fresh one
        return _connected(account, _asked(account.token, refused=token))


def _asked(token: AccessToken, refused: str = "") -> str:
    try:
        return token(refused)
    except OutsideError as error:
        raise MailboxError(f"IMAP: {error.what}", error.do, transient=error.transient) from error


def _connected(account: Account, token: str) -> Wire:
    try:
        client = Wire(
            account.host,
            account.port,
            tls=account.security == "tls",
            opening=account.connect_timeout,
            reading=account.read_timeout,
        )
    except FAILURES as error:
        raise not_opened(error, account) from error
    try:
        if account.security == "starttls":
            _start_tls(client, account)
        if token:
            sign_in(client, account, token)
        else:
            log_in(client, account)
        say_who(client)
    except BaseException as error:  # whatever it was, nobody will use the connection
        hang_up(client)
        if isinstance(error, FAILURES):
            raise failure(error, account, "logging in", token) from error
        raise
    client.is_open()
    return client


def hang_up(client: Any) -> None:
    """Close without a word: the connection is not to be trusted any more."""
    with suppress(*FAILURES, AttributeError):
        client.shutdown()


def say_goodbye(client: Any) -> None:
    """LOGOUT, briefly, and close; never raises."""
    with suppress(*FAILURES, AttributeError):
        client.ends_within(GOODBYE_SECONDS)
        client.logout()
    hang_up(client)


def _start_tls(client: Wire, account: Account) -> None:
    try:
        client.start_tls()
    except CapabilityError:
        what = f"IMAP: {account.host}:{account.port} offers no STARTTLS"
        raise MailboxError(what, 'set [imap] security = "tls" and its port (mostly 993)', transient=False) from None
