"""Every letter on paper: realistic and sparse cases for golden files, written as the desk writes them.

A sample is a letter's code and a variant. The plain one is a realistic case; `sparse` knows next to nothing
(no name, no garment, no store, no owner); the others show a branch of a template that the first two do not reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from mailbot.adapters.files import read_rule_files
from mailbot.cases import forms
from mailbot.cases.around import Around
from mailbot.cases.decide import Decision, Send
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Approval, Case, CaseMail, Customer, Form, Letter, Note
from mailbot.letters.write import House, write
from mailbot.process.load import load
from mailbot.process.model import Process
from tests import writing
from tests.letter_situations import ASSESSMENT, AUTHOR, FINDINGS, OWNER, Situation
from tests.letter_staff import JUDGED, LUCY, NOTES, PROPOSED, VA
from tests.letter_staff import of as situation_of

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
STANDS_FOR = {"author": "till", "colleague": "care", "owner": "care", "deputy": "care", "approver": "care"}
BEGUN = ("name", "email", "phone", "store", "garment", "problem")


@dataclass(frozen=True)
class Sample:
    """One letter of one case, and what had happened; None = as in letter_situations."""

    code: str
    variant: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: dict(VALUES))
    facts: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    event: str | None = None
    by: str | None = None
    state: str | None = None
    approved: tuple[str, int] | None = None
    outcome: str | None = None
    notes: tuple[Note, ...] | None = None
    sent: tuple[str, ...] = ("E2",)
    parked_from: str = ""

    @property
    def name(self) -> str:
        return f"{self.code}.{self.variant}" if self.variant else self.code

    @property
    def situation(self) -> Situation:
        """What had happened, and the case it happened on."""
        own = {
            name: getattr(self, name)
            for name in ("facts", "data", "event", "by", "state", "approved", "outcome", "notes")
        }
        return replace(situation_of(self.code), **{name: value for name, value in own.items() if value is not None})


def samples() -> Iterator[Sample]:
    """Every letter realistic and sparse, and the branches beside them."""
    for code, languages in sorted(rules().letters.items()):
        card = languages["en"]
        begun = {key: VALUES[key] for key in BEGUN} if card.form == "missing" else VALUES
        known = {key: VALUES[key] for key in ("name", "email")} if card.form == "full" else begun
        yield Sample(code, values=known, sent=() if code == "E2" else ("E2",))
        yield Sample(code, "sparse", values={"email": VALUES["email"]}, facts={}, data={}, sent=())
        if "customer" not in card.audience and card.answers:
            yield Sample(code, "reminder", sent=("E2", code))
    yield from _beginnings()
    yield from _findings()
    yield from _progress()
    yield from _questions_to_staff()
    yield from _news_to_staff()
    told = {"draft": "The dress is ready on Friday."}
    yield Sample("reply", "by-owner", data={**situation_of("reply").data, **OWNER})
    yield Sample("reply", "confirmed", data={**OWNER, "words": "send"}, facts=told, event="relay_confirmed")


def _beginnings() -> Iterator[Sample]:
    """What was solved in the store, the form, and the garment."""
    known = {key: VALUES[key] for key in ("name", "email", "store")}
    told = {"reported": True}
    yield Sample("E1", "done-again", facts={}, data=AUTHOR, event="customer_happy")
    yield Sample("E1", "solved", facts={}, data=AUTHOR, event="solved_in_store")
    yield Sample("E2", "reported", values=known, facts=told, event="complaint_came", sent=())
    yield Sample("E2", "still-not-right", values=known, facts=told, event="customer_unhappy_in_store", sent=("E1",))
    yield Sample("E2", "once-more", values=known, facts=told, event="form_requested")
    yield Sample("E2", "returned", values=known, event="customer_returned", parked_from="awaiting_form")
    yield Sample("E2-again", "nothing-given", values=known)
    yield Sample("E3", "found-again", values={**VALUES, "problem": "lost"})
    yield Sample("E4", "with-me", values={**VALUES, "where": "with me"})
    for kind in ("lost", "late"):
        yield Sample("form-received", kind, values={**VALUES, "problem": kind})


def _findings() -> Iterator[Sample]:
    """The letters after an assessment, by how much of it was put into words for the customer."""
    for code in ("CL1", "explained"):
        facts = {name: value for name, value in situation_of(code).facts.items() if name not in ("cause", "findings")}
        yield Sample(code, "no-words", facts=facts)
        yield Sample(code, "cause", facts={**facts, "cause": "fabric"})
        yield Sample(code, "lost", values={**VALUES, "problem": "lost"}, facts=facts)
        yield Sample(code, "late", values={**VALUES, "problem": "late", "garment": ""}, facts=facts)
    yield Sample("chase-offer-1", "final", state="final_offer", approved=("CL2", 9000))
    yield Sample("declined", "late", values={**VALUES, "problem": "late", "garment": ""})


def _progress() -> Iterator[Sample]:
    """Where we are: told with the finding, or of the desk's own accord."""
    begun: dict[str, Any] = {"event": "assessment_made", "data": {**OWNER, "words": ASSESSMENT}}
    by = {"repair_by": "2026-03-13", "answer_by": "2026-03-13"}
    yield Sample("progress", "repair-begun", state="in_repair", facts={**by, "findings": FINDINGS}, **begun)
    yield Sample("progress", "manufacturer-asked", state="with_manufacturer", facts={"cause": "fabric"}, **begun)
    for state in ("assessing", "in_repair", "with_manufacturer", "awaiting_approval"):
        yield Sample("progress", state.replace("_", "-"), state=state, event="silence", data={})
    for kind, garment in (("lost", VALUES["garment"]), ("late", "")):
        yield Sample("progress", kind, values={**VALUES, "problem": kind, "garment": garment}, event="silence", data={})


