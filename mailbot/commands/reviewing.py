"""The last question of `mailbot init`: all answers on one page, each to be changed by its number. It writes nothing.

No password is ever shown. What follows from an answer is asked again with it: the servers and the sign-in with the
address, since they were looked up by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click

from mailbot import answers as checks
from mailbot.answers import Answers, Contact
from mailbot.commands import interview
from mailbot.commands.asking import LATER, answered
from mailbot.commands.signing_up import signed_in
from mailbot.founding import PEOPLE
from mailbot.settings import FILE
from mailbot.terminal import paint

YES, NO = ("", "y", "yes", "y/n"), ("n", "no")


@dataclass(frozen=True, slots=True)
class _Line:
    """One answer on the page, and how it is asked again."""

    name: str
    shown: str
    again: Callable[[Answers], Answers]


def asked(folder: Path, given: Answers, dns: str) -> Answers:
    """Everything that was not given, of a person, who then sees it all; click.Abort where they stop or say no."""
    desk, people = not (folder / FILE).exists(), not (folder / PEOPLE).exists()
    answers = interview.ask(folder, given, dns)
    while desk or people:
        lines = [*(_of_desk(answers, given, dns) if desk else ()), *(_of_people(answers) if people else ())]
        click.echo("\nThis is what will be written:")
        for number, line in enumerate(lines, 1):
            click.echo(f"  {number:2}  {line.name + ':':<23} {line.shown}")
        chosen = _choice(f"Write this into {folder}? Or the number of an answer to change", lines)
        if chosen is None:
            break
        answers = chosen.again(answers)
    click.echo()
    return answers


def _choice(question: str, lines: list[_Line]) -> _Line | None:
    """The line that is to be asked again; None: all is well."""
    while True:
        text = click.prompt(question, default="Y/n").strip().casefold()
        if text in YES:
            return None
        if text in NO:
            raise click.Abort
        if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= len(lines):
            return lines[int(text) - 1]
        click.echo(f"  {paint('✗', 'bad')} Enter writes, a number from 1 to {len(lines)} changes, n stops")


def _of_desk(answers: Answers, given: Answers, dns: str) -> list[_Line]:
    """What goes into mailbot.toml; what a flag gave stays where only something else is asked again."""
    lines = [
        _Line("Address of the desk", answers.address or LATER, partial(_other_address, given, dns)),
        _Line("Name of the shop", answers.name or LATER, lambda old: interview.name(replace(old, name=""))),
        _Line("Prefix of case numbers", answers.prefix or LATER, lambda old: interview.prefix(replace(old, prefix=""))),
        _Line("Time zone", answers.timezone or LATER, lambda old: interview.zone(replace(old, timezone=""))),
        _Line(
            "Languages of letters",
            ", ".join(answers.languages) or LATER,
            lambda old: interview.languages(replace(old, languages=())),
        ),
    ]
    if answers.address:
        lines.append(_Line("Mail servers", _servers(answers), partial(_other_servers, Answers(), dns)))
    if answers.imap:
        lines.append(_Line("Sign-in", _sign_in(answers), lambda old: signed_in(_without_sign_in(old, Answers()))))
    return lines


def _other_servers(given: Answers, dns: str, old: Answers) -> Answers:
    """Servers, user name and sign-in asked again, less what was given."""
    cleared = replace(
        _without_sign_in(old, given), imap=given.imap, smtp=given.smtp, username=given.username,
        provider=given.provider,
    )  # fmt: skip
    return signed_in(interview.mailbox(cleared, dns))


def _other_address(given: Answers, dns: str, old: Answers) -> Answers:
    """Another address, which is nobody's among the people and tills, and the servers that belong to it."""
    everybody = (*old.people.values(), *(old.stores or ()))
    while True:
        new = interview.asked_address(replace(old, address=""))
        taken = next((who for who in everybody if _same(who.address, new.address)), None)
        if taken is None:
            return _other_servers(given, dns, new)
        click.echo(f"  {paint('✗', 'bad')} {new.address} is {taken.name}'s; the desk needs an address of its own")


def _without_sign_in(answers: Answers, given: Answers) -> Answers:
    return replace(
        answers, password="", password_file=given.password_file, oauth2=given.oauth2, client_id=given.client_id,
        client_secret="",
    )  # fmt: skip


def _servers(answers: Answers) -> str:
    imap, smtp = (checks.shown(each) if each else LATER for each in (answers.imap, answers.smtp))
    return f"IMAP {imap}, SMTP {smtp}" + (f", as {answers.username}" if answers.username else "")


def _sign_in(answers: Answers) -> str:
    if answers.oauth2:
        return f"OAuth 2 at {answers.oauth2}, client id {answers.client_id or LATER}"
    if answers.password_file:
        return f"the password in {answers.password_file}"
    return "a password (not shown)" if answers.password else f"a password, {LATER}"


def _of_people(answers: Answers) -> list[_Line]:
    """What goes into people.yaml."""
    lines = [
        _Line(question, str(answers.people.get(role, LATER)), partial(_another, role))
        for role, (question, _) in interview.ROLES.items()
    ]
    stores = ", ".join(map(str, answers.stores or ())) or "none"
    return [*lines, _Line("Stores", stores, lambda old: interview.stores(replace(old, stores=None)))]


def _another(role: str, answers: Answers) -> Answers:
    """Somebody else in a role; or the same person written otherwise, then in all their roles."""
    question, why = interview.ROLES[role]
    old = answers.people.get(role)
    others = {each: person for each, person in answers.people.items() if person != old}

    def check(text: str) -> Contact:
        new = checks.fits(checks.contact(text), replace(answers, people=others))
        for store in answers.stores or ():
            if _same(store.address, new.address):
                raise ValueError(f"{new.address} is the till of {store.name}; a till needs an address of its own")
        return new

    new = answered(f"{why} Write it like {checks.PERSON}.", question, str(old or LATER), check)
    people = {each: person for each, person in answers.people.items() if each != role}
    if new:
        people[role] = new
        if old and (_same(old.address, new.address) or _same(old.name, new.name)):
            people |= {each: new for each, person in answers.people.items() if person == old}
    return replace(answers, people={each: people[each] for each in interview.ROLES if each in people})


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
