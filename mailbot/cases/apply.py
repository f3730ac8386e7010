"""Folding recorded entries into a case: what was decided is carried out again, whatever the rules say today.

Never decides, never reads a rule: folding a history gives the same case for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from types import SimpleNamespace

from mailbot.cases import effects as fx
from mailbot.cases.model import Approval, Case, CaseMail, Entry, Form, Letter, Note

# Facts that are fields of the case itself; all others go to `facts`.
CASE_FIELDS = ("store", "owner", "category", "level", "claim", "garment", "outcome")
CUSTOMER_FIELDS = {"customer_name": "name", "customer_address": "address", "customer_phone": "phone"}
ALWAYS = "any/"  # rungs that belong to no state; going to another one does not forget them
# Facts that end with the state they were set in.
OF_THE_STATE = ("waiting_on", "owed")

# A case while the effects of one entry are carried out: frozen values are dear to copy, and steps have many effects.
_Draft = SimpleNamespace
_FIELDS = tuple(field.name for field in fields(Case))


def apply(case: Case | None, entry: Entry) -> Case:
    """The case after one more entry."""
    now = case or Case(code=entry.case)
    draft = SimpleNamespace(**{name: getattr(now, name) for name in _FIELDS})
    if draft.opened_at is None:
        draft.opened_at = draft.entered_at = entry.at
    for effect in entry.effects:
        _carry_out(draft, effect, entry.at)
    draft.version, draft.last_at = entry.number, entry.at
    return Case(**vars(draft))


def fold(entries: Iterable[Entry]) -> Case | None:
    """The case that a whole history makes; None for no history."""
    case: Case | None = None
    for entry in entries:
        case = apply(case, entry)
    return case


def _carry_out(case: _Draft, effect: fx.Effect, at: datetime) -> None:
    match effect:
        case fx.SetFact(name, value):
            _set(case, name, value)
        case fx.Go(state):
            _enter(case, state, at)
        case fx.FillForm(values, missing, complete):
            case.form = Form(complete=complete, values=dict(values), missing=tuple(missing))
        case fx.KeepMail():
            _keep(case, effect, at)
        case fx.SendLetter():
            _add_letter(case, effect, at)
        case fx.MarkLetter(n, status):
            _mark(case, n, status, at)
        case fx.FireStep(step):
            case.fired = {**case.fired, step: at}
        case fx.Approve(letter, amount, by):
            case.approval = Approval(letter, amount, by, at)
        case fx.KeepNote(by, name, words):
            case.notes = (*case.notes, Note(at, by, name, words))


def _enter(case: _Draft, state: str, at: datetime) -> None:
    case.facts = {name: value for name, value in case.facts.items() if name not in OF_THE_STATE}
    case.parked_from = case.state if state == "parked" and case.state != "parked" else case.parked_from
    case.fired = {step: when for step, when in case.fired.items() if step.startswith(ALWAYS)}
    case.state, case.entered_at = state, at


def _set(case: _Draft, name: str, value: object) -> None:
    if name in CUSTOMER_FIELDS:
        case.customer = replace(case.customer, **{CUSTOMER_FIELDS[name]: str(value)})
    elif name in CASE_FIELDS:
        setattr(case, name, value)
    else:
        case.facts = {**case.facts, name: value}


def _keep(case: _Draft, mail: fx.KeepMail, at: datetime) -> None:
    kept = CaseMail(mail.key, mail.message_id, mail.sender, mail.party, at, mail.kind, tuple(mail.why), mail.files)
    case.heard = {**case.heard, mail.party: at} if mail.human else case.heard
    case.mails = (*case.mails, kept)


def _add_letter(case: _Draft, sent: fx.SendLetter, at: datetime) -> None:
    letter = Letter(
        n=sent.n,
        letter=sent.letter,
        audience=sent.audience,
        to=sent.to,
        message_id=sent.message_id,
        status=sent.status,
        at=at,
        step=sent.step,
    )
    case.letters = (*case.letters, letter)
    if sent.audience == "customer" and sent.status == "queued":
        # the customer has a word of ours: the clock runs again
        case.facts = {name: value for name, value in case.facts.items() if name != "owed"}


def _mark(case: _Draft, n: int, status: str, at: datetime) -> None:
    case.letters = tuple(
        replace(letter, status=status, sent_at=at if status == "sent" else letter.sent_at) if letter.n == n else letter
        for letter in case.letters
    )
