"""The questions of `mailbot init`: what is asked, why, and what Enter means. Nothing here writes a file.

Each answer has a default in [brackets]; `later` leaves a marked placeholder. A wrong answer is asked again with what is
wrong. What a flag has answered is not asked; nor is what belongs into a file that is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from mailbot import answers as checks
from mailbot import environment, providers
from mailbot.answers import Answers, Contact
from mailbot.autoconfig import Found, by_table, find
from mailbot.commands.asking import LATER, answered, told
from mailbot.commands.signing_up import signed_in
from mailbot.founding import PEOPLE
from mailbot.lookups import Network
from mailbot.providers import Server
from mailbot.settings import FILE

T = TypeVar("T")
NO_MORE = "no more"
# Role -> what is asked, and why. The first is proposed for the others: in a small shop one person does it all.
ROLES: Mapping[str, tuple[str, str]] = {
    "care": ("Customer care", "Who owns complaints, approves offers and signs the letters to customers?"),
    "operations": ("Operations", "Who looks at garments and says what happened?"),
    "va": ("Virtual assistant", "Who types details into the till system, makes calls and pays out?"),
    "admin": ("Admin", "Who keeps these files? Faults go there, and all customers' letters while the desk rehearses."),
}


def given(folder: Path, tills: tuple[Contact, ...], flags: Mapping[str, Any]) -> Answers:
    """What the flags answered; ValueError where two of them do not go together."""
    told_people = {role: flags[role] for role in checks.ROLES if flags[role]}
    plain = {key: value for key, value in flags.items() if value and key not in (*checks.ROLES, "password_file")}
    found = Answers(**plain)
    for role, person in told_people.items():
        found = replace(found, people={**found.people, role: checks.fits(person, found)})
    for store in tills:
        found = replace(found, stores=(*(found.stores or ()), checks.fits_till(store, found)))
    if file := flags["password_file"]:
        # Not through symbolic links: secrets that are mounted are renewed by turning one to another folder.
        whole, desk = file.absolute(), folder.absolute()
        inside = whole.is_relative_to(desk)
        found = replace(found, password_file=str(whole.relative_to(desk) if inside else whole))
    if found.oauth2:
        provider = providers.by_id(found.oauth2)
        if provider is None or provider.sign_in is None:
            known = ", ".join(each.id for each in providers.known() if each.sign_in)
            raise ValueError(f"--oauth2 {found.oauth2}: no provider that mailbot can sign in at; there are {known}")
        if found.password_file:
            raise ValueError("--oauth2 and --password-file are two ways to sign in; give one of them")
        found = replace(found, provider=provider)
    return found


def look_up(answers: Answers, dns: str) -> Answers:
    """What can be known without asking: servers that are sure, and what follows from what was given."""
    if not answers.address:
        return answers
    if not (answers.imap and answers.smtp):
        found = _look(answers.address, dns)
        if found.sure:
            answers = _with_servers(answers, answers.imap or found.imap, answers.smtp or found.smtp)
        elif found.imap or found.smtp:
            told("These are not under the desk's own domain, so they were not taken; name them with --imap and --smtp.")
    else:
        answers = _with_servers(answers, answers.imap, answers.smtp)
    if answers.provider and answers.provider.password == "none" and not answers.oauth2:  # noqa: S105
        told(f"{answers.provider.name} takes no password from programs: give --oauth2 {answers.provider.id}.")
    proposed = checks.proposed_prefix(answers.name) if answers.name else ""
    return replace(answers, username=answers.username or _username(answers), prefix=answers.prefix or proposed)


def ask(folder: Path, answers: Answers, dns: str) -> Answers:
    """Everything that was not given, of a person; click.Abort where they stop."""
    desk, people = not (folder / FILE).exists(), not (folder / PEOPLE).exists()
    if not (desk or people):
        return answers
    told(
        f"A new desk in {folder}. Enter takes what stands in [brackets], `{LATER}` leaves a placeholder to fill in by "
        "hand, Ctrl-C stops. Nothing is written before the last answer."
    )
    if desk:
        answers = signed_in(mailbox(shop(asked_address(answers)), dns))
    if people:
        answers = stores(_people(answers))
    return answers


def asked_address(answers: Answers) -> Answers:
    if answers.address:
        return answers
    why = "The desk reads the mail that comes to this address, and answers from it."
    address = answered(why, "Address of the desk", LATER, checks.desk_address) or ""
    local, _, domain = address.partition("@")
    if near := providers.look_alike(domain):
        if click.confirm(f"  {domain} looks much like {near}. Did you mean {local}@{near}?", default=True):
            address = f"{local}@{near}"
    elif "xn--" in domain:
        told(f"  In mail this domain is written {domain}; so it will stand in the files.")
    return replace(answers, address=address)


def mailbox(answers: Answers, dns: str) -> Answers:
    """The servers, as found, to be confirmed; and the user name."""
    if not answers.address:
        return answers
    found = Found("") if answers.imap and answers.smtp else _look(answers.address, dns)
    why = "Where the mail lies. HOST:PORT, as your provider gives it for IMAP."
    imap = answers.imap or _server("IMAP server", why, found.imap, 993)
    why = "Where letters are handed in. HOST:PORT, as your provider gives it for SMTP."
    smtp = answers.smtp or _server("SMTP server", why, found.smtp, 587)
    answers = _with_servers(answers, imap, smtp)
    if answers.imap and not answers.username:
        why = "The name that the servers know the mailbox by; mostly the whole address."
        username = answered(why, "User name", _username(answers), checks.one_line)
        answers = replace(answers, username=username or "")
    return answers


def _server(question: str, why: str, found: Server | None, usual: int) -> Server | None:
    default = checks.shown(found) if found else LATER
    return answered(why, question, default, lambda text: checks.server(text, usual))


def _with_servers(answers: Answers, imap: Server | None, smtp: Server | None) -> Answers:
    """The servers, and whose they are: what a person says counts more than what was found."""
    provider = answers.provider or (providers.by_server(imap.host) if imap else None)
    return replace(answers, imap=imap, smtp=smtp, provider=provider)


def _username(answers: Answers) -> str:
    local = answers.provider is not None and answers.provider.username == "local"
    return answers.address.partition("@")[0] if local else answers.address


def _look(address: str, dns: str) -> Found:
    """Look the servers up, and say what was found and from where."""
    domain = address.partition("@")[2]
    found = by_table(domain)
    if found is None:
        told(f"\nlooking for the mail servers of {domain} …")
        found = find(domain, Network(dns))
    for note in found.notes:
        told(f"  {note}")
    if found.closed:
        told(f"  {found.closed.name} ({found.how}): {found.closed.why}\n  {found.closed.do}")
    elif found.provider:
        told(f"  {found.provider.name}: {found.how}")
    elif found.how:
        servers = " and ".join(checks.shown(each) for each in (found.imap, found.smtp) if each)
        told(f"  found {servers}: {found.how}")
    return found


def shop(answers: Answers) -> Answers:
    """What customers see, the clock, and what is spoken."""
    return languages(zone(prefix(name(answers))))


def name(answers: Answers) -> Answers:
    found = answers.name or answered(
        "Customers see this name as the sender of letters.",
        "Name of the shop",
        (checks.proposed_name(answers.address) if answers.address else "") or LATER,
        checks.one_line,
    )
    return replace(answers, name=found or "")


def prefix(answers: Answers) -> Answers:
    found = answers.prefix or answered(
        "It stands in the subject of every letter, [BLANC-4K7QD2M], so that answers find their case.",
        "Prefix of case numbers",
        checks.proposed_prefix(answers.name) if answers.name else LATER,
        checks.prefix,
    )
    return replace(answers, prefix=found or "")


def zone(answers: Answers) -> Answers:
    found = answers.timezone or answered(
        "Deadlines and working hours are counted on this clock.", "Time zone", _own_zone(), checks.timezone
    )
    return replace(answers, timezone=found or "")


def _own_zone() -> str:
    """The machine's time zone; servers that keep UTC say nothing of where the shop is."""
    from tzlocal import get_localzone_name

    try:
        here = checks.timezone(str(get_localzone_name()))
    except (ValueError, LookupError, OSError):
        return "Europe/London"
    return "Europe/London" if here.rpartition("/")[2] in ("UTC", "UCT", "GMT", "Zulu", "Universal") else here


