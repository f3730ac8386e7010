"""The language of somebody's words: one that letters are shipped in, `other`, or '' where nobody could be sure.

Decides by the script, then by common words and, for words that are not listed, by how they are built (their runs of
three letters, learnt from the lists). A short answer, a name, a number or two languages mixed are '': a wrong guess
would be written to a customer. Linear in the text, of which only the beginning is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from string import ascii_letters

from mailbot.mail.language_words import OTHERS, SHIPPED

CHINESE, OTHER = "zh", "other"
WRITTEN = (*SHIPPED, CHINESE)  # that letters are shipped in
_LONGEST = 4_000  # characters read: the language of a mail shows in its first words
_MOST_WORDS = 250  # different ones that are weighed
_LONGEST_WORD = 30

_TYPED = re.compile(r"[!-~]+")  # between blanks, or between characters of other scripts
_NO_WORDS = re.compile(r"@|://|www\.|\d")  # in addresses, links, numbers, codes
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]{1,40}(?:'[^\W\d_]{1,40}){0,3}'?")
_SENTENCE = re.compile(r"[.!?;:\n。！？；]+")
# Runs of letters, by script.
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_KANA = re.compile("[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9d]+")
_NEITHER = re.compile("[\u0370-\u03ff\u0400-\u052f\u0531-\u0588\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\u0900-\u0dff"
                      "\u0e00-\u0e7f\u10a0-\u10ff\u1100-\u11ff\u1780-\u17ff\uac00-\ud7a3]+")  # fmt: skip
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_ASCII = ascii_letters.encode()
_NO_LETTERS = {each: " " for each in range(128) if chr(each) not in ascii_letters}
# Characters that Chinese is full of and Japanese or Korean written in them alone is not: a name or an address has none.
_CHINESE = frozenset(
    "了我你您们們这這那吗嗎呢吧啊呀哪么麼没沒还還很请謝谢是把给她他它什怎就也都说說对對让讓从從过為为会時时东東"
    "来發发问题现現话電电话货單单价損损坏壞换換钱錢办辦帮幫吃喝走跑跟但因所以没看听想要能可好已经經唔咗嘅佢係啲"
)
_HAN_WORTH = 3  # letters of another script that say as much
_FEWEST_LETTERS = 3
_ONE_SCRIPT = 0.75  # of all letters
_EAST = 0.55  # the same for Chinese and Japanese, below which signatures and disclaimers stand in English
_MOST_KANA = 10  # Han characters to one of kana: a Japanese brand in a Chinese sentence

_IN_LIST = 0.2  # of a word's chance at the first place of its list; less further down
_NOT_LISTED = 2e-5  # chance of one particular word that the list has not
_WITHOUT_ACCENT = 0.3  # of the chance: people leave accents out, but less than they write them
_BUILT = 0.5  # how far the runs of letters count: they depend on one another
_MOST_BUILT = 3.0  # what one word can say by how it is built, as a logarithm
_SURE = 3.0  # how much likelier than the next (logarithm): twenty to one
_FEWEST_WORDS = 2  # of the language's list
_FEWEST_TO_CHANGE = 6  # before another language is believed of somebody who wrote in one
_KNOWN_SHARE = 0.2  # of the words: of a language in no list, fewer are known by chance
_ONE_LANGUAGE = 0.65  # of the words in sentences whose language is sure


@dataclass(frozen=True, slots=True)
class Tongue:
    """What was recognised, and by how many of its own words."""

    language: str = ""
    words: int = 0


@dataclass(frozen=True, slots=True)
class _Model:
    """languages: their order in every row. known: word -> language (its place) -> chance. listed: the same, with words
    as they are written without their accents. runs: for each language, how often three letters stand in its words;
    totals: of how many."""

    languages: tuple[str, ...]
    known: Mapping[str, Mapping[int, float]]
    listed: Mapping[str, Mapping[int, float]]
    runs: tuple[Mapping[str, int], ...]
    totals: tuple[int, ...]


def language(text: str) -> str:
    """The language of the words: a code of WRITTEN, OTHER, or '' where it is not sure."""
    return tongue(text).language


def changed(text: str, held: str) -> str:
    """The language of somebody who has written in another one before: more words are asked for."""
    found = tongue(text)
    return found.language if found.language != held and found.words >= _FEWEST_TO_CHANGE else ""


def tongue(text: str) -> Tongue:
    """The language, with the number of words that show it."""
    read = "\n".join(map(_words_alone, text[:_LONGEST].split("\n")))
    han, kana, neither, latin = _letters(read)
    most = max(han * _HAN_WORTH + kana, neither, latin)
    whole = han * _HAN_WORTH + kana + neither + latin
    if most < _FEWEST_LETTERS or most < (_EAST if most == han * _HAN_WORTH + kana else _ONE_SCRIPT) * whole:
        return Tongue()
    if most == neither:
        return Tongue(OTHER, neither // 3)
    return _latin(read) if most == latin else _han(read, han, kana)


def _words_alone(line: str) -> str:
    """The line without addresses, links, numbers and codes."""
    if not ("@" in line or "://" in line or "www." in line or _DIGIT.search(line)):
        return line
    return _TYPED.sub(lambda found: " " if _NO_WORDS.search(found[0]) else found[0], line)


def _letters(text: str) -> tuple[int, ...]:
    """How many letters of each script stand in the text: Han, kana, those of neither, Latin."""
    if text.isascii():
        typed = text.encode()
        return 0, 0, 0, len(typed) - len(typed.translate(None, _ASCII))
    return tuple(sum(map(len, script.findall(text))) for script in (_HAN, _KANA, _NEITHER, _LATIN))


def _han(text: str, han: int, kana: int) -> Tongue:
    """Chinese; Japanese by its kana; '' for characters that could be a name in either."""
    if kana * _MOST_KANA > han:
        return Tongue(OTHER, (han + kana) // 2)
    return Tongue(CHINESE, han // 2) if not _CHINESE.isdisjoint(text) else Tongue()


def _latin(text: str) -> Tongue:
    model = _model()
    said = [words for part in _SENTENCE.split(_folded(text)) if (words := _words(part, model))]
    different = tuple(dict.fromkeys(word for words in said for word in words))[:_MOST_WORDS]
    found = _weighed(different, model)
    if not found.language or found.words < max(_FEWEST_WORDS, _KNOWN_SHARE * len(different)):
        return Tongue()
    return found if len(said) < 2 or _alone(found.language, said, model) else Tongue()


def _alone(winner: str, said: list[tuple[str, ...]], model: _Model) -> bool:
    """Whether hardly a sentence is in another language."""
    own = others = 0
    read = sorted(said[:100], key=len, reverse=True)  # a few long ones often say it
    left = sum(map(len, read))
    for words in read:
        if own >= _ONE_LANGUAGE * (own + others + left):  # whatever the others are in
            return True
        left -= len(words)
        found = _weighed(words[:60], model)
        if found.language and found.words >= _FEWEST_WORDS:
            own, others = (
                own + len(words) * (found.language == winner),
                others + len(words) * (found.language != winner),
            )
    return own >= _ONE_LANGUAGE * (own + others)


def _weighed(words: tuple[str, ...], model: _Model) -> Tongue:
    """The likeliest language, if it is much likelier than any other; those without letters count as one."""
    rows = [_chances(word) for word in words]
    if not rows:
        return Tongue()
    scores = [sum(column) for column in zip(*rows, strict=True)]
    best = scores.index(max(scores))
    shipped = len(SHIPPED)
    rivals = scores[:best] + scores[best + 1 :] if best < shipped else scores[:shipped]
    if scores[best] - max(rivals) < _SURE:
        return Tongue()
    listed = model.listed
    hits = sum([best in listed[word] for word in words if word in listed])
    return Tongue(model.languages[best] if best < shipped else OTHER, hits)


@lru_cache(maxsize=4096)
def _chances(word: str) -> tuple[float, ...]:
    """The logarithm of a word's chance in each language."""
    model = _model()
    built = _built(word, model)
    listed = model.listed.get(word, {})
    return tuple(log(listed[at]) if at in listed else log(_NOT_LISTED) + each for at, each in enumerate(built))


