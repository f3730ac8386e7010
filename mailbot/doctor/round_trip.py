"""A mail from the desk to itself, only with --send: does mail get round, and does desk+token@ arrive (RFC 5233)?

It sends exactly one mail and files it in Mailbot/No action when it is there; it must never delete it. A service that
runs meanwhile may be quicker and file it there itself, as it does with all mail of its own.
"""

from __future__ import annotations

import base64
import math
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.ports import NO_ACTION, Delivery, Parcel
from mailbot.adapters.smtp import SmtpPost
from mailbot.assembly import account_of, relay_of
from mailbot.doctor.examined import Examined, Told
from mailbot.doctor.findings import Finding, failed, ok, skipped, warning, wrong
from mailbot.errors import MailbotError
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.settings import Settings

ABOUT = "desk+token@"
ROUNDS = 3  # times the patience for one answer: a minute, as mail takes longer than an answer
PAUSE = 0.5  # seconds between two looks
HEAD_BYTES = 32_768
MARK = "X-Mailbot-Doctor"
JUNK = ("Junk", "Spam", "Junk E-mail", "Junk Email", "Bulk Mail")
SUBADDRESS = 'reply_to = "subaddress"'
TEXT = "This is a test mail of `mailbot doctor --send`, from the desk to itself. Nothing is to be done with it.\n"


@dataclass(frozen=True, slots=True)
class _Test:
    """The test mail: a token as letters have it, the id, the address with the token."""

    token: str
    message_id: str
    to: str


def look(examined: Examined) -> Iterator[Finding]:
    """Send, wait, file away."""
    desk = examined.settings.desk
    if not examined.send:
        do = f"`mailbot doctor --send` sends one mail from {desk.address} to itself and shows whether answers arrive"
        yield skipped(ABOUT, "not tried: without --send nothing is sent", do)
        return
    if not (examined.mailbox_opens and examined.relay_takes):
        yield skipped(ABOUT, "not tried: mailbox and sending have to work first")
        return
    token = base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()
    local, _, domain = desk.address.rpartition("@")
    test = _Test(token, f"<doctor.{token}@{domain}>", f"{local}+{token}@{domain}")
    account = replace(account_of(examined.settings), connect_timeout=examined.patience, read_timeout=examined.patience)
    mailbox = ImapMailbox(account, examined.settings.imap.inbox)
    try:
        yield from _there_and_back(examined, mailbox, test)
    except MailbotError as error:
        yield failed(ABOUT, error)
    finally:
        mailbox.close()


def _there_and_back(examined: Examined, mailbox: ImapMailbox, test: _Test) -> Iterator[Finding]:
    known = {arrived.uid for arrived in mailbox.waiting()[1]}
    began, sent_at = time.monotonic(), examined.now()
    delivery = _sent(examined, test, sent_at)
    if delivery.outcome != "accepted":
        yield _refused(examined.settings, test, delivery)
        return
    examined.say(f"waiting for the mail to {test.to[:40]}… to come in …")
    examined.came_back = _awaited(examined, mailbox, test, known, sent_at)
    seconds = math.ceil(time.monotonic() - began)
    if examined.came_back is None:
        yield _lost(examined.settings, mailbox, test, seconds)
        return
    yield ok("round trip", f"a mail was sent and came in within {seconds} s; it is in “{NO_ACTION}” now")
    if examined.settings.desk.reply_to == "subaddress":
        yield ok(ABOUT, f"arrives, as {SUBADDRESS} needs")
    else:
        yield ok(ABOUT, f"arrives: [desk] {SUBADDRESS} may be set; then an answer finds its case whatever it quotes")


def _sent(examined: Examined, test: _Test, at: datetime) -> Delivery:
    post = SmtpPost(replace(relay_of(examined.settings), timeout=examined.patience))
    sender = examined.settings.desk.address
    try:
        (delivery,) = post.send([Parcel(test.message_id, sender, test.to, _mail(test, sender, at))])
    finally:
        post.close()
    return delivery


def _mail(test: _Test, sender: str, at: datetime) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = test.to
    mail["Subject"] = "mailbot doctor: a test mail to the desk itself"
    mail["Date"] = format_datetime(at)
    mail["Auto-Submitted"] = "auto-generated"
    mail[MARK] = test.token
    mail.set_content(TEXT)
    return f"Message-ID: {test.message_id}\r\n".encode("ascii") + mail.as_bytes()


def _awaited(
    examined: Examined, mailbox: ImapMailbox, test: _Test, known: set[int], sent_at: datetime
) -> Message | None:
    """The test mail, as far as its header, once it is there and filed away; None if it does not come in time."""
    until = time.monotonic() + ROUNDS * examined.patience
    while True:
        for arrived in mailbox.waiting()[1]:
            if arrived.uid in known:
                continue
            known.add(arrived.uid)
            if came := _itself(mailbox.read_head(arrived.uid, HEAD_BYTES), test):
                examined.told.append(_told(arrived.received_at, sent_at, examined.now()))
                mailbox.move([arrived.uid], NO_ACTION)
                return came
        filed = _itself(mailbox.fetch(NO_ACTION, test.message_id, HEAD_BYTES), test)
        if filed is not None or time.monotonic() > until:
            return filed
        time.sleep(PAUSE)


def _itself(head: bytes | None, test: _Test) -> Message | None:
    """The test mail by its own field: not by Message-ID, as some servers write a new one, nor by any mention of the
    token, as a delivery failure and an automatic reply name it too."""
    mail = messages.read(head, truncated=True) if head else None
    return mail if mail and mail.all(MARK.lower()) == (test.token,) else None


def _told(received_at: datetime, sent_at: datetime, seen_at: datetime) -> Told:
    """The server stamped the mail between its being sent and its being seen, or one of the clocks is wrong."""
    by = "the server's stamp on the test mail"
    if received_at > seen_at:
        return Told(seen_at - received_at, by)
    return Told(max(timedelta(), sent_at - received_at), by)


def _refused(settings: Settings, test: _Test, delivery: Delivery) -> Finding:
    said = f"the server takes no mail to {test.to} ({delivery.said})"
    if settings.desk.reply_to == "subaddress":
        return wrong(ABOUT, said, 'set [desk] reply_to = "plain"; answers are found by what they quote and refer to')
    return ok(ABOUT, f'{said}: leave [desk] reply_to = "plain"')


def _lost(settings: Settings, mailbox: ImapMailbox, test: _Test, seconds: int) -> Finding:
    junk = next((name for name in JUNK if mailbox.holds(name, test.message_id)), "")
    if junk:
        do = "tell the mail provider that mail from the desk's own address is no junk; answers may end there too"
        return warning(ABOUT, f"the test mail came into the folder “{junk}”", do)
    found = f"the test mail to {test.to} did not come in within {seconds} seconds"
    if settings.desk.reply_to == "subaddress":
        do = 'set [desk] reply_to = "plain" unless it comes later (look into the inbox and into junk)'
        return wrong(ABOUT, found, do)
    do = 'leave [desk] reply_to = "plain"; to see that mail comes in at all, write to the desk from elsewhere'
    return warning(ABOUT, found, do)
