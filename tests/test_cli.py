"""The commands from outside: what they print, write, refuse and return."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.adapters.files import DeskLock
from mailbot.cli import main
from tests.servers import Dovecot, SmtpSink, User
from tests.story import COMPLAINT
from tests.worlds import RealWorld
from tests.writing import new_mail

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOW = "2026-03-02T10:00:00Z"
README = Path(__file__).parent.parent / "README.md"


@pytest.fixture
def world(tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink) -> RealWorld:
    """A desk on real servers with one complaint waiting."""
    made = RealWorld(tmp_path / "desk", dovecot, mailbox_user, sink)
    made.deliver(
        new_mail("anna@customer.test", "Anna Smith", COMPLAINT["subject"], COMPLAINT["text"], MONDAY, 1), MONDAY
    )
    return made


def call(*arguments: str | Path) -> Result:
    """One command."""
    return CliRunner().invoke(main, [str(each) for each in arguments])


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file of a folder with a hash of its bytes."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_init_makes_a_desk_and_never_overwrites(tmp_path: Path) -> None:
    """`init` writes settings, rules, letters, state and a private secret; a second one leaves every byte as it is."""
    assert call("init", tmp_path / "desk").exit_code == 0
    made = fingerprint(tmp_path / "desk")
    assert {"mailbot.toml", "secret", "rules/process.yaml", "rules/people.yaml", "templates/layout.html"} <= set(made)
    assert stat.S_IMODE((tmp_path / "desk" / "secret").stat().st_mode) == 0o600
    assert 'mode = "rehearse"' in (tmp_path / "desk" / "mailbot.toml").read_text()
    (tmp_path / "desk" / "rules" / "people.yaml").write_text("people: []\n")
    changed = fingerprint(tmp_path / "desk")
    again = call("init", tmp_path / "desk")
    assert again.exit_code == 0
    assert "kept" in again.output
    assert fingerprint(tmp_path / "desk") == changed


def test_a_new_desk_is_in_order(tmp_path: Path) -> None:
    """`check` finds nothing to refuse in what `init` writes."""
    call("init", tmp_path)
    result = call("check", "--desk", tmp_path)
    assert result.exit_code == 0, result.output
    assert "in order" in result.output


def test_check_says_all_at_once_with_the_right_words(tmp_path: Path) -> None:
    """A misspelt letter, state, event and key are four lines, each with file, line and the right word; exit 1."""
    call("init", tmp_path)
    file = tmp_path / "rules" / "process.yaml"
    text = file.read_text()
    slips = {
        "send: form-missing": "send: form-mising",
        "go: parked": "go: parkd",
        "garments_found:": "garments_fuond:",
        "waiting_on: till": "waitingon: till",
    }
    lines = {}
    for right, wrong in slips.items():
        assert right in text
        lines[wrong.split(": ")[-1].strip(":")] = text[: text.index(right)].count("\n") + 1
        text = text.replace(right, wrong, 1)
    file.write_text(text)
    result = call("--desk", tmp_path, "check")
    assert result.exit_code == 1
    for word, (hint, line) in {
        "form-mising": ("form-missing", lines["form-mising"]),
        "parkd": ("parked", lines["parkd"]),
        "garments_fuond": ("garments_found", lines["garments_fuond"]),
        "waitingon": ("waiting_on", text[: text.index("waitingon")].count("\n") + 1),
    }.items():
        said = [each for each in result.output.splitlines() if f"'{word}'" in each]
        assert said, f"nothing said of {word}:\n{result.output}"
        assert said[0].startswith(f"rules/process.yaml:{line}: ")
        assert f"did you mean '{hint}'?" in said[0]


def test_once_takes_in_and_answers(world: RealWorld) -> None:
    """One cycle on real servers: E2 leaves, `cases --json` has the contract's shape, `show` the history."""
    result = call("once", "--desk", world.folder, "--now", NOW)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("1 mail taken in, 0 silences fired, 1 letter sent")
    listed = call("cases", "--desk", world.folder, "--json")
    lines = listed.stdout.splitlines()
    assert len(lines) == 1
    case = json.loads(lines[0])
    assert list(case) == [
        "case", "state", "opened_at", "customer", "store", "owner", "category", "level", "claim", "waiting_on",
        "due_at", "form", "letters", "outcome",
    ]  # fmt: skip
    assert case["state"] == "awaiting_form"
    assert case["opened_at"] == "2026-03-02T10:00:00Z"
    assert case["due_at"] == "2026-03-05T10:00:00Z"
    assert case["customer"] == {"name": "Anna Smith", "address": "anna@customer.test"}
    assert case["owner"] == "Mathilde"
    assert case["form"]["complete"] is False
    assert case["form"]["values"] == {"name": "Anna Smith", "email": "anna@customer.test"}
    (letter,) = case["letters"]
    assert (letter["letter"], letter["to"], letter["status"]) == ("E2", "anna@customer.test", "sent")
    assert re.fullmatch(r"<[a-z2-7]{7}\.1\.[a-z2-7]{26}@shop\.test>", letter["message_id"])
    shown = json.loads(call("show", case["case"], "--json", "--desk", world.folder).stdout)
    assert shown["history"][0]["event"] == "complaint_came"
    assert shown["history"][0]["rule"].startswith("rules/process.yaml:")
    assert set(shown["mails"][0]) == {"message_id", "from", "at", "kind", "why"}
    page = call("show", case["case"].lower(), "--desk", world.folder)
    assert "Anna Smith wrote: a new complaint" in page.output
    assert call("cases", "--desk", world.folder, "--state", "parked", "--json").stdout == ""
    misspelt = call("cases", "--desk", world.folder, "--state", "parkd")
    assert misspelt.exit_code == 2
    assert "did you mean 'parked'?" in misspelt.stderr


