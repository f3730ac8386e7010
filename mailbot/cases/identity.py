"""Who the desk is: the few settings that understanding and writing need, handed in as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Identity:
    """The desk's name and address, its case prefix, its key, and whose verdicts on mail it trusts."""

    name: str
    address: str
    prefix: str
    key: bytes = field(repr=False)
    authserv_id: str = ""
    language: str = "en"
    timezone: str = "Europe/London"

    def day(self, at: datetime) -> str:
        """A date as a letter says it: 'Tuesday 3 March 2026'."""
        local = at.astimezone(ZoneInfo(self.timezone))
        return f"{local:%A} {local.day} {local:%B %Y}"
