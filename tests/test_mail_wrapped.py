"""What is wrapped inside a mail is read where it can be, and said where it cannot; its files are files."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.letters.photos import photos_in
from mailbot.mail import armour, attachments, cms, encoded_words, enriched, flowed, parameters, rtf, tnef, transfer
from mailbot.mail.message import read

MAILS = Path(__file__).parent / "mails" / "bytes"
HEAD = b"From: jane@example.com\r\nSubject: x\r\n"
PHOTO = b"\xff\xd8\xff\xe0 a photo \xff\xd9"


def mail(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def test_files_of_winmail_are_files_and_photos() -> None:
    """The photo in winmail.dat is reached under its long name; the words in there are no file."""
    message = read(mail("winmail-alone"))
    found = attachments.files(message)
    assert [(each.type, each.name) for each in found] == [
        ("application/ms-tnef", "winmail.dat"),
        ("application/octet-stream", "kleid grün.jpg"),
    ]
    assert found[1].data.startswith(b"\xff\xd8")
    assert [photo.data for photo in photos_in(message)] == [found[1].data]


def test_files_of_attached_mails_are_reached_one_level_deep() -> None:
    """A colleague forwards the customer's mail as attachment: its photo is among the files, the mail itself is not."""
    found = attachments.files(read(mail("mail-in-mail-in-base64")))
    assert [(each.type, each.name) for each in found] == [("image/jpeg", "dress.jpg")]


def test_files_are_bounded() -> None:
    """No more than FILES_MAX files are handed out."""
    part = b"--x\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 300 + b"--x--\r\n"
    assert len(attachments.files(read(raw))) == attachments.FILES_MAX


@pytest.mark.parametrize("name", ["smime-sealed", "pgp-sealed", "pgp-mime-sealed"])
def test_what_is_encrypted_is_said(name: str) -> None:
    """An encrypted mail has no words and says why, so that a person is asked."""
    message = read(mail(name))
    assert message.text.strip() == ""
    assert any("encrypted" in each for each in message.defects)


@pytest.mark.parametrize("name", ["empty", "only-header", "empty-with-photo"])
def test_a_mail_without_words_says_so(name: str) -> None:
    """Where nothing readable is left the text is empty and a defect says it."""
    message = read(mail(name))
    assert message.text.strip() == ""
    assert "no words could be read" in message.defects


def test_an_ordinary_mail_has_no_defect() -> None:
    """A defect means something: an ordinary mail with a photo has none."""
    assert read(mail("related-in-mixed")).defects == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [("wrong-boundary", "boundary"), ("no-end-boundary", "no end"), ("no-blank-line", "no blank line"),
     ("two-subjects", "more than one subject"), ("header-cut-in-two", "blank line inside"),
     ("undeclared-multipart", "not declared"), ("utf8-unknown-name", "unknown charset")],
)  # fmt: skip
def test_what_was_mended_is_said(name: str, said: str) -> None:
    """What a sender got wrong stands among the defects, in words."""
    assert any(said in each for each in read(mail(name)).defects), read(mail(name)).defects


def test_an_attached_mail_keeps_its_bytes() -> None:
    """The raw bytes of an attached mail are those that lie in the outer one: its seen key and signatures hold."""
    inner = b"From: c@example.com\r\nSubject:   odd   blanks\r\n\tand folds\r\n\r\nFrom here on: words\r\n\r\n"
    carrier = b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--x--\r\n"
    message = read(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + carrier)
    assert message.attached[0].raw == inner


def test_a_photo_keeps_its_bytes_whatever_its_encoding() -> None:
    """Base64, binary and quoted-printable give the same photo."""
    for encoding, data in ((b"base64", base64.encodebytes(PHOTO)), (b"binary", PHOTO), (b"8bit", PHOTO)):
        part = (
            b"--x\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: "
            + encoding
            + b"\r\n\r\n"
            + data.rstrip(b"\n")
        )
        message = read(HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part + b"\r\n--x--\r\n")
        assert [each.data for each in attachments.files(message)] == [PHOTO], encoding


