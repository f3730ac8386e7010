"""What has happened when a letter to staff goes out, and what the house knows by then: notes, other cases, the steps.

Beside `letter_situations`, which has the letters to customers. Words that begin with "inside:" are for the house alone:
no letter that a till or a customer can get may show one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.model import Approval, Case, Entry, Form, Note
from tests import letter_situations
from tests.letter_situations import ASSESSED, AUTHOR, COMPLAINT, OWNER, Situation

_TODAY = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
VA = {"author": "va@blanc.example", "author_name": "Virtual Assistant", "author_store": ""}
LUCY = {"author": "lucy@blanc.example", "author_name": "Lucy", "author_store": ""}

NOTES = (
    Note(_TODAY - timedelta(days=2), "till", "Marylebone till", "inside: she was told that it came like that"),
    Note(_TODAY - timedelta(days=1), "operations", "Lucy", "inside: the sleeve was caught by a zip"),
)


def _case(code: str, garment: str, finding: str, outcome: str, amount: int = 0) -> Case:
    return Case(
        code=code,
        state="closed",
        opened_at=_TODAY - timedelta(days=200),
        garment=garment,
        outcome=outcome,
        facts={"finding": finding},
        form=Form(True, {"problem": "damaged"}, ()),
        approval=Approval("CL1", amount, "Mathilde", _TODAY) if amount else None,
    )


def _entry(number: int, days: int, event: str, by: str, why: str, line: int) -> Entry:
    at = _TODAY - timedelta(days=days)
    return Entry("BLANC-4K7QD2M", number, at, Event(event, by), (why,), f"rules/process.yaml:{line}", "v", ())


AROUND = Around(
    earlier=(_case("BLANC-2ZXCVB5", "inside: wool coat", "clear error", "voucher"),),
    similar=(
        _case("BLANC-7QWERT2", "inside: silk blouse", "clear error", "accepted_cl1", 10_000),
        _case("BLANC-5LMNOP3", "inside: silk scarf", "unclear error", "declined", 3_000),
        _case("BLANC-6YHNJU4", "inside: cotton shirt", "not our error", "explained"),
    ),
    history=(
        _entry(1, 4, "complaint_came", "customer", "inside: words of a complaint: hole, unhappy", 121),
        _entry(2, 2, "form_completed", "customer", "inside: every field that is needed", 603),
    ),
)
# What the case knows of an assessment that operations and care see differently.
JUDGED = {
    **ASSESSED, "assessed_by": "Lucy", "ops_finding": "clear error", "ops_client": "good",
    "care_finding": "unclear error", "care_client": "bad",
}  # fmt: skip
PAY = {**ASSESSED, "proposal": "CL2", "pay_by": "2026-03-10"}
PROMISED = {"answer_by": "2026-03-04", "warn_on": "2026-03-03"}
PROPOSED = "operations propose, care decides"


def _inside(event: str, by: str = "clock", **fields: object) -> Situation:
    """A letter on a case of which the house knows all there is."""
    return Situation(event, by, notes=NOTES, around=AROUND, **fields)  # type: ignore[arg-type]


STAFF: Mapping[str, Situation] = {
    "ask-approval": _inside(
        "assessment_made", "operations", data={**LUCY, "reason": PROPOSED}, facts=JUDGED, state="awaiting_approval"
    ),
    "ask-assessment": _inside("garments_found", "till", data={**AUTHOR, "words": "yes"}, state="assessing"),
    "ask-garments": _inside("form_completed", "customer", state="checking_garments"),
    "ask-happy": _inside("silence", state="in_store"),
    "ask-payment": _inside(
        "offer_accepted", "customer", data={"words": "yes"}, facts=PAY, state="awaiting_payment",
        approved=("CL2", 8_000),
    ),
    "ask-progress": _inside("silence", facts=PROMISED, state="assessing"),
    "ask-relay": _inside(
        "staff_unclear", "care", data={**OWNER, "words": "About a week."},
        facts={**JUDGED, "draft": "It takes about a week.\n\nI will call you on Friday."}, state="assessing",
    ),
    "ask-voucher": _inside("voucher_given", "till", data={**AUTHOR, "words": "voucher for her"}, state="in_store"),
    "call": _inside("silence", facts=JUDGED, state="checking_garments"),
    "claim-note": _inside("complaint_came", "customer", data={"words": COMPLAINT}),
    "confirm": _inside(
        "voucher_given", "till", data={**AUTHOR, "words": "voucher 20", "amount": 2_000},
        facts={**JUDGED, "voucher": 2_000}, state="settled",
    ),
    "help": _inside("help_asked", "till", data={**AUTHOR, "words": "help"}, facts=JUDGED),
    "over-limit": _inside(
        "voucher_given", "till", data={**AUTHOR, "words": "voucher 50", "amount": 5_000}, facts={"voucher": 5_000},
        state="settled", outcome="voucher",
    ),
    "overdue": _inside("silence", facts=PROMISED, state="assessing"),
    "possible-loss": _inside("garments_missing", "till", data={**AUTHOR, "words": "no"}, state="checking_garments"),
    "status": _inside("status_asked", "till", data={**AUTHOR, "words": "status"}, facts=JUDGED, state="assessing"),
    "why": _inside("why_asked", "va", data={**VA, "words": "why"}, facts=JUDGED, state="assessing"),
}  # fmt: skip


def of(code: str) -> Situation:
    """The usual situation of a letter, to whomever it goes."""
    return STAFF.get(code) or letter_situations.of(code)
