"""The complaint form that staff fill in for a customer: by telephone, or in store (`form taken` above the form).

No one is shut out by a form. A name or an address in it never takes the place of those on file, and never makes a
colleague the customer. Nothing readable is said to whoever wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mailbot.cases import contacts, forms, match, severity
from mailbot.cases import effects as fx
from mailbot.cases.contacts import Contact
from mailbot.cases.customer_words import form_event, raised
from mailbot.cases.events import Event
from mailbot.cases.model import Case, Customer, Form
from mailbot.cases.recognised import Recognised, filled, opening, reachable, shown_name
from mailbot.cases.screening import Kind, screen
from mailbot.cases.staff_mail import StaffMail
from mailbot.process.model import Process

VALUES = "form_values"  # what was read, in the data of the command, until it has been carried out
UNREADABLE = "I could not find a form with anything new in it; please fill in the lines after the colons"
NOBODY = "I could read the form, but not whose it is; please add a name with an email address or a telephone number"
_ON_FILE = {"name": "name", "email": "address"}  # field of the form -> of the customer


@dataclass(frozen=True, slots=True)
class Taken:
    """What could be read, whose it is, and the case it belongs to, if there is one; several: the cases it could be."""

    values: Mapping[str, str]
    contact: Contact
    case: Case | None
    several: tuple[Case, ...] = ()


def read(mail: StaffMail) -> Taken:
    """The form in the mail, and whose it is."""
    reading = mail.intake.form.reading
    values = dict(reading.values)
    if not mail.intake.form_address:
        values.pop("email", None)  # the desk's own, a colleague's, or none
    if contacts.is_of_the_house(values.get("name", ""), mail.process):
        values.pop("name", None)
    case, several = mail.case, mail.several
    if case is None and not several:
        case, several = _of_address(mail)
    form = case.form if case else Form()
    new = forms.filled_in(form, replace(reading, values=_not_on_file(values, case)))
    contact = Contact(
        name=shown_name(values.get("name", "")) or mail.contact.name,
        address=values.get("email", "") or mail.contact.address,
        phone=values.get("phone", "") or mail.contact.phone,
        postal=mail.contact.postal,
    )
    return Taken(new, contact, case, several)


def on_case(
    mail: StaffMail, case: Case, command: Event, why: tuple[str, ...], given: tuple[fx.Effect, ...]
) -> Recognised:
    """The event that the form makes on its case."""
    event, effects, evidence = _happened(mail, case, command, ())
    return Recognised("case", event.name, (*why, *evidence), case, event, (*given, *effects))


def on_new_case(
    mail: StaffMail, who: Contact, command: Event, why: tuple[str, ...], given: tuple[fx.Effect, ...]
) -> Recognised:
    """A case that begins with its form."""
    facts = facts_of(mail, who)
    blank = next(effect for effect in facts if isinstance(effect, fx.FillForm))
    customer = Customer(who.name, who.address, who.phone)
    case = Case("", customer=customer, form=Form(blank.complete, blank.values, blank.missing))
    earlier = mail.found.by_address.get(who.address.casefold(), ())
    event, effects, evidence = _happened(mail, case, command, earlier)
    return Recognised("case", event.name, (*why, *evidence), None, event, (*given, *facts, *effects))


def facts_of(mail: StaffMail, who: Contact) -> tuple[fx.Effect, ...]:
    """The facts with which the case begins."""
    return opening(
        mail.process,
        name=who.name, address=who.address, phone=who.phone, store=mail.person.store, reported=True,
    )  # fmt: skip


def _happened(
    mail: StaffMail, case: Case, command: Event, earlier: tuple[Case, ...]
) -> tuple[Event, tuple[fx.Effect, ...], tuple[str, ...]]:
    """The event of the values, the effects it brings, and the evidence."""
    process = mail.process
    values = {str(field): str(value) for field, value in dict(command.data.get(VALUES) or {}).items()}
    merged = forms.merge(case.form, values, process)
    merged = merged if case.customer.address or merged.values.get("email") else reachable(merged)
    kind = severity.counted(_kind(values, case, process), earlier, process, mail.now)
    data = {key: value for key, value in command.data.items() if key != VALUES}
    data |= {"reported": True, **_told(kind), "first_claim": kind.claim and not case.claim}
    effects = [effect for effect in filled(merged, process) if not _overwrites(effect, case)]
    if not case.customer.address and merged.values.get("email"):
        effects.append(fx.SetFact("customer_address", merged.values["email"]))
    claim = (fx.SetFact("claim", True),) if kind.claim else ()
    event = Event(form_event(case, merged.complete), command.by, data, command.mail)
    return event, (*effects, *raised(case, kind.level), *claim), kind.evidence


def _kind(values: Mapping[str, str], case: Case, process: Process) -> Kind:
    prices = {field.id for field in process.form if field.kind == "money"}
    said = "\n".join(value for field, value in values.items() if field not in prices)
    return severity.weighed(screen("", said, process.screening), said, process, claimed=case.claim)


def _told(kind: Kind) -> dict[str, Any]:
    return {"claim": kind.claim, "kind": kind.kind, "level": kind.level}


def _not_on_file(values: Mapping[str, str], case: Case | None) -> dict[str, str]:
    """The values less a name and an address that the case has already."""
    known = {field for field, of in _ON_FILE.items() if case and getattr(case.customer, of)}
    return {field: value for field, value in values.items() if field not in known}


def _overwrites(effect: fx.Effect, case: Case) -> bool:
    return isinstance(effect, fx.SetFact) and effect.name == "customer_name" and bool(case.customer.name)


def _of_address(mail: StaffMail) -> tuple[Case | None, tuple[Case, ...]]:
    """The open case of the address that the form names."""
    address = mail.intake.form_address
    cases = match.distinct(mail.found.by_address.get(address, ()), mail.found) if address else ()
    open_ones = tuple(case for case in cases if match.is_open(case, mail.process))
    return (open_ones[0], ()) if len(open_ones) == 1 else (None, open_ones)
