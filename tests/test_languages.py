"""The customer's language is told from their words, held with the case, and written where the desk writes it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from mailbot import settings as reading
from mailbot.cases import forms, intake, recognise
from mailbot.cases.around import ALONE
from mailbot.cases.events import RECOGNISED, Event
from mailbot.cases.form_values import tidy
from mailbot.cases.model import Case
from mailbot.cases.query import Found
from mailbot.errors import SettingsError
from mailbot.founding import found as make_desk
from mailbot.insight.check import check
from mailbot.letters.step import Step, take
from mailbot.mail import languages
from mailbot.mail import message as messages
from mailbot.process.load import load
from mailbot.rulebook import examine
from tests import letter_cases as paper
from tests import ruling, translating, writing

HELD_OUT = yaml.safe_load((Path(__file__).parent / "languages_held_out.yaml").read_text(encoding="utf-8"))
FRENCH = "Bonjour, ma robe a un trou à la manche depuis le nettoyage, et personne ne m'a prévenue. Je suis très déçue."
ENGLISH = "Hello, my dress has a hole in the sleeve since you cleaned it, and nobody told me. I am very disappointed."
GERMAN = "Mein Kleid hat seit der Reinigung ein Loch am Ärmel, und niemand hat mir etwas davon gesagt. Schade."


# ---- what language it is ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", HELD_OUT)
def test_sentences_that_were_not_looked_at(language: str) -> None:
    """Never the wrong language; what cannot be told is '', and of the rest hardly any is."""
    wanted = "" if language == "unsure" else language
    found = {sentence: languages.language(sentence) for sentence in HELD_OUT[language]}
    assert {sentence: each for sentence, each in found.items() if each not in (wanted, "")} == {}
    assert sum(each == wanted for each in found.values()) * 100 >= 95 * len(found)


@pytest.mark.parametrize(
    "text",
    ["merci", "Thanks!", "non", "Ja", "M-20417", "Anna Smith\n020 7946 0999", "https://a.example/le/la/les/des",
     "\ue000", f"{ENGLISH}\n\n{FRENCH}"],
)  # fmt: skip
def test_too_little_or_too_mixed_is_not_sure(text: str) -> None:
    """A word, a name, a link, two languages: nobody is written to in a language on the strength of that."""
    assert languages.language(text) == ""


@pytest.mark.parametrize("piece", ["a", "a ", "'", "a'", "é.", "的", "1", "@", "://", "\n", "\u0301", "le la "])
def test_any_text_is_read_in_bounded_time(piece: str) -> None:
    """A megabyte of anything costs no more than its beginning."""
    text = piece * (1_000_000 // len(piece))
    languages.language("made ready")
    began = time.process_time()
    languages.language(text)
    assert time.process_time() - began < 0.25


def test_who_wrote_in_a_language_has_not_changed_it_by_a_word() -> None:
    """`yes please` of a customer who writes in French leaves it French; a whole sentence does not."""
    assert languages.changed("Yes please, thank you", "fr") == ""
    assert languages.changed(ENGLISH, "fr") == "en"
    assert languages.changed(FRENCH, "fr") == ""


# ---- held with the case -------------------------------------------------------------------------------------


def taken(text: str, case: Case | None = None, language: str = "fr", event: str = "") -> Step:
    """The step that a customer's mail makes at a desk that writes in English and another language.

    event: what it is taken for, '' = whatever it is recognised as.
    """
    process = translating.process(language)
    room = ruling.room(process)
    raw = writing.new_mail("anna@customer.test", "Anna Smith", "M-20417", text, ruling.MONDAY, 7)
    mail = intake.look(messages.read(raw), process, room.identity)
    known = Found(by_address={"anna@customer.test": (case,)} if case else {})
    result = recognise.recognise(mail, known, process, room.identity, ruling.MONDAY)
    assert result.event is not None
    begun = result.case or Case("BLANC-BBBBBBB")
    happened = replace(result.event, name=event or result.event.name)
    return take(begun, happened, result.given, result.why, room, ALONE, ruling.MONDAY)


def letters(step: Step, to_customer: bool = True) -> list[writing.Letter]:
    written = (each for each in step.outgoing if (each.letter.audience == "customer") == to_customer)
    return [writing.Letter("x", each.raw) for each in written]


def test_a_french_complaint_is_answered_in_french() -> None:
    """The language is a fact with its evidence in the history; the form goes out in it, subject, text and HTML."""
    step = taken(FRENCH, event="complaint_came")
    assert step.case.facts["language"] == "fr"
    assert "the customer writes in 'fr'" in step.entries[0].why
    (letter,) = letters(step)
    assert letter.subject.startswith("Votre réclamation")
    assert "Ce qui s'est passé:" in letter.text
    assert "Bien cordialement," in letter.text
    assert '<html lang="fr">' in letter.html
    assert "Kind regards" not in letter.text + letter.html


@pytest.mark.parametrize(("text", "held"), [("Dress!", ""), (GERMAN, "de"), (ENGLISH, "en")])
def test_the_default_where_unsure_or_not_written(text: str, held: str) -> None:
    """What is not sure, or is no language of the desk, is answered in the default one, and a sure one is kept."""
    case = replace(taken(ENGLISH).case, facts={})
    step = taken(text, case)
    assert step.case.facts.get("language", "") == held
    draft = translating.process("fr").letter("E2", held)
    assert draft.language == "en"


def test_a_later_mail_changes_it_only_when_sure() -> None:
    """A few words in another language leave it as it is; whole sentences change it."""
    french = taken(FRENCH).case
    assert taken("Yes, thank you", french).case.facts["language"] == "fr"
    assert taken(ENGLISH, french).case.facts["language"] == "en"


def test_an_earlier_case_of_theirs_gives_the_language() -> None:
    """Who wrote in French before is written to in French though the new mail shows no language."""
    earlier = replace(taken(FRENCH).case, code="BLANC-AAAAAAA", state="closed")
    step = taken("Complaint!", earlier)
    assert step.case.code != earlier.code
    assert step.case.facts["language"] == "fr"


def test_staff_are_written_to_in_the_default_language() -> None:
    """Only the customer's letters follow the customer's language."""
    step = taken("Bonjour, pourriez-vous me dire à quelle heure vous ouvrez dimanche prochain ? Merci beaucoup.")
    assert step.case.facts["language"] == "fr"
    staff = letters(step, to_customer=False)
    assert staff
    assert all('<html lang="en">' in each.html for each in staff)


# ---- the same in every language -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", translating.shipped())
def test_every_shipped_language_is_whole(language: str) -> None:
    """Same letters, answers, grants, promises, placeholders and form fields; nothing offered, nobody scolded."""
    problems = examine(translating.files(language), "Europe/London", ("en", language))[1]
    assert [str(problem) for problem in problems if problem.severe] == []


@pytest.mark.parametrize("language", translating.shipped())
def test_letters_in_every_language(language: str) -> None:
    """Each letter leaves through the guard, says its language, and has no placeholder or small English word in it."""
    process = translating.process(language)
    speech = process.wording.of(language)
    for sample in paper.samples():
        card = process.letter(sample.code, language)
        english = paper.rules().letter(sample.code, "en")
        if card.audience != ("customer",) or card.body == english.body:
            continue  # to staff; or not translated yet, which the test above tells
        letter = paper.written(sample, process, language)
        assert f'<html lang="{language}">' in letter.html, sample.name
        assert not set("{}\ue000\ue001") & set(letter.text), sample.name
        assert "None" not in letter.text
        if card.body.rstrip().endswith("{{ signature }}"):
            assert speech.words["regards"] in letter.text
            assert "Kind regards" not in letter.text


def test_a_french_letter_exactly() -> None:
    """The date, the signature and the footer as a French customer reads them."""
    written = translating.GOLDEN.read_text(encoding="utf-8")
    assert translating.golden() == written, "if it is meant: python -m tests.translating"


E3 = "templates/en/E3-we-have-your-garment.md"
FAULTS = [
    ("{{ garment }}", "vêtement", f"lacks {E3}: {{{{ garment }}}}"),
    ("{{ dates.answer_by }}", "{{ dates.today }}", f"has more than {E3}: {{{{ dates.today }}}}"),
    ('problem == "lost"', 'problem == "perdu"', f'lacks {E3}: {{% if problem == "lost" %}}'),
    ("promises: [answer within 5 working days]", "promises: [réponse]", "'promises' of letter 'E3' is not the same"),
    ("Merci de votre patience.", "Nous vous rembourserons.", "is an offer"),
    ("Merci de votre patience.", "Vous aurez cinquante livres.", "is an offer"),
    ("Merci de votre patience.", "Calmez-vous.", "is never used on a customer"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_faults_of_a_translation(old: str, new: str, said: str) -> None:
    """What a translation lost, added, promised or said amiss is told with its file and line."""
    files = translating.whole("fr")
    file = next(name for name in files if name.startswith("templates/fr/E3"))
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    problems = [str(each) for each in examine(files, "Europe/London", ("en", "fr"))[1]]
    assert any(each.startswith(f"{file}:") and said in each for each in problems), problems


def test_the_shipped_french_has_no_such_fault() -> None:
    """The check passes what is right."""
    assert [str(each) for each in check(translating.process("fr")) if each.severe] == []


def test_a_letter_that_is_missing() -> None:
    """One to customers must be there in every language; one to staff in the default language is taken from English."""
    files = translating.whole("fr")
    gone = {name: text for name, text in files.items() if not name.startswith(("templates/fr/E3", "templates/fr/help"))}
    lines = [str(each) for each in load(gone, "Europe/London", RECOGNISED, ("en", "fr")).problems]
    assert lines == [f"{E3}:2: letter 'E3' has no template in templates/fr"]
    gone |= {name: text for name, text in files.items() if name.startswith("templates/fr/E3")}
    loaded = load(gone, "Europe/London", RECOGNISED, ("fr",))
    assert [each.what for each in loaded.problems] == ["1 letters to staff are written in 'en', for want of: help"]
    assert loaded.process is not None
    assert loaded.process.letter("help", "fr").language == "en"


def test_a_language_without_any_letter_is_one_problem() -> None:
    """Who lists a language and has no letters in it reads what to do."""
    lines = [str(each) for each in load(ruling.files(), "Europe/London", RECOGNISED, ("en", "fr")).problems]
    assert any(line.startswith("templates/fr:1: there is no letter in 'fr'; `mailbot init` writes") for line in lines)
    assert not any("has no template" in line for line in lines)


@pytest.mark.parametrize("language", languages.WRITTEN)
def test_a_form_is_read_in_every_language_whatever_is_listed(language: str) -> None:
    """A desk that writes English alone reads the labels and the choices of every shipped language."""
    process = ruling.shipped()
    wanted, lines = {}, []
    for field in process.form:
        label = field.labels[language][0]
        if field.id in ("problem", "where", "wish"):
            choice = field.choices[1]
            wanted[field.id] = choice.value
            lines.append(f"{label}: {choice.shown[language]}")
        elif field.kind in ("line", "text", "store"):
            wanted[field.id] = "Marylebone"
            lines.append(f"{label}: Marylebone")
        if language in field.hints:
            lines.insert(-1, f"({field.hints[language]})")
    assert dict(forms.read("\n".join(lines), process).values) == wanted


@pytest.mark.parametrize("language", languages.WRITTEN)
def test_every_choice_means_itself_in_every_language(language: str) -> None:
    """What a customer is shown for a choice is read back as that choice."""
    process = ruling.shipped()
    for field in process.form:
        for choice in field.choices:
            assert tidy(field, choice.shown[language], process) == choice.value


def test_an_answer_is_understood_in_each_language_of_the_letter() -> None:
    """What the French button writes, and what the English one does, mean the same to the desk."""
    process = translating.process("fr")
    french = process.letter("CL1", "fr").answers
    heard = process.answers("CL1")
    assert [each.value for each in heard] == [each.value for each in french]
    for own, both in zip(french, heard, strict=True):
        assert own.words[0] in both.words
        assert own.value in both.words


# ---- money --------------------------------------------------------------------------------------------------

SUMS = [(6_000, "60\u00a0£"), (100_050, "1\u00a0000,50\u00a0£"), (100_000, "1\u00a0000\u00a0£")]


@pytest.mark.parametrize(("pence", "shown"), SUMS)
def test_an_approved_amount_leaves_as_the_language_writes_it(pence: int, shown: str) -> None:
    """What was approved covers the amount in French figures."""
    letter = paper.written(paper.Sample("CL1", approved=("CL1", pence)), translating.process("fr"), "fr")
    assert shown in letter.text


@pytest.mark.parametrize("said", ["1\u00a0060 £", "soixante-dix livres", "11\u00a0060\u00a0£", "160 £", "60,50 £"])
def test_an_amount_beyond_the_approval_is_held(said: str) -> None:
    """Figures with French blanks in them are read whole, and an approval of 60 covers none of these."""
    facts = {**paper.Sample("CL1").situation.facts, "findings": f"Nous vous verserons {said}."}
    with pytest.raises(AssertionError, match="approved"):
        paper.written(paper.Sample("CL1", approved=("CL1", 6_000), facts=facts), translating.process("fr"), "fr")


@pytest.mark.parametrize(
    "words", ["Nous allons vous rembourser.", "Vous recevrez soixante livres.", "We will refund you.", "Calmez-vous."]
)
def test_staff_cannot_promise_money_in_french(words: str) -> None:
    """A relayed promise in the customer's language is held as one in ours is, with and without a figure."""
    french = replace(paper.case_of(paper.Sample("E2")), facts={"language": "fr"}, state="awaiting_form", approval=None)
    data = {"words": words, "author": "vera@shop.test", "author_name": "Vera", "author_store": ""}
    room = ruling.room(translating.process("fr"))
    step = take(french, Event("relay_asked", "va", data, "k"), (), (), room, ALONE, ruling.MONDAY)
    assert [each.letter.audience for each in step.held] == ["customer"]


