"""The commands: thin, each loading only what it needs, so that `mailbot --help` is quick.

Exit status: 0 fine, 1 something found or failed, 2 wrong usage or settings. Errors are one line each
on stderr: what is wrong and what to do. With --json stdout is JSON alone, and logs go to stderr.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbot.errors import MailbotError, Problem, RulesError, SettingsError

if TYPE_CHECKING:
    from mailbot.settings import Settings

Command = Callable[..., Any]
_YEARS = (1971, 2199)  # calendars and the mail's own dates hold well beyond these


class _Group(click.Group):
    """Commands in the order of a first day, not of the alphabet."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mailbot")
@click.option("--desk", metavar="DIR", help="The desk folder (default: $MAILBOT_DESK, else the current folder).")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what is done with each mail and letter.")
@click.pass_context
def main(context: click.Context, desk: str | None, verbose: bool) -> None:
    """mailbot runs the complaints mailbox of a shop.

    \b
    First steps:
      mailbot init mydesk            make a desk folder, then edit mydesk/mailbot.toml
      mailbot check --desk mydesk    is every rule file in order?
      mailbot once --desk mydesk --dry-run
      mailbot run --desk mydesk
    """
    context.obj = desk
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def _desk_option(command: Command) -> Command:
    """--desk also after the subcommand, and errors for people."""

    @click.option("--desk", "desk_dir", metavar="DIR", help="The desk folder.")
    @click.pass_context
    @wraps(command)
    def run(context: click.Context, /, desk_dir: str | None, **options: Any) -> None:
        try:
            context.exit(command(desk_dir or context.obj, **options) or 0)
        except SettingsError as error:
            _say(str(error))
            context.exit(2)
        except MailbotError as error:
            _say(str(error))
            context.exit(1)

    return run


def _say(text: str) -> None:
    click.echo(text, err=True)


def _settings(desk: str | None) -> Settings:
    from mailbot import settings

    return settings.load(settings.desk_folder(desk))


def _moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time; write it like 2026-03-02T10:00:00Z") from None
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise click.BadParameter(f"{value!r} is beyond the years that calendars reach, {_YEARS[0]} to {_YEARS[1]}")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a new desk folder: settings, rules, letters, state and the secret. Never overwrites."""
    from mailbot.founding import found

    try:
        for line in found(folder):
            click.echo(line)
    except MailbotError as error:
        _say(str(error))
        raise SystemExit(1) from None


@main.command()
@click.option("--now", callback=_moment, metavar="T", help="Use this moment (ISO 8601) instead of every clock.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")
@_desk_option
def once(desk: str | None, now: datetime | None, dry_run: bool) -> int:
    """One cycle: take in all new mail, fire what is due, send."""
    from mailbot.assembly import assemble, clock, rehearsal

    settings = _settings(desk)
    if dry_run:
        with rehearsal(settings, clock(now)) as (dry, post):
            report = dry.desk.cycle()
            for parcel in post.parcels:
                click.echo(f"would send {parcel.message_id} to {parcel.to}")
    else:
        with assemble(settings, clock(now)) as live:
            report = live.desk.cycle()
    click.echo(
        f"{report.taken} mail{'s' * (report.taken != 1)} taken in, {report.fired} silence{'s' * (report.fired != 1)} "
        f"fired, {report.sent} letter{'s' * (report.sent != 1)} {'would be ' if dry_run else ''}sent"
        + (f", {report.unsent} not sent" if report.unsent else "")
        + (". The desk waits for the admin's word (see the mail to the admin)" if report.waiting_for_admin else "")
    )
    return 0


@main.command()
@_desk_option
def run(desk: str | None) -> int:
    """The service: watch the mailbox until told to stop."""
    from mailbot.service import serve

    return serve(_settings(desk))


@main.command()
@click.option("--state", "state", default="", metavar="S", help="Only cases in this state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--full", is_flag=True, help="With --json: history and mails too.")
@click.option(
    "--all", "everything", is_flag=True, help="Also mail that is still being sorted, and matters of the desk."
)
@_desk_option
def cases(desk: str | None, state: str, as_json: bool, full: bool, everything: bool) -> int:
    """The cases, oldest first."""
    from mailbot.insight import listing
    from mailbot.viewing import view

    with view(_settings(desk)) as seen:
        for case in seen.cases(state, everything):
            if as_json:
                history = seen.history(case.code) if full else None
                click.echo(json.dumps(listing.as_json(case, seen.process, seen.due(case), history), ensure_ascii=False))
            else:
                click.echo(listing.line(case, seen.process, seen.due(case)))
    return 0


@main.command()
@click.argument("case", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@_desk_option
def show(desk: str | None, case: str, as_json: bool) -> int:
    """One case with its history."""
    from mailbot.insight import listing
    from mailbot.viewing import view

    with view(_settings(desk)) as seen:
        found = seen.case(case)
        history = seen.history(found.code)
        if as_json:
            click.echo(json.dumps(listing.as_json(found, seen.process, seen.due(found), history), ensure_ascii=False))
        else:
            click.echo("\n".join(listing.page(found, seen.process, seen.due(found), history)))
    return 0


@main.command("map")
@click.option("--mermaid", is_flag=True, help="As a mermaid diagram, for pages that draw it.")
@_desk_option
def map_(desk: str | None, mermaid: bool) -> int:
    """The process drawn: its states, and what leads from one to the other."""
    from mailbot import settings as reading
    from mailbot.adapters.files import read_rule_files
    from mailbot.insight import map as drawing
    from mailbot.rulebook import examine

    folder = reading.desk_folder(desk)
    process, problems = examine(read_rule_files(folder), _timezone(folder))
    if process is None:
        raise RulesError(tuple(problem for problem in problems if problem.severe))
    for line in drawing.mermaid(process) if mermaid else drawing.text(process):
        click.echo(line)
    return 0


def _timezone(folder: Path) -> str:
    """The desk's; where there is only a folder of rules, the shipped one."""
    from mailbot import settings as reading

    return reading.load(folder).desk.timezone if (folder / reading.FILE).exists() else "Europe/London"


@main.command()
@_desk_option
def check(desk: str | None) -> int:
    """Lint rules and letters; all problems at once."""
    from mailbot import settings as reading
    from mailbot.adapters.files import read_rule_files
    from mailbot.rulebook import examine

    folder = reading.desk_folder(desk)
    try:
        problems: Sequence[Problem] = examine(read_rule_files(folder), _timezone(folder))[1]
    except RulesError as error:
        problems = sorted(error.problems)
    for problem in problems:
        click.echo(str(problem))
    severe = sum(problem.severe for problem in problems)
    if not severe:
        warnings = f", {len(problems)} warning{'s' * (len(problems) > 1)}" if problems else ""
        click.echo(f"rules and letters are in order{warnings}")
    return 1 if severe else 0


@main.command()
@_desk_option
def rebuild(desk: str | None) -> int:
    """Make state/ again from the mailbox alone; the old state is kept beside it."""
    from mailbot.rebuild import rebuild as make_again

    for line in make_again(_settings(desk)):
        click.echo(line)
    return 0


@main.command()
@click.option("--fast", is_flag=True, help="Without pauses for reading.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to leave the desk and every mail.")
def demo(fast: bool, folder: Path | None) -> None:
    """The main story on embedded mail servers, weeks in seconds; nothing to set up."""
    try:
        from mailbot.demo.story import play
    except ImportError as error:
        _say(f"the demo needs two more packages ({error.name}): pip install 'mailbot[demo]'")
        raise SystemExit(1) from None
    raise SystemExit(play(folder, fast))


if __name__ == "__main__":
    main()
