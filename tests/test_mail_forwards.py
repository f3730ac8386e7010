"""forwards.forward: whose mail is inside, and what the forwarder said."""
# ruff: noqa: E501 (the marks stand on one line here as they do in mails)

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest

from mailbot.cases.passed_on import of_customer
from mailbot.mail import printed, subjects
from mailbot.mail.forwards import forward
from mailbot.mail.message import read
from mailbot.mail.model import Forward
from mailbot.process.people import People, Person
from mailbot.process.place import Place
from tests.forwarding import ASKED, RIGHT, judged


def sent(subject: str, text: str, fields: str = "") -> Forward | None:
    head = f"From: till@blanc.example\nSubject: {subject}\n{fields}Content-Type: text/plain; charset=utf-8\n\n"
    return forward(read((head + text).encode()))


MARKS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: Jane Doe <jane@example.com>\nDate: Fri, 1 May 2026 at 10:00\n"
    "Subject: My dress\nTo: <till@blanc.example>\n",
    "Gmail stars": "---------- Forwarded message ---------\nFrom: *Jane Doe* <jane@example.com>\nDate: 1 May\nSubject: My dress\n",
    "Gmail zh": "---------- Forwarded message ---------\n发件人： Jane Doe <jane@example.com>\nDate: 2026年5月1日\nSubject: My dress\n",
    "Outlook": "From: Jane Doe <jane@example.com>\nSent: 01 May 2026 10:00\nTo: till@blanc.example\nSubject: My dress\n",
    "Outlook mailto": "From: Jane Doe [mailto:jane@example.com]\nSent: 01 May 2026\nTo: Till\nSubject: My dress\n",
    "Outlook twice": "From: Jane Doe <jane@example.com<mailto:jane@example.com>>\nSent: 1\nTo: T\nSubject: My dress\n",
    "Outlook line": "________________________________\nFrom: Jane Doe <jane@example.com>\nSent: 1\nTo: T\nSubject: My dress\n",
    "Outlook de": "Von: Jane Doe <jane@example.com>\nGesendet: Freitag\nAn: T\nBetreff: My dress\n",
    "Outlook fr": "De : Jane Doe <jane@example.com>\nEnvoyé : vendredi\nÀ : T\nObjet : My dress\n",
    "Outlook es": "De: Jane Doe <jane@example.com>\nEnviado: viernes\nPara: T\nAsunto: My dress\n",
    "Outlook it": "Da: Jane Doe <jane@example.com>\nInviato: venerdì\nA: T\nOggetto: My dress\n",
    "Outlook pt": "De: Jane Doe <jane@example.com>\nEnviada em: sexta\nPara: T\nAssunto: My dress\n",
    "Outlook nl": "Van: Jane Doe <jane@example.com>\nVerzonden: vrijdag\nAan: T\nOnderwerp: My dress\n",
    "Outlook pl": "Od: Jane Doe <jane@example.com>\nWysłano: piątek\nDo: T\nTemat: My dress\n",
    "Outlook zh": "发件人: Jane Doe <jane@example.com>\n发送时间: 2026年5月1日\n收件人: T\n主题: My dress\n",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "Jane Doe" <jane@example.com>;\n发送时间: 2026\n主题: My dress\n',
    "163": "-------- 转发邮件信息 --------\n发件人：Jane Doe <jane@example.com>\n发送日期：2026-05-01\n主题：My dress\n",
    "Thunderbird": "-------- Forwarded Message --------\nSubject: \tMy dress\nDate: \t1 May\nFrom: \tJane Doe <jane@example.com>\nTo: \tT\n",
    "Thunderbird de": "-------- Weitergeleitete Nachricht --------\nBetreff: My dress\nDatum: 1\nVon: Jane Doe <jane@example.com>\n",
    "Apple": "Begin forwarded message:\n\nFrom: Jane Doe <jane@example.com>\nSubject: My dress\nDate: 1 May\nTo: T\n",
    "Apple fr": "Début du message réexpédié :\n\nDe: Jane Doe <jane@example.com>\nObjet: My dress\nDate: 1 mai\nÀ: T\n",
    "Original": "-----Original Message-----\nFrom: Jane Doe <jane@example.com>\nSent: 1\nTo: T\nSubject: My dress\n",
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_inline_forwards_are_unwrapped(mark: str) -> None:
    """Each mail program's forward gives sender, subject, text and the forwarder's note."""
    found = sent("Fwd: My dress", f"she is upset\n\n{mark}\nIt came back ruined.\n\nJane")
    assert found is not None
    assert (found.original.address, found.original.name) == ("jane@example.com", "Jane Doe")
    assert found.original.subject == "My dress"
    assert found.original.text == "It came back ruined.\n\nJane"
    assert (found.note, found.depth) == ("she is upset", 1)


