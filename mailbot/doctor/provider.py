"""The mail provider, if it is one we know: what goes wrong there, and which settings do not fit it.

All it knows stands in providers.toml.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailbot import providers
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, ok, warning
from mailbot.providers import Provider
from mailbot.settings import Settings

LOGIN_REFUSED = "refused the login"  # as imap_link and smtp_link say it


def look(examined: Examined) -> Iterator[Finding]:
    """Who it is, with its traps; then what does not fit."""
    settings = examined.settings
    found = provider_of(settings)
    if found is None:
        yield ok("provider", f"{settings.imap.host} is none of those whose traps mailbot knows")
        return
    yield ok("provider", found.name, *(f"{trap.what} → {trap.do}" for trap in found.traps))
    yield from _misfits(settings, found)


def provider_of(settings: Settings) -> Provider | None:
    """By the servers in the settings, else by the desk's address."""
    return (
        providers.by_server(settings.imap.host)
        or providers.by_server(settings.smtp.host)
        or providers.by_domain(settings.desk.address.rpartition("@")[2])
    )


def hints(settings: Settings, error: str) -> tuple[str, ...]:
    """What a refused login mostly means at this provider."""
    found = provider_of(settings)
    if found is None or LOGIN_REFUSED not in error:
        return ()
    sign_in = f'sign in with `mailbot login` ([imap] and [smtp] oauth2 = "{found.id}")' if found.sign_in else ""
    if found.password == "none" and sign_in:  # noqa: S105  (the kind of password, not one)
        return (f"{found.name} lets nobody in by password: {sign_in}.",)
    if found.password == "app":  # noqa: S105
        how = " or ".join(filter(None, (found.app_password, sign_in))) or "make one in the account's security settings"
        return (f"{found.name} wants an app password here, not the one you log in with: {how}.",)
    return ()


def _misfits(settings: Settings, provider: Provider) -> Iterator[Finding]:
    imap = settings.imap
    if provider.sent == "server" and imap.sent == "append":
        found = f'[imap] sent = "append", and {provider.name} files sent mail itself: each letter stands there twice'
        yield warning("sent", found, 'set [imap] sent = "server"')
    if provider.sent != "server" and imap.sent == "server":
        found = f'[imap] sent = "server", and {provider.name} files nothing by itself: no letter is kept in Sent'
        yield warning("sent", found, f'set [imap] sent = "{provider.sent}"')
    for section, server, usual in (("imap", imap, provider.imap), ("smtp", settings.smtp, provider.smtp)):
        if server.host.casefold() == usual.host and (server.port, server.security) != (usual.port, usual.security):
            found = f"[{section}] {server.host} is mostly reached at {usual.port} with {usual.security}"
            yield warning(section, found, f'if it fails: port = {usual.port}, security = "{usual.security}"')
    if provider.password == "none" and not imap.oauth2:  # noqa: S105
        found = f"{provider.name} lets nobody in by password"
        yield warning("sign-in", found, f'set [imap] oauth2 and [smtp] oauth2 to "{provider.id}", then `mailbot login`')
