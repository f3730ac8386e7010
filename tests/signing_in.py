"""What the tests of signing in by OAuth 2 share: a desk's settings, a sign-in, what becomes of it on the disk."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from mailbot import settings
from mailbot.cli import main
from mailbot.sign_in import device, grant, stored
from mailbot.sign_in.access import Access, now
from mailbot.sign_in.endpoints import Endpoints, endpoints_of
from tests.oauth_server import CLIENT, SECRET, OAuthServer
from tests.servers import User

DESK = '[desk]\nname = "Desk"\naddress = "desk@shop.test"\n\n'
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def toml(user: User, smtp: int, url: str, **oauth2: str) -> str:
    """The servers of a desk that signs in."""
    given = {
        "client_id": CLIENT, "client_secret": SECRET, "token_url": f"{url}/token", "device_url": f"{url}/device",
        "authorize_url": f"{url}/authorize", "scope": "mail", **oauth2,
    }  # fmt: skip
    lines = "".join(f'{name} = "{value}"\n' for name, value in given.items() if value)
    common = f'host = "127.0.0.1"\nsecurity = "none"\nusername = "{user.name}"\noauth2 = "own"\n'
    return f"[imap]\nport = {user.port}\n{common}\n[smtp]\nport = {smtp}\n{common}\n[oauth2]\n{lines}\n"


def with_servers(folder: Path, servers: str) -> Path:
    """The desk with other servers in mailbot.toml."""
    file = folder / "mailbot.toml"
    text = re.sub(r"\[imap\].*?\[brakes\]", lambda _: servers + "[brakes]", file.read_text(), flags=re.DOTALL)
    file.write_text(text)
    return folder


def at(folder: Path) -> Endpoints:
    return endpoints_of(settings.load(folder))


def access(folder: Path, clock: Callable[[], datetime] = now) -> Access:
    return Access(settings.load(folder), clock)


def sign_in(folder: Path, authority: OAuthServer) -> stored.SignedIn:
    """As `mailbot login` with a code does it, without the waiting."""
    endpoints = at(folder)
    answer = device.wait(endpoints, device.begin(endpoints), lambda _: None, pause=lambda _: None)
    signed_in = stored.first(grant.read(answer, now()), endpoints, "device", now())
    with stored.alone(folder), stored.place(folder) as put:
        put(signed_in)
    authority.asked.clear()
    return signed_in


def rewrite(folder: Path, **changed: object) -> None:
    """tokens.json with other values, as time or a mistake would leave it."""
    file = folder / stored.FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), **changed}))


def run_out(folder: Path) -> None:
    """The access token ends now."""
    moment = now() - timedelta(seconds=1)
    rewrite(folder, access_ends_at=moment.isoformat(), refreshed_at=(moment - timedelta(hours=1)).isoformat())


def tokens(folder: Path) -> tuple[str, str]:
    """(access token, refresh token) on the disk."""
    found = json.loads((folder / stored.FILE).read_text())
    return found["access_token"], found["refresh_token"]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def start(*arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "mailbot.cli", *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
