"""The way in: from the inbox to a fate, in batches, so that a crash anywhere loses nothing and repeats nothing.

UIDs in hand are recorded before they are parsed, moves after the commit. A mail that fails three
times goes to Mailbot/Needs a human. Older mail than `since` at the first start is left where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mailbot import logs
from mailbot.adapters.ledger import Commit, Ledger
from mailbot.adapters.ports import CASES, HUMAN, NO_ACTION, Arrived, Mailbox
from mailbot.cases.record import desk_line
from mailbot.errors import OutsideError
from mailbot.mail import message as messages
from mailbot.mail.model import Message

BATCH = 50  # fetched and moved together: one MOVE a mail is forty times slower
BATCH_BYTES = 32 * 1024 * 1024  # a batch of large mails stays within a small machine's memory
LARGEST = 64 * 1024 * 1024  # no server in use accepts more; of a larger one the head is read and a human told
HEAD = 1024 * 1024
TRIES = 3  # then a mail is poison
FOLDER = {"case": CASES, "no_action": NO_ACTION, "human": HUMAN}

MOVING, IN_HAND, LEFT = "moving", "in_hand", "left"

Moves = list[list[int | str]]  # [uid, folder]
Meta = Callable[[str], Mapping[str, Any]]  # fate -> what to commit with it, so that the move is never forgotten
# (the mail, keys taken in with this batch, what to commit beside) -> its fate
TakeIn = Callable[[Message, frozenset[str], Meta], str]
SetAside = Callable[[Message, str, Meta], None]


class Intaking:
    """Empties the inbox; what a mail means is decided by `take_in`."""

    def __init__(self, ledger: Ledger, mailbox: Mailbox, take_in: TakeIn, set_aside: SetAside) -> None:
        self._ledger, self._mailbox, self._take_in, self._set_aside = ledger, mailbox, take_in, set_aside

    def finish_moves(self) -> None:
        """Carry out moves that a crash left after their commit."""
        pending = self._ledger.meta(MOVING)
        if not pending:
            return
        validity, waiting = self._mailbox.waiting()
        there = {arrived.uid for arrived in waiting}
        if validity == pending["validity"]:
            self._move([move for move in pending["moves"] if move[0] in there])
        self._ledger.commit(Commit(meta={MOVING: None, IN_HAND: None}), {})

    def old(self, cutoff: datetime) -> tuple[Arrived, ...]:
        """Mail in the inbox that both the server and its own Date call older than the cutoff; remembered as left.

        Both: a mailbox that was moved has new times of its server, and a Date alone is a claim.
        """
        validity, waiting = self._mailbox.waiting()
        known = self._left(validity)
        early = [arrived for arrived in waiting if arrived.received_at < cutoff and arrived.uid not in known]
        if not early:
            return ()
        dates = self._mailbox.dates([arrived.uid for arrived in early])
        left = tuple(a for a in early if (dates.get(a.uid) or a.received_at) < cutoff)
        uids = sorted(known | {arrived.uid for arrived in left})
        remembered = {LEFT: {"validity": validity, "uids": uids}}
        self._ledger.commit(Commit(meta=remembered, journal=(desk_line(remembered),)), {})
        return left

    def run(self, only: Callable[[Message], bool] | None = None) -> int:
        """Take in everything that waits, to the end of the inbox; the number of mails."""
        total, passed = 0, set[int]()
        while True:
            validity, waiting = self._mailbox.waiting()
            skip = self._left(validity) | passed
            todo = [arrived for arrived in waiting if arrived.uid not in skip]
            if not todo:
                return total
            for batch in _batches(todo, singly=self._suspects(validity)):
                total += self._batch(validity, batch, only, passed)

    def _left(self, validity: int) -> set[int]:
        left = self._ledger.meta(LEFT) or {}
        return set(left.get("uids", ())) if left.get("validity") == validity else set()

    def _suspects(self, validity: int) -> set[int]:
        """UIDs that were in hand when the program last died: one of them may have killed it."""
        held = self._ledger.meta(IN_HAND) or {}
        return set(held.get("uids", ())) if held.get("validity") == validity else set()

    def _batch(
        self, validity: int, batch: Sequence[Arrived], only: Callable[[Message], bool] | None, passed: set[int]
    ) -> int:
        self._take_in_hand(validity, batch)
        bodies = self._bodies(batch)
        moves: Moves = []
        keys: frozenset[str] = frozenset()
        for arrived in batch:
            passed.add(arrived.uid)
            raw = bodies.pop(arrived.uid, None)
            if raw is None:
                continue  # gone meanwhile: a person moved it
            message = messages.read(raw, truncated=arrived.size > LARGEST)
            if only and not only(message):
                continue
            fate = self._one(arrived.uid, message, keys, _moving(validity, moves, arrived.uid))
            keys |= {message.key}
            moves.append([arrived.uid, FOLDER[fate]])
        self._move(moves)
        self._ledger.commit(Commit(meta={MOVING: None, IN_HAND: None}), {})
        return len(moves)

    def _take_in_hand(self, validity: int, batch: Sequence[Arrived]) -> None:
        """Record what is about to be parsed, with how often a mail was in hand alone when the program died."""
        before = self._ledger.meta(IN_HAND) or {}
        tries = before.get("tries", 0) + 1 if before.get("uids") == [a.uid for a in batch] else 1
        held = {"validity": validity, "uids": [a.uid for a in batch], "tries": tries}
        self._ledger.commit(Commit(meta={IN_HAND: held}), {})

    def _one(self, uid: int, message: Message, keys: frozenset[str], meta: Meta) -> str:
        held = self._ledger.meta(IN_HAND) or {}
        error = f"the program died {TRIES} times with it in hand"
        if held.get("tries", 1) <= TRIES or len(held.get("uids", ())) > 1:
            for _ in range(TRIES):
                try:
                    return self._take_in(message, keys, meta)
                except OutsideError:
                    raise  # a server or the disk failed, not the mail
                except Exception as failure:  # any bytes are a mail; what still fails here goes to a human
                    error = f"{type(failure).__name__}: {failure}"[:300]
        logs.set_aside(uid, error)
        self._set_aside(message, error, meta)
        return "human"

    def _bodies(self, batch: Sequence[Arrived]) -> dict[int, bytes]:
        whole = [arrived.uid for arrived in batch if arrived.size <= LARGEST]
        bodies = self._mailbox.read(whole) if whole else {}
        heads = {a.uid: self._mailbox.read_head(a.uid, HEAD) for a in batch if a.size > LARGEST}
        return {**bodies, **heads}

    def _move(self, moves: Moves) -> None:
        for folder in FOLDER.values():
            uids = [int(uid) for uid, wanted in moves if wanted == folder]
            if uids:
                self._mailbox.move(uids, folder)


def _moving(validity: int, moves: Moves, uid: int) -> Meta:
    """The batch's moves so far and this mail's, to be committed with its fate."""
    return lambda fate: {MOVING: {"validity": validity, "moves": [*moves, [uid, FOLDER[fate]]]}}


def _batches(todo: Sequence[Arrived], singly: set[int]) -> Iterator[list[Arrived]]:
    batch: list[Arrived] = []
    size = 0
    for arrived in todo:
        alone = arrived.uid in singly
        if batch and (alone or len(batch) >= BATCH or size + arrived.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(arrived)
        size += arrived.size
        if alone:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
