"""Decides whether a mail is a delivery report, about whom, whether it is final, and which letter came back.

Must never take a person's mail that quotes a bounce for one: without a report part or a server as its
sender, nothing in the text counts. Carries out RFC 3464 (delivery status), RFC 6522 (multipart/report),
RFC 3461 4 (original recipient); flufl.bounce reads the many formats from before.
"""

from __future__ import annotations

import re
from email.message import Message as MimeMessage

import flufl.bounce
from flufl.bounce import _scan

from mailbot.mail import mime
from mailbot.mail.headers import ids, message_id
from mailbot.mail.model import Bounce, Message

REPORT_MAX = 256 * 1024  # bytes of a report that are read for its recipients
OLD_FORMAT_LINES_MAX = 2_000  # that flufl.bounce sees: it looks at each line with some 50 patterns
TEXT_MAX = 100_000
RECIPIENTS_MAX = 50
SERVERS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon", "mail delivery")
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_FINAL = frozenset({"failed"})
_WAITING = frozenset({"delayed"})
_MESSAGE_ID = re.compile(r"(?im)^[> \t]{0,8}message-id[ \t]{0,3}:[ \t]{0,8}(?:\n[> \t]{1,8})?(<[^<>\n]{1,998}>)")
_FAILED_WORDS = re.compile(
    r"undeliver|returned mail|delivery.{0,20}(?:fail|status)|failure notice|delivery problem|could not be delivered"
    r"|unzustellbar|non remis|no entregado|mancata consegna|não entregue|退信|系统退信|无法投递",
    re.IGNORECASE,
)
_DELAY_WORDS = re.compile(r"delay|warning|verzögert|retard|retras|ritard|atras|延迟|延遲", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")

_scan.log.disabled = True  # it logs at every mail; the desk logs no customer text


def bounce(message: Message) -> Bounce | None:
    """The delivery report that this mail is; None for everything else, also for reports of success."""
    if not could_be_report(message):
        return None
    structure, _ = mime.parse(message.raw[:REPORT_MAX])
    leaves = list(mime.leaves(structure))
    statuses = [leaf for leaf in leaves if leaf.type in _STATUS]
    failed, waiting = _delivery_status(statuses)
    if not (failed or waiting) and not _reports_success(statuses):
        failed, waiting = _older_formats(message)
    if not (failed or waiting):
        return None
    recipients = tuple(dict.fromkeys(failed or waiting))[:RECIPIENTS_MAX]
    return Bounce(recipients, bool(failed), _original_id(message, leaves))


def could_be_report(message: Message) -> bool:
    """Whether a server wrote this mail: a report part, a null return path, or a server's name as sender."""
    if message.header("x-failed-recipients") or message.header("return-path").replace(" ", "") == "<>":
        return True
    if message.header("content-type").lower().startswith("multipart/report"):
        return True
    if any(part.type in _STATUS for part in message.parts):
        return True
    return message.sender is not None and is_server(message.sender.key, message.sender.name)


def is_server(address: str, name: str) -> bool:
    """Whether the sender is a mail server by name."""
    local = address.partition("@")[0]
    return local.startswith(SERVERS) or name.casefold().startswith(SERVERS)


def _delivery_status(statuses: list[mime.Leaf]) -> tuple[list[str], list[str]]:
    """(recipients given up, recipients still tried) from the fields of each recipient (RFC 3464 2.3)."""
    failed: list[str] = []
    waiting: list[str] = []
    for fields in _recipient_fields(statuses):
        action = str(fields.get("action", "")).split("(")[0].strip().lower()
        address = _typed(fields.get("original-recipient", "")) or _typed(fields.get("final-recipient", ""))
        if address and action in _FINAL:
            failed.append(address)
        elif address and action in _WAITING:
            waiting.append(address)
    return failed, waiting


def _recipient_fields(statuses: list[mime.Leaf]) -> list[MimeMessage]:
    blocks: list[MimeMessage] = []
    for leaf in statuses:
        payload = leaf.part.get_payload()
        blocks += [each for each in payload if isinstance(each, MimeMessage)] if isinstance(payload, list) else []
    return blocks


def _reports_success(statuses: list[mime.Leaf]) -> bool:
    """A report that says only delivered, relayed or expanded (RFC 3464 2.3.3)."""
    actions = {str(fields.get("action", "")).strip().lower() for fields in _recipient_fields(statuses)} - {""}
    return bool(actions) and not actions & (_FINAL | _WAITING)


def _typed(value: object) -> str:
    """The address in `rfc822; jane@example.com` (RFC 3464 2.1.2)."""
    found = _ADDRESS.search(str(value).rpartition(";")[2])
    return found.group() if found else ""


def _older_formats(message: Message) -> tuple[list[str], list[str]]:
    """Recipients from X-Failed-Recipients, flufl.bounce, or the plain words of a bounce (QQ, 163)."""
    named = _ADDRESS.findall(message.header("x-failed-recipients"))
    if named:
        return named, []
    first_lines = b"\n".join(message.raw[:REPORT_MAX].split(b"\n", OLD_FORMAT_LINES_MAX)[:OLD_FORMAT_LINES_MAX])
    waiting, failed = _flufl(mime.parse(first_lines)[0])
    if failed or waiting:
        return failed, waiting
    said = message.subject
    if not _FAILED_WORDS.search(said) and not _DELAY_WORDS.search(said):
        return [], []
    own = message.sender.key if message.sender else ""
    recipients = {address.key for address in message.to}
    first = [
        each
        for each in _ADDRESS.findall(message.text[:TEXT_MAX])
        if each.casefold() != own and each.casefold() not in recipients
    ][:1]
    delayed = bool(_DELAY_WORDS.search(said)) and not _FAILED_WORDS.search(said)
    return ([], first) if delayed else (first, [])


def _flufl(structure: MimeMessage) -> tuple[list[str], list[str]]:
    """(temporary, permanent) by flufl.bounce, whose detectors let their own bugs through."""
    try:
        temporary, permanent = flufl.bounce.all_failures(structure)
    except (*mime.PARSER_FAILURES, UnicodeError):
        return [], []
    return [_plain(each) for each in sorted(temporary)], [_plain(each) for each in sorted(permanent)]


def _plain(address: bytes | str) -> str:
    return address.decode("utf-8", "replace") if isinstance(address, bytes) else str(address)


def _original_id(message: Message, leaves: list[mime.Leaf]) -> str:
    """The Message-ID of the letter that came back: from the attached mail, its header, or the text below the report."""
    for attached in message.attached:
        if attached.message_id:
            return attached.message_id
    for leaf in leaves:
        if leaf.type in _RETURNED:
            found = _MESSAGE_ID.search(mime.data(leaf.part)[:TEXT_MAX].decode("utf-8", "replace").replace("\r\n", "\n"))
            if found:
                return message_id(found[1])
    found = _MESSAGE_ID.search(message.text[:TEXT_MAX])
    if found:
        return message_id(found[1])
    return next(iter(ids([message.header("in-reply-to")])), "")
