"""A person's mail from outside: a new complaint, the form, or words on a case of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailbot.cases import effects as fx
from mailbot.cases import forms, match
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case
from mailbot.cases.phrases import first_phrase
from mailbot.cases.query import Found
from mailbot.cases.recognised import Recognised, filled, keep, opening, words_of
from mailbot.cases.screening import Kind, screen
from mailbot.mail.automatic import is_no_reply
from mailbot.process.model import Process


def recognise(intake: Intake, found: Found, process: Process, identity: Identity) -> Recognised:
    """The event of a mail from somebody who is not staff."""
    result = match.of_customer(intake.sender, intake.refs, intake.named, found, identity, process)
    match result:
        case match.Matched():
            return _on_case(intake, result, process)
        case match.Ambiguous():
            return _unsure(intake, result, _kind_of(intake, process), process)
        case match.NoMatch():
            return _new(intake, result, _kind_of(intake, process), process)


def _kind_of(intake: Intake, process: Process) -> Kind:
    return screen(intake.message.subject, intake.words.new, process.screening)


def _on_case(intake: Intake, matched: match.Matched, process: Process) -> Recognised:
    case, party = matched.case, "stranger" if matched.stranger else "customer"
    reading = forms.read(intake.message.text, process)
    values = forms.filled_in(case.form, reading)
    # Of a form only what was filled in is the customer's: its hints speak of refunds by themselves.
    said = "\n".join((*values.values(), reading.loose))
    kind = screen("" if reading.values else intake.message.subject, said, process.screening)
    name, form_effects = _form(values, case, matched.stranger, process)
    data = {
        **words_of(intake),
        "claim": kind.claim,
        "kind": kind.kind,
        "level": kind.level,
        "says_left": bool(first_phrase(said, process.screening.says_left)),
    }
    claim = (fx.SetFact("claim", True),) if kind.claim and not matched.stranger else ()
    why = (matched.why, *kind.evidence)
    given = (keep(intake, party, name, why), *claim, *form_effects)
    return Recognised("case", name, why, case, Event(name, party, data, intake.message.key), given)


def _form(values: Mapping[str, str], case: Case, stranger: bool, process: Process) -> tuple[str, tuple[fx.Effect, ...]]:
    """The event that form values make, if there are new ones. Another address cannot change whom we write to."""
    if stranger:
        values = {field: value for field, value in values.items() if field not in ("name", "email")}
    if not values:
        return "customer_wrote", ()
    merged = forms.merge(case.form, values, process)
    if case.form.complete:
        return "form_changed", filled(merged, process)
    return ("form_completed" if merged.complete else "form_incomplete"), filled(merged, process)


def _unsure(intake: Intake, result: match.Ambiguous, kind: Kind, process: Process) -> Recognised:
    """Nothing of the mail reaches any of the cases; the candidates go to staff only."""
    data = {**words_of(intake), "candidates": [_candidate(case) for case in result.candidates], **_kind(kind)}
    why = (result.why, *kind.evidence)
    given = (keep(intake, "stranger", "case_unsure", why), *_opening(intake, kind, process))
    return Recognised(
        "human", "case_unsure", why, None, Event("case_unsure", "stranger", data, intake.message.key), given
    )


def _new(intake: Intake, result: match.NoMatch, kind: Kind, process: Process) -> Recognised:
    doubts = _doubts(intake)
    sure = kind.starts_the_map and not doubts
    name = "complaint_came" if sure else "kind_unsure"
    why = (result.why, *kind.evidence, *doubts)
    given = (keep(intake, "customer", kind.kind, why), *_opening(intake, kind, process))
    event = Event(name, "customer", {**words_of(intake), **_kind(kind)}, intake.message.key)
    return Recognised("case" if sure else "human", kind.kind, why, None, event, given)


def _doubts(intake: Intake) -> tuple[str, ...]:
    """Why nobody is written to before a human has looked, however sure the complaint."""
    if not intake.sender:
        return ("nobody is named in From",)
    if is_no_reply(intake.sender):
        return ("a website's form wrote it: who the customer is stands in Reply-To, not in From",)
    if intake.verdict.result == "fail":
        return ("our own mail server says that From is forged",)
    return ()


def _opening(intake: Intake, kind: Kind, process: Process) -> tuple[fx.Effect, ...]:
    sender = intake.message.sender
    if sender and is_no_reply(sender.key):  # nobody reads there; a form names the customer in Reply-To
        sender = next((each for each in intake.message.reply_to if not is_no_reply(each.key)), None)
    name, address = (sender.name, sender.address) if sender else ("", "")
    return opening(process, name=name, address=address, claim=kind.claim, level=kind.level)


def _kind(kind: Kind) -> dict[str, Any]:
    return {"claim": kind.claim, "kind": kind.kind, "level": kind.level}


def _candidate(case: Case) -> dict[str, str]:
    opened = f"{case.opened_at.day} {case.opened_at:%B %Y}" if case.opened_at else ""
    return {
        "code": case.code, "name": case.customer.name, "garment": case.garment, "store": case.store, "opened": opened,
    }  # fmt: skip
