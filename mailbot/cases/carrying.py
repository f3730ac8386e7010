"""A staff command with its proof, as the event it is: on its own case, and where it names another one, on that too.

Refuses what cannot be done (a case that nobody knows, a case of somebody else), and says why. Never decides what
follows from an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailbot.cases import customer_words, learning, match, taken_form
from mailbot.cases import effects as fx
from mailbot.cases.customer_words import SAID
from mailbot.cases.events import Event
from mailbot.cases.match import MERGED
from mailbot.cases.model import Case, CaseMail
from mailbot.cases.recognised import Recognised
from mailbot.cases.staff_mail import StaffMail, unclear
from mailbot.cases.taking_part import CUSTOMER

CHOSEN, MERGE, MERGED_IN = "case_chosen", "merge_asked", "case_merged"
FORM_TAKEN = "form_taken"
_OUTSIDE = ("customer", "stranger")


def carry(mail: StaffMail, event: Event, why: tuple[str, ...], given: tuple[fx.Effect, ...]) -> Recognised:
    """The event on the case that the mail is about.

    Args:
        given: what the mail itself brings; what the command brings is added.
    """
    case = mail.case
    assert case is not None  # noqa: S101  (the caller asked)
    if event.name == FORM_TAKEN:
        return taken_form.on_case(mail, case, event, why, given)
    if event.name not in (CHOSEN, MERGE):
        return Recognised("case", event.name, why, case, event, given)
    code = str(event.data.get("code") or "")
    other = mail.found.by_code.get(code)
    target = match.follow(other, mail.found) if other else None
    refused = _refused(mail, case, target, code)
    refused = refused or (_not_chosen(mail, case) if event.name == CHOSEN else _not_merged(mail, case, target))
    if refused or target is None:
        return unclear(mail, refused)
    joined = (*given, fx.SetFact(MERGED, target.code))
    return (_chosen if event.name == CHOSEN else _merged)(mail, case, target, event, why, joined)


def _refused(mail: StaffMail, case: Case, target: Case | None, code: str) -> str:
    """Why the case that was named cannot be the one, '' where it can."""
    if not code:
        return "I could not read the code of the other case"
    if target is None:
        return f"I know no case {code}"
    if target.code == case.code:
        return f"{target.code} is this case itself"
    state = mail.process.states.get(target.state)
    return "" if state is None or state.listed else f"{target.code} is no complaint, but a mail that is being sorted"


def _not_chosen(mail: StaffMail, case: Case) -> str:
    state = mail.process.states.get(case.state)
    waits = state is not None and not state.listed and isinstance(case.facts.get(SAID), Mapping)
    return "" if waits else "this mail has its case already"


def _not_merged(mail: StaffMail, case: Case, target: Case | None) -> str:
    if target is None or not match.is_open(target, mail.process):
        return f"{target.code if target else 'that case'} is closed"
    ours, theirs = case.customer.address.casefold(), target.customer.address.casefold()
    return f"{target.code} belongs to another customer" if ours and theirs and ours != theirs else ""


def _chosen(
    mail: StaffMail, case: Case, target: Case, event: Event, why: tuple[str, ...], given: tuple[fx.Effect, ...]
) -> Recognised:
    """The mail that was being sorted is put to the case that was chosen, as if it had come there."""
    told = customer_words.from_fact(case.facts[SAID])
    first = next((each for each in case.mails if each.party in _OUTSIDE), None)
    # Of a mail that staff passed on the sender is whom the record names as its customer.
    learnt = learning.learn(first.sender if first else "", case, target, event, mail)
    stranger = learnt.part != CUSTOMER
    party = "stranger" if stranger else "customer"
    happened = customer_words.on_case(told, target, mail.process, stranger=stranger)
    evidence = (*why, *learnt.why, *happened.why)
    kept = tuple(
        _kept(each, party, happened.name, evidence)
        if each.party in _OUTSIDE
        else _kept(each, each.party, each.kind, each.why, human=False)
        for each in case.mails
    )
    there = Event(happened.name, party, happened.data, first.key if first else event.mail)
    also = ((target, there, (*kept, *learnt.given, *happened.given)),)
    return Recognised("case", event.name, (*why, *learnt.why), case, event, (*given, fx.SetFact(SAID, None)), also)


def _merged(
    mail: StaffMail, case: Case, target: Case, event: Event, why: tuple[str, ...], given: tuple[fx.Effect, ...]
) -> Recognised:
    """The case becomes a part of the other one, which its mail belongs to from now on."""
    kept = tuple(_kept(each, each.party, each.kind, each.why, human=False) for each in case.mails)
    data: dict[str, Any] = {**mail.data(), "code": case.code}
    also = ((target, Event(MERGED_IN, event.by, data, event.mail), kept),)
    return Recognised("case", event.name, why, case, event, given, also)


def _kept(mail: CaseMail, party: str, kind: str, why: tuple[str, ...], human: bool = True) -> fx.KeepMail:
    return fx.KeepMail(mail.key, mail.message_id, mail.sender, party, kind, tuple(why), human, mail.files)
