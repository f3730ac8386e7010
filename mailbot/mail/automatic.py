"""Decides whether a person wrote this mail, or a machine, and which kind of machine.

Must never take a person for a machine: one weak sign is not enough, marks of a person at work cancel those that
companies put on everything, and `Auto-Submitted: no` is believed against all weak signs. Header fields first, then
structure, then subjects, and words of the body only beside another sign. Carries out RFC 3834 (automatic responses),
RFC 3464 and RFC 6522 (reports), RFC 8098 (receipts), RFC 5965 (abuse reports), RFC 5546 (calendar), RFC 2919 and 2369.
"""

from __future__ import annotations

import re

from mailbot.mail import (
    calendar_answers,
    form_notice,
    machine_fields,
    machine_signs,
    persons,
    report_parts,
    robot_words,
    senders,
)
from mailbot.mail import vacation_words as vacation
from mailbot.mail.bounce_reading import says_success
from mailbot.mail.bounce_texts import DELAY_SUBJECT, FAILED_SUBJECT
from mailbot.mail.bounces import bounce, tells_of_success
from mailbot.mail.machine_fields import Found, word
from mailbot.mail.model import Automatic, Message
from mailbot.mail.senders import is_no_reply as is_no_reply

_REPORTS = {report_parts.RECEIPT: "receipt", report_parts.COMPLAINT: "report", report_parts.TLS: "report"}
_OLD_REPORT = re.compile(r"report-type\s{0,3}=\s{0,3}\"?([\w.-]{1,60})")
_HELP_DESKS = re.compile(
    r"zendesk|freshdesk|freshservice|help ?scout|intercom|gorgias|front(?:app)?\b|groove|kayako|reamaze|hubspot"
    r"|salesforce|zoho desk|jitbit|osticket|zammad|otrs|request tracker",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(
    r"^[^\W\d_][\w.'’-]{0,30}(?: [^\W\d_][\w.'’-]{0,30}){0,3}(?: ?[(,|@]| via | from |$)", re.IGNORECASE
)
_IMPERSONAL = re.compile(
    r"support|team|service|help|desk|system|notification|customer|care|info|sales|admin|bot\b|kunden|équipe"
    r"|équipe|equipo|reply|ticket|jira|github|gitlab",
    re.IGNORECASE,
)


def automatic(message: Message, own: frozenset[str], is_own_letter: bool) -> Automatic | None:
    """What machine wrote the mail, or None for a person.

    Args:
        own: the desk's own addresses, case folded.
        is_own_letter: the caller knows the Message-ID for one of the desk's letters.
    """
    notice = form_notice.is_form_notice(message, own)
    strong = (
        _own(message, own, is_own_letter, notice)
        or _report(message)
        or _null_sender(message, notice)
        or _calendar(message)
    )
    if strong:
        return Automatic(strong[0], (strong[1],))
    submitted = word(message.header("auto-submitted"))
    if submitted == "no" or notice:
        return None
    if submitted:
        return _declared(message, submitted)
    signs = [*machine_signs.sufficient(message, own)]
    weak = [*machine_signs.weak(message, own)]
    if not signs and len(weak) < 2:
        return None
    kinds = [kind for kind, _ in (signs or weak)]
    kinds += ["vacation"] * ([kind for kind, _ in weak].count("vacation") > 1)  # that a list passed on
    preferred = next((kind for kind in ("challenge", "vacation", "receipt") if kind in kinds), kinds[0])
    return Automatic(preferred, tuple(dict.fromkeys(evidence for _, evidence in [*signs, *weak])))


def _own(message: Message, own: frozenset[str], is_own_letter: bool, notice: bool) -> Found | None:
    if is_own_letter:
        return "own", "Message-ID of one of our letters"
    for name, value in message.headers:
        if name.startswith("x-mailbot-") or (name == "x-loop" and _base(value.strip("<> ").casefold()) in own):
            return "own", f"{name.title()}: {value[:80]}"
    if message.sender and _base(message.sender.key) in own and not notice:
        return "own", f"From: {message.sender.address}"
    return None


def _report(message: Message) -> Found | None:
    """A report by its parts (RFC 6522), or a server's bounce in an older format."""
    declared = message.header("content-type").lower()
    reports = report_parts.of(message)
    kinds = [part.kind for part in reports]
    whole = declared.startswith("multipart/report") or any(declared.startswith(f"message/{kind}") for kind in _REPORTS)
    loose = kinds and not persons.answers_or_forwards(message) and not persons.has_a_persons_program(message)
    if not (whole or loose):
        return _old_bounce(message)
    named = _OLD_REPORT.search(declared)
    type_named = named[1] if named else ""
    kind = (
        next((each for each in kinds if each in _REPORTS), "")
        if report_parts.STATUS not in kinds
        else report_parts.STATUS
    )
    kind = kind or type_named
    evidence = f"multipart/report; report-type={kind or 'unknown'}"
    if kind == report_parts.RECEIPT and report_parts.refuses(message, reports):
        return "bounce", evidence
    if kind in _REPORTS:
        return _REPORTS[kind], evidence
    if kind != report_parts.STATUS and not FAILED_SUBJECT.search(message.subject):
        return "robot", evidence
    if machine_signs.is_challenge(message):  # Boxbe dresses its challenges as delays
        return "challenge", evidence
    if found := _bounced(message, evidence):
        return found
    good = robot_words.RECEIPT_SUBJECT.match(message.subject) or says_success(message.text)
    return "receipt" if good else "bounce", evidence


def _old_bounce(message: Message) -> Found | None:
    """A bounce without report parts: by the field that names who failed, or by a server that says so."""
    failed = message.header("x-failed-recipients")
    if failed and not persons.answers_or_forwards(message):
        return _bounced(message, f"X-Failed-Recipients: {failed[:80]}")
    if senders.from_server(message) or (message.sender is None and FAILED_SUBJECT.search(message.subject)):
        if persons.written_by_postmaster(message):
            return None
        return _server_kind(message), f"From: {message.header('from')[:80]}"
    sender = message.sender.key if message.sender else ""
    returns = (is_no_reply(sender) and bool(message.attached)) or senders.is_gateway(sender)
    if returns and FAILED_SUBJECT.search(message.subject) and not persons.has_prefix(message.subject):
        return _bounced(message, f"Subject: {message.subject[:80]}")
    return None


def _bounced(message: Message, evidence: str) -> Found | None:
    """bounce or delay by what the report says of its recipients; None where it tells of success."""
    found = bounce(message)
    if found:
        return ("delay" if found.delayed else "bounce"), evidence
    if tells_of_success(message):
        return "receipt", evidence
    return ("bounce", evidence) if FAILED_SUBJECT.search(message.subject) else None


def _null_sender(message: Message, notice: bool) -> Found | None:
    """Return-Path: <> (RFC 5321 4.5.5): only machines send from nowhere; which, its words say."""
    if not senders.from_nowhere(message) or notice:
        return None
    return _server_kind(message), "Return-Path: <>"


def _server_kind(message: Message) -> str:
    if machine_signs.is_challenge(message):
        return "challenge"
    if vacation.automatic_subject(message.subject) or vacation.absence_at_start(message.subject):
        return "vacation"
    if vacation.opens_with_absence(message.text):
        return "vacation"
    found = bounce(message)
    if found and (senders.from_server(message) or FAILED_SUBJECT.search(message.subject) or message.attached):
        return "delay" if found.delayed else "bounce"
    if FAILED_SUBJECT.search(message.subject) and not persons.has_prefix(message.subject):
        return "bounce"
    if senders.from_server(message):
        return "delay" if DELAY_SUBJECT.search(message.subject) else "robot"
    if robot_words.RECEIPT_SUBJECT.match(message.subject):
        return "receipt"
    if robot_words.acknowledges(message.subject, message.text):
        return "robot"
    return "vacation" if vacation.absence_anywhere(message.subject, message.text) else "robot"


def _calendar(message: Message) -> Found | None:
    evidence = calendar_answers.is_answer(message)
    return ("calendar", evidence) if evidence else None


def _declared(message: Message, submitted: str) -> Automatic | None:
    """Auto-Submitted as RFC 3834 5 defines it: the sender says itself that it is a machine."""
    evidence = (f"Auto-Submitted: {submitted}",)
    if _help_desk_person(message):
        return None
    if machine_signs.is_challenge(message) or robot_words.CHALLENGE_BODY.search(message.text[: robot_words.HEAD_MAX]):
        return Automatic("challenge", evidence)
    if robot_words.REPORT_SUBJECT.match(message.subject):
        return Automatic("report", evidence)
    if vacation.automatic_subject(message.subject):  # Exchange calls its vacation replies auto-generated
        return Automatic("vacation", (*evidence, f"Subject: {message.subject[:80]}"))
    if robot_words.RECEIPT_SUBJECT.match(message.subject) and robot_words.RECEIPT_WORDS.search(message.text[:2_000]):
        return Automatic("receipt", evidence)
    if any(part.type == "text/calendar" for part in message.parts):
        return Automatic("calendar", evidence)
    replied = submitted.startswith(("auto-replied", "auto-reply", "auto_replied"))
    if _says_vacation(message) or (replied and _speaks_of_absence(message)):
        return Automatic("vacation", evidence)
    return Automatic("list" if machine_fields.of_list(message) else "robot", evidence)


def _says_vacation(message: Message) -> bool:
    """Whether a field, the subject or the first lines say that it is a vacation reply."""
    if "vacation" in message.header("auto-submitted").lower():
        return True
    if any(kind == "vacation" for kind, _ in machine_fields.certain(message)):
        return True
    return machine_signs.is_absent(message)


def _speaks_of_absence(message: Message) -> bool:
    """Whether it speaks of absence anywhere, and is no ticket system's."""
    if robot_words.acknowledges(message.subject, message.text):
        return False
    return vacation.absence_anywhere(message.subject, message.text)


def _help_desk_person(message: Message) -> bool:
    """A help desk's mail in which a person of the company speaks: it marks those like the ones that it writes alone."""
    program = f"{message.header('x-mailer')} {message.message_id}"
    if not _HELP_DESKS.search(program) or message.sender is None:
        return False
    name = message.sender.name
    named = bool(_PERSONAL_NAME.match(name)) and not _IMPERSONAL.search(re.split(r"[(,|@]| via | from ", name)[0])
    return named and not robot_words.acknowledges(
        message.subject, message.text.replace("##- Please type your reply above this line -##", "")
    )


def _base(address: str) -> str:
    """The address without its detail (RFC 5233): desk+token@ is the desk too."""
    local, _, host = address.rpartition("@")
    return f"{local.partition('+')[0]}@{host}"
