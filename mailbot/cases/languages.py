"""In which language a customer is written to: recognised from their own words, and held with the case.

Decides the fact `language` of a case; never the language of a letter, which is one that the desk writes. Unsure is no
fact: what was known before holds, of this case or of an earlier one of theirs, else the default language. Who has
written in one language is not taken to have changed it by a word or two in another.
"""

from __future__ import annotations

from dataclasses import replace

from mailbot.cases import effects as fx
from mailbot.cases.intake import Intake
from mailbot.cases.own_words import own_words
from mailbot.cases.query import Found
from mailbot.cases.recognised import Recognised
from mailbot.mail import languages
from mailbot.process.model import Process

LANGUAGE = "language"  # the fact: en, fr, …; `other` for one that no letters are shipped in


def with_language(result: Recognised, intake: Intake, found: Found, process: Process) -> Recognised:
    """What was recognised, with the customer's language as a fact of the case, where it was not known or is another."""
    if result.event is None or intake.automatic:
        return result
    held = str(result.case.facts.get(LANGUAGE) or "") if result.case else ""
    theirs = intake.language if _is_theirs(result, intake) else ""
    if not held:
        spoken = theirs or _earlier(intake, found)
    else:
        spoken = languages.changed(_words_of(intake, process), held) if theirs not in ("", held) else ""
    if not spoken:
        return result
    why = () if spoken == process.languages[0] and not held else (f"the customer writes in {spoken!r}",)
    return replace(result, why=(*result.why, *why), given=(*result.given, fx.SetFact(LANGUAGE, spoken)))


def _is_theirs(result: Recognised, intake: Intake) -> bool:
    """Whether the words are the customer's of that case: not a colleague's, nor a stranger's on somebody's case."""
    if intake.person:
        return intake.forward is not None
    return result.event is not None and (result.event.by == "customer" or result.case is None)


def _earlier(intake: Intake, found: Found) -> str:
    """The language of the newest earlier case of the same customer that has one."""
    address = intake.forward.original.address.casefold() if intake.forward else intake.sender
    addresses = intake.addresses[:1] if intake.person and not intake.forward else (address,)
    cases = [case for each in addresses for case in found.by_address.get(each, ())]
    return next((str(case.facts[LANGUAGE]) for case in reversed(cases) if case.facts.get(LANGUAGE)), "")


def _words_of(intake: Intake, process: Process) -> str:
    text = intake.forward.original.text if intake.forward else intake.words.new
    return own_words(text, "", intake.form.reading, process)
