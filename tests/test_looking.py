"""Looking at a desk: `cases`, `show`, `why`, `where`, dates as people say them, what Tab completes; by what is read."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from mailbot import terminal
from mailbot.adapters.ledger import Commit
from mailbot.adapters.tinydb_ledger import TinyDbLedger
from mailbot.cases import effects as fx
from mailbot.cases.apply import fold
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.model import Case, Entry
from mailbot.cli import COMMANDS, main
from mailbot.insight import coming, happenings, overview, portrait, where, why
from mailbot.insight.letters_table import letters_table
from mailbot.insight.moments import Moments, span
from mailbot.insight.sheet import Line, Table
from mailbot.insight.steps import steps
from mailbot.process.vocabulary import HIDDEN_STATES, STATES
from tests import ruling
from tests.story import stories
from tests.told import Told, told
from tests.worlds import desk_folder

MONDAY = ruling.MONDAY
WIDTHS = (60, 80, 120)
# A name that takes over a terminal: colours, the window's title, a bell, C1, the reading direction, and what it hides.
HOSTILE = "Eve\x1b[31m\x1b]0;owned\x07\x9b2J\u202e\u2066moc.live\u2069 Smith\r\n\tforged line"
WIDE_NAMES = ("山田太郎", "Zoë 👩‍👩‍👧 Ünal", "안녕하세요 김", "ا لمستخدم", "Müller-Lüdenscheidt von der Wiese")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def moments(now: datetime = MONDAY) -> Moments:
    return Moments(now, ruling.shipped().calendar)


def read(sheet: Iterator[Line | Table] | Iterator[Line], columns: int = 80) -> str:
    """A page as it is read in so many columns."""
    return "\n".join(click.unstyle(each) for each in terminal.laid(sheet, columns))


@cache
def story(number: str) -> Told:
    return told(next(file for file in stories() if file.name.startswith(number)))


def whys(number: str, columns: int = 80) -> str:
    """`mailbot why` for every case of a story, on the day of its last step."""
    seen = story(number)
    pages = (
        read(why.page(case, seen.history[code], seen.process, moments(case.last_at or MONDAY)), columns)
        for code, case in seen.cases.items()
    )
    return "\n".join(pages)


def entry(code: str, number: int, event: Event, *effects: fx.Effect, **fields: Any) -> Entry:
    at = fields.pop("at", MONDAY)
    return replace(Entry(code, number, at, event, (), "", ruling.shipped().version, effects), **fields)


def complaint(code: str, name: str, address: str, at: datetime = MONDAY, words: str = "a hole") -> tuple[Entry, ...]:
    """The history of a case that has just come in, E2 sent."""
    event = Event("complaint_came", "customer", {"words": words, "subject": words})
    facts = {"customer_name": name, "customer_address": address, "owner": "Mathilde", "garment": words[:40]}
    came = entry(
        code, 1, event, fx.KeepMail("k", "<m@x>", address, "customer", "complaint"),
        *(fx.SetFact(key, value) for key, value in facts.items()),
        fx.FillForm({"name": name, "email": address}, ("store",), False),
        fx.Go("awaiting_form"),
        fx.SendLetter(1, "E2", "customer", address, f"<{code.lower()}.1.secrettoken@shop.test>"),
        at=at, why=("no case of this address is open", f"complaint: '{words}'"),
    )  # fmt: skip
    sent = Event("letter_sent", "desk", {"n": 1, "letter": "E2", "to": "customer"})
    return came, entry(code, 2, sent, fx.MarkLetter(1, "sent"), at=at)


HISTORIES = (
    complaint("BLANC-AAAAAA2", "Anna Smith", "anna@customer.test"),
    complaint("BLANC-BBBBBB3", "Ben Smith", "ben@elsewhere.test", MONDAY + timedelta(hours=1)),
    complaint("BLANC-EEEEEE4", HOSTILE, "eve@evil.test", MONDAY + timedelta(hours=2), f"refund {HOSTILE} now"),
    complaint("BLANC-CCCCCC5", WIDE_NAMES[0], "taro@elsewhere.test", MONDAY + timedelta(hours=3)),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with four cases, one of them of somebody hostile."""
    folder = desk_folder(tmp_path_factory.mktemp("looking") / "desk")
    ledger = TinyDbLedger(folder / "state")
    for history in HISTORIES:
        ledger.commit(Commit(entries=history, cases=(_case(history),)), {})
    ledger.close()
    return folder


