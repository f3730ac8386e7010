"""The rule files as one checked value. Python below knows states, events and letters only by the names in here.

Made by `load.load`; frozen; every row knows its file and line, so that `why` can cite it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mailbot.process.calendar import Calendar, Duration
from mailbot.process.expression import Expression


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a rule file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Example:
    """Facts (group -> name -> value) under which a row must be the one carried out, or, not `applies`, must not be."""

    place: Place
    facts: Mapping[str, Mapping[str, Any]]
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the process: what to do when an event comes (or a rung of silence is due) and `condition` holds.

    send: letters to the customer. ask: letters to staff that want an answer. tell: letters to staff that do not.
    to: letter ('' = every one) -> the roles that a staff letter goes to instead of its own audience.
    `go` may be 'back': the state a parked case left. keep: fact -> which of the things that came with the event it is
    (`note`: its words, as a note of staff). until: dates told to somebody, as facts, counted from now. personal: a
    person asked for exactly this letter, so it leaves on a quiet case too. approves: the offer is approved by whom the
    event names, if `cases/approval.py` says that they may.
    """

    place: Place
    condition: Expression | None = None
    send: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)
    go: str = ""
    note: str = ""
    grants: bool = False
    examples: tuple[Example, ...] = ()
    to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    until: Mapping[str, Duration] = field(default_factory=dict)
    approves: bool = False
    personal: bool = False

    @property
    def letters(self) -> tuple[str, ...]:
        return self.send + self.ask + self.tell


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder of silence.

    since: entered | a letter's code | a fact with a date (its day begins) | a party (customer, till …); '' = the party
    that is awaited. not_before: a fact with a date that was told to somebody: not before that day is over.
    """

    id: str
    after: Duration
    since: str
    row: Row
    not_before: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """One block of process.yaml."""

    name: str
    title: str
    place: Place
    waiting_on: str = ""  # a party, or '' = nobody
    listed: bool = True  # False: not a complaint (yet), `mailbot cases` shows it only with --all
    open: bool = True  # False: new mail from this address begins a new case
    when: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    silence: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that rows may set and conditions may ask: what it may be, and what it means.

    kind: '' = one of the domain; text, date or amount = whatever came with an event (`keep:`, `until:`).
    """

    name: str
    domain: tuple[Any, ...]
    about: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a form field: the value kept, the words that mean it, the category it gives the case."""

    value: str
    words: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the complaint form. labels: language -> (shown, alias, …)."""

    id: str
    labels: Mapping[str, tuple[str, ...]]
    kind: str  # line | text | email | phone | date | money | store | choice | files
    required: bool
    place: Place
    choices: tuple[Choice, ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)  # language -> a line shown above the field
    not_required_for: tuple[str, ...] = ()  # values of `problem` that make it optional


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. limit: money they may grant a case, None = by role."""

    name: str
    addresses: tuple[str, ...]
    roles: tuple[str, ...]
    place: Place
    phone: str = ""
    store: str = ""
    limit: int | None = None
    founder: bool = False  # may sign "as a founding partner"
    deputy: str = ""  # the name of who stands in while they are away
    away: tuple[tuple[date, date], ...] = ()  # first and last day of each absence


@dataclass(frozen=True, slots=True)
class Store:
    """A shop. hours and calendar as in calendar.yaml; '' = the defaults."""

    name: str
    address: str = ""
    hours: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """rules/people.yaml."""

    people: tuple[Person, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)  # every store named anywhere in the file

    def by_address(self, address: str) -> Person | None:
        """Who writes from there; None for anyone outside."""
        wanted = address.casefold()
        return next((p for p in self.people if any(a.casefold() == wanted for a in p.addresses)), None)

    def in_role(self, role: str, store: str = "") -> tuple[Person, ...]:
        """Everyone with the role (and at the store, where one is named), in the file's order."""
        return tuple(p for p in self.people if role in p.roles and (not store or p.store == store))

    def is_away(self, person: Person, day: date) -> bool:
        """Whether the day is one of their absence."""
        return any(first <= day <= last for first, last in person.away)

    def on_duty(self, person: Person, day: date) -> Person:
        """Who does a person's work that day: while they are away the deputy, or theirs; the person, if nobody."""
        by_name = {each.name: each for each in reversed(self.people)}
        seen, there = {person.name}, person
        while self.is_away(there, day):
            deputy = by_name.get(there.deputy)
            if deputy is None or deputy.name in seen:
                return person
            seen.add(deputy.name)
            there = deputy
        return there

    def in_role_on(self, role: str, day: date, store: str = "") -> tuple[Person, ...]:
        """Who does the role's work that day, in the file's order; who is away only where nobody else is there."""
        everyone = self.in_role(role, store)
        there = {person.name: person for person in (self.on_duty(each, day) for each in everyone)}
        return tuple(person for person in there.values() if not self.is_away(person, day)) or everyone

    def reach(self, role: str, store: str = "") -> str:
        """The address of the first in the role who has one; '' for nobody."""
        return next((p.addresses[0] for p in self.in_role(role, store) if p.addresses), "")


