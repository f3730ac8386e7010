"""Photos travel with the mail that asks colleagues what happened: whole, harmless, from the right people, or never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest

from mailbot.adapters.ledger import Filter, MemoryLedger, OutboxRow
from mailbot.adapters.memory import MemoryMailbox, MemoryPost
from mailbot.adapters.ports import CASES, INBOX, Delivery, Parcel
from mailbot.desk import Desk
from mailbot.errors import MailboxError, PostError
from mailbot.letters import photos
from mailbot.letters.photos import Photo, attached, fitting, photos_in, takes_photos
from mailbot.mail import message as messages
from mailbot.process.load_letters import load_letters
from tests.story import Telling
from tests.worlds import MemoryWorld
from tests.writing import Letter

LONG = f"<{'A1B2C3' * 20}@eurprd05.prod.outlook.test>"
HEAD = (
    b"Message-ID: <4k7qd2m.5.token@shop.test>\r\nIn-Reply-To: " + LONG.encode() + b"\r\n"
    b"References: " + LONG.encode() + b"\r\n <4k7qd2m.5.token@shop.test>\r\nSubject: What happened?\r\n"
    b"From: =?utf-8?q?Caf=C3=A9?= <desk@shop.test>\r\nTo: lucy@shop.test\r\nX-Mailbot-Letter: ask-assessment\r\n"
    b"MIME-Version: 1.0\r\n"
)
KIND = b'Content-Type: multipart/alternative;\r\n boundary="=_4k7qd2m.5.token"\r\n'
BODY = (
    b"--=_4k7qd2m.5.token\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWhat happened?\r\n"
    b"--=_4k7qd2m.5.token\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>What happened?</p>\r\n"
    b"--=_4k7qd2m.5.token--\r\n"
)
LETTER = HEAD + KIND + b"\r\n" + BODY


def photo(name: str = "hole.jpg", data: bytes = b"", kind: str = "image/jpeg") -> Photo:
    return Photo(name, kind, data or name.encode("utf-8", "replace"))


def files(raw: bytes) -> list[tuple[str, str, bytes]]:
    """(name, type, bytes) of the files, as the standard library reads them."""
    mail = message_from_bytes(raw, policy=default)
    parts = list(mail.iter_attachments())  # type: ignore[attr-defined]
    assert all(part.get_content_disposition() == "attachment" for part in parts)
    return [(str(part.get_filename()), part.get_content_type(), part.get_content()) for part in parts]


def names(raw: bytes) -> list[str]:
    return [name for name, _, _ in files(raw)]


def sent(*parts: tuple[str, str, bytes], inside: bytes = b"") -> bytes:
    """A mail with such files: (type, name, bytes); and with another mail attached."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Message-ID"] = "anna@customer.test", "<1@customer.test>"
    mail.set_content("Look.")
    for kind, name, data in parts:
        mail.add_attachment(data, *kind.split("/"), filename=name)
    if inside:
        mail.add_attachment(message_from_bytes(inside, policy=SMTP))
    return mail.as_bytes()


# --- the letter


def test_the_header_stays_byte_for_byte() -> None:
    """Long ids stay unfolded and unencoded; only Content-Type is another; the letter is the first part, as it was."""
    raw = attached(LETTER, [photo()])
    assert raw.startswith(HEAD + b"Content-Type: multipart/mixed; ")
    assert KIND + b"\r\n" + BODY in raw
    before, after = (message_from_bytes(each, policy=default) for each in (LETTER, raw))
    assert {k: v for k, v in before.items() if k != "Content-Type"} == {
        k: v for k, v in after.items() if k != "Content-Type"
    }
    seen = Letter("", raw)
    assert (seen.text.strip(), seen.html.strip()) == ("What happened?", "<p>What happened?</p>")
    assert files(raw) == [("hole.jpg", "image/jpeg", b"hole.jpg")]
    assert not after.defects
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_desk_reads_its_own_letter_as_before() -> None:
    """Id, references, subject and words of a letter found in Sent are those of the letter without photos."""
    full = attached(LETTER, [photo(), photo("b.pdf", kind="application/pdf")])
    before, after = messages.read(LETTER), messages.read(full)
    assert (after.message_id, after.references, after.subject) == (before.message_id, before.references, before.subject)
    assert after.text.strip() == before.text.strip()
    assert after.header("X-Mailbot-Letter") == "ask-assessment"


