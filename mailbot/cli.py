"""The commands: thin, each loading only what it needs, so that `mailbot --help` is quick.

Exit status: 0 fine, 1 something found or failed, 2 wrong usage or settings. Errors are one line each
on stderr: what is wrong and what to do. With --json stdout is JSON alone, and logs go to stderr.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from importlib import import_module

import click

from mailbot.environment import wants_no_colour

# Title -> command -> (where it is: module of mailbot.commands, name in it; what `--help` says of it in a line).
# The line is the first of the command's docstring; it stands here so that `--help` need load no command.
COMMANDS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "First steps": {
        "demo": ("showing", "demo", "The whole story on embedded mail servers, weeks in seconds; nothing to set up."),
        "init": (
            "founding", "init",
            "Make a new desk folder: settings, rules, letters, state and the secret. Never overwrites.",
        ),
    },
    "The desk at work": {
        "once": ("working", "once", "One cycle: take in all new mail, fire what is due, send."),
        "run": ("working", "run", "The service: watch the mailbox until told to stop."),
        "rebuild": (
            "working", "rebuild", "Make state/ again from the mailbox alone; the old state is kept beside it.",
        ),
    },
    "Looking at cases": {
        "cases": ("looking", "cases", "The cases, oldest first."),
        "show": ("looking", "show", "One case with its history."),
    },
    "Rules and letters": {
        "check": ("ruling", "check", "Lint rules and letters; all problems at once."),
        "map": ("ruling", "map_", "The process drawn: its states, and what leads from one to the other."),
    },
}  # fmt: skip


class _Commands(click.Group):
    """Commands loaded when they are called, and listed in the order of a first day."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [name for group in COMMANDS.values() for name in group]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        for group in COMMANDS.values():
            if name in group:
                module, attribute, _ = group[name]
                command: click.Command = getattr(import_module(f"mailbot.commands.{module}"), attribute)
                return command
        return None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        for title, group in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, line) for name, (_, _, line) in group.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mailbot")
@click.option("--desk", metavar="DIR", help="The desk folder (default: $MAILBOT_DESK, else the current folder).")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours; auto: on a terminal, unless NO_COLOR is set.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done with each mail and letter.")
@click.pass_context
def main(context: click.Context, desk: str | None, color: str, verbose: bool) -> None:
    """mailbot runs the complaints mailbox of a shop.

    \b
    First steps:
      mailbot init mydesk            make a desk folder, then edit mydesk/mailbot.toml
      mailbot check --desk mydesk    is every rule file in order?
      mailbot once --desk mydesk --dry-run
      mailbot run --desk mydesk
    """
    context.obj = desk
    context.color = {"always": True, "never": False}.get(color, False if wants_no_colour() else None)
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
