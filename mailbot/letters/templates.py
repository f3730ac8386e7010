"""Templates: which placeholders a letter may use, and a body with its values put in as marks.

A small part of Jinja2, in its sandbox, checked at load: names from the table below, if and for,
`or`, comparisons. No calls, no filters, no arithmetic: nothing a template holds can run away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from rapidfuzz import process as fuzzy

from mailbot.errors import Problem
from mailbot.letters.spans import Marks
from mailbot.process.model import LetterCard, Process

_PERSON = ("name", "first_name")
# Every placeholder there is; a tuple lists what may stand after the dot.
NAMES: Mapping[str, tuple[str, ...]] = {
    "desk": ("name", "prefix", "address"),
    "case": ("code",),
    "customer": (*_PERSON, "address", "phone"),
    "owner": (*_PERSON, "title", "founder"),
    "owner_before": _PERSON,
    "operations": (*_PERSON, "phone"),
    "author": (*_PERSON, "store"),
    "store": ("name", "address", "hours", "phone"),
    "dates": ("today", "answer_by", "sent", "arrived"),
    "event": ("name", "by", "reason", "phrase", "letter", "to", "amount", "person", "code", "unread"),
    "wording": ("rule", "outside_body"),
    "offer": ("amount", "valid_until"),
    "repair": ("by",),
    "ready": ("until",),
    "payment": ("by", "reference"),
    "assessment": ("finding", "client", "by", "cause", "other"),
    **dict.fromkeys((
        "garment", "problem", "where", "subject", "reported", "returned", "reminder", "state", "state_title",
        "waiting_on", "due", "level", "category", "outcome", "quiet", "claim", "voucher", "cause",
        # blocks, which stand in a line of their own
        "form", "answers", "details", "words", "draft", "findings", "figures", "proposal", "signature",
    ), ()),
    # lists, for `for`
    "candidates": ("code", "name", "garment", "store", "opened", "why"),
    "earlier": ("code", "garment", "problem", "outcome", "opened"),
    "similar": ("code", "garment", "problem", "finding", "outcome", "offered"),
    "notes": ("name", "words", "at"),
    "history": ("at", "what", "why"),
}  # fmt: skip
# What stays in the house: never in a letter that a customer or a till can get.
PRIVATE = (
    "assessment",
    "proposal",
    "notes",
    "earlier",
    "similar",
    "history",
    "candidates",
    "figures",
    "outcome",
    "level",
)
_CAN_BE_OUTSIDE = frozenset(("customer", "till", "author"))
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.If, nodes.For,
    nodes.Or, nodes.And, nodes.Not, nodes.Compare, nodes.Operand, nodes.CondExpr,
)  # fmt: skip
_MARKS = "_marks"  # no template can name it: the names above are all there are


@pass_context
def _mark(context: Context, value: object) -> object:
    marks: Marks = context[_MARKS]
    return marks.finalize(value)


_ENVIRONMENT = ImmutableSandboxedEnvironment(finalize=_mark)


def problems(process: Process) -> tuple[Problem, ...]:
    """Everything wrong in the bodies and subjects of all templates."""
    cards = (card for languages in process.letters.values() for card in languages.values())
    return tuple(problem for card in cards for problem in _card_problems(card))


def fill(source: str, values: Mapping[str, Any], marks: Marks) -> str:
    """The source with its placeholders replaced by marks."""
    return _compiled(source).render({**values, _MARKS: marks})


@lru_cache(maxsize=512)
def parsed(source: str) -> nodes.Template:
    """The tree of a source; several proofs walk it. Raises TemplateSyntaxError."""
    return _ENVIRONMENT.parse(source)


@lru_cache(maxsize=512)
def named(*sources: str) -> frozenset[str]:
    """The placeholders that the sources name."""
    return frozenset(name.name for source in sources for name in parsed(source).find_all(nodes.Name))


@lru_cache(maxsize=512)  # some thirty letters in seven languages, body and subject
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def _card_problems(card: LetterCard) -> Iterator[Problem]:
    for source, first_line in ((card.subject, card.place.line), (card.body, card.body_line)):
        try:
            tree = parsed(source)
        except TemplateSyntaxError as error:
            yield Problem(card.place.file, first_line + error.lineno - 1, f"template: {error.message}")
            continue
        for what, line in (*_wrong(tree, {}), *_told_outside(tree, card)):
            yield Problem(card.place.file, first_line + line - 1, what)


def _told_outside(tree: nodes.Template, card: LetterCard) -> Iterator[tuple[str, int]]:
    """Placeholders that stay in the house, in a letter that leaves it."""
    outside = _CAN_BE_OUTSIDE.intersection(card.audience)
    for name in tree.find_all(nodes.Name) if outside else ():
        if name.ctx == "load" and name.name in PRIVATE:
            yield (
                f"{name.name!r} stays in the house, and this letter can go to {', '.join(sorted(outside))}",
                name.lineno,
            )


def _wrong(node: nodes.Node, bound: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    if not isinstance(node, _ALLOWED):
        yield f"{type(node).__name__.lower()} cannot stand in a letter; use names, if, for and or", node.lineno
        return
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        yield from _wrong_name(node.node.name, node.attr, node.lineno, bound)
        return
    if isinstance(node, nodes.Name) and node.ctx == "load":
        yield from _wrong_name(node.name, None, node.lineno, bound)
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        bound = {**bound, node.target.name: node.iter.name if isinstance(node.iter, nodes.Name) else ""}
    for child in node.iter_child_nodes():
        yield from _wrong(child, bound)


def _wrong_name(name: str, attribute: str | None, line: int, bound: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    if name in bound:
        each = NAMES.get(bound[name], ())
        if attribute and attribute not in each:
            yield _unknown(f"{name}.{attribute}", [f"{name}.{known}" for known in each]), line
    elif name not in NAMES:
        yield _unknown(name, list(NAMES)), line
    elif attribute and attribute not in NAMES[name]:
        yield _unknown(f"{name}.{attribute}", [f"{name}.{known}" for known in NAMES[name]]), line


def _unknown(name: str, known: list[str]) -> str:
    near = fuzzy.extractOne(name, known, score_cutoff=60)
    return f"unknown placeholder {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