def test_always_the_same_bytes_and_only_once() -> None:
    """The boundary is no chance, and a letter that has its photos takes no more."""
    raw = attached(LETTER, [photo()])
    assert raw == attached(LETTER, [photo()])
    assert takes_photos(LETTER)
    assert not takes_photos(raw)
    assert attached(raw, [photo("other.jpg")]) == raw
    assert attached(LETTER, []) == LETTER
    assert attached(b"", [photo()]) == b""


def test_any_bytes_survive() -> None:
    """What is in a file cannot end the part or begin another one."""
    hostile = b"\r\n--=_photos.0\r\n\r\n.\r\n" + KIND + BODY + bytes(range(256))
    (found,) = files(attached(LETTER, [photo(data=hostile)]))
    assert found == ("hole.jpg", "image/jpeg", hostile)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\anna\\hole.JPG", "hole.jpg"),
        ("hole\r\nBcc: everybody@shop.test.jpg", "holeBcc_ everybody@shop.test.jpg"),
        ('a";filename="b.exe', "a__filename=_b.exe.jpg"),
        ("hole\u202egpj.exe", "holegpj.exe.jpg"),
        ("evil.html", "evil.html.jpg"),
        ("evil.svg", "evil.svg.jpg"),
        ("Loch im Ärmel – 袖.jpeg", "Loch im Ärmel – 袖.jpeg"),
        ("袖" * 300 + ".jpg", "袖" * 60 + ".jpg"),
        ("%2e%2e%2fhole.jpg", "_2e_2e_2fhole.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("...", "photo 1.jpg"),
        ("\x00\ud800", "photo 1.jpg"),
        ("", "photo 1.jpg"),
    ],
)
def test_names_are_made_harmless(name: str, kept: str) -> None:
    """No path, no control, no mark that turns the name round, and the ending that the type has."""
    raw = attached(LETTER, [photo(name, b"x")])
    assert raw.startswith(HEAD)
    assert names(raw) == [kept]
    assert b"Bcc:" not in raw
    assert raw.isascii()


# --- which files, and how many


def test_photos_of_a_mail() -> None:
    """Pictures and PDFs, also of an attached mail, also where a telephone names no type; SVG and all else never."""
    jpeg, octets = "image/jpeg", "application/octet-stream"
    inner = sent((jpeg, "inside.jpg", b"5"))
    raw = sent(
        (jpeg, "a.jpg", b"1"), ("image/svg+xml", "b.svg", b"<svg/>"), ("application/pdf", "c.pdf", b"2"),
        (octets, "IMG_1.HEIC", b"3"), (octets, "run.exe", b"MZ"), ("text/html", "d.jpg", b"<html>"),
        ("image/jpg", "e", b"4"), ("image/x-icon", "f.ico", b"6"), (octets, "g.svg", b"<svg/>"),
        inside=inner,
    )  # fmt: skip
    found = [(each.name, each.type, each.data) for each in photos_in(messages.read(raw))]
    assert found == [
        ("a.jpg", jpeg, b"1"), ("c.pdf", "application/pdf", b"2"), ("IMG_1.HEIC", "image/heic", b"3"),
        ("e", jpeg, b"4"), ("inside.jpg", jpeg, b"5"),
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 500, b"Content-Type: image/jpeg\r\n\r\nnot base64", b"--\r\n" * 50])
def test_any_mail_can_be_looked_through(raw: bytes) -> None:
    """Rubbish raises nothing, and what it yields can be attached."""
    assert takes_photos(LETTER)
    assert len(names(attached(LETTER, list(photos_in(messages.read(raw)))))) <= 1


def test_a_forged_type_is_not_carried() -> None:
    """A photo is of a known type, whoever made it."""
    given = [photo(kind=kind) for kind in ("image/svg+xml", "text/html", "image/x\r\nBcc: a")]
    assert attached(LETTER, given) == LETTER


def test_each_photo_once_in_order() -> None:
    """The same bytes under two names are one photo; empty files are none."""
    given = [
        photo("b.jpg", b"1"),
        photo("a.jpg", b"2"),
        photo("again.jpg", b"1"),
        Photo("empty.jpg", "image/jpeg", b""),
    ]
    assert [each.name for each in fitting(given)] == ["b.jpg", "a.jpg"]


