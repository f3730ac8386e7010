"""What staff said: an answer to what was asked, a command, or words. Matched with tolerance, never by guess.

Looks at the first lines of the new words only. Answers come from the letter that was asked
(`answers:` in its template), commands from rules/commands.yaml. Two that fit equally are neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from mailbot.cases.phrases import plain
from mailbot.process.model import Answer, Command

_LIKENESS = 86  # of 100: one slip of the finger in a word of six letters
_SHORTEST_FUZZY = 4  # 'no' and 'not' are one letter apart and mean different things
_REFERENCE_LINE = re.compile(r"^\s*ref [a-z2-7]{7}\.\d{1,6}\.[a-z2-7]{26}\s*$", re.MULTILINE)
_DENIAL = re.compile(r"\b(?:no|not|never|none|nothing|cannot|without)\b|n't\b|\bun(?=happy|solved|resolved|sorted)")
_PAUSE = re.compile(r"\s?[,.!;:–—-]")


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood: the answer or command, and the words that belong to it."""

    meant: Answer | Command
    words: str


def understand(text: str, choices: Iterable[Answer | Command]) -> Said | None:
    """The one choice the text names; None where it names none, or two equally."""
    body = _REFERENCE_LINE.sub("", text).strip()
    first, _, rest = body.partition("\n")
    first = plain(first).strip(" .!,;*_\"'")
    if not first:
        return None
    offered = list(choices)
    for kind in (Answer, Command):  # what was asked comes first: `no` under a question answers it
        best = _best(first, [choice for choice in offered if isinstance(choice, kind)])
        if best:
            return Said(best, _words(body, best, rest))
    return None


def _best(first: str, choices: list[Answer | Command]) -> Answer | Command | None:
    """The choice that fits best, if one does and no other fits as well."""
    scored = sorted(((_score(first, choice), choice) for choice in choices), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < _LIKENESS:
        return None
    if len(scored) > 1 and scored[1][0] == scored[0][0] and scored[1][1].event != scored[0][1].event:
        return None
    return scored[0][1]


def _score(first: str, choice: Answer | Command) -> float:
    return max((_one(first, plain(word), bool(choice.takes)) for word in choice.words), default=0.0)


def _one(first: str, word: str, takes_words: bool) -> float:
    if first == word:
        return 101.0
    after = first[len(word) :] if first.startswith(word) else ""
    # "yes, they are here": the word, then a pause. "no idea" has none, and is not a no.
    if _PAUSE.match(after) or (takes_words and after[:1].isspace()):
        return 100.0 + len(word) / 100
    if len(word) >= _SHORTEST_FUZZY and len(first) <= 2 * len(word) and _denials(first) == _denials(word):
        return fuzz.ratio(first, word)
    return 0.0


def _denials(text: str) -> list[str]:
    """The words that turn a sentence round: two texts that differ in them never mean the same, however alike."""
    return sorted(_DENIAL.findall(text))


def _words(body: str, choice: Answer | Command, rest: str) -> str:
    if not choice.takes:
        return rest.strip()
    lowered = plain(body)
    longest = max((word for word in map(plain, choice.words) if lowered.startswith(word)), key=len, default="")
    return body[len(longest) :].lstrip(" :–—-\n").strip() if longest else rest.strip()
