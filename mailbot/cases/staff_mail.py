"""A mail of staff with all that is known round it: who writes, on which case, in answer to which letter, on what proof.

From: alone is never proof (DESIGN.md "Proof of a staff command"): what our own server found about the domain, or
the token of a letter that the desk sent to that address. Decides nothing about what was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.cases import contacts, match
from mailbot.cases.contacts import Contact
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case, Letter
from mailbot.cases.query import Found
from mailbot.cases.recognised import Recognised, candidate, keep, words_of
from mailbot.process.model import Answer, Command, Process
from mailbot.process.people import Person

WHICH_CASE = "I could not tell which case it is about"


@dataclass(frozen=True, slots=True)
class StaffMail:
    """One mail of staff.

    top: what stands at its top (above a forward, the forwarder's words). contact: the customer named in it; note: the
    top without them. case, or the `several` it could be about. letter: the letter of ours that it answers, `replied`
    where a token says so. trusted: enough proof for everything; known: enough for what harms nobody.
    """

    intake: Intake
    person: Person
    found: Found
    process: Process
    identity: Identity
    now: datetime
    top: str
    note: str
    contact: Contact
    case: Case | None
    several: tuple[Case, ...]
    letter: Letter | None
    replied: bool
    trusted: bool
    known: bool

    @property
    def today(self) -> date:
        """The day as the desk has it."""
        return self.now.astimezone(ZoneInfo(self.identity.timezone)).date()

    @property
    def answering(self) -> str:
        """The code of the letter that it is a reply to, '' for none; a mail that only names the customer is none."""
        named = self.case is not None and self.case.code in self.intake.named
        return self.letter.letter if self.letter and (self.replied or named) else ""

    def role(self, meant: Answer | Command | None = None) -> str:
        """The party the person speaks as: the one that was asked, else the first of theirs that may say it."""
        roles = self.person.roles
        may = meant.who if isinstance(meant, Command) else roles
        if self.letter and self.letter.audience in roles and self.letter.audience in may:
            return self.letter.audience
        return next((role for role in roles if role in may), roles[0])

    def data(self) -> dict[str, Any]:
        """What every event of staff brings: all that was written, and by whom."""
        return {
            **words_of(self.intake),
            "author": self.person.addresses[0],
            "author_name": self.person.name,
            "author_store": self.person.store,
        }

    def without(self, code: str) -> StaffMail:
        """The mail where the code named in it is not the case it is about: "merge BLANC-…" in a mail on another one."""
        if self.replied or not code:
            return self
        named = tuple(each for each in self.intake.named if each != code)
        case, several = _case_named(replace(self.intake, named=named), self.found, self.process, self.contact)
        return replace(self, case=case, several=several)


def look(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime) -> StaffMail:
    """Everything round a mail whose From names a member of staff."""
    assert intake.person is not None  # noqa: S101  (mypy; the caller asked)
    person = intake.person
    contact, top, note = _named(intake, process, identity)
    proved = match.answered(intake.refs, found, identity)
    verdict = intake.verdict.result if intake.message.from_count == 1 else "fail"
    theirs = frozenset(address.casefold() for address in person.addresses)
    case, several = (match.follow(proved[0], found), ()) if proved else _case_named(intake, found, process, contact)
    to_them = proved[1] if proved and proved[1].to.casefold() in theirs else None
    # The token vouches for the address that it was sent to, not for the person's others.
    by_token = to_them is not None and to_them.to.casefold() == intake.sender
    letter = to_them if proved and case is proved[0] else None  # what was asked was asked on that case
    if proved is None and verdict == "pass" and case:
        letter = next((each for each in reversed(case.letters) if each.to.casefold() in theirs), None)
    return StaffMail(
        intake, person, found, process, identity, now, top, note, contact, case, several, letter,
        replied=to_them is not None,
        trusted=verdict == "pass" or (verdict == "none" and by_token),
        known=verdict != "fail",
    )  # fmt: skip


def unclear(mail: StaffMail, reason: str, name: str = "staff_unclear") -> Recognised:
    """Nothing is done, and whoever wrote is told why; a From that is not proved is told nothing."""
    why = (f"{mail.person.name}: {reason}",)
    if not mail.known:
        return Recognised("human", name, (*why, "and the From address is not proved, so nobody is answered"))
    data = {**mail.data(), "reason": reason, "answering": mail.answering}
    if mail.several:
        data["candidates"] = [candidate(case) for case in mail.several]
    event = Event(name, mail.role(), data, mail.intake.message.key)
    given = (keep(mail.intake, event.by, name, why, human=False),)
    return Recognised("human", name, why, mail.case, event, given)


def _named(intake: Intake, process: Process, identity: Identity) -> tuple[Contact, str, str]:
    """The customer named in the mail, what stands at its top, and that without them.

    Of a mail without words the top is its subject less the case's code.
    """
    subject = intake.message.subject
    for code in intake.named:
        subject = re.sub(rf"\[?{re.escape(code)}\]?", "", subject, flags=re.IGNORECASE)
    words = intake.forward.note if intake.forward else intake.words.new
    top = words if words.strip() or intake.forward else subject
    contact, note = contacts.apart(top, process, identity.address)
    if contact == Contact() and not intake.forward:
        contact = contacts.contact_in(subject, process, identity.address)
    return contact, top, note


def _case_named(
    intake: Intake, found: Found, process: Process, contact: Contact
) -> tuple[Case | None, tuple[Case, ...]]:
    """The one case that a staff mail is about: by Message-ID, by code, by the customer's address in it."""
    by_code = match.distinct((case for code, case in found.by_code.items() if code in intake.named), found)
    by_id = match.distinct(found.by_message_id.values(), found)
    addresses = (contact.address.casefold(),) if contact.address and not intake.forward else intake.addresses
    by_address = match.open_cases_of(addresses, found, process)
    for cases in (by_code, by_id, by_address):
        if cases:
            return (cases[0], ()) if len(cases) == 1 else (None, cases)
    return None, ()
