"""Signing in by OAuth 2, against a sign-in server, a Dovecot and an SMTP server that speak it."""

from __future__ import annotations

import json
import logging
import re
import resource
import signal
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from mailbot import assembly, settings
from mailbot.adapters import imap_link, smtp_link
from mailbot.cli import main
from mailbot.errors import MailboxError, OutsideError, PostError, SettingsError
from mailbot.sign_in import ask, device, grant, stored
from mailbot.sign_in.access import Access, now
from mailbot.sign_in.browser import Redirect
from mailbot.sign_in.endpoints import Endpoints, endpoints_of
from mailbot.sign_in.standing import ends_at, standing
from tests.oauth_server import CLIENT, SECRET, OAuthServer
from tests.servers import Dovecot, SmtpSink, User
from tests.story import COMPLAINT
from tests.worlds import MemoryWorld, desk_folder
from tests.writing import Letter, new_mail

DESK = '[desk]\nname = "Desk"\naddress = "desk@shop.test"\n\n'
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Iterator[OAuthServer]:
    server = OAuthServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def house(server_folder: Path, authority: OAuthServer) -> Iterator[Dovecot]:
    """A Dovecot that takes access tokens, and passwords for mail to be put in."""
    server = Dovecot(server_folder / "oauth", introspection=f"{authority.url}/introspect").start()
    yield server
    server.stop()


@pytest.fixture
def user(house: Dovecot, authority: OAuthServer) -> User:
    """A new mailbox, whose owner is who signs in."""
    found = house.fresh_user()
    authority.fresh(found.name)
    return found


@pytest.fixture
def letterbox(authority: OAuthServer) -> Iterator[SmtpSink]:
    """An SMTP server that takes the same tokens."""
    server = SmtpSink(takes_token=authority.takes).start()
    yield server
    server.stop()


def toml(user: User, smtp: int, url: str, **oauth2: str) -> str:
    """The servers of a desk that signs in."""
    given = {
        "client_id": CLIENT, "client_secret": SECRET, "token_url": f"{url}/token", "device_url": f"{url}/device",
        "authorize_url": f"{url}/authorize", "scope": "mail", **oauth2,
    }  # fmt: skip
    lines = "".join(f'{name} = "{value}"\n' for name, value in given.items() if value)
    common = f'host = "127.0.0.1"\nsecurity = "none"\nusername = "{user.name}"\noauth2 = "own"\n'
    return f"[imap]\nport = {user.port}\n{common}\n[smtp]\nport = {smtp}\n{common}\n[oauth2]\n{lines}\n"


@pytest.fixture
def whole(tmp_path: Path, user: User, letterbox: SmtpSink, authority: OAuthServer) -> Path:
    """A desk with rules on these servers; nobody has signed in."""
    return with_servers(desk_folder(tmp_path / "desk"), toml(user, letterbox.port, authority.url))


def with_servers(folder: Path, servers: str) -> Path:
    """The desk with other servers in mailbot.toml."""
    file = folder / "mailbot.toml"
    text = re.sub(r"\[imap\].*?\[brakes\]", lambda _: servers + "[brakes]", file.read_text(), flags=re.DOTALL)
    file.write_text(text)
    return folder


@pytest.fixture
def folder(tmp_path: Path, user: User, letterbox: SmtpSink, authority: OAuthServer) -> Path:
    """The settings alone of a desk on these servers."""
    (tmp_path / "mailbot.toml").write_text(DESK + toml(user, letterbox.port, authority.url))
    return tmp_path


@pytest.fixture
def bare(tmp_path: Path, authority: OAuthServer) -> Path:
    """The settings alone of a desk without mail servers."""
    authority.fresh("desk@shop.test")
    (tmp_path / "mailbot.toml").write_text(DESK + toml(User("desk@shop.test", port=1), 1, authority.url))
    return tmp_path


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


# ---- the whole ----------------------------------------------------------------------------------------------


