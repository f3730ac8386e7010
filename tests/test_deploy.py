"""What an operator is given: the unit, the image, the wheel and docs/deploy.md hold together."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from mailbot.cli import main
from mailbot.credentials import SECRETS
from mailbot.service import FEED_SECONDS, SHORTEST_WATCHDOG

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PAGE = ROOT / "docs" / "deploy.md"

# What makes the unit what docs/deploy.md says it is; a value here is the whole value there.
REQUIRED = {
    "Type": "notify", "NotifyAccess": "main", "ExecReload": "/bin/kill -HUP $MAINPID", "Restart": "on-failure",
    "RestartPreventExitStatus": "2", "DynamicUser": "yes", "User": "mailbot-%i", "StateDirectory": "mailbot/%i",
    "StateDirectoryMode": "0700", "UMask": "0077", "SupplementaryGroups": "mailbot",
    "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "PrivateIPC": "yes",
    "PrivateUsers": "yes", "PrivateMounts": "yes", "DevicePolicy": "closed", "ProtectProc": "invisible",
    "ProcSubset": "pid", "ProtectClock": "yes", "ProtectControlGroups": "yes", "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes", "ProtectKernelModules": "yes", "ProtectKernelTunables": "yes", "RemoveIPC": "yes",
    "KeyringMode": "private", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "",
    "RestrictSUIDSGID": "yes", "RestrictRealtime": "yes", "RestrictNamespaces": "yes", "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes", "SystemCallArchitectures": "native", "SystemCallErrorNumber": "EPERM",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SocketBindDeny": "any", "LimitCORE": "0",
}  # fmt: skip


def settings(unit: str) -> dict[str, list[str]]:
    """Each key of a unit file with its values, in order."""
    found: dict[str, list[str]] = {}
    for line in unit.splitlines():
        if line and not line.startswith(("#", "[")):
            key, equals, value = line.partition("=")
            assert equals, line
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    return settings((DEPLOY / "mailbot@.service").read_text())


def test_the_unit_is_as_hard_as_the_page_says(unit: dict[str, list[str]]) -> None:
    """No setting of the table is missing, doubled or weaker; system calls are a service's, less the privileged."""
    assert {key: unit.get(key) for key in REQUIRED} == {key: [value] for key, value in REQUIRED.items()}
    assert unit["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]


def test_the_unit_starts_the_service_there_is(unit: dict[str, list[str]]) -> None:
    """Its command is one of ours, on the folder that it makes; its secrets are those that mailbot looks for."""
    (start,) = unit["ExecStart"]
    assert start == "/usr/local/bin/mailbot run --desk /var/lib/mailbot/%i"
    wanted = [f"{section}.{key}:mailbot-%i.{section}.{key}" for section, key in SECRETS]
    assert unit["LoadCredential"] == wanted


def test_the_watchdog_is_longer_than_a_server_may_take(unit: dict[str, list[str]]) -> None:
    """Longer than what the service itself warns of, and many signs of life of an idle desk."""
    (given,) = unit["WatchdogSec"]
    seconds = 60 * int(given.removesuffix("min"))
    assert seconds > SHORTEST_WATCHDOG > 10 * FEED_SECONDS


def test_mailbot_at_is_the_same_user_with_the_same_secrets(unit: dict[str, list[str]]) -> None:
    """A command run by it finds the desk and its secrets as the service does; it is a shell script that parses."""
    script = (DEPLOY / "mailbot-at").read_text()
    subprocess.run(["sh", "-n", str(DEPLOY / "mailbot-at")], check=True)
    assert os.access(DEPLOY / "mailbot-at", os.X_OK)
    given = re.findall(r'--property="?([A-Za-z]+)=([^"\s]*)"?', script)
    assert {key for key, _ in given} >= {
        "DynamicUser",
        "User",
        "SupplementaryGroups",
        "StateDirectory",
        "LoadCredential",
    }
    for key, value in given:
        assert value.replace("$desk", "%i") in unit[key]
    assert len([key for key, _ in given if key == "LoadCredential"]) == len(SECRETS)


def instructions() -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions."""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE))
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        yield word, " ".join(rest.split())


def test_the_image() -> None:
    """Two stages, the second without sources or build tools; not root; a volume, a stop signal, a probe that exists."""
    whole = list(instructions())
    second = whole[[n for n, (word, _) in enumerate(whole) if word == "FROM"][1] :]
    last = dict(second)
    assert last["USER"] == "10001:10001"
    assert [rest for word, rest in second if word == "COPY"] == ["--from=build /opt/mailbot /opt/mailbot"]
    assert not any("pip" in rest for _, rest in second)
    assert (last["VOLUME"], last["STOPSIGNAL"], last["ENTRYPOINT"], last["CMD"]) == (
        "/desk", "SIGTERM", '["mailbot"]', '["run"]',
    )  # fmt: skip
    assert last["HEALTHCHECK"].endswith('CMD ["mailbot", "health"]')
    copied = [rest.split()[:-1] for word, rest in whole if word == "COPY" and not rest.startswith("--from")]
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert {f"!{name}" for names in copied for name in names} == {line for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for names in copied for name in names)


def test_compose() -> None:
    """Read-only, without capabilities, with time to end; its secrets are those that mailbot looks for."""
    (service,) = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values()
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["stop_grace_period"] == "60s"
    assert set(service["secrets"]) <= {f"{section}.{key}" for section, key in SECRETS}
    assert main.get_command(click.Context(main), service["command"][0])  # type: ignore[attr-defined]


def commands_on_the_page() -> Iterator[list[str]]:
    """Each call of mailbot on the page, also by mailbot-at or as the image's command, as words."""
    text = PAGE.read_text()
    blocks = re.findall(r"^```\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *re.findall(r"`(mailbot[ -][^`]+)`", text)]:
        if re.search(r"groupadd|usermod|useradd|install -|chgrp|build", line):
            continue  # mailbot is the name of a group or an image there
        line = line.split("  #")[0].split(" >")[0]
        for call in re.findall(r"(?<![\w/.@=-])(?:mailbot-at shop|mailbot) ([a-z-][^|;`]*)", line):
            yield shlex.split(call)


