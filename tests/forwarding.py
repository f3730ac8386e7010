"""Forwards put together: the layouts of mail programs times the words of their languages."""
# ruff: noqa: E501 (a language is one line)

from __future__ import annotations

from collections.abc import Iterator

from mailbot.mail.forwards import forward
from mailbot.mail.message import read

TEXT = "It came back ruined.\n\nWho pays?"
NOTE = "please help"
DATE = "Fri, 1 May 2026 10:00"
# language: from, date as in mail programs, sent as in Outlook, to, subject, forward prefix, mark, subject of the mail, name
LANGUAGES = {
    "en": "From|Date|Sent|To|Subject|FW|Forwarded message|My dress|Jane Doe",
    "fr": "De|Date|Envoyé|À|Objet|TR|Message transféré|Ma robe|Hélène Gérard",
    "es": "De|Fecha|Enviado|Para|Asunto|RV|Mensaje reenviado|Mi vestido|Íñigo Núñez",
    "de": "Von|Datum|Gesendet|An|Betreff|WG|Weitergeleitete Nachricht|Mein Kleid|Jörg Weiß",
    "it": "Da|Data|Inviato|A|Oggetto|I|Messaggio inoltrato|Il mio vestito|Niccolò D'Amico",
    "pt": "De|Data|Enviado|Para|Assunto|FW|Mensagem reencaminhada|O meu vestido|João Conceição",
    "pt-BR": "De|Data|Enviada em|Para|Assunto|ENC|Mensagem encaminhada|Meu vestido|Antônio Souza",
    "zh": "发件人|日期|发送时间|收件人|主题|转发|转发的邮件|我的裙子|王小明",
    "zh-TW": "寄件者|日期|寄件日期|收件者|主旨|轉寄|轉寄的郵件|我的洋裝|陳怡君",
    "ja": "差出人|日付|送信日時|宛先|件名|転送|転送されたメッセージ|ワンピース|山田花子",
    "ko": "보낸 사람|날짜|보낸 날짜|받는 사람|제목|전달|전달된 메시지|원피스|김민지",
    "nl": "Van|Datum|Verzonden|Aan|Onderwerp|Doorst|Doorgestuurd bericht|Mijn jurk|Sanne de Vries",
    "pl": "Od|Data|Wysłano|Do|Temat|PD|Przekazana wiadomość|Moja suknia|Łukasz Żak",
    "ru": "От|Дата|Отправлено|Кому|Тема|FW|Пересылаемое сообщение|Моё платье|Анна Петрова",
    "uk": "Від|Дата|Надіслано|Кому|Тема|FW|Переслане повідомлення|Моя сукня|Олена Шевченко",
    "cs": "Od|Datum|Odesláno|Komu|Předmět|FW|Přeposlaná zpráva|Moje šaty|Jiří Dvořák",
    "sk": "Od|Dátum|Odoslané|Komu|Predmet|FW|Preposlaná správa|Moje šaty|Ľubomír Ďurica",
    "hu": "Feladó|Dátum|Elküldve|Címzett|Tárgy|Továbbítás|Továbbított üzenet|A ruhám|Kovács Éva",
    "ro": "De la|Data|Trimis|Către|Subiect|Redir.|Mesaj redirecționat|Rochia mea|Ștefan Ionescu",
    "hr": "Šalje|Datum|Poslano|Prima|Naslov|FW|Proslijeđena poruka|Moja haljina|Đurđa Perić",
    "da": "Fra|Dato|Sendt|Til|Emne|VS|Videresendt meddelelse|Min kjole|Søren Kjær",
    "sv": "Från|Datum|Skickat|Till|Ämne|VB|Vidarebefordrat meddelande|Min klänning|Åsa Öberg",
    "nb": "Fra|Dato|Sendt|Til|Emne|VS|Videresendt melding|Kjolen min|Bjørg Hansen",
    "fi": "Lähettäjä|Päivämäärä|Lähetetty|Vastaanottaja|Aihe|VL|Välitetty viesti|Mekkoni|Päivi Mäkelä",
    "et": "Saatja|Kuupäev|Saadetud|Saaja|Teema|FW|Edastatud kiri|Minu kleit|Õnne Pärn",
    "tr": "Kimden|Tarih|Gönderildi|Kime|Konu|İLT|İletilen mesaj|Elbisem|Ayşe Yılmaz",
    "el": "Από|Ημερομηνία|Στάλθηκε|Προς|Θέμα|ΠΡΘ|Προωθημένο μήνυμα|Το φόρεμά μου|Μαρία Παππά",
    "bg": "От|Дата|Изпратено|До|Относно|FW|Препратено съобщение|Моята рокля|Иван Георгиев",
    "lt": "Nuo|Data|Išsiųsta|Kam|Tema|FW|Persiųstas laiškas|Mano suknelė|Rūta Žukienė",
    "lv": "No|Datums|Nosūtīts|Kam|Temats|FW|Pārsūtīta vēstule|Mana kleita|Jānis Bērziņš",
    "he": "מאת|תאריך|נשלח|אל|נושא|FW|הודעה שהועברה|השמלה שלי|דנה כהן",
    "ar": "من|التاريخ|تم الإرسال|إلى|الموضوع|FW|رسالة معاد توجيهها|فستاني|ليلى حسن",
    "vi": "Từ|Ngày|Đã gửi|Đến|Chủ đề|FW|Thư được chuyển tiếp|Váy của tôi|Nguyễn Thị Lan",
    "th": "จาก|วันที่|ส่ง|ถึง|เรื่อง|FW|ข้อความที่ส่งต่อ|ชุดของฉัน|สมชาย ใจดี",
    "id": "Dari|Tanggal|Dikirim|Kepada|Perihal|FW|Pesan terusan|Gaun saya|Dewi Lestari",
    "ca": "De|Data|Enviat|Per a|Assumpte|RV|Missatge reenviat|El meu vestit|Núria Puig",
    "sl": "Od|Datum|Poslano|Za|Zadeva|FW|Posredovano sporočilo|Moja obleka|Žiga Kovač",
    "sr": "Од|Датум|Послато|За|Наслов|FW|Прослеђена порука|Моја хаљина|Ђорђе Петровић",
}
# {f} from, {d} date, {s} sent, {t} to, {b} subject: the words of the language; {who} {on} {re}: what the mail says.
LAYOUTS = {
    "mark": "---------- {mark} ---------\n{f}: {who}\n{d}: {on}\n{b}: {re}\n{t}: <till@blanc.example>\n\n\n{text}",
    "mark in English": "---------- Forwarded message ---------\n{f}: {who}\nDate: {on}\nSubject: {re}\nTo: <till@blanc.example>\n\n{text}",
    "stars": "---------- {mark} ---------\n*{f}:* {who}\n*{d}:* {on}\n*{b}:* {re}\n*{t}:* till@blanc.example\n\n{text}",
    "Outlook": "{f}: {who}\n{s}: {on}\n{t}: Till <till@blanc.example>\n{b}: {re}\n\n{text}",
    "Outlook French": "{f} : {who}\n{s} : {on}\n{t} : Till\nCc : A <a@blanc.example>; B <b@blanc.example>\n{b} : {re}\n\n{text}",
    "Outlook line": "________________________________\n{f}: {who}\n{s}: {on}\n{t}: Till <till@blanc.example>\n{b}: {re}\n\n{text}",
    "full width": "{f}：{who}\n{s}：{on}\n{t}：Till\n{b}：{re}\n\n{text}",
    "Thunderbird": "-------- {mark} --------\n{b}: \t{re}\n{d}: \t{on}\n{f}: \t{who}\n{t}: \ttill@blanc.example\n\n\n\n{text}",
    "Apple": "> {mark}:\n>\n> {f}: {who}\n> {b}: {re}\n> {d}: {on}\n> {t}: till@blanc.example\n>\n{quoted}",
    "Notes": "-----{mark}-----\n{t}: till@blanc.example\n{f}: {who}\n{d}: {on}\n{b}: {re}\n\n{text}",
    "web.de": "{s}: {on}\n{f}: {who}\n{t}: till@blanc.example\n{b}: {re}\n\n{text}",
    "NetEase": "---- {mark} ----\n| {f} | {who} |\n| {s} | {on} |\n| {t} | <till@blanc.example> |\n| {b} | {re} |\n\n{text}",
    "Zoho": "============ {mark} ============\n{f}: {who}\n{t}: <till@blanc.example>\n{d}: {on}\n{b}: {re}\n============ {mark} ============\n\n{text}",
    "unknown mark": "------ Xyzzy plugh ------\n{f}: {who}\n{t}: till@blanc.example\n{s}: {on}\n{b}: {re}\n\n{text}",
    "wrapped": "---------- {mark} ---------\n{f}: {name}\n <jane@mail.example>\n{d}: {on}\n{t}: Somebody with a long name <till@blanc.example>,\n Somebody Else <else@blanc.example>\n{b}: {re}\n\n{text}",
    "direction marks": "\u200f{f}: {who}\u200f\n\u200f{s}: {on}\n\u200f{t}: till@blanc.example\n\u200f{b}: {re}\n\n{text}",
    "paragraphs": "{f}: {who}\n\n{s}: {on}\n\n{t}: till@blanc.example\n\n{b}: {re}\n\n{text}",
}
RIGHT, ASKED, WRONG = "right", "asked", "wrong"


def judged() -> Iterator[tuple[str, str]]:
    """Each combination, and what came of it: right in everything, asked (no address), or wrong in anything."""
    for language, words in LANGUAGES.items():
        f, d, s, t, b, prefix, mark, re, name = words.split("|")
        for layout, shape in LAYOUTS.items():
            quoted = "\n".join(f"> {line}" for line in TEXT.split("\n"))
            body = shape.format(
                f=f, d=d, s=s, t=t, b=b, mark=mark, re=re, name=name, on=DATE, text=TEXT, quoted=quoted,
                who=f"{name} <jane@mail.example>",
            )  # fmt: skip
            yield f"{language} {layout}", _result(f"{prefix}: {re}", f"{NOTE}\n\n{body}\n", name, re)


def _result(subject: str, body: str, name: str, re: str) -> str:
    head = f"From: till@blanc.example\nTo: care@blanc.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
    found = forward(read((head + body).encode()))
    if found is None or not found.original.address:
        return ASKED
    inside = found.original
    got = (inside.address, inside.name, inside.date, inside.subject, inside.text.strip(), found.note)
    return RIGHT if got == ("jane@mail.example", name, DATE, re, TEXT, NOTE) else f"{WRONG} {got}"
