"""Questions to the network that `init` asks: the DNS, and whether a mail server answers at a port. Short, and few.

It decides nothing about what the answers mean. Each call ends by its deadline, whatever the network does, and tells
"there is none" from "nobody answered". It sends no name, no address and no password to a mail server.
RFC 1035 (MX, CNAME, A), RFC 2782 (SRV), RFC 3596 (AAAA).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS_IN_ALL = 5.0
SECONDS_A_QUESTION = 2.0  # to the DNS, of which two are asked one after the other
SECONDS_A_SERVER = 1.5  # to connect, to agree on TLS, and to be greeted
GREETINGS = (b"* OK", b"* PREAUTH", b"220")  # RFC 3501 7.1, RFC 5321 4.2


class Said(Enum):
    """How a question to the DNS ended."""

    FOUND = "found"
    NOTHING = "nothing of that kind"
    NO_NAME = "no such name"
    SILENT = "nobody answered"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the DNS said; the records as text, in its order."""

    said: Said
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Greeting:
    """Whether a mail server greeted us; `trusted`: its certificate is one for that name (True where none was shown)."""

    answered: bool
    trusted: bool = True


class Network:
    """The DNS and the servers behind it, for one search: everything ends `seconds` after it began.

    Args:
        name_server: IP or IP:PORT to ask in place of the system's name servers.
    """

    def __init__(self, name_server: str = "", seconds: float = SECONDS_IN_ALL) -> None:
        self.name_server = name_server
        self.ends_at = time.monotonic() + seconds

    def left(self, most: float) -> float:
        """Seconds that one step may take; never quite none, so that a late step fails by itself."""
        return max(0.05, min(most, self.ends_at - time.monotonic()))

    def ask(self, name: str, kind: str) -> Reply:
        """The records of a kind (MX, SRV, CNAME, A, AAAA) at a name."""
        from dns.exception import DNSException
        from dns.name import from_text
        from dns.resolver import NXDOMAIN, NoAnswer

        try:
            whole = from_text(f"{name.rstrip('.')}.")
        except DNSException:  # a label of more than 63 characters and the like: no such name can be
            return Reply(Said.NO_NAME)
        try:
            found = self._resolver.resolve(whole, kind, lifetime=self.left(SECONDS_A_QUESTION), search=False)
        except NXDOMAIN:
            return Reply(Said.NO_NAME)
        except NoAnswer:
            return Reply(Said.NOTHING)
        except (DNSException, OSError, ValueError):
            return Reply(Said.SILENT)
        return Reply(Said.FOUND, tuple(record.to_text() for record in found))

    @cached_property
    def _resolver(self) -> Resolver:
        from dns.resolver import Resolver

        if not self.name_server:
            return Resolver()
        where = urlsplit(f"//{self.name_server}")
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = [where.hostname or ""], where.port or 53
        return resolver

    def greet(self, host: str, port: int, security: str) -> Greeting:
        """Connect for a moment, without a word: does a mail server greet us there?"""
        for address in self._addresses(host):
            with suppress(OSError), socket.create_connection((address, port), self.left(SECONDS_A_SERVER)) as plain:
                plain.settimeout(self.left(SECONDS_A_SERVER))
                return _greeted(plain, host if security == "tls" else "")
        return Greeting(False)

    def _addresses(self, host: str) -> Iterator[str]:
        for kind in ("A", "AAAA"):
            yield from self.ask(host, kind).records[:1]


def _greeted(plain: socket.socket, tls_name: str) -> Greeting:
    if not tls_name:
        return Greeting(_read(plain))
    try:
        with ssl.create_default_context().wrap_socket(plain, server_hostname=tls_name) as secret:
            return Greeting(_read(secret))
    except ssl.SSLCertVerificationError:  # there is a server, but not one for that name
        return Greeting(True, trusted=False)


def _read(connection: Any) -> bool:
    return bool(connection.recv(200).startswith(GREETINGS))
