"""A form on a website, told by a rule: what it fills in, whom it makes us write to, and what pretends to be one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.cases import effects as fx
from mailbot.cases import web_form, writer
from mailbot.cases.identity import Identity
from mailbot.cases.intake import look
from mailbot.cases.query import Found
from mailbot.cases.recognise import recognise
from mailbot.mail import message as messages
from mailbot.mail.model import Message
from mailbot.process.load_webforms import load_webforms
from mailbot.process.model import Process
from mailbot.process.page import Page
from mailbot.process.web_forms import WebForm
from mailbot.process.yaml_marks import read
from tests import ruling
from tests.recognising import NOW

FILE = "rules/webforms.yaml"
DESK = Identity("BLANC Customer Care", "care@blanc.example", "BLANC", b"k" * 32, "mx.blanc.example")
RULE = """
forms:
  - name: our site
    when:
      from: site@shop.example
      subject: Complaint
    fields:
      name: Your name
      email: Your email
      garment: Garment
      problem: What is wrong
    words: Message
    ends: Sent from
    customer: {customer}
"""
TYPED = (
    "Your name: Jane Doe\nYour email: jane@home.example\nGarment: wool coat\nWhat is wrong: damaged\n"
    "Message: There is a hole in the sleeve, I want a refund.\nYour email: somebody@else.example\n\nSent from the site"
)


def loaded(text: str) -> tuple[tuple[WebForm, ...], list[str]]:
    page = Page(FILE)
    value, problems = read(text, FILE)
    assert value
    assert not problems
    forms = load_webforms(page, value, ruling.shipped().form)
    return forms, [problem.what for problem in page.problems]


def rules(customer: str) -> Process:
    forms, problems = loaded(RULE.format(customer=customer))
    assert not problems
    return replace(ruling.shipped(), web_forms=forms, version=f"with a web form, {customer}")


def mail(sender: str = "site@shop.example", verdict: str = "pass", reply_to: str = "jane@home.example") -> Message:
    proof = f"Authentication-Results: mx.blanc.example; dmarc={verdict} header.from=shop.example\r\n"
    head = (
        f"From: <{sender}>\r\nReply-To: <{reply_to}>\r\nTo: care@blanc.example\r\nSubject: Complaint from the site\r\n"
    )
    return messages.read(f"{proof}{head}Message-ID: <1@shop.example>\r\n\r\n{TYPED}".encode())


@pytest.mark.parametrize(("customer", "address"), [("reply-to", "jane@home.example"), ("field", "jane@home.example")])
def test_what_was_typed_is_the_customers(customer: str, address: str) -> None:
    """Labels fill the form, the message is the words, and the customer is who the rule says: a case begins."""
    process = rules(customer)
    intake = look(mail(reply_to=address if customer == "reply-to" else "robot@shop.example"), process, DESK)
    assert intake.automatic is None
    assert intake.web
    assert intake.web.customer
    assert (intake.web.customer.address, intake.web.customer.name) == (address, "Jane Doe")
    wanted = {"name": "Jane Doe", "email": address, "garment": "wool coat", "problem": "damaged"}
    assert intake.form.reading.values == wanted
    assert intake.words.new.startswith("There is a hole in the sleeve")
    result = recognise(intake, Found(), process, DESK, NOW)
    assert result.fate == "case"
    facts = {effect.name: effect.value for effect in result.given if isinstance(effect, fx.SetFact)}
    assert (facts["customer_address"], facts["customer_name"]) == (address, "Jane Doe")
    assert facts["garment"] == "wool coat"


def test_a_message_cannot_write_over_the_fields_above_it() -> None:
    """Whoever types "Your email:" into the message changes nobody's address."""
    intake = look(mail(reply_to="robot@shop.example"), rules("field"), DESK)
    assert intake.web
    assert intake.web.customer
    assert intake.web.customer.address == "jane@home.example"
    assert "somebody@else.example" in intake.words.new


@pytest.mark.parametrize(
    ("sender", "verdict"),
    [("site@shop.example", "fail"), ("site@shop.example.evil.example", "pass"), ("other@shop.example", "pass")],
)
def test_a_mail_that_only_pretends_is_no_form(sender: str, verdict: str) -> None:
    """From as in the rule and not called forged, or nobody is named by it and no case begins by itself."""
    process = rules("reply-to")
    intake = look(mail(sender, verdict), process, DESK)
    assert intake.web is None
    if verdict == "fail":
        assert recognise(intake, Found(), process, DESK, NOW).fate == "human"


def test_without_a_customer_in_the_rule_a_colleague_is_asked() -> None:
    """The shipped forms are read by their labels, and nobody is written to before a person has looked."""
    forms, problems = loaded(RULE.replace("    customer: {customer}\n", ""))
    assert not problems
    process = replace(ruling.shipped(), web_forms=forms, version="without a customer")
    intake = look(mail(), process, DESK)
    assert intake.web
    assert intake.web.customer is None
    assert intake.form.reading.values["garment"] == "wool coat"
    assert recognise(intake, Found(), process, DESK, NOW).fate == "human"
    assert all(not each.customer for each in ruling.shipped().web_forms)


def test_without_rules_nothing_changes() -> None:
    """A desk folder without the file takes such a mail as before: for many, and a person is asked."""
    process = replace(ruling.shipped(), web_forms=(), version="none")
    message = mail("no-reply@shop.example")
    assert web_form.rule_of(message, process) is None
    assert writer.for_many(message, process)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("site@shop.example", "wordpress@*"), "could be anybody's"),
        (("site@shop.example", "shop"), "is no address"),
        (("reply_to_or_field", "anybody"), "place of the customer"),
        (("      email: Your email\n", ""), "needs the label of 'email'"),
        (("garment: Garment", "colour: Garment"), "field of the form"),
        (("garment: Garment", "garment: Your name"), "is used for 'name' already"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(change: tuple[str, str], problem: str) -> None:
    """An address that anybody could have, an unknown field, a label for two: told before it is in force."""
    place = change[1] if change[0] == "reply_to_or_field" else "field"
    text = RULE.format(customer=place).replace(*change)
    _, problems = loaded(text)
    assert any(problem in each for each in problems), problems
