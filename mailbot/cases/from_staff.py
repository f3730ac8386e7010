"""A mail from staff: an answer to what was asked, a command, a forwarded complaint, or words.

From: alone is never proof (DESIGN.md "Proof of a staff command"): what our own server found about
the domain, or the token of a letter the desk sent to that address. What lacks it is held and the
address on file is asked once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mailbot.cases import commands, match
from mailbot.cases import effects as fx
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case, Letter
from mailbot.cases.phrases import first_phrase
from mailbot.cases.query import Found
from mailbot.cases.recognised import LONGEST_WORDS, Recognised, keep, opening, words_of
from mailbot.cases.screening import screen
from mailbot.process.model import Answer, Command, Person, Process

CONFIRM_WITHIN = timedelta(days=1)  # a held command is stale after that; the till writes it again
HELD = "held_commands"  # the fact that keeps commands until the address on file confirms them, by the asking letter
MOST_HELD = 3  # asked about at a time on one case: a forger must not have the desk flood a colleague with questions
_CONFIRMED, _DENIED = "was_me", "was_not_me"
_FORM = "form_requested"


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Who writes, on which case, in answer to which letter of ours to that same address."""

    person: Person
    case: Case | None
    letter: Letter | None
    trusted: bool  # enough proof for everything
    known: bool  # enough for what harms nobody
    now: datetime


def recognise(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime) -> Recognised:
    """The event of a mail whose From names a member of staff."""
    assert intake.person is not None  # noqa: S101  (mypy; the caller asked)
    speaker = _speaker(intake, intake.person, found, identity, process, now)
    if intake.forward and speaker.letter is None:
        return _forwarded(intake, speaker, process)
    said = commands.understand(_top(intake), _choices(speaker, process))
    if said is None:
        return _unclear(intake, speaker, "none of the answers or commands I know is in it")
    if said.meant.event in (_CONFIRMED, _DENIED) and speaker.case and speaker.letter:
        return _confirmed(intake, speaker, said.meant.event)
    return _commanded(intake, speaker, said, process)


def _top(intake: Intake) -> str:
    """What stands at the top of the mail; of one without words, its subject less the case's code."""
    if intake.words.new.strip():
        return intake.words.new
    subject = intake.message.subject
    for code in intake.named:
        subject = re.sub(rf"\[?{re.escape(code)}\]?", "", subject, flags=re.IGNORECASE)
    return subject


def _speaker(
    intake: Intake, person: Person, found: Found, identity: Identity, process: Process, now: datetime
) -> _Speaker:
    proved = match.answered(intake.refs, found, identity)
    verdict = intake.verdict.result if intake.message.from_count == 1 else "fail"
    case = proved[0] if proved else _case_named(intake, found, process)
    theirs = frozenset(address.casefold() for address in person.addresses)
    letter = proved[1] if proved and proved[1].to.casefold() in theirs else None
    # The token vouches for the address that it was sent to, not for the person's others.
    by_token = letter is not None and letter.to.casefold() == intake.sender
    if letter is None and verdict == "pass" and case:
        letter = _last_ask(case, theirs)
    return _Speaker(person, case, letter, verdict == "pass" or (verdict == "none" and by_token), verdict != "fail", now)


def _case_named(intake: Intake, found: Found, process: Process) -> Case | None:
    """The one case that a staff mail is about: by Message-ID, by code, by the customer's address in it."""
    by_code = {case.code: case for code, case in found.by_code.items() if code in intake.named}
    by_id = {case.code: case for case in found.by_message_id.values()}
    of_address = [case for address in intake.addresses for case in found.by_address.get(address, ())]
    by_address = {case.code: case for case in of_address if match.is_open(case, process)}
    for cases in (by_code, by_id, by_address):
        if len(cases) == 1:
            return next(iter(cases.values()))
        if cases:
            return None
    return None


def _last_ask(case: Case, addresses: frozenset[str]) -> Letter | None:
    return next((each for each in reversed(case.letters) if each.to.casefold() in addresses), None)


def _choices(speaker: _Speaker, process: Process) -> tuple[Answer | Command, ...]:
    answers = process.letter(speaker.letter.letter, "").answers if speaker.letter else ()
    return (*answers, *process.commands)


def _commanded(intake: Intake, speaker: _Speaker, said: commands.Said, process: Process) -> Recognised:
    meant = said.meant
    event = Event(meant.event, _role(speaker, meant), _data(intake, speaker, said.words), intake.message.key)
    if isinstance(meant, Command):
        if not set(meant.who) & set(speaker.person.roles):
            reason = f"“{meant.name}” is for {', '.join(meant.who)}"
            return _unclear(intake, speaker, reason, "command_refused")
        proved = speaker.trusted or (meant.proof == "known" and speaker.known)
    else:
        proved = speaker.trusted
    if speaker.case is None:
        return _unclear(intake, speaker, "I could not tell which case it is about")
    if not proved:
        return _unproved(intake, speaker, event)
    why = (f"{speaker.person.name} said “{meant.words[0]}”", f"{intake.verdict.result}: {intake.verdict.evidence}")
    given = (keep(intake, event.by, meant.event, why),)
    return Recognised("case", meant.event, why, speaker.case, event, given)


