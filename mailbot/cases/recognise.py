"""What happened: a mail and what the ledger found, turned into one event on one case, or into nothing.

Whose mail it is (customer or staff, by proof), which case (`match`), what it says (form, answer,
command, words). Unsure is a result of its own and always ends with a human. Never decides what to do.
"""

from __future__ import annotations

from datetime import datetime

from mailbot.cases import effects as fx
from mailbot.cases import from_customer, from_staff, match
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.languages import with_language
from mailbot.cases.model import Case, Letter
from mailbot.cases.query import Found
from mailbot.cases.recognised import Recognised, keep
from mailbot.cases.silence import AWAY
from mailbot.mail.away import away_until
from mailbot.process.model import Process


def recognise(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime) -> Recognised:
    """The event a mail is."""
    if intake.bounce and intake.automatic:
        return _bounce(intake, found)
    if intake.automatic:
        return _automatic(intake, found, process, identity, now)
    way = from_staff.recognise if intake.person else from_customer.recognise
    return with_language(way(intake, found, process, identity, now), intake, found, process)


def _bounce(intake: Intake, found: Found) -> Recognised:
    """A delivery report: tied to the letter it is about, or filed."""
    assert intake.bounce is not None  # noqa: S101  (mypy; the caller asked)
    returned = _letter(intake.bounce.original_message_id, found)
    kind = "delay" if intake.bounce.delayed else "bounce"
    evidence = (f"delivery report for {', '.join(intake.bounce.recipients) or 'an unknown address'}",)
    if returned is None:
        return Recognised("no_action", kind, evidence)
    case, letter = returned
    kept = keep(intake, "desk", kind, evidence, human=False)
    if intake.bounce.delayed:
        return Recognised("no_action", kind, evidence, case, Event("automatic_came", "desk"), (kept,))
    reason = f"{letter.to} cannot be reached" if intake.bounce.permanent else f"{letter.to} did not take this letter"
    data = {"n": letter.n, "letter": letter.letter, "to": letter.audience, "reason": reason}
    effects = (kept, fx.MarkLetter(letter.n, "failed"))
    return Recognised("case", kind, evidence, case, Event("letter_bounced", "desk", data), effects)


def _letter(message_id: str, found: Found) -> tuple[Case, Letter] | None:
    case = found.by_message_id.get(message_id)
    letter = next((each for each in case.letters if each.message_id == message_id), None) if case else None
    return (case, letter) if case and letter else None


def _automatic(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime) -> Recognised:
    """Nobody wrote it: never answered, kept with its case where it has one, and the clock does not move."""
    assert intake.automatic is not None  # noqa: S101
    kind, evidence = intake.automatic.kind, intake.automatic.evidence
    if kind in ("own", "list"):
        return Recognised("no_action", kind, evidence)
    answered = match.answered(intake.refs, found, identity)
    case = match.follow(answered[0], found) if answered else _case_of(intake, found, process)
    if case is None:
        return Recognised("no_action", kind, evidence)
    kept = keep(intake, "desk", kind, evidence, human=False)
    away = away_until(intake.message.text, now.date()) if kind == "vacation" else None
    facts = (fx.SetFact(AWAY, away.isoformat()),) if away else ()
    return Recognised(
        "no_action", kind, evidence, case, Event("automatic_came", "desk", {"kind": kind}), (kept, *facts)
    )


def _case_of(intake: Intake, found: Found, process: Process) -> Case | None:
    result = match.by_address(intake.sender, found, process)
    return result.case if isinstance(result, match.Matched) else None
