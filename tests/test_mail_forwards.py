"""forwards.forward: whose mail is inside, and what the forwarder said."""
# ruff: noqa: E501 (the marks stand on one line here as they do in mails)

from __future__ import annotations

import pytest

from mailbot.mail.forwards import forward
from mailbot.mail.message import read
from mailbot.mail.model import Forward


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
