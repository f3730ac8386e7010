"""What it means that a mail belongs to a case: matched on proof, ambiguous where there is doubt, or none.

The values, the proof by a token of ours, and cases that became a part of others. The order in which a customer's mail
is looked at is `whose`; how likeness is weighed, `weighing`. A stranger who quotes a code or a Message-ID is Ambiguous:
a human is asked, the stranger learns nothing (DESIGN.md "References").
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailbot.cases.identity import Identity
from mailbot.cases.model import Case, Letter
from mailbot.cases.query import Found, Query, joined
from mailbot.cases.taking_part import CUSTOMER, part_of
from mailbot.cases.weighing import Candidate
from mailbot.mail import references
from mailbot.mail.references import Reference
from mailbot.process.model import Process

MERGED = "merged_into"  # the fact that names the case which this one became a part of
HELD = "held_commands"  # the fact that keeps commands until the address on file confirms them, by the asking letter
_LONGEST_CHAIN = 10  # cases merged one into the next; two that name each other lead nowhere


@dataclass(frozen=True, slots=True)
class Matched:
    """On this case. `letter` is ours that was answered, where a token proved it; `stranger`: by another address."""

    case: Case
    why: str
    letter: Letter | None = None
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Could be any of these, the likeliest first, or none: a human is asked."""

    candidates: tuple[Candidate, ...]
    why: str


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Belongs to no case yet. earlier: closed cases of the sender that it could have been about."""

    why: str
    earlier: tuple[Case, ...] = ()


Match = Matched | Ambiguous | NoMatch


def merged(found: Found) -> tuple[str, ...]:
    """Codes still to be looked up: cases that those found became a part of, or that a held command of theirs names."""
    at_hand = (*found.by_code.values(), *found.by_message_id.values(), *_of_addresses(found), *found.near)
    wanted = [str(case.facts.get(MERGED) or "") for case in at_hand]
    held = (each for case in at_hand for each in (case.facts.get(HELD) or {}).values())
    wanted += [str(each["data"].get("code") or "") for each in held]
    return tuple(dict.fromkeys(code for code in wanted if code and code not in found.by_code))


def complete(found: Found, find: Callable[[Query], Found]) -> Found:
    """What was found, with every case that it leads on to.

    Args:
        find: the ledger's look-up.
    """
    for _ in range(_LONGEST_CHAIN):
        codes = merged(found)
        more = find(Query(codes=codes)) if codes else Found()
        if not more.by_code:
            return found
        found = joined(found, more)
    return found


def follow(case: Case, found: Found) -> Case:
    """The case that this one became a part of; itself where it is its own."""
    for _ in range(_LONGEST_CHAIN):
        target = found.by_code.get(str(case.facts.get(MERGED) or ""))
        if target is None or target.code == case.code:
            break
        case = target
    return case


def answered(refs: tuple[Reference, ...], found: Found, identity: Identity) -> tuple[Case, Letter] | None:
    """The case and letter that a true token names; None if no token is true. The nearest reference counts."""
    for ref in refs:
        case = found.by_code.get(ref.case)
        letter = next((each for each in case.letters if each.n == ref.n), None) if case else None
        if case and letter:
            true = references.token(identity.key, identity.address, case.code, letter.letter, letter.n, letter.to)
            if hmac.compare_digest(true, ref.token):
                return case, letter
    return None


def takes_part(address: str, case: Case, process: Process) -> bool:
    """Whether the address is the customer's: on file, one they wrote from, or said by a colleague to be theirs."""
    return part_of(address, case, process.matching) == CUSTOMER


def is_open(case: Case, process: Process) -> bool:
    """Whether new mail from its customer still belongs to it."""
    state = process.states.get(case.state)
    return state is None or state.open


def distinct(cases: Iterable[Case], found: Found) -> tuple[Case, ...]:
    """The cases that these are today, each once."""
    return tuple({case.code: case for case in (follow(each, found) for each in cases)}.values())


def _of_addresses(found: Found) -> tuple[Case, ...]:
    return tuple(case for cases in found.by_address.values() for case in cases)


def open_cases_of(addresses: Iterable[str], found: Found, process: Process) -> tuple[Case, ...]:
    """The open cases in which one of the addresses takes part as the customer, each once.

    A mail of theirs may have been put to a case of somebody else, which they do not take part in by that.
    """
    asked = tuple(addresses)
    at_hand = (*(case for each in asked for case in found.by_address.get(each, ())), *found.near)
    return tuple(
        case
        for case in distinct(at_hand, found)
        if is_open(case, process) and any(takes_part(each, case, process) for each in asked)
    )


def by_address(address: str, found: Found, process: Process) -> Match:
    """The case of somebody of whom nothing is known but the address."""
    cases = open_cases_of((address.casefold(),), found, process)
    if len(cases) == 1:
        return Matched(cases[0], "the one open case of this address")
    if cases:
        return Ambiguous(tuple(map(Candidate, cases)), f"{len(cases)} open cases of this address")
    return NoMatch("no case of this address is open")
