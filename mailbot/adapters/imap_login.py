"""Getting in at an IMAP server: by password, or by an access token; and saying who we are.

It must never send a password where the server says that it takes none in plain text, never give a secret more often
than one exchange takes, and never repeat one.
RFC 3501 6.2 (AUTHENTICATE, LOGIN), RFC 4616 (PLAIN), RFC 7628 (OAUTHBEARER), RFC 2971 (ID).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailbot.adapters.imap_refusals import FAILURES, PASSING, code, failure, said
from mailbot.adapters.oauth2 import Exchange, best_mechanism
from mailbot.errors import MailboxError

if TYPE_CHECKING:
    from mailbot.adapters.imap_link import Account

NAME = {"name": "mailbot"}
_PLAIN_ATOM = re.compile(r"[A-Za-z0-9@._+=/-]+")


class TokenRefused(MailboxError):
    """The server will not have this access token; a fresh one may do."""


def log_in(client: Any, account: Account) -> None:
    """LOGIN where its grammar can carry the words (RFC 3501 4.3: quoted strings are ASCII), else AUTHENTICATE PLAIN."""
    where = f"{account.host}:{account.port}"
    if client.has_capability("LOGINDISABLED"):
        what = f"IMAP: {where} takes no password on an unencrypted connection"
        raise MailboxError(what, 'set [imap] security = "starttls" or "tls"', transient=False)
    sent = f"\0{account.username}\0{account.password}"
    try:
        if all(" " <= char <= "~" for char in account.username + account.password):
            client.login(_astring(account.username), account.password)
        else:
            client.sasl_login("PLAIN", _Once(sent))
    except IMAPClientError as error:
        if isinstance(error.__context__, IMAPClientAbortError):  # imapclient makes a lost connection a LoginError too
            raise failure(error.__context__, account, "logging in") from error
        words = said(error, account, sent=sent)
        raise MailboxError(
            f"IMAP: {where} refused the login of {account.username} ({words})",
            "check [imap] username and password; some providers want an app password",
            transient=code(error) in PASSING,
        ) from error


class _Once:
    """The answer to the one challenge of AUTHENTICATE PLAIN."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __call__(self, challenge: bytes) -> str:
        words, self._words = self._words, ""
        if not words:
            raise ValueError("it asks for the password again and again")
        return words


def sign_in(client: Any, account: Account, token: str) -> None:
    """AUTHENTICATE with an access token."""
    where = f"{account.host}:{account.port}"
    capabilities = (each.decode("ascii", "replace") for each in client.capabilities())
    chosen = best_mechanism(each.upper().removeprefix("AUTH=") for each in capabilities)
    if not chosen:
        raise MailboxError(
            f"IMAP: {where} offers no sign-in by OAuth 2",
            "check [imap] host, port and security, or leave out [imap] oauth2 and give a password",
            transient=False,
        )
    exchange = Exchange(chosen, account.username, token, (account.host, account.port))
    try:
        client.sasl_login(chosen, exchange.answer)
    except IMAPClientError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise failure(error.__context__, account, "signing in", token) from error
        words = "; ".join(filter(None, (exchange.said, said(error, account, token, sent=exchange.sent))))
        kind = MailboxError if code(error) in PASSING else TokenRefused
        raise kind(
            f"IMAP: {where} refused the sign-in of {account.username} ({words})",
            "look with `mailbot login --status` whose sign-in it is, and whether the provider allows IMAP for this "
            "mailbox; `mailbot login` signs in anew",
            transient=kind is MailboxError,
        ) from error


def say_who(client: Any) -> None:
    """ID, where the server has it: NetEase (163.com, 126.com) opens no folder without ("Unsafe Login")."""
    if not client.has_capability("ID"):
        return
    try:
        client.id_(NAME)
    except FAILURES as error:  # a NO, or an answer that does not parse: nothing depends on it
        if isinstance(error, OSError | IMAPClientAbortError):
            raise


def _astring(word: str) -> str:
    """imaplib quotes the password but not the user name."""
    if _PLAIN_ATOM.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
