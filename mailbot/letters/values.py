"""What a letter may say: how each placeholder of `templates.NAMES` is filled from the case, the event and the rules.

Each value keeps whose words it is, for the guard. What is unknown is empty, and the templates have graceful words
for it. Never decides who may read what: `templates.PRIVATE` names the placeholders that stay in the house.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mailbot.cases import silence
from mailbot.cases.model import Case
from mailbot.letters import blocks
from mailbot.letters.greeting import first_name
from mailbot.letters.inside import INSIDE
from mailbot.letters.spans import CUSTOMER, RULE, RULES, STAFF, Block, Value
from mailbot.letters.told import Told, one_line
from mailbot.process.calendar import Duration
from mailbot.process.model import Process
from mailbot.process.people import Person

_ANSWER_WITHIN = Duration(5, "working days")  # PROCESS.md "Keep informed": the promise where no date is a fact yet


def values_of(told: Told, wanted: Iterable[str]) -> dict[str, Any]:
    """The placeholders that a letter names, but for the form, the answers and the like, which its card decides."""
    return {name: VALUES[name](told) for name in wanted if name in VALUES}


def proposed(case: Case, process: Process) -> str:
    """The letter that waits for an approval; '' where the finding leads to none."""
    chosen = case.facts.get("proposal") or next(iter(process.compensation.letters), "")
    return str(chosen) if chosen in process.letters and case.facts.get("finding") else ""


# ---- who ------------------------------------------------------------------------------------------------------


def _desk(told: Told) -> dict[str, Value]:
    identity = told.identity
    return {
        "name": Value(identity.name, RULES),
        "prefix": Value(identity.prefix, RULES),
        "address": Value(identity.address, RULES),
    }


def _wording(told: Told) -> dict[str, Value]:
    wording = told.process.wording
    return {
        "rule": Value(" ".join(wording.rule.get(told.speech.language, "").split()), RULE),
        "outside_body": Value(told.speech.outside_body or wording.outside_body, RULES),
    }


def _signature(told: Told) -> Block:
    return blocks.signature(told.case.owner, told.identity.name, told.speech, told.process.wording.of(""))


def _customer(told: Told) -> dict[str, Value]:
    customer = told.case.customer
    return {
        **_names(customer.name, CUSTOMER),
        "address": one_line(customer.address, CUSTOMER),
        "phone": one_line(customer.phone, CUSTOMER),
    }


def _owner(told: Told) -> dict[str, Any]:
    owner = told.process.people.called(told.case.owner)
    title = Value(told.speech.words.get("title", ""), RULES)
    return {**_person(owner), "title": title, "founder": owner is not None and owner.founder}


def _operations(told: Told) -> dict[str, Value]:
    person = next(iter(told.process.people.in_role("operations")), None)
    return {**_person(person), "phone": one_line(person.phone if person else "", RULES)}


def _author(told: Told) -> dict[str, Value]:
    data = told.event.data
    return {**_names(str(data.get("author_name", "")), STAFF), "store": one_line(data.get("author_store"), RULES)}


def _store(told: Told) -> dict[str, Value]:
    """The store, with its till's phone: for call tasks, people.yaml gives numbers for inside the house alone."""
    store, people = told.process.store(told.case.store), told.process.people
    till = next(iter(people.in_role("till", store.name)), None) if store.name else None
    theirs = RULES if store.name in people.stores else CUSTOMER  # as the customer wrote it, known to no rule
    known = {name: one_line(getattr(store, name), theirs) for name in ("name", "address", "hours")}
    return {**known, "phone": one_line(till.phone if till else "", RULES)}


def _names(name: str, origin: str) -> dict[str, Value]:
    return {"name": one_line(name, origin), "first_name": one_line(first_name(name), origin)}


def _person(person: Person | None) -> dict[str, Value]:
    return _names(person.name if person else "", RULES)


# ---- what and when --------------------------------------------------------------------------------------------


def _state_title(told: Told) -> Value:
    state = told.process.states.get(told.case.state)
    return one_line(state.title if state else "", RULES)


def _due(told: Told) -> Value:
    coming = silence.due(told.case, told.process)
    return one_line(told.on(coming.at) if coming else "", RULES)


def _dates(told: Told) -> dict[str, Value]:
    calendar, store = told.process.calendar, told.process.store(told.case.store)
    promised, today = str(told.case.facts.get("answer_by") or ""), calendar.day(told.now).isoformat()
    answer_by = told.said(promised) if promised >= today else ""  # a promise of long ago is no date to name
    answer_by = answer_by or told.on(calendar.add(told.now, _ANSWER_WITHIN, store.hours, store.calendar))
    return {
        "today": Value(told.on(told.now), RULES),
        "answer_by": Value(answer_by, RULES),
        "arrived": Value(told.on(told.now), RULES),
        "sent": Value(_first_sent(told), RULES),
    }


