"""The shipped rules with words misspelt, one at a time and all together: each is told by file, line and right word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.cases.events import RECOGNISED
from mailbot.errors import Problem
from mailbot.process.load import load

ROOT = Path(__file__).parent.parent
PROCESS = "rules/process.yaml"
REAL = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for folder in ("rules", "templates")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path.parent.name in ("rules", "templates", "en") and "wording." not in path.stem
}
KEY = re.compile(r"^ *(?:- )?(title|waiting_on|listed|when|silence|if|send|ask|tell|set|go|note|after|since):")
LETTERS = re.compile(r"^ *(?:- )?(?:send|ask|tell): (?:\[?)([\w-]+)")
TARGET = re.compile(r"^ *(?:- )?go: (\w+)")
EVENT = re.compile(r"^    (\w+):$")
STATE = re.compile(r"^(\w+):$")
VALUE = re.compile(r"== '([\w ]{4,})'")
KINDS = {"key": KEY, "letter": LETTERS, "state": TARGET, "event": EVENT, "block": STATE, "value": VALUE}


def misspelt(word: str) -> str:
    """Two neighbours in the middle changed places; where that changes nothing, a letter doubled."""
    n = len(word) // 2
    swapped = word[: n - 1] + word[n] + word[n - 1] + word[n + 1 :]
    return swapped if swapped != word else word + word[-1]


def slips(pattern: re.Pattern[str]) -> Iterator[tuple[int, str, str, str]]:
    """(line, the line with one word misspelt, the slip, the right word) for each line that has such a word."""
    lines = REAL[PROCESS].split("\n")
    for n, line in enumerate(lines, start=1):
        if n <= lines.index("new:") and pattern is KEY:
            continue  # the names of facts are the admin's own
        match = pattern.match(line) if pattern is not VALUE else pattern.search(line)
        if match:
            wrong = misspelt(match[1])
            yield n, line[: match.start(1)] + wrong + line[match.end(1) :], wrong, match[1]


def problems(lines: dict[int, str]) -> tuple[Problem, ...]:
    """What is said of the shipped rules with some lines of the process replaced."""
    text = REAL[PROCESS].split("\n")
    for n, line in lines.items():
        text[n - 1] = line
    return load({**REAL, PROCESS: "\n".join(text)}, "Europe/London", RECOGNISED).problems


def found(said: tuple[Problem, ...], line: int, wrong: str, right: str) -> bool:
    """Whether the slip is told on its line with the right word; or with another of the desk's words as near."""
    mine = [p.what for p in said if p.file == PROCESS and p.line == line and p.severe and f"'{wrong}'" in p.what]
    return any(f"did you mean '{right}'?" in what for what in mine)


@pytest.mark.parametrize("kind", KINDS)
def test_one_slip_makes_its_problem(kind: str) -> None:
    """Every key, letter, state, event and value of the shipped process, misspelt, is told with line and right word."""
    seen: set[str] = set()
    count = 0
    for line, text, wrong, right in slips(KINDS[kind]):
        if right in seen or right == "back":
            continue  # each word once: a hundred loads, not four hundred
        seen.add(right)
        said = problems({line: text})
        assert found(said, line, wrong, right), (line, wrong, [str(p) for p in said])
        count += 1
    assert count >= 3


def test_a_slip_does_not_hide_or_make_others() -> None:
    """One misspelt letter or target makes one severe problem, not several."""
    before = [p for p in problems({}) if p.severe]
    for kind in ("letter", "state", "key"):
        line, text, _, _ = next(slips(KINDS[kind]))
        assert len([p for p in problems({line: text}) if p.severe]) == len(before) + 1


def test_all_slips_at_once() -> None:
    """Every word misspelt at the same time: each slip is in the list, which is sorted by file and line."""
    wanted: dict[int, tuple[str, str, str]] = {}
    for kind in ("letter", "state", "event", "value"):
        for line, text, wrong, right in slips(KINDS[kind]):
            if right != "back":
                wanted.setdefault(line, (text, wrong, right))
    said = problems({line: text for line, (text, _, _) in wanted.items()})
    assert len(wanted) > 60
    missed = [(line, wrong) for line, (_, wrong, right) in wanted.items() if not found(said, line, wrong, right)]
    assert missed == []
    assert list(said) == sorted(said)


FILES = [
    ("rules/form.yaml", "kind: choice", "kind: chioce", "unknown kind 'chioce'; did you mean 'choice'?"),
    ("rules/form.yaml", "id: garment", "id: garmnet", "unknown field 'garmnet'; did you mean 'garment'?"),
    ("rules/form.yaml", "labels:", "lables:", "unknown key 'lables'; did you mean 'labels'?"),
    (
        "rules/people.yaml",
        "roles: [operations]",
        "roles: [opertaions]",
        "unknown role 'opertaions'; did you mean 'operations'?",
    ),
    ("rules/people.yaml", "address:", "adress:", "unknown key 'adress'; did you mean 'address'?"),
    ("rules/categories.yaml", "says_left:", "say_left:", "unknown key 'say_left'; did you mean 'says_left'?"),
    ("rules/wording.yaml", "offers:", "ofers:", "unknown key 'ofers'; did you mean 'offers'?"),
    ("rules/calendar.yaml", "GB-ENG", "GB-EGN", "unknown holidays 'GB-EGN'; did you mean 'GB-ENG'?"),
    ("rules/commands.yaml", "proof: full", "proof: ful", "unknown proof 'ful'; did you mean 'full'?"),
    ("templates/en/E2-the-form.md", "audience: customer", "audience: custmer", "did you mean 'customer'?"),
]


def at_line(file: str, old: str) -> int:
    """The first line of a file that has the words where they count."""
    lines = enumerate(REAL[file].split("\n"), start=1)
    return next(n for n, line in lines if old in line and not line.lstrip().startswith("#"))


@pytest.mark.parametrize(("file", "old", "new", "said"), FILES)
def test_slips_in_the_other_files(file: str, old: str, new: str, said: str) -> None:
    """The other shipped files are told on just as exactly."""
    line = at_line(file, old)
    text = REAL[file].split("\n")
    text[line - 1] = text[line - 1].replace(old, new, 1)
    loaded = load({**REAL, file: "\n".join(text)}, "Europe/London", RECOGNISED)
    assert loaded.process is None
    assert any((p.file, p.line) == (file, line) and said in p.what for p in loaded.problems), loaded.problems


def test_slips_in_all_files_at_once() -> None:
    """A slip in every file at the same time: one load tells them all."""
    files = dict(REAL)
    wanted = []
    for file, old, new, said in {entry[0]: entry for entry in FILES}.values():
        line = at_line(file, old)
        text = files[file].split("\n")
        text[line - 1] = text[line - 1].replace(old, new, 1)
        files[file] = "\n".join(text)
        wanted.append((file, line, said))
    told = load(files, "Europe/London", RECOGNISED).problems
    for file, line, said in wanted:
        assert any((p.file, p.line) == (file, line) and said in p.what for p in told), (file, line, said)
