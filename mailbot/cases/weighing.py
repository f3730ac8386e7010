"""How much speaks for a case being the one that a mail is about: points with their reasons, by rules/matching.yaml.

Points never put a mail anywhere: `match` says what they may decide. Each reason is a clause that `why`, `explain` and
the letter to staff can show as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from mailbot.cases import candidates, mailboxes, names
from mailbot.cases.candidates import SUBJECT, Marks
from mailbot.cases.likeness import garment_named, spoken
from mailbot.cases.model import Case
from mailbot.process.matching import Matching

_MOST = 100
_PHONE = 9  # figures of a telephone number that are compared: what stands before them is the country or a 0
_SHORTEST_PHONE = 8
_SURE_TICKET = 5  # figures and letters; of a shorter number half counts: a price may have as many

# What says something of who it is only beside other evidence: many are called alike, and write for somebody.
_BESIDE = frozenset(("for_somebody", "surname"))
Reason = tuple[str, int, str]  # of what kind, how much it counts, the words that say so


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that a mail may belong to: how much speaks for it (0 to 100), and what."""

    case: Case
    score: int = 0
    evidence: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return self.case.code


def of_stranger(marks: Marks, case: Case, rules: Matching) -> Candidate:
    """A case of somebody at another address: who it is counts, and what it is about.

    A garment, a store and a subject alone fit many: without a word of who it is, or the ticket, nothing counts.
    """
    who, what = tuple(_who(marks, case, rules)), tuple(_what(marks, case, rules))
    kinds = {name for name, _, _ in who}
    told = kinds - _BESIDE or kinds == _BESIDE or any(name == "ticket" for name, _, _ in what)
    return _sum(case, (*who, *what) if told else ())


def of_participant(marks: Marks, case: Case, rules: Matching) -> Candidate:
    """A case of the very sender: only what it is about tells one from another."""
    return _sum(case, tuple(_what(marks, case, rules)))


def contradicts(marks: Marks, case: Case) -> str:
    """What in the mail says that it is not about this case, '' for nothing: a ticket that is not the case's."""
    ours = candidates.tickets_on_file(case)
    if not ours or any(_same_ticket(one, other) for one in marks.tickets for other in ours):
        return ""
    theirs = next(iter(marks.labelled), "")
    return f"it names ticket {theirs}, and that of {case.code} is {ours[0]}" if theirs else ""


def _sum(case: Case, reasons: tuple[Reason, ...]) -> Candidate:
    """The points together, the weightiest reason first."""
    ordered = sorted(reasons, key=lambda reason: -reason[1])
    return Candidate(case, min(_MOST, sum(points for _, points, _ in ordered)), tuple(said for _, _, said in ordered))


def _who(marks: Marks, case: Case, rules: Matching) -> Iterator[Reason]:
    """What says that the sender is the customer, or writes for them."""
    weights, customer = rules.weights, case.customer
    kind, words = mailboxes.likeness(marks.address, customer.address, rules)
    if kind and not mailboxes.same(marks.address, customer.address, rules):
        yield kind, weights[kind], words
    if phone := _same_phone(marks, case):
        yield "phone", weights["phone"], f"the telephone number is the same: {phone}"
    yield from _called(marks, case, rules)
    if marks.for_somebody:
        yield "for_somebody", weights["for_somebody"], f"it is written for somebody else: “{marks.for_somebody}”"


def _called(marks: Marks, case: Case, rules: Matching) -> Iterator[Reason]:
    """The best that the names say, once: the sender's, one that the mail names, or a surname alone."""
    weights, ours = rules.weights, case.customer.name
    if not ours:
        return
    alike = names.likeness(marks.name, ours, rules)
    if alike:
        yield "name", round(weights["name"] * alike / 100), _name_said(marks.name, ours, alike)
        return
    named = any(names.likeness(each, ours, rules) for each in marks.named)
    if named or (names.whole(ours) and _holds(marks.text, ours)):
        yield "named", weights["named"], f"the mail names {ours}"
    elif surname := names.same_surname(marks.name, ours, rules):
        yield "surname", weights["surname"], f"only the surname is the same: {surname.title()}"


def _name_said(theirs: str, ours: str, alike: float) -> str:
    if names.plain_words(theirs) == names.plain_words(ours):
        return f"the name is the same: {ours}"
    if alike == 100:
        return f"the name is the same but for how it is written: {theirs}, {ours}"
    return f"the name is nearly the same: {theirs}, {ours}"


def _what(marks: Marks, case: Case, rules: Matching) -> Iterator[Reason]:
    """What says that the mail is about the same matter."""
    weights = rules.weights
    ticket = next((each for each in candidates.tickets_on_file(case) if _has_ticket(marks, each, rules)), "")
    if ticket:
        points = weights["ticket"] if len(ticket) >= _SURE_TICKET else weights["ticket"] // 2
        yield "ticket", points, f"the ticket number is the same: {ticket}"
    subject = str(case.facts.get(SUBJECT) or "")
    if _same_subject(marks.subject, subject, rules):
        yield "subject", weights["subject"], f"the subject is that of its first mail: “{subject}”"
    garment = case.garment or case.form.values.get("garment", "")
    share, found = garment_named(marks.text, garment, rules)
    if share:
        yield "garment", round(weights["garment"] * share), f"it speaks of the garment: {found}"
    if case.store and _holds(marks.text, case.store):
        yield "store", weights["store"], f"it names the store: {case.store}"


def _same_phone(marks: Marks, case: Case) -> str:
    for ours in dict.fromkeys((case.customer.phone, case.form.values.get("phone", ""))):
        number = candidates.figures(ours)
        if any(_same_number(number, each) for each in marks.phones):
            return ours
    return ""


def _same_number(one: str, other: str) -> bool:
    length = min(len(one), len(other), _PHONE)
    return length >= _SHORTEST_PHONE and one[-length:] == other[-length:]


def _has_ticket(marks: Marks, ours: str, rules: Matching) -> bool:
    return len(ours) >= rules.shortest["ticket"] and any(_same_ticket(each, ours) for each in marks.tickets)


def _same_ticket(one: str, other: str) -> bool:
    """Whether two numbers are one ticket: letters before the figures may be left off ("MB-4711", "4711")."""
    return one == other or (
        one.lstrip("abcdefghijklmnopqrstuvwxyz") == other.lstrip("abcdefghijklmnopqrstuvwxyz") != ""
    )


def _same_subject(one: str, other: str, rules: Matching) -> bool:
    a, b = names.fold(candidates.subject_of(one)), names.fold(candidates.subject_of(other))
    shortest = rules.shortest["subject"]
    unspaced = names.UNSPACED.search(a) and names.UNSPACED.search(b)
    if min(len(a), len(b)) < (shortest // 2 if unspaced else shortest):
        return False
    return a == b if unspaced else fuzz.ratio(a, b) >= rules.alike["subject"]


def _holds(text: str, phrase: str) -> bool:
    """Whether the words stand in the text, as words."""
    words, wanted = f" {' '.join(spoken(text))} ", " ".join(names.every_word(phrase))
    return wanted != "" and (f" {wanted} " in words or (bool(names.UNSPACED.search(wanted)) and wanted in words))
