"""A mail in which a form on a website says what a customer typed, read by rules/webforms.yaml.

Decides whether the mail is one (the sender as the rule says, the phrases there, and our server does not call From
forged), what its labels fill in, which words are the customer's, and who that is as far as the rule trusts the form.
Must never name a customer where the rule does not: anybody can type any address into a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mailbot.cases import form_labels
from mailbot.cases.form_labels import COLON, Labels, letters
from mailbot.cases.form_papers import FormRead
from mailbot.cases.form_values import tidy
from mailbot.cases.forms import Reading
from mailbot.mail.model import Address, Automatic, Message, Verdict, Words
from mailbot.mail.senders import is_no_reply
from mailbot.process.model import Field, Process
from mailbot.process.web_forms import ANY_SITE, FIELD, REPLY_TO, WebForm

_MOST_LINES = 500
_LONGEST_WORDS = 10_000  # characters of a message; the mail itself is kept whole
_WORDS, _IGNORED = "words", "ignored"
_OWN = "From: "  # what `automatic` says of a mail that the desk's own address sent: sites often use it
_RULE = re.compile(r"[-_=*\s]{3,}|-- ?")  # a line drawn below the last answer


@dataclass(frozen=True, slots=True)
class WebFormRead:
    """What was typed into the form: values of our own form, the customer's words, and who it is where the rule says."""

    name: str
    values: Mapping[str, str]
    words: str
    customer: Address | None

    @property
    def form(self) -> FormRead:
        """As what any mail says of our form; the labels stood in a form, so the name alone counts too."""
        return FormRead(Reading(self.values, self.words, frozenset(self.values)))

    def heard(self, words: Words) -> Words:
        """The mail's words: those of the customer, where a label of the form names them."""
        return Words(self.words, words.new, words.signature) if self.words else words


def of(message: Message, verdict: Verdict, machine: Automatic | None, process: Process) -> WebFormRead | None:
    """The form that the mail carries; None where it is none, or only pretends to be."""
    rule = rule_of(message, process)
    if rule is None or verdict.result == "fail" or (machine and not _may_be_a_form(machine)):
        return None
    said = _said(message, rule, process)
    return said if said.values or said.words else None


def rule_of(message: Message, process: Process) -> WebForm | None:
    """The first rule that the mail fits, proved or not."""
    if message.sender is None or not process.web_forms:
        return None
    sender = message.sender.key
    if not _senders(process).may_send(sender):  # as with nearly every mail
        return None
    return next((rule for rule in process.web_forms if rule.sends(sender) and _fits(message, rule)), None)


@dataclass(frozen=True, slots=True)
class _Senders:
    """The senders of all rules together."""

    addresses: frozenset[str]
    mailboxes: frozenset[str]
    domains: tuple[str, ...]  # each behind a dot

    def may_send(self, address: str) -> bool:
        """Whether a rule may know it; by which of them, and if so, the rule itself says."""
        mailbox, _, domain = address.rpartition("@")
        return address in self.addresses or mailbox in self.mailboxes or f".{domain}".endswith(self.domains)


@lru_cache(maxsize=4)
def _senders(process: Process) -> _Senders:
    every = [each for rule in process.web_forms for each in rule.senders]
    return _Senders(
        frozenset(every),
        frozenset(each.removesuffix(ANY_SITE) for each in every if each.endswith(ANY_SITE)),
        tuple(f".{each[1:]}" for each in every if each.startswith("@")),
    )


def customer_of(message: Message, process: Process) -> Address | None:
    """Who filled in the form, where its rule says where that stands; None where it does not."""
    rule = rule_of(message, process)
    return _said(message, rule, process).customer if rule and rule.customer else None


def _fits(message: Message, rule: WebForm) -> bool:
    subject = message.subject.casefold()
    if rule.subject and not any(each.casefold() in subject for each in rule.subject):
        return False
    text = message.text[:_LONGEST_WORDS].casefold() if rule.has else ""
    return all(each.casefold() in text for each in rule.has)


def _may_be_a_form(machine: Automatic) -> bool:
    """Whether a mail that looks like a machine's may be a form's: no bounce, no calendar, no letter of ours."""
    if machine.kind == "own":
        return all(each.startswith(_OWN) for each in machine.evidence)
    return machine.kind in ("robot", "list")


def _said(message: Message, rule: WebForm, process: Process) -> WebFormRead:
    """What stands behind each label; the first of a kind counts, so no message can write over what stands above."""
    known = _labels(rule, process)
    values: dict[str, str] = {}
    words = ""
    for field, label, value in _answers(message.text, rule, known):
        if not words and letters(label) in {letters(each) for each in rule.words}:
            words = value[:_LONGEST_WORDS]
        own = process.field(field.id)
        told = tidy(own, value if own.kind == "text" else value.split("\n")[0], process) if own and value else ""
        if told:
            values.setdefault(field.id, told)
    return WebFormRead(rule.name, values, words, _customer(message, rule, values))


@lru_cache(maxsize=32)
def _labels(rule: WebForm, process: Process) -> Labels:
    """The labels of this form; those of words and of what is ignored as fields of their own."""
    place = process.form[0].place
    others = {_IGNORED: rule.ignore, _WORDS: rule.words}
    found = {letters(each): Field(id, {}, "text", False, place) for id, many in others.items() for each in many}
    for id, many in rule.fields.items():
        field = process.field(id)
        found |= {letters(each): field for each in many} if field else {}
    spaces = (len(each.split()) for many in (*rule.fields.values(), *others.values()) for each in many)
    return Labels({said: field for said, field in found.items() if said}, max(spaces, default=1))


def _answers(text: str, rule: WebForm, known: Labels) -> Iterator[tuple[Field, str, str]]:
    """Each field with its label and what stands behind or below it, up to the next label or the form's end."""
    ends = tuple(each.casefold() for each in rule.ends)
    current: Field | None = None
    label, lines, seen = "", list[str](), set[str]()
    for line in [each.lstrip(" >|").rstrip() for each in text.split("\n")[:_MOST_LINES]]:
        if ends and line.casefold().startswith(ends):
            break
        found = form_labels.label(line, known) if line else None
        named = line.removesuffix(found.value) if found and found.value else line
        if found and found.exact and letters(named) not in seen and (found.by == COLON or not _within(current, lines)):
            if current:
                yield current, label, "\n".join(lines).strip()
            current, label, lines = found.field, named, [found.value]
            seen.add(letters(named))
        elif current and lines and any(lines) and _RULE.fullmatch(line):
            yield current, label, "\n".join(lines).strip()
            current = None
        elif current:
            lines.append(line)
    if current:
        yield current, label, "\n".join(lines).strip()


def _within(current: Field | None, lines: list[str]) -> bool:
    """Whether a line stands within what the customer says: there only a colon, or a gap above, makes a label."""
    return current is not None and current.kind == "text" and any(lines) and bool(lines[-1])


def _customer(message: Message, rule: WebForm, values: Mapping[str, str]) -> Address | None:
    """Whoever the rule says; nobody where that place is empty, or names a robot."""
    address: Address | None = None
    if rule.customer == REPLY_TO and len(message.reply_to) == 1:
        address = message.reply_to[0]
    elif rule.customer == FIELD and values.get("email"):
        address = Address("", values["email"])
    if address is None or not address.address or is_no_reply(address.key):
        return None
    return replace(address, name=address.name or values.get("name", ""))
