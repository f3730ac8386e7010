"""`mailbot init`: asks a person, takes flags from a program, then writes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mailbot.commands.options import errors_for_people, say

Flag = Callable[[click.Context, click.Parameter, Any], Any]


def _checked(check: str, *more: Any) -> Flag:
    """A click callback: the flag's value as mailbot.answers takes it, or what is wrong with it."""

    def read(_context: click.Context, _flag: click.Parameter, value: Any) -> Any:
        from mailbot import answers

        try:
            if isinstance(value, tuple):
                return tuple(getattr(answers, check)(each, *more) for each in value)
            return None if value is None else getattr(answers, check)(value, *more)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return read


def _person(role: str, who: str) -> Callable[[Any], Any]:
    return click.option(
        f"--{role}", metavar="WHO", callback=_checked("contact"), help=f'{who}: "Ada <ada@shop.example>".'
    )


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--address", metavar="ADDRESS", callback=_checked("desk_address"), help="Where customers write to.")
@click.option("--name", metavar="NAME", callback=_checked("one_line"), help="The shop's name, as customers see it.")
@click.option("--prefix", metavar="WORD", callback=_checked("prefix"), help="Stands in every subject: [WORD-4K7QD2M].")
@click.option("--timezone", metavar="ZONE", callback=_checked("timezone"), help="Such as Europe/London.")
@click.option(
    "--languages",
    metavar="LIST",
    callback=_checked("languages"),
    help='Of letters to customers, the usual one first: "de en" (default: en).',
)
@click.option(
    "--imap", metavar="HOST:PORT", callback=_checked("server", 993), help="The mailbox; /tls or /starttls after it."
)
@click.option("--smtp", metavar="HOST:PORT", callback=_checked("server", 587), help="The way out, likewise.")
@click.option(
    "--username", metavar="NAME", callback=_checked("one_line"), help="For both servers (default: the address)."
)
@click.option(
    "--password-file",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The password, in a file that only you can read.",
)
@click.option("--oauth2", metavar="PROVIDER", help="Sign in by OAuth 2: google or microsoft.")
@click.option("--client-id", metavar="ID", callback=_checked("one_line"), help="With --oauth2: the registered client.")
@_person("care", "Owns the cases, signs the letters")
@_person("operations", "Assesses what happened")
@_person("va", "Types, calls, pays")
@_person("admin", "Keeps the rule files, gets faults")
@click.option("--till", "tills", metavar="STORE", multiple=True, callback=_checked("store"),
              help='A store and its till: "Marylebone <marylebone@shop.example>"; again for each store.')  # fmt: skip
@click.option("--dns", metavar="IP[:PORT]", default="", help="Ask this name server in place of the system's.")
@click.option("--input/--no-input", "asks", default=None, help="Ask, or never ask (default: ask on a terminal).")
@click.option("--yes", "silent", is_flag=True, help="The same as --no-input.")
@errors_for_people
def init(folder: Path, tills: tuple[Any, ...], dns: str, asks: bool | None, silent: bool, **given: Any) -> None:
    """Make a new desk folder: settings, rules, letters, state and the secret. Never overwrites.

    On a terminal it asks for what it needs and looks up the mail servers; nothing is written before the last answer.
    Elsewhere it never asks: what no flag says gets a marked placeholder.

    \b
      mailbot init mydesk
      mailbot init mydesk --yes --address care@shop.example --admin "Ada <ada@shop.example>" \\
                          --till "High Street <highstreet@shop.example>"
    """
    from mailbot.commands import interview, reviewing
    from mailbot.founding import found

    if asks is None:
        asks = not silent and sys.stdin.isatty() and sys.stdout.isatty()
    try:
        answers = interview.given(folder, tills, given)
        answers = reviewing.asked(folder, answers, dns) if asks else interview.look_up(answers, dns)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except (click.Abort, KeyboardInterrupt):
        say("\nStopped; nothing was written.")
        raise SystemExit(1) from None
    try:
        for line in found(folder, answers):
            click.echo(line)
    except KeyboardInterrupt:
        say(f"\nStopped half-way; `mailbot init {folder}` again makes the rest.")
        raise SystemExit(1) from None
