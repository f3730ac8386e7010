"""The SMTP adapter against a real SMTP server that misbehaves on request."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mailbot.adapters.ports import Delivery, Parcel
from mailbot.adapters.smtp import SmtpPost, impossible
from mailbot.adapters.smtp_link import Relay
from mailbot.errors import PostError
from tests.servers import HOST, Certificate, SmtpSink, free_port

DESK = "desk@shop.test"
ANNA = "anna@customer.test"


def parcel(number: int = 1, to: str = ANNA, body: bytes = b"Hello\r\n", sender: str = DESK) -> Parcel:
    """A letter; the number is in its Message-ID and its text."""
    message_id = f"<case{number}.1.token@shop.test>"
    head = f"From: {DESK}\r\nTo: someone\r\nMessage-ID: {message_id}\r\nSubject: {number}\r\n\r\n".encode()
    return Parcel(message_id, sender, to, head + body)


def outcomes(answers: Iterator[Delivery]) -> dict[str, str]:
    """Message-ID -> outcome."""
    return {answer.message_id: answer.outcome for answer in answers}


def numbers_of(sink: SmtpSink, person: str) -> list[int]:
    """The numbers of the letters that reached a person, as they came."""
    return [int(mail.raw.split(b"Subject: ")[1].split(b"\r\n")[0]) for mail in sink.received if person in mail.to]


def send_once(post: SmtpPost, count: int = 1) -> list[str]:
    """The outcomes of a few letters to different people; the post is closed afterwards."""
    try:
        return [answer.outcome for answer in post.send([parcel(n, f"p{n}@customer.test") for n in range(count)])]
    finally:
        post.close()


@pytest.fixture
def post(sink: SmtpSink) -> Iterator[SmtpPost]:
    """The adapter on the sink."""
    made = SmtpPost(Relay(HOST, sink.port, "none", "", "", timeout=2))
    yield made
    made.close()


def test_accepted_byte_for_byte(sink: SmtpSink, post: SmtpPost) -> None:
    """A letter arrives with exactly the bytes given: dots at line starts, 8-bit text, long lines, its own envelope."""
    body = b".\r\n..dots\r\n.\r\n\r\n" + "Grüße — 您好\r\n".encode() + b"x" * 900 + b"\r\n\r\n"
    (answer,) = post.send([parcel(body=body)])
    assert (answer.message_id, answer.outcome) == (parcel().message_id, "accepted")
    assert answer.said.startswith("250")
    (mail,) = sink.received
    assert mail.raw == parcel(body=body).raw
    assert (mail.sender, mail.to) == (DESK, (ANNA,))


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\r\n\n.\r", "", "\r\n.", ".\r\n.\r\n"])
def test_dots_and_line_ends(sink: SmtpSink, post: SmtpPost, ending: str) -> None:
    """However the lines of a letter end: no dot is lost, and the server is never told that it is over before it is."""
    body = f".{ending}.{ending}..{ending}x{ending}".encode()
    (answer,) = post.send([parcel(body=body)])
    assert answer.outcome == "accepted"
    (mail,) = sink.received
    whole = b"\r\n".join(parcel(body=body).raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    assert mail.raw.removesuffix(b"\r\n") == whole.removesuffix(b"\r\n")
    (answer,) = post.send([parcel(2)])
    assert answer.outcome == "accepted"


def test_answers_come_one_by_one(sink: SmtpSink, post: SmtpPost) -> None:
    """The first Delivery is there before the last letter is sent, so that the desk can commit each."""
    answers = post.send([parcel(n) for n in range(20)])  # one recipient: one connection, in order
    assert next(answers).outcome == "accepted"
    assert len(sink.received) < 20
    assert len(list(answers)) == 19
    assert len(sink.received) == 20


def test_a_caller_that_stops_half_way_sends_nothing_more(sink: SmtpSink, post: SmtpPost) -> None:
    """Closing the iterator ends the round: no letter goes on behind the desk's back, and the post still works."""
    answers = post.send([parcel(n) for n in range(30)])
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    sent = len(sink.received)
    assert sent < 30
    assert outcomes(post.send([parcel(99)])) == {parcel(99).message_id: "accepted"}
    assert len(sink.received) == sent + 1


