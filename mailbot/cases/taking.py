"""What is said with a command or an answer (`takes:`): an amount, a day, a person, a case, an assessment, a reference.

Decides what goes with the event, as `data`; what could be two things, or none, is `unclear`: one sentence for the
person who wrote it, and nothing is done. Never guesses. Money is pence, days are ISO dates. Whether something that is
missing is needed after all, the process says: a voucher without its amount is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from rapidfuzz.distance import OSA

from mailbot.cases import assessment, days, heard, likeness, money
from mailbot.cases.phrases import plain
from mailbot.process.model import Process
from mailbot.process.people import Person
from mailbot.process.wordlists import Hearing

LONGEST_REFERENCE = 60
_REPAIR = "repair"  # the finding with a promised day
_TILL = "till"  # a shared address: nobody who could own a case
_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z][A-Za-z0-9]{0,15}-[A-Za-z2-7]{7}(?![A-Za-z0-9])")
_SLIPS = {4: 1, 7: 2}  # from so many letters of a name, so many slips of typing
_FIRST_LINES = 4  # of an assessment, in which the promised day stands
_SHORTEST_REFERENCE = 4  # letters and figures; "60" is an amount


@dataclass(frozen=True, slots=True)
class Taken:
    """What goes with the event; or why it cannot be told, '' = all is clear."""

    data: Mapping[str, Any] = field(default_factory=dict)
    unclear: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """body: the whole, less greeting and reference. words: what belongs to the command. line: their first line."""

    body: str
    words: str
    process: Process
    today: date

    @property
    def line(self) -> str:
        return self.words.partition("\n")[0].strip()


def take(kind: str, text: str, words: str, process: Process, today: date) -> Taken:
    """What is taken, by the kind of it (vocabulary.TAKES; '' = nothing).

    Args:
        text: everything at the top of the mail, the command too.
        words: of that, what belongs to the command (`commands.Said.words`).
        today: at the desk.
    """
    read = _READERS.get(kind)
    if read is None:
        return Taken()
    hearing = process.hearing
    return read(_Said(heard.body(text, hearing), words.strip(), process, today))


def _words(said: _Said) -> Taken:
    return Taken({"words": said.words})


def _amount(said: _Said) -> Taken:
    """The one amount in the line of the command, or alone on the line below it."""
    sign = said.process.compensation.sign
    first, _, rest = said.body.partition("\n")
    if not _has_figures(first, sign):
        below = next((line for line in rest.splitlines() if line.strip()), "")
        if not _is_amount(below, said.process):
            # No amount is fine, unless a later line names one after all: "Actually make it 50".
            later = money.parse(f"{sign}0.01\n{rest}", sign) is None
            return Taken(unclear="please write the amount beside the first word") if later else Taken()
        first, rest = below, rest[rest.find(below) + len(below) :]
    amount = money.parse(f"{first}\n{rest}", sign)
    if amount is None:
        return Taken(unclear=f"I could not read one amount in “{_short(first)}”; please write it like {sign}20")
    return Taken({"amount": amount}) if amount > 0 else Taken(unclear="the amount is nothing; please write how much")


def _has_figures(line: str, sign: str) -> bool:
    return any(map(str.isdigit, line)) or sign in line or bool(money.amounts_in(line))


def _is_amount(line: str, process: Process) -> bool:
    """Whether the line is an amount and no more: "£20 please", not the number of a telephone in a signature."""
    less = likeness.amount(process.hearing).sub(" ", plain(line))
    return any(map(str.isdigit, line)) and not heard.without_courtesy(less, process.hearing)


def _date(said: _Said) -> Taken:
    day, unclear = days.one(said.line or said.body.partition("\n")[0], said.today, said.process.hearing)
    return Taken({"date": day.isoformat()} if day else {}, unclear)


def _person(said: _Said) -> Taken:
    """The one person whose name, first name, address or role stands there; a till is nobody's name."""
    line = plain(said.line or said.body.partition("\n")[0])
    people = said.process.people.people
    found = _exactly(line, people)
    if len(set(map(_first_name, found))) == 1:  # "lucy brwon" is one of two Lucys
        found = [each for each in found if _nearly(line, plain(each.name))] or found
    found = found or _by_role(line, people) or _mistyped(line, people)
    if not found:
        names = ", ".join(person.name for person in people if set(person.roles) != {_TILL})
        return Taken(unclear=f"I could not tell whom you mean; one of {names}?")
    if len(found) > 1:
        return Taken(unclear=f"it could be {' or '.join(person.name for person in found)}; please write the whole name")
    if set(found[0].roles) == {_TILL}:
        return Taken(unclear=f"{found[0].name} is an address that several share; a case belongs to one person")
    return Taken({"person": found[0].name})


def _exactly(line: str, people: Sequence[Person]) -> list[Person]:
    """Those whom the line names by their whole name, an address, or, beside these, a first name."""
    found: list[Person] = []
    for person in people:
        for name in filter(None, map(plain, (person.name, *person.addresses))):
            if heard.holds(line, name) >= 0:
                found.append(person)
                line = line.replace(name, " ")
    found += [each for each in people if each not in found and heard.holds(line, _first_name(each)) >= 0]
    return [each for each in people if each in found]


def _by_role(line: str, people: Sequence[Person]) -> list[Person]:
    """Those who have the role that the line names."""
    return [each for each in people if any(role != _TILL and heard.holds(line, role) >= 0 for role in each.roles)]


def _mistyped(line: str, people: Sequence[Person]) -> list[Person]:
    """Those whose whole name, else whose first name, the line nearly begins with."""
    whole = [each for each in people if _nearly(line, plain(each.name))]
    return whole or [each for each in people if _nearly(line, _first_name(each))]


