"""Hands letters to an SMTP server, and says for each what became of it.

It decides only between accepted, refused, later and doubted. It must never send a letter twice: one that may have
gone (no answer after DATA was begun) is doubted and left to the desk. It never changes a byte of a letter, never
falls back to plain text where TLS was asked for, and never shows the password.
The one place with asyncio: one Runner on the caller's thread, and up to `connections` kept connections. Letters to the
same address go over the same connection in the order given.
RFC 5321 (4.2.1 replies, 4.5.3.2 timeouts), RFC 4954 (AUTH), RFC 3207 (STARTTLS), RFC 6531 (SMTPUTF8), RFC 1870 (SIZE).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress

import aiosmtplib

from mailbot.adapters.ports import Delivery, Parcel
from mailbot.adapters.reach import one_line
from mailbot.adapters.smtp_data import data
from mailbot.adapters.smtp_link import FAILURES, LOST, Relay, connect, say_goodbye
from mailbot.errors import PostError

ACCEPTED, REFUSED, LATER, DOUBTED = "accepted", "refused", "later", "doubted"

LOGIN_MATTERS = frozenset({530, 534, 535, 538})  # RFC 4954 section 6: about us, not about the letter
TOO_LARGE = 552  # the one refusal at MAIL FROM that is about the letter (RFC 1870 section 6.1)
# "Relay access denied", "relaying not permitted", "unable to relay": said of a recipient, but it is about our login.
# Not "User unknown in relay recipient table", which is about the recipient.
NO_RELAY = re.compile(
    r"\brelay(?:ing)?(?: access)?(?: is| was)? (?:denied|refused|rejected|prohibited|disabled)\b"
    r"|\brelay(?:ing)?(?: access)?(?: is| was)? not (?:permitted|allowed)\b"
    r"|\b(?:unable|not (?:permitted|allowed|authori[sz]ed)) to relay\b"
    r"|\b(?:can(?:not|'t)|(?:do|will)(?: not|n't)) relay\b",
    re.IGNORECASE,
)
RELAY = re.compile(r"\brelay(?:ing)?\b", re.IGNORECASE)
# The subject in an enhanced code (RFC 3463 section 3): 5.1.x is about the address, 5.7.x about rights.
SUBJECT = re.compile(r"\s*5\.([0-9]{1,3})\.[0-9]{1,3}\b")
ADDRESS, RIGHTS = "1", "7"
GOES_AWAY = 421  # "closing transmission channel", at any time (RFC 5321 section 3.8)
LONGEST_PATH = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
PATIENCE = 3  # the answer to a whole letter takes servers longest; RFC 5321 4.5.3.2.6 would have us wait 10 minutes
CANCEL_AGAIN = 0.02  # seconds; shorter than a letter takes
JUST_USED = 5.0  # seconds; servers drop connections that are left alone for longer than that, and none sooner
SLOWEST_LINE = 50_000  # bytes a second: a large letter gets the time to pass through a slow line
Answer = Delivery | PostError | None  # the last of a round is None
Answers = asyncio.Queue[Answer]

# A mailbox as it may stand in RCPT TO. What this does not know is no address anybody has.
_ADDRESS = re.compile(
    r'(?:"[^"\\\x00-\x1f\x7f]+"|[^\s"<>()\[\],;:\\@\x00-\x1f\x7f]+)@(?:[^\s"<>()\[\],;:\\@\x00-\x1f\x7f]+|\[[^\s\[\]\\]+\])'
)


class SmtpPost:
    """The post by one SMTP server; `connections`: letters on their way at once, at most."""

    def __init__(self, relay: Relay, connections: int = 3) -> None:
        self._lines = [_Line(relay) for _ in range(max(1, connections))]
        self._runner: asyncio.Runner | None = None

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Delivery]:
        """One Delivery for each parcel, as the answers come.

        Raises:
            PostError: the server takes nothing from us, and no letter was handed over.
        """
        if not parcels:
            return
        runner = self._runner = self._runner or asyncio.Runner()
        answers: Answers = asyncio.Queue()
        round_ = runner.get_loop().create_task(_round(self._lines, _by_recipient(parcels), answers))
        try:
            while True:
                for answer in runner.run(_arrived(answers)):
                    if isinstance(answer, PostError):
                        raise answer
                    if answer is None:
                        return
                    yield answer
        finally:  # also when the caller stops half-way: nothing goes on behind its back
            runner.run(_end(round_))

    def close(self) -> None:
        """Say QUIT; never raises."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        with suppress(*FAILURES, RuntimeError):
            for line in self._lines:
                runner.run(line.close())
        with suppress(*FAILURES, RuntimeError):
            runner.close()