def _case(history: tuple[Entry, ...]) -> Case:
    case = fold(history)
    assert case
    return case


def call(desk: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--desk", str(desk)])


def test_dates_as_people_say_them() -> None:
    """Near days by name, others by weekday, other years with the year; the desk's own clock, also over its changes."""
    said = moments()
    assert said.moment(MONDAY) == "today 10:00"
    assert said.moment(MONDAY - timedelta(days=1)) == "yesterday 10:00"
    assert said.on(MONDAY + timedelta(days=1)) == "tomorrow at 10:00"
    assert said.moment(datetime(2026, 3, 5, 10, 30, tzinfo=UTC)) == "Thu 5 March, 10:30"
    assert said.moment(datetime(2025, 12, 24, 9, 0, tzinfo=UTC)) == "Wed 24 December 2025, 09:00"
    assert said.short(datetime(2026, 4, 1, 9, 0, tzinfo=UTC)) == "Wed 1 Apr 10:00"  # London is on summer time by then
    assert said.moment(datetime(2026, 3, 2, 23, 59, tzinfo=UTC)) == "today 23:59"
    assert moments(datetime(2026, 6, 1, 23, 30, tzinfo=UTC)).day(date(2026, 6, 2)) == "today"
    assert (said.said("2026-03-30"), said.said(""), said.said("soon")) == ("Mon 30 March", "", "soon")


def test_how_long_ago() -> None:
    """In the unit that says most."""
    lengths = {30: "less than a minute", 60: "1 minute", 7200: "2 hours", 13 * 86400: "13 days", 35 * 86400: "5 weeks"}
    assert {seconds: span(timedelta(seconds=seconds)) for seconds in lengths} == lengths
    assert span(timedelta(days=250)) == "8 months"
    assert moments().brief_age(MONDAY - timedelta(days=3)) == "3 d"


def test_why_tells_a_step_in_plain_words() -> None:
    """Who did what, why it was understood so, by which row, which letters went to whom, what was noted, what now."""
    page = whys("30")
    process = ruling.shipped()
    row = next(row for row in process.states["checking_garments"].when["garments_found"])
    assert (
        f"""\
Mon 2 March, 10:00  Marylebone till answered ask-garments: “Yes, it is here”
    because     Marylebone till said “yes”
                our mail server vouches for the sender (dmarc=pass for
                shop.test)
    rule        {row.place}, “The store is asked whether the garments
                are there”, when garments found
    letter      E3 to Anna Smith: We are looking into it, and this is what
                happens now; sent
    letter      ask-assessment to Lucy and Mathilde: Your assessment decides
                what we tell the customer; sent
    letter      store-note to Marylebone till: For your information, no answer
                needed; sent
    noted       by when the customer was promised an answer: Mon 9 March
                the working day before that: Fri 6 March
    now         Operations and care find out what happened (assessing)
"""
        in page
    )
    assert "what the client is to us: good (stays in the house)" in " ".join(page.split())
    assert "Mathilde answered ask-assessment: “Clear error, good client”" in page
    assert "Lucy answered ask-assessment: not our error\n" in whys("35")  # in words that stand on no button
    assert "Mathilde approved: £60 (CL1)" in page
    assert "Anna Smith answered CL1: “No, thank you”\n    “No thank you, that is not enough.”" in page
    assert "the reference of the payment: BACS 7781" in page or "“BACS 7781”" in page
    assert page.endswith("What comes next\n  Nothing comes by itself: the case has ended.")


def test_why_says_what_was_held_and_for_what_reason() -> None:
    """A letter that the guard held is told with its reason, where it was asked for."""
    page = " ".join(whys("08").split())
    assert "reply to Anna Smith: An answer to your message; HELD, not sent because no compensation without" in page
    assert "The letter reply was held back: no compensation without complaint form: the form is not complete" in page


@pytest.mark.parametrize("number", ["08", "10", "16", "38", "84"])
def test_why_has_words_for_everything(number: str) -> None:
    """No step is told in the names that Python has for things, none shows a token, no line is wider than a terminal."""
    seen = story(number)
    for code, case in seen.cases.items():
        for step in steps(case, seen.history[code], seen.process, moments()):
            told = (step.what, *step.evidence, *(each.about for each in step.noted))
            assert not [each for each in told if "brought about" in each or re.search(r"\w_\w|\btoken\b", each)]
    for columns in WIDTHS:
        page = whys(number, columns)
        assert max(map(terminal.columns_of, page.splitlines())) <= columns
        for letter in (letter for case in seen.cases.values() for letter in case.letters):
            assert letter.message_id.strip("<>").partition("@")[0] not in page


def test_every_event_that_python_recognises_has_a_sentence() -> None:
    """A new event cannot be told as 'brought about'."""
    for name in RECOGNISED.keys() - {"silence", "otherwise"}:
        event = Event(name, "customer", {"letter": "E2", "to": "customer", "reason": "because"})
        what = happenings.happened(entry("C", 1, event), ruling.case("sorting"), None, ruling.shipped(), moments()).what
        assert "brought about" not in what, name
        assert "{" not in what


def test_why_says_that_rules_have_changed_since() -> None:
    """Of a step of other rules the line is told as that of then, and no row of today is shown for it."""
    first, sent = HISTORIES[0]
    first = replace(first, rule="rules/process.yaml:154", rules_version="of old", why=("the row's note of then",))
    page = read(why.page(_case((first, sent)), (first, sent), ruling.shipped(), moments()))
    assert "rules/process.yaml:154 (as the rules were then)" in page
    assert "the row's note of then" in page
    assert "The rules have changed since some of these steps." in page
    assert "when complaint came" not in page


def coming_of(**fields: Any) -> str:
    state = fields.pop("state", "awaiting_form")
    then = coming.coming(ruling.case(state, **fields), ruling.shipped(), moments())
    return " ".join((f"{then.what}.", *then.others))


def test_what_comes_next_and_when() -> None:
    """If the customer stays silent: the letter, its moment, how many may go, and the rest of the ladder."""
    said = coming_of()
    assert said.startswith(
        "If the customer stays silent, chase-form-1 goes to Anna Smith on Thu 5 March at 10:00. "
        "At most 3 letters go to a customer who does not answer; none of them has gone. After that: 7 working days of "
        "silence, chase-form-2 goes to Anna Smith (rules/process.yaml:"
    )
    assert "14 working days of silence, the case goes to “Forgotten, left in peace" in said
    assert "in the next cycle of the desk" in " ".join(
        coming.coming(ruling.case("awaiting_form"), ruling.shipped(), moments(MONDAY + timedelta(days=9))).what.split()
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"facts": {"owed": True}}, "the customer waits for a word of ours"),
        ({"facts": {"quiet": True}}, "before somebody says “go on”"),
        ({"letters": (ruling.letter(1, "E2", status="failed"),)}, "our last letter yet (E2: DID NOT ARRIVE)"),
        ({"state": "closed"}, "the case has ended"),
        ({"state": "parked"}, "a mail of the customer or of staff moves it on"),
        ({"state": "of old"}, "the rules know no state “of old” any more"),
    ],
)
def test_why_nothing_comes_by_itself(fields: dict[str, Any], reason: str) -> None:
    """Each reason for which the clock stands still is said."""
    said = coming_of(**fields)
    assert said.startswith("Nothing comes by itself: ")
    assert reason in said


