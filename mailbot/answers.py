"""What `mailbot init` needs to know, and which answers will do.

Each check takes what a person or a program wrote and gives the answer as it goes into the files, or raises ValueError
with one sentence: what is wrong and what to write. Nothing here asks, looks up or writes. What mailbot.toml refuses is
refused here by the same models (settings.py), what people.yaml refuses by the same validator.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import ValidationError
from rapidfuzz import fuzz, process

from mailbot.providers import Provider, Server
from mailbot.settings import Desk
from mailbot.web_addresses import LOOPBACK

LONGEST_NAME = 100  # a YAML key, and a name in a letter, need an end
SECURITY_OF_PORT = {993: "tls", 143: "starttls", 465: "tls", 587: "starttls", 25: "starttls"}
PREFIX_LETTERS = 12
UNTOLD = ("the", "la", "le", "les", "der", "die", "das", "il", "el")  # first words that tell no shop from another
ROLES = ("care", "operations", "va", "admin")  # the people init asks for, in this order; tills come with their stores
PERSON, STORE = "Ada Smith <ada@shop.example>", "Marylebone <marylebone@shop.example>"  # how each is written
LIKE_A_LANGUAGE = 85  # per cent: portugese is portuguese, dutch is not deutsch
# Those that letters are shipped in, with how people write them.
LANGUAGES = {
    "en": ("english",),
    "de": ("german", "deutsch"),
    "es": ("spanish", "español", "castellano"),
    "fr": ("french", "français"),
    "it": ("italian", "italiano"),
    "pt": ("portuguese", "português"),
    "zh": ("chinese", "中文", "汉语"),
}
_CONTACT = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_BARE_CONTACT = re.compile(r"(?P<name>[^<>@]*[^<>@\s])\s+(?P<address>[^<>\s]+@[^<>\s]+)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Contact:
    """A person and where they are written to."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything `init` may be told. What is empty (None for stores) was not: a marked placeholder stands in for it.

    `languages`: of letters to customers, the first the usual one; `people`: role -> who; `stores`: each store with its
    till's address, () = the shop has none; `password_file`: a file that is there already; `provider`: whose servers
    they are, where that is known.
    """

    address: str = ""
    name: str = ""
    prefix: str = ""
    timezone: str = ""
    imap: Server | None = None
    smtp: Server | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    password_file: str = ""
    oauth2: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    provider: Provider | None = None
    people: dict[str, Contact] = field(default_factory=dict)
    stores: tuple[Contact, ...] | None = None
    languages: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """A name: one line that anybody can read."""
    clean = text.strip()
    if not clean:
        raise ValueError("that is empty; write a name")
    if len(clean) > LONGEST_NAME:
        raise ValueError(f"that has more than {LONGEST_NAME} characters; write a shorter name")
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in clean):
        raise ValueError("there is a character in it that cannot be shown; write it again")
    return clean


def secret(text: str) -> str:
    """A password: anything that can be written down as text."""
    if any(unicodedata.category(char) == "Cs" for char in text):
        raise ValueError("there is a character in it that is no text; write it again")
    return text


def address(text: str) -> str:
    """An email address as it stands in mail: the domain in ASCII (bücher.example is xn--bcher-kva.example there)."""
    clean = text.strip()
    local, _, domain = clean.rpartition("@")
    # The validator refuses names like `localhost` and shop.local even where they are real; their shape alone counts.
    for candidate, added in ((clean, ""), (f"{clean}.test", ".test")):
        try:
            found = validate_email(
                candidate[:400], check_deliverability=False, test_environment=True, globally_deliverable=False
            )
        except EmailNotValidError as error:
            said = str(error)
            if not (local and domain):
                break
            continue
        if not found.ascii_email:
            raise ValueError("before the @ only plain letters, digits and signs can be used here")
        return found.ascii_email.removesuffix(added)
    raise ValueError(f"that is not an email address: {said[:1].lower()}{said[1:]}")


def desk_address(text: str) -> str:
    """The desk's own address; its domain stands in every Message-ID, so it may not be long.

    A domain without a dot is a slip of the keys, except this machine's own name: mail never leaves it then.
    """
    clean = address(text)
    local, _, domain = clean.rpartition("@")
    if "." not in domain and domain.casefold() != "localhost":
        raise ValueError(f"the domain {domain} has no dot; write all of it, like {local}@{domain}.com")
    return str(_as_in_settings("address", clean))


def prefix(text: str) -> str:
    """What stands in the subject of every letter: BLANC in [BLANC-4K7QD2M]."""
    try:
        return str(_as_in_settings("prefix", text.strip().upper()))
    except ValueError:
        raise ValueError("write 2 to 12 letters A-Z or digits, beginning with a letter, such as BLANC") from None


def timezone(text: str) -> str:
    """A time zone by its IANA name."""
    clean = text.strip()
    try:
        return str(_as_in_settings("timezone", clean))
    except ValueError:
        from zoneinfo import available_timezones

        cities = {zone.rpartition("/")[2].replace("_", " "): zone for zone in sorted(available_timezones())}
        near = process.extractOne(
            clean[-60:].rpartition("/")[2].title(), cities.keys(), scorer=fuzz.ratio, score_cutoff=75
        )
        meant = f"did you mean {cities[near[0]]}?" if near else "write one like Europe/London"
        raise ValueError(f"that is not a time zone; {meant}") from None


def languages(text: str) -> tuple[str, ...]:
    """The languages of letters to customers: codes or names, in any of the ways a list is written; the first is the
    usual one. What a code says of the country (pt-BR) is left out."""
    codes = {name: code for code, names in LANGUAGES.items() for name in (code, *names)}
    found = []
    for word in re.split(r"[\s,;/+&]+", unicodedata.normalize("NFC", text.casefold())):
        name = re.split(r"[-_]", word)[0]
        if name in codes:
            found.append(codes[name])
        elif name not in ("", "and"):
            near = process.extractOne(name[:60], codes.keys(), scorer=fuzz.ratio, score_cutoff=LIKE_A_LANGUAGE)
            meant = f"did you mean {codes[near[0]]}? " if near else ""
            known = ", ".join(LANGUAGES)
            raise ValueError(f"there are no letters in {name[:60]!r}; {meant}write one or more of {known}")
    if not found:
        raise ValueError(f"that is empty; write one or more of {', '.join(LANGUAGES)}")
    return tuple(dict.fromkeys(found))


def server(text: str, usual: int) -> Server:
    """HOST, HOST:PORT or HOST:PORT/SECURITY; the port tells how the connection is encrypted where nothing else does.

    Args:
        usual: the port where none is named.
    """
    where, _, security = text.strip().partition("/")
    try:
        parts = urlsplit(f"//{where}")
        port = usual if parts.port is None else parts.port
    except ValueError:
        parts, port = urlsplit(""), 0
    host = parts.hostname or ""
    if parts.username is not None or not _HOST.fullmatch(parts.netloc.rpartition(":")[0] or host) or not port:
        raise ValueError(f"that is not a server; write it like mail.example.com:{usual}")
    security = security or SECURITY_OF_PORT.get(port, SECURITY_OF_PORT[usual])
    if security not in ("tls", "starttls", "none"):
        raise ValueError("after the / write tls or starttls")
    if security == "none" and host not in LOOPBACK:
        raise ValueError("a server that is not on this machine needs encryption; write /tls or /starttls")
    return Server(host=host, port=port, security=security)


def shown(where: Server) -> str:
    """A server as `server` reads it."""
    host = f"[{where.host}]" if ":" in where.host else where.host
    plain = SECURITY_OF_PORT.get(where.port) == where.security
    return f"{host}:{where.port}" + ("" if plain else f"/{where.security}")


def contact(text: str, example: str = PERSON) -> Contact:
    """`Ada Smith <ada@shop.example>`, the <> may be left out; an address alone is called by what is before the @."""
    clean = text.strip()
    written = _CONTACT.fullmatch(clean) or _BARE_CONTACT.fullmatch(clean)
    if written is None and "@" not in clean:
        raise ValueError(f"the address is missing; write it like {example}")
    mail = address(written["address"] if written else clean)
    name = written["name"].strip().strip('"').strip() if written else ""
    return Contact(one_line(name or mail.partition("@")[0].replace(".", " ").title()), mail)


def store(text: str) -> Contact:
    """A store and its till's address."""
    return contact(text, STORE)


