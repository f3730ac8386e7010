"""Looking at a desk while it may be running: a reader of its ledger that never writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mailbot.adapters.ledger import Filter, Ledger, MemoryLedger
from mailbot.adapters.tinydb_ledger import FILE, TinyDbLedger
from mailbot.assembly import rulebook_of
from mailbot.cases.model import Case, Entry
from mailbot.commits import due_at
from mailbot.errors import MailbotError, SettingsError
from mailbot.insight import listing
from mailbot.process.model import Process
from mailbot.process.names import did_you_mean
from mailbot.process.vocabulary import STATES
from mailbot.settings import Settings


@dataclass(frozen=True, slots=True)
class View:
    """A ledger to read, with the rules in force."""

    ledger: Ledger
    process: Process
    prefix: str

    def cases(self, state: str, everything: bool) -> Iterator[Case]:
        """Cases oldest first; mail still being sorted and matters of the desk only with `everything` (or by state).

        Raises:
            SettingsError: there is no such state.
        """
        known = (*STATES, *self.process.states)
        if state and state not in known:
            raise SettingsError(f"there is no state {state!r}{did_you_mean(state, known)}")
        for case in self.ledger.cases(Filter(state)):
            if everything or state or listing.is_complaint(case, self.process):
                yield case

    def case(self, name: str) -> Case:
        """A case by its code, in any case, with or without the prefix. Raises MailbotError where there is none."""
        code = name.strip("[] ").upper()
        for each in (code, f"{self.prefix}-{code}"):
            if found := self.ledger.case(each):
                return found
        raise MailbotError(f"there is no case {name!r}; `mailbot cases` lists them")

    def history(self, code: str) -> tuple[Entry, ...]:
        """Its entries."""
        return self.ledger.history(code)

    def due(self, case: Case) -> datetime | None:
        """When its next silence is due, by the rules as they stand."""
        return due_at(case, self.process)


@contextmanager
def view(settings: Settings) -> Iterator[View]:
    """A view of the desk's state, also while the service runs."""
    process = rulebook_of(settings, keep=False).rules().process
    exists = (settings.state_folder / FILE).exists()
    ledger: Ledger = TinyDbLedger(settings.state_folder, readonly=True) if exists else MemoryLedger()
    try:
        yield View(ledger, process, settings.desk.prefix)
    finally:
        ledger.close()
