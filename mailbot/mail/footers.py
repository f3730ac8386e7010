"""Decides which lines of a mail a program or a company adds to every mail: they are nobody's words now.

The line of a telephone ("Sent from my iPhone"), the promise of a virus scanner, the warning that a gateway puts on
top, the lawyers' paragraph at the end, the link that ends a subscription. Must never take a sentence of a person:
the marks are long and particular, and a paragraph of the law needs one that nobody writes by chance.
Plain words found by simple patterns, each bounded: linear in the text.
"""

from __future__ import annotations

import re

from mailbot.mail.either_case import either_case

DEVICE_MAX = 140
_BEGIN_WORDS = (
    "sent from (?:my |our |a |an |the |yahoo|aol|outlook|mail for|mail on|windows|samsung|proton|gmail"
    "|huawei|xiaomi|mobile|blackberry|iphone|ipad|android|tutanota|tuta|zoho|spark|rogers|bell|t-mobile"
    "|mailbox|notion|typeapp|thunderbird|em client|polymail|mymail|boxer|edison|fastmail|foxmail|workspace|phone"
    "|virgin|vivo|oppo|galaxy|nine|hotmail)"
    "|sent (?:via|with|using) (?:the |my |a )?(?:blackberry|samsung|proton|spark|superhuman|mail|mixmax"
    "|bluemail|newton|notion|k-9|zoho|airmail|canary|shortwave|hey|nine|aqua|outlook|gmail|smartphone|mobile"
    "|vodafone|aol|yahoo|android|iphone|tutanota)|sent on the go"
    "|sent by (?:my )?(?:iphone|ipad|android|mobile|galaxy|samsung)"
    r"|from my (?:iphone|ipad|android|samsung|galaxy)(?: \w{1,12}){0,2}$"
    "|get (?:outlook|bluemail|aquamail|typeapp) for "
    "|get (?:the )?all[- ]new aol|download the (?:all new )?(?:aol|yahoo|outlook)|yahoo mail: search"
    "|.{1,60} reacted via gmail"
    r"|(?:please )?(?:excuse|pardon|forgive) (?:my |the |any )?(?:brevity|typos)|virus[- ]free\."
    "|this e-?mail has been (?:checked|scanned) |this message has been (?:checked|scanned) |scanned by "
    "|no virus found in this |checked by avg|von meine[mr] .{1,60} (?:gesendet|gesandt)"
    "|(?:diese nachricht wurde )?von (?:unterwegs|mobil|samsung).{0,40} gesendet"
    "|(?:diese (?:nachricht|e-mail|mail) wurde )?(?:gesendet|versendet|verschickt) (?:mit|von|aus|über) "
    "|diese (?:nachricht|e-mail|mail) wurde (?:von|mit) .{1,60} (?:gesendet|verschickt|geprüft)"
    r"|outlook für (?:ios|android) |holen sie sich outlook|virenfrei\.|diese e-mail wurde von avast"
    "|bitte entschuldigen sie (?:die kürze|meine kürze|tippfehler|eventuelle tippfehler)"
    "|.{1,60} hat über gmail reagiert|envoyé (?:de|depuis|à partir|avec|via|par|sur) |télécharge[rz] outlook"
    r"|obtenez outlook|obtenir outlook|garanti sans virus\.|sans virus\.|l'absence de virus dans"
    "|provenance : courrier pour windows|.{1,60} a réagi via gmail"
    "|(?:veuillez )?excusez? (?:ma|la) (?:concision|brièveté)"
    "|enviado (?:desde|do|da|a partir|con|com|via|vía|mediante|por|pelo|de mi|de meu|de mon) |obtener outlook"
    r"|obtén outlook|descargar outlook|libre de virus\.|este correo electrónico ha sido comprobado"
    "|.{1,60} (?:ha )?reaccion(?:ó|ado) .{0,20}gmail|inviato (?:da|dal|dallo|dalla|con|tramite|via) "
    r"|ottieni outlook|scarica outlook|privo di virus\.|questa e-mail è stata controllata"
    r"|.{1,60} ha reagito .{0,20}gmail|obter o outlook|obtenha o outlook|baixe o outlook|livre de vírus\."
    r"|sem vírus\.|este e-?mail foi verificado|.{1,60} reagiu .{0,20}gmail"
    r"|(?:verzonden|verstuurd) (?:vanaf|met|vanuit|via|door) |outlook voor (?:ios|android) |virusvrij\."
    r"|wysłan[eoay]+ (?:z|ze|za pomocą|przez) |pobierz (?:aplikację )?outlook|wolny od wirusów\."
    "|pobierz outlook|skickat (?:från|med|via) |hämta outlook|sendt (?:fra|med|via) |hent outlook|få outlook"
    "|lähetetty |hanki outlook|odesláno (?:z|ze|pomocí) |odoslané z|získat outlook"
    "|az? .{1,40}r[óő]l küldve|küldve |elküldve |enviat (?:des de|amb) |saadetud (?:minu|mu) |išsiųsta iš |nosūtīts no "
    "|poslato (?:sa|iz) |послато са |sent úr |dihantar dari |ارسال شده از |ارسال از "
    "|trimis (?:de|din|cu) |iphone'umdan gönderildi"
    "|.{1,40} (?:cihazımdan|telefonumdan|umdan) gönderildi|android için outlook|ios için outlook"
    r"|στάλθηκε από |εστάλη από |отправлено (?:с|из|через|от) |получить outlook|без вирусов\."
    "|відправлено (?:з|із) |надіслано (?:з|із) |poslano (?:s|z|iz) |изпратено от|dikirim dari |được gửi từ "
    "|đã gửi từ |ส่งจาก|发自我的|發自我的|从我的|從我的|发送自我的|发送自|來自我的|传送自我的|傳送自我的"
    "|发自 ?(?:网易|我|qq|foxmail|手机|iphone|outlook|windows)|来自我的|获取适用于|获取 ?outlook"
    "|取得 ?(?:ios|android) 版 outlook|下载 ?(?:适用于|outlook)|此电子邮件已经过"
    "|.{1,40}(?:通过|透過) ?gmail ?(?:做出|作出|回应|回應)|iphone ?から送信|.{1,30}から送信$"
    "|outlook for (?:ios|android)|私の.{1,20}から送信|나의 .{1,20}에서 보냄|내 .{1,20}에서 보냄"
    "|.{1,30}에서 보냄$|נשלח מ|أرسلت من|أُرسلت من|تم الإرسال من"
)
_BEGINS = either_case(rf"^(?:{_BEGIN_WORDS})")
# "Sent from my husband's account, mine does not work" and "Envoyé de Paris le 3 mai par la poste" are said by a person.
_OWN = re.compile(
    r"\b(?:account|because|since|address|email of|wife|husband|yesterday|last|konto|weil|gestern|compte|car"
    "|parce|hier|poste|colis|courrier recommandé|cuenta|porque|ayer|correos|conto|perché|ieri|posta|conta"
    r"|ontem|correio|parcel|courier|garment|dress|coat|you|vous|ihnen|sie)\b",
    re.IGNORECASE,
)
_DEVICE_WORDS = re.compile(
    "iphone|ipad|android|samsung|galaxy|huawei|xiaomi|redmi|pixel|blackberry|outlook|gmail|yahoo|aol|proton"
    "|mail|handy|smartphone|phone|mobil|móvil|telefon|teléfono|tel[eé]m|cellulare|celular|ordinateur|tablet"
    r"|spark|superhuman|windows|mac\b|app\b|orange|free|gmx|web\.de|t-online|avast|browser|手机|网易|qq|zoho"
    r"|tuta|libero|virgilio|tiscali|portable|appareil|gerät|dispositiv|cell\b|boxer|edison|workspace",
    re.IGNORECASE,
)
_SENT = re.compile(r"(?:sent|gesendet|von mein|envoyé|enviado|inviato|verzonden|verstuurd)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,.;:!?]\s{1,3}(?=\S)")
# What else a telephone says: an excuse, its network, where the program is to be had.
_GOES_ON = re.compile(
    r"excus|pardon|forgive|sorry|apolog|typo|brevity|brief|autocorrect|spell|thumb|powered|network|carrier|lte\b|[345]g\b"
    r"|entschuld|tippfehler|kürze|désolé|fautes|concision|brièveté|discul|perdon|errores|brevedad|scus|errori|brevità"
    r"|desculp|erros|brevidade|excuus|typefout|https?:|www\.|iphone|ipad|android|phone|app\b|mail|outlook|blackberry"
    r"|samsung|galaxy|free\b|download|search|organi",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    "^(?:sent from my|von meine|发|從我|从我|iphone|get |virus|virenfrei|holen|ottieni|obte|obté|télécharge|download)",
    re.IGNORECASE,
)
# Where the program put a link behind one of its own words: "Sent from Mail<https://…> for Windows".
_LINKED = re.compile(r"\s?<https?://[^<>\s]{1,300}>|\]\(https?://[^()\s]{1,300}\)|(?<= )\[(?=\w)", re.IGNORECASE)
# Outlook's "[like] Jane Doe reacted to your message:" above the whole mail: a press of a button, no words.
_REACTION = re.compile(
    r"(?:\[[a-z ]{2,12}\]|[^\w\s]{1,4})?\s{0,3}\w[^:：]{0,80}?\s?(?:reacted to your (?:message|e-?mail)"
    "|hat auf (?:ihre|deine) (?:nachricht|e-mail) reagiert|a réagi à (?:votre|ton) (?:message|e-mail)"
    "|(?:ha reaccionado|reaccionó) a (?:su|tu) (?:mensaje|correo)|ha reagito al (?:tuo|suo) messaggio"
    "|reagiu (?:à|a) (?:sua|tua) mensagem|heeft gereageerd op (?:uw|je) bericht|reagerade på ditt meddelande"
    r"|reagerede på din (?:meddelelse|besked)|对(?:你|您)的(?:邮件|消息)[作做]出了?(?:反应|回应))\s?[:：]$",
    re.IGNORECASE,
)
LINK = re.compile(r"^[<\[(]?(?:https?://|www\.)\S{1,600}$", re.IGNORECASE)
PLACEHOLDER = re.compile(r"^\[(?:cid|image|inline image|bild|imagen|immagine|logo)\b[^\]]{0,200}\]$", re.IGNORECASE)

