"""Letters leave a few at a time and are filed in Sent once each, whoever files them and wherever it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from mailbot.adapters.ledger import Commit, MemoryLedger
from mailbot.adapters.memory import MemoryMailbox, MemoryPost, message_id_of
from mailbot.adapters.ports import SENT, Delivery, Parcel
from mailbot.desk import Desk
from mailbot.errors import MailboxError, PostError
from mailbot.filing import ASKED_FOR
from mailbot.filing import AT_ONCE as FILED_AT_ONCE
from mailbot.posting import AT_ONCE
from tests.story import COMPLAINT
from tests.test_desk import MONDAY
from tests.worlds import MemoryWorld
from tests.writing import new_mail

CUSTOMERS = 12
MORE = 28  # with them, so many that some are filed while others leave


class Server(MemoryMailbox):
    """A mailbox that counts the questions about Sent, and whose line breaks once, after it has taken a letter."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.breaks_after = 0  # letters filed; 0 = never

    def holds(self, folder: str, message_id: str) -> bool:
        self.asked += folder == SENT
        return super().holds(folder, message_id)

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        super().append(folder, raw, at)
        if folder == SENT and len(self.folders[SENT].mails) == self.breaks_after:
            self.breaks_after = 0
            raise MailboxError("the connection was lost", transient=True)

    @property
    def sent(self) -> Counter[str]:
        return Counter(message_id_of(raw) for _, raw in self.all(SENT))


@dataclass
class Provider(MemoryPost):
    """A post that files each letter in Sent itself, as some providers do, from a given letter on; and may go away."""

    mailbox: MemoryMailbox
    files_from: int = 10**9
    leaves_after: int = 10**9
    taken: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        for delivery in super().send(parcels):
            if self.taken == self.leaves_after:
                raise PostError("the server has gone", transient=True)
            self.taken += 1
            if self.taken > self.files_from:
                raw = next(each.raw for each in parcels if each.message_id == delivery.message_id)
                MemoryMailbox.append(self.mailbox, SENT, raw, MONDAY)
            yield delivery