def test_where_tells_all_of_a_letter() -> None:
    """ask-garments: whom it is for, what sends it, and what a yes and a no lead to."""
    process = ruling.shipped()
    page = read(where.page("ask-garments", process, [("01-a-story", "The garments are here")]))
    places = (str(each.row.place).rpartition("/")[2] for each in where.sendings("ask-garments", process))
    claimed, first, second = places
    assert page.startswith("ask-garments  A look at the rail and one tap are enough\n  to          the till\n")
    assert "templates/en/ask-garments-are-they-here.md (en)" in page
    assert (
        f"  The store is asked whether the garments are there\n    {first}   after 1 working day of silence\n" in page
    )
    assert f"    {claimed}   when form completed, if event.claim -> checking_garments\n" in page
    assert f"    {second}   when form completed -> checking_garments" in page
    words = " ".join(page.split())
    assert "“Yes, it is here”, or the word “yes” process.yaml:" in words
    assert "E4 to the customer, goes to “The customer is asked to bring the garments back”" in words
    assert "filled in reminder, garment, customer.name" in words
    assert page.endswith("Stories that show it\n  01-a-story  The garments are here")


def test_where_misses_no_row() -> None:
    """Each row that names a letter is told of that letter, and of no other; every letter has a page and a line."""
    process = ruling.shipped()
    for code in process.letters:
        named = {str(row.place) for row in ruling.rows(process) if code in row.letters}
        assert {each["rule"] for each in where.as_json(code, process)["sent_by"]} == named
        assert max(map(terminal.columns_of, read(where.page(code, process), 60).splitlines())) <= 60
    lines = list(letters_table(process))
    codes = [re.match(r"\| \[([\w-]+)\]\(templates/", line)[1] for line in lines[2:]]  # type: ignore[index]
    assert sorted(codes) == sorted(process.letters)
    assert codes.index("E2") < codes.index("E3") < codes.index("CL1")
    assert {line.count("|") for line in lines} == {5}