@pytest.mark.parametrize(
    ("answer", "outcome"), [("550 5.1.1 no such user", "refused"), ("451 4.7.1 greylisted", "later")]
)
def test_recipient_refused(sink: SmtpSink, post: SmtpPost, answer: str, outcome: str) -> None:
    """A NO to one recipient is that letter's outcome, with the server's words; the others go out on the connection."""
    sink.rcpt_answers["bad@customer.test"] = answer
    parcels = [parcel(1, "bad@customer.test"), parcel(2), parcel(3, "bad@customer.test"), parcel(4)]
    answers = list(post.send(parcels))
    assert outcomes(iter(answers)) == {
        parcels[0].message_id: outcome,
        parcels[1].message_id: "accepted",
        parcels[2].message_id: outcome,
        parcels[3].message_id: "accepted",
    }
    assert {one.said for one in answers if one.outcome == outcome} == {answer}
    assert len(sink.received) == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 <x@y.test>: Recipient address rejected: User unknown in relay recipient table", "refused"),
        ("550 5.1.2 relaying denied: no such host", "refused"),
        ("550 mailbox relay.test unknown", "refused"),
        ("554 5.7.1 <x@y.test>: Relay access denied", "later"),
        ("550 5.7.1 Unable to relay", "later"),
        ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "later"),
        ("550 relay not permitted", "later"),
        ("550 5.7.0 we relay for those who log in", "later"),
    ],
)
def test_relay_that_will_not(sink: SmtpSink, post: SmtpPost, answer: str, outcome: str) -> None:
    """Only a refusal to relay is about our login; a dead address that a relay has no entry for is dead."""
    sink.rcpt_answers[ANNA] = answer
    (delivery,) = post.send([parcel()])
    assert delivery.outcome == outcome
    assert ("check [smtp] username" in delivery.said) == (outcome == "later")


@pytest.mark.parametrize(("answer", "outcome"), [("554 5.6.0 content refused", "refused"), ("452 4.3.1 full", "later")])
def test_letter_refused_after_data(sink: SmtpSink, post: SmtpPost, answer: str, outcome: str) -> None:
    """A NO after DATA is an answer, not a doubt."""
    sink.data_answers.append(answer)
    assert [one.outcome for one in post.send([parcel(1), parcel(2)])] == [outcome, "accepted"]


@pytest.mark.parametrize(
    "address",
    [
        "", "nobody", "a@b c", "a b@c.test", "<a@b.test>", "a@b.test, c@d.test", "a@", "@b.test", "a@b\r\nDATA",
        'x@y> AUTH=<"', f"{'a' * 250}@b.test",
    ],
)  # fmt: skip
def test_impossible_address(sink: SmtpSink, post: SmtpPost, address: str) -> None:
    """What no mail can be sent to is refused without asking the server, and smuggles nothing in."""
    (answer,) = post.send([parcel(to=address)])
    assert answer.outcome == "refused"
    assert sink.connections == 0


@pytest.mark.parametrize(
    "address", ["anna@customer.test", "o'neil+x=y/z@a-b.test", '"anna b"@c.test', "a@[192.0.2.1]", "é@é.fr"]
)
def test_possible_address(address: str) -> None:
    """Unusual addresses that people have are let through."""
    assert impossible(address) == ""


def test_non_ascii_address(sink: SmtpSink, post: SmtpPost) -> None:
    """SMTPUTF8 is used where the server has it; without it the letter is refused with a sentence."""
    assert outcomes(post.send([parcel(to="zoë@café.test")])) == {parcel().message_id: "accepted"}
    assert sink.received[0].to == ("zoë@café.test",)
    sink.utf8 = False
    sink.kick()
    (answer,) = post.send([parcel(to="zoë@café.test")])
    assert answer.outcome == "refused"
    assert "SMTPUTF8" in answer.said


