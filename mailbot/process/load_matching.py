"""rules/matching.yaml -> Matching: the weights, totals and words by which a mail finds its case.

Decides whether they can be used: every number within its bounds, no provider twice, no phrase that could keep the desk
busy. What the file leaves out has its default, so that a desk folder from before it existed works on.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.process.load_hearing import LANGUAGE
from mailbot.process.load_screening import phrases
from mailbot.process.matching import (
    ALIKE,
    CLOSED,
    DAYS,
    PHRASES,
    SHORTEST,
    THEN,
    TOTALS,
    WEIGHTS,
    WORDS,
    Matching,
    Provider,
)
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.yaml_marks import Value

KEYS = ("providers", "weights", "alike", "shortest", "totals", "days", "closed", "words", "phrases")
PROVIDER_KEYS = ("domains", "ignores", "tag")
SIGNS = ".-_+="  # that a provider may ignore, or begin a tag with
LONGEST_AGO = 3650  # days
LEAST_ALIKE = 70  # below that, words are alike that have nothing to do with each other
LEAST_ASKED = 25  # below that, everybody is asked about


def load_matching(page: Page, root: Value) -> Matching:
    """The whole file; what is left out is as in `Matching()`."""
    entries = {} if root.is_null else page.keys(root, "this file", KEYS)
    empty = Value(root.line, kind="table")
    return Matching(
        providers=_providers(page, entries.get("providers", Value(root.line))),
        weights=_numbers(page, entries.get("weights", empty), "weights", WEIGHTS, 0, 100),
        alike=_numbers(page, entries.get("alike", empty), "alike", ALIKE, LEAST_ALIKE, 100),
        shortest=_numbers(page, entries.get("shortest", empty), "shortest", SHORTEST, 2, 40),
        totals=_totals(page, entries.get("totals", empty)),
        days=_numbers(page, entries.get("days", empty), "days", DAYS, 0, LONGEST_AGO),
        closed=_closed(page, entries.get("closed", empty)),
        words=_words(page, entries.get("words", empty)),
        phrases=_phrases(page, entries.get("phrases", empty)),
    )


def _providers(page: Page, value: Value) -> tuple[Provider, ...]:
    found: list[Provider] = []
    known: set[str] = set()
    for item in page.items(value, "'providers'"):
        entries = page.keys(item, "a provider", PROVIDER_KEYS, ("domains",))
        domains = tuple(text.casefold() for text in page.texts(entries.get("domains"), "'domains'"))
        for domain in domains:
            if domain in known or "@" in domain or "." not in domain:
                what = "stands here twice" if domain in known else "is no domain, such as gmail.com"
                page.error(item.line, f"{shown(domain)} {what}")
        known.update(domains)
        found.append(Provider(domains, _signs(page, entries, "ignores"), _signs(page, entries, "tag")))
    return tuple(found)


def _signs(page: Page, entries: Mapping[str, Value], key: str) -> str:
    """Signs of an address, never letters: a provider that ignored those would have one mailbox for all."""
    value = entries.get(key)
    text = page.text(value, f"'{key}'")
    if value is not None and any(sign not in SIGNS for sign in text):
        page.error(value.line, f"'{key}' can only be of the signs {' '.join(SIGNS)}, between quotation marks")
        return ""
    return text


def _numbers(page: Page, value: Value, what: str, known: Mapping[str, int], least: int, most: int) -> Mapping[str, int]:
    """A table of whole numbers; those left out have their default."""
    entries = page.keys(value, f"'{what}'", known)
    found = {key: _number(page, entry, key, least, most) for key, entry in entries.items()}
    return {**known, **{key: number for key, number in found.items() if number is not None}}


def _number(page: Page, value: Value, key: str, least: int, most: int) -> int | None:
    if value.kind == "scalar" and type(value.data) is int and least <= value.data <= most:
        return value.data
    page.error(value.line, f"'{key}' should be a whole number from {least} to {most}")
    return None


def _totals(page: Page, value: Value) -> Mapping[str, int]:
    totals = _numbers(page, value, "totals", TOTALS, 1, 100)
    if totals["ask_from"] < LEAST_ASKED:
        line = value.entries["ask_from"].line
        page.error(line, f"'ask_from' below {LEAST_ASKED} would ask a person about nearly every mail")
    if totals["margin"] < 1 or totals["sure_from"] < totals["margin"]:
        page.error(value.line, "'sure_from' cannot be less than 'margin': one case alone must lead by that much")
    return totals


def _closed(page: Page, value: Value) -> Mapping[str, str]:
    entries = page.keys(value, "'closed'", CLOSED)
    return {key: page.one_of(entries.get(key), THEN, key, default) for key, default in CLOSED.items()}


def _words(page: Page, value: Value) -> Mapping[str, frozenset[str]]:
    entries = page.keys(value, "'words'", WORDS)
    return {name: frozenset(phrases(page, entry, f"'{name}'").phrases) for name, entry in entries.items()}


def _phrases(page: Page, value: Value) -> Mapping[str, tuple[str, ...]]:
    """The phrases of all languages together."""
    gathered: dict[str, list[str]] = {name: [] for name in PHRASES}
    for language, body in page.table(value, "'phrases'").items():
        if not LANGUAGE.fullmatch(language):
            page.error(value.key_lines[language], f"{shown(language)} is no language; write it like 'en'")
        for name, entry in page.keys(body, shown(language), PHRASES).items():
            gathered[name].extend(phrases(page, entry, f"'{name}'").phrases)
    return {name: tuple(dict.fromkeys(found)) for name, found in gathered.items()}
