"""Decides what a line at the end of somebody's words shows: a company, an address, a title, a name, or a sentence.

Must never take a sentence, a P.S. or an answer to a form for a line of a signature. Bounded patterns, by language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail.either_case import either_case

LINE_MAX = 100
_LOOKED_AT = 600  # characters of a line: an address with its links is shorter, and a paragraph has no end
_LINES = 60  # looked at of what may be a signature: with a disclaimer it is not longer
_SENTENCE_WORDS = 5
_NAME_WORDS = 5
_URL = re.compile(
    r"\bhttps?://|\bwww\.|\b[\w-]{2,40}\.(?:com|net|org|co\.uk|de|fr|es|it|pt|ch|at|eu|cn|com\.br|nl|io)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S{1,64}@[\w.-]{1,100}\.\w{2,}")
_PHONE = re.compile(r"(?:\+|\b00|\(0|\b0)?\d[\d ().\-/]{6,20}\d")
_COMPANY = either_case(
    r"\b(?:ltd|limited|llc|llp|plc|inc|corp|gmbh|ag|kg|ohg|ug|e\.? ?v|sarl|s\.a\.r\.l|sas|s\.a\.s|s\.a|s\.l"
    r"|s\.p\.a|spa|s\.r\.l|srl|ltda|b\.?v|sp\. z o\.o|oy|ab|a/s|group|holdings?|solicitors|partners"
    r"|university|hospital|school|council|universität|université|universidad|studio|consulting)\b\.?|公司|集团"
    "|大学|医院|株式会社|주식회사"
)
_TITLE = either_case(
    r"\b(?:manager|director|head of|officer|assistant|engineer|consultant|partner|founder|ceo|cto|cfo"
    "|president|vice|lead|executive|coordinator|analyst|architect|lawyer|solicitor|doctor|professor|lecturer"
    "|accountant|developer|designer|editor|secretary|associate|leiter(?:in)?|geschäftsführer(?:in)?"
    "|abteilung|vertrieb|referent(?:in)?|assistent(?:in)?|rechtsanw[aä]lt(?:in)?|directeur|directrice"
    "|responsable|chargée?|ingénieur|avocate?|gérante?|gerente|directora?|jefe|jefa|abogad[oa]|ingenier[oa]"
    "|responsabile|direttore|direttrice|avvocato|ufficio|diretora?|coordenadora?|advogad[oa]|analista"
    r"|engenheir[oa]|department|dept|sales|marketing|tel|fax|mob|mobil)\b|经理|总监|主管|工程师|部长|律师|主任"
    "|総務部|営業部"
)
_SOCIAL = re.compile(
    r"\b(?:linkedin|facebook|instagram|twitter|xing|youtube|whatsapp|wechat)\b|微信|[^|]\s[|•·]\s[^|]", re.IGNORECASE
)
_PLACE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b(?:[A-Z]{1,2}[- ])?\d{4,5} \w"
    r"|\b\d{1,4},? (?:\w+ ){0,3}(?:street|st|road|rd|avenue|lane|square|rue)\b"
    r"|(?:straße|strasse|str\.|weg|platz|gasse) \d|\b(?:rue|via|calle|rua|avenida|piazza|plaza|av\.) \w"
    "|[市区路号]",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(r"^\W{0,3}(?:p\.? ?s\.?|p\.? ?p\.? ?s\.?|n\.? ?b\.?|nota|note)\b ?[.:,–—-]?", re.IGNORECASE)
_FORM_LABEL = re.compile(r"^[^:：]{2,40}[:：]")
_CONTACT_LABEL = re.compile(
    r"^\W{0,3}(?:[tmpfewdoc]|t[eé]l\w{0,8}|telefon\w*|phone|mob\w{0,4}|mobile|handy|cell|fax|dd|ddi|did"
    r"|direct|direct dial|office|switchboard|e-?mail|mail|web\w{0,4}|www|internet|home|address|skype|linkedin"
    "|twitter|portable|fixe|móvil|cellulare|celular|port|sitio|site|电话|手机|邮箱|网址|地址|传真"
    r"|微信)[ .]{0,3}(?:\([^()]{0,10}\))?[:：]",
    re.IGNORECASE,
)


def signs(lines: Sequence[str], numbers: Sequence[int]) -> int:
    """How much of a company or an address the lines show."""
    text = "\n".join(lines[n][:_LOOKED_AT] for n in numbers[:_LINES])
    strong = sum(pattern.search(text) is not None for pattern in (_URL, _MAIL, _COMPANY, _TITLE, _SOCIAL))
    return 2 * strong + sum(pattern.search(text) is not None for pattern in (_PHONE, _PLACE))


def is_name_with_title(line: str) -> bool:
    """Whether the line is a name with what the person is: "*Jane Doe* | *Director*"."""
    name, mark, title = line.partition("|")
    return bool(mark) and is_name(name) and 0 < len(title.split()) <= _NAME_WORDS and len(line) <= LINE_MAX


def may_stand(line: str) -> bool:
    """Whether a line may stand in a signature: no sentence, no P.S., no answer to a form."""
    said = line.strip()
    if POSTSCRIPT.match(said) or len(said) > LINE_MAX * 2:
        return False
    if _FORM_LABEL.match(said) and not _CONTACT_LABEL.match(said) and "://" not in said and "|" not in said:
        return False
    sentence = said.endswith((".", "!", "?", "。", "！", "？")) and not _COMPANY.search(said[-12:])
    return not (sentence and len(said.split()) > _SENTENCE_WORDS) and (
        len(said) <= LINE_MAX or "|" in said or "://" in said
    )


def is_name(line: str) -> bool:
    """Whether the line may be a name: few words, each with a capital, no number, no mark of a sentence."""
    said = line.strip().strip("*_,")
    words = said.split()
    if (
        not 0 < len(words) <= _NAME_WORDS
        or any(map(str.isdigit, said))
        or said.endswith((".", "!", "?", ":", "。", "！"))
    ):
        return False
    return all(
        not word[0].islower() or word in ("de", "von", "van", "der", "da", "di", "la", "le", "dos", "und", "&")
        for word in words
    )