def test_as_many_as_a_letter_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten at most, and no more bytes than servers take; the largest are left out, the order stays."""
    many = [photo(f"{n}.jpg", b"x" * (30 - n)) for n in range(15)]
    assert [each.name for each in fitting(many)] == [f"{n}.jpg" for n in range(5, 15)]
    monkeypatch.setattr(photos, "MOST_BYTES", 60)
    assert [each.name for each in fitting(many)] == ["12.jpg", "13.jpg", "14.jpg"]
    assert [each.name for each in fitting([photo("a", b"x" * 61), photo("b", b"y")])] == ["b"]


def test_a_full_letter_passes_an_ordinary_server() -> None:
    """Postfix takes 10,240,000 bytes unless it is told otherwise."""
    full = [photo(f"{n}.jpg", bytes([n]) * (photos.MOST_BYTES // 10)) for n in range(10)]
    raw = attached(LETTER, full)
    assert len(files(raw)) == 10
    assert len(raw) < 10_240_000 - 500_000


# --- whose, and when


class Flaky(MemoryMailbox):
    """A mailbox that can stop answering when it is asked for a single mail."""

    down = False
    asked = 0

    def fetch(self, folder: str, message_id: str, most: int) -> bytes | None:
        self.asked += 1
        if self.down:
            raise MailboxError("the line is cut", transient=True)
        return super().fetch(folder, message_id, most)


class NoPost(MemoryPost):
    """A post whose server cannot be reached at times."""

    gone = False

    def send(self, parcels: list[Parcel]) -> Iterator[Delivery]:  # type: ignore[override]
        if self.gone:
            raise PostError("no server", transient=True)
        return super().send(parcels)


class FlakyWorld(MemoryWorld):
    """A desk with those two."""

    def begin_again(self) -> None:
        self.ledger, self.mailbox, self.post = MemoryLedger(), Flaky(), NoPost()
        self.desk = Desk(
            self.settings, b"k" * 32, self._rulebook, self.ledger, self.mailbox, self.post, lambda: self.now
        )


@pytest.fixture
def telling(tmp_path: Path) -> Telling:
    """A complaint with a photo, whose form is in: the till's answer is all that is missing."""
    told = Telling(FlakyWorld(tmp_path / "desk", proof=True, authserv_id="mx.shop.test"))
    told.tell({"steps": [{"anna writes": {"attachments": ["hole.jpg"]}}, {"anna fills in E2": {}}]})
    return told


def asked(telling: Telling) -> list[Letter]:
    return [letter for letter in telling.world.letters() if letter.code == "ask-assessment"]


def box(telling: Telling) -> Flaky:
    assert isinstance(telling.world.mailbox, Flaky)  # type: ignore[union-attr]
    return telling.world.mailbox  # type: ignore[union-attr,return-value]


def post(telling: Telling) -> NoPost:
    assert isinstance(telling.world.post, NoPost)  # type: ignore[union-attr]
    return telling.world.post  # type: ignore[union-attr,return-value]


YES = ("till replies to ask-garments", "yes")


def test_a_letter_never_waits_for_a_picture(telling: Telling) -> None:
    """Without the mailbox it leaves as it is, and a mailbox that failed is not asked again for the next letter."""
    box(telling).down = True
    telling.act(*YES)
    assert [names(letter.raw) for letter in asked(telling)] == [[], []]
    assert box(telling).asked == 1


def test_a_mail_that_is_gone_leaves_no_trace(telling: Telling) -> None:
    """Somebody deleted the customer's mail: the letter leaves without its photo."""
    box(telling).folders[CASES].mails.clear()
    telling.act(*YES)
    assert [names(letter.raw) for letter in asked(telling)] == [[], []]


def test_a_mail_that_was_not_moved_is_found_in_the_inbox(telling: Telling) -> None:
    """The customer's mail still lies in the inbox."""
    held = box(telling).folders
    held[INBOX].last_uid += 1_000
    for at, raw in list(held[CASES].mails.values()):
        held[INBOX].put(raw, at)
    held[CASES].mails.clear()
    telling.act(*YES)
    assert [names(letter.raw) for letter in asked(telling)] == [["hole.jpg"], ["hole.jpg"]]


def test_another_mail_under_the_same_id_is_passed_over(telling: Telling) -> None:
    """Whoever writes under a Message-ID of the customer's cannot put a file into a letter of ours."""
    held = box(telling).folders[CASES]
    for uid, (at, raw) in list(held.mails.items()):
        held.mails[uid] = (at, raw.replace(b"anna@customer.test", b"mallory@evil.test"))
    telling.act(*YES)
    assert [names(letter.raw) for letter in asked(telling)] == [[], []]


