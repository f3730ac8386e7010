"""What can happen to a case: one frozen value, named as in rules/process.yaml (`when: NAME:`).

Events that Python itself recognises are the table below; answers to staff letters and staff
commands bring their own, declared beside them (templates' `answers:`, rules/commands.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# name -> when it happens; `mailbot check` accepts these and the declared ones under `when:`.
RECOGNISED: Mapping[str, str] = {
    "complaint_came": "a new complaint, written by the customer or reported by staff",
    "complaint_reported": "staff forwarded a complaint with words that are no command",
    "kind_unsure": "a new mail that is not surely a complaint",
    "case_unsure": "a mail that could belong to several cases, or quotes a case of somebody else",
    "form_completed": "the last required field of the form arrived",
    "form_incomplete": "form values arrived and required ones are still missing",
    "form_changed": "form values arrived for a form that was complete already",
    "customer_wrote": "a person's words from the customer's side, with no form in them",
    "automatic_came": "a vacation reply, receipt or the like, tied to the case; nobody wrote it",
    "letter_bounced": "a letter of this case came back for good",
    "case_merged": "another case of the same customer became a part of this one",
    "letter_sent": "the mail server took a letter over",
    "letter_failed": "the mail server refused a letter for good",
    "letter_doubted": "a letter may or may not have left before a crash",
    "letter_held": "a letter was not let out, by the guard or a brake",
    "command_unproved": "a staff command came without the proof it needs",
    "command_refused": "a known member of staff asked for what their role may not do",
    "staff_unclear": "staff wrote words that are neither an answer nor a command",
    "silence": "a rung of the state's ladder is due",
    "week_ended": "a week has passed since the last figures",
    "alert_raised": "something the admin must know",
    "otherwise": "no other row knows what happened; only in the `any:` block",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One happening. `by` is the party (customer till va operations care admin stranger clock desk).

    `data` holds JSON values: what `if:` may ask for (claim, says_left, reported, level …), the new
    words, form values, the letter's number. `mail` is the seen key of the mail it came with, or ''.
    """

    name: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    mail: str = ""
