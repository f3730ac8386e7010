"""Mails that a real Dovecot lists and cannot give: their files are damaged, as after a crash or a full disk."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot import undelivered
from mailbot.adapters.ledger import MemoryLedger
from mailbot.adapters.memory import MemoryMailbox
from mailbot.adapters.ports import INBOX, Arrived
from mailbot.adapters.sifting import sift
from mailbot.errors import MailboxError
from mailbot.undelivered import DAY, HOUR, Undelivered
from tests.crash_story import Stage, Stages
from tests.servers import Dovecot, put
from tests.story import COMPLAINT
from tests.writing import new_mail

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MANY = 60  # more than a batch


@pytest.fixture
def stage(stages: Stages) -> Stage:
    return stages.begin()


def complain(stage: Stage, numbers: range, at: datetime = AT) -> None:
    words = COMPLAINT["subject"], COMPLAINT["text"]
    put(stage.user, [new_mail(f"anna{n}@customer.test", "Anna", *words, at, n) for n in numbers], at)


def file_of(dovecot: Dovecot, stage: Stage, number: int) -> Path:
    """Where Dovecot keeps Anna's mail."""
    folder = dovecot.maildir(stage.user)
    mails = (file for place in ("new", "cur") for file in (folder / place).iterdir())
    return next(file for file in mails if f"<anna{number}@".encode() in file.read_bytes())


def now_of(file: Path) -> Path:
    """The same mail's file, which Dovecot has renamed."""
    return next(file.parent.parent.glob(f"*/{file.name.split(',')[0]}*"))


def known(stage: Stage) -> int:
    with stage.ledger() as ledger:
        return undelivered.count(ledger)


def once(stage: Stage, at: datetime) -> int:
    return stage.forks.mailbot(stage.folder, "once", "--now", at.isoformat())


def answered(stage: Stage) -> Counter[str]:
    return Counter(letter.to.partition("@")[0] for letter in stage.letters() if letter.code == "E2")


def alerts(stage: Stage) -> list[str]:
    return [letter.text for letter in stage.letters() if letter.code == "alert"]


@pytest.mark.parametrize("way", ["cut", "locked"])
def test_one_damaged_mail_keeps_nobody_waiting(way: str, stage: Stage, dovecot: Dovecot) -> None:
    """The others are answered at once; after an hour the admin is told, and the cycles go well again without it."""
    complain(stage, range(MANY))
    file = file_of(dovecot, stage, 7)
    whole, mode = file.read_bytes(), file.stat().st_mode
    if way == "cut":
        file.write_bytes(whole[:40])
        os.utime(file, (AT.timestamp(), AT.timestamp()))
    else:
        file.chmod(0)
    others = {f"anna{n}": 1 for n in range(MANY) if n != 7}
    for minutes in (5, 30):
        assert once(stage, AT + timedelta(minutes=minutes)) == 1
        assert "reading mails" in stage.errors
        assert (answered(stage), alerts(stage)) == (others, [])

    assert once(stage, AT + timedelta(minutes=66)) == 0, stage.said
    (told,) = alerts(stage)
    assert "cannot hand over one mail" in told
    assert f"It came at {AT:%Y-%m-%d %H:%M} UTC" in told

    complain(stage, range(MANY, MANY + 1))
    assert once(stage, AT + timedelta(minutes=100)) == 0, stage.said
    assert answered(stage) == others | {f"anna{MANY}": 1}
    assert not stage.errors, "it is not asked for again within the hour"
    assert once(stage, AT + timedelta(minutes=130)) == 0, stage.said
    assert "cannot be had" in stage.errors
    assert len(alerts(stage)) == 1, "told once a day"

    file = now_of(file)
    file.chmod(mode)
    file.write_bytes(whole)
    assert once(stage, AT + timedelta(minutes=160)) == 0, stage.said
    assert answered(stage)["anna7"] == 0
    assert once(stage, AT + timedelta(minutes=191)) == 0, stage.said
    assert answered(stage) == {f"anna{n}": 1 for n in range(MANY + 1)}
    assert not stage.mail_ids()[INBOX]
    assert known(stage) == 0