def languages(answers: Answers) -> Answers:
    found = answers.languages or answered(
        "Customers are answered in their language where it is one that you name here, else in the first. There are "
        f"letters in {', '.join(checks.LANGUAGES)}. What staff get is in English.",
        "Languages of letters",
        _own_language(),
        checks.languages,
    )
    return replace(answers, languages=found or ())


def _own_language() -> str:
    """The machine's, if there are letters in it."""
    spoken = environment.language()
    return spoken if spoken in checks.LANGUAGES else "en"


def _people(answers: Answers) -> Answers:
    for role, (question, why) in ROLES.items():
        if role not in answers.people:
            first = answers.people.get("care")
            person = answered(f"{why} Write it like {checks.PERSON}.", question, str(first or LATER), _one_of(answers))
            if person:
                answers = replace(answers, people={**answers.people, role: person})
    return answers


def _one_of(answers: Answers) -> Callable[[str], Contact]:
    return lambda text: checks.fits(checks.contact(text), answers)


def stores(answers: Answers) -> Answers:
    """Any number of stores, until an empty line."""
    if answers.stores is not None:
        return answers
    why = f"Each store has a till, which is asked about garments. Write it like {checks.STORE}."
    found: tuple[Contact, ...] = ()
    while True:
        answers = replace(answers, stores=found)
        more = answered(why, f"Store {len(found) + 1}", NO_MORE, _store(answers))
        if more is None:
            return answers
        found, why = (*found, more), ""


def _store(answers: Answers) -> Callable[[str], Contact | None]:
    def read(text: str) -> Contact | None:
        return None if text.strip().casefold() in ("", NO_MORE) else checks.fits_till(checks.store(text), answers)

    return read
