"""Who the desk is to the pure rooms: what its settings and its secret say, as a value."""

from __future__ import annotations

from mailbot.cases.identity import Identity
from mailbot.settings import Settings


def identity_of(settings: Settings, key: bytes) -> Identity:
    """The desk's name, address and key; `key` is the secret by which it knows its own references and tokens."""
    desk, trust = settings.desk, settings.trust
    return Identity(desk.name, desk.address, desk.prefix, key, trust.authserv_id, desk.written[0], desk.timezone)
