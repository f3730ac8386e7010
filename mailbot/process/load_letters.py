"""templates/LANG/NAME.md -> letters: the front matter checked, the body kept as text.

Decides which letters there are, in which languages, and which answers they take; never looks into a body (the letters
room does), and passes over layouts (templates/*.html) and languages that no letter is written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailbot.process import same_letters
from mailbot.process.model import Answer, LetterCard
from mailbot.process.names import shown, unknown
from mailbot.process.page import Page
from mailbot.process.vocabulary import (
    AUDIENCES,
    CUSTOMER,
    EVENT_NAME,
    EVENT_NAME_RULE,
    FORM,
    HIDDEN_STATES,
    OUTSIDE,
    PHOTOS,
    QUIET,
    STATES,
    TAKES,
)
from mailbot.process.yaml_marks import Value, read

PATH = re.compile(r"templates/([a-z]{2,3}(?:-[A-Za-z]{2,8})?)/([^/]+)\.md")
SOURCE = "en"  # the language that every letter is written in: what a default language lacks for staff is taken from it
CODE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
KEYS = ("letter", "about", "audience", "subject", "grants", "promises", "form", "attach", "answers")
NEEDED = ("letter", "audience", "subject")
ANSWER_KEYS = ("label", "words", "event", "takes", "states")
FORMS = ("full", "missing")
ATTACH = (PHOTOS, FORM)
GRANTS = {"true": "offer", "false": "", "voucher": "voucher"}
SAME_AS = re.compile(r"as ([A-Za-z0-9-]+)")
EDGE = "---"


@dataclass(slots=True)
class Letters:
    """What the templates say. unread: names of files that could not be read, whose letters are not known."""

    cards: dict[str, dict[str, LetterCard]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def answers(self) -> Iterator[tuple[LetterCard, Answer]]:
        """Every answer with the letter that takes it."""
        for languages in self.cards.values():
            for card in languages.values():
                yield from ((card, answer) for answer in card.answers)

    def may_exist(self, code: str) -> bool:
        """Whether a file that could not be read may hold this letter."""
        return code in self.guesses()

    def guesses(self) -> set[str]:
        """Every code that files which could not be read may hold, by their names: E2, E2-the, E2-the-form."""
        parts = [name.split("-")[:10] for name in self.unread]
        return {"-".join(words[:n]) for words in parts for n in range(1, len(words) + 1)}


def languages_in(files: Mapping[str, str]) -> tuple[str, ...]:
    """Every language that there is a folder of letters for."""
    found = {match[1] for file in files if (match := PATH.fullmatch(file))}
    return tuple(sorted(found, key=lambda language: (language != SOURCE, language)))


def load_letters(files: Mapping[str, str], languages: Sequence[str] = ()) -> Letters:
    """Every letter in each of the languages, the default one first; none named = all that there are."""
    letters = Letters()
    wanted = tuple(languages) or languages_in(files)
    for language in wanted:
        _read_folder(letters, files, language)
    if not letters.pages:
        page = Page("templates")
        where = f"templates/{wanted[0]}" if wanted else "templates/en"
        page.error(1, f"there is no letter; letters are files such as {where}/E2-the-form.md")
        letters.pages.append(page)
    elif wanted[0] != SOURCE:
        _take_for_staff(letters, files, wanted[0])
    _borrow(letters)
    same_letters.compare(letters.cards, wanted, letters.pages, letters.may_exist)
    return letters


def _read_folder(letters: Letters, files: Mapping[str, str], language: str) -> None:
    for file in sorted(files):
        match = PATH.fullmatch(file)
        if match is None or match[1] != language:
            continue
        page = Page(file)
        letters.pages.append(page)
        card = _card(page, files[file], language, match[2])
        if card is None:
            letters.unread.append(match[2])
        elif (other := letters.cards.get(card.code, {}).get(language)) is not None:
            page.error(card.place.line, f"letter '{card.code}' is in {other.place.file} already")
        else:
            letters.cards.setdefault(card.code, {})[language] = card


def _take_for_staff(letters: Letters, files: Mapping[str, str], default: str) -> None:
    """Letters to staff that the default language lacks, from the language that has them all; it is told once."""
    source = Letters()
    _read_folder(source, files, SOURCE)
    taken = []
    for code, cards in source.cards.items():
        card = cards[SOURCE]
        here = letters.cards.get(code, {})
        if default not in here and "customer" not in card.audience and not letters.may_exist(code):
            letters.cards[code] = {SOURCE: card, **here}
            letters.pages += [
                page for page in source.pages if page.file == card.place.file and page not in letters.pages
            ]
            taken.append(code)
    if taken:
        page = Page(f"templates/{default}")
        page.warn(
            1, f"{len(taken)} letters to staff are written in '{SOURCE}', for want of: {', '.join(sorted(taken))}"
        )
        letters.pages.append(page)


def _card(page: Page, text: str, language: str, name: str) -> LetterCard | None:
    """One file as a letter, or None where its front matter cannot be read."""
    parts = _split(page, text)
    if parts is None:
        return None
    front, body, body_line = parts
    value, problems = read(front, page.file, first_line=2)
    page.problems.extend(problems)
    if value is None or not page.is_shape(value, "table", "the part between '---' lines"):
        return None
    entries = page.keys(value, "the part between '---' lines", KEYS, NEEDED)
    code = _code(page, entries.get("letter"), name)
    if not code:
        return None
    if not body.strip():
        page.error(body_line, f"letter '{code}' has no text")
    audience = _audience(page, entries.get("audience"))
    return LetterCard(
        code=code,
        place=page.place(entries["letter"].line),
        audience=audience,
        subject=_subject(page, entries.get("subject")),
        body=body,
        body_line=body_line,
        language=language,
        grants=_grants(page, entries.get("grants")),
        promises=page.texts(entries.get("promises"), "'promises'"),
        answers=() if _same_as(entries.get("answers")) else _answers(page, entries.get("answers")),
        answers_as=_same_as(entries.get("answers")),
        form=page.one_of(entries.get("form"), FORMS, "form"),
        about=page.text(entries.get("about"), "'about'"),
        attach=_attach(page, entries.get("attach"), audience),
    )


def _attach(page: Page, value: Value | None, audience: tuple[str, ...]) -> str:
    """What the letter carries; photos of a customer stay with those who look into complaints."""
    attach = page.one_of(value, ATTACH, "attach")
    outside = [each for each in audience if each in OUTSIDE]
    if value is not None and attach == FORM and CUSTOMER not in audience:
        page.error(value.line, "the form is for the customer, and this letter does not go to one")
        return ""
    if value is not None and attach == PHOTOS and outside:
        page.error(value.line, f"photos stay in the house, and this letter can go to {', '.join(outside)}")
        return ""
    return attach


def _grants(page: Page, value: Value | None) -> str:
    """What the letter may grant; `voucher` is only what a till has given already."""
    text = page.text(value, "'grants'") or "false"
    if value is not None and text not in GRANTS:
        page.error(value.line, "'grants' should be true, false or voucher")
    return GRANTS.get(text, "")


def _split(page: Page, text: str) -> tuple[str, str, int] | None:
    """The front matter, the body, and the line on which the body begins."""
    lines = text.split("\n")
    if lines[0].rstrip() != EDGE:
        page.error(1, "a letter begins with a line '---', then 'letter: …' and so on, then another '---'")
        return None
    for n, line in enumerate(lines[1:], start=1):
        if line.rstrip() == EDGE:
            return "\n".join(lines[1:n]), "\n".join(lines[n + 1 :]), n + 2
    page.error(1, "the line '---' that ends the first part is missing")
    return None


def _code(page: Page, value: Value | None, name: str) -> str:
    """The letter's code; the file's name must begin with it, so that people find it."""
    code = page.needed_text(value, "'letter'")
    if value is None or not code:
        return ""
    if not CODE.fullmatch(code) or len(code) > 40:
        page.error(value.line, f"{shown(code)} cannot be a letter's code; use letters, digits and '-'")
        return ""
    if name != code and not name.startswith(f"{code}-"):
        page.error(value.line, f"the file of letter '{code}' must be named {code}.md or {code}-….md")
    return code


def _audience(page: Page, value: Value | None) -> tuple[str, ...]:
    """Who it goes to; a letter is for the customer or for staff, never for both."""
    audience = page.some_of(value, AUDIENCES, "audience")
    if value is not None and not audience and value.is_null:
        page.error(value.line, "'audience' is empty")
    if value is not None and "customer" in audience and len(audience) > 1:
        page.error(value.line, "a letter to the customer cannot go to staff too; write two letters")
    return audience


def _subject(page: Page, value: Value | None) -> str:
    subject = page.needed_text(value, "'subject'")
    if value is not None and "\n" in subject:
        page.error(value.line, "'subject' must be one line")
    return subject


def _answers(page: Page, value: Value | None) -> tuple[Answer, ...]:
    """The answers a letter takes; the same words cannot mean two of them."""
    answers: list[Answer] = []
    meant: dict[str, str] = {}
    if value is None:
        return ()
    for name, body in page.table(value, "'answers'").items():
        what = f"answer {shown(name)}"
        entries = page.keys(body, what, ANSWER_KEYS, ("event",))
        answer = Answer(
            value=name,
            label=page.text(entries.get("label"), f"'label' of {what}") or name,
            words=page.texts(entries.get("words"), f"'words' of {what}") or (name,),
            event=event_name(page, entries.get("event")),
            takes=page.one_of(entries.get("takes"), TAKES, "takes"),
            states=page.some_of(entries.get("states"), (*STATES, *HIDDEN_STATES, QUIET), "state"),
        )
        for word in answer.words:
            other = meant.setdefault(word.casefold(), name)
            if other != name:
                page.error(body.line, f"{shown(word)} means {shown(other)} already; it cannot mean {shown(name)} too")
        answers.append(answer)
    return tuple(answers)


def _same_as(value: Value | None) -> str:
    """`answers: as CL1`: the letter whose answers these are."""
    found = SAME_AS.fullmatch(value.text.strip()) if value is not None and value.kind == "scalar" else None
    return found[1] if found else ""


def _borrow(letters: Letters) -> None:
    """Give the letters that take the same answers as another one those answers."""
    pages = {page.file: page for page in letters.pages}
    for cards in letters.cards.values():
        for language, card in cards.items():
            if not card.answers_as:
                continue
            other = letters.cards.get(card.answers_as, {})
            if other:
                lender = other.get(language) or next(iter(other.values()))
                cards[language] = replace(card, answers=lender.answers)
            elif not letters.may_exist(card.answers_as):
                pages[card.place.file].error(card.place.line, unknown("letter", card.answers_as, letters.cards))


def event_name(page: Page, value: Value | None) -> str:
    """The name of an event that an answer or command declares."""
    name = page.text(value, "'event'")
    if value is not None and name and not EVENT_NAME.fullmatch(name):
        page.error(value.line, f"{shown(name)} cannot be an event; {EVENT_NAME_RULE}")
        return ""
    return name