def test_dry_run_changes_nothing(world: RealWorld) -> None:
    """`--dry-run` says which letter would go to whom, and leaves mailbox, state and the world as they were."""
    call("once", "--desk", world.folder, "--now", "2026-03-02T09:00:00Z", "--dry-run")
    before, folders = fingerprint(world.folder), world.folders()
    result = call("once", "--desk", world.folder, "--now", NOW, "--dry-run")
    assert result.exit_code == 0, result.output
    assert re.search(r"^anna@customer\.test: complaint; acted on, case BLANC-\w{7}$", result.output, re.MULTILINE)
    assert re.search(
        r"^would send E2 \(A short form.*\) to Anna Smith <anna@customer\.test>, case ", result.output, re.MULTILINE
    )
    assert "1 letter would be sent" in result.output
    assert world.letters() == []
    assert world.folders() == folders
    assert fingerprint(world.folder) == before


def test_wrong_settings_are_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown key, a missing file, a plain connection to another machine: exit 2 and a sentence, no traceback."""
    nothing = call("once", "--desk", tmp_path)
    assert nothing.exit_code == 2
    assert "mailbot init" in nothing.stderr
    call("init", tmp_path)
    file = tmp_path / "mailbot.toml"
    good = file.read_text()
    file.write_text(good.replace("poll_seconds", "pol_seconds"))
    unknown = call("once", "--desk", tmp_path)
    assert unknown.exit_code == 2
    assert "did you mean 'poll_seconds'?" in unknown.stderr
    file.write_text(good.replace('security = "tls" ', 'security = "none" '))
    assert "this machine only" in call("once", "--desk", tmp_path).stderr
    file.write_text(good)
    monkeypatch.setenv("MAILBOT_IMAP__PORT", "not a port")
    assert call("once", "--desk", tmp_path).exit_code == 2
    assert call("once", "--now", "tomorrow", "--desk", tmp_path).exit_code == 2


def test_environment_lies_over_the_file(world: RealWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAILBOT_IMAP__PASSWORD overrides the file; a wrong one is refused by the server, in words, without showing it."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "hunter2-wrong")
    monkeypatch.setenv("MAILBOT_DESK", str(world.folder))
    result = call("once", "--now", NOW)
    assert result.exit_code == 1
    assert "hunter2" not in result.output + result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_second_writer_is_told_who_is_there(world: RealWorld) -> None:
    """While one process writes, another exits 1 naming its pid; readers go on."""
    call("once", "--desk", world.folder, "--now", NOW)
    with DeskLock(world.folder / "state" / "lock"):
        result = call("once", "--desk", world.folder, "--now", NOW)
        assert result.exit_code == 1
        assert re.search(r"\b\d+\b", result.stderr)
        assert call("cases", "--desk", world.folder, "--json").stdout.count("\n") == 1


def test_no_valid_rules_is_exit_1(world: RealWorld) -> None:
    """A desk that never had good rules does nothing and says all that is wrong; with good ones kept it goes on."""
    file = world.folder / "rules" / "process.yaml"
    good = file.read_text()
    file.write_text(good.replace("send: E2\n", "send: E22\n"))
    result = call("once", "--desk", world.folder, "--now", NOW)
    assert result.exit_code == 1
    assert "did you mean 'E2'?" in result.stderr
    assert world.folders()["INBOX"] == 1
    file.write_text(good)
    assert call("once", "--desk", world.folder, "--now", NOW).exit_code == 0
    file.write_text(good.replace("send: E2\n", "send: E22\n"))
    result = call("once", "--desk", world.folder, "--now", "2026-03-02T11:00:00Z")
    assert result.exit_code == 0
    alerts = [letter for letter in world.letters() if letter.code == "alert"]
    assert [letter.to for letter in alerts] == ["ada@shop.test"]
    assert "did you mean 'E2'?" in alerts[0].text


def test_help_loads_nothing_of_the_core() -> None:
    """`mailbot --help` is quick because it imports none of the libraries of the core."""
    heavy = ("imapclient", "aiosmtplib", "jinja2", "tinydb", "pydantic", "yaml", "asyncio", "mailparser")
    code = f"import sys, mailbot.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_map_draws_the_process() -> None:
    """`mailbot map` on a folder of rules: each state once, and what leads from it; or as a diagram."""
    said = call("map", "--desk", README.parent).stdout
    assert "\nassessing: Operations and care find out what happened; waits for operations\n" in said
    assert "    -> offered: approved, if form.complete and event.approval == 'given'\n" in said
    assert call("map", "--mermaid", "--desk", README.parent).stdout.startswith("stateDiagram")
