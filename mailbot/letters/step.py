"""One step of a case, whole: an event decided, its letters written, what was held told; ready to commit.

Pure. The desk gathers what goes in and commits what comes out; nothing in between touches the world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailbot.cases import effects as fx
from mailbot.cases.apply import apply
from mailbot.cases.around import Around
from mailbot.cases.decide import Decision, Send, after, decide, fire
from mailbot.cases.events import Event
from mailbot.cases.identity import Identity
from mailbot.cases.model import Case, Entry
from mailbot.letters.write import Held, House, Outgoing, Written, write
from mailbot.process.model import Process, Rung


@dataclass(frozen=True, slots=True)
class Room:
    """What stays the same from step to step: the rules, who we are, and how letters leave."""

    process: Process
    identity: Identity
    house: House


@dataclass(frozen=True, slots=True)
class Step:
    """What to commit: the case as it is afterwards, its new entries, and the letters to queue."""

    case: Case
    entries: tuple[Entry, ...]
    outgoing: tuple[Outgoing, ...]
    held: tuple[Held, ...]
    kept_for_human: bool


def take(
    case: Case,
    event: Event,
    given: tuple[fx.Effect, ...],
    why: tuple[str, ...],
    room: Room,
    around: Around,
    now: datetime,
) -> Step:
    """The step that an event makes. `why` is the evidence for the event itself."""
    at = max(now, case.last_at or now)
    decision = decide(case, event, given, room.process, at, around)
    return _step(case, event, decision, why, room, around, at)


def take_silence(case: Case, rung: Rung, room: Room, around: Around, now: datetime) -> Step:
    """The step that a rung of silence makes."""
    at = max(now, case.last_at or now)
    decision = fire(case, rung, room.process, at, around)
    return _step(case, Event("silence", "clock", {"step": rung.id}), decision, (), room, around, at)


def _step(
    case: Case, event: Event, decision: Decision, why: tuple[str, ...], room: Room, around: Around, at: datetime
) -> Step:
    seen = decision.seen or after(case, decision.effects, at)
    written = write(seen, event, decision, room.process, room.identity, room.house, around, at)
    if any(held.offer for held in written.held):
        # An offer that may not leave was not made: nothing of its row is done, and its author is told.
        decision = replace(decision, effects=decision.given)
        written = Written((), written.held)
    entry = _entry(case, event, decision, why, written, room, at)
    done = apply(case, entry)
    step = Step(done, (entry,), written.outgoing, written.held, decision.kept_for_human)
    for held in written.held:
        step = _tell(step, held, event, room, around, at)
    return step


def _entry(
    case: Case, event: Event, decision: Decision, why: tuple[str, ...], written: Written, room: Room, at: datetime
) -> Entry:
    return Entry(
        case=case.code,
        number=case.version + 1,
        at=at,
        event=event,
        why=(*why, *decision.why),
        rule=decision.rule,
        rules_version=room.process.version,
        effects=(*decision.effects, *written.effects),
    )


def _tell(step: Step, held: Held, cause: Event, room: Room, around: Around, at: datetime) -> Step:
    """A letter was held: its author hears of it in the same commit; of a brake the admin, once a day for a case."""
    told = () if held.braked else ("author", "author_name", "author_store", "words")
    author = {key: cause.data[key] for key in told if key in cause.data}
    data = {**author, "letter": held.letter.letter, "reason": held.reason, "phrase": held.phrase, "n": held.letter.n}
    event = Event("letter_held", "desk", data, cause.mail)
    decision = decide(step.case, event, (), room.process, at, around)
    if held.braked:
        sends = tuple(send for send in decision.sends if not _written_today(step.case, send, at))
        decision = replace(decision, sends=sends)
    written = write(
        decision.seen or after(step.case, decision.effects, at),
        event,
        decision,
        room.process,
        room.identity,
        room.house,
        around,
        at,
    )
    entry = _entry(step.case, event, decision, (held.reason,), written, room, at)
    return Step(
        apply(step.case, entry),
        (*step.entries, entry),
        (*step.outgoing, *written.outgoing),
        (*step.held, *written.held),
        step.kept_for_human,
    )


def _written_today(case: Case, send: Send, at: datetime) -> bool:
    """Whether the same letter went to the same address on this case within a day: two machines that answer each other
    must not fill the admin's mailbox either."""
    day = timedelta(days=1)
    return any(each.letter == send.letter and each.to == send.to and at - each.at < day for each in case.letters)
