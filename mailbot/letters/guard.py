"""The gate on the way out: only `approve` makes an Approved letter, and the outbox takes nothing else.

The rule above all (PROCESS.md): no compensation without complaint form. A letter to a customer is
refused when its row or template grants, or when its own words (template, rule data, staff; never the
customer's, the form's or the fixed wording of the rule) carry an amount or words of an offer, unless
the form is complete and an approval covers the amount. No template edit switches this off.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.cases.model import Case
from mailbot.letters.compose import Draft
from mailbot.letters.offers import ELSEWHERE, offer_in, scolding_in
from mailbot.letters.spans import CUSTOMER, FORM, RULE, RULES, TEMPLATE, Span
from mailbot.process.model import Process

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
    phrase = offer_in(words, process)
    if not (phrase or granting_row or draft.card.grants):
        scolding = scolding_in(words, process)
        if scolding:
            return Refused(draft, "words that we never use on a customer", scolding)
        return Approved(draft)
    if not case.form.complete:
        return Refused(
            draft, "no compensation without complaint form: the form is not complete", phrase or draft.send.letter
        )
    return Refused(draft, "no approval covers this offer", phrase or draft.send.letter)


def _own_words(draft: Draft, process: Process) -> str:
    """All that we say in the letter: subject, the line that programs show beside it, body, small print."""
    footer = process.wording.footer.get(draft.card.language, "")
    said = (*draft.heading, Span(TEMPLATE, f"\n{draft.card.about}\n"), *draft.spans, Span(RULES, f"\n{footer}"))
    return "".join(ELSEWHERE if span.origin in _NOT_OURS else span.text for span in said)
