"""The sign-in on the disk: private, whole, renewed in time and once."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import settings
from mailbot.errors import OutsideError
from mailbot.sign_in import device, stored
from mailbot.sign_in.access import now
from mailbot.sign_in.standing import standing
from tests.oauth_server import CLIENT, SECRET, OAuthServer
from tests.signing_in import (
    access,
    at,
    call,
    rewrite,
    run_out,
    sign_in,
    tokens,
)


def test_status_and_forget(bare: Path, authority: OAuthServer) -> None:
    """Whose it is, how, until when, what went wrong; no secret; then removed."""
    assert "nobody has signed in" in call("login", "--status", "--desk", bare).output
    authority.ends_in = 86400 * 7
    sign_in(bare, authority)
    shown = call("login", "--status", "--desk", bare)
    assert shown.exit_code == 0
    for said in ("desk@shop.test", "with a code", "holds until", "(the sign-in)"):
        assert said in shown.output
    assert not any(token in shown.output for token in (*tokens(bare), SECRET))
    run_out(bare)
    authority.refusal = "invalid_grant"
    with pytest.raises(OutsideError):
        access(bare).token()
    broken = call("login", "--status", "--desk", bare)
    assert broken.exit_code == 1
    assert "has run out" in broken.output
    assert f"run: mailbot login --desk {bare}" in broken.output
    assert call("login", "--forget", "--desk", bare).exit_code == 0
    assert not (bare / stored.FILE).exists()
    assert "There was no sign-in" in call("login", "--logout", "--desk", bare).output


def test_private_and_whole(bare: Path, authority: OAuthServer) -> None:
    """0600; a file that others can read is refused with the command that mends it; a broken one too."""
    sign_in(bare, authority)
    file = bare / stored.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert access(bare).token() == tokens(bare)[0]
    file.chmod(0o640)
    with pytest.raises(OutsideError, match=f"run: chmod 600 {file}"):
        access(bare).token()
    file.chmod(0o600)
    file.write_text(file.read_text()[:-40])
    with pytest.raises(OutsideError, match="not what mailbot wrote; run: mailbot login"):
        access(bare).token()


def test_renewed_before_its_end(bare: Path, authority: OAuthServer) -> None:
    """Five minutes before, by the machine's clock; where the server cannot be reached, what still holds is used."""
    sign_in(bare, authority)
    clock = [now() + timedelta(minutes=54)]
    desk = access(bare, lambda: clock[0])
    first = desk.token()
    assert authority.asked == []
    clock[0] += timedelta(minutes=2)
    authority.status = 503
    assert desk.token() == first
    authority.status = 0
    assert desk.token() != first
    assert authority.asked == ["refresh_token"] * 2
    authority.status = 503
    clock[0] += timedelta(minutes=61)
    with pytest.raises(OutsideError, match=r"busy or out of order \(HTTP 503\)") as no:
        desk.token()
    assert no.value.transient


def test_refresh_token_that_stays(bare: Path, authority: OAuthServer) -> None:
    """RFC 6749 section 6: no new one in the answer means that the old one goes on."""
    sign_in(bare, authority)
    authority.rotates = False
    before = tokens(bare)
    for _ in range(2):
        run_out(bare)
        access(bare).token()
    assert tokens(bare)[1] == before[1]
    assert tokens(bare)[0] != before[0]


def test_all_at_once_renew_once(bare: Path, authority: OAuthServer) -> None:
    """Two processes and four threads with a token that was refused: one renewal, and all have its token."""
    sign_in(bare, authority)
    refused = access(bare).token()
    authority.delay = 0.1
    code = (
        "import sys, pathlib\nfrom mailbot import settings\nfrom mailbot.sign_in.access import Access\n"
        "token = Access(settings.load(pathlib.Path(sys.argv[1]))).token\n"
        "print('ready', flush=True)\nsys.stdin.readline()\nprint(token(sys.argv[2]))"
    )
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code, str(bare), refused]
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(access(bare).token(refused))) for _ in range(4)]
    for thread in threads:
        thread.start()
    got += [process.communicate("go\n", timeout=20)[0].strip() for process in processes]
    for thread in threads:
        thread.join(20)
    assert set(got) == {tokens(bare)[0]}
    assert len(got) == 6
    assert authority.asked == ["refresh_token"]


