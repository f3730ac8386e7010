"""rules/matching.yaml as a value: how a mail that names no case finds its own, and how sure that must be.

Numbers and words only; what they are used for is `cases/candidates.py`, `cases/weighing.py` and `cases/match.py`. The
defaults are those of a desk folder without the file: weights as shipped, no provider and no phrase known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# What each piece of evidence counts, towards 100.
WEIGHTS: Mapping[str, int] = MappingProxyType({
    "ticket": 70, "phone": 60, "mailbox": 60, "named": 45, "name": 45, "address": 40, "subject": 25, "garment": 25,
    "surname": 15, "for_somebody": 15, "store": 10, "domain": 5,
})  # fmt: skip
# How alike two pieces of text must be, of 100.
ALIKE: Mapping[str, int] = MappingProxyType({"name": 88, "address": 85, "garment": 86, "subject": 90})
# Fewer letters or figures than that say nothing: much is like a short word.
SHORTEST: Mapping[str, int] = MappingProxyType({"name": 3, "address": 6, "garment": 4, "subject": 8, "ticket": 4})
# The totals that decide.
TOTALS: Mapping[str, int] = MappingProxyType({"ask_from": 40, "sure_from": 25, "margin": 20, "most_asked": 5})
DAYS: Mapping[str, int] = MappingProxyType({"asleep_after": 365, "closed_recently": 30})
THEN = ("join", "ask", "new")
CLOSED: Mapping[str, str] = MappingProxyType({"closed_same_matter": "join", "closed_unclear": "new"})
PHRASES = ("for_somebody", "another_matter", "same_customer")
WORDS = ("shared_names", "public_domains", "weak_words", "titles", "web_forms")


@dataclass(frozen=True, slots=True)
class Provider:
    """A mail provider: domains that are one, characters before the @ that it ignores, the sign before a tag."""

    domains: tuple[str, ...]
    ignores: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Matching:
    """The whole file. Phrases are case folded, of all languages together."""

    providers: tuple[Provider, ...] = ()
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)
    alike: Mapping[str, int] = field(default_factory=lambda: ALIKE)
    shortest: Mapping[str, int] = field(default_factory=lambda: SHORTEST)
    totals: Mapping[str, int] = field(default_factory=lambda: TOTALS)
    days: Mapping[str, int] = field(default_factory=lambda: DAYS)
    closed: Mapping[str, str] = field(default_factory=lambda: CLOSED)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def provider(self, domain: str) -> Provider | None:
        """Whose domain it is."""
        return next((each for each in self.providers if domain in each.domains), None)

    def among(self, name: str) -> frozenset[str]:
        """One list of words."""
        return self.words.get(name, frozenset())

    def said(self, name: str) -> tuple[str, ...]:
        """One list of phrases."""
        return self.phrases.get(name, ())
