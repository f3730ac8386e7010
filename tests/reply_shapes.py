"""How mail programs introduce what they quote: one line for each program and language, facts of format alone."""

from __future__ import annotations

import textwrap

NAME, ADDRESS = "BLANC Customer Care", "care@blanc.example"
_TABLE = """
Gmail en | On Mon, 4 May 2026 at 10:05, {n} <{a}> wrote:
Gmail en-US | On Mon, May 4, 2026 at 10:05 AM {n} <{a}> wrote:
Gmail en thin | On Mon, May 4, 2026 at 10:05\u202fAM {n} <{a}> wrote:
Apple en | On 4 May 2026, at 10:05, {n} <{a}> wrote:
Apple en-US | On May 4, 2026, at 10:05 AM, {n} <{a}> wrote:
Yahoo en | On Monday, 4 May 2026 at 10:05:00 BST, {n} <{a}> wrote:
AOL en | In a message dated 5/4/2026 10:05:00 AM GMT Standard Time, {a} writes:
Thunderbird en | On 04/05/2026 10:05, {n} wrote:
Thunderbird en long | On 5/4/26 10:05 AM, {n} wrote:
Outlook Mac en | On 04/05/2026, 10:05, "{n}" <{a}> wrote:
Proton en | On Monday, May 4th, 2026 at 10:05 AM, {n} <{a}> wrote:
Spark en | On 4 May 2026, 10:05 +0100, {n} <{a}>, wrote:
K-9 en | On 4 May 2026 10:05:00 BST, {n} <{a}> wrote:
Zoho en | ---- On Mon, 04 May 2026 10:05:00 +0100 {n} <{a}> wrote ----
Zoho en 3 |  --- On Mon, 04 May 2026 10:05:00 +0100 {n} <{a}> wrote ---
Horde en | Quoting {n} <{a}>:
Roundcube en | On 2026-05-04 10:05, {n} wrote:
Notes en | {n} <{a}> wrote on 04/05/2026 10:05:00:
Mutt en | On Mon, May 04, 2026 at 10:05:00AM +0100, {n} wrote:
Front en | On May 4, 2026 at 10:05 AM GMT+1 {a} wrote:
Fastmail en | On Mon, 4 May 2026, at 10:05 AM, {n} wrote:
163 en | At 2026-05-04 10:05:00, "{n}" <{a}> wrote:
Gmail fr | Le lun. 4 mai 2026 à 10:05, {n} <{a}> a écrit :
Apple fr | Le 4 mai 2026 à 10:05, {n} <{a}> a écrit :
Yahoo fr | Le lundi 4 mai 2026 à 10:05:00 UTC+2, {n} <{a}> a écrit :
Thunderbird fr | Le 04/05/2026 à 10:05, {n} a écrit :
Horde fr | {n} <{a}> a écrit :
Outlook Mac fr | Le 04/05/2026 10:05, « {n} » <{a}> a écrit :
K-9 fr | Le 4 mai 2026 10:05:00 GMT+02:00, {n} <{a}> a écrit :
Proton fr | Le lundi 4 mai 2026 à 10:05 AM, {n} <{a}> a écrit :
Zoho fr | ---- Le lun., 04 mai 2026 10:05:00 +0200 {n} <{a}> a écrit ----
Gmail es | El lun, 4 may 2026 a las 10:05, {n} (<{a}>) escribió:
Apple es | El 4 may 2026, a las 10:05, {n} <{a}> escribió:
Yahoo es | El lunes, 4 de mayo de 2026, 10:05:00 CEST, {n} <{a}> escribió:
Thunderbird es | El 04/05/2026 a las 10:05, {n} escribió:
Horde es | {n} <{a}> escribió:
Roundcube es | El 2026-05-04 10:05, {n} escribió:
Gmail es-419 | El lun, 4 de may. de 2026 10:05 a. m., {n} <{a}> escribió:
K-9 es | El 4 de mayo de 2026 10:05:00 CEST, {n} <{a}> escribió:
Gmail de | Am Mo., 4. Mai 2026 um 10:05 Uhr schrieb {n} <{a}>:
Gmail de 2 | {n} <{a}> schrieb am Mo., 4. Mai 2026, 10:05:
Apple de | Am 04.05.2026 um 10:05 schrieb {n} <{a}>:
Yahoo de | Am Montag, 4. Mai 2026 um 10:05:00 MESZ hat {n} <{a}> Folgendes geschrieben:
Thunderbird de | Am 04.05.2026 um 10:05 schrieb {n}:
web.de | {n} <{a}> schrieb am 04.05.2026 10:05 MESZ:
Horde de | Zitat von {n} <{a}>:
Outlook Mac de | Am 04.05.26, 10:05 schrieb "{n}" <{a}>:
K-9 de | Am 4. Mai 2026 10:05:00 MESZ schrieb {n} <{a}>:
Open-Xchange de | {n} <{a}> hat am 04.05.2026 10:05 CEST geschrieben:
Proton de | {n} <{a}> schrieb am Montag, 4. Mai 2026 um 10:05:
Gmail it | Il giorno lun 4 mag 2026 alle ore 10:05 {n} <{a}> ha scritto:
Gmail it short | Il lun 4 mag 2026, 10:05 {n} <{a}> ha scritto:
Apple it | Il giorno 4 mag 2026, alle ore 10:05, {n} <{a}> ha scritto:
Yahoo it | Il lunedì 4 maggio 2026 alle ore 10:05:00 CEST, {n} <{a}> ha scritto:
Thunderbird it | Il 04/05/2026 10:05, {n} ha scritto:
Libero | Il 04/05/2026 10:05 CEST {n} <{a}> ha scritto:
Gmail pt | Em seg., 4 de mai. de 2026 às 10:05, {n} <{a}> escreveu:
Gmail pt-PT | {n} <{a}> escreveu (segunda, 4/05/2026 à(s) 10:05):
Apple pt | Em 4 de mai. de 2026, à(s) 10:05, {n} <{a}> escreveu:
Apple pt-PT | No dia 04/05/2026, às 10:05, {n} <{a}> escreveu:
Yahoo pt | Em segunda-feira, 4 de maio de 2026 às 10:05:00 BRT, {n} <{a}> escreveu:
Thunderbird pt | Em 04/05/2026 10:05, {n} escreveu:
Thunderbird pt-PT | Às 10:05 de 04/05/2026, {n} escreveu:
Gmail zh | {n} <{a}> 于2026年5月4日周一 10:05写道：
Gmail zh-TW | {n} <{a}> 於 2026年5月4日 週一 上午10:05寫道：
Apple zh | 在 2026年5月4日，10:05，{n} <{a}> 写道：
Apple zh 2 | 2026年5月4日 10:05，{n} <{a}> 写道：
Apple zh-TW | {n} <{a}> 於 2026年5月4日 上午10:05 寫道：
Yahoo zh-TW | {n} <{a}> 在 2026年5月4日 星期一 上午10:05:00 [GMT+8] 寫道：
163 zh | 在 2026-05-04 10:05:00，"{n}" <{a}> 写道：
Thunderbird zh | 在 2026/5/4 10:05, {n} 写道:
Sina | 在 2026年5月4日 10:05，{n} <{a}> 写道:
Gmail ja | 2026年5月4日(月) 10:05 {n} <{a}>:
Apple ja | 2026/05/04 10:05、{n} <{a}>のメール:
Apple ja 2 | 2026年5月4日 10:05、{n} <{a}>のメール:
Thunderbird ja | On 2026/05/04 10:05, {n} wrote:
Gmail ko | 2026년 5월 4일 (월) 오전 10:05, {n} <{a}>님이 작성:
Apple ko | 2026. 5. 4. 오전 10:05, {n} <{a}> 작성:
Gmail nl | Op ma 4 mei 2026 om 10:05 schreef {n} <{a}>:
Apple nl | Op 4 mei 2026 om 10:05 heeft {n} <{a}> het volgende geschreven:
Thunderbird nl | Op 04-05-2026 om 10:05 schreef {n}:
Gmail pl | pon., 4 maj 2026 o 10:05 {n} <{a}> napisał(a):
Apple pl | Wiadomość napisana przez {n} <{a}> w dniu 04.05.2026, o godz. 10:05:
Thunderbird pl | W dniu 04.05.2026 o 10:05, {n} pisze:
Onet pl | Dnia 4 maja 2026 10:05 {n} <{a}> napisał(a):
Gmail ru | пн, 4 мая 2026 г. в 10:05, {n} <{a}>:
Apple ru | 4 мая 2026 г., в 10:05, {n} <{a}> написал(а):
Mail.ru | Понедельник, 4 мая 2026, 10:05 +03:00 от {n} <{a}>:
Yandex | 04.05.2026, 10:05, "{n}" <{a}>:
Yandex 2 | 4 мая 2026, 10:05, "{n}" <{a}>:
Thunderbird ru | 04.05.2026 10:05, {n} пишет:
Gmail uk | пн, 4 трав. 2026 р. о 10:05 {n} <{a}> пише:
Apple uk | 4 трав. 2026 р. о 10:05 {n} <{a}> написав(-ла):
Gmail bg | На пн, 4.05.2026 г. в 10:05 {n} <{a}> написа:
Gmail cs | po 4. 5. 2026 v 10:05 odesílatel {n} <{a}> napsal:
Apple cs | 4. 5. 2026 v 10:05, {n} <{a}>:
Gmail sk | po 4. 5. 2026 o 10:05 {n} <{a}> napísal(a):
Gmail hu | {n} <{a}> ezt írta (időpont: 2026. máj. 4., H, 10:05):
Thunderbird hu | 2026. 05. 04. 10:05 keltezéssel, {n} írta:
Gmail ro | În lun., 4 mai 2026 la 10:05, {n} <{a}> a scris:
Apple ro | Pe 4 mai 2026, la 10:05, {n} <{a}> a scris:
Gmail da | Den man. 4. maj 2026 kl. 10.05 skrev {n} <{a}>:
Apple da | Den 4. maj 2026 kl. 10.05 skrev {n} <{a}>:
Gmail sv | Den mån 4 maj 2026 kl 10:05 skrev {n} <{a}>:
Apple sv | 4 maj 2026 kl. 10:05 skrev {n} <{a}>:
Thunderbird sv | Den 2026-05-04 kl. 10:05, skrev {n}:
Gmail nb | man. 4. mai 2026 kl. 10:05 skrev {n} <{a}>:
Apple nb | 4. mai 2026 kl. 10:05 skrev {n} <{a}>:
Outlook Mac nb | "{n}" <{a}> skrev følgende den 04.05.2026, 10:05:
Gmail fi | ma 4. toukok. 2026 klo 10.05 {n} ({a}) kirjoitti:
Apple fi | {n} <{a}> kirjoitti 4.5.2026 kello 10.05:
Gmail tr | {n} <{a}>, 4 May 2026 Pzt, 10:05 tarihinde şunu yazdı:
Apple tr | {n} <{a}> şunları yazdı (4 May 2026 10:05):
Gmail el | Στις Δευ 4 Μαΐ 2026 στις 10:05 π.μ., ο χρήστης {n} <{a}> έγραψε:
Apple el | Στις 4 Μαΐ 2026, 10:05 π.μ., ο χρήστης {n} <{a}> έγραψε:
Gmail hr | pon, 4. svi 2026. u 10:05 {n} <{a}> napisao/la je:
Gmail sl | V V pon., 4. maj 2026 ob 10:05 je oseba {n} <{a}> napisala:
Gmail sr | пон, 4. мај 2026. у 10:05 {n} <{a}> је написао/ла:
Gmail et | {n} <{a}> kirjutas kuupäeval E, 4. mai 2026 kell 10:05:
Gmail lt | 2026-05-04, pr, 10:05 {n} <{a}> rašė:
Gmail lv | pirmd., 2026. g. 4. maijs, plkst. 10:05 — lietotājs {n} (<{a}>) rakstīja:
Gmail ca | Missatge de {n} <{a}> del dia dl., 4 de maig 2026 a les 10:05:
Gmail gl | O lun, 4 maio 2026 ás 10:05, {n} (<{a}>) escribiu:
Gmail vi | Vào Th 2, 4 thg 5, 2026 vào lúc 10:05 {n} <{a}> đã viết:
Gmail id | Pada tanggal Sen, 4 Mei 2026 pukul 10.05 {n} <{a}> menulis:
Gmail th | ในวันที่ จ. 4 พ.ค. 2026 เวลา 10:05 {n} <{a}> เขียนว่า:
Gmail he | \u202bבתאריך יום ב׳, 4 במאי 2026 ב-10:05 מאת \u202a{n}\u202c\u200f <\u202a{a}\u202c\u200f>:\u202c
Gmail ar | في الاثنين، 4 مايو 2026 في 10:05 ص تمت كتابة ما يلي بواسطة {n} <{a}>:
"""
ATTRIBUTIONS = {
    key: said.replace("{n}", NAME).replace("{a}", ADDRESS)
    for key, said in (row.split(" | ", 1) for row in _TABLE.strip().split("\n"))
}


def wrapped(line: str, width: int) -> str:
    """The line as a program breaks it."""
    return "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))
