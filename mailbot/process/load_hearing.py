"""rules/hearing.yaml -> the small words by which staff are read: courtesy, doubt, denial, dates.

Decides whether the lists can be used: the first language has each of them and any other what turns an answer round,
denial is never empty, no word is passed over in one list that turns a sentence round in another, and no words mean two
answers. Phrases only, never patterns: nothing an admin writes here
can keep the desk busy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mailbot.process.compensation import Compensation
from mailbot.process.load_screening import phrases
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.wordlists import Hearing
from mailbot.process.yaml_marks import Value

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,8})?")
TURNING = ("denial", "mood", "doubt", "limit")  # what makes another sentence of a sentence
PASSED_OVER = ("greeting", "courtesy", "assent", "joining", "leading", "client_is", "before_amount", "money")
WHOLE = ("assent", "assessment", "cause", "to_customer", "machine", "money")  # looked for word by word: no `*`
LISTS = (
    *TURNING, *PASSED_OVER, "passed_on", "machine", "bounds", "assessment", "cause", "to_customer", "reference",
    "today", "tomorrow", "next", "this", "before_date", "vague",
)  # fmt: skip
NAMED = {"weekdays": 7, "months": 12}  # lists of names in their order, each name in every spelling
KEYS = (*LISTS, *NAMED)
CORE = (*TURNING, "greeting", "courtesy", "assent", "joining")  # of a language that only short answers come in
MEANS = "means"


def load_hearing(page: Page, root: Value, compensation: Compensation) -> Hearing:
    """The lists of all languages together; `compensation` has the words of an assessment."""
    gathered: dict[str, list[str]] = {name: [] for name in LISTS}
    numbered: dict[str, dict[str, int]] = {name: {} for name in NAMED}
    lines: dict[tuple[str, str], int] = {}
    languages = page.table(root, "this file") if root.is_null or page.is_shape(root, "table", "this file") else {}
    meanings: dict[str, list[str]] = {}
    for number, (language, body) in enumerate(languages.items()):
        if not LANGUAGE.fullmatch(language):
            page.error(root.key_lines[language], f"{shown(language)} is no language; write it like 'en'")
        entries = page.keys(body, shown(language), (*KEYS, MEANS), CORE if number else KEYS, name="list")
        _meanings(page, entries.get(MEANS), meanings)
        for name in LISTS:
            for phrase in _list(page, entries.get(name), name):
                gathered[name].append(phrase)
                lines.setdefault((name, phrase), entries[name].line)
        for name, count in NAMED.items():
            _names(page, entries.get(name), name, count, numbered[name])
    _check(page, root, gathered, lines)
    lists: dict[str, Any] = {name: tuple(dict.fromkeys(found)) for name, found in gathered.items()}
    same = tuple((word, *dict.fromkeys(others)) for word, others in meanings.items())
    return Hearing(
        **lists, weekdays=numbered["weekdays"], months=numbered["months"], compensation=compensation, meanings=same
    )


def _list(page: Page, value: Value | None, name: str) -> Iterable[str]:
    """The phrases of one list, as they are compared."""
    if value is None:
        return ()
    found = phrases(page, value, f"'{name}'").phrases
    for phrase in found:
        if "*" in phrase and name in WHOLE:
            page.error(value.line, f"{shown(phrase)}: '{name}' is looked for word by word, without '*'")
    return found


def _meanings(page: Page, value: Value | None, meanings: dict[str, list[str]]) -> None:
    """Other words for the answers that letters know; the same words cannot mean two of them."""
    if value is None or not page.is_shape(value, "table", f"'{MEANS}'"):
        return
    for word, listed in page.table(value, f"'{MEANS}'").items():
        meant = " ".join(word.casefold().split())
        for phrase in phrases(page, listed, f"'{MEANS}'").phrases:
            other = next((each for each, known in meanings.items() if each != meant and phrase in (each, *known)), "")
            if "*" in phrase:
                page.error(listed.line, f"{shown(phrase)}: '{MEANS}' is looked for word by word, without '*'")
            elif other:
                page.error(listed.line, f"{shown(phrase)} cannot mean {shown(meant)}: it means {shown(other)} already")
            else:
                meanings.setdefault(meant, []).append(phrase)


def _names(page: Page, value: Value | None, name: str, count: int, numbered: dict[str, int]) -> None:
    """Days or months in their order, from 0; one spelling cannot mean two of them."""
    if value is None:
        return
    items = page.items(value, f"'{name}'")
    if value.kind == "list" and len(items) != count:
        page.error(value.line, f"'{name}' should be a list of {count}, each with its spellings, but has {len(items)}")
        return
    for number, item in enumerate(items):
        for word in page.texts(item, f"'{name}'"):
            small = " ".join(word.casefold().split())
            if numbered.setdefault(small, number) != number:
                page.error(item.line, f"{shown(small)} stands twice in '{name}'")


def _check(page: Page, root: Value, gathered: Mapping[str, list[str]], lines: Mapping[tuple[str, str], int]) -> None:
    """What would let a sentence be read as its opposite."""
    if root.kind == "table" and not gathered["denial"]:
        page.error(root.line, "'denial' cannot be empty: \"not solved\" would be read as solved")
    turning = {phrase: name for name in TURNING for phrase in gathered[name]}
    for name in PASSED_OVER:
        for phrase in dict.fromkeys(gathered[name]):
            if phrase in turning:
                where = f"it stands in '{turning[phrase]}' already"
                page.error(lines[name, phrase], f"{shown(phrase)} would be passed over in '{name}', but {where}")
