"""No mail can hold the desk up: time stays small for whatever a sender thinks of."""

from __future__ import annotations

import base64
import gc
import struct
import time
from collections.abc import Callable

import pytest

from mailbot.mail import rtf
from mailbot.mail.authentication import verdict
from mailbot.mail.automatic import automatic
from mailbot.mail.bounces import bounce
from mailbot.mail.forwards import forward
from mailbot.mail.message import read
from mailbot.mail.quotes import split
from mailbot.mail.references import codes_in, references_in

SMALLEST, LARGEST = 20_000, 1_280_000  # bytes of bait
TELLING = 0.03  # seconds from which on the growth of a single function shows
SECONDS = 2.0  # of CPU, a net: each takes well under one
NOTICEABLE = 0.1  # seconds; below it the clock says nothing about growth
GROWTH_MAX = 8  # times, for four times the bytes: twice what linear is, half of what quadratic is
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
    "a padded table": b"Content-Type: text/html\r\n\r\n<table><tr><td>" + b"x" * 10_000 + b"<tr><td>a<td>b" * 6_000,
    "a million lines of margin": b"Content-Type: text/html\r\n\r\n<p style='margin-top:99999999em'>x",
    "comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 25_000,
    "links": b"Content-Type: text/html\r\n\r\n" + b"<a href='mailto:a@b'>" * 4_500,
    "parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nx\r\n" * 9_000,
    "parts with parameters": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + (b'--x\r\nContent-Type: text/plain; a="' + b";" * 1_000 + b"\r\n\r\n") * 95,
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
    "statuses": b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 5_500,
}


HTML = b"Content-Type: text/html\r\n\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
RICH = b"Content-Type: text/rtf\r\n\r\n{\\rtf1\\fromhtml1 "
SIGNED = b"Content-Type: application/pkcs7-mime\r\n\r\n" + bytes.fromhex(
    "308006092a864886f70d010702a080308002010131003080" + "06092a864886f70d010701a080"
)
TNEF = b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\0\0"


def text_in(charset: bytes) -> bytes:
    return b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n"


def coded(encoding: bytes) -> bytes:
    return b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n"


# what stands before the bait, and the bait, which is repeated to two sizes
BAITS = {
    "fields": (b"", b"A: b\n"), "From fields": (b"", b"From: a@b.c\n"), "folds": (b"Subject: a\n", b" b\n"),
    "broken fields": (b"", b"junk\njunk\nTo: a\n"), "no fields": (b"", b"junk line\n"),
    "ids": (b"References: ", b"<a@b>"),
    "encoded words": (b"Subject: ", b"=?utf-8?q?a?= "), "open words": (b"Subject: ", b"=?utf-8?q?a"),
    "question marks": (b"Subject: =?utf-8?q?", b"?=20"), "8-bit subject": (b"Subject: ", b"\xe4\xb8"),
    "parameters": (b"Content-Type: text/plain", b"; a=b"), "pieces": (b"Content-Type: text/plain", b"; name*1*=%41"),
    "quotes": (b'Content-Type: text/plain; a="', b'\\"'), "comments": (b"Content-Type: text/plain", b"; a=((("),
    "marks": (MIXED, b"--y\n"), "boundaries": (MIXED, b"--x\n"), "no headers": (MIXED, b"--x\nA: b\n"),
    "other boundaries": (MIXED, b"--y\nContent-Type: a/b\n"), "ends": (MIXED, b"--x--\n"), "CR": (MIXED, b"\r--x\r\r"),
    "attached mails": (MIXED, b"--x\nContent-Type: message/rfc822\n\nFrom: a@b\n\nx\n"), "CR CR LF": (PLAIN, b"\r\r\n"),
    "mails in mails": (b"", b"Content-Type: message/rfc822\n\n"), "signed": (SIGNED, b"\x30\x80"),
    "signed pieces": (SIGNED, b"\x24\x80"), "signed nothing": (SIGNED, b"\0"), "signed octets": (SIGNED, b"\x04\x01a"),
    "uuencode": (PLAIN, b"begin 644 a\n"), "uuencoded lines": (PLAIN + b"begin 644 a\n", b"M" + b"A" * 60 + b"\n"),
    "yEnc": (PLAIN, b"=ybegin name=a\n"), "yEnc escapes": (PLAIN + b"=ybegin name=a\n", b"="),
    "quoted-printable": (coded(b"quoted-printable"), b"=  "), "base64 ends": (coded(b"base64"), b"QQ=="),
    "base64 junk": (coded(b"base64"), b"Q! \n"), "base64 lines": (coded(b"7bit"), b"QUJD" * 19 + b"\n"),
    "flowed": (PLAIN, b"a \n"), "flowed quotes": (PLAIN, b">>> a \n"), "quotes on a line": (PLAIN, b"> "),
    "blank lines": (PLAIN, b"\n"), "invisible": (PLAIN, "\u200d\u200b".encode()), "mojibake": (PLAIN, "Ã¤".encode()),
    "mojibake run": (PLAIN, "Ã".encode()), "bad UTF-8": (PLAIN, b"\xc3\xa4\xff"),
    "GB": (text_in(b"gb2312"), b"\xff\xb0"),
    "JIS": (text_in(b"iso-2022-jp"), b"\x1b$B\xff\x21"), "UTF-7": (text_in(b"utf-7"), b"+AGE-"),
    "HZ": (text_in(b"x"), b"~{a~}"), "UTF-16": (text_in(b"utf-16"), b"\xd8\0"),
    "no charset": (text_in(b"x"), b"\xe4\xc0"),
    "sealed": (PLAIN, b"-----BEGIN PGP MESSAGE-----\n"),
    "signed dashes": (PLAIN + b"-----BEGIN PGP SIGNED MESSAGE-----", b"- \n"),
    "enriched": (b"Content-Type: text/enriched\n\n", b"<param>"),
    "enriched brackets": (b"Content-Type: text/enriched\n\n", b"<<b>"),
    "braces": (RICH, b"{"), "codes": (RICH, b"\\'e4"), "characters": (RICH, b"\\u65 "),
    "tags": (RICH, b"{\\*\\htmltag <b>}"),
    "attributes": (TNEF, b"\1\3\x90\6" + bytes(7)), "properties": (TNEF + b"\1\3\x90\6\0\xff\xff\xff\0", b"\1\0\3\0"),
    **{f"html {bait.decode()}": (HTML, bait) for bait in (
        b"<", b">", b"&", b"<div>", b"<table><tr><td>", b"<td>x", b"<blockquote>", b"<!--", b"<![CDATA[", b"<a b=c ",
        b"<style>", b"<script>x", b"<ul><li>", b"<p>x</p>", b"<meta charset", b"<span style='max-height:'>",
        b"<a href='mailto:a@b'>x", b"<!--[if mso]>", b"<br>", b"&nbsp;")},
}  # fmt: skip
LARGE_KINDS = ("fields", "boundaries", "uuencoded lines", "CR CR LF", "html <table><tr><td>")
LARGE = {name: BAITS[name] for name in LARGE_KINDS}


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


