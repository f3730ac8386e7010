"""Which mails of a batch cannot be had by themselves, where the server can: by halves, then each twice.

It decides nothing about them. A server that fails must never make mails look damaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from mailbot.errors import MailboxError

MOST = 5  # failing mails of one batch; where there are more it is the server, whatever it lists

Value = TypeVar("Value")
Ask = Callable[[Sequence[int]], Mapping[int, Value]]
Well = Callable[[MailboxError], None]  # raises where it is the server that fails


def sift(uids: Sequence[int], ask: Ask[Value], well: Well) -> tuple[dict[int, Value], dict[int, MailboxError]]:
    """What `ask` gives for these mails, and the errors of those that cannot be had; who is gone is in neither.

    Raises:
        MailboxError: it is the server that fails.
    """
    found: dict[int, Value] = {}
    lost: dict[int, MailboxError] = {}
    todo = [list(uids)]
    while todo:
        part = todo.pop()
        try:
            found |= ask(part)
        except MailboxError as error:
            well(error)
            if len(part) > 1:
                todo += [part[len(part) // 2 :], part[: len(part) // 2]]
                continue
            try:
                found |= ask(part)
            except MailboxError as again:
                lost[part[0]] = again
                if len(lost) > MOST:
                    raise
    return found, lost
