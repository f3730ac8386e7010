"""`mailbot check`, `map` and `where`: the rule files of a desk, without its mailbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.commands.completing import letter_codes
from mailbot.commands.options import desk_option
from mailbot.environment import desk_folder
from mailbot.errors import MailbotError, Problem, RulesError

if TYPE_CHECKING:
    from mailbot.process.model import Process

PROVED = "no offer can be reached without form and approval"


@click.command("map")
@click.option("--mermaid", is_flag=True, help="As a mermaid diagram, for pages that draw it.")
@desk_option
def map_(desk: str | None, mermaid: bool) -> int:
    """The process drawn: its states, and what leads from one to the other.

    \b
      mailbot map
      mailbot map --mermaid > map.mmd
    """
    from mailbot.adapters.files import read_rule_files
    from mailbot.insight import map as drawing
    from mailbot.rulebook import examine

    folder = _folder_of_rules(desk)
    process, problems = examine(read_rule_files(folder), *_desk_of(folder))
    if process is None:
        raise RulesError(tuple(problem for problem in problems if problem.severe))
    for line in drawing.mermaid(process) if mermaid else drawing.text(process):
        click.echo(line)
    return 0


@click.command()
@click.argument("letter", metavar="[LETTER]", default="", shell_complete=letter_codes)
@click.option("--json", "as_json", is_flag=True, help="As JSON: one object, or one a line for all letters.")
@click.option("--markdown", is_flag=True, help="The table of all letters in Markdown.")
@click.option("--no-pager", is_flag=True, help="Write it straight out, however long it is.")
@desk_option
def where(desk: str | None, letter: str, as_json: bool, markdown: bool, no_pager: bool) -> int:
    """Every row, template, button and story of a letter; without one, the table of all letters.

    \b
      mailbot where E2
      mailbot where ask-garments --json
      mailbot where --markdown > letters.md
    """
    from mailbot import terminal
    from mailbot.insight import where as looking
    from mailbot.insight.letters_table import letters_table
    from mailbot.viewing import rules_of, stories_of

    folder = _folder_of_rules(desk)
    process = rules_of(folder, *_desk_of(folder))
    if markdown and not letter:
        click.echo("\n".join(letters_table(process)))
    elif not letter:
        _letters(process, as_json, pager=not no_pager)
    else:
        code = _code(letter, process)
        if as_json:
            click.echo(json.dumps(looking.as_json(code, process, stories_of(code)), ensure_ascii=False))
        else:
            terminal.say(looking.page(code, process, stories_of(code)), pager=not no_pager)
    return 0


def _letters(process: Process, as_json: bool, pager: bool) -> None:
    """The table of all letters; through a pipe a line each."""
    from mailbot import terminal
    from mailbot.insight import letters_table as tables

    if as_json:
        for each in tables.letters_json(process):
            click.echo(json.dumps(each, ensure_ascii=False))
    elif terminal.is_terminal():
        terminal.say([tables.letters_sheet(process)], pager=pager)
    else:
        for row in terminal.plain_rows(tables.letters_sheet(process)):
            click.echo(row)


def _code(letter: str, process: Process) -> str:
    """The letter's code, in any case. Raises MailbotError with the nearest one where there is none."""
    from mailbot.process.names import unknown

    found = next((code for code in process.letters if code.casefold() == letter.casefold()), "")
    if not found:
        raise MailbotError(f"{unknown('letter', letter, process.letters)}; `mailbot where` lists them all.")
    return found


def _folder_of_rules(desk: str | None) -> Path:
    """The desk's folder; a folder of rules alone will do. Raises SettingsError where this is no desk at all."""
    from mailbot import settings as reading

    folder = desk_folder(desk)
    if not (folder / "rules").is_dir():
        reading.load(folder)
    return folder


def _desk_of(folder: Path) -> tuple[str, tuple[str, ...]]:
    """The desk's time zone and languages; where there is only a folder of rules, the shipped ones."""
    from mailbot import settings as reading
    from mailbot.process.load_letters import languages_in

    if (folder / reading.FILE).exists():
        desk = reading.load(folder).desk
        return desk.timezone, desk.written
    folders = (f"templates/{each.parent.name}/{each.name}" for each in folder.glob("templates/*/*.md"))
    return "Europe/London", languages_in(dict.fromkeys(folders, ""))


@click.command()
@desk_option
def check(desk: str | None) -> int:
    """Lint rules and letters; all problems at once.

    \b
    Each as `file:line: what is wrong`; exit status 1 on errors, 0 on warnings:
      mailbot check
      mailbot check --desk mydesk && mailbot run --desk mydesk
    """
    from mailbot.adapters.files import read_rule_files
    from mailbot.rulebook import examine

    folder = _folder_of_rules(desk)
    try:
        problems: Sequence[Problem] = examine(read_rule_files(folder), *_desk_of(folder))[1]
    except RulesError as error:
        problems = sorted(error.problems)
    for problem in problems:
        click.echo(str(problem))
    severe = sum(problem.severe for problem in problems)
    if not severe:
        warnings = f", {len(problems)} warning{'s' * (len(problems) > 1)}" if problems else ""
        click.echo(f"rules and letters are in order{warnings}; {PROVED}")
    return 1 if severe else 0
