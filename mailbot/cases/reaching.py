"""Whom a letter goes to: the addresses that a role stands for on one case, today.

Deputies stand in for who is away; what a role may never be shown goes to a person of the desk instead
(`never_to:`). Nobody there means that the next one able to help is asked, never that a letter is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mailbot.cases import approval
from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.process.model import Process
from mailbot.process.people import People, Person

_ABLE_TO_HELP = ("va", "care", "admin")  # asked where nobody has the role, in this order
_STANDS_FOR = {"author": "admin", "colleague": "admin", "owner": "care", "deputy": "care", "approver": "care"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address. by_hand: it is not the customer's own; who reads there tells or gives it to the customer."""

    address: str
    by_hand: bool = False


def recipients(
    role: str, case: Case, event: Event, process: Process, around: Around, now: datetime
) -> tuple[Recipient, ...]:
    """Who gets a letter for that role; () where it is for nobody."""
    people, today = process.people, process.calendar.day(now)
    if role == "customer":
        if case.customer.address:
            return (Recipient(case.customer.address),)
        hand = _able(people, today)
        return (Recipient(hand, by_hand=True),) if hand else ()
    person = _named(role, case, event, process, around, now, today)
    if role == "colleague" and person is not None and "till" in person.roles:
        return ()
    if person is None and not _kept_from(role, case, process):
        person = _in_role(role, case, people, today)
    address = _address(person) or _address(_first(people, _STANDS_FOR.get(role, ""), today)) or _able(people, today)
    return (Recipient(address),) if address else ()


def _named(
    role: str, case: Case, event: Event, process: Process, around: Around, now: datetime, today: date
) -> Person | None:
    """The one person the role means on this case and event."""
    people = process.people
    if role in ("author", "colleague"):
        return people.by_address(str(event.data.get("author", "")))
    if role == "approver":
        return approval.approver(case, event, around.granted, process, now)
    owner = people.called(case.owner)
    if role == "owner" and owner:
        return people.on_duty(owner, today)
    if role == "deputy" and owner and owner.deputy:
        return people.called(owner.deputy)
    return None


def _in_role(role: str, case: Case, people: People, today: date) -> Person | None:
    if role == "till":
        return _first(people, role, today, case.store) if case.store else None
    if role == "deputy":  # nobody is named: anyone else in care, or operations
        others = (person for each in ("care", "operations") for person in people.in_role_on(each, today))
        return next((person for person in others if person.name != case.owner and person.addresses), None)
    return _first(people, role, today)


def _kept_from(role: str, case: Case, process: Process) -> bool:
    return bool(case.category) and case.category in process.never_to.get(role, ())


def _first(people: People, role: str, today: date, store: str = "") -> Person | None:
    found = people.in_role_on(role, today, store) if role else ()
    return next((person for person in found if person.addresses), None)


def _able(people: People, today: date) -> str:
    return next(filter(None, (_address(_first(people, role, today)) for role in _ABLE_TO_HELP)), "")


def _address(person: Person | None) -> str:
    return person.addresses[0] if person and person.addresses else ""
