"""The commands: thin, each loading only what it needs, so that `mailbot --help` is quick.

Exit status: 0 fine, 1 something found or failed, 2 wrong usage or settings. Errors are one line each
on stderr: what is wrong and what to do. With --json stdout is JSON alone, and logs go to stderr.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

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
        "doctor": (
            "examining", "doctor",
            "Try every connection and file, and say in words what is wrong and what to do.",
        ),
        "login": (
            "signing_in", "login",
            "Sign in to the mailbox at Google, Microsoft 365 or another provider (OAuth 2).",
        ),
    },
    "The desk at work": {
        "once": ("working", "once", "One cycle: take in all new mail, fire what is due, send."),
        "run": ("working", "run", "The service: watch the mailbox until told to stop."),
        "health": ("working", "health", "Whether the service is well; for probes."),
        "rebuild": (
            "working", "rebuild", "Make state/ again from the mailbox alone; the old state is kept beside it.",
        ),
    },
    "Looking at cases": {
        "cases": ("looking", "cases", "The cases, oldest first."),
        "show": ("looking", "show", "One case with its history."),
        "why": ("looking", "why", "Each step of a case in plain words, by which rule, and what comes next."),
        "explain": ("explaining", "explain", "What the desk understands of a mail, why, and what it would do."),
    },
    "Rules and letters": {
        "check": ("ruling", "check", "Lint rules and letters; all problems at once."),
        "where": (
            "ruling", "where",
            "Every row, template, button and story of a letter; without one, the table of all letters.",
        ),
        "map": ("ruling", "map_", "The process drawn: its states, and what leads from one to the other."),
    },
    "Your shell": {
        "completion": (
            "completing", "completion",
            "Print the script that lets Tab complete commands, cases, states and letters.",
        ),
    },
}  # fmt: skip


_FULL = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG)
_NAMES = max(len(name) for group in COMMANDS.values() for name in group)


class _Commands(click.Group):
    """Commands loaded when they are called, and listed in the order of a first day."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """As click does it; where stdout takes no more (a full disk), one sentence in place of a traceback."""
        try:
            return super().main(*arguments, **options)
        except OSError as error:
            if error.errno not in _FULL or not _stdout_failed(error):
                raise
            click.echo(f"cannot write the output: {os.strerror(error.errno)}", err=True)
            with Path(os.devnull).open("w") as nowhere:  # else Python tries once more at its end, and complains
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            sys.exit(1)

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
                formatter.write_dl([(f"{name:<{_NAMES}}", line) for name, (_, _, line) in group.items()])

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; a wrong one is refused with the nearest right one."""
        if not context.resilient_parsing and args and self.get_command(context, args[0]) is None:
            from mailbot.process.names import unknown

            context.fail(unknown("command", args[0], self.list_commands(context)))
        return super().resolve_command(context, args)


def _stdout_failed(error: OSError) -> bool:
    """Whether it was stdout that could not be written, and no file of the desk."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    return last is not None and last.tb_frame.f_code is click.echo.__code__


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
    On the first day:
      mailbot demo                            see it work; nothing to set up
      mailbot init mydesk                     a desk folder of your own
      mailbot doctor --desk mydesk            does it reach its mailbox?
      mailbot once --desk mydesk --dry-run    what would it do?
      mailbot run --desk mydesk               the service

    \b
    On every other:
      mailbot cases                           what is open, and for whom it waits
      mailbot why anna                        what happened on Anna's case, and why
    """
    context.obj = desk
    context.color = {"always": True, "never": False}.get(color, False if wants_no_colour() else None)
    _log(verbose)


def _log(verbose: bool) -> None:
    """Logs go to stderr; loaded here, since `--help` logs nothing."""
    import logging

    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # what is odd in a customer's file is nobody's news


if __name__ == "__main__":
    main()
