"""Mail as it should not be, through the whole desk: the right case and a clean letter, or with a human.

Never an exception, never a loss: each mail ends in exactly one folder, and the ledger names it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.adapters.ports import CASES, HUMAN, INBOX, NO_ACTION
from mailbot.intaking import FOLDER, HEAD, LARGEST
from mailbot.mail import message as messages
from tests.story import COMPLAINT, START, Telling
from tests.test_guard import assert_clean
from tests.worlds import MemoryWorld
from tests.writing import DESK, Letter, new_mail, reply

WORDS = COMPLAINT["text"]
HEADER = {
    "From": "Anna Smith <anna@customer.test>", "To": DESK, "Subject": "My dress",
    "Date": "Mon, 2 Mar 2026 10:00:00 +0000", "Message-ID": "<one@customer.test>",
    "Content-Type": "text/plain; charset=utf-8",
}  # fmt: skip


def mail(text: str | bytes = WORDS, **header: str | None) -> bytes:
    """A mail of Anna's; fields by name with _ for -, None leaves one out."""
    fields = {**HEADER, **{name.replace("_", "-"): value for name, value in header.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + (text.encode() if isinstance(text, str) else text)


@pytest.fixture
def telling(tmp_path: Path) -> Telling:
    """A desk in memory that has started; nothing has come yet."""
    begun = Telling(MemoryWorld(tmp_path / "desk"))
    begun.cycle()
    return begun


def take_in(telling: Telling, *raws: bytes) -> list[Letter]:
    """All in one cycle; the letters that this made."""
    before = len(telling.world.letters())
    for raw in raws:
        telling.world.deliver(raw, telling.now)
    telling.cycle()
    return telling.world.letters()[before:]


def assert_nothing_lost(telling: Telling, delivered: int) -> None:
    """Every mail lies in one folder, the inbox is empty, the ledger names each; letters are clean."""
    world = telling.world
    records = {record.key: record for record in world.ledger.mails()}
    count = 0
    for folder in (CASES, NO_ACTION, HUMAN):
        for _, raw in world.mailbox.all(folder):
            cut = len(raw) > LARGEST
            record = records[messages.read(raw[:HEAD] if cut else raw, truncated=cut).key]
            assert FOLDER[record.fate] == folder
            assert record.kind
            assert record.case == "" or world.ledger.case(record.case)
            count += 1
    assert world.folders()[INBOX] == 0
    assert count == delivered
    for letter in world.letters():
        assert_clean(letter.raw, sums=False)


def codes(letters: list[Letter]) -> list[str]:
    return sorted(f"{letter.code} to {letter.to}" for letter in letters)


E2 = ["E2 to anna@customer.test"]
ASKED = ["ask-kind to vera@shop.test"]


# ---- identification -----------------------------------------------------------------------------------------


def test_no_from(telling: Telling) -> None:
    """Nobody to answer: the va is asked, nobody else is written to."""
    assert codes(take_in(telling, mail(From=None))) == ASKED
    assert telling.world.folders()[HUMAN] == 1
    assert_nothing_lost(telling, 1)


@pytest.mark.parametrize("sender", ["", "<>", "nobody", "@", "=?utf-8?q?=0D=0A?=", ",,,", "undisclosed-recipients:;"])
def test_a_from_that_names_nobody(sender: str, telling: Telling) -> None:
    """As without one: a human looks, no letter goes to what is no address."""
    letters = take_in(telling, mail(From=sender))
    assert not [letter for letter in letters if letter.code == "E2"]
    assert_nothing_lost(telling, 1)


def test_two_from_fields_prove_nobody(telling: Telling) -> None:
    """A forged staff name beside another: no command is carried out."""
    take_in(telling, mail())
    case = telling.newest()["case"]
    raw = mail(b"close", From="mathilde@shop.test", Subject=f"[{case}]", Message_ID="<two@x>")
    letters = take_in(telling, b"From: mallory@evil.test\r\n" + raw, raw.replace(b"From: ", b"From: a@b.test, "))
    assert telling.newest()["state"] == "awaiting_form"
    assert not [letter for letter in letters if letter.to in ("mallory@evil.test", "a@b.test")]
    assert_nothing_lost(telling, 3)


def test_no_message_id(telling: Telling) -> None:
    """Answered all the same; two different mails without an id are two mails."""
    assert codes(take_in(telling, mail(Message_ID=None))) == E2
    assert codes(take_in(telling, mail("And the colour has run.", Message_ID=None))) == [
        "customer-wrote to mathilde@shop.test"
    ]
    assert len(telling.newest()["letters"]) == 2
    assert_nothing_lost(telling, 2)


def test_a_message_id_without_angle_brackets_threads(telling: Telling) -> None:
    """Forgiven: the letter answers it."""
    (letter,) = take_in(telling, mail(Message_ID="one@customer.test"))
    assert letter.mail["In-Reply-To"] == "<one@customer.test>"
    assert_nothing_lost(telling, 1)


def test_a_reused_message_id_swallows_no_mail(telling: Telling) -> None:
    """The same id with other words is another mail, and the owner sees its words."""
    assert codes(take_in(telling, mail())) == E2
    letters = take_in(telling, mail("Also, one button is missing."))
    assert codes(letters) == ["customer-wrote to mathilde@shop.test"]
    assert "one button is missing" in letters[0].text
    assert len(telling.cases()) == 1
    assert_nothing_lost(telling, 2)


def test_a_duplicate_in_the_same_cycle_is_answered_once(telling: Telling) -> None:
    """Delivered twice, as by an alias and a list; other Received fields, other line ends."""
    copy = b"Received: from mx2.shop.test\r\n" + mail()
    assert codes(take_in(telling, mail(), copy, mail())) == E2
    assert telling.world.folders()[CASES] == 3
    assert_nothing_lost(telling, 3)


def test_a_duplicate_in_a_later_cycle_is_answered_once(telling: Telling) -> None:
    """However much later; also of a mail that went to a human and was not put back."""
    assert codes(take_in(telling, mail())) == E2
    telling.now += timedelta(days=1)
    assert take_in(telling, mail()) == []
    asked = mail("Hello", Message_ID="<h@customer.test>", From="ben@elsewhere.test", Subject="Hi")
    assert codes(take_in(telling, asked)) == ASKED
    assert take_in(telling, asked) == []
    assert_nothing_lost(telling, 4)


OUTLOOK = "<AS8PR04MB8216B1A5E6D7C8F9A0B1C2D3E4F5A@AS8PR04MB8216.eurprd04.prod.outlook.com>"


@pytest.mark.parametrize("length", [len(OUTLOOK), 200, 600, 900])
def test_a_long_message_id_is_answered_intact_on_one_line(length: int, telling: Telling) -> None:
    """An 80-character Outlook id, and longer ones: In-Reply-To and References hold it whole, unfolded, unencoded."""
    long = OUTLOOK if length == len(OUTLOOK) else f"<{'x' * (length - 16)}@customer.test>"
    (letter,) = take_in(telling, mail(Message_ID=long))
    assert f"\r\nIn-Reply-To: {long}\r\n".encode() in b"\r\n" + letter.raw
    head = letter.raw.partition(b"\r\n\r\n")[0]
    assert b"=?" not in b"".join(line for line in head.split(b"\r\n") if long.encode() in line)
    assert long in str(letter.mail["References"]).split()
    answer = reply(letter, "anna@customer.test", "Anna", "How long does it take?", telling.now, 7)
    take_in(telling, answer)
    assert len(telling.cases()) == 1
    assert_nothing_lost(telling, 2)


# ---- bytes --------------------------------------------------------------------------------------------------


def _nested(depth: int) -> bytes:
    body = f"Content-Type: text/plain\r\n\r\n{WORDS}\r\n"
    for n in range(depth):
        body = f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n{body}\r\n--b{n}--\r\n'
    return mail(b"", Content_Type=None).rstrip(b"\r\n") + b"\r\n" + body.encode()


def _attached(size: int) -> bytes:
    made = EmailMessage(policy=default)
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        made[name] = HEADER[name]
    made.set_content(WORDS)
    made.add_attachment(b"\xff\xd8" + bytes(size), maintype="image", subtype="jpeg", filename="../../etc/dress.jpg")
    return bytes(made)


# What lies in the inbox -> who must hear of it.
BYTES: dict[str, tuple[Callable[[], bytes], list[str] | None]] = {
    "no such charset": (lambda: mail(Content_Type="text/plain; charset=x-nowhere"), E2),
    "bytes that are not its charset": (lambda: mail(WORDS.encode() + b" \xff\xfe\xe9 \x80"), E2),
    "utf-16 said ascii": (lambda: mail(WORDS.encode("utf-16"), Content_Type="text/plain; charset=us-ascii"), None),
    "bytes above ASCII in the header": (lambda: mail().replace(b"My dress", b"My dr\xe9ss \xff"), E2),
    "broken base64": (lambda: mail(b"!!!not base64###", Content_Transfer_Encoding="base64"), None),
    "a broken encoded word": (lambda: mail(Subject="=?utf-8?b?!!!?= =?x?q?=ZZ?= =?utf-8?q?"), E2),
    "NUL bytes": (lambda: mail(WORDS.replace(" ", "\x00 ")).replace(b"Anna", b"An\x00na"), E2),
    "bare LF": (lambda: mail().replace(b"\r\n", b"\n"), E2),
    "bare CR": (lambda: mail().replace(b"\r\n", b"\r"), None),
    "30 MB of photo": (lambda: _attached(30 * 1024 * 1024), E2),
    "200 nested parts": (lambda: _nested(200), E2),
    "2,000 nested parts": (lambda: _nested(2000), None),
    "nothing at all": (lambda: b"", []),
    "one line end": (lambda: b"\r\n", []),
    "no header": (lambda: b"\r\n" + WORDS.encode(), None),
    "no body": (lambda: mail(b""), ASKED),
    "only a header name": (lambda: b"From", None),
    "a header without end": (lambda: mail().replace(b"\r\n\r\n", b"\r\n"), None),
    "a boundary that never comes": (lambda: mail(Content_Type='multipart/mixed; boundary="zzz"'), None),
    "a boundary that is missing": (lambda: mail(Content_Type="multipart/mixed"), None),
    "a megabyte in one line": (lambda: mail(WORDS + " x" * 500_000), E2),
    "a subject of a megabyte": (lambda: mail(Subject="My dress " * 100_000), None),
    "a thousand addresses": (lambda: mail(To=", ".join(f"a{n}@b.test" for n in range(1000))), E2),
    "ten thousand fields": (lambda: b"X-A: b\r\n" * 10_000 + mail(), None),
    "a date of no calendar": (lambda: mail(Date="Xyz, 99 Foo 99999 99:99:99 +9999"), E2),
    "a date in the year 9999": (lambda: mail(Date="Fri, 31 Dec 9999 23:59:59 -1200"), E2),
    "html alone": (lambda: mail(f"<p>{WORDS}<script>x</script>", Content_Type="text/html"), E2),
    "html that never closes": (lambda: mail("<div>" * 20_000 + WORDS, Content_Type="text/html"), E2),
    "random bytes": (lambda: bytes(range(256)) * 40, None),
    "a folded From": (lambda: mail(From="Anna\r\n S\r\n\t<anna@customer.test>"), E2),
    "a list of senders in one From": (lambda: mail(From="Anna <anna@customer.test>, Ben <ben@x.test>"), None),
    "CR LF in a From": (lambda: mail(From="=?utf-8?q?Anna=0D=0ABcc:_m@evil.test?= <anna@customer.test>"), None),
}  # fmt: skip


@pytest.mark.parametrize("what", BYTES)
def test_bad_bytes(what: str, telling: Telling) -> None:
    """Understood as far as it goes, and answered; or with a human, who is told."""
    made, wanted = BYTES[what]
    letters = take_in(telling, made())
    if wanted:
        assert codes(letters) == wanted
    assert all(letter.to in ("anna@customer.test", "vera@shop.test") for letter in letters)
    assert_nothing_lost(telling, 1)
    (record,) = telling.world.ledger.mails()
    if record.fate == "human":
        assert letters, "kept for a human, and no human heard of it"
    elif record.fate == "no_action":
        assert record.why


def test_a_mail_above_the_limit_is_read_from_its_head(telling: Telling) -> None:
    """65 MB: its words come first and are understood; it is moved whole."""
    raw = _attached(50 * 1024 * 1024)
    assert len(raw) > LARGEST
    assert codes(take_in(telling, raw)) == E2
    assert telling.world.folders()[CASES] == 1
    assert_nothing_lost(telling, 1)
    assert take_in(telling) == []


def test_one_bad_mail_among_many_keeps_none_of_the_others_back(telling: Telling) -> None:
    """All of them in one inbox: each has its fate in one cycle."""
    raws = [made() for what, (made, _) in BYTES.items() if "MB" not in what and "2,000" not in what]
    good = new_mail("ben@elsewhere.test", "Ben", "My coat", WORDS.replace("dress", "coat"), telling.now, 99)
    letters = take_in(telling, *raws[:15], good, *raws[15:])
    assert "E2 to ben@elsewhere.test" in codes(letters)
    assert codes(letters).count("E2 to anna@customer.test") <= 1
    assert_nothing_lost(telling, len(raws) + 1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.binary(max_size=400)
        | st.builds(lambda cut, junk: mail()[:cut] + junk, st.integers(0, 400), st.binary(max_size=60)),
        max_size=6,
    )
)
def test_any_bytes_are_mails(tmp_path_factory: pytest.TempPathFactory, raws: list[bytes]) -> None:
    """Random bytes, and beginnings of a mail with rubbish after them: taken in, kept, named."""
    fuzzed = Telling(MemoryWorld(tmp_path_factory.mktemp("fuzz") / "desk"))
    fuzzed.cycle()
    take_in(fuzzed, *raws)
    assert_nothing_lost(fuzzed, len(raws))


# ---- who writes ---------------------------------------------------------------------------------------------


def test_a_reply_with_the_token_from_another_address(telling: Telling) -> None:
    """The customer's work address: on the case, its form counts, letters still go to the address on file alone."""
    (form,) = take_in(telling, mail())
    text = form.text
    for label, value in (("Store", "Marylebone"), ("Garment", "silk dress"), ("Kind of problem", "damaged"),
                         ("What happened", "A hole."), ("Where the garment is now", "with me"),
                         ("What would put it right", "repair"), ("Email address", "work@office.test")):  # fmt: skip
        lines = [f"{label}: {value}" if line.startswith(f"{label}:") else line for line in text.splitlines()]
        text = "\n".join(lines)
    answering = {"In-Reply-To": form.message_id, "References": form.message_id}
    raw = new_mail("work@office.test", "Anna at work", f"Re: {form.subject}", text, telling.now, 5, answering)
    letters = take_in(telling, raw)
    assert "E4 to anna@customer.test" in codes(letters)
    assert not [letter for letter in letters if letter.to == "work@office.test"]
    found = telling.newest()
    assert found["customer"]["address"] == "anna@customer.test"
    assert found["form"]["values"]["email"] == "anna@customer.test"
    assert found["state"] == "awaiting_garments"
    assert_nothing_lost(telling, 2)


def test_the_token_of_another_case_opens_nothing(telling: Telling) -> None:
    """A token with one letter changed is none: a human looks, the stranger hears nothing."""
    (form,) = take_in(telling, mail())
    forged = form.message_id.replace(form.message_id[14], "a" if form.message_id[14] != "a" else "b", 1)
    answering = {"In-Reply-To": forged, "References": forged}
    raw = new_mail("mallory@evil.test", "M", f"Re: {form.subject}", "What is the state?", telling.now, 6, answering)
    letters = take_in(telling, raw)
    assert codes(letters) == ["ask-case to vera@shop.test"]
    assert telling.newest()["state"] == "awaiting_form"
    assert_nothing_lost(telling, 2)


def test_a_mail_put_back_from_needs_a_human_is_taken_in_afresh(telling: Telling) -> None:
    """A person drags it back into the inbox, as after mending the rules: it is looked at again."""
    raw = mail("Hello, it is about my coat.", From="ben@elsewhere.test", Subject="My coat")
    assert codes(take_in(telling, raw)) == ASKED
    telling.now += timedelta(hours=1)
    telling.world.mailbox.put_back(HUMAN, "<one@customer.test>")
    assert codes(take_in(telling)) == ASKED
    assert_nothing_lost(telling, 1)
    screening = telling.world.settings.folder / "rules" / "categories.yaml"
    screening.write_text(screening.read_text().replace("complaint:\n", "complaint:\n  - about my coat\n", 1))
    telling.now += timedelta(hours=1)
    telling.world.mailbox.put_back(HUMAN, "<one@customer.test>")
    assert codes(take_in(telling)) == ["E2 to ben@elsewhere.test"]
    assert telling.world.folders()[CASES] == 1
    assert_nothing_lost(telling, 1)


# ---- the first start ----------------------------------------------------------------------------------------


def _old(count: int) -> list[bytes]:
    at = START - timedelta(days=30)
    return [new_mail(f"p{n}@old.test", f"P{n}", f"Old {n}", WORDS, at, n) for n in range(count)]


def test_old_mail_stays_in_the_inbox_unanswered(tmp_path: Path) -> None:
    """Mail older than `since` at the first start is listed to the admin once and never answered; new mail is."""
    telling = Telling(MemoryWorld(tmp_path / "desk"))
    for raw in _old(3):
        telling.world.deliver(raw, START - timedelta(days=30))
    letters = take_in(telling, mail())
    assert codes(letters) == ["E2 to anna@customer.test", "alert to ada@shop.test"]
    assert "3 mails" in " ".join(letters[0].text.split()) + " ".join(letters[1].text.split())
    for _ in range(3):
        telling.now += timedelta(days=1)
        telling.cycle()
    assert [letter.code for letter in telling.world.letters() if letter.to.endswith("old.test")] == []
    assert telling.world.folders()[INBOX] == 3
    assert [letter.code for letter in telling.world.letters()].count("alert") == 1


def test_more_than_fifty_old_mails_and_the_desk_waits_for_the_admin(tmp_path: Path) -> None:
    """Nothing at all is answered until the admin replies `go on`; then new mail is, and the old stays."""
    telling = Telling(MemoryWorld(tmp_path / "desk"))
    for raw in _old(51):
        telling.world.deliver(raw, START - timedelta(days=30))
    assert codes(take_in(telling, mail())) == ["alert to ada@shop.test"]
    telling.now += timedelta(hours=1)
    telling.cycle()
    assert codes(telling.world.letters()) == ["alert to ada@shop.test"]
    telling.act("ada replies to alert", "go on")
    assert "E2 to anna@customer.test" in codes(telling.world.letters())
    assert not [letter for letter in telling.world.letters() if letter.to.endswith("old.test")]
    assert telling.world.folders()[INBOX] == 51
    telling.now += timedelta(days=1)
    telling.cycle()
    assert telling.world.folders()[INBOX] == 51


# ---- loops --------------------------------------------------------------------------------------------------


def test_two_desks_that_answer_each_other_stop(tmp_path: Path) -> None:
    """A reply-all with two desks in it: each sends its form once, sees the other's for a machine's, and is silent."""
    ours = Telling(MemoryWorld(tmp_path / "ours"))
    theirs = Telling(MemoryWorld(tmp_path / "theirs", address="help@other.test"))
    ours.cycle()
    theirs.cycle()
    first = mail(To=f"{DESK}, help@other.test", Reply_To=f"{DESK}, help@other.test")
    take_in(ours, first)
    take_in(theirs, first)
    given_over = {id(ours): 0, id(theirs): 0}
    for _ in range(10):
        for one, other in ((ours, theirs), (theirs, ours)):
            letters = [letter for letter in one.world.letters() if letter.to == "anna@customer.test"]
            new, given_over[id(one)] = letters[given_over[id(one)] :], len(letters)
            take_in(other, *[letter.raw for letter in new])  # the other stood in Cc
    assert codes(ours.world.letters()) == E2
    assert codes(theirs.world.letters()) == E2
    assert len(ours.cases()) == len(theirs.cases()) == 1


def test_a_machine_that_says_it_is_none_cannot_loop(telling: Telling) -> None:
    """A responder without any mark answers each letter at once and asks for money: five letters a day, then silence."""
    take_in(telling, mail())
    answered = 0
    for n in range(30):
        telling.now += timedelta(minutes=1)
        letters = [letter for letter in telling.world.letters() if letter.to == "anna@customer.test"]
        if len(letters) == answered:
            break
        answered = len(letters)
        text = f"Ticket {n} opened. Please refund my money, I am unhappy with the hole."
        take_in(telling, reply(letters[-1], "anna@customer.test", "Anna", text, telling.now, 100 + n))
    assert answered == 5
    told = [letter for letter in telling.world.letters() if letter.code == "held"]
    assert [letter.to for letter in told] == ["ada@shop.test"]
    assert len(telling.cases()) == 1


def test_our_own_letter_that_comes_back_is_no_mail_of_anybody(telling: Telling) -> None:
    """Redirected to ourselves, with or without our headers: filed, answered by nothing."""
    (form,) = take_in(telling, mail())
    bare = message_from_bytes(form.raw)
    for name in ("X-Mailbot-Letter", "X-Mailbot-Case", "Auto-Submitted", "X-Auto-Response-Suppress"):
        del bare[name]
    assert take_in(telling, form.raw, bytes(bare)) == []
    assert telling.world.folders()[NO_ACTION] == 2
    assert_nothing_lost(telling, 3)
