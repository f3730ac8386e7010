"""Mails as people's programs write them: new ones, replies that quote, filled forms, forwards, vacation replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message as StdMessage
from email.policy import default
from email.utils import format_datetime, formataddr
from functools import lru_cache

DESK = "customercare@shop.test"


@dataclass(frozen=True)
class Letter:
    """A letter as its receiver sees it."""

    to: str
    raw: bytes

    @property
    def mail(self) -> StdMessage:
        return _parsed(self.raw)

    @property
    def code(self) -> str:
        return str(self.mail["X-Mailbot-Letter"])

    @property
    def case(self) -> str:
        return str(self.mail["X-Mailbot-Case"])

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"]).strip()

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))  # type: ignore[attr-defined]
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        part = self.mail.get_body(("html",))  # type: ignore[attr-defined]
        return str(part.get_content())


@lru_cache(maxsize=2_000)  # a story looks at its letters again and again
def _parsed(raw: bytes) -> StdMessage:
    return message_from_bytes(raw, policy=default)


def new_mail(
    sender: str, name: str, subject: str, text: str, at: datetime, number: int, headers: Mapping[str, str] | None = None
) -> bytes:
    """A mail as a person's program writes it."""
    lines = {
        "From": formataddr((name, sender)),
        "To": DESK,
        "Subject": subject,
        "Date": format_datetime(at),
        "Message-ID": f"<{number}.{sender.partition('@')[0]}@{sender.partition('@')[2]}>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **(headers or {}),
    }
    head = "\r\n".join(f"{key}: {value}" for key, value in lines.items())
    return (head + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def reply(
    letter: Letter,
    sender: str,
    name: str,
    text: str,
    at: datetime,
    number: int,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """An answer to a letter, with the letter quoted below, as most programs do."""
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    body = f"{text}\n\nOn {at:%a, %d %b %Y at %H:%M}, BLANC Customer Care <{DESK}> wrote:\n{quoted}\n"
    answering = {"In-Reply-To": letter.message_id, "References": letter.message_id}
    return new_mail(sender, name, f"Re: {letter.subject}", body, at, number, {**answering, **(headers or {})})


def filled(letter: Letter, values: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The letter's text with values written behind the labels of its form, as a contract promises it can be."""
    lines = letter.text.splitlines()
    for field, value in values.items():
        label = labels[field]
        at = next((i for i, line in enumerate(lines) if line.startswith(f"{label}:")), None)
        assert at is not None, f"{letter.code} has no line {label!r}:\n{letter.text}"
        lines[at] = f"{label}: {value}"
    return "\n".join(lines)


def forward(
    sender: str,
    name: str,
    note: str,
    original: tuple[str, str, str, str],
    at: datetime,
    number: int,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A forward as Gmail writes it. original: name, address, subject, text."""
    who, address, subject, text = original
    body = (
        f"{note}\n\n---------- Forwarded message ---------\nFrom: {who} <{address}>\n"
        f"Date: {at:%a, %d %b %Y at %H:%M}\nSubject: {subject}\nTo: <till@shop.test>\n\n\n{text}\n"
    )
    return new_mail(sender, name, f"Fwd: {subject}", body, at, number, headers)


def report(letter: Letter, final: bool, said: str, at: datetime, number: int) -> bytes:
    """A delivery report (RFC 3464) on a letter, as Postfix writes them."""
    action, status = ("failed" if final else "delayed"), said.partition(" ")[0]
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.shop.test>\r\nTo: {DESK}\r\n"
        f"Subject: {'Undelivered Mail Returned to Sender' if final else 'Delayed Mail (still being retried)'}\r\n"
        f"Date: {format_datetime(at)}\r\nMessage-ID: <{number}.report@mx.shop.test>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n<{letter.to}>: {said}\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.shop.test\r\n\r\n"
        f"Final-Recipient: rfc822; {letter.to}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter.message_id}\r\n"
        f"To: {letter.to}\r\n\r\n--b--\r\n"
    ).encode()
