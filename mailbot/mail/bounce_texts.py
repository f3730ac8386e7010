"""The words by which mail systems say that a letter did not arrive, and the marks at which their own words end.

Tables only: who may use them is decided by `bounces` and `automatic`, never by the words alone.
"""

from __future__ import annotations

import re

# Subjects of failure reports: written by servers, and forwarded by people.
FAILED_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|non[- ]?deliver|not delivered|returned (?:e?mail|to sender)"
    r"|return(?:ing)? message to sender"
    r"|(?:mail|message|delivery|email)[ \w:-]{0,30}(?:fail|problem|error|status|refused|rejected|notification"
    r"|unsuccessful|impossible)"
    r"|failure (?:notice|delivery|report)|failed (?:mail|delivery)|could ?n[o']t be delivered|unable to deliver"
    r"|permanent error|bounced? (?:mail|message)"
    r"|nondeliverable|error sending your mail|(?:mail|message) you sent (?:was |has been )?(?:blocked|rejected"
    r"|returned)|mail error|rejected mail|recipient (?:unknown|not found)|user unknown|rejected:"
    r"|unzustellbar|nicht zugestellt|nicht zustellbar|zustellung[ \w]{0,30}(?:fehl|nicht|gescheitert)"
    r"|fehlgeschlagen|unzustellbarkeit"
    r"|non remis|non distribu|échec (?:de|lors)|echec de|message (?:non|refus)|retour(?:né)? à l.exp"
    r"|impossible de remettre"
    r"|no (?:se ha )?(?:podido )?entreg|no se pudo entregar|error (?:de|en la|al) ent?(?:reg|vi)|devuelto"
    r"|correo devuelto|fallo (?:en la|de) ent"
    r"|mancat[ao] (?:consegna|recapito)|non recapitabile|impossibile (?:recapitare|consegnare)"
    r"|consegna[ \w]{0,20}(?:fallita|non riuscita)"
    r"|não (?:entregue|foi (?:possível )?entreg)|nao entregue|falha (?:na|de|no) (?:entrega|envio)"
    r"|mensagem devolvida|erro (?:na|de|no) (?:entrega|envio)"
    r"|onbestelbaar|niet (?:bezorgd|afgeleverd|bestelbaar)|kan niet worden (?:bezorgd|afgeleverd)"
    r"|kunne ikke leveres|ikke leveret|kunde inte levereras|går inte att leverera|olevererbart"
    r"|ei voitu toimittaa|toimittamatta|niedostarcz|nie można dostarczyć|nedoručiteln|nelze doručit|nedoruč"
    r"|kézbesíthetetlen|nelivrat|teslim edilemedi|iletilemedi|kohaletoimetamatu|nepristatyt|nepiegādā"
    r"|neisporuč|nedostavljen|kan ikke leveres|kan inte levereras|olevererbar|no lliura|không gửi được|tidak terkirim"
    r"|gagal dikirim|недоставен|не е доставено"
    r"|не доставлен|недоставлен|невозможно доставить|не удалось доставить|не може бути доставлен"
    r"|αδυναμία παράδοσης|δεν παραδόθηκε|לא נמסרה|تعذر (?:ال)?تسليم"
    r"|退信|无法投递|無法傳遞|无法传递|未传递|无法送达|投递失败|发送失败|退回|投遞失敗|未送达|配信不能"
    r"|配信できません|送信できません|送信エラー|エラー通知|배달(?: )?(?:실패|되지)|반송",
    re.IGNORECASE,
)  # fmt: skip
# Subjects under which a mailbox refuses a letter by a receipt (RFC 8098): Dovecot's and Sieve's own.
REFUSED_SUBJECT = re.compile(r"^(?:automatically )?rejected\b|^message rejected", re.IGNORECASE)
DELAY_SUBJECT = re.compile(
    r"\bdelay(?:ed)?\b|\bwarning\b|still (?:trying|being)|not yet (?:been )?delivered|temporar|will retry"
    r"|verzögert|verspätet|warnung|retard|différé"
    r"|retras|demora|ritard|atras|adiad|vertraagd|vertraging|forsinket|försenad|fördröjd|viiväst|opóźni|zpožd"
    r"|zpoždě|késlel|întârzi|gecik|задерж|затрим|延迟|延遲|遅延|지연",
    re.IGNORECASE,
)
DELAY_WORDS = re.compile(
    r"warning message only|do(?:es)? not need to (?:re-?send|be resent)|no (?:further )?action is (?:required"
    r"|needed)|will (?:be retried|keep trying|continue to (?:be tried|try|retry))"
    r"|(?:has|have) not (?:yet )?been delivered (?:yet|after|to)|delivery attempts will continue|still (?:trying"
    r"|being tried|in the queue)|is (?:being )?delayed|has been delayed|was delayed"
    r"|not been able to deliver[ \w]{0,30} yet"
    r"|gmail will retry|this is just a warning|could not be delivered yet|noch nicht zugestellt"
    r"|wird weiter(?:hin)? versucht|nouvelles tentatives|seguirá intentando|verranno effettuati altri tentativi"
    r"|continuará tentando|将继续尝试|会继续尝试|系统会自动重试",
    re.IGNORECASE,
)
GIVEN_UP = re.compile(
    r"permanent(?:ly)? (?:fail|error|fatal)|failed permanently|permanent error|fatal error|giv(?:en|ing) up"
    r"|has been returned|could not be delivered|delivery (?:has )?failed|undeliverable|will not be retried"
    r"|too (?:old|long)",
    re.IGNORECASE,
)
# Where a report's own words end and the letter's copy begins; the first such line wins.
COPY_BEGINS = re.compile(
    r"^[ \t>*=\-_#]{0,80}(?:this is a copy of|below this line is a copy|here is a copy"
    r"|(?:the )?original message (?:follows|headers?)|original e?-?mail (?:follows|headers?)"
    r"|message headers follow"
    r"|(?:the )?header of the original message|the headers? (?:and|of)[ \w]{0,40}follow|unsent message follows"
    r"|message (?:header|text) follows|returned message follows|the original message text|copy of (?:your"
    r"|the) message|begin(?:ning)? of (?:the )?original"
    r"|original message(?: headers?)?[ \t:]{0,4}[\-=*]{0,80}[ \t]{0,4}$|(?:-{3,} ?)?original message"
    r"|ursprüngliche (?:nachricht|mail)|message d.origine|mensaje original|messaggio originale|mensagem original"
    r"|下面是.{0,20}原邮件|原邮件|原信|the following is a copy"
    r"|(?:return-path|received|dkim-signature|x-received|mime-version): )",
    re.IGNORECASE | re.MULTILINE,
)
# Lines that name the recipient by a label.
LABELLED = re.compile(
    r"(?:final-recipient|original-recipient|failed recipient|recipient(?:'s)?(?: address)?|rcpt to|delivered to"
    r"|could not be delivered to|address(?:es)?|to|empfänger(?:adresse)?|destinataires?|destinatario?s?"
    r"|destinatário|收件人(?:邮件)?(?:地址)?|收信人|收件地址|无法发送到|無法傳送至|получател\w{1,3}|宛先)"
    r"[ \t]{0,4}[:：=][ \t]{0,8}(?:rfc822;"
    r"|smtp:)?[ \t]{0,4}[<\"'(\[]{0,2}([\w.+=&'/~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.IGNORECASE,
)
# Lines that say of one recipient that it failed: sendmail's transcript, and Exchange before it knew RFC 3464.
FAILED_LINE = re.compile(
    r"^[ \t]{0,8}(?:[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?<([\w.+=&'/~%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>"
    r"\.\.\. |([\w.+=&'/~%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}) on [A-Z][a-z]{2}, \d)",
    re.MULTILINE,
)
# An address that opens a line, as nearly every report lists its recipients.
LISTED = re.compile(
    r"^[ \t>*\-•·.]{0,16}[<\"'(\[]{0,2}(?:smtp:|mailto:)?"
    r"([\w.+=&/~%\U0001f000-\U0001faff-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.MULTILINE,
)
# Whose addresses stand in reports without being anybody's that we wrote to.
HELPERS = (
    "postmaster",
    "mailer-daemon",
    "abuse",
    "support",
    "helpdesk",
    "help",
    "admin",
    "administrator",
    "noc",
    "service",
    "kundenservice",
)
