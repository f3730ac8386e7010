"""Who said which words of a letter: values with their origin, kept apart until the letter is whole.

A value never passes through Jinja or Markdown as text: it stands there as a mark (two private-use
characters round a number) and is put in at the end, escaped for where it goes. So no name, subject
or form value can inject a header, a template or markup. `message.read` removes these characters
from every mail, so no mail can forge a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

OPEN, CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{OPEN}(\\d{{1,6}}){CLOSE}")

# Origins. The guard scans template, rules and staff; never customer, form or the rule's own fixed wording.
TEMPLATE, RULES, STAFF, CUSTOMER, FORM, RULE = "template", "rules", "staff", "customer", "form", "rule"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of a letter's text part with one origin."""

    origin: str
    text: str


class Value(str):
    """Text for a placeholder, with its origin; empty ones are false, so templates can say `x or "you"`."""

    origin: str

    def __new__(cls, text: str, origin: str) -> Value:
        made = super().__new__(cls, text)
        made.origin = origin
        return made


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand alone in a letter: the form, the answers, a quotation. html is ready made and escaped."""

    spans: tuple[Span, ...]
    html: str

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


class Marks:
    """The values put into one letter, by the number in their mark."""

    def __init__(self) -> None:
        self._held: list[Value | Block] = []

    def finalize(self, value: object) -> object:
        """What Jinja writes for an output: a mark for our values, the template's own words as they are."""
        if isinstance(value, Value | Block):
            self._held.append(value)
            return f"{OPEN}{len(self._held) - 1}{CLOSE}"
        return "" if value is None else value

    def split(self, text: str) -> Iterator[str | Value | Block]:
        """The text cut at its marks: the template's own words as str, values as they were put in."""
        return (self._held[piece] if isinstance(piece, int) else piece for piece in _cut(text))

    def lone_block(self, text: str) -> Block | None:
        """The block that is all there is in the text, if so."""
        match _cut(text.strip()):
            case (int(mark),):
                held = self._held[mark]
                return held if isinstance(held, Block) else None
        return None


@lru_cache(maxsize=4096)  # lines of templates with marks in them: they come again in every letter of the kind
def _cut(text: str) -> tuple[str | int, ...]:
    """The text cut at its marks, each mark as its number."""
    pieces: list[str | int] = []
    at = 0
    for mark in _MARK.finditer(text):
        pieces += [text[at : mark.start()]] if mark.start() > at else []
        pieces.append(int(mark.group(1)))
        at = mark.end()
    return (*pieces, text[at:]) if at < len(text) else tuple(pieces)


def joined(spans: Sequence[Span]) -> str:
    """The plain text of spans."""
    return "".join(span.text for span in spans)
