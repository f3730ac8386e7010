"""Asking a sign-in server: for a code, by a browser, for a token; and what it may answer."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from mailbot.errors import OutsideError
from mailbot.sign_in import ask, device, grant, stored
from mailbot.sign_in.access import now
from mailbot.sign_in.browser import Redirect
from tests.oauth_server import CLIENT, OAuthServer
from tests.signing_in import (
    MONDAY,
    at,
    call,
    sign_in,
    start,
)
from tests.talking import talking


def test_as_slowly_as_the_server_says(bare: Path, authority: OAuthServer) -> None:
    """RFC 8628 3.5: the server's interval, five seconds more from slow_down on."""
    authority.waiting = ["authorization_pending", "slow_down", "authorization_pending"]
    pauses: list[float] = []
    device.wait(at(bare), device.begin(at(bare)), lambda _: None, pause=pauses.append)
    assert pauses == [5, 5, 10, 10]


def test_busy_server_is_asked_less_often(bare: Path, authority: OAuthServer) -> None:
    """RFC 8628 3.5: no answer doubles the interval; the code's end ends the waiting."""
    code = device.begin(at(bare))
    authority.status = 503
    pauses: list[float] = []
    with pytest.raises(OutsideError, match="code was not entered in time"):
        device.wait(at(bare), code, lambda _: None, pause=pauses.append)
    assert pauses[:4] == [5, 10, 20, 40]
    assert sum(pauses[:-1]) < 900


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "declined in the browser; nothing was changed"),
        ("expired_token", "not entered in time; run `mailbot login` again"),
        ("invalid_client", r"does not take this client .*check \[oauth2\] client_id and client_secret"),
        ("invalid_scope", "does not allow this client to use mail"),
        ("something_new", r"refused \(something_new\)"),
    ],
)
def test_no_to_the_code(bare: Path, authority: OAuthServer, error: str, said: str) -> None:
    """Each no of the server is a sentence, and nothing is stored."""
    authority.waiting = [error]
    with pytest.raises(OutsideError, match=said):
        sign_in(bare, authority)
    assert stored.read(bare) is None


def test_by_browser(bare: Path, authority: OAuthServer) -> None:
    """The browser is sent to this machine and brings the code; without our state nothing counts; PKCE holds."""
    with Redirect(at(bare)) as redirect:
        assert not redirect.take(f"{redirect.back}?code=forged&state=forged")
        assert not redirect.take("http://[")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{redirect.back}?code=forged&state=forged", timeout=5)
        assert redirect.wait(0) is None
        page = (
            urllib.request.urlopen(redirect.address, timeout=5).read().decode()
        )  # follows the redirect, as browsers do
        assert "Go back to the terminal" in page
        returned = redirect.wait(5)
        assert returned
        given = grant.read(redirect.redeem(returned), now())
    assert given.account == "desk@shop.test"
    assert given.refresh
    with Redirect(at(bare)) as other:
        authority.authorize({"code_challenge": "x", "redirect_uri": other.back, "state": ""})
        with pytest.raises(OutsideError, match="code of the browser does not count"):
            other.redeem(returned)


def test_interrupted(bare: Path, authority: OAuthServer) -> None:
    """Ctrl-C: a line, exit status 1, nothing stored."""
    process = start("login", "--browser", "--desk", str(bare))
    assert process.stdout
    assert next(line for line in process.stdout if line.startswith("http"))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Nothing was changed" in err
    assert "Traceback" not in err
    assert stored.read(bare) is None


def test_no_refresh_token(bare: Path, authority: OAuthServer) -> None:
    """A sign-in that would end within the hour is none."""
    authority.also, authority.interval = {"refresh_token": None}, 1
    result = call("login", "--desk", bare)
    assert result.exit_code == 1
    assert "add offline_access" in result.output
    assert stored.read(bare) is None


