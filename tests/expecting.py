"""What a story expects to see (`- expect: …`, see tests/story.py): each word, and how the world is asked about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.cases.model import Case
from mailbot.process.model import Process
from tests.writing import Letter

_FORMS = {"complaint-form": "the form", "formulaire-de-reclamation": "the French form"}


@dataclass(frozen=True)
class Sight:
    """What can be seen after some steps: the letters since the last look, and the case that is meant.

    names: address -> the actor of the story. listing: the case as `mailbot cases --json` shows it.
    """

    letters: Sequence[Letter]
    names: Mapping[str, str]
    process: Process
    count: int
    listing: Mapping[str, Any] | None
    case: Case | None

    @property
    def shown(self) -> Mapping[str, Any]:
        assert self.listing is not None, "there is no case"
        return self.listing

    @property
    def kept(self) -> Case:
        assert self.case is not None, "there is no case"
        return self.case


def expect(key: str, wanted: Any, sight: Sight) -> None:
    """One thing that must be seen; an AssertionError says what was seen instead."""
    match key.split():
        case ["letters"]:
            said = [f"{letter.code} to {_name(letter, sight)}" for letter in sight.letters]
            assert sorted(said) == sorted(wanted), f"letters were {said}, not {wanted}"
        case ["letters", "to", whom]:
            found = [letter.code for letter in sight.letters if _name(letter, sight) == _actor(whom, sight)]
            assert sorted(found) == sorted(_list(wanted)), f"letters to {whom} were {found}, not {wanted}"
        case ["says"] | ["does", "not", "say"]:
            _says(key == "says", wanted, sight.letters)
        case ["says", "to", whom] | ["does", "not", "say", "to", whom]:
            theirs = [letter for letter in sight.letters if _name(letter, sight) == _actor(whom, sight)]
            assert theirs, f"nothing went to {whom}"
            _says(key.startswith("says"), wanted, theirs)
        case ["attached", "to", whom]:
            _attached(_list(wanted), [each for each in sight.letters if _name(each, sight) == _actor(whom, sight)])
        case ["threads"]:
            assert all(letter.mail["In-Reply-To"] for letter in sight.letters), "a letter answers nothing"
        case ["cases"]:
            assert sight.count == wanted, f"{sight.count} cases, not {wanted}"
        case _:
            _of_the_case(key, wanted, sight)


def _of_the_case(key: str, wanted: Any, sight: Sight) -> None:
    match key:
        case "form":
            values = sight.shown["form"]["values"]
            assert {k: values.get(k) for k in wanted} == wanted, f"form is {values}"
        case "missing":
            assert sight.shown["form"]["missing"] == wanted, f"missing {sight.shown['form']['missing']}"
        case "held":
            statuses = [letter["letter"] for letter in sight.shown["letters"] if letter["status"] == "held"]
            assert statuses == wanted, f"held were {statuses}"
        case "notes":
            notes = [note.words for note in sight.kept.notes]
            assert notes == wanted, f"notes are {notes}, not {wanted}"
        case "approval":
            approval = sight.kept.approval
            pounds = approval.amount / 100 if approval else None
            assert pounds == wanted, f"approved is {pounds}, not {wanted}"
        case "facts":
            facts = {name: sight.kept.facts.get(name) for name in wanted}
            assert facts == wanted, f"facts are {dict(sight.kept.facts)}, not {wanted}"
        case _:
            field = key.replace(" ", "_")
            assert field in sight.shown, f"nobody can expect {key!r}"
            assert sight.shown[field] == wanted, f"{key} is {sight.shown[field]!r}, not {wanted!r}"


def _says(said: bool, wanted: Any, letters: Sequence[Letter]) -> None:
    text = " ".join(" ".join(f"{letter.subject} {letter.text}" for letter in letters).split())
    for words in _list(wanted):
        assert (str(words) in text) == said, f"{'says' if said else 'does not say'} {words!r}: {text}"


def _the_form(part: Any) -> str:
    """Which complaint form of the desk's own a file is: a real PDF, called after it; '' = none."""
    found = (form for file, form in _FORMS.items() if part.get_filename().startswith(f"{file}-"))
    return next(found, "") if part.get_content().startswith(b"%PDF-") else ""


def _attached(wanted: list[Any], letters: Sequence[Letter]) -> None:
    """Names of the files; as in tests/attaching.py a file holds its name, but for the desk's own form (_FORMS)."""
    parts = [part for letter in letters for part in letter.mail.iter_attachments()]  # type: ignore[attr-defined]
    names = [_the_form(part) or part.get_filename() for part in parts]
    assert sorted(names) == sorted(wanted), f"attached were {names}, not {wanted}"
    for part in parts:
        assert _the_form(part) or part.get_content() == part.get_filename().encode(), (
            f"{part.get_filename()} is not what was sent"
        )


def _name(letter: Letter, sight: Sight) -> str:
    return sight.names.get(letter.to, letter.to)


def _actor(whom: str, sight: Sight) -> str:
    """An actor by name, or by the role that they have."""
    address = sight.process.people.reach(whom)
    return sight.names.get(address, whom) if address else whom


def _list(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]
