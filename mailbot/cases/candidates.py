"""Under which keys a case is found by likeness, and which of them a mail asks for.

A key is rough on purpose: whatever it finds is weighed afterwards (`weighing`), what it misses is never seen. Those of
a case know no rule, so that a changed rule needs no new index. A ledger takes the keys of a mail in their order, the
surest first, of each the newest cases, and at most MOST of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from mailbot.cases import heard, kinship, mailboxes, names
from mailbot.cases.model import Case
from mailbot.cases.phrases import plain
from mailbot.cases.taking_part import participants
from mailbot.mail import references
from mailbot.process.matching import Matching
from mailbot.process.model import Process

MOST = 50  # cases weighed for one mail: more would be nobody's evidence
_MOST_TEXT = 20_000  # characters of a mail looked through: more is no letter about a garment
_MOST_KEYS = 60  # asked for by one mail
_MOST_NUMBERS = 12  # telephone numbers, and tickets, taken from one mail
_MOST_NAMES = 12
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[ ().\-/]{0,3}\d){7,15}(?!\w)")
_TICKET = re.compile(r"(?<![\w@.])[A-Za-z]{0,4}[-#/]?\d[\dA-Za-z\-/]{2,14}(?![\w@])")
_FIGURE = re.compile(r"\d")  # without one there is neither
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"\d{1,4}[-/]\d{1,2}[-/]\d{1,4}")
_AGAIN = re.compile(
    r"^(?:\[[^\]]{1,40}\]|(?:re|fwd?|fw|aw|wg|tr|sv|vs|rv|res|enc|i|r|rif|antw|回复|回覆|转发|轉寄|答复)\s?(?:\[\d{1,3}\])?[:：])",
    re.IGNORECASE,
)
_MOST_AGAIN = 10  # "Re: Re: Fwd: …"
_PHONE_KEY = 8  # figures by which a number is looked up; `weighing` compares nine, where both have them
SUBJECT = "first_subject"  # the fact that keeps the subject of the mail that began the case
_LABEL_BEFORE = 25  # characters between a label and its number: "ticket number is: 4711"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a mail says of whose it is: the address and name it is from, and what stands in its own words.

    named: names that may be the customer's, from signature, labels and behind "my wife". text: subject and new words.
    """

    address: str
    name: str
    subject: str
    text: str
    phones: tuple[str, ...]
    tickets: tuple[str, ...]
    named: tuple[str, ...]
    for_somebody: str
    another: str
    labelled: tuple[str, ...] = ()  # of the tickets those that a word calls one


def marks(address: str, name: str, subject: str, words: str, process: Process) -> Marks:
    """The marks of a mail by its sender, its subject and its new words."""
    rules = process.matching
    title = subject_of(subject)
    text = f"{title}\n{references.without_line(words[:_MOST_TEXT])}"
    phones, tickets = _numbers(text) if _FIGURE.search(text) else ((), ())
    small = plain(text)
    for_somebody = kinship.for_somebody(small, rules)
    return Marks(
        address=address,
        name=name,
        subject=title,
        text=text,
        phones=phones,
        tickets=tuple(ticket for ticket, _ in tickets),
        named=tuple(islice(kinship.names_in(text, small if for_somebody else "", name, rules), _MOST_NAMES)),
        for_somebody=for_somebody,
        another=kinship.said_in(small, rules.said("another_matter")),
        labelled=_labelled(text, tickets, process),
    )


def wanted(marks: Marks, rules: Matching) -> tuple[str, ...]:
    """The keys that a mail asks for, the surest first."""
    titles = rules.among("titles")
    keys: list[str] = []
    address = tuple(mailboxes.keys_wanted(marks.address, rules))
    keys += [key for key in address if key.startswith("box:")]
    keys += [f"ticket:{ticket}" for ticket in marks.tickets]
    keys += [f"tel:{phone[-_PHONE_KEY:]}" for phone in marks.phones if len(phone) >= _PHONE_KEY]
    for name in (marks.name, *marks.named):
        keys += names.keys(name, titles)
    keys += [key for key in address if not key.startswith("box:")]
    if marks.for_somebody:
        keys.append(names.surname_key(marks.name, titles))
    return tuple(dict.fromkeys(filter(None, keys)))[:_MOST_KEYS]


def on_file(case: Case) -> frozenset[str]:
    """The keys under which a case is found. They know no rule: only the case changes them."""
    customer, values = case.customer, case.form.values
    return keys_of(
        (customer.address, *participants(case)),
        (customer.name, values.get("name", "")),
        (customer.phone, values.get("phone", "")),
        values.get("ticket", ""),
    )


@lru_cache(maxsize=4096)  # a case is written many times, and its customer is the same each time
def keys_of(
    addresses: tuple[str, ...], called: tuple[str, ...], phones: tuple[str, ...], ticket: str
) -> frozenset[str]:
    """The keys of what a case says of its customer and its matter; for ledgers that keep cases as documents."""
    keys = {key for address in addresses for key in mailboxes.keys_on_file(address)}
    numbers = (figures(phone) for phone in phones)
    keys |= {f"tel:{number[-_PHONE_KEY:]}" for number in numbers if len(number) >= _PHONE_KEY}
    keys |= {f"ticket:{each}" for each, _ in _tickets(ticket)}
    keys |= {key for name in called for key in (*names.keys(name), names.surname_key(name)) if key}
    return frozenset(keys)


def tickets_on_file(case: Case) -> tuple[str, ...]:
    """The ticket numbers that the form names, as they are compared."""
    return tuple(ticket for ticket, _ in _tickets(case.form.values.get("ticket", "")))


def subject_of(subject: str) -> str:
    """A subject less "Re:", "Fwd:", case codes and the like before it, single spaced."""
    text = " ".join(subject[:500].split())
    for _ in range(_MOST_AGAIN):
        shorter = _AGAIN.sub("", text, count=1).strip()
        if shorter == text:
            break
        text = shorter
    return text


def figures(text: str) -> str:
    """The figures of a number alone, of any script; without the 00 before a country."""
    found = "".join(str(int(sign)) for sign in text[:60] if sign.isdecimal())
    return found.removeprefix("00")


def first_found(found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The codes that keys led to, those of the surest key first, each once, at most MOST."""
    return tuple(islice(dict.fromkeys(code for codes in found for code in codes), MOST))


def _numbers(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Telephone numbers, and ticket numbers with where they stand."""
    phones = dict.fromkeys(figures(hit.group()) for hit in islice(_PHONE.finditer(text), _MOST_NUMBERS))
    return tuple(phones), tuple(islice(_tickets(text), _MOST_NUMBERS))


def _labelled(text: str, tickets: Sequence[tuple[str, int]], process: Process) -> tuple[str, ...]:
    """Those of the numbers that a label of the form's ticket field stands before."""
    if not tickets:
        return ()
    field = process.field("ticket")
    labels = tuple(label for each in field.labels.values() for label in each) if field else ()
    before = heard.pattern(labels)
    return tuple(ticket for ticket, at in tickets if before.search(plain(text[max(0, at - _LABEL_BEFORE) : at])))


def _tickets(text: str) -> Iterator[tuple[str, int]]:
    """What could be a ticket number, and where it stands: at least three figures, no year and no date."""
    seen: set[str] = set()
    for hit in _TICKET.finditer(text[:_MOST_TEXT]):
        said = hit.group()
        bare = "".join(sign for sign in said.casefold() if sign.isalnum())
        count = sum(map(str.isdecimal, bare))
        if bare not in seen and count >= 3 and not _YEAR.fullmatch(bare) and not _DAY.fullmatch(said):
            seen.add(bare)
            yield bare, hit.start()
