"""The first ten minutes on real servers, and each way that they can fail: one sentence that says what to do.

For `mailbot doctor` and for `mailbot once` alike: one line, the key of mailbot.toml in it, no traceback, never a
password, the right exit status, and the mail untouched in the inbox.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap_link import Account
from mailbot.adapters.ports import Parcel
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.smtp_link import Relay
from mailbot.errors import MailboxError, PostError
from tests.certificates import Certificate, certificate_for
from tests.doors import Door
from tests.servers import HOST, PASSWORD, Dovecot, User, free_port, put
from tests.shop import HOST_NAME, SMTP_PASSWORD, Shop, finding, open_shop
from tests.story import COMPLAINT
from tests.writing import DESK, new_mail

NOW = datetime.now(UTC)
COMPLAINING = new_mail("anna@customer.test", "Anna Smith", COMPLAINT["subject"], COMPLAINT["text"], NOW, 1)
WRONG = "Wr0ng-passw0rd"
MAILBOX, SENDING = "Mailbox", "Sending"


@dataclass(frozen=True)
class Unusable:
    """Servers that stand there with a certificate that is no good, or say nothing. Their ports."""

    expired: int
    other_name: int
    silent: int
    bundle: Path  # all certificates, the good one too: none is refused for being unknown


@pytest.fixture(scope="module")
def unusable(server_folder: Path, dovecot: Dovecot, certificate: Certificate) -> Iterator[Unusable]:
    """Doors in front of the Dovecot of the session."""
    expired = certificate_for(server_folder / "expired", HOST_NAME, NOW - timedelta(days=3))
    other = certificate_for(server_folder / "other-name", "mail.other.test", NOW + timedelta(days=90))
    bundle = server_folder / "bundle.pem"
    bundle.write_text("".join(each.cert.read_text() for each in (certificate, expired, other)))
    doors = [Door(dovecot.imap_port, expired).start(), Door(dovecot.imap_port, other).start(), Door().start()]
    yield Unusable(*(door.port for door in doors), bundle)
    for door in doors:
        door.stop()


@pytest.fixture
def shop(
    quick_folder: Path,
    dovecot: Dovecot,
    mailbox_user: User,
    certificate: Certificate,
    unusable: Unusable,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shop]:
    """A desk that is set up well, with one complaint in its inbox."""
    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", True)  # the test's own server speaks here too
    monkeypatch.setenv("SSL_CERT_FILE", str(unusable.bundle))
    made = open_shop(quick_folder / "desk", dovecot, mailbox_user, certificate)
    put(mailbox_user, [COMPLAINING])
    yield made
    made.post.stop()


def for_people(text: str, *more_secrets: str) -> None:
    """Fit to be read: no traceback, no name of an exception, no password."""
    assert "Traceback" not in text
    assert not re.search(r"\w(Error|Exception)\b", text), text
    for secret in (PASSWORD, SMTP_PASSWORD, WRONG, *more_secrets):
        assert secret not in text


def one_sentence(shop: Shop, pattern: str) -> None:
    """`mailbot once` fails with one line on stderr."""
    result = shop.mailbot("once")
    assert result.exit_code == 1, result.output
    (line,) = result.stderr.splitlines()
    assert re.search(pattern, line), line
    assert len(line) < 420, line
    for_people(result.output)


# ---- all in order -------------------------------------------------------------------------------------------


def mailbot(*arguments: str, trust: Path) -> subprocess.CompletedProcess[str]:
    """The command itself, in a terminal of 80 columns."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAILBOT_")}
    env |= {"SSL_CERT_FILE": str(trust), "COLUMNS": "80"}
    program = str(Path(sys.executable).with_name("mailbot"))
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, env=env)


