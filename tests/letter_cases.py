"""Every letter on paper: realistic and sparse cases for golden files, written as the desk writes them.

A sample is a letter's code and a variant. The plain one is a realistic case; `sparse` knows next to nothing
(no name, no garment, no store, no owner); the others show a branch of a template that the first two do not reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from mailbot.adapters.files import read_rule_files
from mailbot.cases import forms
from mailbot.cases.decide import Decision, Send
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Case, CaseMail, Customer, Form, Letter
from mailbot.letters.write import Around, House, write
from mailbot.process.load import load
from mailbot.process.model import Process
from tests import writing

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "letters"
NOW = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)  # a Tuesday
CODE = "BLANC-4K7QD2M"
IDENTITY = Identity("BLANC Customer Care", "customercare@blanc.example", "BLANC", b"k" * 32)

VALUES = {
    "name": "Anna Smith",
    "email": "anna.smith@customer.example",
    "phone": "020 7946 0999",
    "store": "Marylebone",
    "ticket": "M-20417",
    "date": "last Thursday",
    "garment": "silk dress, Reformation, green",
    "price": "about £220",
    "problem": "damaged",
    "happened": "There is a hole in the left sleeve.\nIt was not there when I brought it in, and the lining is torn.",
    "where": "with the shop",
    "wish": "repair",
}
BEGUN = ("name", "email", "phone", "store", "garment", "problem")
COMPLAINT = "Hello,\n\nmy silk dress came back from you with a hole in it. I am very unhappy.\n\nAnna"
AUTHOR = {"author": "marylebone@blanc.example", "author_name": "Marylebone till", "author_store": "Marylebone"}
CANDIDATES = (
    {
        "code": "BLANC-7QWERT2", "name": "Anna Smith", "garment": "silk dress", "store": "Marylebone",
        "opened": "20 February 2026",
    },
    {"code": "BLANC-2ZXCVB5", "name": "A. Smith", "garment": "", "store": "", "opened": "12 February 2026"},
)  # fmt: skip

# What has happened when a letter goes out: the event's data by letter code.
HAPPENED: Mapping[str, Mapping[str, Any]] = {
    "alert": {"letter": "E3", "to": "anna.smith@customer.example", "reason": "550 5.1.1 no such user"},
    "ask-case": {
        "words": COMPLAINT, "subject": "My dress again", "candidates": CANDIDATES,
        "reason": "two open cases of this address",
    },
    "ask-command": {**AUTHOR, "words": "Hi team, she is upset, please help"},
    "ask-kind": {
        "words": "Hello,\n\nI collected a coat on Monday and would like to talk to somebody.\n\nAnna",
        "subject": "A question",
    },
    "ask-was-it-you": {**AUTHOR, "words": "arrived", "reason": "the proof was missing: dmarc=none"},
    "customer-wrote": {"words": "Could you tell me how long this takes? I need the dress on Friday."},
    "doubt": {"letter": "E3", "to": "anna.smith@customer.example", "reason": "the connection ended after DATA"},
    "held": {
        "author": "mathilde@blanc.example", "author_name": "Mathilde", "words": "We will refund you £90 tomorrow.",
        "letter": "reply", "phrase": "refund",
        "reason": "no compensation without complaint form: the form is not complete",
    },
    "not-understood": {
        **AUTHOR, "words": "pls do the usual thing", "candidates": CANDIDATES,
        "reason": "none of the answers or commands I know is in it",
    },
    "reply": {
        **AUTHOR, "words": "It takes about a week once we have seen the dress.\n\nWe have put a note on your ticket.",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One letter of one case, and what had happened."""

    code: str
    variant: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: dict(VALUES))
    facts: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    event: str = "customer_wrote"
    sent: tuple[str, ...] = ("E2",)
    parked_from: str = ""

    @property
    def name(self) -> str:
        return f"{self.code}.{self.variant}" if self.variant else self.code


def samples() -> Iterator[Sample]:
    """Every letter realistic and sparse, and the branches beside them."""
    for code, languages in sorted(rules().letters.items()):
        card = languages["en"]
        begun = {key: VALUES[key] for key in BEGUN} if card.form == "missing" else VALUES
        known = {key: VALUES[key] for key in ("name", "email")} if card.form == "full" else begun
        yield Sample(code, values=known, sent=() if code == "E2" else ("E2",))
        yield Sample(code, "sparse", values={"email": VALUES["email"]}, data={}, sent=())
        if "customer" not in card.audience and card.answers:
            yield Sample(code, "reminder", sent=("E2", code))
    known = {key: VALUES[key] for key in ("name", "email", "store")}
    yield Sample("E2", "reported", values=known, facts={"reported": True}, event="complaint_came", sent=())
    yield Sample("E2", "returned", values=known, event="customer_returned", parked_from="awaiting_form")
    yield Sample("E2-again", "nothing-given", values=known)
    yield Sample("E3", "found-again", values={**VALUES, "problem": "lost"})
    for kind in ("lost", "late"):
        yield Sample("form-received", kind, values={**VALUES, "problem": kind})
    yield Sample("ask-assessment", "late", values={**VALUES, "problem": "late", "garment": ""})
    yield Sample("customer-wrote", "by-staff", data={**AUTHOR, "words": "She came in and shouted."})
    yield Sample("call", "undelivered", data={"letter": "E3", "to": VALUES["email"], "reason": "550 no such user"})
    yield Sample("reply", "by-owner", data={**HAPPENED["reply"], "author_name": "Mathilde", "author_store": ""})


