"""The signs that need no declared machine: what is enough alone, and what two of together are believed.

Header fields first, then subjects, and words of the body only beside another sign. Marks of a person at work cancel
those that companies put on everything. Decides nothing: `automatic` weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailbot.mail import machine_fields, persons, robot_words, senders
from mailbot.mail import vacation_words as vacation
from mailbot.mail.machine_fields import Found
from mailbot.mail.model import Message
from mailbot.mail.senders import is_no_reply, one_house


def sufficient(message: Message, own: frozenset[str]) -> Iterator[Found]:
    """Signs each of which is enough without any other."""
    subject = message.subject
    if vacation.automatic_subject(subject):
        yield "vacation", f"Subject: {subject[:80]}"
    if robot_words.CHALLENGE_SUBJECT.match(subject) and (
        is_challenge(message) or not persons.has_a_persons_program(message)
    ):
        yield "challenge", f"Subject: {subject[:80]}"
    elif is_challenge(message):
        yield "challenge", f"From: {message.header('from')[:80]}"
    yield from machine_fields.certain(message)
    if message.header("x-rt-loop-prevention") and not persons.speaks_through_tracker(message):
        yield "robot", f"X-RT-Loop-Prevention: {message.header('x-rt-loop-prevention')[:80]}"
    if not _own_list(message, own):
        yield from _of_lists(message)
    if robot_words.REPORT_SUBJECT.match(subject) and not persons.has_a_persons_program(message):
        yield "report", f"Subject: {subject[:80]}"
    sender = message.sender
    if sender and is_no_reply(sender.key) and not _answers_go_elsewhere(message):
        yield "receipt" if _old_receipt(message) else "robot", f"From: {sender.address}"
    elif sender and senders.is_robot(sender.key) and robot_words.WATCHING.match(subject):
        yield "robot", f"From: {sender.address}; Subject: {subject[:60]}"
    elif _old_receipt(message):
        yield "receipt", f"Subject: {subject[:80]}"


def _of_lists(message: Message) -> Iterator[Found]:
    """Precedence and the list's own fields; a person's program with nothing but `bulk` is a company's footer."""
    listed = machine_fields.of_list(message)
    ranked = machine_fields.precedence(message)
    person = persons.has_a_persons_program(message)
    if ranked and (listed or not person or ranked[0] == "vacation"):
        yield "vacation" if not listed and is_absent(message) else ranked[0], ranked[1]
    if listed:
        yield listed


def is_absent(message: Message) -> bool:
    """Whether subject or first lines say that their writer is away."""
    return vacation.absence_at_start(message.subject) or vacation.opens_with_absence(message.text)


def weak(message: Message, own: frozenset[str]) -> Iterator[Found]:
    """Signs that a person's mail can show too; two of them together are believed."""
    person = persons.has_a_persons_program(message)
    suppress = message.header("x-auto-response-suppress")
    if vacation.absence_firm(message.subject, message.text):
        yield "vacation", "Subject begins with words of absence"
        if not person and not persons.has_prefix(message.subject) and vacation.opens_with_absence(message.text):
            yield "vacation", "and so does the text"
    elif suppress and not persons.has_prefix(message.subject) and vacation.opens_with_absence(message.text):
        yield "vacation", "text begins with words of absence"
    if suppress and (not person or "x-ms-exchange-inbox-rules-loop" in dict(message.headers)):
        yield "robot", "X-Auto-Response-Suppress"
    if person or _own_list(message, own):
        return
    if message.header("list-unsubscribe"):
        yield "list", "List-Unsubscribe"
        if not message.references:
            yield "list", "no answer to anything"
    if message.header("list-post"):
        yield "list", "List-Post"
    if found := machine_fields.mass(message):
        yield found
    if message.sender and senders.is_robot(message.sender.key) and not _answers_go_elsewhere(message):
        yield "robot", f"From: {message.sender.address}"
        if robot_words.acknowledges(message.subject, message.text):
            yield "robot", "says that something was received"
    elif suppress and robot_words.acknowledges(message.subject, message.text):
        yield "robot", "says that something was received"


def is_challenge(message: Message) -> bool:
    if message.sender and message.sender.domain.endswith(robot_words.CHALLENGE_HOSTS):
        return True
    return bool(robot_words.CHALLENGE_SUBJECT.match(message.subject)) and bool(
        robot_words.CHALLENGE_WORDS.search(message.text[: vacation.WORDS_MAX]) or not message.text.strip()
    )


def _old_receipt(message: Message) -> bool:
    """ "Read: …" with the words of a receipt below, and no more: programs from before RFC 3798."""
    text = message.text.strip()
    return (
        bool(robot_words.RECEIPT_SUBJECT.match(message.subject))
        and len(text) < 900
        and bool(robot_words.RECEIPT_WORDS.search(text))
        and not message.attached
    )


def _own_list(message: Message, own: frozenset[str]) -> bool:
    """Whether the list is of the desk's own house (a group that hands its mail to the desk): its members are people."""
    topmost = dict(reversed(message.headers))
    names = ("list-post", "list-id", "mailing-list", "sender")
    said = " ".join(topmost.get(name, "") for name in names).casefold()
    hosts = {address.rpartition("@")[2] for address in own if address}
    return any(
        host in said and re.search(rf"(?:^|[@.<\s]){re.escape(host)}(?:$|[>\s;,?])", said) is not None for host in hosts
    )


def _answers_go_elsewhere(message: Message) -> bool:
    """A contact form sends from no-reply with the customer in Reply-To: a person wrote it."""
    domain = message.sender.domain if message.sender else ""
    return any(not is_no_reply(each.key) and not one_house(each.domain, domain) for each in message.reply_to)
