"""What mail programs write round a mail that they pass on: the names of its fields, the lines before and after it, and
the prefixes of the subject, by language.

Data alone, read by `header_blocks` and `forwards`. Written as people see it; compared without case and spaces.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# The names of the fields in a forwarded or quoted mail. RFC 5322 3.6 knows the English ones; programs translate them.
_FIELDS = {
    "from": "From|Von|De|Da|Van|Od|Från|Fra|Lähettäjä|Keneltä|Kimden|Gönderen|Gönderici|От|От кого|Отправитель|Від"
    "|Від кого|Відправник|Подател|Ад|Од|Пошиљалац|Expéditeur|Remitente|Mittente|Remetente|Absender|Afzender|Nadawca"
    "|Afsender|Avsender|Avsändare|Odesílatel|Odosielateľ|Feladó|Šalje|Pošiljatelj|Saatja|Kellelt|De la|Expeditor"
    "|Expeditorul|Nuo|Siuntėjas|No|Sūtītājs|Από|Αποστολέας|Remitent|Nork|Dari|Pengirim|Daripada|Từ|Gửi từ|Người gửi"
    "|จาก|ผู้ส่ง|מאת|שולח|من|المرسل|از|فرستنده|से|प्रेषक|Frá|Sendandi|Oddi wrth|Nga|Kimdən|发件人|發件人|发送人"
    "|发信人|寄件者|寄件人|来自|來自|差出人|送信者|送信元|発信者|보낸 사람|보낸이|보내는 사람|발신자|발신인|발신"
    "|Sender|Frå|Кімнен|Eus|A-berzh|Sendanto|Sendari|Fan|Stjoerder|Seolaí|Seoltóir|Ó|Kaser|Ուղարկող|Ումից|გამგზავნი"
    "|გამგზავნელი|ვისგან|អ្នកផ្ញើ|ಇಂದ|Ji|Şander|Vun|പ്രേഷിതന്‍|പ്രേഷിതാവ്|അയച്ചയാൾ|Хэнээс|Илгээгч|भेजने वाला|पठाउने"
    "|அனுப்புனர்|அனுப்புநர்|வෙතින්|යවන්නා|প্রেরক|থেকে|پریشک|ارسال کننده|بھیجنے والا|لە|نێردەر|دىن|ئەۋەتكۈچى|Kimdan"
    "|Jo'natuvchi|Mula sa|Kutoka|Van wie|Göndərən|Adpraŭnik|Адпраўнік|Праќач|Pošiljalac|Sɣur|Sughjettu da|Ot|Igorlea"
    "|Sūtītājs/kam|Kellelta|Dende|Avsendar|Dari siapa|எங்கிருந்து|നിന്ന്|నుండి|ದಿಂದ|પ્રેષક|ਵੱਲੋਂ",
    "date": "Date|Sent|Sent on|Sent at|Date sent|Received|Datum|Gesendet|Gesendet am|Envoyé|Envoyé le|Envoyée"
    "|Date d'envoi|Expédié le|Date/heure|Message du|Enviado|Enviado el|Enviada|Enviada em|Enviado em|Enviada el"
    "|Data de envio|Fecha|Fecha de envío|Fecha y hora|Data|Data e ora|Data invio|Inviato|Inviato il|Inviata"
    "|Verzonden|Verzonden op|Verzenddatum|Wysłano|Wysłane|Wysłany|Data wysłania|Data nadania|Skickat|Skickat den"
    "|Sendt|Sendt den|Dato|Päivämäärä|Päiväys|Pvm|Lähetetty|Odesláno|Odeslané|Odoslané|Odoslaná|Poslané|Dátum"
    "|Elküldve|Küldve|Küldés ideje|Küldés dátuma|Időpont|Trimis|Trimis la|Dată|Primit la|Poslano|Poslato|Послато"
    "|Датум|Tarih|Gönderildi|Gönderilen|Gönderilme|Gönderme Tarihi|Gönderilme tarihi|Gönderim tarihi|Отправлено|Дата"
    "|Дата отправки|Надіслано|Відправлено|Адпраўлена|Изпратено|Изпрати до|Kuupäev|Saadetud|Nosūtīts|Datums|Išsiųsta"
    "|Išsiųstas|Στάλθηκε|Αποστολή|Απεσταλμένα|Ημερομηνία|Ημ/νία|Enviat|Enviat el|Bidalita|Dikirim|Terkirim|Tanggal"
    "|Dihantar|Tarikh|Đã gửi|Gửi|Gửi lúc|Ngày|Ngày gửi|Thời gian|Ngày tháng|Vào|ส่ง|ส่งเมื่อ|ส่งแล้ว|วันที่|נשלח"
    "|תאריך|בתאריך|أرسل|أرسلت|تم الإرسال|التاريخ|تاريخ الإرسال|تاريخ|تاریخ|ارسال|ارسال شده|भेजा गया|दिनांक"
    "|तारीख|Dagsetning|Dyddiad|Anfonwyd|Datë|Dërguar më|发送时间|发送日期|日期|时间|已发送|传送时间|送出时间"
    "|發送時間|發送日期|寄件日期|寄件時間|寄送日期|傳送時間|傳送日期|時間|已傳送|日付|日時|送信日時|送信日|送信済み"
    "|보낸 날짜|보낸 시간|보낸날짜|날짜|일시|전송 시간|발신일|Deiz|Kaset|Mandatu|Dags|Күні|Sendita je|Ferstjoerd"
    "|Seolta|Tann|Dáta|Ամսաթիվ|Ուղարկուած|Ուղարկվել է|თარიღი|გაიგზავნა|កាលបរិច្ឆេត|ದಿನಾಂಕ|Dîrok|തീയതി|അയച്ചു|Огноо"
    "|तिथि|मिति|தேதி|அனுப்பியது|දිනය|তারিখ|পাঠানো হয়েছে|بەروار|چېسلا|Sana|Yuborildi|Tarix|Göndərilib"
    "|Data e dërgimit|Yettwazen|Adpraŭlena|Tarehe|Petsa|Послана|Пратено|Испратено|Dærð|తేదీ|તારીખ|ਮਿਤੀ",
    "to": "To|An|À|A|Para|Per|Aan|Do|Til|Till|Vastaanottaja|Kenelle|Kime|Alıcı|Кому|До|За|Каму|Адресат|Получатель"
    "|Komu|Pro|Destinataire|Destinatario|Destinatari|Destinatário|Destinatar|Destinatarul|Empfänger|Ontvanger"
    "|Mottagare|Mottaker|Modtager|Adresat|Adresát|Címzett|Prima|Primatelj|Pre|Príjemca|Către|Saaja|Kellele|Adressaat"
    "|Pour|Kam|Kam/Iki|Gavėjas|Skirta|Iki|Za|Per a|Nori|Προς|Παραλήπτης|Kepada|Untuk|Penerima|Đến|Tới|Người nhận|ถึง"
    "|ผู้รับ|אל|לכבוד|إلى|الى|المستقبل|به|گیرنده|प्रति|को|Viðtakandi|At|Për|收件人|收件者|收信人|宛先|送信先"
    "|받는 사람|받는이|수신자|수신인|수신|받은 사람|Кімге|Pa|Ricevanto|Al|Oan|Chuig|Gu|Ստացող|Ում|ვის|អ្នកទទួល|ಗೆ|Bo"
    "|Un|സ്വീകര്‍ത്താവ്|സ്വീകർത്താവ്|Хэнд|प्राप्तकर्ता|पाने वाला|प्रती|பெறுனர்|பெறுநர்|வෙත|වෙත|প্রাপক|প্রতি|بۆ|غا"
    "|Kimga|Kimə|Derbyniwr|Примач|Hartzailea|Saņēmējs|Да|Прима|Sa|Kwa|ګيرينده|کو|To whom|కు|પ્રતિ|ਵੱਲ",
    "cc": "Cc|Copy|Kopie|Kopie (CC)|Copie|Copie (CC)|Copie à|Copia|Copia per conoscenza|Cópia|Kopia|Kopi|Kopi til"
    "|Kopio|Koopia|Kopija|Kópia|Másolat|Másolatot kap|DW|UDW|Do wiadomości|Копия|Копія|Копие|Копија|Bilgi"
    "|Karbon Kopya|Kp|Kk|Κοιν|Κοινοποίηση|Tembusan|Salinan|Đồng kính gửi|Đồng gửi|สำเนา|สำเนาถึง|עותק|העתק|לידיעה"
    "|نسخة|نسخة إلى|نسخة كربونية|رونوشت|प्रतिलिपि|Afrit|抄送|抄送人|副本|副本抄送|写し|写し(Cc)|참조|함께 받는 사람"
    "|Bcc|Cci|Cco|Ccn|Blindkopie|密送|密件副本",
    "subject": "Subject|Betreff|Objet|Sujet|Asunto|Oggetto|Ogg|Assunto|Onderwerp|Temat|Ämne|Emne|Aihe|Otsikko|Konu"
    "|Тема|Тэма|Относно|Заглавие|Предмет|Наслов|Předmět|Věc|Predmet|Tárgy|Naslov|Zadeva|Subiect|Subiectul|Teema"
    "|Pealkiri|Tema|Temats|Tēma|Θέμα|Assumpte|Gaia|Subjek|Perihal|Judul|Tiêu đề|Chủ đề|เรื่อง|หัวเรื่อง|หัวข้อ|נושא"
    "|הנדון|الموضوع|موضوع|विषय|Evni|Efni|Viðfangsefni|Pwnc|Testun|Subjekt|Mövzu|主题|主題|主旨|标题|標題|件名|題名"
    "|제목|Asuntu|Sujed|Тақырыбы|Danvez|Temo|Ûnderwerp|Underwerp|Ábhar|Ábhair|Cuspair|Վերնագիր|Թեմա|სათაური|საგანი"
    "|თემა|ចំណងជើង|ವಿಷಯ|Mijar|Subjecto|വിഷയം|Гарчиг|Сэдэв|सबजेक्ट|விषय|தலைப்பு|பொருள்|මාතෘකාව|বিষয়|ناونیشان|تىما"
    "|Mavzu|Subxhect|Titill|Sughjettu|หัวจดหมาย|Asentel|Mintzagaia|Нагода|Somo|Paksa|مضمون|విషయం|વિષય|ਵਿਸ਼ਾ",
    "reply-to": "Reply-To|Antwort an|Répondre à|Responder a|Responder para|Rispondi a|Antwoord aan|Antwoord-aan"
    "|Odpowiedź do|Odpowiedź-do|Odpověď na|Odpovedať na|Odpovedať-Pre|Svar til|Svara till|Svara-till|Vastaus"
    "|Vastausosoite|Válaszcím|Odgovori na|Odgovori|Răspuns către|Răspunde la|Ответ-Кому|Ответить|Кому відповісти"
    "|Yanıt Adresi|Απάντηση στο|Respon a|Respondre a|Balas kepada|Trả lời cho|ตอบกลับ|השב אל|الرد إلى|回复至|回复"
    "|回覆至|返信先|회신 주소",
}

# The line above a mail that is passed on, without the rules round it.
_FORWARDED = (
    "Forwarded message|Begin forwarded message|Forwarded mail|Forwarded email|Forwarded by|Forward message|Forwarded"
    "|This is a forwarded message|Start of forwarded message|Weitergeleitete Nachricht|Weitergeleitete E-Mail"
    "|Weitergeleitet von|Anfang der weitergeleiteten Nachricht|Anfang der weitergeleiteten E-Mail|Message transféré"
    "|Message réexpédié|Mail transféré|Courriel transféré|E-mail transféré|Message transmis|Transféré par"
    "|Réacheminé par|Début du message réexpédié|Début du message transféré|Début du courriel transféré"
    "|Début de l'e-mail transféré|Mensaje reenviado|Inicio del mensaje reenviado|Correo reenviado|Mensaje remitido"
    "|Reenviado por|Messaggio inoltrato|Inizio messaggio inoltrato|Inizio del messaggio inoltrato|Inoltrato da"
    "|Messaggio inviato da|Mensagem encaminhada|Mensagem reencaminhada|Encaminhado por"
    "|Início da mensagem encaminhada|Início da mensagem reencaminhada|Doorgestuurd bericht"
    "|Begin doorgestuurd bericht|Doorgestuurd door|Doorgestuurde e-mail|Przekazana wiadomość|Wiadomość przekazana"
    "|Wiadomość przekazana dalej|Przekazane przez|Początek przekazywanej wiadomości"
    "|Początek przesyłanej dalej wiadomości|Wiadomość przesłana dalej|Treść przekazanej wiadomości|Przesłane przez"
    "|转发的邮件|开始转发的邮件|被转发的邮件|已转发邮件|转发邮件|转发邮件信息|转发的信息|转发的消息|转发信息|下面是被转发的邮件|以下是转发的邮件"
    "|以下是转发邮件信息|被转发邮件信息|转发的原邮件|已转发的邮件|轉寄的郵件|轉寄郵件|已轉寄郵件|轉寄的訊息|轉寄訊息|轉發郵件|轉發的郵件|轉發的訊息|轉發訊息"
    "|已轉寄的郵件|開始轉寄郵件|開始轉寄訊息|以下為轉寄郵件|転送メッセージ|転送されたメッセージ|転送されたメール"
    "|転送メール|メッセージを転送|転送されたメッセージの始まり|전달된 메시지|전달된 메일|전달한 메시지|전달 메시지"
    "|전달된 메시지 시작|전달된 이메일|Videresendt melding|Videresendt besked|Start på videresendt besked"
    "|Start på videresendt melding|Begynnelse på videresendt melding|Videresendt meddelelse|Videresendt e-post"
    "|Videresendt af|Vidaresend melding|Vidarebefordrat mejl|Vidarebefordrat meddelande|Vidarebefordrat"
    "|Vidarebefordrat brev|Början på vidarebefordrat brev|Början på vidarebefordrat meddelande|Vidarebefordrat av"
    "|Välitetty viesti|Välitetty viesti alkaa|Välitetty viesti / Fwd.Msg|Edelleenlähetetty viesti|Välittänyt"
    "|Пересылаемое сообщение|Пересланное сообщение|Пересланное письмо|Переадресованное сообщение"
    "|Начало переадресованного сообщения|Перенаправленное сообщение|Начало пересылаемого сообщения|Переправлено"
    "|Переслано|Перенаправлене повідомлення|Переслане повідомлення|Початок листа, що пересилається"
    "|Початок пересланого повідомлення|Пересланий лист|İletilen mesaj|İletilmiş mesaj|İletilen ileti|İletilmiş ileti"
    "|İleti başlangıcı|İletilen iletinin başlangıcı|Yönlendirilen ileti|Yönlendirilmiş ileti|Yönlendirilen mesaj"
    "|Přeposlaná zpráva|Přeposlaný e-mail|Začátek přeposílané zprávy|Začátek přeposlané zprávy|Předáno dál"
    "|Preposlaná správa|Preposlaný e-mail|Začiatok preposlanej správy|Proslijeđena poruka"
    "|Započni proslijeđenu poruku|Početak proslijeđene poruke|Prosleđena poruka|Прослеђена порука"
    "|Posredovano sporočilo|Začetek posredovanega sporočila|Továbbított üzenet|Továbbított levél"
    "|Továbbított levél kezdete|Továbbított üzenet kezdete|Továbbította|Mesaj redirecționat|Mesaj redirecţionat"
    "|Începe mesajul redirecționat|Mesajul redirecționat|Mesaj transmis|Început mesaj redirecționat|Edastatud kiri"
    "|Edastatud sõnum|Persiųstas laiškas|Persiųstas pranešimas|Persiunčiamas laiškas|Pārsūtīta vēstule"
    "|Pārsūtītā vēstule|Pārsūtīts ziņojums|Προωθημένο μήνυμα|Μήνυμα που προωθήθηκε"
    "|Προωθημένο μήνυμα ηλεκτρονικού ταχυδρομείου|Έναρξη προωθημένου μηνύματος|Αρχή προωθημένου μηνύματος"
    "|Препратено съобщение|Препратено писмо|Начало на препратеното съобщение|Перасланае паведамленне|Накіраваны ліст"
    "|Missatge reenviat|Mensaxe reenviada|Birbidalitako mezua|Pesan terusan|Pesan yang diteruskan|Pesan diteruskan"
    "|Mulai pesan terusan|Mesej yang dimajukan|Thư được chuyển tiếp|Thư đã chuyển tiếp|Tin nhắn được chuyển tiếp"
    "|Chuyển tiếp thư|Bắt đầu thư được chuyển tiếp|Thư chuyển tiếp|ข้อความที่ส่งต่อ|ข้อความที่ถูกส่งต่อ"
    "|ข้อความส่งต่อ|เริ่มต้นข้อความที่ส่งต่อ|הודעה שהועברה|הודעה מועברת|תחילת ההודעה שהועברה|הועבר על ידי"
    "|رسالة معاد توجيهها|رسالة مُعاد توجيهها|رسالة محولة|رسالة ممرّرة|الرسالة المعاد توجيهها"
    "|بداية الرسالة المعاد توجيهها|رسالة تمت إعادة توجيهها|رسالة موجهة|پیام ارسال شده|پیام هدایت‌شده|अग्रेषित संदेश"
    "|अग्रेषित मैसेज|Áframsendur póstur|Áframsend skilaboð"
)
# The same for "original message", beside those of `attributions`: programs that forward with it as they reply.
_ORIGINAL = (
    "Original message text|Ursprüngliche Mitteilung|Original besked|Original melding|Opphavleg melding"
    "|Courriel initial|Oorspronkelijke bericht|Orgineel bericht|Originalna poruka|Originalan E-mail"
    "|Izvorno sporočilo|Esialgne kiri|Originalus laiškas|Originalus tekstas|Sākotnējā vēstule|Sākotnējā ziņa"
    "|Оригинално писмо|Оригинално съобщение|Оригинална порука|Зыходны ліст|Початкове повідомлення|Πρωτότυπο μήνυμα"
    "|Missatge original|Jatorrizko mezua|Mensaxe orixinal|Pesan Orisinal|Mesej Asal|Thư gốc|ข้อความเดิม"
    "|ข้อความต้นทาง|ข้อความต้นฉบับ|الرسالة الأساسية|الرسالة الاصلية|پیام اصلی|پیام نخستین|Eredeti levél"
    "|Orjinal İleti|Orijinal İleti|元メール|元のメール|回复的邮件|Replied message|原始信息|原始消息|原始內容"
    "|Begin original message|Message d'origine transféré"
)
# The line below a mail that is passed on: what stands under it is the forwarder's own again.
_ENDED = (
    "End forwarded message|End of forwarded message|End of original message text|End of original message"
    "|Ende der weitergeleiteten Nachricht|Fin du message transféré|Fin del mensaje reenviado"
    "|Terminar mensaje reenviado|Fine messaggio inoltrato|Final da mensagem encaminhada|Fim da mensagem encaminhada"
    "|Einde doorgestuurd bericht|Koniec przekazanej wiadomości|Конец пересылаемого сообщения"
    "|Завершение пересылаемого сообщения|Конец пересланного сообщения|Кінець пересланого повідомлення"
    "|Конец переадресованного сообщения|Slut på vidarebefordrat meddelande|Slutning af videresendt besked"
    "|Slutt på videresendt melding|Välitetty viesti päättyy|Konec přeposlané zprávy|Koniec preposlanej správy"
    "|Vége a továbbított levélnek|İletilen iletinin sonu|Yönlendirilen iletinin sonu|Τέλος προωθημένου μηνύματος"
    "|Край на препратеното писмо|转发邮件结束|结束转发的邮件|郵件轉寄已完成|完成轉寄郵件"
    "|転送するメッセージは以上です|전달한 메시지 종료"
)
# The first word of a subject, before its colon.
_FORWARD_PREFIXES = (
    "Fwd|Fw|Fwd.|Forward|Forwarded|WG|Weiterleitung|Weitergeleitet|TR|Tr.|Transfert|Transféré|Réexp|RV|Rv.|Reenv"
    "|Reenviado|Reenviar|Reenvío|ENC|Enc.|Encaminhado|Encaminhada|Encaminhar|Inoltro|Inoltra|Inoltrato|Doorst"
    "|Doorgestuurd|Doorsturen|VB|Vidarebefordrat|Vidarebefordra|VL|Välitetty|Videresend|Videresendt|Videresender"
    "|Vidaresend|PD|Podaj dalej|Przekazana|Přeposlat|Předáno|Preposlané|Preposlať|Redir|Redir.|Redirecționat"
    "|Továbbítás|Továbbítva|Tov|İLT|ILT|İlet|İletildi|YNL|Yönlendirilen|Прослеђено|Proslijeđeno|Prosl|Prosljeđivanje"
    "|Posredovano|Edasi|Edastatud|Pārs|Pārsūtīt|Pārsūtīts|Persiųsta|Persiųstas|Persiunčiama|Пересл|Переслано|Переадр"
    "|Пересылка|Перенаправлено|Препратено|Препр|ΠΡΘ|Προωθ|Προωθημένο|FS|Framsenda|Áfram|TRS|Terusan|Diteruskan"
    "|Dimajukan|Chuyển tiếp|ส่งต่อ|הועבר|העבר|העברה|إعادة توجيه|إعادة إرسال|تحويل|توجيه|हस्तांतरित|फॉरवर्ड|转发|转寄"
    "|轉寄|轉發|转|轉|転送|전달"
)
_REPLY_PREFIXES = (
    "Re|Re.|R|Aw|Antw|Antwort|Antwoord|Sv|Svar|Ant|Ref|Réf|Rif|Rép|Réponse|Rép.|Res|Resp|Risposta|Resposta|Respuesta"
    "|Odp|Odpowiedź|Odg|Odpověď|Odpoveď|Ynt|Yanıt|Cvp|Vá|Válasz|Bls|Balas|Atb|Ats|Atb.|Atbilde|Vastaus|Vast|VS|RĂ|На"
    "|Отв|Отг|Ответ|Відп|Απ|Απάντηση|TL|Trả lời|ตอบกลับ|ตอบ|השב|תשובה|תגובה|رد|الرد|回复|回覆|答复|答覆|回|返信|답장"
    "|회신"
)
# "the bank on behalf of Jane Doe": the author stands behind it (RFC 5322 3.6.2, Sender and From).
ON_BEHALF = (
    " on behalf of | im auftrag von | de la part de | en nombre de | per conto di | em nome de | namens | w imieniu "
    "| på vegne af | på vegne av | för | jménem | v mene | от имени | від імені | adına | 代表 | 代理 | の代理で "
)

# The points that the Turkish capital İ leaves behind, and the vowels of Arabic and Hebrew that few write.
_POINTS = frozenset(["\u0307", *map(chr, range(0x064B, 0x0653)), *map(chr, range(0x0591, 0x05C8))])
_NOT_A_LABEL = "*_|>#•· \t\"'‘’“”[]"
_TYPED_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


def folded(words: str) -> str:
    """Words as compared: composed, without case, spaces, direction marks and odd apostrophes."""
    if words.isascii():
        return "".join(words.casefold().replace("`", "'").split())
    composed = unicodedata.normalize("NFC", words.translate(_TYPED_APOSTROPHES)).casefold()
    return "".join(c for c in composed if c not in _POINTS and not c.isspace() and unicodedata.category(c) != "Cf")


def _table(words: str) -> frozenset[str]:
    return frozenset(folded(word) for word in words.split("|"))


@lru_cache(maxsize=2_000)
def label(words: str) -> str:
    """Which field a label names, '' where none."""
    return LABELS.get(folded(words.strip(_NOT_A_LABEL)), "")


LABELS = {folded(word): name for name, words in _FIELDS.items() for word in words.split("|")}
SUBJECT_LABELS = tuple(word for word in _FIELDS["subject"].split("|") if len(word) > 2)
FORWARDED = _table(_FORWARDED)
ALSO_ORIGINAL = _table(_ORIGINAL)
ENDED = _table(_ENDED)
FORWARD_PREFIXES = _table(_FORWARD_PREFIXES)
REPLY_PREFIXES = _table(_REPLY_PREFIXES)
BEHALF = tuple(ON_BEHALF.split("|"))
