"""What must be true of the rules as a whole, beyond each file's own shape. Pure: problems as values, all at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import product

from mailbot.cases.decide import NOBODY_THERE
from mailbot.errors import Problem
from mailbot.insight import paths, same_words
from mailbot.insight.map import forks, places
from mailbot.letters import said, templates
from mailbot.letters.offers import amount_in, amounts_in, offer_in, scolding_in, without_voucher
from mailbot.letters.said import Given
from mailbot.process.model import LetterCard, Process, State
from mailbot.process.names import unknown
from mailbot.process.vocabulary import CATEGORIES, CLIENTS, FINDINGS

_STYLE = re.compile(r"<style\b[^>]{0,500}>[^<]*</style>", re.IGNORECASE)
PEOPLE = "rules/people.yaml"
OWNERS = "care"
COMPENSATION = "rules/compensation.yaml"
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HELD = "the guard would hold it every time"
_ONLY = "write `{{ voucher }}` inside `{% if voucher %}`, and nothing else of worth"
# What a letter grants -> each world in which it may make no offer, and why not. One that makes offers is the guard's.
_WORLDS: Mapping[str, tuple[tuple[Given, str], ...]] = {
    "": (({}, f"the letter is marked `grants: false`; {_HELD}"),),
    paths.VOUCHER: (
        ({paths.VOUCHER: False}, f"this is said where no voucher was given, so that {_HELD}; {_ONLY}"),
        ({paths.VOUCHER: True}, f"it is more than the voucher that was given, so that {_HELD}; {_ONLY}"),
    ),
}


def check(process: Process) -> tuple[Problem, ...]:
    """Every problem of a process that loaded."""
    lints = (templates.problems, _words, _fixed_words, _examples)
    proofs = (
        _implicit_keep,
        _owners,
        paths.problems,
        _readers,
        _offers,
        _ladders,
        _answers,
        same_words.problems,
        *lints,
    )
    return tuple(sorted({problem for proof in proofs for problem in proof(process)}))


def _implicit_keep(process: Process) -> Iterator[Problem]:
    if not process.always.get(NOBODY_THERE):
        what = f"the `any:` block has no row for {NOBODY_THERE!r}: what no row knows would reach nobody"
        yield Problem("rules/process.yaml", 1, what)


def _owners(process: Process) -> Iterator[Problem]:
    """Somebody is there to own a case: the first in `care` is each new one's owner and signs its letters."""
    people = process.people.people
    if not any(OWNERS in person.roles for person in people):
        what = f"nobody has the role '{OWNERS}', which owns every case and signs the letters; give it to somebody"
        yield Problem(PEOPLE, people[0].place.line if people else 1, f"{what}: `roles: [{OWNERS}]`")


def _words(process: Process) -> Iterator[Problem]:
    """Templates to customers never use the phrases of wording.yaml, and promise money only where marked."""
    for card in _cards(process):
        if "customer" not in card.audience:
            continue
        found = _in_words(card, {}, partial(scolding_in, process=process, language=card.language))
        if found:
            phrase, line = found
            yield Problem(card.place.file, line, f"{phrase!r} is never used on a customer (rules/wording.yaml)")
        yield from _offers_in(card, process)


def _offers_in(card: LetterCard, process: Process) -> Iterator[Problem]:
    """An offer in a letter that may make none."""
    for given, why in _WORLDS.get(card.grants, ()):
        found = _in_words(card, given, partial(_offer, given=given, process=process, language=card.language))
        if found:
            phrase, line = found
            yield Problem(card.place.file, line, f"{phrase!r} is an offer, and {why}")
            return


def _offer(words: str, given: Given, process: Process, language: str) -> str:
    """An offer other than the voucher that a till has given (as `guard` sees it)."""
    offer = offer_in(
        without_voucher(words, process, language) if given.get(paths.VOUCHER) else words, process, language
    )
    return next((amount for amount in amounts_in(words) if offer and amount.startswith(offer)), offer)


def _in_words(card: LetterCard, given: Given, look: Callable[[str], str]) -> tuple[str, int] | None:
    """The first words of a letter that are looked for, and their line: the body's where they cannot be found in one."""
    body = said.pieces(card.body, given)
    front = f"{said.words_of(said.pieces(card.subject, given))}\n{card.about}"
    phrase = look(f"{front}\n{said.words_of(body)}")
    if not phrase:
        return None
    if look(front) == phrase:
        return phrase, card.place.line
    lines = said.lines_of(body)
    for more in (0, 1):  # words can go over the end of a line
        for line in lines:
            here = "\n".join(lines.get(each, "") for each in range(line, line + more + 1))
            if look(said.words_of(((line, here),))) == phrase:
                return phrase, card.body_line + line - 1
    return phrase, card.body_line


def _fixed_words(process: Process) -> Iterator[Problem]:
    """The fixed texts of wording.yaml promise nothing: the rule may speak of compensation, never of an amount."""
    wording = process.wording
    file = wording.offers.place.file
    outside = ((speech.language, speech.outside_body) for speech in wording.speech.values())
    for name, text in (*wording.footer.items(), ("outside_body", wording.outside_body), *outside):
        offer = offer_in(text, process, name)
        if offer:
            yield Problem(file, 1, f"{offer!r} is an offer; `{name}` stands in letters that grant nothing")
    for name, text in wording.rule.items():
        amount = amount_in(text)
        if amount:
            yield Problem(file, 1, f"{amount!r} in `rule: {name}`: the rule names no amount")


def check_layout(layout: str, file: str, process: Process) -> tuple[Problem, ...]:
    """Whether the frame round every HTML letter promises anything by itself."""
    words = _TAG.sub(" ", _STYLE.sub(" ", layout))
    offer = next(filter(None, (offer_in(words, process, language) for language in process.languages)), "")
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
