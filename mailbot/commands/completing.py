"""`mailbot completion`, and what the shell is told when somebody presses Tab.

Completing reads the desk's files and nothing else, never writes, and is silent whatever goes wrong: a person is typing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.environment import desk_folder

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
_CODE = re.compile(r"^letter: *(\S+)", re.MULTILINE)
_ABOUT = re.compile(r"^about: *(.+)$", re.MULTILINE)
_HEAD = 400  # characters of a template in which its code and what it is about stand
_MOST = 200  # cases offered; more than that nobody reads
_VARIABLE = "_MAILBOT_COMPLETE"
Found = Iterator[tuple[str, str]]  # what may be typed, and what it is


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets Tab complete commands, cases, states and letters.

    \b
    Switch it on, then open a new shell:
      mailbot completion bash > ~/.local/share/bash-completion/completions/mailbot
      mailbot completion zsh > ~/.zfunc/_mailbot     (~/.zfunc in $fpath before compinit)
      mailbot completion fish > ~/.config/fish/completions/mailbot.fish
    """
    from click.shell_completion import get_completion_class

    if made := get_completion_class(shell):  # click knows the three
        click.echo(made(context.find_root().command, {}, "mailbot", _VARIABLE).source())


def quietly(
    find: Callable[[Path], Found],
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """A completion out of what is found in the desk's folder; nothing where anything at all is in the way."""

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        typed = begun.casefold()
        try:
            return [
                CompletionItem(word, help=told)
                for word, told in find(_folder(context))
                if word.casefold().startswith(typed) or (typed and word.casefold().partition("-")[2].startswith(typed))
            ]
        except Exception:  # a traceback in the middle of somebody's command line helps nobody
            return []

    return complete


def _folder(context: click.Context) -> Path:
    """The desk that is being typed of."""
    return desk_folder(context.params.get("desk_dir") or context.find_root().params.get("desk"))


def _cases(folder: Path) -> Found:
    """The codes of the newest complaints."""
    from mailbot import settings, terminal
    from mailbot.adapters.ledger import Filter
    from mailbot.adapters.tinydb_ledger import FILE, TinyDbLedger
    from mailbot.process.vocabulary import HIDDEN_STATES

    state = settings.load(folder).state_folder
    if not (state / FILE).exists():
        return
    with closing(TinyDbLedger(state, readonly=True)) as ledger:
        cases = [case for case in ledger.cases(Filter()) if case.state not in HIDDEN_STATES]
        for case in reversed(cases[-_MOST:]):
            yield case.code, terminal.clean(f"{case.customer.name or case.customer.address} {case.garment}")


def _states(_folder: Path) -> Found:
    from mailbot.process.vocabulary import STATES

    yield from ((state, "") for state in STATES)


def _roles(_folder: Path) -> Found:
    from mailbot.process.vocabulary import PARTIES

    yield from ((party, "") for party in PARTIES)


def _letters(folder: Path) -> Found:
    """The codes of the desk's letters, each with what it is about."""
    for file in sorted((folder / "templates").glob("*/*.md")):
        head = file.read_text(encoding="utf-8")[:_HEAD]
        if code := _CODE.search(head):
            told = _ABOUT.search(head)
            yield code[1], told[1] if told else ""


case_codes, state_names, roles, letter_codes = map(quietly, (_cases, _states, _roles, _letters))
