"""YAML text -> plain values that know their lines; everything wrong with it is a Problem, never an exception.

Carries out YAML 1.2's core schema (section 10.3) narrowed to true, false, null, decimal integers and floats, so that
`yes`, `012`, `12:30`, dates and an `on:` key stay the text the admin wrote. Anchors, aliases and tags are refused:
no rule needs them, and a copied alias can grow without bound. Built from the event stream with its own stack,
so that no nesting can exhaust Python's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from mailbot.errors import Problem
from mailbot.process.names import shown
from mailbot.process.yaml_faults import fault

LONGEST_FILE = 500_000  # characters; the shipped rules together have a fifth of that
DEEPEST = 20  # lists and tables inside each other; rules need 7
MOST_PROBLEMS = 100  # a file of garbage is told so, not line by line

WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
BROKEN = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{0,18})?(?:[eE][-+]?[0-9]{1,3})?|[-+]?\.[0-9]{1,18}")
# What YAML (section 5.1) does not let into a file, lone surrogates included.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar (`data`, and `text` as it was written), a list (`items`) or a table (`entries`), with its line."""

    line: int
    kind: str = "scalar"  # scalar | list | table
    data: str | int | float | bool | None = None
    text: str = ""
    items: tuple[Value, ...] = ()
    entries: Mapping[str, Value] = field(default_factory=dict)
    key_lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_null(self) -> bool:
        return self.kind == "scalar" and self.data is None

    def plain(self) -> Any:
        """The same as dicts, lists and scalars."""
        if self.kind == "list":
            return [item.plain() for item in self.items]
        if self.kind == "table":
            return {key: entry.plain() for key, entry in self.entries.items()}
        return self.data


@dataclass(slots=True)
class _Frame:
    """A list or table that is still being read."""

    kind: str
    line: int
    items: list[Value] = field(default_factory=list)
    entries: dict[str, Value] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    key: Value | None = None

    def done(self) -> Value:
        return Value(
            line=self.line, kind=self.kind, items=tuple(self.items), entries=self.entries, key_lines=self.key_lines
        )


def resolve(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means."""
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text)
    if BROKEN.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def read(text: str, file: str, first_line: int = 1) -> tuple[Value | None, list[Problem]]:
    """The one document in `text`, or None where it cannot be read; and all that is wrong with it.

    first_line: the line of the file on which `text` begins (front matter begins on line 2).
    """
    value, problems = _read(text, file, first_line)
    return value, list(problems)


@lru_cache(maxsize=256)  # at a reload all files but one are the same; a desk has some eighty
def _read(text: str, file: str, first_line: int) -> tuple[Value | None, Sequence[Problem]]:
    if len(text) > LONGEST_FILE:
        return None, [Problem(file, first_line, f"the file is longer than {LONGEST_FILE:,} characters")]
    if odd := UNPRINTABLE.search(text):
        line = first_line + text.count("\n", 0, odd.start())
        return None, [Problem(file, line, f"a character that cannot stand in a text file (U+{ord(odd[0]):04X})")]
    reading = _Reading(file, first_line)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if not reading.take(event):
                return None, reading.problems
    except yaml.YAMLError as error:
        line, what = fault(error, text)
        last_line = first_line + text.rstrip().count("\n")  # the end of the file is its last line with text
        reading.problems.append(Problem(file, min(first_line + line, last_line), f"this is not YAML: {what}"))
        return None, reading.problems
    return reading.root or Value(line=first_line), reading.problems


class _Reading:
    """The stack of what is open, fed one event at a time."""

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.problems: list[Problem] = []
        self.root: Value | None = None
        self.stack: list[_Frame] = []
        self.documents = 0

    def take(self, event: Any) -> bool:
        """Take one event in; False: there is no use in reading on."""
        line = self.first_line + event.start_mark.line
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._problem(line, "a second document begins here; a rule file is one document, without '---'")
                return False
        elif isinstance(event, yaml.AliasEvent):
            self._problem(line, f"'*{event.anchor}': aliases are not allowed; write the value out")
            self._add(Value(line=line))
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_marks(event, line)
            self._begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._add(self.stack.pop().done())
        if len(self.stack) > DEEPEST:
            self._problem(line, f"lists and tables more than {DEEPEST} deep")
            return False
        return len(self.problems) < MOST_PROBLEMS

    def _problem(self, line: int, what: str) -> None:
        self.problems.append(Problem(self.file, line, what))

    def _refuse_marks(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._problem(line, f"'&{event.anchor}': anchors are not allowed; write the value out where it is needed")
        if getattr(event, "tag", None) is not None:
            self._problem(line, f"{shown(str(event.tag))}: tags are not allowed; put text into quotes instead")

    def _begin(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.ScalarEvent):
            unquoted = event.style in (None, "")
            data = resolve(event.value) if unquoted else event.value
            self._add(Value(line=line, data=data, text=event.value))
        else:
            self.stack.append(_Frame("list" if isinstance(event, yaml.SequenceStartEvent) else "table", line))

    def _add(self, value: Value) -> None:
        """Put a finished value where it belongs: the root, a list, or a table's key or entry."""
        if not self.stack:
            self.root = value
        elif (frame := self.stack[-1]).kind == "list":
            frame.items.append(value)
        elif frame.key is None:
            if value.kind != "scalar":
                self._problem(value.line, "a key must be one word or phrase, not a list or table")
            frame.key = value
        else:
            self._enter(frame, frame.key, value)
            frame.key = None

    def _enter(self, frame: _Frame, key: Value, value: Value) -> None:
        if key.kind != "scalar":
            return
        if key.text in frame.entries:
            first = frame.key_lines[key.text]
            self._problem(key.line, f"{shown(key.text)} stands here twice; the first is on line {first}")
            return
        frame.entries[key.text] = value
        frame.key_lines[key.text] = key.line
