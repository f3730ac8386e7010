"""Decides which lines at the end of somebody's words are their signature: who they are, where they work, the law.

Must never lose a sentence of substance, a P.S., or a telephone number that somebody was asked for: in doubt the
lines stay words. A short sign-off ("Thanks, Anna") stays with the words too; a block is a signature where '-- '
stands above it (RFC 3676 4.3), or where it shows a company, an address or a title below a closing or a name.
Looks at one stretch of new lines at a time, at its last lines alone: linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from mailbot.mail import footers
from mailbot.mail.closings import is_closing

BLOCK_LINES_MAX = 15  # lines said below '-- '; a longer text below dashes is no signature
CLOSED_LINES_MAX = 14
BANNER_LINES = 8
_PARAGRAPH_MAX = 4_000
_LINE_MAX = 100
_SENTENCE_WORDS = 5
_NAME_WORDS = 5
_ENOUGH, _SURE = 2, 3  # signs of a company below a closing, and below a bare name

_URL = re.compile(
    r"\bhttps?://|\bwww\.|\b[\w-]{2,40}\.(?:com|net|org|co\.uk|de|fr|es|it|pt|ch|at|eu|cn|com\.br|nl|io)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S{1,64}@[\w.-]{1,100}\.\w{2,}")
_PHONE = re.compile(r"(?:\+|\b00|\(0|\b0)?\d[\d ().\-/]{6,20}\d")
_COMPANY = re.compile(
    r"\b(?:ltd|limited|llc|llp|plc|inc|corp|gmbh|ag|kg|ohg|ug|e\.? ?v|sarl|s\.a\.r\.l|sas|s\.a\.s|s\.a|s\.l"
    r"|s\.p\.a|spa|s\.r\.l|srl|ltda|b\.?v|sp\. z o\.o|oy|ab|a/s|group|holdings?|solicitors|partners"
    r"|university|hospital|school|council|universität|université|universidad|studio|consulting)\b\.?|公司|集团"
    "|大学|医院|株式会社|주식회사",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:manager|director|head of|officer|assistant|engineer|consultant|partner|founder|ceo|cto|cfo"
    "|president|vice|lead|executive|coordinator|analyst|architect|lawyer|solicitor|doctor|professor|lecturer"
    "|accountant|developer|designer|editor|secretary|associate|leiter(?:in)?|geschäftsführer(?:in)?"
    "|abteilung|vertrieb|referent(?:in)?|assistent(?:in)?|rechtsanw[aä]lt(?:in)?|directeur|directrice"
    "|responsable|chargée?|ingénieur|avocate?|gérante?|gerente|directora?|jefe|jefa|abogad[oa]|ingenier[oa]"
    "|responsabile|direttore|direttrice|avvocato|ufficio|diretora?|coordenadora?|advogad[oa]|analista"
    r"|engenheir[oa]|department|dept|sales|marketing|tel|fax|mob|mobil)\b|经理|总监|主管|工程师|部长|律师|主任"
    "|総務部|営業部",
    re.IGNORECASE,
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
_POSTSCRIPT = re.compile(r"^\W{0,3}(?:p\.? ?s\.?|p\.? ?p\.? ?s\.?|n\.? ?b\.?|nota|note)\b ?[.:,–—-]?", re.IGNORECASE)
# Who says "call me" gives the number with the words.
_REACH_ME = re.compile(
    r"\b(?:call|ring|phone|text|reach|contact|email|write to) me\b"
    r"|\bmy (?:new |mobile |cell |phone |home |work )?(?:number|phone|mobile|address|details)\b|\bbelow\b"
    r"|\bmy .{1,20} is:?$|rufen sie|ruf mich|meine (?:nummer|adresse|anschrift|telefon|handy)"
    "|erreichen sie mich|erreichbar|unten(?:stehend)?|appele[zr]|mon (?:numéro|adresse|téléphone)"
    "|ma (?:nouvelle )?adresse|mes coordonnées|ci-dessous|joindre|llám[ae]"
    "|mi (?:número|teléfono|dirección|móvil)|abajo|mis datos|chiamat|il mio (?:numero|indirizzo|telefono)"
    "|qui sotto|contattatemi|lig(?:ue|uem|ar)|meu (?:número|telefone|endereço)|abaixo|电话|号码|地址|联系我"
    "|打给我",
    re.IGNORECASE,
)
_FORM_LABEL = re.compile(r"^[^:：]{2,40}[:：]")
_CONTACT_LABEL = re.compile(
    r"^\W{0,3}(?:[tmpfewdoc]|t[eé]l\w{0,8}|telefon\w*|phone|mob\w{0,4}|mobile|handy|cell|fax|dd|ddi|did"
    r"|direct|direct dial|office|switchboard|e-?mail|mail|web\w{0,4}|www|internet|home|address|skype|linkedin"
    "|twitter|portable|fixe|móvil|cellulare|celular|port|sitio|site|电话|手机|邮箱|网址|地址|传真"
    r"|微信)[ .]{0,3}(?:\([^()]{0,10}\))?[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[\s\-–—_=*~.#]{3,200}$")
_DASHES = ("--", "—", "– –", "__", "___")
_DRAWN_MAX = 10  # looked at from the top and from the end; who draws more lines signs with none of them
_LAW_LINES = 40  # of a paragraph looked at for where the law begins in it


def apart(lines: Sequence[str]) -> set[int]:
    """Which of these new lines are no words of the sender: banner, signature, law, telephone."""
    found = _banner(lines) | {at for at, line in enumerate(lines) if footers.is_device(line)}
    found |= _below_dashes(lines, found)
    found |= _law(lines, found)
    found |= _block(lines, found)
    return _with_edges(lines, found)


def _banner(lines: Sequence[str]) -> set[int]:
    """The warning of a gateway on top, with the lines that go on with it."""
    found: set[int] = set()
    said = [at for at, line in enumerate(lines) if line.strip()][:BANNER_LINES]
    for at in said:
        begun = at - 1 in found or at - 2 in found
        if not (footers.is_banner(lines[at]) or (begun and footers.goes_on_banner(lines[at]))):
            if found or at != said[0] or not _RULE.match(lines[at]):
                break
            continue
        found.add(at)
    return found


def _below_dashes(lines: Sequence[str], taken: set[int]) -> set[int]:
    """What stands below '-- ', or below another drawn mark where it begins with a name."""
    drawn = [at for at, line in enumerate(lines) if line.rstrip() in _DASHES]
    for at in (*drawn[:_DRAWN_MAX], *drawn[_DRAWN_MAX:][-_DRAWN_MAX:]):
        below = (n for n in range(at + 1, len(lines)) if lines[n].strip() and n not in taken)
        said = _until_law(lines, list(islice(below, BLOCK_LINES_MAX + 1)))
        if len(said) > BLOCK_LINES_MAX:
            continue
        if lines[at] == "-- " or not said or _is_name(lines[said[0]]) or _signs(lines, said) >= _ENOUGH:
            end = next((n for n in range(at + 1, len(lines)) if _POSTSCRIPT.match(lines[n])), len(lines))
            return set(range(at, end))
    return set()


def _until_law(lines: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """Of these lines those above the paragraph of the law."""
    return list(numbers[: next((k for k, n in enumerate(numbers) if footers.is_legal(lines[n])), len(numbers))])


def _law(lines: Sequence[str], taken: set[int]) -> set[int]:
    """Every paragraph of the law; those of the company below a closing, or right below the law."""
    found: set[int] = set()
    signed = lawful = False
    for start, end in _paragraphs(lines):
        numbers = [n for n in range(start, end) if n not in taken]
        text = " ".join(lines[n].strip() for n in numbers)[:_PARAGRAPH_MAX]
        if not text or _POSTSCRIPT.match(text):
            continue
        legal = footers.is_legal(text)
        if legal or ((signed or lawful) and footers.is_of_company(text)):
            first = next((n for n in numbers[:_LAW_LINES] if _begins_law(lines, numbers[:_LAW_LINES], n)), numbers[0])
            found.update(range(first, end))
            lawful = True
        signed = signed or any(is_closing(lines[n]) for n in numbers)
        signed = signed or (start > 0 and _is_name(lines[start]) and _signs(lines, numbers[1:]) >= _SURE)
    return found


def _begins_law(lines: Sequence[str], numbers: Sequence[int], at: int) -> bool:
    """Whether the law begins with this line: all below it in the paragraph has its marks, nothing above has."""
    above = " ".join(lines[n] for n in numbers if n < at)
    if at != numbers[0] and (len(lines[at - 1]) > 60 and not lines[at - 1].rstrip().endswith((".", "!", "?", ":"))):
        return False
    rest = " ".join(lines[n].strip() for n in numbers if n >= at)
    later = " ".join(lines[n].strip() for n in numbers if n > at)
    own = footers.is_legal(lines[at]) or footers.is_of_company(lines[at]) or len(lines[at]) > 60
    return (
        not footers.is_legal(above) and (footers.is_legal(rest) or footers.is_of_company(rest)) and (own or not later)
    )


def _block(lines: Sequence[str], taken: set[int]) -> set[int]:
    """The closing with the name and the company below it, or a name with a company at the very end."""
    left = [
        n
        for n, line in enumerate(lines)
        if line.strip() and n not in taken and not footers.PLACEHOLDER.match(line.strip())
    ]
    tail = left[-CLOSED_LINES_MAX:]
    for k in range(len(tail) - 1, -1, -1):
        if is_closing(lines[tail[k]]):
            first = k - 1 if k and tail[k - 1] + 1 == tail[k] and is_closing(lines[tail[k - 1]]) else k
            return _closed(lines, left, tail[first:])
    paragraph = _last_paragraph(lines, left)
    if not 2 <= len(paragraph) < len(left) or len(paragraph) > CLOSED_LINES_MAX or not _is_name(lines[paragraph[0]]):
        return set()
    return _closed(lines, left, [paragraph[0], *paragraph], _SURE)


def _closed(lines: Sequence[str], left: Sequence[int], block: Sequence[int], enough: int = _ENOUGH) -> set[int]:
    """The lines of a block below its first one, if they show a company and nothing else."""
    start, below = block[0], list(block[1:])
    above = " ".join(lines[n] for n in left if n < start)[-600:]
    if not above or not below or _REACH_ME.search(above) or above.rstrip().endswith((":", "：")):
        return set()
    if not all(_may_stand(lines[n]) for n in below) or _signs(lines, below) < enough:
        return set()
    return set(range(start, block[-1] + 1))


def _signs(lines: Sequence[str], numbers: Sequence[int]) -> int:
    """How much of a company or an address the lines show."""
    text = "\n".join(lines[n] for n in numbers)
    strong = sum(pattern.search(text) is not None for pattern in (_URL, _MAIL, _COMPANY, _TITLE, _SOCIAL))
    return 2 * strong + sum(pattern.search(text) is not None for pattern in (_PHONE, _PLACE))


def _may_stand(line: str) -> bool:
    """Whether a line may stand in a signature: no sentence, no P.S., no answer to a form."""
    said = line.strip()
    if _POSTSCRIPT.match(said) or len(said) > _LINE_MAX * 2:
        return False
    if _FORM_LABEL.match(said) and not _CONTACT_LABEL.match(said) and "://" not in said and "|" not in said:
        return False
    sentence = said.endswith((".", "!", "?", "。", "！", "？")) and not _COMPANY.search(said[-12:])
    return not (sentence and len(said.split()) > _SENTENCE_WORDS) and (
        len(said) <= _LINE_MAX or "|" in said or "://" in said
    )


def _is_name(line: str) -> bool:
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


def _last_paragraph(lines: Sequence[str], left: Sequence[int]) -> list[int]:
    """The lines that stand together at the end."""
    found: list[int] = []
    for n in reversed(left):
        if found and found[0] != n + 1:
            break
        found.insert(0, n)
        if len(found) > CLOSED_LINES_MAX:
            break
    return found


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches of lines between blank ones."""
    found: list[tuple[int, int]] = []
    start = None
    for at, line in enumerate([*lines, ""]):
        if line.strip() and start is None:
            start = at
        elif not line.strip() and start is not None:
            found.append((start, at))
            start = None
    return found


def _with_edges(lines: Sequence[str], found: set[int]) -> set[int]:
    """The same with what belongs to it: a rule above, a link or a picture below."""
    said = [n for n, line in enumerate(lines) if line.strip()]
    for before, at in pairwise(said):
        text = lines[at].strip()
        if before in found and (footers.LINK.match(text) or footers.PLACEHOLDER.match(text)):
            found.add(at)
    for at, after in zip(reversed(said[:-1]), reversed(said[1:]), strict=False):
        if after in found and _RULE.match(lines[at]):
            found.add(at)
    if said and _RULE.match(lines[said[-1]]) and len(said) > 1:
        found.add(said[-1])
    return found
