"""The words of a mail by which a customer's language is told: theirs alone, nothing of our form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mailbot.cases import form_lines
from mailbot.cases.forms import Reading
from mailbot.cases.phrases import plain
from mailbot.mail import languages
from mailbot.process.model import Field, Process

_MOST_TEXT = 8_000  # characters of a mail looked through for the labels of the form
_TOLD = "happened"  # the field of the form in which a customer tells the story


def own_words(text: str, subject: str, reading: Reading, process: Process) -> str:
    """A customer's own words in a text, without the labels and hints of our form.

    Where there are none, those that stand in the form's story, or else the subject.
    """
    labels = form_lines.sheet(process).labels
    said = "\n".join(_less_form(text[:_MOST_TEXT], labels))
    story = reading.values.get(_TOLD, "")
    if any(map(str.isalpha, said)):
        return said if story in said or languages.language(said) else f"{said}\n{story}"
    return story or subject


def _less_form(text: str, labels: Mapping[str, Field]) -> Iterator[str]:
    """The lines less our labels before the colon, and less our hints, which stand in brackets."""
    for line in text.splitlines():
        head, colon, tail = line.replace("：", ":").partition(":")
        if colon and plain(head[:80]).strip(" *_>•-") in labels:
            yield tail
        elif not (line.lstrip(" >").startswith("(") and line.rstrip().endswith(")")):
            yield line
