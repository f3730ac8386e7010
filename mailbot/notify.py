"""Telling systemd how the service is (sd_notify): a few lines, no library. Nothing happens outside systemd."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from mailbot.environment import notify_socket

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"
LONGEST_STATUS = 300


def notify(*states: str) -> None:
    """Send READY=1, STATUS=… and so on to the service manager, if there is one, in one datagram."""
    address = notify_socket()
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall("\n".join(states).encode("utf-8", "replace"))


def status(words: str) -> str:
    """What `systemctl status` shows; one line, whatever a server has said."""
    return "STATUS=" + "".join(char if char.isprintable() else " " for char in words)[:LONGEST_STATUS]


def reloading() -> str:
    """The rules are read again; systemd wants the moment, to know which READY=1 answers it (Type=notify-reload)."""
    return f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}"


def more_time(seconds: float) -> str:
    """While it ends: that much longer than TimeoutStopSec= is needed, counted from now."""
    return f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}"