def test_odd_answers(authority: OAuthServer) -> None:
    """A redirect is not followed, an answer has an end, a port nobody listens on is a sentence."""
    authority.fresh("x")
    form = {"grant_type": "refresh_token", "refresh_token": "r", "client_id": CLIENT}
    assert ask.post(f"{authority.url}/moved", form).error == "HTTP 302"
    with pytest.raises(OutsideError, match="sent what is no answer") as no:
        ask.post(f"{authority.url}/endless", form)
    assert not no.value.transient
    assert authority.asked == []
    with pytest.raises(OutsideError, match=r"signing in: nothing listens at 127.0.0.1:1 ") as gone:
        ask.post("http://127.0.0.1:1/token", form)
    assert gone.value.transient


@pytest.mark.parametrize(
    "fields",
    [{}, {"access_token": ""}, {"access_token": "a\r\nb"}, {"access_token": "a", "token_type": "mac"}],
)
def test_answers_without_a_token(fields: dict[str, Any]) -> None:
    """What a mail server would not take, or what could break out of its line, is no token."""
    with pytest.raises(OutsideError, match="no bearer token"):
        grant.read(ask.Answer(fields=fields), MONDAY)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [("3599", 59), (None, 60), (-5, 60), ("soon", 60), (1e99, 60), pytest.param(10**400, 60, id="endless")],
)
def test_odd_lives(seconds: object, minutes: int) -> None:
    """A life written as text counts (as Entra wrote it); one that makes no sense is taken for an hour."""
    given = grant.read(ask.Answer(fields={"access_token": "a", "expires_in": seconds}), MONDAY)
    assert (given.access_ends_at - MONDAY).total_seconds() // 60 == minutes


def test_answer_that_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers that come one by one for ever: the call has an end, since others wait for the token meanwhile."""
    monkeypatch.setattr(ask, "WHOLE", 0.4)

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.05)

    began = time.monotonic()
    with talking(talk) as server, pytest.raises(OutsideError, match="did not answer in time") as no:
        ask.post(f"http://127.0.0.1:{server.port}/", {"a": "b"})
    assert time.monotonic() - began < 2
    assert no.value.transient


@pytest.mark.parametrize(
    "fields",
    [
        {"verification_uri": "https://[bad"},
        {"verification_uri": "javascript:alert(1)"},
        {"device_code": "a\ud800"},
        {"device_code": ["x"]},
    ],
)
def test_codes_that_lead_nowhere(bare: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]) -> None:
    """An address that is none, a code that cannot be sent: a sentence."""
    code = {"device_code": "d", "user_code": "u", "verification_uri": "https://x.test/", **fields}
    with answering(code) as url, pytest.raises(OutsideError, match="gave no code, or no address for it"):
        device.begin(replace(at(bare), device=url))


@pytest.mark.parametrize(("digits", "pause"), [(400, 5.0), (5_000, 5.0), (6, 900.0)])
def test_odd_intervals(bare: Path, authority: OAuthServer, digits: int, pause: float) -> None:
    """Numbers beyond all sense: the usual ones; an interval beyond the code's end waits until that end."""
    code = {"device_code": "d", "user_code": "u", "verification_uri": "https://x.test/", "interval": "9" * digits}
    with answering({**code, "expires_in": "9" * 5_000}) as url:
        begun = device.begin(replace(at(bare), device=url))
    assert begun.seconds == 900
    pauses: list[float] = []
    with pytest.raises(OutsideError, match="has ended or was withdrawn"):
        device.wait(at(bare), begun, lambda _: None, pause=pauses.append)
    assert pauses == [pause]


@contextmanager
def answering(fields: dict[str, Any]) -> Iterator[str]:
    """The address of a server whose one answer that is."""
    body = re.sub(r'"(9+)"', r"\1", json.dumps(fields)).encode()  # json writes no numbers of any length

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        size = next(int(line.split()[1]) for line in heard if line.lower().startswith(b"content-length"))
        while heard.readline().strip():
            pass
        heard.read(size)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

    with talking(talk) as server:
        yield f"http://127.0.0.1:{server.port}/"
