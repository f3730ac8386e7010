"""Decides what the text of a header field is: decoded, on one line, free of characters that deceive.

Must never leave CR, LF or another control character in a value (a subject with CRLF would break every
answer to its case), and must never decode encoded words in fields whose grammar has none: in
Authentication-Results that would let a sender write `; dmarc=pass`.
Carries out RFC 2047 (encoded words), RFC 5322 2.2.3 (unfolding), 3.3 (date), 3.4 (addresses), 3.6.4 (ids).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import Message as MimeMessage
from email.utils import parsedate_to_datetime
from itertools import islice

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from mailbot.mail import charsets, encoded_words
from mailbot.mail.model import Address

VALUE_MAX = 8_000  # characters of one value; room for 50 ids in References
FIELDS_MAX = 1_000
ADDRESSES_MAX = 500
REFERENCES_MAX = 50
ID_MAX = 998  # RFC 5322 2.1.1: no id can be longer than a line

# Fields with a grammar of their own, where an encoded word is only what it looks like.
_STRUCTURED_FIELDS = (
    "authentication-results arc-authentication-results arc-message-signature arc-seal dkim-signature received "
    "received-spf message-id in-reply-to references return-path content-type content-transfer-encoding "
    "content-disposition content-id mime-version auto-submitted date"
)
_STRUCTURED = frozenset(_STRUCTURED_FIELDS.split())
_CONTROL = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_DECEIVING = re.compile("[\ue000-\uf8ff\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\ufeff\u2060]")
_ID = re.compile(r"<([^<>]{1,1200})>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,400}@[^\s<>,;\"()@]{1,400}")
# One mailbox of plain words, as most fields are: it can be read in one way only, ten times as fast as all of RFC 5322.
_ADDRESS = r"[A-Za-z0-9]+(?:[.+_-][A-Za-z0-9]+)*@[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*"
_PLAIN = re.compile(rf"(?:([A-Za-z0-9]{{1,40}}(?: [A-Za-z0-9]{{1,40}}){{0,3}}) )?<({_ADDRESS})>|({_ADDRESS})")
# A date as nearly every program writes it: it too can be read in one way only.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLAIN_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?([0-9]{{1,2}}) ({'|'.join(_MONTHS)}) ((?:19|20)[0-9]{{2}}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-][0-9]{2})([0-5][0-9])"
)
_MAILBOX = re.compile(r"[^\s<>,;:\"()\[\]@]{1,128}@[^\s<>,;:\"()\[\]@]{1,255}")

RawFields = dict[str, list[str]]


def text(raw: str, hint: str = "") -> str:
    """A header value as people read it: encoded words decoded, on one line. hint: the charset of the mail's words."""
    return one_line(encoded_words.decode(_characters(raw, hint), hint))[:VALUE_MAX]


def one_line(value: str) -> str:
    """The value with control characters and runs of blanks as one space, and without marks that deceive the eye."""
    if value.isascii():
        line = " ".join(value.split())
        if line.isprintable():
            return line
    return _CONTROL.sub(" ", _DECEIVING.sub("", value)).strip()


def fields(message: MimeMessage, hint: str = "") -> tuple[tuple[str, str], ...]:
    """Every header field in its order, topmost first: (lower case name, value)."""
    found = []
    for name, raw in islice(message.raw_items(), FIELDS_MAX):
        key = one_line(_characters(name)).lower()
        said = one_line(_characters(raw, hint))[:VALUE_MAX] if key in _STRUCTURED else text(raw, hint)
        found.append((key, said))
    return tuple(found)


def by_name(message: MimeMessage) -> RawFields:
    """The raw values of every field by its lower case name, topmost first."""
    found: RawFields = {}
    for key, value in message.raw_items():
        found.setdefault(key.lower(), []).append(value)
    return found


def raw_values(raw: RawFields, name: str, hint: str = "") -> list[str]:
    """The undecoded values of a field, topmost first."""
    return [_characters(value, hint) for value in raw.get(name, ())]


def addresses(values: Iterable[str]) -> tuple[tuple[Address, ...], int]:
    """The mailboxes in undecoded address fields, and how many things in them were no readable mailbox."""
    found: list[Address] = []
    unread = 0
    for value in values:
        if len(found) >= ADDRESSES_MAX:
            break
        if plain := _PLAIN.fullmatch(value):
            found.append(Address(name=plain[1] or "", address=plain[2] or plain[3]))
            continue
        diagnostics: list[dict[str, object]] = []
        for name, address in get_addresses(value, defects=diagnostics):
            if address and len(found) < ADDRESSES_MAX:
                found.append(Address(name=_name(name, address), address=one_line(address)))
        unread += sum(1 for item in diagnostics if not item["recovered"])
    return tuple(found), unread


def only_mailbox(values: Iterable[str]) -> Address | None:
    """The mailbox of a field that breaks the grammar, where exactly one address stands in it."""
    joined = " ".join(values)[:VALUE_MAX]
    seen = {match.group().casefold(): match.group() for match in _MAILBOX.finditer(joined)}
    if not seen and "=?" in joined:
        return only_mailbox([encoded_words.decode(joined).replace("=?", "")])
    if len(seen) != 1:
        return None
    address = next(iter(seen.values()))
    return Address(name=text(joined.replace(f"<{address}>", "").replace(address, "")).strip(' "<>'), address=address)


def message_id(value: str) -> str:
    """The id in a Message-ID field, with folds and blanks inside it taken out; '' where there is none."""
    found = ids([value])
    return found[0] if found else ""


def ids(values: Iterable[str]) -> list[str]:
    """Every message id in the values, in order; senders that forget the angle brackets are forgiven."""
    found: list[str] = []
    for value in values:
        inside = [one_line(each).replace(" ", "") for each in _ID.findall(value)]
        bare = [] if inside else _BARE_ID.findall(one_line(value))
        found += [f"<{each}>" for each in (inside or bare) if each and len(each) <= ID_MAX]
    return found


def references(raw: RawFields) -> tuple[str, ...]:
    """Ids this mail answers: In-Reply-To, then References from the nearest to the farthest, no repeats."""
    nearest = ids(raw_values(raw, "in-reply-to"))
    thread = ids(raw_values(raw, "references"))
    return tuple(dict.fromkeys([*nearest, *reversed(thread)]))[:REFERENCES_MAX]


def date(value: str) -> datetime | None:
    """A Date field in UTC; None where it cannot be read or names no real time."""
    raw = value[:200]
    if plain := _plain_date(raw):
        return plain
    strict = parse_mail_date(raw)
    found: datetime | None = strict.value
    if found is None and strict.reasons == ("invalid-date-syntax",):
        try:
            found = parsedate_to_datetime(raw)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _plain_date(value: str) -> datetime | None:
    """The time of a date of the usual form; None for other forms and for days and times that there are not."""
    found = _PLAIN_DATE.fullmatch(value)
    if not found:
        return None
    day, month, year, hour, minute, second, east, more = found.groups()
    offset = timedelta(hours=int(east), minutes=int(east[0] + more))
    try:
        return (
            datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
            - offset
        )
    except ValueError:
        return None


def _name(name: str, address: str) -> str:
    decoded = text(name)
    return "" if decoded == address else decoded[:200]


def _characters(raw: str, hint: str = "") -> str:
    """The field as text: the parser keeps bytes above ASCII as surrogates."""
    value = str(raw)
    if value.isascii() and "\x1b" not in value:
        return value
    return charsets.decode(value.encode("utf-8", "surrogateescape"), "", hint)
