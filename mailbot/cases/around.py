"""What a step may know beyond its own case: frozen facts, gathered by the shell before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.cases.model import Case, Entry


@dataclass(frozen=True, slots=True)
class Around:
    """Letters to this customer's address in a day, and how many hours from now on are full of letters to customers (the
    brakes); what this customer was granted on other cases within 90 days (pence); their earlier cases; cases like this
    one; this case's own history.
    """

    to_address_today: int = 0
    full_hours: int = 0
    granted: int = 0
    earlier: tuple[Case, ...] = ()
    similar: tuple[Case, ...] = ()
    history: tuple[Entry, ...] = ()


ALONE = Around()  # nothing is known beyond the case
