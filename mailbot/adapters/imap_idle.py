"""Waiting for word from an IMAP server on a connection whose folder is open. RFC 2177 (IDLE)."""

from __future__ import annotations

import time
from typing import Any

IDLE_SLICE = 240.0  # leave IDLE that often: a half-open link shows only then (RFC 2177 asks for 29 minutes)
POLL_SLICE = 15.0  # where the server cannot IDLE


def wait(client: Any, left: float, *, at_hand: bool = True) -> bool:
    """Sit in IDLE, or sleep, for one slice at most; leaving IDLE is what shows that the server is still there.

    Args:
        at_hand: whether word of mail that comes in one piece with the server's `+` ends the wait. A server that says
            as much at each IDLE would never be left in peace, so not twice in a row.

    Returns:
        Whether it did.
    """
    if not client.has_capability("IDLE"):
        time.sleep(min(left, POLL_SLICE))
        return False
    client.idle()
    ended = at_hand and any(b"EXISTS" in line.upper() for line in client.lines_at_hand())
    if not ended:
        client.idle_check(timeout=min(left, IDLE_SLICE))
    client.idle_done()
    return ended
