"""The phrases of findings and clients (rules/compensation.yaml) in a sentence of an assessment.

Decides only where they stand. A phrase is never a part of another word ("un-clear error"), and a mistyped one counts
where a clause begins, and only if it can be one value alone ("nclear error" could be two).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mailbot.cases import heard, likeness
from mailbot.process.wordlists import Hearing

FINDING, CLIENT = "finding", "client"
_MOST = 20  # phrases, or places where one may begin, in a sentence
_LONG_WORD = 6  # letters of a single word that may be mistyped
_LOOKED_AT = 120  # characters of a clause in which a mistyped phrase is looked for
_WORD = re.compile(r"[^\s,.;:()/!?]{1,40}")
_BLANK = re.compile(r"[\s,:*-]*")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase in a sentence. weak: a single word, which means the value only where it stands alone."""

    kind: str
    value: str
    start: int
    end: int
    weak: bool


def hits(sentence: str, hearing: Hearing) -> list[Hit]:
    """Every phrase in its order; where none of a kind stands there word for word, the first one mistyped."""
    table = hearing.compensation
    named = {FINDING: _meanings(tuple(table.findings.items())), CLIENT: _meanings(tuple(table.clients.items()))}
    found: list[Hit] = []
    for match in heard.pattern((*named[FINDING], *named[CLIENT])).finditer(sentence):
        phrase = " ".join(match.group().split())
        kind = FINDING if phrase in named[FINDING] else CLIENT
        if phrase in named[kind] and not _glued(sentence, match.start(), match.end()):
            found.append(Hit(kind, named[kind][phrase], match.start(), match.end(), " " not in phrase))
    for kind, meanings in named.items():
        if not any(hit.kind == kind and not hit.weak for hit in found):
            found += _mistyped(sentence, kind, meanings, found, hearing)
    return sorted(found, key=lambda hit: hit.start)[:_MOST]


def clause(sentence: str, hit: Hit, others: Sequence[Hit], hearing: Hearing) -> tuple[int, int]:
    """Where the clause round the phrase begins and ends."""
    start, end = 0, len(sentence)
    for mark in _separators((*hearing.joining, *hearing.limit)).finditer(sentence):
        if any(each.start < mark.end() and mark.start() < each.end for each in others):
            continue
        if mark.end() <= hit.start:
            start = mark.end()
        elif mark.start() >= hit.end:
            end = mark.start()
            break
    return start, end


def parts_of(sentence: str, found: Sequence[Hit], hearing: Hearing) -> list[str]:
    """The clauses of the sentence in which no phrase stands."""
    marks = list(_separators((*hearing.joining, *hearing.limit)).finditer(sentence))
    starts, ends = [0, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), len(sentence)]
    return [
        sentence[start:end]
        for start, end in zip(starts, ends, strict=True)
        if not any(hit.start < end and start < hit.end for hit in found)
    ]


@lru_cache(maxsize=16)
def _separators(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"[,.:/](?!\d)|[;()]|\s-+\s?|-\s|{heard.pattern(words).pattern}")


@lru_cache(maxsize=32)
def _meanings(table: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    return {word: value for value, words in table for word in heard.compared(words)}


@lru_cache(maxsize=32)
def _by_blanks(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Those without a blank, those with one …"""
    blanks = range(max((phrase.count(" ") + 1 for phrase in phrases), default=0))
    return tuple(tuple(phrase for phrase in phrases if phrase.count(" ") == count) for count in blanks)


def _glued(sentence: str, start: int, end: int) -> bool:
    """Whether it is only a part of a longer word: "manufacturer's", "un-clear error"."""
    before = start > 1 and sentence[start - 1] in "'-" and sentence[start - 2].isalnum()
    return before or heard.inside_word(sentence, end)


def _mistyped(
    sentence: str, kind: str, meanings: Mapping[str, str], found: Sequence[Hit], hearing: Hearing
) -> list[Hit]:
    """The first phrase that begins a clause with a slip of the finger."""
    for at in islice(_beginnings(sentence, found, hearing), _MOST):
        if nearest := _nearest(sentence, at, meanings, hearing):
            value, end, weak = nearest
            if not any(hit.start < end and at < hit.end and not (hit.weak and hit.value == value) for hit in found):
                return [Hit(kind, value, at, end, weak)]
    return []


def _beginnings(sentence: str, found: Sequence[Hit], hearing: Hearing) -> Iterator[int]:
    """Where clauses begin, and where phrases end; past the words that may lead in."""
    leading = heard.pattern((*hearing.leading, *hearing.client_is, *hearing.assessment, *hearing.courtesy))
    marks = (mark.end() for mark in _separators(hearing.joining).finditer(sentence))
    for start in sorted({0, *marks, *(hit.end for hit in found)}):
        at = _past_blank(sentence, start)
        yield at
        while lead := leading.match(sentence, at):
            at = _past_blank(sentence, lead.end())
            yield at


def _past_blank(sentence: str, at: int) -> int:
    blank = _BLANK.match(sentence, at)
    return blank.end() if blank else at


def _nearest(sentence: str, at: int, meanings: Mapping[str, str], hearing: Hearing) -> tuple[str, int, bool] | None:
    """The value whose phrase is nearest to the words that begin here; None where none is, or two are as near."""
    best: dict[str, tuple[int, int, bool]] = {}
    ends: dict[str, int] = {}
    for word, phrases in zip(_WORD.finditer(sentence[at : at + _LOOKED_AT]), _by_blanks(tuple(meanings)), strict=False):
        said = " ".join(sentence[at : at + word.end()].split())
        near = process.extract(said, phrases, scorer=OSA.distance, score_cutoff=likeness.MOST_SLIPS, limit=None)
        ends |= {phrase: at + word.end() for phrase, _, _ in near}
    for phrase in filter(ends.__contains__, meanings) if ends else ():
        value, end, weak = meanings[phrase], ends[phrase], " " not in phrase
        if weak and len(phrase) < _LONG_WORD:
            continue
        slips = likeness.slips(" ".join(sentence[at:end].split()), phrase, hearing)
        if slips and (value not in best or slips < best[value][0]):
            best[value] = (slips, end, weak)
    ranked = sorted(best.items(), key=lambda item: item[1][0])
    if not ranked or (len(ranked) > 1 and ranked[1][1][0] == ranked[0][1][0]):
        return None
    value, (_, end, weak) = ranked[0]
    return value, end, weak
