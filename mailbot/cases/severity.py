"""How serious a complaint is beyond its words: by the sum that is claimed, and by how often somebody had to complain.

The words themselves are `screening`. Only ever raises the level: a person looks first, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.cases.match import MERGED
from mailbot.cases.model import Case
from mailbot.cases.money import amounts_in, shown
from mailbot.cases.screening import Kind
from mailbot.process.model import Process

SERIOUS = "serious"
_YEAR = timedelta(days=365)
_THIRD = 3  # PROCESS.md "Three levels": the third complaint of one customer
_NO_COMPLAINT = "not_a_complaint"
_MAY_COMPLAIN = ("complaint", "claim", "unsure")


def weighed(kind: Kind, words: str, process: Process, *, claimed: bool = False) -> Kind:
    """The kind, serious where more is claimed than the rules let pass as usual.

    Args:
        words: the customer's own, without what a form asks about prices.
        claimed: compensation was claimed on this case before.
    """
    limit = process.compensation.serious_over
    if not limit or not (kind.claim or claimed):
        return kind
    most = max(amounts_in(words), default=0)
    if most <= limit:
        return kind
    sign = process.compensation.sign
    return _raised(kind, f"serious: {shown(most, sign)} is named, which is more than {shown(limit, sign)}")


def counted(kind: Kind, cases: Iterable[Case], process: Process, now: datetime) -> Kind:
    """The kind of a new mail, serious where it is one complaint too many of this customer within a year."""
    earlier = sum(1 for case in cases if _was_complaint(case, process, now))
    if kind.kind not in _MAY_COMPLAIN or earlier + 1 < _THIRD:
        return kind
    return _raised(kind, f"serious: {earlier} complaints of this customer came before it within a year")


def _raised(kind: Kind, why: str) -> Kind:
    return replace(kind, level=SERIOUS, evidence=(*kind.evidence, why))


def _was_complaint(case: Case, process: Process, now: datetime) -> bool:
    state = process.states.get(case.state)
    listed = state is None or state.listed
    mine = listed and case.outcome != _NO_COMPLAINT and not case.facts.get(MERGED)
    return mine and case.opened_at is not None and now - case.opened_at <= _YEAR
