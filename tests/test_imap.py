"""The IMAP adapter against two real servers: Dovecot, and the embedded pymap, which has little more than RFC 3501.

Other Dovecots stand for other kinds of server: another delimiter and prefix, no MOVE, no UIDPLUS, no IDLE.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from imapclient import IMAPClient

from mailbot.adapters import imap_connection, imap_idle, imap_link, imap_mails
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap_link import Account
from mailbot.adapters.ports import CASES, HUMAN, INBOX, JOURNAL, NO_ACTION, SENT, Arrived
from mailbot.demo.servers import EmbeddedMail
from mailbot.errors import MailboxError
from tests.servers import HOST, PASSWORD, Cable, Certificate, Dovecot, User, free_port, put

LONG_AGO = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
POOR = "imap_capability = IMAP4rev1 LITERAL+ MULTIAPPEND"
ODD = User('odd "user"\\ (1)', 'p"a\\s {3} s')
FOREIGN = User("desk@bücher.test", "pässwörd ✓")


def mail(number: int = 1, message_id: str = "", body: bytes = b"Hello\r\n") -> bytes:
    """A mail; its number is in the subject."""
    head = f"From: anna@customer.test\r\nMessage-ID: {message_id or f'<{number}@c.test>'}\r\nSubject: {number}\r\n\r\n"
    return head.encode() + body


def mailbox(user: User, inbox: str = INBOX, sent: str = "auto", **settings: object) -> ImapMailbox:
    """The adapter on a user's mailbox, without TLS."""
    options: dict[str, object] = {"port": user.port, "security": "none", "read_timeout": 10} | settings
    account = Account(user.host, username=user.name, password=user.password, **options)  # type: ignore[arg-type]
    return ImapMailbox(account, inbox, sent)


@contextmanager
def person(user: User, folder: str = "INBOX") -> Iterator[IMAPClient]:
    """Somebody else at the same mailbox, with a mail program."""
    with IMAPClient(user.host, user.port, ssl=False, timeout=30) as client:
        client.normalise_times = False
        client.login(user.name, user.password)
        client.select_folder(folder)
        yield client


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedMail]:
    names = {f"desk{number:03}@shop.test": PASSWORD for number in range(150)}
    with EmbeddedMail(names | {odd.name: odd.password for odd in (ODD, FOREIGN)}) as server:
        yield server


@pytest.fixture(scope="session")
def embedded_numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture(params=["dovecot", "embedded"])
def user(request: pytest.FixtureRequest) -> User:
    """An empty mailbox on each of the two servers."""
    if request.param == "dovecot":
        made: User = request.getfixturevalue("dovecot").fresh_user()
        return made
    number = next(request.getfixturevalue("embedded_numbers"))
    return User(f"desk{number:03}@shop.test", PASSWORD, HOST, request.getfixturevalue("embedded").imap_port)


@pytest.fixture
def box(user: User) -> Iterator[ImapMailbox]:
    made = mailbox(user)
    yield made
    made.close()


@pytest.fixture
def other_dovecot(server_folder: Path) -> Iterator[Callable[..., User]]:
    """A fresh user of a Dovecot with settings of its own."""
    running: list[Dovecot] = []

    def start(settings: str = "", separator: str = "/", prefix: str = "", special_use: bool = True) -> User:
        folder = server_folder / f"other{len(list(server_folder.iterdir()))}"
        folder.mkdir()
        server = Dovecot(folder, settings=settings, separator=separator, prefix=prefix, special_use=special_use)
        running.append(server.start())
        return server.fresh_user()

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def cable(user: User) -> Iterator[Cable]:
    """What lies between the desk and the server, to be cut."""
    made = Cable(user.port).start()
    yield made
    made.stop()


# --- listing and reading


def test_empty_inbox(box: ImapMailbox) -> None:
    """An empty inbox has a UIDVALIDITY and nothing waiting; nothing to read or move is no error."""
    validity, waiting = box.waiting()
    assert validity > 0
    assert waiting == ()
    assert box.read([]) == {}
    assert box.read([1, 4_000_000_000]) == {}
    assert box.read_head(77, 100) == b""
    box.move([], CASES)
    box.move([77], CASES)


