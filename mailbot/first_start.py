"""What lies in the inbox at the first start: older mail stays there, unanswered, and is listed to the admin.

Decides what is too old to be taken in, and whether there is so much of it that new mail waits for the admin's word. It
must never leave a mail that came after the first start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mailbot import logs
from mailbot.adapters.ledger import Commit, Ledger
from mailbot.adapters.ports import Arrived
from mailbot.cases.record import desk_line
from mailbot.intaking import Intaking
from mailbot.mail import message as messages
from mailbot.mail.model import Message

FIRST_START, ASKED_ADMIN = "first_start", "asked_admin"
MANY_OLD = 50  # older mails at the first start: more, and the desk waits for the admin's word
LISTED_OLD = 200  # of the older mails, so many are listed to the admin by date, sender and subject
HEAD_BYTES = 16_384  # enough of a mail for its header; a longer header is a hostile one

Alert = Callable[[str, str, str], None]  # cause, what is the matter, a stranger's words


class FirstStart:
    """Leaves older mail where it is.

    Args:
        since: how old mail may be at the first start and still be answered.
    """

    def __init__(
        self, ledger: Ledger, intaking: Intaking, alert: Alert, clock: Callable[[], datetime], since: timedelta
    ) -> None:
        self._ledger, self._intaking, self._alert, self._clock, self._since = ledger, intaking, alert, clock, since

    def leave_old(self) -> None:
        """Tell the admin of older mail that was not told of yet, and leave it."""
        cutoff = self._cutoff()
        old = self._intaking.old(cutoff)
        if old:
            logs.left_alone(len(old))
            self._tell(old, cutoff)
            self._intaking.leave(old)  # last: after a crash the admin is told all the same

    def waits_for_admin(self) -> bool:
        """Whether nothing new is taken in but the admin's own mail."""
        return bool(self._ledger.meta(ASKED_ADMIN))

    def _cutoff(self) -> datetime:
        first = self._ledger.meta(FIRST_START)
        if first is None:
            first = self._clock().isoformat()
            self._remember({FIRST_START: first})
        return datetime.fromisoformat(first) - self._since

    def _remember(self, facts: Mapping[str, Any]) -> None:
        """Meta that a rebuild must bring back."""
        self._ledger.commit(Commit(meta=facts, journal=(desk_line(facts),)), {})

    def _tell(self, old: Sequence[Arrived], cutoff: datetime) -> None:
        """Older mail is listed to the admin; a great many, and the desk waits for the admin's word."""
        what = f"{len(old)} mails in the inbox are older than {cutoff:%Y-%m-%d %H:%M} UTC. They stay there, unanswered"
        many = len(old) > MANY_OLD
        if many:
            what += "; that is a lot, so nothing new is answered either until you reply “go on”"
        heads = self._intaking.heads(old[:LISTED_OLD], HEAD_BYTES)
        lines = [_in_a_line(messages.read(head, truncated=True)) for head in heads]
        more = [f"… and {len(old) - LISTED_OLD} more"] if len(old) > LISTED_OLD else []
        self._alert(f"old mail {len(old)}", what + ".", "\n".join(lines + more))
        if many:
            self._remember({ASKED_ADMIN: True})


def _in_a_line(message: Message) -> str:
    day = f"{message.date:%Y-%m-%d}" if message.date else "(no date)"
    return f"{day}  {message.sender.address if message.sender else '(no sender)'}  {message.subject}"
