"""Decides what text/enriched and its ancestor text/richtext say (RFC 1896, RFC 1341 7.1.3). Linear, never raises."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(<|/?[A-Za-z0-9-]{1,60}>)")
_HIDDEN = re.compile(r"<param>[^<>]{0,4000}</param>", re.IGNORECASE)
_NEW_LINE = frozenset({"nl>", "p>", "/p>", "paragraph>", "/paragraph>", "lt>"})
_ENDS = re.compile(r"\n{1,10000}")


def to_text(source: str) -> str:
    """The words without commands; of a run of line ends the first only joins lines (RFC 1896 2)."""
    said = _ENDS.sub(lambda ends: " " if len(ends.group()) == 1 else ends.group()[1:], _HIDDEN.sub("", source))
    return _TAG.sub(_plain, said)


def _plain(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    if name in ("<", "lt>"):
        return "<"
    return "\n" if name in _NEW_LINE else ""
