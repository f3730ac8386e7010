"""Folding recorded entries into a case: what was decided is carried out again, whatever the rules say today.

Never decides, never reads a rule: folding a history gives the same case for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mailbot.cases import effects as fx
from mailbot.cases.model import Approval, Case, CaseMail, Entry, Form, Letter, Note

# Facts that are fields of the case itself; all others go to `facts`.
CASE_FIELDS = ("store", "owner", "category", "level", "claim", "garment", "outcome")
CUSTOMER_FIELDS = {"customer_name": "name", "customer_address": "address", "customer_phone": "phone"}
ALWAYS = "any/"  # rungs that belong to no state; going to another one does not forget them
# Facts that end with the state they were set in.
OF_THE_STATE = ("waiting_on", "owed")


def apply(case: Case | None, entry: Entry) -> Case:
    """The case after one more entry."""
    now = case or Case(code=entry.case)
    if now.opened_at is None:
        now = replace(now, opened_at=entry.at, entered_at=entry.at)
    for effect in entry.effects:
        now = _carry_out(now, effect, entry.at)
    return replace(now, version=entry.number, last_at=entry.at)


def fold(entries: Iterable[Entry]) -> Case | None:
    """The case that a whole history makes; None for no history."""
    case: Case | None = None
    for entry in entries:
        case = apply(case, entry)
    return case


def _carry_out(case: Case, effect: fx.Effect, at: datetime) -> Case:
    match effect:
        case fx.Go(state):
            return _enter(case, state, at)
        case fx.SetFact(name, value):
            return _set(case, name, value)
        case fx.FillForm(values, missing, complete):
            return replace(case, form=Form(complete=complete, values=dict(values), missing=tuple(missing)))
        case fx.KeepMail():
            return _keep(case, effect, at)
        case fx.SendLetter():
            return _add_letter(case, effect, at)
        case fx.MarkLetter(n, status):
            return _mark(case, n, status, at)
        case fx.FireStep(step):
            return replace(case, fired={**case.fired, step: at})
        case fx.Approve(letter, amount, by):
            return replace(case, approval=Approval(letter, amount, by, at))
        case fx.KeepNote(by, name, words):
            return replace(case, notes=(*case.notes, Note(at, by, name, words)))


def _enter(case: Case, state: str, at: datetime) -> Case:
    facts = {name: value for name, value in case.facts.items() if name not in OF_THE_STATE}
    came_from = case.state if state == "parked" and case.state != "parked" else case.parked_from
    fired = {step: when for step, when in case.fired.items() if step.startswith(ALWAYS)}
    return replace(case, state=state, entered_at=at, fired=fired, facts=facts, parked_from=came_from)


def _set(case: Case, name: str, value: object) -> Case:
    if name in CUSTOMER_FIELDS:
        customer = {CUSTOMER_FIELDS[name]: str(value)}
        return replace(case, customer=replace(case.customer, **customer))
    if name in CASE_FIELDS:
        return replace(case, **{name: value})  # type: ignore[arg-type]
    return replace(case, facts={**case.facts, name: value})


def _keep(case: Case, mail: fx.KeepMail, at: datetime) -> Case:
    kept = CaseMail(mail.key, mail.message_id, mail.sender, mail.party, at, mail.kind, tuple(mail.why))
    heard = {**case.heard, mail.party: at} if mail.human else case.heard
    return replace(case, mails=(*case.mails, kept), heard=heard)


def _add_letter(case: Case, sent: fx.SendLetter, at: datetime) -> Case:
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
    facts = dict(case.facts)
    if sent.audience == "customer" and sent.status == "queued":
        facts.pop("owed", None)  # the customer has a word of ours: the clock runs again
    return replace(case, letters=(*case.letters, letter), facts=facts)


def _mark(case: Case, n: int, status: str, at: datetime) -> Case:
    letters = tuple(
        replace(letter, status=status, sent_at=at if status == "sent" else letter.sent_at) if letter.n == n else letter
        for letter in case.letters
    )
    return replace(case, letters=letters)
