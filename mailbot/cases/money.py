"""Amounts of money in what people write, as whole pence. Total: any text gives an answer, never an exception.

`parse` reads the one amount after a command, and reads none where a person would ask back: two amounts, another
currency, "60 or so". `amounts_in` looks for anything that could be an amount, so that a large claim is never missed.
Never decides whether an amount may be granted; that is `approval`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mailbot.cases.phrases import plain

POUND = "£"
_LONGEST = 10_000  # characters after a command that are looked at
# sign -> how the money is called, and its hundredth
_NAMES = {
    "£": ("gbp|pounds? sterling|pounds?|sterling|quid", "p|pence"),
    "€": ("eur|euros?", "cents?"),
    "$": ("usd|dollars?|bucks", "cents?"),
    "¥": ("cny|rmb|jpy|yuan|yen", ""),
    "₣": ("chf|francs?", ""),
}
_SIGNS = "".join(_NAMES)
_ANY_NAME = "|".join(names for names, _ in _NAMES.values())

# 1,000.50 | 1.000,50 | 20.50 | 20,50. "1.000" and "20,5" are nothing: they could be two things.
_NUMBER = (
    r"[0-9]{1,3}(?:,[0-9]{3}){1,2}(?:\.[0-9]{1,2})?|[0-9]{1,3}(?:\.[0-9]{3}){1,2},[0-9]{2}"
    r"|[0-9]{1,7}(?:\.[0-9]{1,2}|,[0-9]{2})?"
)
# What stands after a number that is no money at all.
_COUNTED = r"[ap]\.?m|%|per ?cent|days?|weeks?|months?|years?|hours?|minutes?|items?|pieces?|shirts?|times?|kg|miles?"
# Words with which an amount is no longer one: bounds, choices, conditions, sums. Then it is asked again.
_DOUBT = re.compile(
    r"[?%~<>±+=]|n't\b|\b(?:no|not|never|nothing|none|without|cannot|up to|as much as|max|maximum|min|minimum|at least"
    r"|at most|between|or|if|but|unless|until|maybe|perhaps|possibly|probably|might|less|more|minus|plus|times|each"
    r"|every|per|half|double|twice|third|quarter|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,5}teen"
    r"|twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|grand|k|dozen|couple|few|several)\b"
    r"|\b(?:above|below|over|under|about|around|nearly|almost|approx\w*|roughly|circa|another|extra)\b"
    r"\W{1,4}(?:[a-z]{3}\s)?[0-9]"
)
# Words that, on a later line with figures in it, take back what the first one said.
_CORRECTED = re.compile(r"n't\b|\b(?:sorry|correction|instead|rather|actually|i mean|meant|make it|changed?|not)\b")
_GOODBYE = re.compile(
    r"\s*(?:--\s*$|sent from |(?:many )?thanks|thank you|cheers|(?:kind |best |warm )?(?:regards|wishes))"
)


def parse(text: str, sign: str = POUND) -> int | None:
    """The one amount (pence) that somebody wrote after a command; None where there is none, or it could be another.

    Args:
        sign: the money of the shop; an amount in another one is not understood.
    """
    lines = [line for line in plain(text[:_LONGEST]).splitlines() if line.strip()]
    if not lines or _odd_signs(text[:_LONGEST], sign):
        return None
    amount = _only(lines[0], sign)
    for line in lines[1:]:
        if _GOODBYE.match(line):
            break  # the telephone number and the shop's own advertisement follow
        if _takes_back(line, sign, amount):
            return None
    return amount


def _odd_signs(text: str, sign: str) -> bool:
    """Money of countries not named here, and what becomes plain figures when compared: fractions, footnotes (20²)."""
    odd = (char for char in text if not char.isascii() and char not in sign + _SIGNS)
    return any(
        unicodedata.category(char) == "Sc" or (char.isnumeric() and unicodedata.decimal(char, None) is None)
        for char in odd
    )


def _only(line: str, sign: str) -> int | None:
    """The amount of a line in which every figure belongs to one and the same amount."""
    if _DOUBT.search(line) or _foreign(sign).search(line):
        return None
    amounts = {_worth(hit) for hit in _one_amount(sign).finditer(line)}
    left = _one_amount(sign).sub(" ", line)
    return amounts.pop() if len(amounts) == 1 and not any(map(str.isdigit, left)) else None


def _takes_back(line: str, sign: str, amount: int | None) -> bool:
    """Whether a later line speaks of another amount: "Actually make it 50". A telephone number does not."""
    marked = {_worth(hit) for hit in _one_amount(sign).finditer(line) if hit["before"] or hit["after"]}
    return bool(marked - {amount}) or (any(map(str.isdigit, line)) and bool(_CORRECTED.search(line)))


def _key(sign: str) -> str:
    """The sign under which the shop's money stands in `_NAMES`; '' where it does not."""
    wanted = plain(sign)
    return next((key for key, (names, _) in _NAMES.items() if wanted == key or re.fullmatch(names, wanted)), "")


