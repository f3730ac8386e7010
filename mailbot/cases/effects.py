"""What a step does to a case, as recorded in its history: imperative, and enough to fold without any rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Go:
    """Enter a state (entering the same state again starts its clock afresh)."""

    state: str


@dataclass(frozen=True, slots=True)
class SetFact:
    """Record a fact: a field of the case (store, owner, outcome …) or one declared in process.yaml."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class FillForm:
    """Merge form values; missing and complete are as computed by the rules of that day."""

    values: Mapping[str, str]
    missing: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class KeepMail:
    """The mail belongs to this case."""

    key: str
    message_id: str
    sender: str
    party: str
    kind: str
    why: tuple[str, ...] = ()
    human: bool = True  # only a human's mail moves the clock
    files: bool = True  # False: there is nothing but text in it


@dataclass(frozen=True, slots=True)
class SendLetter:
    """A letter was written, approved by the guard and queued (or held: status says so)."""

    n: int
    letter: str
    audience: str
    to: str
    message_id: str
    status: str = "queued"
    step: str = ""
    rehearsed: bool = False  # it went to the admin instead


@dataclass(frozen=True, slots=True)
class MarkLetter:
    """What became of a letter: sent, failed, in_doubt, queued (again) or held."""

    n: int
    status: str


@dataclass(frozen=True, slots=True)
class FireStep:
    """A rung of silence was taken; it does not fire again before the state is entered anew."""

    step: str


@dataclass(frozen=True, slots=True)
class Approve:
    """An offer was approved by somebody whose limit covers it (pence); only `cases/approval.py` leads here."""

    letter: str
    amount: int
    by: str


@dataclass(frozen=True, slots=True)
class KeepNote:
    """Words of staff for the file."""

    by: str
    name: str
    words: str


Effect = Go | SetFact | FillForm | KeepMail | SendLetter | MarkLetter | FireStep | Approve | KeepNote