def test_killed_in_between(bare: Path, authority: OAuthServer) -> None:
    """Killed while it waits for the answer: the old refresh token still counts. Killed once it has the new one and
    before any use: the new one is on the disk. Nothing half written stays."""
    sign_in(bare, authority)
    run_out(bare)
    code = (
        "import os, signal, sys, pathlib\nfrom mailbot import settings\nfrom mailbot.sign_in.access import Access\n"
        "Access(settings.load(pathlib.Path(sys.argv[1]))).token()\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    before = tokens(bare)
    authority.delay = 30
    waiting = subprocess.Popen([sys.executable, "-c", code, str(bare)])
    while not authority.asked:
        assert waiting.poll() is None
    waiting.kill()
    waiting.wait(10)
    assert tokens(bare) == before
    assert list(bare.glob(f".{stored.FILE}.*")), "it was not in the middle of it"
    authority.delay = 0
    assert subprocess.run([sys.executable, "-c", code, str(bare)], check=False).returncode == -signal.SIGKILL
    after = tokens(bare)
    assert after[0] != before[0]
    assert after[1] != before[1]
    authority.asked.clear()
    assert access(bare).token() == after[0]
    assert authority.asked == []
    assert not list(bare.glob(f".{stored.FILE}.*"))
    run_out(bare)
    assert access(bare).token() != after[0]


def test_full_disk(bare: Path, authority: OAuthServer) -> None:
    """A disk that cannot take the new token is found out before the old one is spent."""
    sign_in(bare, authority)
    run_out(bare)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OutsideError, match=r"tokens.json cannot be written.*Look at the disk"):
            access(bare).token()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert authority.asked == []
    assert access(bare).token() == tokens(bare)[0]


def test_another_client(bare: Path, authority: OAuthServer) -> None:
    """A sign-in made with another client is not used: its tokens would be refused one by one."""
    sign_in(bare, authority)
    file = bare / "mailbot.toml"
    file.write_text(file.read_text().replace(CLIENT, "another-client"))
    with pytest.raises(OutsideError, match="made with another client_id; run: mailbot login"):
        access(bare).token()


def test_nothing_secret_is_ever_said(bare: Path, authority: OAuthServer, caplog: pytest.LogCaptureFixture) -> None:
    """Servers that repeat what they were sent, reprs, logs at their loudest: no token, code or client secret."""
    caplog.set_level(logging.DEBUG)
    signed_in = sign_in(bare, authority)
    secrets = {SECRET, *tokens(bare)}
    said = [repr(signed_in), str(signed_in), repr(at(bare)), repr(device.begin(at(bare))), repr(settings.load(bare))]
    run_out(bare)
    secrets.add(access(bare).token())
    secrets |= set(tokens(bare))
    run_out(bare)
    authority.refusal = "server_said_no"
    with pytest.raises(OutsideError) as no:
        access(bare).token()
    assert "no more: …" in str(no.value)
    said += [repr(no.value), caplog.text, (bare / "mailbot.toml").read_text().replace(SECRET, "")]
    assert "sign-in renewed" in caplog.text
    assert not [secret for secret in secrets for text in said if secret in text]


def test_over_is_not_for_ever(bare: Path, authority: OAuthServer) -> None:
    """A provider that said by mistake that the sign-in is over is asked once more in an hour, and no sooner."""
    sign_in(bare, authority)
    run_out(bare)
    authority.refusal = "invalid_grant"
    for later in (0, 59):
        with pytest.raises(OutsideError, match="has ended or was withdrawn"):
            access(bare, lambda minutes=later: now() + timedelta(minutes=minutes)).token()
    assert authority.asked == ["refresh_token"]
    authority.refusal = ""
    assert access(bare, lambda: now() + timedelta(minutes=61)).token() == tokens(bare)[0]


