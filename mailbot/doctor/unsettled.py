"""The examination of a desk whose settings cannot be used: what is wrong with them, and what needs none of them.

It stands in for `examination`; nothing is connected to, since nobody knows where.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mailbot.doctor import rules
from mailbot.doctor.examination import GROUPS, all_of
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, wrong
from mailbot.errors import SettingsError
from mailbot.settings import FILE, Desk, Imap, Settings, Smtp

DO = "mend that, then run the doctor again: without it only the rules can be looked at"


def is_no_desk(folder: Path) -> bool:
    """Whether there are no settings at all: then it is no desk, and nothing in it is worth a look."""
    if os.path.lexists(folder / FILE):
        return False
    return not os.path.lexists(folder) or os.access(folder, os.X_OK)


def examine(folder: Path, error: SettingsError) -> Iterator[tuple[str, Iterator[Finding]]]:
    """The groups' titles and findings, as `examination.examine` gives them."""
    titles = {look: title for title, look in GROUPS}
    yield GROUPS[0][0], (_in_words(folder, line) for line in str(error).splitlines())
    if os.access(folder / "rules", os.R_OK | os.X_OK):
        yield titles[rules.look], all_of(rules.look, Examined(_nobodys(folder)))


def _in_words(folder: Path, said: str) -> Finding:
    """One line of what is wrong; the file's name stands before it already."""
    rest = said.removeprefix(str(folder / FILE))
    if rest.startswith(": "):
        return wrong(FILE, rest[2:], DO)
    return wrong(FILE, f"line {rest[1:]}" if rest.startswith(":") else said, DO)


def _nobodys(folder: Path) -> Settings:
    """Settings that name only the folder; the rules need no more."""
    desk = Desk(name="-", address="desk@shop.example")
    return Settings(folder=folder, desk=desk, imap=Imap(host="localhost"), smtp=Smtp(host="localhost"))
