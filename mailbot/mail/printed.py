"""Decides who wrote a mail, from the line in which a mail program printed its sender.

Must never guess: where two addresses stand, or the author's own is not shown, the address is '' and the doubt is said.
RFC 5322 3.4 is the grammar of the field that was printed; what programs make of it follows no grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbot.mail import headers, marks

NAME_MAX = 200
LINE_MAX = 2_000
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+!#$%&/^~-][\w.!#$%&'*+/=?^`{|}~-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w@-])"
)
_MAILTO = re.compile(r"[<\[(]?\s?mailto:\s?[^<>\[\]()\s]{0,330}\s?[>\])]?", re.IGNORECASE)
_EXCHANGE = re.compile(r"[<\[(]?\s?(?:/o=|imceaex-)[^<>\[\]]{0,1000}[>\])]?", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"[<\[(]\s{0,3}[>\])]?|(?<=\s)[>\])]")
_EDGES = " \t\"'<>;,:*«»“”„‘’|，；、"
_QUOTED_NAME = re.compile(r"[\"“„«]\s?([^\"“”„«»]{1,200}?)\s?[\"“”»]\s{0,3}$")
# What stands between the date and the name in an attribution: verbs, times of day, words for "the user".
_NOT_OF_A_NAME = (
    "schrieb schreef skrev wrote escreveu escribió scrisse heeft von par by at à as a às alle las ore om kl kl. klo um "
    "o u v в on om. uhr h hs am pm a.m. p.m. utc gmt z cet cest bst est edt pst pdt jst г. г r. lúc пользователь "
    "používateľ użytkownik uživatel 用户 użytk. kello vào időpontban den le il el op em mesz mez"
)
_VERB_WORDS = "schrieb schreef skrev wrote escreveu heeft пользователь používateľ użytkownik uživatel 用户"
_BEGINNING_WORDS = (
    "on at am le el il giorno em no dia op w dniu dnia den dne dňa på în la pe στις na vào lúc pada tanggal ngày "
    "a в 在 於 于"
)
_STOPS = frozenset(_NOT_OF_A_NAME.split())
_VERBS = frozenset(_VERB_WORDS.split())
_BEGINNINGS = frozenset(_BEGINNING_WORDS.split())
_ROUND_A_DATE = " ,，.:：;-–()<>[]|"
_NAME_WORDS = 8


@dataclass(frozen=True, slots=True)
class Who:
    """The sender as printed. doubt: why no address could be taken, '' where one was or none is shown."""

    address: str
    name: str
    date: str = ""
    doubt: str = ""


def in_field(value: str) -> Who:
    """The sender in the From line of a header block."""
    value = headers.text(value[:LINE_MAX]) if "=?" in value else value[:LINE_MAX]
    value, represented = _author(value)
    plain = _EXCHANGE.sub(" ", value)
    found = {each.casefold(): each for each in _ADDRESS.findall(plain)}
    name = _name(plain, found.values())
    if len(found) == 1:
        return Who(next(iter(found.values())), name)
    if found:
        return Who("", name, doubt=f"{len(found)} addresses stand in the line of the sender")
    return Who("", name, doubt="it was written on behalf of somebody whose address is not shown" if represented else "")


def in_attribution(said: str) -> Who:
    """The sender and the date in a line like 'On 1 May 2026 at 10:00, Jane <jane@example.com> wrote:'."""
    said = _MAILTO.sub(lambda found: " " + "".join(_ADDRESS.findall(found[0])[:1]) + " ", said[:LINE_MAX])
    found = {each.casefold(): each for each in _ADDRESS.findall(said)}
    if len(found) != 1:
        return Who("", "", doubt=f"{len(found)} addresses stand in the line of the sender" if found else "")
    address = next(iter(found.values()))
    before, _, after = said.partition(address)
    name, date = _name_and_date(before.rstrip(" <([\t"))
    return Who(address, name, date or _dated(after))


def _author(value: str) -> tuple[str, bool]:
    """Whose words they are, where one wrote on behalf of another."""
    folded = f" {value.casefold()} "
    for words in marks.BEHALF:
        at = folded.find(words)
        if at >= 0 and len(folded) == len(value) + 2:
            return value[at + len(words) - 1 :], True
    return value, False


def _name(value: str, addresses: object) -> str:
    """The name beside the address, '' where only the address is printed."""
    name = _MAILTO.sub(" ", value)
    name = _ADDRESS.sub("", name)
    name = _EMPTY_BRACKETS.sub(" ", name).replace('\\"', '"')
    return " ".join(name.split()).strip(_EDGES)[:NAME_MAX]


def _name_and_date(before: str) -> tuple[str, str]:
    """The name that ends what stands before the address, and the date in front of it."""
    quoted = _QUOTED_NAME.search(before)
    if quoted:
        return quoted[1].strip(_EDGES), _dated(before[: quoted.start()])
    words = before.split()
    taken: list[str] = []
    while words and len(taken) < _NAME_WORDS:
        word = words[-1]
        dated = any(map(str.isdigit, word)) or word.casefold().strip(",") in _STOPS
        if dated or (taken and word.endswith((",", "，"))):
            break
        taken.insert(0, words.pop())
    return " ".join(taken).strip(_EDGES), _dated(" ".join(words))


def _dated(said: str) -> str:
    """The date in what is left of an attribution: without the words that only join it to the name."""
    words = said.split()
    while words and words[0].casefold().strip(",") in _BEGINNINGS:
        words.pop(0)
    while words and words[-1].casefold().strip(",:") in _VERBS:
        words.pop()
    if not any(map(str.isdigit, " ".join(words))):
        return ""
    while words and not any(map(str.isdigit, words[-1])) and words[-1].casefold().strip(",.:)") not in _STOPS:
        words.pop()
    return " ".join(words).strip(_ROUND_A_DATE).removeprefix("于").removesuffix("写道").strip()
