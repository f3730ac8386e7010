"""The way out: is the desk let in, may it send from its address, and to the admin. Nothing is sent.

It begins a mail and takes it back (RSET), so that the server says now what it would say to the first letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailbot.adapters.smtp_trial import Answer, Tried, greeting, try_transaction
from mailbot.assembly import relay_of
from mailbot.doctor import clock
from mailbot.doctor.encrypted import encrypted
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, failed, ok, skipped, warning, wrong
from mailbot.doctor.provider import hints
from mailbot.doctor.rules import is_placeholder
from mailbot.errors import PostError

ROOMY = 11_000_000  # bytes: a letter with the most photos that a letter carries (letters/photos.py), encoded


def look(examined: Examined) -> Iterator[Finding]:
    """One connection, one mail begun."""
    settings = examined.settings
    smtp = settings.smtp
    where = f"{smtp.host}:{smtp.port}"
    if is_placeholder(smtp.host):
        do = f"write your provider's server into [smtp] host ({settings.folder / 'mailbot.toml'})"
        yield wrong(where, "is only an example", do)
        yield skipped("sending", "there is no server to ask")
        return
    examined.say(f"trying {where} …")
    relay = replace(relay_of(settings), timeout=examined.patience)
    admin = "" if is_placeholder(examined.admin) else examined.admin
    try:
        tried = try_transaction(relay, settings.desk.address, [admin or settings.desk.address])
    except PostError as error:
        yield failed(where, error, *hints(settings, str(error)))
        yield skipped("login, sender, recipient", "there is no connection")
        return
    examined.relay_takes = tried.sender.accepted
    clock.listen(examined, greeting(relay), f"the greeting of {where}")
    yield encrypted(where, tried.encryption, examined.now())
    yield _login(smtp.username, tried)
    yield _sender(tried.sender, where, smtp.username)
    yield from (_recipient(each, where, bool(admin), settings.desk.address) for each in tried.recipients)
    yield _size(tried.most_bytes)


def _login(username: str, tried: Tried) -> Finding:
    offered = ", ".join(each.upper() for each in tried.mechanisms)
    if username:
        return ok("login", f"{username} is let in (offered: {offered})")
    if offered and not tried.sender.accepted:
        found = "no [smtp] username is set, and the server wants a login"
        return wrong("login", found, "set [smtp] username and password")
    return ok("login", f"none, as no [smtp] username is set{f' (offered: {offered})' if offered else ''}")


def _sender(answer: Answer, where: str, username: str) -> Finding:
    if answer.accepted:
        return ok("sender", f"may send from {answer.address}")
    who = username or "a desk without [smtp] username"
    return wrong(
        "sender",
        f"{where} lets {who} send nothing from {answer.address} ({answer.said})",
        "check [smtp] username and [desk] address; at the provider the account may have to be allowed that address",
    )


def _recipient(answer: Answer, where: str, admin: bool, own: str) -> Finding:
    who = "the admin" if admin else "the desk itself (the rules name no admin with a real address)"
    if not answer.accepted:
        do = "check the address in rules/people.yaml, and [smtp] username and password (some servers pass on mail only "
        return wrong("recipient", f"{where} takes no mail for {answer.address} ({answer.said})", f"{do}after a login)")
    near = answer.address.rpartition("@")[2].casefold() == own.rpartition("@")[2].casefold()
    shown = ("That is an address of the desk's own domain: it does not show that mail to others is passed on.",)
    return ok("recipient", f"would take a letter to {who}, {answer.address}", *(shown if near else ()))


def _size(most: int | None) -> Finding:
    if most is None:
        return ok("size", "the server names no limit")
    if most < ROOMY:
        found = f"takes mails up to {most / 1e6:.0f} MB only; a letter with photos can have {ROOMY / 1e6:.0f} MB"
        return warning("size", found, "ask whoever runs the server for more, or expect such letters to come back")
    return ok("size", f"takes mails up to {most / 1e6:.0f} MB")
