"""Decides which field of the complaint form a line speaks of: by its label, whatever stands between it and the value.

A label is known by its letters alone: bold, shouted, numbered, without accents, in any language of rules/form.yaml. One
that lost a letter, doubled one or turned two is known if it is long enough, and near to one field only; a short one
never. Pure look-ups in tables and one pass over the line: bounded work for any text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mailbot.cases.form_values import known_value, means_a_choice
from mailbot.cases.phrases import plain
from mailbot.process.model import Field, Process

# What stood between a label and its value, the surest first. NEXT: nothing, the value is on the next line.
COLON, SIGN, GAP, NEXT, WORDS = range(5)
_SEPARATOR = re.compile(
    r"(?=[\s:：\-–—=→⇒»＝|?？\]】])(?:"  # as every one begins: a letter is no place to try them all
    r"[:：]|\s?(?:[-–—=]{1,2}>|[→⇒»])\s?|[=＝\t|?？\]】]|\s[-–—]{1,2}\s|\s[-–—]$|(?<=\w)[–—]\s|\s{2,})"
)
# One of these stands in every separator that is not two blanks; a blank is all space but the plain one.
_SIGNS = re.compile("[:：\\-–—=→⇒»＝|?？\\]】\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_MOST_SEPARATORS = 8  # tried in one line; a hint in brackets has six signs of its own
_LONGEST_HEAD = 200  # characters before a separator: a label with its hint behind it in brackets
_LONGEST_LABEL = 60  # letters
_LEAD = re.compile(
    r"[\s*_•·▪◦■●○►➢>#|\[【\-–—]{0,8}(?:[(（]?\d{1,2}[.)）、:：]\s{0,3}|[a-pA-P][.)]\s{1,3}|Q\d{1,2}[.:]?\s)?[\s*_]{0,4}"
)
_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]{0,160}[)）\]]")
_ABOUT_MINE = re.compile(
    r"(?:my|the|our|this|mon|ma|mes|le|la|les|mi|mis|el|mein|meine|das|der|die|il mio|la mia|il|lo|o meu|a minha|o|a)\s"
    r"|我的|这件|我們的|本人",
)
_NO_LETTER = re.compile(r"[\W_]+")
_SMALL = bytes(range(256)).lower()
_NO_LETTER_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_CHAIN = re.compile(r"\s{0,3}[,;|，；、。]\s{0,3}|\s{2,}|\t|\s/\s|\.\s")
_IS = re.compile(
    r"\s(?:is|was|are|were|would be|est|était|sont|es|era|fue|son|ist|war|sind|è|sono|é|foi|são)\s|[是为](?<=\w[是为])"
)
_SHORTEST_NEAR, _SHORTEST_NEAR_IN_FORM = 6, 5  # letters of a label that may be misspelt
_TWO_SLIPS = 9  # letters from which on two slips are forgiven
_SHORTEST_BEGUN = 8  # letters of a label of which one end was left off
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


@dataclass(frozen=True, slots=True)
class Label:
    """A field that a line names, the value behind the label, and what stood between."""

    field: Field
    value: str
    by: int
    exact: bool = True
    counted: bool = False  # it stood behind a number or a bullet


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Every label of the form by its letters, and how their number of words bounds a look at a line."""

    by_letters: Mapping[str, Field]
    most_words: int


def letters(text: str) -> str:
    """Letters and digits alone, without accents: a text is the same with other signs, spaces or capitals."""
    if text.isascii():  # as most text is: the same as below, twenty times as quick
        return text.encode("ascii").translate(_SMALL, _NO_LETTER_ASCII).decode("ascii")
    apart = unicodedata.normalize("NFD", plain(text))
    return _NO_LETTER.sub("", "".join(each for each in apart if not unicodedata.combining(each)))


