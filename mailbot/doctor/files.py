"""Settings and files of the desk folder: who can read what is secret, and whether state/ can be written.

It must never write, lock or show anything: the service may be running.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from mailbot import credentials
from mailbot.adapters.files import LOCK, read_secret
from mailbot.adapters.tinydb_ledger import FILE as LEDGER
from mailbot.assembly import SECRET
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, ok, skipped, warning, wrong
from mailbot.errors import SettingsError
from mailbot.settings import FILE, Settings

TOKENS = "tokens.json"
LITTLE, TOO_LITTLE = 500_000_000, 20_000_000  # bytes free: a year of a busy desk, a day of it
UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
MODES = {
    "rehearse": (
        'rehearse: letters to customers go to the admin instead; staff get theirs for real. mode = "live" ends it'
    ),
    "live": "live: letters go to customers",
}


def look(examined: Examined) -> Iterator[Finding]:
    """Each file and folder, then what the settings say that a person should know."""
    settings = examined.settings
    looks: list[tuple[str, Callable[[], Finding]]] = [(FILE, lambda: _settings_file(settings))]
    looks += [(name, partial(_named, settings.folder / name, name)) for name in dict.fromkeys(_files_named(settings))]
    if os.path.lexists(settings.folder / TOKENS):
        looks.append((TOKENS, lambda: _private(settings.folder / TOKENS, TOKENS)))
    looks.append((SECRET, lambda: _secret(settings)))
    looks += _state(settings.state_folder)
    for name, found in looks:
        yield _looked(name, found)
    yield ok("mode", MODES[settings.desk.mode])
    zone = settings.desk.timezone
    yield ok("time zone", f"{zone}, where it is now {examined.local:%a %d %b %H:%M}")
    yield ok("since", f"{in_words(settings.desk.since)}: mail older than that at the first start is never answered")


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    """One file's finding; a file that cannot even be looked at is a finding, and no other waits for it."""
    try:
        return look()
    except OSError as error:
        found = f"cannot be looked at ({error.strerror or error})"
        return skipped(name, found, "run the doctor as the user of the service and see whose it is")


def in_words(time: timedelta) -> str:
    """2 days, 36 hours: the largest unit that leaves nothing over."""
    seconds = int(time.total_seconds())
    unit, size = next((unit, size) for unit, size in UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}{'s' * (seconds // size != 1)}"


def _settings_file(settings: Settings) -> Finding:
    file = settings.folder / FILE
    if not _holds_secret(file):
        return ok(FILE, "can be read, and has no password in it")
    return _private(file, FILE, "has a password in it, and ")


def _holds_secret(file: Path) -> bool:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return any(isinstance(data.get(section), dict) and data[section].get(key) for section, key in credentials.SECRETS)


def _files_named(settings: Settings) -> Iterator[str]:
    """Files with a secret in them that mailbot.toml names."""
    named = (settings.imap.password_file, settings.smtp.password_file, settings.oauth2.client_secret_file)
    yield from (name for name in named if name)


def _named(file: Path, name: str) -> Finding:
    """A file that mailbot.toml names; it may be missing where the secret comes from the environment."""
    if not file.exists():
        found = "is named in mailbot.toml and is not there; the secret comes from elsewhere (MAILBOT_… or a credential)"
        return skipped(name, found, "take its line out of mailbot.toml, or put the file there")
    return _private(file, name)


def _private(file: Path, name: str, before: str = "") -> Finding:
    """Whether only its owner can read a file."""
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & stat.S_IRWXO:
        return wrong(name, f"{before}everybody on this machine can read it (mode {mode:04o})", f"chmod 600 {file}")
    if mode & stat.S_IRWXG:
        found = f"{before}its group can read it (mode {mode:04o})"
        return warning(name, found, f"unless that is meant: chmod 600 {file}")
    return ok(name, f"{before}only its owner can read it")


def _secret(settings: Settings) -> Finding:
    """The secret, which proves the references in letters already sent."""
    file = settings.folder / SECRET
    if not file.exists():
        if (settings.state_folder / LEDGER).exists():
            return wrong(SECRET, "is gone, and this desk has cases", "put back your copy of it")
        return warning(SECRET, "is not there yet; the first start makes it", "back it up then")
    try:
        read_secret(file)
    except SettingsError as error:
        return wrong(SECRET, str(error), "")
    found = _private(file, SECRET)
    remember = "Keep a copy of it elsewhere: without it no reference in letters already sent can be checked."
    return Finding(found.verdict, found.about, found.found, found.do, (remember,))


def _state(folder: Path) -> Iterator[tuple[str, Callable[[], Finding]]]:
    yield f"{folder.name}/", lambda: _written_to(folder)
    yield "disk", lambda: _room(_there(folder))
    yield "lock", lambda: _lock(folder / LOCK)


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _written_to(folder: Path) -> Finding:
    name, there = f"{folder.name}/", _there(folder)
    if not os.access(there, os.W_OK | os.X_OK):
        return wrong(name, "cannot be written by this user", f"give this user the right to write in {there}")
    return ok(name, "can be written" if there == folder else "is not there yet; the first start makes it")


def _room(there: Path) -> Finding:
    free = shutil.disk_usage(there).free
    if free >= LITTLE:
        return ok("disk", f"{free / 1e9:.1f} GB are free")
    found = f"{free / 1e6:.0f} MB are free, which is {'too ' if free < TOO_LITTLE else ''}little"
    return (wrong if free < TOO_LITTLE else warning)("disk", found, f"make room on the disk of {there}")


def _lock(file: Path) -> Finding:
    """Who writes to the desk now; the doctor works beside it."""
    try:
        pid = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ok("lock", "no other process writes to this desk now")
    except (OSError, UnicodeDecodeError) as error:
        return skipped("lock", f"{file} cannot be read ({error})", "run the doctor as the user of the service")
    if pid and _held(file):
        return ok("lock", f"process {pid} works on this desk now; the doctor can look on beside it")
    return ok("lock", "no other process writes to this desk now")


def _held(file: Path) -> bool:
    """Whether somebody has the flock; asked only where a process has written its number, and let go of at once."""
    handle = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        with suppress(OSError):
            os.close(handle)
    return False