def test_from_the_code_to_the_letter(
    whole: Path, user: User, house: Dovecot, letterbox: SmtpSink, authority: OAuthServer
) -> None:
    """login with a code -> both servers let the desk in -> a complaint is taken in and answered; the token ends, is
    withdrawn, the whole sign-in is withdrawn: renewed, renewed, one sentence."""
    authority.waiting, authority.interval = [], 1
    result = call("login", "--desk", whole)
    assert result.exit_code == 0, result.output
    for said in ("/device", "WDJB-MJHT", f"Signed in as {user.name}", "IMAP lets the desk in", "SMTP lets the desk in"):
        assert said in result.output

    def cycle(number: int) -> None:
        raw = new_mail(f"p{number}@customer.test", "Anna", COMPLAINT["subject"], COMPLAINT["text"], MONDAY, number)
        house.deliver(raw, user, MONDAY)
        with assembly.assemble(settings.load(whole), lambda: MONDAY) as assembled:
            assembled.desk.cycle()

    def letters() -> list[tuple[str, str]]:
        return [(Letter(mail.to[0], mail.raw).code, mail.user) for mail in letterbox.received]

    authority.asked.clear()
    cycle(1)
    assert letters() == [("E2", user.name)]
    assert authority.asked == []
    run_out(whole)
    cycle(2)
    assert authority.asked == ["refresh_token"]
    authority.withdraw(renewals_too=False)  # the desk believes in its token; the servers do not
    cycle(3)
    assert authority.asked == ["refresh_token"] * 2
    assert letters() == [("E2", user.name)] * 3
    authority.withdraw(renewals_too=True)
    for _ in range(2):
        with pytest.raises(
            MailboxError, match=rf"has ended or was withdrawn .*run: mailbot login --desk {whole}"
        ) as no:
            cycle(4)
        assert not no.value.transient
    assert authority.asked == ["refresh_token"] * 3  # a sign-in that is over is not asked for in each cycle
    with pytest.raises(PostError, match="run: mailbot login"):
        smtp_link.knock(assembly.relay_of(settings.load(whole)))


def test_oauthbearer_where_nothing_else_is_offered(
    server_folder: Path, authority: OAuthServer, folder: Path, user: User
) -> None:
    """RFC 7628: let in by it, and refused with the meaning of the server's error; tried twice, each time once."""
    server = Dovecot(
        server_folder / "bearer", introspection=f"{authority.url}/introspect", mechanisms="oauthbearer"
    ).start()
    try:
        sign_in(folder, authority)
        found = assembly.account_of(settings.load(folder))
        account = imap_link.Account(found.host, server.imap_port, "none", user.name, "", token=found.token)
        imap_link.say_goodbye(imap_link.connect(account))
        assert authority.asked == []
        authority.seconds = 0.001  # what it gives is refused at once
        authority.withdraw(renewals_too=False)
        with pytest.raises(MailboxError, match=r"token has ended or was withdrawn.*mailbot login --status") as no:
            imap_link.connect(account)
        assert not no.value.transient
        assert authority.asked == ["refresh_token"]
    finally:
        server.stop()


def test_server_without_tokens(sink: SmtpSink, dovecot: Dovecot) -> None:
    """A server that takes passwords only is said to be one, and the token does not leave."""

    def token(refused: str = "") -> str:
        return "access-1"

    with pytest.raises(MailboxError, match="offers no sign-in by OAuth 2"):
        imap_link.connect(imap_link.Account("127.0.0.1", dovecot.imap_port, "none", "x", "", token=token))
    sink.users = {"desk": "right"}
    with pytest.raises(PostError, match="offers no sign-in by OAuth 2"):
        smtp_link.knock(smtp_link.Relay("127.0.0.1", sink.port, "none", "x", "", token=token))
    assert sink.logins == []


def test_smtp_refuses_a_token(letterbox: SmtpSink, folder: Path, authority: OAuthServer) -> None:
    """Refused: once more with a fresh one and no third time; the token is not sent as the answer to the error."""
    sign_in(folder, authority)
    authority.account = "somebody.else@shop.test"
    with pytest.raises(PostError, match="the token is not one for this mailbox; 535") as no:
        smtp_link.knock(assembly.relay_of(settings.load(folder)))
    assert not no.value.transient
    assert letterbox.logins == ["XOAUTH2"] * 2
    assert letterbox.after_refusal == [b""] * 2
    assert authority.asked == ["refresh_token"]


# ---- signing in ---------------------------------------------------------------------------------------------


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


def test_login_in_a_terminal(folder: Path, authority: OAuthServer, user: User) -> None:
    """`mailbot login --browser`, with the browser on another machine: its last address is pasted, at the second try."""
    process = start("login", "--browser", "--desk", str(folder))
    assert process.stdin
    assert process.stdout
    address = next(line.strip() for line in process.stdout if line.startswith("http"))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    process.stdin.write(f"http://127.0.0.1:1/?code=x&state=y\n{authority.authorize(asked)}\n")
    process.stdin.flush()
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert f"Signed in as {user.name}" in out
    assert err.count("Paste it whole") == 1


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