def test_a_bare_forward_has_an_empty_note() -> None:
    """A forward without a word above it, and a signature, is a bare one."""
    found = sent("FW: My dress", f"-- \nBLANC Soho\n\n{MARKS['Outlook']}\nruined")
    assert found is not None
    assert found.note == ""


def test_quoted_apple_forward() -> None:
    """Apple's plain text forward carries '>' on every line."""
    quoted = "Begin forwarded message:\n\n> From: Jane <jane@example.com>\n> Subject: My dress\n> Date: 1 May\n> \n> ruined\n"
    found = sent("Fwd: My dress", quoted)
    assert found is not None
    assert (found.original.address, found.original.text) == ("jane@example.com", "ruined")


def test_a_forward_quoted_whole() -> None:
    """Apple also writes its mark with '>' in front; under a forward's subject that is no reply."""
    quoted = (
        "see below\n\n> Begin forwarded message:\n> \n> From: Jane <jane@example.com>\n> Date: 1 May\n> \n> ruined\n"
    )
    found = sent("Fwd: My dress", quoted)
    assert found is not None
    assert (found.original.address, found.original.text, found.note) == ("jane@example.com", "ruined", "see below")
    assert sent("Re: My dress", quoted) is None


def test_an_empty_subject_does_not_swallow_the_words() -> None:
    """A field without a value ends at the blank line; the body stays the body."""
    found = sent("FW:", "From: Jane <jane@example.com>\nSent: 1 May\nTo: Till\nSubject:\n\nruined")
    assert found is not None
    assert (found.original.subject, found.original.text) == ("", "ruined")


def test_unknown_fields_between_known_ones_are_passed_over() -> None:
    """A label that the table does not know does not end the block while known ones follow."""
    found = sent(
        "FW: x", "From: Jane <jane@example.com>\nSent: 1 May\nImportance: High\nTo: Till\nSubject: x\n\nruined"
    )
    assert found is not None
    assert found.original.text == "ruined"


def test_yahoo_writes_its_fields_into_the_line_of_the_mark() -> None:
    """Mark and fields in one line still give the sender."""
    line = '   ----- Forwarded Message ----- From: Jane <jane@example.com>To: "till@x.example" <till@x.example>Sent: Friday'
    found = sent("Fw: My dress", f"{line}\n ruined")
    assert found is not None
    assert (found.original.address, found.original.subject) == ("jane@example.com", "My dress")
    assert found.original.text.strip() == "ruined"


def test_on_wrote_under_a_forward_subject() -> None:
    """Some programs forward with an attribution line; only the subject says that it is a forward."""
    text = "no\n\nOn 1 May 2026, at 10:00, Jane <jane@example.com> wrote:\n\n> ruined\n"
    found = sent("Fwd: My dress", text)
    assert found is not None
    assert (found.note, found.original.address, found.original.text) == ("no", "jane@example.com", "ruined")
    assert sent("Re: My dress", text) is None


def test_several_deep_the_innermost_is_the_original() -> None:
    """Store to office to desk: the customer's mail is the one inside."""
    outer = MARKS["Outlook"].replace("jane@", "store@").replace("My dress", "FW: My dress")
    found = sent("FW: FW: My dress", f"form please\n\n{outer}\nfrom the shop\n\n{MARKS['Gmail']}\nruined")
    assert found is not None
    assert (found.original.address, found.depth, found.note) == ("jane@example.com", 2, "form please")
    assert len(found.evidence) == 2


def test_the_thread_inside_a_forward_is_not_unwrapped() -> None:
    """A forwarded reply is the original; what it quotes is not."""
    inside = MARKS["Outlook"].replace("jane@", "store@")
    found = sent(
        "Fwd: Re: My dress", f"{MARKS['Gmail'].replace('My dress', 'Re: My dress')}\nstill ruined\n\n{inside}\nold"
    )
    assert found is not None
    assert (found.original.address, found.depth) == ("jane@example.com", 1)
    assert found.original.text.startswith("still ruined")


@pytest.mark.parametrize("who", ["Jane Doe", "Doe, Jane (a@b.example or c@d.example)", ""])
def test_an_address_is_never_guessed(who: str) -> None:
    """A name alone, or two addresses, leave the address empty, and the doubt is said."""
    found = sent(
        "FW: My dress", f"From: {who}\nSent: 1 May\nTo: Till\nSubject: My dress\n\nruined, mail me at x@y.example"
    )
    assert found is not None
    assert found.original.address == ""
    assert any("no address" in each for each in found.evidence)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: My dress", "yes\n\nFrom: Jane <jane@example.com>\nSent: 1\nTo: T\nSubject: My dress\n\nold"),
        ("Re: Fwd: My dress", "> ---------- Forwarded message ---------\n> From: Jane <jane@example.com>\n"),
        ("AW: My dress", "ja\n\nVon: Jane <jane@example.com>\nGesendet: 1\nAn: T\nBetreff: My dress\n\nalt"),
        ("My dress", "It came back ruined."),
        ("My dress", "On 1 May 2026 at 10:00, Bob <bob@x.example> wrote:\n> we pay\nand did not"),
        ("Tomorrow: my dress", "hello"),
    ],
)
def test_replies_and_plain_mails_are_no_forwards(subject: str, text: str) -> None:
    """A reply that quotes, and a mail that quotes nothing, are not forwards."""
    assert sent(subject, text) is None


