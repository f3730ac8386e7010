"""rules/wording.yaml and rules/wording.LANG.yaml -> what may never be said, and the fixed words of each language.

Decides whether every language of the letters has its words; never writes a letter. The phrases of an offer cannot be
emptied: the rule above all (no compensation without complaint form) has no switch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailbot.process.load_screening import phrases
from mailbot.process.names import listed
from mailbot.process.page import Page
from mailbot.process.place import Place
from mailbot.process.wordlists import Phrases, Speech, Wording
from mailbot.process.yaml_marks import Value

PATH = re.compile(r"rules/wording\.([a-z]{2,3}(?:-[A-Za-z]{2,8})?)\.yaml")
LISTS = ("offers", "never", "voucher")
TEXTS = ("rule", "footer", "outside_body")
KEYS = (*LISTS, *TEXTS, "words")
# The small fixed words, each with what must stand in it.
WORDS: Mapping[str, tuple[str, ...]] = {
    "title": (),
    "regards": (),
    "reply": ("answers",),
    "reply_word": ("answers",),
    "or_reply": ("answers",),
    "or_reply_word": ("answers",),
    "reply_staff": (),
    "reply_staff_one_of": (),
    "or_reply_staff": ("answers",),
    "or_reply_button": ("answer",),
    "either": ("others", "last"),
    "either_with_more": ("others", "last"),
    "comma": (),
    "more_words": (),
    "more_form": (),
    "more_amount": (),
    "more_reference": (),
    "more_date": (),
    "more_person": (),
    "more_case": (),
}
FORMS = {"day": ("day", "month", "year"), "amount": ("sign", "number")}
MARKS = ("first_day", "thousands", "decimal")
NAMES = {"weekdays": 7, "months": 12}
_PLACE = re.compile(r"\{([a-z]{1,20})\}")


@dataclass(slots=True)
class _Written:
    """What the files say of one language; `place`: where, for what is missing."""

    page: Page
    place: Place
    lists: dict[str, Phrases] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    words: Value | None = None


def file_of(language: str) -> str:
    """Where the fixed words of a language stand."""
    return f"rules/wording.{language}.yaml"


def load_wording(page: Page, root: Value, own: Mapping[str, tuple[Page, Value]], languages: Iterable[str]) -> Wording:
    """Both kinds of file as one value.

    Args:
        own: language -> its own file, where it has one. languages: those that letters are written in, the default one
            first.
    """
    entries = page.keys(root, "this file", KEYS, ("offers", "rule"))
    lists = {name: phrases(page, entries.get(name, Value(root.line)), f"'{name}'") for name in LISTS}
    if "offers" in entries and not lists["offers"].phrases:
        page.error(entries["offers"].line, "'offers' cannot be empty: no letter may offer anything without a form")
    wanted = tuple(dict.fromkeys(languages))
    written = {language: _written(language, page, entries, own.get(language)) for language in wanted}
    spoken = _merged(written, lists)
    for name in ("rule", "footer"):
        _check_there(name, entries, written)
    return Wording(
        offers=lists["offers"],
        never=lists["never"],
        rule={language: each.texts["rule"] for language, each in written.items() if "rule" in each.texts},
        footer={language: each.texts["footer"] for language, each in written.items() if "footer" in each.texts},
        outside_body=_outside_body(page, entries.get("outside_body")),
        speech=spoken,
    )


def _written(language: str, page: Page, common: Mapping[str, Value], own: tuple[Page, Value] | None) -> _Written:
    """What stands of a language in wording.yaml (by language), and over it what its own file says."""
    tables = {name: common[name] for name in (*TEXTS, "words") if name in common}
    first = common.get("rule")
    found = _Written(page, page.place(first.line if first else 1))
    for name, value in tables.items():
        if name == "outside_body" and value.kind != "table":
            continue
        entry = page.table(value, f"'{name}'").get(language)
        if entry is None:
            continue
        if name == "words":
            found.words = entry
        else:
            found.texts[name] = page.needed_text(entry, f"'{name}' in '{language}'")
    if own is not None:
        _lay_over(found, *own)
    return found


def _lay_over(found: _Written, page: Page, root: Value) -> None:
    entries = page.keys(root, "this file", KEYS)
    found.page, found.place = page, page.place(root.line)
    found.lists = {name: phrases(page, entries[name], f"'{name}'") for name in LISTS if name in entries}
    found.texts.update({name: page.needed_text(entries[name], f"'{name}'") for name in TEXTS if name in entries})
    found.words = entries.get("words", found.words)
    if not found.lists.get("offers", Phrases((), found.place)).phrases:
        page.error(root.line, "'offers' cannot be empty: no letter may offer anything without a form")


def _merged(written: Mapping[str, _Written], common: Mapping[str, Phrases]) -> dict[str, Speech]:
    """Each language with the lists of every language, its own, and those of the default one."""
    default = next(iter(written.values()), None)
    spoken: dict[str, Speech] = {}
    for language, each in written.items():
        sources = (each,) if default is None or each is default else (each, default)
        lists = {name: _joined(common[name], (source.lists.get(name) for source in sources)) for name in LISTS}
        spoken[language] = _speech(language, each, lists)
    return spoken


def _joined(first: Phrases, others: Iterable[Phrases | None]) -> Phrases:
    more = tuple(phrase for other in others if other for phrase in other.phrases)
    return Phrases(tuple(dict.fromkeys((*first.phrases, *more))), first.place) if more else first


def _speech(language: str, written: _Written, lists: Mapping[str, Phrases]) -> Speech:
    """The small words of a language, each there and with its places."""
    page, value = written.page, written.words
    outside = written.texts.get("outside_body", "")
    if value is None:
        page.error(written.place.line, f"'words' has no text in '{language}'; it stands in {file_of(language)}")
        return Speech(language, lists["offers"], lists["never"], lists["voucher"], outside)
    entries = page.keys(value, "'words'", (*WORDS, *FORMS, *MARKS, *NAMES), (*WORDS, *FORMS, *NAMES), name="word")
    words = {name: _text(page, entries[name], name, WORDS[name]) for name in WORDS if name in entries}
    forms = {name: _text(page, entries[name], name, FORMS[name]) for name in FORMS if name in entries}
    marks = {name: entries[name].text for name in MARKS if name in entries and entries[name].kind == "scalar"}
    names = {name: _names(page, entries[name], name, many) for name, many in NAMES.items() if name in entries}
    return Speech(
        language,
        lists["offers"],
        lists["never"],
        lists["voucher"],
        outside,
        words,
        names.get("weekdays", ()),
        names.get("months", ()),
        **forms,
        **marks,
    )


def _text(page: Page, value: Value, name: str, places: tuple[str, ...]) -> str:
    text = page.needed_text(value, f"'{name}'")
    known = (*places, "weekday") if name == "day" else places
    found = _PLACE.findall(text)
    wrong = [each for each in found if each not in known] + [each for each in places if each not in found]
    if text and (wrong or text.count("{") != len(found)):
        page.error(value.line, f"'{name}' should hold {listed(tuple(f'{{{each}}}' for each in places)) or 'no braces'}")
        return " ".join(f"{{{each}}}" for each in places)
    return text


def _names(page: Page, value: Value, name: str, many: int) -> tuple[str, ...]:
    names = page.texts(value, f"'{name}'")
    if len(names) != many:
        page.error(value.line, f"'{name}' has {len(names)} names, not {many}")
        return ()
    return names


def _check_there(name: str, entries: Mapping[str, Value], written: Mapping[str, _Written]) -> None:
    """A text that one language has, every one has."""
    if name not in entries and not any(name in each.texts for each in written.values()):
        return
    for language, each in written.items():
        if name not in each.texts:
            common = name in entries and PATH.fullmatch(each.place.file) is None
            line = entries[name].line if common else each.place.line
            each.page.error(line, f"'{name}' has no text in '{language}'")


def _outside_body(page: Page, value: Value | None) -> str:
    """The text for languages that have none of their own."""
    return page.text(value, "'outside_body'") if value is not None and value.kind == "scalar" else ""
