"""quotes.split: what was written now, what was quoted; nothing is lost."""
# ruff: noqa: E501 (the marks stand on one line here as they do in mails)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.quotes import split

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
