"""Desks that write in several languages, out of the shipped files; a missing letter stands there in English.

`python -m tests.translating` writes the golden letter of tests/letters_in anew, after a change that is meant.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from mailbot.adapters.files import read_rule_files
from mailbot.cases.events import RECOGNISED
from mailbot.process.load import load
from mailbot.process.model import Process
from tests import letter_cases as paper

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "letters_in" / "fr-E3.txt"
CAUSES = "rules/compensation.yaml"
_LETTER = re.compile(r"(?m)^letter: (\S+)")


def shipped() -> tuple[str, ...]:
    """The languages that there are letters in, besides English."""
    return tuple(sorted(each.name for each in (ROOT / "templates").iterdir() if each.is_dir() and each.name != "en"))


def files(language: str) -> dict[str, str]:
    """The shipped files of a desk for English and another language."""
    return read_rule_files(ROOT, ("en", language))


def whole(language: str) -> dict[str, str]:
    """The same, with the English letters and sentences for those that are missing."""
    made = files(language)
    own = {found[1] for name, text in made.items() if f"/{language}/" in name and (found := _LETTER.search(text))}
    for name, text in tuple(made.items()):
        found = _LETTER.search(text) if name.startswith("templates/en/") else None
        if found and found[1] not in own:
            made[name.replace("/en/", f"/{language}/")] = text
    told = rf'told: \{{en: ("[^"]*")(?![^}}\n]*\b{language}:)'
    made[CAUSES] = re.sub(told, rf"told: {{en: \1, {language}: \1", made[CAUSES])
    return made


@lru_cache(maxsize=8)
def process(language: str) -> Process:
    """The rules of a desk that writes in English and in another language."""
    loaded = load(whole(language), "Europe/London", RECOGNISED, ("en", language))
    assert loaded.process, loaded.problems
    return loaded.process


def golden() -> str:
    """The French E3 as a customer gets it."""
    letter = paper.written(paper.Sample("E3"), process("fr"), "fr")
    return f"Subject: {letter.subject}\n\n{letter.text}"


if __name__ == "__main__":
    GOLDEN.write_text(golden(), encoding="utf-8")
