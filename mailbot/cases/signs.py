"""What small words say together, which none says alone: "shirt" and "like boards", "driver" and "nobody came".

Which do stands in rules/categories.yaml, `words` and `signs`; here is only decided when they stand together: in one
sentence, near each other, in any order. What somebody only fears ("I should be sorry to ruin it") has not happened.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailbot.cases.spotting import Index, Spot, Told
from mailbot.process.load_screening import CATEGORY_SIGNS, KINDS
from mailbot.process.vocabulary import SIGNS_SEEN
from mailbot.process.wordlists import Screening

_NEAR = 14  # words from the first to another: a thought; people forget full stops
_NEAR_SIGNS = 26  # the same in Chinese, where a word is about two characters
_FEARED_NEAR = 9
_OWN_NEAR = 6  # "I tore my new trousers"
_OWN_BEFORE = 4  # "the tear that I had not seen"
_DENIED_NEAR = 4  # "never once let me down"
_GONE_NEAR = 10  # "the stain on the sleeve has completely gone"
_WORD, _CATEGORY, _KIND = "word ", "category ", "kind "  # how the lists are told apart
_HAPPENED = ("complaint", _CATEGORY, *(_WORD + name for name in ("harm", "state", "mark", "became", "missing")))


@dataclass(frozen=True, slots=True)
class Sign:
    """Words found together, and what they say."""

    says: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the lists find in a mail: their phrases, each once, and the signs."""

    phrases: Mapping[str, tuple[str, ...]]
    signs: tuple[Sign, ...]
    asks: bool  # anything at all
    wary: bool  # something is feared, or was the customer's own doing


@dataclass(frozen=True, slots=True)
class _Rule:
    says: str
    near: tuple[str, ...]
    anywhere: tuple[str, ...]
    absent: tuple[str, ...]


def seen(text: str, lists: Screening) -> Seen:
    """What the lists find in the text."""
    told = _index(lists).told(text)
    spots = tuple(_counted(told))
    phrases: dict[str, list[str]] = defaultdict(list)
    for spot in spots:
        if not spot.name.startswith(_WORD):
            phrases[spot.name].append(spot.said)
    once = {name: tuple(dict.fromkeys(said)) for name, said in phrases.items()}
    wary = any(spot.name in (_WORD + "feared", _WORD + "own") for spot in told.spots)
    return Seen(once, tuple(_signs(told, spots, _rules(lists))), bool(told.asking), wary)


@lru_cache(maxsize=32)
def _index(lists: Screening) -> Index:
    return Index(
        {
            "complaint": lists.complaint.phrases,
            "claim": lists.claim.phrases,
            "serious": lists.serious.phrases,
            "minor": lists.minor.phrases,
            **{_KIND + name: each.phrases for name, each in lists.kinds.items()},
            **{_CATEGORY + name: each.phrases for name, each in lists.categories.items()},
            **{_WORD + name: each.phrases for name, each in lists.words.items()},
        }
    )


@lru_cache(maxsize=32)
def _rules(lists: Screening) -> tuple[_Rule, ...]:
    return tuple(_rule(says, line) for says, each in lists.signs.items() for line in each.phrases)


def _rule(says: str, line: str) -> _Rule:
    parts = line.split(" + ")
    return _Rule(
        says,
        tuple(part for part in parts if " " not in part),
        tuple(part.removeprefix("any ") for part in parts if part.startswith("any ")),
        tuple(part.removeprefix("not ") for part in parts if part.startswith("not ")),
    )


def _counted(told: Told) -> Iterator[Spot]:
    """The spots less what did not happen, and less what a longer phrase of another meaning holds."""
    not_so = {place for run in _not_so(told.spots) for place in run}
    longer: dict[int, list[Spot]] = defaultdict(list)
    for spot in told.spots:
        if spot.name.startswith(_KIND) or spot.name == _WORD + "own":
            for place in range(spot.start, spot.end):
                longer[place].append(spot)
    for spot in told.spots:
        holding = [other for other in longer.get(spot.start, ()) if other.holds(spot)]
        if spot.name == _WORD + "asks":
            if all(other.name == _KIND + "enquiry" for other in holding):
                yield spot
        elif not spot.name.startswith(_HAPPENED) or not (spot.start in not_so or holding):
            yield spot