def test_rich_text_packed_by_back_references_is_unpacked() -> None:
    """The example of MS-OXRTFCP 4.1.1."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert rtf.unpacked(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_html_hidden_in_rich_text_comes_out_as_html() -> None:
    """MS-OXRTFEX: the tags in \\htmltag groups, the text outside, and nothing between \\htmlrtf and \\htmlrtf0."""
    said, markup = rtf.words(
        b"{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf hidden\\htmlrtf0 It is {\\*\\htmltag84 <b>}ruined"
        b"{\\*\\htmltag92 </b>} \\u8364?5{\\*\\htmltag72 </p>}}"
    )
    assert (said, markup) == ("<p>It is <b>ruined</b> €5</p>", True)


NODES = st.deferred(
    lambda: st.one_of(
        st.sampled_from([
            b"Content-Type: text/plain\r\n\r\nwords", b"Content-Type: text/html\r\n\r\n<p>words", b"\r\nwords", b"",
            b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/", b"Content-Type: x\r\n",
            b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\nFinal-Recipient: rfc822; a@b",
            b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00\x01", b"begin 644 a\r\n#AAA\r\nend",
            b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHAqCA",
        ]),
        st.tuples(
            st.sampled_from(["mixed", "alternative", "related", "digest", "signed", "encrypted", "report", "x"]),
            st.sampled_from(["a", "a1", "b", "", "--", "a b"]), st.lists(NODES, max_size=4),
            st.booleans(), st.booleans(),
        ).map(lambda drawn: multipart(*drawn)),
        NODES.map(lambda inner: b"Content-Type: message/rfc822\r\n\r\nFrom: c@example.com\r\n" + inner),
    )
)  # fmt: skip


def multipart(kind: str, boundary: str, inside: list[bytes], ended: bool, told: bool) -> bytes:
    mark = b"--" + boundary.encode()
    declared = f'; boundary="{boundary if told else "other"}"'
    body = b"".join(mark + b"\r\n" + each + b"\r\n" for each in inside)
    return f"Content-Type: multipart/{kind}{declared}\r\n\r\n".encode() + body + (mark + b"--\r\n" if ended else b"")


@settings(max_examples=80, deadline=None)
@given(NODES)
def test_any_structure_is_read_and_its_leaves_are_all_listed(structure: bytes) -> None:
    """Nested parts of every kind, with and without ends, under right and wrong boundaries."""
    message = read(HEAD + structure)
    message.text.encode("utf-8")
    attachments.files(message)
    assert message.parts
    assert message.text.strip() or message.defects or message.attached


READERS = [
    cms.opened, tnef.read, rtf.unpacked, rtf.words, transfer.uuencoded, lambda data: transfer.decode(data, "base64"),
    lambda data: transfer.decode(data, "x-yenc"), lambda data: transfer.decode(data, "", words=True),
    lambda data: parameters.parameters("a/b;" + data.decode("latin-1")),
    lambda data: encoded_words.decode("=?utf-8?q?" + data.decode("latin-1")),
    lambda data: armour.read(data.decode("latin-1")), lambda data: enriched.to_text(data.decode("latin-1")),
    lambda data: flowed.joined(data.decode("latin-1"), True),
]  # fmt: skip
STARTS = [
    b"",
    tnef.SIGNATURE,
    b"{\\rtf1",
    b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80",
    b"begin 644 a\n",
    b"=ybegin name=a\n",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_no_reader_raises(start: bytes, data: bytes) -> None:
    """Any bytes after a true beginning go through every reader of the room."""
    for each in READERS:
        each(start + data)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(path.stem for path in MAILS.glob("*.eml"))), st.data())
def test_bent_mails_are_read(name: str, data: st.DataObject) -> None:
    """A mail of the corpus with bytes cut out, doubled or changed is still a mail."""
    raw = mail(name)
    at, length = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 200))
    instead = data.draw(st.one_of(st.binary(max_size=20), st.just(raw[at : at + length] * 2)))
    message = read(raw[:at] + instead + raw[at + length :])
    (message.text + message.subject).encode("utf-8")
    attachments.files(message)
