"""Whether a letter says the same in every language of the desk: the same placeholders, asked the same questions.

Words are the translator's; what is put in and when is not. Decides nothing about the front matter, which is compared
where letters are loaded (process/same_letters.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import TemplateSyntaxError, nodes

from mailbot.errors import Problem
from mailbot.letters.templates import parsed
from mailbot.process.model import LetterCard, Process

_MOST_NAMED = 5
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "lteq": "<=", "gteq": ">=", "in": "in", "notin": "not in"}


def problems(process: Process) -> tuple[Problem, ...]:
    """What a letter's other languages have more or less than its default one."""
    return tuple(problem for cards in process.letters.values() for problem in _compared(list(cards.values())))


def _compared(cards: list[LetterCard]) -> Iterator[Problem]:
    first, *others = cards
    said = _said(first) if others else None
    for card in others:
        other = _said(card)
        if said is None or other is None:
            continue  # `templates.problems` says what cannot be read
        for kind, here, there in zip(("{{ %s }}", "{%% if %s %%}"), other, said, strict=True):
            for what, names in (("lacks", there - here), ("has more than", here - there)):
                if names:
                    shown = ", ".join(kind % name for name in sorted(names)[:_MOST_NAMED])
                    yield Problem(card.place.file, card.body_line, f"{what} {first.place.file}: {shown}")


def _said(card: LetterCard) -> tuple[frozenset[str], frozenset[str]] | None:
    """The placeholders that are written, and the questions that are asked."""
    try:
        trees = [parsed(card.subject), parsed(card.body)]
    except TemplateSyntaxError:
        return None
    written = (name for tree in trees for name in _written(tree))
    asked = (_question(atom) for tree in trees for test in _tests(tree) for atom in _atoms(test))
    return frozenset(written), frozenset(asked)


def _written(tree: nodes.Template) -> Iterator[str]:
    for output in tree.find_all(nodes.Output):
        for child in output.nodes:
            yield from _names(child)


def _names(node: nodes.Node) -> Iterator[str]:
    """The placeholders in an output; of `x if y else z` those that can be written."""
    if isinstance(node, nodes.CondExpr):
        yield from _names(node.expr1)
        yield from _names(node.expr2) if node.expr2 is not None else ()
    elif isinstance(node, nodes.Name | nodes.Getattr):
        yield _question(node)
    else:
        for child in node.iter_child_nodes():
            yield from _names(child)


def _tests(tree: nodes.Template) -> Iterator[nodes.Node]:
    yield from (each.test for each in tree.find_all(nodes.If))
    yield from (each.test for each in tree.find_all(nodes.CondExpr))


def _atoms(test: nodes.Node) -> Iterator[nodes.Node]:
    """The single questions of a condition: `a and not b` asks a, and b."""
    if isinstance(test, nodes.And | nodes.Or):
        yield from _atoms(test.left)
        yield from _atoms(test.right)
    elif isinstance(test, nodes.Not):
        yield from _atoms(test.node)
    else:
        yield test


def _question(node: nodes.Node) -> str:
    """A name or a comparison as it stands in a template."""
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        return f"{_question(node.node)}.{node.attr}"
    if isinstance(node, nodes.Const):
        return f'"{node.value}"' if isinstance(node.value, str) else str(node.value)
    if isinstance(node, nodes.Compare):
        more = (f"{_SIGNS.get(each.op, each.op)} {_question(each.expr)}" for each in node.ops)
        return " ".join((_question(node.expr), *more))
    return " ".join(_question(child) for child in node.iter_child_nodes())
