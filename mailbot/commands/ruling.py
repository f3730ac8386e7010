"""`mailbot check` and `mailbot map`: the rule files of a desk, without its mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from mailbot.commands.options import desk_option
from mailbot.environment import desk_folder
from mailbot.errors import Problem, RulesError


@click.command("map")
@click.option("--mermaid", is_flag=True, help="As a mermaid diagram, for pages that draw it.")
@desk_option
def map_(desk: str | None, mermaid: bool) -> int:
    """The process drawn: its states, and what leads from one to the other."""
    from mailbot.adapters.files import read_rule_files
    from mailbot.insight import map as drawing
    from mailbot.rulebook import examine

    folder = desk_folder(desk)
    process, problems = examine(read_rule_files(folder), _timezone(folder))
    if process is None:
        raise RulesError(tuple(problem for problem in problems if problem.severe))
    for line in drawing.mermaid(process) if mermaid else drawing.text(process):
        click.echo(line)
    return 0


def _timezone(folder: Path) -> str:
    """The desk's; where there is only a folder of rules, the shipped one."""
    from mailbot import settings as reading

    return reading.load(folder).desk.timezone if (folder / reading.FILE).exists() else "Europe/London"


@click.command()
@desk_option
def check(desk: str | None) -> int:
    """Lint rules and letters; all problems at once."""
    from mailbot.adapters.files import read_rule_files
    from mailbot.rulebook import examine

    folder = desk_folder(desk)
    try:
        problems: Sequence[Problem] = examine(read_rule_files(folder), _timezone(folder))[1]
    except RulesError as error:
        problems = sorted(error.problems)
    for problem in problems:
        click.echo(str(problem))
    severe = sum(problem.severe for problem in problems)
    if not severe:
        warnings = f", {len(problems)} warning{'s' * (len(problems) > 1)}" if problems else ""
        click.echo(f"rules and letters are in order{warnings}")
    return 1 if severe else 0
