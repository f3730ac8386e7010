"""What a person's new mail is: a complaint on evidence, or unsure. Never a silent guess (rules/screening.yaml).

Only a complaint with evidence and nothing against it starts the map; all else goes to a human.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.cases.phrases import all_phrases, first_phrase
from mailbot.process.wordlists import Screening


@dataclass(frozen=True, slots=True)
class Kind:
    """kind: complaint claim enquiry praise suggestion other unsure; with the phrases that say so."""

    kind: str
    evidence: tuple[str, ...]
    claim: bool = False
    level: str = "standard"

    @property
    def starts_the_map(self) -> bool:
        return self.kind in ("complaint", "claim")


def screen(subject: str, words: str, rules: Screening) -> Kind:
    """The kind of a mail by its subject and new words."""
    text = f"{subject}\n{words}"
    complaint = all_phrases(text, rules.complaint)
    claims = all_phrases(text, rules.claim)
    others = {kind: hits for kind, phrases in rules.kinds.items() if (hits := all_phrases(text, phrases))}
    serious = first_phrase(text, rules.serious)
    evidence = _said("complaint", complaint) + _said("claim", claims) + _said("serious", (serious,) if serious else ())
    evidence += tuple(line for kind, hits in others.items() for line in _said(kind, hits))
    level = "serious" if serious else "standard"
    against = sum(len(hits) for hits in others.values())
    if complaint and len(complaint) > against:
        return Kind("claim" if claims else "complaint", evidence, bool(claims), level)
    if not complaint and len(others) == 1 and not claims:
        return Kind(next(iter(others)), evidence, False, level)
    return Kind("unsure", evidence or ("no phrase of screening.yaml was found",), bool(claims), level)


def _said(kind: str, phrases: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{kind}: " + ", ".join(repr(phrase) for phrase in phrases),) if phrases else ()
