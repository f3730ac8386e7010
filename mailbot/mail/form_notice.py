"""Decides whether a mail is what a web form sends for a person: the form's machine wrote it, a customer said it.

The sender is the site (often no-reply@), the customer stands in Reply-To; what they typed follows labels. Such a mail
is the customer's, whatever fields the site's mailer sets. Must not take a shop's own mail for one: an order
confirmation's Reply-To is the shop, and nobody typed the address into its text.
"""

from __future__ import annotations

import re

from mailbot.mail.model import Address, Message
from mailbot.mail.senders import is_no_reply, is_robot, one_house

WORDS_MAX = 8_000
_LABEL = re.compile(
    r"(?im)^[\s*>|_\-]{0,8}(?:your |full |first |last |ihr |ihre |votre |su |il tuo |seu )?(?:name"
    r"|e-?mail(?: ?address| ?adresse)?|phone(?: number)?|mobile|tel(?:ephone|efon|éphone|efono)?|subject|message"
    r"|comments?|enquiry|inquiry|order(?: number| no)?|country|body|vorname|nachname|nachricht|betreff|kommentar"
    r"|bestellnummer|nom|prénom|courriel|adresse e-?mail|sujet|objet|message|commentaire|nombre|apellidos?"
    r"|correo(?: electrónico)?|teléfono|asunto|mensaje|comentario|nome|cognome|oggetto|messaggio|commento"
    r"|assunto|mensagem|comentário|telefone|naam|bericht|onderwerp|navn|namn|besked|meddelande|imię|wiadomość"
    r"|имя|сообщение|тема|телефон|姓名|名字|邮箱|电子邮件|电话|主题|留言|内容|お名前|メールアドレス|本文|이름"
    r"|이메일|내용)[ \t]{0,3}[:：*"
    r"|=\-–]?[ \t]{0,3}(?::|：|\||$|\n|[ \t]\S)"
)
_FORM_WORDS = re.compile(
    r"contact[- ]?form|web ?form|form submission|submitted (?:a|the|your|via|through|by|on|from)"
    r"|new (?:form )?(?:submission|entry|message|response|enquiry|inquiry|lead|customer message)|sent (?:from"
    r"|via|through) (?:a |the |your )?(?:contact|web|site|website|online|form)|you(?:'ve| have)? (?:received"
    r"|got) a (?:new )?message|message from (?:your )?(?:website|online store|contact)|kontaktformular"
    r"|formulaire de contact|nouveau message|formulario (?:de contacto|web)|modulo (?:di )?contatt"
    r"|formul[aá]rio de contat|nueva consulta|contactformulier|kontaktformul[aä]r|kontaktskjema"
    r"|formularz kontaktowy|форм[аы] обратной связи|с сайта|联系表单|在线留言|网站留言|お問い合わせフォーム|문의",
    re.IGNORECASE,
)


def is_form_notice(message: Message, own: frozenset[str]) -> bool:
    """Whether a form on a site wrote down what a person said, and answers go to that person."""
    customer = customer_of(message, own)
    if customer is None or message.sender is None:
        return False
    said = message.text[:WORDS_MAX]
    typed = customer.key in said.casefold()
    labels = len({found.strip().casefold()[:12] for found in _LABEL.findall(said)})
    spoken = bool(_FORM_WORDS.search(f"{message.subject}\n{said[:1_000]}"))
    robot = is_no_reply(message.sender.key) or is_robot(message.sender.key) or message.sender.key in own
    if typed:
        return labels >= 2 or spoken or robot
    return spoken and (labels >= 2 or robot)


def customer_of(message: Message, own: frozenset[str]) -> Address | None:
    """The one person whom answers go to: another than the sender, of another domain, not ourselves."""
    if message.sender is None or len(message.reply_to) != 1:
        return None
    customer = message.reply_to[0]
    elsewhere = not one_house(customer.domain, message.sender.domain)
    return customer if elsewhere and customer.key not in own and not is_no_reply(customer.key) else None
