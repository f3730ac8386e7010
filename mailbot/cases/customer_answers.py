"""A customer's short answer to a letter of ours that asks: accepted, declined, happy, not happy.

Stricter than with staff, because money hangs on it: only by a participant, only to what was asked in the case's
present state, and never where a "but", a doubt, a question, another sum or the words of another answer stand beside
it, or anything serious. All that is a person's to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mailbot.cases import commands, heard, match
from mailbot.cases.customer_words import Happened
from mailbot.cases.intake import Intake
from mailbot.cases.model import Case, Letter
from mailbot.cases.money import amounts_in
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
    answers = process.letter(letter.letter, "").answers
    words = str(words_of(intake)["words"])
    said = commands.understand(words, answers, process.hearing)
    if said is None or not isinstance(said.meant, Answer) or not _is_sure(words, said.meant, answers, matched, process):
        return None
    why = f"“{said.meant.words[0]}” in answer to letter {letter.n} ({letter.letter})"
    carried = {"words": said.words[:LONGEST_WORDS]} if said.meant.takes and said.words else {}
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


def _is_sure(words: str, answer: Answer, answers: tuple[Answer, ...], matched: match.Matched, process: Process) -> bool:
    """Whether nothing in the whole mail takes the answer back, limits it or makes another of it."""
    said = _flat(words)
    own = max((word for word in map(_flat, answer.words) if heard.holds(said, word) >= 0), key=len, default="")
    if not own:
        return False  # it was only nearly one of our words: "unacceptable" is not "acceptable"
    if answer.takes:
        return True  # the words go to a person as they are
    at = heard.holds(said, own)
    rest = f"{said[:at]} {said[at + len(own) :]}"
    hearing = process.hearing
    if any(mark in words for mark in _QUESTION) or heard.pattern((*hearing.doubt, *hearing.limit)).search(rest):
        return False
    others = (_flat(word) for other in answers if other.event != answer.event for word in other.words)
    approval = matched.case.approval
    sums = set(amounts_in(words)) - ({approval.amount} if approval else set())
    return not sums and not any(heard.holds(rest, word) >= 0 for word in others)


def _flat(words: str) -> str:
    """Words as they are compared, whatever marks stand in them: "no, thank you" and "no thank you"."""
    return heard.flat(plain(words))
