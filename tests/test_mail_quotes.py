"""quotes.split: what was written now, what was quoted; nothing is lost."""
# ruff: noqa: E501 (the marks stand on one line here as they do in mails)

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.quotes import split
from tests import reply_shapes

ATTRIBUTIONS = {
    "Gmail en": "On Mon, 1 Jan 2024 at 10:00, BLANC <desk@x.example> wrote:",
    "Gmail en, broken": "On Mon, 1 Jan 2024 at 10:00, BLANC Customer Care\n<desk@x.example> wrote:",
    "Apple en": "On 1 Jan 2024, at 10:00, BLANC <desk@x.example> wrote:",
    "Yahoo en": "On Monday, 1 January 2024 at 10:00:00 GMT, BLANC <desk@x.example> wrote:",
    "Thunderbird en": "On 01/01/2024 10:00, BLANC wrote:",
    "Gmail fr": "Le lun. 1 janv. 2024 à 10:00, BLANC <desk@x.example> a écrit :",
    "Apple fr": "Le 1 janv. 2024 à 10:00, BLANC <desk@x.example> a écrit :",
    "Gmail es": "El lun, 1 ene 2024 a las 10:00, BLANC (<desk@x.example>) escribió:",
    "Gmail de": "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb BLANC <desk@x.example>:",
    "Apple de": "Am 01.01.2024 um 10:00 schrieb BLANC <desk@x.example>:",
    "Gmail it": "Il giorno lun 1 gen 2024 alle ore 10:00 BLANC <desk@x.example> ha scritto:",
    "Gmail pt": "Em seg., 1 de jan. de 2024 às 10:00, BLANC <desk@x.example> escreveu:",
    "Gmail nl": "Op ma 1 jan 2024 om 10:00 schreef BLANC <desk@x.example>:",
    "Gmail pl": "pon., 1 sty 2024 o 10:00 BLANC <desk@x.example> napisał(a):",
    "Gmail zh": "BLANC <desk@x.example> 于2024年1月1日周一 10:00写道：",
    "Apple zh": "在 2024年1月1日，10:00，BLANC <desk@x.example> 写道：",
    "163 zh": 'At 2024-01-01 10:00:00, "BLANC" <desk@x.example> wrote:',
    "Gmail ja": "2024年1月1日(月) 10:00 BLANC <desk@x.example>:",
}
BLOCKS = {
    "Outlook en": "From: BLANC <desk@x.example>\nSent: 01 January 2024 10:00\nTo: Jane\nSubject: Your complaint",
    "Outlook line": "________________________________\nFrom: BLANC\nSent: 1 January\nTo: Jane\nSubject: Your complaint",
    "Outlook stars": "*From:* BLANC <desk@x.example>\n*Sent:* 01 January 2024\n*To:* Jane\n*Subject:* Your complaint",
    "Outlook de": "Von: BLANC <desk@x.example>\nGesendet: Montag, 1. Januar 2024\nAn: Jane\nBetreff: Ihre Beschwerde",
    "Outlook fr": "De : BLANC <desk@x.example>\nEnvoyé : lundi 1 janvier 2024\nÀ : Jane\nObjet : Votre réclamation",
    "Outlook es": "De: BLANC <desk@x.example>\nEnviado: lunes, 1 de enero de 2024\nPara: Jane\nAsunto: Su queja",
    "Outlook it": "Da: BLANC <desk@x.example>\nInviato: lunedì 1 gennaio 2024\nA: Jane\nOggetto: Reclamo",
    "Outlook pt": "De: BLANC <desk@x.example>\nEnviada: 1 de janeiro de 2024\nPara: Jane\nAssunto: Reclamação",
    "Outlook old": "-----Original Message-----\nFrom: BLANC\nSent: 1 January\nTo: Jane\nSubject: Your complaint",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "BLANC" <desk@x.example>;\n发送时间: 2024年1月1日\n主题: 投诉',
    "our mark": "--- please reply above this line ---",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_attribution_lines_are_quoted(attribution: str) -> None:
    """The line that introduces a quote is nobody's new words; what stands below the quote is."""
    words = split(f"yes please\n\n{attribution}\n> is it there?\n> BLANC\n\nand thank you")
    assert words.new.split() == ["yes", "please", "and", "thank", "you"]
    assert "is it there?" in words.quoted
    assert "BLANC" in words.quoted


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_a_sure_attribution_cuts_without_quote_marks(attribution: str) -> None:
    """Programs that quote without '>' are cut at an attribution with time or address."""
    assert split(f"yes please\n\n{attribution}\n\nis it there?\n").new == "yes please"


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_header_blocks_and_marks_cut(block: str) -> None:
    """All below an Outlook block, an 'Original Message' line or our own mark is quoted."""
    words = split(f"yes please\n\n{block}\n\nis it there?\n\nBLANC")
    assert words.new == "yes please"
    assert "is it there?" in words.quoted


def test_inline_replies_are_new() -> None:
    """Answers between quoted lines are new words, in their order."""
    words = split("> where is it?\nwith me\n> what happened?\nit shrank\n")
    assert words.new == "with me\nit shrank"
    assert words.quoted == "> where is it?\n> what happened?"


def test_our_mark_inside_a_quote_does_not_cut() -> None:
    """The mark of our letter, quoted, leaves an answer below the quote new."""
    assert (
        split("On 1 Jan 2024 at 10:00, B <b@x.example> wrote:\n> --- reply above this line ---\n> old\n\nyes").new
        == "yes"
    )


@pytest.mark.parametrize(
    "text",
    [
        "On Monday your manager wrote:\nyou will get it back\nand I did not",
        "On 12 May your manager wrote:\nyou will get it back",
        "From: my house\nto your shop it is 10 minutes",
        "I spoke to Bob. He wrote: never again.",
        "Date: 3 May\nStore: Soho\nName: Jane",
        "a -- b\n--- \nnot a signature",
    ],
)
def test_a_persons_own_sentences_stay_new(text: str) -> None:
    """Words that only look a little like a mark are the sender's."""
    assert split(text).new.strip() == text.strip()


@pytest.mark.parametrize(
    "line", ["Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "发自我的iPhone"]
)
def test_signatures_are_not_new_words(line: str) -> None:
    """A signature and a phone's line do not hide a one-word answer."""
    assert split(f"approve\n\n{line}").new == "approve"
    assert split("approve\n-- \nMathilde\nBLANC, 1 High Street").new == "approve"


def test_a_long_text_below_dashes_is_no_signature() -> None:
    """'--' above more than 15 lines is a rule that the sender drew."""
    text = "first\n--\n" + "\n".join(f"line {n}" for n in range(30))
    assert split(text).new == text


ASKED = "> Dear Jane,\n>\n> is it there?\n> BLANC"
SHAPES = {  # how the reply stands to the line that introduces the quote, and the words that are new in it
    "above": (
        "Yes please, go ahead.\nIt is the blue one\n\n{}\n\n" + ASKED,
        "Yes please, go ahead. It is the blue one",
    ),
    "right above": ("Yes please\n{}\n" + ASKED, "Yes please"),
    "without marks": ("Yes please\n\n{}\n\nDear Jane,\nis it there?\n", "Yes please"),
    "below": ("{}\n" + ASKED + "\n\nYes please\n", "Yes please"),
    "between": ("See below.\n\n{}\n> where?\nSoho\n> when?\nyesterday\n", "See below. Soho yesterday"),
}


@pytest.mark.parametrize("program", reply_shapes.ATTRIBUTIONS)
def test_every_program_in_every_language(program: str) -> None:
    """Whole, broken at 76 or 60 columns or before the address; with the answer above, below or between."""
    line = reply_shapes.ATTRIBUTIONS[program]
    broken = {line, reply_shapes.wrapped(line, 76), reply_shapes.wrapped(line, 60), line.replace("<care", "<\ncare")}
    for each in broken:
        for name, (text, new) in SHAPES.items():
            assert " ".join(split(text.format(each)).new.split()) == new, (name, each)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("It is torn.", "Kind regards,\nJane Doe\nDirector, Doe Ltd\n+44 20 7946 0002\nwww.doe.example.com"),
        ("Es ist kaputt.", "Mit freundlichen Grüßen\nAnna Schmidt\nMuster GmbH\nTel.: +49 30 999"),
        ("Il est abîmé.", "Cordialement,\nAnne Petit\nDirectrice\nPetit SARL\nTél. : +33 1 99 00 12 34"),
        ("坏了。", "此致\n敬礼\n王小明\n上海某某有限公司\n电话：021-99990000"),
        ("It is torn.", "Jane Doe\nHead of Sales | Doe Ltd\njane@doe.example.com"),
        (
            "It is torn.",
            "This e-mail is intended solely for the addressee. If you have received it in error, delete it.",
        ),
        ("It is torn.", "_______\nPlease consider the environment before printing this e-mail."),
        ("It is torn.", "Sent from Yahoo Mail on Android"),
        ("It is torn.", "Get Outlook for iOS<https://aka.ms/o0ukef>"),
        ("It is torn.", "Отправлено с iPhone"),
    ],
)
def test_signatures_stand_apart(text: str, signature: str) -> None:
    """The block of a company, the law and the telephone are kept, but are no new words."""
    words = split(f"{text}\n\n{signature}\n\n> old")
    assert (words.new, words.signature, words.quoted) == (text, signature, "> old")


