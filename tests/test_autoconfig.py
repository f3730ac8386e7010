"""Which servers an address has: the table of providers, the DNS, and servers that answer at usual names."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest

from mailbot import providers
from mailbot.autoconfig import Found, Places, find
from mailbot.lookups import Network
from mailbot.providers import Provider, Server
from tests.dns_server import NameServer, Zone
from tests.servers import Certificate, Dovecot, SmtpSink

HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
PORTS = {("imap", 993): "tls", ("smtp", 465): "tls", ("smtp", 587): "starttls"}
NOWHERE: Places = {"imap": (), "smtp": ()}


def looked_up(zone: Zone, domain: str = "shop.test", usual: Places = NOWHERE) -> Found:
    """What is found with a name server of the test's own."""
    with NameServer(zone) as server:
        return find(domain, Network(server.address), usual)


def test_the_table_names_each_thing_once() -> None:
    """No domain and no MX ending belongs to two providers, and all look like hosts in small letters."""
    listed = [(each.domains, each.mx) for each in providers.known()]
    listed += [(each.domains, each.mx) for each in providers.closed()]
    for named in ([name for domains, _ in listed for name in domains], [name for _, mx in listed for name in mx]):
        assert [name for name, times in Counter(named).items() if times > 1] == []
        assert [name for name in named if not HOST.fullmatch(name)] == []
    assert len(providers.known()) >= 40


def test_no_mx_ending_hides_another() -> None:
    """Whatever host lies below a provider's MX ending, it is that provider who is found."""
    for provider in providers.known():
        for ending in provider.mx:
            assert providers.by_mx([f"some-host.{ending}."]) == provider, ending
    for shut in providers.closed():
        assert all(providers.shut("", [ending]) == shut and not providers.by_mx([ending]) for ending in shut.mx)


@pytest.mark.parametrize("provider", providers.known(), ids=lambda provider: provider.id)
def test_a_provider_can_be_used_as_it_stands(provider: Provider) -> None:
    """Public hosts, ports that fit how the connection begins, words for its app password, traps in whole sentences."""
    for kind, server in (("imap", provider.imap), ("smtp", provider.smtp)):
        assert HOST.fullmatch(server.host), server.host
        assert PORTS[kind, server.port] == server.security
    assert provider.domains or provider.mx, "nobody would ever be found there"
    assert provider.sent in ("auto", "append", "server")
    assert provider.username in ("address", "local")
    assert provider.password in ("", "app", "none")
    assert (provider.password == "app") == bool(provider.app_password)
    assert provider.password != "none" or provider.sign_in
    for trap in provider.traps:
        for words in (trap.what, trap.do):
            assert re.fullmatch(r"[A-Z].{20,}\.", words), words
        assert trap.do != trap.what


def test_a_providers_own_domain_needs_no_network() -> None:
    """gmail.com is Google's, whatever the case, with no question to anybody."""
    with NameServer({}) as server:
        found = find("GMail.com", Network(server.address))
        assert server.asked == []
    assert found.provider is not None
    assert found.provider.id == "google"
    assert found.sure


@pytest.mark.parametrize(
    ("mx", "provider"),
    [
        ("10 shop-test.mail.protection.outlook.com.", "microsoft"),
        ("0 shop-test.o-v1.mx.microsoft.", "microsoft"),
        ("1 ASPMX.L.GOOGLE.COM.", "google"),
        ("10 mxbiz1.qq.com.", "tencent"),
        ("10 mx00.ionos.co.uk.", "ionos_uk"),
    ],
)
def test_the_mx_record_tells_the_provider(mx: str, provider: str) -> None:
    """A shop's own domain at a provider: its servers, and from where that is known."""
    found = looked_up({("shop.test", "MX"): [mx]})
    assert found.provider == providers.by_id(provider)
    assert found.imap == found.provider.imap  # type: ignore[union-attr]
    assert found.how == "by the MX record of shop.test"
    assert found.sure


def test_a_look_alike_is_not_the_provider() -> None:
    """notgoogle.com and google.com.evil.test are not Google; gmial.com is asked about, xn--… names nobody."""
    for mx in ("10 mx.notgoogle.com.", "10 google.com.evil.test."):
        assert looked_up({("shop.test", "MX"): [mx]}).provider is None
    assert providers.look_alike("gmial.com") == "gmail.com"
    assert providers.look_alike("gmail.com") == ""
    assert providers.look_alike("shop.test") == ""
    assert providers.by_domain("xn--gmil-63d.com") is None  # with a Cyrillic letter


def test_a_filter_before_the_provider_hides_nothing() -> None:
    """The MX is a spam filter's, but autodiscover leads to Microsoft."""
    zone: Zone = {
        ("shop.test", "MX"): ["10 eu-smtp-inbound-1.filter.test."],
        ("autodiscover.shop.test", "CNAME"): ["autodiscover.outlook.com."],
    }
    assert looked_up(zone).provider == providers.by_id("microsoft")
    assert looked_up(zone).how == "by autodiscover.shop.test"


