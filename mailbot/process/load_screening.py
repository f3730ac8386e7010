"""rules/categories.yaml and categories.LANG.yaml -> lists of phrases: what a new mail is, in every language.

Decides whether a phrase can be looked for; never looks for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from mailbot.process import word_files
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.place import Place
from mailbot.process.vocabulary import CATEGORIES, SIGN_WORDS, SIGNS_SEEN
from mailbot.process.wordlists import Phrases, Screening
from mailbot.process.yaml_marks import Value

PATH = re.compile(r"rules/categories\.([a-z]{2,3}(?:-[A-Za-z]{2,8})?)\.yaml")
LISTS = ("complaint", "claim", "serious", "says_left", "solved")
OPTIONAL = ("minor",)
CONTACT = ("names", "places", "before", "below")
KINDS = ("enquiry", "praise", "suggestion", "other")
CATEGORY_SIGNS = CATEGORIES[:5]  # what a sign may say that went wrong
SIGNS = ("complaint", "claim", "serious", *KINDS, *CATEGORY_SIGNS)
KEYS = (*LISTS, *OPTIONAL, "kinds", "contact", "categories", "words", "signs")
BELOW = {"kinds": KINDS, "contact": CONTACT, "categories": CATEGORIES, "words": SIGN_WORDS}
_STARRED = re.compile(r"[^\s*]+\*?(?:\s+[^\s*]+\*?)*")  # `*` ends a word
LONGEST = 200  # characters of a phrase
SOURCE = "en"  # the language of rules/categories.yaml itself


def load_screening(
    page: Page, root: Value, own: Mapping[str, Screening | tuple[Page, Value]], listed: Iterable[str]
) -> Screening:
    """rules/categories.yaml, with what every other language adds.

    Args:
        own: language -> its file, or what `quick` read of it. All are read: customers write in languages in which
            nobody answers them. listed: the languages of the desk; by theirs, words of no known language are read.
    """
    entries = page.keys(root, "this file", KEYS, (*LISTS, "kinds"))
    first = _lists(page, root, entries)
    if "complaint" in entries and not first.complaint.phrases:
        page.warn(entries["complaint"].line, "without phrases under 'complaint' every new mail needs a person")
    others = {language: each if isinstance(each, Screening) else _whole(*each) for language, each in own.items()}
    by_language = {language: _joined(first, each) for language, each in others.items()}
    spoken = [others[language] for language in listed if language in others]
    return replace(_joined(first, *spoken), by_language={SOURCE: first, **by_language})


@lru_cache(maxsize=32)  # the same files are read again at each reload of the rules
def quick(text: str, file: str) -> Screening | None:
    """What the file of a language says, where nothing in it is unusual; None, and it has to be read with care."""
    found = word_files.lists(text)
    if found is None or not all(_is_known(path, phrases) for path, (_, phrases) in found.items()):
        return None

    def of(*path: str) -> Phrases:
        line, phrases = found.get(path, (1, ()))
        return Phrases(tuple(dict.fromkeys(" ".join(each.casefold().split()) for each in phrases)), Place(file, line))

    return Screening(
        complaint=of("complaint"),
        claim=of("claim"),
        kinds={kind: of("kinds", kind) for kind in KINDS},
        serious=of("serious"),
        says_left=of("says_left"),
        solved=of("solved"),
        contact={name: of("contact", name) for name in CONTACT if ("contact", name) in found},
        minor=of("minor"),
        categories={name: of("categories", name) for name in CATEGORIES if ("categories", name) in found},
        words={name: of("words", name) for name in SIGN_WORDS if ("words", name) in found},
    )


def _is_known(path: tuple[str, ...], phrases: Sequence[str]) -> bool:
    """Whether a list may stand there, and every phrase in it can be looked for."""
    if path[0] in BELOW:
        known = (len(path) == 2 and path[1] in BELOW[path[0]]) or (len(path) == 1 and not phrases)
    else:
        known = len(path) == 1 and path[0] in (*LISTS, *OPTIONAL) and bool(phrases)
    return known and not any(len(each) > LONGEST or ("*" in each and not _STARRED.fullmatch(each)) for each in phrases)


def _whole(page: Page, root: Value) -> Screening:
    return _lists(page, root, page.keys(root, "this file", KEYS))


def _lists(page: Page, root: Value, entries: Mapping[str, Value]) -> Screening:
    """What one file says."""
    none = Value(root.line)
    lists = {name: phrases(page, entries.get(name, none), f"'{name}'") for name in (*LISTS, *OPTIONAL)}
    kinds, categories = entries.get("kinds", none), entries.get("categories", none)
    named = page.keys(kinds, "'kinds'", KINDS, name="kind") if "kinds" in entries else {}
    contact = page.keys(entries["contact"], "'contact'", CONTACT) if "contact" in entries else {}
    of = page.keys(categories, "'categories'", CATEGORIES, name="category") if "categories" in entries else {}
    words = page.keys(entries["words"], "'words'", SIGN_WORDS, name="list of words") if "words" in entries else {}
    signs = page.keys(entries["signs"], "'signs'", SIGNS, name="sign") if "signs" in entries else {}
    return Screening(
        complaint=lists["complaint"],
        claim=lists["claim"],
        kinds={kind: phrases(page, named.get(kind, Value(kinds.line)), f"'{kind}'") for kind in KINDS},
        serious=lists["serious"],
        says_left=lists["says_left"],
        solved=lists["solved"],
        contact={name: phrases(page, value, f"'{name}'") for name, value in contact.items()},
        minor=lists["minor"],
        categories={name: phrases(page, value, f"'{name}'") for name, value in of.items()},
        words={name: phrases(page, value, f"'{name}'") for name, value in words.items()},
        signs={name: _signs(page, value, name) for name, value in signs.items()},
    )


def _signs(page: Page, value: Value, name: str) -> Phrases:
    """What says so together: names of `words` joined by +, `not` before what must be absent."""
    found = phrases(page, value, f"'{name}'")
    for each in found.phrases:
        for part in each.split(" + "):
            page.known_name(
                part.removeprefix("not ").removeprefix("any "), value.line, (*SIGN_WORDS, *SIGNS_SEEN), "list of words"
            )
    return found


def _joined(first: Screening, *more: Screening) -> Screening:
    """The lists of several languages as one."""
    every = (first, *more)

    def both(lists: Iterable[Phrases | None]) -> Phrases:
        known = [each for each in lists if each]
        joined = tuple(dict.fromkeys(phrase for each in known for phrase in each.phrases))
        return Phrases(joined, known[0].place)

    def tables(told: Sequence[Mapping[str, Phrases]]) -> dict[str, Phrases]:
        return {name: both(each.get(name) for each in told) for name in dict.fromkeys(n for each in told for n in each)}

    return Screening(
        complaint=both(each.complaint for each in every),
        claim=both(each.claim for each in every),
        kinds=tables([each.kinds for each in every]),
        serious=both(each.serious for each in every),
        says_left=both(each.says_left for each in every),
        solved=both(each.solved for each in every),
        contact=tables([each.contact for each in every]),
        minor=both(each.minor for each in every),
        categories=tables([each.categories for each in every]),
        words=tables([each.words for each in every]),
        signs=tables([each.signs for each in every]),
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