def test_where_without_a_clone() -> None:
    """There are no stories around an installed package; that they are missing is said."""
    process = ruling.shipped()
    assert read(where.page("E3", process, None)).endswith("\n\nStories: only in a clone of mailbot")
    assert where.as_json("E3", process, None)["stories"] == []


def test_where_from_outside(desk: Path) -> None:
    """A letter in any case, with the stories of a checkout; an unknown one with the nearest; all of them; as JSON."""
    assert "01-form-garments-here-E3" in call(desk, "where", "e3").stdout
    assert json.loads(call(desk, "where", "E2", "--json").stdout)["form"] == "full"
    unknown = call(desk, "where", "E22")
    assert (unknown.exit_code, "did you mean 'E2'?" in unknown.stderr) == (1, True)
    assert call(desk, "where", "--markdown").stdout.splitlines()[0] == "| letter | to | about | when |"
    assert len(call(desk, "where").stdout.splitlines()) == len(ruling.shipped().letters)


def many() -> list[Case]:
    """Cases of every state, with names of every width, one of them asked again."""
    names = [HOSTILE, *WIDE_NAMES]
    made = [
        ruling.case(state, code=f"BLANC-{number:07}", customer=replace(ruling.case(state).customer, name=name))
        for number, (state, name) in enumerate(zip(STATES, names * 3, strict=False))
    ]
    return [*made, asked_again()]


def asked_again(**fields: Any) -> Case:
    """Operations did not answer, and were asked once more by silence."""
    later = MONDAY + timedelta(days=2)
    letters = (
        replace(ruling.letter(1, "ask-assessment", "operations"), to="lucy@shop.test"),
        replace(ruling.letter(2, "ask-assessment", "operations", step="ask-assessment"), to="lucy@shop.test", at=later),
    )
    return ruling.case("assessing", **{"letters": letters, "form": ruling.full_form(), **fields})


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_table_of_cases_fits(columns: int) -> None:
    """No line is wider than the terminal and every column begins where its title does, whatever people are called."""
    table = overview.table(many(), ruling.shipped(), moments(), columns)
    lines = read(iter([table]), columns).splitlines()
    assert max(map(terminal.columns_of, lines)) <= columns
    # Where a column begins there is a blank before it, in every line: counted in columns of the screen.
    starts = [lines[0].index(title) for title in (column.title.split()[0] for column in table.columns)][1:]
    for line in lines:
        cells = "".join(char + "\0" * (terminal.columns_of(char) - 1) for char in line)
        for start in starts:
            assert cells[start - 2 : start].strip(" ") == "", (start, line)
    assert ("age" in lines[0]) == (columns >= overview.NARROW)
    assert ("Operations and care find out" in "\n".join(lines)) == (columns >= overview.WIDE)


def test_overdue_is_who_was_asked_again() -> None:
    """Staff who were asked a second time; never a silent customer, nor staff who have answered since."""
    process = ruling.shipped()
    assert overview.overdue_since(asked_again(), process) == MONDAY + timedelta(days=2)
    answered = {"operations": MONDAY + timedelta(days=3)}
    assert overview.overdue_since(asked_again(heard=answered), process) is None
    once = replace(ruling.letter(2, "call", "operations", step="call"), to="lucy@shop.test", at=MONDAY)
    assert overview.overdue_since(asked_again(letters=(asked_again().letters[0], once)), process) is None
    chased = (ruling.letter(1, "E2"), ruling.letter(2, "E2", step="chase-form-1"))
    assert overview.overdue_since(ruling.case("awaiting_form", letters=chased), process) is None
    assert overview.overdue_since(asked_again(outcome="withdrawn"), process) is None
    row = next(terminal.plain_rows(overview.rows([asked_again()], process, moments(MONDAY + timedelta(days=3)))))
    assert "! operations" in row
    assert "overdue since yesterday" in row
    summed = "".join(bit.text for bit in overview.summary([asked_again(), ruling.case("closed")], process))
    assert summed == "1 open, 1 waits for operations, 1 overdue; 1 ended"