def test_a_damaged_old_mail_stops_no_first_start(stage: Stage, dovecot: Dovecot) -> None:
    """Among the older mail that is listed to the admin; new mail is answered."""
    complain(stage, range(3), AT - timedelta(days=30))
    file_of(dovecot, stage, 1).chmod(0)
    complain(stage, range(3, 5))
    assert once(stage, AT + timedelta(minutes=5)) == 0, stage.said
    assert answered(stage) == {"anna3": 1, "anna4": 1}
    (told,) = alerts(stage)
    assert "3 mails in the inbox are older" in told
    assert "anna0@" in told
    assert "anna2@" in told


def test_several_damaged_mails_keep_nobody_waiting(stage: Stage, dovecot: Dovecot) -> None:
    """However many there are among the others; each is told by itself."""
    complain(stage, range(20))
    for number in range(3, 10):
        file_of(dovecot, stage, number).chmod(0)
    assert once(stage, AT + timedelta(minutes=5)) == 1
    assert answered(stage) == {f"anna{n}": 1 for n in (*range(3), *range(10, 20))}
    assert once(stage, AT + timedelta(minutes=70)) == 0, stage.said
    assert len(alerts(stage)) == known(stage) == 7


def test_all_at_once_are_the_servers_doing(stage: Stage, dovecot: Dovecot) -> None:
    """The cycle fails as it does without a server, for however long, and no mail is called damaged."""
    complain(stage, range(20))
    files = [file_of(dovecot, stage, number) for number in range(20)]
    for file in files:
        file.chmod(0)
    for minutes in (5, 70, 140):
        assert once(stage, AT + timedelta(minutes=minutes)) == 1
        assert "reading mails" in stage.errors
        assert (alerts(stage), known(stage)) == ([], 0)
    for file in files:
        now_of(file).chmod(0o600)
    assert once(stage, AT + timedelta(minutes=141)) == 0, stage.said
    assert answered(stage) == {f"anna{n}": 1 for n in range(20)}


def test_an_outage_that_still_lists(stage: Stage, dovecot: Dovecot) -> None:
    """Mails that come one by one while none can be had: nobody is told that they are damaged, and all are answered as
    soon as the server gives them."""
    files = []
    for number in range(4):
        complain(stage, range(number, number + 1))
        files.append(file_of(dovecot, stage, number))
        files[-1].chmod(0)
        assert once(stage, AT + timedelta(minutes=40 * number)) == 1
    assert alerts(stage) == []
    for file in files:
        now_of(file).chmod(0o600)
    assert once(stage, AT + timedelta(minutes=121)) == 0, stage.said
    assert answered(stage) == {f"anna{n}": 1 for n in range(4)}


def test_a_dry_run_tells_of_the_others(stage: Stage, dovecot: Dovecot) -> None:
    """What it would do with them, and then what is wrong."""
    complain(stage, range(2))
    file_of(dovecot, stage, 0).chmod(0)
    assert stage.forks.mailbot(stage.folder, "once", "--dry-run", "--now", (AT + timedelta(minutes=5)).isoformat()) == 1
    assert "anna1@customer.test: complaint; acted on" in stage.said
    assert "one mail in the inbox cannot be had" in stage.errors


def test_the_only_mail_is_judged_after_a_day(stage: Stage, dovecot: Dovecot) -> None:
    """With nothing to compare it with it may be the server: the cycle fails, until somebody should look anyway."""
    complain(stage, range(1))
    file_of(dovecot, stage, 0).chmod(0)
    for hours in (1, 5, 24):
        assert once(stage, AT + timedelta(hours=hours)) == 1
        assert not alerts(stage)
    assert once(stage, AT + timedelta(hours=25)) == 0, stage.said
    assert len(alerts(stage)) == 1
    complain(stage, range(1, 2))
    assert once(stage, AT + timedelta(hours=25, minutes=10)) == 0, stage.said
    assert answered(stage) == {"anna1": 1}