@pytest.mark.parametrize(
    "banner",
    [
        "[EXTERNAL]",
        "CAUTION: This email originated from outside of the organization.\nDo not click links or open attachments.",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
    ],
)
def test_a_gateway_s_warning_stands_apart(banner: str) -> None:
    """What a gateway puts on top is nobody's word."""
    assert split(f"{banner}\n\nIt is torn.").new == "It is torn."


@pytest.mark.parametrize(
    "text",
    [
        "Yes please.\n\nThanks,\nAnna",
        "Best regards\nJane Doe\n07700 900123",
        "Please call me.\n\nKind regards,\nJane Doe\nDoe Ltd\n07700 900123",
        "My address is:\nJane Doe\n14 Elm Row\nLondon N1 2AB\njane@doe.example.com",
        "Name: Jane Doe\nEmail: jane@doe.example.com\nStore: Soho\nGarment: coat",
        "I shall write to your registered office about this.",
        "Conformément au RGPD je demande une copie de mes données.",
        "Sent from my husband's account, because mine does not work.",
        "Two things are wrong:\n> the collar is torn\n> a button is missing\nPlease look at both.",
        "The label says\n> 30 degrees\nand you washed it at 60.",
        "| Dress | 40 |\n| Coat | 90 |",
        "I came at 10:30 on 04/05/2026 and your manager wrote:\nwe will pay",
        "It is torn.\n--\nAlso the trousers have a stain, and I want them done again.",
    ],
)
def test_sentences_of_a_customer_are_never_lost(text: str) -> None:
    """Sign-offs, numbers that were asked for, forms, lists and threats with the law stay words."""
    assert split(text).new == text


