"""Decides whether a mail is a delivery report, about whom, whether it is final, and which letter came back.

Must never take a person's mail that quotes a bounce for one: without a report part or a server as its
sender, nothing in the text counts. Carries out RFC 3464 (delivery status), RFC 6522 (multipart/report),
RFC 3461 4 (original recipient). The formats from before are read by `bounce_reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.mail import bounce_reading, mime, permanence, report_parts, returned
from mailbot.mail.bounce_reading import RECIPIENTS_MAX
from mailbot.mail.bounce_texts import FAILED_SUBJECT
from mailbot.mail.model import Bounce, Message
from mailbot.mail.persons import answers_or_forwards, has_a_persons_program, written_by_postmaster
from mailbot.mail.report_parts import REPORT_MAX, STATUS, ReportPart
from mailbot.mail.senders import from_nowhere, from_server, is_gateway, is_no_reply
from mailbot.mail.senders import is_server as is_server

_FAILED = ("fail", "error", "expired", "undeliver", "reject", "bounce", "permanent")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:@\"\x00-\x1f]{1,128}@[\w#-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_FIELD = re.compile(r"^([A-Za-z][\w-]{1,60})[ \t]{0,4}:[ \t]{0,8}(.*)$")


@dataclass(slots=True)
class Outcomes:
    """Recipients by what became of them."""

    hard: list[str]
    soft: list[str]
    waiting: list[str]
    reached: bool = False

    def __bool__(self) -> bool:
        return bool(self.hard or self.soft or self.waiting)


def bounce(message: Message) -> Bounce | None:
    """The delivery report that this mail is; None for everything else, also for reports of success.

    permanent: the address is dead or was given up, which a full mailbox or mail taken for spam does not say; then the
    letter is refused. Neither: the server still tries.
    """
    if not could_be_report(message):
        return None
    message = _unwrapped(message)
    reports = report_parts.of(message)
    leaves = list(mime.leaves(mime.parse(message.raw[:REPORT_MAX])[0]))
    outcomes = _delivery_status(message, reports)
    if report_parts.refuses(message, reports):
        outcomes.soft += _receipt_recipients(message, reports)
    if not outcomes and not outcomes.reached:
        outcomes = _older_formats(message, leaves)
    if not outcomes:
        return None
    recipients = tuple(dict.fromkeys([*outcomes.hard, *outcomes.soft] or outcomes.waiting))[:RECIPIENTS_MAX]
    refused = bool(outcomes.soft) and not outcomes.hard
    return Bounce(recipients, bool(outcomes.hard), returned.original_id(message, leaves, reports), refused)


def tells_of_success(message: Message) -> bool:
    """Whether the report says only that the letter arrived or went on (RFC 3464 2.3.3)."""
    outcomes = _delivery_status(message, report_parts.of(message))
    return outcomes.reached and not outcomes


def could_be_report(message: Message) -> bool:
    """Whether a server wrote this mail: a report part, a null return path, or a server's name as sender."""
    if message.header("content-type").lower().startswith("multipart/report"):
        reports = report_parts.of(message)
        kinds = {part.kind for part in reports}  # a receipt or a complaint carries the words of what it is about
        return STATUS in kinds or not kinds or report_parts.refuses(message, reports)
    if message.header("content-type").lower().startswith("message/delivery-status"):
        return True
    if from_nowhere(message):
        return True
    if message.header("x-failed-recipients") and not answers_or_forwards(message):
        return True
    if from_server(message):
        return not written_by_postmaster(message)
    status = any(part.kind == STATUS for part in report_parts.of(message))
    robot = message.sender is None or (is_no_reply(message.sender.key) and bool(message.attached))
    inside = status or robot or (message.sender is not None and is_gateway(message.sender.key))
    hand = message.sender is not None and has_a_persons_program(message)  # a program alone is nobody without an address
    person = answers_or_forwards(message) or hand
    return inside and not person and bool(FAILED_SUBJECT.search(message.subject))


def _unwrapped(message: Message) -> Message:
    """The report inside what a gateway made of it (InterScan sends the whole one on as a file)."""
    inner = message.attached[0] if message.attached else None
    if inner is None or any(part.kind == STATUS for part in report_parts.of(message)):
        return message
    return inner if inner.header("content-type").lower().startswith("multipart/report") else message


