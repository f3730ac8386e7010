"""One rule file being read: takes values out of it by shape, and keeps every problem with its line.

Decides which shapes are accepted; never what they mean. A value of the wrong shape is reported once and
stands in as empty. A misspelt key is reported and then read as the key that was meant, so that one slip
makes one problem, not ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailbot.errors import Problem
from mailbot.process.names import listed, nearest, shown, unknown
from mailbot.process.place import Place
from mailbot.process.yaml_marks import Value

MOST_PROBLEMS = 1_000  # of one file; nobody mends more in one go
SHAPES: Mapping[str, str] = {"scalar": "a single value", "list": "a list", "table": "a table of 'key: value' lines"}


class Page:
    """A rule file and what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._told: set[Problem] = set()

    def error(self, line: int, what: str) -> None:
        self._add(Problem(self.file, line, what))

    def warn(self, line: int, what: str) -> None:
        self._add(Problem(self.file, line, what, severe=False))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS and problem not in self._told:
            self.problems.append(problem)
            self._told.add(problem)

    def place(self, line: int) -> Place:
        return Place(self.file, line)

    def keys(
        self, value: Value, what: str, known: Iterable[str], required: Iterable[str] = (), name: str = "key"
    ) -> dict[str, Value]:
        """A table with fixed keys; unknown and missing ones are reported."""
        known = tuple(known)
        if not self.is_shape(value, "table", what):
            return {}
        entries = {key: entry for key, entry in value.entries.items() if key in known}
        for key, entry in value.entries.items():
            if key not in known:
                self.error(value.key_lines[key], unknown(name, key, known))
                entries.setdefault(nearest(key, [k for k in known if k not in value.entries]), entry)
        entries.pop("", None)
        for key in required:
            if key not in entries:
                self.error(value.line, f"{what} has no '{key}:'")
        return entries

    def table(self, value: Value, what: str) -> Mapping[str, Value]:
        """A table whose keys are names of the admin's own; empty or null is an empty one."""
        if value.is_null:
            return {}
        return value.entries if self.is_shape(value, "table", what) else {}

    def items(self, value: Value, what: str) -> tuple[Value, ...]:
        """A list; null is an empty one."""
        if value.is_null:
            return ()
        return value.items if self.is_shape(value, "list", what) else ()

    def is_shape(self, value: Value, kind: str, what: str) -> bool:
        """Whether the value has that shape; a problem if not."""
        if value.kind == kind:
            return True
        found = "empty" if value.is_null else SHAPES[value.kind]
        self.error(value.line, f"{what} should be {SHAPES[kind]}, but is {found}")
        return False

    def text(self, value: Value | None, what: str) -> str:
        """One line or block of text, as written (`phone: +44…` keeps its plus); absent or null is ''."""
        if value is None or value.is_null or not self.is_shape(value, "scalar", what):
            return ""
        return value.text.strip()

    def needed_text(self, value: Value | None, what: str) -> str:
        """Text that must not be empty."""
        if value is not None and value.kind == "scalar" and not value.text.strip():
            self.error(value.line, f"{what} is empty")
        return self.text(value, what)

    def texts(self, value: Value | None, what: str) -> tuple[str, ...]:
        """One text or a list of them; empty ones are problems."""
        if value is None or value.is_null:
            return ()
        if value.kind == "scalar":
            return tuple(filter(None, [self.needed_text(value, what)]))
        found = [self.needed_text(item, f"an entry of {what}") for item in self.items(value, what)]
        return tuple(filter(None, found))

    def flag(self, value: Value | None, what: str, default: bool = False) -> bool:
        """true or false."""
        if value is None:
            return default
        if isinstance(value.data, bool):
            return value.data
        self.error(value.line, f"{what} should be true or false")
        return default

    def amount(self, value: Value | None, what: str) -> int | None:
        """A whole amount of money, not below nothing; absent or null is None."""
        if value is None or value.is_null:
            return None
        text = value.text.strip().removeprefix("£").removesuffix(".00")
        if value.kind == "scalar" and text.isascii() and text.isdigit() and len(text) <= 9:
            return int(text)
        self.error(value.line, f"{what} should be a whole number, such as 20")
        return None

    def one_of(self, value: Value | None, known: Iterable[str], name: str, default: str = "") -> str:
        """One of the known names; anything else is reported and stands in as the default."""
        text = self.text(value, f"'{name}'")
        if not text or value is None:
            return default
        return self.known_name(text, value.line, known, name) or default

    def some_of(self, value: Value | None, known: Iterable[str], name: str) -> tuple[str, ...]:
        """One or several of the known names."""
        known = tuple(known)
        if value is None or value.is_null:
            return ()
        entries = value.items if value.kind == "list" else (value,)
        found = (self.one_of(entry, known, name) for entry in entries)
        return tuple(dict.fromkeys(name for name in found if name))

    def known_name(self, text: str, line: int, known: Iterable[str], name: str) -> str:
        """The name if it is known; else '' and a problem."""
        known = tuple(known)
        if text in known:
            return text
        self.error(line, unknown(name, text, known))
        return ""

    def member(self, value: Value, domain: tuple[object, ...], name: str) -> object:
        """A value of a declared domain (true is not 1); None and a problem if it is not in it."""
        for member in domain:
            if type(member) is type(value.data) and member == value.data:
                return member
        if value.kind != "scalar":
            self.is_shape(value, "scalar", f"'{name}'")
        elif near := nearest(value.text, [m for m in domain if isinstance(m, str)]):
            self.error(value.line, f"'{name}' cannot be {shown(value.text)}; did you mean '{near}'?")
        else:
            self.error(value.line, f"'{name}' cannot be {shown(value.text)}; it is one of {listed(domain)}")
        return None
