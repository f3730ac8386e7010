"""The gate on the way out: only `approve` makes an Approved letter, and the outbox takes nothing else.

The rule above all (PROCESS.md): no compensation without complaint form. A letter to a customer is
refused when its row or template grants, or when its own words (template, rule data, staff; never the
customer's, the form's or the fixed wording of the rule) carry an amount or words of an offer, unless
the form is complete and an approval covers the amount. No template edit switches this off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbot.cases.model import Case
from mailbot.cases.phrases import first_phrase
from mailbot.letters.compose import Draft
from mailbot.letters.spans import CUSTOMER, FORM, RULE, Span
from mailbot.process.model import Process

_PLACEHOLDER = re.compile(r"\{[{%][^{}]{0,500}[}%]\}")
_NOT_OURS = (CUSTOMER, FORM, RULE)
_ELSEWHERE = "\ufffc"  # stands where words that are not ours stood, so that ours never join up over them
# An amount of money: a currency sign or code beside digits, or digits followed by a money word.
_AMOUNT = re.compile(
    r"(?:[£€$¥]|\b(?:GBP|EUR|USD|CHF|RMB|CNY)\b)\s{0,2}\d|"
    r"\b\d{1,7}(?:[.,]\d{1,2})?\s{0,2}(?:[£€$¥元]|(?:GBP|EUR|USD|CHF|RMB|CNY|pounds?|quid|euros?|dollars?|pence)\b)|"
    r"\b\d{1,3}\s{0,2}(?:%|per ?cent)(?:\s+(?:off|back|of)\b)",
    re.IGNORECASE,
)


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
    phrase = _phrase_of_offer(draft, process)
    if not (phrase or granting_row or draft.card.grants):
        scolding = first_phrase(_own_words(draft.spans), process.wording.never)
        if scolding:
            return Refused(draft, "words that we never use on a customer", scolding)
        return Approved(draft)
    if not case.form.complete:
        return Refused(
            draft, "no compensation without complaint form: the form is not complete", phrase or draft.send.letter
        )
    return Refused(draft, "no approval covers this offer", phrase or draft.send.letter)


def own_words_of_template(source: str) -> str:
    """A template's own words: its source without placeholders, for `mailbot check`."""
    return _PLACEHOLDER.sub(_ELSEWHERE, source)


def _phrase_of_offer(draft: Draft, process: Process) -> str:
    words = _own_words((Span("template", draft.subject + "\n"), *draft.spans))
    amount = _AMOUNT.search(words)
    return first_phrase(words, process.wording.offers) or (amount.group() if amount else "")


def _own_words(spans: tuple[Span, ...]) -> str:
    return "".join(_ELSEWHERE if span.origin in _NOT_OURS else span.text for span in spans)
