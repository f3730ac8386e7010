"""`examples:` of a row: facts under which it must be the one that is carried out, or must not.

    examples:
      - {form.where: with me}
      - {form.where: not sure, applies: false}

Reads and checks names and values only; `insight.check` runs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailbot.process.known import Known
from mailbot.process.model import Example
from mailbot.process.names import unknown
from mailbot.process.page import Page
from mailbot.process.yaml_marks import Value

APPLIES = "applies"


def load_examples(page: Page, value: Value | None, known: Known) -> tuple[Example, ...]:
    """Every example of one row."""
    if value is None:
        return ()
    return tuple(_example(page, item, known) for item in page.items(value, "'examples'"))


def _example(page: Page, item: Value, known: Known) -> Example:
    facts: dict[str, dict[str, Any]] = {}
    applies = True
    domains = {f"{group}.{name}": domain for group, names in known.schema.items() for name, domain in names.items()}
    for key, entry in page.table(item, "an example").items():
        line = item.key_lines[key]
        if key == APPLIES:
            applies = page.flag(entry, f"'{APPLIES}'", default=True)
        elif key in domains:
            group, _, name = key.partition(".")
            facts.setdefault(group, {})[name] = _fact(page, entry, key, domains[key])
        else:
            page.error(line, unknown("name", key, (APPLIES, *domains)))
    return Example(page.place(item.line), facts, applies)


def _fact(page: Page, value: Value, name: str, domain: Any) -> Any:
    if domain is bool:
        return page.flag(value, f"'{name}'")
    if isinstance(domain, tuple) and domain and domain[0] == "list":
        return _members(page, value, name, domain[1])
    if isinstance(domain, tuple):
        return page.member(value, domain, name)
    return page.text(value, f"'{name}'")


def _members(page: Page, value: Value, name: str, known: tuple[str, ...]) -> list[str]:
    texts: Mapping[str, None] = dict.fromkeys(page.texts(value, f"'{name}'"))
    return [text for text in texts if page.known_name(text, value.line, known, "letter")]
