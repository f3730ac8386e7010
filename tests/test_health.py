"""`mailbot health`: what a running service says of itself, and what a probe makes of it."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailbot import health
from mailbot.cli import main
from mailbot.health import PAUSING, STOPPED, WAITING, WORKING, Said
from mailbot.metrics import as_text
from tests.crash_story import Stage, Stages
from tests.test_service import NEVER, Service, complain, soon

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
WELL = Said(
    desk="desk@shop.test", said_at=NOW - timedelta(seconds=8), started_at=NOW - timedelta(days=3), pid=os.getpid(),
    space=health.pid_space(), doing=WAITING, since=NOW - timedelta(minutes=1),
    finished_at=NOW - timedelta(minutes=1), open_cases=12, cycles=7, taken=40, sent=31, waiting=0,
)  # fmt: skip
Sample = tuple[str, Mapping[str, str]]


def minutes(n: float) -> datetime:
    """So long ago."""
    return NOW - timedelta(minutes=n)


FAILING = {"doing": PAUSING, "failures": 9, "trouble": "[imap] nothing listens"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "says nothing while it waits": ({"said_at": minutes(3)}, "last spoke 3 minutes ago: it hangs, or was killed"),
    "hangs in a step": ({"doing": WORKING, "said_at": minutes(6)}, "6 minutes ago: one step of its work takes"),
    "works without end": ({"doing": WORKING, "since": minutes(150)}, "began 2 hours ago and does not end"),
    "behind": (
        {"finished_at": minutes(14), **FAILING},
        "the last finished cycle was 14 minutes ago, 9 tries have failed since: [imap] nothing listens",
    ),
    "trying again and behind": ({"finished_at": minutes(14), **FAILING, "doing": WORKING}, "14 minutes ago"),
    "never finished": (
        {"finished_at": None, "started_at": minutes(20), **FAILING},
        "no cycle has finished yet, 9 tries have failed since: [imap] nothing listens",
    ),
    "a wrong password": (
        {**FAILING, "failures": 1, "lasting": True, "finished_at": minutes(1)},
        "the last finished cycle was 60 seconds ago: [imap] nothing listens",
    ),
    "stopped": ({"doing": STOPPED, "said_at": minutes(90)}, "the service was stopped 1 hour ago"),
    "sign-in near its end": (
        {"sign_in_ends_at": NOW + timedelta(days=2)},
        "the sign-in at the mail provider ends on 04 March 2026: do what the mail to the admin says",
    ),
    "sign-in over": ({"sign_in_ends_at": minutes(180)}, "the sign-in at the mail provider ended 3 hours ago"),
    "sign-in in trouble": ({"sign_in_trouble": "nobody has signed in"}, "nobody has signed in"),
}  # fmt: skip
RIGHT: dict[str, dict[str, Any]] = {
    "well": {},
    "a short outage": {**FAILING, "failures": 3, "finished_at": minutes(4)},
    "a first inbox of many thousand mails": {
        "doing": WORKING, "finished_at": None, "started_at": minutes(40), "since": minutes(40),
    },
    "one slow letter": {"doing": WORKING, "said_at": minutes(4)},
    "polled once an hour": {"poll_seconds": 3600, "finished_at": minutes(65)},
    "a sign-in with weeks left": {"sign_in_ends_at": NOW + timedelta(days=10)},
    "a process in another container": {"pid": 2**22, "space": "pid:[1]"},
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_healthy(case: str) -> None:
    """Each thing that is not well is one sentence."""
    changed, sentence = WRONG[case]
    (found,) = health.problems(replace(WELL, **changed), NOW)
    assert sentence in found


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_healthy(case: str) -> None:
    """What passes by itself, or takes its time and goes on, wakes nobody."""
    assert health.problems(replace(WELL, **RIGHT[case]), NOW) == ()


def test_the_limits_are_apart() -> None:
    """A waiting service is missed before a working one, and a step that hangs before systemd ends the service."""
    assert timedelta(seconds=60) < health.MOST_SILENT < health.MOST_STUCK < timedelta(minutes=15)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Every figure comes back as it was; others may read the file; nothing half written or left over."""
    said = replace(WELL, oldest_unsorted_at=minutes(5), trouble="a “sentence”", waiting=None)
    health.write(tmp_path, said)
    health.write(tmp_path, said)
    (tmp_path / "mailbot.toml").write_text('[state]\nledger = "tinydb:."\n')
    assert health.read(tmp_path) == said
    assert stat.S_IMODE((tmp_path / "health.json").stat().st_mode) == 0o644
    assert sorted(file.name for file in tmp_path.iterdir()) == ["health.json", "mailbot.toml"]


