"""Mails asked for before they are needed: the server looks them up while the desk is at work on others.

Decides nothing about mail, and reads nothing twice. One question at most is open on a connection; its answer is taken
before anything else is said there, as the answers to two commands cannot be told apart (RFC 3501 5.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mailbot.adapters.imap_mails import PIECE, WHOLE, whole_mails

MOST = 50  # mails in one question, as many as are read together


class Ahead:
    """What was asked for and what came of it, for the inbox as it is numbered now."""

    def __init__(self) -> None:
        self._tags: tuple[str, str] | None = None
        self._asked: Sequence[int] = ()
        self._came: dict[int, bytes] = {}

    def ask(self, client: Any, uids: Sequence[int], sizes: Mapping[int, int]) -> None:
        """Ask for these; not for what is unknown, or so large that it would stand half read in the line."""
        self.forget()
        if uids and len(uids) <= MOST and sum(sizes.get(uid, PIECE) for uid in uids) < PIECE:
            self._asked, self._tags = tuple(uids), client.begin_fetch(uids, WHOLE)

    def take(self, client: Any) -> None:
        """The answer, if a question is open. An error of the connection is its asker's, as with any command."""
        tags, self._tags = self._tags, None
        if tags:
            self._came = whole_mails(client.end_fetch(tags))

    def answer(self, uids: Sequence[int]) -> dict[int, bytes] | None:
        """Those of the mails that are there, once; None if they were not asked for."""
        if not self._asked or tuple(uids) != tuple(self._asked):
            return None
        came = {uid: self._came[uid] for uid in uids if uid in self._came}
        self.forget()
        return came

    def forget(self) -> None:
        """Nothing was asked: the connection is gone, or the inbox is numbered anew."""
        self._tags, self._asked, self._came = None, (), {}