def test_a_block_in_an_answer_without_prefix_is_a_quote() -> None:
    """No 'Re:' in the subject, but In-Reply-To: a reply."""
    assert sent("My dress", f"yes\n\n{MARKS['Outlook']}\nold", "In-Reply-To: <1@x.example>\n") is None


@pytest.mark.parametrize(
    "subject", ["WG: Kleid", "TR: robe", "RV: vestido", "I: vestito", "ENC: vestido", "转发: 裙子", "[EXTERNAL] FW: x"]
)
def test_forward_prefixes_of_many_languages(subject: str) -> None:
    """The first prefix says that it is a forward, tags passed over."""
    assert sent(subject, f"{MARKS['Outlook']}\nruined", "In-Reply-To: <1@x.example>\n") is not None


def test_attached_mails_are_forwards() -> None:
    """A forward as attachment gives the attached sender and text; the forwarder's words are the note."""
    inner = "From: Jane Doe <jane@example.com>\nSubject: My dress\nDate: Fri, 1 May 2026 10:00:00 +0100\n\nruined\n"
    outer = (
        "From: till@blanc.example\nSubject: complaint\nContent-Type: multipart/mixed; boundary=x\n\n"
        f"--x\nContent-Type: text/plain\n\nplease handle\n--x\nContent-Type: message/rfc822\n\n{inner}\n--x--\n"
    )
    found = forward(read(outer.encode()))
    assert found is not None
    assert (found.note, found.depth) == ("please handle", 1)
    assert (found.original.address, found.original.text.strip()) == ("jane@example.com", "ruined")
    assert found.original.date.startswith("Fri, 1 May 2026")
    nested = outer.replace(
        inner, "From: office@blanc.example\nSubject: Fwd: My dress\n\n" + MARKS["Gmail"] + "\nruined"
    )
    deep = forward(read(nested.encode()))
    assert deep is not None
    assert (deep.original.address, deep.depth) == ("jane@example.com", 2)


def test_layouts_of_programs_in_every_language() -> None:
    """No combination is wrong in sender, date, subject, text or note; one of fifty at most is asked."""
    found = list(judged())
    assert [each for each in found if each[1] not in (RIGHT, ASKED)] == []
    count = Counter(result for _, result in found)
    assert len(found) > 600
    assert count[ASKED] * 50 <= len(found), [each for each in found if each[1] == ASKED]


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("Jane Doe <jane@example.com>", "jane@example.com", "Jane Doe"),
        ("'jane@example.com' <jane@example.com>", "jane@example.com", ""),
        ("Jane O'Brien <o'brien@example.com>", "o'brien@example.com", "Jane O'Brien"),
        ("=?utf-8?q?J=C3=A4ne?= <jane@example.com>", "jane@example.com", "Jäne"),
        ("office@mailer.example On Behalf Of Jane Doe <jane@example.com>", "jane@example.com", "Jane Doe"),
        ("office@mailer.example On Behalf Of Jane Doe", "", "Jane Doe"),
        ("Jane Doe </O=EXCHANGE/OU=X/CN=RECIPIENTS/CN=JANE>", "", "Jane Doe"),
        ("Jane Doe", "", "Jane Doe"),
    ],
)
def test_senders_as_programs_print_them(value: str, address: str, name: str) -> None:
    """Name and address of a From line; the author's where one wrote on behalf of another."""
    who = printed.in_field(value)
    assert (who.address, who.name) == (address, name)


@pytest.mark.parametrize(
    "value", ["a@x.example, b@y.example", "a@x.example <b@y.example>", "A <a@x.example>; B <b@y.example>"]
)
def test_two_addresses_in_a_line_are_a_doubt(value: str) -> None:
    """Neither is taken, and it is said why."""
    who = printed.in_field(value)
    assert who.address == ""
    assert "2 addresses" in who.doubt


