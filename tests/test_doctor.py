"""The doctor looks at everything, says each thing in words, and changes nothing. Failures: test_first_contact.py."""

from __future__ import annotations

import json
import logging
import os
import stat
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import settings as reading
from mailbot.adapters.encryption import Encryption
from mailbot.adapters.files import DeskLock
from mailbot.adapters.ports import NO_ACTION, Arrived
from mailbot.adapters.smtp_link import Relay
from mailbot.adapters.smtp_trial import greeting
from mailbot.doctor import clock, examination, provider, relay, round_trip, rules, trust
from mailbot.doctor.encrypted import encrypted
from mailbot.doctor.examined import Examined, Told
from mailbot.doctor.files import in_words
from mailbot.doctor.findings import Finding, exit_status, ok, parted, skipped, warning, wrong
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.settings import Settings
from tests.servers import HOST, Certificate, Dovecot, SmtpSink, User, put
from tests.shop import HOST_NAME, Shop, finding, open_shop
from tests.test_cli import call, fingerprint
from tests.worlds import desk_folder
from tests.writing import DESK, new_mail

NOW = datetime.now(UTC)


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
def folder(tmp_path: Path) -> Path:
    """A desk folder whose servers nobody asks."""
    return desk_folder(tmp_path / "desk")


def findings(look: examination.Look, folder: Path) -> list[Finding]:
    """What one group finds."""
    return list(look(Examined(reading.load(folder))))


def one(found: Sequence[Finding], about: str) -> Finding:
    (only,) = (each for each in found if each.about == about)
    return only


def mail_from(sender: str, number: int, results: str = "", age: timedelta = timedelta(hours=1)) -> bytes:
    head = f"Authentication-Results: {results}\r\n".encode() if results else b""
    return head + new_mail(sender, "Somebody", "Hello", "I am writing to you.", NOW - age, number)


# ---- it changes nothing -------------------------------------------------------------------------------------


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


def test_settings_that_cannot_be_read(folder: Path) -> None:
    """Exit 2 and the sentence of the settings."""
    (folder / "mailbot.toml").write_text("[desk]\nnam = 1\n")
    result = call("doctor", "--desk", folder)
    assert result.exit_code == 2
    assert "[desk] nam: unknown key; did you mean 'name'?" in result.stderr
    assert result.stdout == ""


def test_a_new_desk_that_nobody_has_edited(tmp_path: Path) -> None:
    """Example servers are not asked, the examples are named, and the rules are looked at all the same."""
    assert call("init", tmp_path / "desk").exit_code == 0
    shop = Shop(tmp_path / "desk", User("nobody"), None)  # type: ignore[arg-type]
    report = shop.doctor()
    assert report["exit"] == 1
    assert finding(report, "rules")["verdict"] == "ok"
    assert finding(report, "people")["verdict"] == "wrong"
    for section in ("imap", "smtp"):
        assert any(f"[{section}] host" in each["do"] for each in report["findings"] if each["verdict"] == "wrong")


# ---- files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, "ok"), (0o640, "warning"), (0o644, "wrong")])
def test_rights(mode: int, verdict: str, folder: Path) -> None:
    """What is secret is for its owner alone; a group may be meant."""
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('password = ""', 'password_file = "pass"', 1))
    for name in ("pass", "tokens.json", "secret"):
        (folder / name).touch()
        (folder / name).chmod(mode)
    found = findings(examination.files.look, folder)
    for name in ("pass", "tokens.json", "secret"):
        each = one(found, name)
        assert each.verdict == verdict
        if verdict != "ok":
            assert f"chmod 600 {folder / name}" in each.do


def test_password_in_the_settings(folder: Path) -> None:
    """mailbot.toml may be read by all as long as no password is in it."""
    file = folder / "mailbot.toml"
    file.chmod(0o644)
    assert one(findings(examination.files.look, folder), "mailbot.toml").verdict == "ok"
    file.write_text(file.read_text().replace('password = ""', 'password = "x"', 1))
    assert one(findings(examination.files.look, folder), "mailbot.toml").verdict == "wrong"


