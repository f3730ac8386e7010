"""The end of the demo: what came of it, whether it is as it must be, and what to look at."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.ports import INBOX, JOURNAL
from mailbot.cases.effects import Go
from mailbot.cases.model import Case
from mailbot.demo.moments import Moment
from mailbot.demo.story import Stage
from mailbot.insight.sheet import BLANK, Bit, Column, Line, Table, line, words


@dataclass(frozen=True, slots=True)
class Ended:
    """One complaint at the end. days: from the complaint until it was settled; None while it is not."""

    code: str
    customer: str
    state: str
    came: str
    days: int | None

    @property
    def after(self) -> str:
        """How long it took, as people say it."""
        if self.days is None:
            return "still open"
        return {0: "the same day", 1: "1 day"}.get(self.days, f"{self.days} days")


def ended(stage: Stage) -> list[Ended]:
    """The complaints, oldest first."""
    return [_ended(case, stage) for case in stage.world.complaints()]


def _ended(case: Case, stage: Stage) -> Ended:
    settled = [
        entry.at for entry in stage.world.history(case.code) if any(effect == Go("settled") for effect in entry.effects)
    ]
    days = (settled[-1] - case.opened_at).days if settled and case.opened_at else None
    came = stage.script.outcomes.get(case.outcome, case.outcome or case.state)
    return Ended(case.code, case.customer.name, case.state, came, days)


def summary(stage: Stage, moments: Sequence[Moment]) -> Iterator[Line | Table]:
    """What came of each complaint, and who had to write how much."""
    weeks, found = stage.script.week(stage.script.last), ended(stage)
    waiting = sum(1 for one in found if one.days is None)
    left = f"{waiting} still open" if waiting else "all settled"
    yield line(Bit(f"{weeks} weeks, {len(found)} complaints, {left}", "strong"))
    columns = (Column("Customer"), Column("Case"), Column("What came of it", 20), Column("Settled after"))
    rows = ((words(one.customer), words(one.code), words(Bit(one.came, "good")), words(one.after)) for one in found)
    yield Table(columns, tuple(rows))
    yield BLANK
    yield from (line(each) for each in figures(moments))


def figures(moments: Sequence[Moment]) -> Iterator[str]:
    """Sentences: how many mails people wrote, and how many mailbot."""
    written = [moment for moment in moments if moment.kind == "in"]
    letters = [moment for moment in moments if moment.kind == "out"]
    by = Counter("machine" if each.automatic else "staff" if each.staff else "others" for each in written)
    taps = sum(1 for each in written if each.staff and each.tapped)
    yield (
        f"People outside wrote {by['others']} mails, and a machine {by['machine']}. The shop wrote {by['staff']}, "
        f"{taps} of them one tap on a button."
    )
    hidden = sum(1 for each in letters if not each.told)
    yield f"mailbot wrote {len(letters)} letters; {hidden} of them, confirmations and the like, are only in the pages."


def to_look_at(folder: Path, page: Path, case: Case, program: str) -> Iterator[tuple[str, str]]:
    """What there is to look at: what it is, and where, or the command that shows it."""
    desk = f"--desk {shlex.quote(str(folder))}"
    yield "Every mail as a page, in a browser", str(page)
    yield "Every mail as a file", str(page.with_name("*.eml"))
    yield "The desk's folder: rules, letters, state", str(folder)
    yield "The cases", f"{program} cases {desk}"
    yield f"{case.customer.name}'s case", f"{program} show {case.code} {desk}"
    yield "… and why everything in it happened", f"{program} why {case.code} {desk}"


def wrong(stage: Stage) -> Iterator[str]:
    """What is not as story.yaml says that it must end; and every mail that is not where it belongs."""
    ends, world = stage.script.ends, stage.world
    sent = Counter(letter.code for letter in world.letters)
    yield from (f"no {code} was sent" for code in ends["letters"] if not sent[code])
    for alias, (state, outcome) in ends["cases"].items():
        found = [case for case in world.complaints() if stage.alias(case) == alias]
        if [(case.state, case.outcome) for case in found] != [(state, outcome)]:
            shown = ", ".join(f"{case.state} ({case.outcome or 'no outcome'})" for case in found) or "missing"
            yield f"{alias}'s case is {shown}, not {state} ({outcome})"
    yield from (f"nothing gave occasion to say: {why}" for why in stage.unused())
    yield from _unaccounted(stage)
    yield from _unsent(stage)


def _unaccounted(stage: Stage) -> Iterator[str]:
    """Mails that do not lie in the one folder that the desk's record names."""
    folders = stage.world.folders()
    yield from (f"{message_id} is still in the inbox" for message_id in folders.pop(INBOX))
    folders.pop(JOURNAL)
    where = Counter(message_id for held in folders.values() for message_id in held)
    for taken in stage.world.taken:
        times = where.pop(str(taken.mail["Message-ID"]), 0)
        if times != 1 or taken.record is None:
            known = "it" if taken.record else "nothing of it"
            yield f"{taken.stem} lies in {times} folders, and the desk knows {known}"
    yield from (f"nobody wrote {message_id}, and it is there" for message_id in where)


def _unsent(stage: Stage) -> Iterator[str]:
    """Letters that did not leave; those that had to be held are data."""
    letters = [letter for case in stage.world.cases() for letter in case.letters]
    held = [letter.letter for letter in letters if letter.status == "held"]
    if held != stage.script.ends["held"]:
        yield f"held back were {held}, not {stage.script.ends['held']}"
    left = sum(1 for letter in letters if letter.status == "sent")
    if left != len(stage.world.letters) or left + len(held) != len(letters):
        yield f"of {len(letters)} letters {left} were sent, and {len(stage.world.letters)} arrived"
