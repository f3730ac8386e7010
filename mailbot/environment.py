"""What the environment says. Besides the settings laid over mailbot.toml (settings.py) nothing else is asked of it.

Loads nothing, since `mailbot --help` needs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PREFIX = "MAILBOT_"


def desk_folder(option: str | None) -> Path:
    """--desk DIR, else $MAILBOT_DESK, else the current folder."""
    return Path(option or os.environ.get("MAILBOT_DESK") or ".").resolve()


def overrides() -> Iterator[tuple[str, str, str]]:
    """(section, key, value) for each MAILBOT_SECTION__KEY=value."""
    for name, value in os.environ.items():
        section, two, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and two:
            yield section, key, value


def language() -> str:
    """The code of the language that this machine's user speaks (POSIX locale(7)): fr of fr_CH.UTF-8; '' = not told."""
    spoken = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return spoken.partition(".")[0].partition("_")[0]


def notify_socket() -> str:
    """$NOTIFY_SOCKET, where systemd wants to hear of the service; '' elsewhere."""
    return os.environ.get("NOTIFY_SOCKET", "")


def credentials_folder() -> Path | None:
    """$CREDENTIALS_DIRECTORY, where systemd lays the service's secrets (LoadCredential=); None elsewhere."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


def wants_no_colour() -> bool:
    """Whether NO_COLOR is set to anything (no-color.org), or the terminal is a dumb one."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def watchdog_seconds() -> float:
    """$WATCHDOG_USEC: how long systemd waits for a sign of life before it starts the service anew; 0 = for ever."""
    given, whose = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    return int(given) / 1_000_000 if given.isdigit() and whose in ("", str(os.getpid())) else 0.0


def log_format() -> str:
    """$MAILBOT_LOG_FORMAT, how log lines are written where no option says so; '' where it is not set."""
    return os.environ.get(f"{PREFIX}LOG_FORMAT", "")


def goes_to_journal(file: int) -> bool:
    """Whether an open file is a line to systemd's journal ($JOURNAL_STREAM names it by device and inode)."""
    try:
        found = os.fstat(file)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
