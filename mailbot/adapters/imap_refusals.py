"""Every way in which an IMAP connection can fail, as one MailboxError: what is wrong, what to do, whether it will pass.

It must never repeat a password or a token that a server repeats.
RFC 5530 (response codes), RFC 9208 4.3 (OVERQUOTA).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

from mailbot.adapters.masking import masked
from mailbot.adapters.reach import one_line, why_unreachable
from mailbot.errors import MailboxError

if TYPE_CHECKING:
    from mailbot.adapters.imap_link import Account

# All that a server can make imapclient and imaplib raise: its own errors, the network's, and those of an answer that
# does not parse, is larger than memory or nested without end (they reach us raw).
FAILURES = (
    IMAPClientError, OSError, ValueError, LookupError, TypeError, OverflowError, MemoryError, RecursionError,
)  # fmt: skip

# RFC 5530: a NO with one of these will be a NO again tomorrow.
LASTING = frozenset({
    "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN", "NOPERM", "OVERQUOTA",
    "CLIENTBUG", "CANNOT", "NONEXISTENT",
})  # fmt: skip
# … and a refused login with one of these is about the server, not about us.
PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"})
MISSING = frozenset({"TRYCREATE", "NONEXISTENT"})

# Response code -> (what it means at {where}, what to do).
MEANINGS = {
    "OVERQUOTA": (
        "the mailbox at {where} is full",
        "delete mail that is not needed or have its size raised; the desk loses nothing and goes on when there is room",
    ),
    "NOPERM": ("{where} gives {user} no right to do that", "ask its admin for the right to make folders and write"),
    "LIMIT": ("{where} says that a limit is reached", "try again later; other programs may use the mailbox too"),
    "INUSE": ("the folder at {where} is in use by another program", "try again later"),
}
_UNKNOWN = ("{where} refused", "see what the server says, and ask its admin if it stays so")

_CODE = re.compile(r"\[([A-Z]+)")
_BYTES = re.compile(r"\bb(['\"])(.*)\1$", re.DOTALL)


def code(error: BaseException) -> str:
    """The response code of a NO (RFC 5530), '' where it has none."""
    found = _CODE.search(str(error).upper())
    return found.group(1) if found else ""


def refused(error: BaseException) -> bool:
    """Whether the server answered NO or BAD, so that the connection itself is still good."""
    return isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError)


def failure(error: BaseException, account: Account, doing: str, *secrets: str) -> MailboxError:
    """What went wrong while `doing` something on a connection that was open; `secrets` beside the password."""
    where = f"{account.host}:{account.port}"
    words = said(error, account, *secrets)
    if isinstance(error, IMAPClientReadOnlyError):  # an abort to imaplib, but it will not pass
        do = f"give {account.username} the right to write in it"
        return MailboxError(f"{doing}: the folder at {where} is read only ({words})", do, transient=False)
    if isinstance(error, OSError):
        why = why_unreachable(error, account.host, account.port, "[imap]")
        return MailboxError(f"{doing}: {why.what}", why.do, transient=why.transient)
    if isinstance(error, IMAPClientAbortError):
        what = f"{doing}: the connection to {where} was lost ({words}); it is opened again at the next try"
        return MailboxError(what, transient=True)
    if refused(error):
        what, do = MEANINGS.get(code(error), _UNKNOWN)
        what = f"{what.format(where=where, user=account.username)} ({words})"
        return MailboxError(f"{doing}: {what}", do, transient=code(error) not in LASTING)
    return MailboxError(f"{doing}: {where} sent an answer that cannot be understood ({words})", transient=True)


def not_opened(error: BaseException, account: Account) -> MailboxError:
    """Why no connection came about."""
    where = f"{account.host}:{account.port}"
    if isinstance(error, OSError):
        why = why_unreachable(error, account.host, account.port, "[imap]")
        return MailboxError(f"IMAP: {why.what}", why.do, transient=why.transient)
    words = said(error, account)
    if "EOF" in words or "unterminated line" in words:
        do = "check [imap] port and security, or try again later"
        return MailboxError(f"IMAP: {where} closed the connection at once", do, transient=True)
    do = 'check [imap] port (mostly 993 with "tls", 143 with "starttls")'
    return MailboxError(f"IMAP: what answers at {where} is no IMAP server ({words})", do, transient=False)


def no_inbox(name: str, host: str, port: int) -> MailboxError:
    """The folder that the settings name is not there."""
    do = 'set [imap] inbox to the folder that customers\' mail comes into (mostly "INBOX")'
    return MailboxError(f"IMAP: there is no folder {name!r} at {host}:{port}", do, transient=False)


def said(error: BaseException, account: Account, *secrets: str, sent: str = "") -> str:
    """The error in one line; a server that repeats a secret in its answer does not get it into a log."""
    printed = str(error) or type(error).__name__
    words = _BYTES.sub(r"\2", printed)  # imaplib prints what the server said as it would a bytes literal
    return one_line(masked(words, account.password, *secrets, sent=sent))
