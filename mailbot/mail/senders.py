"""Decides by a sender's name whether a mail server, a robot or nobody at all stands behind it.

Must never take a person for one by a likeness: `noreply.smith@` and `postmistress@` are people. Tables, and the
smallest functions over them; what follows from a name is decided by `automatic` and `bounces`.
"""

from __future__ import annotations

import re

from mailbot.mail.model import Message

# Local parts that begin so are a mail server's (RFC 5321 4.5.1, RFC 2142), and names that servers show.
_SERVERS = (
    "mailer-daemon", "mailer_daemon", "mailerdaemon", "mailer.daemon", "mail-daemon", "mail_daemon", "maildaemon",
    "mdaemon", "postmaster", "post_master", "post-master", "mail.delivery", "mail-delivery", "maildelivery",
    "mail delivery", "microsoftexchange", "mmdf", "mta-daemon", "mail-deliverability", "bounce-notification",
    "double-bounce",
)  # fmt: skip
_SERVER_NAMES = (
    "mailer-daemon", "mailerdaemon", "mailer daemon", "mail-daemon", "mail delivery", "mail deliver system",
    "mail deliver sub", "maildelivery", "mdaemon", "postmaster", "internet mail delivery", "delivery subsystem",
    "email delivery", "mail administrator",
)  # fmt: skip
# Gateways and scanners that return mail under names of their own: believed only under a subject of failure.
_GATEWAY = re.compile(
    r"^(?:ndr|dsn|imss|scanmail|mailadm\w{0,4}|mail-?gw|mail-?gateway|mail-?relay|smtp-?gateway|amavis"
    r"|spamassassin|mimecast|mail-?system|non-?delivery|undeliver\w{0,4})(?:$|[-_.+\d])|anti-?virus|mail_service"
    r"|mail-service|smtp_gateway",
    re.IGNORECASE,
)
_SECOND_LEVELS = frozenset(
    {"co", "com", "org", "net", "ac", "edu", "gov", "ne", "or", "go", "me", "ltd", "plc", "gob", "gouv"}
)  # co.uk
_NO_REPLY_WORDS = (
    r"no[-_.]?repl(?:y|ies)|do[-_.]?not[-_.]?reply|dont[-_.]?reply|never[-_.]?reply|auto[-_.]?(?:reply|responder"
    r"|responder|answer)|no[-_.]?response"
    r"|(?:bitte[-_.]?)?nicht[-_.]?antworten|keine[-_.]?antwort|ne[-_.]?pas[-_.]?repondre"
    r"|pas[-_.]?de[-_.]?reponse|nepasrepondre|no[-_.]?(?:responder|contestar|respondas)"
    r"|nao[-_.]?respond(?:a|er)|non[-_.]?rispondere|noreplay|niet[-_.]?(?:beantwoorden|antwoorden)"
    r"|geen[-_.]?antwoord|svar[-_.]?(?:ej|ikke|inte)|ikke[-_.]?svar|ei[-_.]?vastaus\w{0,2}"
    r"|nie[-_.]?odpowiada[cj]|neodpovidat|ne[-_.]?valaszolj|do[-_.]?not[-_.]?(?:respond|answer)|unattended"
    r"|mailer[-_.]?noreply|vacation"
)
_NO_REPLY = re.compile(
    rf"^(?:{_NO_REPLY_WORDS})(?:$|[-_+=].{{0,120}}$|\d{{1,12}}$)|^.{{1,40}}[-_.+](?:{_NO_REPLY_WORDS})$", re.IGNORECASE
)
_LOOKS_LIKE_NO_REPLY = re.compile(rf"^(?:{_NO_REPLY_WORDS})\.", re.IGNORECASE)
_ROBOT = re.compile(
    r"^(?:notif(?:y|ication|ications|ier)|alerts?|bounces?|newsletters?|news|e?mailing|updates?|robot|cron|root"
    r"|daemon|www-data|apache|nagios|icinga|monit|zabbix|munin|logwatch"
    r"|mailer|automailer|auto|automated|system|server|jenkins|gitlab|github|jira|servicenow"
    r"|billing-?notifications?|account-?(?:update|security)|marketing|promo(?:tions?)?|offers?|deals|digest"
    r"|survey|feedback-?request"
    r"|calendar-notification|drive-shares-\w{1,20}|comments|member|messages|list|majordomo|mailman|listserv"
    r"|sympa|lyris|dmarc\w{0,12}|tlsrpt|smtp-tls-reporting)(?:[-_+.=]|\d|$)",
    re.IGNORECASE,
)
_MASS = re.compile(
    r"(?:^|\.)(?:mcsv|mcdlv|rsgsv|sendgrid|mailchimp\w{0,4}|mandrillapp|exacttarget|mktomail|cmail\d{0,2}"
    r"|createsend|constantcontact|klaviyomail|newsletters?|mailings?|eblasts?)\.",
    re.IGNORECASE,
)


def is_server(address: str, name: str) -> bool:
    """Whether the sender is a mail server by name."""
    local = address.partition("@")[0]
    return local.startswith(_SERVERS) or name.casefold().strip("\"' <").startswith(_SERVER_NAMES)


def from_server(message: Message) -> bool:
    """Whether a mail server signs as the sender, also where From holds no address (`MAILER-DAEMON <>`)."""
    if message.sender is not None:
        return is_server(message.sender.key, message.sender.name)
    said = message.header("from").casefold().strip(" \"'")
    return said == "<>" or said.startswith((*_SERVERS, *_SERVER_NAMES)) or "mailer-daemon" in said


def is_gateway(address: str) -> bool:
    """Whether a gateway or scanner may stand behind the address."""
    return bool(_GATEWAY.search(address.partition("@")[0]))


def from_nowhere(message: Message) -> bool:
    """Return-Path: <> (RFC 5321 4.5.5): only machines send from nowhere."""
    return "".join(message.header("return-path").split()) == "<>"


def is_no_reply(address: str) -> bool:
    """Whether nobody reads what is sent to this address."""
    return bool(_NO_REPLY.search(address.partition("@")[0]))


def is_robot(address: str) -> bool:
    """Whether the address has a name that programs and mass mailers choose; people write from a few of them too."""
    local, _, host = address.partition("@")
    return bool(_ROBOT.match(local) or _LOOKS_LIKE_NO_REPLY.match(local) or _MASS.search(host))


def one_house(first: str, second: str) -> bool:
    """Whether two domains are of one house: reply.shop.example and shop.example, but not two shops below co.uk."""
    one, other = first.split("."), second.split(".")
    shared = 3 if len(one) > 2 and one[-2] in _SECOND_LEVELS else 2
    return one[-shared:] == other[-shared:]
