"""Decides where in a body somebody else's words begin: the one table of marks that mail programs leave.

Must never see a mark in a person's own sentence on one weak sign: "On Monday your manager wrote:" is no
attribution without a time or an address, "From: my house" is no header block without two more fields.
Looks at few, short lines at a time, so that its cost is linear in the text. There is no RFC for these
marks; RFC 3676 4.5 defines '>' alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LINE_MAX = 1_000
BLOCK_LINES_MAX = 30
VALUE_MAX = 500

# What other mail programs call the fields of a mail in a reply or forward, case folded.
_LABELS_BY_FIELD = {
    "from": "from|von|de|da|van|od|från|fra|lähettäjä|kimden|от|від|от кого|expéditeur|remitente|mittente|remetente"
    "|afzender|nadawca|发件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람|发送人"
    "|feladó|šalje|de la|saatja|gönderen|expeditorul|отправитель|від кого",
    "date": "date|sent|sent on|gesendet|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|enviada em|enviado em"
    "|enviada|fecha|data|inviato|verzonden|wysłano|wysłane|skickat|sendt|gönderildi|отправлено|дата|dato|päivämäärä|päiväys"
    "|lähetetty|odesláno|dátum|tarih|dată|kuupäev"
    "|发送时间|发送日期|日期|时间|寄件日期|傳送時間|日付|送信日時|보낸 날짜|date/heure",
    "to": "to|an|à|a|para|per|aan|do|til|till|vastaanottaja|kime|кому|komu|pro|destinataire|destinatario|destinatário"
    "|címzett|prima|pre|către|saaja|pour|adresat|destinatarul|收件人|收件者|宛先|送信先|받는 사람",
    "cc": "cc|kopie|copie|copia|kopia|dw|копия|копія|másolatot kap|kópia|bilgi|copie à|koopia|抄送|副本|抄送人|kopi",
    "subject": "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|ämne|emne|aihe|konu|тема|předmět|predmet"
    "|tárgy|naslov|subiect|subiectul|sujet|teema|主题|主題|主旨|件名|제목",
    "reply-to": "reply-to|reply to|antwort an|répondre à|responder a|rispondi a|responder para|antwoord aan"
    "|odpowiedź do|回复至|回覆至|返信先",
}
_LABELS = {label: name for name, labels in _LABELS_BY_FIELD.items() for label in labels.split("|")}

_FORWARDED_WORDS = (
    "forwarded message|begin forwarded message|forwarded mail|forwarded by|forward message|weitergeleitete nachricht"
    "|anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|message transféré|message réexpédié"
    "|début du message réexpédié|début du message transféré|mensaje reenviado|inicio del mensaje reenviado"
    "|messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada|mensagem reencaminhada"
    "|início da mensagem encaminhada|início da mensagem reencaminhada|doorgestuurd bericht|begin doorgestuurd bericht"
    "|przekazana wiadomość|wiadomość przekazana dalej|początek przekazywanej wiadomości|转发的邮件|已转发邮件|转发邮件"
    "|转发邮件信息|转发的信息|下面是被转发的邮件|以下是转发的邮件|被转发邮件信息|轉寄的郵件|轉寄郵件|開始轉寄郵件|開始轉寄訊息"
    "|転送メッセージ|転送されたメッセージ|videresendt melding|videresendt besked|start på videresendt besked"
    "|vidarebefordrat mejl|vidarebefordrat meddelande|välitetty viesti|välitetty viesti alkaa|пересылаемое сообщение"
    "|начало переадресованного сообщения|iletilen mesaj|i̇letilen mesaj|i̇leti başlangıcı|přeposlaná zpráva"
    "|začátek přeposílané zprávy|preposlaná správa|začiatok preposlanej správy|proslijeđena poruka"
    "|započni proslijeđenu poruku|továbbított üzenet|továbbított levél kezdete|mesaj redirecționat"
    "|începe mesajul redirecționat|videresendt meddelelse|edelleenlähetetty viesti|message transmis|i̇letilmiş mesaj"
    "|перенаправлене повідомлення|початок листа, що пересилається|メッセージを転送|edastatud kiri"
    "|wiadomość przesłana dalej|treść przekazanej wiadomości|перенаправленное сообщение|переслане повідомлення"
    "|i̇letilen i̇leti|välitetty viesti / fwd.msg"
)
_ORIGINAL_WORDS = (
    "original message|original email|originalnachricht|ursprüngliche nachricht|original-nachricht|message d'origine"
    "|message d’origine|message original|mensaje original|messaggio originale|messaggio originario|mensagem original"
    "|oorspronkelijk bericht|oryginalna wiadomość|wiadomość oryginalna|原始邮件|原始郵件|原始訊息|邮件原件"
    "|元のメッセージ|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|opprinnelig melding"
    "|исходное сообщение|původní zpráva|alkuperäinen viesti|orijinal mesaj"
)
_FORWARDED = frozenset(_FORWARDED_WORDS.split("|"))
_ORIGINAL = frozenset(_ORIGINAL_WORDS.split("|"))
_RULE = re.compile(r"[-–—_=]{2,}")
_FIELDS_IN_LINE = re.compile(r"(?<=>)(?=[^\W\d_][\w ]{0,20}\s?:)")  # Yahoo: "From: A <a@b>To: C <c@d>Sent: …"
_OUR_MARK = "reply above this line"

# "On 1 May 2026 at 10:00, Jane <jane@example.com> wrote:" in the languages of customers seen so far.
_BEGINNINGS = "on |at |le |am |el |il |em |a |no dia |op |w dniu |dnia |den |dne |på |在|於|于"
_BEGINS = tuple(_BEGINNINGS.split("|"))
_WROTE = re.compile(
    r"wrote|a [ée]crit|escribi[óo]|schrieb|ha scritto|escreveu|schreef|geschreven|napisał|napisal|napsal"
    r"|nap[íi]sal|a scris|skrev|напис|пиш|писал|写道|寫道|yazdı|kirjoitti|írta",
    re.IGNORECASE,
)
_WROTE_AT_END = re.compile(_WROTE.pattern + r"(?:\(a\)|\(а\))?\s?[:：]$", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}\s?[:.hH：]\s?\d{2}")
_YEAR = re.compile(r"\b(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
_JAPANESE = re.compile(r"^\d{4}年[^@]{1,200}@[^@]{1,200}[:：]$")
ATTRIBUTION_LINES_MAX = 4
ATTRIBUTION_MAX = 400


@dataclass(frozen=True, slots=True)
class Boundary:
    """Lines [start, end) that introduce somebody else's words. kind: forward original header attribution ours."""

    kind: str
    start: int
    end: int
    said: str
    fields: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True  # an attribution without time or address counts only above quoted lines


