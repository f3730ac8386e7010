"""What happened, in a sentence: from the event of an entry, the people file and the words of the rules. Pure.

Events that Python itself recognises have their sentence in the table below; those that a letter's answers or a staff
command bring are told in the words that the rules have for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.cases import effects as fx
from mailbot.cases.model import Case, Entry
from mailbot.cases.silence import party_awaited
from mailbot.insight.moments import Moments
from mailbot.process.model import Answer, Process, Rung
from mailbot.process.vocabulary import ROLES

_LONGEST = 240  # characters of somebody's words that are repeated; the mail itself has them all
_SENTENCES: Mapping[str, str] = {
    "complaint_came": "{who} wrote: a new complaint",
    "complaint_reported": "{who} passed on a complaint, without saying what to do with it",
    "kind_unsure": "{who} wrote, and it is not clear whether it is a complaint",
    "case_unsure": "{who} wrote, and it is not clear which case it belongs to",
    "form_completed": "{who} sent the last of the complaint form",
    "form_incomplete": "{who} sent a part of the complaint form",
    "form_changed": "{who} added to the complaint form, or changed something in it",
    "customer_wrote": "{who} wrote",
    "automatic_came": "An automatic reply came; nobody wrote it",
    "letter_bounced": "{letter} came back: {reason}",
    "case_merged": "Another case of the same customer became a part of this one",
    "letter_sent": "{letter} left",
    "letter_failed": "The mail server refused {letter}: {reason}",
    "letter_doubted": "{letter} may or may not have left before the desk was stopped",
    "letter_held": "{letter} was held back: {reason}",
    "command_unproved": "Somebody wrote in the name of {who}, and nothing proves that it was them",
    "command_refused": "{who} asked for what their role may not do",
    "staff_unclear": "{who} wrote, and the desk did not understand it",
    "week_ended": "A week had passed: its figures",
    "alert_raised": "The desk needs its admin: {reason}",
}
_FROM_STAFF: Mapping[str, str] = {
    "complaint_came": "{who} passed on a new complaint",
    "kind_unsure": "{who} passed on a mail, and it is not clear whether it is a complaint",
    "form_completed": "{who} filled in the complaint form for the customer",
    "form_incomplete": "{who} filled in a part of the complaint form for the customer",
    "form_changed": "{who} added to the complaint form for the customer",
    "customer_wrote": "{who} passed on a mail of the customer",
}
# The words of a form are told by its labels, those of a held letter with what they answered.
_SAID_ELSEWHERE = ("form_completed", "form_incomplete", "form_changed", "letter_held")
_ROLE_NAMES: Mapping[str, str] = {
    "till": "the till",
    "va": "the va",
    "operations": "operations",
    "care": "care",
    "admin": "the admin",
    "customer": "the customer",
    "stranger": "somebody whom the desk does not know",
    "desk": "the desk",
    "owner": "the owner of the case",
    "deputy": "the owner's deputy",
    "approver": "whoever may approve it",
    "author": "whoever wrote",
    "colleague": "the colleague who wrote",
}


# What became of a letter: how it is told, and the style of that.
_STATUS: Mapping[str, tuple[str, str]] = {
    "sent": ("sent", "good"),
    "queued": ("waiting to be sent", "doubt"),
    "sending": ("being sent", "doubt"),
    "in_doubt": ("may or may not have left", "bad"),
    "failed": ("DID NOT ARRIVE", "bad"),
    "held": ("HELD, not sent", "bad"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened. said: somebody's own words, cut; told: evidence that the sentence says already."""

    what: str
    said: str = ""
    told: tuple[str, ...] = ()


def happened(entry: Entry, before: Case, rung: Rung | None, process: Process, moments: Moments) -> Happened:
    """The sentence for an entry.

    Args:
        before: the case before it. rung: the rung of silence that was taken, where the rules still have it.
    """
    event = entry.event
    if event.name == "silence":
        return _silence(before, rung, process, moments)
    who = _who(entry, before, process)
    staff = event.by in ROLES
    sentence = (_FROM_STAFF.get(event.name) if staff else None) or _SENTENCES.get(event.name)
    said = "" if event.name in _SAID_ELSEWHERE else " ".join(str(event.data.get("words") or "").split())
    if sentence is None:
        return Happened(_first_up(f"{who} {_answered(entry, before, process)}"), cut(said))
    letter = str(event.data.get("letter") or "")
    to = role_name(str(event.data.get("to") or ""))
    named = f"the letter {letter}{f' to {to}' if to else ''}" if letter else "a letter"
    words = sentence.format(who=who, letter=named, reason=event.data.get("reason") or "no reason was given")
    reason = (str(event.data.get("reason")),) if "{reason}" in sentence else ()
    return Happened(_first_up(words), cut(said), reason)