class _Line:
    """One kept connection."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._smtp: aiosmtplib.SMTP | None = None
        self._used_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that was in use a moment ago: of one left alone this side hears no end."""
        just_used = time.monotonic() - self._used_at < JUST_USED
        return just_used and self._smtp is not None and self._smtp.is_connected

    async def ready(self) -> aiosmtplib.SMTP:
        """The connection, opened if it is not; PostError if it cannot be."""
        if self._smtp is None or not self._smtp.is_connected:
            self._smtp = await connect(self._relay)
        return self._smtp

    async def deliver(self, parcel: Parcel) -> Delivery:
        """Hand over one letter; a kept connection that turns out to be closed is opened again without a word."""
        if problem := impossible(parcel.to):
            return Delivery(parcel.message_id, REFUSED, problem)
        kept = self._smtp
        smtp = await self.ready()
        try:
            delivery = await _hand_over(smtp, parcel, self._relay)
            self._used_at = time.monotonic()
            return delivery
        except _Gone as gone:
            if smtp is not kept:  # a new connection, closed again before DATA: the server is not well
                return Delivery(parcel.message_id, LATER, str(gone))
        try:
            return await _hand_over(await self.ready(), parcel, self._relay)
        except _Gone as gone:
            return Delivery(parcel.message_id, LATER, str(gone))

    async def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            await say_goodbye(smtp)


class _Gone(Exception):
    """The connection went away before DATA was begun: nothing was handed over."""


def impossible(address: str) -> str:
    """Why no letter can go to the address, '' if one can."""
    if not _ADDRESS.fullmatch(address):
        return f"{one_line(address)!r} is not an address that mail can be sent to"
    if len(address.encode("utf-8", "replace")) > LONGEST_PATH:
        return f"the address is longer than {LONGEST_PATH} octets"
    return ""


def _by_recipient(parcels: Sequence[Parcel]) -> deque[deque[Parcel]]:
    """One queue for each recipient, so that no letter overtakes an earlier one to the same person."""
    queues: dict[str, deque[Parcel]] = {}
    for parcel in parcels:
        queues.setdefault(parcel.to.casefold(), deque()).append(parcel)
    return deque(queues.values())


async def _round(lines: Sequence[_Line], queues: deque[deque[Parcel]], answers: Answers) -> None:
    """Empty the queues over as many lines as will open; a first one opens alone, so that one refusal is not three."""
    handed: list[Delivery] = []  # also what was refused without asking the server: it is answered all the same
    working = list(lines)
    trouble: PostError | None = None
    try:
        if not all(line.is_open for line in lines):
            trouble = await _empty(lines[0], deque([queues.popleft()]), queues, handed, answers)
            working = [] if trouble and not handed else working
        while queues and working:
            del working[len(queues) :]
            ends = await asyncio.gather(*(_empty(line, queues, queues, handed, answers) for line in working))
            trouble = next((end for end in ends if end), trouble)
            working = [line for line, end in zip(working, ends, strict=True) if end is None]
        if trouble and not handed:
            answers.put_nowait(trouble)
            return
        for parcel in (parcel for queue in queues for parcel in queue):
            answers.put_nowait(Delivery(parcel.message_id, LATER, str(trouble)))
    finally:
        answers.put_nowait(None)


async def _empty(
    line: _Line,
    queues: deque[deque[Parcel]],
    back: deque[deque[Parcel]],
    handed: list[Delivery],
    answers: Answers,
) -> PostError | None:
    """Deliver queue after queue; if the server will not have this line, the rest goes back for another."""
    while queues:
        queue = queues.popleft()
        while queue:
            try:
                delivery = await line.deliver(queue[0])
            except PostError as error:
                back.appendleft(queue)
                return error
            queue.popleft()
            handed.append(delivery)
            answers.put_nowait(delivery)
    return None


async def _arrived(answers: Answers) -> list[Answer]:
    """The next answer, and those that came with it: to enter the loop for each takes as long as a command does."""
    found = [await answers.get()]
    while not answers.empty():
        found.append(answers.get_nowait())
    return found


async def _end(task: asyncio.Task[None]) -> None:
    """Wait for the round, or stop it; a mistake of ours in it is raised here."""
    while not task.done():  # a cancel that comes together with an answer is lost in Python 3.11's wait_for
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN)
    with suppress(asyncio.CancelledError):
        await task


