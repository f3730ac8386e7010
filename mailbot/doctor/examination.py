"""One examination: the groups in their order.

It decides what is still looked at when something failed: everything that does not need what failed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

from mailbot.doctor import clock, files, mailbox, provider, relay, round_trip, rules, sign_in, trust
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, failed, wrong
from mailbot.errors import MailbotError

Look = Callable[[Examined], Iterator[Finding]]
GROUPS: tuple[tuple[str, Look], ...] = (  # in this order, as what they learn flows downwards
    ("Settings and files", files.look),
    ("Rules and people", rules.look),
    ("Sign-in (OAuth 2)", sign_in.look),
    ("Mailbox (IMAP)", mailbox.look),
    ("Sending (SMTP)", relay.look),
    ("Provider", provider.look),
    ("A mail to itself", round_trip.look),
    ("Whose word counts (authserv_id)", trust.look),
    ("Clock", clock.look),
)


def examine(examined: Examined) -> Iterator[tuple[str, Iterator[Finding]]]:
    """Each group's title and its findings, which are made while they are asked for."""
    for title, look in GROUPS:
        yield title, all_of(look, examined)


def all_of(look: Look, examined: Examined) -> Iterator[Finding]:
    """The findings of a group; what it did not foresee is a finding too, and the next group has its turn."""
    try:
        yield from look(examined)
    except MailbotError as error:
        yield failed("this group", error)
    except Exception as error:  # its words may be a customer's
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {at.filename}:{at.lineno}"
        yield wrong("the doctor itself", f"failed here ({where})", "please report it; the rest was looked at")
