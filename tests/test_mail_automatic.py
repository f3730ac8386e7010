"""automatic: machines are known by strong signs, and a person is never taken for one."""

from __future__ import annotations

import pytest

from mailbot.mail.automatic import automatic
from mailbot.mail.message import read
from mailbot.mail.model import Automatic

OWN = frozenset({"care@blanc.example"})


def judged(
    *fields: str, sender: str = "Jane <jane@example.com>", subject: str = "My dress", own_letter: bool = False
) -> Automatic | None:
    mail = "\n".join([f"From: {sender}", f"Subject: {subject}", *fields, "", "It is ruined."])
    return automatic(read(mail.encode()), OWN, own_letter)


MACHINES = {
    "auto-replied": ("robot", ["Auto-Submitted: auto-replied"]),
    "auto-replied with vacation": ("vacation", ["Auto-Submitted: auto-replied (vacation)"]),
    "auto-replied by gmail": ("vacation", ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: bulk"]),
    "auto-generated": ("robot", ["Auto-Submitted: auto-generated; type=x"]),
    "auto-notified": ("robot", ["Auto-Submitted: auto-notified"]),
    "a list that says it": ("list", ["Auto-Submitted: auto-generated", "List-Id: <x.example>"]),
    "precedence bulk": ("list", ["Precedence: bulk"]),
    "precedence junk": ("list", ["Precedence: junk"]),
    "precedence list": ("list", ["Precedence: list"]),
    "precedence auto_reply": ("vacation", ["Precedence: auto_reply"]),
    "list-id": ("list", ["List-Id: News <news.example.com>"]),
    "newsletter": ("list", ["List-Unsubscribe: <mailto:x@example.com>"]),
    "x-autoreply": ("vacation", ["X-Autoreply: yes"]),
    "x-autorespond": ("vacation", ["X-Autorespond: My dress"]),
    "null sender": ("robot", ["Return-Path: <>"]),
    "cron": ("robot", ["X-Cron-Env: <SHELL=/bin/sh>"]),
}


@pytest.mark.parametrize(("kind", "fields"), MACHINES.values(), ids=MACHINES)
def test_fields_of_machines(kind: str, fields: list[str]) -> None:
    """RFC 3834 fields and their older kin make a mail automatic, and the evidence names them."""
    found = judged(*fields)
    assert found is not None
    assert found.kind == kind
    assert any(fields[0].split(":")[0].lower() in each.lower() for each in found.evidence)


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@x.example",
        "no-reply@x.example",
        "do-not-reply@x.example",
        "donotreply@x.example",
        "shop-noreply@x.example",
    ],
)
def test_senders_that_want_no_answer(sender: str) -> None:
    """A no-reply sender is a robot, unless Reply-To names somebody: contact forms write so for people."""
    found = judged(sender=sender)
    assert found is not None
    assert found.kind == "robot"
    assert judged("Reply-To: jane@example.com", sender=sender) is None


@pytest.mark.parametrize(
    "sender", ["MAILER-DAEMON@x.example", "postmaster@x.example", "Mail Delivery System <md@x.example>"]
)
def test_mail_servers(sender: str) -> None:
    """Mail servers are machines; a bounce by its subject is one."""
    assert judged(sender=sender) is not None
    found = judged(sender=sender, subject="Undelivered Mail Returned to Sender")
    assert found is not None
    assert found.kind == "bounce"


@pytest.mark.parametrize(
    "subject",
    ["Automatic reply: Your complaint", "Abwesenheitsnotiz: Ihre Beschwerde", "Réponse automatique : Votre dossier",
     "Respuesta automática: x", "Risposta automatica: x", "Resposta automática: x", "自动回复: x", "自动回复：x",
     "Automatische Antwort: x", "Automatisch antwoord: x", "Odpowiedź automatyczna: x", "Autosvar: x"],
)  # fmt: skip
def test_subjects_that_only_machines_write(subject: str) -> None:
    """The phrases of mail systems at the start of a subject are enough alone."""
    found = judged(subject=subject)
    assert found is not None
    assert found.kind == "vacation"
    assert judged(subject=f"Re: {subject}") is None


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("Out of office hours collection ruined my dress", []),
        ("Out of office hours collection ruined my dress", ["X-Auto-Response-Suppress: All"]),
        ("Out of office: nobody answered me", []),
        ("Auto: stain on the seat cover", []),
        ("I was on leave when you ruined it", ["X-Auto-Response-Suppress: All"]),
        ("My dress", ["X-Auto-Response-Suppress: All"]),
        ("My dress", ["X-Auto-Response-Suppress: DR, OOF, AutoReply"]),
        ("My dress", ["Auto-Submitted: no"]),
        ("My dress", ["Auto-Submitted: no", "Precedence: bulk", "List-Id: <x.example>", "X-Autoreply: yes"]),
        ("Automatic reply: never a real one", ["Auto-Submitted: no (I am a person)"]),
        ("Undelivered dress", []),
        ("Delay, delay, delay", []),
        ("Re: My dress", ["List-Unsubscribe: <mailto:x@y.example>", "In-Reply-To: <1@x.example>"]),
        ("My dress", ["Precedence: list", "List-Id: <care.blanc.example>", "List-Post: <mailto:care@blanc.example>"]),
        ("My dress", ["X-Autoreply: no"]),
        ("My dress", ["Return-Path: <jane@example.com>"]),
    ],
)
def test_people_are_people(subject: str, fields: list[str]) -> None:
    """Weak signs, words that resemble a machine's, and a group that hands its mail to the desk leave a person one."""
    assert judged(*fields, subject=subject) is None


