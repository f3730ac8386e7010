"""Playing the story: people write when the script says so, and in between the desk does what is due.

Nothing that mailbot does is scripted: letters, states and fates are read off the world after each look of the desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from itertools import groupby

from mailbot.cases.model import Case
from mailbot.demo import people
from mailbot.demo.moments import Moment
from mailbot.demo.script import Person, Script, Step
from mailbot.demo.world import ADDRESS, Letter, Taken, World

_CODE_OF = re.compile(r"\{CODE of ([^}]+)\}")
_UNANSWERED = "No action"  # the folder's last name, as story.yaml knows it
_AFTERWARDS = timedelta(weeks=8)  # at most: a case that does not close by itself stays open
_SAME = "The same"  # a letter that went to one more person at the same moment


class Stage:
    """One playing of the script in a world."""

    def __init__(self, world: World, script: Script) -> None:
        self.world, self.script = world, script
        self.cast = {alias: self._person(alias) for alias in script.people}
        self._aliases = {person.address: alias for alias, person in self.cast.items()}
        self._states: dict[str, str] = {}
        self._explained: set[str] = set()
        self._passed: set[str] = set()

    def play(self) -> Iterator[Moment]:
        """Everything that happens, in the order of time."""
        for step in self.script.steps:
            yield from self._wait(step)
            yield from self._act(step)
        yield from self._wait(None)

    def afterwards(self) -> Iterator[Moment]:
        """Nobody writes any more, and time passes until every case is closed: in the pages, not in the timeline."""
        if self.script.afterwards:
            yield Moment("note", self.world.now, self.script.afterwards)
        for at in self.world.wakes(self.script.last + _AFTERWARDS):
            if not any(self.world.process.states[case.state].open for case in self.world.complaints()):
                return
            self.world.now = at
            self.world.cycle()
            yield from (replace(moment, told=False) for moment in self._seen())

    def unused(self) -> list[str]:
        """Reasons of the script that nothing in the story gave occasion to."""
        return [key for key in self.script.why if key not in self._explained]

    def _wait(self, step: Step | None) -> Iterator[Moment]:
        """Time passes until the step, or to the end; the desk does what is due."""
        until = step.at if step else self.script.last
        for at in self.world.wakes(until):
            self.world.now = at
            self.world.cycle()
            yield from self._seen()
        self.world.now = until

    def _act(self, step: Step) -> Iterator[Moment]:
        if step.do == "note":
            yield Moment("note", step.at, step.what)
            return
        person = self.cast[step.who]
        taken = self.world.deliver(self._written(step, person), person, step.who)
        record, automatic = taken.record, step.do == "is away"
        yield Moment(
            "in",
            step.at,
            step.told or f"“{people.words(taken.mail).strip().splitlines()[0]}”",
            who=step.who,
            case=record.case if record else "",
            stem=taken.stem,
            told=bool(step.told),
            tapped=step.do == "taps",
            staff=person.staff,
            automatic=automatic,
        )
        if automatic:
            yield from self._filed(taken)
        yield from self._seen()

    def _filed(self, taken: Taken) -> Iterator[Moment]:
        """A mail that is not answered, if the desk saw it so."""
        if taken.record and taken.record.fate == "no_action":
            yield from self._why(_UNANSWERED)

    def _seen(self) -> Iterator[Moment]:
        """What the desk has done since the last look: its letters, and what became of cases."""
        for _, group in groupby(self.world.new_letters(self._aliases), key=lambda letter: (letter.code, letter.case)):
            yield from self._letters(tuple(group))
        for case in self.world.complaints():
            yield from self._turned(case)

    def _letters(self, letters: tuple[Letter, ...]) -> Iterator[Moment]:
        """One letter, to everybody who gets it, and why it is sent at all."""
        code = letters[0].code
        told = code not in self.script.once or code not in self._passed
        self._passed.add(code)
        words = self.plainly(code)
        for letter in letters:
            who = self._aliases.get(letter.to, letter.to)
            yield Moment("out", self.world.now, words, who, code, letter.case, letter.stem, told)
            words = _SAME
        yield from self._why(code)

    def plainly(self, code: str) -> str:
        """A letter in plain words: the script's, or its own `about:`."""
        return self.script.letters.get(code) or self.world.process.letters[code]["en"].about

    def _turned(self, case: Case) -> Iterator[Moment]:
        before, self._states[case.code] = self._states.get(case.code), case.state
        words = self.script.states.get(case.state)
        if not words or before == case.state:
            return
        outcome = self.script.outcomes.get(case.outcome, case.outcome)
        shown = f"{words}: {outcome}" if case.state == "settled" else words
        yield Moment("state", self.world.now, shown, self.alias(case), case=case.code)
        yield from self._why(case.state)

    def _why(self, key: str) -> Iterator[Moment]:
        if key in self.script.why and key not in self._explained:
            self._explained.add(key)
            yield Moment("why", self.world.now, self.script.why[key])

    # ---- who, and what they write ---------------------------------------------------------------------------

    def alias(self, case: Case) -> str:
        """What the timeline calls the customer of a case."""
        return self._aliases.get(case.customer.address, case.customer.name)

    def case_of(self, alias: str) -> Case:
        """The complaint of a customer. Raises ValueError where there is none."""
        address = self.cast[alias].address
        for case in self.world.complaints():
            if case.customer.address == address:
                return case
        raise ValueError(f"{alias} has no case")

    def _person(self, alias: str) -> Person:
        told = self.script.people[alias]
        if "staff" not in told:
            return Person(alias, told["name"], told["address"])
        known = self.world.process.people.called(told["staff"])
        if known is None:
            raise ValueError(f"nobody in rules/people.yaml is called {told['staff']}")
        return Person(alias, known.name, known.addresses[0], staff=True)

    def _written(self, step: Step, person: Person) -> EmailMessage:
        what, at = step.what, step.at
        match step.do:
            case "writes":
                subject, text = self._named(what["subject"]), self._named(what["text"])
                return people.new(person, ADDRESS, subject, text, at, what.get("html", ""))
            case "forwards":
                return people.forwarded(person, ADDRESS, what, self.cast[what["of"]], step.text, at)
            case "replies to":
                return people.reply(person, self._newest(what, person, step), step.text, at)
            case "fills in":
                return people.filled(person, self._newest(what, person, step), step.form or {}, at)
            case "is away":
                return people.away(person, self._newest(what, person, step), step.text, at)
            case _:
                code, label = what
                return people.tapped(person, self._newest(code, person, step), self._named(label), step.types, at)

    def _newest(self, code: str, person: Person, step: Step) -> EmailMessage:
        """The newest letter of that code to this person (about this customer)."""
        case = self.case_of(step.about).code if step.about else ""
        for letter in reversed(self.world.letters):
            if (letter.code, letter.to) == (code, person.address) and case in ("", letter.case):
                return letter.mail
        raise ValueError(f"{person.name} has no letter {code}{f' about {step.about}' if case else ''}")

    def _named(self, text: str) -> str:
        return _CODE_OF.sub(lambda found: self.case_of(found[1]).code, text)
