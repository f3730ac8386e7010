"""What a person's new mail is: a complaint on evidence, or unsure. Never a silent guess (rules/categories.yaml).

Only a complaint with evidence and nothing against it starts the map; all else goes to a human. The lists are those of
the language of the words where that is known, and those of every language where it is not. A word that nearly is one of
a list ("disapointed") counts where nothing else says what the mail is. What words say only together (`signs`) weighs as
two phrases; what somebody fears, asks about or did himself is no evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from mailbot.cases.phrases import plain
from mailbot.cases.signs import Seen, Sign, says_of, seen
from mailbot.process.load_screening import CATEGORY_SIGNS, KINDS
from mailbot.process.vocabulary import CATEGORIES
from mailbot.process.wordlists import Phrases, Screening

_WORD = re.compile(r"[^\W\d_]{6,30}")  # short words are near to too many others
_SAME = 100
_NEAR = 87  # of 100: one letter of seven wrong, lost or doubled
_RAISING = ("serious", "claim")
_FIRM = 2  # what words say together weighs as two phrases
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
    text, lists = f"{subject}\n\n{words}", rules.of(language)
    found = seen(text, lists)
    said = {name: found.phrases.get(name, ()) for name in ("complaint", "claim", "serious", "minor")}
    said |= {kind: found.phrases.get(f"kind {kind}", ()) for kind in lists.kinds}
    signs = {kind: tuple(sign for sign in found.signs if says_of(sign) == kind) for kind in ("complaint", *KINDS)}
    others = {kind: worth for kind in KINDS if (worth := len(said.get(kind, ())) + _worth(signs[kind]))}
    if not said["complaint"] and not signs["complaint"] and not others:
        said["complaint"] = tuple(() if found.wary else _near(text, lists.complaint)) or tuple(_wrong(found))
    serious, claim = (bool(said[name]) or any(sign.says == name for sign in found.signs) for name in _RAISING)
    said["minor"] = () if serious or claim else said["minor"]
    level = "serious" if serious else "minor" if said["minor"] else "standard"
    category, told = _category(found)
    evidence = tuple(line for name, hits in said.items() for line in _said(name, hits)) + told
    evidence += tuple(f"{sign.says}: " + " + ".join(map(repr, sign.words)) for sign in found.signs)
    worth = len(said["complaint"]) + _worth(signs["complaint"])
    worth += bool(worth and said["minor"])  # "nothing serious": and yet something
    if worth > sum(others.values()):
        return Kind("claim" if claim else "complaint", evidence, claim, level, category)
    if other := _other(others, worth, bool(signs["complaint"]) or claim, found.asks):
        return Kind(other, evidence, False, level)
    return Kind("unsure", evidence or ("no phrase of categories.yaml was found",), claim, level, category)


def _worth(signs: Iterable[Sign]) -> int:
    """What signs weigh: what several words say together is firmer than a phrase."""
    return sum(_FIRM if len(sign.words) > 1 else 1 for sign in signs)


def _other(others: Mapping[str, int], complaint: int, firmly: bool, asks: bool) -> str:
    """The kind of a mail that is no complaint; '' where that is not sure."""
    if firmly or not others:
        return ""
    best = max(others, key=lambda kind: others[kind])
    rest = complaint + sum(others.values()) - others[best]
    if "praise" in others and not complaint and not asks and set(others) == {"praise", "enquiry"}:
        return "praise"  # nothing is asked: what was to be cleaned is named, and it went well
    if set(others) == {"suggestion", "enquiry"} and not complaint and others["suggestion"] >= others["enquiry"]:
        return "suggestion"  # asked politely: "have you ever thought of opening on Sundays?"
    return best if not rest or (others[best] >= _FIRM and others[best] >= _FIRM * rest) else ""


def _category(found: Seen) -> tuple[str, tuple[str, ...]]:
    """What went wrong, with the words that say it; nothing where they say several things."""
    phrases = {name: hits for name in CATEGORIES if (hits := found.phrases.get(f"category {name}", ()))}
    told = tuple(line for name, hits in phrases.items() for line in _said(f"category {name}", hits))
    worth = Counter({name: len(hits) for name, hits in phrases.items()})
    worth.update(sign.says for sign in found.signs if sign.says in CATEGORY_SIGNS)
    first = [name for name, most in worth.items() if most == max(worth.values())]
    return (first[0] if len(first) == 1 and set(phrases) <= set(first) else "", told)


def _wrong(found: Seen) -> Iterator[str]:
    """The words for what went wrong, where nothing else says what the mail is."""
    for name in CATEGORIES:
        yield from found.phrases.get(f"category {name}", ())


def _near(text: str, phrases: Phrases) -> Iterator[str]:
    """Words that nearly are one of the list: a letter lost, doubled or turned."""
    stems = _stems(phrases.phrases)
    for word in dict.fromkeys(_WORD.findall(plain(text))[:_MOST_WORDS]):
        near = process.extractOne(word, stems.get(word[0], ()), scorer=_alike, score_cutoff=_NEAR)
        if near and near[1] < _SAME:  # one of the list itself was left out for a reason
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
