"""The words of vacation replies, by language: what programs alone write, and what people write too.

Tables only. `automatic_subject` is enough alone (Exchange, Gmail, QQ and the like put it there themselves); words of
absence need another sign, and an opening of the body counts last, and only together with one.
"""

from __future__ import annotations

import re

# What mail systems put before or in place of the subject, "Automatic reply: …" in the languages of Exchange, Outlook,
# Zimbra, Domino, GroupWise, QQ, 163, Naver and Yandex. At the very start; a "Re:" before it is a person.
_AUTOMATIC = (
    r"automatic(?:ally generated)? (?:e?mail )?(?:reply|response|answer)|auto[- ]?repl(?:y|ied)"
    r"|auto[- ]?respon(?:se?|der|d)|auto[- ]?answer|automated (?:e?mail )?(?:reply|response|answer)"
    r"|out of (?:the )?office auto-?(?:reply|response|matic reply)|out[- ]of[- ]office(?: auto)? (?:reply"
    r"|response|message|notification|assistant)"
    r"|vacation (?:auto-?)?(?:reply|response|message|responder)|away message|ooo auto-?reply|absence (?:reply"
    r"|notification)"
    r"|automatische (?:antwort|abwesenheitsnotiz|abwesenheitsmeldung|rückmeldung|e-?mail-?antwort|nachricht)"
    r"|auto-?antwort|automatische empfangsbestätigung|abwesenheits(?:notiz|meldung|nachricht|assistent"
    r"|benachrichtigung|info(?:rmation)?|agent)"
    r"|r[ée]ponse auto(?:matique)?(?: d.absence(?: du bureau)?)?"
    r"|message (?:automatique )?d.absence(?: du bureau)?|notification d.absence|avis d.absence"
    r"|accusé de réception automatique|répondeur automatique"
    r"|respuesta autom[aá]tica|auto-?respuesta|contestaci[oó]n autom[aá]tica|mensaje de (?:ausencia|vacaciones)"
    r"|respuesta de vacaciones|aviso de ausencia"
    r"|risposta automatica|risponditore automatico|autorisposta|risposta di assenza|messaggio di assenza"
    r"|avviso di assenza"
    r"|resposta autom[aá]tica|auto-?resposta|mensagem de aus[eê]ncia|aviso de (?:aus[eê]ncia|f[eé]rias)"
    r"|resposta de f[eé]rias|resposta automàtica|erantzun automatikoa"
    r"|automatisch (?:antwoord|bericht)|automatische (?:reactie|afwezigheidsmelding|afwezigheid)"
    r"|afwezigheids(?:assistent|bericht|melding)"
    r"|autosvar|auto-svar|automatis(?:k|kt) svar|sjálfvirkt svar|frånvaro(?:meddelande|besked)|fraværs(?:besked"
    r"|melding|assistent)|automaattinen (?:vastaus|poissaoloilmoitus)|poissaoloilmoitus|lomavastaus"
    r"|automaatvastus|automaatne vastus"
    r"|odpowied[zź] automatyczna|automatyczna odpowied[zź]|autoodpowied[zź]|automatick[aá] odpove[dď]"
    r"|automatick[aá] odpov[eě][dď]|oznámení o nepřítomnosti|automatikus válasz|r[aă]spuns automat"
    r"|automatski odgovor|samodejni odgovor|përgjigje automatike"
    r"|automatinis atsakymas|autom[aā]tisk[aā] atbilde|otomatik (?:yan[ıi]t|cevap)|avtomatik cavab"
    r"|αυτόματη απάντηση|автоматический ответ|автоответ(?:чик)?|автоматична відповідь|автовідповідь"
    r"|автоматичен отговор|аутоматски одговор|автоматски одговор|автоматты жауап|аўтаматычны адказ"
    r"|תשובה אוטומטית|מענה אוטומטי|הודעת העדרות|(?:ال)?رد (?:ال)?(?:تلقائي|آلي)|الرد التلقائي|پاسخ خودکار"
    r"|स्वचालित (?:उत्तर|जवाब)|स्वतः उत्तर|(?:การ)?ตอบกลับอัตโนมัติ|trả lời tự động|thư trả lời tự động"
    r"|balasan (?:otomatis|automatik)|awtomatikong tugon|outomatiese antwoord|ateb awtomatig"
    r"|自动(?:回复|答复|回覆|應答|应答)|自動(?:回覆|回復|答覆|応答|返信|回答)|休假自动|(?:不在"
    r"|休暇)(?:時の)?(?:自動)?(?:通知|応答|返信)|자동 ?(?:회신|응답|답장)"
    r"|부재중 ?(?:자동|알림|메시지|응답)"
)
_SUBJECT = re.compile(rf"^[\s\[(<【*]{{0,3}}(?:{_AUTOMATIC})(?=$|[\s:：\-–—\])>】*!.,;|/])", re.IGNORECASE)
_AFTER = re.compile(r"[\])>】*]?\s{0,3}(?:[:：\-–—\])>】!|.;/(]|$|(?:from|von|de|da|van|re|to) \S{1,80}@)")
# "Auto:", "OOO:", "Vacation:" and words of absence at the start of a subject that ends there or goes on after a colon.
_ABSENCE_HEAD = (
    r"auto|ooo|out of (?:the )?office|away from (?:the |my )?(?:office|desk)|(?:on |annual |maternity "
    r"|paternity |parental |sick )+leave|on (?:vacation|holidays?|a business trip|travel)|vacation(?: notice)?"
    r"|holidays?|i(?:'m| am) (?:away|out|on)[\w ]{0,30}|away(?: until[\w ]{0,30})?|not in the office"
    r"|office closed|currently (?:out|away|unavailable)[\w ]{0,30}"
    r"|abwesend|abwesenheit|nicht (?:im büro|am platz|im haus)|außer haus|im urlaub|urlaub(?:snotiz|smeldung)?"
    r"|(?:bin )?im mutterschutz|elternzeit|betriebsferien|in den ferien|ferienabwesenheit"
    r"|absente?|absence(?: du bureau)?|en (?:congés?|vacances|déplacement|congé maternité)|hors du bureau"
    r"|je suis absente?|indisponible|congés annuels"
    r"|fuera de (?:la )?oficina|ausente|ausencia|de vacaciones|vacaciones|no disponible|de baja|fuera del despacho"
    r"|fuori (?:sede|ufficio)|assente|assenza|in ferie|ferie|non al computer|non in ufficio|in maternità"
    r"|chiusura (?:estiva|uffici)"
    r"|fora (?:do|de) escritório|fora da empresa|ausência|em férias|de férias|férias|estou (?:ausente|de férias)"
    r"|afwezig(?:heid)?|niet aanwezig|met (?:vakantie|verlof)|vakantie|buiten kantoor|niet op kantoor"
    r"|frånvarande|frånvaro|semester|inte på kontoret|ikke til stede|fravær|ferie|på ferie|ikke på kontoret"
    r"|ude af kontoret|poissa|lomalla|poissaolo|en ole (?:paikalla|toimistossa)"
    r"|poza biurem|nieobecno[sś][cć]|nieobecn[aey]|urlop|na urlopie|nepřítomnost|mimo kancelář|dovolená"
    r"|neprítomnosť|mimo kancelárie|dovolenka|házon kívül|irodán kívül|szabadság(?:on)?|plecat|în concediu"
    r"|concediu|absent din birou|izvan ureda|na godišnjem|godišnji odmor|odsoten|dopust|ne būroje|prombūtne"
    r"|atvaļinājum\w{0,3}|atostog\w{0,3}|puhkus(?:el)?"
    r"|ofis dışında\w{0,6}|izinde\w{0,4}|tatilde\w{0,4}|εκτός γραφείου|απουσία|σε άδεια|вне офиса|не в офисе"
    r"|нет на (?:рабочем )?месте|нет в офисе|в отпуске|отпуск|отсутству\w{1,5}|у відпустці|відпустка|поза офісом"
    r"|в отпуск|מחוץ למשרד|בחופשה|خارج المكتب|في إجازة|خارج از دفتر|đi vắng|vắng mặt|nghỉ phép"
    r"|ไม่อยู่(?:ที่)?(?:ออฟฟิศ|สำนักงาน)?|ลาพัก\S{0,8}|cuti|di luar kantor"
    r"|外出|不在办公室|不在辦公室|休假(?:中|通知)?|度假|出差(?:中)?|年假|请假|請假|假期|放假通知|不在|不在通知"
    r"|休暇(?:中|のお知らせ)?|夏季休業|부재중?|휴가(?:중| 중)?|출장(?:중| 중)?"
)
_ABSENCE_START = re.compile(
    rf"^(?:re\s?[:：]\s{{0,2}})?[\s\[(<【*]{{0,3}}(?:{_ABSENCE_HEAD})[\])>】*]?\s{{0,3}}(?:$|[:：!–—|]|-\s|re[:：]"
    rf"|fwd?[:：]|until|till|bis |jusqu|hasta|fino|até|from |vom |du \d|ab )",
    re.IGNORECASE,
)
# Those of them that hardly anybody writes of a garment or a shop: the subject is believed beside a field alone.
_FIRM = re.compile(
    r"^(?:re\s?[:：]\s{0,2})?[\s\[(<【*]{0,3}(?:ooo\b|out of (?:the )?office|on (?:\w{1,12} )?leave|abwesen"
    r"|absence du bureau|hors du bureau|fuera de (?:la )?oficina|fuori (?:sede|ufficio)|fora do escrit|afwezig"
    r"|poza biurem|ofis dışında|вне офиса|不在办公室|不在通知|休假通知|부재)",
    re.IGNORECASE,
)
# "Petra Klein is out of the office": as Domino and GroupWise write it, with the name first.
_NAME_IS_AWAY = re.compile(
    r"^(?:[^\n:]{2,60} )?(?:is (?:currently )?(?:out of (?:the )?office|away|on (?:\w{1,12} )?leave|on vacation"
    r"|on holiday)|ist (?:außer haus|nicht im (?:büro|hause?)|abwesend|im urlaub)|est (?:absente?|en congés?"
    r"|hors du bureau)|está (?:ausente|fuera de la oficina|fora do escritório|de vacaciones|de férias)"
    r"|è (?:fuori (?:sede|ufficio)|assente|in ferie)|is (?:afwezig|niet aanwezig|met vakantie)"
    r"|är (?:inte på kontoret|frånvarande)|er (?:ikke på kontoret|ude af kontoret)|jest (?:nieobecn\w"
    r"|poza biurem)|不在办公室|外出)(?:$|[\s.,!(;])",
    re.IGNORECASE,
)
# Words of absence anywhere: believed where a field says already that a machine answered.
_ABSENCE_ANYWHERE = re.compile(
    r"\bout[- ]of[- ](?:the |my )?office\b(?! hours)|\booo\b|\b(?:on|taking|my) (?:\w{1,12} )?(?:leave|vacation"
    r"|holidays?)\b|\bmaternity\b|\baway (?:from|until|till|on|at|this|and|with|for)\b|\b(?:currently|presently"
    r"|temporarily) (?:away|out|unavailable|on|travell?ing)\b|\bi(?:'m|’m| am|'ll be| will be"
    r"| shall be) (?:\w{1,12} )?(?:away|out|off|unavailable|travell?ing|back|returning|not (?:in|available"
    r"|at work|working))\b"
    r"|\b(?:will|shall|be) (?:be )?(?:back|returning)\b|\b(?:upon|on|after|until) my return\b"
    r"|\blimited (?:\w{1,12} )?access to (?:my )?e?-?mails?\b|\bno (?:\w{1,12} )?access to (?:my )?e?-?mails?\b"
    r"|\bno longer (?:work|with|employed)|\bhas left (?:the )?\w|\bnot (?:in|at) (?:the |my )?(?:office|desk"
    r"|work)\b|\bannual leave\b|\bvacation(?:ing)?\b|\b(?:bank|public|national) holiday|\boffice (?:is"
    r"|will be) closed|\bclosed (?:for|until|from)|\breturn(?:ing)? (?:to (?:the |work)|on)\b"
    r"|\babwesen|\burlaub|nicht (?:im (?:büro|hause?)|am (?:arbeits)?platz|erreichbar|anwesend|persönlich)"
    r"|nicht in der (?:firma|kanzlei|praxis)|außer haus|\bdienstreise|\belternzeit|\bmutterschutz"
    r"|\bwieder (?:im büro|da|erreichbar|für sie)|\bbetriebsferien|zurück"
    r"|\babsente?s?\b|\babsence\b|\bcongés?\b|\bvacances\b|\bmon retour\b|\bde retour\b|en déplacement"
    r"|\bfermé(?:e|s)?\b|indisponible|\bausente|\bausencia|vacaciones|fuera de (?:la |mi )?oficina|regres(?:o"
    r"|aré)|mi (?:vuelta|regreso)|de baja|\bassente|\bassenza|\bferie\b|fuori (?:sede|ufficio)|al mio (?:rientro"
    r"|ritorno)|\brientr\w{1,4}\b|maternità"
    r"|\bausência|f[eé]rias|fora do (?:meu )?escrit[oó]rio|licença|meu (?:retorno|regresso)|\bretornarei"
    r"|\bregresso\b|\bafwezig|vakantie|\bverlof\b|niet (?:op kantoor|aanwezig|bereikbaar)|frånvar|semester"
    r"|\bferie\b|fravær|ikke (?:på|til) |tillbaka|tilbage|tilbake|poissa|loma(?:lla|n)|takaisin|nieobecn|urlop"
    r"|poza biurem|wracam|nepřítom|dovolen|neprítom|mimo kancel|szabads[aá]g|házon kívül|vissza|concedi|absent"
    r"|revin|godišnj|odmor|odsot|dopust|atostog|atvaļin|puhku|izin(?:de|li)|tatil|ofis(?:te|im)? (?:dışı|değil)"
    r"|dönüş|άδεια|απουσ|εκτός"
    r"|отпуск|отсутств|вне офиса|не в офисе|нет на|вернусь|командировк|відпустк|відсутн|חופש|נעדר|מחוץ ל|إجاز"
    r"|خارج المكتب|مرخصی|đi vắng|nghỉ|ลาพัก|ไม่อยู่|cuti|不在|休假|度假|出差|外出|年假|假期|请假|請假|放假|返回"
    r"|回来|休暇|出張|お休み|休業|부재|휴가"
    r"|출장",
    re.IGNORECASE,
)
# How a vacation reply opens: somebody speaks of their absence now, in the first lines. Weak, never enough alone.
_OPENING = re.compile(
    r"\bi(?:'m|’m| am|'ll be|’ll be| will be| shall be) (?:currently |presently |now |temporarily )?(?:away"
    r"|out of (?:the |my )?(?:office|country|town)|on (?:\w{1,12} )?(?:leave|vacation|holidays?)"
    r"|not in the office|unavailable|travell?ing|off (?:work|until))|thank(?:s| you) for your (?:e-?mail|message"
    r"|mail)[^\n]{0,20}[.,!][\s\S]{0,80}(?:away|out of (?:the )?office|on (?:annual )?leave|on (?:vacation"
    r"|holiday))|\bout of (?:the )?office (?:until|from|till|and|with)|limited access to (?:my )?e?-?mail"
    r"|ich bin (?:derzeit |zurzeit |zur zeit |momentan |vom |bis |ab |aktuell "
    r"|leider )?[^\n]{0,60}(?:nicht (?:im büro|erreichbar|im hause?|am platz)|abwesend|im urlaub|außer haus"
    r"|in elternzeit)|je suis (?:actuellement |momentanément |en ce moment )?(?:absente?|en (?:congés?|vacances"
    r"|déplacement)|hors du bureau)|(?:actualmente )?(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera de"
    r"|ausente|de (?:vacaciones|baja))|(?:sono|sarò) (?:attualmente |al momento )?(?:assente|fuori (?:sede"
    r"|ufficio)|in ferie)"
    r"|(?:estou|estarei|encontro-me) (?:actualmente |atualmente )?(?:ausente|fora d|de férias|em férias)"
    r"|ik ben (?:momenteel |tot |van )?[^\n]{0,40}(?:afwezig|niet (?:aanwezig|op kantoor|bereikbaar)"
    r"|met (?:vakantie|verlof))|jag är (?:för närvarande )?(?:inte på|på semester|frånvarande|bortrest)"
    r"|jeg er (?:i øjeblikket |for tiden )?(?:ikke på|på ferie|fraværende|ude af)|olen (?:tällä hetkellä "
    r"|parhaillaan )?(?:poissa|lomalla)|jestem (?:obecnie )?(?:nieobecn|na urlopie|poza biurem)|我(?:正在|目前"
    r"|现在|將|将"
    r"|已)?[^\n]{0,12}(?:休假|度假|外出|出差|不在办公室|不在辦公室)|您好[，,！!][^\n]{0,20}(?:休假|外出|出差)"
    r"|я (?:сейчас "
    r"|временно )?(?:в отпуске|нахожусь в отпуске|отсутствую)",
    re.IGNORECASE,
)
SUBJECT_MAX = 300
OPENING_MAX = 400
WORDS_MAX = 4_000


