"""The mailbox and the post in memory behave as servers do, as far as the desk can tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailbot.adapters.memory import MemoryMailbox, MemoryPost, NullPost, ReadOnlyMailbox
from mailbot.adapters.ports import CASES, HUMAN, INBOX, SENT, Delivery, Mailbox, Parcel, Post

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def mail(id: str, extra: str = "") -> bytes:
    return f"From: a@x\r\nMessage-ID:\r\n <{id}@x>\r\n{extra}\r\nMessage-ID: <body@x>\r\n".encode()


def parcel(to: str) -> Parcel:
    return Parcel(f"<{to}>", "desk@x", to, b"x")


def test_they_are_the_ports() -> None:
    """Each can stand where the desk wants a Mailbox or a Post (mypy proves it of these lines)."""
    mailboxes: list[Mailbox] = [MemoryMailbox(), ReadOnlyMailbox(MemoryMailbox())]
    posts: list[Post] = [MemoryPost(), NullPost()]
    for mailbox in mailboxes:
        mailbox.close()
    for post in posts:
        post.close()


def test_mail_is_moved_out_of_the_inbox_once() -> None:
    """UIDs rise and are never used again; a move takes the mail out; UIDs that are gone are passed over."""
    box = MemoryMailbox(uidvalidity=7)
    assert [box.deliver(mail(id), T0) for id in "ab"] == [1, 2]
    validity, found = box.waiting()
    assert validity == 7
    assert [(one.uid, one.received_at, one.size) for one in found] == [(1, T0, len(mail("a"))), (2, T0, len(mail("b")))]
    assert box.read([2, 9, 1]) == {2: mail("b"), 1: mail("a")}
    assert box.read_head(1, 5) == mail("a")[:5]
    box.move([2, 9, 2], CASES)
    assert [one.uid for one in box.waiting()[1]] == [1]
    assert box.holds(CASES, "<b@x>")
    assert not box.holds(CASES, "<body@x>")
    assert not box.holds(INBOX, "<b@x>")
    assert not box.holds("No such folder", "<b@x>")
    assert box.fetch(CASES, "<b@x>", 1_000) == mail("b")
    assert box.fetch(CASES, "<b@x>", len(mail("b")) - 1) is None
    assert [box.fetch(folder, "<b@x>", 1_000) for folder in (INBOX, "No such folder")] == [None, None]
    assert box.fetch(CASES, "", 1_000) is None
    assert [raw for _, raw in box.all(CASES)] == [mail("b")]
    assert box.deliver(mail("c"), T0) == 3


def test_a_mail_put_back_is_new_to_the_inbox() -> None:
    """What a person drags back has a new UID and the old bytes and date, and has left the folder."""
    box = MemoryMailbox()
    box.deliver(mail("a"), T0)
    box.move([1], HUMAN)
    assert box.put_back(HUMAN, "<a@x>") == 2
    assert box.read([2]) == {2: mail("a")}
    assert box.waiting()[1][0].received_at == T0
    assert list(box.all(HUMAN)) == []
    with pytest.raises(KeyError):
        box.put_back(HUMAN, "<a@x>")


def test_a_new_uidvalidity_makes_old_uids_worthless() -> None:
    """After the server made the inbox anew, the same mails have other UIDs."""
    box = MemoryMailbox()
    for id in "abc":
        box.deliver(mail(id), T0)
    box.move([1], CASES)
    box.renumber()
    validity, found = box.waiting()
    assert (validity, [one.uid for one in found]) == (2, [1, 2])
    assert box.read([1]) == {1: mail("b")}


def test_append_and_watch() -> None:
    """Appended mails are held at once; watch says whether something came since the last look, without waiting."""
    box = MemoryMailbox()
    box.append(SENT, mail("s"), T0)
    assert box.holds(SENT, "<s@x>")
    assert not box.watch(60)
    box.deliver(mail("a"), T0)
    assert box.watch(60)
    assert not box.watch(60)


@pytest.mark.parametrize(
    ("field", "date"),
    [
        ("Date: Mon, 2 Mar 2026 10:00:00 +0100\r\n", T0),
        ("Date: Mon, 2 Mar 2026 09:00:00 -0000\r\n", T0),
        ("Date: 2 Mar 26 09:00 GMT\r\n", T0),
        ("Date: yesterday\r\n", None),
        ("Date: Mon, 99 Mar 2026 10:00:00 +9999\r\n", None),
        ("Date: Fri, 31 Dec 9999 23:00:00 -2300\r\n", None),
        ("", None),
    ],
)
def test_dates_are_the_date_headers(field: str, date: datetime | None) -> None:
    """The Date header in UTC, None where absent or unreadable; UIDs that are gone are absent."""
    box = MemoryMailbox()
    box.deliver(mail("a", field), T0 - timedelta(days=9))
    assert box.dates([1, 5]) == {1: date}
    assert ReadOnlyMailbox(box).dates([1]) == {1: date}


def test_any_bytes_can_be_delivered() -> None:
    """Rubbish has no Message-ID and no Date, and raises nothing."""
    box = MemoryMailbox()
    for raw in (b"", b"\x00\xff" * 1000, b"Message-ID: \xff\xfe\r\nDate: \xff\r\n\r\n", b":" * 200_000):
        uid = box.deliver(raw, T0.astimezone(timezone(timedelta(hours=5))))
        assert box.dates([uid]) == {uid: None}
        assert not box.holds(INBOX, "<a@x>")


def test_the_post_answers_as_scripted() -> None:
    """Refused and deferred recipients get that answer, in any case of letters; only accepted parcels are kept."""
    post = MemoryPost()
    post.refuse["Gone@x"] = "550 no such user"
    post.later.add("Slow@x")
    said = list(post.send([parcel("gone@X"), parcel("slow@x"), parcel("a@x")]))
    assert [(one.message_id, one.outcome) for one in said] == [
        ("<gone@X>", "refused"),
        ("<slow@x>", "later"),
        ("<a@x>", "accepted"),
    ]
    assert said[0] == Delivery("<gone@X>", "refused", "550 no such user")
    assert post.sent == [parcel("a@x")]


def test_a_rehearsal_reads_and_writes_nothing() -> None:
    """A read-only mailbox notes what it would do, leaves the inner one alone, and its inbox empties all the same."""
    box = MemoryMailbox()
    for id in "abc":
        box.deliver(mail(id), T0)
    looked = ReadOnlyMailbox(box)
    looked.move([1, 2], CASES)
    looked.append(SENT, mail("s"), T0)
    assert [one.uid for one in looked.waiting()[1]] == [3]
    assert looked.read([1, 3]) == {3: mail("c")}
    assert looked.read_head(3, 4) == b"From"
    assert looked.moved == {1: CASES, 2: CASES}
    assert looked.appended == [(SENT, mail("s"))]
    assert looked.holds(SENT, "<s@x>")
    assert looked.fetch(INBOX, "<a@x>", 1_000) == mail("a")
    assert list(looked.all(CASES)) == []
    assert looked.watch(0)
    assert len(box.waiting()[1]) == 3
    assert not box.holds(SENT, "<s@x>")


def test_a_null_post_accepts_and_sends_nothing() -> None:
    """Every parcel is noted and accepted."""
    post = NullPost()
    assert [one.outcome for one in post.send([parcel("a@x"), parcel("b@x")])] == ["accepted", "accepted"]
    assert [one.to for one in post.parcels] == ["a@x", "b@x"]
