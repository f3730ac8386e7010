"""The result of recognising a mail, and the pieces every way of recognising shares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.cases import effects as fx
from mailbot.cases import forms
from mailbot.cases.events import Event
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case, Form
from mailbot.mail import references
from mailbot.mail.model import Message
from mailbot.process.model import Process

_NO_NAME = re.compile(
    r"[@/\\]|\bwww\.|\.(?:com|net|org|info|biz|io|co|me|uk|eu|ru|cn|xyz|top|link|site|online|shop|app|live)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 80
LONGEST_WORDS = 20_000  # characters of a mail's new words kept in history; the mail itself is in the mailbox


# A step of another case that the same mail makes, to be committed with it.
Also = tuple[Case, Event, tuple[fx.Effect, ...]]


@dataclass(frozen=True, slots=True)
class Recognised:
    """fate: case no_action human. No event: the mail is filed and nothing happens. case None + event: a new one.

    also: steps of other cases, in the same commit (DESIGN.md "Case": what touches two cases is two entries).
    """

    fate: str
    kind: str
    why: tuple[str, ...]
    case: Case | None = None
    event: Event | None = None
    given: tuple[fx.Effect, ...] = ()
    also: tuple[Also, ...] = ()


def keep(intake: Intake, party: str, kind: str, why: tuple[str, ...], human: bool = True) -> fx.KeepMail:
    """The effect that the mail belongs to the case."""
    message = intake.message
    return fx.KeepMail(message.key, message.message_id, intake.sender, party, kind, why, human, has_files(message))


def has_files(message: Message) -> bool:
    """Whether there is anything but text in the mail, or in mails attached to it."""
    return any(not part.type.startswith("text/") for part in message.parts) or any(map(has_files, message.attached))


def words_of(intake: Intake) -> dict[str, Any]:
    """What letters may quote of the mail: never the reference of ours that a one-tap answer carries."""
    words = references.without_line(intake.words.new).strip()
    return {"words": words[:LONGEST_WORDS], "subject": intake.message.subject}


def candidate(case: Case) -> dict[str, str]:
    """A case that a mail may belong to, as colleagues are shown it."""
    opened = f"{case.opened_at.day} {case.opened_at:%B %Y}" if case.opened_at else ""
    return {
        "code": case.code, "name": case.customer.name, "garment": case.garment, "store": case.store, "opened": opened,
    }  # fmt: skip


def shown_name(name: str) -> str:
    """The name that a From shows, '' where it is an address or a link: letters would carry it to whoever is named."""
    return "" if _NO_NAME.search(name) else " ".join(name.split())[:_LONGEST_NAME]


def opening(
    process: Process,
    *,
    name: str,
    address: str,
    phone: str = "",
    store: str = "",
    claim: bool = False,
    level: str = "standard",
    category: str = "",
    reported: bool = False,
    solved: bool = False,
    values: Mapping[str, str] | None = None,
) -> tuple[fx.Effect, ...]:
    """The facts of a new case: recorded at once (PROCESS.md "Record at once")."""
    name = shown_name(name)
    owner = next((person.name for person in process.people.in_role("care")), "")
    facts = {
        "customer_name": name, "customer_address": address, "customer_phone": phone, "store": store, "owner": owner,
        "claim": claim, "category": category, "level": "" if level == "standard" else level, "reported": reported,
        "solved": solved,
    }  # fmt: skip
    effects: list[fx.Effect] = [fx.SetFact(key, value) for key, value in facts.items() if value not in ("", False)]
    known = {"name": name, "email": address, "phone": phone, "store": store}
    told = {**(values or {}), **{field: value for field, value in known.items() if value}}  # From goes before a form
    form = forms.merge(Form(), told, process)
    filling = filled(form if address else reachable(form), process)
    return (*effects, *(each for each in filling if not isinstance(each, fx.SetFact) or not facts.get(each.name)))


def reachable(form: Form) -> Form:
    """The form of a customer who has no email but a telephone: one way to reach them is enough."""
    if "email" not in form.missing or not form.values.get("phone"):
        return form
    missing = tuple(field for field in form.missing if field != "email")
    return Form(complete=not missing, values=form.values, missing=missing)


def _fill(form: Form) -> fx.FillForm:
    return fx.FillForm(form.values, form.missing, form.complete)


def filled(form: Form, process: Process) -> tuple[fx.Effect, ...]:
    """The effects of a form with new values: the form, and the facts of the case that it tells."""
    found = {
        "customer_name": form.values.get("name", ""),
        "customer_phone": form.values.get("phone", ""),
        "store": form.values.get("store", ""),
        "garment": form.values.get("garment", ""),
        "category": forms.category(form, process),
    }
    facts = tuple(fx.SetFact(key, value) for key, value in found.items() if value)
    return (_fill(form), *facts)
