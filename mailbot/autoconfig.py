"""Which servers an address has: by the table of providers, the DNS of its domain, and the usual names.

In this order, since each is surer than the next: the domain is a provider's own; its mail goes to a provider's host
(MX; the alias autodiscover.DOMAIN, where a spam filter stands before it); the domain says so itself (SRV, RFC 6186 and
RFC 8314 5.1); a server answers at a usual name. Nothing here is a decision: a person is shown what was found and from
where (RFC 6186 6: the DNS can lie). It must never send anything to a server that was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mailbot import providers
from mailbot.lookups import Greeting, Network, Reply, Said
from mailbot.providers import Closed, Provider, Server

# Service of RFC 6186 and RFC 8314 -> how the connection begins.
IMAP_SERVICES = {"_imaps._tcp": "tls", "_imap._tcp": "starttls"}
SMTP_SERVICES = {"_submissions._tcp": "tls", "_submission._tcp": "starttls"}
# Where mail servers mostly are; {mx} is the host that takes in the domain's mail. The first that answers is meant.
Places = Mapping[str, Sequence[tuple[str, int, str]]]
USUAL: Places = {
    "imap": (
        ("imap.{domain}", 993, "tls"), ("mail.{domain}", 993, "tls"), ("{mx}", 993, "tls"),
        ("imap.{domain}", 143, "starttls"), ("mail.{domain}", 143, "starttls"),
    ),
    "smtp": (
        ("smtp.{domain}", 465, "tls"), ("mail.{domain}", 465, "tls"), ("{mx}", 465, "tls"),
        ("smtp.{domain}", 587, "starttls"), ("mail.{domain}", 587, "starttls"), ("{mx}", 587, "starttls"),
    ),
}  # fmt: skip
MOST_AT_ONCE = 12
HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")  # what the DNS may name as a host; anything else is passed over


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a domain's servers. `how`: from where, in words ('' = nothing was found).

    `notes`: what a person should hear besides. `sure`: may be used without a person's look, since the servers are a
    known provider's or lie in the domain itself.
    """

    domain: str
    imap: Server | None = None
    smtp: Server | None = None
    provider: Provider | None = None
    closed: Closed | None = None
    how: str = ""
    notes: tuple[str, ...] = ()
    sure: bool = False


def by_table(domain: str) -> Found | None:
    """What the table alone says, without a network; None where the domain is no provider's own."""
    if shut := providers.shut(domain):
        return Found(domain, closed=shut, how=f"{domain} is theirs")
    if provider := providers.by_domain(domain):
        return _of(provider, domain, f"{domain} is theirs")
    return None


def find(domain: str, network: Network, usual: Places = USUAL) -> Found:
    """The servers of a domain, within the network's deadline; never raises."""
    if known := by_table(domain):
        return known
    questions = {"mx": (domain, "MX"), "autodiscover": (f"autodiscover.{domain}", "CNAME")}
    questions |= {service: (f"{service}.{domain}", "SRV") for service in (*IMAP_SERVICES, *SMTP_SERVICES)}
    with ThreadPoolExecutor(len(questions)) as pool:
        replies = dict(zip(questions, pool.map(lambda each: network.ask(*each), questions.values()), strict=True))
    if replies["mx"].said is Said.SILENT:
        return Found(domain, notes=("No name server answered (is there a network?), so nothing could be looked up.",))
    if replies["mx"].said is Said.NO_NAME:
        return Found(domain, notes=(f"There is no domain {domain} in the DNS; is it written right?",))
    mx = _mx_hosts(replies["mx"])
    if shut := providers.shut(domain, mx):
        return Found(domain, closed=shut, how=f"by the MX record of {domain}")
    if provider := providers.by_mx(mx):
        return _of(provider, domain, f"by the MX record of {domain}")
    for target in replies["autodiscover"].records:
        if provider := providers.by_autodiscover(target):
            return _of(provider, domain, f"by autodiscover.{domain}")
    return _own_servers(domain, mx, replies, network, usual)


