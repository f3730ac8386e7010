"""The mailbox: is the desk let in, what can the server, where will mail be filed, what waits.

It must never change anything in the mailbox; the inbox is opened for writing, since that has to work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from mailbot.adapters.imap_trial import MailboxTrial, Quota
from mailbot.adapters.ports import CASES, FOLDERS, INBOX
from mailbot.adapters.tinydb_ledger import FILE as LEDGER
from mailbot.assembly import account_of
from mailbot.doctor import clock
from mailbot.doctor.encrypted import encrypted
from mailbot.doctor.examined import Examined
from mailbot.doctor.files import in_words
from mailbot.doctor.findings import Finding, failed, ok, skipped, warning, wrong
from mailbot.doctor.provider import hints
from mailbot.doctor.rules import is_placeholder
from mailbot.errors import MailboxError
from mailbot.first_start import MANY_OLD
from mailbot.mail import message as messages
from mailbot.settings import Settings

NEWEST = 50  # mails of each folder whose headers are read
NEARLY_FULL = 0.9
# What the desk likes a server to have -> what comes of it where it does not.
LIKED = {
    "IDLE": "no IDLE: the inbox is looked at every {poll} seconds instead",
    "MOVE": "no MOVE: mail is copied, and the first copy taken away",
    "UIDPLUS": "no UIDPLUS: without MOVE too, mail that was moved may stay in the inbox, flagged as deleted",
    "SPECIAL-USE": "no SPECIAL-USE: the folder of sent mail is known by its name",
    "NAMESPACE": "no NAMESPACE: the desk's folders are made at the top",
    "QUOTA": "no QUOTA: nobody can ask how full the mailbox is",
}


def look(examined: Examined) -> Iterator[Finding]:
    """One connection, and every question that the desk will have for it."""
    imap = examined.settings.imap
    where = f"{imap.host}:{imap.port}"
    if is_placeholder(imap.host):
        do = f"write your provider's server into [imap] host ({examined.settings.folder / 'mailbot.toml'})"
        yield wrong(where, "is only an example", do)
        yield skipped("the mailbox", "there is no server to ask")
        return
    if not (imap.password.get_secret_value() or imap.oauth2):
        do = "write [imap] password_file (or password) into mailbot.toml, or oauth2 and then `mailbot login`"
        yield wrong(where, "no password is set, so nothing is tried", do)
        yield skipped("the mailbox", "nobody is let in without")
        return
    examined.say(f"trying {where} …")
    account = replace(account_of(examined.settings), connect_timeout=examined.patience, read_timeout=examined.patience)
    try:
        trial = MailboxTrial(account, imap.inbox)
    except MailboxError as error:
        yield failed(where, error, *hints(examined.settings, str(error)))
        yield skipped("login, folders, quota, waiting mail", "there is no connection")
        return
    try:
        yield from _questions(examined, trial, where)
    finally:
        trial.close()


def _questions(examined: Examined, trial: MailboxTrial, where: str) -> Iterator[Finding]:
    imap = examined.settings.imap
    clock.listen(examined, trial.greeting, f"the greeting of {where}")
    yield encrypted(where, trial.encryption, examined.now())
    yield ok("login", f"{imap.username} is let in")
    asked: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("the server", lambda: _capabilities(examined.settings, trial.capabilities())),
        ("inbox", lambda: _inbox(examined, trial)),
        ("folders", lambda: _folders(trial.names(FOLDERS))),
        ("sent mail", lambda: _sent(examined.settings, *trial.sent())),
        ("quota", lambda: _quota(trial.quotas())),
        ("waiting", lambda: _waiting(examined, trial)),
    )
    for about, ask in asked:
        examined.say(f"asking {where} about {about} …")
        try:
            yield ask()
        except MailboxError as error:
            yield failed(about, error)
        if trial.lost:
            yield skipped("all else about the mailbox", "the connection is lost, so nothing more can be asked")
            return
    _read_heads(examined, trial)


def _capabilities(settings: Settings, can: frozenset[str]) -> Finding:
    missing = [words.format(poll=settings.imap.poll_seconds) for name, words in LIKED.items() if name not in can]
    has = ", ".join(name for name in LIKED if name in can) or "none of the extensions that the desk likes"
    if not can & {"MOVE", "UIDPLUS"}:
        do = "nothing is lost by it; hide mail flagged as deleted in your mail program"
        return warning("server can", has, do, *missing)
    return ok("server can", has, *missing)


def _inbox(examined: Examined, trial: MailboxTrial) -> Finding:
    examined.waiting = trial.waiting()
    examined.mailbox_opens = True
    return ok("inbox", f"“{examined.settings.imap.inbox}” is there, and the desk may file its mail away")


def _folders(names: dict[str, bool]) -> Finding:
    """The desk's folders by the server's names."""
    missing = [name for name, there in names.items() if not there]
    if not missing:
        return ok("folders", f"{', '.join(names)} are there")
    return ok("folders", f"the first start makes {', '.join(missing)}")


def _sent(settings: Settings, name: str, there: bool) -> Finding:
    where = f"“{name}”{'' if there else ', which is to be made'}"
    if settings.imap.sent == "server":
        found = 'the server files letters itself ([imap] sent = "server")'
        if there:
            return ok("sent mail", f"{found}, in {where}")
        return warning("sent mail", f"{found}, but there is no folder for it", 'set [imap] sent = "auto"')
    return ok("sent mail", f"the desk files a copy of each letter in {where}")


def _quota(quotas: tuple[Quota, ...]) -> Finding:
    """The fullest of what is limited."""
    if not quotas:
        return ok("quota", "the server names no limit")
    fullest = max(quotas, key=lambda each: each.used / each.limit)
    share = fullest.used / fullest.limit
    amount = _mails if fullest.resource == "MESSAGE" else _size
    of = f"{amount(fullest.used)} of {amount(fullest.limit)}"
    do = "delete mail that is not needed, or have its size raised"
    if share >= 1:
        return wrong("quota", f"the mailbox is full ({of}): neither mail nor the desk's copies get in", do)
    if share >= NEARLY_FULL:
        return warning("quota", f"the mailbox is nearly full: {share:.0%} ({of})", do)
    return ok("quota", f"{share:.0%} used ({of})")


def _mails(number: int) -> str:
    return f"{number:,} mails"


def _size(kilobytes: int) -> str:
    """A size as people say it."""
    if kilobytes < 10_000:
        return f"{kilobytes:,} kB"
    return f"{kilobytes / 1_024:,.0f} MB" if kilobytes < 10_000_000 else f"{kilobytes / 1_024**2:,.1f} GB"


def _waiting(examined: Examined, trial: MailboxTrial) -> Finding:
    """What the first start will do with the mail that is there; a desk that has started has decided already."""
    settings, number = examined.settings, len(examined.waiting)
    if not examined.mailbox_opens:
        return skipped("waiting", "the inbox cannot be opened")
    mails = f"{number} mail{'s' * (number != 1)} in the inbox"
    if not number or (settings.state_folder / LEDGER).exists():
        return ok("waiting", mails if number else "the inbox is empty")
    old = trial.older(examined.waiting, examined.now() - settings.desk.since)
    taken = f"the first start takes in {number - old}"
    if not old:
        return ok("waiting", f"{mails}: {taken}")
    left = f"{mails}: {taken} and leaves {old}, older than {in_words(settings.desk.since)}, unanswered"
    if old > MANY_OLD:
        do = "that is a lot, so the desk will first ask the admin by mail and wait for the reply “go on”"
        return warning("waiting", left, do)
    return ok("waiting", f"{left} (the admin gets a list)")


def _read_heads(examined: Examined, trial: MailboxTrial) -> None:
    """Headers of the newest mails, for the groups below; Sent is none of them, as its mails did not come in."""
    heads: list[bytes] = []
    for folder in (INBOX, CASES):
        examined.say(f"reading the headers of the newest mails in {folder} …")
        try:
            heads += trial.heads(folder, NEWEST)
        except MailboxError:
            continue  # what is wrong with the mailbox was said above
    examined.heads = [messages.read(head, truncated=True) for head in heads]
