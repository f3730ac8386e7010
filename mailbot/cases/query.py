"""What a mail asks the ledger: the exact keys under which its case could be found, and the rough ones.

Pure: a value out of a message. The ledger answers with `Found`; which of the cases it is, is
decided by `match`, never by the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailbot.cases.model import Case


@dataclass(frozen=True, slots=True)
class Query:
    """Exact keys: case codes named by a token or in words, Message-IDs, customer addresses (case folded).

    near: rough keys, the surest first (`candidates.wanted`), for which a ledger gives at most `candidates.MOST` cases,
    of each key the newest; and none at all where a code or a Message-ID led to a case.
    """

    mail: str = ""  # the seen key
    codes: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailRecord:
    """What became of one mail. fate: case no_action human old."""

    key: str
    message_id: str
    sender: str
    at: datetime
    fate: str
    case: str = ""
    kind: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The ledger's answer: cases by the key they were found under; nothing is ranked here."""

    seen: MailRecord | None = None
    by_code: Mapping[str, Case] = field(default_factory=dict)
    by_message_id: Mapping[str, Case] = field(default_factory=dict)
    by_address: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)  # oldest first
    near: tuple[Case, ...] = ()  # by rough keys: those that could be meant, each once


def joined(found: Found, more: Found) -> Found:
    """What was found first, with the cases that it led on to by their codes."""
    return replace(found, by_code={**found.by_code, **more.by_code})
