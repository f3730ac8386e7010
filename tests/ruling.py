"""The shipped rules with the stories' people, as values: for tests that need no mailbox and no disk of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailbot.adapters.files import read_rule_files
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Approval, Case, Customer, Form, Letter
from mailbot.letters.step import Room
from mailbot.letters.write import House
from mailbot.process.load import PEOPLE, PROCESS, load
from mailbot.process.model import Process, Row

ROOT = Path(__file__).parent.parent
DESK = "customercare@shop.test"
IDENTITY = Identity("BLANC Customer Care", DESK, "BLANC", b"k" * 32)
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, str]:
    people = (Path(__file__).parent / "stories" / "people.yaml").read_text(encoding="utf-8")
    return {**read_rule_files(ROOT, ("en",)), PEOPLE: people}


def files(**changed: tuple[str, str]) -> dict[str, str]:
    """The shipped files, the named ones with (old words, new words) put in: files(process=("3 days", "2 days"))."""
    made = dict(_shipped())
    for name, (old, new) in changed.items():
        file = PROCESS if name == "process" else f"rules/{name}.yaml"
        assert old in made[file], old
        made[file] = made[file].replace(old, new)
    return made


def process_of(made: Mapping[str, str]) -> Process:
    """The process that files make; they must be in order."""
    loaded = load(made, "Europe/London", RECOGNISED)
    assert loaded.process, loaded.problems
    return loaded.process


@lru_cache(maxsize=1)
def shipped() -> Process:
    """The shipped process."""
    return process_of(files())


def room(process: Process | None = None, **house: Any) -> Room:
    """A live desk's room."""
    layout = _shipped()["templates/layout.html"]
    made = House(layout, rehearse=False, per_address_per_day=1000)
    return Room(process or shipped(), IDENTITY, replace(made, **house))


def rows(process: Process) -> Iterator[Row]:
    """Every row there is."""
    for state in process.states.values():
        yield from (row for many in state.when.values() for row in many)
        yield from (rung.row for rung in state.silence)
    yield from (row for when in (process.first, process.always) for many in when.values() for row in many)
    yield from (rung.row for rung in process.always_silence)


def events(process: Process) -> tuple[str, ...]:
    """Every event that can happen: recognised by Python, answers of letters, commands of staff."""
    answers = {answer.event for cards in process.letters.values() for card in cards.values() for answer in card.answers}
    commands = {command.event for command in process.commands}
    return tuple(sorted({*RECOGNISED, *answers, *commands} - {"otherwise", "silence"}))


# What an event may bring, by a name for it. All of it is in somebody's hands, so some of it is nonsense.
DATA: Mapping[str, Mapping[str, Any]] = {
    "nothing": {},
    "a claim": {"claim": True, "kind": "claim", "level": "standard", "says_left": False, "words": "Refund me £150."},
    "says left": {"claim": False, "kind": "complaint", "level": "standard", "says_left": True, "words": "I left it."},
    "serious": {"claim": True, "kind": "complaint", "level": "serious", "words": "My lawyer writes.", "subject": "Law"},
    "by staff": {"author": "vera@shop.test", "author_name": "Vera", "author_store": "", "words": "It takes a week."},
    "staff offer": {"author": "till@shop.test", "author_name": "Till", "words": "We will refund you £90."},
    "staff approves": {
        "author": "mathilde@shop.test", "author_name": "Mathilde", "words": "approve 60", "amount": 6000,
    },
    "staff assesses": {
        "author": "mathilde@shop.test", "author_name": "Mathilde", "finding": "clear error", "client": "good",
        "cause": "heat", "findings": "It was too hot.", "date": "2026-03-12", "words": "clear error, good client",
    },
    "staff names": {
        "author": "lucy@shop.test", "person": "Lucy", "code": "BLANC-AAAAAAA", "reference": "BACS 7", "words": "",
    },
    "of a letter": {"n": 1, "letter": "E2", "to": "customer", "reason": "550 no such user"},
    "of an alert": {"n": 1, "letter": "alert", "to": "admin", "reason": "550 no such user"},
    "nonsense": {
        "claim": None, "kind": 7, "level": [], "says_left": "x", "words": None, "author": "", "n": 99, "to": {},
        "candidates": [{}, {"code": "BLANC-AAAAAAA"}], "subject": "\ue0000\ue001 {{7*7}}",
        "amount": "9", "finding": 3, "client": [], "date": "never", "person": {}, "cause": 1, "findings": 2,
        "reference": 0,
    },
}  # fmt: skip

