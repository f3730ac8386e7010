"""Whether the service is well, from what it last said of itself in state/health.json.

The running service writes the file, anybody who may read it judges it: no lock, no network, no settings, no ledger, so
that a probe is quick, changes nothing and works for another user. A service that says nothing is taken for dead.
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailbot import environment
from mailbot.errors import MailbotError, SettingsError

FILE = "health.json"
FORMAT = 1
SETTINGS = "mailbot.toml"

STARTING, WORKING, WAITING, PAUSING, STOPPED = "starting", "working", "waiting", "pausing", "stopped"

# Six signs of life missed: a waiting desk gives one every 20 seconds.
MOST_SILENT = timedelta(minutes=2)
# Longer than any server is waited for in one step but the last byte of a very large letter (adapters/smtp.py).
MOST_STUCK = timedelta(minutes=5)
# Beyond the poll: a server that restarts, a provider's short outage and six tries fit in; customers notice an hour.
MOST_BEHIND = timedelta(minutes=10)
# A cycle that goes on for so long and still gives signs of life: a first inbox of a million mails, or a loop.
LONGEST_CYCLE = timedelta(hours=2)
# Tokens and client secrets: the admin was told by mail two weeks before; from here on a probe says it too.
SIGN_IN_WARNING = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Said:
    """What a service said of itself. `space`: its process namespace, in which alone `pid` means anything."""

    desk: str
    said_at: datetime
    started_at: datetime
    pid: int
    space: str = ""
    doing: str = STARTING
    since: datetime | None = None  # when it began to do that
    poll_seconds: int = 60
    finished_at: datetime | None = None  # the last cycle that came to its end
    trouble: str = ""  # why the last one did not
    lasting: bool = False  # … and it will not pass by itself
    failures: int = 0  # in a row
    cycles: int = 0  # since the start, as all that follow in this block
    taken: int = 0
    fired: int = 0
    sent: int = 0
    unsent: int = 0
    waiting_for_admin: bool = False
    left: int = 0  # older mails that stay in the inbox, by the admin's will
    undelivered: int = 0  # mails in the inbox that the server cannot hand over
    waiting: int | None = None  # new mails in the inbox: none after a cycle to its end, unknown (None) after a failure
    open_cases: int = 0
    oldest_unsorted_at: datetime | None = None  # the oldest mail that a human was asked about, without an answer yet
    unsorted: int = 0
    queued: int = 0
    held: int = 0
    in_doubt: int = 0
    sign_in_ends_at: datetime | None = None  # the first of what ends at the mail provider (OAuth 2)
    sign_in_trouble: str = ""


def write(state_folder: Path, said: Said) -> None:
    """Put the file in place whole, for everybody who may look into the folder. A full disk stops nothing: the probe
    then hears nothing new. Not fsynced: after a power cut there is no service to tell of."""
    text = json.dumps({"format": FORMAT, **as_json(said)}, indent=1)
    with suppress(OSError):
        file, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=state_folder)
        try:
            with os.fdopen(file, "w", encoding="utf-8") as out:
                os.fchmod(out.fileno(), 0o644)  # figures and sentences for the admin, nothing of a customer
                out.write(text)
            Path(name).replace(state_folder / FILE)
        finally:
            Path(name).unlink(missing_ok=True)


def read(folder: Path) -> Said | None:
    """What the service of that desk folder last said; None: it was never started.

    Raises:
        SettingsError: there is no desk.
        MailbotError: the file cannot be read.
    """
    file = _state_folder(folder) / FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return _from_json(found)
    except (FileNotFoundError, NotADirectoryError):
        if not os.path.lexists(folder / SETTINGS) and not file.parent.is_dir():
            raise SettingsError(f"{folder} is no desk folder: name one with --desk DIR, or $MAILBOT_DESK") from None
        return None
    except OSError as error:
        words = f"{file} cannot be read: {error.strerror or error}. Give this user the right to look into its folder"
        raise MailbotError(words) from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise MailbotError(f"{file} was not written by this version of mailbot: restart the service") from None


def problems(said: Said | None, now: datetime) -> tuple[str, ...]:
    """A sentence for each thing that is not well; none: the service is healthy."""
    if said is None:
        return ("the service was never started on this desk: mailbot run",)
    if said.doing == STOPPED:
        return (f"the service was stopped {ago(said.said_at, now)}",)
    if gone(said):
        return (f"process {said.pid} is gone: the service was killed or crashed; it last spoke {_last(said, now)}",)
    return (*_silent(said, now), *_behind(said, now), *_signed_in(said, now))


def gone(said: Said) -> bool:
    """Whether the service's process is no more; where its number means nothing (another container) it may be there."""
    if not said.space or said.space != pid_space():
        return False
    try:
        os.kill(said.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's
    return False


def pid_space() -> str:
    """The process namespace that we are in; '' where the system does not say."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def ago(at: datetime, now: datetime) -> str:
    """How long ago, as a person says it."""
    seconds = max(0, int((now - at).total_seconds()))
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size or (seconds >= size and name != "minute"):
            return f"{seconds // size} {name}{'s' * (seconds // size != 1)} ago"
    return f"{seconds} second{'s' * (seconds != 1)} ago"


def as_json(said: Said) -> dict[str, Any]:
    """For programs; moments as ISO 8601 in UTC."""
    found = {each.name: getattr(said, each.name) for each in fields(said)}
    return {name: _iso(value) if isinstance(value, datetime) else value for name, value in found.items()}


def line(said: Said, now: datetime) -> str:
    """A healthy service on one line."""
    parts = [
        f"last cycle {ago(said.finished_at, now)}" if said.finished_at else "the first cycle is under way",
        f"{said.open_cases} open case{'s' * (said.open_cases != 1)}",
        f"{said.queued} letter{'s' * (said.queued != 1)} to send",
    ]
    parts += [f"{count} {name}" for count, name in ((said.held, "held"), (said.in_doubt, "in doubt")) if count]
    if said.undelivered:
        parts.append(f"{said.undelivered} in the inbox that the mail server cannot hand over")
    if said.oldest_unsorted_at:
        mails = f"{said.unsorted} mail{'s' * (said.unsorted != 1)}"
        parts.append(f"{mails} with a human, the oldest came {ago(said.oldest_unsorted_at, now)}")
    if said.trouble:
        parts.append(f"the last try failed: {said.trouble}")
    if said.waiting_for_admin:
        parts.append("new mail waits for the admin's word (reply “go on” to the mail that asks)")
    return "; ".join(parts)


def _silent(said: Said, now: datetime) -> Iterator[str]:
    """It hangs, or was killed where we cannot see its process."""
    working = said.doing in (STARTING, WORKING)
    if now - said.said_at > (MOST_STUCK if working else MOST_SILENT):
        hangs = "one step of its work takes too long" if working else "it hangs, or was killed"
        yield f"the service last spoke {ago(said.said_at, now)}: {hangs}"
    elif said.doing == WORKING and said.since and now - said.since > LONGEST_CYCLE:
        yield f"the cycle under way began {ago(said.since, now)} and does not end"


def _behind(said: Said, now: datetime) -> Iterator[str]:
    """Its work does not get done."""
    began = said.finished_at or said.started_at
    late = now - began > MOST_BEHIND + timedelta(seconds=said.poll_seconds)
    if not (said.lasting or (late and (said.failures or said.doing != WORKING))):
        return
    finished = f"the last finished cycle was {ago(began, now)}" if said.finished_at else "no cycle has finished yet"
    tries = f", {said.failures} tries have failed since" if said.failures > 1 else ""
    yield f"{finished}{tries}{f': {said.trouble}' if said.trouble else ''}"


def _signed_in(said: Said, now: datetime) -> Iterator[str]:
    """The admin had a mail that says what to do."""
    ends = said.sign_in_ends_at
    if said.sign_in_trouble and said.sign_in_trouble != said.trouble:
        yield said.sign_in_trouble
    elif ends and ends - now <= SIGN_IN_WARNING:
        when = f"ended {ago(ends, now)}" if ends <= now else f"ends on {ends:%d %B %Y}"
        yield f"the sign-in at the mail provider {when}: do what the mail to the admin says"


def _last(said: Said, now: datetime) -> str:
    return f"{ago(said.said_at, now)}, while {said.doing}"


def _state_folder(folder: Path) -> Path:
    """Where state/ is: by the environment, else by mailbot.toml as far as we may read it, else the usual place."""
    place = next((value for *where, value in environment.overrides() if where == ["state", "ledger"]), "")
    if not place:
        with suppress(OSError, ValueError, AttributeError):
            place = str(tomllib.loads((folder / SETTINGS).read_text("utf-8")).get("state", {}).get("ledger", ""))
    return folder / (place.partition(":")[2] or "state")


def _from_json(found: dict[str, Any]) -> Said:
    if found.pop("format") != FORMAT:
        raise ValueError
    return Said(**{name: _value(name, value) for name, value in found.items()})


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value).astimezone(UTC) if value and name.endswith(("_at", "since")) else value


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
