"""The conditions of rules (`if:`): a small typed language in Jinja2's syntax, checked when it is loaded.

    form.where == 'with the shop' and not case.searched
    event.claim and 'E2' in case.letters

Decides whether a condition makes sense (every name known, every constant possible) and, given facts, whether it
holds; given only some of the facts, whether it holds or fails whatever the others are. Must never call anything,
change anything, or raise on facts. Jinja2 only parses; of its tree the few nodes below are accepted, and each is
turned into a closure over plain mappings, so that no attribute of a Python object can ever be reached.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateError, nodes
from jinja2.parser import Parser

from mailbot.process.domains import Facts, Part, Reading, Schema, kind_of, mismatch
from mailbot.process.names import did_you_mean, listed, shown, unknown

LONGEST = 2_000  # characters of one condition
DEEPEST = 20  # brackets or nots inside each other

COMPARISONS: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "eq": ("==", operator.eq),
    "ne": ("!=", operator.ne),
    "lt": ("<", operator.lt),
    "gt": (">", operator.gt),
    "lteq": ("<=", operator.le),
    "gteq": (">=", operator.ge),
    "in": ("in", lambda a, b: _within(a, b)),
    "notin": ("not in", lambda a, b: not _within(a, b)),
}
# What stands in for a fact that nobody has told yet.
ABSENT: Mapping[Any, Any] = {bool: False, str: "", int: None, list: ()}
REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called",
    nodes.Filter: "filters (|) are not allowed",
    nodes.Test: "'is' is not allowed; write ==, or the name alone",
    nodes.Getitem: "square brackets after a name are not allowed; write form.where",
    nodes.BinExpr: "arithmetic is not allowed",
    nodes.Concat: "joining text is not allowed",
    nodes.CondExpr: "'if … else' is not allowed; write two rows",
    nodes.Dict: "tables are not allowed",
    nodes.Tuple: "write a list in square brackets, not round ones",
}

_PARSER = Environment(autoescape=True)  # parses; renders nothing
_UNKNOWN = object()  # what a condition comes to where it hangs on a fact that is not known


class _Partly(dict[str, Any]):
    """Facts of which some are known: what is not in them may be anything."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that was checked. Two with the same source are equal."""

    source: str
    names: tuple[str, ...] = field(default=(), compare=False)  # every dotted name it asks, in order
    _reading: Reading = field(default=bool, compare=False, repr=False)

    def evaluate(self, facts: Facts) -> bool:
        """Whether it holds; facts that are missing count as false, empty or none."""
        return bool(self._reading(facts))

    def decided(self, known: Facts) -> bool | None:
        """Whether it holds whatever the facts are that are not in `known`; None where that may go either way.

        Sound, not complete: 'a or not a' is None while `a` is unknown.
        """
        found = self._reading(_Partly(known))
        return None if found is _UNKNOWN else bool(found)


class _Refused(Exception):
    """Why a condition is not accepted; never leaves this module."""


def compile_expression(source: str, schema: Schema) -> Expression | tuple[str, ...]:
    """The condition, or the sentences that say what is wrong with it."""
    try:
        tree = _parse(source)
        checking = _Checking(schema)
        part = checking.condition(tree, 0)
    except _Refused as refused:
        return (str(refused),)
    if checking.problems:
        return tuple(dict.fromkeys(checking.problems))
    return Expression(source, tuple(checking.names), part.read)


