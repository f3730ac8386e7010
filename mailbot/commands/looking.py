"""`mailbot cases`, `show`, `why`: reading a desk, also while it runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mailbot.commands.completing import case_codes, roles, state_names
from mailbot.commands.options import desk_option, say, settings_of

if TYPE_CHECKING:
    from mailbot.cases.model import Case
    from mailbot.viewing import View


@click.command()
@click.option("--state", "state", default="", metavar="S", shell_complete=state_names, help="Only cases in this state.")
@click.option("--waiting-on", default="", metavar="ROLE", shell_complete=roles, help="Only cases that wait for them.")
@click.option("--store", default="", metavar="NAME", help="Only cases of this store.")
@click.option("--search", default="", metavar="WORDS", help="Only cases with these words: name, garment …")
@click.option("--overdue", is_flag=True, help="Only cases in which somebody of the house was asked again.")
@click.option("--open", "alive", is_flag=True, help="Only cases that have not ended.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--full", is_flag=True, help="With --json: history and mails too.")
@click.option(
    "--all", "everything", is_flag=True, help="Also mail that is still being sorted, and matters of the desk."
)
@desk_option
def cases(
    desk: str | None,
    state: str,
    waiting_on: str,
    store: str,
    search: str,
    overdue: bool,
    alive: bool,
    as_json: bool,
    full: bool,
    everything: bool,
) -> int:
    """The cases, oldest first.

    \b
    On a terminal a table; through a pipe one case a line, without colours:
      mailbot cases --waiting-on care          what waits for the owner
      mailbot cases --overdue                  who was asked again, and has not answered
      mailbot cases --search "anna silk"       by name, address, garment, words of the form
      mailbot cases --json | jq -r .customer.address
    """
    from mailbot.insight.listing import as_json as to_json
    from mailbot.insight.overview import Wanted
    from mailbot.viewing import view

    _known_role(waiting_on)
    with view(settings_of(desk)) as seen:
        found = seen.cases(state, everything, Wanted(waiting_on, store, search, overdue, alive))
        if as_json:
            for case in found:
                history = seen.history(case.code) if full else None
                _say_json(to_json(case, seen.process, seen.due(case), history))
        else:
            _list(seen, tuple(found), sorting=not (everything or state))
    return 0


@click.command()
@click.argument("case", metavar="CASE", shell_complete=case_codes)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--no-pager", is_flag=True, help="Write it straight out, however long it is.")
@desk_option
def show(desk: str | None, case: str, as_json: bool, no_pager: bool) -> int:
    """One case with its history.

    \b
    CASE is its code, or the customer's address, or a part of their name:
      mailbot show BLANC-4K7QD2M
      mailbot show 4k7q
      mailbot show anna
    """
    from mailbot import terminal
    from mailbot.insight import listing, portrait
    from mailbot.viewing import view

    with view(settings_of(desk)) as seen:
        found = seen.case(case)
        history = seen.history(found.code)
        if as_json:
            _say_json(listing.as_json(found, seen.process, seen.due(found), history))
        else:
            terminal.say(portrait.page(found, history, seen.process, seen.moments), pager=not no_pager)
    return 0


@click.command()
@click.argument("case", metavar="CASE", shell_complete=case_codes)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--no-pager", is_flag=True, help="Write it straight out, however long it is.")
@desk_option
def why(desk: str | None, case: str, as_json: bool, no_pager: bool) -> int:
    """Each step of a case in plain words, by which rule, and what comes next.

    \b
    CASE is its code, or the customer's address, or a part of their name:
      mailbot why BLANC-4K7QD2M
      mailbot why anna --no-pager
    """
    from mailbot import terminal
    from mailbot.insight import why as telling
    from mailbot.viewing import view

    with view(settings_of(desk)) as seen:
        found = seen.case(case)
        history = seen.history(found.code)
        if as_json:
            _say_json(telling.as_json(found, history, seen.process, seen.moments))
        else:
            terminal.say(telling.page(found, history, seen.process, seen.moments), pager=not no_pager)
    return 0


def _list(seen: View, found: Sequence[Case], *, sorting: bool) -> None:
    """The cases as a table, and what to know of them; through a pipe a line each and nothing else.

    Args:
        sorting: mail that is still being sorted is not among them.
    """
    from mailbot import terminal
    from mailbot.insight import overview
    from mailbot.insight.sheet import BLANK, Bit, line

    if not found:
        say(_nothing(seen))
    elif not terminal.is_terminal():
        for row in terminal.plain_rows(overview.rows(found, seen.process, seen.moments)):
            click.echo(row)
    else:
        late = overview.late(found, seen.process, seen.moments)
        unsorted = overview.unsorted(tuple(seen.unsorted()), seen.process) if sorting else ()
        told = f"{'A step' if late == 1 else f'{late} steps'} should have been taken by now. Is the desk running?"
        terminal.say([
            overview.table(found, seen.process, seen.moments, terminal.width()),
            BLANK,
            line(*overview.summary(found, seen.process)),
            *(line(f"{each} (mailbot cases --all)") for each in unsorted),
            *([line(Bit(f"{told} `mailbot once` takes what is due.", "doubt"))] if late else []),
        ])  # fmt: skip


def _nothing(seen: View) -> str:
    """What to do where there is nothing to list."""
    from mailbot.insight import overview

    if not seen.begun:
        return "This desk has not worked yet: `mailbot once --dry-run` says what it would do, `mailbot once` does it."
    waiting = "; ".join(overview.unsorted(tuple(seen.unsorted()), seen.process))
    also = f" {waiting} (mailbot cases --all)." if waiting else ""
    there = sum(1 for _ in seen.cases("", False))
    if there:
        return f"No case is like that; there {'is' if there == 1 else 'are'} {there} in all: `mailbot cases`.{also}"
    if also:
        return f"No complaint has come yet.{also}"
    return "No complaint has come yet. `mailbot cases --all` shows mail that is still being sorted."


def _known_role(name: str) -> None:
    """Refuse a role that there is not, with the nearest."""
    from mailbot.errors import SettingsError
    from mailbot.process.names import did_you_mean
    from mailbot.process.vocabulary import PARTIES

    if name and name not in PARTIES:
        raise SettingsError(f"nothing ever waits for {name!r}{did_you_mean(name, PARTIES)}")


def _say_json(value: dict[str, Any]) -> None:
    from mailbot import terminal

    click.echo(terminal.clean_json(json.dumps(value, ensure_ascii=False)))