def test_a_stranger_s_files_are_never_attached(telling: Telling) -> None:
    """Not as an answer to a letter that they got hold of, and not with the case's code."""
    said = {"text": "I am her sister.", "attachments": ["trap.jpg", "trap.pdf"]}
    telling.act("mallory replies to E2", said)
    telling.act("mallory writes", {"subject": "Re: [{CODE of anna}]", **said})
    telling.act(*YES)
    parties = {mail.party for case in telling.world.ledger.cases(Filter()) for mail in case.mails}
    assert "stranger" in parties
    assert [names(letter.raw) for letter in asked(telling)] == [["hole.jpg"], ["hole.jpg"]]


def test_only_what_may_hold_a_photo_is_looked_up(telling: Telling) -> None:
    """Of three mails on the case one holds more than words; and one that came a moment ago is at hand."""
    telling.act(*YES)
    assert box(telling).asked == 1
    telling.act("anna replies to E2", {"text": "Here is a better picture of it.", "attachments": ["better.jpg"]})
    assert box(telling).asked == 2
    wrote = [letter for letter in telling.world.letters() if letter.code == "customer-wrote"]
    assert [names(letter.raw) for letter in wrote] == [["hole.jpg", "better.jpg"]]


def test_what_is_tried_again_is_the_same_bytes(telling: Telling) -> None:
    """Photos are looked up once: no server, then a server that says later, and the mailbox is not asked again."""
    post(telling).gone = True
    with pytest.raises(PostError):
        telling.act(*YES)
    first = _rows(telling)
    assert [names(row.raw) for row in first] == [["hole.jpg"], ["hole.jpg"]]
    times = box(telling).asked
    post(telling).gone = False
    post(telling).later = {row.to for row in first}
    telling.cycle()
    post(telling).later = set()
    telling.now += timedelta(hours=1)
    telling.cycle()
    assert {letter.raw for letter in asked(telling)} == {row.raw for row in first}
    assert box(telling).asked == times


def _rows(telling: Telling) -> list[OutboxRow]:
    rows = telling.world.ledger.outbox(("queued",), 100, before=datetime(2030, 1, 1, tzinfo=UTC))
    return [row for row in rows if row.letter == "ask-assessment"]


def test_a_rehearsal_has_them_too(tmp_path: Path) -> None:
    """Letters to staff leave in a rehearsal as ever, with photos; what the customer would get has the form alone."""
    telling = Telling(MemoryWorld(tmp_path / "desk", proof=True, authserv_id="mx.shop.test", mode="rehearse"))
    telling.tell({"steps": [{"anna writes": {"attachments": ["hole.jpg"]}}, {"anna fills in E2": {}}, dict([YES])]})
    assert [names(letter.raw) for letter in asked(telling)] == [["hole.jpg"], ["hole.jpg"]]
    others = [letter for letter in telling.world.letters() if letter.code != "ask-assessment"]
    carried = {letter.code: names(letter.raw) for letter in others if names(letter.raw)}
    assert list(carried) == ["E2"]
    assert [name.rpartition("-BLANC-")[0] for name in carried["E2"]] == ["complaint-form"]


# --- the front matter


def template(audience: str, attach: str) -> str:
    return f"---\nletter: X\naudience: {audience}\nsubject: x\nattach: {attach}\n---\nWords.\n"


@pytest.mark.parametrize(
    ("audience", "attach", "problem"),
    [
        ("[operations, care]", "photos", ""),
        ("owner", "photos", ""),
        ("customer", "photos", "photos stay in the house, and this letter can go to customer"),
        ("[care, till]", "photos", "photos stay in the house, and this letter can go to till"),
        ("author", "photos", "photos stay in the house, and this letter can go to author"),
        ("care", "phots", "did you mean 'photos'?"),
    ],
)
def test_letters_that_leave_the_house_carry_no_photos(audience: str, attach: str, problem: str) -> None:
    """Refused with file and line."""
    read = load_letters({"templates/en/X.md": template(audience, attach)})
    said = [str(each) for page in read.pages for each in page.problems]
    assert read.cards["X"]["en"].attach == ("" if problem else "photos")
    assert len(said) == bool(problem)
    assert all(each.startswith("templates/en/X.md:5: ") and problem in each for each in said)
