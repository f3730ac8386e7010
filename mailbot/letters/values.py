"""What a letter may say: every placeholder of `templates.NAMES` filled from the case, the event and the rule files.

Each value keeps whose words it is, for the guard. What is unknown is empty, and the templates have graceful words
for it. Never decides who may read what: `templates.PRIVATE` names the placeholders that stay in the house.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.cases import silence
from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Case, Entry
from mailbot.letters import blocks
from mailbot.letters.greeting import first_name
from mailbot.letters.spans import CUSTOMER, RULE, RULES, STAFF, Block, Value
from mailbot.letters.speech import said_amount, said_day
from mailbot.process.calendar import Duration
from mailbot.process.model import Process
from mailbot.process.people import Person, Store
from mailbot.process.wordlists import Speech

_ANSWER_WITHIN = Duration(5, "working days")  # PROCESS.md "Keep informed": the promise where no date is a fact yet
_CUSTOMER_SIDE = ("customer", "stranger")
_SIMILAR, _EARLIER, _STEPS = 3, 10, 30  # cases and steps shown: what a person reads before they decide
_MOST_NOTES = 20


@dataclass(frozen=True, slots=True)
class Told:
    """All that a letter is written from."""

    case: Case
    event: Event
    process: Process
    identity: Identity
    now: datetime
    around: Around
    to_customer: bool
    speech: Speech  # of the letter's language
    note: str = ""  # of the row that sends the letter: why it is sent
    proposing: bool = False  # the letter is about an offer that is still to be approved

    @property
    def words_are(self) -> str:
        """Whose the event's words are: nothing of a customer's is ever scanned for offers."""
        return CUSTOMER if self.event.by in _CUSTOMER_SIDE else STAFF

    def day(self, fact: str) -> str:
        """A date that is a fact of the case, as people say it."""
        return self.said(self.case.facts.get(fact))

    def said(self, iso: object) -> str:
        if not iso:
            return ""
        return said_day(date.fromisoformat(str(iso)), self.speech)

    def on(self, at: datetime) -> str:
        """The day of a moment, on the desk's own clock."""
        return said_day(at.astimezone(ZoneInfo(self.identity.timezone)).date(), self.speech)


def values_of(told: Told) -> dict[str, Any]:
    """Every placeholder but the form, the answers and the like, which the card itself decides."""
    return {**_house(told), **_people(told), **_about(told), **_happened(told), **_offer(told), **_inside(told)}


def proposed(case: Case, process: Process) -> str:
    """The letter that waits for an approval; '' where the finding leads to none."""
    chosen = case.facts.get("proposal") or next(iter(process.compensation.letters), "")
    return str(chosen) if chosen in process.letters and case.facts.get("finding") else ""


def _house(told: Told) -> dict[str, Any]:
    process, identity = told.process, told.identity
    return {
        "desk": {
            "name": Value(identity.name, RULES),
            "prefix": Value(identity.prefix, RULES),
            "address": Value(identity.address, RULES),
        },
        "wording": {
            "rule": Value(" ".join(process.wording.rule.get(told.speech.language, "").split()), RULE),
            "outside_body": Value(told.speech.outside_body or process.wording.outside_body, RULES),
        },
        "signature": blocks.signature(told.case.owner, identity.name, told.speech, process.wording.of("")),
    }


def _people(told: Told) -> dict[str, Any]:
    case, process, data = told.case, told.process, told.event.data
    owner = process.people.called(case.owner)
    operations = next(iter(process.people.in_role("operations")), None)
    return {
        "customer": {
            **_names(case.customer.name, CUSTOMER),
            "address": _v(case.customer.address, CUSTOMER),
            "phone": _v(case.customer.phone, CUSTOMER),
        },
        "owner": {
            **_person(owner),
            "title": Value(told.speech.words.get("title", ""), RULES),
            "founder": owner is not None and owner.founder,
        },
        "owner_before": _names(str(case.facts.get("owner_before") or ""), RULES),
        "operations": {**_person(operations), "phone": _v(operations.phone if operations else "", RULES)},
        "author": {**_names(str(data.get("author_name", "")), STAFF), "store": _v(data.get("author_store"), RULES)},
        "store": _store(process.store(case.store), process),
    }


