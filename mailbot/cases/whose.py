"""Whose mail it is, and which case: looked at in one order, never by guess (DESIGN.md "References").

A true token of ours; a mail on file that is answered, or a code, from a participant; the open case of the address, or
of several the one that the mail is clearly about; a case that was closed lately. Only then likeness, and that never
puts a mail anywhere: about whoever takes no part in a case the va is asked, and the sender learns nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.cases import match, taking_part, weighing, writer
from mailbot.cases.candidates import Marks
from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.cases.match import Ambiguous, Match, Matched, NoMatch
from mailbot.cases.model import Case, Letter
from mailbot.cases.query import Found
from mailbot.cases.taking_part import CUSTOMER, HELPER
from mailbot.cases.weighing import Candidate
from mailbot.process.matching import Matching
from mailbot.process.model import Process

_NO_COMPLAINT = "not_a_complaint"
_ANSWERS_ELSEWHERE = "the answer is asked to go to {other}"


@dataclass(frozen=True, slots=True)
class _Look:
    """A mail with all that is known round it. now: None where nothing is to be taken for old."""

    intake: Intake
    found: Found
    process: Process
    now: datetime | None

    @property
    def rules(self) -> Matching:
        return self.process.matching

    @property
    def address(self) -> str:
        sender = self.intake.message.sender
        return sender.address if sender else ""

    @property
    def other(self) -> str:
        """Whom Reply-To names, where it is somebody else than the sender."""
        behind = writer.behind(self.intake.message, self.process)
        return behind.address if behind else ""

    def part(self, case: Case) -> str:
        """As what the sender takes part in a case."""
        if writer.for_many(self.intake.message, self.process):
            proved = self.intake.verdict.result == "pass" and writer.is_web_form(self.intake.message, self.process)
            return HELPER if proved and self.other and self._of(self.other, case) else ""
        return self._of(self.address, case)

    def _of(self, address: str, case: Case) -> str:
        return taking_part.part_of(address, case, self.rules)

    def speaks_for_other(self, case: Case) -> bool:
        """Whether only the address that answers are to go to takes part."""
        return bool(self.other) and not self.part(case) and self._of(self.other, case) != ""

    def is_on(self, case: Case) -> bool:
        """Whether mail that names nothing may still mean this case: it is open, and not asleep for a year."""
        return match.is_open(case, self.process) and not self.older(case.last_at, "asleep_after")

    def is_complaint(self, case: Case) -> bool:
        """Whether it is a complaint, not a mail that waits to be sorted or a matter of the desk's own."""
        state = self.process.states.get(case.state)
        return (state is None or state.listed) and case.outcome != _NO_COMPLAINT and not case.facts.get(match.MERGED)

    def closed_lately(self, case: Case) -> bool:
        """Whether it was closed so lately that it may still be meant."""
        shut = not match.is_open(case, self.process) and self.is_complaint(case)
        return shut and not self.older(case.entered_at, "closed_recently")

    def older(self, at: datetime | None, days: str) -> bool:
        """Whether a moment lies further back than so many days of rules/matching.yaml."""
        return self.now is not None and at is not None and self.now - at > timedelta(days=self.rules.days[days])

    def known(self) -> tuple[Case, ...]:
        """Every case found by address or by likeness, as it is today."""
        of_addresses = (case for cases in self.found.by_address.values() for case in cases)
        return match.distinct((*of_addresses, *self.found.near), self.found)

    def weighed(self, cases: Iterable[Case], why: str = "") -> tuple[Candidate, ...]:
        """The cases with their points, the likeliest first; what all of them have in common stands before the rest."""
        made = (self._weigh(case, why) for case in cases)
        return tuple(sorted(made, key=lambda each: (-each.score, each.code)))

    def _weigh(self, case: Case, why: str) -> Candidate:
        marks = self.intake.marks
        if marks is None:
            return Candidate(case, 0, (why,) if why else ())
        weigh = weighing.of_participant if self.part(case) else weighing.of_stranger
        found = weigh(marks, case, self.rules)
        evidence = (*((why,) if why else ()), *found.evidence)
        if self.speaks_for_other(case):
            points = min(100, found.score + self.rules.weights["mailbox"])
            told = _ANSWERS_ELSEWHERE.format(other=self.other)
            return Candidate(case, points, (f"{told}, who takes part in the case", *evidence))
        return Candidate(case, found.score, evidence)


def of_mail(intake: Intake, found: Found, process: Process, identity: Identity, now: datetime | None = None) -> Match:
    """The case of a mail from outside."""
    look = _Look(intake, found, process, now)
    proved = match.answered(intake.refs, found, identity)
    if proved:
        return _by_token(look, *proved)
    return _by_thread(look) or _by_code(look) or _own(look) or _by_likeness(look)


def _by_token(look: _Look, case: Case, letter: Letter) -> Matched:
    today = match.follow(case, look.found)
    theirs = letter if today is case else None  # what it asked was asked on the other case
    part, what = look.part(today), f"answers letter {letter.n} ({letter.letter})"
    if part == CUSTOMER:
        return Matched(today, f"{what}, token true", theirs)
    said = f", {_helps(look, today)}" if part else ""
    return Matched(today, f"{what} from another address{said}", theirs, stranger=True)


