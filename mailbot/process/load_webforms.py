"""rules/webforms.yaml -> the web forms whose mails the desk reads by their labels.

Decides whether they can be used: fields of our own form, no label that means two, and whoever may name the customer
is a sender that nobody else can be. Without the file there are none, so that a desk folder from before works on.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.process.model import Field
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.web_forms import ANY_SITE, CUSTOMER, WebForm
from mailbot.process.yaml_marks import Value

KEYS = ("name", "when", "fields", "words", "ignore", "ends", "customer")
WHEN = ("from", "subject", "has")


def load_webforms(page: Page, root: Value, form: tuple[Field, ...]) -> tuple[WebForm, ...]:
    """Every web form, in the file's order: the first that fits a mail is taken."""
    if root.is_null or (root.kind == "table" and not root.entries):
        return ()
    entries = page.keys(root, "this file", ("forms",), ("forms",))
    items = page.items(entries["forms"], "'forms'") if "forms" in entries else ()
    return tuple(each for item in items if (each := _web_form(page, item, form)))


def _web_form(page: Page, item: Value, form: tuple[Field, ...]) -> WebForm | None:
    """One form; None where it would fit any mail."""
    entries = page.keys(item, "a web form", KEYS, ("name", "when"))
    when = page.keys(entries["when"], "'when'", WHEN, ("from",)) if "when" in entries else {}
    senders = tuple(each.casefold() for each in page.texts(when.get("from"), "'from'"))
    customer = page.one_of(entries["customer"], CUSTOMER, "place of the customer") if "customer" in entries else ""
    for each in senders:
        _check_sender(page, each, customer, when["from"].line)
    if not senders:
        return None
    found = WebForm(
        name=page.text(entries.get("name"), "'name'"),
        senders=senders,
        subject=page.texts(when.get("subject"), "'subject'"),
        has=page.texts(when.get("has"), "'has'"),
        fields=_fields(page, entries.get("fields"), form),
        words=page.texts(entries.get("words"), "'words'"),
        ignore=page.texts(entries.get("ignore"), "'ignore'"),
        ends=page.texts(entries.get("ends"), "'ends'"),
        customer=customer,
    )
    if customer == "field" and "email" not in found.fields:
        page.error(entries["customer"].line, "'customer: field' needs the label of 'email' under 'fields'")
    return found


def _check_sender(page: Page, sender: str, customer: str, line: int) -> None:
    mailbox, at, domain = sender.rpartition("@")
    if not at or not domain or (domain != "*" and "." not in domain) or (domain == "*" and not mailbox):
        page.error(
            line, f"{shown(sender)} is no address, such as no-reply@shop.example, nor a domain like @shop.example"
        )
    elif customer and sender.endswith(ANY_SITE):
        what = f"{shown(sender)} could be anybody's: with 'customer', write the whole address that your site sends from"
        page.error(line, what)


def _fields(page: Page, value: Value | None, form: tuple[Field, ...]) -> Mapping[str, tuple[str, ...]]:
    """Labels by the field of our form that they fill; no label fills two."""
    found: dict[str, tuple[str, ...]] = {}
    meant: dict[str, str] = {}
    for id, labels in (page.table(value, "'fields'") if value else {}).items():
        page.known_name(id, labels.line, [each.id for each in form], "field of the form")
        found[id] = page.texts(labels, f"the labels of '{id}'")
        for label in found[id]:
            other = meant.setdefault(label.casefold(), id)
            if other != id:
                page.error(labels.line, f"the label {shown(label)} is used for '{other}' already")
    return found
