"""Mails that a real Dovecot lists and cannot give: their files are damaged, as after a crash or a full disk."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot import undelivered
from mailbot.adapters.ports import INBOX
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


def test_many_at_once_are_the_servers_doing(stage: Stage, dovecot: Dovecot) -> None:
    """More than a few in one batch: the cycle fails as it does without a server, and no mail is called damaged."""
    complain(stage, range(20))
    files = [file_of(dovecot, stage, number) for number in range(20)]
    for file in files:
        file.chmod(0)
    assert once(stage, AT + timedelta(minutes=5)) != 0
    assert "reading mails" in stage.errors
    assert not alerts(stage)
    assert known(stage) == 0
    for file in files:
        now_of(file).chmod(0o600)
    assert once(stage, AT + timedelta(minutes=6)) == 0, stage.said
    assert answered(stage) == {f"anna{n}": 1 for n in range(20)}


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
