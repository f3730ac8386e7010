"""The answers of `init` as text: mailbot.toml and rules/people.yaml, each with comments that explain it.

Whatever was answered, the text reads back as exactly that: values go in by `quoted` alone. What was not answered stays
as it is shipped and is marked PLACEHOLDER. It writes nothing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailbot.answers import ROLES, Answers, Contact
from mailbot.process import yaml_marks
from mailbot.providers import Provider, Server

TEMPLATE = Path(__file__).with_name("new_desk.toml")
PLACEHOLDER = "PLACEHOLDER: "
PASSWORD_FILE = "password"  # noqa: S105  (the name of the file, not what is in it)
WIDTH = 116
_SECTION = re.compile(r"\[(?P<name>[a-z0-9]+)\]")
_ENTRY = re.compile(r'(?P<key>[a-z_]+) = (?:"[^"]*"|\[[^\]]*\]|[^"\s]+)\s*(?P<comment>#.*)?')
_COLUMN = 33  # where comments begin in the template
# What a person in a role does; the first who has none of these yet is described by it.
_DUTIES = {
    "care": "Owns new complaints, decides, approves, and signs the letters to customers.",
    "operations": "Assesses what happened to a garment.",
    "va": "Types details into the till system, makes the calls, pays out.",
    "admin": "Gets faults and the digest; while the desk rehearses, also the letters to customers.",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A value for a key of the template; `key`, `comment`: what stands in place of the template's, '' = those."""

    value: str | int | tuple[str, ...]
    key: str = ""
    comment: str = ""