def start(*arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "mailbot.cli", *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def test_somebody_elses_account(folder: Path, authority: OAuthServer) -> None:
    """Signed in as somebody else: said at once, and the mail servers' no is the exit status."""
    authority.interval, authority.account = 1, "ada@shop.test"
    result = call("login", "--desk", folder)
    assert result.exit_code == 1
    assert "The sign-in is that of ada@shop.test, and [imap] username is desk" in result.output
    assert "IMAP: 127.0.0.1" in result.output


def test_no_refresh_token(bare: Path, authority: OAuthServer) -> None:
    """A sign-in that would end within the hour is none."""
    authority.also, authority.interval = {"refresh_token": None}, 1
    result = call("login", "--desk", bare)
    assert result.exit_code == 1
    assert "add offline_access" in result.output
    assert stored.read(bare) is None


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


# ---- tokens on the disk -------------------------------------------------------------------------------------


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
    with pytest.raises(OutsideError, match="not what mailbot wrote, run: mailbot login"):
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
    with pytest.raises(OutsideError, match="made with another oauth2 or client_id; run: mailbot login"):
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


# ---- the sign-in server -------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(("seconds", "minutes"), [("3599", 59), (None, 60), (-5, 60), ("soon", 60), (1e99, 60)])
def test_odd_lives(seconds: object, minutes: int) -> None:
    """A life written as text counts (as Entra wrote it); one that makes no sense is taken for an hour."""
    given = grant.read(ask.Answer(fields={"access_token": "a", "expires_in": seconds}), MONDAY)
    assert (given.access_ends_at - MONDAY).total_seconds() // 60 == minutes


# ---- the admin hears of it ----------------------------------------------------------------------------------


def alerts(world: MemoryWorld) -> list[str]:
    return [" ".join(letter.text.split()) for letter in world.letters() if letter.code == "alert"]


@pytest.fixture
def world(tmp_path: Path, authority: OAuthServer) -> MemoryWorld:
    """A desk in memory that signs in for IMAP and has a password for SMTP."""
    authority.fresh("desk@shop.test")
    made = MemoryWorld(tmp_path / "desk")
    servers = toml(User("desk@shop.test", port=1), 1, authority.url, secret_expires="2026-03-20")
    head, smtp, tail = servers.partition("[smtp]")
    with_servers(made.folder, head + smtp + tail.replace('oauth2 = "own"', 'password = "x"', 1))
    made.settings = settings.load(made.folder)
    made.begin_again()
    return made


def test_told_fourteen_and_three_days_before_and_on_the_day(world: MemoryWorld, authority: OAuthServer) -> None:
    """Three letters for one end, however many cycles; what to do is in them."""
    sign_in(world.folder, authority)
    heard = []
    for day in range(3, 24):
        for hour in (9, 15):
            before = len(alerts(world))
            world.cycle(datetime(2026, 3, day, hour, tzinfo=UTC))
            heard += [day] * (len(alerts(world)) - before)
    assert heard == [6, 17, 20]
    assert all(
        "client secret with which the desk signs in to its mailbox ends on Friday 20 March 2026" in a
        for a in alerts(world)
    )
    assert all("secret_expires" in text for text in alerts(world))


def test_told_of_a_fixed_end_and_not_of_one_that_moves(world: MemoryWorld, authority: OAuthServer) -> None:
    """Google gives a client that is being tested seven days, and each renewal says how many are left: told. An end that
    each renewal puts off is told of only where the desk stands still."""
    authority.ends_in = 86400 * 7
    sign_in(world.folder, authority)
    began = now()
    fixed = (began + timedelta(days=7)).isoformat()
    rewrite(world.folder, ends_at=fixed)
    world.cycle(began)
    assert [text for text in alerts(world) if "mailbot login" in text]
    world.begin_again()
    rewrite(world.folder, ends_at=(began + timedelta(days=6)).isoformat())  # … and the renewal says seven again
    run_out(world.folder)
    access(world.folder).token()
    world.cycle(now())
    assert not [text for text in alerts(world) if "mailbot login" in text]
    world.cycle(now() + timedelta(days=2))
    assert [text for text in alerts(world) if "mailbot login" in text]


def test_told_that_it_is_over(world: MemoryWorld, authority: OAuthServer) -> None:
    """A sign-in that was withdrawn: the admin has a letter a day with the sentence, while letters leave otherwise."""
    sign_in(world.folder, authority)
    world.cycle(MONDAY)
    assert alerts(world) == []
    run_out(world.folder)
    authority.withdraw(renewals_too=True)
    with pytest.raises(MailboxError, match="run: mailbot login"):
        imap_link.connect(assembly.account_of(world.settings))
    for hours in (1, 2, 25):
        world.cycle(MONDAY + timedelta(hours=hours))
    assert len(alerts(world)) == 2
    assert f"run: mailbot login --desk {world.folder}" in alerts(world)[0]
    found = standing(world.settings)
    assert found
    assert found.trouble
    assert found.failed_at
    assert ends_at(world.settings) == found.failed_at
    sign_in(world.folder, authority)
    assert access(world.folder).token() == tokens(world.folder)[0]
    assert (again := standing(world.settings))
    assert again.trouble == ""
    assert ends_at(world.settings) == datetime(2026, 3, 20, tzinfo=UTC)


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


# ---- settings -----------------------------------------------------------------------------------------------

GOOD = """[desk]
name = "Desk"
address = "desk@shop.test"
[imap]
host = "imap.gmail.com"
username = "desk@shop.test"
oauth2 = "google"
[smtp]
host = "smtp.gmail.com"
username = "desk@shop.test"
oauth2 = "google"
[oauth2]
client_id = "c"
client_secret = "s"
"""


def written(folder: Path, *changes: tuple[str, str]) -> settings.Settings:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "mailbot.toml").write_text(text)
    return settings.load(folder)


