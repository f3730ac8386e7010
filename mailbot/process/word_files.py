"""Files that hold nothing but lists of phrases, read line by line: thousands of lines at every start.

Decides nothing that load_screening does not: a file with anything unusual in it is not read here (None), and goes the
long way, which says what is wrong with it and where. Whatever is read here means the same there; a test holds both
beside each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# One line of a list of phrases: nothing; a key; a key below a key; a phrase, plain or between quotation marks. A plain
# phrase begins with a letter and holds nothing that means something in YAML (1.2.2, 7.3.3).
_LINE = re.compile(
    r"(?:\s*#.*|(?P<key>[a-z_]+):|  (?P<below>[a-z_]+):|(?:  |    )- (?:\"(?P<double>[^\"\\]+)\"|'(?P<single>[^']+)'"
    r"|(?P<plain>(?:\d{1,3} ?(?=[^\W\d_]{2}))?[^\W\d_](?:[^#:\n\"]|:(?! |$))*))(?: +#.*)?|) *"
)
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))  # no text, or what looks like none
Lists = Mapping[tuple[str, ...], tuple[int, tuple[str, ...]]]  # ("kinds", "praise") -> line of the first, phrases


def lists(text: str) -> Lists | None:
    """The lists of a file by their keys; None where it is not as plain as that."""
    found: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    path: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        hit = _LINE.fullmatch(line)
        if hit is None:
            return None
        if hit["key"] or hit["below"]:
            path = (hit["key"],) if hit["key"] else (*path[:1], hit["below"])
            if path in found or not path[0]:
                return None
            found[path] = (number, [])
        elif phrase := hit["double"] or hit["single"] or (hit["plain"] or "").rstrip():
            if path not in found or (hit["plain"] and phrase.casefold() in _WORDS):
                return None
            if not found[path][1]:
                found[path] = (number, [])
            found[path][1].append(phrase)
    return {key: (line, tuple(phrases)) for key, (line, phrases) in found.items()}
