"""`mailbot doctor`: everything that a desk needs, tried."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from mailbot.commands.options import desk_option, settings_of
from mailbot.environment import desk_folder
from mailbot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.doctor.findings import Finding

    Groups = Iterator[tuple[str, Iterator[Finding]]]


@click.command()
@click.option("--send", is_flag=True, help="Also send one mail, from the desk to itself, and see it arrive.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object: {ok, findings: […]}.")
@click.option(
    "--patience", type=click.FloatRange(0.1, 600), default=20.0, metavar="SECONDS", show_default=True,
    help="How long to wait for an answer of a server.",
)  # fmt: skip
@desk_option
def doctor(desk: str | None, send: bool, as_json: bool, patience: float) -> int:
    """Try every connection and file, and say in words what is wrong and what to do.

    It changes nothing, neither on the servers nor in state/, and can look on while the service runs. One thing it may
    renew, as the service does: where the desk signs in by OAuth 2, an access token that has run out, in tokens.json.
    Exit status: 0 if nothing is wrong (there may be warnings), 1 if something is, 2 if mailbot.toml cannot be used.

    \b
    Examples:
      mailbot doctor --desk mydesk
      mailbot doctor --desk mydesk --send     one test mail, to the desk itself
      mailbot doctor --json | jq '.findings[] | select(.verdict == "wrong")'
    """
    from mailbot.doctor import page, unsettled
    from mailbot.doctor.examination import examine
    from mailbot.doctor.examined import Examined
    from mailbot.doctor.findings import exit_status
    from mailbot.insight.sheet import BLANK
    from mailbot.terminal import clean_json, say

    waiting = _Waiting(shown=not as_json and sys.stderr.isatty())
    refused = False
    try:
        groups = examine(Examined(settings_of(desk), send, patience, waiting.show))
    except SettingsError as error:
        if unsettled.is_no_desk(folder := desk_folder(desk)):
            raise
        groups, refused = unsettled.examine(folder, error), True
    found = _told(groups, waiting, quiet=as_json)
    status = 2 if refused else exit_status(finding.verdict for _, finding in found)
    if as_json:
        document = {"ok": status == 0, "findings": [page.as_json(*each) for each in found]}
        click.echo(clean_json(json.dumps(document, ensure_ascii=False)))
    else:
        say([BLANK, page.summary([finding for _, finding in found])])
    return status


def _told(groups: Groups, waiting: _Waiting, *, quiet: bool) -> list[tuple[str, Finding]]:
    """Every finding with its group's title, each shown as soon as it is made unless `quiet`."""
    from mailbot.doctor import page
    from mailbot.insight.sheet import BLANK
    from mailbot.terminal import say

    found: list[tuple[str, Finding]] = []
    for title, findings in groups:
        for number, finding in enumerate(findings):
            above = [page.heading(title)] if number == 0 else []
            between = [BLANK] if above and found else []
            found.append((title, finding))
            waiting.clear()
            if not quiet:
                say([*between, *above, *page.lines(finding)])
    waiting.clear()
    return found


class _Waiting:
    """What is being waited for, on a line of the terminal that is wiped again."""

    def __init__(self, shown: bool) -> None:
        self._shown, self._there = shown, False

    def show(self, words: str) -> None:
        if self._shown:
            click.echo(f"\r\x1b[2K  {words}", nl=False, err=True)
            self._there = True

    def clear(self) -> None:
        if self._there:
            click.echo("\r\x1b[2K", nl=False, err=True)
            self._there = False
