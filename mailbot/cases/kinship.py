"""For whom a mail is written: "I am writing for my wife Anna", "on behalf of …", a signature, a name behind a label.

Gives names that may be the customer's, to be looked up; whether one is, `weighing` says. It never decides whose mail
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mailbot.cases import heard, names
from mailbot.cases.names import UNSPACED
from mailbot.cases.phrases import plain
from mailbot.process.matching import Matching

_BEHIND = 60  # characters behind such a phrase in which the name stands
_MOST_PHRASES = 6
_LINES = 12  # at the top and at the end of a mail, where names stand alone
_LONGEST_LINE = 60
_LABEL = re.compile(r"^[^:：]{1,30}[:：]\s{0,8}")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)?\.?")
_END = re.compile(r"[.,;:!?\n()\"“”，。！？；：]")
_MOST_WORDS = 4  # of a name


def said(text: str, phrases: tuple[str, ...]) -> str:
    """The first of the phrases in the text, '' for none."""
    return said_in(plain(text), phrases)


def said_in(small: str, phrases: tuple[str, ...]) -> str:
    """The same of a text that is plain already."""
    found = _pattern(phrases, ascii_alone=small.isascii()).search(small) if phrases else None
    return " ".join(found.group().split()) if found else ""


@lru_cache(maxsize=32)
def _pattern(phrases: tuple[str, ...], *, ascii_alone: bool) -> re.Pattern[str]:
    """Any of the phrases; for a text of ASCII those that can stand in one."""
    return heard.pattern(tuple(each for each in phrases if not ascii_alone or plain(each).isascii()))


def for_somebody(small: str, rules: Matching) -> str:
    """The words of a plain text that say that the sender writes for somebody else, '' for none."""
    return said_in(small, rules.said("for_somebody"))


def names_in(text: str, small: str, sender: str, rules: Matching) -> Iterator[str]:
    """Names that may be the customer's, each once, those behind "my wife" first.

    small: the text as compared, '' where it is not written for anybody.
    """
    seen: set[str] = set()
    for name in (*_behind_phrases(small, sender, rules), *_alone_on_lines(text)):
        if name not in seen:
            seen.add(name)
            yield name


def _behind_phrases(small: str, sender: str, rules: Matching) -> Iterator[str]:
    """ "my wife Anna Smith", "my wife Anna" (with the sender's surname), "我妻子王芳"."""
    phrases = rules.said("for_somebody")
    if not phrases or not small:
        return
    surname = (names.words_of(sender, rules.among("titles")) or ("",))[-1]
    hit = None
    for _ in range(_MOST_PHRASES):  # "替我妻子" has two, one in the other
        hit = _pattern(phrases, ascii_alone=small.isascii()).search(small, hit.start() + 1 if hit else 0)
        if hit is None:
            return
        behind = _END.split(small[hit.end() : hit.end() + _BEHIND].lstrip(" ,:'’"), maxsplit=1)[0]
        if UNSPACED.match(behind):
            yield from (behind[:length] for length in (2, 3, 4) if len(behind) >= length)
            continue
        words = [word for word in _WORDS.findall(behind) if word.strip(".") not in rules.among("titles")][:_MOST_WORDS]
        for first in range(min(2, len(words))):  # "my wife, Mrs Anna Smith", "my mother's friend Anna Smith"
            for length in (2, 3):
                if len(words) >= first + length:
                    yield " ".join(words[first : first + length])
            if surname:
                yield f"{words[first]} {surname}"


def _alone_on_lines(text: str) -> Iterator[str]:
    """Lines near the top and the end that are a name and no more, with or without a label before it."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in (*lines[::-1][:_LINES], *lines[:_LINES]):
        if len(line) > _LONGEST_LINE:
            continue
        name = _LABEL.sub("", line).strip(" ,.*_–—-")
        parts = name.split()
        if len(parts) > _MOST_WORDS:
            continue
        words = _WORDS.findall(name)
        alone = "".join(words).replace(" ", "") == "".join(parts)
        if alone and (2 <= len(words) <= _MOST_WORDS or (UNSPACED.match(name) and 2 <= len(name) <= _MOST_WORDS)):
            yield name
