"""The rule files as one checked value. Python below knows states, events and letters only by the names in here.

Made by `load.load`; frozen; every row knows its file and line, so that `why` can cite it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mailbot.process.calendar import Calendar, Duration
from mailbot.process.compensation import Compensation
from mailbot.process.expression import Expression
from mailbot.process.matching import Matching
from mailbot.process.people import People, Store
from mailbot.process.place import Place
from mailbot.process.web_forms import WebForm
from mailbot.process.wordlists import Hearing, Screening, Wording


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
    shown: Mapping[str, str] = field(default_factory=dict, hash=False)  # language -> how a customer is told the value


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

    def said(self, value: str, language: str) -> str:
        """A value of the field as a customer reads it: a choice in their language, all else as they wrote it."""
        shown = (choice.shown.get(language) for choice in self.choices if choice.value == value)
        return next(filter(None, shown), value)


@dataclass(frozen=True, slots=True)
class Paper:
    """The form as a PDF: its words by language; without a title there is none."""

    title: Mapping[str, str] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, str] = field(default_factory=dict)


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
    'owner'. grants: '' = nothing, 'offer' = what was approved, 'voucher' = only what a till gave in store.
    form: '' | full | missing (only what is still missing, or all where nothing was given).
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
    letters: Mapping[str, Mapping[str, LetterCard]]  # code -> language -> template, the default language first
    languages: tuple[str, ...] = ("en",)  # that letters are written in; the first is the default, and that of staff
    matching: Matching = field(default_factory=Matching)  # how a mail that names no case finds its own
    paper: Paper = field(default_factory=Paper)
    web_forms: tuple[WebForm, ...] = ()  # forms on websites whose mails are read by their labels

    def __hash__(self) -> int:
        """So that what follows from the rules alone is worked out once (lru_cache); equal is what is equal in all."""
        return hash(self.version)

    @property
    def due_version(self) -> str:
        """What due times are computed by: another value, and they are computed again."""
        return f"{self.version} {self.calendar.version}"

    def letter(self, code: str, language: str) -> LetterCard:
        """The template in that language, or in the default one."""
        cards = self.letters[code]
        return cards.get(language) or next(iter(cards.values()))

    def answers(self, code: str) -> tuple[Answer, ...]:
        """What a letter can be answered with, by the words of every language that it is written in.

        A word that means another answer in another language is left to the default one.
        """
        first, *others = self.letters[code].values()
        if not others:
            return first.answers
        meant = {word.casefold(): answer.value for answer in first.answers for word in answer.words}
        words = {answer.value: dict.fromkeys(answer.words) for answer in first.answers}
        for answer in (answer for card in others for answer in card.answers):
            own = (word for word in answer.words if meant.setdefault(word.casefold(), answer.value) == answer.value)
            words.setdefault(answer.value, {}).update(dict.fromkeys(own))
        return tuple(replace(answer, words=tuple(words[answer.value])) for answer in first.answers)

    def field(self, id: str) -> Field | None:
        return next((f for f in self.form if f.id == id), None)

    def store(self, name: str) -> Store:
        """The store of that name, with defaults where people.yaml says nothing of it."""
        return self.people.stores.get(name) or Store(name=name)