def test_waiting_tells_uid_time_and_size(user: User, box: ImapMailbox) -> None:
    """What waits is listed by UID with the server's time of arrival in UTC and the size in bytes."""
    put(user, [mail(1)], datetime(2025, 6, 1, 12, 0, 0, tzinfo=timezone(timedelta(hours=5))))
    put(user, [mail(2, body=b"x" * 5000)], LONG_AGO)
    _, waiting = box.waiting()
    first, second = waiting
    assert first == Arrived(first.uid, datetime(2025, 6, 1, 7, 0, 0, tzinfo=UTC), len(mail(1)))
    assert first.received_at.tzinfo is UTC
    assert (second.received_at, second.size) == (LONG_AGO, len(mail(2, body=b"x" * 5000)))
    assert first.uid < second.uid


def test_new_mail_shows_at_the_next_call(user: User, box: ImapMailbox) -> None:
    """The kept connection sees what came since; UIDVALIDITY stays."""
    validity, _ = box.waiting()
    put(user, [mail(1)])
    again, waiting = box.waiting()
    assert again == validity
    assert len(waiting) == 1


def test_read_is_exact_and_leaves_unseen(user: User, box: ImapMailbox) -> None:
    """Bytes come as they were delivered, 8-bit and odd ones too, and nothing is marked seen."""
    raws = [
        mail(1, body="Grüße ✓\r\n".encode()), mail(2, body=bytes(range(1, 10)) + b"\xff\xfe\r\n"), mail(3, body=b""),
        b"no header at all", b"\r\n\r\n", mail(6, body=b')"} {3}\r\n* 1 FETCH (X)\r\n'), b"12", b"(",
    ]  # fmt: skip
    put(user, raws)
    _, waiting = box.waiting()
    found = box.read([one.uid for one in waiting])
    assert list(found.values()) == raws
    assert box.read_head(waiting[0].uid, 10) == raws[0][:10]
    assert box.read_head(waiting[0].uid, 10**7) == raws[0]
    with person(user) as client:
        assert client.search("SEEN") == []


def test_gone_uids_are_absent(user: User, box: ImapMailbox) -> None:
    """A mail that a person takes away between listing and reading is simply not in the answer."""
    put(user, [mail(n) for n in range(3)])
    _, waiting = box.waiting()
    uids = [one.uid for one in waiting]
    with person(user) as client:
        client.add_flags([uids[1]], [b"\\Deleted"])
        client.expunge()
    assert sorted(box.read(uids)) == [uids[0], uids[2]]


def test_mail_flagged_deleted_is_not_waiting(user: User, box: ImapMailbox) -> None:
    """What a person has deleted, and their program not yet expunged, is left alone."""
    put(user, [mail(1)], flags=("\\Deleted",))
    put(user, [mail(2)])
    _, waiting = box.waiting()
    assert [raw for _, raw in box.all(INBOX)] == [mail(2)]
    assert len(waiting) == 1


def test_asked_ahead(user: User, box: ImapMailbox) -> None:
    """What is asked for ahead is what `read` gives, with other errands in between, and without what others took."""
    mails = [mail(n) for n in range(6)]
    put(user, mails)
    _, waiting = box.waiting()
    uids = [one.uid for one in waiting]
    box.ahead(uids[:2])
    box.append(CASES, mail(7), LONG_AGO)
    assert not box.holds(CASES, "<nobody@shop.test>")
    assert [*box.read(uids[:2]).values()] == mails[:2]
    with person(user) as client:
        client.add_flags([uids[2]], [b"\\Deleted"])
        client.expunge()
    box.ahead(uids[2:4])
    box.move(uids[:2], CASES)
    assert [*box.read(uids[2:4]).values()] == [mails[3]]
    box.ahead(uids[4:5])
    assert [*box.read(uids[3:]).values()] == mails[3:]
    assert [*box.read(uids[4:5]).values()] == mails[4:5]


def test_asked_ahead_in_vain(user: User, cable: Cable) -> None:
    """A connection that is lost with a question open costs nothing but the time to ask again."""
    put(user, [mail(1), mail(2)])
    box = mailbox(user, port=cable.port)
    _, waiting = box.waiting()
    uids = [one.uid for one in waiting]
    box.ahead(uids)
    cable.cut()
    assert [*box.read(uids).values()] == [mail(1), mail(2)]
    box.close()


