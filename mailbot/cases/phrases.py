"""Finding the phrases of a rule file in somebody's words: whole words, any case, any spacing.

`ruin*` matches every word that begins so. Linear in the text: no pattern an admin writes can be
driven to exponential time, because `*` only ever stands for letters at the end of a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from mailbot.process.wordlists import Phrases

_LONGEST_TEXT = 100_000  # characters looked through: no person writes a longer complaint
_EDGE = r"\b"
_UNSPACED = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")  # Chinese and its like: no edges between words
_SMALL = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-"}
)
# Characters without a shape of their own, put into words to slip past a list; and the colour of a hand.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\U0001f3fb-\U0001f3ff]"
)


def plain(text: str) -> str:
    """Text as compared: NFKC, case folded, plain apostrophes, no invisible characters."""
    if text.isascii():  # as most text is: all that is done to it below, a hundred times as quick
        return text[:_LONGEST_TEXT].lower().replace("`", "'")
    short = unicodedata.normalize("NFKC", text[:_LONGEST_TEXT])
    return _INVISIBLE.sub("", short).casefold().translate(_SMALL)


def first_phrase(text: str, phrases: Phrases) -> str:
    """The first phrase found, as it stands in the text; '' for none."""
    found = _pattern(phrases.phrases).search(plain(text)) if phrases.phrases else None
    return " ".join(found.group().split()) if found else ""


def all_phrases(text: str, phrases: Phrases) -> tuple[str, ...]:
    """Every different phrase found, in order."""
    if not phrases.phrases:
        return ()
    found = (" ".join(hit.group().split()) for hit in _pattern(phrases.phrases).finditer(plain(text)))
    return tuple(dict.fromkeys(found))


# Pieces of a phrase's pattern, in order; a phrase that ends leaves None. What begins alike is asked once: a list of a
# thousand phrases costs little more than one of ten.
_Tree = dict[str, "_Tree | None"]


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    tree: _Tree = {}
    for phrase in sorted(phrases, key=len, reverse=True):  # longest first: "not happy" is found before "not"
        branch = tree
        for piece in filter(None, _pieces(phrase)):
            branch = branch.setdefault(piece, {})  # type: ignore[assignment]
        branch[""] = None
    return re.compile(_joined(tree))


def _joined(tree: _Tree) -> str:
    """The pattern of a branch; a chain of single pieces is followed without stopping at each."""
    chain = ""
    while len(tree) == 1 and "" not in tree:
        ((piece, below),) = tree.items()
        chain, tree = chain + piece, below or {}
    if set(tree) <= {""}:
        return chain
    return f"{chain}(?:{'|'.join(piece + (_joined(below) if below else '') for piece, below in tree.items())})"


def _pieces(phrase: str) -> Iterator[str]:
    """The phrase as patterns of one letter each; blanks may be several, `*` is the rest of a word."""
    yield "" if _UNSPACED.match(phrase) else _EDGE
    for number, word in enumerate(plain(phrase).split()):
        if number:
            yield r"\s{1,5}"
        yield from (r"\w{0,20}" if letter == "*" else re.escape(letter) for letter in word)
    yield _EDGE if phrase[-1:].isalnum() and not _UNSPACED.match(phrase[-1]) else ""
