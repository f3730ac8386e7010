"""Servers that the doctor would wait for without end, or that name endless numbers: each question has an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailbot import settings as reading
from mailbot.adapters import imap_link, imap_trial, smtp_trial
from mailbot.adapters.imap_link import Account
from mailbot.adapters.imap_trial import MailboxTrial
from mailbot.adapters.smtp_link import Relay
from mailbot.doctor import mailbox, relay
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding
from tests.dripping import Dripping
from tests.servers import HOST
from tests.worlds import desk_folder

PATIENCE = 0.2
SOON = 3.0  # seconds: much less than a dripping server goes on
IMAP = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 QUOTA\r\n{tag} OK done\r\n",
    "SELECT": "* 0 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n",
    "GETQUOTAROOT": '* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE %s %s)\r\n{tag} OK done\r\n',
}
SMTP = {"EHLO": "250-x\r\n250 SIZE %s\r\n", "QUIT": "221 bye\r\n"}
Serve = Callable[..., Dripping]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Servers of this test's own."""
    monkeypatch.setattr(imap_link, "GOODBYE_SECONDS", PATIENCE)
    monkeypatch.setattr("mailbot.adapters.smtp_link.GOODBYE_SECONDS", PATIENCE)
    started: list[Dripping] = []

    def imap(at: str = "", numbers: tuple[str, str] = ("1", "2")) -> Dripping:
        answers = {**IMAP, "GETQUOTAROOT": IMAP["GETQUOTAROOT"] % numbers}
        started.append(Dripping("* OK hello\r\n", answers, "{tag} OK done\r\n", at, "* OK still here\r\n"))
        return started[-1]

    def smtp(at: str = "", size: str = "0", late: float = 0) -> Dripping:
        answers = {**SMTP, "EHLO": SMTP["EHLO"] % size}
        started.append(Dripping("220 hello\r\n", answers, "250 fine\r\n", at, "250-still here\r\n", late))
        return started[-1]

    yield lambda kind, *more: {"imap": imap, "smtp": smtp}[kind](*more)
    for server in started:
        server.stop()


def examined(folder: Path, section: str, port: int) -> Examined:
    """A desk whose one server is this."""
    settings = reading.load(desk_folder(folder / "desk"))
    server = getattr(settings, section).model_copy(
        update={"host": HOST, "port": port, "password": reading.SecretStr("pw"), "username": "desk"}
    )
    changed: dict[str, Any] = {section: server if section == "imap" else server.model_copy(update={"username": ""})}
    return Examined(settings.model_copy(update=changed), patience=PATIENCE)


def in_time(look: Callable[[Examined], Iterator[Finding]], what: Examined) -> list[Finding]:
    began = time.monotonic()
    found = list(look(what))
    assert time.monotonic() - began < SOON
    return found


@pytest.mark.parametrize("at", ["LIST", "SELECT", "GETQUOTAROOT"])
def test_a_mailbox_that_drips(at: str, serve: Serve, quick_folder: Path) -> None:
    """In the middle of any question: one finding that says so, and the rest is not asked in vain."""
    server = serve("imap", at)
    found = in_time(mailbox.look, examined(quick_folder, "imap", server.port))
    assert server.dripped
    (failed,) = (each for each in found if each.verdict == "wrong")
    assert "did not answer in time" in failed.found
    assert found[-1].verdict == "skipped"


def test_a_goodbye_that_drips(serve: Serve, quick_folder: Path) -> None:
    """Nobody waits for the end of a goodbye."""
    server = serve("imap", "LOGOUT")
    found = in_time(mailbox.look, examined(quick_folder, "imap", server.port))
    assert server.dripped
    assert {each.verdict for each in found} <= {"ok", "warning"}


@pytest.mark.parametrize("at", ["EHLO", "MAIL", "RCPT", "RSET"])
def test_a_way_out_that_drips(at: str, serve: Serve, quick_folder: Path) -> None:
    """At any command, however many commands there are."""
    server = serve("smtp", at)
    found = in_time(relay.look, examined(quick_folder, "smtp", server.port))
    assert server.dripped
    if at != "RSET":  # what was learnt before is not lost by that
        assert found[0].verdict == "wrong"


def test_a_way_out_that_is_only_just_in_time(serve: Serve, quick_folder: Path) -> None:
    """Every answer at the last moment: all of them together have an end too."""
    server = serve("smtp", "", "0", 0.75 * PATIENCE)
    found = in_time(relay.look, examined(quick_folder, "smtp", server.port))
    assert "did not answer in time" in found[0].found


@pytest.mark.parametrize("digits", [19, 21, 4_000, 5_000])
def test_numbers_without_end(digits: int, serve: Serve, quick_folder: Path) -> None:
    """A size or a quota of thousands of digits is nonsense, and no reason to break off."""
    long = "9" * digits
    server = serve("smtp", "", long)
    tried = smtp_trial.try_transaction(Relay(HOST, server.port, "none", "", ""), "a@shop.test", ["b@shop.test"])
    assert tried.most_bytes == (int(long) if digits <= 20 else None)
    found = in_time(relay.look, examined(quick_folder, "smtp", server.port))
    assert {each.verdict for each in found} == {"ok"}
    server = serve("imap", "", (long, long))
    if digits < 4_300:  # more than Python reads at all: an answer that cannot be understood
        trial = MailboxTrial(Account(HOST, server.port, "none", "desk", "pw"), "INBOX")
        assert {each.limit for each in trial.quotas()} == {min(int(long), imap_trial.MOST)}
        trial.close()
    found = in_time(mailbox.look, examined(quick_folder / "again", "imap", server.port))
    quota = next(each for each in found if each.about == "quota")
    assert "in time" not in quota.found
    assert found[-1].about == "waiting"


def test_a_size_that_is_no_number() -> None:
    """Digits of other scripts, signs and fractions are none either."""
    assert [smtp_trial._most_bytes(size) for size in ("²", "-5", "1.5", "", "0", " 35000000 ")] == [None] * 5 + [
        35_000_000
    ]