class CountedLedger(MemoryLedger):
    """A ledger that knows how many letters each commit changed to which status."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: list[Counter[str]] = []

    def commit(self, step: Commit, expected: object) -> None:
        super().commit(step, expected)  # type: ignore[arg-type]
        self.changed.append(Counter(row.status for row in step.outbox))


@pytest.fixture
def world(tmp_path: Path) -> MemoryWorld:
    """A desk on such servers, with the complaints of some customers in its inbox."""
    made = MemoryWorld(tmp_path / "desk")
    made.ledger, made.mailbox = CountedLedger(), Server()
    made.post = Provider(made.mailbox)
    made.desk = Desk(made.settings, b"k" * 32, made._rulebook, made.ledger, made.mailbox, made.post, lambda: made.now)
    made.cycle(MONDAY)
    write(made, range(CUSTOMERS))
    return made


def write(world: MemoryWorld, numbers: range) -> None:
    """Customers complain."""
    for number in numbers:
        address = f"customer{number}@customer.test"
        world.deliver(new_mail(address, "Anna", COMPLAINT["subject"], COMPLAINT["text"], MONDAY, number), MONDAY)


def assert_each_once(world: MemoryWorld, letters: int = CUSTOMERS) -> None:
    """Every letter left once, lies in Sent once, and its case knows it."""
    wire = Counter(message_id_of(letter.raw) for letter in world.letters())
    assert wire == world.mailbox.sent  # type: ignore[attr-defined]
    assert set(wire.values()) == {1}
    assert len(wire) == letters
    statuses = Counter(letter.status for case in world.ledger.cases() for letter in case.letters)
    assert statuses == {"sent": letters}
    assert len(world.ledger.outbox(("filed",), 1_000)) == letters


def test_a_server_that_files_nothing_is_asked_about_a_few_letters_only(world: MemoryWorld) -> None:
    world.cycle(MONDAY)
    assert_each_once(world)
    assert world.mailbox.asked == ASKED_FOR  # type: ignore[attr-defined]


@pytest.mark.parametrize("files_from", [0, 1, ASKED_FOR - 1])
def test_a_server_that_files_letters_itself_is_believed(world: MemoryWorld, files_from: int) -> None:
    """Also where it was late for the first ones: as long as it files any, each is asked about."""
    world.post.files_from = files_from  # type: ignore[attr-defined]
    world.cycle(MONDAY)
    assert_each_once(world)


@pytest.mark.parametrize("breaks_after", [1, ASKED_FOR, ASKED_FOR + 1, 10, 11, CUSTOMERS])
def test_a_line_that_breaks_over_sent_files_nothing_twice(world: MemoryWorld, breaks_after: int) -> None:
    """The letter that the server took before the line broke is looked for, and those before it are not filed again."""
    world.mailbox.breaks_after = breaks_after  # type: ignore[attr-defined]
    with pytest.raises(MailboxError):
        world.cycle(MONDAY)
    world.cycle(MONDAY)
    assert_each_once(world)


def test_a_letter_names_each_mail_that_it_answers_once(world: MemoryWorld) -> None:
    """What came with the mail is on the case once, also where the letter is written before it is recorded."""
    world.cycle(MONDAY)
    for letter in world.letters():
        ids = " ".join(map(str, message_from_bytes(letter.raw).get_all("References", []))).split()
        assert len(ids) == len(set(ids)) == 2


@pytest.mark.parametrize("breaks_after", [0, 1, ASKED_FOR, FILED_AT_ONCE, CUSTOMERS + MORE - 1])
def test_many_letters_are_filed_while_others_leave(world: MemoryWorld, breaks_after: int) -> None:
    """Their copies wait for nothing and nothing waits for them; a line that breaks meanwhile costs only another try."""
    write(world, range(CUSTOMERS, CUSTOMERS + MORE))
    world.mailbox.breaks_after = breaks_after  # type: ignore[attr-defined]
    with pytest.raises(MailboxError) if breaks_after > FILED_AT_ONCE + AT_ONCE else nullcontext():
        world.cycle(MONDAY)
    assert len(world.letters()) == CUSTOMERS + MORE
    world.cycle(MONDAY)
    assert_each_once(world, CUSTOMERS + MORE)
    ledger = world.ledger
    assert isinstance(ledger, CountedLedger)
    together = sum(1 for changed in ledger.changed if changed["filed"] and changed["sending"])
    assert together == (breaks_after in (0, CUSTOMERS + MORE - 1))


def test_a_server_that_has_filed_them_is_believed_meanwhile(world: MemoryWorld) -> None:
    """Copies that are there already are not made again."""
    write(world, range(CUSTOMERS, CUSTOMERS + MORE))
    world.post.files_from = 0  # type: ignore[attr-defined]
    world.cycle(MONDAY)
    assert_each_once(world, CUSTOMERS + MORE)


def test_letters_of_an_earlier_run_are_all_asked_about(world: MemoryWorld) -> None:
    """A desk that was killed while it filed may have filed any of them: the next one asks, however many there are."""
    world.mailbox.breaks_after = 1  # type: ignore[attr-defined]
    with pytest.raises(MailboxError):
        world.cycle(MONDAY)
    for row in world.ledger.outbox(("sent",), 1_000):  # filed by the run that died, which never heard of it
        if row.message_id not in world.mailbox.sent:  # type: ignore[attr-defined]
            MemoryMailbox.append(world.mailbox, SENT, row.raw, MONDAY)
    world.desk = Desk(
        world.settings, b"k" * 32, world._rulebook, world.ledger, world.mailbox, world.post, lambda: world.now
    )
    world.cycle(MONDAY)
    assert_each_once(world)


def test_no_more_letters_are_under_way_together_than_may_be_in_doubt(world: MemoryWorld) -> None:
    """Those that leave together are marked so in one commit, and what became of them is written in one more."""
    ledger = world.ledger
    assert isinstance(ledger, CountedLedger)
    ledger.changed.clear()
    world.cycle(MONDAY)
    under_way = most = 0
    for changed in ledger.changed:
        under_way += changed["sending"] - changed["sent"]
        most = max(most, under_way)
    assert under_way == 0
    assert most == AT_ONCE
    assert sum(1 for changed in ledger.changed if changed["sent"]) == -(-CUSTOMERS // AT_ONCE)


@pytest.mark.parametrize("leaves_after", [0, 1, AT_ONCE - 1, AT_ONCE, CUSTOMERS - 1])
def test_a_server_that_goes_away_between_two_letters_loses_none(world: MemoryWorld, leaves_after: int) -> None:
    """What it took is known to have left; the rest is queued again at once, as if it had not been tried."""
    world.post.leaves_after = leaves_after  # type: ignore[attr-defined]
    with pytest.raises(PostError):
        world.cycle(MONDAY)
    left = len(world.ledger.outbox(("sent", "filed"), 1_000))
    waiting = world.ledger.outbox(("queued",), 1_000)
    assert left == leaves_after
    assert len(waiting) == CUSTOMERS - leaves_after
    assert {row.attempts for row in waiting} == {0}


def test_letters_refused_together_are_each_a_task_for_somebody(world: MemoryWorld) -> None:
    """Each refusal is an event of its own case, and what it writes leaves in the same cycle."""
    for number in range(AT_ONCE):
        world.refuse(f"customer{number}@customer.test", "550 5.1.1 no such user")
    world.cycle(MONDAY)
    codes = Counter(letter.code for letter in world.letters())
    assert codes == {"E2": CUSTOMERS - AT_ONCE, "call": AT_ONCE}
    assert len({letter.case for letter in world.letters() if letter.code == "call"}) == AT_ONCE
    failed = [letter for case in world.ledger.cases() for letter in case.letters if letter.status == "failed"]
    assert len(failed) == AT_ONCE
