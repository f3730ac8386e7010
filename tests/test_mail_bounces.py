"""bounces.bounce: whom a delivery report is about, whether it is final, which letter came back."""
# ruff: noqa: E501 (fields stand on one line here as they do in mails)

from __future__ import annotations

import time

import pytest

from mailbot.mail.bounces import bounce
from mailbot.mail.message import read
from mailbot.mail.model import Bounce

ID = "<4k7qd2m.3.abcdefghijklmnopqrstuvwxyz@blanc.example>"
RETURNED = f"From: care@blanc.example\nTo: jane@example.com\nSubject: Your complaint\nMessage-ID: {ID}\n"


def dsn(recipients: str, returned: str = "", returned_type: str = "message/rfc822") -> Bounce | None:
    last = f"--x\nContent-Type: {returned_type}\n\n{returned}\n" if returned else ""
    mail = (
        "From: MAILER-DAEMON@mx.example\nTo: care@blanc.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        "--x\nContent-Type: text/plain\n\nI am sorry.\n"
        f"--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{recipients}\n{last}--x--\n"
    )
    return bounce(read(mail.encode()))


FAILED = "Final-Recipient: rfc822; jane@example.com\nAction: failed\nStatus: 5.1.1\n"
DELAYED = "Final-Recipient: rfc822; jane@example.com\nAction: delayed\nStatus: 4.4.1\n"


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        (RETURNED + "\nwords", "message/rfc822"),
        (RETURNED, "text/rfc822-headers"),
        (RETURNED.replace(ID, f"\n {ID}"), "text/rfc822-headers"),
    ],
)
def test_delivery_status_with_the_letter(returned: str, kind: str) -> None:
    """RFC 3464: recipient, finality, and the Message-ID from the returned mail or its header."""
    assert dsn(FAILED, returned, kind) == Bounce(("jane@example.com",), True, ID)


def test_a_delay_is_not_final() -> None:
    """Action: delayed means that the server still tries; 4.x with Action: failed means that it gave up."""
    assert dsn(DELAYED) == Bounce(("jane@example.com",), False, "")
    assert dsn(FAILED.replace("5.1.1", "4.4.7")) == Bounce(("jane@example.com",), True, "")


def test_several_recipients() -> None:
    """Those given up are named; the address we wrote to counts before the one it was turned into."""
    more = "Original-Recipient: rfc822; joan@example.com\nFinal-Recipient: rfc822; j@inner.example\nAction: failed\n"
    assert dsn(f"{FAILED}\n{DELAYED.replace('jane', 'jim')}\n{more}") == Bounce(
        ("jane@example.com", "joan@example.com"), True, ""
    )


def test_a_report_of_success_is_no_bounce() -> None:
    """delivered, relayed and expanded are not failures."""
    assert dsn(FAILED.replace("failed", "delivered")) is None


def text_bounce(sender: str, subject: str, text: str, fields: str = "") -> Bounce | None:
    head = f"From: {sender}\nTo: care@blanc.example\nSubject: {subject}\n{fields}Content-Type: text/plain; charset=utf-8\n\n"
    return bounce(read((head + text).encode()))


def test_exim_and_gmail_name_the_recipient_in_a_field() -> None:
    """X-Failed-Recipients with the returned header in plain text gives recipient and letter."""
    text = f"A message that you sent could not be delivered.\n\n  jane@example.com\n\n------ This is a copy ------\n\n{RETURNED}"
    found = text_bounce(
        "Mail Delivery System <MAILER-DAEMON@x.example>",
        "Mail delivery failed",
        text,
        "X-Failed-Recipients: jane@example.com\n",
    )
    assert found == Bounce(("jane@example.com",), True, ID)


def test_qmail_is_read_by_flufl() -> None:
    """The old formats are flufl.bounce's business."""
    text = (
        "Hi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message to the following"
        " addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<jane@example.com>:\n"
        f"user unknown\n\n--- Below this line is a copy of the message.\n\n{RETURNED}"
    )
    assert text_bounce("MAILER-DAEMON@x.example", "failure notice", text) == Bounce(("jane@example.com",), True, ID)


