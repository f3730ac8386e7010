"""rules/people.yaml -> staff, roles, limits, stores. Other programs write this file, so its shapes are a contract.

Decides whether an address can be one and belongs to one person; never whether it works.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from email_validator import EmailNotValidError, validate_email

from mailbot.process.calendar import parse_hours
from mailbot.process.names import did_you_mean, nearest, shown
from mailbot.process.page import Page
from mailbot.process.people import People, Person, Store
from mailbot.process.vocabulary import ROLES
from mailbot.process.yaml_marks import Value

KEYS = ("people", "limits", "stores")
PERSON_KEYS = ("name", "address", "addresses", "phone", "roles", "store", "limit", "founder", "deputy", "away")
STORE_KEYS = ("address", "hours", "calendar")
ABSENCE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: to ([0-9]{4}-[0-9]{2}-[0-9]{2}))?")


def load_people(page: Page, root: Value, calendars: tuple[str, ...]) -> People:
    """Everyone, and every store named anywhere."""
    entries = page.keys(root, "this file", KEYS, ("people",))
    listed = entries.get("people", Value(root.line))
    read = [_person(page, item) for item in page.items(listed, "'people'")]
    people = tuple(person for person in read if person)
    _check_deputies(page, people, listed)
    stores = _stores(page, entries.get("stores"), calendars)
    for store, person in {person.store: person for person in reversed(people) if person.store}.items():
        if store not in stores:
            near = nearest(store, stores)
            if near:
                page.warn(person.place.line, f"store {shown(store)} is not among 'stores'; did you mean '{near}'?")
            stores[store] = Store(name=store)
    _check_addresses(page, people)
    if not any("admin" in person.roles for person in people):
        page.warn(listed.line, "nobody has the role 'admin'; alerts would reach no one")
    return People(people, _limits(page, entries.get("limits")), stores)


def _person(page: Page, item: Value) -> Person | None:
    """One person; None where there is no name to call them by."""
    entries = page.keys(item, "a person", PERSON_KEYS, ("name",))
    name = page.needed_text(entries.get("name"), "'name'")
    if not name:
        return None
    who = shown(name)
    addresses = page.texts(entries.get("address"), f"'address' of {who}")
    addresses += page.texts(entries.get("addresses"), f"'addresses' of {who}")
    lines = {a: _line_of(entries, a) or item.line for a in addresses}
    kept = tuple(dict.fromkeys(a for a in addresses if _is_address(page, a, lines[a])))
    roles = page.some_of(entries.get("roles"), ROLES, "role")
    if not addresses:
        page.warn(item.line, f"{who} has no address; no letter can reach them")
    if "roles" not in entries or not (roles or entries["roles"].items or entries["roles"].text):
        page.warn(item.line, f"{who} has no role")
    return Person(
        name=name,
        addresses=kept,
        roles=roles,
        place=page.place(item.line),
        phone=page.text(entries.get("phone"), f"'phone' of {who}"),
        store=page.text(entries.get("store"), f"'store' of {who}"),
        limit=page.amount(entries.get("limit"), f"'limit' of {who}"),
        founder=page.flag(entries.get("founder"), f"'founder' of {who}"),
        deputy=page.text(entries.get("deputy"), f"'deputy' of {who}"),
        away=_away(page, entries.get("away"), who),
    )


def _away(page: Page, value: Value | None, who: str) -> tuple[tuple[date, date], ...]:
    """The first and last day of each absence; a single date is one day."""
    if value is None or value.is_null:
        return ()
    what = f"'away' of {who}"
    entries = (value,) if value.kind == "scalar" else page.items(value, what)
    return tuple(days for entry in entries if (days := _absence(page, entry, what)))


def _absence(page: Page, value: Value, what: str) -> tuple[date, date] | None:
    text = " ".join(page.text(value, f"an entry of {what}").split())
    if value.kind != "scalar":
        return None
    match = ABSENCE.fullmatch(text)
    try:
        first = date.fromisoformat(match[1] if match else "")
        last = date.fromisoformat(match[2]) if match and match[2] else first
    except ValueError:
        page.error(value.line, f"{shown(text)} in {what} is no absence; write it like '2026-06-01 to 2026-06-14'")
        return None
    if last < first:
        page.error(value.line, f"{shown(text)} in {what} ends before it begins")
        return None
    return first, last


def _check_deputies(page: Page, people: tuple[Person, ...], listed: Value) -> None:
    """A deputy is somebody else in the file."""
    names = {person.name for person in people}
    lines = {
        entry.line: deputy.line for entry in listed.items if (deputy := entry.entries.get("deputy"))
    }  # where a person begins -> where their deputy is named
    for person in people:
        line = lines.get(person.place.line, person.place.line)
        if person.deputy == person.name:
            page.error(line, f"{shown(person.name)} cannot be their own deputy")
        elif person.deputy and person.deputy not in names:
            hint = did_you_mean(person.deputy, names - {person.name})
            page.error(line, f"deputy {shown(person.deputy)} of {shown(person.name)} is nobody in 'people'{hint}")


def _line_of(entries: Mapping[str, Value], address: str) -> int:
    """The line on which an address of a person stands."""
    for key in ("address", "addresses"):
        value = entries.get(key)
        for scalar in (value.items or (value,)) if value else ():
            if scalar.text.strip() == address:
                return scalar.line
    return 0


def _is_address(page: Page, address: str, line: int) -> bool:
    """Whether mail could be sent there; internal domains pass (shop.test, shop.local), display names do not."""
    said = _address_fault(address)
    # email-validator refuses names like `localhost` even where they are real; their shape alone is asked for here.
    if said and (address.endswith("@") or _address_fault(f"{address}.test")):
        page.error(line, f"{shown(address)} is not an email address: {said}")
        return False
    return True


def _address_fault(address: str) -> str:
    """What is wrong with the shape of an address, or ''."""
    try:
        validate_email(address[:400], check_deliverability=False, test_environment=True, globally_deliverable=False)
    except EmailNotValidError as error:
        return str(error)
    return ""


def _check_addresses(page: Page, people: tuple[Person, ...]) -> None:
    """An address says who writes: it cannot belong to two people."""
    owner: dict[str, Person] = {}
    for person in people:
        for address in person.addresses:
            other = owner.setdefault(address.casefold(), person)
            if other is not person:
                page.error(person.place.line, f"{shown(address)} belongs to {shown(other.name)} already")


def _limits(page: Page, value: Value | None) -> dict[str, int]:
    """How much money each role may grant."""
    limits: dict[str, int] = {}
    for role, amount in (page.table(value, "'limits'") if value else {}).items():
        known = page.known_name(role, amount.line, ROLES, "role")
        money = page.amount(amount, f"the limit of {shown(role)}")
        if known and money is not None:
            limits[known] = money
    return limits


def _stores(page: Page, value: Value | None, calendars: tuple[str, ...]) -> dict[str, Store]:
    """The stores that are listed; an entry may be empty."""
    stores: dict[str, Store] = {}
    for name, body in (page.table(value, "'stores'") if value else {}).items():
        if body.is_null:
            stores[name] = Store(name=name)
            continue
        entries = page.keys(body, f"store {shown(name)}", STORE_KEYS)
        stores[name] = Store(
            name=name,
            address=page.text(entries.get("address"), f"'address' of {shown(name)}"),
            hours=_hours(page, entries.get("hours"), name),
            calendar=page.one_of(entries.get("calendar"), calendars, "calendar"),
        )
    return stores


def _hours(page: Page, value: Value | None, name: str) -> str:
    """Opening hours: shown to customers as written; the clock needs them in a form it can read."""
    hours = page.text(value, f"'hours' of {shown(name)}")
    if value is not None and hours:
        try:
            parse_hours(hours)
        except ValueError as error:
            page.warn(value.line, f"{error}; until then the calendar's hours hold for {shown(name)}")
    return hours
