"""Mails in the inbox that the server lists and cannot give: a damaged file, an answer that makes no sense.

Decides what becomes of a mail that fails alone, twice, while the inbox can be listed. The others are taken in, and the
cycle ends with the error, for it may still be the line. After an hour of that it is the mail: it stays where it is, the
admin is told, it is asked for once an hour, and nothing waits for it any more. One such mail must never keep the others
waiting, and a line that breaks must never make a mail look damaged. What is known of them is in the ledger (meta), and
may be forgotten by a rebuild: they are found again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from mailbot import logs
from mailbot.adapters.ledger import Commit, Ledger
from mailbot.adapters.ports import Arrived, Mailbox
from mailbot.adapters.sifting import Ask, Value, sift
from mailbot.errors import MailboxError

HOUR = timedelta(hours=1)  # longer than a server takes to start anew; a failing mail may cost a time-out at each try
UNDELIVERED = "undelivered"  # meta: {"validity": …, "mails": {uid: [failing since, last tried]}}

Tell = Callable[[Arrived, str], None]  # the admin: which mail, and what the server said
Times = tuple[datetime, datetime]


class Undelivered:
    """Asks for mails, and lets those that cannot be had wait.

    Args:
        tell: called at each try of a mail that has failed for an hour.
    """

    def __init__(self, ledger: Ledger, mailbox: Mailbox, tell: Tell, clock: Callable[[], datetime]) -> None:
        self._ledger, self._mailbox, self._tell, self._clock = ledger, mailbox, tell, clock
        self._error: MailboxError | None = None

    def known(self, validity: int) -> dict[int, Times]:
        """UIDs that could not be had: since when, and when they were last asked for."""
        held = self._ledger.meta(UNDELIVERED) or {}
        if held.get("validity") != validity:
            return {}
        read = datetime.fromisoformat
        return {int(uid): (read(since), read(tried)) for uid, (since, tried) in held["mails"].items()}

    def resting(self, validity: int) -> set[int]:
        """Those of them that are not asked for now."""
        now = self._clock()
        return {uid for uid, (since, tried) in self.known(validity).items() if tried - since >= HOUR > now - tried}

    def keep(self, validity: int, uids: Collection[int]) -> None:
        """Forget those that are not among these any more: a person has moved them."""
        known = self.known(validity)
        self._remember(validity, {uid: times for uid, times in known.items() if uid in uids}, known)

    def error(self) -> MailboxError | None:
        """Why a mail could not be had of which it is not clear yet that it is the mail; said once."""
        error, self._error = self._error, None
        return error

    def take(self, validity: int, mails: Sequence[Arrived], ask: Ask[Value]) -> dict[int, Value]:
        """What `ask` gives for these mails of the inbox; who cannot be had is left out and remembered.

        Raises:
            MailboxError: it is the server that fails.
        """
        found, lost = self.sift(validity, [mail.uid for mail in mails], ask)
        known, now = self.known(validity), self._clock()
        times = {uid: (known[uid][0] if uid in known else now, now) for uid in lost}
        for mail in mails:
            if mail.uid not in lost:
                continue
            if now - times[mail.uid][0] < HOUR:
                self._error = lost[mail.uid]
                continue
            logs.undelivered(mail.uid)
            self._tell(mail, str(lost[mail.uid]))
        self._remember(validity, {uid: each for uid, each in known.items() if uid not in found} | times, known)
        return found

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
        try:
            now, _ = self._mailbox.waiting()
        except MailboxError:
            raise error from None
        if now != validity:
            raise error

    def _remember(self, validity: int, mails: Mapping[int, Times], before: Mapping[int, Times]) -> None:
        if mails == before:
            return
        told = {str(uid): [each.isoformat() for each in times] for uid, times in mails.items()}
        self._ledger.commit(Commit(meta={UNDELIVERED: {"validity": validity, "mails": told} if told else None}), {})


def count(ledger: Ledger) -> int:
    """How many mails in the inbox cannot be had at present."""
    return len((ledger.meta(UNDELIVERED) or {}).get("mails", ()))
