"""A customer's short answer to a letter of ours that asks: accepted, declined, happy, not happy.

Stricter than with staff, because money hangs on it: only by a participant, only to what was asked in the case's
present state, and never where a "but", a doubt, a question, another sum or the words of another answer stand beside
it, or anything serious. All that is a person's to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from mailbot.cases import commands, heard, match
from mailbot.cases.customer_words import Happened
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case, Letter
from mailbot.cases.money import amounts_in, shown
from mailbot.cases.phrases import plain
from mailbot.cases.recognised import LONGEST_WORDS, words_of
from mailbot.cases.severity import SERIOUS
from mailbot.process.model import Answer, Process

_NEVER_LEFT = ("held", "failed")
_QUESTION = ("?", "？")


@dataclass(frozen=True, slots=True)
class Answered:
    """The event that the answer is, what it carries, and the evidence."""

    event: str
    data: dict[str, Any]
    why: str


def answered(intake: Intake, matched: match.Matched, happened: Happened, process: Process) -> Answered | None:
    """The answer that the mail is; None where it is none, or not surely one."""
    forged = intake.verdict.result == "fail" or intake.message.from_count != 1
    if matched.stranger or forged or happened.new_values or happened.kind.level == SERIOUS:
        return None
    letter = _asked(matched.case, matched.letter, process)
    if letter is None:
        return None
    answers = process.answers(letter.letter)
    words = _without_sum(str(words_of(intake)["words"]), matched.case, process)
    said = commands.understand(words, answers, process.hearing)
    if said is None or not isinstance(said.meant, Answer) or not is_sure(words, said.meant, answers, matched, process):
        return None
    why = f"“{said.meant.words[0]}” in answer to letter {letter.n} ({letter.letter})"
    beside = said.words.lstrip(" .,;:!–—-\n")[:LONGEST_WORDS]
    carried = {"words": beside} if said.meant.takes and beside else {}
    return Answered(said.meant.event, carried, why)


def _asked(case: Case, letter: Letter | None, process: Process) -> Letter | None:
    """The letter that is answered: the one replied to, else the newest that asked; nothing of an earlier state.

    Who replies to a later letter than that, or writes anew after one, answers something else.
    """
    since = case.entered_at
    ours = [each for each in case.letters if each.audience == "customer" and each.status not in _NEVER_LEFT]
    asking = [each for each in ours if _asks(each, process) and (since is None or each.at >= since)]
    if not asking:
        return None
    if letter is not None and _asks(letter, process):
        return next((each for each in asking if each.n == letter.n), None)
    newest = asking[-1]
    last = letter if letter is not None else ours[-1]
    return newest if last.n <= newest.n else None


def _asks(letter: Letter, process: Process) -> bool:
    return letter.letter in process.letters and bool(process.letter(letter.letter, "").answers)


def is_sure(words: str, answer: Answer, answers: tuple[Answer, ...], matched: match.Matched, process: Process) -> bool:
    """Whether nothing in the whole mail takes the answer back, limits it or makes another of it.

    A word that is not the answer's own name ("yes", "fine") must stand alone, unless it is a denial ("no, because …").
    """
    own = {_flat(word) for word in answer.words}
    if answer.takes:  # the words go to a person as they are
        return any(heard.holds(_flat(words), word) >= 0 for word in own)
    hearing = process.hearing
    said = [_flat(each) for each in heard.clauses(plain(heard.body(words, hearing)).replace("\n", ". "), hearing)]
    begun = list(takewhile(own.__contains__, said))
    rest = [each for each in said[len(begun) :] if not _signs(each, matched.case, process)]
    firm = any(_flat(answer.value) in each or heard.denied(each, hearing) for each in begun)
    if not begun or (rest and not firm) or any(mark in words for mark in _QUESTION):
        return False
    beside = " . ".join(rest)
    apart = (heard.widened(other.words, hearing.meanings) for other in answers if other.event != answer.event)
    others = (_flat(word) for words in apart for word in words)
    doubtful = heard.pattern((*hearing.doubt, *hearing.limit)).search(beside)
    return not doubtful and not amounts_in(words) and not any(heard.holds(beside, word) >= 0 for word in others)


def _signs(clause: str, case: Case, process: Process) -> bool:
    """Whether it is only how the mail ends: a name, a number, "best"."""
    people = (case.customer.name, *(person.name for person in process.people.people))
    below = process.screening.contact.get("below")
    known = {word for name in people for word in _flat(name).split()} | set(below.phrases if below else ())
    return clause in known or all(word in known or not any(map(str.isalpha, word)) for word in clause.split())


def _without_sum(words: str, case: Case, process: Process) -> str:
    """The words without the sum that was offered: "your offer of £60" is "your offer"; another sum stays."""
    if case.approval is None:
        return words
    offered = re.escape(shown(case.approval.amount, process.compensation.sign))
    before = heard.pattern(process.hearing.before_amount).pattern
    return re.sub(rf"(?:\s(?:{before}))?\s?{offered}(?:\.00)?(?![.,]?\d)", "", words, flags=re.IGNORECASE)


def _flat(words: str) -> str:
    """Words as they are compared, whatever marks stand in them: "no, thank you" and "no thank you"."""
    return heard.flat(plain(words))
