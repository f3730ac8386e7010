"""rules/compensation.yaml as values: what is offered, by what was found and who the client is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of rules/compensation.yaml. told: language -> how a customer hears it ('' = it is not told)."""

    name: str
    words: tuple[str, ...]
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the table holds for one letter: the amount in pence; confirmed: the shop has agreed to the row."""

    amount: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Compensation:
    """rules/compensation.yaml: (finding x class of client) -> what the offers are. All money in pence.

    letters: the offers in their order, the first one first. floors: finding -> category -> the least that error and
    loss set. goodwill: (finding, client) -> letter -> what the class adds to it. findings, clients: value -> the words
    that mean it. Above four_eyes_over another person than the assessor approves; a claim of more than serious_over is
    serious.
    """

    letters: tuple[str, ...] = ()
    sign: str = "£"
    four_eyes_over: int = 0
    serious_over: int = 0
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=dict)
    floors: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    goodwill: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    confirmed: frozenset[tuple[str, str]] = frozenset()

    def offer(self, letter: str, finding: str, client: str, category: str) -> Offer | None:
        """What the table says for one letter; None where it offers nothing."""
        floors, added = self.floors.get(finding), self.goodwill.get((finding, client))
        if floors is None or added is None or letter not in added:
            return None
        floor = floors.get(category, floors.get("other", 0))
        return Offer(floor + added[letter], (finding, client) in self.confirmed)
