"""rules/people.yaml as values: who is who, who stands in for whom, and what each may grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mailbot.process.place import Place


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. limit: money they may grant a case, None = by role."""

    name: str
    addresses: tuple[str, ...]
    roles: tuple[str, ...]
    place: Place
    phone: str = ""
    store: str = ""
    limit: int | None = None
    founder: bool = False  # may sign "as a founding partner"
    deputy: str = ""  # the name of who stands in while they are away
    away: tuple[tuple[date, date], ...] = ()  # first and last day of each absence


@dataclass(frozen=True, slots=True)
class Store:
    """A shop. hours and calendar as in calendar.yaml; '' = the defaults."""

    name: str
    address: str = ""
    hours: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """rules/people.yaml."""

    people: tuple[Person, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)  # every store named anywhere in the file

    def by_address(self, address: str) -> Person | None:
        """Who writes from there; None for anyone outside, and for letters that only fold into theirs (ſ, K)."""
        wanted = address.casefold()
        if wanted.isascii() and not address.isascii():
            return None
        return next((p for p in self.people if any(a.casefold() == wanted for a in p.addresses)), None)

    def called(self, name: str) -> Person | None:
        """The first of that name."""
        return next((person for person in self.people if person.name == name), None)

    def in_role(self, role: str, store: str = "") -> tuple[Person, ...]:
        """Everyone with the role (and at the store, where one is named), in the file's order."""
        return tuple(p for p in self.people if role in p.roles and (not store or p.store == store))

    def is_away(self, person: Person, day: date) -> bool:
        """Whether the day is one of their absence."""
        return any(first <= day <= last for first, last in person.away)

    def on_duty(self, person: Person, day: date) -> Person:
        """Who does a person's work that day: while they are away the deputy, or theirs; the person, if nobody."""
        by_name = {each.name: each for each in reversed(self.people)}
        seen, there = {person.name}, person
        while self.is_away(there, day):
            deputy = by_name.get(there.deputy)
            if deputy is None or deputy.name in seen:
                return person
            seen.add(deputy.name)
            there = deputy
        return there

    def in_role_on(self, role: str, day: date, store: str = "") -> tuple[Person, ...]:
        """Who does the role's work that day, in the file's order; who is away only where nobody else is there."""
        everyone = self.in_role(role, store)
        there = {person.name: person for person in (self.on_duty(each, day) for each in everyone)}
        return tuple(person for person in there.values() if not self.is_away(person, day)) or everyone

    def reach(self, role: str, store: str = "") -> str:
        """The address of the first in the role who has one; '' for nobody."""
        return next((p.addresses[0] for p in self.in_role(role, store) if p.addresses), "")
