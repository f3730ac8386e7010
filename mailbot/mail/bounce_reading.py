"""Decides whom a report without delivery status is about: old and home-made formats, in the languages of providers.

A report's own words end where the letter's copy begins; only the words before name who failed. flufl.bounce helps with
the formats of the last century; whom it names and the letter was never sent to is left out. Must never be asked about
a mail that no server wrote (`bounces.could_be_report`).
"""

from __future__ import annotations

import re
from email.message import Message as MimeMessage

import flufl.bounce
from flufl.bounce import _scan

from mailbot.mail import mime, permanence, returned
from mailbot.mail.bounce_texts import (
    COPY_BEGINS,
    DELAY_SUBJECT,
    DELAY_WORDS,
    FAILED_LINE,
    FAILED_SUBJECT,
    GIVEN_UP,
    HELPERS,
    LABELLED,
    LISTED,
)
from mailbot.mail.model import Message
from mailbot.mail.senders import from_server

OLD_FORMAT_LINES_MAX = 800  # that flufl.bounce sees: it looks at each line with some 50 patterns
OLD_FORMAT_MAX = 32 * 1024
WORDS_MAX = 20_000
RECIPIENTS_MAX = 50  # of one report; a letter of ours goes to two or three
LINE_MAX = 1_000  # of a report: longer lines hold no list of recipients
NEAR = 600  # characters after an address in which the reason of its failure stands
_ADDRESS = re.compile(r"[\w.+=&'/~%!#$*?^{}|-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ID_LINE = re.compile(r"(?im)^.{0,40}message-?id.{0,400}$")
_SENDER_LINE = re.compile(
    r"(?im)^[ \t>]{0,20}(?:mail from|from|sender|reply-to|contact|von|de|发件人|for (?:further )?assistance"
    r"|if you (?:have|need))(?!\w).{0,400}$"
)
_SUCCESS = re.compile(
    r"successfully (?:delivered|relayed)|was (?:delivered|relayed) to|delivery report that you requested", re.IGNORECASE
)

_scan.log.disabled = True  # it logs at every mail; the desk logs no customer text


def read(message: Message, leaves: list[mime.Leaf], most: int) -> list[tuple[str, str]]:
    """Every recipient in the report with its kind (`permanence`)."""
    words, copy = _apart(message)
    sent_to = returned.recipients(message, leaves, copy)
    waits = _waits(message, words)
    named = [each.strip("'") for each in _ADDRESS.findall(message.header("x-failed-recipients"))]
    if not named:
        temporary, permanent = _flufl(message.raw[:most])
        named = _sensible([*permanent, *temporary], message, sent_to)
        waits = waits or (bool(temporary) and not permanent)
        if permanent and not DELAY_SUBJECT.search(message.subject):
            waits = False
    tells = FAILED_SUBJECT.search(message.subject) or waits or _speaks_of_failure(words)
    if not named and not (tells or (from_server(message) and permanence.says_why(words))):
        return []
    if not named:
        named = _by_words(words, message, sent_to)
    named = _all_failed(words, message) or named
    if not named:
        named = sent_to[:1] if len(set(sent_to)) == 1 else _any(words, message)
    late = permanence.is_time_over(message.subject)  # "Cannot send message for 4 days" is true of all of them
    last = permanence.WAITING if waits else permanence.HARD if late else ""
    kinds = Kinds(words)
    return [(each, last or kinds.of(each, "")) for each in list(dict.fromkeys(named))[:RECIPIENTS_MAX]]


class Kinds:
    """HARD or SOFT for each recipient, by its status and by what the report's words say of it.

    Each saying is judged once: most often the same words are said of all.
    """

    def __init__(self, words: str) -> None:
        self._words = words
        self._known: dict[tuple[str, str], str] = {}

    def of(self, address: str, status: str, diagnostic: str = "") -> str:
        said = (status, diagnostic or said_of(address, self._words))
        if said not in self._known:
            self._known[said] = permanence.of_failure(*said)
        return self._known[said]


def says_success(text: str) -> bool:
    """Whether the words tell that the letter arrived or went on."""
    return bool(_SUCCESS.search(text[:WORDS_MAX]))


def own_words(message: Message) -> str:
    """What the report says itself, above the copy of the letter."""
    return _apart(message)[0]


def _apart(message: Message) -> tuple[str, str]:
    """(the report's own words, the copy of the letter below them)."""
    text = message.text[: 5 * WORDS_MAX]
    begin = COPY_BEGINS.search(text, min(len(text), 20))
    end = begin.start() if begin else len(text)
    lines = [line for line in text[:end][:WORDS_MAX].split("\n") if len(line) <= LINE_MAX]
    return "\n".join(lines), text[end:]


def _speaks_of_failure(words: str) -> bool:
    return bool((FAILED_SUBJECT.search(words[:2_000]) or GIVEN_UP.search(words)) and not says_success(words))


def _waits(message: Message, words: str) -> bool:
    """Whether the server still tries: it says so, or nothing but a class 4 reply and a subject of delay."""
    if DELAY_WORDS.search(f"{message.subject}\n{words}"):
        return not re.search(r"failed permanently|gave up|giving up|given up|will not be retried", words, re.IGNORECASE)
    if not DELAY_SUBJECT.search(message.subject) or FAILED_SUBJECT.search(message.subject):
        return False
    return not GIVEN_UP.search(words) or permanence.is_temporary(words)


def said_of(address: str, words: str) -> str:
    """What stands right after the address, where that gives a reason, else all the report's words."""
    at = words.casefold().find(address.casefold())
    near = words[at + len(address) : at + NEAR] if at >= 0 else ""
    others = (each.start() for each in _ADDRESS.finditer(near) if each.group().casefold() != address.casefold())
    said = near[: next(others, len(near))]
    return said if permanence.says_why(said) else words


def _all_failed(words: str, message: Message) -> list[str]:
    """Everybody of whom the words say so one by one, also whom the letter's own header does not name (Bcc)."""
    ours = {each.key for each in message.to} | ({message.sender.key} if message.sender else set())
    found = [first or second for first, second in FAILED_LINE.findall(words)]
    return [each for each in dict.fromkeys(found) if each.casefold() not in ours]


def _by_words(words: str, message: Message, sent_to: list[str]) -> list[str]:
    """Addresses in a report's own words: those the letter was sent to, else labelled, else at the start of a line."""
    said = _SENDER_LINE.sub("", _ID_LINE.sub("", words))
    for found in (LABELLED.findall(said), LISTED.findall(said), _ADDRESS.findall(said)):
        sensible = _sensible(found, message, sent_to)
        if sensible:
            return sensible
    return []


def _any(words: str, message: Message) -> list[str]:
    """The first address that opens a line, even our own: who writes to himself gets it back himself."""
    sender = message.sender.key if message.sender else ""
    return [each for each in LISTED.findall(words) if each.casefold() != sender][:1]


def _sensible(found: list[str], message: Message, sent_to: list[str]) -> list[str]:
    """Without ourselves, the server, its helpers and ids; where some are whom the letter was sent to, only those."""
    ids = " ".join(_ID_LINE.findall(message.text[: 5 * WORDS_MAX])).casefold()
    ours = {each.key for each in message.to} | ({message.sender.key} if message.sender else set())
    left = []
    for each in found:
        address = each.strip("'.<>").casefold()
        local = address.partition("@")[0]
        helper = local in HELPERS and address not in sent_to
        if address in ours - set(sent_to) or helper or address in ids or "@" not in address:
            continue
        left.append(each.strip("'.<>"))
    exact = [each for each in left if each.casefold() in sent_to]
    return list(dict.fromkeys(exact or left))


def _flufl(raw: bytes) -> tuple[list[str], list[str]]:
    """(temporary, permanent) by flufl.bounce, whose detectors let their own bugs through."""
    lines = raw.split(b"\n", OLD_FORMAT_LINES_MAX)[:OLD_FORMAT_LINES_MAX]
    short = b"\n".join(line for line in lines if len(line) <= LINE_MAX)[:OLD_FORMAT_MAX]
    structure: MimeMessage = mime.parse(short)[0]
    try:
        temporary, permanent = flufl.bounce.all_failures(structure)
    except (*mime.PARSER_FAILURES, UnicodeError):
        return [], []
    return [_plain(each) for each in sorted(temporary)], [_plain(each) for each in sorted(permanent)]


def _plain(address: bytes | str) -> str:
    return address.decode("utf-8", "replace") if isinstance(address, bytes) else str(address)