@lru_cache(maxsize=512)  # at a reload of the rules all conditions but one are the same; a desk has some hundred
def _parse(source: str) -> nodes.Expr:
    """Jinja2's tree of one expression and nothing after it."""
    if len(source) > LONGEST:
        raise _Refused(f"the condition is longer than {LONGEST:,} characters")
    if _depth(source) > DEEPEST:
        raise _Refused(f"brackets more than {DEEPEST} deep")
    try:
        parser = Parser(_PARSER, source, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise _Refused(f"the condition should end before {shown(str(parser.stream.current.value))}")
    except TemplateError as error:
        said = (error.message or "").replace("unexpected 'end of template'", "it ends too early")
        raise _Refused(f"the condition cannot be read: {said}") from None
    except (RecursionError, ValueError, SyntaxError, OverflowError, AssertionError):
        raise _Refused("the condition cannot be read") from None
    return tree


def _depth(source: str) -> int:
    """The deepest nesting of brackets; those inside quotes count too, which does no harm."""
    deepest = depth = 0
    for character in source:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


class _Checking:
    """Walks one tree against the schema: collects what is wrong, and builds the closure."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.problems: list[str] = []
        self.names: list[str] = []

    def condition(self, node: nodes.Node, depth: int) -> Part:
        """A node that stands for true or false; text on its own (`… == 'till' or 'va'`) would always be true."""
        part = self.part(node, depth)
        if part.constant is not None and part.domain is not bool:
            self.problems.append(f"{part.shown} alone is always true; write NAME == {part.shown}")
        return part

    def part(self, node: nodes.Node, depth: int) -> Part:
        """One node, checked; refuses what the language does not have."""
        if depth > DEEPEST:
            raise _Refused(f"the condition nests more than {DEEPEST} deep")
        match node:
            case nodes.And() | nodes.Or():
                return self._joined(node, depth)
            case nodes.Not():
                inner = self.condition(node.node, depth + 1).read
                return Part(bool, lambda facts: _not(inner(facts)), "not …")
            case nodes.Compare():
                return self._compared(node, depth)
            case nodes.Name() | nodes.Getattr():
                return self._named(node)
            case nodes.Const() | nodes.Neg():
                return self._constant(node)
            case nodes.List():
                return self._list(node, depth)
        reason = next((why for kind, why in REFUSED.items() if isinstance(node, kind)), "")
        raise _Refused(reason or f"a condition cannot hold {type(node).__name__.lower()}")

    def _joined(self, node: nodes.And | nodes.Or, depth: int) -> Part:
        """A chain of and (or of or) is one list: `a or b or c …` does not nest."""
        kind = type(node)
        links: list[nodes.Node] = []
        rest: nodes.Node = node
        while isinstance(rest, kind):
            links.append(rest.right)
            rest = rest.left
        reads = [self.condition(link, depth + 1).read for link in [rest, *reversed(links)]]
        if kind is nodes.And:
            return Part(bool, lambda facts: _all(read(facts) for read in reads), "… and …")
        return Part(bool, lambda facts: _not(_all(_not(read(facts)) for read in reads)), "… or …")

    def _named(self, node: nodes.Node) -> Part:
        """A dotted name of the schema."""
        path = _path(node)
        if not path:
            raise _Refused("a dot can only stand between names, as in form.where")
        name = ".".join(path)
        domain: Any = self.schema
        for step in path:
            domain = domain.get(step) if isinstance(domain, Mapping) else None
        if domain is None:
            self.problems.append(unknown("name", name, _known(self.schema, "")))
        elif isinstance(domain, Mapping):
            self.problems.append(f"'{name}' is a group of names{did_you_mean(name + '.', _known(domain, name + '.'))}")
            domain = None
        self.names.append(name)
        absent = ABSENT.get(kind_of(domain))
        return Part(domain, lambda facts: _look_up(facts, path, absent), f"'{name}'")

    def _constant(self, node: nodes.Node) -> Part:
        """true, false, a number or text."""
        value = node.value if isinstance(node, nodes.Const) else None
        if isinstance(node, nodes.Neg) and isinstance(node.node, nodes.Const):
            inner = node.node.value
            value = -inner if type(inner) in (int, float) else None
        if value is None:
            raise _Refused("'none' is not a value; write 'not NAME' where nothing is meant")
        kind = int if type(value) is float else type(value)
        return Part(kind, lambda facts: value, listed([value]), (value,))

    def _list(self, node: nodes.List, depth: int) -> Part:
        """A list of constants."""
        parts = [self.part(item, depth + 1) for item in node.items]
        if any(part.constant is None or part.domain is list for part in parts):
            raise _Refused("a list can only hold constants, as in ['late', 'lost']")
        members = tuple(part.constant[0] for part in parts if part.constant)
        return Part(list, lambda facts: members, f"[{listed(members)}]", members)

    def _compared(self, node: nodes.Compare, depth: int) -> Part:
        """One comparison, or a chain of them: each link is checked and all must hold."""
        if len(node.ops) > DEEPEST:
            raise _Refused("too many comparisons in one chain; join them with 'and'")
        left = self.part(node.expr, depth + 1)
        links: list[tuple[Reading, Callable[[Any, Any], Any], Reading]] = []
        for operand in node.ops:
            right = self.part(operand.expr, depth + 1)
            sign, compare = COMPARISONS[operand.op]
            problem = mismatch(left, sign, right)
            if problem:
                self.problems.append(problem)
            links.append((left.read, compare, right.read))
            left = right
        return Part(bool, lambda facts: _all(_holds(a(facts), compare, b(facts)) for a, compare, b in links), "…")


def _path(node: nodes.Node) -> tuple[str, ...]:
    """form.where as ('form', 'where'); () where a dot follows anything but a name."""
    steps: list[str] = []
    while isinstance(node, nodes.Getattr):
        steps.append(node.attr)
        node = node.node
    return (node.name, *reversed(steps)) if isinstance(node, nodes.Name) else ()


def _known(schema: Schema, prefix: str) -> Iterator[str]:
    """Every dotted name of a schema."""
    for name, domain in schema.items():
        if isinstance(domain, Mapping):
            yield from _known(domain, f"{prefix}{name}.")
        else:
            yield prefix + name


def _look_up(facts: Facts, path: tuple[str, ...], absent: Any) -> Any:
    """The fact at the path, or what stands in for it."""
    found: Any = facts
    for step in path:
        if not isinstance(found, Mapping) or step not in found:
            return _UNKNOWN if type(facts) is _Partly else absent
        found = found[step]
    return absent if found is None else found


def _within(a: Any, b: Any) -> bool:
    """Member of a list; or text within text, where capitals do not count."""
    if isinstance(a, str) and isinstance(b, str):
        return a.casefold() in b.casefold()
    return a in b


def _not(value: Any) -> Any:
    return _UNKNOWN if value is _UNKNOWN else not value


def _all(values: Iterable[Any]) -> Any:
    """True, false or unknown, as Kleene's logic has it: one false decides, whatever the rest is."""
    found: Any = True
    for value in values:
        if value is _UNKNOWN:
            found = _UNKNOWN
        elif not value:
            return False
    return found


def _holds(a: Any, compare: Callable[[Any, Any], Any], b: Any) -> Any:
    """The comparison; false where the facts are of kinds that do not compare, unknown where one is not known."""
    if a is _UNKNOWN or b is _UNKNOWN:
        return _UNKNOWN
    try:
        return bool(compare(a, b))
    except (TypeError, ValueError):
        return False