_BANNER_WORDS = (
    r"\[external\]|\[external (?:e-?mail|sender|message)\]|\*{1,5} ?external"
    r"|external (?:e-?mail|sender|message)\b|\[extern\]|\[externe\]|\[externo\]|\[esterno\]|\[ext\]"
    r"|【外部邮件】|\[外部邮件\]|zjqcmqryfpfptbanner|caution: ?(?:this|external)|caution[:!]? .{0,20}external"
    "|warning: ?(?:this e-?mail|external)"
    r"|this (?:e-?mail|message)(?: was| is| has been|)(?: sent| originat\w+| received"
    "| coming)? (?:from )?(?:an )?(?:outside|external)"
    "|(?:e-?mail|message) (?:originated|originates|was sent|came) (?:from )?(?:outside|an external)"
    "|some people who received this (?:message|email) don'?t often|you don'?t often get email from"
    "|this sender is outside|this is an external email|(?:achtung|vorsicht|hinweis)[:!]? .{0,30}extern"
    "|diese (?:e-?mail|nachricht) (?:stammt|kommt|wurde) (?:von )?(?:außerhalb|extern|aus einer externen)"
    "|sie erhalten nicht (?:oft|häufig) (?:eine )?e-?mails? von"
    "|(?:attention|avertissement|prudence)[:! ]{1,3}.{0,40}(?:extern|extérieur|hors de)"
    "|ce (?:message|courriel|mail) (?:provient|a été envoyé) (?:de l'extérieur|d'un expéditeur externe"
    "|depuis l'extérieur)|vous n'obtenez pas souvent d'e-?mail"
    "|(?:precaución|atención|cuidado|aviso)[:! ]{1,3}.{0,40}(?:externo|fuera de|exterior)"
    "|este (?:correo|mensaje)[^.]{0,30} (?:se originó|proviene|procede) .{0,10}(?:fuera|extern)"
    "|no suele recibir correo(?:s)? electrónico|(?:attenzione|avviso)[:! ]{1,3}.{0,40}(?:estern|fuori)"
    "|questa (?:e-?mail|messaggio) proviene (?:dall'esterno|da un mittente esterno)"
    "|non si ricevono spesso messaggi|(?:atenção|cuidado)[:! ]{1,3}.{0,40}(?:extern|fora d)"
    "|este e-?mail (?:foi enviado|veio|originou-se) .{0,10}(?:de fora|fora)|você não costuma receber"
    "|let op: ?deze e-?mail|u ontvangt niet vaak e-?mail|注意[:：,，]?.{0,10}外部"
    "|此(?:邮件|郵件)(?:来自|來自)(?:公司|组织|組織|外部)|您不经常收到|您通常不会收到"
)
_BANNER = re.compile(rf"^[*\[>\s_!⚠️-]{{0,6}}(?:{_BANNER_WORDS})", re.IGNORECASE)
_BANNER_GOES_ON = re.compile(
    r"\b(?:click|links?|attachments?|sender|recogni[sz]e|organi[sz]ation|learn why|suspicious|phishing"
    "|anhänge|klicken|absender|unternehmens?|pièces jointes|cliquez|expéditeur|adjuntos|enlaces|remitente"
    r"|allegati|mittente|anexos|remetente|bijlagen|zjqcmqryfpfptbanner\w*|be careful|do not open|externally"
    r"|learnaboutsenderidentification)\b|链接|附件|发件人",
    re.IGNORECASE,
)