@pytest.mark.parametrize("mode", ["drop", "keep-drop"])
def test_dropped_after_data_is_doubted(sink: SmtpSink, post: SmtpPost, mode: str) -> None:
    """No answer after DATA: it may have gone, whether or not it has; it is not sent again."""
    sink.mode = mode
    (answer,) = post.send([parcel()])
    assert answer.outcome == "doubted"
    assert "may have gone" in answer.said
    assert len(sink.received) == (mode == "keep-drop")


def test_hanging_after_data_is_doubted(sink: SmtpSink) -> None:
    """A server that never answers DATA is waited for a while, and the next letter gets a new connection."""
    sink.mode = "hang"
    post = SmtpPost(Relay(HOST, sink.port, "none", "", "", timeout=0.3))
    began = time.monotonic()
    assert [one.outcome for one in post.send([parcel()])] == ["doubted"]
    assert time.monotonic() - began < 5
    sink.mode = ""
    assert [one.outcome for one in post.send([parcel(2)])] == ["accepted"]
    post.close()


def test_dropped_before_data_is_later(sink: SmtpSink, post: SmtpPost) -> None:
    """A connection lost before DATA has handed nothing over."""
    sink.mode = "drop-early"
    assert [one.outcome for one in post.send([parcel(1), parcel(2)])] == ["later", "later"]
    sink.mode = ""
    assert [one.outcome for one in post.send([parcel(1)])] == ["accepted"]


def test_connection_is_kept(sink: SmtpSink, post: SmtpPost) -> None:
    """Ten letters to one person, in three rounds, take one connection and keep their order."""
    for numbers in (range(4), range(4, 7), range(7, 10)):
        list(post.send([parcel(n) for n in numbers]))
    assert sink.connections == 1
    assert numbers_of(sink, ANNA) == list(range(10))


def test_three_connections_at_most_and_order_per_person(sink: SmtpSink, post: SmtpPost) -> None:
    """Many people's letters go over three connections; those of one person stay in order."""
    people = [f"person{n}@customer.test" for n in range(8)]
    parcels = [parcel(n, people[n % 8]) for n in range(48)]
    assert set(outcomes(post.send(parcels)).values()) == {"accepted"}
    assert sink.connections <= 3
    for person in people:
        numbers = numbers_of(sink, person)
        assert numbers == sorted(numbers)
        assert len(numbers) == 6


def test_server_that_allows_one_connection(sink: SmtpSink, post: SmtpPost) -> None:
    """Where further connections are refused, all letters go over the one that opened."""
    sink.most_connections = 1
    parcels = [parcel(n, f"person{n}@customer.test") for n in range(12)]
    assert set(outcomes(post.send(parcels)).values()) == {"accepted"}
    assert len(sink.received) == 12


def test_connection_closed_while_idle_is_reopened(sink: SmtpSink, post: SmtpPost) -> None:
    """A kept connection that the server closed meanwhile costs nothing but a new one."""
    list(post.send([parcel(1)]))
    sink.kick()
    assert [one.outcome for one in post.send([parcel(2)])] == ["accepted"]
    assert sink.connections == 2


def test_server_gone_in_the_middle(sink: SmtpSink, post: SmtpPost) -> None:
    """If the server goes away after some letters, those have their outcome and the rest comes later; no PostError."""
    parcels = [parcel(n, f"person{n}@customer.test") for n in range(6)]
    answers = post.send(parcels)
    first = next(answers)
    sink.stop()
    rest = list(answers)
    assert first.outcome == "accepted"
    assert len(rest) == 5
    assert {one.outcome for one in rest} <= {"later", "accepted", "doubted"}
    assert rest[-1].outcome == "later"


def test_nobody_listens() -> None:
    """No server: PostError that will pass, naming host and port; nothing was handed over."""
    port = free_port()
    with pytest.raises(PostError, match=rf"nothing listens at 127.0.0.1:{port} .*\[smtp\]") as caught:
        send_once(SmtpPost(Relay(HOST, port, "none", "", "")))
    assert caught.value.transient


def test_unknown_host() -> None:
    """A name that does not exist is said to be one."""
    with pytest.raises(PostError, match=r"name no-such-host.invalid cannot be found"):
        send_once(SmtpPost(Relay("no-such-host.invalid", 25, "none", "", "", timeout=10)))