_FULL = {
    "name": "Anna Smith", "email": "anna@customer.test", "store": "Marylebone", "garment": "silk dress",
    "problem": "damaged", "happened": "There is a hole.", "where": "with the shop", "wish": "refund",
}  # fmt: skip
_CUSTOMER = Customer("Anna Smith", "anna@customer.test", "020 7946 0999")


def full_form(**values: str) -> Form:
    """A complete form."""
    return Form(complete=True, values={**_FULL, **values}, missing=())


def letter(n: int, code: str, audience: str = "customer", status: str = "sent", step: str = "") -> Letter:
    """A letter of a case; to whoever the audience is in the stories."""
    to = {"customer": "anna@customer.test", "till": "till@shop.test", "admin": "ada@shop.test"}.get(audience, "x@y.z")
    sent_at = MONDAY if status == "sent" else None
    return Letter(n, code, audience, to, f"<{n}@shop.test>", status, MONDAY, sent_at, step)


def case(state: str, **fields: Any) -> Case:
    """A case of Anna's in that state, since Monday at ten."""
    made = Case(
        code="BLANC-4K7QD2M", version=3, state=state, entered_at=MONDAY, opened_at=MONDAY, last_at=MONDAY,
        customer=_CUSTOMER, store="Marylebone", owner="Mathilde", letters=(letter(1, "E2"),),
        form=Form(False, {"name": "Anna Smith", "email": "anna@customer.test"}, ("store", "garment")),
        heard={"customer": MONDAY},
    )  # fmt: skip
    return replace(made, **fields)


def shapes(state: str) -> dict[str, Case]:
    """Cases of many kinds in a state, by a name for the kind."""
    return {
        "blank": Case(code="BLANC-4K7QD2M", state=state),
        "begun": case(state),
        "nameless": case(state, customer=Customer(), store="", owner="", letters=()),
        "no address": case(state, customer=Customer("Anna"), form=full_form()),
        "complete": case(state, form=full_form(), category="damage", garment="silk dress"),
        "with me": case(state, form=full_form(where="with me")),
        "not sure": case(state, form=full_form(where="not sure")),
        "lost": case(state, form=full_form(problem="lost"), category="loss"),
        "billing": case(state, form=full_form(problem="billing"), category="billing"),
        "searched, owed": case(state, form=full_form(), facts={"searched": True, "owed": True, "waiting_on": "care"}),
        "reported": case(state, facts={"reported": True, "solved": True}, letters=()),
        "serious claim": case(state, claim=True, level="serious"),
        "parked before": case(state, parked_from="awaiting_garments", form=full_form()),
        "strange": case(
            state, store="Nowhere", owner="Nobody", category="odd", level="odd", form=Form(True, {"x": "y"})
        ),
        "quiet": case(state, level="serious", facts={"quiet": True, "answered": False, "waiting_on": "care"}),
        "offered": case(
            state,
            form=full_form(),
            category="damage",
            approval=Approval("CL1", 6000, "Mathilde", MONDAY),
            facts={
                "finding": "clear error",
                "client": "good",
                "assessed_by": "Mathilde",
                "proposal": "CL2",
                "valid_until": "2026-03-30",
                "answer_by": "2026-03-09",
                "voucher": 2000,
                "repair_by": "2026-03-10",
            },
        ),
        "unsent": case(state, letters=(letter(1, "E2", status="held"), letter(2, "E2", status="failed"))),
    }


def event(name: str, by: str = "customer", **data: Any) -> Event:
    """An event."""
    return Event(name, by, data)
