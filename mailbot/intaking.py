"""The way in: from the inbox to a fate, in batches, so that a crash anywhere loses nothing and repeats nothing.

UIDs in hand are recorded before they are taken in, moves after the commit. A mail that fails three
times goes to Mailbot/Needs a human. Older mail than `since` at the first start is left where it is, and so is one that
the server cannot give (undelivered.py).
Where mail is read beside the desk, the next batch is fetched and read while this one is decided: what
kills a parser kills no desk then, so that needs no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from math import inf
from typing import Any

from mailbot import logs
from mailbot.adapters.ledger import Commit, Ledger
from mailbot.adapters.ports import CASES, HUMAN, NO_ACTION, Arrived, Mailbox
from mailbot.adapters.sifting import Ask
from mailbot.cases.record import desk_line
from mailbot.errors import OutsideError, StateError
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.reading.plain import Here, Reading, Seen, Unread, Unreadable, message_of
from mailbot.undelivered import Undelivered

BATCH = 50  # fetched and moved together: one MOVE a mail is forty times slower
BATCH_BYTES = 32 * 1024 * 1024  # a batch of large mails stays within a small machine's memory
LARGEST = 64 * 1024 * 1024  # no server in use accepts more; of a larger one the head is read and a human told
HEAD = 1024 * 1024
TRIES = 3  # then a mail is poison
FOLDER = {"case": CASES, "no_action": NO_ACTION, "human": HUMAN}

MOVING, IN_HAND, LEFT, FOUND = "moving", "in_hand", "left", "found"

Moves = list[list[int | str]]  # [uid, folder]
Meta = Callable[[str], Mapping[str, Any]]  # fate -> what to commit with it, so that the move is never forgotten
# (the mail, keys taken in with this batch, what to commit beside) -> its fate
TakeIn = Callable[[Seen, frozenset[str], Meta], str]
SetAside = Callable[[Message, str, Meta], None]
Take = Callable[[Sequence[Arrived], Ask[bytes]], Mapping[int, bytes]]  # what is asked for of these mails, by UID


class Intaking:
    """Empties the inbox; what a mail means is decided by `take_in`."""

    def __init__(
        self, ledger: Ledger, mailbox: Mailbox, take_in: TakeIn, set_aside: SetAside, undelivered: Undelivered,
        reading: Reading | None = None,
    ) -> None:  # fmt: skip
        self._ledger, self._mailbox, self._take_in, self._set_aside = ledger, mailbox, take_in, set_aside
        self._undelivered = undelivered
        self._reading = reading or Here()
        self._fetched: dict[int, Unread] = {}  # of the batch that comes next
        self._listed: tuple[int, tuple[Arrived, ...]] | None = None  # the inbox as just seen, not looked at again

    def finish_moves(self) -> None:
        """Carry out moves that a crash left after their commit."""
        pending = self._ledger.meta(MOVING)
        if not pending:
            return
        validity, waiting = self._mailbox.waiting()
        there = {arrived.uid for arrived in waiting}
        if validity == pending["validity"]:
            self._move([move for move in pending["moves"] if move[0] in there])
        self._ledger.commit(Commit(meta={MOVING: None}), {})  # what was in hand beside them stays suspect

    def old(self, cutoff: datetime) -> tuple[Arrived, ...]:
        """Mail in the inbox that both the server and its own Date call older than the cutoff, and that is not left yet.

        Both: a mailbox that was moved has new times of its server, and a Date alone is a claim.
        """
        validity, waiting = self._listed = self._mailbox.waiting()
        known, found = self._left(validity), self._found(validity, waiting)
        early = [a for a in waiting if a.received_at < cutoff and a.uid <= found and a.uid not in known]
        if not early:
            return ()
        dates, _ = self._undelivered.sift(validity, [arrived.uid for arrived in early], self._mailbox.dates)
        return tuple(a for a in early if (dates.get(a.uid) or a.received_at) < cutoff)

    def _found(self, validity: int, waiting: Sequence[Arrived]) -> float:
        """The last UID that the first start found: what came later is new, whatever its dates say.

        A mailbox that was numbered anew is looked at whole again.
        """
        found = self._ledger.meta(FOUND)
        if found is None:
            found = {"validity": validity, "last": max((arrived.uid for arrived in waiting), default=0)}
            self._ledger.commit(Commit(meta={FOUND: found}, journal=(desk_line({FOUND: found}),)), {})
        return found["last"] if found["validity"] == validity else inf

    def leave(self, old: Sequence[Arrived]) -> None:
        """Remember that these stay in the inbox and are never taken in."""
        validity, _ = self._listed = self._mailbox.waiting()
        uids = sorted(self._left(validity) | {arrived.uid for arrived in old})
        remembered = {LEFT: {"validity": validity, "uids": uids}}
        self._ledger.commit(Commit(meta=remembered, journal=(desk_line(remembered),)), {})

    def heads(self, mails: Sequence[Arrived], size: int) -> list[bytes]:
        """The beginning of each mail that `old` found, b'' of one that cannot be had."""
        validity, _ = self._listed or self._mailbox.waiting()
        found, _ = self._undelivered.sift(validity, [mail.uid for mail in mails], self._head(size))
        return [found.get(mail.uid, b"") for mail in mails]

    def _head(self, size: int) -> Callable[[Sequence[int]], dict[int, bytes]]:
        """Reads the beginnings of mails; of one that is gone none."""
        return lambda uids: {uid: raw for uid in uids if (raw := self._mailbox.read_head(uid, size))}

    def run(self, only: Callable[[Message], bool] | None = None) -> int:
        """Take in everything that waits, to the end of the inbox; the number of mails.

        Raises:
            MailboxError: some mail could not be had, and it may be the line; all others are taken in.
        """
        total, passed = 0, set[int]()
        self._undelivered.begin()
        while True:
            (validity, waiting), self._listed = self._listed or self._mailbox.waiting(), None
            self._undelivered.keep(validity, {arrived.uid for arrived in waiting})
            skip = self._left(validity) | self._undelivered.resting(validity) | passed
            todo = [arrived for arrived in waiting if arrived.uid not in skip]
            if not todo:
                if error := self._undelivered.error():
                    raise error
                return total
            self._fetched = {}
            singly = self._suspects(validity) | self._undelivered.known(validity)
            batches = [*_batches(todo, singly), [], []]
            for batch, *coming in zip(batches, batches[1:], batches[2:], strict=False):
                total += self._batch(validity, batch, coming, only, passed)

    def _left(self, validity: int) -> set[int]:
        left = self._ledger.meta(LEFT) or {}
        return set(left.get("uids", ())) if left.get("validity") == validity else set()

    def _suspects(self, validity: int) -> set[int]:
        """UIDs that were in hand when the program last died: one of them may have killed it."""
        held = self._ledger.meta(IN_HAND) or {}
        return set(held.get("uids", ())) if held.get("validity") == validity else set()

    def _batch(
        self,
        validity: int,
        batch: Sequence[Arrived],
        coming: Sequence[Sequence[Arrived]],
        only: Callable[[Message], bool] | None,
        passed: set[int],
    ) -> int:
        tries = self._take_in_hand(validity, batch)
        try:
            unread = tries > TRIES
            moves = self._unread(validity, batch[0]) if unread else self._read(validity, batch, coming, only)
            self._move(moves)
        except OutsideError:
            with suppress(StateError):  # a server or the disk failed: no mail killed anything
                self._ledger.commit(Commit(meta={IN_HAND: None}), {})
            raise
        passed |= {arrived.uid for arrived in batch}
        self._ledger.commit(Commit(meta={MOVING: None, IN_HAND: None}), {})
        return len(moves)

    def _take_in_hand(self, validity: int, batch: Sequence[Arrived]) -> int:
        """Record what is about to be read; the number of times that it has now been in hand, alone, in a row."""
        uids = [arrived.uid for arrived in batch]
        before = self._ledger.meta(IN_HAND) or {}
        again = (before.get("validity"), before.get("uids")) == (validity, uids)
        tries = before["tries"] + 1 if again and len(uids) == 1 else 1
        self._ledger.commit(Commit(meta={IN_HAND: {"validity": validity, "uids": uids, "tries": tries}}), {})
        return int(tries)

    def _read(
        self,
        validity: int,
        batch: Sequence[Arrived],
        coming: Sequence[Sequence[Arrived]],
        only: Callable[[Message], bool] | None,
    ) -> Moves:
        """Every mail of the batch taken in; where they are to be moved."""
        mails = self._fetch(validity, batch)
        self._look_ahead(coming)
        moves: Moves = []
        keys: frozenset[str] = frozenset()
        with self._ledger.group():  # durable once, before the first mail of the batch is moved
            for arrived in batch:
                mail = mails.pop(arrived.uid, None)
                if mail is None:
                    continue  # gone meanwhile: a person moved it
                seen = self._reading.read(mail)
                message = seen.message if isinstance(seen, Unreadable) else message_of(seen)
                if only and not only(message):
                    continue
                fate = self._one(arrived, seen, keys, _moving(validity, moves, arrived.uid))
                keys |= {message.key}
                moves.append([arrived.uid, FOLDER[fate]])
        return moves

    def _fetch(self, validity: int, batch: Sequence[Arrived]) -> dict[int, Unread]:
        """The batch's mails, handed over to be read; what was fetched ahead is handed over already."""
        mails = {a.uid: self._fetched[a.uid] for a in batch if a.uid in self._fetched}
        self._fetched = {}
        return mails or self._hand_over(batch, partial(self._undelivered.take, validity))

    def _hand_over(self, batch: Sequence[Arrived], take: Take) -> dict[int, Unread]:
        """Mails fetched by `take`, whole or by their heads, and handed over to be read."""
        whole = [each for each in batch if each.size <= LARGEST]
        large = [each for each in batch if each.size > LARGEST]
        bodies = dict(take(whole, self._mailbox.read)) if whole else {}
        if large:
            bodies |= take(large, self._head(HEAD))
        mails = {a.uid: Unread(bodies[a.uid], a.size > LARGEST) for a in batch if a.uid in bodies}
        self._reading.ahead(list(mails.values()))
        return mails

    def _look_ahead(self, coming: Sequence[Sequence[Arrived]]) -> None:
        """The next batch fetched already, where somebody has the time to read it; the server looks up what follows."""
        following, *later = coming
        with suppress(OutsideError):  # this batch first: the error comes back when it is the next one's turn
            if following and self._reading.early:
                self._fetched = self._hand_over(following, _at_once)
                (following,) = later
            if following:
                self._mailbox.ahead([arrived.uid for arrived in following])

    def _one(self, arrived: Arrived, seen: Seen | Unreadable, keys: frozenset[str], meta: Meta) -> str:
        """The fate of a mail; one that cannot be taken in goes to a human."""
        if isinstance(seen, Unreadable):
            return self._keep_for_human(arrived.uid, seen.message, f"{seen.why}. {told(arrived)}", meta)
        error = ""
        for _ in range(TRIES):
            try:
                return self._take_in(seen, keys, meta)
            except OutsideError:
                raise  # a server or the disk failed, not the mail
            except Exception as failure:  # any bytes are a mail; what still fails here goes to a human
                error = f"{type(failure).__name__}: {failure}"[:300]
        return self._keep_for_human(arrived.uid, message_of(seen), error, meta)

    def _keep_for_human(self, uid: int, message: Message, error: str, meta: Meta) -> str:
        logs.set_aside(uid, error)
        self._set_aside(message, error, meta)
        return "human"

    def _unread(self, validity: int, arrived: Arrived) -> Moves:
        """The program died again and again with this mail in hand: it goes to a human without being read any more."""
        raw = self._undelivered.take(validity, [arrived], self._head(HEAD)).get(arrived.uid)
        if not raw:
            return []  # gone meanwhile, or not to be had
        error = f"The program died {TRIES} times while it was read. {told(arrived)}"
        self._keep_for_human(arrived.uid, messages.unread(raw), error, _moving(validity, [], arrived.uid))
        return [[arrived.uid, FOLDER["human"]]]

    def _move(self, moves: Moves) -> None:
        for folder in FOLDER.values():
            uids = [int(uid) for uid, wanted in moves if wanted == folder]
            if uids:
                self._mailbox.move(uids, folder)


def told(arrived: Arrived) -> str:
    """What a person can find a mail by of which nothing was read."""
    return f"It came at {arrived.received_at:%Y-%m-%d %H:%M} UTC and has {arrived.size} bytes"


def left_alone(ledger: Ledger) -> int:
    """How many older mails stay in the inbox, never to be taken in."""
    return len((ledger.meta(LEFT) or {}).get("uids", ()))


def _moving(validity: int, moves: Moves, uid: int) -> Meta:
    """The batch's moves so far and this mail's, to be committed with its fate."""
    return lambda fate: {MOVING: {"validity": validity, "moves": [*moves, [uid, FOLDER[fate]]]}}


def _at_once(mails: Sequence[Arrived], ask: Ask[bytes]) -> Mapping[int, bytes]:
    """All of them or an error: who fails is looked for when it is their turn."""
    return ask([mail.uid for mail in mails])


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
