"""What has happened when a letter goes out: for each letter the event with its data, and what the case knows by then.

Used by `letter_cases`, which makes cases of it. A letter that is not named here answers a customer's mail on a case
that waits for the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbot.cases.around import Around
from mailbot.cases.model import Note

COMPLAINT = "Hello,\n\nmy silk dress came back from you with a hole in it. I am very unhappy.\n\nAnna"
AUTHOR = {"author": "marylebone@blanc.example", "author_name": "Marylebone till", "author_store": "Marylebone"}
OWNER = {"author": "mathilde@blanc.example", "author_name": "Mathilde", "author_store": ""}
CANDIDATES = (
    {
        "code": "BLANC-7QWERT2", "name": "Anna Smith", "garment": "silk dress", "store": "Marylebone",
        "opened": "20 February 2026",
    },
    {"code": "BLANC-2ZXCVB5", "name": "A. Smith", "garment": "", "store": "", "opened": "12 February 2026"},
)  # fmt: skip

FINDINGS = (
    "The hole in the sleeve has clean edges, as the teeth of a zip leave them: it was most likely caught on another "
    "garment in the machine.\n\nThe lining came loose along a seam that had been mended before."
)
WORN = (
    "The silk round the hole has become thin, and its threads have given way one by one, as they do with time.\n\n"
    "We found the beginning of the same under the other sleeve."
)
# The words of an assessment, for the house alone: no letter to a customer may show a word of it.
ASSESSMENT = "repair 13 March, bad client\ncause: tear or hole"
ASSESSED = {"finding": "clear error", "client": "good", "cause": "tear or hole", "findings": FINDINGS}
OFFERED = {**ASSESSED, "proposal": "CL2", "valid_until": "2026-03-31"}


@dataclass(frozen=True)
class Situation:
    """An event, and the case that it happens on. approved: the letter and the amount (pence) that somebody approved."""

    event: str = "customer_wrote"
    by: str = ""  # '' = care where somebody of staff is named in the data, else the customer
    data: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    state: str = "awaiting_form"
    approved: tuple[str, int] = ("", 0)
    outcome: str = ""
    notes: tuple[Note, ...] = ()
    around: Around = field(default_factory=Around)


USUAL = Situation()
_CL1, _CL2 = ("CL1", 6000), ("CL2", 9000)

SITUATIONS: Mapping[str, Situation] = {
    # to customers
    "E1": Situation("voucher_given", data={**AUTHOR, "words": "voucher 20"}, facts={"voucher": 2000}, state="settled"),
    "CL1": Situation("approved", data=OWNER, facts=OFFERED, state="offered", approved=_CL1),
    "CL2": Situation("offer_declined", data={"words": "no"}, facts=OFFERED, state="final_offer", approved=_CL2),
    "chase-offer-1": Situation("silence", "clock", facts=OFFERED, state="offered", approved=_CL1),
    "chase-offer-2": Situation("silence", "clock", facts=OFFERED, state="offered", approved=_CL1),
    "accepted": Situation(
        "offer_accepted", data={"words": "yes"}, facts={**OFFERED, "pay_by": "2026-03-10"}, state="awaiting_payment",
        approved=_CL1,
    ),
    "declined": Situation("offer_declined", data={"words": "no"}, facts=OFFERED, state="settled", approved=_CL2),
    "lapsed": Situation(
        "silence", "clock", facts={**OFFERED, "valid_until": "2026-03-02"}, state="settled", approved=_CL1
    ),
    "explained": Situation(
        "assessment_made", data={**OWNER, "words": ASSESSMENT}, facts={"findings": WORN}, state="settled"
    ),
    "ready": Situation(
        "repair_ready", data={**OWNER, "words": "ready"}, facts={"collect_by": "2026-03-31"}, state="settled"
    ),
    "progress": Situation(
        "progress_told",
        data={
            **OWNER,
            "words": "Lucy has examined the sleeve. On Thursday the production team looks at the lining.",
        },
        state="assessing",
    ),
    "handover": Situation("owner_assigned", data={**OWNER, "words": "assign mathilde"}, facts={"owner_before": "Lucy"}),
    "follow-up-1": Situation("silence", "clock", facts=OFFERED, state="settled", approved=_CL1),
    "follow-up-2": Situation("silence", "clock", facts={**OFFERED, "reopened": True}, state="settled", approved=_CL1),
    "acknowledged": Situation("complaint_came", data={"words": COMPLAINT}, facts={"quiet": True}),
    "reply": Situation(
        "relay_asked",
        data={
            **AUTHOR,
            "words": "It takes about a week once we have seen the dress.\n\nWe have put a note on your ticket.",
        },
    ),
    # to staff
    "alert": Situation(data={"letter": "E3", "to": "anna.smith@customer.example", "reason": "550 5.1.1 no such user"}),
    "ask-case": Situation(
        data={
            "words": COMPLAINT, "subject": "My dress again", "candidates": CANDIDATES,
            "reason": "two open cases of this address",
        }
    ),
    "ask-command": Situation(data={**AUTHOR, "words": "Hi team, she is upset, please help"}),
    "ask-kind": Situation(
        data={
            "words": "Hello,\n\nI collected a coat on Monday and would like to talk to somebody.\n\nAnna",
            "subject": "A question",
        }
    ),
    "ask-was-it-you": Situation(data={**AUTHOR, "words": "arrived", "reason": "the proof was missing: dmarc=none"}),
    "customer-wrote": Situation(data={"words": "Could you tell me how long this takes? I need the dress on Friday."}),
    "doubt": Situation(
        data={"letter": "E3", "to": "anna.smith@customer.example", "reason": "the connection ended after DATA"}
    ),
    "held": Situation(
        data={
            **OWNER, "words": "We will refund you £90 tomorrow.", "letter": "reply", "phrase": "refund",
            "reason": "no compensation without complaint form: the form is not complete",
        }
    ),
    "not-understood": Situation(
        data={
            **AUTHOR, "words": "pls do the usual thing", "candidates": CANDIDATES,
            "reason": "none of the answers or commands I know is in it",
        }
    ),
}  # fmt: skip


def of(code: str) -> Situation:
    """The usual situation of a letter."""
    return SITUATIONS.get(code, USUAL)
