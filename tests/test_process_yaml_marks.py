"""YAML as rule files use it: every value with its line, every fault a Problem."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.process.yaml_marks import LONGEST_FILE, Value, read


def one(text: str) -> object:
    """The plain value of a text without problems."""
    value, problems = read(text, "f.yaml")
    assert problems == []
    assert value is not None
    return value.plain()


def said(text: str) -> list[str]:
    return [str(problem) for problem in read(text, "f.yaml")[1]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("Off", "Off"), ("012", "012"), ("12:30", "12:30"),
        ("08:00-18:00", "08:00-18:00"), ("2026-12-27", "2026-12-27"), ("0x1f", "0x1f"), ("1_000", "1_000"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("3", 3), ("-2", -2), ("1.5", 1.5),
        ("1e3", 1000.0), (".", "."), ("+", "+"),
        ("1e999", "1e999"), ("9" * 40, "9" * 40), ("'3'", "3"), ('"true"', "true"),
    ],
)  # fmt: skip
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    """Only true, false, null and plain numbers are more than text: `yes`, 012, 12:30 and dates stay text."""
    found = one(f"key: {written}")
    assert found == {"key": meant}
    assert type(found["key"]) is type(meant)  # type: ignore[index]


def test_keys_stay_text() -> None:
    """`on:`, `yes:` and `1:` are the names an admin wrote."""
    assert one("on: 1\nyes: 2\n1: 3\ntrue: 4") == {"on": 1, "yes": 2, "1": 3, "true": 4}


def test_every_value_knows_its_line() -> None:
    """Keys, values, rows of a list and the first line of front matter are all placed."""
    value, problems = read("a:\n  b: 1\n  c:\n    - x\n    - y: 2\n", "f.yaml", first_line=10)
    assert problems == []
    assert value is not None
    assert (value.line, value.key_lines["a"]) == (10, 10)
    inner = value.entries["a"]
    assert (inner.key_lines["b"], inner.key_lines["c"]) == (11, 12)
    assert [item.line for item in inner.entries["c"].items] == [13, 14]


def test_the_text_as_written_is_kept() -> None:
    """A phone number keeps its plus, though it would do as a number."""
    value, _ = read("phone: +442071234567", "f.yaml")
    assert value is not None
    assert value.entries["phone"].text == "+442071234567"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", "f.yaml:3: 'a' stands here twice; the first is on line 1"),
        ("a: &x 1", "f.yaml:1: '&x': anchors are not allowed"),
        ("a: 1\nb: *x", "f.yaml:2: '*x': aliases are not allowed"),
        (
            "a: !!python/object:os.system x",
            "f.yaml:1: 'tag:yaml.org,2002:python/object:os.system': tags are not allowed",
        ),
        ("a: 1\n---\nb: 2", "f.yaml:2: a second document begins here"),
        ("? [a]\n: 1", "f.yaml:1: a key must be one word or phrase"),
        ("a: b: c", "f.yaml:1: this is not YAML: mapping values are not allowed"),
        ("a:\n\t- b", "f.yaml:2: this is not YAML"),
        ("a: 'b", "f.yaml:1: this is not YAML"),
        ("a: 1\nb: \x00", "f.yaml:2: a character that cannot stand in a text file (U+0000)"),
        ("a: \ud800", "f.yaml:1: a character that cannot stand in a text file (U+D800)"),
        ("[" * 100_000, "f.yaml:1: lists and tables more than 20 deep"),
        ("a" * (LONGEST_FILE + 1), "f.yaml:1: the file is longer than 500,000 characters"),
    ],
)
def test_faults_are_problems_with_a_line(text: str, problem: str) -> None:
    """Each kind of fault is told with its line, and none raises."""
    assert any(line.startswith(problem) for line in said(text)), said(text)


def test_an_alias_bomb_is_not_unfolded() -> None:
    """Nine levels of nine aliases cost nothing: no alias is ever followed."""
    bomb = "a0: &a0 lol\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    began = time.process_time()
    lines = said(bomb)
    assert time.process_time() - began < 1
    assert "f.yaml:1: '&a0': anchors are not allowed; write the value out where it is needed" in lines


@pytest.mark.parametrize(
    "piece", ["- ", "? ", "a: ", "{a", "[a, ", "a: 1\n", "- a\n", "'", "&a ", "*a ", "!", "|\n ", "x", "\n", "{}"]
)
def test_much_of_anything_is_read_in_bounded_time(piece: str) -> None:
    """Half a million characters of any one thing are dealt with in seconds, with few problems."""
    began = time.process_time()
    _, problems = read(piece * (LONGEST_FILE // len(piece)), "f.yaml")
    assert time.process_time() - began < 10
    assert len(problems) <= 101


yamlish = st.text(alphabet=st.sampled_from("abc: -\n[]{}'\"&*!?|>#%@,~1.\t\x00é\ud800"), max_size=120)


@given(yamlish | st.text())
def test_no_text_raises(text: str) -> None:
    """Any text gives a value or problems with lines in the file, never an exception."""
    value, problems = read(text, "f.yaml")
    assert value is None or isinstance(value, Value)
    assert value is not None or problems
    assert all(
        1 <= problem.line <= text.count("\n") + text.count("\r") + text.count("\x85") + 2 for problem in problems
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("people:\n  - name: M\n    address m@x\n    phone: '1'\n", "3: this is not YAML: a ':' with a blank"),
        ("people:\n  - name: M\n    address m@x\n\n    # so\n    phone: '1'\n", "3: this is not YAML: a ':'"),
        ("people:\n  - name M\n    address: m@x\n", "2: this is not YAML: a ':' with a blank"),
        ("people:\n  - name:M\n\n    address: m@x\n", "2: this is not YAML: a ':' with a blank"),
        ("people\n  - name: M\n", "1: this is not YAML: a ':' with a blank"),
        ("a: 1\nlimits\nstores: 3\n", "2: this is not YAML: a ':' with a blank"),
        ("a: 1\nb: c: d", "2: this is not YAML: mapping values are not allowed in this context; a text with ': '"),
        ("a:\n  b: 1\n   c: 2\n", "3: this is not YAML: mapping values are not allowed in this context; this line"),
        ("a:\n\t- b", "2: this is not YAML: a tab; YAML wants spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "3: this is not YAML: a tab; YAML wants spaces"),
        ("a: 1\nb: @x", "2: this is not YAML: a text that begins with '@' stands in quotation marks"),
        ('a: 1\nb: "x\nc: 2\n', "2: this is not YAML: the quotation mark that opens here is never closed"),
        ("a: 1\nb: [c\n\nd: 2\n", "2: this is not YAML: the '[' that opens here is not closed"),
        ("a: 1\nb: {c: 1\nd: 2\n", "2: this is not YAML: the '{' that opens here is not closed"),
    ],
)
def test_what_is_not_yaml_is_told_at_the_line_to_mend(text: str, problem: str) -> None:
    """Not where the reader gave up, but where a person has to write something; in plain words."""
    (found,) = said(text)
    assert found.startswith(f"f.yaml:{problem}")