def boundary(lines: Sequence[str], at: int) -> Boundary | None:
    """The boundary that begins at this line, if one does."""
    line = lines[at].strip()
    if not line or len(line) > LINE_MAX:
        return None
    return _separator(lines, at, line) or _header_block(lines, at) or _attribution(lines, at)


def is_quoted(line: str) -> bool:
    """Whether the line carries a quote mark (RFC 3676 4.5)."""
    return line[:4].lstrip().startswith(">")


def unquoted(line: str) -> str:
    """The line with one quote mark taken off."""
    return line.lstrip()[1:].removeprefix(" ") if is_quoted(line) else line


def header_fields(lines: Sequence[str], at: int, fewest: int) -> tuple[dict[str, str], int]:
    """Fields of the header block that begins at or just below the line, and where it ends; ({}, at) where none does."""
    fields: dict[str, str] = {}
    last, blanks, end = "", 0, at
    for number in range(at, min(at + BLOCK_LINES_MAX, len(lines))):
        line = lines[number].strip()
        if not line:
            blanks += 1
            if blanks > (1 if fields else 3):
                break
            continue
        label, value = _labelled(line)
        if label and label not in fields:
            fields[label] = value
        elif fields and not (fields[last] or blanks or label):
            fields[last] = line[:VALUE_MAX]  # Apple's HTML has the value below its label
        elif not (last in ("to", "cc") and not (blanks or label)) and not _between_labels(lines, number, fields):
            break
        last, blanks, end = label or last, 0, number + 1
    if "from" not in fields or len(fields) < fewest:
        return {}, at
    return fields, end


