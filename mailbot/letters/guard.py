"""The gate on the way out: only `approve` makes an Approved letter, and the outbox takes nothing else.

The rule above all (PROCESS.md): no compensation without complaint form. A letter to a customer is
refused when its row or template grants, or when its own words (template, rule data, staff; never the
customer's, the form's or the fixed wording of the rule) carry an amount or words of an offer, unless
the form is complete and an approval covers the amount. No template edit switches this off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbot.cases import money
from mailbot.cases.model import Case
from mailbot.letters.compose import Draft
from mailbot.letters.offers import ELSEWHERE, amounts_in, offer_in, scolding_in, without_voucher
from mailbot.letters.spans import CUSTOMER, FORM, RULE, RULES, TEMPLATE, Span
from mailbot.letters.speech import said_amount
from mailbot.process.model import Process

OFFER, VOUCHER = "offer", "voucher"  # what a letter can grant (`grants:` in its template)
GIVEN_VOUCHER = "voucher"  # the fact: pence that a till gave in store
_NOT_OURS = (CUSTOMER, FORM, RULE)


@dataclass(frozen=True, slots=True)
class Approved:
    """A letter that may leave. Made by `approve` alone."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that may not; `phrase` is what tripped, as it stands there."""

    draft: Draft
    reason: str
    phrase: str


def approve(draft: Draft, case: Case, process: Process, granting_row: bool) -> Approved | Refused:
    """Let a draft out, or say why not. Letters to staff may speak of money; to customers none does by itself."""
    if draft.send.role != "customer":
        return Approved(draft)
    words = _own_words(draft, process)
    if draft.card.grants == VOUCHER:
        words = _less_voucher(words, case, draft, process)
    language = draft.card.language
    phrase = offer_in(words, process, language)
    if not (phrase or granting_row or draft.card.grants == OFFER):
        scolding = scolding_in(words, process, language)
        if scolding:
            return Refused(draft, "words that we never use on a customer", scolding)
        return Approved(draft)
    reason, tripped = _uncovered(draft, case, process, words)
    if reason:
        return Refused(draft, reason, tripped or phrase or draft.send.letter)
    return Approved(draft)


def _uncovered(draft: Draft, case: Case, process: Process, words: str) -> tuple[str, str]:
    """Why an offer may not leave, and the words that are too much; '' where the form and an approval cover it."""
    if not case.form.complete:
        return "no compensation without complaint form: the form is not complete", ""
    granted = case.approval
    if granted is None:
        return "no approval covers this offer", ""
    if draft.send.letter in process.compensation.letters and draft.send.letter != granted.letter:
        return f"what was approved is the offer of {granted.letter}, not this one", ""
    for amount in amounts_in(_as_compared(words, granted.amount, draft, process)):
        pence = money.parse(amount, process.compensation.sign)
        if pence is None or pence > granted.amount:
            return f"{granted.by} approved {money.shown(granted.amount, process.compensation.sign)}", amount
    scolding = scolding_in(words, process, draft.card.language)
    return ("words that we never use on a customer", scolding) if scolding else ("", "")


def _as_compared(words: str, pence: int, draft: Draft, process: Process) -> str:
    """The words with the amount itself, as the letter's language writes it ("1 000,50 €"), written as ours is read."""
    sign = process.compensation.sign
    said = said_amount(pence, sign, process.wording.of(draft.card.language))
    alone = rf"(?<!\d)(?<!\d[.,\s]){re.escape(said)}(?![.,]?\d)"
    return re.sub(alone, lambda _: money.shown(pence, sign), words)


def _less_voucher(words: str, case: Case, draft: Draft, process: Process) -> str:
    """The words without the voucher that a till has given already: the one thing of worth that needs no form."""
    given = case.facts.get(GIVEN_VOUCHER)
    if not given:
        return words
    words = _as_compared(words, given, draft, process)
    for amount in amounts_in(words):
        pence = money.parse(amount, process.compensation.sign)
        if pence is not None and pence <= given:
            words = words.replace(amount, ELSEWHERE)
    return without_voucher(words, process, draft.card.language)


def _own_words(draft: Draft, process: Process) -> str:
    """All that we say in the letter: subject, the line that programs show beside it, body, small print."""
    footer = process.wording.footer.get(draft.card.language, "")
    said = (*draft.heading, Span(TEMPLATE, f"\n{draft.card.about}\n"), *draft.spans, Span(RULES, f"\n{footer}"))
    return "".join(ELSEWHERE if span.origin in _NOT_OURS else span.text for span in said)
