"""Decides where a reply says whose words it quotes: 'On … wrote:' in the orders and languages of mail programs.

Must never take a person's own sentence for one: with a pronoun in it ("on Monday your manager wrote:"), or without
time and address, it counts only where quoted lines stand right below. Looks at four short lines at a time: linear.
There is no RFC for these lines; RFC 3676 4.5 defines the mark '>' alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.mail.either_case import either_case

LINES_MAX = 4
SAID_MAX = 400
LINE_MAX = 300

# What mail programs write between the words of a reply and the mail that it answers, without the rules round it.
_ORIGINAL_WORDS = (
    "original message|original email|original e-mail|original mail|original|reply message|originalnachricht"
    "|antwort nachricht"
    "|ursprüngliche nachricht|ursprüngliche e-mail|ursprüngliche mail|original-nachricht|original nachricht"
    "|originalmail|message d'origine|message d’origine|message original|message initial|mail original"
    "|courriel original|e-mail d'origine|mensaje original|correo original|missatge original"
    "|messaggio originale|messaggio originario|messaggio iniziale|mensagem original|e-mail original"
    "|oorspronkelijk bericht|origineel bericht|oryginalna wiadomość|wiadomość oryginalna|pierwotna wiadomość"
    "|ursprungligt meddelande|originalmeddelande|ursprungsmeddelande|oprindelig meddelelse"
    "|original meddelelse|opprinnelig melding|alkuperäinen viesti|původní zpráva|původní e-mail"
    "|pôvodná správa|eredeti üzenet|mesaj original|mesajul original|orijinal mesaj|özgün ileti|izvorna poruka"
    "|izvirno sporočilo|исходное сообщение|исходное письмо|оригинальное сообщение|оригінальне повідомлення"
    "|вихідне повідомлення|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|tin nhắn gốc|thư gốc|原始邮件|原始郵件"
    "|原始訊息|原始信件|邮件原件|原邮件|原文|回复的原邮件|元のメッセージ|オリジナルメッセージ|原メッセージ"
    "|원본 메시지|원본 메일|원본메일|원본 이메일|pesan asli|mesej asal|algne kiri|sākotnējais ziņojums"
)
ORIGINAL = frozenset(_ORIGINAL_WORDS.split("|"))

# How an attribution begins where the date comes first.
_BEGINNINGS = (
    "on |at |in a message dated |le |am |el |il |em |a |a las |no dia |op |w dniu |dnia |den |dne |dňa |på "
    "|în |la |pe |στις |la data de |na |kuupäev|vào |pada |pada tanggal |ngày |ในวันที่|у |в |вт|ср|чт|пт|сб"
    "|вс|пн|בתאריך|ב-|في |在|於|于|u |v |o |missatge de |das |quoting |citando |zitat von |citation de "
    "|quoto |citerar |quando "
)
_BEGINS = tuple(filter(None, _BEGINNINGS.casefold().split("|")))
_BEGIN_MAX = max(map(len, _BEGINS))
_QUOTING = ("quoting ", "citando ", "zitat von ", "citation de ", "quoto ", "citerar ", "citát od ", "citát ")
VERB = either_case(
    r"\bwrote\b|\bwrites\b|\bsaid\b|a [ée]crit|escribi[óo]|escribiu|\bescrigu|ha escrit|\bschrieb\b"
    "|geschrieben|ha scritto|escreveu|schreef|geschreven|napisał|napisal|napsal|nap[íi]sal|napisao|a scris"
    r"|skrev|\bpisze\b|napisana przez|напис|\bпиш|писал|写道|寫道|写到|写了|来信|yazdı|kirjoitti|írta|έγραψε"
    "|έγραψ|đã viết|menulis|เขียนว่า|작성|쓰기|보낸 메일|さんは書きました|のメール|のメッセージ|が書きました"
    "|kirjutas|rašė|rakstīja|כתב|כתבה|מאת|كتب|تمت كتابة|missatge de .{1,100} del dia"
)
_VERB_AT_END = re.compile(
    "(?:wrote|writes|a [ée]crit|escribi[óo]|schrieb|geschrieben|ha scritto|escreveu|schreef|geschreven"
    r"|napisał|napsal|skrev|kirjoitti|yazdı|írta|a scris|пишет|писал|написал|έγραψε|写道|寫道)(?:\(a\)|\(а\)"
    r"|/a)?\s?$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{1,2}\s?[:.hHh：时時시]\s?\d{2}|\d{1,2}\s?(?:am|pm|a\.m|p\.m|uhr)\b|\bat \d{1,2}\b", re.IGNORECASE
)
_DAY = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2}|\d{1,2}\s?[月월]\s?\d{1,2}|(?<!\d)25[67]\d(?!\d)"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"']{1,64}@[^\s<>()\[\]\"']{1,255}")
_ADDRESS_LAST = re.compile(r"@[^\s<>()\[\]\"']{1,255}[\s<>()\[\]\"']{0,8}$")
# "Jane Doe ---04/05/2026 10:00:00---Dear Jane, …", as Notes writes it.
_NOTES = re.compile(r"^[^-]{1,100} ?-{3} ?\d{1,4}[./-]\d{1,2}[./-]\d{2,4} [\d:. apmAPM]{4,12}-{3}")
# A person speaks of a person; a mail program of a name and an address. Lower case: "Mi" and "Su" are names too.
_PRONOUN_WORDS = (  # not "ma", "mi", "su", "u", "je": days and small words of other languages
    "i i'm you your my our we he she they his her their who which it the this ich du ihr mein meine unser euer wir er "
    "ihre vous votre mon mes notre nous elle que qui yo tú usted ustedes nosotros ella vuestro lei voi "
    "vostro suo mio noi você seu sua meu minha nosso uw mijn ons wij"
)
_PRONOUNS = frozenset(_PRONOUN_WORDS.split())
_CJK_PRONOUNS = ("你", "您", "我", "贵", "貴", "他", "她")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Marks of direction and thin spaces that programs put round names and dates.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\t ]+")
_RULES = "-–—_=* \t"
_CUT_ADDRESS = re.compile(r"^>[^<>]{0,60}[:：]$")
_NAME_ABOVE = 6  # words of a name that stands alone above its address
_WRAPPED = 45  # characters from which a line may have been broken by the program


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines [start, end) that say whose words follow. sure: also where no quoted line stands below."""

    start: int
    end: int
    said: str
    sure: bool


