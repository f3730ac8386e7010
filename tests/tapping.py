"""Tapping a button of a letter: its link taken apart as people's mail programs do, and what the person then types.

Every program takes a `mailto:` link apart in its own way (RFC 6068); the ways of those that people use stand here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote

from mailbot.process.model import Answer


@dataclass(frozen=True)
class Reply:
    """What a program would put into its window: to whom, and the fields in their order."""

    to: str
    fields: tuple[tuple[str, str], ...]

    @property
    def subject(self) -> str:
        return dict(self.fields)["subject"]

    @property
    def body(self) -> str:
        return dict(self.fields)["body"]


# ---- how programs read a link -------------------------------------------------------------------------------

_PART = r"(?:[A-Za-z0-9._~!$'()*+,;:@-]|%[0-9A-F]{2})"  # qchar, RFC 6068 2
_LINK = re.compile(rf"mailto:({_PART}+)\?({_PART}+={_PART}*(?:&{_PART}+={_PART}*)*)")


def strictly(link: str) -> Reply:
    """By the grammar of RFC 6068, to the letter: no unencoded special, UTF-8, a line end is %0D%0A."""
    match = _LINK.fullmatch(link)
    assert match, link
    fields = [field.partition("=") for field in match[2].split("&")]
    assert "+" not in link, "some programs read it as a blank"
    return Reply(
        unquote(match[1], errors="strict"), tuple((key, unquote(value, errors="strict")) for key, _, value in fields)
    )


def gmail(link: str) -> Reply:
    """Gmail and Outlook on the web: a script takes the whole link apart (decodeURIComponent)."""
    to, _, query = link.removeprefix("mailto:").partition("?")
    fields = [field.partition("=") for field in query.split("&")]
    return Reply(
        unquote(to, errors="strict"), tuple((key.lower(), unquote(value, errors="strict")) for key, _, value in fields)
    )


def a_web_form(link: str) -> Reply:
    """Web mail that reads it like the answers of a form (URLSearchParams): '+' is a blank there."""
    to, _, query = link.removeprefix("mailto:").partition("?")
    return Reply(unquote(to), tuple(parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")))


def outlook(link: str) -> Reply:
    """Outlook on Windows: the shell cuts a long link, '&amp;' left in it ends a field, so does a semicolon."""
    to, _, query = link[:2_000].removeprefix("mailto:").partition("?")
    fields = [field.partition("=") for field in re.split(r"&amp;|[&;]", query)]
    return Reply(unquote(to), tuple((key.lower(), unquote(value, errors="strict")) for key, _, value in fields))


def apple(link: str) -> Reply:
    """Mail on macOS and iOS (NSURLComponents): what follows '#' is no part of the query."""
    to, _, query = link.removeprefix("mailto:").partition("#")[0].partition("?")
    fields = [field.partition("=") for field in query.split("&")]
    return Reply(
        unquote(to), tuple((unquote(key).lower(), unquote(value, errors="strict")) for key, _, value in fields)
    )


def android(link: str) -> Reply:
    """Gmail, K-9 and others on Android (android.net.MailTo): a second '=' in a field cuts off what follows it."""
    to, _, query = link.removeprefix("mailto:").partition("#")[0].partition("?")
    pairs = [field.split("=") for field in query.split("&")]
    return Reply(unquote(to), tuple((unquote(pair[0]).lower(), unquote(pair[1])) for pair in pairs))


Program = Callable[[str], Reply]
PROGRAMS: tuple[Program, ...] = (strictly, gmail, a_web_form, outlook, apple, android)


class Links(HTMLParser):
    """The links of an HTML part as a program sees them: attributes unescaped, once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hrefs: list[str] = []
        self.labels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.hrefs += [value for name, value in attrs if name == "href" and value]
            self.labels.append("")

    def handle_data(self, data: str) -> None:
        if self.labels:
            self.labels[-1] += data


# What a person types where a button leaves room, by what the answer takes; and how it is read back.
TYPED: Mapping[str, str] = {
    "words": "it tore at the seam", "amount": "60", "reference": "4711", "date": "14 June", "person": "Lucy",
    "case": "BLANC-7QWERT2", "form": "",
}  # fmt: skip


def filled(answer: Answer, body: str) -> str:
    """The reply that the button wrote, once the person has typed what is still wanted; nothing is taken out."""
    first, end, rest = body.replace("\r\n", "\n").partition("\n")
    if answer.takes == "assessment":
        rest = rest.replace("cause: ", "cause: pressing").replace(
            "to customer: ", "to customer: The press left a mark."
        )
        return first + end + rest
    typed = TYPED.get(answer.takes, "") if first.endswith(" ") else ""  # an amount or a code may stand there already
    return f"{first}{typed}{end}{rest}"


def of(html: str) -> Links:
    """The links of an HTML part, and what stands on each."""
    links = Links()
    links.feed(html)
    return links