def _questions_to_staff() -> Iterator[Sample]:
    """What staff are asked, where it depends on the state or on what was said before."""
    yield Sample("ask-assessment", "late", values={**VALUES, "problem": "late", "garment": ""})
    twice = {"reason": "operations and care see it differently; please say once more which it is"}
    yield Sample("ask-assessment", "differ", event="assessment_made", data={**OWNER, **twice}, facts=JUDGED)
    yield Sample("ask-assessment", "manufacturer", event="silence", data={}, state="with_manufacturer")
    kindly = {**JUDGED, "finding": "not our error", "proposal": "explained"}
    yield Sample("ask-approval", "explained", data={**LUCY, "reason": PROPOSED}, facts=kindly)
    no = {"words": "No thank you, the dress cost far more."}
    declined: dict[str, Any] = {"event": "offer_declined", "by": "customer", "data": no}
    yield Sample("ask-approval", "declined", facts={**JUDGED, "proposal": "CL2"}, approved=("CL1", 6_000), **declined)
    yield Sample("ask-approval", "no-amount", data={**LUCY, "reason": "an amount must be said"}, facts={})
    yield Sample("customer-wrote", "by-staff", data={**AUTHOR, "words": "She came in and shouted."})
    yield Sample("call", "undelivered", data={"letter": "E3", "to": VALUES["email"], "reason": "550 no such user"})
    serious: dict[str, Any] = {"data": {"words": "I was burnt. My lawyer will write."}, "state": "awaiting_form"}
    yield Sample("call", "serious", event="complaint_came", facts={"quiet": True, "owed": True}, **serious)
    for state in ("in_store", "assessing", "awaiting_approval", "awaiting_payment", "in_repair", "with_manufacturer"):
        yield Sample("call", state.replace("_", "-"), state=state)
    sounds: dict[str, Any] = {"facts": {"reported": True, "solved": True}, "state": "sorting", "notes": NOTES}
    yield Sample("ask-kind", "sounds-solved", event="silence", data={}, **sounds)
    yield Sample("ask-relay", "till", data={**AUTHOR, "words": "About a week."})