def _unproved(intake: Intake, speaker: _Speaker, event: Event) -> Recognised:
    """Not carried out: kept as a fact of the case until the address on file says that it wrote it."""
    why = (f"{event.name} without proof: {intake.verdict.evidence or intake.verdict.result}",)
    held = {"name": event.name, "by": event.by, "data": dict(event.data)}
    pending = _pending(speaker)
    if held in pending.values() or len(pending) >= MOST_HELD:
        return Recognised("human", "command_unproved", (*why, "the address on file was asked about it already"))
    letters = speaker.case.letters if speaker.case else ()
    asking = str(len(letters) + 1)  # a yes to one question must never let another command through
    given = (
        keep(intake, "stranger", "command_unproved", why, human=False),
        fx.SetFact(HELD, {**pending, asking: held}),
    )
    data = {**_data(intake, speaker, ""), "reason": event.name.replace("_", " ")}
    unproved = Event("command_unproved", "stranger", data, intake.message.key)
    return Recognised("case", "command_unproved", why, speaker.case, unproved, given)


def _pending(speaker: _Speaker) -> dict[str, Any]:
    """Commands that wait for a yes and are not stale, by the number of the letter that asks."""
    case = speaker.case
    if case is None:
        return {}
    fresh = {str(each.n) for each in case.letters if speaker.now - each.at <= CONFIRM_WITHIN}
    return {n: held for n, held in (case.facts.get(HELD) or {}).items() if n in fresh}


def _confirmed(intake: Intake, speaker: _Speaker, event: str) -> Recognised:
    """The address on file answered “was it you?”: once, within a day, by the letter's own token."""
    case, letter = speaker.case, speaker.letter
    assert case is not None  # noqa: S101
    assert letter is not None  # noqa: S101
    pending = _pending(speaker)
    held = pending.pop(str(letter.n), None)
    if not held or not speaker.trusted:
        return _unclear(intake, speaker, "there is nothing left to confirm; please write the command again")
    why = (f"{speaker.person.name} answered letter {letter.n}: {event}",)
    given = (keep(intake, _role(speaker, None), event, why), fx.SetFact(HELD, pending or None))
    if event == _DENIED:
        reason = f"somebody wrote in the name of {speaker.person.name}; the command was not carried out"
        denied = Event(
            event, _role(speaker, None), {**_data(intake, speaker, ""), "reason": reason}, intake.message.key
        )
        return Recognised("case", event, why, case, denied, given)
    released = Event(held["name"], held["by"], held["data"], intake.message.key)
    return Recognised("case", held["name"], why, case, released, given)


def _forwarded(intake: Intake, speaker: _Speaker, process: Process) -> Recognised:
    """A complaint that staff pass on: the customer is the innermost outsider of the forward."""
    assert intake.forward is not None  # noqa: S101
    forward, original = intake.forward, intake.forward.original
    if not original.address or process.people.by_address(original.address):
        return _unclear(intake, speaker, "I could not read the customer's address in the forwarded mail")
    said = commands.understand(forward.note, process.commands) if forward.note.strip() else None
    if said and said.meant.event != _FORM and speaker.case:
        return _commanded(intake, speaker, said, process)
    kind = screen(original.subject, original.text, process.screening)
    bare = commands.says_nothing(forward.note) or (said is not None and said.meant.event == _FORM)
    data = {
        **_data(intake, speaker, forward.note if not bare else ""),
        "words": (original.text if bare else forward.note)[:LONGEST_WORDS],
        "subject": original.subject,
        "claim": kind.claim,
        "kind": kind.kind,
        "level": kind.level,
        "reported": True,
    }
    why = (f"forwarded by {speaker.person.name}", *forward.evidence, *kind.evidence)
    if speaker.case:
        event = Event("customer_wrote", "customer", data, intake.message.key)
        return Recognised("case", "customer_wrote", why, speaker.case, event, (keep(intake, "till", "forward", why),))
    facts = opening(
        process,
        name=original.name,
        address=original.address,
        store=speaker.person.store,
        claim=kind.claim,
        level=kind.level,
        reported=True,
        solved=bool(first_phrase(forward.note, process.screening.solved)),
    )
    by = _role(speaker, None)
    event = Event("complaint_came" if bare else "complaint_reported", by, data, intake.message.key)
    given = (keep(intake, by, "forward", why), *facts)
    result = Recognised("case" if bare else "human", event.name, why, None, event, given)
    return result if speaker.known else _forward_unproved(intake, speaker, result)


def _forward_unproved(intake: Intake, speaker: _Speaker, result: Recognised) -> Recognised:
    """A forward in a forged name begins nothing: confirmed, it is a request for the form."""
    assert result.event is not None  # noqa: S101
    asked = _unproved(intake, speaker, replace(result.event, name=_FORM))
    facts = tuple(effect for effect in result.given if not isinstance(effect, fx.KeepMail))
    return replace(asked, fate="human", case=None, given=(*asked.given, *facts))


def _unclear(intake: Intake, speaker: _Speaker, reason: str, name: str = "staff_unclear") -> Recognised:
    why = (f"{speaker.person.name}: {reason}",)
    if not speaker.known:
        return Recognised("human", name, (*why, "and the From address is not proved, so nobody is answered"))
    event = Event(name, _role(speaker, None), {**_data(intake, speaker, ""), "reason": reason}, intake.message.key)
    given = (keep(intake, event.by, name, why, human=False),)
    return Recognised("human", name, why, speaker.case, event, given)


def _role(speaker: _Speaker, meant: Answer | Command | None) -> str:
    """The party the person speaks as: the one that was asked, else the first of theirs that may say it."""
    roles = speaker.person.roles
    if speaker.letter and speaker.letter.audience in roles:
        return speaker.letter.audience
    if isinstance(meant, Command):
        return next((role for role in roles if role in meant.who), roles[0])
    return roles[0]


def _data(intake: Intake, speaker: _Speaker, words: str) -> dict[str, Any]:
    return {
        **words_of(intake),
        **({"words": words[:LONGEST_WORDS]} if words else {}),
        "author": speaker.person.addresses[0],
        "author_name": speaker.person.name,
        "author_store": speaker.person.store,
    }
