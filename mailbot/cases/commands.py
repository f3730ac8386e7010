"""What staff said: an answer to what was asked, a command, or words. Matched with tolerance, never by guess.

Looks at the first line of the new words only, below a greeting. Answers come from the letter that was asked
(`answers:` in its template), commands from rules/commands.yaml. Two that fit equally are neither, and neither
is a question or a yes with a "but".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from mailbot.cases.phrases import plain
from mailbot.process.model import Answer, Command

_LIKENESS = 86  # of 100: one slip of the finger in a word of six letters
_SHORTEST_FUZZY = 4  # 'no' and 'not' are one letter apart and mean different things
_LONGEST_LINE = 300  # characters of a first line that can be an answer; a longer one is a letter
_REFERENCE_LINE = re.compile(r"^\s*ref [a-z2-7]{7}\.\d{1,6}\.[a-z2-7]{26}\s*$", re.MULTILINE)
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|nothing|cannot|without|nor|neither)\b|n't\b|\bun(?=happy|solved|resolved|sorted)"
    r"|\b(?:is|are|was|were|do|does|did|has|have|had|ca|wo|would|could|should)nt\b"
)
# Words that make a question, a past or a maybe of a sentence: two texts that differ in one never mean the same.
_MOOD = re.compile(
    r"\b(?:was|were|will|would|should|could|might|may|maybe|perhaps|if|when|until|there|where|which|who|what|how)\b"
)
# Words after an answer that take it back, put it off or limit it: then it is asked again.
_DOUBT = re.compile(
    r"\b(?:but|except|only|however|although|though|apart|unless|maybe|perhaps|probably|possibly|might|unsure|half|some"
    r"|part|partly|think|if|will|shall|let|check\w*|look\w*|ask\w*|later|tomorrow|soon|wait|once|when|nearly|almost)\b|'ll\b"
)
_PAUSE = re.compile(r"\s?[,.!;:–—-](?=\s|$)|\s[–—-]")  # "no-one has looked" has none
_BETWEEN = re.compile(r"[\s,.!;:–—-]*(?:\band\b\s)?\s*")
_ASSENT = frozenset(("yes", "yep", "yeah", "yup"))  # words of assent: what follows only explains them
_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|morning|afternoon|evening)\b"
    r"(?: [^\s,.!:]{1,30}){0,3}[,.!:]?"
)
_COURTESY = re.compile(
    r"\b(?:many thanks|thanks(?: (?:so much|a lot|very much|again|all|both))?|thank you(?: (?:so much|very much|all))?"
    r"|thx|cheers|sorry|i'?m afraid|unfortunately|please|pls|kind regards|best regards|best wishes|regards)\b"
)
_PASSED_ON = frozenset(
    ("", "fyi", "see below", "as below", "below", "please see below", "forwarding", "for you", "fwd")
)
_SIGNATURE_WORDS = 6  # a line of a signature is a name, a role or a number, not a sentence
_SIGNATURE_LINES = 8


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood: the answer or command, and the words that belong to it."""

    meant: Answer | Command
    words: str


def understand(text: str, choices: Iterable[Answer | Command]) -> Said | None:
    """The one choice the text names; None where it names none, or two equally."""
    body = _below_greeting(_REFERENCE_LINE.sub("", text).strip())
    first, _, rest = body.partition("\n")
    first = _tidy(plain(first))
    if not first:
        return None
    offered = list(choices)
    answers = [choice for choice in offered if isinstance(choice, Answer)]
    best = _best(first, answers)
    # What was asked comes first: `no` under a question answers it, and "no, we have it" is no command either.
    if best is None and not any(_begins(first, [plain(word) for word in answer.words]) for answer in answers):
        best = _best(first, [choice for choice in offered if isinstance(choice, Command)])
    return Said(best, _words(body, best, rest)) if best else None


def says_nothing(note: str) -> bool:
    """Whether the words above a forward are courtesy and a signature alone, so that it is passed on bare."""
    lines = [plain(line).strip() for line in note.splitlines() if line.strip()]
    while lines and _GREETING.fullmatch(lines[0]):
        lines = lines[1:]
    if lines and _tidy(lines[0]) in _PASSED_ON:
        lines = lines[1:]
    if not lines:
        return True
    if _tidy(_COURTESY.sub("", lines[0])):
        return False
    return len(lines) <= _SIGNATURE_LINES and all(
        len(line.split()) <= _SIGNATURE_WORDS and not line.endswith((".", "!", "?")) for line in lines[1:]
    )


