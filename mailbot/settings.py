"""mailbot.toml and the environment -> Settings.

Any key can come from the environment: MAILBOT_IMAP__PASSWORD. Unknown keys are errors, with the
nearest right word. Secrets never show in a repr, a log or a message. Pure rooms get values, never this.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from rapidfuzz import process as fuzzy

from mailbot import credentials, environment, providers, toml_words, unreadable, web_addresses
from mailbot.errors import SettingsError
from mailbot.web_addresses import LOOPBACK

FILE = "mailbot.toml"
Security = Literal["tls", "starttls", "none"]
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,8})?")  # the folders of templates/ are called so
OWN = "own"  # oauth2 = "own": a sign-in server that the table of providers does not know


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Server(_Section):
    host: str
    port: int = Field(gt=0, lt=65536)
    security: Security = "tls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    oauth2: str = ""

    @model_validator(mode="after")
    def _no_plain_passwords(self) -> _Server:
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError('security = "none" is for this machine only; use "tls" or "starttls"')
        return self

    @model_validator(mode="after")
    def _one_way_in(self) -> _Server:
        if not self.oauth2:
            return self
        known = [*(each.id for each in providers.known() if each.sign_in), OWN]
        if self.oauth2 not in known:
            there = providers.by_server(self.host)
            near = fuzzy.extractOne(self.oauth2, known, score_cutoff=60)
            meant = there.id if there and there.id in known else near[0] if near else ""
            words = f"; did you mean {meant!r}?" if meant else f"; there are {', '.join(known)}"
            raise ValueError(f"oauth2 = {self.oauth2!r} is no provider that mailbot can sign in at{words}")
        if self.password.get_secret_value() or self.password_file:
            raise ValueError("has a password and oauth2; leave out one of them")
        if not self.username:
            raise ValueError("username is missing; with oauth2 it is the address of the mailbox")
        return self


class Desk(_Section):
    """[desk]: who we are and how careful."""

    name: str
    address: str
    prefix: str = Field(default="CASE", pattern=r"^[A-Z][A-Z0-9]{1,11}$")  # stands in every subject
    timezone: str = "Europe/London"
    language: str = "en"  # of a desk that writes in one alone
    languages: tuple[str, ...] = ()
    digest: bool = True
    mode: Literal["rehearse", "live"] = "rehearse"
    since: timedelta = timedelta(days=2)
    reply_to: Literal["plain", "subaddress"] = "plain"

    @field_validator("address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        local, at, domain = value.partition("@")
        if not (local and at and domain) or any(c.isspace() or c in '<>,;"' for c in value):
            raise ValueError("is not one email address")
        if len(domain) > 36:  # <7.N.26@domain> must stay within the 76 characters that survive every client
            raise ValueError("the domain is longer than 36 characters; letters' Message-IDs would break")
        return value

    @field_validator("languages")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for language in value:
            if not _LANGUAGE.fullmatch(language):
                raise ValueError(f'has {language!r}, which is no code of a language; write them like ["en", "fr"]')
        if len(set(value)) < len(value):
            raise ValueError("names a language twice")
        return value

    @model_validator(mode="after")
    def _one_default(self) -> Desk:
        if self.languages and "language" in self.model_fields_set and self.language != self.languages[0]:
            first = self.languages[0]
            raise ValueError(f"language is {self.language!r}, and the first of languages {first!r}; leave out language")
        return self

    @property
    def written(self) -> tuple[str, ...]:
        """The languages that letters are written in; the first is the default, and staff's where it has theirs."""
        return self.languages or (self.language,)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError('is not a time zone; write one like "Europe/London"') from error
        return value

    @field_validator("since", mode="before")
    @classmethod
    def _plain_words(cls, value: object) -> object:
        amount, _, unit = str(value).strip().partition(" ")
        seconds = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}.get(unit.strip().rstrip("s"))
        if not amount.isdigit() or seconds is None:
            raise ValueError('write a time like "2 days"')
        return timedelta(seconds=int(amount) * seconds)


class Imap(_Server):
    """[imap]: the mailbox."""

    port: int = Field(default=993, gt=0, lt=65536)
    inbox: str = "INBOX"
    idle: bool = True
    poll_seconds: int = Field(default=60, ge=1)
    sent: Literal["auto", "append", "server"] = "auto"


class Smtp(_Server):
    """[smtp]: the way out."""

    port: int = Field(default=587, gt=0, lt=65536)
    security: Security = "starttls"
    in_doubt: Literal["resend", "ask"] = "resend"


