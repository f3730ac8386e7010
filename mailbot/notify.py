"""Telling systemd how the service is (sd_notify): five lines, no library. Nothing happens outside systemd."""

from __future__ import annotations

import socket
from contextlib import suppress

from mailbot.environment import notify_socket


def notify(state: str) -> None:
    """Send READY=1, WATCHDOG=1 … to the service manager, if there is one."""
    address = notify_socket()
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall(state.encode())
