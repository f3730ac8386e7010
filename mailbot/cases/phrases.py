"""Finding the phrases of a rule file in somebody's words: whole words, any case, any spacing.

`ruin*` matches every word that begins so. Linear in the text: no pattern an admin writes can be
driven to exponential time, because `*` only ever stands for letters at the end of a word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mailbot.process.wordlists import Phrases

_LONGEST_TEXT = 100_000  # characters looked through: no person writes a longer complaint
_EDGE = r"\b"
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


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "not happy" is found before "happy".
    ordered = [_one(phrase) for phrase in sorted(phrases, key=len, reverse=True)]
    if all(each.startswith(_EDGE) for each in ordered):  # asked once at each place, not once for each phrase
        return re.compile(f"{_EDGE}(?:{'|'.join(each.removeprefix(_EDGE) for each in ordered)})")
    return re.compile("|".join(ordered))


def _one(phrase: str) -> str:
    words = [re.escape(word).replace(r"\*", r"\w{0,20}") for word in plain(phrase).split()]
    body = r"\s{1,5}".join(words)
    edge = _EDGE if phrase.isascii() else ""  # it means nothing between Chinese characters
    return f"{edge}{body}{'' if phrase.endswith('*') or not phrase[-1:].isalnum() else edge}"
