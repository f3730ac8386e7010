"""message.read: any bytes are a mail, and its words are the sender's own."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailbot.mail.message import read
from mailbot.mail.model import Message

HEAD = (
    b"From: Jane Doe <jane@example.com>\r\nTo: care@blanc.example\r\nSubject: My dress\r\n"
    b"Message-ID: <1@example.com>\r\n"
)


def with_head(fields: bytes, body: bytes = b"words") -> Message:
    return read(fields + b"\r\n\r\n" + body)


def with_body(content: bytes, body: bytes) -> Message:
    return read(HEAD + content + b"\r\n\r\n" + body)


def mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    inside = b"".join(b"--b1\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=b1\r\n\r\n" + inside + b"--b1--\r\n"


def test_a_plain_mail_is_read() -> None:
    """Sender, recipients, subject, date, id and text of an ordinary mail come out as written."""
    message = with_body(b"Date: Fri, 1 May 2026 10:00:00 +0100", b"It is ruined.\r\n\r\nJane\r\n")
    assert message.sender is not None
    assert (message.sender.name, message.sender.address) == ("Jane Doe", "jane@example.com")
    assert (message.from_count, message.subject, message.message_id) == (1, "My dress", "<1@example.com>")
    assert [each.address for each in message.to] == ["care@blanc.example"]
    assert message.date == datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    assert message.text == "It is ruined.\n\nJane\n"
    assert message.defects == ()


@pytest.mark.parametrize("raw", [b"", b"\x00" * 500, b"\n" * 500, b" " * 500, b"From", b":", b"\xff\xfe", b"--\n--\n"])
def test_bytes_that_are_hardly_a_mail_are_one(raw: bytes) -> None:
    """Nothing at all, NULs and fragments give a Message without sender."""
    message = read(raw)
    assert message.sender is None
    assert message.raw == raw
    assert len(message.key) == 32


def test_no_from_and_no_id() -> None:
    """A mail without From and Message-ID is read, says so, and proves nobody."""
    message = with_head(b"Subject: hello")
    assert (message.sender, message.from_count, message.message_id) == (None, 0, "")


@pytest.mark.parametrize(
    ("field", "count"),
    [
        (b"From: a@x.example, b@x.example", 2),
        (b"From: a@x.example\r\nFrom: b@x.example", 2),
        (b"From: a@x.example, <b@x.ex", 2),
        (b"From: a@x.example", 1),
        (b"From: a@x.example Jane", 0),
    ],
)
def test_from_mailboxes_are_counted_over_all_fields(field: bytes, count: int) -> None:
    """Every From mailbox counts, readable or not; a From that breaks the grammar can be answered and counts as none."""
    message = with_head(field)
    assert message.from_count == count
    assert message.sender is not None
    assert message.sender.address == "a@x.example"


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        (b"Subject: =?utf-8?q?hi=0D=0ABcc:_x@y.example?=", "hi Bcc: x@y.example"),
        (b"Subject: a\r\n b\tc", "a b c"),
        (b"Subject: \xe2\x82\xac5 \xc3\xbcber", "€5 über"),
        (b"Subject: \xfcber", "über"),
        (b"Subject: =?gb2312?B?" + base64.b64encode("裙子㐂".encode("gb18030")) + b"?=", "裙子㐂"),
        (b"Subject: =?utf-8?B?5oiR55qE6KM=?= =?utf-8?B?meWtkA==?=", "我的裙子"),
        (b"Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"Subject: =?utf-8?q?caf=C3=A9?= und =?utf-8?q?mehr?=", "café und mehr"),
        (b"Subject: =?nonsense?q?caf=C3=A9?=", "café"),
        (b"Subject: =?utf-8?B?!!!?=", ""),
        ("Subject: a\ue000b\u202ec\u2066d".encode(), "abcd"),
        (b"Subject: a\x00\x07b", "a b"),
    ],
)
def test_header_text_is_decoded_and_on_one_line(field: bytes, subject: str) -> None:
    """Encoded words, raw bytes, folds, control, private-use and bidi characters come out clean."""
    assert with_head(field).subject == subject


def test_encoded_words_are_not_decoded_where_they_could_lie() -> None:
    """An encoded word in Authentication-Results stays as written: decoded, it could say dmarc=pass."""
    message = with_head(b"Authentication-Results: mx.x; spf=fail smtp.mailfrom==?utf-8?q?=3B_dmarc=3Dpass?=")
    assert "; dmarc=pass" not in message.header("authentication-results")


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (b"Message-ID:\r\n <abc@x.example>", "<abc@x.example>"),
        (b"Message-ID: <abc\r\n def@x.example>", "<abcdef@x.example>"),
        (b"Message-ID: abc@x.example", "<abc@x.example>"),
        (b"Message-ID: <" + b"a" * 90 + b"@x.example>", "<" + "a" * 90 + "@x.example>"),
        (b"Message-ID:", ""),
        (b"X: y", ""),
    ],
)
def test_message_ids_are_repaired(field: bytes, found: str) -> None:
    """Folded, spaced, bare and very long ids are kept whole; none is ''."""
    assert with_head(field).message_id == found


def test_references_run_from_the_nearest_to_the_farthest() -> None:
    """In-Reply-To first, then References backwards, no repeats, at most 50."""
    message = with_head(b"References: <1@x> <2@x>\r\n <3@x>\r\nIn-Reply-To: <3@x>")
    assert message.references == ("<3@x>", "<2@x>", "<1@x>")
    many = with_head(b"References: " + b" ".join(b"<%d@x>" % n for n in range(80)))
    assert len(many.references) == 50
    assert many.references[0] == "<79@x>"


@pytest.mark.parametrize(
    "date", [b"", b"yesterday", b"Mon, 99 Foo 2026", b"Mon, 1 Jan 0001 00:00:00 +1400", b"31 Feb 2026 10:00 +0000"]
)
def test_unreadable_dates_are_none(date: bytes) -> None:
    """A Date that names no real time is None."""
    assert with_head(b"Date: " + date).date is None


def test_plain_text_wins_over_html_unless_it_is_empty() -> None:
    """Of alternatives the plain words count; an empty plain part gives way to what a reader of the HTML sees."""
    html = b"Content-Type: text/html\r\n\r\n<p>from html</p>"
    full = read(mixed(b"Content-Type: text/plain\r\n\r\nfrom plain", html, kind=b"alternative"))
    empty = read(mixed(b"Content-Type: text/plain\r\n\r\n \r\n", html, kind=b"alternative"))
    assert full.text.strip() == "from plain"
    assert empty.text.strip() == "from html"


def test_attachments_are_listed_and_not_read_as_words() -> None:
    """A text file sent along is a part with name and size, never words of the sender."""
    message = read(
        mixed(
            b"Content-Type: text/plain\r\n\r\nmy words",
            b"Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment\r\n\r\nnot mine",
            b'Content-Type: image/jpeg; name="=?utf-8?q?../r=C3=B6ck.jpg?="\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"12345"),
        )
    )
    assert message.text.strip() == "my words"
    assert [(part.type, part.name, part.bytes) for part in message.parts] == [
        ("text/plain", "", 8),
        ("text/plain", "notes.txt", 8),
        ("image/jpeg", "../röck.jpg", 5),
    ]


def test_winmail_is_a_part_like_any_other() -> None:
    """Outlook's TNEF attachment is kept and named, not decoded."""
    tnef = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx"
    message = read(mixed(b"Content-Type: text/plain\r\n\r\nhi", tnef))
    assert ("application/ms-tnef", "winmail.dat") in [(part.type, part.name) for part in message.parts]


