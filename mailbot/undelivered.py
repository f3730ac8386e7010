"""Mails in the inbox that the server lists and cannot give: a damaged file, an answer that makes no sense.

Decides what becomes of a mail that fails by itself while the inbox can be listed. The others are taken in, and the
cycle ends with the error, for it may still be the line or the server. After an hour of that, if another mail could be
had since, it is the mail: it stays where it is, the admin is told, it is asked for once an hour, and nothing waits for
it any more. Where no other comes to compare it with, that takes a day. One such mail must never keep the others
waiting, and a server that fails must never make mails look damaged. What is known of them is in the ledger (meta), and
may be forgotten by a rebuild: they are found again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from mailbot import logs
from mailbot.adapters.ledger import Commit, Ledger
from mailbot.adapters.ports import Arrived, Mailbox
from mailbot.adapters.sifting import Ask, Value, sift
from mailbot.errors import MailboxError

HOUR = timedelta(hours=1)  # longer than a server takes to start anew; a failing mail may cost a time-out at each try
DAY = timedelta(days=1)  # then a person should look, whatever it is
NEVER = datetime.min.replace(tzinfo=UTC)
# meta: {"validity": …, "mails": {uid: failing since}, "rests": {uid: until}, "had": when another mail was given last}
UNDELIVERED = "undelivered"

Tell = Callable[[int, Arrived, str], None]  # the admin: UIDVALIDITY, which mail, what the server said


class Undelivered:
    """Asks for mails, and lets those that cannot be had wait.

    Args:
        tell: called at each try of a mail that is held to be damaged.
    """

    def __init__(self, ledger: Ledger, mailbox: Mailbox, tell: Tell, clock: Callable[[], datetime]) -> None:
        self._ledger, self._mailbox, self._tell, self._clock = ledger, mailbox, tell, clock
        self._error: MailboxError | None = None

    def known(self, validity: int) -> set[int]:
        """UIDs that could not be had."""
        return set(_times(self._held(validity)["mails"]))

    def resting(self, validity: int) -> set[int]:
        """Those of them that are not asked for now; where the clock went back, none rests for longer than it should."""
        now = self._clock()
        return {uid for uid, until in _times(self._held(validity)["rests"]).items() if now < until <= now + HOUR}

    def begin(self) -> None:
        """A new run: what went wrong before is told already."""
        self._error = None

    def keep(self, validity: int, uids: Collection[int]) -> None:
        """Forget those that are not in the inbox any more: a person has moved them."""
        held = self._held(validity)
        there = {uid: at for uid, at in _times(held["mails"]).items() if uid in uids}
        self._remember(validity, there, held["rests"], held["had"])

    def error(self) -> MailboxError | None:
        """Why a mail could not be had since `begin`, of which it is not clear yet that it is the mail."""
        return self._error

    def take(self, validity: int, mails: Sequence[Arrived], ask: Ask[Value]) -> dict[int, Value]:
        """What `ask` gives for these mails of the inbox; who cannot be had is left out and remembered.

        Raises:
            MailboxError: it is the server that fails.
        """
        found, lost = self.sift(validity, [mail.uid for mail in mails], ask)
        held, now = self._held(validity), self._clock()
        known = _times(held["mails"])
        failing = {uid: at for uid, at in known.items() if uid not in found}
        rests = {} if len(failing) < len(known) else held["rests"]  # one is back: the others need not wait for it
        had = now if self._are_given(found, lost, ask) else datetime.fromisoformat(held["had"])
        for mail in mails:
            if mail.uid not in lost:
                continue
            since = failing[mail.uid] = min(failing.get(mail.uid, now), now)
            if now - since >= DAY or (now - since >= HOUR and had >= since):
                rests = {**rests, str(mail.uid): (now + HOUR).isoformat()}
                logs.undelivered(mail.uid)
                self._tell(validity, mail, str(lost[mail.uid]))
            else:
                self._error = MailboxError(f"one mail in the inbox cannot be had: {lost[mail.uid]}", transient=True)
        self._remember(validity, failing, rests, had.isoformat())
        return found

    def _are_given(self, found: Mapping[int, Value], lost: Collection[int], ask: Ask[Value]) -> bool:
        """Whether the server gives mails; where it gave some and others not, also after those: it may have gone."""
        try:
            return bool(found and (not lost or ask([next(iter(found))])))
        except MailboxError:
            return False

    def sift(
        self, validity: int, uids: Sequence[int], ask: Ask[Value]
    ) -> tuple[dict[int, Value], dict[int, MailboxError]]:
        """What `ask` gives, and the errors of those that cannot be had; nothing is remembered.

        Raises:
            MailboxError: it is the server that fails.
        """
        return sift(uids, ask, partial(self._is_listed, validity))

    def _is_listed(self, validity: int, error: MailboxError) -> None:
        """Raises the error where the inbox cannot be listed either, or is another one by now."""
        self._clock()  # a sign of life: each failure may have taken a time-out
        try:
            now, _ = self._mailbox.waiting()
        except MailboxError:
            raise error from None
        if now != validity:
            raise error

    def _held(self, validity: int) -> dict[str, Any]:
        held = self._ledger.meta(UNDELIVERED) or {}
        return held if held.get("validity") == validity else {"mails": {}, "rests": {}, "had": NEVER.isoformat()}

    def _remember(self, validity: int, mails: Mapping[int, datetime], rests: Mapping[str, str], had: str) -> None:
        held = {
            "validity": validity,
            "mails": {str(uid): at.isoformat() for uid, at in mails.items()},
            "rests": {uid: until for uid, until in rests.items() if int(uid) in mails},
            "had": had,
        }
        new = held if mails else None
        if new != self._ledger.meta(UNDELIVERED):
            self._ledger.commit(Commit(meta={UNDELIVERED: new}), {})


def count(ledger: Ledger) -> int:
    """How many mails in the inbox cannot be had at present."""
    return len((ledger.meta(UNDELIVERED) or {}).get("mails", ()))


def _times(told: Mapping[str, str]) -> dict[int, datetime]:
    return {int(uid): datetime.fromisoformat(at) for uid, at in told.items()}