def test_a_postscript_below_a_signature_is_new() -> None:
    """Who adds something below the name said it now."""
    assert split("It is torn.\n\n-- \nJane Doe\n\nP.S. The ticket is 4471.").new.endswith("P.S. The ticket is 4471.")


@pytest.mark.parametrize(
    "line", ["On 1 May 2026 ", "<", "wrote:\n", "|", "-- \n", "Kind regards,\n", "> ", "confidential ", "\n"]
)
def test_a_hostile_text_costs_little(line: str) -> None:
    """No text of a million characters keeps the desk busy."""
    began = time.process_time()
    split(line * (1_000_000 // len(line)))
    assert time.process_time() - began < 2


LINES = st.sampled_from(
    ["yes", "", "> old", "-- ", "--", "On 1 Jan 2024 at 10:00, B <b@x.example> wrote:", "From: B", "Sent: 1", "To: C",
     "Subject: d", "-----Original Message-----", "__________", "Sent from my iPhone", "reply above this line", "wrote:"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(LINES, max_size=20).map("\n".join)))
def test_nothing_is_lost(text: str) -> None:
    """Each line with words in it is in `new`, in `quoted` or in `signature`, exactly once."""
    words = split(text)
    parts = (words.new, words.quoted, words.signature)
    both = sorted(line for part in parts for line in part.split("\n") if line.strip("\n"))
    assert both == sorted(line for line in text.split("\n") if line)