@dataclass(frozen=True, slots=True)
class Command:
    """A staff command: the words that mean it, the event it is, who may give it and on what proof.

    takes: what is said with it (vocabulary.TAKES): '' nothing, 'words' everything after it, 'amount', 'date' …
    proof: known (a staff address and no fail) | full.
    """

    name: str
    words: tuple[str, ...]
    event: str
    who: tuple[str, ...]
    proof: str
    place: Place
    takes: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a letter that asks: what it is called on the button, the words that mean it, the event it is.

    takes: what is said with it, as of a Command. states: where it is offered, () = everywhere; it is understood
    in all.
    """

    value: str
    label: str
    words: tuple[str, ...]
    event: str
    takes: str = ""
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterCard:
    """One template: its front matter and its body (Markdown with placeholders), by language.

    audience: customer, or the roles it goes to (each gets one), or 'author' (whoever wrote the mail it answers), or
    'owner'. grants: '' = nothing, 'offer' = what was approved, 'voucher' = only what a till gave in store. form: '' | full | missing (only what is still missing, or all where nothing was given).
    """

    code: str
    place: Place
    audience: tuple[str, ...]
    subject: str
    body: str
    body_line: int
    language: str = "en"
    grants: str = ""
    promises: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    answers_as: str = ""  # the letter whose answers these are
    form: str = ""
    about: str = ""
    attach: str = ""  # photos: those that came with the case's mails travel with it


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
class Cause:
    """One cause of rules/compensation.yaml. told: language -> how a customer hears it ('' = it is not told)."""

    name: str
    words: tuple[str, ...]
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the table holds for one letter: the amount in pence; confirmed: the shop has agreed to the row."""

    amount: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Compensation:
    """rules/compensation.yaml: (finding x class of client) -> what the offers are. All money in pence.

    letters: the offers in their order, the first one first. floors: finding -> category -> the least that error and
    loss set. goodwill: (finding, client) -> letter -> what the class adds to it. findings, clients: value -> the words
    that mean it. Above four_eyes_over another person than the assessor approves; a claim of more than serious_over is
    serious.
    """

    letters: tuple[str, ...] = ()
    sign: str = "£"
    four_eyes_over: int = 0
    serious_over: int = 0
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=dict)
    floors: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    goodwill: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    confirmed: frozenset[tuple[str, str]] = frozenset()

    def offer(self, letter: str, finding: str, client: str, category: str) -> Offer | None:
        """What the table says for one letter; None where it offers nothing."""
        floors, added = self.floors.get(finding), self.goodwill.get((finding, client))
        if floors is None or added is None or letter not in added:
            return None
        floor = floors.get(category, floors.get("other", 0))
        return Offer(floor + added[letter], (finding, client) in self.confirmed)


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
    compensation: Compensation = Compensation()


@dataclass(frozen=True, slots=True)
class Process:
    """Everything an admin can change, checked. `version` is a hash over the files."""

    version: str
    facts: Mapping[str, Fact]
    states: Mapping[str, State]
    first: Mapping[str, tuple[Row, ...]]  # the `first:` block: looked at before the state's own rows
    always: Mapping[str, tuple[Row, ...]]  # the `any:` block: looked at after them
    always_silence: tuple[Rung, ...]  # its rungs: each on its own, in every state, firing again when its moment moves
    never_to: Mapping[str, tuple[str, ...]]  # role -> categories of complaint that are never shown to it
    compensation: Compensation
    hearing: Hearing
    form: tuple[Field, ...]
    people: People
    commands: tuple[Command, ...]
    screening: Screening
    wording: Wording
    calendar: Calendar
    letters: Mapping[str, Mapping[str, LetterCard]]  # code -> language -> template

    @property
    def due_version(self) -> str:
        """What due times are computed by: another value, and they are computed again."""
        return f"{self.version} {self.calendar.version}"

    def letter(self, code: str, language: str) -> LetterCard:
        """The template in that language, or in the first one there is."""
        cards = self.letters[code]
        return cards.get(language) or next(iter(cards.values()))

    def field(self, id: str) -> Field | None:
        return next((f for f in self.form if f.id == id), None)

    def store(self, name: str) -> Store:
        """The store of that name, with defaults where people.yaml says nothing of it."""
        return self.people.stores.get(name) or Store(name=name)
