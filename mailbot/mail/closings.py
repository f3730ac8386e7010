"""Decides whether a line says goodbye and no more, in the languages of customers: what stands below it is a name.

Must never take a sentence for one: but for the long formulas of letters, the whole line is in the table.
"""

from __future__ import annotations

import re

_CLOSINGS = (
    "regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with regards|many thanks"
    "|thanks|thank you|thanks and regards|thanks & regards|thanks and best regards|thank you and best regards"
    "|thank you and kind regards|thanks in advance|thank you in advance|with kind regards|with best regards"
    "|with warm regards|best|best wishes|with best wishes|all the best|cheers|sincerely|yours sincerely"
    "|sincerely yours|yours faithfully|yours truly|yours|respectfully|br|kr|rgds|bw|with thanks|kind wishes"
    "|warmly|cordially|many thanks and kind regards|thanks again|warmest wishes|kindly|take care"
    "|mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|mit freundlichem gruss"
    "|freundliche grüße|freundliche grüsse|viele grüße|viele grüsse|beste grüße|beste grüsse|liebe grüße"
    "|herzliche grüße|schöne grüße|mfg|lg|vg|hochachtungsvoll|mit besten grüßen|mit besten grüssen"
    "|mit herzlichen grüßen|mit lieben grüßen|grüße|gruß|danke|vielen dank|danke und gruß"
    "|vielen dank und freundliche grüße|vielen dank und viele grüße|besten dank|cordialement"
    "|bien cordialement|très cordialement|bien à vous|salutations|sincères salutations|meilleures salutations"
    "|salutations distinguées|salutations cordiales|cdlt|cdt|amicalement|respectueusement|bonne journée"
    "|bonne réception|merci|merci d'avance|merci par avance|bien sincèrement|avec mes salutations"
    "|merci et bonne journée|merci beaucoup|saludos|un saludo|saludos cordiales|atentamente|atte|cordialmente"
    "|un cordial saludo|reciba un cordial saludo|muy atentamente|gracias|muchas gracias|gracias y un saludo"
    "|gracias de antemano|un abrazo|muchas gracias y un saludo|cordiali saluti|distinti saluti|saluti"
    "|un saluto|un cordiale saluto|grazie|grazie mille|cordialità|tanti saluti|a presto|grazie e saluti"
    "|grazie e cordiali saluti|in attesa di un vostro riscontro|migliori saluti|i migliori saluti"
    "|atenciosamente|att|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|abraços|saudações"
    "|obrigado|obrigada|muito obrigado|muito obrigada|com os meus cumprimentos|cordiais saudações|grato|grata"
    "|desde já obrigado|此致|敬礼|此致敬礼|祝好|顺祝商祺|谢谢|致礼|敬上|祝商祺|多谢|感谢|顺颂商祺|谢谢！"
    "|此致 敬礼|met vriendelijke groet|met vriendelijke groeten|vriendelijke groeten|groeten|mvg"
    "|hartelijke groeten|bedankt|pozdrawiam|z poważaniem|serdecznie pozdrawiam|med vänlig hälsning"
    "|med vänliga hälsningar|vänliga hälsningar|mvh|hälsningar|med venlig hilsen|venlig hilsen"
    "|med vennlig hilsen|vennlig hilsen|hilsen|vh|ystävällisin terveisin|terveisin|с уважением|з повагою"
    "|s pozdravem|s pozdravom|üdvözlettel|tisztelettel|cu stimă|cu respect|saygılarımla|iyi çalışmalar"
    "|με εκτίμηση|敬具|よろしくお願いいたします|よろしくお願いします|宜しくお願い致します|감사합니다|드림"
    "|lijepi pozdrav|srdačan pozdrav|lep pozdrav"
)
_CLOSING = frozenset(_CLOSINGS.split("|"))
_LONG_CLOSING = re.compile(
    "^(?:je vous prie (?:d'agréer|de croire)|veuillez (?:agréer|recevoir)|nous vous prions d'agréer"
    "|dans l'attente de|quedo a la espera|sin otro particular|in attesa di|i look forward to hearing"
    "|looking forward to hearing)",
    re.IGNORECASE,
)


def is_closing(line: str) -> bool:
    """Whether the line says goodbye and no more, perhaps with the name: "Kind regards, Jane"."""
    said = line.strip().casefold().replace("’", "'")
    if len(said) > 160:
        return False
    bare = said.strip(" ,.!;:-–—*_，。！")
    if bare in _CLOSING or _LONG_CLOSING.match(bare):
        return True
    if "/" in bare and all(piece.strip() in _CLOSING for piece in bare.split("/")):  # in two languages
        return True
    head, mark, name = bare.partition(",")
    return bool(mark) and head.strip() in _CLOSING and 0 < len(name.split()) <= 3
