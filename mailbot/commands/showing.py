"""`mailbot demo`."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.commands.options import say


@click.command()
@click.option("--fast", is_flag=True, help="Without pauses for reading.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to leave the desk and every mail.")
def demo(fast: bool, folder: Path | None) -> None:
    """The whole story on embedded mail servers, weeks in seconds; nothing to set up."""
    try:
        from mailbot.demo.story import play
    except ImportError as error:
        say(f"the demo needs two more packages ({error.name}): pip install 'mailbot[demo]'")
        raise SystemExit(1) from None
    raise SystemExit(play(folder, fast))
