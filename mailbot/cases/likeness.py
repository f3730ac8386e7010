"""How much like a phrase some words are: what tolerance for typing may forgive, and what never.

Forgives one slip of the finger in a word of six letters. Never a word more or less, never a denial, a doubt or a
question, never what stands before a word and turns it round ("unapproved" is not "approved").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from mailbot.cases import heard, names
from mailbot.cases.heard import inside_word
from mailbot.process.matching import Matching
from mailbot.process.wordlists import Hearing

_LEAST = 86.0  # of 100
_SWAPPED = 95.0  # two letters that changed places
_SHORTEST = 5  # letters; 'no' and 'not', 'read' and 'ready' are one letter apart and mean different things
_SHORTEST_CHANGED = 6  # of a word that is still the same with another letter in it
_SHORTEST_BEGUN = 6  # of a word that begins a line
_LONG = 12  # letters of a phrase that two slips may stand in
MOST_SLIPS = 2  # of typing in any phrase
LOOKED_AT = 200  # characters of a line that may begin with a mistyped word
_NUMBER = r"\d{1,9}(?:[.,]\d{1,3}){0,3}"
SIGN = re.compile("[£€$¥₣]")


def alike(text: str, word: str, hearing: Hearing) -> float:
    """How alike a whole line and a phrase are, of 100; 0 where more than typing tells them apart."""
    short, long = sorted((len(text), len(word)))
    if short < _SHORTEST or long > 2 * short or ("?" in text) != ("?" in word):
        return 0.0
    swapped = len(text) == len(word) and sorted(text) == sorted(word) and OSA.distance(text, word) == 1  # "sovled"
    ratio = _SWAPPED if swapped else fuzz.ratio(text, word, score_cutoff=_LEAST)
    same = ratio and _same_words(text, word) and heard.turns(text, hearing) == heard.turns(word, hearing)
    return ratio if same else 0.0


def as_long(text: str, words: Sequence[str]) -> list[str]:
    """Those of the words that are long enough, and short enough, to be alike at all."""
    length, slack = len(text), 100.0 - _LEAST
    return [word for word in words if 100 * abs(len(word) - length) <= slack * (len(word) + length)]


def slips(text: str, phrase: str, hearing: Hearing) -> int | None:
    """The slips of typing that tell them apart; None where they are too many, or more than typing."""
    allowed = 0 if len(phrase) < _SHORTEST_BEGUN else 1 if len(phrase) < _LONG else MOST_SLIPS
    count = OSA.distance(text, phrase, score_cutoff=allowed)
    if count > allowed or (count and not _same_words(text, phrase)):
        return None
    return count if not count or heard.turns(text, hearing) == heard.turns(phrase, hearing) else None


def begun_alike(line: str, words: Sequence[str], hearing: Hearing) -> int:
    """How long the beginning of the line is that is one of the words, mistyped; 0 for none."""
    ends = [found.end() for found in re.finditer(r"\S+", line[:LOOKED_AT])]
    for word in sorted(words, key=len, reverse=True):
        count = word.count(" ")
        said = heard.tidy(line[: ends[count]]) if count < len(ends) else ""
        if said and slips(said, heard.tidy(word), hearing) and not inside_word(line, len(said)):
            return len(said)
    return 0


def _same_words(text: str, word: str) -> bool:
    """Whether each word is the other's, mistyped; or all are, but for where the spaces stand."""
    one, other = text.split(), word.split()
    if len(one) != len(other):
        return "".join(one) == "".join(other)
    return not any(_another_word(a, b) for a, b in zip(one, other, strict=True))


def _another_word(one: str, other: str) -> bool:
    """Whether it is another word rather than a slip: "clean" for "clear", "hours" for "ours", "unpaid" for "paid"."""
    one, other = one.replace("'", ""), other.replace("'", "")
    if one == other:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST - 1 or long.endswith(short):
        return True
    return len(short) == len(long) < _SHORTEST_CHANGED and sorted(short) != sorted(long)


@lru_cache(maxsize=16)
def _amount(before: tuple[str, ...], money: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(money, key=len, reverse=True))) or "(?!)"
    lead = rf"(?:(?:{heard.pattern(before).pattern})\s{{1,3}})?"
    sign = rf"(?:{SIGN.pattern}\s?|(?<!\w)(?:{names})\s)?"
    return re.compile(rf"{lead}{sign}(?<![\w.,]){_NUMBER}(?:\s?{SIGN.pattern}|\s?(?:{names}))?(?!\w)")


def amount(hearing: Hearing) -> re.Pattern[str]:
    """Something that looks like an amount, with the words that belong to it. What it is worth `money` says."""
    return _amount(hearing.before_amount, hearing.money)


def garment_named(text: str, garment: str, rules: Matching) -> tuple[float, str]:
    """How much of a garment a text names (0 none, 1 surely it), and the word that names it.

    One word that few garments share is enough ("coat"); colours and cloths only count beside it. A word is found
    whole, or with a slip of typing; in scripts without spaces two signs that stand together are a word.
    """
    weak, least, shortest = rules.among("weak_words"), rules.alike["garment"], rules.shortest["garment"]
    said = spoken(text)
    strong = [word for word in dict.fromkeys(names.every_word(garment)) if word not in weak]
    for word in strong:
        if names.UNSPACED.match(word):
            pair = _pair_in(word, said, weak)
            if pair:
                return 1.0, pair
        elif len(word) >= shortest:
            near = next((each for each in said if _same_garment(word, each, least, shortest)), "")
            if near:
                return 1.0, near
    return 0.0, ""


@lru_cache(maxsize=8)
def spoken(text: str) -> tuple[str, ...]:
    """The words of a mail as compared: asked for every case that it could belong to."""
    return tuple(names.every_word(text))


def _same_garment(word: str, spoken: str, least: float, shortest: int) -> bool:
    """Whether it is the word, its plural, or a slip of typing in it."""
    if word == spoken or word.rstrip("s") == spoken.rstrip("s"):
        return True
    return len(word) > shortest and word[0] == spoken[0] and fuzz.ratio(word, spoken, score_cutoff=least) > 0


def _pair_in(word: str, spoken: Iterable[str], weak: frozenset[str]) -> str:
    """Two signs of the garment that stand in the text too, other than those of a colour."""
    for colour in weak:
        word = word.replace(colour, " ")
    pairs = (word[at : at + 2] for at in range(len(word) - 1) if " " not in word[at : at + 2])
    return next((pair for pair in pairs if any(pair in each for each in spoken)), "")
