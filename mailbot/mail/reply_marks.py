"""Decides which line asks for answers above it, as helpdesks draw it on top of their letters: all below it is old.

Must never take a person's sentence for one ("I could not reply above this line"): the request stands alone in the
line, perhaps between rules. There is no RFC for these lines.
"""

from __future__ import annotations

import re

from mailbot.mail.either_case import either_case

LINE_MAX = 200
_RULES = " \t#-–—=*_~<>[]()•"
_WORDS_MAX = 14
_ABOVE = either_case(r"above this line(?=[^\w\s]|\s?$| (?:to|if|when|and|or|in order|so)\b| [^\w\s])")
# Between "##-" and "-##" in whatever language: the mark of a helpdesk whose letter was answered here.
_DRAWN = re.compile(r"#{2,4}\s?-.{5,150}-\s?#{2,4}")
_REQUEST = re.compile(
    r"(?:(?:please )?(?:reply|type|write|enter|answer|respond)|to reply|your (?:reply|answer))\b", re.IGNORECASE
)


def is_reply_mark(line: str) -> bool:
    """Whether the line says no more than where an answer is to be written."""
    said = line.strip()
    if len(said) > LINE_MAX:
        return False
    if _DRAWN.fullmatch(said):
        return True
    if not _ABOVE.search(said):
        return False
    bare = said.strip(_RULES)
    drawn = said[0] in _RULES
    return (drawn or _REQUEST.match(bare) is not None) and len(bare.split()) <= _WORDS_MAX and not bare.endswith("?")
