"""The sign-in by OAuth 2, where the desk has one: whose it is, and how long it holds. Asks no server."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, ok, warning, wrong
from mailbot.sign_in.standing import IDLE, SECRET, SIGN_IN, End, standing

ABOUT = "sign-in"
# What ends -> what it is called, what to do.
ENDINGS = {
    SIGN_IN: ("the sign-in", "`mailbot login` signs in anew"),
    IDLE: ("the sign-in, unless the desk runs before,", "let the desk run, or `mailbot login`"),
    SECRET: ("the client secret", "make a new one at the provider and write it and its day under [oauth2]"),
}


def look(examined: Examined) -> Iterator[Finding]:
    """How the sign-in stands, then each end that is near."""
    settings = examined.settings
    found = standing(settings)
    if found is None:
        return  # the desk logs in by password
    if found.trouble:
        yield wrong(ABOUT, found.wrong, found.do or "run `mailbot login`")
    elif found.account or found.signed_in_at:
        yield ok(ABOUT, f"{found.account or found.username} is signed in at {found.provider}")
    for end, _ in found.near(examined.now(), ZoneInfo(settings.desk.timezone)):
        yield _ending(end, (end.day - examined.local.date()).days)


def _ending(end: End, days: int) -> Finding:
    what, do = ENDINGS[end.what]
    if days < 0:
        return wrong(ABOUT, f"{what} ended on {end.day:%d %b %Y}", do)
    when = "today" if days == 0 else f"in {days} day{'s' * (days != 1)}, on {end.day:%d %b %Y}"
    return warning(ABOUT, f"{what} ends {when}", do)