def _first_sent(told: Told) -> str:
    ours = (each for each in told.case.letters if each.audience == "customer")
    sent: Iterable[datetime] = (each.sent_at for each in ours if each.sent_at)
    first = next(iter(sent), None)
    return told.on(first) if first else ""


def _event(told: Told) -> dict[str, Value]:
    event, data = told.event, told.event.data
    return {
        **{name: one_line(data.get(name), STAFF) for name in ("phrase", "letter", "to", "person", "code")},
        "unread": one_line(data.get("unread"), CUSTOMER),
        "reason": one_line(data.get("reason") or told.note, STAFF),
        "name": one_line(event.name, RULES),
        "by": one_line(event.by, RULES),
        "amount": Value(told.amount(data.get("amount")), STAFF),
    }


def _words(told: Told) -> Block:
    """What was said; in a reminder again what the customer wrote, which came with another event."""
    data = told.event.data
    if data.get("words"):
        return blocks.quotation(str(data["words"]), told.words_are, told.to_customer)
    for_staff = not told.to_customer and told.event.by == "clock"  # what the customer wrote last is for staff alone
    kept = str(told.case.facts.get("said") or "") if for_staff else ""
    return blocks.quotation(kept, CUSTOMER, told.to_customer)


def _draft(told: Told) -> Block:
    return blocks.quotation(str(told.case.facts.get("draft") or ""), STAFF, told.to_customer)


def _candidates(told: Told) -> list[dict[str, Value]]:
    return [
        {
            name: one_line(candidate.get(name), CUSTOMER)
            for name in ("code", "name", "garment", "store", "opened", "why")
        }
        for candidate in told.event.data.get("candidates", ())
    ]


# ---- what is offered ------------------------------------------------------------------------------------------


def _offer(told: Told) -> dict[str, Value]:
    case, process = told.case, told.process
    facts, approval = case.facts, case.approval
    letter = facts.get("proposal") or next(iter(process.compensation.letters), "")
    table = process.compensation.offer(
        str(letter), str(facts.get("finding") or ""), str(facts.get("client") or ""), case.category
    )
    amount = approval.amount if approval and not told.proposing else table.amount if table else 0
    if told.proposing:  # an amount that was said already is what the next one is asked to approve
        said = told.event.data.get("amount")
        amount = said if type(said) is int and said > 0 else amount
    return {
        "amount": Value(told.amount(amount), RULES),
        "valid_until": one_line(told.day("valid_until"), RULES),
    }


def _cause(told: Told) -> Value:
    cause = told.process.compensation.causes.get(str(told.case.facts.get("cause") or ""))
    return one_line(cause.told.get(told.speech.language, "") if cause else "", RULES)


def _payment(told: Told) -> dict[str, Value]:
    reference = told.case.facts.get("reference")
    return {"by": one_line(told.day("pay_by"), RULES), "reference": one_line(reference, STAFF)}


VALUES: Mapping[str, Callable[[Told], Any]] = {
    "desk": _desk,
    "wording": _wording,
    "signature": _signature,
    "customer": _customer,
    "owner": _owner,
    "owner_before": lambda told: _names(str(told.case.facts.get("owner_before") or ""), RULES),
    "operations": _operations,
    "author": _author,
    "store": _store,
    "case": lambda told: {"code": Value(told.case.code, RULES)},
    "dates": _dates,
    "garment": lambda told: one_line(told.case.garment, CUSTOMER),
    "problem": lambda told: one_line(told.case.form.values.get("problem"), CUSTOMER),
    "where": lambda told: one_line(told.case.form.values.get("where"), CUSTOMER),
    "reported": lambda told: bool(told.case.facts.get("reported")),
    "returned": lambda told: told.event.name == "customer_returned" or told.case.parked_from != "",
    "state": lambda told: one_line(told.case.state, RULES),
    "state_title": _state_title,
    "waiting_on": lambda told: one_line(silence.party_awaited(told.case, told.process), RULES),
    "due": _due,
    "level": lambda told: one_line(told.case.level, RULES),
    "category": lambda told: one_line(told.case.category, RULES),
    "outcome": lambda told: one_line(told.case.outcome.replace("_", " "), RULES),
    "quiet": lambda told: bool(told.case.facts.get("quiet")),
    "claim": lambda told: told.case.claim,
    "event": _event,
    "subject": lambda told: one_line(told.event.data.get("subject"), CUSTOMER),
    "words": _words,
    "draft": _draft,
    "candidates": _candidates,
    "offer": _offer,
    "voucher": lambda told: Value(told.amount(told.case.facts.get("voucher")), RULES),
    "findings": lambda told: blocks.quotation(str(told.case.facts.get("findings") or ""), STAFF, relayed=True),
    "cause": _cause,
    "repair": lambda told: {"by": one_line(told.day("repair_by"), RULES)},
    "ready": lambda told: {"until": one_line(told.day("collect_by"), RULES)},
    "payment": _payment,
    **INSIDE,
}
