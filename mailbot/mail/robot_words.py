"""The words of robots that are no vacation replies: tickets, acknowledgements, watchers, challenges, receipts.

Tables only. None is enough alone unless it says so: a company's people write "we have received your letter" too.
"""

from __future__ import annotations

import re
from functools import lru_cache

# "We have received your message" as ticket systems and contact pages answer, at the start of subject or body.
ACKNOWLEDGED = re.compile(
    r"(?:we(?:'ve| have)|has been|was|been) (?:successfully )?(?:received|created|logged|registered|opened"
    r"|submitted|assigned|escalated|updated|resolved|solved|closed|merged)|received your (?:e?-?mail|message"
    r"|request|enquiry|inquiry|query|ticket|case|complaint|submission|letter|order|feedback)"
    r"|thank(?:s| you) for (?:contacting|reaching|getting in touch|your (?:e?-?mail|message|enquiry|inquiry"
    r"|request|query|feedback|interest|order|submission|patience)|writing|e?-?mailing|submitting)"
    r"|ticket (?:received|created|opened|closed|id|number|#)|(?:case|ticket|request|incident|issue) ?(?:#|no\.?"
    r"|number|id|:)? ?[\[(#]{0,2}[A-Z]{0,5}-?\d{3,}|we will (?:get back|respond|reply|be in touch|contact you)"
    r"|a (?:member|representative) of our (?:team|staff)|this is an? auto(?:matic|mated|-)|do not (?:reply"
    r"|respond) to this|please do not reply|type your reply above|reply above this line|rate (?:our|the"
    r"|your) (?:support|service|experience)|how would you rate|customer satisfaction survey|your (?:ticket"
    r"|request|case) (?:#?\d+ )?(?:has|is|was)"
    r"|(?:ihre?|deine) (?:e-?mail|nachricht|anfrage|ticket|anliegen|mitteilung)[^\n]{0,60}(?:erhalten"
    r"|eingegangen|angelegt|registriert|erfasst|bearbeit)|eingangsbestätigung|vielen dank für ihre? (?:e-?mail"
    r"|nachricht|anfrage|kontaktaufnahme|mitteilung)|empfangsbestätigung|dies ist eine automatisch"
    r"|bitte antworten sie nicht"
    r"|accus[ée] de r[ée]ception|nous avons bien (?:reçu|enregistré)|votre (?:demande|message|courriel|mail"
    r"|e-mail|ticket|requête)[^\n]{0,50}(?:reçue?|enregistrée?|prise? en compte|créé)"
    r"|merci (?:de nous avoir contact|pour votre (?:message|demande|courriel|mail))|ceci est un (?:message|mail"
    r"|courriel) automatique|ne pas répondre"
    r"|acuse de recibo|hemos recibido (?:su|tu)|su (?:solicitud|mensaje|consulta|correo"
    r"|ticket)[^\n]{0,50}(?:recibid|registrad|cread)|gracias por (?:contactar|ponerse en contacto|su (?:mensaje"
    r"|correo|consulta)|escribirnos)|este es un (?:mensaje|correo) automático|no responda"
    r"|conferma di ricezione|abbiamo ricevuto (?:la (?:sua|tua|vostra)|il (?:suo|tuo|vostro))|la (?:sua"
    r"|tua) (?:richiesta|email|segnalazione|mail)[^\n]{0,50}(?:ricevut|registrat|presa in carico)"
    r"|grazie per averci contattat|messaggio automatico|non rispondere a questa"
    r"|(?:confirma[cç][aã]o|aviso) de (?:recebimento|rece[cç][aã]o)|recebemos (?:a sua|o seu|sua|seu)|(?:sua"
    r"|seu) (?:solicitação|mensagem|e-?mail|chamado|pedido)[^\n]{0,50}(?:recebid|registrad|abert)"
    r"|obrigad[oa] por (?:entrar em contat|seu contat|nos contat|sua mensagem)|(?:mensagem|e-?mail) automátic"
    r"|não responda"
    r"|ontvangstbevestiging|wij hebben uw[^\n]{0,40}ontvangen|bedankt voor uw (?:bericht|e-?mail)"
    r"|potwierdzenie (?:otrzymania|przyjęcia)|otrzymaliśmy (?:pa|twoj)|mottagningsbekräftelse|tack för (?:ditt"
    r"|din) (?:mejl|mail|e-post)|tak for din (?:mail|henvendelse)|vi har (?:mottagit|modtaget|mottatt)"
    r"|kiitos (?:viesti|yhteydenot)|děkujeme za (?:vaši|váš)|potvrzení (?:přijetí|o přijetí)|köszönjük|am primit"
    r"|ваш(?:а|е|у)? (?:заявк|обращени|письмо|запрос|сообщени)[^\n]{0,60}(?:принят|получен|зарегистр)"
    r"|получили ваш|спасибо за (?:обращение|ваше)|talebiniz|mesajınız (?:alın|ulaş)|已收到您|收到您的"
    r"|您的(?:邮件|来信|请求|工单"
    r"|咨询|信件)[^\n]{0,20}(?:已收到|已收悉|已受理|收到)|来信已收|邮件已收到|已經收到|感谢您(?:的来信|联系)"
    r"|お問い合わせ(?:ありがとう|を受け付け|いただき)|受付(?:完了"
    r"|いたしました)|自動送信|自動配信|접수되었|문의해 ?주셔서",
    re.IGNORECASE,
)
# Programs that watch machines, by their subjects: enough together with a sender that only programs have.
WATCHING = re.compile(
    r"^\[?(?:cron <|anacron job|logwatch for|\*+ ?(?:problem|recovery|acknowledgement|flapping\w{0,8})"
    r"|(?:problem|recovery|resolved|down|up)(?:: | alert)|monit alert|\[?zabbix|\[nagios|\[alert|smartd"
    r"|smart error|failed su|security information for|\*\*\* security|output from your job|backup (?:report"
    r"|failed|completed)|fail2ban|unattended-upgrades|apticron|yum update|tripwire|rkhunter|cpanel|\[cpanel"
    r"|lfd on|disk (?:space|usage)|\[jenkins|build (?:failed|succeeded|fixed)|\[github\]|mdadm|raid"
    r"|degradedarray|\w{0,20}check_mk)",
    re.IGNORECASE,
)
REPORT_SUBJECT = re.compile(
    r"^(?:report domain: ?\S{1,255} submitter:|\[preview\] report domain|dmarc (?:aggregate|forensic|failure"
    r"|report)|complaint about message from|(?:fw: )?e-?mail feedback report|spam report|abuse report)",
    re.IGNORECASE,
)
# Challenges: "prove that you are a person" (TMDA, Boxbe, Spam Arrest, EarthLink, UOL, Mailinblack, Sendio).
CHALLENGE_SUBJECT = re.compile(
    r"^(?:please confirm (?:your (?:message|e?-?mail)|that you|\(conf#|receipt of your)"
    r"|please verify (?:your (?:e?-?mail|message)|that you)|confirm(?:ation)?(?: required| needed"
    r"| request)? (?:for|to) (?:your )?(?:message|e?-?mail|deliver)|\[boxbe\]|\[?spam ?arrest\]?"
    r"|re: [^\n]{0,200}\(verification required\)|[^\n]{0,200}\(verification required\)|verification (?:required"
    r"|needed)|sender verification|verify your (?:message|e?-?mail to)|your (?:message"
    r"|e?-?mail) (?:to \S{1,120} )?(?:is (?:waiting|awaiting|pending|being held)|has been (?:held|quarantined)"
    r"|requires (?:verification|confirmation|authentication)|awaits)|your message awaits"
    r"|authentication (?:required|request)|action required[^\n]{0,30}(?:deliver|verif)[^\n]{0,40}e?-?mail"
    r"|anti-?spam uol|confirmação de (?:e-?mail|mensagem|remetente)|confirme (?:o envio|sua mensagem|su mensaje"
    r"|su correo|seu e-?mail)|confirmación de (?:remitente|mensaje)|demande (?:d.authentification"
    r"|de confirmation d.envoi)|authentifi(?:ez|cation)[^\n]{0,30}(?:mail|expéditeur|message)|confirmez (?:votre"
    r"|l.envoi)|mailinblack|message bloqué|votre message (?:est en attente|a été bloqué|n.a pas encore)"
    r"|bitte bestätigen sie (?:ihre (?:nachricht|e-?mail)|den versand)|absenderbestätigung"
    r"|conferma (?:il tuo messaggio|mittente|invio)|подтвердите (?:отправку|что вы)|请确认(?:您的邮件|发送)|请验证)",
    re.IGNORECASE,
)
CHALLENGE_WORDS = re.compile(
    r"(?:click|follow|visit|open|reply|répond|cliqu|clique|klicken|clicca|haga clic|перейд"
    r"|点击)[\s\S]{0,300}(?:deliver|verif|confirm|authenti|human|not a (?:robot|spammer|machine)|whitelist"
    r"|allow ?list|guest ?list|approved|livr|envoi|entreg|bestätig|zugestellt|consegn|подтвер|验证|确认)",
    re.IGNORECASE,
)
# The same in the body of a mail whose fields say that a machine answered.
CHALLENGE_BODY = re.compile(
    r"(?:before|so that|for|until|unless|in order for) (?:your|this) (?:e?-?mail|message) (?:can|will|may|to"
    r"|could) be delivered|allowed sender|(?:add(?:ed)?|put) (?:you |yourself )?(?:to|on) (?:my|the|his|her"
    r"|our) (?:approved|allowed|white|guest|safe)[ -]?(?:senders? )?list|(?:prove|verify|confirm"
    r"|show) that you are (?:a )?(?:human|real|not a (?:robot|spammer|machine))|unknown senders? must"
    r"|afin que votre (?:message|mail) (?:soit|puisse)|prouver que vous|damit ihre (?:nachricht"
    r"|e-?mail) zugestellt|para que (?:su|sua|seu) (?:mensaje|mensagem|e-?mail|correo) (?:sea|seja) entreg"
    r"|чтобы ваше письмо было доставлено",
    re.IGNORECASE,
)
CHALLENGE_HOSTS = (
    "boxbe.com", "spamarrest.com", "mailinblack.com", "sendio.com", "spamlion.com", "knowspam.net",
    "bluebottle.com", "antispam.uol.com.br", "antispamuol.com.br", "vanquish.com", "digiportal.com",
    "choicemail.com", "spamblocker.earthlink.net", "0spam.com", "captchamail.com",
)  # fmt: skip
# "Read: …" and its kin: receipts of programs from before RFC 3798, which say in the body what was done and when.
RECEIPT_SUBJECT = re.compile(
    r"^(?:read|not read|deleted|read receipt|return receipt|receipt|disposition notification|delivered|relayed"
    r"|delivery receipt|opened|displayed|gelesen|nicht gelesen|ungelesen gelöscht|lesebestätigung"
    r"|empfangsbestätigung|zugestellt|lu|non lu|accusé de lecture|confirmation de lecture|remis|leído|no leído"
    r"|confirmación de lectura|acuse de lectura|entregado|letto|non letto|conferma di lettura"
    r"|ricevuta di ritorno|recapitato|lida|não lida|lido|não lido|confirmação de leitura|recibo de leitura"
    r"|entregue|gelezen|niet gelezen|leesbevestiging|läst|oläst|läskvitto|læst|ikke læst|kvittering for læsning"
    r"|lest|luettu|lukukuittaus|przeczytane|nieprzeczytane|potwierdzenie (?:przeczytania|odczytu)|přečteno"
    r"|potvrzení o přečtení|elolvasva|citit|okundu|прочитано|прочтено|не прочитано|уведомление о прочтении|已读|已讀"
    r"|未读|已读回执|阅读回执|读信回执|回执|开封済み|開封済み|開封確認|읽음|수신확인)\s?[:：]",
    re.IGNORECASE,
)
RECEIPT_WORDS = re.compile(
    r"(?:was|has been) (?:read|opened|displayed|deleted|received)(?: by| on| without|\.)|return receipt"
    r"|read receipt|this receipt|receipt (?:for|shows|verifies)|your (?:message|document"
    r"|mail):?[\s\S]{0,300}(?:was|has been) (?:read|received|opened|deleted)|message (?:was )?sent (?:to"
    r"|on)[\s\S]{0,200}(?:read|displayed|opened)|no guarantee that the (?:message|recipient)"
    r"|wurde (?:am [^\n]{0,60})?(?:gelesen|geöffnet|gelöscht|angezeigt)|a été (?:lu|ouvert|affich|supprim)"
    r"|fue leído|ha sido leído|se (?:leyó|abrió)|è stat[oa] (?:lett|apert|visualizzat)|foi lid[ao]|is gelezen"
    r"|gelezen op|har lästs|lästes|blev læst|ble lest|został[ao]? (?:przeczytan|odczytan|wyświetlon)"
    r"|byla? přečten|было прочитано|прочитано|已(?:被)?阅读|已读|已被(?:收件人)?(?:打开|阅读)|已阅|回执|開封され"
    r"|읽었|수신자가",
    re.IGNORECASE,
)
HEAD_MAX = 700


def acknowledges(subject: str, text: str) -> bool:
    """Whether subject or opening say that something was received, as a ticket system does."""
    said = f"{subject[:300]}\n{text[:HEAD_MAX]}"
    return bool(_acknowledged_small().search(said.lower()) if said.isascii() else ACKNOWLEDGED.search(said))


@lru_cache(maxsize=1)
def _acknowledged_small() -> re.Pattern[str]:
    """ACKNOWLEDGED for small letters of ASCII: five times as quick as without regard to capitals, where ı is also i."""
    return re.compile(ACKNOWLEDGED.pattern.replace("[A-Z]", "[a-z]").replace("ı", "i"))
