"""Whether a desk's languages have the same letters: to the same people, granting the same, with the same answers.

Decides from the front matter alone; what the bodies say is compared where letters are proved. A letter to the customer
must be there in every language that the desk writes; one to staff in the default language is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mailbot.process.model import LetterCard
from mailbot.process.page import Page

_SAME = ("audience", "grants", "form", "attach", "promises", "answers_as")


def compare(
    letters: Mapping[str, Mapping[str, LetterCard]],
    languages: Sequence[str],
    pages: list[Page],
    may_exist: Callable[[str], bool],
) -> None:
    """Leave on the pages what one language has and another has not, or has otherwise.

    Args:
        letters: code -> language -> letter. may_exist: whether a file that could not be read may hold a letter.
    """
    by_file = {page.file: page for page in pages}
    written = [language for language in languages if _folder(language, by_file, pages)]
    for code, cards in letters.items():
        first = next(iter(cards.values()))
        for language in written:
            card = cards.get(language)
            if card is None:
                if "customer" in first.audience and not may_exist(code):
                    what = f"letter '{code}' has no template in templates/{language}"
                    by_file[first.place.file].error(first.place.line, what)
            elif difference := _difference(first, card):
                what = f"'{difference}' of letter '{code}' is not the same as in {first.place.file}"
                by_file[card.place.file].error(card.place.line, what)


def _folder(language: str, by_file: Mapping[str, Page], pages: list[Page]) -> bool:
    """Whether there is any letter in the language; one problem if not."""
    folder = f"templates/{language}"
    if any(file.startswith(f"{folder}/") for file in by_file) or "templates" in by_file:
        return True
    page = Page(folder)
    page.error(1, f"there is no letter in '{language}'; `mailbot init` writes those of every language in mailbot.toml")
    pages.append(page)
    return False


def _difference(a: LetterCard, b: LetterCard) -> str:
    """The first thing in which two languages of a letter differ though only the wording may, or ''."""
    for name in _SAME:
        if getattr(a, name) != getattr(b, name):
            return name
    answers = [{(x.value, x.event, x.takes, x.states) for x in card.answers} for card in (a, b)]
    return "" if answers[0] == answers[1] else "answers"