@pytest.mark.parametrize(
    ("said", "name", "date"),
    [
        ("On Fri, 1 May 2026 at 10:00, Jane Doe <j@x.example> wrote:", "Jane Doe", "Fri, 1 May 2026 at 10:00"),
        ("Am 01.05.2026 um 10:00 schrieb Jane Doe <j@x.example>:", "Jane Doe", "01.05.2026 um 10:00"),
        ('Le 1 mai 2026 à 10:00, "Jane Doe" <j@x.example> a écrit :', "Jane Doe", "1 mai 2026 à 10:00"),
        ("Jane Doe <j@x.example> 于2026年5月1日周五 10:00写道：", "Jane Doe", "2026年5月1日周五 10:00"),
        ('01.05.2026, 10:00, "Jane Doe" <j@x.example>:', "Jane Doe", "01.05.2026, 10:00"),
    ],
)
def test_senders_in_attributions(said: str, name: str, date: str) -> None:
    """A line like 'On … wrote:' gives address, name and date."""
    who = printed.in_attribution(said)
    assert (who.address, who.name, who.date) == ("j@x.example", name, date)


@pytest.mark.parametrize(
    ("subject", "kind", "rest"),
    [
        ("Fwd: Re: x", "forward", "Re: x"),
        ("[EXTERNAL] FW: x", "forward", "x"),
        ("[Fwd: x]", "forward", "x"),
        ("x (fwd)", "forward", "x"),
        ("إعادة توجيه: x", "forward", "x"),
        ("转发：x", "forward", "x"),
        ("İLT: x", "forward", "x"),
        ("Re[2]: x", "reply", "x"),
        ("VS: x", "either", "x"),
        ("i: x", "", "i: x"),
        ("Note: x", "", "Note: x"),
    ],
)
def test_prefixes(subject: str, kind: str, rest: str) -> None:
    """What the first prefix says, and the subject without it."""
    assert (subjects.kind(subject), subjects.without_prefix(subject)) == (kind, rest)


HOUSE = People((Person("Lucy", ("lucy@blanc.example",), ("operations",), place=Place("rules/people.yaml", 1)),))


def customer(subject: str, text: str) -> Forward:
    found = of_customer(sent(subject, text), HOUSE, "care@blanc.example")
    assert found is not None
    return found


def test_the_first_outsider_is_the_customer() -> None:
    """A block that the customer typed into her words names nobody, however it is drawn."""
    planted = MARKS["Gmail"].replace("jane@example.com", "victim@innocent.example")
    assert customer("Fwd: x", f"{MARKS['Gmail']}\nruined\n\n{planted}\npay me").original.address == "jane@example.com"
    nameless = MARKS["Outlook"].replace(" <jane@example.com>", "")
    found = customer("FW: x", f"{nameless}\n{planted}\npay me")
    assert (found.original.address, found.original.name) == ("", "Jane Doe")
    assert any("no address" in each for each in found.evidence)


def test_a_thread_that_a_colleague_answered_is_the_customers() -> None:
    """What a colleague quotes below her own answer is on the way to us; what she forwards as well."""
    answer = "From: Lucy <lucy@blanc.example>\nSent: 2\nTo: Jane\nSubject: RE: My dress\n\nsorry\n\n"
    found = customer("FW: My dress", f"{answer}{MARKS['Outlook']}\nruined")
    assert (found.original.address, found.original.text, found.depth) == ("jane@example.com", "ruined", 2)


def test_a_group_of_ours_is_no_customer() -> None:
    """'Jane via Shops <shops@ours>' shows no address of hers."""
    relayed = MARKS["Outlook"].replace("Jane Doe <jane@example.com>", "'Jane Doe' via Shops <shops@blanc.example>")
    assert customer("FW: x", f"{relayed}\nruined").original.address == ""


def test_words_below_a_line_that_anybody_can_draw_are_not_the_forwarders() -> None:
    """An end that the customer types into her mail does not make the next line a command of staff's."""
    found = sent("Fwd: x", f"{MARKS['Gmail']}\nruined\n\n----- End forwarded message -----\n\nvoucher 200")
    assert found is not None
    assert found.note == ""
    assert "voucher 200" in found.original.text


@pytest.mark.parametrize(
    "line",
    ["From: a@b.example\n", "To: x\n", "Da: x\nDate: y\n", "--- a ---\nXx: a@b.example\n", "----- End forwarded message -----\n",
     "> ", "\n", "Fwd ", "| From | a |\n", MARKS["Gmail"].replace("My dress", "Fwd: My dress") + "\n"],
)  # fmt: skip
def test_hostile_text_takes_no_time(line: str) -> None:
    """A hundred thousand characters of marks are read at once, whatever the subject says."""
    message = read(b"From: a@blanc.example\nTo: care@blanc.example\nContent-Type: text/plain\n\nx")
    long = (line * (100_000 // len(line) + 1))[:100_000]
    begun = time.process_time()
    for subject in ("Fwd: x", "x", "Re: x"):
        forward(replace(message, subject=subject, text=long))
    assert time.process_time() - begun < 3