def role_name(role: str) -> str:
    """A role as one speaks of it."""
    return _ROLE_NAMES.get(role, role)


def name_of(address: str, role: str, case: Case, process: Process) -> str:
    """Who is written to: the customer's name, a colleague's, or the role."""
    if role == "customer" and address.casefold() == case.customer.address.casefold():
        return case.customer.name or "the customer"
    person = process.people.by_address(address)
    if person and role == "customer":
        return f"{person.name}, for the customer"  # who has no email
    return person.name if person else role_name(role)


def status(name: str) -> tuple[str, str]:
    """What became of a letter in words, and the style of that."""
    return _STATUS.get(name, (name.replace("_", " "), "doubt"))


def about(code: str, process: Process) -> str:
    """What a letter is about, in its own words; '' where the rules have it no more."""
    cards = process.letters.get(code)
    return next(iter(cards.values())).about if cards else ""


def _who(entry: Entry, before: Case, process: Process) -> str:
    """Who did it, by name."""
    event = entry.event
    sender = next((effect.sender for effect in entry.effects if isinstance(effect, fx.KeepMail)), "")
    if event.by == "customer":
        name = next((e.value for e in entry.effects if isinstance(e, fx.SetFact) and e.name == "customer_name"), "")
        return str(before.customer.name or name or sender or "the customer")
    if author := str(event.data.get("author_name") or ""):
        return author
    person = process.people.by_address(sender) if sender and event.by in ROLES else None
    return person.name if person else sender or role_name(event.by)


def _answered(entry: Entry, before: Case, process: Process) -> str:
    """What an answer or a command says: by the letter of this case that it answers, else by the command's own words."""
    author = str(entry.event.data.get("author") or before.customer.address).casefold()
    for letter in reversed(before.letters):
        if letter.to.casefold() == author and (possible := _answers(letter.letter, entry.event.name, process)):
            said = next((each for each in possible if _is_kept(each.words[0], entry)), None)
            chosen = said or (possible[0] if len(possible) == 1 else None)
            label = f"“{chosen.label}”" if chosen else entry.event.data.get("finding", "")
            return f"answered {letter.letter}{f': {label}' if label else ''}"
    command = next((each for each in process.commands if each.event == entry.event.name), None)
    if command:
        return f"said “{command.name}”: {command.about}"
    return f"brought about “{entry.event.name.replace('_', ' ')}”"


def _answers(code: str, event: str, process: Process) -> list[Answer]:
    """The answers of a letter that mean the event; for an assessment there are many."""
    cards = process.letters.get(code)
    return [answer for answer in next(iter(cards.values())).answers if answer.event == event] if cards else []


def _is_kept(phrase: str, entry: Entry) -> bool:
    """Whether the evidence names these very words as what was said."""
    return any(f"“{phrase}”" in why for why in entry.why)


def _silence(before: Case, rung: Rung | None, process: Process, moments: Moments) -> Happened:
    """What did not come, and for how long."""
    if rung is None:
        return Happened("Nothing came in time")
    told = (f"nobody wrote for {rung.after} in state {before.state}",)
    fact = process.facts.get(rung.since)
    if fact and fact.kind == "date":
        day = moments.said(before.facts.get(rung.since))
        return Happened(f"The day came, {fact.about} ({day})", "", told)
    if rung.since in process.letters:
        return Happened(f"Nobody had answered {rung.since} for {rung.after}", "", told)
    party = role_name(party_awaited(before, process))
    if not party:
        return Happened(f"{_first_up(str(rung.after))} had passed", "", told)
    return Happened(f"Nothing had come from {party} for {rung.after}", "", told)


def cut(words: str) -> str:
    """As much of somebody's words as is repeated."""
    return f"{words[:_LONGEST].rstrip()} …" if len(words) > _LONGEST else words


def _first_up(words: str) -> str:
    return words if "@" in words.partition(" ")[0] else words[:1].upper() + words[1:]  # an address stays as it is
