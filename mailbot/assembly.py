"""Putting a desk together from its folder: settings, key, rules, ledger, mailbox, post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from mailbot.adapters.files import DeskLock, read_secret
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap_link import Account
from mailbot.adapters.ledger import Ledger
from mailbot.adapters.memory import NullPost, ReadOnlyMailbox
from mailbot.adapters.oauth2 import AccessToken
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.smtp_link import Relay
from mailbot.adapters.sqlite_file import copy_at_rest
from mailbot.adapters.tinydb_ledger import FILE, TinyDbLedger
from mailbot.desk import Desk
from mailbot.errors import SettingsError
from mailbot.process.model import Process
from mailbot.reading.beside import Beside
from mailbot.reading.plain import Here, Reading
from mailbot.reading.stem import NoProcess
from mailbot.rulebook import RuleBook
from mailbot.settings import Settings
from mailbot.stepping import Clock

SECRET = "secret"  # noqa: S105  (the name of the file, not what is in it)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A desk and the ledger it keeps."""

    desk: Desk
    ledger: Ledger


def clock(fixed: datetime | None) -> Clock:
    """The machine's clock in UTC, or always the same moment (--now)."""
    return (lambda: fixed) if fixed else (lambda: datetime.now(UTC))


def account_of(settings: Settings) -> Account:
    """Where the mailbox is and how to get in."""
    imap, token = settings.imap, _token_of(settings, settings.imap.oauth2)
    return Account(imap.host, imap.port, imap.security, imap.username, imap.password.get_secret_value(), token=token)


def relay_of(settings: Settings) -> Relay:
    """Where letters are handed in and how."""
    smtp, token = settings.smtp, _token_of(settings, settings.smtp.oauth2)
    return Relay(smtp.host, smtp.port, smtp.security, smtp.username, smtp.password.get_secret_value(), token=token)


def _token_of(settings: Settings, provider: str) -> AccessToken | None:
    """What gives access tokens, where one signs in with them; loaded for those desks alone."""
    if not provider:
        return None
    from mailbot.sign_in.access import Access

    return Access(settings).token


def mailbox_of(settings: Settings) -> ImapMailbox:
    """The connection to the mailbox; made at first use."""
    return ImapMailbox(account_of(settings), inbox=settings.imap.inbox, sent=settings.imap.sent)


def post_of(settings: Settings) -> SmtpPost:
    """The way out; connected at first use."""
    return SmtpPost(relay_of(settings))


def rulebook_of(settings: Settings, *, keep: bool) -> RuleBook:
    """The rules of a desk folder; only a writer keeps the good ones."""
    desk = settings.desk
    return RuleBook(settings.folder, settings.state_folder, desk.timezone, keep=keep, languages=desk.written)


def ledger_of(settings: Settings) -> TinyDbLedger:
    """The ledger under state/."""
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    return TinyDbLedger(settings.state_folder)


def reading_of(process: Process) -> Reading:
    """Mail read in a process beside the desk; by the desk itself where none can be had."""
    try:
        return Beside(process)
    except NoProcess:  # within a program of several threads (the demo), or on a system that cannot fork
        return Here()


def _key(settings: Settings) -> bytes:
    """The secret, made at the first start; never a second one, for no reference in letters already sent would hold."""
    secret = settings.folder / SECRET
    if not secret.exists() and (settings.state_folder / FILE).exists():
        raise SettingsError(f"the secret {secret} is gone, and this desk has cases. Put back your copy of it.")
    return read_secret(secret)


@contextmanager
def assemble(settings: Settings, now: Clock) -> Iterator[Assembled]:
    """A desk that may write: alone, by its lock. Everything is closed at the end."""
    with ExitStack() as closing:
        settings.state_folder.mkdir(parents=True, exist_ok=True)
        closing.enter_context(DeskLock(settings.state_folder / "lock"))
        key = _key(settings)
        rulebook = rulebook_of(settings, keep=True)
        rules = rulebook.rules()  # errors in the rules before any server is asked
        reading = reading_of(rules.process)  # before there is a thread, a connection or a database
        closing.callback(reading.close)
        ledger, mailbox, post = ledger_of(settings), mailbox_of(settings), post_of(settings)
        for each in (ledger.close, mailbox.close, post.close):
            closing.callback(each)
        desk = Desk(settings, key, rulebook, ledger, mailbox, post, now, reading)
        yield Assembled(desk, ledger)


@contextmanager
def rehearsal(settings: Settings, now: Clock) -> Iterator[tuple[Assembled, NullPost]]:
    """The same desk on a copy of its state, with a mailbox that is only read and a post that sends nothing."""
    with TemporaryDirectory(prefix="mailbot-dry-run-") as scratch, ExitStack() as closing:
        secret = settings.folder / SECRET
        key = read_secret(secret if secret.exists() else Path(scratch) / SECRET)
        rulebook = rulebook_of(settings, keep=False)
        reading = reading_of(rulebook.rules().process)
        closing.callback(reading.close)
        file = settings.state_folder / FILE
        if file.exists() and not copy_at_rest(file, Path(scratch) / FILE):
            (Path(scratch) / FILE).unlink(missing_ok=True)
            original = TinyDbLedger(settings.state_folder, readonly=True)
            original.copy_to(Path(scratch))
            original.close()
        ledger = TinyDbLedger(Path(scratch))
        closing.callback(ledger.close)
        inner = mailbox_of(settings)
        closing.callback(inner.close)
        mailbox, post = ReadOnlyMailbox(inner), NullPost()
        desk = Desk(settings, key, rulebook, ledger, mailbox, post, now, reading)
        yield Assembled(desk, ledger), post
