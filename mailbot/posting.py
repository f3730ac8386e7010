"""The way out of the outbox: queued -> sending -> the server -> sent -> filed in Sent; each outcome an event.

Every arrow is committed before the next is taken, so that a crash anywhere is found out: `sending`
at the start of a cycle is *in doubt*, is shown, and is settled by Sent or by policy. A few letters take each
arrow together. Letters keep their Message-ID from the moment they are queued, and their bytes from the first
try (photos are put in then).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot import logs
from mailbot.adapters.ledger import Ledger, OutboxRow
from mailbot.adapters.ports import SENT, Delivery, Mailbox, Parcel, Post
from mailbot.cases.events import Event
from mailbot.commits import Outcome, Record
from mailbot.enclosing import Carried, Enclosing, Recent
from mailbot.errors import PostError
from mailbot.filing import Filing

AT_ONCE = 9  # letters that one crash can put in doubt: three for each connection, so that a commit is worth its while
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))  # growing, then the last one again
DOUBTS_MOST = 3  # then a letter stays in doubt: a server that takes mail and never says so would get it for ever
GIVE_UP = timedelta(days=5)  # RFC 5321 4.5.4.1: a sender gives up after four to five days
SENT_AGAIN = "It is sent again with the same Message-ID, so that most mail programs show it once."


class Posting:
    """Carries letters out for the desk; decides nothing beyond when to try again."""

    def __init__(
        self, ledger: Ledger, mailbox: Mailbox, post: Post, record: Record, *, sender: str, admin: Callable[[], str],
        grants: Callable[[str], bool], carries: Carried, recent: Recent, sent: str, in_doubt: str,
    ) -> None:  # fmt: skip
        self._ledger, self._mailbox, self._post, self._record = ledger, mailbox, post, record
        self._sender, self._admin, self._grants, self._sent, self._in_doubt = sender, admin, grants, sent, in_doubt
        self._carries, self._recent = carries, recent
        self._filing = Filing(ledger, mailbox, record, sent)

    def settle_doubts(self, now: datetime) -> int:
        """Letters found `sending` or in doubt: sent if Sent proves it, else shown, and sent again or asked about."""
        doubtful = self._ledger.outbox(("sending", "in_doubt"), limit=10_000)
        for row in doubtful:
            if self._mailbox.holds(SENT, row.message_id):
                self._record([Outcome(replace(row, status="filed", raw=b""), _event("letter_sent", row), "sent")], ())
                continue
            if row.status == "sending":
                row = replace(row, doubts=row.doubts + 1)
                if self._sent != "server" or not self._again(row):
                    doubted = self._doubted(row)
                    self._record([doubted], ())
                    row = doubted.row
            if self._again(row):
                pause = PAUSES[row.doubts - 1] if row.error else timedelta()  # the server's doing, or our own crash
                self._record((), [replace(row, status="queued", next_at=now + pause)])
        return len(doubtful)

    def file(self) -> int:
        """Put copies of sent letters into Sent, unless the server did."""
        return self._filing.rest()

    def send(self, now: Callable[[], datetime]) -> tuple[int, int]:
        """Send everything queued that may be tried now: (sent, not sent). Raises PostError if no server answers."""
        done = failed = 0
        enclosing = Enclosing(self._ledger, self._mailbox, self._carries, self._recent)
        while rows := self._ledger.outbox(("queued",), AT_ONCE, before=now()):
            whole = map(enclosing.enclosed, rows)  # before the first commit: what is tried again is the same bytes
            going = {row.message_id: replace(row, status="sending", attempts=row.attempts + 1) for row in whole}
            self._record((), (*going.values(), *self._filing.ahead()))
            answered: list[Outcome | OutboxRow] = []
            try:
                for delivery in self._post.send([self._parcel(row) for row in going.values()]):
                    answered.append(self._outcome(going.pop(delivery.message_id), delivery, now()))
            except PostError:
                # no server: nothing left this machine
                answered += [replace(row, status="queued", attempts=row.attempts - 1) for row in going.values()]
                raise
            finally:  # one commit: after a crash no more are in doubt than were on their way together
                outcomes = [each for each in answered if isinstance(each, Outcome)]
                self._record(outcomes, [each for each in answered if isinstance(each, OutboxRow)])
            left = sum(outcome.status == "sent" for outcome in outcomes)
            done, failed = done + left, failed + len(answered) - left
        return done, failed

    def _again(self, row: OutboxRow) -> bool:
        """Whether a letter in doubt is sent again, with the same Message-ID."""
        wanted = self._sent == "server" or (self._in_doubt == "resend" and not self._grants(row.letter))
        return wanted and row.doubts < DOUBTS_MOST

    def _doubted(self, row: OutboxRow) -> Outcome:
        """A letter may have left, and that is shown."""
        logs.doubted(row.case, row.letter)
        event = _event("letter_doubted", row, SENT_AGAIN if self._again(row) else "")
        return Outcome(replace(row, status="in_doubt"), event, "in_doubt")

    def _parcel(self, row: OutboxRow) -> Parcel:
        return Parcel(row.message_id, self._sender, self._admin() if row.rehearsed else row.to, row.raw)

    def _outcome(self, row: OutboxRow, delivery: Delivery, now: datetime) -> Outcome | OutboxRow:
        """What became of a letter that was handed over; its row alone where its case has nothing to hear of yet."""
        match delivery.outcome:
            case "accepted":
                sent = replace(row, status="sent", attempts=0, next_at=row.at, error="")
                self._filing.left(sent)
                logs.sent(row.case, row.letter, row.rehearsed)
                return Outcome(sent, _event("letter_sent", row), "sent")
            case "later" if now - row.at < GIVE_UP:
                pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
                logs.put_off(row.case, row.letter, delivery.said)
                return replace(row, status="queued", next_at=now + pause, error=delivery.said)
            case "doubted":
                return self._doubted(replace(row, doubts=row.doubts + 1, error=delivery.said))
            case _:
                failed = replace(row, status="failed", error=delivery.said)
                logs.refused(row.case, row.letter, delivery.said)
                return Outcome(failed, _event("letter_failed", row, delivery.said), "failed")


def _event(name: str, row: OutboxRow, reason: str = "") -> Event:
    data = {"n": row.n, "letter": row.letter, "to": row.audience}
    return Event(name, "desk", {**data, "reason": reason} if reason else data)