def test_one_that_a_person_takes_away_is_forgotten(stage: Stage, dovecot: Dovecot) -> None:
    """What is no more in the inbox is no trouble any more."""
    complain(stage, range(2))
    file = file_of(dovecot, stage, 1)
    file.chmod(0)
    assert once(stage, AT + timedelta(minutes=5)) == 1
    assert known(stage) == 1
    now_of(file).unlink()
    assert once(stage, AT + timedelta(minutes=6)) == 0, stage.said
    assert known(stage) == 0
    assert answered(stage) == {"anna0": 1}


def test_a_damaged_mail_does_not_stop_a_rebuild(stage: Stage, dovecot: Dovecot) -> None:
    """It is named with its folder and time; its case is known from the journal all the same."""
    complain(stage, range(3))
    assert once(stage, AT + timedelta(minutes=5)) == 0, stage.said
    before = stage.cases()
    folder = dovecot.maildir(stage.user)
    damaged = next(file for file in folder.glob(".Mailbot*Cases/*/*") if b"<anna1@" in file.read_bytes())
    damaged.chmod(0)
    assert stage.forks.mailbot(stage.folder, "rebuild") == 0, stage.said
    assert f"a mail in Mailbot/Cases. It came at {AT:%Y-%m-%d %H:%M} UTC" in stage.said
    assert stage.cases() == before
    assert once(stage, AT + timedelta(minutes=10)) == 0, stage.said
    assert answered(stage) == {"anna0": 1, "anna1": 1, "anna2": 1}


# ---- by itself ----------------------------------------------------------------------------------------------


class Desk:
    """An inbox in memory with mails 1 to 9, of which a test says what can be had."""

    def __init__(self) -> None:
        self.ledger, self.mailbox, self.now = MemoryLedger(), MemoryMailbox(), AT
        for number in range(9):
            self.mailbox.deliver(b"Subject: %d\r\n\r\nx" % number, AT)
        self.told: list[int] = []
        self.failing: set[int] = set()
        self.undelivered = Undelivered(self.ledger, self.mailbox, self._tell, lambda: self.now)

    def _tell(self, _validity: int, mail: Arrived, _said: str) -> None:
        self.told.append(mail.uid)

    def ask(self, uids: Sequence[int]) -> dict[int, bytes]:
        if self.failing & set(uids):
            raise MailboxError("gone", transient=True)
        return self.mailbox.read(uids)

    def take(self, after: timedelta, *uids: int) -> set[int]:
        self.now = AT + after
        validity, waiting = self.mailbox.waiting()
        self.undelivered.begin()
        self.undelivered.keep(validity, {mail.uid for mail in waiting})
        return set(self.undelivered.take(validity, [mail for mail in waiting if mail.uid in uids], self.ask))


def test_an_inbox_that_is_another_by_now_is_the_error() -> None:
    """Numbered anew in the middle: the mails under the old numbers are others now, and none is called damaged."""
    desk = Desk()
    validity, waiting = desk.mailbox.waiting()
    desk.mailbox.renumber()
    desk.failing = {4}
    with pytest.raises(MailboxError, match="gone"):
        desk.undelivered.take(validity, waiting, desk.ask)
    assert undelivered.count(desk.ledger) == 0


def test_a_server_that_goes_in_the_middle_is_the_error() -> None:
    """Listing fails too: nothing is known of any mail, and nobody is asked for again and again."""
    asked = []

    def ask(uids: Sequence[int]) -> dict[int, bytes]:
        asked.append(uids)
        raise MailboxError("gone", transient=True)

    def well(error: MailboxError) -> None:
        raise error

    with pytest.raises(MailboxError, match="gone"):
        sift(range(50), ask, well)
    assert len(asked) == 1


