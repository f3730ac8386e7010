"""What a mail is explained with: a desk's own rules, key and cases, read only; or the shipped rules and no cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mailbot.adapters.files import read_secret
from mailbot.adapters.ledger import MemoryLedger
from mailbot.assembly import SECRET
from mailbot.cases.identity import Identity
from mailbot.errors import MailbotError
from mailbot.founding import shipped
from mailbot.insight.explained import Looking
from mailbot.letters.step import Room
from mailbot.letters.write import House
from mailbot.own_identity import identity_of
from mailbot.rulebook import LAYOUT
from mailbot.settings import Settings
from mailbot.viewing import rules_of, view

# Nobody's address (RFC 2606 2): without a desk no mail is the desk's own, and no token is true.
_NOBODY = Identity("", "nobody@desk.invalid", "BLANC", b"")
_TIMEZONE = "Europe/London"
_MOST_LETTERS = 1_000_000  # the brakes are not what is explained


@contextmanager
def with_desk(settings: Settings, now: datetime) -> Iterator[Looking]:
    """The desk's own rules, key and cases, also while it runs; nothing is written."""
    desk, secret = settings.desk, settings.folder / SECRET
    key = read_secret(secret) if secret.exists() else b""
    layout = _layout(settings.folder)
    house = House(layout, False, _MOST_LETTERS, desk.reply_to == "subaddress")
    with view(settings) as seen:
        yield Looking(Room(seen.process, identity_of(settings, key), house), seen.ledger.find, now)


@contextmanager
def without_desk(now: datetime) -> Iterator[Looking]:
    """The rules as they are shipped, and no cases."""
    folder = shipped()
    room = Room(rules_of(folder, _TIMEZONE), _NOBODY, House(_layout(folder), False, _MOST_LETTERS))
    yield Looking(room, MemoryLedger().find, now)


def mails_in(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Every file that was named, and every file in the folders that were named, in order.

    Raises:
        MailbotError: there is no such file or folder.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path))
        elif path.is_file():
            yield path
        else:
            raise MailbotError(f"{path}: there is no such file or folder")


def _is_hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(below).parts)


def _layout(folder: Path) -> str:
    return (folder / LAYOUT).read_text(encoding="utf-8")