def test_secret(folder: Path) -> None:
    """A secret that is missing is made by the first start; not so on a desk that has cases; a damaged one is said."""
    (folder / "secret").unlink()
    assert one(findings(examination.files.look, folder), "secret").verdict == "warning"
    assert not (folder / "secret").exists()
    (folder / "state" / "ledger.db").touch()
    gone = one(findings(examination.files.look, folder), "secret")
    assert (gone.verdict, gone.do) == ("wrong", "put back your copy of it")
    (folder / "secret").write_text("abc")
    damaged = one(findings(examination.files.look, folder), "secret")
    assert (damaged.verdict, "Put back your copy" in damaged.found) == ("wrong", True)


def test_a_lock_left_behind(folder: Path) -> None:
    """A number in a lock file that no process holds says nothing."""
    (folder / "state" / "lock").write_text("4711\n")
    assert "no other process" in one(findings(examination.files.look, folder), "lock").found


def test_mode_and_times_in_words(folder: Path) -> None:
    """What live means, and lengths of time as people say them."""
    assert "letters go to customers" in one(findings(examination.files.look, folder), "mode").found
    words = [in_words(timedelta(**{unit: n})) for unit, n in (("days", 2), ("hours", 36), ("days", 7), ("minutes", 1))]
    assert words == ["2 days", "36 hours", "1 week", "1 minute"]


# ---- rules --------------------------------------------------------------------------------------------------

STAFF = [
    {"name": "Mathilde", "address": "m@shop.test", "roles": ["care", "operations"]},
    {"name": "Ada", "address": "ada@shop.test", "roles": ["admin", "va"]},
    {"name": "High Street till", "address": "till@shop.test", "roles": ["till"], "store": "High Street"},
]


def people(folder: Path, *people: dict[str, Any], stores: Sequence[str] = ("High Street",)) -> list[Finding]:
    written = {"people": list(people), "limits": {"care": 500}, "stores": {name: {} for name in stores}}
    (folder / "rules" / "people.yaml").write_text(json.dumps(written).replace("{}", '{"hours": "09:00-17:00"}'))
    return findings(rules.look, folder)


def test_people_in_order(folder: Path) -> None:
    """Everybody has an address, every role somebody, every store a till."""
    found = people(folder, *STAFF)
    assert {one(found, about).verdict for about in ("people", "stores")} == {"ok"}


def test_people_who_cannot_be_written_to(folder: Path) -> None:
    """Somebody without an address, a role that nobody holds, a store without a till, example addresses: all at once."""
    mute = {"name": "Lucy", "roles": ["operations"]}
    example = {"name": "Vera", "address": "va@blanc.example", "roles": ["va"]}
    care = {**STAFF[0], "roles": ["care"]}
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('mode = "live"', 'mode = "rehearse"'))
    found = people(folder, care, mute, example, STAFF[2], stores=("High Street", "Harbour"))
    assert "admin or operations" in one(found, "roles").found
    assert one(found, "roles").verdict == "wrong"
    told = [each for each in found if each.about == "people"]
    assert ["Lucy has no address" in told[0].found, "still an example" in told[1].found] == [True, True]
    assert {each.verdict for each in told} == {"warning"}  # letters to the va are lost, rehearsing goes on
    assert "Harbour has no till" in one(found, "stores").found


@pytest.mark.parametrize("live", [True, False])
def test_example_addresses_of_the_admin(live: bool, folder: Path) -> None:
    """Wrong as soon as letters to customers are meant for them, or for customers."""
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('"live"', '"live"' if live else '"rehearse"'))
    who = {**STAFF[1], "address": "ada@example.org"} if not live else {**STAFF[1], "addresses": ["a@shop.example"]}
    who.pop("address", None) if live else None
    assert one(people(folder, STAFF[0], who, STAFF[2]), "people").verdict == "wrong"


def test_broken_rules(folder: Path) -> None:
    """Errors are counted and the first ones shown; who is who cannot be told then."""
    file = folder / "rules" / "process.yaml"
    file.write_text(file.read_text().replace("send: E2", "send: E22"))
    found = findings(rules.look, folder)
    (only,) = found
    assert (only.verdict, "`mailbot check` lists all" in only.do) == ("wrong", True)
    assert "E22" in only.details[0]
    assert only.details[0].startswith("rules/process.yaml:")
    assert len(only.details) <= rules.SHOWN + 1