def test_srv_records_are_read_as_the_rfcs_say() -> None:
    """Lowest priority first; TLS from the start before STARTTLS; "." offers nothing; a known server has an owner."""
    zone: Zone = {
        ("shop.test", "MX"): ["10 mx.shop.test."],
        ("_imaps._tcp.shop.test", "SRV"): ["20 1 993 old.shop.test.", "10 1 9993 Mail.shop.test."],
        ("_imap._tcp.shop.test", "SRV"): ["10 9 143 mail.shop.test."],
        ("_submissions._tcp.shop.test", "SRV"): ["0 0 0 ."],
        ("_submission._tcp.shop.test", "SRV"): ["10 1 587 out.shop.test."],
    }
    found = looked_up(zone)
    assert found.imap == Server(host="mail.shop.test", port=9993, security="tls")
    assert found.smtp == Server(host="out.shop.test", port=587, security="starttls")
    assert found.how == "by the SRV records of shop.test"
    assert found.sure
    fastmail: Zone = {
        ("shop.test", "MX"): ["10 mx.shop.test."],
        ("_imaps._tcp.shop.test", "SRV"): ["0 1 993 imap.fastmail.com."],
    }
    assert looked_up(fastmail).provider == providers.by_id("fastmail")


def test_servers_of_somebody_else_want_a_persons_look() -> None:
    """RFC 6186 6: a record that leads out of the domain is shown, and never taken unasked."""
    zone: Zone = {
        ("shop.test", "MX"): ["10 mx.shop.test."],
        ("_imaps._tcp.shop.test", "SRV"): ["0 1 993 imap.evil.test."],
    }
    found = looked_up(zone)
    assert found.imap is not None
    assert not found.sure


@pytest.mark.parametrize("target", ["a\\032b.shop.test.", "\\034.test.", "x\\010y.test."])
def test_a_name_that_is_no_host_is_passed_over(target: str) -> None:
    """What a hostile zone calls a host never reaches a screen or a file."""
    zone: Zone = {("shop.test", "MX"): ["1 mx.shop.test."], ("_imaps._tcp.shop.test", "SRV"): [f"0 1 993 {target}"]}
    assert looked_up(zone).imap is None


def test_without_an_answer_it_says_so_and_ends_soon() -> None:
    """A silent name server, none at all, a domain that is not there, and one that takes no mail: a sentence each."""
    with NameServer({}, silent=True) as server:
        began = time.monotonic()
        found = find("shop.test", Network(server.address, seconds=0.4))
        assert time.monotonic() - began < 2
    assert "No name server answered" in found.notes[0]
    assert "No name server answered" in find("shop.test", Network("127.0.0.1:1", seconds=0.4)).notes[0]
    assert "There is no domain shop.test" in looked_up({}).notes[0]
    assert "There is no domain" in looked_up({}, domain=f"{'a' * 70}.test").notes[0]
    empty = looked_up({("shop.test", "MX"): ["0 ."]})
    assert "takes no mail" in empty.notes[0]
    assert empty.imap is None
    nothing = looked_up({("shop.test", "MX"): ["10 mx.shop.test."]})
    assert "The DNS says nothing of shop.test's mail servers" in nothing.notes[0]


def test_the_usual_names_are_tried(dovecot: Dovecot, sink: SmtpSink) -> None:
    """A server that greets us at a usual name is found; one that is not there is not."""
    usual: Places = {
        "imap": (("imap.{domain}", dovecot.imap_port, "tls"), ("mail.{domain}", dovecot.imap_port, "starttls")),
        "smtp": (("smtp.{domain}", sink.port, "starttls"), ("{mx}", sink.port, "starttls")),
    }
    zone: Zone = {
        ("shop.test", "MX"): ["20 second.shop.test.", "10 first.shop.test."],
        ("mail.shop.test", "A"): ["127.0.0.1"],
        ("first.shop.test", "A"): ["127.0.0.1"],
    }
    found = looked_up(zone, usual=usual)
    assert found.imap == Server(host="mail.shop.test", port=dovecot.imap_port, security="starttls")
    assert found.smtp == Server(host="first.shop.test", port=sink.port, security="starttls")
    assert f"mail.shop.test answers at port {dovecot.imap_port}" in found.how
    assert found.sure


def test_a_certificate_for_another_name_is_said(
    dovecot: Dovecot, certificate: Certificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The server is shown, with the warning; a host whose certificate will do comes first."""
    usual: Places = {"imap": (("mail.{domain}", dovecot.imaps_port, "tls"), ("mail.{domain}", dovecot.imap_port, "starttls")), "smtp": ()}  # fmt: skip # noqa: E501
    zone: Zone = {("shop.test", "MX"): ["10 mx.shop.test."], ("mail.shop.test", "A"): ["127.0.0.1"]}
    found = looked_up(zone, usual=usual)
    assert found.imap == Server(host="mail.shop.test", port=dovecot.imaps_port, security="tls")
    assert "certificate of mail.shop.test is for another name" in found.notes[0]
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    with NameServer({("localhost", "A"): ["127.0.0.1"]}) as server:
        greeting = Network(server.address).greet("localhost", dovecot.imaps_port, "tls")
    assert greeting.answered
    assert greeting.trusted


def test_who_lets_no_program_in_is_said() -> None:
    """Proton and Tuta, by their own domains and by MX, with what to do instead."""
    assert looked_up({}, domain="proton.me").closed is not None
    found = looked_up({("shop.test", "MX"): ["10 mail.protonmail.ch."]})
    assert found.closed is not None
    assert "Bridge" in found.closed.do
    assert found.imap is None
