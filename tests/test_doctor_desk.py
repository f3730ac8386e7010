"""What the doctor finds in a desk folder by itself: settings, files, rules, people. No server is asked."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import settings as reading
from mailbot.doctor import examination, rules
from mailbot.doctor.examined import Examined
from mailbot.doctor.files import in_words
from mailbot.doctor.findings import Finding, ok
from tests import ruling
from tests.doctoring import NOW, findings, one
from tests.founding import people_of
from tests.servers import User
from tests.shop import Shop, finding
from tests.test_cli import call
from tests.worlds import desk_folder


@pytest.fixture
def folder(quick_folder: Path) -> Path:
    """A desk folder whose servers nobody asks."""
    return desk_folder(quick_folder / "desk")


def test_settings_that_cannot_be_read(folder: Path) -> None:
    """Exit 2; the sentence of the settings is a finding, and the rules, which need no settings, are looked at."""
    (folder / "mailbot.toml").write_text("[desk]\nnam = 1\n")
    result = call("doctor", "--desk", folder)
    assert result.exit_code == 2
    assert "✗ wrong" in result.stdout
    assert "mailbot.toml: [desk] nam: unknown key; did you mean 'name'?" in result.stdout
    assert "rules: rules and letters are in order" in " ".join(result.stdout.split())
    assert result.stderr == ""
    (folder / "mailbot.toml").write_text("[desk]\nname = My Shop\n")
    result = call("doctor", "--desk", folder, "--json")
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert not told["ok"]
    assert told["findings"][0]["found"] == 'line 2: words need "quotation marks": name = My Shop'


def test_no_desk_is_not_examined(tmp_path: Path) -> None:
    """No settings, no findings: the sentence says how to name a desk or make one."""
    result = call("doctor", "--desk", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "not found. Make a desk with `mailbot init DIR`" in result.stderr


def test_help_says_what_may_be_renewed() -> None:
    """Signing in by OAuth 2 can write tokens.json, so `changes nothing` is not said without that."""
    said = " ".join(call("doctor", "--help").stdout.split())
    assert "neither on the servers nor in state/" in said
    assert "in tokens.json" in said


def test_a_new_desk_that_nobody_has_edited(quick_folder: Path) -> None:
    """Example servers are not asked, the examples are named, and the rules are looked at all the same."""
    assert call("init", quick_folder / "desk").exit_code == 0
    shop = Shop(quick_folder / "desk", User("nobody"), None)  # type: ignore[arg-type]
    report = shop.doctor()
    assert report["exit"] == 1
    assert finding(report, "rules")["verdict"] == "ok"
    assert finding(report, "people")["verdict"] == "wrong"
    for section in ("imap", "smtp"):
        assert any(f"[{section}] host" in each["do"] for each in report["findings"] if each["verdict"] == "wrong")


def test_a_mistake_of_ours_is_a_finding(folder: Path) -> None:
    """A group that breaks says where, never what, and the next has its turn."""

    def breaks(examined: Examined) -> Iterator[Finding]:
        yield ok("first", "fine")
        raise ValueError("a customer's words")

    found = list(examination.all_of(breaks, Examined(reading.load(folder))))
    assert [each.verdict for each in found] == ["ok", "wrong"]
    assert "ValueError at" in found[1].found
    assert "customer" not in found[1].found


# ---- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, "ok"), (0o640, "warning"), (0o644, "wrong")])
def test_rights(mode: int, verdict: str, folder: Path) -> None:
    """What is secret is for its owner alone; a group may be meant."""
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('password = ""', 'password_file = "pass"', 1))
    for name in ("pass", "tokens.json", "secret"):
        (folder / name).touch()
        (folder / name).chmod(mode)
    found = findings(examination.files.look, folder)
    for name in ("pass", "tokens.json", "secret"):
        each = one(found, name)
        assert each.verdict == verdict
        if verdict != "ok":
            assert f"chmod 600 {folder / name}" in each.do


def test_rights_are_those_of_the_shipped_settings(folder: Path) -> None:
    """`init` writes what the doctor finds in order."""
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert {each.verdict for each in findings(examination.files.look, folder)} == {"ok"}


def test_a_password_file_that_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, while the password comes from the environment: said, and all else is looked at."""
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('password = ""', 'password_file = "gone"', 1))
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "hush")
    found = findings(examination.files.look, folder)
    gone = one(found, "gone")
    assert (gone.verdict, "is not there" in gone.found) == ("skipped", True)
    assert {each.verdict for each in found} == {"ok", "skipped"}
    assert {"secret", "state/", "disk", "lock", "mode", "time zone", "since"} <= {each.about for each in found}


def test_a_file_that_leads_nowhere(folder: Path) -> None:
    """tokens.json is a link to itself: a finding of its own, and no other waits for it."""
    (folder / "tokens.json").symlink_to("tokens.json")
    found = findings(examination.files.look, folder)
    assert (one(found, "tokens.json").verdict, one(found, "lock").verdict) == ("skipped", "ok")


def test_one_group_takes_no_other_down(folder: Path) -> None:
    """Somebody saves mailbot.toml in a wrong encoding meanwhile: one finding, and each other group has its say."""
    examined = Examined(reading.load(folder))
    (folder / "mailbot.toml").write_bytes(b"\xff")
    told = {title: list(found) for title, found in examination.examine(examined)}
    assert "the doctor itself" in {each.about for each in told["Settings and files"]}
    assert all(told[title] for title, _ in examination.GROUPS if title != "Sign-in (OAuth 2)")


def test_password_in_the_settings(folder: Path) -> None:
    """mailbot.toml may be read by all as long as no password is in it."""
    file = folder / "mailbot.toml"
    file.chmod(0o644)
    assert one(findings(examination.files.look, folder), "mailbot.toml").verdict == "ok"
    file.write_text(file.read_text().replace('password = ""', 'password = "x"', 1))
    assert one(findings(examination.files.look, folder), "mailbot.toml").verdict == "wrong"