def _built(word: str, model: _Model) -> tuple[float, ...]:
    """How much each language's words are built like this one, around 0."""
    runs = tuple(_runs(word))
    sums = [
        _BUILT * sum(log((counted.get(run, 0) + 0.3) / total) for run in runs)
        for counted, total in zip(model.runs, model.totals, strict=True)
    ]
    middle = sum(sums) / len(sums)
    return tuple(max(-_MOST_BUILT, min(_MOST_BUILT, each - middle)) for each in sums)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("`", "'").replace("ß", "ss")


def _words(text: str, model: _Model) -> tuple[str, ...]:
    """The words, 'j'accepte' as 'j'' and 'accepte' unless the whole is listed."""
    if "'" not in text and text.isascii():
        plain = text.translate(_NO_LETTERS).split()
        if all(len(word) <= _LONGEST_WORD for word in plain):
            return tuple(plain)
    found = [word[:_LONGEST_WORD] for word in _WORD.findall(text)]
    return tuple(piece for word in found for piece in _pieces(word, model)) if "'" in text else tuple(found)


def _pieces(word: str, model: _Model) -> list[str]:
    if word in model.known:
        return [word]
    if "'" not in word.strip("'"):
        return [word.rstrip("'")]
    *heads, last = word.split("'")
    return [*(f"{head}'" for head in heads if head), *filter(None, [last])]


def _runs(word: str) -> Iterator[str]:
    padded = f" {word} "
    return (padded[at : at + 3] for at in range(len(padded) - 2))


@lru_cache(maxsize=1)
def _model() -> _Model:
    """Made out of the lists when the first mail is read."""
    lists = {name: dict.fromkeys(_folded(words).split()) for name, words in (*SHIPPED.items(), *OTHERS.items())}
    known: dict[str, dict[int, float]] = {}
    runs: list[Mapping[str, int]] = []
    for at, words in enumerate(lists.values()):
        for rank, word in enumerate(words):
            known.setdefault(word, {})[at] = _IN_LIST / (rank + 10)
        runs.append(Counter(run for word in words for run in _runs(word)))
    # Every language as if its list were as long: that of a short one fewer runs are known says nothing.
    totals = tuple(sum(counted.values()) + 1_000 for counted in runs)
    bare = {
        plain: {at: _WITHOUT_ACCENT * each for at, each in known[written].items()}
        for plain, written in _without_accents(known).items()
    }
    return _Model(tuple(lists), known, bare | known, tuple(runs), totals)


def _without_accents(words: Iterable[str]) -> dict[str, str]:
    """Words as they are written without their accents."""
    bare: dict[str, str] = {}
    for word in words:
        if not word.isascii():
            plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
            bare.setdefault(plain, word)
            german = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
            bare.setdefault(german, word)
    return bare