def _about(told: Told) -> dict[str, Any]:
    case, process = told.case, told.process
    state = process.states.get(case.state)
    waits = silence.party_awaited(case, process)
    return {
        "case": {"code": Value(case.code, RULES)},
        "dates": _dates(told),
        "garment": _v(case.garment, CUSTOMER),
        "problem": _v(case.form.values.get("problem"), CUSTOMER),
        "where": _v(case.form.values.get("where"), CUSTOMER),
        "reported": bool(case.facts.get("reported")),
        "returned": told.event.name == "customer_returned" or case.parked_from != "",
        "state": _v(case.state, RULES),
        "state_title": _v(state.title if state else "", RULES),
        "waiting_on": _v(waits, RULES),
        "due": _v(_due(told), RULES),
        "level": _v(case.level, RULES),
        "category": _v(case.category, RULES),
        "outcome": _v(case.outcome.replace("_", " "), RULES),
        "quiet": bool(case.facts.get("quiet")),
        "claim": case.claim,
    }


def _dates(told: Told) -> dict[str, Value]:
    calendar, store = told.process.calendar, told.process.store(told.case.store)
    promised, today = (
        str(told.case.facts.get("answer_by") or ""),
        calendar.day(told.now).isoformat(),
    )
    answer_by = told.said(promised) if promised >= today else ""  # a promise of long ago is no date to name
    answer_by = answer_by or told.on(calendar.add(told.now, _ANSWER_WITHIN, store.hours, store.calendar))
    return {
        "today": Value(told.on(told.now), RULES),
        "answer_by": Value(answer_by, RULES),
        "arrived": Value(told.on(told.now), RULES),
        "sent": Value(_first_sent(told), RULES),
    }


def _due(told: Told) -> str:
    coming = silence.due(told.case, told.process)
    return told.on(coming.at) if coming else ""


def _happened(told: Told) -> dict[str, Any]:
    data, event = told.event.data, told.event
    amount = data.get("amount")
    # A reminder shows again what the customer wrote, which came with another event.
    words, whose = (str(data["words"]), told.words_are) if data.get("words") else (_kept_words(told), CUSTOMER)
    return {
        "event": {
            **{name: _v(data.get(name), STAFF) for name in ("phrase", "letter", "to", "person", "code")},
            "unread": _v(data.get("unread"), CUSTOMER),
            "reason": _v(data.get("reason") or told.note, STAFF),
            "name": _v(event.name, RULES),
            "by": _v(event.by, RULES),
            "amount": Value(_pounds(amount, told), STAFF),
        },
        "subject": _v(data.get("subject"), CUSTOMER),
        "words": blocks.quotation(words, whose, told.to_customer),
        "draft": blocks.quotation(str(told.case.facts.get("draft") or ""), STAFF, told.to_customer),
        "candidates": [
            {name: _v(candidate.get(name), CUSTOMER) for name in ("code", "name", "garment", "store", "opened", "why")}
            for candidate in data.get("candidates", ())
        ],
    }


def _kept_words(told: Told) -> str:
    """What the customer wrote last and waits for an answer to; for staff alone."""
    if told.to_customer or told.event.by != "clock":
        return ""
    return str(told.case.facts.get("said") or "")


def _offer(told: Told) -> dict[str, Any]:
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
    cause = process.compensation.causes.get(str(facts.get("cause") or ""))
    return {
        "offer": {
            "amount": Value(_pounds(amount, told), RULES),
            "valid_until": _v(told.day("valid_until"), RULES),
        },
        "voucher": Value(_pounds(facts.get("voucher"), told), RULES),
        "findings": blocks.quotation(str(facts.get("findings") or ""), STAFF, relayed=True),
        "cause": _v(cause.told.get(told.speech.language, "") if cause else "", RULES),
        "repair": {"by": _v(told.day("repair_by"), RULES)},
        "ready": {"until": _v(told.day("collect_by"), RULES)},
        "payment": {"by": _v(told.day("pay_by"), RULES), "reference": _v(facts.get("reference"), STAFF)},
    }


