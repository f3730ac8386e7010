"""`mailbot where LETTER`: everything that the rules say of a letter. Pure.

Which rows send it and when, whom it is for, what it may grant, what each of its buttons leads to, what it is filled
in with. Decides nothing; a letter that no row sends is said to be one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from mailbot.insight.happenings import role_name
from mailbot.insight.map import BEFORE, EVERY, WHERE_IT_WAS, Fork, forks, places, possible
from mailbot.insight.sheet import BLANK, Bit, Line, labelled, line, words
from mailbot.insight.steps import title_of, when
from mailbot.letters.templates import parsed
from mailbot.process.model import Answer, LetterCard, Process, Row
from mailbot.process.vocabulary import BACK, FORM, QUIET

_PLACE = 19  # columns for process.yaml:1000


@dataclass(frozen=True, slots=True)
class Sending:
    """One row or rung that sends a letter. how: send, ask or tell; to: for whom; go: the state that the case enters."""

    fork: Fork
    row: Row
    how: str
    to: tuple[str, ...]

    @property
    def place(self) -> str:
        """File and line."""
        return str(self.row.place)


def sendings(code: str, process: Process) -> Iterator[Sending]:
    """Every row and rung that sends it, in the order of the file."""
    for fork in forks(process):
        for row in fork.rows:
            for how, codes in (("send", row.send), ("ask", row.ask), ("tell", row.tell)):
                if code in codes:
                    yield Sending(fork, row, how, _readers(code, row, process))


def page(code: str, process: Process, stories: Sequence[tuple[str, str]] | None = ()) -> Iterator[Line]:
    """All about one letter, for a person.

    Args:
        stories: file and title of each story that shows it; None where there are no stories to look into.
    """
    cards = process.letters[code]
    card = next(iter(cards.values()))
    yield Line(words(Bit(card.about, "outward")), label=Bit(code, "strong"), gap=len(code) + 2)
    yield labelled("to", spoken(card.audience))
    for language, each in cards.items():
        yield labelled("file", str(each.place.file), Bit(f" ({language})", "quiet"))
        yield labelled("subject", each.subject)
    yield labelled("grants", *_grants(card))
    if card.promises:
        yield labelled("promises", ", ".join(card.promises))
    if card.form:
        yield labelled("form", "the whole form" if card.form == "full" else "what the form still lacks")
    if card.attach:
        yield labelled("carries", "the form as a PDF" if card.attach == FORM else "the customer's photos")
    yield labelled("filled in", ", ".join(_placeholders(card)) or "with nothing")
    yield from _sent_by(code, process)
    yield from _buttons(code, card, process)
    if stories is None:
        yield BLANK
        yield line(Bit("Stories: only in a clone of mailbot", "quiet"))
    elif stories:
        yield BLANK
        yield line(Bit("Stories that show it", "strong"))
        yield from (labelled(file, title, gap=max(len(file) for file, _ in stories) + 2) for file, title in stories)


def as_json(code: str, process: Process, stories: Sequence[tuple[str, str]] | None = ()) -> dict[str, Any]:
    """The same for a program: one object."""
    cards = process.letters[code]
    card = next(iter(cards.values()))
    return {
        "letter": code,
        "about": card.about,
        "to": list(card.audience),
        "grants": card.grants or None,
        "promises": list(card.promises),
        "form": card.form or None,
        "templates": [
            {"language": language, "file": each.place.file, "subject": each.subject} for language, each in cards.items()
        ],
        "placeholders": list(_placeholders(card)),
        "sent_by": [_sending_json(each) for each in sendings(code, process)],
        "answers": [_answer_json(code, answer, process) for answer in card.answers],
        "stories": [file for file, _ in stories or ()],
    }


def _sent_by(code: str, process: Process) -> Iterator[Line]:
    found = list(sendings(code, process))
    yield BLANK
    yield line(Bit("Sent" if found else "No row sends it.", "strong"))
    for block, rows in groupby(found, key=lambda each: each.fork.block):
        yield line(_block(block, process), indent=2)
        yield from (labelled(_line_of(each.row), *_sending(each, code, process), indent=4, gap=_PLACE) for each in rows)


def _sending(sending: Sending, code: str, process: Process) -> Iterator[str | Bit]:
    yield when(sending.fork, sending.row)
    if set(sending.to) != set(process.letter(code, "").audience):
        yield f"; here to {spoken(sending.to)}"
    if sending.row.note:
        yield f"; {sending.row.note}"
    if sending.row.go:
        yield Bit(f" -> {WHERE_IT_WAS if sending.row.go == BACK else sending.row.go}", "quiet")


def _line_of(row: Row) -> str:
    """The row's place without its folder: a column of them should be narrow."""
    return str(row.place).rpartition("/")[2]


