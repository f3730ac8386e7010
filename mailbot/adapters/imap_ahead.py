"""Mails asked for before they are needed: the server looks them up while the desk is at work on others.

Decides nothing about mail, and reads nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mailbot.adapters.imap_mails import BATCH_MAILS, PIECE, WHOLE, whole_mails


class Ahead:
    """What was asked for and what came of it, for the inbox as it is numbered now."""

    def __init__(self) -> None:
        self._tags: tuple[bytes, bytes] | None = None
        self._asked: tuple[int, ...] = ()
        self._came: dict[int, bytes] = {}

    def ask(self, client: Any, uids: Sequence[int], sizes: Mapping[int, int]) -> bool:
        """Ask for these, and say whether: not for what is unknown, or so large that it would fill the line unread."""
        self.forget()
        if uids and len(uids) <= BATCH_MAILS and sum(sizes.get(uid, PIECE) for uid in uids) < PIECE:
            self._asked, self._tags = tuple(uids), client.begin_fetch(uids, WHOLE)
        return bool(self._asked)

    def hear(self, client: Any) -> None:
        """Take the answer."""
        tags, self._tags = self._tags, None
        if tags:
            self._came = whole_mails(client.end_fetch(tags))

    def answer(self, uids: Sequence[int]) -> dict[int, bytes] | None:
        """Those of the mails that are there, once; None if they are to be asked for (again).

        Dovecot gives an empty one for a mail that somebody took away at that moment.
        """
        asked, came = self._asked, self._came
        self.forget()
        return came if asked and asked == tuple(uids) and all(came.values()) else None

    def forget(self) -> None:
        """Nothing was asked: the connection is gone, or the inbox is numbered anew."""
        self._tags, self._asked, self._came = None, (), {}