def _inside(told: Told) -> dict[str, Any]:
    """What stays in the house: the assessment, notes, other cases, the steps so far."""
    case, facts = told.case, told.case.facts
    return {
        "assessment": {
            "finding": _v(facts.get("finding"), RULES),
            "client": _v(facts.get("client"), RULES),
            "by": _v(facts.get("assessed_by"), RULES),
            "cause": _v(facts.get("cause"), STAFF),
            "other": _v(_other_view(told), STAFF),
        },
        "notes": [
            {
                "name": _v(note.name or note.by, STAFF),
                "words": _v(note.words, STAFF),
                "at": _v(_at(told, note.at), RULES),
            }
            for note in case.notes[-_MOST_NOTES:]
        ],
        "earlier": [_brief(each, told) for each in told.around.earlier[-_EARLIER:]],
        "similar": [_brief(each, told) for each in told.around.similar[:_SIMILAR]],
        "history": [_step(entry, told) for entry in told.around.history[-_STEPS:]],
        "proposal": Block((), ""),
        "figures": blocks.quotation(str(told.event.data.get("figures", "")), RULES, relayed=True),
    }


def _other_view(told: Told) -> str:
    """What operations found, where care found something else."""
    facts = told.case.facts
    theirs, ours = (
        ", ".join(filter(None, (facts.get(f"{who}_finding"), _client(facts.get(f"{who}_client")))))
        for who in ("ops", "care")
    )
    return f"{theirs} (operations), {ours} (care)" if theirs and ours and theirs != ours else ""


def _client(value: object) -> str:
    return f"{value} client" if value else ""


def _brief(case: Case, told: Told) -> dict[str, Value]:
    """Another case in a line."""
    return {
        "code": _v(case.code, RULES),
        "garment": _v(case.garment, CUSTOMER),
        "problem": _v(case.form.values.get("problem"), CUSTOMER),
        "finding": _v(case.facts.get("finding"), RULES),
        "outcome": _v(case.outcome.replace("_", " "), RULES),
        "offered": _v(_pounds(case.approval.amount, told) if case.approval else "", RULES),
        "opened": _v(told.on(case.opened_at) if case.opened_at else "", RULES),
    }


def _step(entry: Entry, told: Told) -> dict[str, Value]:
    why = "; ".join((*entry.why, entry.rule))
    return {
        "at": _v(_at(told, entry.at), RULES),
        "what": _v(f"{entry.event.name.replace('_', ' ')}, by {entry.event.by}", RULES),
        "why": _v(why[:300], CUSTOMER),
    }


def _at(told: Told, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(told.process.calendar.timezone)):%-d %b %H:%M}"


def _pounds(pence: object, told: Told) -> str:
    """An amount as it is written, '' for none."""
    return said_amount(pence, told.process.compensation.sign, told.speech) if type(pence) is int and pence > 0 else ""


def _v(value: object, origin: str) -> Value:
    return Value(" ".join(str(value or "").split()), origin)


def _names(name: str, origin: str) -> dict[str, Value]:
    return {"name": _v(name, origin), "first_name": _v(first_name(name), origin)}


def _person(person: Person | None) -> dict[str, Value]:
    return _names(person.name if person else "", RULES)


def _store(store: Store, process: Process) -> dict[str, Value]:
    """The store, with its till's phone: for call tasks, people.yaml gives numbers for inside the house alone."""
    till = next(iter(process.people.in_role("till", store.name)), None) if store.name else None
    theirs = RULES if store.name in process.people.stores else CUSTOMER  # as the customer wrote it, known to no rule
    known = {name: _v(getattr(store, name), theirs) for name in ("name", "address", "hours")}
    return {**known, "phone": _v(till.phone if till else "", RULES)}


def _first_sent(told: Told) -> str:
    ours = (each for each in told.case.letters if each.audience == "customer")
    sent: Iterable[datetime] = (each.sent_at for each in ours if each.sent_at)
    first = next(iter(sent), None)
    return told.on(first) if first else ""
