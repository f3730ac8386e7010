"""What a server's NO means for the admin, where its code says more than "refused": the folder, the room, the right.

RFC 5530 (response codes), RFC 9208 4.3 (OVERQUOTA).
"""

from __future__ import annotations

from mailbot.errors import MailboxError

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


def sentence(code: str, where: str, user: str, said: str) -> str:
    """`what it means (server's words): what to do`; '' for a code that says nothing more."""
    if code not in MEANINGS:
        return ""
    what, do = MEANINGS[code]
    return f"{what.format(where=where, user=user)} ({said}): {do}"


def no_inbox(name: str, host: str, port: int) -> MailboxError:
    """The folder that the settings name is not there."""
    return MailboxError(
        f"IMAP: there is no folder {name!r} at {host}:{port}: set [imap] inbox to the folder that customers' mail "
        'comes into (mostly "INBOX")',
        transient=False,
    )