# What only the paragraph of a lawyer, of a printer's conscience or of a list says: one mark is enough.
_LEGAL_WORDS = (
    "intended recipient|intended (?:solely|only|exclusively) for"
    "|solely for the (?:use|person|addressee|individual|named)"
    "|for the (?:sole |exclusive )?use of the (?:addressee|individual|intended|recipient|person)"
    r"|^\W{0,9}(?:confidentiality|privacy|legal|important) (?:notice|note|warning|disclaimer)"
    r"|^\W{0,9}disclaimer\b|(?:e-?mail|email) disclaimer"
    "|confidential (?:and/or|and|or) (?:legally )?privileged|privileged (?:and|or|and/or) confidential"
    "|(?:may|contains?) (?:contain )?(?:confidential|privileged|proprietary) "
    "|(?:e-?mail|message|transmission|communication)[^.]{0,60} (?:is"
    "|are) (?:strictly )?(?:private and )?confidential"
    "|have received this (?:e-?mail|message|communication|transmission) (?:by mistake|in error)"
    "|received this in error|views or opinions (?:expressed|presented)|before (?:printing|you print)"
    r"|think before you print|^\W{0,9}to unsubscribe |unsubscribe from this (?:group|list|mailing)"
    "|you (?:are receiving|received|are subscribed|have received) this (?:e-?mail|message) because"
    "|enthält (?:möglicherweise )?(?:vertrauliche|rechtlich)|vertrauliche (?:und|oder) "
    "|nicht der (?:richtige |beabsichtigte |vorgesehene )?(?:adressat|empfänger)"
    "|(?:mail|nachricht) irrtümlich erhalten|unbefugte (?:weitergabe|kopieren)"
    "|unerlaubte[sn]? (?:kopieren|weitergabe)|ausschlie(?:ß|ss)lich für den (?:adressaten|empfänger)"
    "|(?:mail|nachricht) (?:wirklich )?(?:ausgedruckt|drucken|ausdrucken)"
    "|(?:mail|nachricht) (?:wirklich )?ausgedruckt werden|(?:message|courriel|mail)[^.]{0,100}confidentiel"
    "|informations confidentielles|destinée?s? exclusivement|exclusivement destiné"
    "|(?:à l'attention|usage) exclusi[fv]e? (?:de|du)|n'êtes pas (?:le|la) (?:bon )?destinataire"
    "|reçu (?:ce|cet|le présent) (?:message|courriel|e-?mail|mail) par erreur|avant d'imprimer"
    "|n'imprimez (?:ce|cet|que)|(?:mensaje|correo)[^.]{0,100}confidencial|información confidencial"
    "|exclusivamente (?:a|para) (?:su|la persona)|uso exclusivo de"
    "|no (?:es|fuera|fuese) (?:usted )?el destinatario"
    "|recibido (?:este|el presente) (?:mensaje|correo)(?: electrónico)? por error"
    r"|antes de imprimir (?:este|esta|el)|^\W{0,9}aviso (?:legal|de confidenciali|de privacidad)"
    "|(?:mensagem|e-?mail)[^.]{0,100}confidencia|informaç(?:ão|ões) confidencia"
    "|caso não seja (?:o|a) destinat|não (?:é|for|seja) o (?:seu )?destinatário"
    "|recebeu (?:esta|este) (?:mensagem|e-?mail) por (?:engano|erro)|informazioni contenute (?:in|nella|nel)"
    "|(?:messaggio|mail)[^.]{0,100}(?:confidenzial|riservat)"
    "|esclusivamente (?:al|ai|per il|per la) (?:destinatari|person)"
    "|non (?:è|siete|foste|sia|fosse) (?:il|i) destinatar"
    "|ricevuto (?:questo|questa|il presente|la presente|tale) (?:messaggio|e-?mail"
    "|comunicazione)[^.]{0,20}(?:errore|per sbaglio)|prima di stampare|beoogde ontvanger"
    "|bestemd voor de geadresseerde|denk aan het milieu|voordat u (?:deze|dit) e-?mail|przed wydrukowaniem"
    "|wiadomość[^.]{0,60}poufn|får endast användas av mottagaren|保密信息|保密資訊|机密信息|機密資訊"
    "|指定(?:的)?收件人|非(?:本邮件|指定|预期)(?:的)?(?:收件人|接收者)"
    "|本(?:邮件|郵件|电子邮件|電子郵件)(?:及|和|所|包含|含|可能)|误收(?:本|此)"
    "|(?:打印|列印)(?:本|此)?(?:邮件|郵件)前|本メール(?:には|は|および)|誤って(?:受信|送信)"
    "|본 (?:메일|이메일|메시지)(?:은|에)|(?:mailman|sympa)?/listinfo/|has been scanned for (?:viruses|malware|spam)"
)
_HEADING = re.compile(
    r"\W{0,9}(?:disclaimer|(?:confidentiality|privacy|legal|important) (?:notice|note|warning|disclaimer)"
    "|haftungsausschluss|vertraulichkeitshinweis|datenschutzhinweis|avis de confidentialité|avertissement"
    "|aviso (?:legal|de confidencialidad|de confidencialidade)|avvertenza|nota di riservatezza"
    r"|免责声明|保密声明)\W{0,9}",
    re.IGNORECASE,
)
_LEGAL = either_case(_LEGAL_WORDS, re.MULTILINE)
# What a company writes below its name and a customer in a complaint ("ai sensi del codice del consumo"): it counts
# below a signature, or where the paragraph speaks of a recipient.
_COMPANY_WORDS = (
    "registered in (?:england|scotland|ireland|wales|northern)|registered office"
    r"|company (?:reg(?:istration|istered)?\.? )?(?:no|number)|vat (?:reg(?:istration)?\.? )?(?:no|number)"
    "|authori[sz]ed and regulated by|no (?:liability|responsibility) for"
    "|unauthori[sz]ed (?:use|review|disclosure|copying)|we process your (?:personal )?data"
    "|privacy (?:policy|notice)|gdpr|general data protection|unsubscribe|mailing list|in your browser"
    r"|amtsgericht|handelsregister|\bhrb ?\d|geschäftsführe(?:r|rin|ung)|ust-?id|umsatzsteuer"
    "|sitz der gesellschaft|vorsitzender|datenschutz|newsletter|ds-?gvo|umwelt|vertraulich|rgpd"
    r"|règlement général|informatique et libertés|\bsiret\b|\brcs\b|siège social|capital (?:social )?de"
    r"|désabonner|désinscrire|environnement|confidentiel|aviso legal|protección de datos|\blopd|darse de baja"
    r"|suscripción|inscrita en el registro|medio ambiente|confidencial|proteção de dados|\blgpd\b"
    r"|meio ambiente|cancelar (?:a )?(?:sua )?(?:inscrição|subscrição)|ai sensi del|d\.? ?lgs"
    r"|regolamento (?:\(?ue\)?|europeo)|rispetta l'ambiente|disiscriver|partita iva|\bp\. ?iva\b"
    r"|capitale sociale|privacy|\bkvk\b|vertrouwelijk|konfidentiel|fortrolig|luottamuksell|důvěrn|bizalmas"
    "|gizlidir|конфиденциальн|конфіденційн|εμπιστευτικ|免责声明|法律声明|退订|取消订阅|环境|保密|配信停止"
    "|수신 ?거부"
)
_COMPANY = either_case(_COMPANY_WORDS)
_RECIPIENT = either_case(
    "recipient|addressee|empfänger|adressat|destinat[aá]|absender|mittente|ontvanger|odbiorc|mottagar"
    "|modtager|vastaanotta|příjem|címzett|получател|одержувач|παραλήπτ|收件人|接收"
)
_I = re.compile(r"\bI\b")
_FIRST_PERSON = either_case(
    r"\b(?:my|ich|meine?|mir|je|j'ai|mon|ma|mes|yo|mi|mis|io|mio|mia|eu|meu|minha|ik|mijn)\b|我"
)
_LEGAL_MIN = 30  # characters of such a paragraph; Chinese says it in less


