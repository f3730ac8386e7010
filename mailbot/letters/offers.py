"""Words of an offer, or an amount of money, in a text: found however they are written.

Looks through what hides words from a list: capitals, full-width signs, invisible characters, HTML entities,
hyphens at line ends, letters set apart. Never decides whether an offer may leave; that is `guard`.
The phrases are rules/wording.yaml; the amounts are here, so that no edit of a rule file switches them off.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from mailbot.cases.phrases import all_phrases, first_phrase, plain
from mailbot.process.model import Process

ELSEWHERE = "\ufffc"  # stands where words that are not ours stood, so that ours never join up over them
_WINDOW, _OVERLAP = 50_000, 500  # characters: `plain` looks at so many at once

# Amounts in words, in every language that letters are shipped in: the last of the words before the money is enough.
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred thousand dozen few "
    "deux trois quatre cinq sept huit neuf dix onze douze quinze vingt vingts trente quarante cinquante soixante cent "
    "cents mille quelques dos tres cuatro cinco seis siete ocho nueve diez quince veinte treinta cuarenta cincuenta "
    "sesenta setenta ochenta noventa cien ciento cientos doscientos trescientos quinientos mil unos due tre quattro "
    "cinque sei sette otto nove dieci quindici venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento "
    "duecento trecento cinquecento mille duemila alcuni dois três quatro sete oito dez quinze vinte trinta quarenta "
    "cinquenta sessenta setenta oitenta noventa cem duzentos trezentos quinhentos alguns zwei drei vier fünf sechs "
    r"sieben acht neun zehn elf zwölf fünfzehn \w{0,20}zwanzig \w{0,20}dreißig \w{0,20}dreissig \w{0,20}zig "
    r"\w{0,20}hundert \w{0,20}tausend einige paar"
).replace(" ", "|")
_CODES = "gbp|eur|usd|chf|rmb|cny"
_MONEY = (
    f"{_CODES}|pounds?|quid|sterling|euros?|dollars?|francs?|yuan|pence|bucks|livres?|libras?|esterlinas?|pfund|sterline"
    "|sterlina|dólare?s|dollari|dollaro|franken|franchi|francos?"
)
# In Chinese, figures and money stand together without blanks.
_HAN_NUMBERS = "一二两兩三四五六七八九十百千万萬几幾零〇"
_HAN_MONEY = "元|英镑|英鎊|镑|鎊|欧元|歐元|美元|人民币|人民幣|磅"
_SIGNS = "£€$¥₤₣"
_BESIDE = r"[^\w\ufffc]{0,5}"  # what may stand between a sign and its number: blanks, a colon, a dash
# The rest of a number round the digit that was found; digits that stand near belong to it, so that "£60-90" is no £60.
_NUMBER_BEFORE = re.compile(r"\d[\d.,]{0,20}(?:[\s'’]\d[\d.,]{0,20}){0,4}$")  # 1 060 £ is no 60
_MOST_BEFORE = 60  # characters of a number looked at before its last figure
_NUMBER_AFTER = re.compile(r"[\d.,]{0,20}\d(?:[\s.,–-]{1,3}\d[\d.,]{0,20}){0,5}|(?:[\s.,–-]{1,3}\d[\d.,]{0,20}){1,5}")
_LINE_END = re.compile(r"-[ \t]{0,5}\n\s{0,5}")
_KEPT = 256  # letters of one kind mostly differ in what is not looked through: the same words come again and again
_SET_APART = re.compile(r"(?<!\w)\w([ .·_*-])\w(?:\1\w){2,20}(?!\w)")


@lru_cache(maxsize=_KEPT)
def offer_in(text: str, process: Process, language: str = "") -> str:
    """The first words of an offer or amount in a text, '' for none.

    language: of the letter; its own phrases are looked for beside those of the default one and of every one.
    """
    phrases = process.wording.of(language).offers
    for start in range(0, max(len(text), 1), _WINDOW - _OVERLAP):
        words = _seen_through(text[start : start + _WINDOW])
        found = first_phrase(words, phrases) or _amount(words)
        if found:
            return found
    return ""


def amount_in(text: str) -> str:
    """The first amount of money in a text, '' for none."""
    return _amount(_seen_through(text))


def amounts_in(text: str) -> tuple[str, ...]:
    """Every amount of money in a text, each whole as it stands there."""
    words, found = _seen_through(text), []
    for hit in _amounts().finditer(words):
        begin = max(0, hit.start() - _MOST_BEFORE)
        before, after = _NUMBER_BEFORE.search(words, begin, hit.start()), _NUMBER_AFTER.match(words, hit.end())
        start = before.start() if before and words[hit.start()].isdigit() else hit.start()
        found.append(words[start : after.end() if after and words[hit.end() - 1].isdigit() else hit.end()])
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=_KEPT)
def scolding_in(text: str, process: Process, language: str = "") -> str:
    """The first phrase that is never used on a customer, '' for none."""
    phrases = process.wording.of(language).never
    windows = range(0, max(len(text), 1), _WINDOW - _OVERLAP)
    found = (first_phrase(_seen_through(text[start : start + _WINDOW]), phrases) for start in windows)
    return next(filter(None, found), "")


def without_voucher(text: str, process: Process, language: str = "") -> str:
    """The text without the words for a voucher."""
    for phrase in sorted(all_phrases(text, process.wording.of(language).voucher), key=len, reverse=True):
        written = re.escape(phrase).replace(r"\ ", r"\s{1,5}").replace("'", "['’]")
        text = re.sub(written, ELSEWHERE, text, flags=re.IGNORECASE)
    return text


@lru_cache(maxsize=1)
def _amounts() -> re.Pattern[str]:
    """An amount of money. Made when the first letter is looked through: a cycle without any need not wait for it."""
    return re.compile(
        rf"[{_SIGNS}]{_BESIDE}(?:\d|(?:{_NUMBERS})\b)"
        rf"|\b(?:{_CODES}){_BESIDE}\d"
        rf"|\d[\s.,–-]{{0,4}}(?:[{_SIGNS}元]|(?:{_MONEY})\b)"
        rf"|\b(?:{_NUMBERS})[\s-]{{1,3}}(?:{_MONEY})\b"
        rf"|(?:\d[\s.,–-]{{0,4}}|[{_HAN_NUMBERS}]\s{{0,3}})(?:{_HAN_MONEY})|\d\s{{0,3}}[块塊](?!\w)"
        r"|\b\d{1,3}p\b(?!\.?m)"
        r"|\b(?:tenner|fiver)s?\b"
        r"|\b\d{1,3}\s{0,3}(?:%|per\s?cent\b)\s{1,3}(?:off|back|of|less|lower|cheaper|reduction)\b"
        r"|\b(?:half|third|quarter)\s{1,3}off\b"
    )


def _amount(words: str) -> str:
    found = _amounts().search(words)
    return " ".join(found.group().split()) if found else ""


def _seen_through(text: str) -> str:
    """The text as the eye reads it, and after it the words whose letters were set apart."""
    words = _LINE_END.sub("-", plain(unescape(text)))
    apart = [found.group().replace(found.group(1), "") for found in _SET_APART.finditer(words)]
    return f"{words}\n{ELSEWHERE}{' '.join(apart)}" if apart else words
