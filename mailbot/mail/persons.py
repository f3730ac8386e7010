"""Decides what shows a person at work: a program that people write with, an answer, a forward.

Such marks cancel weak signs of machines: companies put List-Unsubscribe, Precedence and X-Auto-Response-Suppress on
everything that leaves the house, and people pass on what machines wrote.
"""

from __future__ import annotations

import re

from mailbot.mail.bounce_texts import DELAY_SUBJECT, FAILED_SUBJECT
from mailbot.mail.model import Message
from mailbot.mail.robot_words import acknowledges

_PROGRAMS = re.compile(
    r"outlook|apple mail|iphone mail|ipad mail|thunderbird|\bmutt\b|neomutt|evolution|kmail|foxmail|the bat!"
    r"|roundcube|squirrelmail|horde|zimbra \d|windows ?mail|windows live mail"
    r"|airmail|mailmate|sylpheed|claws mail|eudora|incredimail|em client|postbox|mailspring|spark|android"
    r"|samsung|k-9|fairemail|bluemail|mailbird|yahoomail|webservice/\d|open-xchange|sogomail|rainloop|snappymail"
    r"|coremail|qqmail|netease|\bwebmail\b|lotus notes|groupwise|pegasus|becky|gnus|alpine|nine|aquamail|orange"
    r"|laposte|libero|mail\.ru mailer|yandex|naver|proton",
    re.IGNORECASE,
)
_MACHINE_PROGRAMS = re.compile(r"mailchimp|mailer|php|campaign|newsletter|bulk|mass", re.IGNORECASE)
_EXCHANGE = ("x-ms-has-attach", "thread-topic", "x-originating-ip", "x-ms-tnef-correlator")
_MADE_BY_HAND = re.compile(
    r"^<(?:ca[a-z0-9+_=-]{20,90}@mail\.gmail\.com"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@[\w.-]{1,100})>$",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^[\s\[(]{0,4}(?:re|r|rif|fwd?|fw|wg|aw|antw|tr|rv|res|enc|i|sv|vs|vl|vb|vid|odp|pd|ynt|ilt|doorst"
    r"|doorgestuurd|atb|bls|ref|rép|rv|továbbítva|fs|isl|tá|vá|hl|va|на|отв|пер|пересл|回复|回覆|答复|转发|轉寄"
    r"|轉發|返信|転送"
    r"|fyi)(?:\s?\[\d{1,3}\])?\s?[:：]",
    re.IGNORECASE,
)  # fmt: skip
# "Jane Doe via RT": Request Tracker passes a person's words on under the person's name, with the marks of its own mail.
_THROUGH_TRACKER = re.compile(r"^[^\W\d_][\w.'’-]{0,30}(?: [^\W\d_][\w.'’-]{0,30}){1,3} via RT$", re.IGNORECASE)
_TRACKER_SUBJECT = re.compile(r"\b(?:auto-?reply|resolved|ticket created|new ticket)\b", re.IGNORECASE)
_FORWARDED = re.compile(
    r"(?m)^[>\s]{0,4}(?:-{2,} ?)?(?:forwarded message|begin forwarded message|weitergeleitete nachricht"
    r"|message (?:transféré|réexpédié)|mensaje reenviado|messaggio inoltrato|mensagem encaminhada|转发的?邮件"
    r"|转发邮件)",
    re.IGNORECASE,
)


def answers_or_forwards(message: Message) -> bool:
    """Whether the subject begins as an answer or a forward does, or the words with what a program puts above one."""
    return bool(_PREFIX.match(message.subject)) or bool(_FORWARDED.search(message.text[:2_000]))


def has_prefix(subject: str) -> bool:
    """Whether the subject is that of an answer or a forward."""
    return bool(_PREFIX.match(subject))


def written_by_postmaster(message: Message) -> bool:
    """Whether the person behind postmaster@ writes: with a program for people, under a subject of their own."""
    if message.sender is None or not message.sender.key.startswith(("postmaster", "post")):
        return False
    told = FAILED_SUBJECT.search(message.subject) or DELAY_SUBJECT.search(message.subject)
    return has_a_persons_program(message) and (not told or has_prefix(message.subject))


def speaks_through_tracker(message: Message) -> bool:
    """Whether a person of another house answers with Request Tracker, which marks all its mail as a machine's."""
    if message.sender is None or not message.header("x-rt-loop-prevention"):
        return False
    named = bool(_THROUGH_TRACKER.match(message.sender.name))
    return named and not _TRACKER_SUBJECT.search(message.subject) and not acknowledges("", message.text)


def has_a_persons_program(message: Message) -> bool:
    """Whether a program that people write with made the mail."""
    if speaks_through_tracker(message):
        return True
    program = f"{message.header('x-mailer')} {message.header('user-agent')}".strip()
    if program:
        return bool(_PROGRAMS.search(program)) and not _MACHINE_PROGRAMS.search(program.replace("mail.ru mailer", ""))
    return any(name in _EXCHANGE for name, _ in message.headers) or bool(_MADE_BY_HAND.match(message.message_id))
