"""The one connection of a mailbox: opened when it is needed, tried before it is used again, dropped by what fails.

Decides when a connection is to be trusted; it must never hand one out on which an answer is still to be heard. What
was asked for without waiting is heard before anything else is said there, as the answers to two commands cannot be
told apart (RFC 3501 5.5).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mailbot.adapters import imap_link
from mailbot.adapters.imap_refusals import FAILURES, failure

TRUST_IDLE_SECONDS = 30  # a connection unused for longer is tried with NOOP before it is used
Hear = Callable[[Any], None]  # takes the answer to an open question from the client; raises what the connection raises


class Connection:
    """One account's connection.

    Args:
        dropped: told when the connection is gone, and with it the folder that was open.
    """

    def __init__(self, account: imap_link.Account, dropped: Callable[[], None]) -> None:
        self._account, self._dropped = account, dropped
        self._client: Any = None
        self._unheard: Hear | None = None
        self._used_at = 0.0

    @contextmanager
    def asking(self, doing: str) -> Iterator[Any]:
        """A live connection for one errand; whatever fails within drops it and becomes a MailboxError."""
        try:
            yield self.connected()
            self._used_at = time.monotonic()
        except BaseException as error:  # also where the desk is stopped in the middle of an answer
            self.drop()
            if isinstance(error, FAILURES):
                raise failure(error, self._account, doing) from error
            raise

    def connected(self) -> Any:
        """The connection at hand, with nothing on it that is still to be heard; or a new one.

        It is tried first if it was left alone for a while: servers and firewalls drop those.
        """
        self.hear()
        if self._client is not None and time.monotonic() - self._used_at > TRUST_IDLE_SECONDS:
            with self._dropping():
                self._client.noop()
        if self._client is None:
            self._client = imap_link.connect(self._account)
        return self._client

    def later(self, hear: Hear) -> None:
        """Something was asked for; `hear` takes the answer before the connection is used again."""
        self._unheard = hear

    def hear(self) -> None:
        """Take the answer that is still open. Where it does not come the connection is dropped, and nothing is raised:
        who needs the answer asks again, and is told then what is wrong."""
        hear, self._unheard = self._unheard, None
        if hear and self._client is not None:
            with self._dropping():
                hear(self._client)

    def drop(self) -> None:
        """Close it without a word; the next errand opens a new one."""
        client = self._gone()
        if client is not None:
            imap_link.hang_up(client)

    def close(self) -> None:
        """Log out; never raises."""
        client = self._gone()
        if client is not None:
            imap_link.say_goodbye(client)

    def _gone(self) -> Any:
        client, self._client, self._unheard = self._client, None, None
        self._dropped()
        return client

    @contextmanager
    def _dropping(self) -> Iterator[None]:
        """What fails within drops the connection; what is no failure of it is passed on."""
        try:
            yield
        except BaseException as error:
            self.drop()
            if not isinstance(error, FAILURES):
                raise
