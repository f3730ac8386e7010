"""Letters that have left although neither ledger nor journal says so: Sent proves it, and none leaves a second time.

For `rebuild` alone, where the state was lost before its last journal mail. A letter is known by its Message-ID;
where steps in between are lost too it would carry another number, and is known by case, letter and receiver.
Must never queue a letter: a rung of silence is taken here only if all its letters are in Sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.adapters.ledger import Ledger
from mailbot.adapters.ports import SENT, Mailbox
from mailbot.cases import silence
from mailbot.cases.around import Around
from mailbot.commits import commit_step
from mailbot.desk import Desk
from mailbot.letters.step import take_silence
from mailbot.mail import message as messages

ALL = 1_000_000
_HEAD = 65_536  # bytes; the header of a letter of ours is far shorter

_Key = tuple[str, str, str]  # case, letter, receiver case folded


@dataclass(slots=True)
class _Sent:
    """What lies in Sent: Message-IDs, and the letters that no case names, counted by what they are."""

    ids: frozenset[str]
    spare: Counter[_Key]

    def claim(self, letters: Sequence[tuple[str, _Key]]) -> bool:
        """Whether every letter (id, key) is there; those known by key alone are then taken from the spare ones."""
        unknown = Counter(key for message_id, key in letters if message_id not in self.ids)
        if any(self.spare[key] < count for key, count in unknown.items()):
            return False
        self.spare.subtract(unknown)
        return True


def recall(mailbox: Mailbox, ledger: Ledger, desk: Desk, known: frozenset[str]) -> None:
    """Record what Sent holds: queued letters, and those of silences that are due.

    Args:
        known: Message-IDs of letters that the journal says were waiting; only their own id tells that they left.
    """
    sent = _sent(mailbox, ledger)
    for row in ledger.outbox(("queued",), limit=ALL):
        there = row.message_id in sent.ids
        key = (row.case, row.letter, row.to.casefold())
        if there or (row.message_id not in known and sent.claim([(row.message_id, key)])):
            desk.record_as_sent(row)
    for code in [case.code for case in ledger.cases()]:
        while _recall_silence(code, ledger, desk, sent):
            pass


def _recall_silence(code: str, ledger: Ledger, desk: Desk, sent: _Sent) -> bool:
    """Take the rung that is due if all its letters have left."""
    case, process = ledger.case(code), desk.room.process
    next_one = silence.due(case, process) if case else None
    if case is None or next_one is None or next_one.at > desk.now:
        return False
    step = take_silence(case, next_one.rung, desk.room, Around(), desk.now)
    letters = [each.letter for each in step.outgoing]
    if not letters or not sent.claim([(each.message_id, (code, each.letter, each.to.casefold())) for each in letters]):
        return False
    commit_step(ledger, ((case, step),), process)
    for each in letters:
        row = ledger.letter(each.message_id)
        if row:
            desk.record_as_sent(row)
    return True


def _sent(mailbox: Mailbox, ledger: Ledger) -> _Sent:
    named = {letter.message_id for case in ledger.cases() for letter in case.letters}
    ids: set[str] = set()
    spare: Counter[_Key] = Counter()
    for _, raw in mailbox.all(SENT):
        letter = messages.read(raw[:_HEAD])
        ids.add(letter.message_id)
        to = letter.header("x-mailbot-rehearsed-for") or (letter.to[0].address if letter.to else "")
        if letter.message_id not in named and letter.header("x-mailbot-letter"):
            spare[letter.header("x-mailbot-case"), letter.header("x-mailbot-letter"), to.casefold()] += 1
    return _Sent(frozenset(ids), spare)
