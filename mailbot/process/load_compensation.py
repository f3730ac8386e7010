"""rules/compensation.yaml -> what the offers are, by what went wrong and who the customer is to the shop.

Decides whether the table is whole and fair: no combination without an amount, a class of client only ever adds to
what error and loss set, a later offer is never below an earlier one. Never decides an offer; that is an approver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from mailbot.process.compensation import Cause, Compensation
from mailbot.process.names import listed, shown
from mailbot.process.page import Page
from mailbot.process.vocabulary import CATEGORIES, CLIENTS, FINDINGS
from mailbot.process.yaml_marks import Value

NEEDED = ("letters", "four_eyes_over", "serious_over", "floors", "goodwill")
KEYS = ("sign", *NEEDED, "findings", "clients", "causes")
OFFERING = ("clear error", "unclear error")  # the other findings lead elsewhere: explained, repaired, sent on
CONFIRMED = "confirmed"
CAUSE_KEYS = ("words", "told")
POUND = "£"
LONGEST_SIGN = 5
MONEY = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")

Pair = tuple[str, str]  # finding, client


def load_compensation(page: Page, root: Value, languages: Iterable[str]) -> Compensation:
    """The whole table; `languages`: those that letters are written in."""
    entries = page.keys(root, "this file", KEYS, NEEDED)
    letters = _letters(page, entries.get("letters"))
    goodwill, confirmed = _goodwill(page, entries.get("goodwill"), letters)
    meant = {name: name for name in (*FINDINGS, *CLIENTS)}  # their names are theirs, whatever a list above them says
    return Compensation(
        letters=letters,
        sign=_sign(page, entries.get("sign")),
        four_eyes_over=_pence(page, entries.get("four_eyes_over"), "'four_eyes_over'") or 0,
        serious_over=_pence(page, entries.get("serious_over"), "'serious_over'") or 0,
        findings=_words(page, entries.get("findings"), "finding", FINDINGS, meant),
        clients=_words(page, entries.get("clients"), "client", CLIENTS, meant),
        causes=_causes(page, entries.get("causes"), tuple(languages)),
        floors=_floors(page, entries.get("floors")),
        goodwill=goodwill,
        confirmed=confirmed,
    )


def _letters(page: Page, value: Value | None) -> tuple[str, ...]:
    """The letters that make an offer, in their order."""
    letters = page.texts(value, "'letters'")
    if value is not None and not letters:
        page.error(value.line, "'letters' names no letter; write it like [CL1, CL2]")
    for letter in sorted({letter for letter in letters if letters.count(letter) > 1}):
        page.error(value.line if value else 1, f"letter {shown(letter)} stands twice in 'letters'")
    return tuple(dict.fromkeys(letters))


def _sign(page: Page, value: Value | None) -> str:
    sign = page.needed_text(value, "'sign'")
    if value is not None and (len(sign) > LONGEST_SIGN or any(char.isdigit() for char in sign)):
        page.error(value.line, f"'sign' is {shown(sign)}; it should be the sign of your money, such as {POUND}")
        return POUND
    return sign or POUND


def _pence(page: Page, value: Value | None, what: str) -> int | None:
    """An amount in pounds, perhaps with pence; None where it is missing or none."""
    if value is None:
        return None
    text = value.text.strip().removeprefix(POUND)
    match = MONEY.fullmatch(text)
    if value.kind == "scalar" and match:
        return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if value.kind == "scalar" and text.startswith("-"):
        page.error(value.line, f"{what} is {shown(value.text)}; it cannot be less than 0")
    else:
        page.error(value.line, f"{what} should be an amount of money, such as 20 or 12.50")
    return None


def _offering(page: Page, value: Value | None, what: str) -> dict[str, Value]:
    """A table by finding: those at which something is offered, each of them, and no other."""
    if value is None:
        return {}
    entries = page.keys(value, what, FINDINGS, OFFERING, name="finding")
    for finding in sorted(set(entries) - set(OFFERING)):
        line = value.key_lines.get(finding, entries[finding].line)
        page.error(line, f"nothing is offered for {shown(finding)}; {what} has only {listed(OFFERING)}")
    return {finding: entries[finding] for finding in OFFERING if finding in entries}


def _floors(page: Page, value: Value | None) -> dict[str, dict[str, int]]:
    """What error and loss set: finding -> category -> pence."""
    floors: dict[str, dict[str, int]] = {}
    for finding, body in _offering(page, value, "'floors'").items():
        what = f"'floors' for {shown(finding)}"
        entries = page.keys(body, what, CATEGORIES, CATEGORIES, name="category")
        read = {category: _pence(page, amount, f"'{category}' in {what}") for category, amount in entries.items()}
        floors[finding] = {category: pence for category, pence in read.items() if pence is not None}
    return floors


def _goodwill(
    page: Page, value: Value | None, letters: tuple[str, ...]
) -> tuple[dict[Pair, dict[str, int]], frozenset[Pair]]:
    """What the class of client adds, by (finding, client) and letter; and which rows the shop has agreed to."""
    goodwill: dict[Pair, dict[str, int]] = {}
    confirmed: set[Pair] = set()
    for finding, body in _offering(page, value, "'goodwill'").items():
        rows = page.keys(body, f"'goodwill' for {shown(finding)}", CLIENTS, CLIENTS, name="client")
        for client, row in rows.items():
            what = f"'goodwill' for {shown(finding)}, {shown(client)} client"
            entries = page.keys(row, what, (*letters, CONFIRMED), letters)
            goodwill[finding, client] = _row(page, entries, letters, what)
            if page.flag(entries.get(CONFIRMED), f"'{CONFIRMED}' in {what}"):
                confirmed.add((finding, client))
    return goodwill, frozenset(confirmed)


def _row(page: Page, entries: Mapping[str, Value], letters: tuple[str, ...], what: str) -> dict[str, int]:
    """What is added in each letter: never less than in the letter before."""
    read = {letter: _pence(page, entries.get(letter), f"'{letter}' in {what}") for letter in letters}
    row = {letter: pence for letter, pence in read.items() if pence is not None}
    for before, after in pairwise(row):
        if row[after] < row[before]:
            page.error(entries[after].line, f"{what}: '{after}' cannot be less than '{before}'")
    return row


def _words(
    page: Page, value: Value | None, name: str, known: tuple[str, ...], meant: dict[str, str]
) -> dict[str, tuple[str, ...]]:
    """The words that mean each finding or client; its own name always does. A word has one meaning in the file."""
    entries = page.keys(value, f"'{name}s'", known, name=name) if value is not None else {}
    found: dict[str, tuple[str, ...]] = {}
    for each in known:
        entry = entries.get(each)
        found[each] = _meaning(page, entry, each, f"the words of {name} {shown(each)}")
        for word in found[each]:
            other = meant.setdefault(word, each)
            if other != each:
                line = _line_of(entry, word) or (value.line if value else 1)
                page.error(line, f"{shown(word)} means {shown(other)} already")
    return found


def _meaning(page: Page, value: Value | None, name: str, what: str) -> tuple[str, ...]:
    """Words as they are compared, the name first."""
    words = (" ".join(word.casefold().split()) for word in page.texts(value, what))
    return tuple(dict.fromkeys((" ".join(name.casefold().split()), *words)))


def _line_of(value: Value | None, word: str) -> int:
    scalars = (value.items or (value,)) if value else ()
    return next((each.line for each in scalars if " ".join(each.text.casefold().split()) == word), 0)


def _causes(page: Page, value: Value | None, languages: tuple[str, ...]) -> dict[str, Cause]:
    """The causes of the admin's own list."""
    causes: dict[str, Cause] = {}
    meant: dict[str, str] = {}
    for name, body in (page.table(value, "'causes'") if value else {}).items():
        line = value.key_lines[name] if value else 1
        entries = {} if body.is_null else page.keys(body, f"cause {shown(name)}", CAUSE_KEYS)
        words = _meaning(page, entries.get("words"), name, f"'words' of cause {shown(name)}")
        for word in words:
            other = meant.setdefault(word, name)
            if other != name:
                page.error(_line_of(entries.get("words"), word) or line, f"{shown(word)} means {shown(other)} already")
        causes[name] = Cause(name, words, _told(page, entries.get("told"), name, languages))
    return causes


def _told(page: Page, value: Value | None, cause: str, languages: tuple[str, ...]) -> dict[str, str]:
    """How a customer hears a cause, in every language of the letters; {} = it is not told."""
    if value is None or value.is_null:
        return {}
    what = f"'told' of cause {shown(cause)}"
    texts = page.table(value, what).items()
    told = {language: page.text(text, f"{what} in {shown(language)}") for language, text in texts}
    for language in languages:
        if value.kind == "table" and language not in told:
            page.error(value.line, f"{what} has no text in '{language}'")
    return told
