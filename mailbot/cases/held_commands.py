"""Commands that came without the proof they need: kept until the address on file says that it wrote them.

A yes to one question lets exactly one command through, once, within a day. Never carries anything out itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailbot.cases import effects as fx
from mailbot.cases.carrying import carry
from mailbot.cases.events import Event
from mailbot.cases.match import HELD
from mailbot.cases.recognised import Recognised, keep
from mailbot.cases.staff_mail import StaffMail, unclear

CONFIRM_WITHIN = timedelta(days=1)  # a held command is stale after that; the till writes it again
MOST_HELD = 3  # asked about at a time on one case: a forger must not have the desk flood a colleague with questions
CONFIRMED, DENIED = "was_me", "was_not_me"


def hold(mail: StaffMail, event: Event) -> Recognised:
    """Not carried out: kept as a fact of the case until the address on file says that it wrote it."""
    verdict = mail.intake.verdict
    why = (f"{event.name} without proof: {verdict.evidence or verdict.result}",)
    held = {"name": event.name, "by": event.by, "data": dict(event.data)}
    pending = _pending(mail)
    if held in pending.values() or len(pending) >= MOST_HELD:
        return Recognised("human", "command_unproved", (*why, "the address on file was asked about it already"))
    letters = mail.case.letters if mail.case else ()
    asking = str(len(letters) + 1)  # a yes to one question must never let another command through
    given = (
        keep(mail.intake, "stranger", "command_unproved", why, human=False),
        fx.SetFact(HELD, {**pending, asking: held}),
    )
    data = {**mail.data(), "reason": event.name.replace("_", " ")}
    unproved = Event("command_unproved", "stranger", data, mail.intake.message.key)
    return Recognised("case", "command_unproved", why, mail.case, unproved, given)


def hold_new(mail: StaffMail, event: Event, facts: tuple[fx.Effect, ...]) -> Recognised:
    """The same for what would open a case: the record knows the customer, and nobody is written to."""
    held = hold(replace(mail, case=None), event)
    return replace(held, fate="human", given=(*held.given, *facts))


def confirmed(mail: StaffMail, name: str) -> Recognised:
    """The address on file answered “was it you?”: once, within a day, by the letter's own token."""
    case, letter = mail.case, mail.letter
    assert case is not None  # noqa: S101  (the caller asked)
    assert letter is not None  # noqa: S101
    pending = _pending(mail)
    held = pending.pop(str(letter.n), None)
    if not held or not mail.trusted:
        return unclear(mail, "there is nothing left to confirm; please write the command again")
    why = (f"{mail.person.name} answered letter {letter.n}: {name}",)
    given = (keep(mail.intake, mail.role(), name, why), fx.SetFact(HELD, pending or None))
    if name == DENIED:
        reason = f"somebody wrote in the name of {mail.person.name}; the command was not carried out"
        denied = Event(name, mail.role(), {**mail.data(), "reason": reason}, mail.intake.message.key)
        return Recognised("case", name, why, case, denied, given)
    event = Event(held["name"], held["by"], held["data"], mail.intake.message.key)
    return carry(mail, event, why, given)


def _pending(mail: StaffMail) -> dict[str, Any]:
    """Commands that wait for a yes and are not stale, by the number of the letter that asks."""
    case = mail.case
    if case is None:
        return {}
    fresh = {str(each.n) for each in case.letters if mail.now - each.at <= CONFIRM_WITHIN}
    return {n: held for n, held in (case.facts.get(HELD) or {}).items() if n in fresh}
