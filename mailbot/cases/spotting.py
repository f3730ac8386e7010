"""Where the phrases of many lists stand in somebody's words: all lists in one walk over the words.

Accents that people leave out do not matter (ä ö ü may be ae oe ue), nor whether Chinese is written in its simplified or
traditional characters. In one list the longest phrase holds, and what stands inside it is not found again. Linear in
the text: at each word only what begins with it is looked at, and `*` only ever stands for the end of a word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from mailbot.cases.phrases import plain
from mailbot.cases.scripts import SIMPLIFIED

_TOKEN = re.compile("[\u2e80-\u9fff\uf900-\ufaff]|[^\\W_\u2e80-\u9fff\uf900-\ufaff]{1,40}|[^\\s\\w]")
_ENDS = re.compile(r"[!?。]|[.;](?=\s|$)|\n\s{0,20}\n")  # of a sentence
_ASKS = re.compile(r"[\s!?。.]{0,9}")  # the marks a sentence ends with: "really!?"
_MOST_TOKENS = 20_000  # of a mail that are weighed
_LONGEST_SENTENCE = 120
_LETTERS = 2  # by which the beginnings of a word are looked up
_KEPT = frozenset("äöü")  # letters of their own: schon is not schön
_LATIN = {
    code: base
    for code in range(0xE0, 0x250)
    if chr(code) not in _KEPT and len(base := unicodedata.normalize("NFD", chr(code))[0]) == 1 and base.isascii()
}
_FOLDED = str.maketrans({**_LATIN, **SIMPLIFIED})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase found: in which list, from which word to which, as it stands in the text."""

    name: str
    start: int
    end: int
    said: str

    def holds(self, other: Spot) -> bool:
        """Whether it is longer than the other, which stands inside it."""
        inside = self.start <= other.start and other.end <= self.end
        return inside and self.end - self.start > other.end - other.start


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody's words as they are weighed: the words, what was found in them, and where sentences begin."""

    words: tuple[str, ...]
    spots: tuple[Spot, ...]
    sentences: tuple[range, ...]
    asking: frozenset[int]  # the sentences that end with a question mark, by number


_Ending = tuple[tuple[str, ...], str]  # the words of a phrase after its first, and its list


@dataclass(slots=True)
class _Branch:
    """All that begins with one word: the lists it stands in alone, and what goes on, by the second word."""

    alone: list[str] = field(default_factory=list)
    on: dict[str, list[_Ending]] = field(default_factory=dict)
    loose: list[_Ending] = field(default_factory=list)  # whose second word is a beginning (`ruin*`)


class Index:
    """The phrases of lists, to be looked for together."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._whole: dict[str, _Branch] = {}
        self._begun: dict[str, _Branch] = {}
        for name, phrases in lists.items():
            for phrase in phrases:
                for spelling in _spellings(phrase):
                    self._add(tuple(_starred(spelling)), name)
        self._lengths = _lengths(self._begun)

    def _add(self, words: tuple[str, ...], name: str) -> None:
        if not words:
            return
        first, table = words[0].removesuffix("*"), self._begun if words[0].endswith("*") else self._whole
        branch = table.setdefault(first, _Branch())
        if len(words) == 1:
            branch.alone.append(name)
        elif words[1].endswith("*"):
            branch.loose.append((words[1:], name))
        else:
            branch.on.setdefault(words[1], []).append((words[1:], name))

    def told(self, text: str) -> Told:
        """What is found in the text."""
        shown = plain(text)
        same = shown if shown.isascii() else shown.translate(_FOLDED)  # letter for letter
        hits = list(islice(_TOKEN.finditer(same), _MOST_TOKENS))
        words = [hit.group() for hit in hits]
        spots: list[Spot] = []
        last: dict[str, int] = {}
        for at, word in enumerate(words):
            branches = self._branches(word)
            for name, end in self._longest(words, at, branches).items() if branches else ():
                if at >= last.get(name, 0):
                    last[name] = end
                    said = " ".join(shown[hits[at].start() : hits[end - 1].end()].split())
                    spots.append(Spot(name, at, end, said))
        sentences, asking = _sentences(shown, [hit.start() for hit in hits])
        return Told(tuple(words), tuple(spots), sentences, asking)

    def _longest(self, words: list[str], at: int, branches: list[_Branch]) -> dict[str, int]:
        """The lists of which a phrase begins at this word, with where the longest of each ends."""
        found: dict[str, int] = {}
        for branch in branches:
            for name in branch.alone:
                found.setdefault(name, at + 1)
            following = words[at + 1] if at + 1 < len(words) else ""
            endings = branch.on.get(following, ())
            for rest, name in (*endings, *branch.loose) if branch.loose else endings:
                end = at + 1 + len(rest)
                if end > found.get(name, 0) and end <= len(words) and _goes_on(words, at + 1, rest):
                    found[name] = end
        return found

    def _branches(self, word: str) -> list[_Branch]:
        """What begins with the word; of most words nothing."""
        found = [whole] if (whole := self._whole.get(word)) else []
        for length in self._lengths.get(word[:_LETTERS]) or self._lengths[""]:
            if length > len(word):
                break
            if branch := self._begun.get(word[:length]):
                found.append(branch)
        return found


def _lengths(stems: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    """How long the stems are, by their first letters; the lengths of stems that have no more stand under "" too."""
    by_letters: dict[str, set[int]] = {"": {len(stem) for stem in stems if len(stem) < _LETTERS}}
    for stem in stems:
        if len(stem) >= _LETTERS:
            by_letters.setdefault(stem[:_LETTERS], set(by_letters[""])).add(len(stem))
    return {letters: tuple(sorted(lengths)) for letters, lengths in by_letters.items()}


def _goes_on(words: list[str], at: int, rest: tuple[str, ...]) -> bool:
    for number, word in enumerate(rest, at):
        if words[number] != word and not (word[-1] == "*" and len(word) > 1 and words[number].startswith(word[:-1])):
            return False
    return True


def _spellings(phrase: str) -> Iterator[str]:
    """The phrase as it is compared; with ä ö ü, also as those write it who have no such letters."""
    shown = plain(phrase)
    yield shown.translate(_FOLDED)
    if not _KEPT.isdisjoint(shown):
        yield shown.translate(_UMLAUTS).translate(_FOLDED)


def _starred(phrase: str) -> Iterator[str]:
    """The words of a phrase, a `*` kept on the one that it ends."""
    for part in phrase.split():
        *whole, last = _TOKEN.findall(part.removesuffix("*")) or [""]
        yield from whole
        if last:
            yield last + "*" * part.endswith("*")


def _sentences(text: str, starts: list[int]) -> tuple[tuple[range, ...], frozenset[int]]:
    """The sentences as runs of words, and the numbers of those that ask."""
    sentences: list[range] = []
    asking: set[int] = set()
    word = 0
    for hit in _ENDS.finditer(text):
        first, word = word, bisect_left(starts, hit.start(), word)
        sentences += _cut(first, word)
        marks = _ASKS.match(text, hit.start())
        if sentences and marks and "?" in marks.group():
            asking.add(len(sentences) - 1)
    sentences += _cut(word, len(starts))
    return tuple(sentences), frozenset(asking)


def _cut(first: int, end: int) -> Iterator[range]:
    """A sentence as runs of words that can be looked through; people forget full stops, and some never end."""
    return (range(start, min(start + _LONGEST_SENTENCE, end)) for start in range(first, end, _LONGEST_SENTENCE))