def _buttons(code: str, card: LetterCard, process: Process) -> Iterator[Line]:
    if not card.answers:
        return
    yield BLANK
    yield line(Bit("Its buttons, and what each leads to", "strong"))
    for answer in card.answers:
        takes = f" and {answer.takes}" if answer.takes else ""
        yield line(Bit(f"“{answer.label}”", "inward"), f", or the word “{answer.value}”{takes}", indent=2)
        offered = [QUIET if each == QUIET else title_of(each, process) for each in answer.states]
        if offered:
            yield labelled("offered in", "; ".join(f"“{each}”" for each in offered), indent=4)
        for fork, row in _led_to(code, answer, process):
            yield labelled(_line_of(row), *_outcome(fork, row, process), indent=4, gap=_PLACE)


def _led_to(code: str, answer: Answer, process: Process) -> Iterator[tuple[Fork, Row]]:
    """The rows that an answer can lead to in the states in which the letter may be answered."""
    states = set(answer.states) - {QUIET} or _answered_in(code, process)
    reached = {str(row.place) for state in states for _, row in possible(process, state, {})}
    for fork in forks(process):
        if fork.trigger == answer.event:
            yield from ((fork, row) for row in fork.rows if str(row.place) in reached)


def _answered_in(code: str, process: Process) -> set[str]:
    """The states that a case is in once the letter has gone."""
    found: set[str] = set()
    for each in sendings(code, process):
        found |= {each.row.go} if each.row.go and each.row.go != BACK else set(places(each.fork, each.row, process))
    return found


def _outcome(fork: Fork, row: Row, process: Process) -> Iterator[str | Bit]:
    """What a row does, in words."""
    done = [f"{code} to {spoken(_readers(code, row, process))}" for code in row.letters]
    if row.go:
        done.append(f"goes to “{WHERE_IT_WAS if row.go == BACK else title_of(row.go, process)}”")
    asked = f"if {' '.join(row.condition.source.split())}: " if row.condition else ""
    if fork.block in (BEFORE, EVERY):
        yield Bit("in every state, ", "quiet")
    yield Bit(asked, "quiet")
    yield ", ".join(done) or row.note or "noted"


def _readers(code: str, row: Row, process: Process) -> tuple[str, ...]:
    audience = process.letter(code, "").audience
    return audience if "customer" in audience else row.to.get(code) or row.to.get("") or audience


def spoken(roles: Sequence[str]) -> str:
    """Roles as people say them."""
    return " and ".join(role_name(role) for role in roles)


def _block(block: str, process: Process) -> str:
    if block in (BEFORE, EVERY):
        return "In every state"
    return title_of(block, process)


def _grants(card: LetterCard) -> Iterator[str | Bit]:
    if card.grants == "offer":
        yield Bit("an offer", "doubt")
        yield ": only with the complete form and an approval that covers it"
    elif card.grants:
        yield Bit(f"a {card.grants}", "doubt")
        yield ": only what a till has given in store already"
    else:
        yield "nothing"


def _placeholders(card: LetterCard) -> tuple[str, ...]:
    """What it is filled in with, in the order of the text."""
    found: dict[str, None] = {}
    for source in (card.subject, card.body):
        try:
            tree = parsed(source)
        except TemplateSyntaxError:  # `mailbot check` says so
            continue
        bound = {each.target.name for each in tree.find_all(nodes.For) if isinstance(each.target, nodes.Name)}
        dotted = {id(each.node): each for each in tree.find_all(nodes.Getattr)}
        for name in tree.find_all(nodes.Name):
            if name.ctx == "load" and name.name not in bound:
                whole = dotted.get(id(name))
                found.setdefault(f"{name.name}.{whole.attr}" if whole else name.name)
    return tuple(found)


def _sending_json(sending: Sending) -> dict[str, Any]:
    row = sending.row
    return {
        "rule": sending.place,
        "state": sending.fork.block,
        "how": sending.how,
        "to": list(sending.to),
        "when": sending.fork.trigger,
        "if": " ".join(row.condition.source.split()) if row.condition else None,
        "note": row.note or None,
        "goes_to": row.go or None,
    }


def _answer_json(code: str, answer: Answer, process: Process) -> dict[str, Any]:
    rows = [
        {"rule": str(row.place), "letters": list(row.letters), "goes_to": row.go or None}
        for _, row in _led_to(code, answer, process)
    ]
    return {
        "label": answer.label,
        "value": answer.value,
        "event": answer.event,
        "takes": answer.takes or None,
        "leads_to": rows,
    }