def test_secret(folder: Path) -> None:
    """A secret that is missing is made by the first start; not so on a desk that has cases; a damaged one is said."""
    (folder / "secret").unlink()
    assert one(findings(examination.files.look, folder), "secret").verdict == "warning"
    assert not (folder / "secret").exists()
    (folder / "state" / "ledger.db").touch()
    gone = one(findings(examination.files.look, folder), "secret")
    assert (gone.verdict, gone.do) == ("wrong", "put back your copy of it")
    (folder / "secret").write_text("abc")
    damaged = one(findings(examination.files.look, folder), "secret")
    assert (damaged.verdict, "Put back your copy" in damaged.found) == ("wrong", True)


def test_a_lock_left_behind(folder: Path) -> None:
    """A number in a lock file that no process holds says nothing."""
    (folder / "state" / "lock").write_text("4711\n")
    assert "no other process" in one(findings(examination.files.look, folder), "lock").found


def test_mode_and_times_in_words(folder: Path) -> None:
    """What live means, and lengths of time as people say them."""
    assert "letters go to customers" in one(findings(examination.files.look, folder), "mode").found
    words = [in_words(timedelta(**{unit: n})) for unit, n in (("days", 2), ("hours", 36), ("days", 7), ("minutes", 1))]
    assert words == ["2 days", "36 hours", "1 week", "1 minute"]


# ---- rules -----------------------------------------------------------------------------------------------------


STAFF = [
    {"name": "Mathilde", "address": "m@shop.test", "roles": ["care", "operations"]},
    {"name": "Ada", "address": "ada@shop.test", "roles": ["admin", "va"]},
    {"name": "High Street till", "address": "till@shop.test", "roles": ["till"], "store": "High Street"},
]


def written(*people: dict[str, Any], stores: Sequence[str] = ("High Street",)) -> str:
    """people.yaml with these."""
    whole = {"people": list(people), "limits": {"care": 500}, "stores": {name: {} for name in stores}}
    return json.dumps(whole).replace("{}", '{"hours": "09:00-17:00"}')


def said_of(*people: dict[str, Any], live: bool) -> list[Finding]:
    """What is said of these people; everything else as it is shipped."""
    process = replace(ruling.shipped(), people=people_of(written(*people)))
    return list(rules.said_by(process, live, NOW.date()))


def test_people_in_order() -> None:
    """Everybody has an address, every role somebody, every store a till."""
    found = said_of(*STAFF, live=True)
    assert {one(found, about).verdict for about in ("people", "stores")} == {"ok"}


def test_people_who_cannot_be_written_to(folder: Path) -> None:
    """Somebody without an address, a role that nobody holds, a store without a till, example addresses: all at once."""
    mute = {"name": "Lucy", "roles": ["operations"]}
    example = {"name": "Vera", "address": "va@blanc.example", "roles": ["va"]}
    care = {**STAFF[0], "roles": ["care"]}
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('mode = "live"', 'mode = "rehearse"'))
    people = written(care, mute, example, STAFF[2], stores=("High Street", "Harbour"))
    (folder / "rules" / "people.yaml").write_text(people)
    found = findings(rules.look, folder)
    assert "admin or operations" in one(found, "roles").found
    assert one(found, "roles").verdict == "wrong"
    told = [each for each in found if each.about == "people"]
    assert ["Lucy has no address" in told[0].found, "still an example" in told[1].found] == [True, True]
    assert {each.verdict for each in told} == {"warning"}  # letters to the va are lost, rehearsing goes on
    assert "Harbour has no till" in one(found, "stores").found


@pytest.mark.parametrize("live", [True, False])
def test_example_addresses_of_the_admin(live: bool) -> None:
    """Wrong as soon as letters to customers are meant for them, or for customers."""
    who = {**STAFF[1], "address": "ada@example.org"} if not live else {**STAFF[1], "addresses": ["a@shop.example"]}
    who.pop("address", None) if live else None
    assert one(said_of(STAFF[0], who, STAFF[2], live=live), "people").verdict == "wrong"


def test_broken_rules(folder: Path) -> None:
    """Errors are counted and the first ones shown; who is who cannot be told then."""
    file = folder / "rules" / "process.yaml"
    file.write_text(file.read_text().replace("send: E2", "send: E22"))
    found = findings(rules.look, folder)
    (only,) = found
    assert (only.verdict, "`mailbot check` lists all" in only.do) == ("wrong", True)
    assert "E22" in only.details[0]
    assert only.details[0].startswith("rules/process.yaml:")
    assert len(only.details) <= rules.SHOWN + 1


def test_compensation_and_calendar(folder: Path) -> None:
    """Rows nobody has agreed to, days off that have all passed, a calendar that knows no holidays."""
    found = findings(rules.look, folder)
    assert "6 of 6 rows not confirmed" in one(found, "compensation").found
    assert "`approve 60`" in one(found, "compensation").found
    table, days = folder / "rules" / "compensation.yaml", folder / "rules" / "calendar.yaml"
    table.write_text(table.read_text().replace("confirmed: false", "confirmed: true"))
    days.write_text(days.read_text().replace("closed: []", 'closed: ["2020-12-24"]'))
    found = findings(rules.look, folder)
    assert one(found, "compensation").verdict == "ok"
    assert "24 Dec 2020" in one(found, "calendar").details[0]
    days.write_text(days.read_text().replace("holidays: GB-ENG", "").replace('closed: ["2020-12-24"]', "closed: []"))
    assert "knows no holidays" in one(findings(rules.look, folder), "calendar").found
