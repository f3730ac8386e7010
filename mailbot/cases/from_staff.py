"""A mail from staff: an answer to what was asked, a command, a forwarded complaint, a note of their own, or words.

What lacks the proof it needs is held, and the address on file is asked once (DESIGN.md "Proof of a staff command").
Understanding is `commands`, `taking` and `contacts`; which case it is `staff_mail`; new cases `opened_by_staff`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailbot.cases import commands, heard, opened_by_staff, taken_form
from mailbot.cases.carrying import carry
from mailbot.cases.commands import Said
from mailbot.cases.contacts import Contact
from mailbot.cases.events import Event
from mailbot.cases.held_commands import CONFIRMED, DENIED, confirmed, hold, hold_new
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.opened_by_staff import FORM, Brought
from mailbot.cases.phrases import plain
from mailbot.cases.query import Found
from mailbot.cases.recognised import LONGEST_WORDS, Recognised, keep
from mailbot.cases.staff_mail import WHICH_CASE, StaffMail, look, unclear
from mailbot.cases.taking import Taken, take
from mailbot.process.model import Answer, Command, Process

NOT_UNDERSTOOD = "none of the answers or commands I know is in it"
SEVERAL = "the customer has several open cases; please name one by its code"
_WITHOUT_CONTACT = ("", "amount")  # what is said with these is no name and no number of a customer


def recognise(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime) -> Recognised:
    """The event of a mail whose From names a member of staff."""
    mail = look(intake, found, process, identity, now)
    if intake.forward and not mail.replied:
        return _forwarded(replace(mail, letter=None))
    answers = process.letter(mail.letter.letter, "").answers if mail.letter else ()
    mail, said = _understood(mail, (*answers, *process.commands))
    if said is None or _only_receives(mail, said):
        begun = mail.contact.enough and mail.case is None and not mail.several and not mail.replied
        if begun:
            return opened_by_staff.reported(mail, opened_by_staff.told(mail, mail.note))
        return unclear(mail, NOT_UNDERSTOOD)
    if said.meant.event in (CONFIRMED, DENIED) and mail.case and mail.letter:
        return confirmed(mail, said.meant.event)
    return _commanded(mail, said, None)


def _understood(mail: StaffMail, choices: tuple[Answer | Command, ...]) -> tuple[StaffMail, Said | None]:
    """The answer or command at the top, and the mail with the top that it was read from.

    A customer's name and number beside it are taken out first, but never out of words that belong to a command.
    """
    hearing = mail.process.hearing
    whole = commands.understand(mail.top, choices, hearing)
    if mail.contact == Contact() or (whole and whole.meant.takes not in _WITHOUT_CONTACT):
        return mail, whole
    said = commands.understand(mail.note, choices, hearing)
    return (replace(mail, top=mail.note), said) if said else (mail, whole)


def _commanded(mail: StaffMail, said: Said, brought: Brought | None) -> Recognised:
    """An answer or command; brought: the mail passed on below it, if it stands above one."""
    meant = said.meant
    if isinstance(meant, Command) and not set(meant.who) & set(mail.person.roles):
        return unclear(mail, f"“{meant.name}” is for {', '.join(meant.who)}", "command_refused")
    if meant.takes == "form":
        return _form(mail, meant)
    taken = _take(mail, said)
    mail = mail.without(str(taken.data.get("code") or ""))
    data = {**mail.data(), "words": _words(mail, said), **taken.data}
    event = Event(meant.event, mail.role(meant), data, mail.intake.message.key)
    if mail.case is None:
        return _without_case(mail, said, event, taken, brought)
    if taken.unclear:
        return unclear(mail, taken.unclear)
    if not _proved(mail, meant):
        return hold(mail, event)
    why = _why(mail, meant)
    return carry(mail, event, why, (keep(mail.intake, event.by, meant.event, why),))


def _only_receives(mail: StaffMail, said: Said) -> bool:
    """Whether "ok" is a colleague's own, about a letter to hand on: what the customer answered must be named."""
    for_customer = mail.letter is not None and mail.letter.audience == "customer"
    if not for_customer or not isinstance(said.meant, Answer):
        return False
    first = heard.body(mail.top, mail.process.hearing).partition("\n")[0]
    return heard.holds(heard.flat(plain(first)), heard.flat(plain(said.meant.value))) < 0


