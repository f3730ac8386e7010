"""What protects a connection: the version of TLS, and until when the server's certificate holds (RFC 5280 4.1.2.5)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Encryption:
    """The TLS of one connection; ends_at: the last moment of the server's certificate, None if it does not say."""

    version: str
    ends_at: datetime | None


def encryption_of(tls: Any) -> Encryption | None:
    """Of an ssl.SSLSocket or ssl.SSLObject; None for anything else, which is not encrypted."""
    if not isinstance(tls, ssl.SSLSocket | ssl.SSLObject):
        return None
    ends = (tls.getpeercert() or {}).get("notAfter")
    at = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None
    return Encryption(tls.version() or "TLS", at)
