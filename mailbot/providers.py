"""Mail providers as they are: servers, ways to sign in, traps. Data in providers.toml, used by init, login and doctor.

It decides nothing: who a provider is follows from a domain, an MX host or the name of a server.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import OSA

FILE = Path(__file__).with_name("providers.toml")
CLOSED = "closed"  # the table in the file for providers that let no program in


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Frozen):
    """Where to connect. `security`: tls | starttls."""

    host: str
    port: int
    security: str


class SignIn(_Frozen):
    """OAuth 2 at this provider. `device`: the device-code flow's address (RFC 8628), "" where mail may not use it.

    `redirect_host`: what the browser comes back to, as the provider's page for clients takes it;
    `idle_days`: a sign-in that is not renewed for so many days ends, None = not known.
    """

    device: str = ""
    authorize: str
    token: str
    scope: str
    needs_secret: bool = False
    redirect_host: str = "127.0.0.1"
    idle_days: int | None = None


class Trap(_Frozen):
    """One thing that goes wrong at this provider unless it is known: what, and what to do."""

    what: str
    do: str


class Provider(_Frozen):
    """One mail provider.

    `domains`: addresses there; `mx`: ends of the names of the MX hosts of a domain hosted there; `sent`: as in [imap];
    `password`: what a password must be there ("" any, "app" an app password, "none" only OAuth 2);
    `app_password`: in words, how to come by one; `username`: the whole "address", or what stands before the @, "local";
    `subaddress`: whether desk+token@ arrives; `authserv_id`: as in [trust], where it is the same for everybody;
    `autodiscover`: where the alias autodiscover.DOMAIN of a domain hosted there leads (RFC 1035 CNAME).
    """

    id: str
    name: str
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    imap: Server
    smtp: Server
    sent: str = "auto"
    password: str = ""
    app_password: str = ""
    username: str = "address"
    subaddress: bool = False
    authserv_id: str = ""
    autodiscover: tuple[str, ...] = ()
    sign_in: SignIn | None = None
    traps: tuple[Trap, ...] = ()


class Closed(_Frozen):
    """A provider that has no servers a program could connect to: why, and what to do instead."""

    id: str
    name: str
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    why: str
    do: str


@cache
def _table() -> tuple[tuple[Provider, ...], tuple[Closed, ...]]:
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    shut = table.pop(CLOSED, {})
    return (
        tuple(Provider(id=name, **fields) for name, fields in table.items()),
        tuple(Closed(id=name, **fields) for name, fields in shut.items()),
    )


def known() -> tuple[Provider, ...]:
    """All providers of the table that a program can connect to."""
    return _table()[0]


def closed() -> tuple[Closed, ...]:
    """The providers that let no program in."""
    return _table()[1]


def by_id(name: str) -> Provider | None:
    """The provider of that id."""
    return next((each for each in known() if each.id == name), None)


def by_domain(domain: str) -> Provider | None:
    """The provider whose own addresses end in that domain."""
    return next((each for each in known() if domain.casefold() in each.domains), None)


def by_mx(hosts: Sequence[str]) -> Provider | None:
    """The provider that takes in mail at one of those hosts."""
    return next((each for each in known() if _at(hosts, each.mx)), None)


def by_autodiscover(host: str) -> Provider | None:
    """The provider to whose host the alias autodiscover.DOMAIN leads."""
    return next((each for each in known() if _at([host], each.autodiscover)), None)


def by_server(host: str) -> Provider | None:
    """The provider whose IMAP or SMTP server that is."""
    return next((each for each in known() if host.casefold() in (each.imap.host, each.smtp.host)), None)


def shut(domain: str, hosts: Sequence[str] = ()) -> Closed | None:
    """The provider of that domain (or at those MX hosts), where it is one that lets no program in."""
    return next((each for each in closed() if domain.casefold() in each.domains or _at(hosts, each.mx)), None)


def look_alike(domain: str) -> str:
    """The provider's domain that was probably meant by one with a single slip in it (gmial.com), or ''."""
    listed = (*(each.domains for each in known()), *(each.domains for each in closed()))
    own = {each for domains in listed for each in domains}
    wanted = domain.casefold()
    if wanted in own:
        return ""
    # One slip in a short name makes another real name (me.com, be.com).
    near = sorted(each for each in own if len(each) > 7 and OSA.distance(wanted, each) == 1)
    return near[0] if len(near) == 1 else ""


def _at(hosts: Sequence[str], ends: Sequence[str]) -> bool:
    """Whether one of the hosts is, or lies below, one of the names; notgoogle.com is not google.com."""
    names = [f".{host.casefold().rstrip('.')}" for host in hosts]
    return any(name.endswith(f".{end}") for end in ends for name in names)
