"""Which case a mail belongs to: matched on proof, ambiguous where there is doubt, or none. Never by guess.

In this order: a reference of ours whose token is true; a Message-ID on file, from a participant;
a case code in words, from a participant; the one open case of the address. A stranger who quotes a
code or a Message-ID is Ambiguous: a human is asked, the stranger learns nothing (DESIGN.md "References").
Mail of a case that became a part of another one belongs to that other one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailbot.cases.identity import Identity
from mailbot.cases.model import Case, Letter
from mailbot.cases.query import Found, Query, joined
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
    """Could be any of these, or none: a human is asked."""

    candidates: tuple[Case, ...]
    why: str


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Belongs to no case yet."""

    why: str


Match = Matched | Ambiguous | NoMatch


def merged(found: Found) -> tuple[str, ...]:
    """Codes still to be looked up: cases that those found became a part of, or that a held command of theirs names."""
    at_hand = (*found.by_code.values(), *found.by_message_id.values(), *_of_addresses(found))
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


def of_customer(
    address: str,
    refs: tuple[Reference, ...],
    named: tuple[str, ...],
    found: Found,
    identity: Identity,
    process: Process,
) -> Match:
    """The case of a mail from outside.

    Args:
        address: the sender's, case folded.
        refs: references of ours in the mail. named: case codes in its subject or words.
    """
    proved = answered(refs, found, identity)
    if proved:
        return _by_token(*proved, address, found)
    known = distinct(found.by_message_id.values(), found)
    mine = tuple(case for case in known if takes_part(address, case))
    if len(mine) == 1:
        return Matched(mine[0], "answers a mail on this case, and the address takes part in it")
    if len(mine) > 1:
        return Ambiguous(mine, "answers mails on several cases of this address")
    quoted = distinct((found.by_code[code] for code in named if code in found.by_code), found)
    if len(quoted) == 1 and takes_part(address, quoted[0]):
        return Matched(quoted[0], f"names {quoted[0].code}, and the address takes part in it")
    if quoted or known:
        return Ambiguous(quoted or known, "quotes a case of somebody else")
    return by_address(address, found, process)


def takes_part(address: str, case: Case) -> bool:
    """Whether the address is the customer's or has written on the case before as its customer."""
    wanted = address.casefold()
    theirs = {case.customer.address.casefold()}
    theirs |= {mail.sender.casefold() for mail in case.mails if mail.party == "customer"}
    return bool(wanted) and wanted in theirs


def is_open(case: Case, process: Process) -> bool:
    """Whether new mail from its customer still belongs to it."""
    state = process.states.get(case.state)
    return state is None or state.open


def distinct(cases: Iterable[Case], found: Found) -> tuple[Case, ...]:
    """The cases that these are today, each once."""
    return tuple({case.code: case for case in (follow(each, found) for each in cases)}.values())


def _by_token(case: Case, letter: Letter, address: str, found: Found) -> Matched:
    today = follow(case, found)
    theirs = letter if today is case else None  # what it asked was asked on the other case
    if takes_part(address, today):
        return Matched(today, f"answers letter {letter.n} ({letter.letter}), token true", theirs)
    return Matched(today, f"answers letter {letter.n} ({letter.letter}) from another address", theirs, stranger=True)


def _of_addresses(found: Found) -> tuple[Case, ...]:
    return tuple(case for cases in found.by_address.values() for case in cases)


def by_address(address: str, found: Found, process: Process) -> Match:
    """The case of somebody of whom nothing is known but the address."""
    theirs = distinct(found.by_address.get(address.casefold(), ()), found)
    # A mail of theirs may have been put to a case of somebody else, which they do not take part in by that.
    cases = tuple(case for case in theirs if is_open(case, process) and takes_part(address, case))
    if len(cases) == 1:
        return Matched(cases[0], "the one open case of this address")
    if cases:
        return Ambiguous(cases, f"{len(cases)} open cases of this address")
    return NoMatch("no case of this address is open")
