"""Whole mails over a connection that may break in the middle, or break over one of them.

It never marks a mail read, and never says of a mail that it cannot be had where it is the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mailbot.adapters import imap_mails
from mailbot.adapters.imap_connection import Connection
from mailbot.adapters.sifting import sift
from mailbot.errors import MailboxError

Enter = Callable[[Any], object]  # opens the folder on a connection, or finds it open


def whole(
    line: Connection, doing: str, enter: Enter, batch: Sequence[int], sizes: Mapping[int, int]
) -> dict[int, bytes]:
    """Whole mails of the folder that `enter` opens.

    Dovecot counts a bare CR as two octets in the size of a mail, and hangs up when the last of its pieces is asked
    for: one such mail would keep all others waiting. Asked for whole, it sends what there is.
    """
    so_far = bytearray()
    try:
        with line.asking(doing) as client:
            enter(client)
            return imap_mails.bodies(client, batch, sizes, so_far)
    except MailboxError:
        if not so_far or sizes[batch[0]] - len(so_far) > imap_mails.PIECE:
            raise
    with line.asking(doing) as client:
        enter(client)
        return imap_mails.at_once(client, batch)


def sifted(
    line: Connection, doing: str, enter: Enter, batch: Sequence[int], sizes: Mapping[int, int]
) -> tuple[dict[int, bytes], tuple[int, ...]]:
    """The same, and those that the server cannot give, where it can give others."""

    def well(_: MailboxError) -> None:
        with line.asking(doing) as client:
            enter(client)

    found, lost = sift(batch, lambda uids: whole(line, doing, enter, uids, sizes), well)
    return found, tuple(lost)
