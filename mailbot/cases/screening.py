"""What a person's new mail is: a complaint on evidence, or unsure. Never a silent guess (rules/categories.yaml).

Only a complaint with evidence and nothing against it starts the map; all else goes to a human. The lists are those of
the language of the words where that is known, and those of every language where it is not. A word that nearly is one of
a list ("disapointed") counts where nothing else says what the mail is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from mailbot.cases.phrases import all_phrases, first_phrase, plain
from mailbot.process.wordlists import Phrases, Screening

_WORD = re.compile(r"[^\W\d_]{6,30}")  # short words are near to too many others
_NEAR = 87  # of 100: one letter of seven wrong, lost or doubled
_MOST_WORDS = 300  # looked through for misspelt ones: a long mail has others that are not


@dataclass(frozen=True, slots=True)
class Kind:
    """kind: complaint claim enquiry praise suggestion other unsure; with the phrases that say so.

    level: serious standard minor. category: what went wrong, where the words say one thing; else ''.
    """

    kind: str
    evidence: tuple[str, ...]
    claim: bool = False
    level: str = "standard"
    category: str = ""

    @property
    def starts_the_map(self) -> bool:
        return self.kind in ("complaint", "claim")


NO_KIND = Kind("unsure", ())  # of a mail whose words were not weighed


def screen(subject: str, words: str, rules: Screening, language: str = "") -> Kind:
    """The kind of a mail by its subject and new words; `language`: of the words, '' where it is not known."""
    text, lists = f"{subject}\n{words}", rules.of(language)
    claims = all_phrases(text, lists.claim)
    others = {kind: hits for kind, phrases in lists.kinds.items() if (hits := all_phrases(text, phrases))}
    complaint = all_phrases(text, lists.complaint) or (() if others else tuple(_near(text, lists.complaint)))
    serious = first_phrase(text, lists.serious)
    minor = "" if serious or claims else first_phrase(text, lists.minor)
    category, told = _category(text, lists)
    evidence = _said("complaint", complaint) + _said("claim", claims) + _said("serious", (serious,) if serious else ())
    evidence += tuple(line for kind, hits in others.items() for line in _said(kind, hits))
    evidence += _said("minor", (minor,) if minor else ()) + told
    level = "serious" if serious else "minor" if minor else "standard"
    against = sum(len(hits) for hits in others.values())
    if complaint and len(complaint) > against:
        return Kind("claim" if claims else "complaint", evidence, bool(claims), level, category)
    if not complaint and len(others) == 1 and not claims:
        return Kind(next(iter(others)), evidence, False, level)
    return Kind("unsure", evidence or ("no phrase of categories.yaml was found",), bool(claims), level, category)


def _category(text: str, lists: Screening) -> tuple[str, tuple[str, ...]]:
    """What went wrong, with the words that say it; nothing where they say several things."""
    found = {name: hits for name, phrases in lists.categories.items() if (hits := all_phrases(text, phrases))}
    told = tuple(line for name, hits in found.items() for line in _said(f"category {name}", hits))
    return (next(iter(found)) if len(found) == 1 else "", told)


def _near(text: str, phrases: Phrases) -> Iterator[str]:
    """Words that nearly are one of the list: a letter lost, doubled or turned."""
    stems = _stems(phrases.phrases)
    for word in dict.fromkeys(_WORD.findall(plain(text))[:_MOST_WORDS]):
        near = process.extractOne(word, stems.get(word[0], ()), scorer=_alike, score_cutoff=_NEAR)
        if near:
            yield f"{word} (nearly {near[0]})"


@lru_cache(maxsize=16)
def _stems(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The single words of a list by their first letter, which people rarely mistype."""
    words = [phrase for phrase in phrases if _WORD.fullmatch(phrase.removesuffix("*"))]
    return {letter: tuple(word for word in words if word[0] == letter) for letter in {word[0] for word in words}}


def _alike(word: str, phrase: str, **options: object) -> float:
    """How alike they are, of 100; of a word that goes on as it likes (`ruin*`) its beginning."""
    stem = phrase.removesuffix("*")
    begun = word[: len(stem) + 1] if phrase.endswith("*") and len(word) > len(stem) + 1 else word
    return max(fuzz.ratio(begun, stem), fuzz.ratio(begun[: len(stem)], stem))


def _said(kind: str, phrases: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{kind}: " + ", ".join(repr(phrase) for phrase in phrases),) if phrases else ()
