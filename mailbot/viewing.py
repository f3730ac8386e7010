"""Looking at a desk while it may be running: a reader of its ledger and its rules that never writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from mailbot import terminal
from mailbot.adapters.files import read_rule_files
from mailbot.adapters.ledger import Filter, Ledger, MemoryLedger
from mailbot.adapters.tinydb_ledger import FILE, TinyDbLedger
from mailbot.cases import silence
from mailbot.cases.events import RECOGNISED
from mailbot.cases.model import Case, Entry
from mailbot.cases.query import Query
from mailbot.errors import MailbotError, RulesError, SettingsError
from mailbot.insight import listing, overview
from mailbot.insight.moments import Moments
from mailbot.insight.overview import ALL, Wanted
from mailbot.process.load import load
from mailbot.process.load_letters import SOURCE
from mailbot.process.model import Process
from mailbot.process.names import did_you_mean
from mailbot.process.vocabulary import STATES
from mailbot.rulebook import RuleBook
from mailbot.settings import Settings

_MOST_CANDIDATES = 10  # cases listed where a name means several
_SHORTEST_CODE = 3  # characters of a code that may stand for it
_TITLE = re.compile(r"^story: *[\"']?(.+?)[\"']?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class View:
    """A ledger to read, with the rules in force. begun: whether the desk has ever worked."""

    ledger: Ledger
    process: Process
    prefix: str
    begun: bool = True

    @property
    def moments(self) -> Moments:
        """Dates as people at this desk say them now."""
        return Moments(datetime.now(UTC), self.process.calendar)

    def cases(self, state: str, everything: bool, wanted: Wanted = ALL) -> Iterator[Case]:
        """Cases oldest first; mail still being sorted and matters of the desk only with `everything` (or by state).

        Raises:
            SettingsError: there is no such state.
        """
        known = tuple(dict.fromkeys((*STATES, *self.process.states)))
        if state and state not in known:
            near = did_you_mean(state, known) or f"; there are {', '.join(known)}"
            raise SettingsError(f"there is no state “{terminal.clean(state)}”{near}")
        for case in self.ledger.cases(Filter(state)):
            asked = everything or state or listing.is_complaint(case, self.process)
            if asked and overview.fits(case, wanted, self.process):
                yield case

    def case(self, name: str) -> Case:
        """The case that is meant: by its code (in any case, without the prefix, or its beginning), by the customer's
        address, or by a part of their name.

        Raises:
            MailbotError: there is none, or there are several; they are named.
        """
        code = name.strip("[] ").upper()
        for each in (code, f"{self.prefix}-{code}"):
            if found := self.ledger.case(each):
                return found
        meant = self._meant(name.strip())
        if len(meant) == 1:
            return meant[0]
        shown = terminal.clean(name)
        if not meant:
            raise MailbotError(f"there is no case “{shown}”; `mailbot cases --all` lists them")
        several = f"“{shown}” could be any of these; please name one by its code:"
        raise MailbotError("\n".join([several, *self._told(meant)]))

    def unsorted(self) -> Iterator[Case]:
        """Mail of which somebody has to say what it is; `cases` lists it only with `everything`."""
        for state in self.process.states.values():
            if state.open and state.waiting_on and not state.listed:
                yield from (case for case in self.ledger.cases(Filter(state.name)) if not case.outcome)

    def history(self, code: str) -> tuple[Entry, ...]:
        """Its entries."""
        return self.ledger.history(code)

    def due(self, case: Case) -> datetime | None:
        """When its next silence is due, by the rules as they stand."""
        coming = silence.due(case, self.process)
        return coming.at if coming else None

    def _meant(self, name: str) -> Sequence[Case]:
        """The cases that a name could mean: complaints; where there is none, also mail that is still being sorted.

        A whole address is looked up, all else looked for.
        """
        wanted = name.casefold()
        found: Sequence[Case] = ()
        if "@" in name:
            found = self.ledger.find(Query(addresses=(wanted,))).by_address.get(wanted, ())
        found = found or tuple(case for case in self.cases("", True) if self._is_meant(case, wanted))
        return tuple(case for case in found if listing.is_complaint(case, self.process)) or tuple(found)

    def _is_meant(self, case: Case, wanted: str) -> bool:
        code = case.code.casefold()
        begins = len(wanted) >= _SHORTEST_CODE and wanted in (
            code[: len(wanted)],
            code.partition("-")[2][: len(wanted)],
        )
        words = f"{case.customer.name} {case.customer.address}".casefold()
        return bool(wanted) and (begins or all(word in words for word in wanted.split()))

    def _told(self, cases: Sequence[Case]) -> Iterator[str]:
        lines = overview.candidates(cases, self.process, self.moments)
        yield from (f"  {terminal.clean(each)}" for each in islice(lines, _MOST_CANDIDATES))
        if len(cases) > _MOST_CANDIDATES:
            yield f"  and {len(cases) - _MOST_CANDIDATES} more: mailbot cases --search WORDS"


@contextmanager
def view(settings: Settings) -> Iterator[View]:
    """A view of the desk's state, also while the service runs."""
    desk = settings.desk
    rulebook = RuleBook(settings.folder, settings.state_folder, desk.timezone, keep=False, languages=desk.written)
    process = rulebook.rules().process
    exists = (settings.state_folder / FILE).exists()
    ledger: Ledger = TinyDbLedger(settings.state_folder, readonly=True) if exists else MemoryLedger()
    try:
        yield View(ledger, process, settings.desk.prefix, exists)
    finally:
        ledger.close()


def rules_of(folder: Path, timezone: str, languages: Sequence[str] = (SOURCE,)) -> Process:
    """The rules that stand in a folder, for whoever reads them; what they prove is for `check`.

    Raises:
        RulesError: they cannot be read.
    """
    loaded = load(read_rule_files(folder, (*languages, SOURCE)), timezone, RECOGNISED, languages)
    if loaded.process is None:
        raise RulesError(tuple(problem for problem in loaded.problems if problem.severe))
    return loaded.process


def stories_of(code: str) -> tuple[tuple[str, str], ...] | None:
    """File and title of each story in which a letter appears; None where there is no clone around the package."""
    folder = Path(__file__).parent.parent / "tests" / "stories"
    if not folder.is_dir():
        return None
    named = re.compile(rf"(?<![\w-]){re.escape(code)}(?![\w-])")
    texts = ((file.stem, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("[0-9]*.yaml")))
    return tuple((stem, _titled(text)) for stem, text in texts if named.search(text))


def _titled(text: str) -> str:
    found = _TITLE.search(text)
    return found[1] if found else ""
