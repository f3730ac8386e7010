"""`mailbot once` and `mailbot run`: the desk at work."""

from __future__ import annotations

from datetime import datetime

import click

from mailbot.commands.options import desk_option, moment, settings_of


@click.command()
@click.option("--now", callback=moment, metavar="T", help="Use this moment (ISO 8601) instead of every clock.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")
@desk_option
def once(desk: str | None, now: datetime | None, dry_run: bool) -> int:
    """One cycle: take in all new mail, fire what is due, send."""
    from mailbot.assembly import assemble, clock, rehearsal

    settings = settings_of(desk)
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


@click.command()
@desk_option
def run(desk: str | None) -> int:
    """The service: watch the mailbox until told to stop."""
    from mailbot.service import serve

    return serve(settings_of(desk))


@click.command()
@desk_option
def rebuild(desk: str | None) -> int:
    """Make state/ again from the mailbox alone; the old state is kept beside it."""
    from mailbot.rebuild import rebuild as make_again

    for line in make_again(settings_of(desk)):
        click.echo(line)
    return 0