def test_settings_of_a_provider(tmp_path: Path) -> None:
    """A known provider needs no address; Microsoft's hold the tenant; a browser comes back as each will have it."""
    google = endpoints_of(written(tmp_path))
    assert (google.device, google.redirect_host) == ("", "127.0.0.1")
    assert "https://mail.google.com/" in google.scope
    microsoft = endpoints_of(
        written(tmp_path, ('"google"', '"microsoft"'), ('client_secret = "s"', 'tenant = "shop.test"'))
    )
    assert "/shop.test/" in microsoft.device
    assert "/shop.test/" in microsoft.token
    assert "offline_access" in microsoft.scope
    assert microsoft.redirect_host == "localhost"
    assert microsoft.client == {"client_id": "c"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('oauth2 = "google"', 'oauth2 = "gmail"'), r"\[imap\].*'gmail' is no provider.*did you mean 'google'"),
        (('oauth2 = "google"', 'oauth2 = "mircosoft"'), "is no provider .*did you mean 'google'"),  # the host says so
        (('host = "smtp.gmail.com"', 'host = "smtp.gmail.com"\npassword = "x"'), r"\[smtp\].*password and oauth2"),
        (('host = "imap.gmail.com"', 'host = "imap.gmail.com"\npassword_file = "x"'), "password_file"),
        (('client_id = "c"', ""), r"\[oauth2\] client_id is missing; docs/sign-in.md"),
        (('client_secret = "s"', ""), r"\[oauth2\] client_secret is missing; Gmail"),
        (('client_id = "c"', 'client_id = "c"\ntoken_url = "https://x.test/"'), r'token_url is for oauth2 = "own"'),
        (('client_id = "c"', 'client_id = "c"\ntoken_url = "http://x.test/"'), "https:// .http:// is for this machine"),
        (('"google"', '"own"'), r'"own" needs token_url'),
        (('client_id = "c"', 'client_id = "c"\ntenant = "a/b"'), r"\[oauth2\] tenant"),
        (('client_id = "c"', 'client_id = "c"\nsecret_expires = "soon"'), r"\[oauth2\] secret_expires"),
        (('host = "smtp.gmail.com"\nusername = "desk@shop.test"', 'host = "smtp.gmail.com"'), r"\[smtp\].*username"),
        (('com"\nusername = "desk@shop.test"\noauth2 = "google"\n[oauth2]',
          'com"\nusername = "desk@shop.test"\noauth2 = "microsoft"\n[oauth2]'), "name two providers"),
    ],
)  # fmt: skip
def test_settings_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """What cannot work is refused in a sentence, before any server is asked."""
    with pytest.raises(SettingsError, match=said) as no:
        written(tmp_path, change)
    assert "mailbot.toml: mailbot.toml" not in str(no.value)


def test_passwords_need_no_login(tmp_path: Path) -> None:
    """A desk with passwords is told so by `login`: exit 2."""
    (tmp_path / "mailbot.toml").write_text(GOOD.replace('oauth2 = "google"', 'password = "x"'))
    result = call("login", "--desk", tmp_path)
    assert result.exit_code == 2
    assert "logs in by password" in result.output


def test_credentials_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LoadCredential= fills what neither mailbot.toml nor the environment gives; it never shows."""
    laid = tmp_path / "credentials"
    laid.mkdir()
    for name in ("imap.password", "smtp.password", "oauth2.client_secret"):
        (laid / name).write_text(f"laid {name}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(laid))
    monkeypatch.setenv("MAILBOT_SMTP__PASSWORD", "from the environment")
    found = written(tmp_path, ('oauth2 = "google"', ""), ('client_secret = "s"', ""))
    assert found.imap.password.get_secret_value() == "laid imap.password"
    assert found.smtp.password.get_secret_value() == "from the environment"
    assert found.oauth2.client_secret.get_secret_value() == "laid oauth2.client_secret"
    assert "laid" not in repr(found)
    monkeypatch.delenv("MAILBOT_SMTP__PASSWORD")
    signing_in = written(tmp_path)  # with oauth2 no password is wanted
    assert signing_in.imap.password.get_secret_value() == ""
    assert signing_in.oauth2.client_secret.get_secret_value() == "s"
    (laid / "imap.password").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"the credential imap.password: .* cannot be read"):
        written(tmp_path, ('oauth2 = "google"', ""))
