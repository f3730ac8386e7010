"""How a letter calls somebody: the first name out of a name as people and programs write it.

Must never greet with what is no name: a stranger can put any words into From, and the greeting carries them to
whoever stands there. Then it gives '', and the templates have graceful words for it.
"""

from __future__ import annotations

import unicodedata

_TITLES = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lady", "lord", "rev"))
_INSIDE = "'’-."  # marks that stand inside names
_LONGEST = 30


def first_name(name: str) -> str:
    """'Anna' of 'Anna Smith' and of 'Smith, Anna'; the whole of 'Dr Smith'; '' where it cannot be a name."""
    family, comma, given = name.partition(",")
    words = (given.split() or family.split()) if comma else name.split()
    if not words or not _is_name(words[0]):
        return ""
    if words[0].casefold().rstrip(".") in _TITLES:
        return " ".join(words) if 1 < len(words) <= 4 and all(map(_is_name, words)) else ""
    return words[0].rstrip(".") if len(words[0].rstrip(".")) > 1 else " ".join(filter(_is_name, words[:2]))


def _is_name(word: str) -> bool:
    return len(word) <= _LONGEST and word[0].isalpha() and all(c.isalpha() or c in _INSIDE or _joins(c) for c in word)


def _joins(character: str) -> bool:
    """Marks that combine with a letter, as many scripts write them."""
    return unicodedata.category(character).startswith("M")