def _by_thread(look: _Look) -> Match | None:
    """The case of a mail that it answers, where the sender takes part in it; a stranger's is asked about."""
    known = match.distinct(look.found.by_message_id.values(), look.found)
    mine = tuple(case for case in known if look.part(case))
    others = tuple(case for case in _named(look) if look.part(case) and case not in mine)
    if len(mine) == 1 and others:
        why = f"answers a mail of {mine[0].code}, but names {others[0].code}"
        return Ambiguous(look.weighed((*mine, *others)), why)
    if len(mine) == 1:
        return _matched(look, mine[0], "answers a mail on this case, and the address takes part in it")
    if mine:
        why = "answers mails on several cases of this address"
        return _clearly_one(look, mine, why) or Ambiguous(look.weighed(mine), why)
    return _quoted(look, known)


def _by_code(look: _Look) -> Match | None:
    """The case whose code it names."""
    named = _named(look)
    if len(named) == 1 and look.part(named[0]):
        return _matched(look, named[0], f"names {named[0].code}, and the address takes part in it")
    return _quoted(look, named)


def _quoted(look: _Look, cases: tuple[Case, ...]) -> Ambiguous | None:
    """Quoting proves nothing: the sender's own open cases are thought of beside those that are quoted."""
    if not cases:
        return None
    own = tuple(case for case in look.known() if look.part(case) and look.is_on(case) and case not in cases)
    foreign = any(not look.part(case) for case in cases)
    why = "quotes a case of somebody else" if foreign else "names several cases"
    return Ambiguous((*look.weighed(cases, why), *look.weighed(own)), why)


def _named(look: _Look) -> tuple[Case, ...]:
    by_code = look.found.by_code
    return match.distinct((by_code[code] for code in look.intake.named if code in by_code), look.found)


def _own(look: _Look) -> Match | None:
    """The one open case of the address, or of several the one that the mail is clearly about."""
    mine = tuple(case for case in look.known() if look.part(case) and look.is_on(case))
    if len(mine) == 1:
        doubt = _doubt(look, mine[0])
        if doubt:
            return Ambiguous(look.weighed(mine, doubt), f"one open case of this address, but {doubt}")
        return _matched(look, mine[0], "the one open case of this address")
    if mine:
        why = f"{len(mine)} open cases of this address"
        return _clearly_one(look, mine, why) or Ambiguous(look.weighed(mine), why)
    return None


def _doubt(look: _Look, case: Case) -> str:
    """What in the mail speaks against the case that is the only one open, '' for nothing."""
    marks = look.intake.marks
    if marks is None or not look.is_complaint(case):
        return ""
    if look.other and not look._of(look.other, case) and not writer.for_many(look.intake.message, look.process):
        return f"{_ANSWERS_ELSEWHERE.format(other=look.other)}, who takes no part in the case"
    return _another(marks) or weighing.contradicts(marks, case)


def _another(marks: Marks) -> str:
    return f"it says that it is about something else: “{marks.another}”" if marks.another else ""


def _clearly_one(look: _Look, cases: tuple[Case, ...], why: str) -> Matched | None:
    """Of a sender's own cases the one that leads the others by the margin."""
    best, *others = look.weighed(cases)
    marks, totals = look.intake.marks, look.rules.totals
    ahead = best.score - max((each.score for each in others), default=0)
    if marks is None or best.score < totals["sure_from"] or ahead < totals["margin"]:
        return None
    if marks.another or weighing.contradicts(marks, best.case):
        return None
    return _matched(look, best.case, f"{why}, of which it is about this one: {'; '.join(best.evidence)}")


def _by_likeness(look: _Look) -> Match:
    """Nobody takes part in an open case: one that was closed lately, else whoever the sender is like."""
    shut = tuple(case for case in look.known() if look.part(case) and look.closed_lately(case))
    joined = _closed(look, shut)
    if joined:
        return joined
    open_ones = (case for case in look.known() if case not in shut and look.is_complaint(case) and not look.part(case))
    weighed = look.weighed(case for case in open_ones if look.is_on(case) or look.closed_lately(case))
    asked = tuple(each for each in weighed if each.score >= look.rules.totals["ask_from"])
    if asked:
        why = "the address takes part in no case, and it could be about one that we have"
        return Ambiguous(asked[: look.rules.totals["most_asked"]], why)
    earlier = tuple(case for case in look.known() if look.part(case) and look.is_complaint(case))
    named = f"; earlier: {', '.join(case.code for case in earlier)}" if earlier else ""
    return NoMatch(f"no case of this address is open{named}", earlier)


def _closed(look: _Look, shut: tuple[Case, ...]) -> Match | None:
    """What the rules say of a case that was closed lately."""
    if not shut or look.intake.marks is None or look.intake.marks.another:
        return None
    why = "no case of this address is open, but one was closed lately"
    same = _clearly_one(look, shut, why)
    then = look.rules.closed["closed_same_matter" if same else "closed_unclear"]
    if then == "join" and (same or len(shut) == 1):
        return same or _matched(look, shut[0], why)
    return None if then == "new" else Ambiguous(look.weighed(shut), why)


def _matched(look: _Look, case: Case, why: str) -> Matched:
    """On the case; of somebody who only writes for the customer nothing is decided by it."""
    if look.part(case) == CUSTOMER:
        return Matched(case, why)
    return Matched(case, f"{why}; {_helps(look, case)}", stranger=True)


def _helps(look: _Look, case: Case) -> str:
    if writer.for_many(look.intake.message, look.process):
        return f"our own web form names {look.other}, who takes part in the case"
    by = taking_part.whose_word(look.address, case, look.rules)
    return f"{look.address} writes for the customer, as {by} said"
