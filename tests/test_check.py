"""What `mailbot check` proves beyond the shape of each file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mailbot.adapters.files import read_rule_files
from mailbot.cases.events import RECOGNISED
from mailbot.errors import Problem
from mailbot.insight.check import check
from mailbot.process.load import load

ROOT = Path(__file__).parent.parent
PROCESS = "rules/process.yaml"


def problems(changes: Mapping[str, tuple[str, str]]) -> list[Problem]:
    """What is said of the shipped rules with one passage of each named file replaced."""
    files = read_rule_files(ROOT)
    for file, (old, new) in changes.items():
        assert old in files[file]
        files[file] = files[file].replace(old, new, 1)
    loaded = load(files, "Europe/London", RECOGNISED)
    found = [*loaded.problems, *(check(loaded.process) if loaded.process else ())]
    return [problem for problem in found if problem.severe]


def line_of(file: str, words: str) -> int:
    """The line on which words stand in a shipped file."""
    text = read_rule_files(ROOT)[file]
    return text[: text.index(words)].count("\n") + 1


def test_shipped_rules_are_in_order() -> None:
    """What is shipped passes its own check."""
    assert problems({}) == []


def test_an_example_that_does_not_hold_is_named() -> None:
    """A row changed so that its example leads elsewhere is a problem on the example's line."""
    row = "{form.where: with me, form.problem: damaged}"
    (problem,) = problems(
        {
            PROCESS: (
                "- if: form.where == 'with me'\n        send: E4",
                "- if: form.where == 'not sure'\n        send: E4",
            )
        }
    )[:1]
    assert (problem.file, problem.line) == (PROCESS, line_of(PROCESS, row))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{form.where: with me, form.problem: damaged}", "{form.were: with me}", "did you mean 'form.where'?"),
        ("{form.where: with me, form.problem: damaged}", "{form.where: with mee}", "did you mean 'with me'?"),
    ],
)
def test_examples_are_checked_like_rules(old: str, new: str, said: str) -> None:
    """A misspelt name or value in an example is told with the nearest right one."""
    assert any(said in str(problem) for problem in problems({PROCESS: (old, new)}))


def test_nothing_may_reach_nobody() -> None:
    """Without an `otherwise` row, what no row knows would reach nobody: refused."""
    assert any(
        "otherwise" in problem.what for problem in problems({PROCESS: ("    otherwise:\n", "    alert_raised:\n")})
    )


def test_an_offer_in_a_letter_is_refused() -> None:
    """A letter that promises money, marked `grants: false`, is a problem before any customer sees it."""
    file = next(name for name in read_rule_files(ROOT) if "/E3-" in name)
    found = problems({file: ("This is what happens now:", "We will refund you. This is what happens now:")})
    assert [problem.file for problem in found] == [file]
    assert "refund" in found[0].what


def test_a_row_that_sends_a_granting_letter_needs_the_form() -> None:
    """No compensation without complaint form: a row that sends a letter which grants must ask for the whole form."""
    file = next(name for name in read_rule_files(ROOT) if "/E3-" in name)
    found = problems({file: ("grants: false", "grants: true")})
    assert any("form.complete" in problem.what and problem.file == PROCESS for problem in found)


def test_unknown_placeholder_is_named() -> None:
    """A placeholder that does not exist is told with the nearest right one and its line."""
    file = next(name for name in read_rule_files(ROOT) if "/E3-" in name)
    (problem,) = problems({file: ("{{ signature }}", "{{ signatur }}")})
    assert "did you mean 'signature'?" in problem.what
    assert problem.line == line_of(file, "{{ signature }}")