def test_words_of_an_attached_mail_are_not_the_senders() -> None:
    """A forwarded .eml is in `attached`, with its own sender, and not in the text."""
    inner = b"From: cust@example.com\r\nSubject: ruined\r\nMessage-ID: <2@x>\r\n\r\ninner words"
    note, carrier = b"Content-Type: text/plain\r\n\r\nplease see", b"Content-Type: message/rfc822\r\n\r\n"
    message = read(mixed(note, carrier + inner))
    assert "inner words" not in message.text
    assert [each.subject for each in message.attached] == ["ruined"]
    assert message.attached[0].sender is not None
    assert message.attached[0].sender.address == "cust@example.com"
    assert message.attached[0].text.strip() == "inner words"


def test_an_attached_mail_in_base64_is_read() -> None:
    """Some programs encode message/rfc822 against RFC 2046 5.2.1."""
    inner = base64.encodebytes(b"From: cust@example.com\nSubject: ruined\n\ninner")
    message = read(mixed(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner))
    assert [each.subject for each in message.attached] == ["ruined"]


def test_attached_mails_are_bounded() -> None:
    """At most 20 attached mails are read, at most five deep."""
    part = b"Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n\r\nx"
    assert len(read(mixed(*[part] * 40)).attached) == 20
    message, depth = read(b"".join(b"From: a%d@b\nContent-Type: message/rfc822\n\n" % n for n in range(30))), 0
    while message.attached:
        message, depth = message.attached[0], depth + 1
    assert depth == 5


