"""Who takes part in a case: its customer, whoever a colleague said is the customer or writes for them.

A colleague's word is a fact of the case (`PART`), set by the step in which they put a mail to it: it is history, is
told with it, and comes back with a rebuild. A robot that sends for many people takes part in nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailbot.cases import mailboxes
from mailbot.cases.model import Case
from mailbot.mail.automatic import is_no_reply
from mailbot.process.matching import Matching

PART = "takes_part"  # the fact: address -> {as, by, at}
CUSTOMER, HELPER = "customer", "helper"  # the customer's own address | somebody who writes for them
_LONGEST_LEARNT = 20  # addresses learnt for one case; more is no family


def participants(case: Case) -> Iterator[str]:
    """Every address beyond the customer's from which mail belongs to the case."""
    yield from addresses_of(((mail.party, mail.sender) for mail in case.mails), case.facts)


def addresses_of(mails: Iterable[tuple[str, str]], facts: Mapping[str, Any]) -> Iterator[str]:
    """The same out of a case's mails (party, sender) and its facts, for ledgers that keep cases as documents."""
    yield from dict.fromkeys(sender for party, sender in mails if party == CUSTOMER and _is_one(sender))
    yield from facts.get(PART) or ()


def learnt(case: Case) -> Mapping[str, Mapping[str, Any]]:
    """What colleagues said of addresses."""
    found = case.facts.get(PART)
    return found if isinstance(found, Mapping) else {}


def part_of(address: str, case: Case, rules: Matching) -> str:
    """As what an address takes part: `customer`, `helper`, or '' where it does not."""
    if not address or not _is_one(address):
        return ""
    own = (case.customer.address, *(mail.sender for mail in case.mails if mail.party == CUSTOMER))
    if any(mailboxes.same(address, each, rules) for each in own if each):
        return CUSTOMER
    parts = {str(said.get("as")) for each, said in learnt(case).items() if mailboxes.same(address, each, rules)}
    return CUSTOMER if CUSTOMER in parts else HELPER if HELPER in parts else ""


def whose_word(address: str, case: Case, rules: Matching) -> str:
    """Who said that the address takes part, '' where nobody needed to."""
    said = (word for each, word in learnt(case).items() if mailboxes.same(address, each, rules))
    return next((str(word.get("by") or "a colleague") for word in said), "")


def with_word(case: Case, address: str, part: str, by: str) -> dict[str, dict[str, str]]:
    """The fact with one more address; what was said of others stays. A robot's address is not learnt."""
    known = {each: dict(said) for each, said in learnt(case).items()}
    if address and _is_one(address) and (address in known or len(known) < _LONGEST_LEARNT):
        known[address] = {"as": part, "by": by}
    return known


def _is_one(address: str) -> bool:
    """Whether one person writes from the address."""
    return bool(address) and not is_no_reply(address)
