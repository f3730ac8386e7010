"""`mailbot init`."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.commands.options import errors_for_people


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@errors_for_people
def init(folder: Path) -> None:
    """Make a new desk folder: settings, rules, letters, state and the secret. Never overwrites."""
    from mailbot.founding import found

    for line in found(folder):
        click.echo(line)
