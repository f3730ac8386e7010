"""What a template can say by itself, line by line, in a world where something is known to be given or not.

Branches that such a world never reaches are left out; every word keeps the line it stands on. Decides nothing about
the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes

from mailbot.letters.markdown import render
from mailbot.letters.offers import ELSEWHERE
from mailbot.letters.spans import Marks, joined
from mailbot.letters.templates import parsed

Given = Mapping[str, bool]  # placeholder -> whether it has a value; what is not named may have one or not


def pieces(source: str, given: Given) -> tuple[tuple[int, str], ...]:
    """(line, words) in their order; placeholders stand as ELSEWHERE."""
    try:
        tree = parsed(source)
    except TemplateSyntaxError:
        return ((1, source),)  # `templates.problems` says so; what can be read of it is still looked through
    return tuple(_said(tree, given))


def words_of(said: tuple[tuple[int, str], ...]) -> str:
    """The words as their readers see them."""
    return joined(render("".join(words for _, words in said), Marks()).spans)


def lines_of(said: tuple[tuple[int, str], ...]) -> dict[int, str]:
    """The words on each line of the source, as they are written there."""
    lines: dict[int, str] = {}
    for first, words in said:
        for line, part in enumerate(words.split("\n"), start=first):
            lines[line] = lines.get(line, "") + part
    return dict(sorted(lines.items()))


def _said(node: nodes.Node, given: Given) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.TemplateData):
        yield node.lineno, node.data
    elif isinstance(node, nodes.Const):
        yield node.lineno, str(node.value)
    elif isinstance(node, nodes.Name | nodes.Getattr):
        yield node.lineno, ELSEWHERE
    else:
        for child in _reached(node, given):
            yield from _said(child, given)


def _reached(node: nodes.Node, given: Given) -> Iterator[nodes.Node]:
    """The parts of a node that can be said; of a question only its answers."""
    if isinstance(node, nodes.If):
        for branch in (node, *node.elif_):
            holds = _holds(branch.test, given)
            yield from branch.body if holds is not False else ()
            if holds:
                return
        yield from node.else_
    elif isinstance(node, nodes.CondExpr):
        holds = _holds(node.test, given)
        yield from (node.expr1,) if holds is not False else ()
        yield from (node.expr2,) if node.expr2 is not None and not holds else ()
    elif isinstance(node, nodes.For):
        yield from (*node.body, *node.else_)
    else:
        yield from node.iter_child_nodes()


def _holds(test: nodes.Node, given: Given) -> bool | None:
    """Whether a condition holds in that world; None where it may or may not."""
    if isinstance(test, nodes.Name):
        return given.get(test.name)
    if isinstance(test, nodes.Not):
        inner = _holds(test.node, given)
        return None if inner is None else not inner
    if isinstance(test, nodes.And | nodes.Or):
        sides, enough = {_holds(test.left, given), _holds(test.right, given)}, isinstance(test, nodes.Or)
        return enough if enough in sides else None if None in sides else not enough
    return None
