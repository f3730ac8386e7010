"""The rules in force: read from the desk folder, checked, and the last good ones kept for a bad day.

A broken edit leaves the last good rules (kept under state/rules/) in force, and the admin is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from mailbot.adapters.files import read_rule_files, rule_folders, write_over
from mailbot.cases.events import RECOGNISED
from mailbot.errors import Problem, RulesError
from mailbot.insight.check import check, check_layout
from mailbot.process.load import Loaded, load
from mailbot.process.load_letters import SOURCE
from mailbot.process.model import Process

LAYOUT = "templates/layout.html"
_KEPT = "rules/last-good.json"
_Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Checked rules with the layout of the letters; `problems` are those of a newer edit that is not in force."""

    process: Process
    layout: str
    problems: tuple[Problem, ...] = ()


class RuleBook:
    """Gives the rules in force; reads the files again only when one has changed. With `keep` the good ones are kept."""

    def __init__(
        self, folder: Path, state_folder: Path, timezone: str, *, keep: bool, languages: Sequence[str] = (SOURCE,)
    ) -> None:
        self._folder, self._kept, self._keep = folder, state_folder / _KEPT, keep
        self._timezone, self._languages = timezone, tuple(languages)
        self._stamp: tuple[tuple[str, int, int], ...] | None = None
        self._rules: Rules | None = None

    def rules(self) -> Rules:
        """The rules in force now.

        Raises:
            RulesError: the files have errors and no good ones were ever kept.
        """
        stamp = self._files_stamp()
        if self._rules is None or stamp != self._stamp:
            self._rules, self._stamp = self._read(), stamp
        return self._rules

    def _read(self) -> Rules:
        try:
            files: Mapping[str, str] = read_rule_files(self._folder, (*self._languages, SOURCE))
            text = orjson.dumps(dict(files))
            proved = self._is_kept(text)
            found = self._loaded(files) if proved else self._checked(files)
        except RulesError as error:
            return self._last_good(error.problems)
        if self._keep and not proved:
            write_over(self._kept, text)
        return found

    def _is_kept(self, text: bytes) -> bool:
        """Whether these very files were found good before: then `mailbot once` need not prove them again each time."""
        try:
            return self._kept.read_bytes() == text
        except OSError:
            return False  # none yet

    def _loaded(self, files: Mapping[str, str]) -> Rules:
        process = _read_once(_texts(files), self._timezone, self._languages).process
        return Rules(process, files[LAYOUT]) if process else self._checked(files)

    def _last_good(self, problems: tuple[Problem, ...]) -> Rules:
        if self._rules is not None:
            return Rules(self._rules.process, self._rules.layout, problems)
        try:
            files = json.loads(self._kept.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise RulesError(problems) from None
        found = self._checked(files)
        return Rules(found.process, found.layout, problems)

    def _checked(self, files: Mapping[str, str]) -> Rules:
        process, problems = examine(files, self._timezone, self._languages)
        severe = tuple(problem for problem in problems if problem.severe)
        if severe or process is None:
            raise RulesError(severe)
        return Rules(process, files[LAYOUT])

    def _files_stamp(self) -> tuple[tuple[str, int, int], ...]:
        stamps = []
        for name, file in rule_folders(self._folder):
            with suppress(OSError):  # an editor has just put another in its place
                stat = file.stat()
                stamps.append((name, stat.st_mtime_ns, stat.st_size))
        return tuple(sorted(stamps))


def examine(
    files: Mapping[str, str], timezone: str, languages: Sequence[str] = ()
) -> tuple[Process | None, tuple[Problem, ...]]:
    """The process that rule files make, and everything that is wrong with them, sorted.

    languages: those of the desk's letters; none = every one that there is a folder of letters for.
    """
    return _examined(_texts(files), timezone, tuple(languages))


def _texts(files: Mapping[str, str]) -> _Texts:
    return tuple(sorted(files.items()))


@lru_cache(maxsize=4)  # a value of a value: the same files are read, and proved, once in a run
def _read_once(texts: _Texts, timezone: str, languages: tuple[str, ...]) -> Loaded:
    return load(dict(texts), timezone, RECOGNISED, languages)


@lru_cache(maxsize=4)
def _examined(texts: _Texts, timezone: str, languages: tuple[str, ...]) -> tuple[Process | None, tuple[Problem, ...]]:
    files, loaded = dict(texts), _read_once(texts, timezone, languages)
    problems = [*loaded.problems, *(check(loaded.process) if loaded.process else ())]
    if LAYOUT not in files:
        problems.append(Problem(LAYOUT, 1, "is missing: every HTML letter stands in it"))
    elif loaded.process:
        problems += check_layout(files[LAYOUT], LAYOUT, loaded.process)
    return loaded.process, tuple(sorted(problems))