def test_qq_and_163_are_read_by_their_words() -> None:
    """Chinese providers bounce in plain words."""
    text = "抱歉，您的邮件被退回来了……\n收件人邮件地址：jane@qq.com\n退信原因：收件人邮箱不存在"
    assert text_bounce("postmaster@qq.com", "系统退信/Systems bounce", text) == Bounce(("jane@qq.com",), True, "")


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("jane@example.com", "Fwd: Undelivered Mail Returned to Sender"),
        ("jane@example.com", "Mail delivery failed: returning message to sender"),
        ("postmistress@example.com", "failure notice"),
    ],
)
def test_a_person_who_quotes_a_bounce_is_no_bounce(sender: str, subject: str) -> None:
    """Without a server as its sender nothing in the text counts."""
    text = f"look what I got:\n\n<jane@example.com>:\nuser unknown\n\nFinal-Recipient: rfc822; jane@example.com\nAction: failed\n{RETURNED}"
    assert text_bounce(sender, subject, text) is None


def test_a_servers_other_mail_is_no_bounce() -> None:
    """A postmaster's notice without a recipient is nothing to act on."""
    assert text_bounce("postmaster@x.example", "Maintenance on Sunday", "We are down from 2 to 3.") is None


@pytest.mark.parametrize(
    ("action", "status", "said", "permanent", "refused"),
    [
        ("failed", "5.1.1", "smtp; 550 5.1.1 user unknown", True, False),
        ("failed", "5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", True, False),
        ("failed", "5.2.1", "smtp; 550 5.2.1 mailbox disabled", True, False),
        ("failed", "5.4.4", "Host or domain name not found", True, False),
        ("failed", "5.0.0", "smtp; 550 no such user, see our spam policy", True, False),
        ("failed", "5.7.1", "smtp; 550 5.7.1 authentication required", True, False),
        ("failed", "4.4.1", "connection timed out", True, False),
        ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full", False, True),
        ("failed", "4.2.2", "smtp; 452 4.2.2 over quota", False, True),
        ("failed", "5.0.0", "smtp; 550 Postfach voll", False, True),
        ("failed", "5.3.4", "smtp; 552 message too large", False, True),
        ("failed", "5.7.1", "smtp; 554 5.7.1 blocked using zen.spamhaus.org", False, True),
        ("delayed", "4.2.0", "smtp; 450 4.2.0 greylisted", False, False),
        ("delayed", "5.0.0", "no sense", False, False),
    ],
)
def test_dead_refused_and_still_tried(action: str, status: str, said: str, permanent: bool, refused: bool) -> None:
    """Only a dead or unreachable address is permanent; full mailboxes and filters are of an address that lives."""
    fields = f"Final-Recipient: rfc822; jane@example.com\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {said}\n"
    found = dsn(fields)
    assert found is not None
    assert (found.permanent, found.refused, found.delayed) == (permanent, refused, not permanent and not refused)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "deliverable"])
def test_reports_of_success_are_none(action: str) -> None:
    """Whatever the server calls it."""
    assert dsn(f"Final-Recipient: rfc822; jane@example.com\nAction: {action}\nStatus: 2.1.5\n") is None


def test_each_recipient_has_a_reason_of_their_own() -> None:
    """One dead and one full mailbox in a report of words: the dead one makes it final."""
    text = (
        "Hi. This is the qmail-send program at x.example.\n\n<full@example.com>:\n552 5.2.2 mailbox full\n\n"
        "<gone@example.com>:\n550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\n"
        f"{RETURNED.replace('jane@example.com', 'full@example.com, gone@example.com')}"
    )
    found = text_bounce("MAILER-DAEMON@x.example", "failure notice", text)
    assert found is not None
    assert (set(found.recipients), found.permanent) == ({"full@example.com", "gone@example.com"}, True)
    only = text_bounce("MAILER-DAEMON@x.example", "failure notice", text.replace("550 5.1.1 no such user", "452 4.2.2"))
    assert only is not None
    assert (only.permanent, only.refused) == (False, True)


def test_an_id_that_is_not_ours_is_told_as_it_stands() -> None:
    """Backscatter names the forger's letter: the ledger knows none of that id, so nothing is marked."""
    found = dsn(FAILED, "From: care@blanc.example\nTo: x@y.example\nMessage-ID: <spam@botnet.example>\n")
    assert found is not None
    assert found.original_message_id == "<spam@botnet.example>"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co\n" * 100_000,
        "mail " * 100_000,
        "name: x\n" * 100_000,
        "message-id: " * 50_000,
        " " * 500_000,
        "-" * 500_000,
    ],
)
def test_hostile_reports_cost_little(text: str) -> None:
    """However long a report is, only its beginning is read."""
    began = time.process_time()
    text_bounce("MAILER-DAEMON@x.example", "Undelivered", text)
    assert time.process_time() - began < 2
