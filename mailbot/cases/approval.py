"""Whether what somebody said approves an offer, and whom to ask for an approval.

Carries out step 4 of the process with rules/compensation.yaml and the limits of rules/people.yaml: who assessed may
approve their own answer only with the role care and up to `four_eyes_over`; nobody above their limit; a till never.
No rule file can do without it: only a verdict of "given" leads to an approval. Money is pence throughout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.process.compensation import Offer
from mailbot.process.model import Process
from mailbot.process.people import People, Person
from mailbot.process.vocabulary import ROLES

WITHIN = timedelta(days=90)  # what a customer was granted for so long counts against a limit
NOT_TAKEN = ("declined", "lapsed", "withdrawn")  # outcomes with which an approved offer cost nothing
_UNASKED = ("customer", "clock")  # whose events an earlier answer of the assessor may approve
_DECIDES = "care"  # the one role whose assessment decides; that of others proposes
_NEVER = "till"  # has a limit for vouchers handed over in store, and approves nothing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of it. kind: vocabulary.VERDICTS, '' = nothing was to be approved. by: whose answer it was."""

    kind: str = ""
    letter: str = ""
    amount: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be approved: the offer the table holds, if any, and the amount; 0 = nobody has named one."""

    letter: str
    offer: Offer | None
    amount: int
    assessor: str

    @property
    def likely(self) -> int:
        """The amount that will be asked for, as far as it can be told."""
        return self.amount or (self.offer.amount if self.offer else 0)


def judge(case: Case, event: Event, granted: int, process: Process, now: datetime) -> Verdict:
    """Whether the event approves the case's next offer.

    Args:
        granted: what this customer was granted on other cases (`granted_in`).
        now: the moment of the event; an answer holds until another is given, so that no answer grows old by it.
    """
    if event.by not in (*_UNASKED, *ROLES) or not process.compensation.letters:
        return Verdict()
    question = _question(case, event, process)
    person = _approver_of(case, event, process.people)
    kind = _kind(question, person, case, granted, process)
    return Verdict(kind, question.letter, question.amount, person.name if person else "")


def _kind(question: _Question, person: Person | None, case: Case, granted: int, process: Process) -> str:
    if not case.form.complete:
        return "no form"
    if question.offer is None:
        return "no offer"
    if question.amount <= 0:
        return "no amount"
    if person is None or (person.name == question.assessor and _DECIDES not in person.roles):
        return "another person"
    if _counted(question.amount, case, granted) > _offer_limit(person, process.people):
        return "over limit"
    return "another person" if _excluded(person, question, process) else "given"


def approver(case: Case, event: Event, granted: int, process: Process, now: datetime) -> Person | None:
    """Whom to ask: who is in care and may approve it; else whoever may approve most; else the first in care."""
    people, question = process.people, _question(case, event, process)
    today = process.calendar.day(now)
    care = [person for person in people.in_role_on(_DECIDES, today) if person.addresses]
    free = [person for person in care if not _excluded(person, question, process)]
    needed = _counted(question.likely, case, granted)
    able = next((person for person in free if _offer_limit(person, people) >= needed), None)
    if able:
        return able
    present = [person for person in people.people if person.addresses and not people.is_away(person, today)]
    others = [person for person in present if not _excluded(person, question, process)]
    may = [person for person in (*free, *others) if _offer_limit(person, people) > 0]
    most = max(may, key=lambda person: _offer_limit(person, people), default=None)
    return most or next(iter(care), None)


def limit_of(person: Person | None, people: People) -> int:
    """What a person may grant: their own limit, else the best of their roles'."""
    if person is None:
        return 0
    pounds = max((people.limits.get(role, 0) for role in person.roles), default=0)
    return 100 * (pounds if person.limit is None else person.limit)


def _offer_limit(person: Person, people: People) -> int:
    """Their limit for offers; the till's own is for vouchers only."""
    return 0 if set(person.roles) <= {_NEVER} else limit_of(person, people)


def granted_in(cases: Iterable[Case], own_code: str, now: datetime) -> int:
    """What a customer was granted on other cases within 90 days: approved offers not turned down, and vouchers.

    A voucher's own day is not kept; it counts for as long as its case was alive within the time.
    """
    total = 0
    for case in cases:
        if case.code == own_code:
            continue
        approval = case.approval
        if approval and case.outcome not in NOT_TAKEN and now - approval.at <= WITHIN:
            total += approval.amount
        last = case.last_at or case.opened_at
        if last is None or now - last <= WITHIN:
            total += _voucher(case)
    return total


def _counted(amount: int, case: Case, granted: int) -> int:
    """What counts against a limit: a later offer of a case replaces the earlier one, a voucher was handed over."""
    return amount + max(granted, 0) + _voucher(case)


def _voucher(case: Case) -> int:
    return max(_whole(case.facts.get("voucher")), 0)


def _question(case: Case, event: Event, process: Process) -> _Question:
    """What is to be approved. Only what staff say counts: a customer who names a sum has approved nothing."""
    compensation, facts = process.compensation, case.facts
    said = event.data if event.by in ROLES else {}
    letter = _name(facts.get("proposal")) or next(iter(compensation.letters), "")
    finding = _name(said.get("finding")) or _name(facts.get("finding"))
    client = _name(said.get("client")) or _name(facts.get("client"))
    offer = compensation.offer(letter, finding, client, case.category)
    amount = offer.amount if offer and offer.confirmed else 0
    if said.get("amount") is not None:
        amount = _whole(said["amount"])
    assessor = _name(facts.get("assessed_by"))
    if _name(said.get("finding")):
        author = process.people.by_address(str(said.get("author", "")))
        assessor = author.name if author else ""
    return _Question(letter, offer, amount, assessor)


def _approver_of(case: Case, event: Event, people: People) -> Person | None:
    """Whose answer it is: the author's; where nobody of staff spoke, the earlier one of the assessor in care."""
    if event.by in _UNASKED:
        assessor = _name(case.facts.get("assessed_by"))
        return next((each for each in people.in_role(_DECIDES) if each.name == assessor), None)
    return people.by_address(str(event.data.get("author", "")))


def _excluded(person: Person, question: _Question, process: Process) -> bool:
    """Four eyes: who assessed does not approve it above the amount set for that, and outside care not at all."""
    own = person.name == question.assessor
    return own and (_DECIDES not in person.roles or question.likely > process.compensation.four_eyes_over)


def _name(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    """An amount; 0 for anything that is none (true is not 1)."""
    return value if type(value) is int else 0
