"""Why a file cannot be read, in a sentence for a person: whose it is, who is asking, and as whom to ask again.

It never quotes what stands in the file.
"""

from __future__ import annotations

import errno
import os
import pwd
import stat
from pathlib import Path


def why(file: Path, error: OSError | UnicodeDecodeError) -> str:
    """What follows after `FILE cannot be read: `."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in UTF-8; save it as UTF-8"
    if error.errno in (errno.EACCES, errno.EPERM):
        return _denied(file)
    if isinstance(error, FileNotFoundError):
        return "there is no such file; write it, or name another"
    if isinstance(error, IsADirectoryError):
        return "it is a folder; name a file"
    return error.strerror or type(error).__name__


def _denied(file: Path) -> str:
    """The file itself, or the folder above it that lets nobody through."""
    barred, found = _barred(file.absolute())
    if found is None:
        return "this user may not"
    owner, user = _name(found.st_uid), _name(os.geteuid())
    what = "it" if barred == file.absolute() else f"the folder {barred}"
    if owner == user:
        mode = "u+rx" if stat.S_ISDIR(found.st_mode) else "u+r"
        return f"{what} is yours ({user}), but its rights shut you out: chmod {mode} {barred}"
    return f"{what} belongs to {owner}, and you are {user}: run it as that user (sudo -u {owner} …)"


def _barred(file: Path) -> tuple[Path, os.stat_result | None]:
    """The uppermost place on the way that may not be passed, else the file."""
    for place in (*reversed(file.parents), file):
        try:
            found = place.stat()
        except OSError:
            break
        if place == file or not os.access(place, os.X_OK):
            return place, found
    return file, None


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
