"""All that a letter is written from, and how its parts are said in the letter's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Case
from mailbot.letters.spans import CUSTOMER, STAFF, Value
from mailbot.letters.speech import said_amount, said_day
from mailbot.process.model import Process
from mailbot.process.wordlists import Speech

_CUSTOMER_SIDE = ("customer", "stranger")


@dataclass(frozen=True, slots=True)
class Told:
    """All that a letter is written from."""

    case: Case
    event: Event
    process: Process
    identity: Identity
    now: datetime
    around: Around
    to_customer: bool
    speech: Speech  # of the letter's language
    note: str = ""  # of the row that sends the letter: why it is sent
    proposing: bool = False  # the letter is about an offer that is still to be approved

    @property
    def words_are(self) -> str:
        """Whose the event's words are: nothing of a customer's is ever scanned for offers."""
        return CUSTOMER if self.event.by in _CUSTOMER_SIDE else STAFF

    def day(self, fact: str) -> str:
        """A date that is a fact of the case, as people say it."""
        return self.said(self.case.facts.get(fact))

    def said(self, iso: object) -> str:
        if not iso:
            return ""
        return said_day(date.fromisoformat(str(iso)), self.speech)

    def on(self, at: datetime) -> str:
        """The day of a moment, on the desk's own clock."""
        return said_day(at.astimezone(ZoneInfo(self.identity.timezone)).date(), self.speech)

    def amount(self, pence: object) -> str:
        """An amount as it is written, '' for none."""
        sign = self.process.compensation.sign
        return said_amount(pence, sign, self.speech) if type(pence) is int and pence > 0 else ""


def one_line(value: object, origin: str) -> Value:
    """A value as a line of text, '' for none; origin: whose words it is."""
    return Value(" ".join(str(value or "").split()), origin)
