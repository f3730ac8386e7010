"""What README.md says is so."""

from __future__ import annotations

import re

import click

from mailbot.cli import COMMANDS, main
from tests.readme import FILE, renewed

TEXT = FILE.read_text(encoding="utf-8")


def test_tables_of_letters_are_not_stale() -> None:
    """After a change of rules or templates: `python -m tests.renew_readme`."""
    assert renewed(TEXT) == TEXT, "run: python -m tests.renew_readme"
    assert TEXT.count("templates/en/") > 40


def test_the_commands_are_those_there_are() -> None:
    """The table of commands is the list of `mailbot --help`, in its order, no more and no less."""
    table = re.findall(r"^\| `mailbot (\w+)", TEXT, flags=re.MULTILINE)
    assert table == main.list_commands(click.Context(main))  # type: ignore[attr-defined]


def test_options_in_the_table_exist() -> None:
    """Each option that the table of commands names is one of that command."""
    rows = re.findall(r"^\| `mailbot (\w+)([^`]*)`", TEXT, flags=re.MULTILINE)
    for name, words in rows:
        command = main.get_command(click.Context(main), name)  # type: ignore[attr-defined]
        known = {option for each in command.params for option in each.opts}
        assert set(re.findall(r"--[\w-]+", words)) <= known, name


def test_files_are_there() -> None:
    """Every path and every link of the README leads to something."""
    paths = re.findall(r"`((?:rules|templates|docs|mailbot|bench|tests|deploy)/[\w./-]*)`", TEXT)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert len(links) > 40
    for path in (*paths, *links):
        assert (FILE.parent / path).exists(), path


def test_help_says_of_a_command_what_it_says_itself() -> None:
    """The lines of `mailbot --help` are the first lines of the commands' own help."""
    for group in COMMANDS.values():
        for name, (_, _, line) in group.items():
            command = main.get_command(click.Context(main), name)  # type: ignore[attr-defined]
            assert command.help.partition("\n")[0] == line
