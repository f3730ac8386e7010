"""Values of the complaint form made tidy: choices and stores by their own name, the rest as it was written.

Never makes a form incomplete because a word was unusual: words outside the choices count as `other`, an unknown store
or an odd date is kept as written. A choice is never read out of its denial ("not with me"). rules/form.yaml says which
words mean what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import fuzz, process

from mailbot.cases.phrases import plain
from mailbot.process.model import Choice, Field, Process

LONGEST_VALUE = 10_000  # characters of one field; the mail itself is kept whole
_LONGEST_CHOICE = 500  # characters looked through for a choice; more is a story, not a choice
_BLANKS = re.compile(r"[\s_.\-–—…/*?]*")  # what people leave in an empty field
_ADDRESS = re.compile(r"[^\s<>(),;:\"]{1,64}@[^\s<>(),;:\"]{1,255}")
_CHOICE_LIKENESS = 82  # of 100
_STORE_LIKENESS = 80
_SHORTEST_PART = 4  # letters of a part of a store's name: "Ken" could be anything
_SHORT_NOT = re.compile(r"\b(is|are|was|were|do|does|did|has|have|had|could|would|ca)(?:n't|nt| not)\b")
_DENIED = re.compile(r"\b(?:not|never|no longer)(?:\s\w{1,12})?\s$")
# Words round a store's name that say nothing of which store it is.
_AROUND_A_STORE = re.compile(r"\b(?:your|the|my|our|in|at|on|to|shop|store|branch|one|blanc)\b")


def tidy(field: Field, value: str, rules: Process) -> str:
    """A value as it is kept; '' where nothing was written."""
    value = value[:LONGEST_VALUE].strip()
    if _BLANKS.fullmatch(value):
        return ""
    if field.kind == "text":
        return value
    value = " ".join(value.split()).strip("* ")
    match field.kind:
        case "choice":
            return _choice(value, field.choices)
        case "store":
            return _store(value, tuple(rules.people.stores))
        case "email":
            found = _ADDRESS.search(value)
            return found.group().rstrip(".") if found else ""  # "the same": the one we have stays
        case _:
            return value


def means_a_choice(field: Field, value: str) -> bool:
    """Whether the value is, word for word, one of the field's choices."""
    return _folded(value) in _words(field.choices)


@lru_cache(maxsize=32)
def _words(choices: tuple[Choice, ...]) -> Mapping[str, str]:
    return {_folded(word): choice.value for choice in choices for word in (choice.value, *choice.words)}


def _folded(text: str) -> str:
    """Text as choices are compared: "don't", "dont" and "do not" are the same."""
    short = plain(text[:_LONGEST_CHOICE]).strip(" .!,;()[]\"'")
    return _SHORT_NOT.sub(lambda found: ("can" if found[1] == "ca" else found[1]) + " not", short)


def _choice(value: str, choices: tuple[Choice, ...]) -> str:
    """The choice a customer's words mean; words outside the choices count as `other`, or the last one there is."""
    known, said = _words(choices), _folded(value)
    if said in known:
        return known[said]
    inside = _inside(said, known)
    if len(inside) == 1:
        return inside.pop()
    near = process.extractOne(said, list(known), scorer=fuzz.ratio, score_cutoff=_CHOICE_LIKENESS)
    if near and not inside:
        return known[near[0]]
    values = [choice.value for choice in choices]
    return "other" if "other" in values else values[-1]


def _inside(said: str, known: Mapping[str, str]) -> set[str]:
    """The choices whose words stand in what was said: the longest ones ("lost button" is not "lost"), undenied."""
    hits: list[tuple[int, int, str]] = []
    for word in sorted(known, key=len, reverse=True):
        for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", said):
            within = any(start <= found.start() and found.end() <= end for start, end, _ in hits)
            if not within:
                hits.append((found.start(), found.end(), word))
    return {known[word] for start, _, word in hits if not _DENIED.search(said[:start])}


def _store(value: str, stores: tuple[str, ...]) -> str:
    """The store's own name, however sloppily it was typed; as written where it could be two, or none."""
    names = {plain(name): name for name in stores}
    said = plain(value)
    if said in names:
        return names[said]
    inside = [name for key, name in names.items() if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", said)]
    if len(inside) == 1:
        return inside[0]
    bare = " ".join(_AROUND_A_STORE.sub(" ", said).split()).strip(" .,")
    if len(bare) >= _SHORTEST_PART:
        begun = [name for key, name in names.items() if key.startswith(bare) or key.endswith(f" {bare}")]
        if len(begun) == 1:
            return begun[0]
    near = process.extract(bare or said, list(names), scorer=fuzz.ratio, score_cutoff=_STORE_LIKENESS, limit=2)
    return names[near[0][0]] if len(near) == 1 else value
