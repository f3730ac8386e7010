"""`mailbot cases` and `mailbot show`: reading a desk, also while it runs."""

from __future__ import annotations

import json

import click

from mailbot.commands.options import desk_option, settings_of


@click.command()
@click.option("--state", "state", default="", metavar="S", help="Only cases in this state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--full", is_flag=True, help="With --json: history and mails too.")
@click.option(
    "--all", "everything", is_flag=True, help="Also mail that is still being sorted, and matters of the desk."
)
@desk_option
def cases(desk: str | None, state: str, as_json: bool, full: bool, everything: bool) -> int:
    """The cases, oldest first."""
    from mailbot.insight import listing
    from mailbot.viewing import view

    with view(settings_of(desk)) as seen:
        for case in seen.cases(state, everything):
            if as_json:
                history = seen.history(case.code) if full else None
                click.echo(json.dumps(listing.as_json(case, seen.process, seen.due(case), history), ensure_ascii=False))
            else:
                click.echo(listing.line(case, seen.process, seen.due(case)))
    return 0


@click.command()
@click.argument("case", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@desk_option
def show(desk: str | None, case: str, as_json: bool) -> int:
    """One case with its history."""
    from mailbot.insight import listing
    from mailbot.viewing import view

    with view(settings_of(desk)) as seen:
        found = seen.case(case)
        history = seen.history(found.code)
        if as_json:
            click.echo(json.dumps(listing.as_json(found, seen.process, seen.due(found), history), ensure_ascii=False))
        else:
            click.echo("\n".join(listing.page(found, seen.process, seen.due(found), history)))
    return 0
