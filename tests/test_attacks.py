"""What somebody outside could try, and what a hurried colleague could write: tried at the rooms that must hold."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot import settings as reading
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap_link import Account
from mailbot.adapters.ledger import MemoryLedger
from mailbot.adapters.memory import MemoryMailbox
from mailbot.adapters.sqlite_file import copy_at_rest
from mailbot.assembly import assemble
from mailbot.cases.commands import says_nothing, understand
from mailbot.cases.recognised import shown_name
from mailbot.cli import main
from mailbot.errors import SettingsError
from mailbot.founding import shipped
from mailbot.intaking import Intaking
from mailbot.letters.greeting import first_name
from mailbot.process.model import Process
from mailbot.rulebook import RuleBook
from mailbot.undelivered import Undelivered
from tests.servers import User, put
from tests.worlds import desk_folder

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Process:
    """The shipped rules."""
    state = tmp_path_factory.mktemp("state")
    return RuleBook(shipped(), state, "Europe/London", keep=False).rules().process


def meant(process: Process, letter: str, text: str) -> str:
    """The event that the desk takes the words for, in answer to a letter or to none."""
    answers = process.letter(letter, "").answers if letter else ()
    said = understand(text, (*answers, *process.commands), process.hearing)
    return said.meant.event if said else ""


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "yes they're here thanks",
        "Yes it is.",
        "Yes - it's on the rail",
        "yes the dress is here",
        "Hi,\n\nYes it's here.",
        "Hi Mathilde, \nyes",
        "Hello, yes we have it",
        "YES!!",
        "y",
        "yes found it thank you",
        "Thanks, found it",
    ],
)
def test_a_yes_as_people_say_it(process: Process, text: str) -> None:
    """Courtesy, greetings and words that only explain do not hide an answer."""
    assert meant(process, "ask-garments", text) == "garments_found"


@pytest.mark.parametrize(
    "text",
    [
        "No",
        "No sorry not here",
        "Sorry no",
        "No, customer took it home",
        "Unfortunately not here",
        "no we dont have it",
        "No, it is still missing",
        "Hi\nno",
    ],
)
def test_a_no_as_people_say_it(process: Process, text: str) -> None:
    """A no may say itself twice, or give its reason."""
    assert meant(process, "ask-garments", text) == "garments_missing"


@pytest.mark.parametrize(
    "text",
    [
        "no idea",
        "yes?",
        "here?",
        "found it?",
        "where",
        "They were here",
        "yes, but only the jacket",
        "no-one has looked yet",
        "no, wait, found it",
        "Yes will check",
        "yes, I'll have a look",
        "let me check",
        "yes but not the belt",
        "Not sure",
        "it was here yesterday",
        "yes, if you mean the blue one",
        "no problem, will look",
    ],
)
def test_what_is_no_clear_answer_is_asked_again(process: Process, text: str) -> None:
    """A question, a doubt, a past, a promise to look: none of them moves a case."""
    assert meant(process, "ask-garments", text) == ""


@pytest.mark.parametrize(
    ("letter", "text", "event"),
    [
        ("details-update", "Received, thanks", ""),
        ("details-update", "not done yet", ""),
        ("details-update", "Done, thanks", "details_done"),
        ("ask-kind", "form was filled in already", ""),
        ("ask-kind", "no, it is a complaint", ""),
        ("", "not arrived", ""),
        ("", "arrived?", ""),
        ("", "close, but only after friday", ""),
        ("", "to customer Your dress is fine. Not closed yet?", "relay_asked"),
    ],
)
def test_commands_are_not_guessed(process: Process, letter: str, text: str, event: str) -> None:
    """Words that look like a command but say something else are none."""
    assert meant(process, letter, text) == event


def test_a_bare_forward_may_carry_a_signature(process: Process) -> None:
    """Courtesy and a signature say nothing; a sentence does."""
    for bare in (
        "",
        "FYI",
        "Thanks,\nMarylebone till",
        "Kind regards,\nMarylebone store\n+44 20 1234",
        "Hi,\n\nsee below",
    ):
        assert says_nothing(bare, process.hearing), bare
    for words in (
        "all sorted",
        "Thanks, all sorted now",
        "Thanks\nShe got a voucher.",
        "no",
        "She is upset, please help",
    ):
        assert not says_nothing(words, process.hearing), words


def test_names_in_greetings() -> None:
    """A greeting carries a name or none, never what somebody put in its place."""
    assert [first_name(name) for name in ("Anna Smith", "Smith, Anna", "Dr Smith", "王小明", "O'Brien Pat")] == [
        "Anna", "Anna", "Dr Smith", "王小明", "O'Brien",
    ]  # fmt: skip
    for none in ("{{7*7}} x", "<script>", "http://evil Anna", "anna@x.y", "Mr", "", "N" * 500):
        assert first_name(none) == "", none
    assert (shown_name("see evil.com"), shown_name("a@b.c"), shown_name(" Anna  Smith ")) == ("", "", "Anna Smith")
    assert len(shown_name("N" * 5000)) == 80


@pytest.mark.parametrize(
    "text", ["yes " * 20_000, "no, " * 20_000, "hi " * 20_000, "- " * 50_000, "thanks " * 20_000, "a," * 50_000]
)
def test_long_answers_cost_little(process: Process, text: str) -> None:
    """No first line, however long, keeps the desk busy."""
    began = time.process_time()
    meant(process, "ask-garments", text)
    says_nothing(text, process.hearing)
    assert time.process_time() - began < 2


def test_an_address_that_only_folds_into_a_colleagues_is_an_outsiders(process: Process) -> None:
    """Case does not matter; another letter does, also one that Unicode folds into the same (ſ into s, K into k)."""
    ours = next(address for person in process.people.people for address in person.addresses if "s" in address)
    assert process.people.by_address(ours.upper())
    assert process.people.by_address(ours.replace("s", "\u017f", 1)) is None


def test_mail_after_the_first_start_is_never_old() -> None:
    """Dates of a mail that came later say nothing: a wrong clock somewhere must not leave a complaint unread."""
    ledger, mailbox = MemoryLedger(), MemoryMailbox()
    undelivered = Undelivered(ledger, mailbox, lambda *_: None, lambda: NOW)
    desk = Intaking(ledger, mailbox, lambda *_: "case", lambda *_: None, undelivered)
    mailbox.deliver(b"Subject: before\r\n\r\nx", NOW - timedelta(days=300))
    assert len(desk.old(NOW)) == 1
    desk.leave(desk.old(NOW))
    mailbox.deliver(b"Subject: after\r\n\r\nx", NOW - timedelta(days=300))
    assert (desk.old(NOW), desk.run()) == ((), 1)


def test_a_copy_at_rest_leaves_no_trace(tmp_path: Path) -> None:
    """A dry run changes nothing: not even the files that a reader of the ledger would leave beside it."""
    file, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    writer = sqlite3.connect(file)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("CREATE TABLE t (x)")
    writer.commit()
    assert not copy_at_rest(file, copy), "a writer's log is not empty"
    writer.close()
    before = sorted(tmp_path.iterdir())
    assert copy_at_rest(file, copy)
    assert sorted(tmp_path.iterdir()) == sorted([*before, copy])


@pytest.mark.parametrize("now", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "yesterday", ""])
def test_moments_that_no_calendar_knows_are_wrong_usage(now: str) -> None:
    """`--now` beyond all calendars is said in a line, with status 2."""
    result = CliRunner().invoke(main, ["once", "--now", now])
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert "Invalid value for '--now'" in result.output


@pytest.mark.parametrize("returns", [999_990, 1_000_000, 2_000_000])
def test_a_mail_of_bare_returns_blocks_nobody(mailbox_user: User, returns: int) -> None:
    """Dovecot hangs up at the end of a large mail with bare CRs in it; it is read all the same, so others are too."""
    user = mailbox_user
    put(user, [b"Subject: hostile\r\n\r\n" + b"\r" * returns, b"Subject: next\r\n\r\nx"])
    box = ImapMailbox(Account(user.host, user.port, "none", user.name, user.password))
    heads: set[bytes] = set()
    for _ in range(2):  # Dovecot may give it a new UID when it notices; the desk lists again until nothing is left
        for one in box.waiting()[1]:
            heads |= {raw.partition(b"\r\n")[0] for raw in box.read([one.uid]).values()}
    assert heads == {b"Subject: hostile", b"Subject: next"}
    box.close()


def test_a_lost_secret_is_never_replaced(tmp_path: Path) -> None:
    """A desk with cases does not start on a new secret: every reference in letters already sent would be false."""
    folder = desk_folder(tmp_path / "desk")
    settings = reading.load(folder)
    with assemble(settings, lambda: NOW):
        pass
    (folder / "secret").unlink()
    with pytest.raises(SettingsError, match="Put back your copy"), assemble(settings, lambda: NOW):
        pass
    assert not (folder / "secret").exists()
