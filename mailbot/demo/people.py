"""The mails that people of the demo write: as their mail programs write them, with what they quote.

A button is tapped as a mail program does it: its link is read out of the letter's HTML, and only what the
link says stands in the reply. Pure: letters and words in, mails out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from rapidfuzz import process

from mailbot.demo.script import Person

_LIKE = 60  # rapidfuzz score: labels of the story's form stand for those of the letter
_SHOWN = re.compile(r"^[^:]{2,60}:")


def new(person: Person, to: str, subject: str, text: str, at: datetime, html: str = "") -> EmailMessage:
    """A mail of their own."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((person.name, person.address))
    mail["To"] = to
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{at:%Y%m%d%H%M}.{person.address.replace('@', '.')}@mail.example>"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def reply(person: Person, letter: EmailMessage, text: str, at: datetime) -> EmailMessage:
    """An answer to a letter, with the letter quoted below."""
    return _answering(person, letter, f"{text.strip()}\n\n{_quoted(letter, words(letter))}", at)


def filled(person: Person, letter: EmailMessage, values: Mapping[str, str], at: datetime) -> EmailMessage:
    """An answer with the form filled in where it stands: in the quoted letter.

    Raises:
        ValueError: the letter's form has no such line.
    """
    lines = words(letter).splitlines()
    shown = [line.partition(":")[0] for line in lines if _SHOWN.match(line)]
    for label, value in values.items():
        near = process.extractOne(label, shown, score_cutoff=_LIKE)
        if near is None:
            raise ValueError(f"{letter['X-Mailbot-Letter']} has no line {label!r}")
        lines = [f"{near[0]}: {value}" if line.startswith(f"{near[0]}:") else line for line in lines]
    return _answering(person, letter, f"Here it is.\n\n{_quoted(letter, chr(10).join(lines))}", at)


def tapped(
    person: Person, letter: EmailMessage, label: str, typed: str | Mapping[str, str], at: datetime
) -> EmailMessage:
    """What a tap on a button opens, sent off: to whom, subject and words are the link's.

    Args:
        typed: put where the button leaves room; or what each line that it prepared (`cause:`) is filled with.
    Raises:
        ValueError: the letter has no such button.
    """
    link = next((link for link, shown in _links(html(letter)) if shown.removesuffix(" …") == label), None)
    if link is None:
        raise ValueError(f"{letter['X-Mailbot-Letter']} has no button {label!r}")
    parts = urlsplit(link)
    fields = dict(parse_qsl(parts.query, keep_blank_values=True))
    body = fields["body"].replace("\r\n", "\n")
    return new(person, parts.path, fields["subject"], _typed(body, typed), at)


def forwarded(
    person: Person, to: str, original: Mapping[str, str], customer: Person, text: str, at: datetime
) -> EmailMessage:
    """A customer's mail, passed on with words above it."""
    head = (
        f"---------- Forwarded message ---------\nFrom: {customer.name} <{customer.address}>\n"
        f"Date: {at:%a, %d %b %Y at %H:%M}\nSubject: {original['subject']}\nTo: <{person.address}>\n"
    )
    return new(person, to, f"Fwd: {original['subject']}", f"{text}\n\n{head}\n\n{original['text']}", at)


def away(person: Person, letter: EmailMessage, text: str, at: datetime) -> EmailMessage:
    """What a mail program answers by itself (RFC 3834)."""
    mail = new(person, str(letter["From"]), f"Automatic reply: {letter['Subject']}", text, at)
    mail["In-Reply-To"] = mail["References"] = str(letter["Message-ID"]).strip()
    mail["Auto-Submitted"] = "auto-replied"
    return mail


def words(letter: EmailMessage) -> str:
    """The text part of a mail, '' where it has none."""
    return _part(letter, "plain")


def html(letter: EmailMessage) -> str:
    """The HTML part of a mail, '' where it has none."""
    return _part(letter, "html")


def _part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    return str(body.get_content()).replace("\r\n", "\n") if body else ""


def _answering(person: Person, letter: EmailMessage, text: str, at: datetime) -> EmailMessage:
    mail = new(person, str(letter["Reply-To"] or letter["From"]), f"Re: {letter['Subject']}", text, at)
    mail["In-Reply-To"] = mail["References"] = str(letter["Message-ID"]).strip()
    return mail


def _quoted(letter: EmailMessage, text: str) -> str:
    when = letter["Date"].datetime
    quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"On {when:%a, %d %b %Y at %H:%M}, {letter['From']} wrote:\n{quoted}\n"


def _typed(body: str, typed: str | Mapping[str, str]) -> str:
    first, end, rest = body.partition("\n")
    if isinstance(typed, str):
        stem = re.sub(r"(?<= )[\d.]*$", "", first) if typed else first  # an amount that stood there is typed over
        return f"{stem}{typed}{end}{rest}"
    for label, words_of in typed.items():
        rest = rest.replace(f"{label}: ", f"{label}: {words_of}", 1)
    return f"{first}{end}{rest}"


def _links(page: str) -> Iterator[tuple[str, str]]:
    reader = _Links()
    reader.feed(page)
    return zip(reader.hrefs, reader.shown, strict=True)


class _Links(HTMLParser):
    """Links and what stands on them, attributes unescaped once, as a mail program sees them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hrefs: list[str] = []
        self.shown: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.hrefs.append(href)
            self.shown.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.shown[-1] += data
