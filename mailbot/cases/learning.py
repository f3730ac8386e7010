"""What the desk learns when a colleague puts a mail to a case: that its address takes part, and as whom.

The colleague's bare word makes it somebody who writes for the customer: mail from there finds the case by itself and
adds to it, but accepts nothing and changes nothing. Only "same customer" makes it the customer's own. It is recorded in
the step of the case itself (`taking_part.PART`), so that it is told by `why` and comes back with a rebuild.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.cases import effects as fx
from mailbot.cases import heard, kinship, taking_part
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.cases.phrases import plain
from mailbot.cases.staff_mail import StaffMail
from mailbot.cases.taking_part import CUSTOMER, HELPER, PART
from mailbot.mail.automatic import is_no_reply

_SAID = {CUSTOMER: "is the customer's own", HELPER: "writes for the customer"}


@dataclass(frozen=True, slots=True)
class Learnt:
    """As what the sender takes part from now on ('' = as a stranger), with the effect and the words that record it."""

    part: str
    given: tuple[fx.Effect, ...] = ()
    why: tuple[str, ...] = ()


def learn(sender: str, record: Case, target: Case, event: Event, mail: StaffMail) -> Learnt:
    """What the choice of a case says of whoever wrote.

    Args:
        sender: of the mail that was put to it.
        record: what the mail was sorted on: behind a robot, and in what staff passed on, its customer is who wrote.
    """
    rules = mail.process.matching
    address = record.customer.address.casefold() if not sender or is_no_reply(sender) else sender
    if mail.process.people.by_address(address) is not None:
        address = record.customer.address.casefold()  # a colleague passed it on
    known = taking_part.part_of(address, target, rules)
    part = CUSTOMER if _same_customer(event, mail) else HELPER
    if not address or known in (CUSTOMER, part):
        return Learnt(known)
    fact = taking_part.with_word(target, address, part, mail.person.name)
    if address not in fact:
        return Learnt("")
    said = f"{mail.person.name} said by this choice that {address} {_SAID[part]}; its next mail comes here by itself"
    return Learnt(part, (fx.SetFact(PART, fact),), (said,))


def _same_customer(event: Event, mail: StaffMail) -> bool:
    """Whether the colleague said that it is the customer themself; a denial of it says the contrary."""
    words = str(event.data.get("words") or "")
    phrase = kinship.said(words, mail.process.matching.said("same_customer"))
    return bool(phrase) and not heard.denied(plain(words), mail.process.hearing)