def fits(new: Contact, answers: Answers) -> Contact:
    """The person, if they can be one more of the people: an address tells who writes, so it belongs to one of them.

    The same person may have several roles; the name on file is kept.
    """
    if new.address.casefold() == answers.address.casefold():
        raise ValueError(f"{new.address} is the desk's own address; the desk cannot write to itself")
    for other in answers.people.values():
        if other.address.casefold() == new.address.casefold():
            if other.name.casefold() != new.name.casefold():
                raise ValueError(f"{new.address} is {other.name}'s already; write {other}, or another address")
            return other
        if other.name.casefold() == new.name.casefold():
            raise ValueError(f"{other.name} is at {other.address} already; give this one another name")
    return new


def fits_till(new: Contact, answers: Answers) -> Contact:
    """The store, if its name and its till's address are its own."""
    if new.address.casefold() == answers.address.casefold():
        raise ValueError(f"{new.address} is the desk's own address; the desk cannot write to itself")
    for other in answers.stores or ():
        if other.name.casefold() == new.name.casefold():
            raise ValueError(f"there is a store {other.name} already")
        if other.address.casefold() == new.address.casefold():
            raise ValueError(f"{new.address} is the till of {other.name} already; each store needs its own")
    for role, person in answers.people.items():
        if person.address.casefold() == new.address.casefold():
            raise ValueError(f"{new.address} is {person.name}'s ({role}); a till needs an address of its own")
    return new


def proposed_name(mail: str) -> str:
    """A shop's name from its address: what stands before the domain's ending, or before the @ at a provider."""
    from mailbot.providers import by_domain

    local, _, domain = mail.partition("@")
    label = local if by_domain(domain) else domain.partition(".")[0]
    with suppress(UnicodeError):
        label = label.encode("ascii").decode("idna")
    return " ".join(re.split(r"[-_.+]+", label)).strip().title()[:LONGEST_NAME]


def proposed_prefix(name: str) -> str:
    """The first telling word of the shop's name in capital letters; CASE where it has none in our letters."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    letters = "".join(char for char in plain if char.isascii() and (char.isalnum() or char == " "))
    words: list[str] = re.findall(r"[A-Z][A-Z0-9]+", letters.upper())
    telling = [word for word in words if word.casefold() not in UNTOLD]
    return (telling or words or ["CASE"])[0][:PREFIX_LETTERS]


def _as_in_settings(key: str, value: str) -> object:
    """The value as [desk] takes it."""
    try:
        desk = Desk.model_validate({"name": "-", "address": "desk@example.com", key: value})
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
    return getattr(desk, key)
