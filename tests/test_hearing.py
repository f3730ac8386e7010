"""rules/hearing.yaml: the small words by which staff are read, and what would turn a sentence into its opposite."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import commands, heard
from mailbot.process.compensation import Compensation
from mailbot.process.load_hearing import KEYS, LISTS, load_hearing
from mailbot.process.model import Command
from mailbot.process.page import Page
from mailbot.process.place import Place
from mailbot.process.wordlists import Hearing
from mailbot.process.yaml_marks import Value, read
from tests import ruling

FILE = "rules/hearing.yaml"
SHIPPED = ruling.files()[FILE]
WEEK = "[[mon], [tue], [wed], [thu], [fri], [sat], [sun]]"
YEAR = "[[a1], [a2], [a3], [a4], [a5], [a6], [a7], [a8], [a9], [a10], [a11], [a12]]"
PARK = Command("park", ("park",), "parked", ("va",), "full", Place("x", 1))


def language(name: str, **lists: str) -> str:
    """One block of the file, each list empty but the named ones."""
    written = dict.fromkeys(KEYS, "[]") | {"weekdays": WEEK, "months": YEAR, "denial": "[not]"} | lists
    return f"{name}:\n" + "".join(f"  {key}: {value}\n" for key, value in written.items())


def loaded(text: str) -> tuple[Hearing, list[str]]:
    """The lists that a file makes, and what is wrong with it."""
    value, problems = read(text, FILE)
    page = Page(FILE)
    page.problems.extend(problems)
    hearing = load_hearing(page, value or Value(1, kind="table"), Compensation())
    return hearing, [str(problem) for problem in page.problems]


def test_the_shipped_file() -> None:
    """It is in order, no list of it is empty, and the process has it with the words of the compensation table."""
    hearing, problems = loaded(SHIPPED)
    assert problems == []
    assert all(getattr(hearing, name) for name in KEYS)
    process = ruling.shipped()
    assert process.hearing.denial == hearing.denial
    assert process.hearing.compensation is process.compensation
    assert (hearing.weekdays["mon"], hearing.weekdays["sunday"]) == (0, 6)
    assert (hearing.months["jan"], hearing.months["december"]) == (0, 11)


def test_languages_hold_together() -> None:
    """A mail does not say in which language it is, so that the words of all of them are looked for."""
    german = language(
        "de", denial="[nicht, kein*]", greeting="[hallo]", courtesy="[danke]", weekdays=WEEK.replace("wed", "mi")
    )
    hearing, problems = loaded(language("en", greeting="[hello]", courtesy="[thanks]") + german)
    assert problems == []
    assert (hearing.greeting, hearing.denial) == (("hello", "hallo"), ("not", "nicht", "kein*"))
    assert hearing.weekdays["mi"] == hearing.weekdays["wed"] == 2
    assert commands.understand("Hallo Vera,\npark danke", [PARK], hearing)
    assert commands.understand("park, keinesfalls", [PARK], hearing) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (language("en").replace("  doubt: []\n", ""), "'en' has no 'doubt:'"),
        (language("en").replace("  doubt:", "  doubts:"), "unknown list 'doubts'; did you mean 'doubt'?"),
        (language("english"), "'english' is no language; write it like 'en'"),
        (language("en", denial="[]"), "'denial' cannot be empty: \"not solved\" would be read as solved"),
        (
            language("en", courtesy="[not]"),
            "'not' would be passed over in 'courtesy', but it stands in 'denial' already",
        ),
        (language("en", assent="[maybe]", doubt="[maybe]"), "'maybe' would be passed over in 'assent'"),
        (language("en", leading="[but]", limit="[but]"), "'but' would be passed over in 'leading'"),
        (language("en", denial="[no]") + language("de", joining="[no]"), "'no' would be passed over in 'joining'"),
        (language("en", assent="[ye*]"), "'ye*': 'assent' is looked for word by word, without '*'"),
        (language("en", doubt="[a*b]"), "'*' can only end a word"),
        (
            language("en", weekdays="[[mon], [tue]]"),
            "'weekdays' should be a list of 7, each with its spellings, but has 2",
        ),
        (language("en", months=YEAR.replace("a2", "a1")), "'a1' stands twice in 'months'"),
        (language("en", doubt="maybe"), "'doubt' should be a list, but is a single value"),
        (language("en", doubt="{a: b}"), "'doubt' should be a list, but is a table"),
        (language("en", weekdays="monday"), "'weekdays' should be a list, but is a single value"),
        ("en: nothing\n", "'en' should be a table"),
        ("- en\n", "this file should be a table"),
        ("en:\n", "'en' should be a table"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    """What is missing, misspelt, or would turn a sentence into its opposite is told with its line."""
    _, problems = loaded(text)
    assert any(said in problem for problem in problems), problems


def test_a_problem_has_its_line() -> None:
    """Where the list stands that would pass a denial over."""
    text = language("en", courtesy="[thanks, not]")
    line = next(n for n, each in enumerate(text.splitlines(), 1) if each.startswith("  courtesy"))
    assert loaded(text)[1] == [
        f"{FILE}:{line}: 'not' would be passed over in 'courtesy', but it stands in 'denial' already"
    ]


@pytest.mark.parametrize("file", [SHIPPED, language("en")])
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_any_broken_file(file: str, data: st.DataObject) -> None:
    """Loading is total: any edit gives lists and problems, never an exception."""
    at = data.draw(st.integers(0, len(file)))
    until = data.draw(st.integers(at, min(len(file), at + 60)))
    broken = file[:at] + data.draw(st.text("[]{}:,*'\"\n -abn", max_size=20)) + file[until:]
    hearing, _ = loaded(broken)
    assert commands.understand("park", [PARK], hearing) is None or hearing.denial is not None


HOSTILE = [
    "(a+)+$",
    "a* a* a*",
    ".*.*.*",
    "((a",
    "[a-z",
    "a{9999}",
    "\\",
    "|",
    "^",
    "(?=x)",
    "x" * 200,
    "* *",
    "'",
    "-",
    " ".join("a" * 60),
]


@pytest.mark.parametrize("word", HOSTILE)
def test_an_admin_s_phrases_are_no_patterns(word: str) -> None:
    """Whatever stands in a list is looked for as it is written, and costs no more than its length."""
    phrases = (word, f"{word} {word}", "a*", "aa*", "a* b*")
    hearing = Hearing(**{name: phrases for name in LISTS if name != "denial"}, denial=("not", word))
    text = "a" * 5_000 + "! " + "a " * 5_000 + word
    began = time.perf_counter()
    heard.pattern(phrases).search(text)
    commands.understand(text, [PARK], hearing)
    commands.says_nothing(text, hearing)
    assert time.perf_counter() - began < 2
    assert heard.pattern((word,)).search(f"x {word} x") or not word.strip("* ") or "*" in word


@settings(deadline=None)
@given(st.lists(st.text("a b*|(+\\", min_size=1, max_size=12), max_size=6).map(tuple), st.text("ab *|(+", max_size=400))
def test_any_phrases(phrases: tuple[str, ...], text: str) -> None:
    """No phrase is read as a pattern, none of them ends in an exception."""
    heard.pattern(phrases).sub(" ", text)
    heard.before_words(text, Hearing(courtesy=phrases))


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        (("check*",), "checking it", "checking"),
        (("check",), "checking it", None),
        (("'ll",), "i'll do", "'ll"),
        (("thanks a lot", "thanks"), "thanks  a lot", "thanks  a lot"),
        (("not",), "note", None),
        (("不",), "我不知道", "不"),
        (("può",), "non può essere", "può"),
        ((), "anything", None),
        (("",), "anything", None),
    ],
)
def test_whole_words(phrases: tuple[str, ...], text: str, found: str | None) -> None:
    """Phrases are whole words where a script has words, the longest first."""
    hit = heard.pattern(phrases).search(text)
    assert (hit.group() if hit else None) == found


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It was us.", "It was us."),
        ("It was us.\n\nKind regards,\nLucy", "It was us."),
        ("It was us.\nThanks\nLucy Brown\nOperations manager, London\n+44 20 7946 0002", "It was us."),
        ("Thanks for waiting.\nIt was us.", "Thanks for waiting.\nIt was us."),
        ("It was us.\n\nLucy", "It was us."),
        ("It was us.\n\nIt will not happen again, I promise", "It was us.\n\nIt will not happen again, I promise"),
        ("\n\nLucy", ""),
        ("Lucy", "Lucy"),
        ("", ""),
    ],
)
def test_words_without_their_signature(text: str, left: str) -> None:
    """A closing line goes with all that follows it, and so does a name that stands alone at the end."""
    assert heard.without_signature(text, ruling.shipped().hearing) == left


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(0, 80))
def test_cutting(text: str, length: int) -> None:
    """A place in a text as compared is a place in the text as written."""
    assert 0 <= heard.cut(text, length) <= len(text)
