"""The words round a customer's name in a note of staff: labels, what leads up to it, and who is never the customer.

Gathered from the rule files; decides only what a name looks like, never whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mailbot.cases.phrases import plain
from mailbot.process.model import Process

_TITLES = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "lady", "lord", "madam", "mme", "m"))
_PARTICLES = frozenset((
    "de", "da", "di", "du", "del", "der", "den", "dos", "das", "la", "le", "el", "al", "van", "von", "ten", "ter",
    "bin", "ibn", "binti", "san", "y", "e", "o",
))  # fmt: skip
_NAME_WORD = re.compile(r"[^\W\d_](?:[\w'’\-]{0,30})\.?")
_MOST_NAME_WORDS = 5
_SUM = re.compile(r"[£€$]?\d[\d.,]{0,12}\b[£€$]?")
_BETWEEN = re.compile(r"[\s.!–—\-*\"'(]{0,10}")
# Labels of the form that say how the customer is reached; those of `ticket` mark a number that is no telephone's.
_FIELDS = {"name": "name", "email": "email", "phone": "phone", "ticket": "ticket"}


@dataclass(frozen=True, slots=True)
class Words:
    """What `contacts` looks for and looks past. domain: '@' and the desk's own, which is no customer's."""

    labels: dict[str, str]
    leads: tuple[str, ...]  # commands and what leads up to a name, longest first
    commands: tuple[str, ...]
    before: tuple[str, ...]
    below: frozenset[str]
    house: frozenset[str]  # names of colleagues and stores
    inside: frozenset[str]  # addresses of the desk and of colleagues
    phones: frozenset[str]
    store_lines: str
    domain: str

    def label_of(self, said: str) -> str:
        """name, email, phone, ticket, place, or '' for any other label."""
        return self.labels.get(plain(said).strip(" *_"), "")

    def is_outside(self, address: str) -> bool:
        """Whether the address (case folded) can be a customer's; the desk's subaddresses are the desk's too."""
        local, _, domain = address.partition("@")
        return address not in self.inside and f"{local.partition('+')[0]}@{domain}" not in self.inside

    def is_store(self, postcode: str) -> bool:
        return "".join(plain(postcode).split()) in self.store_lines

    def ends_with_ticket(self, said: str) -> bool:
        """Whether the number that follows is a ticket's."""
        lowered = plain(said).rstrip(" .:#")
        return any(of == "ticket" and lowered.endswith(label) for label, of in self.labels.items())

    def begins_with_command(self, said: str) -> bool:
        return any(_starts(plain(said), word) for word in self.commands)

    def skip(self, said: str) -> int:
        """How many characters at the beginning are commands, sums, and words that lead up to a name."""
        lowered, at = _same_length(said), _after(_BETWEEN, said, 0)
        while at < len(said):
            rest = lowered[at:]
            found = next((len(word) for word in self.leads if _starts(rest, word)), 0)
            sum_there = _SUM.match(rest)
            step = found or (sum_there.end() if sum_there else 0)
            if not step:
                break
            at = _after(_BETWEEN, said, at + step)
        return at

    def may_end(self, said: str) -> bool:
        """Whether what stands before a colon is a command or a name's label, and so the next words can be a name."""
        label = re.split(r"[,;|:：\n]", said.rstrip().rstrip(":："))[-1].strip()
        return self.label_of(label) == "name" or (bool(label) and self.skip(label) >= len(label))

    def without_lead(self, piece: str) -> str:
        """Words without the ones at their end that only lead up to a name."""
        lowered = _same_length(piece)
        for word in self.before:
            if lowered == word or (lowered.endswith(word) and not lowered[-len(word) - 1].isalnum()):
                return self.without_lead(piece[: -len(word)].rstrip(" ,;:–—-"))
        return piece


@lru_cache(maxsize=4)
def gather(process: Process, desk: str) -> Words:
    """The words of the rule files."""
    people, rules = process.people, process.screening.contact
    listed = {key: rules[key].phrases if key in rules else () for key in ("names", "places", "before", "below")}
    labels = {
        plain(label): _FIELDS[each.id]
        for each in process.form
        if each.id in _FIELDS
        for language in each.labels.values()
        for label in language
    }
    labels |= dict.fromkeys(map(plain, listed["names"]), "name") | dict.fromkeys(map(plain, listed["places"]), "place")
    commands = _longest_first(word for command in process.commands for word in command.words)
    before = _longest_first(listed["before"])
    return Words(
        labels=labels,
        leads=_longest_first((*commands, *before)),
        commands=commands,
        before=before,
        below=frozenset(map(plain, listed["below"])),
        house=frozenset(plain(name) for name in (*(person.name for person in people.people), *people.stores)),
        inside=frozenset(
            (desk.casefold(), *(address.casefold() for person in people.people for address in person.addresses))
        ),
        phones=frozenset(digits(person.phone) for person in people.people if person.phone),
        store_lines=" ".join("".join(plain(store.address).split()) for store in people.stores.values()),
        domain="@" + desk.casefold().rpartition("@")[2] if desk else "@@",
    )


def name_in(said: str, any_case: bool = False) -> str:
    """The words as a name, '' unless they are nothing else: capitals, particles, a title, initials."""
    words = said.strip(" \t,;:|<>()[]\"'*–—-").split()
    if not 0 < len(words) <= _MOST_NAME_WORDS or not all(_NAME_WORD.fullmatch(word) for word in words):
        return ""
    bare = [plain(word).strip(".") for word in words]
    told = [word for word, low in zip(words, bare, strict=True) if low not in _TITLES and low not in _PARTICLES]
    if not told or not (any_case or all(_is_capital(word) for word in told)):
        return ""
    last = bare[-1] if len(bare[-1]) > 1 else words[-1]
    return " ".join((*words[:-1], words[-1][: len(last)]))


def digits(number: str) -> str:
    """A telephone number as compared: its digits, without the country's code of the same number at home."""
    only = "".join(char for char in number.replace("(0)", "") if char.isdigit())
    return re.sub(r"^(?:0044|44)(?=\d{9,10}$)", "0", only)


def _is_capital(word: str) -> bool:
    return word[0].isupper() or (word[0].isalpha() and not word[0].islower() and word[0].upper() == word[0])


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({plain(word) for word in words}, key=lambda word: (-len(word), word)))


def _starts(said: str, word: str) -> bool:
    return said.startswith(word) and not said[len(word) : len(word) + 1].isalnum()


def _same_length(said: str) -> str:
    """Text as compared, letter by letter, so that places in it are places in the text."""
    folded = plain(said)
    return folded if len(folded) == len(said) else said.lower()[: len(said)].ljust(len(said))


def _after(pattern: re.Pattern[str], said: str, at: int) -> int:
    found = pattern.match(said, at)
    return found.end() if found else at
