"""What is done by a shorter way comes out as by the long one: letters, addresses, phrases, what a step looks up."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP, default

from hypothesis import given, settings
from hypothesis import strategies as st
from mailparser.utils import get_addresses

from mailbot.cases import likeness
from mailbot.cases.around import ALONE, Around
from mailbot.cases.decide import Send, decide, looks_beyond
from mailbot.cases.model import Case
from mailbot.letters import mime
from mailbot.letters.compose import compose
from mailbot.letters.guard import Approved, approve
from mailbot.letters.mime import Envelope
from mailbot.mail import headers
from mailbot.process.calendar import knows_holidays, supported_holidays
from mailbot.process.wordlists import Hearing
from tests import ruling
from tests.ruling import DATA, IDENTITY, MONDAY, case, event, shapes, shipped

LINE = 76
LIBRARY = SMTP.clone(max_line_length=LINE)
UNFIT = re.compile("[\ue000-\uf8ff\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f]")  # what no letter holds
NAMES = st.text(alphabet="abcXYZ019 .,-+_'\"@<>()=?é名", max_size=70) | st.from_regex(
    r"[a-c]{1,9}( [a-c]{1,9}){0,9}", fullmatch=True
)
LOCALS = st.from_regex(r"[a-c0-9][a-c0-9.+_!-]{0,8}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-c0-9][a-c0-9-]{0,60}(\.[a-c0-9-]{1,9}){0,3}", fullmatch=True)
BODIES = st.text(alphabet="ab =.\t\r\n\x00\x0b\x1f\x7fé£名\ue000\ud800\u2028", max_size=300) | st.text(max_size=200)
AROUND = Around(5, 999, 10**9, (case("parked"),), (case("offered"),), ())


def approved() -> Approved:
    """A letter that the guard let out."""
    about = case("awaiting_form")
    send = Send("ask-kind", "va", "vera@shop.test")
    found = approve(compose(send, about, event("x"), 1, shipped(), IDENTITY, MONDAY), about, shipped(), False)
    assert isinstance(found, Approved)
    return found


LETTER = approved()


def written(text: str = "", html: str = "", name: str = "", to: str = "vera@shop.test") -> bytes:
    """Such a letter with other words, to somebody else."""
    envelope = Envelope(name, "desk@shop.test", name, to, "BLANC-4K7QD2M", ("<a@b>",), True)
    return mime.letter(LETTER, text, html, envelope, MONDAY)


@settings(max_examples=100, deadline=None)
@given(NAMES, LOCALS, DOMAINS)
def test_an_address_field_is_written_as_the_library_writes_it(name: str, local: str, domain: str) -> None:
    """Plain or not, short or folded: From and To hold the same bytes as if Python's mail library had written them."""
    shown = " ".join(name.split()).replace("=?", "= ?")
    try:
        value: Address | str = Address(shown, local, domain)
    except (ValueError, IndexError):
        value = f"{local}@{domain}"
    head = written(name=name, to=f"{local}@{domain}").partition(b"\r\n\r\n")[0] + b"\r\n"
    assert LIBRARY.fold_binary(*LIBRARY.header_store_parse("To", value)) in head
    desk = Address(shown, "desk", "shop.test")
    assert LIBRARY.fold_binary(*LIBRARY.header_store_parse("From", desk)) in head


@settings(max_examples=100, deadline=None)
@given(BODIES, BODIES)
def test_any_words_come_back_out_of_a_letter(text: str, html: str) -> None:
    """ASCII, lines of at most 76, no bare line end, no line for SMTP to trip over; read again, the words are there."""
    raw = written(text, html)
    assert max(map(len, raw.decode("ascii").split("\r\n"))) <= LINE
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert b"\r\n.\r\n" not in raw
    mail = message_from_bytes(raw, policy=default)
    assert not mail.defects
    plain, shown = mail.iter_parts()  # type: ignore[attr-defined]
    for part, words in ((plain, text), (shown, html)):
        lines = re.sub("\r\n?", "\n", UNFIT.sub("", words))
        assert part.get_content().replace("\r\n", "\n") == (lines if lines.endswith("\n") else lines + "\n")


@settings(max_examples=100, deadline=None)
@given(NAMES, LOCALS, DOMAINS, st.sampled_from(["{0} <{1}>", "{1}", "<{1}>", '"{0}" <{1}>', "{0}<{1}>", "{1} ({0})"]))
def test_an_address_is_read_as_mail_parser_reads_it(name: str, local: str, domain: str, shape: str) -> None:
    """The one mailbox of plain words that most fields are is the same whichever way it is read."""
    value = shape.format(name, f"{local}@{domain}")
    troubles: list[dict[str, object]] = []
    told = [(shown, address) for shown, address in get_addresses(value, defects=troubles) if address]
    found, unread = headers.addresses([value])
    assert [each.address for each in found] == [headers.one_line(address) for _, address in told]
    assert [each.name for each in found] == [
        "" if headers.text(shown) == address else headers.text(shown)[:200] for shown, address in told
    ]
    assert unread == sum(1 for each in troubles if not each["recovered"])


@settings(max_examples=100, deadline=None)
@given(st.text("abc ", max_size=25), st.text("abc ", max_size=25), st.integers(0, 25), st.integers(0, 25))
def test_words_of_another_length_are_never_alike(word: str, more: str, start: int, end: int) -> None:
    """A phrase that is passed over for its length would not have been taken for the words either."""
    said = word[:start] + more[:3] + word[min(start, end) :]
    assert likeness.as_long(said, [word]) or not likeness.alike(said, word, Hearing())


def test_a_step_that_looks_nothing_up_is_the_same_step() -> None:
    """Where an event is decided without what is around the case, knowing it would have changed nothing."""
    unasked = {name for name in ruling.events(shipped()) if not looks_beyond(event(name), shipped())}
    assert "letter_sent" in unasked  # of every letter; else nothing is saved
    assert not {"letter_failed", "complaint_came", "approved", "an_event_of_another_day"} & unasked
    assert looks_beyond(event("an_event_of_another_day"), shipped())
    for name in unasked:
        for state in (*shipped().states, "a_state_of_another_day"):
            for each in shapes(state).values():
                assert _decided(each, name, AROUND) == _decided(each, name, ALONE), (name, state)


def test_the_holidays_that_are_known_are_those_that_are_listed() -> None:
    """A name is looked up by itself: what the library lists is known, and nothing beside it."""
    listed = supported_holidays()
    assert all(map(knows_holidays, listed))
    near = {f"{name}{end}" for name in ("GB", "GB-ENG", "") for end in ("-", "-XXX", "X", " ")}
    for other in (near | {"UK", "GBR", "gb", "UK-ENG", "ENG", "United Kingdom", "__class__"}) - listed:
        assert not knows_holidays(other), other


def _decided(about: Case, name: str, around: Around) -> object:
    return decide(about, event(name, "desk", **DATA), (), shipped(), MONDAY, around)