def test_init_doctor_once(tmp_path: Path, shop: Shop, dovecot: Dovecot, certificate: Certificate) -> None:
    """By the README's words: `init`, the doctor is content, the first mail is answered, to the admin as yet."""
    folder, password = tmp_path / "mydesk", tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    shop.post.users = {shop.user.name: PASSWORD}
    staff = {"care": "Mathilde <m@shop.test>", "operations": "Lucy <l@shop.test>", "va": "Vera <v@shop.test>",
             "admin": "Ada <ada@shop.test>", "till": "Marylebone <till@shop.test>"}  # fmt: skip
    flags = {"address": DESK, "imap": f"{HOST_NAME}:{dovecot.imaps_port}/tls", "username": shop.user.name,
             "smtp": f"{HOST_NAME}:{shop.post.port}/starttls", "password-file": str(password), **staff}  # fmt: skip
    said = [word for flag, value in flags.items() for word in (f"--{flag}", value)]
    made = mailbot("init", str(folder), "--yes", *said, trust=certificate.cert)
    assert made.returncode == 0, made.stderr
    seen = mailbot("doctor", "--desk", str(folder), trust=certificate.cert)
    assert (seen.returncode, seen.stderr) == (0, ""), seen.stdout
    assert max(map(len, seen.stdout.splitlines())) <= 80
    assert seen.stdout.splitlines()[-1].startswith("✓ Nothing is wrong")
    done = mailbot("once", "--desk", str(folder), trust=certificate.cert)
    assert (done.returncode, done.stdout) == (0, "1 mail taken in, 0 silences fired, 1 letter sent\n"), done.stderr
    (letter,) = shop.post.received
    assert (letter.sender, letter.to, letter.user) == (DESK, ("ada@shop.test",), shop.user.name)
    for_people("".join((made.stdout, made.stderr, seen.stdout, done.stderr)))


def test_starttls_for_imap(shop: Shop, dovecot: Dovecot) -> None:
    """STARTTLS at the plain port does as well."""
    shop.settle("imap", port=dovecot.imap_port, security="starttls")
    report = shop.doctor()
    assert report["exit"] == 0
    assert "TLSv1" in finding(report, f"{HOST_NAME}:{dovecot.imap_port}")["found"]
    assert shop.mailbot("once").exit_code == 0


# ---- IMAP ---------------------------------------------------------------------------------------------------

# name -> (what is set in [imap], what is wrong, what to do). Ports are named: see `_port`.
IMAP = {
    "wrong password": ({"password": WRONG}, "refused the login of desk", r"check \[imap\] username and password"),
    "nothing listens": ({"port": "free"}, "nothing listens at localhost", r"check \[imap\] host and port"),
    "the SMTP port": ({"port": "smtp"}, "does not begin with TLS", r"check \[imap\] port, or set security"),
    "the SMTP port, STARTTLS": (
        {"port": "smtp", "security": "starttls"}, "is no IMAP server", r"check \[imap\] port",
    ),
    "TLS at the plain port": ({"port": "imap"}, "does not begin with TLS", 'set security = "starttls"'),
    "an expired certificate": ({"port": "expired"}, "not trusted because it has expired", "renew it"),
    "another name": ({"port": "other_name"}, "made for another name", r"set \[imap\] host to the name"),
    "no such host": ({"host": "imap.shop.invalid"}, "name imap.shop.invalid cannot be found", r"check \[imap\] host"),
    "no such folder": ({"inbox": "Customers"}, "there is no folder 'Customers'", r"set \[imap\] inbox"),
}  # fmt: skip


def _port(shop: Shop, dovecot: Dovecot, unusable: Unusable, name: object) -> object:
    places = {"free": free_port, "smtp": lambda: shop.post.port, "imap": lambda: dovecot.imap_port}
    return places[name]() if name in places else getattr(unusable, str(name))  # type: ignore[index,operator]


@pytest.mark.parametrize("failure", IMAP)
def test_imap_failures(failure: str, shop: Shop, dovecot: Dovecot, unusable: Unusable) -> None:
    """Each is said by the doctor, who goes on to SMTP, and by `once`, which leaves the mail where it is."""
    values, what, do = IMAP[failure]
    settings = {k: _port(shop, dovecot, unusable, v) if k == "port" else v for k, v in values.items()}
    shop.settle("imap", **settings)
    report = shop.doctor()
    assert report["exit"] == 1
    wrong = [each for each in report["findings"] if each["verdict"] == "wrong"]
    assert [each["group"] for each in wrong] == ["Mailbox (IMAP)"], wrong
    assert re.search(what, wrong[0]["found"]), wrong
    assert re.search(do, wrong[0]["do"]), wrong
    assert finding(report, "sender", SENDING)["verdict"] == "ok"
    for_people(report["text"])
    one_sentence(shop, f"{what}.*: .*{do}")
    assert shop.folders()["INBOX"] == 1


