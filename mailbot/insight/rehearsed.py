"""What a dry run would have done, in words: a line for each mail, and one for each letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailbot.cases.model import Case
from mailbot.cases.query import MailRecord
from mailbot.process.model import Process

FATES = {"case": "acted on", "no_action": "filed without an answer", "human": "a person is asked"}


def mail_lines(mails: Sequence[MailRecord], left: int) -> Iterator[str]:
    """Each mail with what it was taken for, its fate and its case; and how many older ones stay where they are."""
    for mail in mails:
        kind = mail.kind.replace("_", " ")
        case = f", case {mail.case}" if mail.case and mail.fate != "no_action" else ""
        yield f"{mail.sender or 'nobody'}: {kind}; {FATES.get(mail.fate, mail.fate)}{case}"
    if left:
        yield f"{left} older mail{'s' * (left > 1)} left in the inbox, never answered"


def letter_line(code: str, to: str, case: Case, process: Process, instead: str) -> str:
    """One letter: which, what it says in a line, and to whom; `instead`: who would read it in the customer's place."""
    about = next((f" ({card.about})" for card in process.letters.get(code, {}).values()), "")
    name = case.customer.name if to.casefold() == case.customer.address.casefold() else ""
    rehearsing = f"; rehearsing, so it would go to {instead}" if instead else ""
    return f"would send {code}{about} to {f'{name} <{to}>' if name else to}, case {case.code}{rehearsing}"
