"""Where the desk signs in and as which client: the settings, and the table of providers.

It decides what a provider is asked beyond the table's scope. It must never name an address without encryption, which
the settings refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from mailbot import providers
from mailbot.errors import SettingsError
from mailbot.settings import OWN, Settings

# With these the provider also says whose sign-in it is (OpenID Connect Core 5.4): a wrong account is the usual slip.
_WHO = "openid email profile"
REDIRECT_HOST = "127.0.0.1"  # digits are better than a name (RFC 8252 8.3), where the provider takes them


@dataclass(frozen=True, slots=True)
class Endpoints:
    """One client at one provider. An address is "" where that way in is not open.

    `idle_days`: after so many days without a renewal a sign-in there ends; None = not known.
    """

    provider: str
    name: str
    device: str
    authorize: str
    token: str
    scope: str
    client_id: str
    username: str
    folder: Path
    client_secret: SecretStr = field(default=SecretStr(""), repr=False)
    tenant: str = ""
    redirect_host: str = REDIRECT_HOST
    idle_days: int | None = None
    secret_expires: date | None = None

    @property
    def client(self) -> dict[str, str]:
        """How the client says who it is (RFC 6749 section 2.3.1, in the body)."""
        secret = self.client_secret.get_secret_value()
        return {"client_id": self.client_id, **({"client_secret": secret} if secret else {})}

    @property
    def again(self) -> str:
        """What to do when a sign-in is needed."""
        return f"run: mailbot login --desk {self.folder}"


def endpoints_of(settings: Settings) -> Endpoints:
    """Where this desk signs in.

    Raises:
        SettingsError: it uses passwords.
    """
    client, provider = settings.oauth2, providers.by_id(settings.provider)
    if not settings.provider:
        raise SettingsError(
            f"{settings.folder}: this desk logs in by password; for a sign-in set [imap] oauth2 and [smtp] oauth2 "
            "(docs/sign-in.md)"
        )
    known = provider.sign_in if provider else None
    device, authorize, token = (
        (known.device, known.authorize, known.token)
        if known
        else (client.device_url, client.authorize_url, client.token_url)
    )
    return Endpoints(
        provider=settings.provider,
        name=provider.name if provider else "the sign-in server",
        device=device.replace("{tenant}", client.tenant),
        authorize=authorize.replace("{tenant}", client.tenant),
        token=token.replace("{tenant}", client.tenant),
        scope=f"{known.scope} {_WHO}" if known and settings.provider != OWN else client.scope,
        client_id=client.client_id,
        username=settings.imap.username if settings.imap.oauth2 else settings.smtp.username,
        folder=settings.folder,
        client_secret=client.client_secret,
        tenant=client.tenant,
        redirect_host=known.redirect_host if known else REDIRECT_HOST,
        idle_days=known.idle_days if known else None,
        secret_expires=client.secret_expires,
    )
