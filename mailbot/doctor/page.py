"""How an examination is shown: a heading a group, a line a finding, what to do and details indented; or as JSON.

A sign and a word stand beside each colour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from mailbot.doctor.findings import OK, SKIPPED, VERDICTS, WARNING, WRONG, Finding
from mailbot.insight.sheet import Bit, Line, line

SIGNS = {OK: "✓", WARNING: "!", WRONG: "✗", SKIPPED: "–"}
STYLES = {OK: "good", WARNING: "doubt", WRONG: "bad", SKIPPED: "quiet"}
INDENT = 2
GAP = 2 + max(map(len, VERDICTS)) + 1  # the sign, the word, a blank
COMMANDS = ("chmod",)  # begin no sentence


def heading(title: str) -> Line:
    """Above a group."""
    return line(Bit(title, "strong"))


def lines(finding: Finding) -> Iterator[Line]:
    """A finding."""
    style = STYLES[finding.verdict]
    mark = Bit(f"{SIGNS[finding.verdict]} {finding.verdict}", style)
    yield Line((Bit(f"{finding.about}:", "strong"), Bit(f" {finding.found}")), INDENT, mark, GAP)
    if finding.do:
        yield Line((Bit(_sentence(finding.do)),), INDENT + GAP, Bit("→", style), 2)
    for detail in finding.details:
        yield Line((Bit(detail, "quiet"),), INDENT + GAP, Bit("·", "quiet"), 2)


def summary(findings: Sequence[Finding]) -> Line:
    """The last line."""
    found = Counter(finding.verdict for finding in findings)
    warnings = f"{found[WARNING]} warning{'s' * (found[WARNING] != 1)}"
    if found[WRONG]:
        things = "1 thing is wrong" if found[WRONG] == 1 else f"{found[WRONG]} things are wrong"
        return line(Bit(f"{SIGNS[WRONG]} {things}, {warnings}. Mend what is wrong, then run the doctor again.", "bad"))
    return line(Bit(f"{SIGNS[OK]} {f'Nothing is wrong; {warnings}' if found[WARNING] else 'All is well'}.", "good"))


def as_json(title: str, finding: Finding) -> dict[str, Any]:
    """One finding for a program."""
    return {
        "group": title,
        "verdict": finding.verdict,
        "about": finding.about,
        "found": finding.found,
        "do": finding.do,
        "details": list(finding.details),
    }


def _sentence(text: str) -> str:
    return text if text.startswith(COMMANDS) else text[:1].upper() + text[1:]
