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
    """rules/screening.yaml: what a new mail is, by its words."""

    complaint: Phrases
    claim: Phrases
    kinds: Mapping[str, Phrases]  # enquiry, praise, suggestion, other
    serious: Phrases
    says_left: Phrases  # "I left it with you"
    solved: Phrases  # "all sorted now"
    contact: Mapping[str, Phrases] = field(default_factory=dict)  # how staff name a customer in a note


@dataclass(frozen=True, slots=True)
class Wording:
    """rules/wording.yaml: words that the guard looks for, and the fixed wording of the rule itself."""

    offers: Phrases
    never: Phrases
    rule: Mapping[str, str]  # language -> the sentence(s) that state the rule; the guard lets exactly these pass
    footer: Mapping[str, str]
    outside_body: str = ""


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
