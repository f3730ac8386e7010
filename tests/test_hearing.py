"""rules/hearing.yaml: the small words by which staff are read, and what would turn a sentence into its opposite."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import commands, customer_answers, heard, match
from mailbot.process.compensation import Compensation
from mailbot.process.load_hearing import KEYS, LISTS, load_hearing
from mailbot.process.model import Answer, Command
from mailbot.process.page import Page
from mailbot.process.place import Place
from mailbot.process.wordlists import Hearing
from mailbot.process.yaml_marks import Value, read
from tests import recognising, ruling

FILE = "rules/hearing.yaml"
SHIPPED = ruling.files()[FILE]
WEEK = "[[mon], [tue], [wed], [thu], [fri], [sat], [sun]]"
YEAR = "[[a1], [a2], [a3], [a4], [a5], [a6], [a7], [a8], [a9], [a10], [a11], [a12]]"
PARK = Command("park", ("park",), "parked", ("va",), "full", Place("x", 1))


def language(name: str, **lists: str) -> str:
    """One block of the file, each list empty but the named ones."""
    written = dict.fromkeys(KEYS, "[]") | {"weekdays": WEEK, "months": YEAR, "denial": "[not]"} | lists
    return f"{name}:\n" + "".join(f"  {key}: {value}\n" for key, value in written.items())


def loaded(text: str) -> tuple[Hearing, list[str]]:
    """The lists that a file makes, and what is wrong with it."""
    value, problems = read(text, FILE)
    page = Page(FILE)
    page.problems.extend(problems)
    hearing = load_hearing(page, value or Value(1, kind="table"), Compensation())
    return hearing, [str(problem) for problem in page.problems]


def test_the_shipped_file() -> None:
    """It is in order, no list of it is empty, and the process has it with the words of the compensation table."""
    hearing, problems = loaded(SHIPPED)
    assert problems == []
    assert all(getattr(hearing, name) for name in KEYS)
    process = ruling.shipped()
    assert process.hearing.denial == hearing.denial
    assert process.hearing.compensation is process.compensation
    assert (hearing.weekdays["mon"], hearing.weekdays["sunday"]) == (0, 6)
    assert (hearing.months["jan"], hearing.months["december"]) == (0, 11)


def test_languages_hold_together() -> None:
    """A mail does not say in which language it is, so that the words of all of them are looked for."""
    german = language(
        "de", denial="[nicht, kein*]", greeting="[hallo]", courtesy="[danke]", weekdays=WEEK.replace("wed", "mi")
    )
    hearing, problems = loaded(language("en", greeting="[hello]", courtesy="[thanks]") + german)
    assert problems == []
    assert (hearing.greeting, hearing.denial) == (("hello", "hallo"), ("not", "nicht", "kein*"))
    assert hearing.weekdays["mi"] == hearing.weekdays["wed"] == 2
    assert commands.understand("Hallo Vera,\npark danke", [PARK], hearing)
    assert commands.understand("park, keinesfalls", [PARK], hearing) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (language("en").replace("  doubt: []\n", ""), "'en' has no 'doubt:'"),
        (language("en").replace("  doubt:", "  doubts:"), "unknown list 'doubts'; did you mean 'doubt'?"),
        (language("english"), "'english' is no language; write it like 'en'"),
        (language("en", denial="[]"), "'denial' cannot be empty: \"not solved\" would be read as solved"),
        (
            language("en", courtesy="[not]"),
            "'not' would be passed over in 'courtesy', but it stands in 'denial' already",
        ),
        (language("en", assent="[maybe]", doubt="[maybe]"), "'maybe' would be passed over in 'assent'"),
        (language("en", leading="[but]", limit="[but]"), "'but' would be passed over in 'leading'"),
        (language("en", denial="[no]") + language("de", joining="[no]"), "'no' would be passed over in 'joining'"),
        (language("en", assent="[ye*]"), "'ye*': 'assent' is looked for word by word, without '*'"),
        (language("en", doubt="[a*b]"), "'*' can only end a word"),
        (
            language("en", weekdays="[[mon], [tue]]"),
            "'weekdays' should be a list of 7, each with its spellings, but has 2",
        ),
        (language("en", months=YEAR.replace("a2", "a1")), "'a1' stands twice in 'months'"),
        (language("en", doubt="maybe"), "'doubt' should be a list, but is a single value"),
        (language("en", doubt="{a: b}"), "'doubt' should be a list, but is a table"),
        (language("en", weekdays="monday"), "'weekdays' should be a list, but is a single value"),
        ("en: nothing\n", "'en' should be a table"),
        ("- en\n", "this file should be a table"),
        ("en:\n", "'en' should be a table"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    """What is missing, misspelt, or would turn a sentence into its opposite is told with its line."""
    _, problems = loaded(text)
    assert any(said in problem for problem in problems), problems


def test_a_problem_has_its_line() -> None:
    """Where the list stands that would pass a denial over."""
    text = language("en", courtesy="[thanks, not]")
    line = next(n for n, each in enumerate(text.splitlines(), 1) if each.startswith("  courtesy"))
    assert loaded(text)[1] == [
        f"{FILE}:{line}: 'not' would be passed over in 'courtesy', but it stands in 'denial' already"
    ]


@pytest.mark.parametrize("file", [SHIPPED, language("en")])
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_any_broken_file(file: str, data: st.DataObject) -> None:
    """Loading is total: any edit gives lists and problems, never an exception."""
    at = data.draw(st.integers(0, len(file)))
    until = data.draw(st.integers(at, min(len(file), at + 60)))
    broken = file[:at] + data.draw(st.text("[]{}:,*'\"\n -abn", max_size=20)) + file[until:]
    hearing, _ = loaded(broken)
    assert commands.understand("park", [PARK], hearing) is None or hearing.denial is not None


HOSTILE = [
    "(a+)+$",
    "a* a* a*",
    ".*.*.*",
    "((a",
    "[a-z",
    "a{9999}",
    "\\",
    "|",
    "^",
    "(?=x)",
    "x" * 200,
    "* *",
    "'",
    "-",
    " ".join("a" * 60),
]


@pytest.mark.parametrize("word", HOSTILE)
def test_an_admin_s_phrases_are_no_patterns(word: str) -> None:
    """Whatever stands in a list is looked for as it is written, and costs no more than its length."""
    phrases = (word, f"{word} {word}", "a*", "aa*", "a* b*")
    hearing = Hearing(**{name: phrases for name in LISTS if name != "denial"}, denial=("not", word))
    text = "a" * 5_000 + "! " + "a " * 5_000 + word
    began = time.process_time()
    heard.pattern(phrases).search(text)
    commands.understand(text, [PARK], hearing)
    commands.says_nothing(text, hearing)
    assert time.process_time() - began < 2
    assert heard.pattern((word,)).search(f"x {word} x") or not word.strip("* ") or "*" in word


@settings(deadline=None)
@given(st.lists(st.text("a b*|(+\\", min_size=1, max_size=12), max_size=6).map(tuple), st.text("ab *|(+", max_size=400))
def test_any_phrases(phrases: tuple[str, ...], text: str) -> None:
    """No phrase is read as a pattern, none of them ends in an exception."""
    heard.pattern(phrases).sub(" ", text)
    heard.before_words(text, Hearing(courtesy=phrases))


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        (("check*",), "checking it", "checking"),
        (("check",), "checking it", None),
        (("'ll",), "i'll do", "'ll"),
        (("thanks a lot", "thanks"), "thanks  a lot", "thanks  a lot"),
        (("not",), "note", None),
        (("不",), "我不知道", "不"),
        (("può",), "non può essere", "può"),
        ((), "anything", None),
        (("",), "anything", None),
    ],
)
def test_whole_words(phrases: tuple[str, ...], text: str, found: str | None) -> None:
    """Phrases are whole words where a script has words, the longest first."""
    hit = heard.pattern(phrases).search(text)
    assert (hit.group() if hit else None) == found


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It was us.", "It was us."),
        ("It was us.\n\nKind regards,\nLucy", "It was us."),
        ("It was us.\nThanks\nLucy Brown\nOperations manager, London\n+44 20 7946 0002", "It was us."),
        ("Thanks for waiting.\nIt was us.", "Thanks for waiting.\nIt was us."),
        ("It was us.\n\nLucy", "It was us."),
        ("It was us.\n\nIt will not happen again, I promise", "It was us.\n\nIt will not happen again, I promise"),
        ("\n\nLucy", ""),
        ("Lucy", "Lucy"),
        ("", ""),
    ],
)
def test_words_without_their_signature(text: str, left: str) -> None:
    """A closing line goes with all that follows it, and so does a name that stands alone at the end."""
    assert heard.without_signature(text, ruling.shipped().hearing) == left


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(0, 80))
def test_cutting(text: str, length: int) -> None:
    """A place in a text as compared is a place in the text as written."""
    assert 0 <= heard.cut(text, length) <= len(text)


SHORT_YES = [
    "yes",
    "Yes please!",
    "YES",
    "ok",
    "OK!",
    "Ok.",
    "I accept",
    "i accept!!",
    "go ahead",
    "agreed",
    "👍",
    "👍🏽",
    "Yes 👍",
    "👍👍",
    "Thanks, yes please",
    "Yes, thank you so much",
    "I acept",
    "oui merci",
    "Oui.",
    "oui, merci beaucoup",
    "d'accord",
    "D’accord !",
    "OK d'accord",
    "J'accepte",
    "J’accepte votre offre, merci",
    "Oui, j'accepte votre proposition.",
    "Bonjour,\n\nOui, j'accepte.\n\nCordialement,\nAnna Smith",
    "très bien, merci",
    "ça marche",
    "ja gerne",
    "Ja, gerne!",
    "einverstanden",
    "Einverstanden, danke",
    "Ja, ich bin einverstanden.",
    "Ja bitte",
    "Ich nehme das Angebot an.",
    "Guten Tag,\nja, ich akzeptiere Ihr Angebot.\nMit freundlichen Grüßen\nAnna Smith",
    "passt",
    "sí, por favor",
    "Si",
    "vale",
    "Vale, gracias",
    "de acuerdo",
    "De acuerdo.",
    "Acepto",
    "Sí, acepto la oferta. Gracias",
    "¡Sí!",
    "Si, acepto",
    "Hola,\n\nacepto su propuesta.\n\nUn saludo,\nAnna",
    "sì va bene",
    "Sì, va bene",
    "va bene grazie",
    "accetto",
    "Accetto la vostra proposta, grazie",
    "D'accordo",
    "sì grazie",
    "Si grazie!",
    "sim",
    "Sim, aceito",
    "aceito",
    "Aceito a proposta, obrigada",
    "de acordo",
    "Sim, por favor",
    "tudo bem",
    "好的",
    "好的。",
    "可以",
    "同意",
    "我同意",
    "好的，谢谢",
    "可以，没问题",
    "您好，我接受这个方案。谢谢",
    "行",
    "没问题",
]
SHORT_NO = [
    "no",
    "No thank you",
    "no thanks",
    "I decline",
    "👎",
    "non",
    "Non merci",
    "non, merci.",
    "je refuse",
    "Je n'accepte pas",
    "nein danke",
    "Nein, danke!",
    "nein",
    "nicht einverstanden",
    "Ich lehne ab",
    "no gracias",
    "No, gracias",
    "no acepto",
    "no grazie",
    "No, grazie",
    "non accetto",
    "não",
    "Não, obrigado",
    "nao",
    "não aceito",
    "不行",
    "不同意",
    "我不同意",
    "谢谢，不用了",
    "不接受",
    "不用了，谢谢",
]
NO_ANSWER = [
    "yes but add 20",
    "yes if you add 20",
    "oui mais",
    "oui mais ajoutez 20",
    "Oui, si vous ajoutez 20 £",
    "ja aber",
    "Ja, aber nur wenn es schneller geht",
    "sì ma",
    "sì, ma voglio di più",
    "sí pero",
    "sí, si añaden 20",
    "可以，但是",
    "可以，但是要加钱",
    "如果你们加20就同意",
    "sim mas",
    "sim, se pagarem mais",
    "yes?",
    "is that all?",
    "ok?",
    "no problem",
    "thanks",
    "merci",
    "danke",
    "谢谢",
    "yeah right",
    "not sure",
    "peut-être",
    "vielleicht",
    "forse",
    "quizás",
    "talvez",
    "我考虑一下",
    "oui et non",
    "ok I will think about it",
    "I would accept 80",
    "j'accepte 80 euros",
    "vorrei accettare ma",
    "no way I accept that?",
    "yes, unless you can do more",
    "Ja wenn Sie 20 drauflegen",
]
HAPPY = [
    "yes",
    "Yes, thank you",
    "very happy",
    "happy",
    "oui",
    "Oui, très satisfaite",
    "satisfait",
    "ja",
    "Sehr zufrieden, danke",
    "zufrieden",
    "sí",
    "Sí, muy contenta",
    "contento",
    "sì",
    "soddisfatta",
    "Molto soddisfatto, grazie",
    "sim",
    "Sim, muito satisfeita",
    "满意",
    "很满意，谢谢",
    "👍",
    "是的",
]
UNHAPPY = [
    "no",
    "no thanks, still unhappy",
    "not happy with that",
    "not happy",
    "non",
    "Non, pas du tout, le tissu est encore taché",
    "pas satisfait",
    "nein",
    "Nein, leider nicht",
    "unzufrieden",
    "no, nada contento",
    "No estoy satisfecho",
    "no",
    "non sono soddisfatta",
    "não",
    "Não, ainda tem manchas",
    "不满意",
    "不，还是有污渍",
    "不太满意",
]
OFFER, FOLLOW_UP = "CL1", "follow-up-1"


def meant(letter: str, words: str) -> str:
    """The answer that a customer's words surely are to a letter; "" where a person has to read them."""
    process = ruling.shipped()
    answers = process.letter(letter, "").answers
    said = commands.understand(words, answers, process.hearing)
    if said is None or not isinstance(said.meant, Answer):
        return ""
    matched = match.Matched(recognising.case(state="offered"), "")
    return said.meant.value if customer_answers.is_sure(words, said.meant, answers, matched, process) else ""