def is_quoted(line: str) -> bool:
    """Whether the line carries a quote mark (RFC 3676 4.5); an angry face is none."""
    if line.startswith("> "):  # as nearly every program writes it
        return True
    if ">" not in line[:4]:
        return False
    mark = line[:4].lstrip()
    if not mark.startswith(">") or mark.startswith((">:(", ">:-", ">_<", ">.<")):
        return False
    return not (mark.startswith(">>") and line.endswith("<<"))  # ">>> please call <<<" is somebody's pointer


def attribution(lines: Sequence[str], at: int) -> Attribution | None:
    """The attribution that begins at this line, also when it was broken over a few lines."""
    first = seen(lines[at][: LINE_MAX + 1])
    if not first or len(first) > LINE_MAX or not _may_begin(first, lines, at):
        return None
    joined = ""
    for count, line in enumerate(lines[at : at + LINES_MAX]):
        said = seen(line[: SAID_MAX + 1])
        cut = bool(joined) and joined.rfind("<") > joined.rfind(">") and _CUT_ADDRESS.match(said) is not None
        if not said or (is_quoted(line) and not cut) or len(joined) + len(said) > SAID_MAX:
            return None
        joined = f"{joined} {said}".strip()
        if not _ends(joined):
            continue
        found = judged(joined, at, at + count + 1)
        return None if found is None or _begins_later(lines[at : at + count + 1], found) else found
    return None


def seen(line: str) -> str:
    """The line as a reader sees it: no marks of direction, plain single spaces."""
    if line.isascii() and "  " not in line and "\t" not in line:
        return line.strip()
    return _SPACES.sub(" ", _UNSEEN.sub("", line)).strip()


def _may_begin(first: str, lines: Sequence[str], at: int) -> bool:
    """Whether an attribution can begin with this line: a date, an address, a beginning, or a name above one."""
    if first[0] in "<(":
        return False
    if _ends(first) or "@" in first or has_beginning(first) or any(map(str.isdigit, first[:24])):
        return True
    following = seen(lines[at + 1][:LINE_MAX]) if at + 1 < len(lines) else ""
    if "@" not in following or not (following.startswith(("<", "(<")) or first.endswith(("<", "("))):
        return False
    return len(first.split()) <= _NAME_ABOVE or VERB.search(first) is not None