@pytest.mark.parametrize("count", [200, 20_000])
def test_deep_nesting_is_read(count: int) -> None:
    """200 nested multiparts give their text; 20,000 are a mail all the same."""
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(count))
    message = read(b"From: a@b.example\nSubject: deep\n" + nested + b"Content-Type: text/plain\n\ninside\n")
    assert message.subject == "deep"
    assert message.sender is not None
    if count == 200:
        assert message.text.strip() == "inside"
    else:
        assert message.defects


def test_format_flowed_lines_are_put_together() -> None:
    """Soft line breaks are joined at the same quote depth; the signature delimiter stays alone."""
    text = b"a long \r\nline\r\n> quoted \r\n> too\r\n-- \r\nJane \r\nDoe\r\n"
    message = with_body(b"Content-Type: text/plain; format=flowed", text)
    assert message.text == "a long line\n> quoted too\n-- \nJane Doe\n"


def test_html_quotes_get_marks_and_hidden_text_is_silent() -> None:
    """<blockquote> becomes '> ', display:none is not said, a mail link with only a name says its address."""
    html = (
        b"<div>yes</div><div style='display:none'>secret</div>"
        b"<blockquote>old<blockquote>older</blockquote></blockquote><a href='mailto:jane@example.com'>Jane</a>"
    )
    message = with_body(b"Content-Type: text/html", html)
    assert message.text.split("\n") == ["yes", "> old", "> > older", "Jane <jane@example.com>"]


def test_text_has_no_control_or_private_characters() -> None:
    """The letters room uses U+E000-U+F8FF as marks, so no mail may bring its own."""
    message = with_body(b"Content-Type: text/plain; charset=utf-8", "a\ue000b\x00c\x1bd\u2028e\r\nf".encode())
    assert message.text == "abcd\ne\nf"


def test_the_key_is_the_same_for_every_delivery() -> None:
    """Received lines and line ends do not matter; From, Date, Subject, id and text do."""
    one = read(HEAD + b"Date: Fri, 1 May 2026 10:00:00 +0100\r\n\r\nwords\r\n")
    other = read(b"Received: by mx\r\n" + HEAD + b"Date: Fri, 1 May 2026 10:00:00 +0100\r\n\r\nwords \r\n\r\n")
    assert one.key == other.key
    changes = (b"jane@", b"joan@"), (b"dress", b"coat"), (b"<1@", b"<2@"), (b"10:00", b"11:00"), (b"words", b"word")
    assert len({read(one.raw.replace(old, new)).key for old, new in changes} | {one.key}) == 6


def test_a_mail_read_in_part_says_so() -> None:
    """truncated is a defect, for the log and for people."""
    assert any("beginning" in each for each in read(HEAD + b"\r\nx", truncated=True).defects)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    """read never raises, and all it gives can be written as UTF-8."""
    message = read(raw)
    "".join([message.text, message.subject, *(value for _, value in message.headers)]).encode("utf-8")


PIECES = st.sampled_from(
    [
        b"From: a@b.example\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n", b"\r\n", b"--x\r\n", b"--x--\r\n",
        b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: text/html\r\n",
        b"Content-Type: text/plain; charset=\xff\r\n", b"=?utf-8?q?=?=", b"<div><blockquote>", b"\x00", b"Date: x\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n", b"=E2=82", b"Subject: =?x?B?x?=\r\n", b"\xff\xfe",
        b"Content-Type: message/delivery-status\r\n", b"Content-Disposition: attachment; filename*0*=''%ff\r\n",
        b"text ", b"To: <<(\r\n",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@example([b"Content-Type: text/plain; charset=\xff\r\n", b"\x00", b"From: a@b.example\r\n", b"\xff\xfe"])
@given(st.lists(PIECES, max_size=25))
def test_shuffled_pieces_of_mail_are_a_mail(pieces: list[bytes]) -> None:
    """Broken MIME in any order is read."""
    read(b"".join(pieces)).text.encode("utf-8")