# ---- what the admin lists -----------------------------------------------------------------------------------


def desk(folder: Path, listed: str) -> reading.Settings:
    list(make_desk(folder))
    file = folder / "mailbot.toml"
    text = file.read_text(encoding="utf-8")
    assert 'languages = ["en"]' in text
    file.write_text(text.replace('languages = ["en"]', listed or "#"), encoding="utf-8")
    return reading.load(folder)


LISTED = [
    ('languages = ["en", "fr"] #', ("en", "fr")),
    ('language = "fr" #', ("fr",)),
    ("", ("en",)),
    ('language = "fr"\nlanguages = ["fr", "de"] #', ("fr", "de")),
]
NOT_LISTED = [
    ('languages = ["french"] #', "no code of a language"),
    ('languages = ["en", "en"] #', "names a language twice"),
    ('language = "de"\nlanguages = ["en", "de"] #', "leave out language"),
]


@pytest.mark.parametrize(("listed", "written"), LISTED)
def test_the_first_language_is_the_default(tmp_path: Path, listed: str, written: tuple[str, ...]) -> None:
    """`languages` lists them; `language` is that of a desk with one."""
    assert desk(tmp_path / "desk", listed).desk.written == written


@pytest.mark.parametrize(("listed", "said"), NOT_LISTED)
def test_what_cannot_be_listed(tmp_path: Path, listed: str, said: str) -> None:
    """Each slip is told in words."""
    with pytest.raises(SettingsError, match=said):
        desk(tmp_path / "desk", listed)


def test_init_again_writes_the_letters_of_a_language_that_was_added(tmp_path: Path) -> None:
    """A new desk has English; a language put into mailbot.toml gets its letters at the next `mailbot init`."""
    folder = tmp_path / "desk"
    desk(folder, 'languages = ["en", "fr"] #')
    assert not (folder / "templates" / "fr").exists()
    list(make_desk(folder))
    assert (folder / "templates" / "fr" / "E2-le-formulaire.md").exists()
    assert (folder / "rules" / "wording.fr.yaml").exists()
    assert not (folder / "templates" / "de").exists()
