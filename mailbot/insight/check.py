"""What must be true of the rules as a whole, beyond each file's own shape. Pure: problems as values, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from mailbot.cases.decide import NOBODY_THERE
from mailbot.errors import Problem
from mailbot.insight import paths
from mailbot.insight.map import forks, places
from mailbot.letters import templates
from mailbot.letters.offers import amount_in, offer_in, scolding_in
from mailbot.process.model import LetterCard, Process, State
from mailbot.process.names import unknown
from mailbot.process.vocabulary import CATEGORIES, CLIENTS, FINDINGS

_STYLE = re.compile(r"<style\b[^>]{0,500}>[^<]*</style>", re.IGNORECASE)
COMPENSATION = "rules/compensation.yaml"
_TAG = re.compile(r"<[^<>]{0,2000}>")


def check(process: Process) -> tuple[Problem, ...]:
    """Every problem of a process that loaded."""
    lints = (templates.problems, _words, _fixed_words, _examples)
    proofs = (_implicit_keep, paths.problems, _readers, _offers, _ladders, _answers, *lints)
    return tuple(sorted({problem for proof in proofs for problem in proof(process)}))


def _implicit_keep(process: Process) -> Iterator[Problem]:
    if not process.always.get(NOBODY_THERE):
        what = f"the `any:` block has no row for {NOBODY_THERE!r}: what no row knows would reach nobody"
        yield Problem("rules/process.yaml", 1, what)


def _words(process: Process) -> Iterator[Problem]:
    """Templates to customers never use the phrases of wording.yaml, and promise money only where marked."""
    for card in _cards(process):
        if "customer" not in card.audience:
            continue
        words = f"{templates.own_words(card.subject)}\n{card.about}\n{templates.own_words(card.body)}"
        scolding = scolding_in(words, process)
        if scolding:
            yield Problem(
                card.place.file, card.body_line, f"{scolding!r} is never used on a customer (rules/wording.yaml)"
            )
        offer = offer_in(words, process)
        if offer and not card.grants:
            what = (
                f"{offer!r} is an offer, and the letter is marked `grants: false`; the guard would hold it every time"
            )
            yield Problem(card.place.file, card.body_line, what)


def _fixed_words(process: Process) -> Iterator[Problem]:
    """The fixed texts of wording.yaml promise nothing: the rule may speak of compensation, never of an amount."""
    wording = process.wording
    file = wording.offers.place.file
    for name, text in (*wording.footer.items(), ("outside_body", wording.outside_body)):
        offer = offer_in(text, process)
        if offer:
            yield Problem(file, 1, f"{offer!r} is an offer; `{name}` stands in letters that grant nothing")
    for name, text in wording.rule.items():
        amount = amount_in(text)
        if amount:
            yield Problem(file, 1, f"{amount!r} in `rule: {name}`: the rule names no amount")


def check_layout(layout: str, file: str, process: Process) -> tuple[Problem, ...]:
    """Whether the frame round every HTML letter promises anything by itself."""
    offer = offer_in(_TAG.sub(" ", _STYLE.sub(" ", layout)), process)
    return (Problem(file, 1, f"{offer!r} is an offer, and this stands round every letter"),) if offer else ()


def _offers(process: Process) -> Iterator[Problem]:
    """The letters of compensation.yaml grant, and no class of client is offered less than error and loss set."""
    table = process.compensation
    for code in table.letters:
        if code not in process.letters:
            yield Problem(COMPENSATION, 1, unknown("letter", code, process.letters))
        for card in process.letters.get(code, {}).values():
            if card.grants != paths.OFFER:
                what = f"letter '{code}' makes an offer ({COMPENSATION}); mark it `grants: true`"
                yield Problem(card.place.file, card.place.line, what)
    for finding, client, category, code in product(FINDINGS, CLIENTS, CATEGORIES, table.letters):
        offer = table.offer(code, finding, client, category)
        floor = table.floors.get(finding, {}).get(category, 0)
        if offer and offer.amount < floor:
            what = f"{code} for {finding}, {client} client, {category}: less than the floor that error and loss set"
            yield Problem(COMPENSATION, 1, what)


def _readers(process: Process) -> Iterator[Problem]:
    """A row that sends a letter to others than the letter itself names: they too may read all that is in it."""
    for fork in forks(process):
        for row in fork.rows:
            for code in (*row.ask, *row.tell):
                roles = row.to.get(code, row.to.get("", ()))
                cards = process.letters[code] if roles else {}
                theirs = {language: replace(card, audience=roles) for language, card in cards.items()}
                told = set(_of_letters(process, code, theirs)) - set(_of_letters(process, code, cards))
                for problem in sorted(told)[:1]:
                    what = f"`to: {', '.join(roles)}` for '{code}': {problem.what} (a `colleague` is no till)"
                    yield Problem(row.place.file, row.place.line, what)


def _of_letters(process: Process, code: str, cards: Mapping[str, LetterCard]) -> tuple[Problem, ...]:
    return templates.problems(replace(process, letters={code: cards})) if cards else ()


def _ladders(process: Process) -> Iterator[Problem]:
    """Where a party is waited for, silence ends with a person or in another state: no case is forgotten."""
    for state in process.states.values():
        if state.waiting_on and not _ends_well(state):
            what = f"'{state.name}' waits for {state.waiting_on}, and its silence ends with nobody"
            yield Problem(
                state.place.file, state.place.line, f"{what}; let its last rung ask a person or go to a state"
            )


def _ends_well(state: State) -> bool:
    if not state.silence:
        return False
    last = state.silence[-1].row
    return last.condition is None and bool(last.ask or last.tell or last.go not in ("", state.name))


def _answers(process: Process) -> Iterator[Problem]:
    """Where something is asked, some row waits for each of its answers."""
    anywhere = {*process.first, *process.always}
    for fork in forks(process):
        for row in fork.rows:
            asked = {answer.event for code in row.ask for answer in process.letter(code, "").answers} - anywhere
            for name in (row.go,) if row.go in process.states else places(fork, row, process):
                for event in sorted(asked - set(process.states[name].when)):
                    what = f"asks for an answer that '{name}' has no row for: {event}"
                    yield Problem(row.place.file, row.place.line, what, severe=False)


def _examples(process: Process) -> Iterator[Problem]:
    """A row's examples: with those facts it is the first whose condition holds, or it is not."""
    for fork in forks(process):
        for row in fork.rows:
            for example in row.examples:
                chosen = next(
                    (r for r in fork.rows if r.condition is None or r.condition.evaluate(example.facts)), None
                )
                if (chosen is row) == example.applies:
                    continue
                instead = f"the row on line {chosen.place.line} is" if chosen else "no row is"
                what = f"this example should lead to the row on line {row.place.line}, but {instead} carried out"
                if not example.applies:
                    what = f"this example should not lead to the row on line {row.place.line}, but it does"
                yield Problem(example.place.file, example.place.line, what)


def _cards(process: Process) -> Iterator[LetterCard]:
    return (card for languages in process.letters.values() for card in languages.values())
