"""libyaml's complaints in words of this house, at the line that a person has to mend.

libyaml says where it gave up, which for a missing colon is a line too late. Decides which line is meant; what it does
not know it passes on as it was said.
"""

from __future__ import annotations

from typing import Any

import yaml

_NO_COLON = "a ':' with a blank after it is missing on this line"
_QUOTED = "a text with ': ' in it stands in quotation marks"
_DEEPER = "this line begins further in than it should; let it begin below the key it belongs with"
_TAB = "a tab; YAML wants spaces"
_BRACKETS = {"while parsing a flow sequence": "[", "while parsing a flow mapping": "{"}


def fault(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line (the first is 0) and what is wrong with it."""
    problem = getattr(error, "problem", None) or ""
    context = getattr(error, "context", None) or ""
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return (opened.line if opened else 0), context or problem or "unreadable"
    if "a simple key" in context and opened:
        return opened.line, _NO_COLON
    if problem.startswith("mapping values are not allowed"):
        return _second_colon(problem, mark, text.splitlines())
    if "tab" in problem or ("cannot start any token" in problem and _sign(mark, text) == "\t"):
        return mark.line, _TAB
    if "cannot start any token" in problem:
        return mark.line, f"a text that begins with {_sign(mark, text)!r} stands in quotation marks"
    if "a quoted scalar" in context and opened:
        return opened.line, "the quotation mark that opens here is never closed"
    if context in _BRACKETS and opened:
        return opened.line, f"the '{_BRACKETS[context]}' that opens here is not closed, or a ',' is missing after it"
    return mark.line, " ".join(filter(None, (context, problem)))


def _second_colon(problem: str, mark: Any, lines: list[str]) -> tuple[int, str]:
    """A colon where no key can be: one of the line's own, or the line above has none and went on into this one."""
    here = lines[mark.line] if mark.line < len(lines) else ""
    if _has_key(here[: mark.column]):
        return mark.line, f"{problem}; {_QUOTED}"
    above = next((n for n in range(mark.line - 1, -1, -1) if n < len(lines) and lines[n].strip()), None)
    if above is not None and not _has_key(lines[above]):
        return above, _NO_COLON
    return mark.line, f"{problem}; {_DEEPER}"


def _has_key(line: str) -> bool:
    return ": " in line or line.rstrip().endswith(":")


def _sign(mark: Any, text: str) -> str:
    """The character at a mark."""
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    return line[mark.column : mark.column + 1]
