"""rules/screening.yaml -> lists of phrases: what a new mail is.

Decides whether a phrase can be looked for; never looks for one.
"""

from __future__ import annotations

from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.wordlists import Phrases, Screening
from mailbot.process.yaml_marks import Value

LISTS = ("complaint", "claim", "serious", "says_left", "solved")
CONTACT = ("names", "places", "before", "below")
KINDS = ("enquiry", "praise", "suggestion", "other")
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
