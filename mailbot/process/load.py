"""The rule files and templates -> one checked Process, or every problem at once.

Decides whether rules can be put into force: all or nothing. Must never raise, whatever the text: a broken edit leaves
the last good rules in force, and that needs a value to tell the admin. Reads no disk; the files come in as text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.errors import Problem
from mailbot.process.known import Known, declared_events, schema
from mailbot.process.load_calendar import load_calendar
from mailbot.process.load_commands import load_commands
from mailbot.process.load_compensation import load_compensation
from mailbot.process.load_form import load_form
from mailbot.process.load_hearing import load_hearing
from mailbot.process.load_letters import SOURCE, Letters, languages_in, load_letters
from mailbot.process.load_matching import load_matching
from mailbot.process.load_paper import load_paper
from mailbot.process.load_people import load_people
from mailbot.process.load_process import Rows, load_blocks, load_never_to, load_rows
from mailbot.process.load_screening import PATH as OWN_CATEGORIES
from mailbot.process.load_screening import load_screening
from mailbot.process.load_screening import quick as quick_screening
from mailbot.process.load_webforms import load_webforms
from mailbot.process.load_wording import PATH as OWN_WORDING
from mailbot.process.load_wording import load_wording
from mailbot.process.model import Process
from mailbot.process.names import did_you_mean, shown
from mailbot.process.page import Page
from mailbot.process.place import Place
from mailbot.process.wordlists import Screening
from mailbot.process.yaml_marks import Value, read

PROCESS = "rules/process.yaml"
FORM = "rules/form.yaml"
PEOPLE = "rules/people.yaml"
COMMANDS = "rules/commands.yaml"
SCREENING = "rules/categories.yaml"
WORDING = "rules/wording.yaml"
CALENDAR = "rules/calendar.yaml"
COMPENSATION = "rules/compensation.yaml"
HEARING = "rules/hearing.yaml"
MATCHING = "rules/matching.yaml"
WEBFORMS = "rules/webforms.yaml"
FILES = (PROCESS, FORM, PEOPLE, COMMANDS, SCREENING, WORDING, CALENDAR, COMPENSATION, HEARING, MATCHING, WEBFORMS)
WITH_DEFAULTS = (MATCHING, WEBFORMS)  # a desk folder from before there was such a file works on without it


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules if nothing severe is wrong with them; and all that is wrong, by file and line."""

    process: Process | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Book:
    """The rule files as pages. A page that cannot be read has no value, and its reader sees an empty file."""

    pages: Mapping[str, Page]
    values: Mapping[str, Value | None]
    own_wording: Mapping[str, tuple[Page, Value]]  # language -> its file of fixed words
    own_categories: Mapping[str, Screening | tuple[Page, Value]]  # language -> its file of what mails are

    def __contains__(self, file: str) -> bool:
        return self.values[file] is not None

    def __getitem__(self, file: str) -> tuple[Page, Value]:
        """The page and what stands on it; of an unread file a page whose further problems are of no use."""
        value = self.values[file]
        return (Page(file), Value(1, kind="table")) if value is None else (self.pages[file], value)


def load(
    files: Mapping[str, str], timezone: str, recognised: Mapping[str, str], languages: Sequence[str] = ()
) -> Loaded:
    """Everything in `files` (name -> text) checked against everything else.

    timezone: of the desk, from the settings. recognised: the events that Python itself recognises. languages: those
    that letters are written in, the default one first; none = every one that there is a folder of letters for.
    """
    texts = {name: _newlines(text) for name, text in files.items()}
    wanted = tuple(languages) or languages_in(texts)
    book = _open_book(texts, wanted)
    letters = load_letters(texts, wanted)
    process = _assemble(book, letters, timezone, recognised, _version(texts), wanted)
    problems = _problems(book, letters)
    return Loaded(None if any(problem.severe for problem in problems) else process, problems)


