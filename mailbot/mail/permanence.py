"""Decides what a failure says of the address: dead, alive yet refusing, or still tried.

RFC 3464 2.3.3 tells whether the server still tries (Action), RFC 3463 what was wrong (Status), RFC 5321 4.2.1 by how
grave a class; but a full mailbox and an unknown user are both "failed, 5.x.x". So what is dead is told from what only
refused this letter: full mailboxes, mail taken for spam, too large, greylisting, limits. Those addresses live.
A server that gave up on 4.x after days of trying says that the address cannot be reached: that is as final as 5.x.
"""

from __future__ import annotations

import re

HARD, SOFT, WAITING = "hard", "soft", "waiting"

# RFC 3463: bad address, disabled, no host; and 4.4.7, the time for delivery ran out
_DEAD_STATUS = re.compile(r"^5\.(?:1\.(?:0?[012346]|10)|2\.1|4\.4|4\.7)$|^4\.4\.7$")
_ALIVE_STATUS = re.compile(r"^[45]\.(?:2\.[23]|3\.[14]|7\.2[0-9])$|^4\.(?:2|7)\.")  # full, too large, DMARC and SPF
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\w.:/-])([45]\d\d)(?=[ \-:#,)]|$)", re.MULTILINE)

_DEAD_WORDS = re.compile(
    r"user (?:is |was )?(?:unknown|not found|disabled|inactive)|unknown (?:user|recipient|mailbox|account|local"
    r"|address)"
    r"|no such (?:user|recipient|mailbox|account|address|domain|person|local)|(?:does|did|may|do) ?n[o']t exist"
    r"|doesn.?t have an? "
    r"|no (?:mailbox|account|user) (?:here|by that|with)|recipient unknown|not a (?:valid|known"
    r"|registered) (?:user|mail)"
    r"|(?:mailbox|account|recipient|address)[ \w]{0,20} (?:is |has been )?(?:disabled|closed|deleted|not found"
    r"|inactive|terminated)"
    r"|host (?:unknown|not found)|host or domain name not found|domain (?:not found|does not)|unrouteable"
    r"|bad destination"
    r"|invalid (?:recipient|mailbox|user|address)|no longer (?:available|valid|active|in use|works)"
    r"|listed in domino directory"
    r"|inexistente?|no existe|não existe|non esiste|inesistente|n.existe pas|unbekannt|existiert nicht"
    r"|nicht gefunden|inconnue?"
    r"|desconhecid|desconocid|sconosciut|niet bekend|onbekend|не существует|не найден|无效|不存在|未找到|找不到|不明",
    re.IGNORECASE,
)
_ALIVE_WORDS = re.compile(
    r"(?:mail|in)?box (?:is |was )?(?:currently )?(?:over)?full|over[ -]?(?:the )?(?:allocated )?(?:disk )?quota"
    r"|quota[ \w]{0,20} ?(?:exceed|full|reach)|(?:size|line|length) limit exceed"
    r"|exceed\w{0,3}[ \w]{0,40}(?:quota|storage|size|limit|space)|out of (?:storage|disk|space)"
    r"|insufficient (?:system )?(?:disk |storage|space)"
    r"|not enough (?:storage|space|disk)|mailfolder is full|mailbox size limit|storage (?:allocation|limit|space"
    r"|is full)|disk (?:space|full|quota)"
    r"|too (?:large|big|many|long)|size (?:limit|exceed)|maximum (?:message )?size|exceeds? (?:fixed )?maximum"
    r"|gr[ae]y[- ]?list|try(?:ing)? (?:it )?again later|retry later|temporar|rate[- ]limit|throttl|deferred"
    r"|spam|bulk e-?mail|mass[- ]?mail|uribl|black[- ]?list|block[- ]?list|blocked|spamhaus|\brbl\b|dnsbl"
    r"|reputation|virus|malware"
    r"|\bcontent[ \w]{0,20}(?:reject|filter|polic|not)"
    r"|phish|unsolicited|junk|bulk mail|\bdmarc\b|\bspf\b|unauthenticated|banned"
    r"|postfach[ \w]{0,30}(?:voll|erschöpft)|speicher\w{0,12} (?:ist )?(?:voll|erschöpft|überschritten)"
    r"|quote überschritten"
    r"|bo[iî]te[ \w-]{0,30}(?:pleine|satur)|quota[ \w]{0,20}(?:dépass|atteint)|buz[oó]n[ \w]{0,30}llen"
    r"|casella[ \w]{0,30}piena"
    r"|caixa[ \w]{0,30}cheia|excedeu|superad[ao]|переполнен|ящик полон|превышен|спам|垃圾邮件|空间不足|邮箱已满"
    r"|已满|容量|超过|频率"
    r"|一杯|いっぱい",
    re.IGNORECASE,
)


# A full mailbox, whatever status stands beside it: some servers call every failure 5.1.1.
_FULL = re.compile(
    r"(?:mail|in)?box (?:is |was )?(?:currently )?(?:over)?full|over[ -]?(?:the )?(?:allocated )?(?:disk )?quota"
    r"|quota[ \w]{0,20} ?(?:exceed|full|reach)|mailfolder is full|postfach[ \w]{0,30}(?:voll|erschöpft)"
    r"|bo[iî]te[ \w-]{0,30}(?:pleine|satur)|buz[oó]n[ \w]{0,30}llen|casella[ \w]{0,30}piena|caixa[ \w]{0,30}cheia"
    r"|ящик полон|переполнен|邮箱已满|空间不足|メールボックスが一杯",
    re.IGNORECASE,
)
_STATUS_FULL = re.compile(r"(?<![\d.])[45]\.2\.2(?![\d.])")
# Nobody tries any more because the time is over: what had hindered it each time ("deferred") counts no more.
_TIME_OVER = re.compile(
    r"(?:in the queue|undelivered|delivered for|trying for) too long|(?:cannot send|could not (?:send|be delivered))"
    r"[ \w]{0,30} for (?:the (?:last|past) )?\d{1,3}(?:\.\d)? (?:day|hour|minute)"
    r"|(?:delivery|retry|queue|message)[ \w-]{0,20}(?:time|timeout|lifetime|limit|period)[ \w]{0,12}"
    r"(?:expired|exceeded|elapsed)|(?:delivery|message) (?:has )?expired|retries (?:were |have been )?exhausted"
    r"|not going to try again",
    re.IGNORECASE,
)


def of_failure(status: str, words: str) -> str:
    """HARD or SOFT: what a recipient who was given up is worth.

    Args:
        status: RFC 3463, "" where the server named none. words: its own, or those of the server it spoke to.
    """
    code = status or statuses(words)
    if _FULL.search(words) and (_STATUS_FULL.search(words) or not _DEAD_WORDS.search(words)):
        return SOFT
    if _DEAD_STATUS.match(code):
        return HARD
    if _ALIVE_STATUS.match(code):
        return SOFT
    if _DEAD_WORDS.search(words) or _TIME_OVER.search(words):
        return HARD
    return SOFT if _ALIVE_WORDS.search(words) else HARD


def is_time_over(words: str) -> bool:
    """Whether the server says that it has tried long enough."""
    return bool(_TIME_OVER.search(words))


def says_why(words: str) -> bool:
    """Whether the words give any reason at all."""
    return bool(statuses(words) or _REPLY.search(words) or _DEAD_WORDS.search(words) or _ALIVE_WORDS.search(words))


def statuses(words: str) -> str:
    """The status in the words that says most: the last one of 4 or 5, or ''."""
    found = [each for each in _STATUS.findall(words) if each[0] != "2"]
    return next((each for each in reversed(found) if not each.endswith(".0.0")), found[-1] if found else "")


def is_temporary(words: str) -> bool:
    """Whether the only replies named are of the class 4 (RFC 5321 4.2.1): nobody has given up."""
    classes = {each[0] for each in (*_STATUS.findall(words), *_REPLY.findall(words))} - {"2"}
    return classes == {"4"}