def _not_so(spots: tuple[Spot, ...]) -> Iterator[range]:
    """Where words tell of nothing that we did: feared, denied, the customer's own doing, a mark that is gone."""
    named: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        named[spot.name.removeprefix(_WORD)].append(spot)
    yield from (range(spot.start, spot.start + _FEARED_NEAR + 1) for spot in named["feared"])
    yield from (range(spot.start - _OWN_BEFORE, spot.end + _OWN_NEAR) for spot in named["own"])
    never = {spot.end for spot in named["never"]}
    yield from (
        range(spot.start, spot.end)
        for spot in named["letdown"]
        if not never.isdisjoint(range(spot.start - _DENIED_NEAR, spot.start + 1))
    )
    marks, still = {spot.start: spot for spot in named["mark"]}, {spot.start for spot in named["still"]}
    for spot in named["gone"]:
        near = [marks[at] for at in range(spot.start - _GONE_NEAR, spot.start + _GONE_NEAR + 1) if at in marks]
        if near and still.isdisjoint(range(spot.start - _DENIED_NEAR, spot.start + _DENIED_NEAR + 1)):
            yield from (range(each.start, each.end) for each in (spot, *near))


def _signs(told: Told, spots: tuple[Spot, ...], rules: tuple[_Rule, ...]) -> Iterator[Sign]:
    """Each rule's sign once, where its words first stand together."""
    words = [spot for spot in spots if spot.name.startswith(_WORD)]
    everywhere = {spot.name.removeprefix(_WORD): spot for spot in reversed(words)}
    known = everywhere.keys() | set(SIGNS_SEEN)
    rules = tuple(rule for rule in rules if known.issuperset(rule.near) and known.issuperset(rule.anywhere))
    sentences = _by_sentence(told, words) if rules else []
    said: set[tuple[str, frozenset[str]]] = set()
    for rule in rules:
        together = next(filter(None, (_together(rule, here) for here in sentences)), ())
        found = Sign(rule.says, (*together, *(everywhere[name].said for name in rule.anywhere)))
        if together and (rule.says, frozenset(found.words)) not in said:
            said.add((rule.says, frozenset(found.words)))
            yield found


def _by_sentence(told: Told, words: list[Spot]) -> list[dict[str, list[Spot]]]:
    """What stands in each sentence, by list, with what needs none: numbers, two that differ, the question."""
    sentences: list[dict[str, list[Spot]]] = []
    left = deque(words)
    for number, run in enumerate(told.sentences):
        here: dict[str, list[Spot]] = defaultdict(list)
        while left and left[0].start < run.stop:
            spot = left.popleft()
            here[spot.name.removeprefix(_WORD)].append(spot)
        here["number"] = [Spot("number", at, at + 1, told.words[at]) for at in run if told.words[at].isdecimal()]
        counted = [*here["number"], *here.get("count", ())]
        here["counts"] = counted if len({spot.said for spot in counted}) > 1 else []
        if number in told.asking:
            here["question"] = [Spot("question", run.start, run.stop, "?")]
        sentences.append(here)
    return sentences


def _together(rule: _Rule, here: Mapping[str, list[Spot]]) -> tuple[str, ...]:
    """What a rule's words say in a sentence, where all stand near the first of them."""
    if any(not here.get(name) for name in rule.near) or any(here.get(name) for name in rule.absent):
        return ()
    for first in here[rule.near[0]]:
        near = [_nearest(first, here[name]) for name in rule.near[1:]]
        if all(near):
            return (first.said, *(spot.said for spot in near if spot and spot.name != "question"))
    return ()


def _nearest(first: Spot, others: list[Spot]) -> Spot | None:
    """The nearest of them that is not the same words; None where all are far."""
    apart = [spot for spot in others if spot.start != first.start or spot.name == "question"]
    best = min(apart, key=lambda spot: abs(spot.start - first.start), default=None)
    if best is None or best.name == "question":
        return best
    far = _NEAR_SIGNS if not first.said.isascii() and first.said[0] >= "\u2e80" else _NEAR
    return best if abs(best.start - first.start) <= far else None


def says_of(sign: Sign) -> str:
    """The kind of a sign: a complaint, where it says what went wrong."""
    return "complaint" if sign.says in CATEGORY_SIGNS or sign.says not in KINDS else sign.says