def test_cases_through_a_pipe(desk: Path) -> None:
    """One case a line and nothing else, oldest first, no colours; filters narrow it; nothing found is said aside."""
    lines = call(desk, "cases").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [history[0].case for history in HISTORIES]
    assert "awaiting_form" in lines[0]
    assert "\x1b" not in "".join(lines)
    for arguments, count in (
        (("--search", "smith ANNA"), 1),
        (("--waiting-on", "customer"), 4),
        (("--waiting-on", "care"), 0),
        (("--overdue",), 0),
        (("--open", "--search", "smith"), 3),
        (("--state", "parked"), 0),
    ):
        result = call(desk, "cases", *arguments)
        assert len(result.stdout.splitlines()) == count, arguments
        assert bool(result.stderr) == (not count)
        assert len(call(desk, "cases", "--json", *arguments).stdout.splitlines()) == count
    assert "did you mean 'care'?" in call(desk, "cases", "--waiting-on", "cares").stderr


def test_an_empty_desk_says_what_to_do(tmp_path: Path) -> None:
    """A new desk has no cases: the next command is named, and stdout stays empty for other programs."""
    result = call(desk_folder(tmp_path), "cases")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "mailbot once --dry-run" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("cases",), ("cases", "--json", "--full"), ("show", "eve@evil.test"), ("show", "EEEEEE4", "--json"),
     ("why", "EEEEEE4"), ("why", "EEEEEE4", "--json"), ("show", "smith"), ("show", HOSTILE + "?"),
     ("cases", "--search", "hole")],
)  # fmt: skip
def test_nothing_hostile_reaches_the_terminal(desk: Path, arguments: tuple[str, ...]) -> None:
    """Names and words with escape codes, bells, C1 and bidi overrides are shown, and act on nothing."""
    result = call(desk, *arguments)
    said = result.stdout + result.stderr
    assert said
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)
    assert not re.search("^forged line", said, flags=re.MULTILINE)


def test_json_keeps_what_was_written(desk: Path) -> None:
    """Escaped for the terminal, the value is still the one that was written."""
    assert json.loads(call(desk, "show", "EEEEEE4", "--json").stdout)["customer"]["name"] == HOSTILE


def test_how_wide_letters_are() -> None:
    """Two columns for Chinese, Korean and emoji, none for an accent of its own, one for the rest."""
    widths = {"Anna": 4, "山田太郎": 8, "안녕": 4, "👩": 2, "Zoë": 3, "Zoe\u0308": 3, "Ж": 1, "ｱ": 1, "Ａ": 2}
    assert {text: terminal.columns_of(text) for text in widths} == widths


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "·[31mred"),
        ("a\x1b]0;title\x07b", "a·]0;title·b"),
        ("abc\u202edef\u200b", "abc·def"),
        ("two\r\nlines\tand\xa0more", "two lines and more"),
        ("Zoë \ud800", "Zoë ·"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 3),
    ],
)
def test_what_is_taken_out_of_a_text(text: str, shown: str) -> None:
    """A sign stands where something was that could act on a terminal; a line stays one line, letters keep accents."""
    assert terminal.clean(text) == shown
    assert len(terminal.clean(text).encode()) > 0


def test_a_case_may_be_named_in_many_ways(desk: Path) -> None:
    """By code, without its prefix, by its beginning, by address, by part of a name; several are listed."""
    for name in ("BLANC-AAAAAA2", "blanc-aaaaaa2", "[AAAAAA2]", "aaaa", "Anna@Customer.test", "anna", "smith ann"):
        assert json.loads(call(desk, "show", name, "--json").stdout)["case"] == "BLANC-AAAAAA2", name
    several = call(desk, "why", "smith")
    assert (several.exit_code, several.stdout) == (1, "")
    assert "\n  BLANC-AAAAAA2 Anna Smith, a hole" in several.stderr
    assert "BLANC-BBBBBB3" in several.stderr
    for nothing in ("nobody", "", "zz"):
        missing = call(desk, "show", nothing)
        assert (missing.exit_code, "there is no case" in missing.stderr) == (1, True), nothing