def test_compensation_and_calendar(folder: Path) -> None:
    """Rows nobody has agreed to, days off that have all passed, a calendar that knows no holidays."""
    found = findings(rules.look, folder)
    assert "6 of 6 rows not confirmed" in one(found, "compensation").found
    assert "`approve 60`" in one(found, "compensation").found
    table, days = folder / "rules" / "compensation.yaml", folder / "rules" / "calendar.yaml"
    table.write_text(table.read_text().replace("confirmed: false", "confirmed: true"))
    days.write_text(days.read_text().replace("closed: []", 'closed: ["2020-12-24"]'))
    found = findings(rules.look, folder)
    assert one(found, "compensation").verdict == "ok"
    assert "24 Dec 2020" in one(found, "calendar").details[0]
    days.write_text(days.read_text().replace("holidays: GB-ENG", "").replace('closed: ["2020-12-24"]', "closed: []"))
    assert "knows no holidays" in one(findings(rules.look, folder), "calendar").found


# ---- the mailbox --------------------------------------------------------------------------------------------

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


@pytest.mark.parametrize(("days", "verdict"), [(90, "ok"), (13, "warning"), (0, "warning")])
def test_certificate_that_ends(days: int, verdict: str) -> None:
    """Two weeks ahead it is a warning, with the day."""
    ends = NOW + timedelta(days=days, hours=1)
    found = encrypted("mail.shop.test:993", Encryption("TLSv1.3", ends), NOW)
    assert (found.verdict, f"{ends:%d %b %Y}" in found.found) == (verdict, True)


def test_size_limit(shop: Shop) -> None:
    """A server that takes small mails only is no good for letters with photos."""
    assert relay._size(5_000_000).verdict == "warning"
    assert relay._size(35_000_000) == ok("size", "takes mails up to 35 MB")
    assert finding(shop.doctor(), "size")["verdict"] == "ok"


# ---- trust --------------------------------------------------------------------------------------------------

OURS = "mx.shop.test; dmarc=pass header.from=x.test"


def heads(*groups: tuple[int, int, str]) -> list[Message]:
    """(how many mails, from how many domains, Authentication-Results) …"""
    raws = [
        mail_from(f"anna@group{group}-{number % domains}.test", number, results)
        for group, (mails, domains, results) in enumerate(groups)
        for number in range(mails)
    ]
    return [messages.read(raw) for raw in raws]


def proposed(mails: Sequence[Message], *sure: str) -> str:
    return trust.proposal(trust.count(mails, DESK), set(sure))


@pytest.mark.parametrize(
    ("mails", "sure", "expected"),
    [
        ([(20, 5, OURS)], (), "mx.shop.test"),
        ([(18, 5, OURS), (2, 2, "")], (), "mx.shop.test"),
        ([(20, 5, "spf=pass smtp.mailfrom=x.test; dmarc=pass")], (), "none"),  # Microsoft writes no id
        ([(9, 5, OURS)], (), ""),  # too few
        ([(40, 1, OURS)], (), ""),  # all from one domain, who may have written it themselves
        ([(3, 3, OURS), (17, 5, "")], (), ""),  # three customers forge, the server writes none
        ([(15, 5, OURS), (5, 1, "mx.sh0p.test; dmarc=pass")], (), ""),  # not nearly all
        ([(3, 1, OURS)], ("mx.shop.test",), "mx.shop.test"),  # the test mail has it too
        ([(2, 1, OURS)], ("mx.shop.test",), ""),
        ([(3, 1, "mx.evil.test; dmarc=pass")], ("mx.shop.test",), ""),
        ([], ("mx.shop.test",), ""),
    ],
)
def test_proposal(mails: list[tuple[int, int, str]], sure: tuple[str, ...], expected: str) -> None:
    """Only what nearly all mail of many senders carries on top is proposed; less, where it is known from elsewhere."""
    assert proposed(heads(*mails), *sure) == expected


def test_topmost_counts_and_own_mail_does_not() -> None:
    """A forged field below ours is nothing, and mail of the desk itself did not come in."""
    forged = [
        messages.read(
            f"Authentication-Results: {OURS}\r\n".encode() + mail_from(f"a@c{n % 5}.test", n, "mx.evil.test; x=y")
        )
        for n in range(12)
    ]
    own = [messages.read(mail_from(DESK, 100 + n, "mx.evil.test; dmarc=pass")) for n in range(30)]
    assert proposed([*forged, *own]) == "mx.shop.test"


