"""What the demo tells: moments of the story, as data for the terminal and for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["in", "out", "state", "why", "note"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened.

    in: `who` wrote; out: mailbot wrote to `who`; state: what became of the case of `who`; why: the reason of what
    stands above; note: words of the storyteller.
    """

    kind: Kind
    at: datetime
    words: str
    who: str = ""
    code: str = ""  # of a letter
    case: str = ""
    stem: str = ""  # of the file that holds the mail
    told: bool = True  # in the timeline; what is not has its page all the same
    tapped: bool = False  # a mail that was one tap on a button
    staff: bool = False  # a mail of the shop's own people
    automatic: bool = False  # a mail that nobody wrote
