"""The mails of a busy fortnight in a complaints mailbox, written anew and alike in every run.

Ordinary mails as programs write them: a dozen header fields of servers on the way, text beside HTML, a letter of ours
quoted whole in the answers to it, here and there a photo. One in twenty each of what `MIX` names, by its count.
"""

from __future__ import annotations

import random
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from html import escape

from mailbot.process.model import Process
from tests.writing import DESK, Letter, filled

AUTHSERV = "mx.shop.test"
# Kind -> how many of twenty mails. The answers need a customer whose complaint was taken in before.
MIX: Mapping[str, int] = {
    "complaint": 6, "form": 4, "words": 1, "vacation": 2, "forward": 2, "newsletter": 3, "enquiry": 2,
}  # fmt: skip
ANSWERS = ("form", "words", "vacation")

_FIRST = (
    "Anna",
    "Ben",
    "Chloé",
    "David",
    "Ellen",
    "Farid",
    "Grace",
    "Henry",
    "Ines",
    "Jun",
    "Klara",
    "Liam",
    "Mona",
    "Nils",
    "Oda",
    "Piet",
)
_SYLLABLES = (
    "bak",
    "dol",
    "fen",
    "gur",
    "hov",
    "jad",
    "kel",
    "lim",
    "mos",
    "nup",
    "pir",
    "rav",
    "sul",
    "tez",
    "wog",
    "zin",
)
_GARMENTS = ("silk dress", "wool coat", "linen suit", "cashmere jumper", "evening gown", "white shirt", "trench coat")
_HARMS = ("a hole in the left sleeve", "a brown stain on the collar", "a torn lining", "a scorch mark at the hem")
_STORES = ("Marylebone", "Chelsea")
_TILLS = {"Marylebone": "till@shop.test", "Chelsea": "chelsea@shop.test"}
_PADDING = (
    "I have been a customer of yours for many years and never had a reason to write before.",
    "When I collected it I did not look at once, as there was a queue and your colleague was very busy.",
    "I noticed it only at home, when I wanted to wear it for a dinner with friends.",
    "It is not an old piece and it was in perfect order when I brought it to you.",
    "My neighbour saw it as well and could not believe it.",
    "Please let me know what you intend to do about this. I kept the receipt.",
)


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes; all that is told of them follows from the number."""

    number: int

    @property
    def name(self) -> str:
        first = _FIRST[(self.number // len(_SYLLABLES) ** 2 + self.number) % len(_FIRST)]
        return f"{first} {self._own_name}"

    @property
    def _own_name(self) -> str:
        """With the first name nobody else has it: people who are called alike are asked about, as they should."""
        one, other = divmod(self.number % len(_SYLLABLES) ** 2, len(_SYLLABLES))
        return f"{_SYLLABLES[one]}{_SYLLABLES[other]}".capitalize()

    @property
    def address(self) -> str:
        return f"{self._own_name.lower()}.{self.number:05}@post{self.number % 7}.test"

    @property
    def garment(self) -> str:
        return _GARMENTS[self.number % len(_GARMENTS)]

    @property
    def harm(self) -> str:
        return _HARMS[self.number % len(_HARMS)]

    @property
    def store(self) -> str:
        return _STORES[self.number % len(_STORES)]

    @property
    def words(self) -> str:
        """What they complain of."""
        chance = random.Random(self.number)
        more = " ".join(chance.sample(_PADDING, 4))
        told = f"my {self.garment} came back from your {self.store} shop with {self.harm}. I am very unhappy."
        return f"Hello,\n\n{told}\n\n{more}\n\nKind regards\n{self.name}"


def kinds(count: int) -> list[str]:
    """The kinds of so many mails in the order in which they come: every twenty hold the whole mix, shuffled."""
    chance = random.Random(7)
    twenty = [kind for kind, times in MIX.items() for _ in range(times)]
    found: list[str] = []
    while len(found) < count:
        found += chance.sample(twenty, len(twenty))
    return found[:count]


def opening(customers: list[Customer], at: datetime) -> Iterator[bytes]:
    """The complaints of those who will answer a letter later."""
    return (_complaint(customer, at) for customer in customers)


def inbox(wanted: list[str], letters: Mapping[str, Letter], process: Process, at: datetime) -> Iterator[bytes]:
    """One mail of each wanted kind.

    Args:
        letters: the letters that wait for an answer, by the customer's address, in the order of opening.
    """
    labels = {field.id: field.labels["en"][0] for field in process.form}
    waiting = iter(enumerate(letters.values()))
    for place, kind in enumerate(wanted):
        when = at + timedelta(seconds=place)
        if kind in ANSWERS:
            number, letter = next(waiting)
            yield _answer(kind, Customer(number), letter, labels, when)
        else:
            yield _WRITTEN[kind](Customer(100_000 + place), when)


def _complaint(customer: Customer, at: datetime) -> bytes:
    subject = f"My {customer.garment}"
    photo = customer.number % 20 == 3
    return _mail(customer.name, customer.address, subject, customer.words, at, customer.number, photo=photo)


def _forward(customer: Customer, at: datetime) -> bytes:
    till = _TILLS[customer.store]
    text = (
        "Please see below.\n\n---------- Forwarded message ---------\n"
        f"From: {customer.name} <{customer.address}>\nDate: {at:%a, %d %b %Y at %H:%M}\n"
        f"Subject: My {customer.garment}\nTo: <{till}>\n\n\n{customer.words}"
    )
    subject = f"Fwd: My {customer.garment}"
    return _mail(f"{customer.store} till", till, subject, text, at, customer.number)


def _newsletter(customer: Customer, at: datetime) -> bytes:
    fields = {
        "List-Id": "<news.hangers.test>",
        "List-Unsubscribe": f"<https://hangers.test/u/{customer.number}>",
        "Precedence": "bulk",
    }
    text = "\n\n".join(f"{percent}% off wooden hangers, this week only." for percent in range(5, 50, 5))
    return _mail("Hangers Ltd", "news@hangers.test", "This week only", text, at, customer.number, fields)


def _enquiry(customer: Customer, at: datetime) -> bytes:
    text = f"Hello,\n\nwhat are your opening hours in {customer.store} on Saturday?\n\nThanks, {customer.name}"
    return _mail(customer.name, customer.address, "Opening hours", text, at, customer.number)


_WRITTEN = {"complaint": _complaint, "forward": _forward, "newsletter": _newsletter, "enquiry": _enquiry}


def _answer(kind: str, customer: Customer, letter: Letter, labels: Mapping[str, str], at: datetime) -> bytes:
    fields = {"In-Reply-To": letter.message_id, "References": letter.message_id}
    subject, number = f"Re: {letter.subject}", 500_000 + customer.number
    if kind == "vacation":
        fields |= {"Auto-Submitted": "auto-replied", "X-Autoreply": "yes", "Precedence": "bulk"}
        words = "Thank you for your mail. I am out of the office until Monday."
        subject = f"Automatic reply: {letter.subject}"
        return _mail(customer.name, customer.address, subject, words, at, number, fields)
    if kind == "words":
        above, quoted = "Could you please hurry? I need it for a wedding on Saturday.", letter.text
    else:
        above, quoted = "Here is the form.", filled(letter, _form(customer), labels)
    quote = "\n".join(f"> {line}" for line in quoted.splitlines())
    text = f"{above}\n\nOn {at:%a, %d %b %Y at %H:%M}, Customer Care <{DESK}> wrote:\n{quote}\n"
    return _mail(customer.name, customer.address, subject, text, at, number, fields)


def _form(customer: Customer) -> dict[str, str]:
    return {
        "store": customer.store,
        "garment": customer.garment,
        "problem": "damaged",
        "happened": f"There is {customer.harm}.",
        "where": "with me" if customer.number % 4 == 0 else "with the shop",
        "wish": "repair",
    }


def _mail(
    name: str, address: str, subject: str, text: str, at: datetime, number: int,
    fields: Mapping[str, str] | None = None, photo: bool = False,
) -> bytes:  # fmt: skip
    """A mail as it lies in the mailbox: what servers put on top, text and HTML, perhaps a photo."""
    domain = address.partition("@")[2]
    dated, shown = format_datetime(at), Header(name, "us-ascii" if name.isascii() else "utf-8").encode()
    chance = random.Random(number)
    head = [
        f"Return-Path: <{address}>",
        f"Delivered-To: {DESK}",
        f"Received: from mx.shop.test ([192.0.2.7])\r\n\tby store.shop.test with LMTP id {number:x}; {dated}",
        f"Received: from out.{domain} (out.{domain} [198.51.100.9])\r\n\tby mx.shop.test (Postfix) with ESMTPS id "
        f"{number:X}\r\n\tfor <{DESK}>; {dated}",
        f"Authentication-Results: {AUTHSERV}; dmarc=pass (p=none) header.from={domain};\r\n"
        f"\tdkim=pass header.d={domain}; spf=pass smtp.mailfrom={address}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\r\n"
        "\th=from:to:subject:date:message-id:mime-version; bh=" + "k7Gd0+" * 7 + "=;\r\n\tb=" + "\r\n\t "
        .join("".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEF0123456789+/", k=72)) for _ in range(5)),
        f"From: {shown} <{address}>",
        f"To: Customer Care <{DESK}>",
        f"Subject: {Header(subject, 'us-ascii' if subject.isascii() else 'utf-8').encode(linesep=chr(13) + chr(10))}",
        f"Date: {dated}",
        f"Message-ID: <{number}.{chance.getrandbits(64):x}@{domain}>",
        "MIME-Version: 1.0",
        *(f"{key}: {value}" for key, value in (fields or {}).items()),
    ]  # fmt: skip
    paragraphs = "<br>\r\n".join(escape(line) for line in text.split("\n"))
    html = f'<html><body><div dir="ltr">{paragraphs}</div></body></html>'
    parts = _multipart("alternative", "a", [_text("plain", text), _text("html", html)])
    body = _multipart("mixed", "m", [parts, _photo(chance)]) if photo else parts
    return "\r\n".join(head).encode() + b"\r\n" + body


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    mark = f"--=_{boundary}_7c1e"
    inside = b"".join(f"{mark}\r\n".encode() + part + b"\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark[2:]}"\r\n\r\n'.encode() + inside + f"{mark}--\r\n".encode()


def _text(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return (head + text.replace("\r\n", "\n").replace("\n", "\r\n")).encode()


def _photo(chance: random.Random) -> bytes:
    head = (
        'Content-Type: image/jpeg; name="hole.jpg"\r\nContent-Disposition: attachment; filename="hole.jpg"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    data = b"\xff\xd8\xff\xe0" + chance.randbytes(40_000)
    return head.encode() + encodebytes(data).replace(b"\n", b"\r\n")
