"""What a mail to a customer or a till must never hold, looked for in all that a story sent.

What the reader wrote to the desk themselves is no secret from them, so it is looked for nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from urllib.parse import unquote

from mailbot.cases import effects as fx
from mailbot.cases.model import Case, Entry
from mailbot.cases.phrases import plain
from tests.told import Told
from tests.writing import Letter

_CLIENT = ("client", "customer")  # how a class of client is spoken of
_FEWEST_WORDS = 3  # of a note: fewer ("not here", "call her") can stand in any letter by chance
_SENTENCE_END = re.compile(r"[.!?;\n]+")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Reader:
    """Who reads a letter: a customer, or the till of a store. own: all that they wrote to the desk."""

    address: str
    store: str
    own: str


def leaks(told: Told) -> list[str]:
    """Everything that somebody outside, or a till, was told and should not have been."""
    return sorted({leak for letter in told.letters for leak in _of_letter(letter, told)})


def reader_of(letter: Letter, told: Told) -> Reader | None:
    """The customer or till who reads it; None for the rest of the staff."""
    person = told.process.people.by_address(letter.to)
    if person and "till" not in person.roles:
        return None
    own = " ".join(text for address, text in told.mails if address == letter.to)
    return Reader(letter.to, person.store if person else "", _plain(own))


@dataclass(frozen=True)
class Sheet:
    """A letter as it was opened once: which it is, and all that the reader sees, links included."""

    code: str
    case: str
    message_id: str
    words: str


@cache
def opened(letter: Letter) -> Sheet:
    """The letter read."""
    mail = letter.mail
    plain_part, html_part = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[attr-defined]
    html = unquote(unescape(html_part))
    words = _plain(f"{mail['Subject']} {plain_part} {html} {_TAG.sub(' ', html)}")
    code, case, message_id = (str(mail[name]) for name in ("X-Mailbot-Letter", "X-Mailbot-Case", "Message-ID"))
    return Sheet(code, case, message_id.strip(), words)


def _plain(text: str) -> str:
    return " ".join(plain(text).split())


def _of_letter(letter: Letter, told: Told) -> Iterator[str]:
    reader = reader_of(letter, told)
    if reader is None:
        return
    sheet = opened(letter)
    for what, words in _secrets(sheet, reader, told):
        if words and _holds(sheet.words, words) and not _holds(reader.own, words):
            yield f"{sheet.code} to {reader.address} holds {what}: {words!r}"


def _holds(text: str, words: str) -> bool:
    return words in text and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _secrets(sheet: Sheet, reader: Reader, told: Told) -> Iterator[tuple[str, str]]:
    """What must not stand in this letter: what it is, and its words."""
    compensation = told.process.compensation
    for words in compensation.clients.values():
        yield from (("a class of client", _plain(word)) for word in words if word.endswith(_CLIENT))
    yield from (("what an assessment found", f"{finding} error") for finding in ("clear", "unclear"))
    for case in told.cases.values():
        yield from (("a note of staff", words) for note in case.notes for words in _sentences(note.words))
    mine = [case for case in told.cases.values() if _is_for(case, reader, sheet, told)]
    known = {words for case in mine for _, words in _of_customer(case)} | {_plain(sheet.case)}
    for case in told.cases.values():
        if case not in mine:
            yield from ((what, words) for what, words in _of_customer(case) if words not in known)


def _sentences(words: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(words):
        if len(sentence.split()) >= _FEWEST_WORDS:
            yield _plain(sentence).strip(" ,:-")


def _is_for(case: Case, reader: Reader, sheet: Sheet, told: Told) -> bool:
    """Whether the reader may see whose case it is: their own; for a till the one that the letter is about.

    It is one of its store, or one whose code it named itself: codes stand on letters of that customer and that store.
    """
    if not reader.store:
        return case.customer.address == reader.address
    if case.code != sheet.case:
        return False
    store = _store_then(told.history[case.code], sheet.message_id)
    return store in ("", reader.store) or _plain(case.code) in reader.own


def _store_then(history: Iterable[Entry], message_id: str) -> str:
    """The store of the case when the letter was written."""
    store = ""
    for effect in (effect for entry in history for effect in entry.effects):
        if isinstance(effect, fx.SetFact) and effect.name == "store":
            store = str(effect.value)
        if isinstance(effect, fx.SendLetter) and effect.message_id == message_id:
            break
    return store


def _of_customer(case: Case) -> Iterator[tuple[str, str]]:
    """What is known of a customer by their case."""
    values = case.form.values
    phone = case.customer.phone or values.get("phone", "")
    found = (
        ("the name of somebody else", case.customer.name),
        ("the address of somebody else", case.customer.address),
        ("the phone of somebody else", phone),
        ("the garment of somebody else", case.garment or values.get("garment", "")),
        ("the code of another case", case.code),
    )
    return ((what, _plain(words)) for what, words in found if words)