@lru_cache(maxsize=8)
def _one_amount(sign: str) -> re.Pattern[str]:
    """An amount in the money of the shop, with nothing glued to it."""
    names, hundredth = _NAMES.get(_key(sign), ("", ""))
    money = "|".join(filter(None, (re.escape(plain(sign)), rf"(?:{names})(?![^\W\d_])" if names else "")))
    smaller = rf"|\s?(?P<hundredth>{hundredth})\b(?!\.?m\b)" if hundredth else "|(?P<hundredth>(?!))"
    return re.compile(
        rf"(?<![\w.,#+\-{_SIGNS}])(?P<before>(?:{money})\s{{0,2}})?(?P<number>{_NUMBER})"
        rf"(?:(?P<after>\s{{0,2}}(?:{money})){smaller})?"
        rf"(?![\w{_SIGNS}]|[.,:/-]?[0-9])(?!\s{{0,2}}(?:{_COUNTED})(?!\w))"
    )


@lru_cache(maxsize=8)
def _foreign(sign: str) -> re.Pattern[str]:
    """Money of other countries."""
    others = [other for other in _NAMES if other != _key(sign)]
    names = "|".join(_NAMES[other][0] for other in others)
    return re.compile(rf"[{''.join(others)}]|(?<![^\W\d_])(?:{names})(?![^\W\d_])")


def _worth(hit: re.Match[str]) -> int | None:
    """What an amount is worth; None for both at once ("£50p") and for parts of a penny."""
    if not hit["hundredth"]:
        return _pence(hit["number"])
    return int(hit["number"]) if hit["number"].isdigit() and not hit["before"] else None


def _pence(number: str) -> int:
    """A number as written, in hundredths: ',' or '.' before the last one or two figures parts them."""
    whole, part = number, ""
    if parted := re.search(r"[.,]([0-9]{1,2})$", number):
        whole, part = number[: parted.start()], parted[1]
    return int(re.sub(r"\D", "", whole)) * 100 + int(part.ljust(2, "0"))


def shown(pence: int, sign: str = POUND) -> str:
    """An amount as it stands in letters: £60, £12.50, £1,000."""
    whole, part = divmod(abs(pence), 100)
    gap = " " if sign[-1:].isalnum() else ""
    return f"{'-' if pence < 0 else ''}{sign}{gap}{whole:,}{f'.{part:02d}' if part else ''}"


_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "and": 0,
}  # fmt: skip
_TIMES = {"hundred": 100, "thousand": 1_000, "k": 1_000, "grand": 1_000, "million": 1_000_000}
_IN_WORDS = "|".join(sorted((*_WORDS, "hundred", "thousand", "million"), key=len, reverse=True))
# As large as it can be read: "€1.000" and "£1 000" are a thousand.
_LOOSE = r"[0-9]{1,3}(?:[ ,.'][0-9]{3}(?![0-9])){1,3}(?:[.,][0-9]{1,2})?|[0-9]{1,9}(?:[.,][0-9]{1,2})?"
_TIMES_WORD = rf"\s?(?:{'|'.join(_TIMES)})\b"
_ANY_AMOUNT = re.compile(
    rf"(?:[{_SIGNS}]|\b(?:{_ANY_NAME}))[\s:]{{0,3}}(?P<signed>{_LOOSE})(?![0-9])(?P<signed_times>{_TIMES_WORD})?"
    rf"(?:\s?(?:-|to\b)\s?(?P<up_to>{_LOOSE})(?![0-9]))?"
    rf"|(?<![\w.,])(?P<named>{_LOOSE})(?:(?P<named_times>{_TIMES_WORD})?[\s-]{{0,3}}(?:[{_SIGNS}]|(?:{_ANY_NAME})\b)"
    r"|(?P<grand>\s?grand\b))"
    r"|(?<![\w.,])(?P<small>[0-9]{1,5})\s?(?:p\b(?!\.?m\b)|pence\b)"
    rf"|\b(?P<words>(?:(?:{_IN_WORDS})[\s-]{{1,3}}){{1,10}})(?:(?:{_ANY_NAME})\b|(?P<words_grand>grand\b))"
)


def amounts_in(text: str) -> list[int]:
    """Every amount (pence) of money, of any country, that can be made out in free text, in its order there."""
    found: list[int] = []
    for hit in _ANY_AMOUNT.finditer(plain(text)):
        if number := hit["signed"] or hit["named"]:
            times = (hit["signed_times"] or hit["named_times"] or hit["grand"] or "").strip()
            found += [_pence(each) * _TIMES.get(times, 1) for each in (number, hit["up_to"]) if each]
        elif hit["small"]:
            found.append(int(hit["small"]))
        elif worth := _in_words(hit["words"]) * (100_000 if hit["words_grand"] else 100):
            found.append(worth)
    return found


def _in_words(words: str) -> int:
    """Two hundred and fifty -> 250."""
    total = current = 0
    for word in re.split(r"[\s-]+", words.strip(" -\t\n")):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in _TIMES:
            total, current = total + max(current, 1) * _TIMES[word], 0
        else:
            current += _WORDS.get(word, 0)
    return total + current
