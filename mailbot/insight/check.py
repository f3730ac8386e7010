"""What must be true of the rules as a whole, beyond each file's own shape. Pure: problems as values, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbot.cases.decide import NOBODY_THERE
from mailbot.errors import Problem
from mailbot.letters import templates
from mailbot.letters.offers import amount_in, offer_in, scolding_in
from mailbot.process.model import LetterCard, Process, Row

_STYLE = re.compile(r"<style\b[^>]{0,500}>[^<]*</style>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def check(process: Process) -> tuple[Problem, ...]:
    """Every problem of a process that loaded."""
    proofs = (templates.problems, _implicit_keep, _words, _fixed_words, _grants, _examples)
    return tuple(sorted(problem for proof in proofs for problem in proof(process)))


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


def _grants(process: Process) -> Iterator[Problem]:
    """No compensation without complaint form: a letter that grants is reached only where the form is complete."""
    for row in _rows(process):
        granting = [code for code in row.letters if process.letter(code, "").grants]
        if granting and not (row.grants and row.condition and "form.complete" in row.condition.source):
            what = f"sends {granting[0]!r}, which grants, without `grants: true` and `if: form.complete …`"
            yield Problem(row.place.file, row.place.line, what)


def _examples(process: Process) -> Iterator[Problem]:
    """A row's examples: with those facts it is the first whose condition holds, or it is not."""
    for rows in _row_lists(process):
        for row in rows:
            for example in row.examples:
                chosen = next((r for r in rows if r.condition is None or r.condition.evaluate(example.facts)), None)
                if (chosen is row) == example.applies:
                    continue
                instead = f"the row on line {chosen.place.line} is" if chosen else "no row is"
                what = f"this example should lead to the row on line {row.place.line}, but {instead} carried out"
                if not example.applies:
                    what = f"this example should not lead to the row on line {row.place.line}, but it does"
                yield Problem(example.place.file, example.place.line, what)


def _row_lists(process: Process) -> Iterator[tuple[Row, ...]]:
    """The rows that compete with each other: those of one event in one state; a rung stands alone."""
    for state in process.states.values():
        yield from state.when.values()
        yield from ((rung.row,) for rung in state.silence)
    yield from process.always.values()


def _cards(process: Process) -> Iterator[LetterCard]:
    return (card for languages in process.letters.values() for card in languages.values())


def _rows(process: Process) -> Iterator[Row]:
    return (row for rows in _row_lists(process) for row in rows)
