"""What an assessment says: what happened, who the client is, the cause, and the words for the customer.

Reads free writing by the words of rules/compensation.yaml. Never reads a denial as its opposite ("not a clear error"),
never chooses between two findings or two clients, never passes on a word to the customer that was not written for
them: what is not sure is `unclear`, one sentence for the person who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.cases import days, heard
from mailbot.cases.assessment_parts import Parts, cause_of, split
from mailbot.cases.assessment_phrases import CLIENT, FINDING, Hit, clause, hits, parts_of
from mailbot.cases.phrases import plain
from mailbot.process.wordlists import Hearing

_LONGEST_LINE = 1_000  # characters; an assessment begins with its finding
_MOST_LINES = 60
_FEW_WORDS = 3  # of a clause that is only a doubt: "…, I think"
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_NUMBERED = re.compile(r"^\s*(?:\(?\d[.):]|[-*>•])\s*")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was understood. cause: its name in the table, else as written. findings: the words for the customer."""

    finding: str = ""
    client: str = ""
    cause: str = ""
    findings: str = ""
    unclear: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What one phrase comes to. verdict: meant | more | unsure | denied | mention | '' = it is only a word."""

    kind: str
    value: str
    verdict: str
    said: str  # the clause it stands in


def begins(text: str, hearing: Hearing) -> bool:
    """Whether the first line begins with a finding, undenied."""
    first = heard.body(text, hearing).partition("\n")[0]
    sentence = next(_sentences(split(first, hearing).head), "")
    told = _told(sentence, hearing)
    return any(each.kind == FINDING and each.verdict in ("meant", "more", "unsure") for each in told)


def read(text: str, hearing: Hearing) -> Assessment:
    """The whole answer of whoever assessed."""
    parts = split(heard.body(text, hearing), hearing)
    told = [each for sentence in _sentences(parts.head) for each in _told(sentence, hearing)]
    finding, unclear = _finding(told, hearing)
    client, which = _client(told, finding, hearing)
    return Assessment(
        finding, client, cause_of(parts.cause, hearing), parts.told, unclear or which or _unfit(parts, hearing)
    )


def names_one(line: str, hearing: Hearing) -> bool:
    """Whether a finding is named in it, whatever is said of it."""
    return any(
        each.kind == FINDING and each.verdict for sentence in _sentences(line) for each in _told(sentence, hearing)
    )


def head(text: str, hearing: Hearing) -> str:
    """What is neither the cause nor written for the customer: where the day of a repair stands."""
    return split(heard.body(text, hearing), hearing).head


def _finding(told: Sequence[_Told], hearing: Hearing) -> tuple[str, str]:
    """The one finding, or why there is none."""
    ours = [each for each in told if each.kind == FINDING and each.verdict]
    denied = [each for each in ours if each.verdict == "denied"]
    named = list(dict.fromkeys(each.value for each in ours if each.verdict != "denied"))
    if len(named) > 1:
        return "", f"more than one finding is in it: {', '.join(named)}"
    if unsure := next((each for each in ours if each.verdict == "unsure"), None):
        return "", f"“{unsure.said}” does not sound sure; which finding is it?"
    if more := next((each for each in ours if each.verdict == "more"), None):
        return "", f"“{more.said}”: please write the finding alone, and what explains it after a comma"
    meant = [each.value for each in ours if each.verdict == "meant"]
    if not meant:
        return "", _no_finding(denied, named, hearing)
    if any(each.value == meant[0] for each in denied):
        return "", f"“{denied[0].said}” says the opposite of “{meant[0]}”; which finding is it?"
    return meant[0], ""


def _no_finding(denied: Sequence[_Told], named: Sequence[str], hearing: Hearing) -> str:
    known = ", ".join(hearing.compensation.findings)
    if denied and not named:
        return f"“{denied[0].said}” says what it is not; which finding is it: {known}?"
    return f"please begin with the finding: {known}" if named else f"none of the findings is in it: {known}"


def _client(told: Sequence[_Told], finding: str, hearing: Hearing) -> tuple[str, str]:
    """The class of the client, or the question for it where the finding needs one."""
    theirs = [each for each in told if each.kind == CLIENT and each.verdict]
    meant = list(dict.fromkeys(each.value for each in theirs if each.verdict == "meant"))
    opposite = [each for each in theirs if each.verdict == "denied" and each.value in meant]
    others_named = [each for each in theirs if each.verdict == "mention" and each.value not in meant]
    taken_back = opposite or others_named or [each for each in theirs if each.verdict == "unsure"]
    *others, last = hearing.compensation.clients or ("",)
    which = f"which client: {', '.join(others)} or {last}?" if others else "which client?"
    if len(meant) > 1:
        return "", which
    needed = any(row == finding for row, _ in hearing.compensation.goodwill)
    if taken_back or not meant:
        return "", which if needed else ""
    return meant[0], ""


def _unfit(parts: Parts, hearing: Hearing) -> str:
    """The class of a client never reaches the customer, nor do words of which it is not sure that they shall."""
    if parts.unsure:
        return f"“{parts.unsure}”: please put a colon behind it if the customer is to read what follows"
    words = tuple(word for words in hearing.compensation.clients.values() for word in words if " " in word)
    found = heard.pattern(words).search(plain(parts.told))
    return f"“{found.group()}” stands in the words for the customer; please leave it out" if found else ""


def _sentences(text: str) -> Iterator[str]:
    """The sentences as compared; a line ends one."""
    for line in text.splitlines()[:_MOST_LINES]:
        for sentence in _SENTENCE.split(_NUMBERED.sub("", plain(line[:_LONGEST_LINE]))):
            if sentence.strip():
                yield sentence.strip()


def _told(sentence: str, hearing: Hearing) -> tuple[_Told, ...]:
    """What each phrase in one sentence comes to."""
    found = hits(sentence, hearing)
    return tuple(_Told(hit.kind, hit.value, *_verdict(sentence, hit, found, hearing)) for hit in found)


def _verdict(sentence: str, hit: Hit, found: Sequence[Hit], hearing: Hearing) -> tuple[str, str]:
    """What the phrase comes to, and the clause it stands in."""
    start, end = clause(sentence, hit, found, hearing)
    beside = f"{_less(sentence, start, hit.start, found)} | {_less(sentence, hit.end, end, found)}"
    said = sentence[start:end].strip()
    left = _left(beside, hearing, hit.kind)
    if hit.weak and left:
        return "", said
    if heard.denied(beside, hearing) or _ends_denied(sentence[:start], hearing):
        return "denied", said
    clients = [each for each in found if each.kind == CLIENT]
    if hit.kind == FINDING and _left(_less(sentence, 0, hit.start, clients), hearing, CLIENT):
        return "mention", said
    if _unsure(sentence, beside, found, hearing) or _torn(hit, start, end, found):
        return "unsure", said
    beside_it = "more" if hit.kind == FINDING else "mention"
    return (beside_it if left else "meant"), said


def _unsure(sentence: str, beside: str, found: Sequence[Hit], hearing: Hearing) -> bool:
    """A question, a doubt beside the phrase, or one in a few words of their own: "…, I think"."""
    doubts = heard.pattern((*hearing.doubt, *hearing.mood))
    few = (part for part in parts_of(sentence, found, hearing) if len(part.split()) <= _FEW_WORDS)
    return (
        sentence.endswith("?")
        or doubts.search(beside) is not None
        or any(heard.pattern(hearing.doubt).search(part) for part in few)
    )


def _torn(hit: Hit, start: int, end: int, found: Sequence[Hit]) -> bool:
    """Whether another class of client stands in the same breath: "good or average client"."""
    beside = [each for each in found if each.kind == CLIENT and start <= each.start < end]
    return hit.kind == CLIENT and any(each.value != hit.value for each in beside)


def _ends_denied(before: str, hearing: Hearing) -> bool:
    """Whether what stands before the clause ends with a denial: "it is not, clear error"."""
    words = re.findall(r"[\w']+", before[-40:])
    return bool(words) and heard.pattern(hearing.denial).fullmatch(words[-1]) is not None


def _less(sentence: str, start: int, end: int, found: Sequence[Hit]) -> str:
    """A stretch of the sentence less the phrases in it."""
    kept, at = "", start
    for hit in found:
        if start <= hit.start and hit.end <= end:
            kept += sentence[at : hit.start] + " "
            at = hit.end
    return kept + sentence[at:end]


def _left(text: str, hearing: Hearing, kind: str) -> str:
    """What a stretch says beside courtesy, days, and the words that may stand with a finding or a client."""
    passed_over = (*hearing.courtesy, *hearing.leading, *hearing.joining, *hearing.assessment)
    less = heard.pattern((*passed_over, *(hearing.client_is if kind == CLIENT else ()))).sub(" ", text)
    left = " ".join(re.sub(r"[^\w'£€$%./]", " ", less).split())
    return heard.tidy(days.without(left, hearing) if kind == FINDING else left).replace("/", "")
