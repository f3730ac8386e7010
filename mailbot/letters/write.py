"""All letters of one decision: composed, seen by the guard and the brakes, and made ready for the outbox.

What is refused is not written to the outbox as a letter that could leave; it comes back as Held, and
its author or the admin is told. Brakes stand outside the rule files, which they must survive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from mailbot.cases import effects as fx
from mailbot.cases.around import Around
from mailbot.cases.decide import Decision, Send
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Case
from mailbot.letters.compose import Draft, compose, footer_text, frame
from mailbot.letters.guard import Approved, Refused, approve
from mailbot.letters.mime import Envelope, letter
from mailbot.process.model import Process

AUTHOR = "author"  # the audience that is told what became of their own mail


@dataclass(frozen=True, slots=True)
class House:
    """How letters leave this desk: the HTML layout, the mode, and how many go to one address in a day."""

    layout: str
    rehearse: bool
    per_address_per_day: int
    subaddress: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter ready to leave, its bytes, and how many hours it waits for its turn (the brake on a flood)."""

    letter: fx.SendLetter
    raw: bytes
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that may not leave, and why.

    braked: not for its words, but for how many there were. offer: its row grants something.
    """

    letter: fx.SendLetter
    reason: str
    phrase: str
    braked: bool = False
    offer: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The result of one decision's letters, in order."""

    outgoing: tuple[Outgoing, ...] = ()
    held: tuple[Held, ...] = ()

    @property
    def effects(self) -> tuple[fx.Effect, ...]:
        return (*(each.letter for each in self.outgoing), *(each.letter for each in self.held))


def write(
    case: Case,
    event: Event,
    decision: Decision,
    process: Process,
    identity: Identity,
    house: House,
    around: Around,
    now: datetime,
) -> Written:
    """Write every letter of a decision; `case` is as it stands after the decision's other effects."""
    today = around.to_address_today
    outgoing: list[Outgoing] = []
    held: list[Held] = []
    last = max((each.n for each in case.letters), default=0)
    for send in decision.sends:
        if send.told and send.role == AUTHOR and any(each.letter.audience == "customer" for each in held):
            continue  # what it would tell of has not happened, and the author hears that
        n = last + len(outgoing) + len(held) + 1
        draft = compose(send, case, event, n, process, identity, now, around, " ".join(decision.why))
        verdict = approve(draft, case, process, send.granting_row)
        reason = _brake(send, today, house, process)
        match verdict:
            case Refused(_, why, phrase):
                held.append(Held(_record(draft, "held"), why, phrase, offer=send.granting_row))
            case Approved() if reason:
                held.append(Held(_record(draft, "held"), reason, "", braked=True))
            case Approved():
                ready = _ready(verdict, case, event, process, identity, house, now)
                to_customer = send.role == "customer"
                today += to_customer
                outgoing.append(replace(ready, hours=around.full_hours) if to_customer and not send.by_hand else ready)
    return Written(tuple(outgoing), tuple(held))


def _brake(send: Send, today: int, house: House, process: Process) -> str:
    if send.role != "customer" or send.by_hand:
        return ""
    if today >= house.per_address_per_day:
        return f"{today} letters went to this address within a day; the limit is {house.per_address_per_day}"
    if house.rehearse and not process.people.reach("admin"):
        return "rehearsing, and people.yaml names no admin with an address to read the letters"
    return ""


def _ready(
    approved: Approved, case: Case, event: Event, process: Process, identity: Identity, house: House, now: datetime
) -> Outgoing:
    draft = approved.draft
    to_customer = draft.send.role == "customer"
    rehearsed = to_customer and house.rehearse
    to = process.people.reach("admin") if rehearsed else draft.send.to
    text = draft.text + footer_text(draft, process)
    html = frame(draft, house.layout, process, identity)
    if rehearsed:
        text, html = _banner(_rehearsal(draft, case), draft, text, html)
    elif draft.send.by_hand:
        text, html = _banner(_by_hand(case), draft, text, html)
    local, _, domain = identity.address.rpartition("@")
    reference = draft.message_id[1:].partition("@")[0]
    envelope = Envelope(
        desk_name=identity.name,
        desk_address=identity.address,
        to_name=case.customer.name if to_customer and not rehearsed and not draft.send.by_hand else "",
        to=to,
        case=case.code,
        answers=_answers(case, event, to_customer),
        prompted=not draft.send.step,
        reply_to=f"{local}+{reference}@{domain}" if house.subaddress and draft.card.answers else "",
        rehearsed_for=draft.send.to if rehearsed else "",
    )
    return Outgoing(_record(draft, "queued", rehearsed), letter(approved, text, html, envelope, now))


def _record(draft: Draft, status: str, rehearsed: bool = False) -> fx.SendLetter:
    send = draft.send
    return fx.SendLetter(draft.n, send.letter, send.role, send.to, draft.message_id, status, send.step, rehearsed)


def _rehearsal(draft: Draft, case: Case) -> str:
    return (
        f"REHEARSAL: this letter ({draft.send.letter}) would have gone to {draft.send.to} on case {case.code}. "
        "Nothing was sent to the customer. To go on in their place, reply with “form taken” above the filled form, or "
        'forward a mail of theirs. Set mode = "live" in mailbot.toml when you are content.'
    )


def _by_hand(case: Case) -> str:
    """A customer without an email address hears from us all the same: no one is shut out."""
    who = case.customer.name or "the customer"
    phone = f" (phone {case.customer.phone})" if case.customer.phone else ""
    return (
        f"PLEASE PASS ON: {who}{phone} has no email address. Please read this letter to them, or print it for them. "
        "Their answer comes to us by a reply to this mail: “form taken” above the form, or “note” and their words."
    )


def _banner(words: str, draft: Draft, text: str, html: str) -> tuple[str, str]:
    """The mark of a letter that somebody else reads first, and why."""
    # Not a <p>: in dark mode the layout paints those light, and the box is yellow everywhere.
    style = "margin:0 0 20px;padding:12px 14px;background:#fff4cc;border:1px solid #d9b93b;color:#4a3c00;"
    box = f'<div style="{style}">{escape(words)}</div>'
    return f"{words}\n\n{text}", html.replace(draft.html, box + draft.html, 1)


def _answers(case: Case, event: Event, to_customer: bool) -> tuple[str, ...]:
    """What the letter threads under: for the customer, their own last mails; for staff, the mail that caused it."""
    theirs = [mail.message_id for mail in reversed(case.mails) if mail.message_id and mail.party == "customer"]
    ours = [each.message_id for each in reversed(case.letters) if each.audience == "customer"]
    if to_customer:
        return (*theirs[:3], *ours[:3])
    return tuple(mail.message_id for mail in case.mails if event.mail and mail.key == event.mail and mail.message_id)