def _below_greeting(body: str) -> str:
    """The text without a first line that only greets, or a greeting that begins it."""
    first, line_end, rest = body.partition("\n")
    short = plain(first[:_LONGEST_LINE]).strip()
    if line_end and _GREETING.fullmatch(short):
        return rest.strip()
    inline = re.match(r"[^\n,!]{2,60}[,!]\s", body)
    return body[inline.end() :] if inline and _GREETING.fullmatch(plain(inline.group()).strip()) else body


def _best(first: str, choices: Sequence[Answer | Command]) -> Answer | Command | None:
    """The choice that fits best, if one does and no other fits as well."""
    scored = sorted(((_score(first, choice, choices), choice) for choice in choices), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < _LIKENESS:
        return None
    if len(scored) > 1 and scored[1][0] == scored[0][0] and scored[1][1].event != scored[0][1].event:
        return None
    return scored[0][1]


def _score(first: str, choice: Answer | Command, choices: Sequence[Answer | Command]) -> float:
    words = [plain(word) for word in choice.words]
    if choice.takes:
        return max((_takes(first, word) for word in words), default=0.0)
    if "?" in first or len(first) > _LONGEST_LINE:
        return 0.0
    said = _tidy(" ".join(_COURTESY.sub(" ", first).split()))
    likeness = max((_alike(said, word) for word in words), default=0.0)
    if first in words or said in words:
        return 101.0
    if said and _all_of(said, words):
        return 100.0
    if _begins(said, words) and not _turned(said, choice, choices):
        return 99.0
    return likeness


def _takes(first: str, word: str) -> float:
    """For a choice that takes words: its own word first, then anything."""
    after = first[len(word) :] if first.startswith(word) else ""
    if first == word or _PAUSE.match(after) or after[:1].isspace():
        return 100.0 + len(word) / 100
    return _alike(first, word)


def _alike(first: str, word: str) -> float:
    if len(word) >= _SHORTEST_FUZZY and len(first) <= 2 * len(word) and _turns(first) == _turns(word):
        return fuzz.ratio(first, word)
    return 0.0


def _all_of(said: str, words: Sequence[str]) -> bool:
    """Whether the line is nothing but phrases of this one choice: "no, not here", "yes they're here"."""
    ordered = sorted(words, key=len, reverse=True)
    at = 0
    while at < len(said):
        found = next(
            (word for word in ordered if said.startswith(word, at) and not _inside_word(said, at + len(word))), ""
        )
        if not found:
            return False
        at += len(found)
        pause = _BETWEEN.match(said, at)
        at = pause.end() if pause else at
    return True


def _begins(said: str, words: Sequence[str]) -> bool:
    """The word, then a pause or, after a plain yes, whatever explains it. "no idea" is not a no."""
    return any(
        said.startswith(word) and (_PAUSE.match(said, len(word)) or (word in _ASSENT and said[len(word)].isspace()))
        for word in words
        if len(said) > len(word)
    )


def _turned(said: str, choice: Answer | Command, choices: Sequence[Answer | Command]) -> bool:
    """Whether the rest of the line takes back its beginning: a doubt, a denial of an assent, another answer's words."""
    own = max((word for word in map(plain, choice.words) if said.startswith(word)), key=len, default="")
    rest = said[len(own) :]
    if _DOUBT.search(rest) or (_DENIAL.search(rest) and not _DENIAL.search(own)):
        return True
    others = (plain(word) for other in choices if other.event != choice.event for word in other.words)
    return isinstance(choice, Answer) and any(_holds(rest, word) for word in others)


def _holds(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        if not (at and text[at - 1].isalnum()) and not _inside_word(text, at + len(word)):
            return True
        at = text.find(word, at + 1)
    return False


def _inside_word(text: str, at: int) -> bool:
    return at < len(text) and (text[at].isalnum() or (text[at] in "'-" and text[at + 1 : at + 2].isalnum()))


def _turns(text: str) -> list[str]:
    """The words that turn a sentence round."""
    return sorted([*_DENIAL.findall(text), *_MOOD.findall(text)])


def _tidy(line: str) -> str:
    return line.strip(" .!,;:*_\"'–—-")


def _words(body: str, choice: Answer | Command, rest: str) -> str:
    if not choice.takes:
        return rest.strip()
    lowered = plain(body)
    longest = max((word for word in map(plain, choice.words) if lowered.startswith(word)), key=len, default="")
    return body[len(longest) :].lstrip(" :–—-\n").strip() if longest else rest.strip()
