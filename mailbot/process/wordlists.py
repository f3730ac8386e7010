"""The word lists of the rule files as values: what a mail is, what is never said, how staff are heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.process.compensation import Compensation
from mailbot.process.place import Place


@dataclass(frozen=True, slots=True)
class Phrases:
    """A list of phrases; `ruin*` matches every word that begins so. All are case folded."""

    phrases: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Screening:
    """rules/categories.yaml and categories.LANG.yaml: what a new mail is, by its words; those of all languages.

    by_language: a language -> the same with its lists and the first file's alone, for words that are known to be of it.
    """

    complaint: Phrases
    claim: Phrases
    kinds: Mapping[str, Phrases]  # enquiry, praise, suggestion, other
    serious: Phrases
    says_left: Phrases  # "I left it with you"
    solved: Phrases  # "all sorted now"
    contact: Mapping[str, Phrases] = field(default_factory=dict)  # how staff name a customer in a note
    minor: Phrases = field(default_factory=lambda: Phrases((), Place("", 0)))
    categories: Mapping[str, Phrases] = field(default_factory=dict)  # damage, loss, … -> what says so
    words: Mapping[str, Phrases] = field(default_factory=dict)  # garment, mark, charged … -> what says so
    signs: Mapping[str, Phrases] = field(default_factory=dict)  # complaint, loss, enquiry … -> "garment + torn"
    by_language: Mapping[str, Screening] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.complaint.place, len(self.complaint.phrases), len(self.claim.phrases)))

    def of(self, language: str) -> Screening:
        """The lists to read words of that language by; of none that is known, those of all."""
        return self.by_language.get(language, self)


@dataclass(frozen=True, slots=True)
class Speech:
    """What letters in one language are made of besides their templates, and what the guard looks for in them.

    offers, never, voucher: the lists of the language and of every one. words: the small fixed ones, by name. day: how
    a date is said; amount: where the sign of the shop's money stands beside the number.
    """

    language: str
    offers: Phrases
    never: Phrases
    voucher: Phrases
    outside_body: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    weekdays: tuple[str, ...] = ()  # Monday first
    months: tuple[str, ...] = ()
    day: str = "{year}-{month}-{day}"
    first_day: str = "1"
    amount: str = "{sign}{number}"
    thousands: str = ","
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class Wording:
    """rules/wording.yaml and wording.LANG.yaml: what the guard looks for, the rule itself, the small fixed words."""

    offers: Phrases  # those of every language
    never: Phrases
    rule: Mapping[str, str]  # language -> the sentence(s) that state the rule; the guard lets exactly these pass
    footer: Mapping[str, str]
    outside_body: str = ""
    speech: Mapping[str, Speech] = field(default_factory=dict)  # language -> how it is spoken, the default one first

    def of(self, language: str) -> Speech:
        """How a language is spoken; of one that letters are not written in, the default one."""
        known = self.speech.get(language) or next(iter(self.speech.values()), None)
        return known or Speech(language, self.offers, self.never, Phrases((), self.offers.place))


@dataclass(frozen=True, slots=True)
class Hearing:
    """rules/hearing.yaml: the small words by which staff are read, of all languages together, case folded.

    What each list is for stands beside it in the file. weekdays, months: a name -> its place, from 0. compensation:
    the words for findings, clients and causes, by which an assessment is read.
    """

    denial: tuple[str, ...] = ()
    mood: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    limit: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    greeting: tuple[str, ...] = ()
    courtesy: tuple[str, ...] = ()
    passed_on: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    assent: tuple[str, ...] = ()
    joining: tuple[str, ...] = ()
    before_amount: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    client_is: tuple[str, ...] = ()
    assessment: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    to_customer: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    today: tuple[str, ...] = ()
    tomorrow: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    this: tuple[str, ...] = ()
    before_date: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    weekdays: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    compensation: Compensation = field(default_factory=Compensation)
    meanings: tuple[tuple[str, ...], ...] = ()  # words that mean the same answer, the one letters know first