def _receipt_recipients(message: Message, reports: tuple[ReportPart, ...]) -> Iterator[str]:
    """Who refused the letter, by a receipt that says so; the address lives (RFC 5429 2.2.1, RFC 8098 3.2.6)."""
    own = message.sender.key if message.sender else ""
    for part in reports:
        if part.kind == report_parts.RECEIPT:
            fields = _fields(part.text)
            address = _typed(fields.get("original-recipient", ""), own)
            address = address or _typed(fields.get("final-recipient", ""), own)
            yield from [address] if address else []


def _delivery_status(message: Message, reports: tuple[ReportPart, ...]) -> Outcomes:
    """The recipients by the fields of each (RFC 3464 2.3), and what the fields leave open by the report's words."""
    found = Outcomes([], [], [])
    kinds: bounce_reading.Kinds | None = None
    own = message.sender.key if message.sender else ""
    for fields in _recipient_fields(message, reports):
        action = fields.get("action", "").split("(")[0].strip().lower()
        status = permanence.statuses(fields.get("status", ""))
        address = _typed(fields.get("original-recipient", ""), own) or _typed(fields.get("final-recipient", ""), own)
        address = address or _typed(fields.get("x-actual-recipient", ""), own)
        failed = action.startswith(_FAILED) or (not action and status.startswith("5"))
        delayed = action.startswith("delay") or (not action and status.startswith("4"))
        if not failed and not delayed:
            found.reached = found.reached or bool(action)
        elif address and delayed:
            found.waiting.append(address)
        elif address:
            kinds = kinds or bounce_reading.Kinds(bounce_reading.own_words(message))
            kind = kinds.of(address, status, _because(fields))
            (found.hard if kind == permanence.HARD else found.soft).append(address)
    return found


def _because(fields: dict[str, str]) -> str:
    """The server's own reason, with the comment behind the status; '' where it gave none."""
    said, comment = fields.get("diagnostic-code", ""), fields.get("status", "").partition("(")[2]
    return f"{said} {comment}" if said or permanence.says_why(comment) else ""


def _recipient_fields(message: Message, reports: tuple[ReportPart, ...]) -> Iterator[dict[str, str]]:
    """The blocks of fields that speak of one recipient each; from the text where a server broke the structure."""
    texts = [part.text for part in reports if part.kind == STATUS]
    if not any("recipient" in text.lower() for text in texts) and "final-recipient" in message.text.lower():
        texts = [message.text[: report_parts.TEXT_MAX]]
    count = 0
    for text in texts:
        for block in re.split(r"\n[ \t]*\n", text):
            fields = _fields(block)
            if any(name.endswith("-recipient") for name in fields):
                count += 1
                if count > RECIPIENTS_MAX:
                    return
                yield fields


def _fields(block: str) -> dict[str, str]:
    """Field names in lower case with their values, folded lines joined; the first of a name counts."""
    found: dict[str, str] = {}
    last = ""
    for line in block.split("\n"):
        line = line.lstrip("> ") if line.startswith(">") else line
        field = _FIELD.match(line)
        if field:
            last = field[1].lower() if field[1].lower() not in found else ""
            if last:
                found[last] = field[2].strip()
        elif last and line[:1] in (" ", "\t"):
            found[last] += " " + line.strip()
    return found


def _typed(value: str, own: str) -> str:
    """The address in `rfc822; jane@example.com` (RFC 3464 2.1.2), which some wrap in angle brackets or IMCEA words."""
    found = _ADDRESS.search(value.rpartition(";")[2].replace("<", " ").replace(">", " "))
    return found.group().strip("'") if found and found.group().casefold() != own else ""


def _older_formats(message: Message, leaves: list[mime.Leaf]) -> Outcomes:
    """Recipients where there is no delivery status: by the report's words and the letter that came back."""
    found = Outcomes([], [], [])
    read = bounce_reading.read(message, leaves, REPORT_MAX)
    by_kind = {permanence.HARD: found.hard, permanence.SOFT: found.soft, permanence.WAITING: found.waiting}
    for address, kind in read:
        by_kind[kind].append(address)
    return found
