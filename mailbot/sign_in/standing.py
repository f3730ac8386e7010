"""How the sign-in stands: whose it is, until when, what is wrong. For people, letters and probes; no secret in it.

It decides which end comes next and whether it is near. It reads tokens.json alone and asks no server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from mailbot.errors import OutsideError, sentence
from mailbot.settings import Settings
from mailbot.sign_in import stored
from mailbot.sign_in.endpoints import Endpoints, endpoints_of
from mailbot.sign_in.stored import SignedIn

STAGES = (14, 3, 0)  # days before an end on which the admin hears of it
STILL = timedelta(days=1)  # an end that each renewal moves is near only where renewals have stopped

SIGN_IN, IDLE, SECRET = "sign-in", "idle", "secret"  # what ends


@dataclass(frozen=True, slots=True)
class End:
    """Something ends on a day of the desk's calendar. `moves`: each renewal puts it off."""

    what: str
    day: date
    moves: bool = False

    def stage(self, today: date) -> int | None:
        """The stage of warning it has reached, None for none yet."""
        left = (self.day - today).days
        return min((each for each in STAGES if left <= each), default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """The sign-in of a desk. `wrong`, `do`: what is wrong and what to do, '' where all is well."""

    provider: str
    username: str
    account: str = ""
    how: str = ""
    signed_in_at: datetime | None = None
    refreshed_at: datetime | None = None
    access_ends_at: datetime | None = None
    failed_at: datetime | None = None
    ends: tuple[End, ...] = ()
    wrong: str = ""
    do: str = ""

    @property
    def trouble(self) -> str:
        """What is wrong and what to do, as one sentence."""
        return sentence(self.wrong, self.do)

    def near(self, now: datetime, zone: tzinfo) -> tuple[tuple[End, int], ...]:
        """What ends within days, with the stage of warning it has reached."""
        still = self.refreshed_at is None or now - self.refreshed_at > STILL
        today = now.astimezone(zone).date()
        found = ((each, each.stage(today)) for each in self.ends if still or not each.moves)
        return tuple((each, stage) for each, stage in found if stage is not None)

    def first_end(self, now: datetime, zone: tzinfo) -> date | None:
        """The first day on which something ends; what each renewal puts off counts only where renewals have stopped."""
        near = {each for each, _ in self.near(now, zone)}
        return min((each.day for each in self.ends if each in near or not each.moves), default=None)


def standing(settings: Settings) -> Standing | None:
    """How the sign-in of the desk stands; None where it uses passwords. Never raises for what is on the disk."""
    if not settings.provider:
        return None
    endpoints, zone = endpoints_of(settings), ZoneInfo(settings.desk.timezone)
    nobody = Standing(endpoints.name, endpoints.username, ends=_ends(None, endpoints, zone))
    try:
        found = stored.read(settings.folder)
    except OutsideError as error:
        return replace(nobody, wrong=error.what, do=error.do)
    if found is None:
        return replace(nobody, wrong=f"nobody has signed in at {endpoints.name} yet", do=endpoints.again)
    other = made_elsewhere(found, endpoints)
    return Standing(
        endpoints.name, endpoints.username, found.account, found.how, found.signed_in_at, found.refreshed_at,
        found.access_ends_at, found.failed_at, _ends(found, endpoints, zone),
        *((other, endpoints.again) if other else (found.failure, found.remedy)),
    )  # fmt: skip


def made_elsewhere(found: SignedIn, endpoints: Endpoints) -> str:
    """What of the settings has changed since that sign-in, '' for nothing: its tokens are for nobody else."""
    if not found.token_url:
        return "the sign-in was made by an earlier mailbot, which did not note where"
    made = {
        "oauth2": (found.provider, endpoints.provider),
        "client_id": (found.client_id, endpoints.client_id),
        "tenant": (found.tenant, endpoints.tenant),
        "token_url": (found.token_url, endpoints.token),
        "username": (found.username, endpoints.username),
    }
    changed = next((name for name, (then, now) in made.items() if then != now), "")
    return f"the sign-in was made with another {changed}" if changed else ""


def _ends(found: SignedIn | None, endpoints: Endpoints, zone: tzinfo) -> tuple[End, ...]:
    """All ends that are known, the nearest first."""
    ends = [End(SECRET, endpoints.secret_expires)] if endpoints.secret_expires else []
    if found and found.ends_at:
        ends.append(End(SIGN_IN, found.ends_at.astimezone(zone).date(), moves=found.slides))
    elif found and endpoints.idle_days:
        idle = found.refreshed_at + timedelta(days=endpoints.idle_days)
        ends.append(End(IDLE, idle.astimezone(zone).date(), moves=True))
    return tuple(sorted(ends, key=lambda each: each.day))


def noon(day: date, zone: tzinfo) -> datetime:
    """A moment of a day, for what says days in words."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone)