def test_two_weak_signs_are_believed() -> None:
    """A subject of absence together with X-Auto-Response-Suppress is a vacation reply of a poor server."""
    found = judged("X-Auto-Response-Suppress: All", subject="Out of office: back on 14 June")
    assert found is not None
    assert found.kind == "vacation"
    assert len(found.evidence) == 2


def test_own_letters() -> None:
    """The desk never answers itself: by header, by From, or by a Message-ID that the caller knows."""
    for found in (
        judged("X-Mailbot-Letter: E2"),
        judged(sender="BLANC <Care@Blanc.example>"),
        judged(own_letter=True),
        judged("Auto-Submitted: no", "X-Mailbot-Letter: E2"),
    ):
        assert found is not None
        assert found.kind == "own"


def report(kind: str, part: str, subject: str = "report") -> Automatic | None:
    mail = (
        f"From: x@example.com\nSubject: {subject}\nAuto-Submitted: no\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=x\n\n--x\n\nwords\n--x\n"
        f"Content-Type: message/{kind}\n\n{part}\n--x--\n"
    )
    return automatic(read(mail.encode()), OWN, False)


@pytest.mark.parametrize(
    ("kind", "part", "expected"),
    [
        (
            "delivery-status",
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n",
            "bounce",
        ),
        (
            "delivery-status",
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: delayed\nStatus: 4.4.1\n",
            "delay",
        ),
        (
            "delivery-status",
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n",
            "receipt",
        ),
        ("disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed\n", "receipt"),
        ("feedback-report", "Feedback-Type: abuse\n", "report"),
    ],
)
def test_reports_by_their_type(kind: str, part: str, expected: str) -> None:
    """multipart/report is a machine's whatever Auto-Submitted says; the part inside says which."""
    found = report(kind, part)
    assert found is not None
    assert found.kind == expected


def test_calendar_answers() -> None:
    """An answer to an invitation is a calendar's; an invitation is a person's."""
    for method, expected in (("REPLY", "calendar"), ("REQUEST", None)):
        for declared in (f"; method={method}", ""):
            body = f"Content-Type: text/calendar{declared}\n\nBEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR"
            found = automatic(read(f"From: a@b.example\nSubject: Accepted\n{body}".encode()), OWN, False)
            assert (found.kind if found else None) == expected


FORM = "Name: Jane Doe\nEmail: jane@customer.example\nMessage: It is ruined."


def written(sender: str, subject: str, text: str, *fields: str) -> Automatic | None:
    mail = "\n".join([f"From: {sender}", "To: care@blanc.example", f"Subject: {subject}", *fields, "", text])
    return automatic(read(mail.encode()), OWN, False)


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        ("noreply@shop.example", ["Auto-Submitted: auto-generated"]),
        ("forms@site.example", ["Precedence: bulk", "List-Unsubscribe: <mailto:x@site.example>"]),
        ("mailer@site.example", ["Return-Path: <>"]),
    ],
)
def test_a_form_that_writes_for_a_person_is_the_persons(sender: str, fields: list[str]) -> None:
    """Whatever fields the site's mailer sets: the customer stands in Reply-To and typed the rest."""
    assert written(sender, "Contact form", FORM, "Reply-To: jane@customer.example", *fields) is None


def test_a_house_that_answers_from_another_name_is_no_customer() -> None:
    """Reply-To below the sender's own domain is the sender; two houses below co.uk are two."""
    assert written("noreply@git.example", "x", "y", "Reply-To: reply+1@reply.git.example") is not None
    assert written("noreply@one.co.uk", "x", "y", "Reply-To: jane@two.co.uk") is None


def test_a_shops_own_mail_is_no_form() -> None:
    """An order's confirmation answers to the shop, and says nothing that a customer typed."""
    for reply_to in ("help@shop.example", "help@help.shop.example"):
        said = written("noreply@shop.example", "Your order", "Thank you.", f"Reply-To: {reply_to}", "Precedence: bulk")
        assert said is not None


@pytest.mark.parametrize("program", ["Microsoft Outlook 16.0", "iPhone Mail (22E240)", "QQMail 2.x", "Foxmail 7.2"])
def test_a_persons_program_cancels_what_companies_add(program: str) -> None:
    """List-Unsubscribe, Precedence and X-Auto-Response-Suppress on everything that leaves a house."""
    added = ["List-Unsubscribe: <mailto:x@y.example>", "Precedence: bulk", "X-Auto-Response-Suppress: All"]
    assert judged(*added) is not None
    assert judged(*added, f"X-Mailer: {program}") is None


def test_words_of_the_body_need_another_sign() -> None:
    """Somebody away who complains is a customer; the same words under a subject of absence are a vacation reply."""
    words = "I am currently out of the office with limited access to email."
    assert written("jane@example.com", "My dress", words) is None
    found = written("jane@example.com", "Out of office", words)
    assert found is not None
    assert found.kind == "vacation"


@pytest.mark.parametrize(
    "local", ["noreply.smith", "noreplyson", "postmistress", "autotrader", "news", "root", "alert"]
)
def test_names_like_those_of_machines_are_peoples(local: str) -> None:
    """A name is a weak sign unless it says that nobody reads there."""
    assert written(f"{local}@example.com", "My dress", "It is ruined.") is None
