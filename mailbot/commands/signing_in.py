"""`mailbot login`: sign in to the mailbox by OAuth 2."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import click

from mailbot.commands.options import desk_option, say, settings_of
from mailbot.errors import MailbotError, OutsideError
from mailbot.terminal import paint

if TYPE_CHECKING:
    from mailbot.settings import Settings
    from mailbot.sign_in.ask import Answer
    from mailbot.sign_in.endpoints import Endpoints
    from mailbot.sign_in.standing import End, Standing
    from mailbot.sign_in.stored import SignedIn

BROWSER_SECONDS = 900.0
LOOK_SECONDS = 0.3
How = Literal["device", "browser"]
_HOW = {"device": "with a code", "browser": "in a browser"}
_WHAT = {
    "sign-in": "the sign-in",
    "idle": "the sign-in, if the desk stands still until then",
    "secret": "the client secret",
}


@click.command()
@click.option("--status", is_flag=True, help="Say whose sign-in is stored and until when; shows no secret.")
@click.option("--forget", "--logout", "forget", is_flag=True, help="Remove the stored sign-in.")
@click.option("--browser", is_flag=True, help="By a browser that comes back here, also where a code would do.")
@desk_option
def login(desk: str | None, status: bool, forget: bool, browser: bool) -> int:
    """Sign in to the mailbox at Google, Microsoft 365 or another provider (OAuth 2).

    \b
    mailbot login                 shows what to open in a browser, and waits for you
    mailbot login --status        whose sign-in it is, and when it ends
    mailbot login --forget        removes it from this machine

    Needs `oauth2` under [imap] and [smtp], and the section [oauth2]: docs/sign-in.md.
    """
    from mailbot.sign_in.endpoints import endpoints_of

    settings = settings_of(desk)
    endpoints = endpoints_of(settings)
    if status:
        return _status(settings)
    if forget:
        return _forget(endpoints)
    try:
        signed_in = _sign_in(endpoints, browser)
    except KeyboardInterrupt:
        say("\nStopped. Nothing was changed.")
        return 1
    return _greet(settings, signed_in)


def _sign_in(endpoints: Endpoints, browser: bool) -> SignedIn:
    """A new sign-in, on the disk."""
    from mailbot.sign_in import access, grant, stored

    with stored.alone(endpoints.folder), stored.place(endpoints.folder):
        pass  # whether it can be stored at all is found out before a person is asked
    if browser and not endpoints.authorize:
        raise MailbotError("[oauth2] authorize_url is missing, so there is no sign-in by browser; leave out --browser")
    how: How = "device" if endpoints.device and not browser else "browser"
    answer = _by_code(endpoints) if how == "device" else _by_browser(endpoints)
    now = access.now()
    given = grant.read(answer, now)
    if not given.refresh:
        raise OutsideError(
            f"{endpoints.name} gave no refresh token, so the sign-in would end within the hour",
            "add offline_access to [oauth2] scope, and let the client have it",
            transient=False,
        )
    signed_in = stored.first(given, endpoints, how, now)
    with stored.alone(endpoints.folder), stored.place(endpoints.folder) as put:
        put(signed_in)
    return signed_in


def _by_code(endpoints: Endpoints) -> Answer:
    from mailbot.sign_in import device

    code = device.begin(endpoints)
    click.echo(f"1. Open {paint(code.address, 'strong')} in any browser.")
    click.echo(f"2. Enter the code {paint(code.code, 'strong')}")
    click.echo(f"3. Sign in as {endpoints.username} and agree.")
    try:
        return device.wait(endpoints, code, _waiting)
    finally:
        _waiting(0)


def _by_browser(endpoints: Endpoints) -> Answer:
    from mailbot.sign_in.browser import Redirect

    with Redirect(endpoints) as redirect:
        click.echo(f"1. Open this address in a browser:\n\n{redirect.address}\n")
        click.echo(f"2. Sign in as {endpoints.username} and agree. The browser then comes back here by itself.")
        click.echo("   If it runs on another machine, it ends at an address that it cannot open: paste that one here.")
        pasted, until = _Pasted(), time.monotonic() + BROWSER_SECONDS
        try:
            while (left := until - time.monotonic()) > 0:
                _waiting(left)
                if returned := redirect.wait(LOOK_SECONDS):
                    return redirect.redeem(returned)
                strange = [line for line in pasted.lines() if not redirect.take(line)]
                if strange:
                    say("That is not the last address of this sign-in. Paste it whole, from http:// to its end.")
        finally:
            _waiting(0)
    raise OutsideError("nobody signed in within 15 minutes; run `mailbot login` again", transient=False)


class _Pasted:
    """Lines that a person pastes, without waiting for them."""

    def __init__(self) -> None:
        self._rest = b""
        try:
            self._file = sys.stdin.fileno()
        except (AttributeError, OSError, ValueError):  # there is none
            self._file = -1

    def lines(self) -> Iterator[str]:
        """Whole lines that have come since."""
        while self._file >= 0 and select.select([self._file], [], [], 0)[0]:
            piece = os.read(self._file, 65_536)
            if not piece:
                self._file = -1
            self._rest += piece
        *whole, self._rest = self._rest.split(b"\n")
        if self._file < 0 and self._rest:  # the last line of a pipe may have no end
            whole, self._rest = [*whole, self._rest], b""
        yield from (line.decode("utf-8", "replace") for line in whole if line.strip())


def _waiting(left: float) -> None:
    """A line that counts down, on a terminal; 0 takes it away."""
    if sys.stderr.isatty():
        words = f"Waiting for you: {int(left) // 60} min {int(left) % 60:02} s left" if left else ""
        click.echo(f"\r{words:<40}" + ("" if left else "\r"), err=True, nl=False)


def _greet(settings: Settings, signed_in: SignedIn) -> int:
    """Say as whom, and try it at once: a sign-in that no server takes is found out now, not at night."""
    from mailbot.sign_in.standing import standing

    found = standing(settings)
    where = found.provider if found else settings.provider
    click.echo(paint(f"Signed in as {signed_in.account or settings.imap.username}", "good") + f" at {where}.")
    _warn_of_another(settings, signed_in)
    failed = 0
    for name, uses, attempt in (("IMAP", settings.imap.oauth2, _imap), ("SMTP", settings.smtp.oauth2, _smtp)):
        try:
            if uses:
                attempt(settings)
                click.echo(f"{name} lets the desk in.")
        except OutsideError as error:
            say(str(error))
            failed = 1
    return failed


def _imap(settings: Settings) -> None:
    from mailbot.adapters import imap_link
    from mailbot.assembly import account_of

    imap_link.say_goodbye(imap_link.connect(account_of(settings)))


def _smtp(settings: Settings) -> None:
    from mailbot.adapters import smtp_link
    from mailbot.assembly import relay_of

    smtp_link.knock(relay_of(settings))


def _warn_of_another(settings: Settings, signed_in: SignedIn) -> None:
    account = signed_in.account
    for section, server in (("imap", settings.imap), ("smtp", settings.smtp)):
        if server.oauth2 and account and account.casefold() != server.username.casefold():
            say(
                f"The sign-in is that of {account}, and [{section}] username is {server.username}. That is right for a "
                "shared mailbox only; else sign in again as the mailbox itself."
            )


def _forget(endpoints: Endpoints) -> int:
    from mailbot.sign_in import stored

    if stored.forget(endpoints.folder):
        click.echo(f"The sign-in is removed from this machine. {endpoints.name} can withdraw it altogether, in the")
        click.echo("security settings of the account.")
    else:
        click.echo("There was no sign-in.")
    return 0


def _status(settings: Settings) -> int:
    from mailbot.sign_in.access import now
    from mailbot.sign_in.standing import standing

    found, zone = standing(settings), ZoneInfo(settings.desk.timezone)
    if found is None or not found.signed_in_at:
        say(found.trouble if found else "")
        return 1
    for what, said in _lines(found, zone, now()):
        click.echo(f"{what + ':':<15}{said}")
    if found.trouble:
        say(found.trouble)
    return 1 if found.trouble else 0


def _lines(found: Standing, zone: ZoneInfo, now: datetime) -> Iterator[tuple[str, str]]:
    def moment(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%A %-d %B %Y, %H:%M}" if at else "never"

    yield "signed in as", (found.account or f"{found.username} (the provider does not say)") + f", at {found.provider}"
    yield "signed in", f"{moment(found.signed_in_at)}, {_HOW.get(found.how, found.how)}"
    yield "last renewed", moment(found.refreshed_at)
    held = found.access_ends_at is not None and found.access_ends_at > now
    yield (
        "access token",
        (f"holds until {moment(found.access_ends_at)}" if held else "has run out")
        + ("" if held else "; it is renewed when the desk connects"),
    )
    if found.failed_at:
        yield "refused", moment(found.failed_at)
    yield from (("ends", _end(each)) for each in found.ends)
    if not found.ends:
        yield "ends", "no end is known"


def _end(end: End) -> str:
    return f"{end.day:%A %-d %B %Y} ({_WHAT[end.what]})"