def _first_name(person: Person) -> str:
    return (plain(person.name).split() or [plain(person.addresses[0] if person.addresses else "?")])[0]


def _nearly(line: str, name: str) -> bool:
    """Whether the first words of the line are the name, mistyped."""
    allowed = max((slips for letters, slips in _SLIPS.items() if len(name) >= letters), default=0)
    words = re.findall(r"[^\s,.;:!?()]+", line[:200])
    count = len(name.split())
    runs = (" ".join(words[at : at + count]) for at in range(min(len(words), 4)))
    return any(OSA.distance(run, name, score_cutoff=allowed) <= allowed for run in runs)


def _case(said: _Said) -> Taken:
    """The one code of a case in the line of the command, or else in all that was written."""
    for place in (said.line, said.body.partition("\n")[0], said.body[:2_000]):
        codes = list(dict.fromkeys(found.group().upper() for found in _CODE.finditer(place)))
        sure = [code for code in codes if any(map(str.isdigit, code)) or code in place] or codes
        if len(sure) == 1:
            return Taken({"code": sure[0]})
        if sure:
            return Taken(unclear=f"more than one case is in it: {', '.join(sure[:5])}; please write one")
    return Taken(unclear="please write the whole code of the case, as it stands in the subject of our mails")


def _assessment(said: _Said) -> Taken:
    """The finding, the client, the cause, the words for the customer; of a repair the day it is promised for."""
    found = assessment.read(said.body, said.process.hearing)
    values = {"finding": found.finding, "client": found.client, "cause": found.cause, "findings": found.findings}
    data: dict[str, Any] = {name: value for name, value in values.items() if value}
    if found.unclear or found.finding != _REPAIR:
        return Taken(data, found.unclear)
    day, unclear = _promised(said)
    return Taken({**data, **({"date": day.isoformat()} if day else {})}, unclear)


def _promised(said: _Said) -> tuple[date | None, str]:
    """The day in the first lines of an assessment; the figures of a signature below are none."""
    hearing = said.process.hearing
    lines = [line for line in assessment.head(said.body, hearing).splitlines() if line.strip()][:_FIRST_LINES]
    for number, line in enumerate(lines):
        day, unclear = days.one(line, said.today, hearing, figures=number == 0)
        if day or unclear:
            return day, unclear
    return None, ""


def _reference(said: _Said) -> Taken:
    """The reference of a payment, as it was written: behind its label, or what looks like one."""
    line = said.line or said.body.partition("\n")[0]
    reference = _labelled(line, said.process.hearing) or _looks_like_one(line, said.process.hearing)
    if not reference:
        return Taken(unclear="which reference does the payment have? Please write it on the same line")
    if len(reference) > LONGEST_REFERENCE:
        return Taken(unclear=f"a reference has at most {LONGEST_REFERENCE} characters; please write it alone")
    return Taken({"reference": reference})


def _labelled(line: str, hearing: Hearing) -> str:
    """What stands behind "ref" or the like, less courtesy."""
    small = plain(line)
    found = next(iter(heard.pattern(hearing.reference).finditer(small)), None)
    if found is None:
        return ""
    after = small[found.end() :]
    courtesy = heard.pattern(hearing.courtesy).search(after)
    end = found.end() + (courtesy.start() if courtesy else len(after))
    written = line[heard.cut(line, found.end()) : heard.cut(line, end)].strip(" .!,;:*_\"'–—-#()")
    return " ".join(written.split()) if any(map(str.isalnum, written)) else ""


def _looks_like_one(line: str, hearing: Hearing) -> str:
    """From the first word of its own to the last with figures: "BACS 7781". An amount or a day alone is none."""
    small = plain(line)
    words = [word for word in re.finditer(r"[^\s,;()]+", small) if heard.tidy(word.group())]
    passed = _passed_over(small, words, hearing)
    own = [n for n, over in enumerate(passed) if not over]
    with_figures = [n for n in own if any(map(str.isdigit, words[n].group()))]
    # "60" alone, or behind "of", is an amount; "cheque 114" is none.
    likely = [n for n in with_figures if _is_long(words[n]) or (n - 1) in own]
    if not likely:
        return ""
    return heard.tidy(line[heard.cut(line, words[own[0]].start()) : heard.cut(line, words[likely[-1]].end())])


def _passed_over(small: str, words: Sequence[re.Match[str]], hearing: Hearing) -> list[bool]:
    """Which words belong to an amount or a day, or only join them to the rest."""
    joins = {*hearing.before_amount, *hearing.before_date, *hearing.money}
    taken = days.spans(small, hearing)
    for word, after in zip_longest(words, words[1:]):
        sum_of_it = likeness.SIGN.search(word.group()) or (after and heard.tidy(after.group()) in hearing.money)
        if any(map(str.isdigit, word.group())) and sum_of_it:
            taken.append(word.span())
    inside = (any(start < word.end() and word.start() < end for start, end in taken) for word in words)
    return [over or heard.tidy(word.group()) in joins for word, over in zip(words, inside, strict=True)]


def _is_long(word: re.Match[str]) -> bool:
    return sum(map(str.isalnum, word.group())) >= _SHORTEST_REFERENCE


def _short(line: str) -> str:
    return f"{line[:60].strip()}…" if len(line) > 60 else line.strip()


_READERS: Mapping[str, Callable[[_Said], Taken]] = {
    "words": _words,
    "amount": _amount,
    "date": _date,
    "person": _person,
    "case": _case,
    "assessment": _assessment,
    "reference": _reference,
}
