"""`mailbot explain`: mails as the desk understands them; sends and stores nothing."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.commands.options import desk_option, moment
from mailbot.environment import desk_folder

if TYPE_CHECKING:
    from mailbot.insight.explained import Looking

_FILE = "mailbot.toml"
_SHOWN_FROM = 50  # mails; fewer are done before a person reads how far it is


@click.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and mail.")
@click.option("--now", callback=moment, metavar="T", help="The moment to look from (ISO 8601); else now.")
@desk_option
def explain(desk: str | None, files: tuple[Path, ...], as_json: bool, now: datetime | None) -> int:
    """What the desk understands of a mail, why, and what it would do.

    \b
    Any number of files, or folders of them. Sends and stores nothing. In a desk folder (or with --desk)
    it knows that desk's rules, people and cases; anywhere else it uses the rules as they are shipped:
      mailbot explain complaint.eml
      mailbot explain ~/mails --json | jq -r '[.file, .kind] | @tsv'
      mailbot explain --desk /srv/care reply.eml
    """
    from mailbot import explaining, terminal
    from mailbot.errors import MailbotError
    from mailbot.insight.explained import explain as told_of
    from mailbot.insight.explained_page import page

    mails = tuple(explaining.mails_in(files))
    with _looking(desk, now or datetime.now(UTC)) as looking:
        for number, file in enumerate(mails, 1):
            try:
                raw = file.read_bytes()
            except OSError as error:
                raise MailbotError(f"{file}: cannot be read: {error.strerror or error}") from None
            told = told_of(raw, str(file), looking)
            if as_json:
                click.echo(terminal.clean_json(json.dumps(told, ensure_ascii=False)))
            else:
                terminal.say(page(told))
            _progress(number, len(mails), as_json)
    return 0


def _looking(desk: str | None, now: datetime) -> AbstractContextManager[Looking]:
    """The desk that was named, or in whose folder we stand; none: the shipped rules."""
    from mailbot import explaining, settings

    folder = desk_folder(desk)
    if desk is None and not (folder / _FILE).exists():
        return explaining.without_desk(now)
    return explaining.with_desk(settings.load(folder), now)


def _progress(number: int, mails: int, as_json: bool) -> None:
    if as_json and mails >= _SHOWN_FROM and sys.stderr.isatty() and not sys.stdout.isatty():
        click.echo(f"\r{number} of {mails}", err=True, nl=number == mails)
