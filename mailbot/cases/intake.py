"""A mail looked at from every side once, before any case is known: the input of `query` and `recognise`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbot.cases import form_papers, passed_on, web_form, writer
from mailbot.cases.candidates import Marks
from mailbot.cases.form_papers import NO_FORM, FormRead
from mailbot.cases.forms import Reading
from mailbot.cases.identity import Identity
from mailbot.cases.own_words import own_words
from mailbot.cases.query import Query
from mailbot.cases.screening import NO_KIND, Kind, screen
from mailbot.cases.web_form import WebFormRead
from mailbot.mail import authentication, automatic, bounces, forwards, languages, quotes, references
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
    marks: Marks | None = None  # what it says of whose it is, for a look by likeness
    near: tuple[str, ...] = ()  # the keys of that look
    language: str = ""  # of the customer's words: en, fr …, `other`; '' = not sure
    form: FormRead = NO_FORM  # what a person's mail says of the complaint form, in its words and its papers
    kind: Kind = NO_KIND  # of a person's mail from outside, or of what staff pass on, by its words alone
    web: WebFormRead | None = None  # what a form on a website says that somebody typed into it

    @property
    def sender(self) -> str:
        return self.message.sender.key if self.message.sender else ""


def look(message: Message, process: Process, identity: Identity) -> Intake:
    """Everything the mail shows by itself."""
    own = frozenset({identity.address.casefold()})
    verdict = authentication.verdict(message, identity.authserv_id)
    machine = automatic.automatic(message, own, references.is_own_id(message.message_id, identity.address))
    web = web_form.of(message, verdict, machine, process)
    machine = None if web else machine
    person = process.people.by_address(message.sender.address) if message.sender and not web else None
    words = web.heard(quotes.split(message.text)) if web else quotes.split(message.text)
    forward = passed_on.of_customer(forwards.forward(message), process.people, identity.address) if person else None
    addresses = _addresses(f"{message.subject}\n{words.new}", forward, process, identity) if person else ()
    marks = writer.marks(message, words.new, forward, process) if forward or not person else None
    form = NO_FORM if machine else web.form if web else form_papers.in_mail(message, process)
    language = _language(message, words.new, forward, form.reading, process)
    outside = machine is None and person is None
    return Intake(
        message=message,
        automatic=machine,
        bounce=bounces.bounce(message),
        words=words,
        forward=forward,
        person=person,
        verdict=verdict,
        refs=references.references_in(message, words.new, identity.prefix, identity.address),
        named=references.codes_in(f"{message.subject}\n{words.new}", identity.prefix),
        addresses=addresses,
        form_address=_form_address(form.reading, process, identity) if person else "",
        form=form,
        language=language,
        kind=_kind(message.subject, words.new, forward, language, process) if outside or forward else NO_KIND,
        marks=marks,
        near=writer.near(message, marks, addresses, process),
        web=web,
    )


def _language(message: Message, new: str, forward: Forward | None, reading: Reading, process: Process) -> str:
    """The language of the mail's new words; of a mail that staff pass on, of what they pass on."""
    text, subject = (forward.original.text, forward.original.subject) if forward else (new, message.subject)
    return languages.language(own_words(text, subject, reading, process))


def _kind(subject: str, new: str, forward: Forward | None, language: str, process: Process) -> Kind:
    """What the mail is by its words; what staff pass on, by those of who wrote it."""
    if forward:
        subject, new = forward.original.subject, forward.original.text
    return screen(subject, new, process.screening, language)


def query(intake: Intake) -> Query:
    """The keys under which the ledger may find its case."""
    bounced = (intake.bounce.original_message_id,) if intake.bounce and intake.bounce.original_message_id else ()
    return Query(
        mail=intake.message.key,
        codes=tuple(dict.fromkeys((*(ref.case for ref in intake.refs), *intake.named))),
        message_ids=tuple(dict.fromkeys((*intake.message.references, *bounced))),
        addresses=tuple(dict.fromkeys(filter(None, (intake.sender, *intake.addresses, intake.form_address)))),
        near=() if intake.automatic else intake.near,
    )


def _form_address(reading: Reading, process: Process, identity: Identity) -> str:
    """The customer's address in a form that stands in the mail."""
    address = reading.values.get("email", "").casefold()
    return address if address and _is_outside(address, process, identity) else ""


def _addresses(words: str, forward: Forward | None, process: Process, identity: Identity) -> tuple[str, ...]:
    written = [found.casefold().rstrip(".") for found in _ADDRESS.findall(words[:_MOST_TEXT])]
    inside = [forward.original.address.casefold()] if forward and forward.original.address else []
    outsiders = (address for address in (*inside, *written) if _is_outside(address, process, identity))
    return tuple(dict.fromkeys(outsiders))[:_MOST_ADDRESSES]


def _is_outside(address: str, process: Process, identity: Identity) -> bool:
    """Whether the address is neither the desk's nor a colleague's."""
    return not passed_on.is_desk(address, identity.address) and process.people.by_address(address) is None
