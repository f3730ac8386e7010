"""The facts that conditions in process.yaml may ask for, out of a case, an event and what is around them.

Their names and domains are declared in `process.known`; this only fills them in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailbot.cases import approval
from mailbot.cases.around import ALONE, Around
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.process.model import Process


def facts_of(
    case: Case, event: Event | None, process: Process, around: Around = ALONE, now: datetime | None = None
) -> dict[str, Any]:
    """event.*, form.* and case.* as an expression sees them."""
    form = {field.id: case.form.values.get(field.id, "") for field in process.form}
    own = {
        "letters": [letter.letter for letter in case.letters if letter.status not in ("held", "failed")],
        "claim": case.claim,
        "level": case.level,
        "category": case.category,
        "store": case.store,
        "owner": case.owner,
        "state": case.state,
        "outcome": case.outcome,
        "approved": case.approval is not None,
        "address": bool(case.customer.address),
    }
    declared = {name: case.facts.get(name) for name in process.facts}
    judged = _judged(case, event, process, around, now) if event else {}
    happened = {**event.data, **judged, "by": event.by} if event else {}
    return {"event": happened, "form": {**form, "complete": case.form.complete}, "case": {**declared, **own}}


def _judged(case: Case, event: Event, process: Process, around: Around, now: datetime | None) -> dict[str, Any]:
    """What the event is worth as an approval, and whether its amount is over its author's own limit."""
    if now is None:
        return {}
    amount, author = event.data.get("amount"), process.people.by_address(str(event.data.get("author", "")))
    over = bool(amount and author) and int(amount or 0) > approval.limit_of(author, process.people)
    return {"approval": approval.judge(case, event, around.granted, process, now).kind, "over_limit": over}
