"""Web addresses that the desk may ask: encrypted, or on this machine.

It decides from the address alone and asks nobody.
"""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_loopback(url: str) -> bool:
    """Whether the address is one of this machine, where encryption would add nothing. Raises ValueError."""
    found = urlsplit(url)
    return found.scheme in ("http", "https") and found.hostname in LOOPBACK


def refused(url: str) -> str:
    """Why nothing is sent to an address, '' if it may be."""
    try:
        found = urlsplit(url)
        host, port = found.hostname, found.port
    except ValueError:  # brackets that do not match, a port that is no number or too large
        return 'is no address; write one like "https://host/path"'
    if not ((host and found.scheme == "https") or is_loopback(url)):
        return "write an address that begins with https:// (http:// is for this machine only)"
    if port == 0 or "@" in found.netloc or not all("!" <= char <= "~" for char in url):
        return "write the address in plain ASCII (a name beyond it as xn--…), without spaces, user name or port 0"
    return ""