async def _hand_over(smtp: aiosmtplib.SMTP, parcel: Parcel, relay: Relay) -> Delivery:
    """One transaction, whole or closed. Raises _Gone before DATA, PostError if the server will not have *us*."""
    try:
        return await _transaction(smtp, parcel, relay)
    except (_Gone, asyncio.CancelledError):
        smtp.close()
        raise


async def _transaction(smtp: aiosmtplib.SMTP, parcel: Parcel, relay: Relay) -> Delivery:
    """MAIL, RCPT, DATA."""
    try:
        utf8 = not (parcel.sender + parcel.to).isascii()
        if utf8 and not smtp.supports_extension("smtputf8"):
            said = f"{relay.host} cannot send to an address with characters beyond ASCII (it has no SMTPUTF8)"
            return Delivery(parcel.message_id, REFUSED, said)
        await _envelope(smtp, parcel, utf8)
    except aiosmtplib.SMTPResponseException as error:
        return await _refusal(smtp, parcel, relay, error)
    except ValueError as error:  # the address, as aiosmtplib sees it
        return Delivery(parcel.message_id, REFUSED, one_line(error))
    except LOST as error:
        raise _Gone(f"{relay.host} closed the connection before it had the letter ({one_line(error)})") from error
    patience = relay.timeout * PATIENCE + len(parcel.raw) / SLOWEST_LINE
    try:
        answer = await data(smtp, parcel.raw, patience)
    except aiosmtplib.SMTPDataError as error:
        await _forget(smtp)
        return Delivery(parcel.message_id, _after_data(error.code), one_line(f"{error.code} {error.message}"))
    except FAILURES as error:
        smtp.close()
        said = f"{relay.host} gave no answer after it had the letter ({one_line(error)}): it may have gone"
        return Delivery(parcel.message_id, DOUBTED, said)
    return Delivery(parcel.message_id, ACCEPTED, one_line(f"{answer.code} {answer.message}"))


async def _envelope(smtp: aiosmtplib.SMTP, parcel: Parcel, utf8: bool) -> None:
    options = []
    if smtp.supports_extension("size"):
        options.append(f"SIZE={len(parcel.raw)}")
    if smtp.supports_extension("8bitmime") and not parcel.raw.isascii():
        options.append("BODY=8BITMIME")
    if utf8:
        options.append("SMTPUTF8")
    encoding = "utf-8" if utf8 else "ascii"
    await smtp.mail(parcel.sender, options=options, encoding=encoding)
    await smtp.rcpt(parcel.to, encoding=encoding)


async def _refusal(
    smtp: aiosmtplib.SMTP, parcel: Parcel, relay: Relay, error: aiosmtplib.SMTPResponseException
) -> Delivery:
    """What a NO before DATA means: about the recipient, about this letter, about us, or about now."""
    said = one_line(f"{error.code} {error.message}")
    if error.code == GOES_AWAY or error.code < 0:
        raise _Gone(f"{relay.host} ended the connection ({said})") from error
    await _forget(smtp)
    at_sender = isinstance(error, aiosmtplib.SMTPSenderRefused)
    if error.code in LOGIN_MATTERS or (at_sender and error.code >= 500 and error.code != TOO_LARGE):
        raise PostError(
            f"{relay.host}:{relay.port} refuses to send from {parcel.sender} ({said})",
            "check [smtp] username and [desk] address",
            transient=False,
        ) from error
    if not at_sender and error.code >= 500 and _about_us(error.message):
        what = f"{relay.host}:{relay.port} passes on no mail for us ({said}): check [smtp] username and password"
        return Delivery(parcel.message_id, LATER, what)  # the letter is good: it leaves once the login is right
    return Delivery(parcel.message_id, REFUSED if error.code >= 500 else LATER, said)


def _about_us(refusal: str) -> bool:
    """Whether a recipient was refused because the server passes on no mail for us, not because of the recipient."""
    found = SUBJECT.match(refusal)
    subject = found.group(1) if found else ""
    return subject != ADDRESS and bool((RELAY if subject == RIGHTS else NO_RELAY).search(refusal))


def _after_data(code: int) -> str:
    """By the first digit (RFC 5321 section 4.2.1); to aiosmtplib a 2yz that it did not expect is an error too."""
    return {4: LATER, 5: REFUSED}.get(code // 100, DOUBTED)


async def _forget(smtp: aiosmtplib.SMTP) -> None:
    """RSET after a refusal; a connection that will not even do that is closed."""
    try:
        await smtp.rset()
    except FAILURES:
        smtp.close()