def test_mail_that_is_still_sorted_is_found_and_counted(tmp_path: Path) -> None:
    """A list of complaints says, to people alone, how much it leaves out; `show` finds it, complaints first."""
    folder = desk_folder(tmp_path)
    waiting = HISTORIES[1][0]  # Ben Smith's, of which nobody has said yet what it is
    effects = tuple(fx.Go("sorting") if isinstance(each, fx.Go) else each for each in waiting.effects[:-1])
    sorting = (replace(waiting, effects=effects),)
    ledger = TinyDbLedger(folder / "state")
    for history in (HISTORIES[0], sorting):
        ledger.commit(Commit(entries=history, cases=(_case(history),)), {})
    ledger.close()
    said = "1 mail waits for the va to say what it is (mailbot cases --all)"
    for options, counted in (((), True), (("--all",), False), (("--state", "awaiting_form"), False)):
        assert (said in _COLOURS.sub("", on_a_terminal("cases", *options, desk=folder))) is counted, options
    piped = call(folder, "cases")
    assert (len(piped.stdout.splitlines()), piped.stderr) == (1, "")
    assert said in call(folder, "cases", "--waiting-on", "va").stderr
    for name in ("ben", "ben@elsewhere.test", "BBBBBB3"):
        assert json.loads(call(folder, "show", name, "--json").stdout)["state"] == "sorting", name
    assert json.loads(call(folder, "show", "smith", "--json").stdout)["case"] == "BLANC-AAAAAA2"


def test_a_wrong_state_is_told_all_states(desk: Path) -> None:
    """Each of them once, as one types them."""
    said = call(desk, "cases", "--state", "bogus")
    assert (said.exit_code, said.stdout) == (2, "")
    listed = said.stderr.strip().removeprefix("there is no state “bogus”; there are ").split(", ")
    assert sorted(listed) == sorted({*STATES, *HIDDEN_STATES})


def test_conditions_of_the_rules_are_not_shown_as_such() -> None:
    """What comes after the next step holds what would be done as the case stands, and no expression."""
    fresh = coming_of(state="settled", outcome="in_store")
    assert "follow-up-1 goes to" in fresh
    assert "follow-up-2" not in fresh  # only where the case was opened again
    assert "14 days of silence, the case goes to" in fresh
    assert "case." not in fresh
    again = coming_of(state="settled", outcome="in_store", facts={"reopened": True})
    assert ("follow-up-2 goes to" in again, "follow-up-1" in again) == (True, False)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_sentence(desk: Path, unbuffered: str) -> None:
    """Whatever stdout is written to has no room left: one line, exit 1, no traceback."""
    with Path("/dev/full").open("w") as full:
        program = [sys.executable, "-c", "from mailbot.cli import main; main()", "cases", "--desk", str(desk)]
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, env=environment, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "cannot write the output: No space left on device\n")


def test_show_is_a_page(desk: Path) -> None:
    """Where it stands, the form by its labels, letters by what they are about, mails, and the history in short."""
    process, case = ruling.shipped(), _case(HISTORIES[0])
    page = read(portrait.page(case, HISTORIES[0], process, moments()))
    assert page.startswith("BLANC-AAAAAA2  Anna Smith, a hole\nThe customer has the complaint form (awaiting_form)\n")
    assert "  waits for   the customer, since today 10:00\n" in page
    assert "  Your name      Anna Smith\n" in page
    assert "  missing        Store" in page
    assert re.search(r"E2 +Anna Smith +A short form, so that we .*… +sent today 10:00", page)
    assert "  today 10:00  Anna Smith wrote: a new complaint -> The customer has" in page
    for columns in WIDTHS:
        assert (
            max(
                map(
                    terminal.columns_of,
                    read(portrait.page(case, HISTORIES[0], process, moments()), columns).splitlines(),
                )
            )
            <= columns
        )


def test_why_as_json(desk: Path) -> None:
    """One object: the steps with their rules and letters, in ISO, and what comes next."""
    found = json.loads(call(desk, "why", "anna", "--json").stdout)
    assert list(found) == ["case", "state", "steps", "next"]
    (step,) = found["steps"]
    assert (step["at"], step["event"], step["goes_to"]) == ("2026-03-02T10:00:00Z", "complaint_came", "awaiting_form")
    assert step["letters"][0]["letter"] == "E2"
    assert found["next"]["letters"] == ["chase-form-1"]
    assert found["next"]["at"] == "2026-03-05T10:00:00Z"


