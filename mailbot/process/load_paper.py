"""rules/form.yaml, `paper:` -> the words on the form as a PDF, by language; the fields are load_form's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mailbot.process.model import Paper
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.yaml_marks import Value

KEYS = ("title", "how", "file")
_FILE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+){0,9}")  # what every mail program and disk takes in a file's name


def load_paper(page: Page, root: Value, languages: Iterable[str]) -> Paper:
    """The words of the paper; none where the file has no `paper:`."""
    value = root.entries.get("paper") if root.kind == "table" else None
    if value is None:
        return Paper()
    entries = page.keys(value, "'paper'", KEYS, KEYS)
    title, how, file = ({**_texts(page, entries.get(key), key)} for key in KEYS)
    for language in languages:
        if language not in title or language not in how:
            page.error(value.line, f"'paper' has no title or how in {shown(language)}")
    for language, name in file.items():
        if not _FILE.fullmatch(name):
            page.error(
                value.line, f"the file name {shown(name)} in {shown(language)} has more than letters and hyphens"
            )
    return Paper(title, how, file)


def _texts(page: Page, value: Value | None, key: str) -> Mapping[str, str]:
    if value is None:
        return {}
    return {
        language: page.text(text, f"'{key}' in '{language}'")
        for language, text in page.table(value, f"'{key}'").items()
    }