def trusting(folder: Path, mails: Sequence[Message], authserv_id: str = "") -> Finding:
    text = (folder / "mailbot.toml").read_text()
    (folder / "mailbot.toml").write_text(text.replace('authserv_id = ""', f'authserv_id = "{authserv_id}"'))
    examined = Examined(reading.load(folder), mailbox_opens=True, heads=mails)
    (found,) = trust.look(examined)
    return found


def test_authserv_id_is_proposed_or_why_not(folder: Path) -> None:
    """How to write it; on thin evidence how much is enough, and why."""
    assert trusting(folder, heads((20, 5, OURS))).do.startswith('set [trust] authserv_id = "mx.shop.test"')
    thin = trusting(folder, heads((3, 3, OURS)))
    assert (thin.verdict, thin.do) == ("skipped", "run the doctor again when more mail has come")
    assert "anybody can write such a field" in thin.details[0]
    assert trusting(folder, heads((20, 5, ""))).verdict == "ok"  # a server without: staff answer letters
    assert trusting(folder, []).verdict == "ok"


def test_authserv_id_that_is_not_seen(folder: Path) -> None:
    """A configured id that stands on no mail proves nobody: the one that is seen is named."""
    found = trusting(folder, heads((20, 5, OURS)), "mail.shop.test")
    assert (found.verdict, 'authserv_id = "mx.shop.test"' in found.do) == ("warning", True)
    assert "0 of 20 mails" in found.found


def test_authserv_id_that_is_seen(folder: Path) -> None:
    """Letters are compared without case."""
    assert trusting(folder, heads((20, 5, OURS)), "MX.shop.test").verdict == "ok"


# ---- a mail to itself ---------------------------------------------------------------------------------------


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


def test_no_subaddressing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused at once, or never seen: `plain` stays right, and `subaddress` is wrong."""
    monkeypatch.setattr(round_trip, "ROUNDS", 0.1)
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


def test_test_mail_in_junk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a junk filter took is found there, and left."""
    monkeypatch.setattr(round_trip, "ROUNDS", 0.1)
    with shop.mailbox() as client:
        client.create_folder("Junk")
    shop.post.into = "Junk"
    assert "“Junk”" in finding(shop.doctor("--send"), "desk+token@")["found"]
    assert shop.folders()["Junk"] == 1


# ---- the clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("greeting", "at"),
    [
        ("220 mx ESMTP Exim 4.96 Mon, 02 Mar 2026 09:30:00 +0000", "2026-03-02T09:30:00+00:00"),
        ("220 X.outlook.test Microsoft ESMTP MAIL Service ready at Mon, 2 Mar 2026 10:30:05 +0100",
         "2026-03-02T09:30:05+00:00"),
        ("220 mx.google.test ESMTP a640c23a62f3a-b9 - gsmtp", None),
        ("* OK [CAPABILITY IMAP4rev1] Dovecot ready.", None),
        ("220 mx Mon, 99 Mar 2026 09:30:00 +0000", None),
    ],
)  # fmt: skip
def test_time_in_a_greeting(greeting: str, at: str | None) -> None:
    """Some servers tell the time as they greet."""
    found = clock.dated(greeting)
    assert (found.isoformat() if found else None) == at


