"""`mailbot once`, `mailbot run`, `mailbot rebuild` and `mailbot health`: the desk at work."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailbot import environment, terminal
from mailbot.commands.options import Command, desk_option, moment, settings_of
from mailbot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.memory import NullPost
    from mailbot.assembly import Assembled
    from mailbot.desk import Report
    from mailbot.health import Said

LOG_FORMATS = ("text", "json")


def log_option(command: Command) -> Command:
    """--log-format, else $MAILBOT_LOG_FORMAT, else text."""
    words = "How log lines on stderr are written (default: $MAILBOT_LOG_FORMAT, else text)."
    return click.option("--log-format", "log_format", type=click.Choice(LOG_FORMATS), help=words)(command)


@click.command()
@click.option("--now", callback=moment, metavar="T", help="Use this moment (ISO 8601) instead of every clock.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")
@log_option
@desk_option
def once(desk: str | None, now: datetime | None, dry_run: bool, log_format: str | None) -> int:
    """One cycle: take in all new mail, fire what is due, send.

    Exit status 0 when the cycle finished, whatever the mails were; 1 if a server could not be reached or there are
    no valid rules.

    \b
    Examples:
      mailbot once --desk mydesk --dry-run   says what it would do, changes nothing
      mailbot -v once --desk mydesk          says on stderr what becomes of each mail
      mailbot once --now 2026-03-02T10:00:00Z
    """
    from mailbot.assembly import assemble, clock, rehearsal

    _log_as(log_format)
    settings = settings_of(desk)
    if dry_run:
        logging.getLogger("mailbot").setLevel(logging.WARNING)  # its lines would say that letters were sent
        with rehearsal(settings, clock(now)) as (dry, post):
            known = {mail.key for mail in dry.ledger.mails()}
            try:
                report = dry.desk.cycle()
            finally:  # also of a cycle that one mail or server has made fail: all else was done
                for line in _done_dry(dry, post, known):
                    click.echo(terminal.clean(line))
    else:
        with assemble(settings, clock(now)) as live:
            report = live.desk.cycle()
    click.echo(_in_a_line(report, dry_run))
    return 0


def _done_dry(dry: Assembled, post: NullPost, known: set[str]) -> Iterator[str]:
    """What the cycle would have done with each mail, and which letters it would have sent."""
    from mailbot.insight import rehearsed
    from mailbot.intaking import left_alone

    new = [mail for mail in dry.ledger.mails() if mail.key not in known]
    yield from rehearsed.mail_lines(new, left_alone(dry.ledger))
    process = dry.desk.room.process
    for parcel in post.parcels:
        row = dry.ledger.letter(parcel.message_id)
        case = dry.ledger.case(row.case) if row else None
        if row and case:
            instead = parcel.to if row.rehearsed else ""
            yield rehearsed.letter_line(row.letter, row.to, case, process, instead)


@click.command()
@log_option
@click.option("-q", "--quiet", is_flag=True, help="Log troubles only, not what becomes of each mail.")
@desk_option
def run(desk: str | None, log_format: str | None, quiet: bool) -> int:
    """The service: watch the mailbox until told to stop.

    SIGTERM ends it after the work in hand, SIGHUP reads changed rules at once. docs/deploy.md shows it under systemd
    and in a container; `mailbot health` asks how it is.

    \b
    Examples:
      mailbot run --desk mydesk
      mailbot run --desk mydesk --log-format json
    """
    from mailbot.service import serve

    _log_as(log_format, logging.WARNING if quiet else logging.INFO)
    return serve(settings_of(desk))


@click.command()
@log_option
@desk_option
def rebuild(desk: str | None, log_format: str | None) -> int:
    """Make state/ again from the mailbox alone; the old state is kept beside it.

    The service must not be running.

    \b
    Example:
      mailbot rebuild --desk mydesk
    """
    from mailbot.rebuild import rebuild as make_again

    _log_as(log_format)
    for line in make_again(settings_of(desk)):
        click.echo(line)
    return 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--prometheus", is_flag=True, help="As figures in the text format of Prometheus.")
@desk_option
def health(desk: str | None, as_json: bool, prometheus: bool) -> int:
    """Whether the service is well; for probes.

    Exit status 0: healthy; 1: not, with a sentence for each thing that is wrong. Reads what the service last said of
    itself, and asks neither the mailbox nor the network.

    \b
    Examples:
      mailbot health --desk mydesk
      mailbot health --desk mydesk --json
      mailbot health --desk mydesk --prometheus >mailbot.prom
    """
    from mailbot import health as signs

    if as_json and prometheus:
        raise click.UsageError("--json and --prometheus are two formats; choose one")
    now = datetime.now(UTC)
    said = signs.read(environment.desk_folder(desk))
    wrong = signs.problems(said, now)
    if prometheus:
        from mailbot.metrics import as_text

        click.echo(as_text(said, healthy=not wrong), nl=False)
    elif as_json:
        click.echo(_health_as_json(said, wrong))
    elif wrong or said is None:
        click.echo("\n".join(f"not healthy: {each}" for each in wrong))
    else:
        click.echo(f"healthy: {signs.line(said, now)}")
    return 1 if wrong else 0


def _health_as_json(said: Said | None, wrong: tuple[str, ...]) -> str:
    from mailbot.health import as_json

    found = as_json(said) if said else {}
    return json.dumps({"healthy": not wrong, "problems": list(wrong), **found}, ensure_ascii=False)


def _in_a_line(report: Report, dry_run: bool) -> str:
    """What a cycle did."""
    return (
        f"{report.taken} mail{'s' * (report.taken != 1)} taken in, {report.fired} silence{'s' * (report.fired != 1)} "
        f"fired, {report.sent} letter{'s' * (report.sent != 1)} {'would be ' if dry_run else ''}sent"
        + (f", {report.unsent} not sent" if report.unsent else "")
        + (". The desk waits for the admin's word (see the mail to the admin)" if report.waiting_for_admin else "")
    )


def _log_as(form: str | None, level: int | None = None) -> None:
    from mailbot import log_lines

    chosen = form or environment.log_format() or LOG_FORMATS[0]
    if chosen not in LOG_FORMATS:
        raise SettingsError(f"MAILBOT_LOG_FORMAT={chosen!r} is not a way to write log lines; set it to text or json")
    log_lines.begin(chosen, level)
