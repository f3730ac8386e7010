"""The evidence kept in a history, in plain words: a table of what the desk writes there, and how people say it.

Decides nothing; evidence that no line of the table knows is shown as it was kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_KINDS: Mapping[str, str] = {
    "complaint": "words of a complaint",
    "claim": "words that ask for money",
    "serious": "words of something serious",
    "enquiry": "words of a question",
    "praise": "words of praise",
    "suggestion": "words of a suggestion",
}
_QUOTED = (re.compile(r"""(["'])(.*?)\1(?=, |$)"""), r"“\2”")
_TABLE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"answers letter (\d+) \((.+)\), token true"),
        lambda m: f"it answers our letter {m[2]}: the reference in it is ours, and genuine",
    ),
    (
        re.compile(r"answers letter (\d+) \((.+)\) from another address"),
        lambda m: f"it answers our letter {m[2]}, but comes from an address that we did not write to",
    ),
    (
        re.compile(r"“(.+)” in answer to letter (\d+) \((.+)\)"),
        lambda m: f"“{m[1]}” answers what our letter {m[3]} asked",
    ),
    (re.compile(r"pass: (.+)"), lambda m: f"our mail server vouches for the sender ({m[1]})"),
    (re.compile(r"none: (.+)"), lambda m: f"no mail server vouches for the sender ({m[1]})"),
    (re.compile(r"fail: (.+)"), lambda m: f"our mail server says that the sender is not who they say ({m[1]})"),
    (
        re.compile(rf"({'|'.join(_KINDS)}): (.+)", re.DOTALL),
        lambda m: f"{_KINDS[m[1]]}: {_QUOTED[0].sub(_QUOTED[1], m[2])}",
    ),
    (
        re.compile(r"no phrase of (\S+) was found"),
        lambda m: f"no word in it says what kind of mail it is (rules/{m[1]})",
    ),
    (re.compile(r"(-{3,}.+-{3,})"), lambda m: f"the line “{m[1].strip('- ')}” stands above what was forwarded"),
    (
        re.compile(r"(Auto-Submitted|Precedence|X-\S+|List-\S+|Subject): (.+)", re.DOTALL),
        lambda m: f"its header says “{m[1]}: {m[2]}”",
    ),
    (
        re.compile(r"([a-z_]+) without proof: (.+)", re.DOTALL),
        lambda m: f"“{m[1].replace('_', ' ')}” came without the proof that it needs ({m[2]})",
    ),
    (
        re.compile(r"(.+) answered letter \d+: ([a-z_]+)"),
        lambda m: f"asked whether it was them, {m[1]} said “{m[2].replace('_', ' ')}”",
    ),
    (re.compile(r"the one open case of this address"), lambda _: "this address has one open case, and this is it"),
    (
        re.compile(r"no row for (\S+) in state (\S+): it stays for a human"),
        lambda m: f"the rules do not say what follows from “{m[1].replace('_', ' ')}” here, so it stays for a person",
    ),
)


def plainly(evidence: str) -> str:
    """One piece of evidence as people say it."""
    for pattern, words in _TABLE:
        if found := pattern.fullmatch(evidence.strip()):
            return words(found)
    return evidence
