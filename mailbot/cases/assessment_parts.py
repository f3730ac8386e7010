"""An assessment cut into its parts: the finding and the client, `cause: …`, and `to customer: …`.

Decides which words may reach the customer: only those behind their own label, a line with a cause never. A cause is
its name in rules/compensation.yaml where its words fit one alone; else it stays as written, and is told to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailbot.cases import heard, likeness
from mailbot.cases.phrases import plain
from mailbot.process.wordlists import Hearing

_LONGEST_CAUSE = 200
_LOOKED_AT = 2_000  # characters of a line in which labels are looked for
_MOST_LABELS = 10  # in a line
_CLAUSE = re.compile(r"\s*[,;/]\s*|\s+[-–—]\s+")
_HEAD, _CAUSE, _TOLD = "head", "cause", "told"


@dataclass(frozen=True, slots=True)
class Parts:
    """told: the words for the customer. unsure: how a line begins that may have been meant for them."""

    head: str
    cause: str = ""
    told: str = ""
    unsure: str = ""


def split(body: str, hearing: Hearing) -> Parts:
    """The parts; everything after "to customer:" is for the customer, but a line that begins with "cause:"."""
    lines: dict[str, list[str]] = {_HEAD: [], _CAUSE: [], _TOLD: []}
    part, unsure = _HEAD, ""
    for number, line in enumerate(body.splitlines()):
        pieces = list(_pieces(line, part, hearing))
        for belongs, text in pieces:
            lines[belongs].append(text)
        part = _TOLD if any(belongs == _TOLD for belongs, _ in pieces) else part
        unsure = unsure or (_unlabelled(line, hearing) if number and part == _HEAD else "")
    cause, moved = _own_clauses(" ".join(filter(None, map(str.strip, lines[_CAUSE]))), hearing)
    told = heard.without_signature("\n".join(lines[_TOLD]), hearing)
    return Parts("\n".join((*lines[_HEAD], *moved)), cause, told, unsure)


def cause_of(written: str, hearing: Hearing) -> str:
    """The name of the one cause that the words fit; else the words."""
    said = heard.without_courtesy(plain(written[:_LONGEST_CAUSE]), hearing)
    table = hearing.compensation.causes
    known = {word: name for name, cause in table.items() for word in heard.compared((name, *cause.words))}
    if said in known:
        return known[said]
    inside = {name for word, name in known.items() if word and heard.holds(said, word) >= 0}
    if len(inside) == 1 and not heard.turns(said, hearing):
        return inside.pop()
    near = {name for word, name in known.items() if said and likeness.slips(said, word, hearing) is not None}
    return near.pop() if len(near) == 1 and not inside else heard.tidy(written[:_LONGEST_CAUSE])


def _pieces(line: str, part: str, hearing: Hearing) -> Iterator[tuple[str, str]]:
    """The pieces of one line, each with the part it belongs to. Behind a cause words for the customer may follow."""
    for _ in range(_MOST_LABELS):
        found = _label(line, part, hearing)
        if found is None:
            break
        before, part_after, line = found
        if before.strip():
            yield part, before
        part = part_after
    yield part, line


def _label(line: str, part: str, hearing: Hearing) -> tuple[str, str, str] | None:
    """The first label that counts in this part: what stands before it, the part it begins, what stands after it."""
    small = plain(line[:_LOOKED_AT])
    if part == _HEAD and heard.tidy(small) in hearing.to_customer:
        return "", _TOLD, ""
    words = {_HEAD: (*hearing.cause, *hearing.to_customer), _CAUSE: hearing.to_customer, _TOLD: hearing.cause}[part]
    found = _labels(words).search(small)
    if found is None or (part == _TOLD and small[: found.start()].strip(" \t*>-")):
        return None
    begins = _CAUSE if found["label"] in hearing.cause else _TOLD
    return line[: heard.cut(line, found.start())], begins, line[heard.cut(line, found.end()) :].lstrip(" *")


@lru_cache(maxsize=16)
def _labels(words: tuple[str, ...]) -> re.Pattern[str]:
    """A label with its colon, at the start of a line or behind a pause; "I said to the customer:" is none."""
    names = "|".join(map(re.escape, sorted(map(plain, words), key=len, reverse=True))) or "(?!)"
    return re.compile(rf"(?:^[\s*>-]{{0,5}}|[,.;/(-][\s*]{{0,3}})(?P<label>{names})\*?\s?(?:[:=]|-\s)")


def _unlabelled(line: str, hearing: Hearing) -> str:
    """The label for the customer at the start of a line, but without its colon: perhaps they shall read it."""
    small = plain(line[:_LOOKED_AT]).strip(" *")
    return next((word for word in heard.compared(hearing.to_customer) if small.startswith(f"{word} ")), "")


def _own_clauses(cause: str, hearing: Hearing) -> tuple[str, list[str]]:
    """The cause less what is no cause: "cause: machine too hot, good client"."""
    table = hearing.compensation
    words = heard.compared(
        tuple(word for known in (table.findings, table.clients) for each in known.values() for word in each)
    )
    first, *others = _CLAUSE.split(cause[:_LOOKED_AT])
    moved = [each for each in others if any(heard.leads(heard.tidy(plain(each)), word) for word in words)]
    return ", ".join((first, *(each for each in others if each not in moved))), moved
