"""A case and what is kept with it: frozen values, equal field by field after a rebuild.

A case is never changed: `apply` folds recorded entries into a new one. Nothing here decides.
Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mailbot.cases.effects import Effect
from mailbot.cases.events import Event


@dataclass(frozen=True, slots=True)
class Customer:
    """The person complaining; address is where letters go and nowhere else."""

    name: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The complaint form as far as it is filled in; keys are the field ids of rules/form.yaml."""

    complete: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of a case. status: queued sending sent failed held in_doubt.

    `audience` is the role written to; `step` names the rung of silence that fired it ('' = it answers somebody).
    """

    n: int
    letter: str
    audience: str
    to: str
    message_id: str
    status: str
    at: datetime
    sent_at: datetime | None = None
    step: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody whose limit covers it let us offer: by which letter, how much (pence)."""

    letter: str
    amount: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """Words of staff that stay in the house; no letter to a customer or a till may hold them."""

    at: datetime
    by: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class CaseMail:
    """A mail that belongs to a case. kind: what it was taken for; why: the evidence."""

    key: str
    message_id: str
    sender: str
    party: str
    at: datetime
    kind: str
    why: tuple[str, ...] = ()
    files: bool = True  # False: there is nothing but text in it, so no photo either


@dataclass(frozen=True, slots=True)
class Entry:
    """One step in a case's life, as recorded: `apply` carries out its effects whatever the rules say today."""

    case: str
    number: int  # 1 for the first; the case's version before it is number - 1
    at: datetime
    event: Event
    why: tuple[str, ...]
    rule: str  # "rules/process.yaml:42", or "" where no rule spoke
    rules_version: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint (or matter of the desk) folded from its history; `version` is the history's length."""

    code: str
    version: int = 0
    state: str = "new"
    entered_at: datetime | None = None
    opened_at: datetime | None = None
    last_at: datetime | None = None
    customer: Customer = Customer()
    store: str = ""
    owner: str = ""
    category: str = ""
    level: str = "standard"
    claim: bool = False
    garment: str = ""
    outcome: str = ""
    parked_from: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    form: Form = Form()
    approval: Approval | None = None
    notes: tuple[Note, ...] = ()
    letters: tuple[Letter, ...] = ()
    mails: tuple[CaseMail, ...] = ()
    heard: Mapping[str, datetime] = field(default_factory=dict)  # party -> its last human mail
    fired: Mapping[str, datetime] = field(default_factory=dict)  # rung ids fired since the state was entered