def test_a_disk_that_is_full_stops_nothing(tmp_path: Path) -> None:
    """The service cannot say how it is, and goes on."""
    health.write(tmp_path / "not there", WELL)


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["health", *map(str, arguments)])


def desk(folder: Path) -> Path:
    (folder / "state").mkdir(parents=True)
    (folder / "mailbot.toml").touch()
    return folder


def test_a_desk_that_was_never_started(tmp_path: Path) -> None:
    """Not healthy, and it says why; a folder that is no desk is a wrong use."""
    result = call("--desk", desk(tmp_path / "desk"))
    assert (result.exit_code, result.stdout) == (
        1, "not healthy: the service was never started on this desk: mailbot run\n",
    )  # fmt: skip
    told = json.loads(call("--json", "--desk", tmp_path / "desk").stdout)
    assert (told["healthy"], len(told["problems"])) == (False, 1)
    assert call("--prometheus", "--desk", tmp_path / "desk").stdout.endswith("\nmailbot_healthy 0\n")
    result = call("--desk", tmp_path / "elsewhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is no desk folder" in result.stderr


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"format": 2}', '{"format": 1, "desk": "x"}', '{"format": 1, "new": 1}']
)
def test_a_file_that_says_nothing(text: str, tmp_path: Path) -> None:
    """Damaged, or of another version: not healthy, one sentence, no traceback."""
    (desk(tmp_path / "desk") / "state" / "health.json").write_text(text)
    result = call("--desk", tmp_path / "desk")
    assert result.exit_code == 1
    assert re.fullmatch(
        r".*health\.json was not written by this version of mailbot: restart the service\n", result.stderr
    )