def test_large_mail(user: User, box: ImapMailbox) -> None:
    """A mail of 10 MB comes whole, beside small ones, and its head alone if wanted."""
    large = mail(1, body=b"0123456789abcdef" * 64 * 10_240 + b"\r\nthe end\r\n")
    put(user, [mail(0), large, mail(2)])
    _, waiting = box.waiting()
    assert waiting[1].size == len(large) > 10_000_000
    found = box.read([one.uid for one in waiting])
    assert list(found.values()) == [mail(0), large, mail(2)]
    assert box.read_head(waiting[1].uid, 1_500_000) == large[:1_500_000]
    with person(user) as client:
        assert client.search("SEEN") == []


@pytest.mark.parametrize("size", [imap_mails.PIECE - 1, imap_mails.PIECE, imap_mails.PIECE + 1])
def test_mail_at_the_edge_of_a_piece(user: User, box: ImapMailbox, size: int) -> None:
    """No byte is lost or doubled where a mail just fills a piece."""
    raw = mail(1)
    raw += b"y" * (size - len(raw) - 2) + b"\r\n"
    put(user, [raw])
    _, (one,) = box.waiting()
    assert box.read([one.uid])[one.uid] == raw


def test_listing_in_windows(mailbox_user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large inbox is listed in several windows and fetched in several commands, with the same result.

    Not on pymap, which takes sequence numbers in UID SEARCH for UIDs (RFC 3501 6.4.8).
    """
    user = mailbox_user
    box = mailbox(user)
    put(user, [mail(n) for n in range(25)])
    put(user, [mail(99)], flags=("\\Deleted",))
    whole = box.waiting()
    monkeypatch.setattr(imap_mails, "SEARCH_WINDOW", 7)
    monkeypatch.setattr(imap_mails, "FETCH_IDS", 4)
    assert box.waiting() == whole
    assert len(whole[1]) == 25
    assert len(box.read([one.uid for one in whole[1]])) == 25
    box.close()


# --- moving and filing


def test_move_keeps_flags_and_time(user: User, box: ImapMailbox) -> None:
    """Mails move with their flags and INTERNALDATE; the folder is made, and subscribed, at first use."""
    put(user, [mail(1)], LONG_AGO, flags=("\\Flagged", "\\Answered"))
    put(user, [mail(2), mail(3)], LONG_AGO)
    _, waiting = box.waiting()
    box.move([waiting[0].uid, waiting[1].uid, 999_999], CASES)
    _, left = box.waiting()
    assert [one.uid for one in left] == [waiting[2].uid]
    assert [(one.received_at, raw) for one, raw in box.all(CASES)] == [(LONG_AGO, mail(1)), (LONG_AGO, mail(2))]
    with person(user, "Mailbot/Cases") as client:
        flags = [set(row[b"FLAGS"]) - {b"\\Recent"} for row in client.fetch(client.search("ALL"), ["FLAGS"]).values()]
        assert flags == [{b"\\Flagged", b"\\Answered"}, set()]
        assert "Mailbot/Cases" in [name for _, _, name in client.list_sub_folders()]


def test_every_folder_of_the_desk(user: User, box: ImapMailbox) -> None:
    """All four folders can be moved to, also those with spaces in their names."""
    put(user, [mail(n) for n in range(4)])
    _, waiting = box.waiting()
    for one, folder in zip(waiting, (CASES, NO_ACTION, HUMAN, JOURNAL), strict=True):
        box.move([one.uid], folder)
        assert [raw for _, raw in box.all(folder)] == [mail(waiting.index(one))]
    assert box.waiting()[1] == ()


def test_vanished_folder_is_made_again(user: User, box: ImapMailbox) -> None:
    """A folder that a person deletes is created again, for moving and for filing."""
    put(user, [mail(1), mail(2)])
    _, waiting = box.waiting()
    box.move([waiting[0].uid], CASES)
    with person(user) as client:
        client.delete_folder("Mailbot/Cases")
    box.move([waiting[1].uid], CASES)
    assert [raw for _, raw in box.all(CASES)] == [mail(2)]
    with person(user) as client:
        client.delete_folder("Mailbot/Cases")
    box.append(CASES, mail(3), LONG_AGO)
    assert [raw for _, raw in box.all(CASES)] == [mail(3)]


def test_move_of_five_thousand(user: User, box: ImapMailbox) -> None:
    """5,000 UIDs move, first every second one (a list too long for one line), then the rest in one go."""
    put(user, [mail(n) for n in range(5000)])
    _, waiting = box.waiting()
    uids = [one.uid for one in waiting]
    assert len(uids) == 5000
    box.move(uids[::2], CASES)
    assert [one.uid for one in box.waiting()[1]] == uids[1::2]
    box.move(uids, NO_ACTION)
    assert box.waiting()[1] == ()
    with person(user, "Mailbot/No action") as client:
        assert len(client.search("ALL")) == 2500
    with person(user, "Mailbot/Cases") as client:
        assert len(client.search("ALL")) == 2500


def test_append_is_read_and_dated(user: User, box: ImapMailbox) -> None:
    """A filed mail is marked read and has the time given, whatever its zone and the machine's."""
    at = datetime(2026, 3, 29, 1, 30, 7, tzinfo=timezone(timedelta(hours=-7)))
    box.append(JOURNAL, mail(1), at)
    ((one, raw),) = box.all(JOURNAL)
    assert (one.received_at, raw) == (at, mail(1))
    with person(user, "Mailbot/Journal") as client:
        assert len(client.search("SEEN")) == 1


def test_all_in_batches(user: User, box: ImapMailbox) -> None:
    """Every mail of a folder comes once, by UID, also when other calls come between."""
    for chunk in range(3):
        put(user, [mail(chunk * 60 + n) for n in range(60)])
    box.move([one.uid for one in box.waiting()[1]], CASES)
    seen = []
    for one, raw in box.all(CASES):
        seen.append((one.uid, raw))
        if len(seen) in (10, 60, 120):
            box.waiting()
            box.holds(JOURNAL, "<x@y>")
    assert [raw for _, raw in seen] == [mail(n) for n in range(180)]
    assert [uid for uid, _ in seen] == sorted(uid for uid, _ in seen)
    assert list(box.all(HUMAN)) == []


@pytest.mark.parametrize("message_id", ["<plain@host.test>", "<a.b-c_d=e+f@x>", f"<{'long' * 60}@x.test>"])
def test_holds(box: ImapMailbox, message_id: str) -> None:
    """An id is found as it was written; a part of it, or more than it, is another id."""
    holds_exactly(box, message_id)


@pytest.mark.parametrize(
    "message_id",
    [
        "<a(b){3}]%*+@x>", '<"two words"@x.test>', '<back\\slash"quote@x>', "<ünïcödé@bücher.test>", "no-brackets",
        "<a@b> trailing", "<" + "very.long." * 150 + "@x>",
    ],
)  # fmt: skip
def test_holds_odd_ids(mailbox_user: User, message_id: str) -> None:
    """Whatever somebody puts into an id, it breaks no command and is found (pymap searches a tidied header instead)."""
    box = mailbox(mailbox_user)
    holds_exactly(box, message_id)
    box.close()


def holds_exactly(box: ImapMailbox, message_id: str) -> None:
    assert not box.holds(CASES, message_id)
    box.append(CASES, mail(1, "<other@host.test>"), LONG_AGO)
    box.append(CASES, mail(2, message_id), LONG_AGO)
    assert box.holds(CASES, message_id)
    assert not box.holds(CASES, message_id[:-1])
    assert not box.holds(CASES, message_id + "x")
    assert not box.holds(NO_ACTION, message_id)
    assert not box.holds(CASES, "")


def test_holds_an_id_folded_over_lines(user: User, box: ImapMailbox) -> None:
    """Outlook writes long ids on a line of their own."""
    message_id = f"<{'A1B2C3' * 20}@eurprd05.prod.outlook.test>"
    box.append(SENT, mail(1, f"\r\n {message_id}"), LONG_AGO)
    assert box.holds(SENT, message_id)


def test_fetch_by_message_id(user: User, box: ImapMailbox) -> None:
    """A mail is fetched whole from any folder, left unseen, and only if it is the one and not too large."""
    large = mail(2, "<2@c.test>", body=b"z" * 2_500_000 + b"\r\n")
    put(user, [mail(1), large])
    assert box.fetch(CASES, "<1@c.test>", 9_000_000) is None
    box.waiting()
    assert box.fetch(INBOX, "<1@c.test>", 9_000_000) == mail(1)
    assert box.fetch(INBOX, "<2@c.test>", 9_000_000) == large
    assert box.fetch(INBOX, "<2@c.test>", len(large) - 1) is None
    assert [box.fetch(INBOX, found, 9_000_000) for found in ("<1@c.tes>", "", "<3@c.test>")] == [None, None, None]
    box.move([one.uid for one in box.waiting()[1]], CASES)
    assert box.fetch(INBOX, "<1@c.test>", 9_000_000) is None
    assert box.fetch(CASES, "<1@c.test>", 9_000_000) == mail(1)
    with person(user, CASES) as client:
        assert client.search("SEEN") == []


def test_holds_in_the_inbox(user: User, box: ImapMailbox) -> None:
    """The inbox is searched like any folder, and can be moved from afterwards."""
    put(user, [mail(1)])
    _, (one,) = box.waiting()
    assert box.holds(INBOX, "<1@c.test>")
    box.move([one.uid], CASES)
    assert not box.holds(INBOX, "<1@c.test>")


def test_server_that_files_sent_mail_itself(user: User) -> None:
    """With sent = "server" the desk adds no second copy."""
    box = mailbox(user, sent="server")
    box.append(SENT, mail(1), LONG_AGO)
    box.append(JOURNAL, mail(2), LONG_AGO)
    assert not box.holds(SENT, "<1@c.test>")
    assert box.holds(JOURNAL, "<2@c.test>")
    box.close()


def test_several_at_once(user: User) -> None:
    """Several mails are filed whole, with their times, into a folder that was not there."""
    box = mailbox(user)
    several = [(mail(number), LONG_AGO + timedelta(hours=number)) for number in (1, 2, 3)]
    box.append_all(SENT, several)
    box.append_all(SENT, [(mail(4), LONG_AGO)])
    begun = box.begin_append(SENT, [(mail(5), LONG_AGO), (mail(6), LONG_AGO)])
    assert box.holds(SENT, "<6@c.test>")  # heard in between
    assert begun()
    filed = list(box.all(SENT))
    assert [raw for _, raw in filed] == [mail(number) for number in (1, 2, 3, 4, 5, 6)]
    assert [arrived.received_at for arrived, _ in filed[:3]] == [at for _, at in several]
    box.close()


# --- names of folders


def test_dot_and_prefix(other_dovecot: Callable[..., User]) -> None:
    """Where folders live below INBOX and parts are joined by dots, the desk's are put there."""
    user = other_dovecot(separator=".", prefix="INBOX.")
    box = mailbox(user)
    put(user, [mail(1)])
    box.move([one.uid for one in box.waiting()[1]], HUMAN)
    box.append(SENT, mail(2), LONG_AGO)
    assert [raw for _, raw in box.all(HUMAN)] == [mail(1)]
    with person(user) as client:
        names = {name for _, _, name in client.list_folders()}
    assert {"INBOX.Mailbot.Needs a human", "INBOX.Sent"} <= names
    box.close()


@pytest.mark.parametrize(
    ("settings", "there", "expected"),
    [
        ("namespace inbox {\n mailbox Ausgang {\n auto = create\n special_use = \\Sent\n }\n}", "Sent", "Ausgang"),
        ("", "Sent Items", "Sent Items"),
        ("", "Gesendete Objekte", "Gesendete Objekte"),
        ("", "Absent", "Sent"),
    ],
)
def test_sent_folder(other_dovecot: Callable[..., User], settings: str, there: str, expected: str) -> None:
    """Copies of letters go to the folder marked \\Sent, else to one named so, else to a new one."""
    user = other_dovecot(settings, special_use=False)
    with person(user) as client:
        client.create_folder(there)
    box = mailbox(user)
    box.append(SENT, mail(1), LONG_AGO)
    with person(user, expected) as client:
        assert len(client.search("ALL")) == 1
    box.close()


def test_another_inbox(user: User) -> None:
    """The desk can live in a folder of a shared mailbox; one that does not exist is said to be missing."""
    with person(user) as client:
        client.create_folder("Complaints")
    put(user, [mail(1)], folder="Complaints")
    put(user, [mail(2)])
    box = mailbox(user, inbox="Complaints")
    _, (one,) = box.waiting()
    assert box.read([one.uid]) == {one.uid: mail(1)}
    box.move([one.uid], CASES)
    assert [raw for _, raw in box.all(CASES)] == [mail(1)]
    box.close()
    missing = mailbox(user, inbox="Complants")
    with pytest.raises(MailboxError, match=r"there is no folder 'Complants' at .*: set \[imap\] inbox") as caught:
        missing.waiting()
    assert not caught.value.transient
    missing.close()


# --- servers without MOVE


def test_copy_and_expunge_without_move(other_dovecot: Callable[..., User]) -> None:
    """With UIDPLUS, what the desk moved is expunged and what a person deleted is not."""
    user = other_dovecot(f"{POOR} UIDPLUS")
    put(user, [mail(1), mail(2)], LONG_AGO)
    put(user, [mail(3)], flags=("\\Deleted",))
    box = mailbox(user)
    _, waiting = box.waiting()
    box.move([waiting[0].uid, 4711], CASES)
    assert [(one.received_at, raw) for one, raw in box.all(CASES)] == [(LONG_AGO, mail(1))]
    with person(user) as client:
        assert len(client.search("ALL")) == 2
        assert len(client.search("DELETED")) == 1
    box.close()


def test_copy_without_uidplus(other_dovecot: Callable[..., User]) -> None:
    """Without UIDPLUS an expunge is given only where it takes nobody else's mail; what stays waits no more."""
    user = other_dovecot(POOR)
    box = mailbox(user)
    put(user, [mail(1), mail(2)])
    box.move([box.waiting()[1][0].uid], CASES)
    with person(user) as client:
        assert len(client.search("ALL")) == 1
    put(user, [mail(3)], flags=("\\Deleted",))
    box.move([box.waiting()[1][0].uid], CASES)
    assert box.waiting()[1] == ()
    assert [raw for _, raw in box.all(CASES)] == [mail(1), mail(2)]
    with person(user) as client:
        assert len(client.search("DELETED")) == 2
    box.close()


# --- when things go wrong


def test_renumbered_inbox(user: User) -> None:
    """UIDs from before a change of UIDVALIDITY read and move nothing: a transient error, then all is listed anew."""
    with person(user) as client:
        client.create_folder("Desk")
    put(user, [mail(1)], folder="Desk")
    box = mailbox(user, inbox="Desk")
    before, (one,) = box.waiting()
    box.close()
    time.sleep(1.1)  # UIDVALIDITY is a time in seconds
    with person(user) as client:
        client.delete_folder("Desk")
        client.create_folder("Desk")
    put(user, [mail(2)], folder="Desk")
    with pytest.raises(MailboxError, match="UIDVALIDITY") as caught:
        box.move([one.uid], CASES)
    assert caught.value.transient
    with pytest.raises(MailboxError, match="UIDVALIDITY"):  # until it is listed again, its numbers are worth nothing
        box.move([one.uid], CASES)
    after, (again,) = box.waiting()
    assert after != before
    assert box.read([again.uid]) == {again.uid: mail(2)}
    box.close()


def test_cut_in_the_middle(user: User, cable: Cable) -> None:
    """A connection cut in the middle of a large mail is one transient error; the next call reconnects and is whole."""
    large = mail(1, body=b"z" * 3_000_000 + b"\r\n")
    put(user, [large])
    box = mailbox(user, port=cable.port)
    _, (one,) = box.waiting()
    box.close()
    cable.cut_after = 1_200_000
    with pytest.raises(MailboxError) as caught:
        box.read([one.uid])
    assert caught.value.transient
    cable.cut_after = None
    assert box.read([one.uid]) == {one.uid: large}
    assert cable.connections == 3
    box.close()


@pytest.mark.parametrize("after", [0, 5, 60, 200, 400, 700])
def test_cut_anywhere(user: User, cable: Cable, after: int) -> None:
    """Wherever the line is cut, also during greeting and login, the error is transient and the next call works."""
    put(user, [mail(1)])
    box = mailbox(user, port=cable.port)
    cable.cut_after = after

    def until_cut() -> None:
        for _ in range(50):
            box.waiting()

    with pytest.raises(MailboxError) as caught:
        until_cut()
    assert caught.value.transient
    assert user.password not in str(caught.value)
    cable.cut_after = None
    assert len(box.waiting()[1]) == 1
    box.close()


def test_connection_lost_while_unused(user: User, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that died while nobody used it is replaced without an error."""
    box = mailbox(user, port=cable.port)
    box.waiting()
    cable.cut()
    monkeypatch.setattr(imap_connection, "TRUST_IDLE_SECONDS", -1)
    assert box.waiting()[1] == ()
    assert cable.connections == 2
    box.close()


def test_wrong_password(user: User) -> None:
    """A refused login will not pass, names user and place, and never shows the password."""
    box = mailbox(User(user.name, "wrong-secret", user.host, user.port))
    with pytest.raises(MailboxError, match=rf"refused the login of {user.name} .*\[imap\] username and") as caught:
        box.waiting()
    assert not caught.value.transient
    assert "wrong-secret" not in repr(caught.value)
    box.close()


@pytest.mark.parametrize("odd", [ODD, FOREIGN], ids=["odd", "foreign"])
def test_odd_names_and_passwords(embedded: EmbeddedMail, odd: User) -> None:
    """Quotes, spaces, braces, letters beyond ASCII: they reach the server as they are."""
    box = mailbox(User(odd.name, odd.password, HOST, embedded.imap_port))
    assert box.waiting()[1] == ()
    box.close()


def test_nobody_listens() -> None:
    """A port where nothing listens is said to be one, and may pass."""
    port = free_port()
    with pytest.raises(MailboxError, match=rf"nothing listens at 127.0.0.1:{port}") as caught:
        ImapMailbox(Account(HOST, port, "none", "x", "y")).waiting()
    assert caught.value.transient


def test_unknown_host() -> None:
    """A name that does not exist is said to be one."""
    with pytest.raises(MailboxError, match=r"name no-such-host.invalid cannot be found: check \[imap\] host"):
        ImapMailbox(Account("no-such-host.invalid", 993, "tls", "x", "y")).waiting()


def test_no_imap_server(sink: object) -> None:
    """Another kind of server on the port is recognised."""
    port = sink.port  # type: ignore[attr-defined]
    with pytest.raises(MailboxError, match="is no IMAP server") as caught:
        ImapMailbox(Account(HOST, port, "none", "x", "y")).waiting()
    assert not caught.value.transient


def test_wrong_security(dovecot: Dovecot, embedded: EmbeddedMail) -> None:
    """TLS asked where there is none is an error with what to change, never a fall-back to plain text."""
    with pytest.raises(MailboxError, match="does not begin with TLS") as caught:
        ImapMailbox(Account(HOST, dovecot.imap_port, "tls", "x", "y")).waiting()
    assert not caught.value.transient
    with pytest.raises(MailboxError, match=r'offers no STARTTLS: set .* security = "tls"'):
        ImapMailbox(Account(HOST, embedded.imap_port, "starttls", "x", "y")).waiting()
    with pytest.raises(MailboxError, match="did not answer in time"):
        ImapMailbox(Account(HOST, dovecot.imaps_port, "none", "x", "y", connect_timeout=0.5)).waiting()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificates(
    dovecot: Dovecot,
    mailbox_user: User,
    certificate: Certificate,
    security: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A self-signed certificate is refused with a sentence; once it is trusted, all works over TLS."""
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port
    box = ImapMailbox(Account("localhost", port, security, mailbox_user.name, mailbox_user.password))
    with pytest.raises(MailboxError, match=rf"certificate of localhost:{port} is not trusted .*self-signed") as caught:
        box.waiting()
    assert not caught.value.transient
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    put(mailbox_user, [mail(1)])
    _, (one,) = box.waiting()
    box.move([one.uid], CASES)
    assert [raw for _, raw in box.all(CASES)] == [mail(1)]
    assert not box.watch(0.2)
    box.close()


def test_close_never_raises(user: User, cable: Cable) -> None:
    """Closing unused, twice, and after the line was cut; a closed mailbox opens again at the next call."""
    box = mailbox(user, port=cable.port)
    box.close()
    box.waiting()
    box.close()
    box.waiting()
    cable.cut()
    box.close()
    box.close()


# --- waiting for new mail


def test_watch_wakes(user: User) -> None:
    """New mail ends the wait within about a second; without it the wait lasts as long as asked."""
    box = mailbox(user)
    began = time.monotonic()
    assert not box.watch(0.3)
    assert 0.3 <= time.monotonic() - began < 2
    threading.Timer(0.3, put, (user, [mail(1)])).start()
    began = time.monotonic()
    assert box.watch(20)
    assert time.monotonic() - began < 5
    assert not box.watch(0.2)
    box.close()


def test_watch_sees_what_came_between(user: User) -> None:
    """Mail that comes between two watches, or while the watcher is not connected, is not missed."""
    box = mailbox(user)
    box.watch(0)
    put(user, [mail(1)])
    assert box.watch(5)
    box.close()
    put(user, [mail(2)])
    assert box.watch(5)
    assert not box.watch(0)
    box.close()


@pytest.mark.parametrize("security", ["none", "tls"])
def test_mail_just_before_idle_ends_the_wait(
    mailbox_user: User, dovecot: Dovecot, certificate: Certificate, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes in one piece with the server's word that it idles."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port
    client = imap_link.connect(Account("localhost", port, security, mailbox_user.name, mailbox_user.password))
    client.select_folder(INBOX, readonly=True)
    began = time.monotonic()
    for number in (1, 2, 3):
        put(mailbox_user, [mail(number)])
        imap_idle.wait(client, 30)
    assert time.monotonic() - began < 20
    began = time.monotonic()
    imap_idle.wait(client, 0.5)
    assert time.monotonic() - began >= 0.5
    imap_link.say_goodbye(client)


def test_watch_is_not_woken_by_moves(user: User, box: ImapMailbox) -> None:
    """The desk's own moves, which shrink the inbox, are no new mail."""
    put(user, [mail(1), mail(2)])
    watcher = mailbox(user)
    watcher.watch(0)
    _, waiting = box.waiting()
    threading.Timer(0.2, box.move, ([one.uid for one in waiting], CASES)).start()
    assert not watcher.watch(1.5)
    watcher.close()


def test_watch_leaves_idle_now_and_then(user: User, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long wait is cut into slices on one connection."""
    monkeypatch.setattr(imap_idle, "IDLE_SLICE", 0.1)
    box = mailbox(user, port=cable.port)
    assert not box.watch(0.7)
    assert cable.connections == 1
    box.close()


def test_watch_reconnects_once(user: User, cable: Cable) -> None:
    """A server that ends an IDLE (restart, time limit) is connected to again, and mail that came meanwhile is seen."""
    box = mailbox(user, port=cable.port)
    box.watch(0)

    def cut() -> None:
        put(user, [mail(1)])
        cable.cut()

    threading.Timer(0.3, cut).start()
    assert box.watch(10)
    box.close()


def test_dead_server_is_no_busy_loop(user: User, cable: Cable) -> None:
    """A server gone for good in the middle of IDLE is a transient error at once, without spinning."""
    box = mailbox(user, port=cable.port)

    def cut() -> None:
        cable.broken = True
        cable.cut()

    threading.Timer(0.4, cut).start()
    began, worked = time.monotonic(), time.thread_time()
    with pytest.raises(MailboxError) as caught:
        box.watch(30)
    assert caught.value.transient
    assert time.monotonic() - began < 8
    assert time.thread_time() - worked < 0.5
    assert cable.connections == 2
    box.close()


def test_watch_without_idle(other_dovecot: Callable[..., User], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without IDLE is asked now and then."""
    monkeypatch.setattr(imap_idle, "POLL_SLICE", 0.1)
    user = other_dovecot(POOR)
    box = mailbox(user)
    assert not box.watch(0.3)
    threading.Timer(0.3, put, (user, [mail(1)])).start()
    assert box.watch(10)
    box.close()
