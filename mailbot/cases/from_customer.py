"""A person's mail from outside: a new complaint, the form, an answer to what we asked, or words on a case of theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from mailbot.cases import candidates, customer_answers, customer_words, forms, match, severity, whose, writer
from mailbot.cases import effects as fx
from mailbot.cases.candidates import SUBJECT
from mailbot.cases.customer_words import SAID
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.model import Form
from mailbot.cases.query import Found
from mailbot.cases.recognised import Recognised, candidate, keep, opening, words_of
from mailbot.cases.screening import NO_KIND, Kind
from mailbot.process.model import Process


def recognise(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime) -> Recognised:
    """The event of a mail from somebody who is not staff."""
    result = matched(intake, found, process, identity, now)
    match result:
        case match.Matched():
            return _on_case(intake, result, process)
        case match.Ambiguous():
            return _unsure(intake, result, kind_of(intake, found, process, now), process)
        case match.NoMatch():
            return _new(intake, result, kind_of(intake, found, process, now), process)


def matched(
    intake: Intake, found: Found, process: Process, identity: Identity, now: datetime | None = None
) -> match.Match:
    """Which case the mail belongs to. now: None where no case is to be taken for too old."""
    return whose.of_mail(intake, found, process, identity, now)


def kind_of(intake: Intake, found: Found, process: Process, now: datetime) -> Kind:
    """What the mail is by its words, what it claims, and how serious it is."""
    kind = severity.weighed(intake.kind, intake.words.new, process)
    return severity.counted(kind, found.by_address.get(intake.sender, ()), process, now)


def _on_case(intake: Intake, matched: match.Matched, process: Process) -> Recognised:
    case, party = matched.case, "stranger" if matched.stranger else "customer"
    happened = customer_words.on_case(customer_words.told_in(intake, process), case, process, stranger=matched.stranger)
    answer = customer_answers.answered(intake, matched, happened, process)
    name, data, why = happened.name, happened.data, (matched.why, *happened.why)
    if answer:
        name, data, why = answer.event, {**data, **answer.data}, (*why, answer.why)
    given = (keep(intake, party, name, why), *happened.given)
    return Recognised("case", name, why, case, Event(name, party, data, intake.message.key), given)


def _unsure(intake: Intake, result: match.Ambiguous, kind: Kind, process: Process) -> Recognised:
    """Nothing of the mail reaches any of the cases; the candidates go to staff only."""
    offered = [{**candidate(each.case), "why": "; ".join(each.evidence)} for each in result.candidates]
    data = {**words_of(intake), "candidates": offered, "reason": result.why, **_kind(kind)}
    thought = (f"{each.code}, {each.score} of 100: {'; '.join(each.evidence)}" for each in result.candidates)
    why = (result.why, *thought, *kind.evidence)
    said = fx.SetFact(SAID, customer_words.told_in(intake, process).as_fact())
    given = (keep(intake, "stranger", "case_unsure", why), *_opening(intake, kind, process), said)
    return Recognised(
        "human", "case_unsure", why, None, Event("case_unsure", "stranger", data, intake.message.key), given
    )


def _new(intake: Intake, result: match.NoMatch, kind: Kind, process: Process) -> Recognised:
    doubts = _doubts(intake, process)
    opened = _opening(intake, kind, process)
    whole = any(isinstance(each, fx.FillForm) and each.complete for each in opened)
    if whole and kind.kind == NO_KIND.kind:  # whoever fills in the whole complaint form complains
        kind = replace(kind, kind="complaint", evidence=("the whole complaint form is filled in",))
    sure = kind.starts_the_map and not doubts
    name = _began(kind, whole=whole) if sure else "kind_unsure"
    why = (result.why, *kind.evidence, *doubts)
    about = candidates.subject_of(intake.message.subject)
    named = (fx.SetFact(SUBJECT, about),) if about else ()
    given = (keep(intake, "customer", kind.kind, why), *opened, *named)
    event = Event(name, "customer", {**words_of(intake), **_kind(kind)}, intake.message.key)
    return Recognised("case" if sure else "human", kind.kind, why, None, event, given)


def _began(kind: Kind, *, whole: bool) -> str:
    """A complaint, or one that brought the whole form with it; what is serious is for a person first all the same."""
    return "form_completed" if whole and kind.level != severity.SERIOUS else "complaint_came"


def _doubts(intake: Intake, process: Process) -> tuple[str, ...]:
    """Why nobody is written to before a human has looked, however sure the complaint."""
    if not intake.sender:
        return ("nobody is named in From",)
    if writer.for_many(intake.message, process) and not (intake.web and intake.web.customer):
        return ("a website's form wrote it: who the customer is stands in Reply-To, not in From",)
    if intake.verdict.result == "fail":
        return ("our own mail server says that From is forged",)
    return ()


def _opening(intake: Intake, kind: Kind, process: Process) -> tuple[fx.Effect, ...]:
    sender = intake.message.sender
    if writer.for_many(intake.message, process):  # nobody reads there; a form names the customer in Reply-To
        sender = writer.behind(intake.message, process)
    name, address = (sender.name, sender.address) if sender else ("", "")
    return opening(
        process, name=name, address=address, claim=kind.claim, level=kind.level,
        category=kind.category, values=forms.filled_in(Form(), intake.form.reading),
    )  # fmt: skip


def _kind(kind: Kind) -> dict[str, Any]:
    return {"claim": kind.claim, "first_claim": kind.claim, "kind": kind.kind, "level": kind.level}
