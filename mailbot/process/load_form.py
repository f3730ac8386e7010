"""rules/form.yaml -> the fields of the complaint form: what they are called, what they take, which are required.

Decides whether the form can be read back by its labels (no two fields share one); never reads a customer's form.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.process.model import Choice, Field
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.vocabulary import CATEGORIES, FIELD_KINDS, FORM_FIELDS
from mailbot.process.yaml_marks import Value

KEYS = ("id", "labels", "kind", "required", "not_required_for", "hints", "choices")
NEEDED = ("id", "labels", "kind")
CHOICE_KEYS = ("words", "category")
PROBLEM = "problem"  # the field whose value decides which others are required


def load_form(page: Page, root: Value, languages: Iterable[str]) -> tuple[Field, ...]:
    """Every field, in the file's order."""
    entries = page.keys(root, "this file", ("fields", "paper"), ("fields",))
    if "fields" not in entries:
        return ()
    read = [_field(page, item) for item in page.items(entries["fields"], "'fields'")]
    fields = tuple(field for field in read if field)
    if not fields:
        page.error(entries["fields"].line, "the form has no fields")
    _check_unique(page, fields)
    _check_languages(page, fields, languages)
    _check_exempt(page, fields)
    return fields


def _field(page: Page, item: Value) -> Field | None:
    """One field; None where it has no usable id."""
    entries = page.keys(item, "a field", KEYS, NEEDED)
    id = page.one_of(entries.get("id"), FORM_FIELDS, "field")
    if not id:
        return None
    kind = page.one_of(entries.get("kind"), FIELD_KINDS, "kind", default="line")
    choices = _choices(page, entries.get("choices"), id)
    if kind == "choice" and not choices:
        page.error(item.line, f"field '{id}' is a choice, but has no 'choices:'")
    if kind != "choice" and choices:
        page.error(entries["choices"].line, f"only fields of kind 'choice' have choices; '{id}' is of kind '{kind}'")
    labels = entries.get("labels", Value(item.line))
    hints = entries.get("hints", Value(item.line))
    return Field(
        id=id,
        labels={
            language: texts
            for language, value in page.table(labels, f"'labels' of '{id}'").items()
            if (texts := page.texts(value, f"the label of '{id}' in '{language}'"))
        },
        kind=kind,
        required=page.flag(entries.get("required"), f"'required' of '{id}'"),
        place=page.place(item.line),
        choices=choices,
        hints={
            language: page.text(value, f"the hint of '{id}' in '{language}'")
            for language, value in page.table(hints, f"'hints' of '{id}'").items()
        },
        not_required_for=page.texts(entries.get("not_required_for"), f"'not_required_for' of '{id}'"),
    )


def _choices(page: Page, value: Value | None, id: str) -> tuple[Choice, ...]:
    """The values that may be kept, and the words that mean each; no word means two of them."""
    if value is None:
        return ()
    choices: list[Choice] = []
    meant: dict[str, str] = {}
    for name, body in page.table(value, f"'choices' of '{id}'").items():
        if not name:
            page.error(value.key_lines[name], f"a choice of '{id}' has no name")
            continue
        words, category = body, None
        if body.kind == "table":
            entries = page.keys(body, f"choice {shown(name)}", CHOICE_KEYS)
            words, category = entries.get("words", Value(body.line)), entries.get("category")
        by_language = _by_language(page, words, f"the words of choice {shown(name)}")
        choice = Choice(
            value=name,
            words=tuple(dict.fromkeys(word for many in by_language.values() for word in many)),
            category=page.one_of(category, CATEGORIES, "category"),
            shown={language: many[0] for language, many in by_language.items() if language and many},
        )
        for word in (name, *choice.words):
            other = meant.setdefault(word.casefold(), name)
            if other != name:
                page.error(body.line, f"{shown(word)} means {shown(other)} already; it cannot mean {shown(name)} too")
        choices.append(choice)
    return tuple(choices)


def _by_language(page: Page, value: Value, what: str) -> dict[str, tuple[str, ...]]:
    """Words in each language, the shown one first; a plain list is of no language ('')."""
    if value.kind != "table":
        return {"": _words(page, value, what)}
    return {
        language: _words(page, many, f"{what} in '{language}'") for language, many in page.table(value, what).items()
    }


def _words(page: Page, value: Value, what: str) -> tuple[str, ...]:
    """Words as a list, or in one text with commas between them."""
    if value.kind != "scalar":
        return page.texts(value, what)
    return tuple(filter(None, (" ".join(word.split()) for word in page.needed_text(value, what).split(","))))


def _check_unique(page: Page, fields: tuple[Field, ...]) -> None:
    """No two fields share an id or, in any language, a label: a form is read by the labels of all of them."""
    seen: dict[str, Field] = {}
    labelled: dict[str, str] = {}
    for field in fields:
        if field.id in seen:
            page.error(field.place.line, f"field '{field.id}' stands on line {seen[field.id].place.line} already")
            continue
        seen[field.id] = field
        for labels in field.labels.values():
            for label in labels:
                other = labelled.setdefault(label.casefold(), field.id)
                if other != field.id:
                    page.error(field.place.line, f"the label {shown(label)} is used for '{other}' already")


def _check_languages(page: Page, fields: tuple[Field, ...], languages: Iterable[str]) -> None:
    """Every field has a label in every language that letters are written in."""
    for field in fields:
        for language in languages:
            if language not in field.labels:
                page.error(field.place.line, f"field '{field.id}' has no label in '{language}'")
            if field.hints and language not in field.hints:
                page.error(field.place.line, f"field '{field.id}' has no hint in '{language}'")
            for choice in field.choices:
                if choice.shown and language not in choice.shown:
                    what = f"choice '{choice.value}' of field '{field.id}' has no words in '{language}'"
                    page.error(field.place.line, what)


def _check_exempt(page: Page, fields: tuple[Field, ...]) -> None:
    """`not_required_for` names kinds of problem."""
    problem = next((field for field in fields if field.id == PROBLEM), None)
    kinds = [choice.value for choice in problem.choices] if problem else []
    for field in fields:
        for kind in field.not_required_for:
            page.known_name(kind, field.place.line, kinds, "kind of problem")
