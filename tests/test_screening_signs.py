"""What a mail is where no single phrase says so: words that say it together, and what has not happened at all."""

from __future__ import annotations

import time

import pytest

from mailbot.cases.screening import Kind, screen
from mailbot.cases.spotting import Index
from tests import ruling

TOGETHER = {
    "en": ("The curtains came back a good deal shorter than the others.", "damage"),
    "fr": ("Le livreur devait passer hier, personne n'est venu.", "service"),
    "de": ("Ich habe fünf Hemden abgegeben und nur vier zurückbekommen.", "loss"),
    "es": ("En el letrero dice 180 pesos y me cobraron 290.", "billing"),
    "it": ("La macchia è esattamente dov'era.", "service"),
    "pt": ("Deixei cinco camisas e só recebi quatro.", "loss"),
    "zh": ("窗簾洗回來短了一截。", "damage"),
}
FEARED = {
    "en": "I'd be sorry to ruin my silk blouse, can you wash it?",
    "fr": "Je serais désolée d'abîmer ce tapis, est-ce que vous nettoyez cela ?",
    "de": "Es täte mir leid, den Teppich zu verderben. Reinigen Sie so etwas?",
    "es": "Me daría pena arruinar este tapete, ¿ustedes lavan tapetes?",
    "it": "Mi dispiacerebbe rovinare il tappeto, lo trattate voi?",
    "pt": "Tenho medo de estragar o tapete, vocês lavam tapetes?",
    "zh": "自己洗怕弄坏地毯，请问你们洗地毯吗？",
}
HURT = {
    "en": "My children have had red welts since we used your sheets.",
    "fr": "Mon fils a des plaques rouges depuis qu'il dort dans vos draps.",
    "de": "Meine Tochter hat Pusteln von der Bettwäsche.",
    "es": "Mi hija tiene ronchas por sus sábanas.",
    "it": "Mio figlio ha uno sfogo per le lenzuola lavate da voi.",
    "pt": "Meu filho está com alergia na pele por causa dos lençóis.",
    "zh": "用了你们洗的床单，孩子身上起了红疹。",
}


def said(words: str, language: str) -> Kind:
    return screen("", words, ruling.shipped().screening, language)


@pytest.mark.parametrize("language", TOGETHER)
def test_words_say_together_what_none_says_alone(language: str) -> None:
    """A complaint and its category, each with the words that say it."""
    words, category = TOGETHER[language]
    kind = said(words, language)
    assert (kind.kind, kind.category) == ("complaint", category), kind.evidence
    assert any(" + " in line for line in kind.evidence)


@pytest.mark.parametrize("language", FEARED)
def test_what_is_only_feared_is_no_complaint(language: str) -> None:
    """Somebody who asks beforehand complains of nothing."""
    kind = said(FEARED[language], language)
    assert kind.kind in ("enquiry", "unsure"), kind.evidence


@pytest.mark.parametrize("language", HURT)
def test_nobody_who_was_hurt_is_missed(language: str) -> None:
    """An injury is serious in every language."""
    assert said(HURT[language], language).level == "serious", said(HURT[language], language).evidence


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("The stain on the sleeve has completely gone, it looks fantastic!", "praise"),
        ("Twenty years and you have never once let me down. Keep it up.", "praise"),
        ("I've torn my trousers at work, can you mend them today?", "enquiry"),
        ("I'm afraid I've lost my ticket, can I still collect?", "enquiry"),
    ],
)
def test_a_bad_word_alone_makes_no_complaint(words: str, kind: str) -> None:
    """Gone, denied, the customer's own doing."""
    assert said(words, "en").kind == kind, said(words, "en").evidence


def test_accents_scripts_and_the_longest_phrase() -> None:
    """As people type: without accents, with ae for ä, in traditional characters; in one list the longest holds."""
    index = Index({"a": ("abîmé", "fädig", "染到"), "b": ("not", "not happy", "ruin*")})
    found = index.told("abime, faedig; 染到了. Not happy: ruined, nothing")
    assert [(spot.name, spot.said) for spot in found.spots] == [
        *(("a", word) for word in ("abime", "faedig", "染到")),
        *(("b", words) for words in ("not happy", "ruined")),
    ]
    assert [spot.said for spot in Index({"a": ("号码错误",)}).told("號碼錯誤").spots] == ["號碼錯誤"]


def test_the_time_grows_with_the_words_only() -> None:
    """A long mail of nothing but words of the lists: linear, and within a second or two on any machine."""
    began = time.process_time()
    said("can you mend the torn shirt I've lost " * 2_000, "en")
    assert time.process_time() - began < 10