def automatic_subject(subject: str) -> bool:
    """Whether a mail system wrote the subject, or its beginning, by itself."""
    found = _SUBJECT.match(subject[:SUBJECT_MAX])
    return bool(found and _AFTER.match(subject, found.end()))


def absence_at_start(subject: str) -> bool:
    """Whether the subject is a word of absence, or begins with one that is set apart."""
    return bool(_ABSENCE_START.match(subject[:SUBJECT_MAX]) or _NAME_IS_AWAY.match(subject[:SUBJECT_MAX]))


def absence_firm(subject: str, text: str) -> bool:
    """Whether a subject of absence is one by its own words, or the text goes on about it."""
    return absence_at_start(subject) and bool(_FIRM.match(subject) or _ABSENCE_ANYWHERE.search(text[:WORDS_MAX]))


def absence_anywhere(subject: str, text: str) -> bool:
    """Whether anything speaks of absence: for mails whose fields say already that a machine answered."""
    said = f"{subject[:SUBJECT_MAX]}\n{text[:WORDS_MAX]}"
    return bool(_ABSENCE_ANYWHERE.search(said) or _ABSENCE_START.match(subject[:SUBJECT_MAX]))


def opens_with_absence(text: str) -> bool:
    """Whether the first lines say that their writer is away now."""
    return bool(_OPENING.search(text[:OPENING_MAX]))
