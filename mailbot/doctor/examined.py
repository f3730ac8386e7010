"""What is examined, and what one group of findings learnt that another needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.adapters.ports import Arrived
from mailbot.mail.model import Message
from mailbot.process.model import Process
from mailbot.settings import Settings

PATIENCE = 20.0  # seconds for one answer of a server: less than the service has, as a person sits and waits


@dataclass(frozen=True, slots=True)
class Told:
    """A server told the time: how far our clock is ahead of it (negative: behind), and how we know."""

    ahead: timedelta
    by: str


@dataclass(slots=True)
class Examined:
    """What is examined, and what has been learnt so far. say: shows what is being waited for."""

    settings: Settings
    send: bool = False
    patience: float = PATIENCE
    say: Callable[[str], None] = lambda words: None
    process: Process | None = None  # None: the rules cannot be used
    mailbox_opens: bool = False
    relay_takes: bool = False
    waiting: Sequence[Arrived] = ()
    heads: Sequence[Message] = ()  # the newest mails of the inbox and of Mailbot/Cases, as far as their headers
    came_back: Message | None = None  # the test mail that went round, as it arrived
    told: list[Told] = field(default_factory=list)
    began: tuple[datetime, float] = field(default_factory=lambda: (datetime.now(UTC), time.monotonic()))

    @property
    def admin(self) -> str:
        """The admin's address; '' where the rules name none."""
        return self.process.people.reach("admin") if self.process else ""

    @staticmethod
    def now() -> datetime:
        """This machine's clock."""
        return datetime.now(UTC)

    @property
    def jumped(self) -> timedelta:
        """How far the clock was set forward (negative: back) since the examination began."""
        at, seconds = self.began
        return self.now() - at - timedelta(seconds=time.monotonic() - seconds)

    @property
    def local(self) -> datetime:
        """The same moment on the desk's clock."""
        return self.now().astimezone(ZoneInfo(self.settings.desk.timezone))
