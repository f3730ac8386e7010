"""rules/screening.yaml and rules/wording.yaml -> lists of phrases: what a new mail is, what may never be said.

Decides whether a phrase can be looked for; never looks for one. The phrases of an offer cannot be emptied: the rule
above all (no compensation without complaint form) has no switch.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.wordlists import Phrases, Screening, Wording
from mailbot.process.yaml_marks import Value

LISTS = ("complaint", "claim", "serious", "says_left", "solved")
CONTACT = ("names", "places", "before", "below")
KINDS = ("enquiry", "praise", "suggestion", "other")
WORDING_KEYS = ("offers", "never", "rule", "footer", "outside_body")
LONGEST = 200  # characters of a phrase


def load_screening(page: Page, root: Value) -> Screening:
    """rules/screening.yaml."""
    entries = page.keys(root, "this file", (*LISTS, "kinds", "contact"), (*LISTS, "kinds"))
    lists = {name: phrases(page, entries.get(name, Value(root.line)), f"'{name}'") for name in LISTS}
    if "complaint" in entries and not lists["complaint"].phrases:
        page.warn(entries["complaint"].line, "without phrases under 'complaint' every new mail needs a person")
    kinds = entries.get("kinds", Value(root.line))
    named = page.keys(kinds, "'kinds'", KINDS, name="kind") if "kinds" in entries else {}
    contact = page.keys(entries["contact"], "'contact'", CONTACT) if "contact" in entries else {}
    return Screening(
        complaint=lists["complaint"],
        claim=lists["claim"],
        kinds={kind: phrases(page, named.get(kind, Value(kinds.line)), f"'{kind}'") for kind in KINDS},
        serious=lists["serious"],
        says_left=lists["says_left"],
        solved=lists["solved"],
        contact={name: phrases(page, value, f"'{name}'") for name, value in contact.items()},
    )


def load_wording(page: Page, root: Value, languages: Iterable[str]) -> Wording:
    """rules/wording.yaml."""
    entries = page.keys(root, "this file", WORDING_KEYS, ("offers", "rule"))
    offers = phrases(page, entries.get("offers", Value(root.line)), "'offers'")
    if "offers" in entries and not offers.phrases:
        page.error(entries["offers"].line, "'offers' cannot be empty: no letter may offer anything without a form")
    return Wording(
        offers=offers,
        never=phrases(page, entries.get("never", Value(root.line)), "'never'"),
        rule=_by_language(page, entries.get("rule"), "rule", languages),
        footer=_by_language(page, entries.get("footer"), "footer", languages),
        outside_body=page.text(entries.get("outside_body"), "'outside_body'"),
    )


def phrases(page: Page, value: Value, what: str) -> Phrases:
    """A list of phrases, case folded, single spaced; `*` stands for the rest of a word, at its end."""
    kept: list[str] = []
    for item in page.items(value, what):
        phrase = " ".join(page.needed_text(item, f"a phrase of {what}").casefold().split())
        if not phrase:
            continue
        if len(phrase) > LONGEST:
            page.error(item.line, f"a phrase of {what} is longer than {LONGEST} characters")
        elif any(not word.rstrip("*") or "*" in word[:-1] for word in phrase.split()):
            page.error(item.line, f"{shown(phrase)}: '*' can only end a word, as in 'ruin*'")
        else:
            kept.append(phrase)
    return Phrases(tuple(dict.fromkeys(kept)), page.place(value.line))


def _by_language(page: Page, value: Value | None, what: str, languages: Iterable[str]) -> dict[str, str]:
    """Fixed wording in each language that letters are written in."""
    if value is None:
        return {}
    texts = {
        language: page.needed_text(text, f"'{what}' in '{language}'")
        for language, text in page.table(value, f"'{what}'").items()
    }
    for language in languages:
        if language not in texts:
            page.error(value.line, f"'{what}' has no text in '{language}'")
    return texts
