"""The facts that conditions in process.yaml may ask for, out of a case and an event.

Their names and domains are declared in `process.load`; this only fills them in.
"""

from __future__ import annotations

from typing import Any

from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.process.model import Process


def facts_of(case: Case, event: Event | None, process: Process) -> dict[str, Any]:
    """event.*, form.* and case.* as an expression sees them."""
    form = {field.id: case.form.values.get(field.id, "") for field in process.form}
    own = {
        "letters": [letter.letter for letter in case.letters if letter.status not in ("held", "failed")],
        "claim": case.claim,
        "level": case.level,
        "category": case.category,
        "store": case.store,
        "state": case.state,
        "outcome": case.outcome,
    }
    declared = {name: case.facts.get(name, False) for name in process.facts}
    happened = {**event.data, "by": event.by} if event else {}
    return {"event": happened, "form": {**form, "complete": case.form.complete}, "case": {**declared, **own}}
