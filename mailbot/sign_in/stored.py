"""tokens.json in the desk folder: the sign-in as it is kept.

It decides nothing about tokens. It must never be readable by others, never be half written, never be written by two at
once, and never show a token. state/ can be made again from the mailbox; a sign-in cannot, so it stands outside.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from mailbot.adapters.files import sync_folder, unwritable
from mailbot.errors import OutsideError

if TYPE_CHECKING:  # the desk reads the file in each cycle, and asks a server in few
    from mailbot.sign_in.endpoints import Endpoints
    from mailbot.sign_in.grant import Grant

FILE, LOCK = "tokens.json", ".tokens.lock"
ROOM = 65_536  # bytes kept free for the new file; Entra's tokens have some 5,000
LOCK_SECONDS = 90.0  # longer than any renewal takes
_GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SignedIn(BaseModel):
    """A sign-in: whose, where, by which client, its tokens, until when.

    `token_url`, `tenant`, `username`: as the settings said; "" where an earlier mailbot wrote the file.
    `ends_at`: when it ends as a whole, if the server says so; `slides`: each renewal moves that end.
    `failure`, `remedy`: why the last renewal was refused and what to do, '' = it was not; `over`: only a person can
    sign in again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    provider: str
    client_id: str
    token_url: str = ""
    tenant: str = ""
    username: str = ""
    how: Literal["device", "browser"]
    account: str = ""
    scope: str = ""
    access_token: SecretStr
    access_ends_at: AwareDatetime
    refresh_token: SecretStr
    signed_in_at: AwareDatetime
    refreshed_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    slides: bool = False
    failed_at: AwareDatetime | None = None
    failure: str = ""
    remedy: str = ""
    over: bool = False

    @field_serializer("access_token", "refresh_token", when_used="json")
    def _as_stored(self, value: SecretStr) -> str:
        return value.get_secret_value()


def first(grant: Grant, endpoints: Endpoints, how: Literal["device", "browser"], now: datetime) -> SignedIn:
    """The sign-in that a person has just made."""
    return SignedIn(
        provider=endpoints.provider, client_id=endpoints.client_id, token_url=endpoints.token, tenant=endpoints.tenant,
        username=endpoints.username, how=how, account=grant.account, scope=grant.scope,
        access_token=SecretStr(grant.access), access_ends_at=grant.access_ends_at,
        refresh_token=SecretStr(grant.refresh), signed_in_at=now, refreshed_at=now, ends_at=grant.ends_at,
    )  # fmt: skip


def read(folder: Path) -> SignedIn | None:
    """The sign-in of a desk; None where there is none.

    Raises:
        OutsideError: others can read the file, or it cannot be used.
    """
    path = folder / FILE
    try:
        # Not blocking: what stands there may be no file at all, but a pipe that nobody writes to.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            rights = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if rights & _GROUP_AND_OTHERS:
                raise OutsideError(f"{path} can be read by others", f"run: chmod 600 {path}", transient=False)
            raw = file.read(16 * ROOM)
        return SignedIn.model_validate_json(raw)
    except FileNotFoundError:
        return None
    except OSError as error:
        why = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror or error
        do = "give the user that runs the desk the right to, or sign in again with `mailbot login`"
        raise OutsideError(f"{path} cannot be read ({why})", do, transient=False) from None
    except (ValidationError, UnicodeDecodeError):
        # From None: the text itself must not come into a traceback.
        do = f"run: mailbot login --desk {folder}"
        raise OutsideError(f"{path} is not what mailbot wrote", do, transient=False) from None


def forget(folder: Path) -> bool:
    """Remove the sign-in; whether there was one."""
    with alone(folder), _said(folder / FILE):
        _sweep(folder)
        try:
            (folder / FILE).unlink()
        except FileNotFoundError:
            return False
        sync_folder(folder)
        return True


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The one that may renew or write the sign-in, of all threads and processes."""
    path = folder / LOCK
    with _said(path):
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with _said(path):
            _give_to_owner(lock, folder)
        until = time.monotonic() + LOCK_SECONDS
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > until:
                raise OutsideError(f"another process holds {path}; it is tried again", transient=True)
            time.sleep(0.02)
        yield
    finally:
        os.close(lock)


@contextmanager
def place(folder: Path) -> Iterator[Callable[[SignedIn], None]]:
    """A file ready to take the new sign-in; only inside `alone`.

    It is made, with room on the disk, before the server is asked: where the old refresh token ends with the answer,
    a disk that is full or read only must be found out before.
    """
    path = folder / FILE
    with _said(path):
        _sweep(folder)
        file, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)  # 0600
        try:
            os.posix_fallocate(file, 0, ROOM)
            _give_to_owner(file, folder)
        except BaseException:
            os.close(file)
            Path(name).unlink()
            raise

    def put(signed_in: SignedIn) -> None:
        raw = json.dumps(_plain(signed_in), indent=1).encode("ascii") + b"\n"
        with _said(path):
            os.ftruncate(file, os.pwrite(file, raw, 0))
            os.fsync(file)
            Path(name).replace(path)
            sync_folder(folder)

    try:
        yield put
    finally:
        os.close(file)
        Path(name).unlink(missing_ok=True)


def _plain(signed_in: SignedIn) -> dict[str, Any]:
    return signed_in.model_dump(mode="json")


def _sweep(folder: Path) -> None:
    """Remove what a killed process left; the lock says that nobody is writing."""
    for left in folder.glob(f".{FILE}.*"):
        left.unlink(missing_ok=True)


def _give_to_owner(file: int, folder: Path) -> None:
    """`sudo mailbot login` for a desk that runs as somebody else: the file is the desk's.

    A file with a second name is left as it is: the desk's user may have made that name here of a file of root's.
    """
    owner, found = folder.stat(), os.fstat(file)
    ours = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    if os.geteuid() == 0 and owner.st_uid != 0 and ours:
        os.fchown(file, owner.st_uid, owner.st_gid)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutsideError(unwritable(path, error), transient=True) from error
