"""The cases that the mails of tests/mails/matching know: cases.yaml as cases, and as a ledger.

A case is what the file says, as if its history had made it so. `days` are before the corpus's own day; `letters` have
their true Message-IDs, by which a mail of the corpus can answer them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from mailbot.adapters.ledger import Commit, MemoryLedger
from mailbot.cases.candidates import SUBJECT
from mailbot.cases.identity import Identity
from mailbot.cases.match import MERGED
from mailbot.cases.model import Case, CaseMail, Customer, Form, Letter
from mailbot.cases.taking_part import PART
from mailbot.mail import references

FOLDER = Path(__file__).parent / "mails" / "matching"
IDENTITY = Identity("BLANC Customer Care", "care@blanc.example", "BLANC", b"k" * 32, "mx.blanc.example")
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
_FORM = ("ticket", "garment", "problem", "happened", "store")


@lru_cache(maxsize=1)
def on_file() -> tuple[Case, ...]:
    """Every case of cases.yaml."""
    told = yaml.safe_load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
    return tuple(_case(code, fields) for code, fields in told.items())


def ledger() -> MemoryLedger:
    """A ledger with those cases and nothing else."""
    made = MemoryLedger()
    made.commit(Commit(cases=on_file()), {})
    return made


def letter_id(case: str, letter: str, n: int, to: str) -> str:
    """The true Message-ID of a letter of the corpus's desk."""
    return references.message_id(IDENTITY.key, IDENTITY.address, case, letter, n, to)


def _case(code: str, told: Mapping[str, Any]) -> Case:
    opened, last = _ago(told.get("opened", 5)), _ago(told.get("last", told.get("opened", 5)))
    who = told["customer"]
    values = {name: str(told[name]) for name in _FORM if told.get(name)}
    facts = {MERGED: told.get("merged_into"), SUBJECT: told.get("subject"), PART: told.get("takes_part")}
    return Case(
        code=code,
        version=1,
        state=told.get("state", "awaiting_form"),
        entered_at=last,
        opened_at=opened,
        last_at=last,
        customer=Customer(who.get("name", ""), who.get("address", ""), str(who.get("phone", ""))),
        store=told.get("store", ""),
        garment=told.get("garment", ""),
        outcome=told.get("outcome", ""),
        facts={name: value for name, value in facts.items() if value},
        form=Form(False, {"name": who.get("name", ""), "email": who.get("address", ""), **values}),
        letters=tuple(_letter(code, n, each, who, opened) for n, each in enumerate(told.get("letters", ()), 1)),
        mails=tuple(_mail(code, n, each, opened) for n, each in enumerate(told.get("mails", ()), 1)),
    )


def _letter(code: str, n: int, told: Any, who: Mapping[str, Any], at: datetime) -> Letter:
    name, to, audience = (told, who.get("address", ""), "customer") if isinstance(told, str) else (
        told["letter"], told["to"], told.get("audience", "customer"),
    )  # fmt: skip
    return Letter(n, name, audience, to, letter_id(code, name, n, to), "sent", at, at)


def _mail(code: str, n: int, told: Mapping[str, Any], at: datetime) -> CaseMail:
    return CaseMail(f"{code}-{n}", told["id"], told["from"], told.get("party", "customer"), at, "complaint")


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
