"""Signing in by OAuth 2, from the code to the letter: against a Dovecot and an SMTP server that take the tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from mailbot import assembly, settings
from mailbot.adapters import imap_link, smtp_link
from mailbot.errors import MailboxError, PostError
from tests.oauth_server import OAuthServer
from tests.servers import Dovecot, SmtpSink, User
from tests.signing_in import (
    DESK,
    MONDAY,
    call,
    run_out,
    sign_in,
    start,
    toml,
    with_servers,
)
from tests.story import COMPLAINT
from tests.worlds import desk_folder
from tests.writing import Letter, new_mail


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


@pytest.fixture
def whole(tmp_path: Path, user: User, letterbox: SmtpSink, authority: OAuthServer) -> Path:
    """A desk with rules on these servers; nobody has signed in."""
    return with_servers(desk_folder(tmp_path / "desk"), toml(user, letterbox.port, authority.url))


@pytest.fixture
def folder(tmp_path: Path, user: User, letterbox: SmtpSink, authority: OAuthServer) -> Path:
    """The settings alone of a desk on these servers."""
    (tmp_path / "mailbot.toml").write_text(DESK + toml(user, letterbox.port, authority.url))
    return tmp_path


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


def test_somebody_elses_account(folder: Path, authority: OAuthServer) -> None:
    """Signed in as somebody else: said at once, and the mail servers' no is the exit status."""
    authority.interval, authority.account = 1, "ada@shop.test"
    result = call("login", "--desk", folder)
    assert result.exit_code == 1
    assert "The sign-in is that of ada@shop.test, and [imap] username is desk" in result.output
    assert "IMAP: 127.0.0.1" in result.output
