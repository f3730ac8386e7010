"""A mail looked at from every side once, before any case is known: the input of `query` and `recognise`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mailbot.cases import forms
from mailbot.cases.identity import Identity
from mailbot.cases.query import Query
from mailbot.mail import authentication, automatic, bounces, forwards, quotes, references
from mailbot.mail.model import Automatic, Bounce, Forward, Message, Verdict, Words
from mailbot.mail.references import Reference
from mailbot.process.model import Process
from mailbot.process.people import Person

_ADDRESS = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,190}")
_MOST_TEXT = 20_000  # characters of a staff mail looked through for addresses
_MOST_ADDRESSES = 20  # looked up from one staff mail; more is a list, not a note about a customer


@dataclass(frozen=True, slots=True)
class Intake:
    """What one mail is by itself. `person` is the member of staff its From names (not yet proved)."""

    message: Message
    automatic: Automatic | None
    bounce: Bounce | None
    words: Words
    forward: Forward | None
    person: Person | None
    verdict: Verdict
    refs: tuple[Reference, ...]
    named: tuple[str, ...]  # case codes in the subject or the new words
    addresses: tuple[str, ...]  # addresses in a staff mail's words: the customer it may be about
    form_address: str = ""  # the address in a form that staff filled in

    @property
    def sender(self) -> str:
        return self.message.sender.key if self.message.sender else ""


def look(message: Message, process: Process, identity: Identity) -> Intake:
    """Everything the mail shows by itself."""
    own = frozenset({identity.address.casefold()})
    person = process.people.by_address(message.sender.address) if message.sender else None
    words = quotes.split(message.text)
    forward = _of_customer(forwards.forward(message), process, identity.address) if person else None
    return Intake(
        message=message,
        automatic=automatic.automatic(message, own, references.is_own_id(message.message_id, identity.address)),
        bounce=bounces.bounce(message),
        words=words,
        forward=forward,
        person=person,
        verdict=authentication.verdict(message, identity.authserv_id),
        refs=references.references_in(message, words.new, identity.prefix, identity.address),
        named=references.codes_in(f"{message.subject}\n{words.new}", identity.prefix),
        addresses=_addresses(f"{message.subject}\n{words.new}", forward, process, identity) if person else (),
        form_address=_form_address(message.text, process, identity) if person else "",
    )


def query(intake: Intake) -> Query:
    """The keys under which the ledger may find its case."""
    bounced = (intake.bounce.original_message_id,) if intake.bounce and intake.bounce.original_message_id else ()
    return Query(
        mail=intake.message.key,
        codes=tuple(dict.fromkeys((*(ref.case for ref in intake.refs), *intake.named))),
        message_ids=tuple(dict.fromkeys((*intake.message.references, *bounced))),
        addresses=tuple(dict.fromkeys(filter(None, (intake.sender, *intake.addresses, intake.form_address)))),
    )


def _of_customer(forward: Forward | None, process: Process, desk: str) -> Forward | None:
    """The forward with the customer's mail as its original: the first on its way to us that is not the house's own.

    What stands deeper is only what that sender wrote: an outsider must not name the address that we write to.
    A colleague who is not in people.yaml is passed over by the desk's domain, where that leaves somebody else.
    """
    if forward is None:
        return None
    names = {person.name.casefold() for person in process.people.people}
    outside = [
        layer
        for layer in forward.layers
        if not (process.people.by_address(layer.address) if layer.address else layer.name.casefold() in names)
        and not _is_desk(layer.address, desk)
    ]
    house = "@" + desk.casefold().rpartition("@")[2]
    chosen = next((layer for layer in outside if not layer.address.casefold().endswith(house)), None) or next(
        iter(outside), None
    )
    if chosen is None and _is_desk(forward.original.address, desk):
        return replace(forward, original=replace(forward.original, address=""))  # ours: nobody's mail to be answered
    return replace(forward, original=chosen) if chosen else forward


def _is_desk(address: str, desk: str) -> bool:
    """Whether the address is the desk's own, or one below it (desk+TOKEN@)."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == desk.casefold()


def _form_address(text: str, process: Process, identity: Identity) -> str:
    """The customer's address in a form that stands in the mail; only where one could, since reading it takes time."""
    if not any(_is_outside(found.casefold(), process, identity) for found in _ADDRESS.findall(text[:_MOST_TEXT])):
        return ""
    address = forms.read(text, process).values.get("email", "").casefold()
    return address if _is_outside(address, process, identity) else ""


def _addresses(words: str, forward: Forward | None, process: Process, identity: Identity) -> tuple[str, ...]:
    written = [found.casefold().rstrip(".") for found in _ADDRESS.findall(words[:_MOST_TEXT])]
    inside = [forward.original.address.casefold()] if forward and forward.original.address else []
    outsiders = (address for address in (*inside, *written) if _is_outside(address, process, identity))
    return tuple(dict.fromkeys(outsiders))[:_MOST_ADDRESSES]


def _is_outside(address: str, process: Process, identity: Identity) -> bool:
    """Whether the address is neither the desk's nor a colleague's."""
    return not _is_desk(address, identity.address) and process.people.by_address(address) is None