@pytest.mark.parametrize("failing", [{0}, {49}, {7, 8, 9, 30}, set(range(0, 50, 2)), set(range(40)), set(range(1, 49))])
def test_whatever_fails_among_others_is_found(failing: set[int]) -> None:
    """One, several, most of a batch; each failing one is asked for by itself, twice."""
    alone: Counter[int] = Counter()

    def ask(uids: Sequence[int]) -> dict[int, int]:
        alone.update(uids if len(uids) == 1 else ())
        if failing & set(uids):
            raise MailboxError("no", transient=True)
        return {uid: uid for uid in uids}

    found, lost = sift(range(50), ask, lambda _: None)
    assert (set(found), set(lost)) == (set(range(50)) - failing, failing)
    assert {alone[uid] for uid in failing} == {2}


def test_who_fails_once_is_no_loss() -> None:
    """It may have been the moment."""
    failed: set[int] = set()

    def ask(uids: Sequence[int]) -> dict[int, int]:
        if set(uids) - failed:
            failed.update(uids if len(uids) == 1 else ())
            raise MailboxError("no", transient=True)
        return {uid: uid for uid in uids}

    assert sift(range(6), ask, lambda _: None) == ({uid: uid for uid in range(6)}, {})
    assert failed == set(range(6))


def test_it_rests_an_hour_and_wakes_with_another() -> None:
    """One that is back wakes all; a clock that went back lets nobody rest for longer."""
    desk = Desk()
    desk.failing = {2, 5}
    assert desk.take(timedelta(), *range(1, 10)) == {1, 3, 4, 6, 7, 8, 9}
    assert desk.take(2 * HOUR, 2) == desk.take(2 * HOUR, 5) == set()
    assert desk.told == [2, 5]
    assert desk.undelivered.resting(1) == {2, 5}
    desk.now = AT
    assert desk.undelivered.resting(1) == set()
    desk.failing = {5}
    assert desk.take(2.5 * HOUR, 2) == {2}
    assert desk.undelivered.resting(1) == set()
    assert desk.undelivered.known(1) == {5}


def test_a_server_that_gives_nothing_after_the_failure_is_no_witness() -> None:
    """It gave some and then went: for a day no mail is called damaged."""
    desk = Desk()
    gone = False

    def ask(uids: Sequence[int]) -> dict[int, bytes]:
        nonlocal gone
        if gone or 6 in uids:
            gone = gone or list(uids) == [6]
            raise MailboxError("gone", transient=True)
        return desk.mailbox.read(uids)

    validity, waiting = desk.mailbox.waiting()
    assert set(desk.undelivered.take(validity, waiting[3:6], ask)) == {4, 5}
    desk.now = AT + 2 * HOUR
    desk.undelivered.take(validity, waiting[5:6], ask)
    assert desk.told == []
    assert desk.undelivered.error() is not None
    desk.now = AT + DAY
    desk.undelivered.take(validity, waiting[5:6], ask)
    assert desk.told == [6]


def test_an_inbox_numbered_anew_has_no_trouble_of_old() -> None:
    """What was known under the old numbers counts no more."""
    desk = Desk()
    desk.failing = {2}
    desk.take(timedelta(), *range(1, 10))
    assert undelivered.count(desk.ledger) == 1
    desk.mailbox.renumber()
    desk.failing = set()
    desk.take(HOUR, 1)
    assert undelivered.count(desk.ledger) == 0


def test_what_went_wrong_is_told_of_one_run_only() -> None:
    """The error of a cycle that broke off is not the next one's."""
    desk = Desk()
    desk.failing = {2}
    desk.take(timedelta(), 1, 2, 3)
    error = desk.undelivered.error()
    assert error is not None
    assert error.transient
    desk.take(timedelta(minutes=1), 3)
    assert desk.undelivered.error() is None