def completed(words: str, desk: Path | None) -> list[str]:
    """What Tab offers behind these words."""
    environment = {"_MAILBOT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    environment |= {"MAILBOT_DESK": str(desk) if desk else "/nonexistent"}
    result = CliRunner().invoke(main, env=environment, prog_name="mailbot")
    assert (result.exit_code, result.stderr) == (0, "")
    return [line.partition(",")[2] for line in result.stdout.splitlines() if line]


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Path | None], list[str]]:
    """Completion as the shell asks for it: through the environment of a process without arguments."""
    monkeypatch.setattr(sys, "argv", ["mailbot"])
    return completed


def test_tab_completes_what_there_is(desk: Path, tab: Callable[[str, Path | None], list[str]]) -> None:
    """Commands, case codes with or without their prefix, states, roles, letters; nothing where there is no desk."""
    assert tab("mailbot wh", desk) == ["why", "where"]
    assert tab("mailbot show aaa", desk) == ["BLANC-AAAAAA2"]
    assert len(tab("mailbot why BLANC-", desk)) == 4
    assert tab("mailbot cases --state awaiting_f", desk) == ["awaiting_form"]
    assert tab("mailbot cases --waiting-on ca", desk) == ["care"]
    assert tab("mailbot where ask-g", desk) == ["ask-garments"]
    assert tab(f"mailbot show --desk {desk} bbb", None) == ["BLANC-BBBBBB3"]
    assert tab("mailbot show B", None) == []
    assert tab("mailbot where E", None) == []


def test_completion_says_how_it_is_switched_on() -> None:
    """A script for each shell that a shell takes, and the line that switches it on in the help."""
    for shell in ("bash", "zsh", "fish"):
        assert "_MAILBOT_COMPLETE" in CliRunner().invoke(main, ["completion", shell]).stdout
        assert f"mailbot completion {shell} > " in CliRunner().invoke(main, ["completion", "--help"]).stdout


@pytest.mark.parametrize("name", ["cases", "show", "why", "where", "check", "map", "completion"])
def test_help_has_examples(name: str) -> None:
    """Each command's help shows it at work, within eighty columns."""
    said = CliRunner().invoke(main, [name, "--help"]).stdout
    assert re.search(rf"^    mailbot {name}", said, flags=re.MULTILINE)
    assert max(map(len, said.splitlines())) <= 90


def test_a_wrong_command_is_told_the_right_one() -> None:
    """Exit 2 and the nearest command."""
    result = CliRunner().invoke(main, ["chekc"])
    assert result.exit_code == 2
    assert "unknown command 'chekc'; did you mean 'check'?" in result.stderr
    assert {"why", "where", "completion"} <= {name for group in COMMANDS.values() for name in group}


def on_a_terminal(*arguments: str, desk: Path, pager: str = "cat") -> str:
    """What a person sees on a terminal of 80 columns and ten lines; in a fork, which has all that is loaded already."""
    child, ours = pty.fork()
    if not child:
        os.environ.update(COLUMNS="80", LINES="10", TERM="xterm", MAILBOT_DESK=str(desk), PAGER=pager)
        os.environ.pop("NO_COLOR", None)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        with suppress(BaseException):  # nothing of the test session may go on in here
            main(list(arguments), standalone_mode=False)
        sys.stdout.flush()
        os._exit(0)
    seen = b""
    with suppress(OSError):  # Linux says EIO where the other end of a terminal is closed
        while chunk := os.read(ours, 65536):
            seen += chunk
    os.waitpid(child, 0)
    os.close(ours)
    return seen.decode()


def test_on_a_terminal(desk: Path) -> None:
    """A table with titles, colours and a summary; a long page goes through the pager, unless it is told not to."""
    seen = on_a_terminal("cases", desk=desk)
    plain = _COLOURS.sub("", seen)
    assert plain.startswith("case           age")
    assert "4 open, 4 wait for the customer" in plain
    assert seen != plain
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", plain)
    paged = on_a_terminal("why", "anna", desk=desk, pager="sed s/^/P:/")
    assert paged.startswith("P:")
    assert not on_a_terminal("why", "anna", "--no-pager", desk=desk, pager="sed s/^/P:/").startswith("P:")
