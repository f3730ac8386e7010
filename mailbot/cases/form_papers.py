"""The complaint form wherever in a mail it stands: in its words, in a PDF or in a Word file that came with it.

A value in a paper goes before one in the mail's text, which may only be our own letter quoted. What is read of a paper
is its fields by the ids of rules/form.yaml; of one without fields, its text by the labels, like any mail's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.cases import forms
from mailbot.cases.form_values import tidy
from mailbot.cases.forms import Reading
from mailbot.mail.attachments import files
from mailbot.mail.model import Message
from mailbot.mail.papers import Paper, is_paper
from mailbot.mail.papers import papers as papers_in
from mailbot.process.model import Process

FILES_TOLD = 10  # names that a letter lists
PICTURE_BYTES = 20_000  # a picture of a page has more; a logo in a signature, less


@dataclass(frozen=True, slots=True)
class FormRead:
    """What a mail says of the form; unread: names of files in which it could stand that no program reads, as a scan."""

    reading: Reading
    unread: tuple[str, ...] = ()


NO_FORM = FormRead(Reading({}, "", frozenset()))


def in_mail(message: Message, rules: Process) -> FormRead:
    """The form in the mail's text and in the papers that came with it."""
    papers = papers_in(files(message)) if any(is_paper(part) for part in message.parts) else ()
    return read(message, papers, rules)


def read(message: Message, papers: Sequence[Paper], rules: Process) -> FormRead:
    """The form in the mail's text and in its papers."""
    reading = forms.read(message.text, rules)
    for paper in papers:
        reading = _over(reading, of_paper(paper, rules))
    unread = [paper.name for paper in papers if not paper.read]
    unread += [part.name for part in message.parts if part.type.startswith("image/") and part.bytes >= PICTURE_BYTES]
    return FormRead(reading, tuple(dict.fromkeys(name or "no name" for name in unread))[:FILES_TOLD])


def of_paper(paper: Paper, rules: Process) -> Reading:
    """The values in one paper."""
    values = {
        field.id: value
        for field in rules.form
        if (said := paper.fields.get(field.id, "")) and (value := tidy(field, said, rules))
    }
    if values:
        return Reading(values, "", frozenset(values))
    return (
        Reading(forms.read(paper.text, rules).values, "", frozenset()) if paper.text else Reading({}, "", frozenset())
    )


def _over(reading: Reading, paper: Reading) -> Reading:
    """Both, the paper's value first. The mail's own words stay what they are."""
    values = {**reading.values, **paper.values}
    return Reading(values, reading.loose, reading.inside | paper.inside | frozenset(paper.values))