def test_the_admin_hears_of_a_mailbox_that_stays_shut(shop: Shop) -> None:
    """While letters can leave, one a day tells the admin that new mail lies unread, and why; never the password."""
    shop.settle("imap", password=WRONG)
    for _ in range(2):
        one_sentence(shop, "refused the login")
    (told,) = shop.post.received
    assert told.to == ("ada@shop.test",)
    text = message_from_bytes(told.raw, policy=default).get_body(("plain",)).get_content()  # type: ignore[attr-defined,union-attr]
    assert "New mail lies unread" in text
    assert "check [imap] username and password" in " ".join(text.split())
    for_people(text)
    assert shop.folders()["INBOX"] == 1


def test_no_password(shop: Shop) -> None:
    """Without a password the doctor does not even knock: failed logins are counted by servers."""
    shop.settle("imap", password=None)
    report = shop.doctor()
    assert (report["exit"], "[imap] password_file" in finding(report, HOST_NAME, MAILBOX)["do"]) == (1, True)
    assert finding(report, "sender", SENDING)["verdict"] == "ok"


def test_self_signed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that nobody vouches for: no password is sent, and SSL_CERT_FILE is named, for both servers."""
    monkeypatch.delenv("SSL_CERT_FILE")
    report = shop.doctor()
    wrong = [each for each in report["findings"] if each["verdict"] == "wrong"]
    assert [each["group"] for each in wrong] == ["Mailbox (IMAP)", "Sending (SMTP)"]
    for each in wrong:
        assert "comes from nobody that this machine knows (self-signed certificate)" in each["found"]
        assert "name the file of its certificate" in each["do"]
        assert "SSL_CERT_FILE" in each["do"]
    one_sentence(shop, r"IMAP: the TLS certificate of localhost:\d+ is not trusted.*SSL_CERT_FILE")
    assert shop.post.logins == []
    assert shop.folders()["INBOX"] == 1


@pytest.mark.parametrize(("door", "security"), [("silent", "tls"), ("silent", "starttls"), ("imaps", "starttls")])
def test_imap_hangs(door: str, security: str, shop: Shop, dovecot: Dovecot, unusable: Unusable) -> None:
    """A server that says nothing, or waits for TLS while we wait for its greeting: given up in time, and said so."""
    port = unusable.silent if door == "silent" else dovecot.imaps_port
    shop.settle("imap", port=port, security=security)
    began = time.monotonic()
    report = shop.doctor("--patience", "0.3")
    assert time.monotonic() - began < 5
    found = finding(report, f"{HOST_NAME}:{port}")
    assert (found["verdict"], "did not answer in time" in found["found"]) == ("wrong", True)
    assert "check [imap] host, port and security" in found["do"]
    account = Account(HOST_NAME, port, security, "desk", WRONG, connect_timeout=0.3, read_timeout=0.3)
    with pytest.raises(MailboxError, match=r"^IMAP: localhost:\d+ did not answer in time: check \[imap\]"):
        ImapMailbox(account).waiting()


# ---- SMTP ---------------------------------------------------------------------------------------------------

SMTP = {
    "wrong password": ({"password": WRONG}, f"refused the login of {DESK}", r"check \[smtp\] username and password"),
    "nothing listens": ({"port": "free"}, "nothing listens at localhost", r"check \[smtp\] host and port"),
    "TLS at the STARTTLS port": ({"security": "tls"}, "does not begin with TLS", 'set security = "starttls"'),
    "the IMAP port": ({"port": "imap"}, "no SMTP server|cannot be used", r"check \[smtp\] host"),
    "an expired certificate": ({"port": "expired", "security": "tls"}, "because it has expired", "renew it"),
    "another name": ({"port": "other_name", "security": "tls"}, "made for another name", r"set \[smtp\] host"),
    "no password": ({"username": None, "password": None}, "send nothing from|wants a login", r"\[smtp\] username"),
}


@pytest.mark.parametrize("failure", SMTP)
def test_smtp_failures(failure: str, shop: Shop, dovecot: Dovecot, unusable: Unusable) -> None:
    """Each is said by the doctor and by `once`; the mail is taken in all the same, and its letter leaves later."""
    values, what, do = SMTP[failure]
    good = {"port": shop.post.port, "security": "starttls", "username": DESK, "password": SMTP_PASSWORD}
    settings = {k: _port(shop, dovecot, unusable, v) if k == "port" else v for k, v in values.items()}
    shop.settle("smtp", **settings)
    report = shop.doctor()
    assert report["exit"] == 1
    wrong = [each for each in report["findings"] if each["verdict"] == "wrong"]
    assert {each["group"] for each in wrong} == {"Sending (SMTP)"}, wrong
    assert any(re.search(what, each["found"]) and re.search(do, each["do"]) for each in wrong), wrong
    for_people(report["text"])
    one_sentence(shop, r"\[smtp\]|renew it")
    assert (shop.folders()["Mailbot/Cases"], shop.post.received) == (1, [])
    shop.settle("smtp", **good)
    assert shop.mailbot("once").exit_code == 0
    assert len(shop.post.received) == 1


def test_no_starttls(shop: Shop) -> None:
    """Where STARTTLS is not offered no password is sent in the clear: another setting is named."""
    plain = type(shop.post)(users={DESK: SMTP_PASSWORD}).start()
    try:
        shop.settle("smtp", port=plain.port)
        wrong = finding(shop.doctor(), f"{HOST_NAME}:{plain.port}")
        assert (wrong["verdict"], wrong["found"].endswith("offers no STARTTLS")) == ("wrong", True)
        assert wrong["do"] == 'set [smtp] security = "tls" and its port (mostly 465)'
        one_sentence(shop, r"offers no STARTTLS: set \[smtp\] security")
        assert plain.logins == []
    finally:
        plain.stop()


def test_smtp_hangs(shop: Shop, unusable: Unusable) -> None:
    """A server that says nothing is given up in time."""
    shop.settle("smtp", port=unusable.silent)
    found = finding(shop.doctor("--patience", "0.3"), f"{HOST_NAME}:{unusable.silent}")
    assert (found["verdict"], "did not answer in time" in found["found"]) == ("wrong", True)
    post = SmtpPost(Relay(HOST_NAME, unusable.silent, "starttls", DESK, WRONG, timeout=0.3))
    with pytest.raises(PostError, match=r"did not answer in time: check \[smtp\] host, port and security"):
        list(post.send([Parcel("<1@shop.test>", DESK, "anna@customer.test", COMPLAINING)]))
    post.close()


def test_sender_refused(shop: Shop) -> None:
    """A server that will not have the desk's address: the letter waits until it does."""
    shop.post.mail_answer = "553 5.7.1 sender address rejected: not owned by user"
    report = shop.doctor()
    wrong = finding(report, "sender")
    assert (report["exit"], wrong["verdict"]) == (1, "wrong")
    assert f"nothing from {DESK} (553 5.7.1 sender address rejected" in wrong["found"]
    assert "check [smtp] username and [desk] address" in wrong["do"]
    one_sentence(shop, r"refuses to send from .*\[smtp\] username and \[desk\] address")
    shop.post.mail_answer = ""
    assert shop.mailbot("once").exit_code == 0
    assert len(shop.post.received) == 1