def quoted(text: str) -> str:
    """A text between quotation marks, as TOML (basic string) and YAML (7.3.1 double-quoted) both read it."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def settings_text(answers: Answers, password_beside: bool) -> str:
    """mailbot.toml.

    Args:
        password_beside: the password is to stand in a file of its own beside mailbot.toml, not in it.
    """
    values = dict(_values(answers, password_beside))
    lines: list[str] = []
    section = ""
    for line in TEMPLATE.read_text(encoding="utf-8").splitlines():
        if begins := _SECTION.match(line):
            section = begins["name"]
            if section == "imap" and answers.provider:
                lines += _known_of(answers.provider)
        entry = _ENTRY.fullmatch(line)
        lines.append(_filled(entry, values.get((section, entry["key"]))) if entry else line)
    return "\n".join([*lines, *_client(answers)]) + "\n"


def _values(answers: Answers, beside: bool) -> Iterator[tuple[tuple[str, str], _Entry]]:
    """(section, key of the template) -> what is to stand there."""
    for key in ("name", "address", "prefix", "timezone", "languages"):
        if value := getattr(answers, key):
            yield ("desk", key), _Entry(value)
    for section, server in (("imap", answers.imap), ("smtp", answers.smtp)):
        yield from _server(section, server)
        if answers.username:
            yield (section, "username"), _Entry(answers.username)
        if way := _way_in(answers, beside):
            yield (section, "password"), way
    if answers.provider:
        yield ("imap", "sent"), _Entry(answers.provider.sent)
        if answers.provider.authserv_id:
            yield ("trust", "authserv_id"), _Entry(answers.provider.authserv_id)


def _server(section: str, server: Server | None) -> Iterator[tuple[tuple[str, str], _Entry]]:
    if server:
        yield (section, "host"), _Entry(server.host)
        yield (section, "port"), _Entry(server.port)
        yield (section, "security"), _Entry(server.security)


def _way_in(answers: Answers, beside: bool) -> _Entry | None:
    """How the desk signs in, in place of `password = ""`."""
    if answers.oauth2:
        return _Entry(answers.oauth2, "oauth2", "sign in once with `mailbot login`; no password is kept")
    if answers.password_file or (answers.password and beside):
        return _Entry(answers.password_file or PASSWORD_FILE, "password_file", "only you should be able to read it")
    return _Entry(answers.password, comment="only you should be able to read this file") if answers.password else None


def _filled(entry: re.Match[str], new: _Entry | None) -> str:
    """A line of the template with the new value; no placeholder any more."""
    if new is None:
        return entry[0]
    value = _value(new.value)
    comment = f"# {new.comment}" if new.comment else (entry["comment"] or "").replace(PLACEHOLDER, "")
    text = f"{new.key or entry['key']} = {value}"
    return f"{text:<{_COLUMN - 1}} {comment}".rstrip()


def _value(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(quoted, value))}]"
    return quoted(value) if isinstance(value, str) else str(value)


def _known_of(provider: Provider) -> list[str]:
    """What is known to go wrong at the provider, as comments."""
    if not provider.traps:
        return []
    lines = [f"# Known of {provider.name}:"]
    for trap in provider.traps:
        lines += textwrap.wrap(f"{trap.what} {trap.do}", WIDTH, initial_indent="# - ", subsequent_indent="#   ")
    return lines


def _client(answers: Answers) -> list[str]:
    """[oauth2], where the desk signs in by it."""
    if not answers.oauth2:
        return []
    mark = "" if answers.client_id else PLACEHOLDER
    lines = [
        "",
        "[oauth2]                         # the client registered at the provider for this desk: docs/sign-in.md",
    ]
    lines.append(f"client_id = {quoted(answers.client_id):<20} # {mark}its public name")
    sign_in = answers.provider.sign_in if answers.provider else None
    if answers.client_secret or (sign_in and sign_in.needs_secret):
        mark = "" if answers.client_secret else PLACEHOLDER
        lines.append(f"client_secret = {quoted(answers.client_secret):<16} # {mark}given with it")
    return lines


def people_text(answers: Answers, shipped: str) -> str:
    """rules/people.yaml: the people and stores that were answered in place of the shipped ones; all else as shipped."""
    if not answers.people and answers.stores is None:
        return shipped
    before, people, rest = _cut(shipped.splitlines(), "people:")
    between, stores, after = _cut(rest, "stores:")
    shipped_people, _ = yaml_marks.read("\n".join(people), "people.yaml")
    plain = shipped_people.plain()["people"] if shipped_people else []
    listed = [*_people(answers, plain)]
    if not any(PLACEHOLDER in line for line in listed):
        before = _without(before, "# PLEASE REPLACE")
    lines = [*before, "people:", *listed, *between, *_stores(answers, stores), *after]
    return "\n".join(lines).rstrip() + "\n"


def _cut(lines: list[str], key: str) -> tuple[list[str], list[str], list[str]]:
    """The lines before a key of the top level, its own, and those after: from the next that begins at the margin."""
    at = lines.index(key)
    end = next((n for n in range(at + 1, len(lines)) if lines[n] and not lines[n].startswith(" ")), len(lines))
    return lines[:at], lines[at:end], lines[end:]


def _without(lines: list[str], beginning: str) -> list[str]:
    """The comment without its paragraph that begins so (paragraphs end at a bare #)."""
    at = next((n for n, line in enumerate(lines) if line.startswith(beginning)), -1)
    if at < 0:
        return lines
    end = next((n for n in range(at, len(lines)) if lines[n].strip() == "#"), len(lines) - 1)
    return lines[:at] + lines[end + 1 :]


def _people(answers: Answers, shipped: list[dict[str, object]]) -> Iterator[str]:
    """Each person once with all their roles; then the tills; placeholders for roles that nobody was named for."""
    roles: dict[Contact, list[str]] = {}
    for role in ROLES:
        if person := answers.people.get(role):
            roles.setdefault(person, []).append(role)
    for person, own in roles.items():
        yield from _person(person.name, person.address, own, _DUTIES[own[0]])
    for entry in shipped:
        missing = [role for role in _texts(entry.get("roles")) if role in ROLES and role not in answers.people]
        if missing:
            yield from _person(str(entry["name"]), str(entry["address"]), missing, f"{PLACEHOLDER}who does this?")
    if answers.stores:
        yield "  # One shared address for each store's till."
    for store in answers.stores or ():
        yield from _person(f"{store.name} till", store.address, ["till"], "", store.name)
    for entry in shipped if answers.stores is None else ():
        if "till" in _texts(entry.get("roles")):
            told = f"{PLACEHOLDER}a store of yours, and its till's address"
            yield from _person(str(entry["name"]), str(entry["address"]), ["till"], told, str(entry["store"]))
    if answers.stores == ():
        yield "  # A store gets its till here: name, address, roles: [till], and store: as under `stores:` below."


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _person(name: str, address: str, roles: list[str], told: str, store: str = "") -> Iterator[str]:
    if told:
        yield f"  # {told}"
    yield f"  - name: {quoted(name)}"
    yield f"    address: {quoted(address)}"
    yield '    # phone: "+44 20 7946 0001"     take the # away: for calls inside the house'
    yield f"    roles: [{', '.join(roles)}]"
    if store:
        yield f"    store: {quoted(store)}"
    if "care" in roles:
        yield "    # founder: true               take the # away for a founding partner: E3 and E4 then say so"
    yield ""


def _stores(answers: Answers, shipped: list[str]) -> list[str]:
    """The stores that were answered, with room for what customers may be shown of them."""
    if answers.stores is None:
        return shipped
    if not answers.stores:
        return ["stores: {}"]
    lines = ["stores:"]
    for store in answers.stores:
        lines.append(f"  {quoted(store.name)}:")
        lines.append('    # address: "1 Example Street, London W1U 0AA"        take the # away: customers are shown it')
        lines.append('    # hours: "Mon-Fri 8:00-19:00, Sat 9:00-17:00"      and this; deadlines are counted in it')
    return lines


def placeholders(text: str) -> list[str]:
    """What still waits for an answer in a file that init wrote: keys by section, or people by name."""
    lines = text.splitlines()
    keys: dict[str, list[str]] = {}
    people, section = [], ""
    for number, line in enumerate(lines):
        if begins := _SECTION.match(line):
            section = begins["name"]
        if f"# {PLACEHOLDER}" in line and " = " in line:
            keys.setdefault(section, []).append(line.partition(" = ")[0])
        elif line.strip().startswith(f"# {PLACEHOLDER}"):
            people.append(lines[number + 1].partition("name: ")[2].strip('"'))
    return [f"[{name}] {', '.join(each)}" for name, each in keys.items()] + people
