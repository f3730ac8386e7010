"""Values of the complaint form made tidy: choices and stores by their own name, the rest as it was written.

Never makes a form incomplete because a word was unusual: words outside the choices count as `other`, an unknown store
or an odd date is kept as written. A choice is never read out of its denial ("not with me"). rules/form.yaml says which
words mean what.
"""

from __future__ import annotations

import re
import unicodedata
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
# What stands right before words that are denied by it, in the languages of the choices.
_DENIED = re.compile(
    r"\b(?:not|never|no longer|no|non|nao|nicht|nie|kein\w?\w?|pas|plus|ni)(?:\s\w{1,12})?\s$|(?:不是?|没有?|沒有?|未)$"
)
# Boxes that were ticked or left, where somebody copied the choices with one before each.
_BOX = re.compile(r"(?:[\[(]\s{0,2}([xX✓✔✗✘*vV]?)\s{0,2}[\])]|([☑☒✅])|[☐□])\s?")
# What mail programs put behind a number, an address or a day that can be tapped.
_LINK = re.compile(
    r"\s{0,2}[<\[(](?:tel|mailto|https?|sms|geo|x-apple-data-detectors):[^<>\[\]()]{0,300}[>\])]", re.IGNORECASE
)
_BULLETS = re.compile(r"(?m)^\s{0,8}[•·▪◦*\-–—]\s{1,4}")
_FIGURE = re.compile(r"\d")
_CJK = re.compile("[\u3400-\u9fff]")
_SHORT = 8  # words: more is a sentence, not a sum, a number or a day
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Words round a store's name that say nothing of which store it is.
_AROUND_A_STORE = re.compile(r"\b(?:your|the|my|our|in|at|on|to|shop|store|branch|one|blanc)\b")


def tidy(field: Field, value: str, rules: Process) -> str:
    """A value as it is kept; '' where nothing was written."""
    value = value[:LONGEST_VALUE].strip()
    if _BLANKS.fullmatch(value):
        return ""
    if field.kind == "text":
        return value
    value = " ".join(_LINK.sub("", _listed(value)).split()).strip("* ") if field.kind != "email" else value
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


def _listed(value: str) -> str:
    """Things one below the other, each behind a bullet, as one line."""
    lines = [line for line in value.split("\n") if line.strip()]
    if len(lines) > 1 and all(_BULLETS.match(line) for line in lines):
        return ", ".join(_BULLETS.sub("", line).strip() for line in lines)
    return _BULLETS.sub("", value) if lines and _BULLETS.match(value) else value


def means_a_choice(field: Field, value: str) -> bool:
    """Whether the value is, word for word, one of the field's choices."""
    return bool(field.choices) and _folded(value) in _words(field.choices)


def known_value(field: Field, value: str, rules: Process) -> bool:
    """Whether the value is surely one of this field: a choice, a store, an address, or figures where it has some."""
    match field.kind:
        case "choice":
            return bool(_known_choice(value, field.choices)) and len(value.split()) <= _SHORT
        case "store":
            return _store(value, tuple(rules.people.stores)) in rules.people.stores
        case "email":
            return _ADDRESS.search(value) is not None
        case "phone" | "money" | "date":
            return _FIGURE.search(value) is not None and len(value.split()) <= _SHORT
        case _:
            return False


def could_be(field: Field, value: str) -> bool:
    """Whether it could be a value of the field at all: a whole sentence is no price and no day."""
    if field.kind in ("text", "choice"):
        return True
    words = len(value.split())
    return words <= _SHORT + 2 and (field.kind != "money" or not words or _FIGURE.search(value) is not None)


@lru_cache(maxsize=32)
def _words(choices: tuple[Choice, ...]) -> Mapping[str, str]:
    """Every word that means a choice, also with its umlauts written out."""
    said = [(word, choice.value) for choice in choices for word in (choice.value, *choice.words)]
    out = {_folded(plain(word).translate(_GERMAN)): value for word, value in said}
    return {**out, **{_folded(word): value for word, value in said}}


def _folded(text: str) -> str:
    """Text as choices are compared: "don't", "dont" and "do not" are the same, and accents make no difference."""
    short = plain(text[:_LONGEST_CHOICE]).strip(" .!,;()[]\"'。！，；")
    if not short.isascii():
        apart = unicodedata.normalize("NFD", short)
        short = unicodedata.normalize("NFC", "".join(each for each in apart if not unicodedata.combining(each)))
    return _SHORT_NOT.sub(lambda found: ("can" if found[1] == "ca" else found[1]) + " not", short)


def _choice(value: str, choices: tuple[Choice, ...]) -> str:
    """The choice a customer's words mean; words outside the choices count as `other`, or the last one there is."""
    values = [choice.value for choice in choices]
    return _known_choice(_ticked(value), choices) or ("other" if "other" in values else values[-1])


def _ticked(value: str) -> str:
    """What stands behind the ticked boxes, where there are boxes; else the value as it is."""
    boxes = list(_BOX.finditer(value[:_LONGEST_CHOICE]))
    ends = [box.start() for box in boxes[1:]] + [len(value)]
    ticked = [value[box.end() : end].strip() for box, end in zip(boxes, ends, strict=False) if box[1] or box[2]]
    return ", ".join(ticked) if ticked else value


def _known_choice(value: str, choices: tuple[Choice, ...]) -> str:
    """The one choice that the words mean; '' where they mean none, or several."""
    known, said = _words(choices), _folded(value)
    if said in known:
        return known[said]
    inside, denied = _inside(said, known)
    if len(inside) == 1:
        return next(iter(inside))
    near = process.extractOne(said, list(known), scorer=fuzz.ratio, score_cutoff=_CHOICE_LIKENESS)
    return known[near[0]] if near and not inside and not denied else ""


def _inside(said: str, known: Mapping[str, str]) -> tuple[set[str], bool]:
    """The choices whose words stand in what was said, and whether one was denied: "lost button" is not "lost"."""
    hits: list[tuple[int, int, str]] = []
    for word in sorted(known, key=len, reverse=True):
        at = said.find(word)
        while at >= 0:
            end = at + len(word)
            within = any(start <= at and end <= stop for start, stop, _ in hits)
            if not within and _is_whole(said, at, end):
                hits.append((at, end, word))
            at = said.find(word, end)
    meant = {known[word] for start, _, word in hits if not _DENIED.search(said[max(start - 30, 0) : start])}
    return meant, len(hits) > 0 and not meant


def _is_whole(said: str, start: int, end: int) -> bool:
    """Whether the words begin and end there; Chinese has no spaces between words, but is not read one sign alone."""
    if not said[start:end].isascii() and _CJK.search(said[start:end]):
        return end - start > 1
    return not _inner(said[start - 1 : start] if start else "") and not _inner(said[end : end + 1])


def _inner(sign: str) -> bool:
    return bool(sign) and (sign.isalnum() or sign == "_") and not _CJK.match(sign)


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