def _assemble(
    book: _Book,
    letters: Letters,
    timezone: str,
    recognised: Mapping[str, str],
    version: str,
    languages: tuple[str, ...],
) -> Process:
    """All files as one value; what is wrong with them is left on their pages."""
    commands = load_commands(*book[COMMANDS])
    compensation = load_compensation(*book[COMPENSATION], languages)
    form = load_form(*book[FORM], languages)
    calendar = load_calendar(*book[CALENDAR], timezone)
    page, root = book[PROCESS]
    blocks = load_blocks(page, root)
    declared = declared_events(letters, commands)
    known = Known(
        letters=letters,
        events=frozenset((*recognised, *declared)),
        states=tuple(blocks.states),
        facts=blocks.facts,
        schema=schema(form, (*letters.cards, *letters.guesses()), blocks.states, blocks.facts),
        calendar=calendar,
        guessing=bool(letters.unread) or COMMANDS not in book,
    )
    rows = load_rows(page, blocks, known)
    _check_handled(book, letters, declared, rows)
    return Process(
        version=version,
        facts=blocks.facts,
        states=rows.states,
        first=rows.first,
        always=rows.always,
        always_silence=rows.always_silence,
        never_to=load_never_to(page, blocks),
        compensation=compensation,
        hearing=load_hearing(*book[HEARING], compensation),
        form=form,
        paper=load_paper(*book[FORM], languages),
        matching=load_matching(*book[MATCHING]),
        web_forms=load_webforms(*book[WEBFORMS], form),
        people=load_people(*book[PEOPLE], tuple(calendar.calendars)),
        commands=commands,
        screening=load_screening(*book[SCREENING], book.own_categories, languages),
        wording=load_wording(*book[WORDING], book.own_wording, languages),
        calendar=calendar,
        letters=letters.cards,
        languages=languages or (SOURCE,),
    )


def _newlines(text: str) -> str:
    """Text as editors on any system save it, with plain line ends and no mark before the first character."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _open_book(files: Mapping[str, str], languages: Sequence[str]) -> _Book:
    """Each rule file read as YAML."""
    pages = {name: Page(name) for name in FILES}
    values: dict[str, Value | None] = {}
    for name, page in pages.items():
        if name not in files and name in WITH_DEFAULTS:
            values[name] = None
            continue
        if name not in files:
            near = did_you_mean(name, (file for file in files if file not in FILES and file.endswith("yaml")))
            remedy = near if "did you mean" in near else "; copy it from a folder that `mailbot init` makes anew"
            page.error(1, f"this file is missing{remedy}")
            values[name] = None
            continue
        values[name], problems = read(files[name], name)
        page.problems.extend(problems)
        if (value := values[name]) is not None and value.is_null:
            page.error(1, "this file is empty")
            values[name] = None
    return _Book(pages, values, dict(_own(files, OWN_WORDING, languages)), _own_categories(files))


def _own(
    files: Mapping[str, str], path: re.Pattern[str], languages: Sequence[str] = ()
) -> Iterator[tuple[str, tuple[Page, Value]]]:
    """The files that a language has of its own; of the languages named alone, where some are."""
    for name in sorted(files):
        found = path.fullmatch(name)
        if found and (not languages or found[1] in languages):
            page = Page(name)
            value, problems = read(files[name], name)
            page.problems.extend(problems)
            if value is None or value.is_null:
                page.error(1, "this file is empty")
            yield found[1], (page, Value(1, kind="table") if value is None or value.is_null else value)


def _own_categories(files: Mapping[str, str]) -> dict[str, Screening | tuple[Page, Value]]:
    """The lists of every language: read quickly where they are as plain as can be, else with care."""
    quick = {
        found[1]: read_quickly
        for name in sorted(files)
        if (found := OWN_CATEGORIES.fullmatch(name)) and (read_quickly := quick_screening(files[name], name))
    }
    rest = {name: text for name, text in files.items() if (m := OWN_CATEGORIES.fullmatch(name)) and m[1] not in quick}
    return {**quick, **dict(_own(rest, OWN_CATEGORIES))}


def _check_handled(
    book: _Book,
    letters: Letters,
    declared: Mapping[str, Place],
    rows: Rows,
) -> None:
    """Warn of answers and commands whose event no row anywhere waits for: they would go to a person."""
    if PROCESS not in book:
        return
    pages = {page.file: page for page in (*letters.pages, *book.pages.values())}
    for event in sorted(set(declared) - rows.events):
        place = declared[event]
        pages[place.file].warn(place.line, f"no row waits for the event {shown(event)}")


def _problems(book: _Book, letters: Letters) -> tuple[Problem, ...]:
    """All problems, each once, by file and line."""
    own = (*book.own_wording.values(), *(each for each in book.own_categories.values() if isinstance(each, tuple)))
    pages = (*book.pages.values(), *(page for page, _ in own), *letters.pages)
    return tuple(sorted({problem for page in pages for problem in page.problems}))


def _version(files: Mapping[str, str]) -> str:
    """A stamp that changes with any character of any file that is read."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()[:16]