def _of(provider: Provider, domain: str, how: str) -> Found:
    return Found(domain, provider.imap, provider.smtp, provider, how=how, sure=True)


def _mx_hosts(reply: Reply) -> list[str]:
    """Host names, the preferred first; a domain that takes no mail at all has one that is empty (RFC 7505)."""
    pairs = [record.split() for record in reply.records]
    return [host.rstrip(".") for _, host in sorted((int(number), host) for number, host in pairs)]


def _own_servers(domain: str, mx: list[str], replies: Mapping[str, Reply], network: Network, usual: Places) -> Found:
    """By what the domain says of itself, and by trying where it says nothing."""
    notes: tuple[str, ...] = (
        (f"{domain} says in the DNS that it takes no mail (an empty MX record).",) if mx == [""] else ()
    )
    imap, smtp = _published(IMAP_SERVICES, replies), _published(SMTP_SERVICES, replies)
    how = [f"by the SRV records of {domain}"] if imap or smtp else []
    wanted = [kind for kind, server in (("imap", imap), ("smtp", smtp)) if server is None]
    tried = _tried(domain, mx, wanted, network, usual) if mx != [""] else {}
    for kind, (server, trusted) in tried.items():
        how.append(f"{server.host} answers at port {server.port}")
        if not trusted:
            notes += (f"The certificate of {server.host} is for another name; ask your provider for the right one.",)
        imap, smtp = (server, smtp) if kind == "imap" else (imap, server)
    provider = providers.by_server(imap.host) if imap else None
    servers = [server for server in (imap, smtp) if server]
    sure = all(provider or server.host == domain or server.host.endswith(f".{domain}") for server in servers)
    if not servers:
        notes += (f"The DNS says nothing of {domain}'s mail servers, and none answers at the usual names.",)
    return Found(domain, imap, smtp, provider, None, ", ".join(how), notes, sure and bool(servers))


def _published(services: Mapping[str, str], replies: Mapping[str, Reply]) -> Server | None:
    """The server that the domain prefers (RFC 2782: priority, weight), TLS from the start before STARTTLS."""
    offers: list[tuple[int, bool, int, str, int, str]] = []
    for service, security in services.items():
        for record in replies[service].records:
            priority, weight, port, target = record.split()
            host = target.rstrip(".").lower()
            if HOST.fullmatch(host) and int(port):  # "." says that there is no such service (RFC 6186 3.4)
                offers.append((int(priority), security != "tls", -int(weight), host, int(port), security))
    if not offers:
        return None
    _, _, _, name, number, begins = min(offers)
    return Server(host=name, port=number, security=begins)


def _tried(
    domain: str, mx: list[str], wanted: Sequence[str], network: Network, usual: Places
) -> dict[str, tuple[Server, bool]]:
    """For IMAP and for SMTP the first usual place that answers, and whether its certificate will do."""
    places: dict[tuple[str, str, int], str] = {}  # in order, each once
    for kind in wanted:
        for host, port, security in usual[kind]:
            name = host.format(domain=domain, mx=mx[0] if mx else f"mail.{domain}").lower()
            if HOST.fullmatch(name):
                places.setdefault((kind, name, port), security)
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        greetings: dict[tuple[str, str, int], Greeting] = dict(
            zip(places, pool.map(lambda each: network.greet(each[1], each[2], places[each]), places), strict=True)
        )
    # A wrong certificate speaks against every port of a host, also against those that show none at first.
    wrong = {host for (_, host, _), greeting in greetings.items() if not greeting.trusted}
    found: dict[str, tuple[Server, bool]] = {}
    for kind, host, port in sorted(places, key=lambda place: place[1] in wrong):
        if greetings[kind, host, port].answered:
            server = Server(host=host, port=port, security=places[kind, host, port])
            found.setdefault(kind, (server, host not in wrong))
    return found
