"""What commands share: --desk, errors for people, moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from mailbot.environment import desk_folder
from mailbot.errors import MailbotError, SettingsError

if TYPE_CHECKING:
    from mailbot.settings import Settings

Command = Callable[..., Any]
_YEARS = (1971, 2199)  # calendars and the mail's own dates hold well beyond these


def desk_option(command: Command) -> Command:
    """--desk also after the subcommand, and errors for people (`errors_for_people`)."""

    @click.option("--desk", "desk_dir", metavar="DIR", help="The desk folder.")
    @click.pass_context
    @wraps(command)
    def run(context: click.Context, /, desk_dir: str | None, **options: Any) -> None:
        context.exit(errors_for_people(command)(desk_dir or context.obj, **options) or 0)

    return run


def errors_for_people(command: Command) -> Command:
    """One line on stderr and an exit status in place of a traceback: 2 for settings, 1 for all else that we foresaw."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except MailbotError as error:
            say(str(error))
            raise SystemExit(2 if isinstance(error, SettingsError) else 1) from None

    return run


def say(text: str) -> None:
    """A line on stderr."""
    click.echo(text, err=True)


def settings_of(desk: str | None) -> Settings:
    """The settings of the desk that was named, or of the one that is meant by default."""
    from mailbot import settings

    return settings.load(desk_folder(desk))


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """A click callback for --now: ISO 8601, in UTC where no zone is named."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time; write it like 2026-03-02T10:00:00Z") from None
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise click.BadParameter(f"{value!r} is beyond the years that calendars reach, {_YEARS[0]} to {_YEARS[1]}")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
