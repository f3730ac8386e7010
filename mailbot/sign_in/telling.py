"""The admin hears that a sign-in ends before it does, and that it has ended where letters still leave without it.

It decides when; the words are the letter's (templates, `alert`). Each end is told of once at each stage, since the
matter's record stands in the ledger. Where SMTP needs the same sign-in no letter could leave: the log says it then.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mailbot.cases.events import Event
from mailbot.settings import Settings
from mailbot.sign_in.standing import noon, standing
from mailbot.stepping import Stepping


def tell_of_sign_in(settings: Settings, stepping: Stepping) -> None:
    """Queue the letters to the admin that are due; called each cycle before letters leave."""
    found = standing(settings)
    if found is None:
        return
    now, zone = stepping.clock(), ZoneInfo(settings.desk.timezone)
    for end, stage in found.near(now, zone):
        said = {"code": f"{end.what} ends", "phrase": stepping.room().identity.day(noon(end.day, zone))}
        _tell(stepping, f"{end.what} ends {end.day}, told {stage} days before", said, f"{end.what} ends {end.day}")
    if found.trouble and not settings.smtp.oauth2:
        today = now.astimezone(zone).date()
        _tell(stepping, f"sign-in in trouble on {today}", {"code": "sign-in trouble"}, found.trouble)


def _tell(stepping: Stepping, cause: str, said: dict[str, str], reason: str) -> None:
    stepping.of_the_desk(cause, Event("alert_raised", "desk", {**said, "reason": reason}))
