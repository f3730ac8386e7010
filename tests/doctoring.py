"""What the tests of `mailbot doctor` share: what one group finds in a desk folder, and mail that lies in its inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbot import settings as reading
from mailbot.doctor.examination import Look
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding
from tests.writing import new_mail

NOW = datetime.now(UTC)
OURS = "mx.shop.test; dmarc=pass header.from=x.test"


def findings(look: Look, folder: Path) -> list[Finding]:
    """What one group finds."""
    return list(look(Examined(reading.load(folder))))


def one(found: Sequence[Finding], about: str) -> Finding:
    (only,) = (each for each in found if each.about == about)
    return only


def mail_from(sender: str, number: int, results: str = "", age: timedelta = timedelta(hours=1)) -> bytes:
    head = f"Authentication-Results: {results}\r\n".encode() if results else b""
    return head + new_mail(sender, "Somebody", "Hello", "I am writing to you.", NOW - age, number)