@pytest.mark.parametrize("name", [stored.FILE, stored.LOCK])
def test_links_are_not_followed(bare: Path, authority: OAuthServer, name: str) -> None:
    """Whoever may write in the desk folder could lead root (`sudo mailbot login`) to any file."""
    sign_in(bare, authority)
    run_out(bare)
    victim = bare / "victim"
    (bare / name).rename(victim)
    before = victim.read_bytes()
    (bare / name).symlink_to(victim)
    with pytest.raises(OutsideError, match="is a symbolic link"):
        access(bare).token()
    assert victim.read_bytes() == before
    assert authority.asked == []


def test_root_gives_away_nothing_but_its_own(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that has a second name elsewhere stays whose it was; one that root made goes to the desk's user."""
    if os.geteuid() == 0:
        os.chown(bare, 12345, 12345)
    given: list[int] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", lambda file, user, group: given.append(os.fstat(file).st_ino))
    victim = bare.parent / f"{bare.name}-victim"
    victim.touch()
    os.link(victim, bare / stored.LOCK)
    with stored.alone(bare):
        pass
    assert given == []
    (bare / stored.LOCK).unlink()
    with stored.alone(bare), stored.place(bare):
        pass
    assert given[0] == (bare / stored.LOCK).stat().st_ino
    assert len(given) == 2


@pytest.mark.parametrize(
    "also",
    [{"expires_in": int("1" + "0" * 400)}, {"access_token": "a b"}, {"access_token": None}, {"token_type": "mac"}],
)
def test_new_refresh_token_outlives_a_faulty_answer(bare: Path, authority: OAuthServer, also: dict[str, Any]) -> None:
    """Whatever is wrong with the rest: with the answer the old refresh token has ended, so the new one is kept."""
    sign_in(bare, authority)
    run_out(bare)
    before = tokens(bare)
    authority.also = also
    with suppress(OutsideError):
        access(bare).token()
    assert tokens(bare)[1] != before[1]
    authority.also = {}
    run_out(bare)
    assert access(bare).token() == tokens(bare)[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("/token", "/elsewhere", "made with another token_url"),
        ('username = "desk@shop.test"', 'username = "other@shop.test"', "made with another username"),
        ('scope = "mail"', 'tenant = "other.test"', "made with another tenant"),
    ],
)
def test_tokens_are_for_one_place(bare: Path, authority: OAuthServer, old: str, new: str, said: str) -> None:
    """A refresh token goes to the server that gave it, for the mailbox that it was given for, and nowhere else."""
    sign_in(bare, authority)
    run_out(bare)
    file = bare / "mailbot.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(OutsideError, match=f"{said}; run: mailbot login"):
        access(bare).token()
    assert authority.asked == []
    found = standing(settings.load(bare))
    assert found
    assert said in found.trouble


def test_tokens_of_an_earlier_mailbot(bare: Path, authority: OAuthServer) -> None:
    """A file that does not say where it was made: a sentence, and a new sign-in."""
    sign_in(bare, authority)
    file = bare / stored.FILE
    known = json.loads(file.read_text())
    for name in ("token_url", "username", "tenant", "remedy"):
        del known[name]
    file.write_text(json.dumps(known))
    with pytest.raises(OutsideError, match=r"made by an earlier mailbot.*; run: mailbot login"):
        access(bare).token()


def test_clock_that_was_set_back(bare: Path, authority: OAuthServer) -> None:
    """A refusal that lies in the future blocks nothing."""
    sign_in(bare, authority)
    run_out(bare)
    later = now() + timedelta(days=30)
    rewrite(bare, over=True, failure="over", failed_at=later.isoformat())
    assert access(bare).token() == tokens(bare)[0]


def test_error_that_holds_a_secret(bare: Path, authority: OAuthServer) -> None:
    """A server that repeats the refresh token in its `error`, as it is or in part, does not get it into the file."""
    sign_in(bare, authority)
    run_out(bare)
    token = tokens(bare)[1]
    authority.refusal = f"unknown {token} {token[:20]}"
    with pytest.raises(OutsideError, match="unknown …"):
        access(bare).token()
    found = stored.read(bare)
    assert found
    assert token[:12] not in found.failure
