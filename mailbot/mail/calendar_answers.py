"""Decides whether a mail is the calendar's answer to an invitation (RFC 5546 3.2.3, 3.2.7).

An invitation (REQUEST) is a person's, and so is its cancelling: somebody has to read it. Answers are pressed buttons.
"""

from __future__ import annotations

import re

from mailbot.mail import mime
from mailbot.mail.model import Message
from mailbot.mail.persons import answers_or_forwards

WORDS_MAX = 4_000
_ANSWERS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"})
_METHOD = re.compile(rb"(?im)^METHOD[ \t]{0,2}:[ \t]{0,2}(REPLY|COUNTER|DECLINECOUNTER|REFRESH)\b")
_TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_SUBJECT = re.compile(
    r"^(?:(?:tentatively )?accepted|tentative|declined|new time proposed|proposed new time|zugesagt|angenommen"
    r"|mit vorbehalt|abgelehnt|abgesagt|neuer terminvorschlag|accepté|accepté provisoirement|provisoire|refusé"
    r"|nouvelle heure proposée|aceptad[oa]|provisional|rechazad[oa]|nueva hora propuesta|accettat[oa]"
    r"|provvisori[oa]|rifiutat[oa]|aceito|aceite|provisório|recusado|rejeitado|geaccepteerd|voorlopig|geweigerd"
    r"|afgewezen|accepterat|avböjt|accepteret|afvist|godtatt|avslått|hyväksytty|hylätty|zaakceptowano|odrzucono"
    r"|wstępnie|přijato|odmítnuto|принято|отклонено|под вопросом|kabul edildi|reddedildi|已接受|已暂定|暂定"
    r"|已拒绝|已謝絕|已谢绝"
    r"|承諾|仮承諾|辞退|수락|거절|미정)(?: \([^)]{1,60}\))?\s?[:：]",
    re.IGNORECASE,
)


def is_answer(message: Message) -> str:
    """The evidence that a calendar answered, '' where none did."""
    types = {part.type for part in message.parts}
    if not types & _TYPES:
        return _by_subject(message, types)
    for leaf in mime.leaves(mime.parse(message.raw)[0]):
        if leaf.type not in _TYPES or (leaf.type != "text/calendar" and answers_or_forwards(message)):
            continue
        method = mime.parameter(leaf.part, "method").upper()
        found = _METHOD.search(mime.data(leaf.part)[:WORDS_MAX].replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        if method in _ANSWERS or found:
            return f"text/calendar; method={method if method in _ANSWERS else found[1].decode() if found else ''}"
    return ""


def _by_subject(message: Message, types: set[str]) -> str:
    """Outlook's answers without a calendar part: its own class of content, or TNEF, under a subject of its own."""
    if not _SUBJECT.match(message.subject):
        return ""
    if "calendarmessage" in message.header("content-class").lower():
        return f"Content-Class: {message.header('content-class')[:80]}"
    if message.sender and message.sender.key.startswith("calendar-notification@"):
        return f"From: {message.sender.address}"
    if types & {"application/ms-tnef", "application/vnd.ms-tnef"} and not message.text.strip():
        return "a meeting's answer in TNEF"
    return ""