@lru_cache(maxsize=4)
def labels(rules: Process) -> Labels:
    """The labels of the rule files; what two fields would share without its accents is neither's."""
    said = [(label, field) for field in rules.form for each in field.labels.values() for label in each]
    spelt = {(spelling, field.id): field for label, field in said for spelling in _spellings(label)}
    of = Counter(spelling for spelling, _ in spelt)
    by_letters = {spelling: field for (spelling, _), field in spelt.items() if of[spelling] == 1 and spelling}
    return Labels(by_letters, max((len(label.split()) for label, _ in said), default=1))


@lru_cache(maxsize=32)
def _beginnings(known: Labels) -> frozenset[str]:
    """The letters with which labels begin."""
    return frozenset(each[:count] for each in known.by_letters for count in range(len(each) + 1))


def label(line: str, known: Labels, *, in_form: bool = False) -> Label | None:
    """The field whose label the line begins with, before a colon or another sign, or alone on the line."""
    lead = None if line[:2].isalpha() and len(line) > 1 else _LEAD.match(line)  # two letters: it leads with nothing
    start = lead.end() if lead else 0
    counted = bool(lead and lead.group().strip(" *_>|"))
    for number, separator in enumerate(_separators(line, start)):
        head = line[start : separator.start()]
        if number >= _MOST_SEPARATORS or len(head) > _LONGEST_HEAD:
            break
        by = _strength(separator.group())
        found = _named(head, known)
        slipped = None if found or by == GAP else _near(letters(_BRACKETS.sub(" ", head)), known, in_form)
        if found is None and slipped is None and in_form and by == COLON:
            slipped = _begun(letters(_BRACKETS.sub(" ", head)), known)
        if field := found or slipped:
            value = _value(line[separator.end() :])
            if value and by != COLON and value[:1] in ":：":  # "What happened?: it tore"
                by, value = COLON, _value(value[1:])
            return Label(field, value, by, found is not None, counted)
    field = _named(line[start:], known) if len(line) <= _LONGEST_HEAD else None
    return Label(field, "", NEXT, True, counted) if field else None


def _separators(line: str, start: int) -> Iterable[re.Match[str]]:
    return _SEPARATOR.finditer(line, start, start + _LONGEST_HEAD) if may_part(line) else ()


def may_part(line: str) -> bool:
    """Whether anything may stand in it between a label and its value; in most lines nothing does."""
    return "  " in line or _SIGNS.search(line) is not None


def in_words(line: str, known: Labels, rules: Process) -> Label | None:
    """A label with nothing but a space behind it, or a sentence about it: only with a value that the field can have."""
    lead = _LEAD.match(line)
    start = lead.end() if lead else 0
    counted = bool(lead and any(map(str.isdigit, lead.group())))
    said = line[start : start + _LONGEST_HEAD]
    for found in list(_IS.finditer(said))[:2]:
        field = _named(said[: found.start()], known)
        if field and (told := _answered(field, said[found.end() :].strip(" .!。！"), rules)):
            return told
    words = said.split()
    for count in range(min(_most_words(words, known), len(words) - 1), 0, -1):
        field = _named(" ".join(words[:count]), known)
        if field:
            value = said.split(None, count)[count]
            fits = (
                counted or known_value(field, value, rules) or (count > 1 and field.kind == "line" and len(words) < 10)
            )
            return Label(field, value, WORDS) if counted or (fits and field.kind not in ("text", "files")) else None
    return None


def _most_words(words: Sequence[str], known: Labels) -> int:
    """How many of the first words are a label at most; as soon as none begins as they do, more of them are none."""
    line = " ".join(words)
    if not line.isascii() or "(" in line or "[" in line or _ABOUT_MINE.match(plain(line).strip(" *_")):
        return known.most_words
    said, begun = "", _beginnings(known)
    for count, word in enumerate(words[: known.most_words]):
        said += letters(word)
        if said not in begun:
            return count
    return known.most_words


