"""Where something stands in a rule file: every value that an admin wrote knows it, so that `why` can cite it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a rule file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