@cache
def rules() -> Process:
    """The shipped rules and letters."""
    loaded = load(read_rule_files(ROOT), IDENTITY.timezone, RECOGNISED)
    assert loaded.process, loaded.problems
    return loaded.process


@cache
def layout() -> str:
    return (ROOT / "templates" / "layout.html").read_text(encoding="utf-8")


def case_of(sample: Sample) -> Case:
    """The case as it stands when the letter is written."""
    process = rules()
    values, sparse = sample.values, sample.variant == "sparse"
    sent = tuple(_sent(n, code) for n, code in enumerate(sample.sent, start=1))
    return Case(
        code=CODE,
        version=3,
        state="awaiting_form",
        opened_at=NOW - timedelta(days=4),
        entered_at=NOW - timedelta(days=4),
        customer=Customer(values.get("name", ""), VALUES["email"], values.get("phone", "")),
        store=values.get("store", ""),
        owner="" if sparse else "Mathilde",
        garment=values.get("garment", ""),
        parked_from=sample.parked_from,
        facts=sample.facts,
        form=forms.merge(Form(), values, process),
        letters=sent,
        mails=(CaseMail("k1", "<1.anna@customer.example>", VALUES["email"], "customer", NOW, "complaint"),),
    )


def _sent(n: int, code: str) -> Letter:
    audience = rules().letter(code, "en").audience[0]
    to = VALUES["email"] if audience == "customer" else address_of(audience)
    at = NOW - timedelta(days=4)
    return Letter(n, code, audience, to, f"<{n}@blanc.example>", "sent", at, at)


def address_of(role: str) -> str:
    """To whom a letter to this role goes."""
    if role == "customer":
        return VALUES["email"]
    wanted = {"owner": "care", "author": "till"}.get(role, role)
    return next(person.addresses[0] for person in rules().people.in_role(wanted))


def data_of(sample: Sample) -> Mapping[str, Any]:
    """What the event told."""
    return HAPPENED.get(sample.code, {}) if sample.data is None else sample.data


def written(sample: Sample, process: Process | None = None) -> writing.Letter:
    """The letter as its receiver gets it, through compose, guard and mime; AssertionError where the guard holds it."""
    data = data_of(sample)
    audience = rules().letter(sample.code, "en").audience[0]
    by = "care" if "author" in data else "customer"
    event = Event(sample.event, by, data, "k1")
    to = address_of(audience)
    decision = Decision((), (Send(sample.code, audience, to),), (), "")
    house = House(layout(), False, 5, 200)
    made = write(case_of(sample), event, decision, process or rules(), IDENTITY, house, Around(), NOW)
    assert not made.held, [(held.reason, held.phrase) for held in made.held]
    return writing.Letter(to, made.outgoing[0].raw)


def framed(code: str, body: str) -> str:
    """The HTML part that a body makes: the layout with its slots filled."""
    card = rules().letter(code, "en")
    footer = " ".join(rules().wording.footer["en"].split()) if card.audience == ("customer",) else ""
    slots = {
        "LANG": "en",
        "PREHEADER": escape(card.about),
        "DESK": escape(IDENTITY.name),
        "FOOTER": escape(footer),
        "BODY": body,
    }
    html = layout()
    for name, value in slots.items():
        html = html.replace(f"<!--{name}-->", value)
    return html


def body_of(code: str, html: str) -> str:
    """What of an HTML part stands in the middle of the layout."""
    before, _, after = framed(code, "\0").partition("\0")
    html = html.replace("\r\n", "\n")
    assert html.startswith(before), "the HTML part does not begin as templates/layout.html does"
    assert html.rstrip("\n").endswith(after.rstrip("\n")), "the HTML part does not end as templates/layout.html does"
    return html[len(before) : -len(after)]


def golden(sample: Sample) -> tuple[Path, Path]:
    """The files that hold the letter as it must be: subject and text, and the HTML body."""
    return GOLDEN / f"{sample.name}.txt", GOLDEN / f"{sample.name}.html"


def as_files(sample: Sample) -> tuple[str, str]:
    """What those files must hold."""
    letter = written(sample)
    return f"Subject: {letter.subject}\n\n{letter.text}", body_of(sample.code, letter.html).replace("><", ">\n<") + "\n"
