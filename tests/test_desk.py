"""The desk over many mails and changed rules: floods wait for the admin, nothing is passed over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.intaking import BATCH
from tests.story import COMPLAINT
from tests.worlds import MemoryWorld, listed
from tests.writing import new_mail, reply

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PROCESS = "rules/process.yaml"
SLOW, QUICK = "after: 3 working days\n      send: chase-form-1", "after: 1 working day\n      send: chase-form-1"


@pytest.fixture
def world(tmp_path: Path) -> MemoryWorld:
    """A desk in memory that has had its first cycle."""
    made = MemoryWorld(tmp_path / "desk")
    made.cycle(MONDAY)
    return made


def complain(world: MemoryWorld, count: int) -> None:
    """So many customers complain, each about a dress."""
    for number in range(count):
        address = f"customer{number}@customer.test"
        raw = new_mail(address, f"Customer {number}", COMPLAINT["subject"], COMPLAINT["text"], MONDAY, number)
        world.deliver(raw, MONDAY)


def edit(world: MemoryWorld, old: str, new: str) -> None:
    """The admin edits the process."""
    file = world.settings.folder / PROCESS
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def codes(world: MemoryWorld) -> Counter[str]:
    """Letters sent so far, by code."""
    return Counter(letter.code for letter in world.letters())


def test_more_than_a_batch_is_taken_in_to_the_end(world: MemoryWorld) -> None:
    """A full inbox is emptied in one cycle, every mail to its own case, and each gets one letter."""
    complain(world, 2 * BATCH + 3)
    world.cycle(MONDAY)
    assert world.folders()["INBOX"] == 0
    assert len(listed(world.ledger, world.process)) == 2 * BATCH + 3
    assert codes(world) == {"E2": 2 * BATCH + 3}
    assert len({letter.to for letter in world.letters()}) == 2 * BATCH + 3


def test_a_changed_rule_holds_for_open_cases_at_once(world: MemoryWorld) -> None:
    """A shorter deadline fires for a case that was opened under the longer one."""
    complain(world, 1)
    world.cycle(MONDAY)
    edit(world, SLOW, QUICK)
    world.cycle(MONDAY + timedelta(days=1))
    assert codes(world) == {"E2": 1, "chase-form-1": 1}


def test_a_rule_change_that_floods_waits_for_the_admin(world: MemoryWorld) -> None:
    """More than twenty letters made due at once by an edit are held; the admin's `go on` lets them out."""
    complain(world, 25)
    world.cycle(MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    edit(world, SLOW, QUICK)
    world.cycle(tuesday)
    assert codes(world) == {"E2": 25, "alert": 1}
    alert = next(letter for letter in world.letters() if letter.code == "alert")
    assert alert.to == "ada@shop.test"
    assert "25 letters" in alert.text
    world.cycle(tuesday + timedelta(hours=1))
    assert codes(world)["chase-form-1"] == 0
    world.deliver(reply(alert, "ada@shop.test", "Ada", "go on", tuesday, 900), tuesday)
    world.cycle(tuesday + timedelta(hours=2))
    assert codes(world) == {"E2": 25, "alert": 1, "chase-form-1": 25}


def test_the_first_sight_of_the_rules_is_no_change(world: MemoryWorld) -> None:
    """Twenty-five letters that fall due by themselves are no flood: they go out."""
    complain(world, 25)
    world.cycle(MONDAY)
    world.cycle(MONDAY + timedelta(days=3))
    assert codes(world) == {"E2": 25, "chase-form-1": 25}


def test_a_broken_edit_leaves_the_last_good_rules(world: MemoryWorld) -> None:
    """A desk in full run goes on by its last good rules, tells the admin once a day, and takes the mended file."""
    edit(world, SLOW, SLOW.replace("chase-form-1", "chase-form-11"))
    complain(world, 1)
    world.cycle(MONDAY)
    world.cycle(MONDAY + timedelta(hours=1))
    assert codes(world) == {"E2": 1, "alert": 1}
    edit(world, SLOW.replace("chase-form-1", "chase-form-11"), QUICK)
    world.cycle(MONDAY + timedelta(days=1))
    assert codes(world) == {"E2": 1, "alert": 1, "chase-form-1": 1}


def test_time_of_a_case_never_goes_back(world: MemoryWorld) -> None:
    """A cycle with an earlier `--now` records no earlier `at`: history stays in order."""
    complain(world, 1)
    world.cycle(MONDAY)
    e2 = world.letters()[0]
    earlier = MONDAY - timedelta(days=1)
    world.deliver(reply(e2, "customer0@customer.test", "Customer 0", "Any news?", earlier, 901), earlier)
    world.cycle(earlier)
    (case,) = listed(world.ledger, world.process)
    times = [entry["at"] for entry in case["history"]]
    assert times == sorted(times)
    assert times[0] == "2026-03-02T10:00:00Z"


def test_it_says_that_it_read_an_edit_and_that_a_file_is_well_again(
    world: MemoryWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Each once, at the cycle that reads it; nothing where no file has changed."""
    caplog.set_level("INFO", "mailbot")

    def said(hour: int) -> list[str]:
        caplog.clear()
        world.cycle(MONDAY + timedelta(hours=hour))
        return [fate for each in caplog.records if (fate := getattr(each, "fate", "")).startswith("rules_")]

    assert said(0) == []
    edit(world, SLOW, QUICK)
    assert (said(1), said(2)) == (["rules_read"], [])
    edit(world, QUICK, QUICK.replace("chase-form-1", "chase-form-11"))
    assert said(3) == ["rules_kept"]
    edit(world, QUICK.replace("chase-form-1", "chase-form-11"), QUICK)
    assert (said(4), said(5)) == (["rules_mended"], [])
