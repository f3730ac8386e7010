"""Which case a mail belongs to: matched on proof, ambiguous where there is doubt, or none. Never by guess.

In this order: a reference of ours whose token is true; a Message-ID on file, from a participant;
a case code in words, from a participant; the one open case of the address. A stranger who quotes a
code or a Message-ID is Ambiguous: a human is asked, the stranger learns nothing (DESIGN.md "References").
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from mailbot.cases.identity import Identity
from mailbot.cases.model import Case, Letter
from mailbot.cases.query import Found
from mailbot.mail import references
from mailbot.mail.references import Reference
from mailbot.process.model import Process


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
        return _by_token(*proved, address)
    known = _distinct(found)
    mine = tuple(case for case in known if takes_part(address, case))
    if len(mine) == 1:
        return Matched(mine[0], "answers a mail on this case, and the address takes part in it")
    if len(mine) > 1:
        return Ambiguous(mine, "answers mails on several cases of this address")
    quoted = tuple(found.by_code[code] for code in named if code in found.by_code)
    if len(quoted) == 1 and takes_part(address, quoted[0]):
        return Matched(quoted[0], f"names {quoted[0].code}, and the address takes part in it")
    if quoted or known:
        return Ambiguous(quoted or known, "quotes a case of somebody else")
    return by_address(address, found, process)


def takes_part(address: str, case: Case) -> bool:
    """Whether the address is the customer's or has written on the case before as its customer."""
    wanted = address.casefold()
    return wanted == case.customer.address.casefold() or any(
        mail.party == "customer" and mail.sender.casefold() == wanted for mail in case.mails
    )


def is_open(case: Case, process: Process) -> bool:
    """Whether new mail from its customer still belongs to it."""
    state = process.states.get(case.state)
    return state is None or state.open


def _by_token(case: Case, letter: Letter, address: str) -> Matched:
    if takes_part(address, case):
        return Matched(case, f"answers letter {letter.n} ({letter.letter}), token true", letter)
    return Matched(case, f"answers letter {letter.n} ({letter.letter}) from another address", letter, stranger=True)


def _distinct(found: Found) -> tuple[Case, ...]:
    return tuple({case.code: case for case in found.by_message_id.values()}.values())


def by_address(address: str, found: Found, process: Process) -> Match:
    cases = tuple(case for case in found.by_address.get(address.casefold(), ()) if is_open(case, process))
    if len(cases) == 1:
        return Matched(cases[0], "the one open case of this address")
    if cases:
        return Ambiguous(cases, f"{len(cases)} open cases of this address")
    return NoMatch("no case of this address is open")
