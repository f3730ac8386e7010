"""Names that admins write: which known name was meant, and how to say so.

Decides nothing about rules; only words the end of a message. Bounded for any name, however long.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

NEAR = 0.6  # 'E22' is near 'E2' (0.67); 'E5' is near none of E1…E4 (0.5)
LONGEST = 60  # characters of a name that are shown and compared
FEW = 8  # that many known names may be listed whole


def shown(name: str) -> str:
    """The name in quotes, on one line, cut when it is long."""
    plain = "".join(c if c.isprintable() else "·" for c in name[: LONGEST + 1])
    return f"'{plain[:LONGEST]}…'" if len(plain) > LONGEST else f"'{plain}'"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, or ''."""
    names = sorted(set(known) - {""})
    if not names or not name or len(name) > LONGEST:
        return ""
    best = process.extractOne(name, names, scorer=OSA.normalized_similarity, processor=str.casefold, score_cutoff=NEAR)
    if best:
        return best[0]
    # Of the shortest names ('if', 'go') one slip is half: it tells them only where one name alone is that near.
    slips = process.extract(name, names, scorer=OSA.distance, processor=str.casefold, score_cutoff=1, limit=2)
    return slips[0][0] if len(slips) == 1 and len(name) > 1 else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest name; or all of them where they are few; or nothing."""
    names = sorted(set(known) - {""})
    near = nearest(name, names)
    if near:
        return f"; did you mean '{near}'?"
    if 0 < len(names) <= FEW:
        return f"; known are {listed(names)}"
    return ""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The whole message: unknown letter 'E22'; did you mean 'E2'?"""
    return f"unknown {what} {shown(name)}{did_you_mean(name, known)}"


def listed(names: Iterable[object]) -> str:
    """Names as an admin would type them: 'a', 'b', true."""
    return ", ".join(f"'{n}'" if isinstance(n, str) else str(n).lower() for n in names)