def test_login(sink: SmtpSink) -> None:
    """AUTH with the right password, also one that is not ASCII; letters carry the login."""
    sink.users = {"desk": "pässwörd ✓"}
    post = SmtpPost(Relay(HOST, sink.port, "none", "desk", "pässwörd ✓"))
    assert send_once(post) == ["accepted"]
    assert sink.received[0].user == "desk"


def test_login_refused(sink: SmtpSink) -> None:
    """A wrong password: PostError that will not pass, tried once only, and never shown."""
    sink.users = {"desk": "right"}
    post = SmtpPost(Relay(HOST, sink.port, "none", "desk", "wrong-secret"))
    with pytest.raises(PostError, match="refused the login of desk") as caught:
        send_once(post, 5)
    assert not caught.value.transient
    assert "wrong-secret" not in repr(caught.value)
    assert len(sink.logins) == 1


def test_server_without_login(sink: SmtpSink) -> None:
    """A user name for a server that offers no AUTH is said so."""
    with pytest.raises(PostError, match="offers no login by password"):
        send_once(SmtpPost(Relay(HOST, sink.port, "none", "desk", "x")))


def test_refused_before_data_is_never_accepted(sink: SmtpSink, post: SmtpPost) -> None:
    """An unexpected 2yz at RCPT TO proves nothing about a letter that was not handed over."""
    sink.rcpt_answers[ANNA] = "252 2.5.0 cannot verify"
    assert [one.outcome for one in post.send([parcel()])] == ["later"]
    assert sink.received == []


def test_sender_refused(sink: SmtpSink, post: SmtpPost) -> None:
    """A server that will not send for our address has nothing against the customer's: PostError, not "refused"."""
    sink.mail_answer = "550 5.7.1 not your address"
    with pytest.raises(PostError, match=r"refuses to send from desk@shop.test .*\[desk\] address") as caught:
        list(post.send([parcel()]))
    assert not caught.value.transient


def test_starttls(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """STARTTLS with a certificate that is trusted, then AUTH; the connection is kept."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    sink = SmtpSink(certificate=certificate, users={"desk": "secret"}).start()
    post = SmtpPost(Relay("localhost", sink.port, "starttls", "desk", "secret"))
    try:
        assert [one.outcome for one in post.send([parcel(1), parcel(2)])] == ["accepted", "accepted"]
        assert sink.connections == 1
    finally:
        post.close()
        sink.stop()


def test_tls_from_the_start(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """security = "tls" speaks TLS at once."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    sink = SmtpSink(certificate=certificate, implicit=True).start()
    post = SmtpPost(Relay("localhost", sink.port, "tls", "", ""))
    try:
        assert [one.outcome for one in post.send([parcel()])] == ["accepted"]
    finally:
        post.close()
        sink.stop()


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
def test_self_signed_certificate(certificate: Certificate, security: str, implicit: bool) -> None:
    """A certificate nobody trusts is refused with a sentence, before any password is sent."""
    sink = SmtpSink(certificate=certificate, implicit=implicit, users={"desk": "secret"}).start()
    try:
        with pytest.raises(PostError, match=r"certificate of localhost:.* is not trusted .*self-signed") as caught:
            send_once(SmtpPost(Relay("localhost", sink.port, security, "desk", "secret")))
        assert not caught.value.transient
        assert sink.logins == []
    finally:
        sink.stop()


def test_wrong_security(sink: SmtpSink) -> None:
    """TLS asked of a server without it is an error with what to change, never a fall-back to plain text."""
    with pytest.raises(PostError, match="does not begin with TLS"):
        send_once(SmtpPost(Relay(HOST, sink.port, "tls", "", "")))
    with pytest.raises(PostError, match="offers no STARTTLS"):
        send_once(SmtpPost(Relay(HOST, sink.port, "starttls", "", "")))
    assert sink.received == []


def test_close_never_raises(sink: SmtpSink) -> None:
    """Closing twice, closing unused, closing after the server has died."""
    post = SmtpPost(Relay(HOST, sink.port, "none", "", ""))
    post.close()
    list(post.send([parcel()]))
    sink.stop()
    post.close()
    post.close()
