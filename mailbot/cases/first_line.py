"""The first line of what somebody said, and the words that it could mean, each made ready to be compared.

Decides nothing: it only finds out once what would be asked again for each of some twenty choices with hundreds of
words. `alike` and `begun` leave out nothing that `likeness` would forgive; what it does forgive, `likeness` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from mailbot.cases import heard, likeness
from mailbot.process.model import Answer, Command
from mailbot.process.wordlists import Hearing

# Less than any two texts have that `likeness` calls alike: five letters of which two changed places have 80 of 100.
_MAY_BE_ALIKE = 79.0
_SPOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of one choice, or of all at a moment, as texts are compared with them: made ready once for all."""

    every: tuple[str, ...]
    same: frozenset[str]
    longest: tuple[str, ...]  # the same, the longest first
    by_blanks: tuple[Mapping[str, str], ...]  # those without a blank, those with one …; each less the marks at its ends


@lru_cache(maxsize=1024)
def ready(*many: tuple[str, ...]) -> Words:
    """The words of one choice, or of several."""
    every = tuple(dict.fromkeys(word for words in many for word in heard.compared(words)))
    blanks = range(max((word.count(" ") + 1 for word in every), default=0))
    by_blanks = tuple({word: heard.tidy(word) for word in every if word.count(" ") == count} for count in blanks)
    return Words(every, frozenset(every), tuple(sorted(every, key=len, reverse=True)), by_blanks)


@dataclass(frozen=True)
class Line:
    """The first line as compared, whole and less courtesy; `choices` are all that it could mean at this moment.

    What is asked of it for every choice is found out once.
    """

    whole: str
    said: str
    choices: Sequence[Answer | Command]
    hearing: Hearing

    @property
    def asks(self) -> bool:
        return "?" in self.whole

    @property
    def free(self) -> bool:
        """Whether it is short enough, and no question, so that it can be an answer."""
        return not self.asks and len(self.whole) <= heard.LONGEST_LINE

    @cached_property
    def forms(self) -> frozenset[str]:
        """The ways in which it is compared as a whole."""
        return frozenset({self.whole, self.said, heard.flat(self.whole), heard.flat(self.said)})

    @cached_property
    def behind_courtesy(self) -> str:
        return self.whole[heard.before_words(self.whole, self.hearing) :]

    @cached_property
    def without_amount(self) -> Line:
        """The line as it would be without its amount: "gave her a £20 voucher" -> "gave her a voucher"."""
        less = likeness.amount(self.hearing).sub(" ", self.said)
        said = heard.tidy(" ".join(less.split()))
        return self if said == self.said == self.whole else Line(said, said, self.choices, self.hearing)

    @cached_property
    def _known(self) -> Words:
        return ready(*(choice.words for choice in self.choices))

    @cached_property
    def alike(self) -> Mapping[str, Sequence[str]]:
        """Of the words of all choices the few that may be alike to the line, by the line whole and less courtesy."""
        return {said: _maybe_alike(said, self._known) for said in {self.whole, self.said}}

    @cached_property
    def begun(self) -> frozenset[str]:
        """Those that may be its beginning, mistyped."""
        return _maybe_begun(self.said, self._known)

    @cached_property
    def begun_behind_courtesy(self) -> frozenset[str]:
        return _maybe_begun(self.behind_courtesy, self._known)


def _maybe_alike(said: str, words: Words) -> Sequence[str]:
    near = process.extract(said, words.every, scorer=fuzz.ratio, score_cutoff=_MAY_BE_ALIKE, limit=None)
    return [word for word, _, _ in near]


def _maybe_begun(said: str, words: Words) -> frozenset[str]:
    found: set[str] = set()
    for spoken, known in zip(_SPOKEN.finditer(said[: likeness.LOOKED_AT]), words.by_blanks, strict=False):
        begun = heard.tidy(said[: spoken.end()])
        near = process.extract(begun, known, scorer=OSA.distance, score_cutoff=likeness.MOST_SLIPS, limit=None)
        found.update(word for _, _, word in near)
    return frozenset(found)