def test_greeting_of_a_real_server(sink: SmtpSink, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read before any login, with and without TLS; a server that says nothing is '' and no error."""
    assert greeting(Relay(HOST, sink.port, "none", "", "")).startswith("220 sink.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    secure = SmtpSink(certificate=certificate, implicit=True).start()
    assert greeting(Relay(HOST_NAME, secure.port, "tls", "", "")).startswith("220 sink.test")
    secure.stop()
    assert greeting(Relay(HOST_NAME, secure.port, "tls", "", "", timeout=0.5)) == ""


def looked_at_clock(folder: Path, *told: Told, newest: datetime | None = None) -> Finding:
    waiting = (Arrived(1, newest, 1),) if newest else ()
    (found,) = clock.look(Examined(reading.load(folder), told=list(told), waiting=waiting))
    return found


def test_clock(folder: Path) -> None:
    """Off by more than two minutes is a warning that says which way and how it is known; unknown is said to be so."""
    assert looked_at_clock(folder).verdict == "skipped"
    assert looked_at_clock(folder, Told(timedelta(seconds=-3), "x")).verdict == "ok"
    fast = looked_at_clock(folder, Told(timedelta(seconds=1), "x"), Told(timedelta(hours=1, minutes=2), "the greeting"))
    assert (fast.verdict, fast.found) == ("warning", "this machine's clock is 1 hour 2 minutes fast, by the greeting")
    slow = looked_at_clock(folder, newest=datetime.now(UTC) + timedelta(days=1, minutes=1))
    assert (slow.verdict, "1 day" in slow.found, "slow" in slow.found) == ("warning", True, True)


def test_a_clock_that_is_set_meanwhile(folder: Path) -> None:
    """What it says then is worth nothing."""
    began = (datetime.now(UTC) - timedelta(hours=1), time.monotonic())
    (found,) = clock.look(Examined(reading.load(folder), began=began, told=[Told(timedelta(), "x")]))
    assert (found.verdict, "set by +3600 seconds" in found.found) == ("warning", True)


@pytest.mark.parametrize(("off", "way"), [(timedelta(hours=2), "slow"), (timedelta(hours=-2), "fast")])
def test_clock_by_the_test_mail(off: timedelta, way: str, shop: Shop) -> None:
    """The server's stamp on the test mail shows a clock that is off."""
    shop.post.stamp = datetime.now(UTC) + off
    found = finding(shop.doctor("--send"), "clock")
    assert (found["verdict"], way in found["found"]) == ("warning", True)


# ---- the provider -------------------------------------------------------------------------------------------


def at(folder: Path, imap: str, **values: Any) -> Settings:
    """The settings of a desk at a provider's server."""
    settings = reading.load(folder)
    changed = settings.imap.model_copy(update={"host": imap, "port": 993, "security": "tls", **values})
    return settings.model_copy(update={"imap": changed})


def test_traps_of_the_provider(folder: Path) -> None:
    """Known by its server: its name, its traps, and settings that do not fit."""
    found = list(provider.look(Examined(at(folder, "imap.gmail.com", sent="append"))))
    assert "Gmail" in found[0].found
    assert len(found[0].details) >= 3
    assert any('sent = "server"' in each.do for each in found[1:])
    assert not [each for each in provider.look(Examined(at(folder, "imap.gmail.com", sent="server"))) if each.do]


@pytest.mark.parametrize(
    ("server", "words"),
    [("imap.gmail.com", "app password"), ("outlook.office365.com", "mailbot login"), ("imap.shop.test", "")],
)
def test_hints_after_a_refused_login(server: str, words: str, folder: Path) -> None:
    """What a wrong password mostly is at this provider; nothing of a provider that is not known, or of the network."""
    refused = "IMAP: x:993 refused the login of desk (no): check [imap] username and password"
    settings = at(folder, server)
    assert words in " ".join(provider.hints(settings, refused))
    assert bool(provider.hints(settings, refused)) == bool(words)
    assert provider.hints(settings, "IMAP: nothing listens") == ()


# ---- findings -----------------------------------------------------------------------------------------------


def test_parted() -> None:
    """The adapters' sentences: what is wrong, what to do; a server's words in brackets are not cut."""
    sentence = "IMAP: h:993 refused the login of x ([AUTH] no: go away): check [imap] username and password"
    assert parted(sentence) == (
        "h:993 refused the login of x ([AUTH] no: go away)",
        "check [imap] username and password",
    )
    assert parted("nothing to do") == ("nothing to do", "")


def test_exit_status() -> None:
    """Warnings are no failure."""
    assert exit_status(each.verdict for each in (ok("a", "b"), warning("a", "b", "c"), skipped("a", "b"))) == 0
    assert exit_status(each.verdict for each in (ok("a", "b"), wrong("a", "b", "c"))) == 1


def test_a_mistake_of_ours_is_a_finding(folder: Path) -> None:
    """A group that breaks says where, never what, and the next has its turn."""

    def breaks(examined: Examined) -> Iterator[Finding]:
        yield ok("first", "fine")
        raise ValueError("a customer's words")

    found = list(examination._all_of(breaks, Examined(reading.load(folder))))
    assert [each.verdict for each in found] == ["ok", "wrong"]
    assert "ValueError at" in found[1].found
    assert "customer" not in found[1].found


def test_rights_are_those_of_the_shipped_settings(folder: Path) -> None:
    """`init` writes what the doctor finds in order."""
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert {each.verdict for each in findings(examination.files.look, folder)} == {"ok"}
