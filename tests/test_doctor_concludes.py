"""What the doctor concludes from what it has been told: whose word counts, the clock, certificates, the provider."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import settings as reading
from mailbot.adapters.encryption import Encryption
from mailbot.adapters.ports import Arrived
from mailbot.adapters.smtp_link import Relay
from mailbot.adapters.smtp_trial import greeting
from mailbot.doctor import clock, provider, trust
from mailbot.doctor.encrypted import encrypted
from mailbot.doctor.examined import Examined, Told
from mailbot.doctor.findings import Finding
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.settings import Settings
from tests.doctoring import NOW, OURS, mail_from
from tests.servers import HOST, Certificate, SmtpSink
from tests.shop import HOST_NAME
from tests.worlds import desk_folder
from tests.writing import DESK


@pytest.fixture
def folder(quick_folder: Path) -> Path:
    """A desk folder whose servers nobody asks."""
    return desk_folder(quick_folder / "desk")


# ---- trust -----------------------------------------------------------------------------------------------------


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
        ([(20, 5, OURS)], ("mx.shop.test",), "mx.shop.test"),
        ([(18, 5, OURS), (2, 2, "")], ("mx.shop.test",), "mx.shop.test"),
        ([(20, 5, "spf=pass smtp.mailfrom=x.test; dmarc=pass")], ("none",), "none"),  # Microsoft writes no id
        ([(3, 1, OURS)], ("mx.shop.test",), "mx.shop.test"),
        ([(20, 5, OURS)], (), ""),  # strangers' mail alone
        ([(500, 400, OURS)], (), ""),  # however much, from however many domains, as they invent these too
        ([(3, 3, OURS), (17, 5, "")], ("mx.shop.test",), ""),  # what our server leaves out, anybody can write
        ([(15, 5, OURS), (5, 1, "mx.sh0p.test; dmarc=pass")], ("mx.shop.test",), ""),  # not nearly all
        ([(2, 1, OURS)], ("mx.shop.test",), ""),  # too few
        ([(30, 9, "mx.evil.test; dmarc=pass")], ("mx.shop.test",), ""),
        ([], ("mx.shop.test",), ""),
    ],
)
def test_proposal(mails: list[tuple[int, int, str]], sure: tuple[str, ...], expected: str) -> None:
    """Only what is known from elsewhere is proposed, and only where nearly all mail carries it on top."""
    assert proposed(heads(*mails), *sure) == expected


def test_forged_mail_alone_proposes_nothing(folder: Path) -> None:
    """A server that writes none, fifty forged mails of four invented domains, five real ones: none is named to set."""
    real = [messages.read(mail_from(f"anna@real{n}.test", n)) for n in range(5)]
    found = trusting(folder, [*heads((50, 4, "mx.evil.test; dmarc=pass")), *real])
    assert (found.verdict, found.do) == (
        "skipped",
        "run `mailbot doctor --send`: the test mail proves which one is ours",
    )
    assert "“mx.evil.test” stands topmost on 50 of 55 mails, from 4 domains" in found.details


def test_the_test_mail_settles_it(folder: Path) -> None:
    """With the id on top of it: proposed; with none: nothing to be had; with none of ours on top: no other counts."""
    mails = heads((20, 5, OURS))
    assert trusting(folder, mails, came_back=OURS).do == 'set [trust] authserv_id = "mx.shop.test"'
    bare = trusting(folder, mails, came_back="")
    assert (bare.verdict, bare.do, "proves nothing" in bare.found) == ("ok", "", True)
    other = trusting(folder, mails, came_back=f"mx.other.test; dmarc=pass\r\nAuthentication-Results: {OURS}")
    assert (other.verdict, "authserv_id" in other.do, "again" in other.do) == ("skipped", False, True)
    cut = trusting(folder, mails, came_back=f"mx.shop.test; dmarc=pass ({'x' * 9_000})")
    assert "proves nothing" in cut.found  # the desk itself would not trust one that was cut short


def test_the_provider_settles_it_where_the_mail_lies_there(folder: Path) -> None:
    """By its own documents, with no test mail; an address at the provider whose mail lies elsewhere is nothing."""
    mails = heads((20, 5, "mx.google.com; dmarc=pass"))
    here = Examined(at(folder, "imap.gmail.com"), mailbox_opens=True, heads=mails)
    (found,) = trust.look(here)
    assert 'authserv_id = "mx.google.com"' in found.do
    settings = at(folder, "imap.shop.test")
    moved = settings.model_copy(update={"desk": settings.desk.model_copy(update={"address": "fred@gmail.com"})})
    (found,) = trust.look(Examined(moved, mailbox_opens=True, heads=mails))
    assert found.verdict == "skipped"


def test_topmost_counts_and_own_mail_does_not() -> None:
    """A forged field below ours is nothing, and mail of the desk itself did not come in."""
    forged = [
        messages.read(
            f"Authentication-Results: {OURS}\r\n".encode() + mail_from(f"a@c{n % 5}.test", n, "mx.evil.test; x=y")
        )
        for n in range(12)
    ]
    own = [messages.read(mail_from(DESK, 100 + n, "mx.evil.test; dmarc=pass")) for n in range(30)]
    assert proposed([*forged, *own], "mx.shop.test", "mx.evil.test") == "mx.shop.test"


def trusting(folder: Path, mails: Sequence[Message], authserv_id: str = "", came_back: str | None = None) -> Finding:
    """came_back: the Authentication-Results on the test mail; None: there was no test mail."""
    settings = reading.load(folder)
    settings = settings.model_copy(update={"trust": settings.trust.model_copy(update={"authserv_id": authserv_id})})
    back = None if came_back is None else messages.read(mail_from(DESK, 999, came_back))
    (found,) = trust.look(Examined(settings, mailbox_opens=True, heads=mails, came_back=back))
    return found


def test_authserv_id_that_cannot_be_proposed_yet(folder: Path) -> None:
    """Why, and what would prove one; a server that writes none loses nothing."""
    thin = trusting(folder, heads((2, 2, OURS)), came_back=OURS)
    assert (thin.verdict, thin.do) == (
        "skipped",
        "run `mailbot doctor --send` again when more mail has come",
    )
    assert "Anybody can write such a field" in thin.details[0]
    assert trusting(folder, heads((20, 5, ""))).verdict == "ok"  # a server without: staff answer letters
    assert trusting(folder, []).verdict == "ok"


def test_authserv_id_that_is_not_seen(folder: Path) -> None:
    """A configured id that stands on no mail proves nobody: one that is seen is named to set only where it is sure."""
    mails = heads((20, 5, OURS))
    found = trusting(folder, mails, "mail.shop.test", came_back=OURS)
    assert (found.verdict, 'authserv_id = "mx.shop.test"' in found.do) == ("warning", True)
    assert "0 of 20 mails" in found.found
    guess = trusting(folder, mails, "mail.shop.test")
    assert (guess.verdict, "mx.shop.test" in guess.do) == ("warning", False)
    assert "`mailbot doctor --send`" in guess.details[-1]


def test_authserv_id_that_the_test_mail_contradicts(folder: Path) -> None:
    """Set as strangers' mail has it, and the test mail has another."""
    found = trusting(folder, heads((20, 5, "mx.evil.test; dmarc=pass")), "mx.evil.test", came_back=OURS)
    assert (found.verdict, "the test mail carries “mx.shop.test”" in found.found) == ("warning", True)


def test_authserv_id_that_is_seen(folder: Path) -> None:
    """Letters are compared without case."""
    assert trusting(folder, heads((20, 5, OURS)), "MX.shop.test").verdict == "ok"


# ---- the clock -------------------------------------------------------------------------------------------------


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


# ---- certificates and providers --------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "verdict"), [(90, "ok"), (13, "warning"), (0, "warning")])
def test_certificate_that_ends(days: int, verdict: str) -> None:
    """Two weeks ahead it is a warning, with the day."""
    ends = NOW + timedelta(days=days, hours=1)
    found = encrypted("mail.shop.test:993", Encryption("TLSv1.3", ends), NOW)
    assert (found.verdict, f"{ends:%d %b %Y}" in found.found) == (verdict, True)


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