def is_device(line: str) -> bool:
    """Whether a telephone, a mail program or a virus scanner wrote the line."""
    start = line[:DEVICE_MAX].strip()
    if start.endswith((":", "：")) and _REACTION.match(start):
        return True
    begin = line[: DEVICE_MAX * 3]
    plain = _LINKED.sub(" ", begin) if "<" in begin or "[" in begin or "](" in begin else begin
    said = " ".join(plain.split()).lstrip("-–—*_ (<[«").rstrip("*_ )>]»")
    if not said or len(said) > DEVICE_MAX or not _BEGINS.match(said):
        return False
    if _OWN.search(said) or _is_answered_in(said):
        return False
    if _ALWAYS.match(said):
        first, _, rest = said.partition(",")
        return not rest or _DEVICE_WORDS.search(first) is not None  # "Sent from my desk, as my phone is broken."
    return _DEVICE_WORDS.search(said) is not None


def _is_answered_in(said: str) -> bool:
    """Whether a person goes on behind the telephone's words: "Sent from my iPhone, approved."."""
    if not _SENT.match(said):
        return False
    cut = _CLAUSE.search(said)
    return cut is not None and _GOES_ON.search(said, cut.end()) is None


def is_banner(line: str) -> bool:
    """Whether a gateway put the line on top of the mail: a warning that it comes from outside."""
    return _BANNER.match(line.strip()[:400]) is not None


def goes_on_banner(line: str) -> bool:
    """Whether the line goes on with such a warning."""
    return is_banner(line) or _BANNER_GOES_ON.search(line[:400]) is not None


def is_legal(paragraph: str) -> bool:
    """Whether the paragraph is the lawyers', the printer's conscience, or the end of a list mail."""
    if (len(paragraph) < _LEGAL_MIN and paragraph.isascii()) or _speaks_of_self(paragraph):
        return False
    if _LEGAL.search(paragraph):
        return True
    return _RECIPIENT.search(paragraph) is not None and _COMPANY.search(paragraph) is not None


def is_heading_of_law(line: str) -> bool:
    """Whether the line stands above such a paragraph and says no more than what follows."""
    return _HEADING.fullmatch(line.strip()) is not None


def is_of_company(paragraph: str) -> bool:
    """Whether a company may have written it below a signature: its register, its taxes, its data protection."""
    return _COMPANY.search(paragraph) is not None and not _speaks_of_self(paragraph)


def _speaks_of_self(paragraph: str) -> bool:
    return _I.search(paragraph) is not None or _FIRST_PERSON.search(paragraph) is not None