def several(found: Label, known: Labels) -> Iterator[Label]:
    """The labels of one line, each with its own value: "Name: Anna, Phone: 07700"."""
    value = found.value
    if ":" not in value and "：" not in value:
        yield found
        return
    field, begun = found.field, 0
    for sign in list(_CHAIN.finditer(value))[:40]:
        if field.kind == "text" and sign.group().strip() not in (";", "|", "；"):
            continue
        rest = value[sign.end() : sign.end() + _LONGEST_HEAD]
        colon = re.search(r"[:：]", rest)
        named = _named(rest[: colon.start()], known) if colon else None
        if named and colon:
            yield Label(field, _value(value[begun : sign.start()]), COLON)
            field, begun = named, sign.end() + colon.end()
    yield Label(field, _value(value[begun:]), found.by if begun == 0 else COLON, found.exact, found.counted)


def _answered(field: Field, value: str, rules: Process) -> Label | None:
    """The field that a sentence answers: "the garment is with me" tells where it is."""
    if field.kind != "choice":
        other = next((each for each in rules.form if each.choices and means_a_choice(each, value)), None)
        if other:
            return Label(other, value, WORDS)
    if field.id == "name":
        return Label(field, value, WORDS) if 0 < len(value.split()) <= 4 else None
    return Label(field, value, WORDS) if known_value(field, value, rules) else None


def _strength(separator: str) -> int:
    sign = separator.strip(" \u00a0\u202f")
    return COLON if sign in (":", "：") else SIGN if sign else GAP


def _spellings(label: str) -> set[str]:
    """A label by its letters, also with umlauts written out."""
    return {letters(label), letters(plain(label).translate(_GERMAN))}


def _named(head: str, known: Labels) -> Field | None:
    """The field of exactly this label, also with a hint behind it in brackets, or "my" before it."""
    bare = _BRACKETS.sub(" ", head) if "(" in head or "（" in head or "[" in head else head
    said = letters(bare) if len(bare) <= _LONGEST_HEAD else ""
    if not said or len(said) > _LONGEST_LABEL:
        return None
    found = known.by_letters.get(said)
    if found or (" " not in bare.strip() and bare.isascii()):
        return found
    own = plain(bare).strip(" *_")
    mine = _ABOUT_MINE.match(own)
    return known.by_letters.get(letters(own[mine.end() :])) if mine else None


@lru_cache(maxsize=512)
def _near(said: str, known: Labels, in_form: bool) -> Field | None:
    """The one field whose label this is but for a letter lost, doubled or turned; two slips in a long one."""
    if not (_SHORTEST_NEAR_IN_FORM if in_form else _SHORTEST_NEAR) <= len(said) <= _LONGEST_LABEL:
        return None
    slips = 2 if len(said) >= _TWO_SLIPS else 1
    near = process.extract(said, known.by_letters.keys(), scorer=OSA.distance, score_cutoff=slips, limit=12)
    close = [each for each, distance, _ in near if _is_slip(said, each, int(distance))]
    fields = {known.by_letters[each].id: known.by_letters[each] for each in close}
    return next(iter(fields.values())) if len(fields) == 1 else None


@lru_cache(maxsize=512)
def _begun(said: str, known: Labels) -> Field | None:
    """The one field whose label this begins: "Date collected"."""
    if not _SHORTEST_BEGUN <= len(said) <= _LONGEST_LABEL:
        return None
    fields = {field.id: field for each, field in known.by_letters.items() if each.startswith(said)}
    return next(iter(fields.values())) if len(fields) == 1 else None


def _is_slip(said: str, meant: str, distance: int) -> bool:
    """Whether one is a slip of the other: of a short label, another letter in place of one is another word."""
    shorter = min(len(said), len(meant))
    if shorter < _SHORTEST_NEAR_IN_FORM:
        return False
    if distance > 1:
        return shorter >= _TWO_SLIPS - 1
    turned = len(said) != len(meant) or sorted(said) == sorted(meant)
    return turned or shorter >= _SHORTEST_NEAR + 1


def _value(text: str) -> str:
    return text.strip().strip("|").lstrip("*_ ").strip() if text[:4].strip() else text.strip().strip("|").strip()