def _words(mail: StaffMail, said: Said) -> str:
    """What was said beside the answer or command itself, courtesy and signature apart: for the file, or to be sent."""
    hearing, meant = mail.process.hearing, said.meant
    beside = "" if commands.says_nothing(said.words, hearing) else said.words
    if meant.takes:
        return beside[:LONGEST_WORDS]
    first = heard.body(mail.top, hearing).partition("\n")[0]
    bare = heard.flat(heard.without_courtesy(plain(first), hearing))
    whole = str(mail.data()["words"])
    return (beside if bare in {heard.flat(plain(word)) for word in meant.words} else whole)[:LONGEST_WORDS]


def _take(mail: StaffMail, said: Said) -> Taken:
    if not said.meant.takes:
        return Taken({}, "")
    return take(said.meant.takes, mail.top, said.words, mail.process, mail.today)


def _without_case(mail: StaffMail, said: Said, event: Event, taken: Taken, brought: Brought | None) -> Recognised:
    """A command on a customer of whom no case is open."""
    meant = said.meant
    if opened_by_staff.needs_nobody(event, mail.process):
        why = _why(mail, meant)
        given = (keep(mail.intake, event.by, meant.event, why, human=False),)
        return Recognised("case", event.name, why, None, event, given) if mail.known else unclear(mail, WHICH_CASE)
    if mail.several:
        return unclear(mail, SEVERAL)
    if brought is None and (mail.replied or not mail.contact.enough):
        return unclear(mail, WHICH_CASE)
    bringing = brought or opened_by_staff.told(mail, said.words)
    if meant.event == FORM and not opened_by_staff.begins(mail, bringing, event):
        return opened_by_staff.came(mail, bringing)
    if not opened_by_staff.begins(mail, bringing, event):
        return opened_by_staff.reported(mail, bringing) if brought else unclear(mail, WHICH_CASE)
    if taken.unclear:
        return opened_by_staff.reported(mail, bringing, taken.unclear, solved=True)
    return opened_by_staff.by_command(mail, bringing, event, _proved(mail, meant))


def _forwarded(mail: StaffMail) -> Recognised:
    """A complaint that staff pass on: the customer is the innermost outsider of the forward."""
    process = mail.process
    mail, said = _understood(mail, process.commands)
    if said and said.meant.takes == "form":
        return _commanded(mail, said, None)
    brought = opened_by_staff.passed_on(mail)
    if brought is None:
        return unclear(mail, "I could not read the customer's address in the forwarded mail")
    is_form = said is not None and said.meant.event == FORM
    bare = commands.says_nothing(mail.note, process.hearing)
    if mail.case:
        if said and not is_form:
            return _commanded(mail, said, brought)
        return opened_by_staff.on_case(mail, replace(brought, note="") if bare or is_form else brought, mail.case)
    if said and not bare:
        return _commanded(mail, said, brought)
    if mail.several:
        return opened_by_staff.unsure(mail, brought)
    return opened_by_staff.came(mail, brought) if bare else opened_by_staff.reported(mail, brought)


def _form(mail: StaffMail, meant: Answer | Command) -> Recognised:
    """The form that staff filled in for a customer."""
    taken = taken_form.read(mail)
    mail = replace(mail, case=taken.case, several=taken.several)
    if not taken.values:
        return unclear(mail, taken_form.UNREADABLE)
    if mail.several:
        return unclear(mail, SEVERAL)
    data = {**mail.data(), taken_form.VALUES: taken.values}
    event = Event(meant.event, mail.role(meant), data, mail.intake.message.key)
    proved, why = _proved(mail, meant), _why(mail, meant)
    given = (keep(mail.intake, event.by, meant.event, why),)
    if mail.case:
        return carry(mail, event, why, given) if proved else hold(mail, event)
    if not taken.contact.enough:
        return unclear(mail, taken_form.NOBODY)
    if not proved:
        return hold_new(mail, event, taken_form.facts_of(mail, taken.contact))
    return taken_form.on_new_case(mail, taken.contact, event, why, given)


def _proved(mail: StaffMail, meant: Answer | Command) -> bool:
    """Whether the mail has the proof that what was said needs; an answer needs all of it."""
    known_is_enough = isinstance(meant, Command) and meant.proof == "known"
    return mail.trusted or (known_is_enough and mail.known)


def _why(mail: StaffMail, meant: Answer | Command) -> tuple[str, ...]:
    verdict = mail.intake.verdict
    return (f"{mail.person.name} said “{meant.words[0]}”", f"{verdict.result}: {verdict.evidence}")
