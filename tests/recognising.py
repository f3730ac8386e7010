"""Mails put before the rooms that understand them, with rules of their own: small, and the same whatever is shipped.

The form, the screening, the hearing and the people are the shipped ones (the stories' people).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from mailbot.adapters.ledger import Commit, MemoryLedger
from mailbot.cases import effects as fx
from mailbot.cases import intake as intakes
from mailbot.cases import match
from mailbot.cases.decide import after
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case, CaseMail, Customer, Form, Letter
from mailbot.cases.recognise import recognise
from mailbot.cases.recognised import Recognised
from mailbot.mail import message as messages
from mailbot.mail import references
from mailbot.process.model import Process
from tests import ruling
from tests.writing import new_mail

DESK = "customercare@shop.test"
IDENTITY = Identity("BLANC Customer Care", DESK, "BLANC", b"k" * 32, authserv_id="mx.shop.test")
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CODE, OTHER, THIRD = "BLANC-AAAAAAA", "BLANC-BBBBBBB", "BLANC-CCCCCCC"
PEOPLE = {
    "anna": ("Anna Smith", "anna@customer.test"),
    "ben": ("Ben Jones", "ben@elsewhere.test"),
    "mathilde": ("Mathilde", "mathilde@shop.test"),
    "lucy": ("Lucy", "lucy@shop.test"),
    "vera": ("Vera", "vera@shop.test"),
    "till": ("Marylebone till", "till@shop.test"),
}
PROVED = {"Authentication-Results": "mx.shop.test; dmarc=pass header.from=shop.test"}
FORGED = {"Authentication-Results": "mx.shop.test; dmarc=fail header.from=shop.test"}

_PROCESS = """\
facts:
  reported: {domain: [true, false], about: by staff}
  solved: {domain: [true, false], about: sounds solved}
  merged_into: {kind: text, about: the other case}
new:
  title: New
  listed: false
  when:
    complaint_came: [{send: E2, go: awaiting_form}]
    complaint_reported: [{ask: ask-command, go: sorting}]
    kind_unsure: [{ask: ask-kind, go: sorting}]
    case_unsure: [{ask: ask-case, go: sorting}]
    command_unproved: [{ask: ask-was-it-you, go: sorting}]
    staff_unclear: [{tell: not-understood, go: filed}]
    customer_returned: [{send: E2, go: awaiting_form}]
    help_asked: [{tell: not-understood, go: filed}]
sorting: {title: Sorting, listed: false, waiting_on: va}
in_store: {title: In store, waiting_on: till}
awaiting_form: {title: The form, waiting_on: customer}
assessing: {title: Assessing, waiting_on: operations}
offered: {title: Offered, waiting_on: customer}
final_offer: {title: Offered for the last time, waiting_on: customer}
settled: {title: Settled}
parked: {title: Parked}
closed: {title: Closed, open: false}
filed: {title: Filed, listed: false, open: false}
any:
  when:
    solved_in_store: [{if: "case.state in ['new', 'sorting']", send: E2, go: settled}]
    reprocessing_started: [{go: in_store}]
    voucher_given: [{go: settled}]
    form_requested: [{send: E2, go: awaiting_form}]
    closed_by_staff: [{go: closed}]
    parked_by_staff: [{go: parked}]
    garments_arrived: [{note: noted}]
    relay_asked: [{tell: not-understood}]
    case_chosen: [{go: filed}]
    merge_asked: [{go: closed}]
    form_completed: [{go: assessing}]
    form_incomplete: [{go: awaiting_form}]
    otherwise: [{ask: ask-kind}]
"""

_COMMANDS = """\
commands:
  solved: {words: [solved, all sorted], event: solved_in_store, who: [till, va, care], proof: full}
  reprocessing: {words: [reprocessing, reprocess], event: reprocessing_started, who: [till], proof: full}
  voucher: {words: [voucher], event: voucher_given, who: [till, care], proof: full, takes: amount}
  form: {words: [form, send form, not solved], event: form_requested, who: [till, va, care], proof: known}
  back: {words: [back, is back], event: customer_returned, who: [till, va], proof: known}
  arrived: {words: [arrived], event: garments_arrived, who: [till, va], proof: known}
  note: {words: [note], event: note_made, who: [till, va, care], proof: known, takes: words}
  to customer: {words: [to customer], event: relay_asked, who: [till, va, care], proof: full, takes: words}
  assign: {words: [assign], event: owner_assigned, who: [va, care], proof: full, takes: person}
  close: {words: [close], event: closed_by_staff, who: [va, care], proof: full}
  park: {words: [park], event: parked_by_staff, who: [va, care], proof: full}
  merge: {words: [merge], event: merge_asked, who: [va, care], proof: full, takes: case}
  form taken: {words: [form taken, taken form], event: form_taken, who: [till, va, care], proof: full, takes: form}
  help: {words: [help], event: help_asked, who: [till, va, care], proof: known}
