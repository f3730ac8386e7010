"""Which mails of a batch cannot be had by themselves, where others can.

It decides nothing about them. That others can be had is what tells a damaged mail from a server that fails: three of
the batch are tried by themselves first, so that a server that gives none is not asked for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from mailbot.errors import MailboxError

Value = TypeVar("Value")
Ask = Callable[[Sequence[int]], Mapping[int, Value]]
Well = Callable[[MailboxError], None]  # called after each failure; raises where it is the server that fails


def sift(uids: Sequence[int], ask: Ask[Value], well: Well) -> tuple[dict[int, Value], dict[int, MailboxError]]:
    """What `ask` gives for these mails, and the errors of those that fail alone, twice; who is gone is in neither.

    Raises:
        MailboxError: it is the server that fails: none of several mails can be had.
    """
    found: dict[int, Value] = {}
    lost: dict[int, MailboxError] = {}
    try:
        return dict(ask(uids)), lost
    except MailboxError as error:
        well(error)
        samples = sorted({uids[0], uids[len(uids) // 2], uids[-1]})
        for uid in samples:
            _alone(uid, ask, well, found, lost)
        if len(lost) == len(samples) < len(uids):
            raise
    rest = [uid for uid in uids if uid not in samples]
    todo = [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
    while todo:
        part = todo.pop()
        if len(part) == 1:
            _alone(part[0], ask, well, found, lost)
        elif part:
            try:
                found |= ask(part)
            except MailboxError as error:
                well(error)
                todo += [part[: len(part) // 2], part[len(part) // 2 :]]
    return found, lost


def _alone(uid: int, ask: Ask[Value], well: Well, found: dict[int, Value], lost: dict[int, MailboxError]) -> None:
    """One mail, asked for by itself; once more where that fails, for it may have been the moment."""
    for _ in range(2):
        try:
            found |= ask([uid])
            lost.pop(uid, None)
            return
        except MailboxError as error:
            well(error)
            lost[uid] = error