def taken(raw: bytes, work: Callable[[bytes], object] = everything) -> float:
    """Seconds of CPU, which neither another program lengthens nor what earlier tests left for the collector to walk."""
    gc.disable()
    began = time.process_time()
    work(raw)
    ended = time.process_time()
    gc.enable()
    return ended - began


def assert_linear(head: bytes, hostile: bytes, tail: bytes) -> None:
    """Four times the bytes take about four times as long, never sixteen; and at no size longer than the net."""
    whole = taken(head + hostile + tail)
    assert whole < SECONDS
    if whole > NOTICEABLE:
        quarter = taken(head + hostile[: len(hostile) // 4] + tail)
        if whole > GROWTH_MAX * quarter + NOTICEABLE:  # once more, for the clock is not always fair
            whole = taken(head + hostile + tail)
        assert whole < GROWTH_MAX * quarter + NOTICEABLE, f"{quarter:.3f} s, then {whole:.3f} s"


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("subject", ["Fwd: x", "Undelivered Mail Returned to Sender"])
def test_hostile_bodies(body: str, subject: str) -> None:
    """100 KB of anything in a body is understood at once, and time grows with the body alone."""
    sender = "MAILER-DAEMON@x.example" if "Und" in subject else "a@b.example"
    assert_linear(f"From: {sender}\nSubject: {subject}\n\n".encode(), body.encode(), b"")


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_hostile_headers(fields: bytes) -> None:
    """100 KB of anything in a header is understood at once."""
    assert_linear(b"", fields, b"\r\n\r\nwords")


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_hostile_structures(structure: bytes) -> None:
    """Nesting, padding and counting do not multiply."""
    assert_linear(b"From: a@b.example\r\nReturn-Path: <>\r\nSubject: x\r\n", structure, b"")


@pytest.mark.parametrize(("head", "bait"), BAITS.values(), ids=BAITS)
def test_every_loop_of_reading_is_linear(head: bytes, bait: bytes) -> None:
    """Bait for each pattern and loop that reads a mail's bytes, fourfold until the clock can tell, then once more."""
    head, size, quarter, whole = b"From: a@b.example\r\n" + head, SMALLEST, 0.0, 0.0
    while (whole < TELLING or not quarter) and size <= LARGEST:
        raw = head + bait * (size // len(bait))
        quarter, whole = whole, min(taken(raw, read), taken(raw, read))
        size *= 4
    assert whole < SECONDS
    assert whole < TELLING or whole < GROWTH_MAX * quarter + TELLING, f"{quarter:.3f} s, then {whole:.3f} s"


@pytest.mark.parametrize(("head", "bait"), LARGE.values(), ids=LARGE)
def test_ten_hostile_megabytes(head: bytes, bait: bytes) -> None:
    """10 MB of the costliest kinds are read or cut, and what was cut is said."""
    raw = b"From: a@b.example\r\n" + head + bait * (10_000_000 // len(bait))
    began = time.process_time()
    message = read(raw)
    assert time.process_time() - began < 2 * SECONDS
    assert message.defects


def test_a_small_mail_does_not_unfold_into_a_large_one() -> None:
    """RTF that says of itself to be 2 GB, packed as tight as can be, is unpacked up to the limit and no further."""
    packed = struct.pack("<II", 400_000, 0x7FFFFFFF) + b"LZFu\0\0\0\0" + (b"\xff" + b"\x00\x0f" * 8) * 20_000
    assert len(rtf.unpacked(packed)) <= rtf.PLAIN_MAX


def test_a_thirty_megabyte_attachment() -> None:
    """A mail with a photo of 30 MB takes a couple of seconds, and its words are there."""
    photo = base64.encodebytes(bytes(range(256)) * 90_000)
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nmy words\n--x\n"
    raw = head + b"Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\n" + photo + b"--x--\n"
    began = time.process_time()
    message = read(raw)
    assert time.process_time() - began < SECONDS
    assert message.text.strip() == "my words"
    assert message.parts[1].bytes == 256 * 90_000
