"""Cases by the rough keys of `cases/candidates.py`, in dictionaries: how the ledger in memory looks up by likeness.

Costs the same at 100 and at 10,000 cases. What it finds is weighed elsewhere; here nothing is ranked but by the order
of the keys asked for, and of each key the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.cases.candidates import MOST, first_found, on_file
from mailbot.cases.model import Case


class NearIndex:
    """Which cases have which keys."""

    def __init__(self) -> None:
        self._codes: dict[str, dict[str, str]] = {}  # key -> code -> when it was opened, as it sorts
        self._keys: dict[str, frozenset[str]] = {}  # code -> its keys

    def put(self, case: Case) -> None:
        """A case as it is now, in place of what it was."""
        keys, place = on_file(case), f"{case.opened_at}\x1f{case.code}"
        for key in self._keys.get(case.code, frozenset()) - keys:
            self._codes[key].pop(case.code, None)
        for key in keys:
            self._codes.setdefault(key, {})[case.code] = place
        self._keys[case.code] = keys

    def find(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The codes of the cases that have one of the keys."""
        return first_found(self._newest(key) for key in keys)

    def _newest(self, key: str) -> list[str]:
        held = self._codes.get(key, {})
        return sorted(held, key=held.__getitem__, reverse=True)[:MOST]
