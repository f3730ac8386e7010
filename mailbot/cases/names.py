"""Names of people as they are compared: in any order and writing, with their titles off, but never by a part alone.

Two names are the same person's only as a whole: first and last. Chinese, Japanese and Korean names are compared sign
by sign, since one sign more is somebody else; no scorer of words is used on them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import fuzz

from mailbot.cases.mailboxes import as_latin
from mailbot.cases.phrases import plain
from mailbot.process.matching import Matching

_LONGEST = 100  # characters of a name looked at
_MOST_WORDS = 6
_MOST_SURNAMES = 2  # "José García López" is also called José García
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W_]+")
UNSPACED = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")  # scripts without spaces between words
_VOWELS = frozenset("aeiouyh")  # and the h that names are spelt with or without: Bernard, Bernhard
_ALSO = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_UMLAUTS = (("ue", "u"), ("oe", "o"), ("ae", "a"))  # Mueller, Müller and Muller are one name


def fold(text: str) -> str:
    """Text as compared: plain, without accents, lookalike letters as what they look like."""
    small = as_latin(plain(text)).translate(_ALSO)
    if small.isascii():
        return small
    apart = unicodedata.normalize("NFD", small)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if unicodedata.category(sign) != "Mn"))


def every_word(text: str) -> list[str]:
    """Every word of a text as compared, one by one; figures are words too."""
    return _WORDS.findall(fold(text))


def plain_words(name: str) -> list[str]:
    """The words of a name in their order, only capitals apart."""
    return plain(name[:_LONGEST]).split()


@lru_cache(maxsize=4096)
def words_of(name: str, titles: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The words of a name as compared; "Smith, Anna" is turned round; titles and initials are left off."""
    text = fold(name[:_LONGEST]).replace("'", "").replace("’", "")
    last, comma, first = text.partition(",")
    found = _LETTERS.findall(f"{first} {last}" if comma and first.strip() else text)
    kept = [word for word in found if word not in titles and (len(word) > 1 or UNSPACED.match(word))]
    return tuple(kept[:_MOST_WORDS])


@lru_cache(maxsize=4096)
def unspaced(name: str, titles: frozenset[str] = frozenset()) -> str:
    """A name in a script without spaces, its titles off; '' for any other."""
    text = "".join(fold(name[:_LONGEST]).split())
    for title in titles:
        if UNSPACED.match(title) and len(text) > len(title):
            text = text.removesuffix(title)
    return text if 2 <= len(text) <= 6 and all(map(UNSPACED.match, text)) else ""


def likeness(one: str, other: str, rules: Matching) -> float:
    """How alike two whole names are, of 100; 0 where one of them is no whole name."""
    titles = rules.among("titles")
    short, long = unspaced(one, titles), unspaced(other, titles)
    if short or long:
        return 100.0 if short == long else 0.0
    first, second = words_of(one, titles), words_of(other, titles)
    if min(len(first), len(second)) < 2:
        return 0.0
    best = max((_two_names(a, b, rules) for a in _short(first, second) for b in _short(second, first)), default=0.0)
    return best if best >= rules.alike["name"] else 0.0


def _short(name: tuple[str, ...], other: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A name by its first and last word; where the other has two words, by its first and any: "José García (López)"."""
    return [(name[0], word) for word in (name[1:] if len(other) == 2 else name[-1:])]


def _two_names(one: tuple[str, ...], other: tuple[str, ...], rules: Matching) -> float:
    a, b = _joined(one), _joined(other)
    if min(len(a), len(b)) <= rules.shortest["name"]:  # "Bo Li" has four letters
        return 0.0
    ratio = fuzz.ratio(a, b)
    return ratio if ratio == 100 or _word_by_word(one, other) else 0.0


def whole(name: str) -> bool:
    """Whether it is a first and a last name."""
    return bool(unspaced(name)) or len(words_of(name)) >= 2


def same_surname(one: str, other: str, rules: Matching) -> str:
    """The surname that two names share, '' for none."""
    titles, shortest = rules.among("titles"), rules.shortest["name"]
    first, second = words_of(one, titles), words_of(other, titles)
    if not first or not second or unspaced(one) or unspaced(other):
        return ""
    return first[-1] if first[-1] == second[-1] and len(first[-1]) >= shortest else ""


def keys(name: str, titles: frozenset[str] = frozenset()) -> Iterator[str]:
    """The keys under which a whole name is looked up: its first and another word, roughly, in either order."""
    whole = unspaced(name, titles)
    if whole:
        yield f"who:{whole}"
        return
    found = words_of(name, titles)
    for word in found[1:][-_MOST_SURNAMES:]:
        yield "who:" + "|".join(sorted((rough(found[0]), rough(word))))


def surname_key(name: str, titles: frozenset[str] = frozenset()) -> str:
    """The key of a surname alone, '' for none."""
    found = words_of(name, titles)
    return f"last:{rough(found[-1])}" if len(found) >= 2 or (found and len(found[0]) > 2) else ""


@lru_cache(maxsize=4096)
def rough(word: str) -> str:
    """A word without what typing and spelling change most: its first letter, then its consonants, each once, sorted."""
    if not word.isascii():
        return word
    for long, short in _UMLAUTS:
        word = word.replace(long, short)
    return word[:1] + "".join(sorted({letter for letter in word[1:] if letter not in _VOWELS}))


def _joined(words: tuple[str, ...]) -> str:
    return " ".join(sorted(words))


def _word_by_word(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether each word is the other's, mistyped: "Anna Smith" and "Hanna Smith" are two people, "Smyth" may be one."""
    a, b = sorted(one), sorted(other)
    return all(
        x == y or _umlauts(x) == _umlauts(y) or (x[:1] == y[:1] and min(len(x), len(y)) >= 4 and fuzz.ratio(x, y) >= 75)
        for x, y in zip(a, b, strict=True)
    )


def _umlauts(word: str) -> str:
    for long, short in _UMLAUTS:
        word = word.replace(long, short)
    return word
