"""How a connection is protected, as a finding: the version of TLS, and how long the server's certificate holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailbot.adapters.encryption import Encryption
from mailbot.doctor.findings import Finding, ok, warning

SOON = timedelta(days=14)


def encrypted(about: str, tls: Encryption | None, now: datetime) -> Finding:
    """An encrypted connection whose certificate ends within two weeks is a warning, for then nothing works any more."""
    if tls is None:
        return ok(about, "connected, without encryption (only on this machine)")
    if tls.ends_at is None:
        return ok(about, f"connected, {tls.version}")
    day = f"{tls.ends_at:%d %b %Y}"
    if tls.ends_at - now < SOON:
        days = max(0, (tls.ends_at - now).days)
        return warning(
            about,
            f"connected, {tls.version}, but the server's certificate ends on {day}, in {days} day{'s' * (days != 1)}",
            "whoever runs the server has to renew it; after that day the desk can neither read nor send",
        )
    return ok(about, f"connected, {tls.version}, certificate until {day}")
