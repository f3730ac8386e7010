"""What a mail from outside says, apart from whose case it is; and the event that it makes on a case.

Form values, a claim, serious words, "I left it with you". Never decides what follows; never lets another address
than the customer's change whom we write to. What was said can be kept as a fact, for a mail whose case a colleague
has still to name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.cases import effects as fx
from mailbot.cases import forms, severity
from mailbot.cases.forms import Reading
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case
from mailbot.cases.phrases import first_phrase
from mailbot.cases.recognised import LONGEST_WORDS, filled, words_of
from mailbot.cases.screening import Kind, screen
from mailbot.process.model import Process

SAID = "mail_said"  # the fact of a mail that nobody has put to a case yet: what it says
WROTE = "customer_wrote"


@dataclass(frozen=True, slots=True)
class Told:
    """The new words of a mail, its subject, and what could be read of the form; files: pictures it may stand in."""

    words: str
    subject: str
    reading: Reading
    files: tuple[str, ...] = ()
    language: str = ""  # of the words, where it is known

    def as_fact(self) -> dict[str, Any]:
        """As a value that the record keeps."""
        reading = self.reading
        return {
            "words": self.words, "subject": self.subject, "values": dict(reading.values), "loose": reading.loose,
            "inside": sorted(reading.inside), "files": list(self.files), "language": self.language,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """The event that words make on a case: its name and data, the effects it brings, the evidence."""

    name: str
    data: dict[str, Any]
    given: tuple[fx.Effect, ...]
    why: tuple[str, ...]
    kind: Kind
    new_values: bool


def told_in(intake: Intake, process: Process) -> Told:
    """What the mail says."""
    words = words_of(intake)
    return Told(words["words"], words["subject"], intake.form.reading, intake.form.unread, intake.language)


def from_fact(kept: Mapping[str, Any]) -> Told:
    """What `as_fact` kept."""
    values = {str(field): str(value) for field, value in dict(kept.get("values") or {}).items()}
    reading = Reading(values, str(kept.get("loose", "")), frozenset(map(str, kept.get("inside") or ())))
    files = tuple(map(str, kept.get("files") or ()))
    return Told(str(kept.get("words", "")), str(kept.get("subject", "")), reading, files, str(kept.get("language", "")))


def on_case(told: Told, case: Case, process: Process, *, stranger: bool = False) -> Happened:
    """The event that the words are on a case.

    Args:
        stranger: they came from an address that takes no part in the case.
    """
    reading = told.reading
    values = forms.filled_in(case.form, reading)
    # Of a form only what was filled in is the customer's: its hints speak of refunds by themselves.
    said = "\n".join((*values.values(), reading.loose))
    kind = screen("" if reading.values else told.subject, said, process.screening, told.language)
    kind = severity.weighed(kind, _sums_in(values, reading.loose, process), process, claimed=case.claim)
    name, form_effects = _form(values, case, stranger, process)
    data = {
        "words": told.words[:LONGEST_WORDS],
        "subject": told.subject,
        "claim": kind.claim,
        "first_claim": kind.claim and not case.claim,
        "kind": kind.kind,
        "level": kind.level,
        "says_left": bool(first_phrase(said, process.screening.says_left)),
    }
    if name == WROTE and not case.form.complete and told.files:
        data["unread"] = ", ".join(told.files)  # it may be the form as a picture: a person looks at it
    facts = (*raised(case, kind.level), *((fx.SetFact("claim", True),) if kind.claim and not stranger else ()))
    return Happened(name, data, (*facts, *form_effects), kind.evidence, kind, name != WROTE)


def raised(case: Case, level: str) -> tuple[fx.Effect, ...]:
    """The fact that a case has turned serious."""
    turned = level == severity.SERIOUS and case.level != severity.SERIOUS
    return (fx.SetFact("level", level),) if turned else ()


def _sums_in(values: Mapping[str, str], loose: str, process: Process) -> str:
    """The words in which a sum is a claim: not what the garment cost, which the form asks."""
    prices = {field.id for field in process.form if field.kind == "money"}
    return "\n".join((*(value for id, value in values.items() if id not in prices), loose))


def _form(values: Mapping[str, str], case: Case, stranger: bool, process: Process) -> tuple[str, tuple[fx.Effect, ...]]:
    """The event that form values make, if there are new ones. Another address cannot change whom we write to."""
    if stranger:
        values = {field: value for field, value in values.items() if field not in ("name", "email")}
    if not values:
        return WROTE, ()
    merged = forms.merge(case.form, values, process)
    return form_event(case, merged.complete), filled(merged, process)


def form_event(case: Case, complete: bool) -> str:
    """What new values make of a form: it was complete already, it is now, or something is still missing."""
    if case.form.complete:
        return "form_changed"
    return "form_completed" if complete else "form_incomplete"