@pytest.mark.parametrize(
    ("letter", "words", "value"),
    [
        *((OFFER, words, "accept") for words in SHORT_YES),
        *((OFFER, words, "decline") for words in SHORT_NO),
        *((FOLLOW_UP, words, "happy") for words in HAPPY),
        *((FOLLOW_UP, words, "not happy") for words in UNHAPPY),
    ],
)
def test_short_answers_in_every_language(letter: str, words: str, value: str) -> None:
    """One word is enough, with typing, courtesy and a name round it; and it stands alone, so that it is sure."""
    assert meant(letter, words) == value


@pytest.mark.parametrize("words", NO_ANSWER)
def test_a_yes_that_does_not_stand_alone_is_none(words: str) -> None:
    """A "but", an "if", another sum, a question or a doubt in any language: a person reads it."""
    assert meant(OFFER, words) != "accept"


def test_the_same_words_cannot_mean_two_answers() -> None:
    """They would be read as either."""
    text = language("en") + '  means: {"yes": [oui], "no": [oui]}\n'
    assert any("'oui' cannot mean 'no': it means 'yes' already" in problem for problem in loaded(text)[1])


def test_another_language_may_be_short() -> None:
    """Only what turns an answer round, and what is passed over in it, is needed in every one."""
    short = 'fr:\n  denial: [non]\n  means: {"yes": [oui]}\n'
    problems = loaded(language("en") + short)[1]
    assert any("'fr' has no 'doubt:'" in problem for problem in problems)
    assert not any("weekdays" in problem for problem in problems)
