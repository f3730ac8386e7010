"""What a step kept of a case, in words: facts as the rules explain them, the form by its labels, approvals, notes.

Decides which of it is private: the class of a client and the notes of staff stay in the house. What no rule declares
(commands that wait for proof) is nobody's reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.cases import effects as fx
from mailbot.cases import money
from mailbot.cases.model import Case, Entry, Form
from mailbot.insight.moments import Moments
from mailbot.process.model import Fact, Field, Process
from mailbot.process.vocabulary import CLIENTS

# Fields of the case itself, which no rule file declares.
_OWN: Mapping[str, str] = {
    "customer_name": "the customer's name",
    "customer_address": "the customer's address",
    "customer_phone": "the customer's phone",
    "store": "the store",
    "owner": "who owns the case",
    "category": "the kind of complaint",
    "level": "how serious it is",
    "claim": "the customer asks for money",
    "garment": "the garment",
    "outcome": "how it ended",
}


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that was kept. name: the fact's or the form field's; private: it stays in the house."""

    name: str
    about: str
    value: str
    private: bool = False

    @property
    def words(self) -> str:
        """As one says it: a yes needs no value."""
        if self.value == "yes":
            return self.about
        return f"no longer: {self.about}" if self.value == "no" else f"{self.about}: {self.value}"


def noted(entry: Entry, before: Case, process: Process, moments: Moments) -> Iterator[Noted]:
    """All that the entry changed, but the state and the letters."""
    known, said = _facts(before), entry.event.data.get("words")
    filled = {effect.values.get(name) for effect in entry.effects if isinstance(effect, fx.FillForm) for name in _FORM}
    for effect in entry.effects:
        match effect:
            case fx.SetFact(name, value):
                repeated = (name in _TAKEN and value in filled) or (value and value == said)
                if (known.get(name) or None) != (value or None) and not repeated:
                    yield from _fact(name, value, process, moments)
                known[name] = value
            case fx.FillForm(values, missing, complete):
                yield from _form(before.form, Form(complete, values, missing), process)
            case fx.Approve(letter, amount, by):
                yield Noted("approval", f"{by} approved", f"{_pounds(amount, process)} ({letter})")
            case fx.KeepNote(by, name, words):
                yield Noted("note", f"a note of {name or by}", "yes" if words == said else words, private=True)


_FORM = ("name", "phone", "store", "garment")
_TAKEN = ("customer_name", "customer_phone", "store", "garment")  # facts that only repeat what the form says


def label(field: Field) -> str:
    """The field's label as it is shown."""
    labels = next(iter(field.labels.values()), ())
    return labels[0] if labels else field.id


def missing(form: Form, process: Process) -> str:
    """The labels of what the form still lacks."""
    return ", ".join(label(found) if (found := process.field(id)) else id for id in form.missing)


def _facts(case: Case) -> dict[str, Any]:
    own = {name: getattr(case, name) for name in ("store", "owner", "category", "level", "claim", "garment", "outcome")}
    customer = {f"customer_{name}": getattr(case.customer, name) for name in ("name", "address", "phone")}
    return {**case.facts, **own, **customer}


def _fact(name: str, value: Any, process: Process, moments: Moments) -> Iterator[Noted]:
    declared = process.facts.get(name)
    about = _OWN.get(name) or (declared.about or name.replace("_", " ") if declared else "")
    about = about.partition(";")[0]  # behind it stands what admins should know of the fact
    if about:
        yield Noted(name, about, _value(value, declared, process, moments), declared is not None and _private(declared))


def _private(fact: Fact) -> bool:
    """Whether the fact is the class of a client."""
    return bool(set(fact.domain) & set(CLIENTS))


def _value(value: Any, fact: Fact | None, process: Process, moments: Moments) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if fact and fact.kind == "date":
        return moments.said(value)
    if fact and fact.kind == "amount" and type(value) is int:
        return _pounds(value, process)
    return str(value).replace("_", " ") if value not in ("", None) else "nothing any more"


def _form(before: Form, form: Form, process: Process) -> Iterator[Noted]:
    """What the form says now and did not say before."""
    for id, value in form.values.items():
        if value and before.values.get(id) != value:
            field = process.field(id)
            yield Noted(id, label(field) if field else id, value)
    if form.complete and not before.complete:
        yield Noted("form", "the complaint form is complete", "yes")
    elif form.missing and form.missing != before.missing:
        yield Noted("form", "the form still lacks", missing(form, process))


def _pounds(pence: int, process: Process) -> str:
    return money.shown(pence, process.compensation.sign)