def _news_to_staff() -> Iterator[Sample]:
    """What staff are told: what was done, where it stands, what they can write."""
    by = {**OWNER, "words": "as I said"}
    for event in ("solved_in_store", "relay_confirmed", "assessment_made", "something_else"):
        yield Sample("confirm", event.replace("_", "-"), data=by, event=event)
    yield Sample("confirm", "approved", data={**by, "amount": 6_000}, event="approved", state="offered")
    yield Sample("confirm", "paid", data=by, event="payment_made", facts={"reference": "4711"})
    yield Sample("confirm", "ready", data=by, event="repair_ready", facts={"collect_by": "2026-03-31"})
    yield Sample("confirm", "assigned", data={**by, "person": "Lucy"}, event="owner_assigned", state="assessing")
    yield Sample("confirm", "assigned-later", data={**by, "person": "Lucy"}, event="owner_assigned")
    yield Sample("confirm", "merged", data={**by, "code": "BLANC-7QWERT2"}, event="merge_asked", state="closed")
    yield Sample("help", "va", data={**VA, "words": "help"})
    yield Sample("not-understood", "va", data={**VA, "words": "the usual", "reason": "no answer or command is in it"})
    yield Sample("over-limit", "later", state="assessing", outcome="")
    promised = {"answer_by": "2026-03-04", "repair_by": "2026-03-03"}
    for state in ("in_repair", "awaiting_approval", "with_manufacturer"):
        yield Sample("overdue", state.replace("_", "-"), state=state, facts=promised)
    for state in ("awaiting_form", "checking_garments", "awaiting_payment", "settled"):
        yield Sample("status", state.replace("_", "-"), state=state)


@cache
def rules() -> Process:
    """The shipped rules and letters."""
    loaded = load(read_rule_files(ROOT, ("en",)), IDENTITY.timezone, RECOGNISED)
    assert loaded.process, loaded.problems
    return loaded.process


@cache
def layout() -> str:
    return (ROOT / "templates" / "layout.html").read_text(encoding="utf-8")


def case_of(sample: Sample) -> Case:
    """The case as it stands when the letter is written."""
    process, now = rules(), sample.situation
    values, sparse = sample.values, sample.variant == "sparse"
    form = forms.merge(Form(), values, process)
    letter, amount = now.approved
    sent = tuple(_sent(n, code) for n, code in enumerate(sample.sent, start=1))
    return Case(
        code=CODE,
        version=3,
        state=now.state,
        opened_at=NOW - timedelta(days=4),
        entered_at=NOW - timedelta(days=4),
        customer=Customer(values.get("name", ""), VALUES["email"], values.get("phone", "")),
        store=values.get("store", ""),
        owner="" if sparse else "Mathilde",
        garment=values.get("garment", ""),
        parked_from=sample.parked_from,
        facts=now.facts,
        # An offer is never made without the complete form, however little of it is known to a letter.
        form=replace(form, complete=True) if letter else form,
        approval=Approval(letter, amount, "Mathilde", NOW) if letter else None,
        category="damage" if letter or "finding" in now.facts else "",
        outcome=now.outcome,
        notes=() if sparse else now.notes,
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
    return next(person.addresses[0] for person in rules().people.in_role(STANDS_FOR.get(role, role)))


def data_of(sample: Sample) -> Mapping[str, Any]:
    """What the event told."""
    return sample.situation.data


def written(sample: Sample, process: Process | None = None, language: str = "") -> writing.Letter:
    """The letter as its receiver gets it, through compose, guard and mime; AssertionError where the guard holds it.

    language: the customer's, '' where it is not known.
    """
    data = data_of(sample)
    card = rules().letter(sample.code, "en")
    audience = card.audience[0]
    by = sample.situation.by or ("care" if "author" in data else "customer")
    event = Event(sample.situation.event, by, data, "k1")
    to = address_of(audience)
    decision = Decision((), (Send(sample.code, audience, to, granting_row=card.grants == "offer"),), (), "")
    house = House(layout(), False, 5, 200)
    around = Around() if sample.variant == "sparse" else sample.situation.around
    case = case_of(sample)
    case = replace(case, facts={**case.facts, "language": language}) if language else case
    made = write(case, event, decision, process or rules(), IDENTITY, house, around, NOW)
    assert not made.held, [(held.reason, held.phrase) for held in made.held]
    return writing.Letter(to, made.outgoing[0].raw)


def framed(code: str, body: str) -> str:
    """The HTML part that a body makes: the layout with its slots filled."""
    card = rules().letter(code, "en")
    footer = " ".join(rules().wording.footer["en"].split()) if card.audience == ("customer",) else ""
    slots = {
        "LANG": "en",
        "TITLE": rules().wording.of("en").words["title"],
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