class OAuth2(_Section):
    """[oauth2]: the client (app) registered at the provider for this desk; docs/sign-in.md says how.

    `secret_expires`: the day on which the client secret ends. The addresses and `scope` are for oauth2 = "own" only.
    """

    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    client_secret_file: str = ""
    tenant: str = Field(default="common", pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")  # stands in an address
    secret_expires: date | None = None
    device_url: str = ""
    authorize_url: str = ""
    token_url: str = ""
    scope: str = ""

    @field_validator("device_url", "authorize_url", "token_url")
    @classmethod
    def _encrypted(cls, value: str) -> str:
        if wrong := value and web_addresses.refused(value):
            raise ValueError(wrong)
        return value


class Brakes(_Section):
    """[brakes]: outside the rule files, which they must survive."""

    letters_per_address_per_day: int = Field(default=5, ge=1)
    letters_per_hour: int = Field(default=200, ge=1)


class Trust(_Section):
    """[trust]: whose Authentication-Results count ('' = nobody's)."""

    authserv_id: str = ""


class State(_Section):
    """[state]: where the ledger is."""

    ledger: str = "tinydb:state"

    @field_validator("ledger")
    @classmethod
    def _only_what_exists(cls, value: str) -> str:
        kind, colon, place = value.partition(":")
        if kind != "tinydb" or not colon or not place:
            raise ValueError('only "tinydb:FOLDER" exists')
        return value


class Settings(_Section):
    """Everything in mailbot.toml; `folder` is the desk folder."""

    folder: Path
    desk: Desk
    imap: Imap
    smtp: Smtp
    brakes: Brakes = Brakes()
    trust: Trust = Trust()
    state: State = State()
    oauth2: OAuth2 = OAuth2()

    @property
    def state_folder(self) -> Path:
        return self.folder / self.state.ledger.partition(":")[2]

    @property
    def provider(self) -> str:
        """At whom the desk signs in by OAuth 2: an id of providers.toml, "own", or "" for passwords."""
        return self.imap.oauth2 or self.smtp.oauth2

    @model_validator(mode="after")
    def _able_to_sign_in(self) -> Settings:
        client = self.oauth2
        if self.smtp.oauth2 not in ("", self.provider):
            raise ValueError("[imap] oauth2 and [smtp] oauth2 name two providers; one sign-in is for both")
        if not self.provider:
            return self
        if not client.client_id:
            raise ValueError("[oauth2] client_id is missing; docs/sign-in.md says where to get one")
        known = providers.by_id(self.provider)
        if known and known.sign_in and known.sign_in.needs_secret and not client.client_secret.get_secret_value():
            raise ValueError(f"[oauth2] client_secret is missing; {known.name} gives one with the client_id")
        addresses = {"device_url": client.device_url, "authorize_url": client.authorize_url,
                     "token_url": client.token_url, "scope": client.scope}  # fmt: skip
        given = [name for name, value in addresses.items() if value]
        if self.provider != OWN and given:
            raise ValueError(f'[oauth2] {given[0]} is for oauth2 = "own"; {self.provider!r} is known. Leave it out')
        if self.provider == OWN and not (client.token_url and (client.device_url or client.authorize_url)):
            raise ValueError('[oauth2] oauth2 = "own" needs token_url, and device_url or authorize_url')
        return self


def load(folder: Path) -> Settings:
    """The settings of a desk folder, the environment laid over the file.

    Raises:
        SettingsError: one line for each thing wrong, naming the key and what to write.
    """
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(
            f"{file}: not found. Make a desk with `mailbot init DIR`, or name one: --desk DIR"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {unreadable.why(file, error)}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}:{toml_words.in_words(text, error, _plain_keys())}") from None
    _lay_environment_over(data)
    credentials.read_into(data, folder)
    try:
        return Settings(folder=folder, **data)
    except (ValidationError, TypeError) as error:
        raise SettingsError(_in_words(file, error)) from None


def _lay_environment_over(data: dict[str, Any]) -> None:
    for section, key, value in environment.overrides():
        given = data.setdefault(section, {})
        if isinstance(given, dict):  # what is no section is said to be none when all is read
            given[key] = value


def _in_words(file: Path, error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return f"{file}: `folder` is not a key of mailbot.toml"
    lines = []
    for found in error.errors(include_input=False, include_url=False):
        where = [str(step) for step in found["loc"]]
        what = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            near = fuzzy.extractOne(where[-1], _keys(where[:-1]), score_cutoff=60)
            what = "unknown key" + (f"; did you mean {near[0]!r}?" if near else "")
        elif found["type"] == "missing":
            what = "is missing"
        elif found["type"] == "model_type":
            what = "is a section: write its keys below a line with its name in brackets"
        key = f"[{where[0]}] {'.'.join(where[1:])}".strip() + ": " if where else ""
        lines.append(f"{file}: {key}{what}")
    return "\n".join(lines)


def _plain_keys() -> set[str]:
    """The keys that hold no secret."""
    sections = (Desk, Imap, Smtp, OAuth2, Brakes, Trust, State)
    fields = ((name, field.annotation) for section in sections for name, field in section.model_fields.items())
    return {name for name, kind in fields if kind is not SecretStr}


def _keys(path: list[str]) -> list[str]:
    fields: dict[str, Any] = dict(Settings.model_fields)
    for step in path:
        kind = fields[step].annotation if step in fields else None
        fields = dict(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    return [name for name in fields if name != "folder"]