def _ends(joined: str) -> bool:
    """Whether it ends as attributions do: with a colon, or with the rule that Zoho draws."""
    if joined.endswith((":", "：")):
        return joined.count("(") <= joined.count(")")
    if joined.endswith("--") and joined.startswith("--"):
        return VERB.search(joined) is not None and len(joined.strip(_RULES)) > 3
    return _NOTES.match(joined) is not None


def judged(joined: str, start: int, end: int) -> Attribution | None:
    """What the joined lines are, if they have what attributions have."""
    said = joined.strip(_RULES).rstrip(":： ")
    if _NOTES.match(joined):
        return Attribution(start, end, joined, True)
    verb, address = VERB.search(said), _ADDRESS.search(said)
    timed, dated = _TIME.search(said), _DAY.search(said)
    personal = _is_personal(said)
    if verb is None:
        whole = address and (timed or dated) and _ADDRESS_LAST.search(said) and not personal
        quoting = said.casefold().startswith(_QUOTING)
        if not (whole or quoting):  # "2026年5月4日(月) 10:05 Anna:" above quoted lines
            headed = timed and dated and said[:1].isdigit() and not personal and end == start + 1
            return Attribution(start, end, joined, False) if headed else None
        return Attribution(start, end, joined, bool(address))
    if address or (timed and dated):
        return Attribution(start, end, joined, not personal)
    dated_weakly = has_beginning(said) and any(map(str.isdigit, said))
    named = end == start + 1 and _VERB_AT_END.search(said) and len(said.split()) <= _NAME_ABOVE + 2
    named = named and not personal and said.split()[0].casefold() not in _PRONOUNS  # "You wrote:" is said by a person
    last = (timed or dated) and _VERB_AT_END.search(said)  # "суббота, 4 мая 2026 г. пользователь Anna написал:"
    return Attribution(start, end, joined, False) if dated_weakly or named or last else None


def is_dated(said: str) -> bool:
    """Whether it begins as attributions do, with a day and a time of day."""
    return has_beginning(said) and _DAY.search(said) is not None and _TIME.search(said) is not None


def _is_personal(said: str) -> bool:
    """Whether a person is speaking: a pronoun stands outside the name and the address."""
    outside = re.sub(r"\"[^\"]{0,100}\"|<[^<>]{0,300}>", " ", said)
    if outside.startswith(_CJK_PRONOUNS):
        return True
    return any(word in _PRONOUNS for word in _WORD.findall(outside)[1:]) or _WORD.findall(outside)[:1] == ["I"]


def _begins_later(window: Sequence[str], found: Attribution) -> bool:
    """Whether the attribution really begins in a later line of the window: above it stand the sender's own words."""
    for skip in range(1, len(window)):
        later = None if window[skip - 1].rstrip().endswith(("<", "(", '"')) else attribution(window, skip)
        if later is None or later.end != len(window) or _lacks(later, found, len(seen(window[0]))):
            continue
        if not has_beginning(found.said) or has_beginning(later.said):
            return True
    return len(window) > 1 and _is_a_sentence(window[0])


def _lacks(later: Attribution, found: Attribution, width: int) -> bool:
    """Whether the later one is only the rest of a broken line: the address or the date stands above it."""
    if "@" in found.said and "@" not in later.said:
        return True
    return width >= _WRAPPED and _TIME.search(found.said) is not None and not _TIME.search(later.said)


def _is_a_sentence(line: str) -> bool:
    """Whether the first line is whole in itself, so that the program cannot have broken it: "Yes please."."""
    said = seen(line)
    short = len(said) < _WRAPPED and not (has_beginning(said) and any(map(str.isdigit, said)))
    return short and said.endswith((".", "!", "?", "。", "！", "？")) and "@" not in said


def has_beginning(said: str) -> bool:
    """Whether it begins as an attribution in some language does."""
    return said.strip(_RULES)[:_BEGIN_MAX].casefold().startswith(_BEGINS)
