"""Until when a vacation reply says that its sender is away: a date near a word of coming back.

Only a date that stands beside such a word counts, and only one in the coming year; anything else is
no date. Decides nothing: the clock of silence stands still till then (PROCESS.md "Silence").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

_LOOKED_AT = 4_000  # characters: the date is in the first lines of every vacation reply
_LONGEST = timedelta(days=366)  # a date farther away is a typing error or another matter
_NEAR = 60  # characters between the word and the date

_COMING_BACK = re.compile(
    r"\b(?:back|return\w{0,4}|until|till|through|bis|zurück|wieder|retour|revien\w{0,5}|jusqu\w{0,3}|regres\w{0,5}|vuelv\w{0,3}|"
    r"hasta|rientr\w{0,5}|torn\w{0,4}|fino|volt\w{0,4}|até|regresso|tot|terug|t/m|till|tillbaka|åter|til|tilbage|tilbake|"
    r"takaisin|asti|saakka|do|wracam|wrócę|vrátím|zpět|späť|до|по|вернусь|повернусь|kadar|dön\w{0,6})\b"
    r"|返回|回来|直到|至|截至|まで|から|까지|부터",
    re.IGNORECASE,
)
_MONTHS = {
    1: (
        "january",
        "jan",
        "januar",
        "janvier",
        "enero",
        "gennaio",
        "janeiro",
        "januari",
        "styczeń",
        "stycznia",
        "января",
        "січня",
        "ocak",
    ),
    2: (
        "february",
        "feb",
        "februar",
        "février",
        "febrero",
        "febbraio",
        "fevereiro",
        "februari",
        "lutego",
        "февраля",
        "лютого",
        "şubat",
    ),
    3: ("march", "mar", "märz", "mars", "marzo", "março", "maart", "marts", "marca", "марта", "березня", "mart"),
    4: ("april", "apr", "avril", "abril", "aprile", "kwietnia", "апреля", "квітня", "nisan"),
    5: ("may", "mai", "mayo", "maggio", "maio", "mei", "maj", "maja", "мая", "травня", "mayıs"),
    6: ("june", "jun", "juni", "juin", "junio", "giugno", "junho", "czerwca", "июня", "червня", "haziran"),
    7: ("july", "jul", "juli", "juillet", "julio", "luglio", "julho", "lipca", "июля", "липня", "temmuz"),
    8: ("august", "aug", "août", "agosto", "augustus", "augusti", "sierpnia", "августа", "серпня", "ağustos"),
    9: (
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "settembre",
        "setembro",
        "września",
        "сентября",
        "вересня",
        "eylül",
    ),
    10: (
        "october",
        "oct",
        "oktober",
        "okt",
        "octobre",
        "octubre",
        "ottobre",
        "outubro",
        "października",
        "октября",
        "жовтня",
        "ekim",
    ),
    11: ("november", "nov", "novembre", "noviembre", "novembro", "listopada", "ноября", "листопада", "kasım"),
    12: (
        "december",
        "dec",
        "dezember",
        "dez",
        "décembre",
        "diciembre",
        "dicembre",
        "dezembro",
        "grudnia",
        "декабря",
        "грудня",
        "aralık",
    ),
}
_BY_NAME = {name: number for number, names in _MONTHS.items() for name in names}
_NAME = "|".join(sorted(_BY_NAME, key=len, reverse=True))
_YEAR = r"(?P<year>20\d\d)"
_DATES = (
    re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)? ?(?:of |de |di )?(?P<name>{_NAME})\b\.?(?:,? ?(?:de )?{_YEAR})?"
    ),
    re.compile(rf"\b(?P<name>{_NAME})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? ?{_YEAR})?"),
    re.compile(r"\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>20\d\d)\b"),  # day first: the shop is no American
    re.compile(r"(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"),
)  # fmt: skip


def away_until(text: str, today: date) -> date | None:
    """The latest date of coming back that the text names, if it lies in the year after today."""
    small = " ".join(text[:_LOOKED_AT].split()).casefold()
    words = [match.span() for match in _COMING_BACK.finditer(small)]
    near = (at for at, where in _dates(small, today) if any(_beside(where, word) for word in words))
    return max((at for at in near if today < at <= today + _LONGEST), default=None)


def _beside(where: tuple[int, int], word: tuple[int, int]) -> bool:
    return -_NEAR <= where[0] - word[1] <= _NEAR or 0 <= word[0] - where[1] <= _NEAR // 2


def _dates(small: str, today: date) -> Iterator[tuple[date, tuple[int, int]]]:
    for pattern in _DATES:
        for match in pattern.finditer(small):
            parts = match.groupdict()
            month = _BY_NAME[parts["name"]] if parts.get("name") else int(parts["month"])
            found = _date(parts.get("year"), month, int(parts["day"]), today)
            if found:
                yield found, match.span()


def _date(year: str | None, month: int, day: int, today: date) -> date | None:
    """The date; without a year the next one that is to come."""
    try:
        found = date(int(year) if year else today.year, month, day)
        return found if year or found > today else date(today.year + 1, month, day)
    except ValueError:
        return None
