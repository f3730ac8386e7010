"""No mail can hold the desk up: time stays small for whatever a sender thinks of."""

from __future__ import annotations

import base64
import time

import pytest

from mailbot.mail.authentication import verdict
from mailbot.mail.automatic import automatic
from mailbot.mail.bounces import bounce
from mailbot.mail.forwards import forward
from mailbot.mail.message import read
from mailbot.mail.quotes import split
from mailbot.mail.references import codes_in, references_in

SECONDS = 2.0  # each takes well under one on an idle machine
OWN = frozenset({"care@blanc.example"})

BODIES = {
    "From: lines": "From:\n" * 17_000,
    "filled From: lines": "From: a <a@b.example>\nTo: b\n" * 4_000,
    "two fields over and over": "From: a\nSent: b\n\n" * 6_000,
    "spaces": " " * 100_000,
    "spaces on lines": (" " * 990 + "\n") * 100,
    "blank lines": "\n" * 50_000,
    "On On On": "On " * 33_000,
    "On lines": "On 1 May 2026 at 10:00\n" * 4_500,
    "On lines that end": "On 1 May 2026 at 10:00:\n" * 4_500,
    "attributions": "On 1 May 2026 at 10:00, a@b.example wrote:\n" * 2_300,
    "weak attributions": "On 1 May he wrote:\n" * 5_000,
    "dashes": "-" * 100_000,
    "dash lines": "--\n" * 33_000,
    "signatures": "-- \n\n\n" * 16_000,
    "underscores": "__________\n" * 9_000,
    "quotes": "> " * 50_000,
    "deep quotes": (">" * 500 + "\n") * 200,
    "brackets": "From: " + "<" * 90_000,
    "mailtos": "From: a [mailto:\nSent: x\nTo: y\nSubject: z\n" * 2_000,
    "addresses": "a@b.example " * 8_000,
    "long local part": "a" * 100_000 + "@",
    "forwards in forwards": "---------- Forwarded message ---------\nFrom: a@b.example\nSubject: Fwd: x\n\n" * 1_200,
    "original messages": "-----Original Message-----\n" * 3_700,
    "codes": "BLANC-AAAAAAA" * 7_000,
    "refs": "ref " * 25_000,
    "message ids": "Message-ID: <\n" * 7_000,
    "colons": ":" * 100_000,
    "labels": "to: x\ny\n" * 12_000,
    "replies above": "reply above this lin\n" * 4_700,
}
FIELDS = {
    "brackets in From": b"From: " + b"(" * 100_000,
    "angles in From": b"From: " + b"<" * 100_000,
    "many From": b"From: a@b.example\r\n" * 5_000,
    "many recipients": b"To: " + b"a@b.example," * 8_000,
    "encoded words": b"Subject: " + b"=?a?q?" * 16_000,
    "encoded words on lines": (b"X-A: " + b"=?utf-8?q?a?= " * 500 + b"\r\n") * 14,
    "brackets in results": (b"Authentication-Results: mx; " + b"(" * 6_000 + b"\r\n") * 16,
    "quotes in results": (b"Authentication-Results: mx; " + b'"' * 6_001 + b"\r\n") * 16,
    "results": b"Authentication-Results: mx; dkim=pass header.d=x\r\n" * 2_000,
    "received": b"Received: from a by b with c id d for e; f\r\n" * 2_200,
    "ids": b"References: " + b"<a@b>" * 20_000,
    "open ids": b"References: " + b"<" * 100_000,
    "parameters": b'Content-Type: multipart/mixed; a="' + b";" * 100_000,
    "date": b"Date: " + b"(" * 100_000,
    "a long name": b"X" * 100_000 + b": x",
}
STRUCTURES = {
    "nested divs": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
    "nested quotes": b"Content-Type: text/html\r\n\r\n" + b"<blockquote>" * 8_000,
    "nested tables": b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 6_000,
    "a padded table": b"Content-Type: text/html\r\n\r\n<table><tr><td>" + b"x" * 50_000 + b"<tr><td>a<td>b" * 3_000,
    "a million lines of margin": b"Content-Type: text/html\r\n\r\n<p style='margin-top:99999999em'>x",
    "comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 25_000,
    "links": b"Content-Type: text/html\r\n\r\n" + b"<a href='mailto:a@b'>" * 4_500,
    "parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nx\r\n" * 9_000,
    "parts with parameters": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + (b'--x\r\nContent-Type: text/plain; a="' + b";" * 1_000 + b"\r\n\r\n") * 95,
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
    "statuses": b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 5_500,
}


def everything(raw: bytes) -> None:
    """Every function of the room, over one mail."""
    message = read(raw)
    words = split(message.text)
    forward(message)
    automatic(message, OWN, False)
    bounce(message)
    verdict(message, "mx")
    references_in(message, words.new, "BLANC", "care@blanc.example")
    codes_in(message.text, "BLANC")


def taken(raw: bytes) -> float:
    began = time.perf_counter()
    everything(raw)
    return time.perf_counter() - began


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("subject", ["Fwd: x", "Undelivered Mail Returned to Sender"])
def test_hostile_bodies(body: str, subject: str) -> None:
    """100 KB of anything in a body is understood at once."""
    head = (
        f"From: MAILER-DAEMON@x.example\nSubject: {subject}\n\n"
        if "Und" in subject
        else f"From: a@b.example\nSubject: {subject}\n\n"
    )
    assert taken((head + body).encode()) < SECONDS


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_hostile_headers(fields: bytes) -> None:
    """100 KB of anything in a header is understood at once."""
    assert taken(fields + b"\r\n\r\nwords") < SECONDS


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_hostile_structures(structure: bytes) -> None:
    """Nesting, padding and counting do not multiply."""
    assert taken(b"From: a@b.example\r\nReturn-Path: <>\r\nSubject: x\r\n" + structure) < SECONDS


def test_a_thirty_megabyte_attachment() -> None:
    """A mail with a photo of 30 MB takes a couple of seconds, and its words are there."""
    photo = base64.encodebytes(bytes(range(256)) * 90_000)
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nmy words\n--x\n"
    raw = head + b"Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\n" + photo + b"--x--\n"
    began = time.perf_counter()
    message = read(raw)
    assert time.perf_counter() - began < 5 * SECONDS
    assert message.text.strip() == "my words"
    assert message.parts[1].bytes == 256 * 90_000
