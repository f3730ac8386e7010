"""Mail providers as they are: servers, ways to sign in, traps. Data in providers.toml, used by init, login and doctor.

It decides nothing: who a provider is follows from a domain, an MX host or the name of a server.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("providers.toml")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Frozen):
    """Where to connect. `security`: tls | starttls."""

    host: str
    port: int
    security: str


class SignIn(_Frozen):
    """OAuth 2 at this provider. `device`: the device-code flow's address (RFC 8628), "" where mail may not use it."""

    device: str = ""
    authorize: str
    token: str
    scope: str
    needs_secret: bool = False


class Trap(_Frozen):
    """One thing that goes wrong at this provider unless it is known: what, and what to do."""

    what: str
    do: str


class Provider(_Frozen):
    """One mail provider.

    `domains`: addresses there; `mx`: ends of the names of the MX hosts of a domain hosted there; `sent`: as in [imap];
    `password`: what a password must be there ("" any, "app" an app password, "none" only OAuth 2);
    `subaddress`: whether desk+token@ arrives.
    """

    id: str
    name: str
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    imap: Server
    smtp: Server
    sent: str = "auto"
    password: str = ""
    subaddress: bool = False
    sign_in: SignIn | None = None
    traps: tuple[Trap, ...] = ()


@cache
def known() -> tuple[Provider, ...]:
    """All providers of the table."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Provider(id=name, **fields) for name, fields in table.items())


def by_id(name: str) -> Provider | None:
    """The provider of that id."""
    return next((each for each in known() if each.id == name), None)


def by_domain(domain: str) -> Provider | None:
    """The provider whose own addresses end in that domain."""
    return next((each for each in known() if domain.casefold() in each.domains), None)


def by_mx(hosts: Sequence[str]) -> Provider | None:
    """The provider that takes in mail at one of those hosts."""
    names = [f".{host.casefold().rstrip('.')}" for host in hosts]
    return next((each for each in known() if any(name.endswith(f".{mx}") for mx in each.mx for name in names)), None)


def by_server(host: str) -> Provider | None:
    """The provider whose IMAP or SMTP server that is."""
    return next((each for each in known() if host.casefold() in (each.imap.host, each.smtp.host)), None)
