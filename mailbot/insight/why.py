"""`mailbot why`: each step of a case in plain words, with its evidence and its rule, and what comes next. Pure.

For the house's own terminal: the class of a client is shown, and marked as private. Never shown are references and
tokens of letters, nor commands that wait for their proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from mailbot.cases.model import Case, Entry
from mailbot.insight.coming import Coming, coming
from mailbot.insight.happenings import status
from mailbot.insight.listing import headline, iso
from mailbot.insight.moments import Moments
from mailbot.insight.noted import Noted
from mailbot.insight.sheet import BLANK, Bit, Line, labelled, line, words
from mailbot.insight.steps import Rule, Step, Told, steps
from mailbot.process.model import Process

PRIVATE = "stays in the house"


def page(case: Case, history: Sequence[Entry], process: Process, moments: Moments) -> Iterator[Line]:
    """The whole answer, for a person."""
    yield from headline(case, process)
    yield BLANK
    told = steps(case, history, process, moments)
    for step in told:
        yield from _step(step, process, moments)
    yield line(Bit("What comes next", "strong"))
    yield from _coming(coming(case, process, moments))
    if any(step.rule and step.rule.changed for step in told):
        yield BLANK
        yield line(
            Bit("The rules have changed since some of these steps. ", "doubt"),
            "Their lines are those of then; what was done stays done.",
        )


def as_json(case: Case, history: Sequence[Entry], process: Process, moments: Moments) -> dict[str, Any]:
    """The same for a program: one object, times in ISO 8601."""
    then = coming(case, process, moments)
    return {
        "case": case.code,
        "state": case.state,
        "steps": [_step_json(step) for step in steps(case, history, process, moments)],
        "next": {
            "at": iso(then.at),
            "rule": then.rule or None,
            "letters": list(then.letters),
            "goes_to": then.goes or None,
            "words": " ".join((f"{then.what}.", *then.others)),
        },
    }


def _step(step: Step, process: Process, moments: Moments) -> Iterator[Line]:
    inward = "inward" if step.by not in ("clock", "desk") else ""
    at = moments.moment(step.at)
    yield Line(words(Bit(step.what, inward)), label=Bit(at, "strong"), gap=len(at) + 2)
    if step.said:
        yield line(f"“{step.said}”", indent=4)
    for number, evidence in enumerate(step.evidence):
        yield labelled("" if number else "because", evidence, indent=4)
    if step.rule:
        yield from _rule(step.rule)
    for letters in _alike(step.letters):
        yield _letter(letters, step, moments)
    for number, each in enumerate(_in_order(step.noted, process)):
        private = Bit(f" ({PRIVATE})", "doubt") if each.private else ""
        yield labelled("" if number else "noted", each.words, private, indent=4)
    if step.goes:
        yield labelled("now", Bit(step.title, "strong"), Bit(f" ({step.goes})", "quiet"), indent=4)
    yield BLANK


def _in_order(noted: Sequence[Noted], process: Process) -> list[Noted]:
    """Facts as the rules explain them, one after the other: what one says may refer to the one before."""
    places = {name: number for number, name in enumerate(process.facts)}
    return sorted(noted, key=lambda each: places.get(each.name, -1))


def _rule(rule: Rule) -> Iterator[Line]:
    if rule.changed:
        yield labelled("rule", rule.place, Bit(" (as the rules were then)", "doubt"), indent=4)
        return
    if rule.note:
        yield labelled("rule", rule.note, indent=4)
    block = f"“{rule.block}”" if rule.block else "in every state"
    where = f", {block}, {rule.when}" if rule.when else ""
    yield labelled("" if rule.note else "rule", Bit(f"{rule.place}{where}", "quiet"), indent=4)


def _alike(letters: Sequence[Told]) -> Iterator[list[Told]]:
    """The same letter to several people, told once."""
    for _, group in groupby(letters, key=lambda each: replace(each, to="", name="")):
        yield list(group)


def _letter(letters: list[Told], step: Step, moments: Moments) -> Line:
    one = letters[0]
    said, style = status(one.status)
    reason = f" because {one.reason}" if one.reason else ""
    rehearsed = Bit(" (rehearsal: to the admin instead)", "doubt") if one.rehearsed else ""
    about = words(": ", Bit(one.about, "outward")) if one.about else ""
    names = " and ".join(dict.fromkeys(each.name for each in letters))
    return labelled(
        "letter", Bit(one.letter, "outward"), f" to {names}", about, "; ", Bit(said, style), _left(one, step, moments),
        reason, rehearsed, indent=4,
    )  # fmt: skip


def _left(letter: Told, step: Step, moments: Moments) -> str:
    """When it left, as far as the moment of the step does not say it."""
    if letter.at is None or moments.moment(letter.at) == moments.moment(step.at):
        return ""
    same_day = moments.calendar.day(letter.at) == moments.calendar.day(step.at)
    return f" at {moments.clock(letter.at)}" if same_day else f" {moments.moment(letter.at)}"


def _coming(then: Coming) -> Iterator[Line]:
    rule = Bit(f" ({then.rule})", "quiet") if then.rule else ""
    yield line(then.what, rule, ".", indent=2)
    yield from (line(other, indent=2) for other in then.others)


def _step_json(step: Step) -> dict[str, Any]:
    rule = asdict(step.rule) if step.rule else None
    return {
        "at": iso(step.at),
        "event": step.event,
        "by": step.by,
        "what": step.what,
        "why": list(step.evidence),
        "rule": rule,
        "letters": [{**asdict(letter), "at": iso(letter.at)} for letter in step.letters],
        "goes_to": step.goes or None,
        "noted": [asdict(each) for each in step.noted],
    }
