"""Plain files of a desk folder: the lock, the rule files, the secret, and files that are written once.

Decides who may write to the desk (one process, by flock) and what a person reads when a file cannot be used.
It must never overwrite a file, leave half of one, or show a secret.
"""

from __future__ import annotations

import base64
import binascii
import errno
import fcntl
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from mailbot.errors import DeskBusy, Problem, RulesError, SettingsError, StateError

LOCK = "lock"
RULE_FILES = re.compile(r"rules/[^/]+\.yaml|templates/(?:.+/)?[^/]+\.md|templates/[^/]+\.html")
MOST_BYTES = 1_000_000  # of one rule file; the longest that is shipped has 90 kB
SECRET_BYTES = 32


class DeskLock:
    """Held while a process writes to the desk: an flock, which the system lets go of however the process ends.

    A lock file that was left behind locks nobody out; the file is never removed, for another process could
    hold the removed one.

    Args:
        path: the file named `lock`, or the folder (state/) that it is in; made where missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path if path.name == LOCK else path / LOCK
        self._file = -1

    def __enter__(self) -> Self:
        """Take the lock. Raises DeskBusy where another process has it, StateError where none can be had."""
        with _state_said(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            with _state_said(self.path):
                self._lock(file)
                os.ftruncate(file, 0)
                os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let the lock go."""
        file, self._file = self._file, -1
        with suppress(OSError):
            os.ftruncate(file, 0)
        os.close(file)

    def _lock(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.pread(file, 20, 0).strip().decode("ascii", "replace")
            holder = f"process {pid}" if pid.isdigit() else "another process"
            words = f"{holder} is already writing to this desk ({self.path}). Stop it, or wait until it has ended."
            raise DeskBusy(words) from error


def read_rule_files(desk: Path, languages: Sequence[str] = ()) -> dict[str, str]:
    """Every rule file and template of the desk: {"rules/process.yaml": text}, in order of name.

    Hidden files (an editor's) are passed over. With `languages` so are the templates and fixed words of all others.
    Raises:
        RulesError: some cannot be read; all of them are named at once.
    """
    names = [name for name, file in rule_folders(desk) if RULE_FILES.fullmatch(name) and not file.name.startswith(".")]
    if languages:
        names = [name for name in names if _language_of(name) in ("", *languages)]
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name in sorted(names, key=lambda name: name.split("/")):
        found = _read_rule_file(desk / name, name)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            texts[name] = found
    if problems:
        raise RulesError(problems)
    return texts


def rule_folders(desk: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below rules/ and templates/: ("rules/process.yaml", the entry), in no order.

    Scanned by hand, for each cycle asks, and pathlib's patterns take five times as long.
    """
    folders = ["rules", "templates"]
    while folders:
        folder = folders.pop()
        with suppress(OSError), os.scandir(desk / folder) as found:
            for each in found:
                yield f"{folder}/{each.name}", each
                if each.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}/{each.name}")


def _language_of(name: str) -> str:
    """The language whose letters or fixed words a file holds (templates/fr/…, rules/wording.fr.yaml); '' = of none."""
    parts = name.split("/")
    if parts[0] == "templates":
        return parts[1] if len(parts) > 2 else ""
    named = parts[-1].split(".")
    return named[1] if len(named) == 3 and named[0] == "wording" else ""


def _read_rule_file(path: Path, name: str) -> str | Problem:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        return Problem(name, 1, f"cannot be read: {error.strerror or error}")
    if len(raw) > MOST_BYTES:
        return Problem(name, 1, f"is larger than {MOST_BYTES} bytes; this can hardly be a rule file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(name, line, "is not UTF-8 text here; save the file with the encoding UTF-8")


def read_secret(path: Path) -> bytes:
    """The desk's secret: 32 bytes, kept as base32 text of mode 0600; made where missing.

    Raises:
        SettingsError: it is there and cannot be used.
    """
    if not path.exists():
        text = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii").rstrip("=").lower()
        with suppress(FileExistsError):  # another process was quicker: its secret is the one
            write_new(path, text + "\n", 0o600)
    try:
        written = "".join(path.read_text("ascii").split()).upper().rstrip("=")
        secret = base64.b32decode(written + "=" * (-len(written) % 8))
    except OSError as error:
        words = f"the secret {path} cannot be read: {error.strerror or error}. Give this user the right to read it."
        raise SettingsError(words) from error
    except (UnicodeDecodeError, binascii.Error):
        words = f"the secret {path} is not what mailbot wrote (base32 letters). Put back your copy of it."
        raise SettingsError(words) from None  # the text itself must not come into a traceback
    if len(secret) < SECRET_BYTES:
        words = f"the secret {path} is too short: {len(secret)} of {SECRET_BYTES} bytes. Put back your copy of it."
        raise SettingsError(words)
    return secret


def write_new(path: Path, content: bytes | str, mode: int = 0o644) -> None:
    """Write a file that is not there yet: whole and fsynced, or not at all.

    Raises:
        FileExistsError: there is one; it was left as it is.
        StateError: the disk said no.
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    taken = False
    with _state_said(path):
        file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            _fill(file, raw, mode)
            os.link(name, path)  # unlike a rename, this fails where the name is taken
        except FileExistsError:
            taken = True
        finally:
            Path(name).unlink(missing_ok=True)
        sync_folder(path.parent)
    if taken:
        raise FileExistsError(f"{path} is there already and was left as it is")


def write_over(path: Path, content: bytes) -> None:
    """Write a file whole and fsynced, in place of the one that may be there. Raises StateError."""
    with _state_said(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            _fill(file, content, 0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _fill(file: int, raw: bytes, mode: int) -> None:
    with os.fdopen(file, "wb") as out:
        os.fchmod(out.fileno(), mode)
        out.write(raw)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _state_said(path: Path) -> Iterator[None]:
    """What the system says of a file, as a sentence."""
    try:
        yield
    except OSError as error:
        raise StateError(unwritable(path, error), transient=True) from error


def unwritable(path: Path, error: OSError) -> str:
    """Why a file cannot be written, and what to do. Links are not followed: they could lead to a file of root's."""
    if error.errno == errno.ELOOP:
        return f"{path} is a symbolic link, which mailbot does not follow. Put the file there, or remove the link."
    return f"{path} cannot be written: {error.strerror or error}. Look at the disk and the rights of its folder."