"""

_LETTERS = {
    "E2": "audience: customer",
    "reply": "audience: customer",
    "ask-command": "audience: author\nanswers: {form: {words: [form], event: form_requested}}",
    "ask-kind": "audience: va\nanswers: {form: {words: [form], event: form_requested}}",
    "ask-case": "audience: va\nanswers:\n  case: {words: [case], event: case_chosen, takes: case}\n"
    "  form: {words: [form, new], event: form_requested}",
    "ask-was-it-you": 'audience: author\nanswers:\n  "yes": {words: ["yes"], event: was_me}\n'
    '  "no": {words: ["no"], event: was_not_me}',
    "ask-garments": 'audience: till\nanswers:\n  "yes": {words: ["yes"], event: garments_found}\n'
    '  "no": {words: ["no"], event: garments_missing}',
    "customer-wrote": "audience: owner\n"
    "answers: {to customer: {words: [to customer], event: relay_asked, takes: words}}",
    "not-understood": "audience: author",
    "CL1": "audience: customer\ngrants: true\nanswers:\n"
    '  accept: {words: [accept, i accept, "yes", yes i accept, acceptable], event: offer_accepted}\n'
    '  decline: {words: [decline, i decline, "no", no thank you, i do not accept], event: offer_declined}',
    "CL2": "audience: customer\ngrants: true\nanswers: as CL1",
    "explained": "audience: customer",
    "follow-up-1": "audience: customer\nanswers:\n  happy: {words: [happy, very happy], event: customer_satisfied}\n"
    "  not happy: {words: [not happy, not at all happy], event: customer_unsatisfied, takes: words}",
}


@lru_cache(maxsize=1)
def process() -> Process:
    """The small rules."""
    kept = {name: text for name, text in ruling.files().items() if not name.startswith("templates/")}
    letters = {
        f"templates/en/{code}.md": f"---\nletter: {code}\nabout: x\nsubject: x\n{front}\n---\nWords.\n"
        for code, front in _LETTERS.items()
    }
    return ruling.process_of({
        **kept, **letters, "rules/process.yaml": _PROCESS, "rules/commands.yaml": _COMMANDS,
        "templates/layout.html": ruling.files()["templates/layout.html"],
    })  # fmt: skip


def letter(code: str, case: str, n: int, who: str, audience: str, at: datetime = NOW) -> Letter:
    """A letter of ours to somebody, sent, with its true Message-ID."""
    to = PEOPLE[who][1]
    id = references.message_id(IDENTITY.key, IDENTITY.address, case, code, n, to)
    return Letter(n, code, audience, to, id, "sent", at, at)


def case(code: str = CODE, state: str = "awaiting_form", **fields: Any) -> Case:
    """A case of Anna's, opened yesterday."""
    opened = NOW - timedelta(days=1)
    made = Case(
        code=code, version=1, state=state, entered_at=opened, opened_at=opened, last_at=opened,
        customer=Customer("Anna Smith", "anna@customer.test"), store="Marylebone", owner="Mathilde",
        form=Form(False, {"name": "Anna Smith", "email": "anna@customer.test"}, ("garment",)),
    )  # fmt: skip
    return replace(made, **fields)


def kept(who: str, key: str = "k1", party: str = "customer") -> CaseMail:
    """A mail that a case holds."""
    return CaseMail(key, f"<{key}@x>", PEOPLE[who][1], party, NOW, "complaint")


def mail(
    who: str,
    text: str,
    subject: str = "About something",
    *,
    answers: Letter | None = None,
    headers: Mapping[str, str] = {},
    to: str = "",
) -> Intake:
    """A mail as it is looked at; answers: our letter that it is a reply to."""
    name, address = PEOPLE[who]
    reply = {"In-Reply-To": answers.message_id, "References": answers.message_id} if answers else {}
    raw = new_mail(address, name, subject, text, NOW, 1, {**headers, **reply, **({"To": to} if to else {})})
    return intakes.look(messages.read(raw), process(), IDENTITY)


def forwarded(who: str, note: str, whom: str = "anna", *, text: str = "", headers: Mapping[str, str] = {}) -> Intake:
    """A complaint that staff pass on, as Gmail writes it."""
    name, address = PEOPLE[whom]
    body = (
        f"{note}\n\n---------- Forwarded message ---------\nFrom: {name} <{address}>\n"
        f"Date: Mon, 2 Mar 2026 at 09:00\nSubject: My dress\nTo: <till@shop.test>\n\n\n"
        f"{text or 'My silk dress came back with a hole in it. I am very unhappy.'}\n"
    )
    return mail(who, body, "Fwd: My dress", headers=headers)


def understood(intake: Intake, *cases: Case, now: datetime = NOW) -> Recognised:
    """What the mail is, where these cases are known."""
    ledger = MemoryLedger()
    ledger.commit(Commit(cases=cases), {})
    found = match.complete(ledger.find(intakes.query(intake)), ledger.find)
    return recognise(intake, found, process(), IDENTITY, now)


def opened(result: Recognised) -> Case:
    """The new case as it begins."""
    assert result.case is None, result
    return after(Case(code=OTHER), result.given, NOW)


def facts(given: tuple[fx.Effect, ...]) -> dict[str, Any]:
    """The facts that effects set."""
    return {effect.name: effect.value for effect in given if isinstance(effect, fx.SetFact)}


def filled_form(**values: str) -> str:
    """A form as it is filled in."""
    labels = {field.id: field.labels["en"][0] for field in process().form}
    return "\n".join(f"{labels[field]}: {value}" for field, value in values.items())


FULL = {
    "store": "Marylebone", "garment": "green silk dress", "problem": "damaged", "happened": "A hole in the sleeve.",
    "where": "with the shop", "wish": "repair",
}  # fmt: skip