@pytest.mark.parametrize(
    "said", ["554 5.7.1 <ada@shop.test>: Relay access denied", "550 relay not permitted", "550 5.7.54 Unable to relay"]
)
def test_relay_denied(said: str, shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """A server that passes on nothing for us says so of the recipient, but it is about us: no letter is given up."""
    for address in ("ada@shop.test", "anna@customer.test"):
        shop.post.rcpt_answers[address] = said
    report = shop.doctor()
    wrong = finding(report, "recipient")
    assert (report["exit"], wrong["verdict"]) == (1, "wrong")
    assert "[smtp] username and password" in wrong["do"]
    result = shop.mailbot("once")
    assert (result.exit_code, "1 not sent" in result.stdout) == (0, True), result.output
    (line,) = (record.getMessage() for record in caplog.records if record.name == "mailbot")
    assert re.search(r"letter put off.*passes on no mail for us.*check \[smtp\] username and password", line), line
    for_people(line)
    shop.post.rcpt_answers.clear()
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    assert shop.mailbot("once", "--now", later).exit_code == 0
    assert [mail.to for mail in shop.post.received] == [("anna@customer.test",)]


# ---- a full mailbox -----------------------------------------------------------------------------------------

QUOTA = """
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=80K
  quota_grace = 0
}
"""
NO_MOVE = "imap_capability = IMAP4rev1 LITERAL+ MULTIAPPEND NAMESPACE UIDPLUS QUOTA\n"


@pytest.fixture
def small(server_folder: Path) -> Iterator[Callable[[str], Dovecot]]:
    """A Dovecot whose mailboxes hold 80 kB."""
    running: list[Dovecot] = []

    def start(settings: str) -> Dovecot:
        folder = server_folder / f"small{len(list(server_folder.iterdir()))}"
        folder.mkdir()
        running.append(Dovecot(folder, settings=settings + QUOTA).start())
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.mark.parametrize("settings", ["", NO_MOVE], ids=["MOVE", "COPY"])
def test_full_mailbox(settings: str, shop: Shop, small: Callable[[str], Dovecot]) -> None:
    """No room for the desk's copies: it answers, keeps what it could not file, and files it when there is room."""
    user = small(settings).fresh_user()
    shop.user = user
    shop.settle("imap", host=HOST, port=user.port, security="none", username=user.name, password=user.password)
    long_ago = NOW - timedelta(days=20)
    put(user, [new_mail("news@papers.test", "News", "Weekly", "x" * 73_000, long_ago, 9)], long_ago)
    put(user, [COMPLAINING.replace(b"\r\n\r\n", b"\r\n\r\n" + b"Oh my dress. " * 400 + b"\r\n", 1)])
    quota = finding(shop.doctor(), "quota")
    assert (quota["verdict"], "nearly full" in quota["found"]) == ("warning", True), quota
    assert quota["do"] == "delete mail that is not needed, or have its size raised"
    one_sentence(shop, r"the mailbox at .* is full \(.*[Qq]uota.*\): delete mail")
    sent = [mail for mail in shop.post.received if mail.to == ("anna@customer.test",)]
    assert len(sent) == 1
    assert shop.folders()["INBOX"] == (2 if settings else 1)  # a copy needs room, a move does not
    one_sentence(shop, "is full")
    assert [mail for mail in shop.post.received if mail.to == ("anna@customer.test",)] == sent
    with shop.mailbox() as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search("FROM news@papers.test"))
        client.expunge()
    assert shop.mailbot("once").exit_code == 0
    folders = shop.folders()
    assert (folders["INBOX"], folders["Mailbot/Cases"]) == (0, 1)
    assert folders["Sent"] == len(shop.post.received)
    assert folders["Mailbot/Journal"] >= 1
    assert len([mail for mail in shop.post.received if mail.to == ("anna@customer.test",)]) == 1


# ---- the service --------------------------------------------------------------------------------------------


def test_run_says_the_same(shop: Shop) -> None:
    """The service goes on trying and logs the sentence; it ends when it is told to."""
    shop.settle("imap", password=WRONG)
    program = str(Path(sys.executable).with_name("mailbot"))
    command = [program, "run", "--desk", str(shop.folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr
        try:
            line = next(line for line in service.stderr if " ERROR " in line)
        finally:
            service.send_signal(signal.SIGTERM)
        rest = service.stderr.read()
        assert service.wait(20) == 0
    assert re.search(r" ERROR .*IMAP: .* refused the login of .*check \[imap\] username and password", line), line
    for_people(line + rest)
    assert shop.folders()["INBOX"] == 1