def _between_labels(lines: Sequence[str], at: int, fields: Mapping[str, str]) -> bool:
    """Whether a line looks like a field unknown to the table, with a known one right below it."""
    following = _labelled(lines[at + 1].strip())[0] if at + 1 < len(lines) else ""
    return bool(fields) and ":" in lines[at][:30] and following not in ("", *fields)


def _labelled(line: str) -> tuple[str, str]:
    """('from', 'Jane <jane@example.com>') for a line of a header block; ('', '') otherwise."""
    head = line[:40].replace("：", ":")
    label, colon, _ = head.partition(":")
    name = _LABELS.get(label.strip("*_ \t").casefold(), "") if colon else ""
    return (name, line[len(label) + 1 :].replace("**", "").strip(" \t*")[:VALUE_MAX]) if name else ("", "")


def _separator(lines: Sequence[str], at: int, line: str) -> Boundary | None:
    """A line that says 'forwarded message', 'original message' or our own mark."""
    folded = line.casefold()
    if _OUR_MARK in folded:
        return Boundary("ours", at, at + 1, line)
    pieces = [piece.strip("*~>< \t:：.") for piece in _RULE.split(folded[:200])]
    ruled = len(pieces) > 1
    if not _FORWARDED.isdisjoint(pieces) and (ruled or line.endswith((":", "："))):
        return _with_fields("forward", lines, at, line)
    if ruled and not _ORIGINAL.isdisjoint(pieces):
        return _with_fields("original", lines, at, line)
    if ruled and not any(pieces) and len(line) >= 10 and set(line) <= set("_-"):
        found = _with_fields("header", lines, at, line, fewest=3)
        return found if found.fields else None
    return None


def _with_fields(kind: str, lines: Sequence[str], at: int, said: str, fewest: int = 1) -> Boundary:
    fields, end = header_fields([unquoted(each) for each in lines[at + 1 : at + 1 + BLOCK_LINES_MAX]], 0, fewest)
    if not fields:
        fields = header_fields(_FIELDS_IN_LINE.split(_RULE.split(said)[-1]), 0, 1)[0]
    return Boundary(kind, at, at + 1 + end, said, fields)


def _header_block(lines: Sequence[str], at: int) -> Boundary | None:
    """'From: … Sent: … To: … Subject: …' as Outlook writes it."""
    if not _labelled(lines[at].strip())[0]:
        return None
    fields, end = header_fields(lines, at, fewest=3)
    return Boundary("header", at, end, f"From: {fields['from']}", fields) if fields else None


def _attribution(lines: Sequence[str], at: int) -> Boundary | None:
    """'On … wrote:', also when it was broken over a few lines."""
    if not any(character.isdigit() or character == "@" for character in lines[at][:120]):
        return None
    joined = ""
    for count, line in enumerate(lines[at : at + ATTRIBUTION_LINES_MAX]):
        if not line.strip() or is_quoted(line) or len(joined) + len(line) > ATTRIBUTION_MAX:
            return None
        joined = f"{joined} {line.strip()}".strip()
        if not joined.endswith((":", "：")):
            continue
        if not _is_attribution(joined):
            return None
        return None if _begins_later(lines[at : at + count + 1], joined) else _quoting(at, count, joined)
    return None


def _quoting(at: int, count: int, joined: str) -> Boundary:
    sure = "@" in joined or bool(_TIME.search(joined) and _YEAR.search(joined))
    return Boundary("attribution", at, at + count + 1, joined, {}, sure)


def _begins_later(window: Sequence[str], joined: str) -> bool:
    """Whether the attribution really begins in a later line of the window: above it stand the sender's own words."""
    for skip in range(1, len(window)):
        found = _attribution(window, skip)
        if found and (not _has_beginning(joined) or _has_beginning(found.said)):
            return True
    return False


def _has_beginning(said: str) -> bool:
    return said.casefold().startswith(_BEGINS)


def _is_attribution(joined: str) -> bool:
    if _JAPANESE.match(joined):
        return True
    if not _WROTE.search(joined):
        return False
    if _has_beginning(joined):
        return True
    return bool(_WROTE_AT_END.search(joined)) and "@" in joined
