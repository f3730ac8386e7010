"""What the names of a condition may be, and which comparisons can never come out true.

Decides whether two sides of a comparison can match, in words for an admin; evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.process.names import did_you_mean, listed

# A domain is what a name may be: bool, int, str, list (of anything), a tuple of the allowed values, or
# ('list', allowed values) for a list with known members. A schema nests names down to domains.
Domain = Any
Schema = Mapping[str, Any]
Facts = Mapping[str, Any]
Reading = Callable[[Facts], Any]

KINDS: Mapping[Any, str] = {bool: "true or false", str: "text", int: "a number", list: "a list"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a condition: what it may be, how to read it, and its value if that is constant."""

    domain: Domain
    read: Reading
    shown: str
    constant: tuple[Any, ...] | None = None  # the one constant, or the members of a list of constants


def _members(domain: Domain) -> tuple[Any, ...] | None:
    """The allowed values of a domain (of a list: of its members), or None where there is no list of them."""
    if isinstance(domain, tuple):
        return domain[1] if _is_listing(domain) else domain
    return None


def _is_listing(domain: Domain) -> bool:
    return isinstance(domain, tuple) and len(domain) == 2 and domain[0] == "list" and isinstance(domain[1], tuple)


def kind_of(domain: Domain) -> Any:
    """bool, int, str or list; None where it cannot be told (the problem was reported)."""
    if not isinstance(domain, tuple):
        return domain
    if _is_listing(domain):
        return list
    kinds = {int if isinstance(value, float) else type(value) for value in domain}
    return kinds.pop() if len(kinds) == 1 else None


def mismatch(left: Part, sign: str, right: Part) -> str:
    """Why the two sides can never match, or ''."""
    a, b = kind_of(left.domain), kind_of(right.domain)
    if a is None or b is None:
        return ""
    if sign in ("in", "not in"):
        return _misplaced(left, sign, right)
    if sign not in ("==", "!=") and (a is not int or b is not int):
        return f"'{sign}' compares numbers, but {_what(left if a is not int else right)}"
    if list in (a, b):
        return f"{_what(left if a is list else right)}; ask with 'in', as in 'E2' in case.letters"
    if a is not b:
        return f"{_what(left)}, but {_what(right)}"
    return _impossible(left, right) or _impossible(right, left) or _apart(left, right)


def _misplaced(left: Part, sign: str, right: Part) -> str:
    """The same for `in`: a member of a list, a name in a list of constants, text in text."""
    a, b = kind_of(left.domain), kind_of(right.domain)
    if a is list:
        return f"{_what(left)}; only a single value can be '{sign}' something"
    if b is str and right.constant:
        return f"after '{sign}' write a list: [{right.shown}]"
    if b is str and not isinstance(right.domain, tuple):
        return "" if a is str else f"{_what(left)}; only text can be '{sign}' text"
    if b is not list:
        return f"{_what(right)}; after '{sign}' there must be a list or free text"
    for value in right.constant or ():
        kind = int if type(value) is float else type(value)
        if kind is not a:
            return f"{_what(left)}, but {listed([value])} is {KINDS[kind]}"
        problem = _impossible(Part(kind, bool, "", (value,)), left)
        if problem:
            return problem
    members = _members(right.domain)
    if members is None:
        return ""
    return _impossible(left, right) or _apart(left, right)


def _impossible(constant: Part, other: Part) -> str:
    """Why the constant can never be a value of the other side, or ''."""
    members = _members(other.domain)
    if not constant.constant or members is None or other.constant is not None:
        return ""
    value = constant.constant[0]
    if any(type(value) is type(member) and value == member for member in members):
        return ""
    near = did_you_mean(value, members) if isinstance(value, str) else ""
    never = "never holds" if _is_listing(other.domain) else "cannot be"
    return f"{other.shown} {never} {listed([value])}{near}"


def _apart(left: Part, right: Part) -> str:
    """Two names whose allowed values have nothing in common ('' stands for 'not told yet')."""
    a, b = _members(left.domain), _members(right.domain)
    if a is None or b is None or (set(a) - {""}) & (set(b) - {""}):
        return ""
    return f"{left.shown} and {right.shown} have no value in common"


def _what(part: Part) -> str:
    """The side of a comparison in words: 'event.claim' is true or false."""
    return f"{part.shown} is {KINDS.get(kind_of(part.domain), 'something else')}"