def test_where_state_is_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`[state] ledger` names the folder, in mailbot.toml or the environment, which comes first."""
    folder = desk(tmp_path / "desk")
    now = datetime.now(UTC)
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        health.write(tmp_path / place, replace(WELL, desk=f"{place}@shop.test", said_at=now, finished_at=now))
    (folder / "mailbot.toml").write_text(f'[state]\nledger = "tinydb:{tmp_path / "one"}"\n')
    assert json.loads(call("--json", "--desk", folder).stdout)["desk"] == "one@shop.test"
    monkeypatch.setenv("MAILBOT_STATE__LEDGER", f"tinydb:{tmp_path / 'two'}")
    assert json.loads(call("--json", "--desk", folder).stdout)["desk"] == "two@shop.test"


def test_another_user_may_ask(tmp_path: Path) -> None:
    """Somebody who may look into state/, but read neither the settings nor the ledger, and write nothing."""
    folder = desk(tmp_path / "desk")
    now = datetime.now(UTC)
    health.write(folder / "state", replace(WELL, said_at=now, finished_at=now))
    (folder / "mailbot.toml").chmod(0o600)
    for each in (folder, folder / "state"):
        each.chmod(0o755)
    for each in folder.parents:
        if each.owner() == "root" and each.is_relative_to("/tmp") and each != Path("/tmp"):
            each.chmod(0o755)
    become = "os.setgid(65534); os.setuid(65534); " if os.geteuid() == 0 else ""  # else we ask as ourselves
    loaded = "import json, os, sys, mailbot.health; from mailbot.cli import main; from mailbot.commands import working"
    script = f"{loaded}; {become}main(sys.argv[1:])"
    asked = [sys.executable, "-c", script, "health", "--desk", str(folder)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:8], done.stderr) == (0, "healthy:", "")
    (folder / "state").chmod(0o700 if become else 0)
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be read: Permission denied. Give this user the right to look into its folder" in done.stderr


def test_a_probe_is_quick_and_loads_little(tmp_path: Path) -> None:
    """A probe that runs every half minute loads no settings, no ledger and no mail library."""
    health.write(desk(tmp_path / "desk") / "state", WELL)
    script = "import sys; from mailbot.cli import main; main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    asked = [sys.executable, "-c", script, "health", "--desk", str(tmp_path / "desk")]
    loaded = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    assert "mailbot.health" in loaded
    assert not {"pydantic", "imapclient", "sqlite3", "yaml", "mailbot.settings", "socket", "asyncio"} & set(loaded)


# ---- figures --------------------------------------------------------------------------------------------------------

_LINE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (-?[0-9.e+]+)")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def parsed(text: str) -> tuple[dict[str, tuple[str, str]], dict[tuple[str, frozenset[tuple[str, str]]], float]]:
    """What Prometheus reads: (name -> (type, help), (name, labels) -> value). Raises where it would refuse the text."""
    assert text.endswith("\n")
    about: dict[str, tuple[str, str]] = {}
    helped: dict[str, str] = {}
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, _, words = line[7:].partition(" ")
            assert name not in helped
            helped[name] = words
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            assert name not in about
            assert kind in ("gauge", "counter")
            about[name] = (kind, helped[name])
            current = name
        else:
            found = _LINE.fullmatch(line)
            assert found, line
            assert found[1] == current, "samples of a name stand together, below its TYPE"
            labels = _LABEL.findall(found[2] or "")
            assert "".join(f'{name}="{value}",' for name, value in labels).rstrip(",") == (found[2] or "")
            key = (found[1], frozenset(labels))
            assert key not in samples
            samples[key] = float(found[3])
    return about, samples


def test_figures_for_prometheus() -> None:
    """Names, types and help by the text format's rules; what is not known is left out; counters end in _total."""
    said = replace(WELL, queued=3, held=1, in_doubt=2, left=5, desk='odd"\\desk', oldest_unsorted_at=minutes(5))
    about, samples = parsed(as_text(said, healthy=True))
    label = ("desk", 'odd\\"\\\\desk')
    assert samples[("mailbot_healthy", frozenset({label}))] == 1
    assert samples[("mailbot_letters", frozenset({label, ("state", "in_doubt")}))] == 2
    assert samples[("mailbot_last_cycle_time_seconds", frozenset({label}))] == minutes(1).timestamp()
    assert samples[("mailbot_mails_taken_total", frozenset({label}))] == 40
    assert "mailbot_sign_in_end_time_seconds" not in about
    assert all((kind == "counter") == name.endswith("_total") for name, (kind, _) in about.items())
    assert all(words.endswith(".") for _, words in about.values())
    _, unknown = parsed(as_text(replace(said, waiting=None), healthy=False))
    assert set(samples) - set(unknown) == {("mailbot_inbox_mails", frozenset({label}))}


# ---- the service as it runs -----------------------------------------------------------------------------------------


@pytest.fixture
def stage(stages: Stages) -> Stage:
    """A desk that polls only once an hour, with IDLE."""
    stage = stages.begin()
    stage.settle("imap", poll_seconds=str(NEVER))
    return stage


def asked(stage: Stage) -> dict[str, Any]:
    """What `mailbot health --json` says."""
    stage.forks.mailbot(stage.folder, "health", "--json")
    found: dict[str, Any] = json.loads(stage.said)
    return found


def test_a_service_from_its_start_to_its_death(stage: Stage) -> None:
    """Healthy with its figures while it runs; dead the moment it is killed."""
    service = Service(stage.folder)
    try:
        complain(stage, 1)
        soon(lambda: (stage.folder / "state" / "health.json").exists(), "a first word")
        soon(lambda: asked(stage).get("sent"), f"the figures: {service.log}")
        found = asked(stage)
        assert found["healthy"], found
        wanted = {"doing": "waiting", "pid": service.process.pid, "open_cases": 1, "taken": 1, "sent": 1, "failures": 0}
        assert {name: found[name] for name in wanted} == wanted
        assert (found["waiting"], found["queued"], found["held"], found["in_doubt"]) == (0, 0, 0, 0)
        assert found["cycles"] >= 1
        service.process.kill()
        service.process.wait()
        assert asked(stage)["problems"][0].startswith(f"process {service.process.pid} is gone: ")
    finally:
        service.end()


def test_a_wrong_password_is_said_at_once(stage: Stage) -> None:
    """It will not pass by itself."""
    stage.settle("imap", password='"wrong"')
    service = Service(stage.folder)
    try:
        soon(lambda: (stage.folder / "state" / "health.json").exists() and asked(stage)["failures"], service.log)
        found = asked(stage)
        assert not found["healthy"]
        assert "refused the login" in found["problems"][0]
    finally:
        service.end()