def test_every_command_on_the_page_exists() -> None:
    """With its options, so that the page can be followed as it is."""
    calls = list(commands_on_the_page())
    assert len(calls) > 20
    for words in calls:
        if words == ["--version"]:
            continue
        command = main.get_command(click.Context(main), words[0])  # type: ignore[attr-defined]
        assert command, words
        known = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= known, words


def test_every_file_on_the_page_exists() -> None:
    """Links and paths of the tree."""
    text = PAGE.read_text()
    for name in re.findall(r"\]\((\.\./[^)]+)\)", text) + re.findall(r"\]\((\w[\w.-]+\.md)\)", text):
        assert (PAGE.parent / name).exists(), name
    for name in set(re.findall(r"(?<![\w/])deploy/[\w@.-]+", text)):
        assert (ROOT / name.rstrip(".")).exists(), name
    anchors = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.*)", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree and unpacked: what an installation has, without the tree."""
    place = tmp_path_factory.mktemp("wheel")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(place / "code")
    return place / "code"


def test_the_wheel_has_what_is_no_python(installed: Path) -> None:
    """Every rule file and letter, the table of mail providers, the demo's story, the mark that it is typed."""
    packed = installed / "mailbot"
    for folder in ("rules", "templates"):
        there = {file.relative_to(ROOT).as_posix() for file in (ROOT / folder).rglob("*") if file.is_file()}
        assert there == {
            file.relative_to(packed / "shipped").as_posix()
            for file in (packed / "shipped" / folder).rglob("*") if file.is_file()
        }  # fmt: skip
    for name in ("py.typed", "providers.toml", "demo/story.yaml"):
        assert (packed / name).is_file(), name
    assert not [file for file in installed.rglob("*") if file.name in ("secret", "ledger.db") or "state" in file.parts]


def test_the_wheel_alone_makes_and_checks_a_desk(installed: Path, tmp_path: Path) -> None:
    """`init`, `check` and `health` from the wheel, in an empty environment and elsewhere; its code stays as it is."""
    before = sorted(installed.rglob("*"))
    environment = {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}

    def mailbot(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "mailbot.cli", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    where = [sys.executable, "-P", "-c", "import mailbot; print(mailbot.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(installed)
    made = mailbot("init", "desk", "--yes", "--address", "care@shop.example", "--admin", "Ada <ada@shop.example>")
    assert made.returncode == 0, made.stderr
    checked = mailbot("check", "--desk", "desk")
    assert (checked.returncode, "Traceback" in checked.stderr) == (0, False), checked.stdout + checked.stderr
    asked = mailbot("health", "--desk", "desk")
    assert (asked.returncode, asked.stderr) == (1, "")
    assert "was never started" in asked.stdout
    assert sorted(installed.rglob("*")) == before
