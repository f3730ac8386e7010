"""The demo's mail world, and the sink as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap_link import Account
from mailbot.adapters.ports import Parcel
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.smtp_link import Relay
from mailbot.demo.servers import EmbeddedMail

DESK = "desk@shop.test"
RAW = b"From: anna@customer.test\r\nMessage-ID: <1@c.test>\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n.\r\n"


def test_post_reaches_the_inbox_and_wakes_idle() -> None:
    """Mail to a user is in the inbox byte for byte and ends an IDLE; +detail reaches the same user, in any case."""
    with EmbeddedMail({DESK: "secret"}) as mail:
        box, watcher = (ImapMailbox(Account(mail.host, mail.imap_port, "none", DESK, "secret")) for _ in range(2))
        post = SmtpPost(Relay(mail.host, mail.smtp_port, "none", "", ""))
        watcher.watch(0)
        sending = threading.Timer(0.2, lambda: list(post.send([Parcel("<1@c.test>", "anna@customer.test", DESK, RAW)])))
        sending.start()
        assert watcher.watch(10)
        sending.join()
        _, (one,) = box.waiting()
        assert box.read([one.uid]) == {one.uid: RAW}
        with smtplib.SMTP(mail.host, mail.smtp_port) as client:
            client.sendmail("a@b.test", ["Desk+token123@Shop.test"], RAW)
        assert len(box.waiting()[1]) == 2
        assert mail.outside == []
        for thing in (box, watcher, post):
            thing.close()


def test_mail_to_strangers_is_kept_outside() -> None:
    """Mail to anybody else is accepted and kept with its envelope and the time of this world's clock."""
    now = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    with EmbeddedMail({DESK: "secret"}, clock=lambda: now) as mail:
        with smtplib.SMTP(mail.host, mail.smtp_port) as client:
            client.sendmail(DESK, ["anna@customer.test", DESK, "bob@customer.test"], RAW)
        (kept,) = mail.outside
        assert (kept.sender, kept.to, kept.raw) == (DESK, ("anna@customer.test", "bob@customer.test"), RAW)
        assert kept.at == now
        box = ImapMailbox(Account(mail.host, mail.imap_port, "none", DESK, "secret"))
        assert [one.received_at for one in box.waiting()[1]] == [now]
        box.close()


def test_deliver_at_a_time_of_ones_own() -> None:
    """The story can put mail into the past."""
    then = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)
    with EmbeddedMail({DESK: "secret"}) as mail:
        mail.deliver(RAW, DESK, then)
        box = ImapMailbox(Account(mail.host, mail.imap_port, "none", DESK, "secret"))
        assert [one.received_at for one in box.waiting()[1]] == [then]
        box.close()


def test_two_worlds_do_not_meet() -> None:
    """Two at once have ports, users and mail of their own, and end with their block though clients are connected."""
    before = threading.active_count()
    with EmbeddedMail({DESK: "a"}) as one, EmbeddedMail({DESK: "b"}) as other:
        one.deliver(RAW, DESK)
        boxes = [
            ImapMailbox(Account(world.host, world.imap_port, "none", DESK, pw))
            for world, pw in ((one, "a"), (other, "b"))
        ]
        assert [len(box.waiting()[1]) for box in boxes] == [1, 0]
    assert threading.active_count() == before
    for box in boxes:
        box.close()
    with pytest.raises(RuntimeError):
        one.deliver(RAW, DESK)


def test_sink_as_a_process_keeps_what_it_accepted(tmp_path: Path) -> None:
    """`python tests/servers.py sink 0 FOLDER`: a mail that got its 250 is on the disk, even if the sink is killed."""
    script = Path(__file__).with_name("servers.py")
    command = [sys.executable, str(script), "sink", "0", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        port = int(process.stdout.readline().removeprefix("listening on "))
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail(DESK, ["anna@customer.test"], RAW)
            os.kill(process.pid, signal.SIGKILL)
        (kept,) = tmp_path.glob("*.eml")
        assert kept.read_bytes() == RAW
        assert json.loads(kept.with_suffix(".json").read_text()) == {"from": DESK, "to": ["anna@customer.test"]}
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_sink_process_ends_when_asked(tmp_path: Path) -> None:
    """SIGTERM ends it with status 0."""
    script = Path(__file__).with_name("servers.py")
    with subprocess.Popen(
        [sys.executable, str(script), "sink", "0", str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("listening on ")
        process.terminate()
        assert process.wait(10) == 0
