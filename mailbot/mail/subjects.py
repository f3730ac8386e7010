"""Decides what the prefix of a subject says: whether a mail is passed on or answered, in many languages.

RFC 5322 3.6.5 knows "Re: " alone; the others are the tables in `marks`.
"""

from __future__ import annotations

import re

from mailbot.mail import marks

FORWARD, REPLY, EITHER = "forward", "reply", "either"
TAGS_MAX = 3
_PREFIX_MAX = 25
_TAG = re.compile(r"^\s{0,5}[\[【(][^\[\]【】()]{0,60}[\]】)]\s{0,5}")
_WRAPPED = re.compile(r"^\s{0,5}[\[(]\s?(fwd?\s?:.{0,1000})[\])]\s{0,5}$", re.IGNORECASE)  # "[Fwd: My dress]"
# "My dress (fwd)", as pine and mutt write it.
_AT_THE_END = re.compile(r"[\[(]\s?fwd?\s?[\])]\s{0,5}$|^\s{0,5}[\[(]\s?fwd?\s?[\])]", re.IGNORECASE)
_COUNT = re.compile(r"[\[(]\d{1,3}[\])]$|\^\d{1,3}$")
_COLON = re.compile(r"[:：﹕︰]")


def kind(subject: str) -> str:
    """forward, reply, either or '': what the first prefix says; tags like [EXTERNAL] are passed over."""
    if _WRAPPED.match(subject) or _AT_THE_END.search(subject):
        return FORWARD
    return _kind_of(_split(_untagged(subject))[0])


def without_prefix(subject: str) -> str:
    """The subject of the mail that was passed on: without the first prefix."""
    wrapped = _WRAPPED.match(subject)
    if wrapped:
        subject = wrapped[1]
    subject = _AT_THE_END.sub("", subject)
    rest = _untagged(subject)
    word, after = _split(rest)
    return (after if _kind_of(word) else subject).strip()


def _kind_of(word: str) -> str:
    if word == "I":  # Italian Outlook's "inoltro"; "i" begins sentences
        return FORWARD
    folded = marks.folded(word)
    if folded == "vs":  # "videresendt" in Norway and Denmark, "vastaus" in Finland
        return EITHER
    if folded in marks.FORWARD_PREFIXES:
        return FORWARD
    return REPLY if folded in marks.REPLY_PREFIXES else ""


def _untagged(subject: str) -> str:
    rest = subject.strip()
    for _ in range(TAGS_MAX):
        rest = _TAG.sub("", rest, count=1)
    return rest


def _split(subject: str) -> tuple[str, str]:
    """(prefix, the rest); ('', subject) where none can stand."""
    colon = _COLON.search(subject[: _PREFIX_MAX + 1])
    if not colon:
        return "", subject
    return _COUNT.sub("", subject[: colon.start()].strip()).strip(), subject[colon.end() :]
