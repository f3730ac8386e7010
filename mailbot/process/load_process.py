"""rules/process.yaml -> facts, states and the rows for every state.

Decides whether the process hangs together: every state named exists, every one can be entered. What rows may do is
checked in load_rows.py; what they prove about compensation, by `mailbot check`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.process.known import CASE_NAMES, Known
from mailbot.process.load_rows import load_silence, load_when
from mailbot.process.model import Fact, Row, State
from mailbot.process.names import nearest, shown, unknown
from mailbot.process.page import Page
from mailbot.process.vocabulary import FIRST, HIDDEN_STATES, PARTIES, STATES
from mailbot.process.yaml_marks import Value

FACTS = "facts"
ANY = "any"
STATE_KEYS = ("title", "waiting_on", "listed", "open", "when", "silence")
FACT_KEYS = ("domain", "about")
FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Blocks:
    """The file cut into its blocks, before any row is read."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    states: Mapping[str, tuple[int, Value]] = field(default_factory=dict)  # name -> the line of its key, the block
    always: Value = field(default_factory=lambda: Value(1))


def load_blocks(page: Page, root: Value) -> Blocks:
    """Facts, and which states there are. A misspelt block is taken for the one that was meant."""
    if not page.is_shape(root, "table", "this file"):
        return Blocks()
    possible = (FACTS, ANY, *STATES, *HIDDEN_STATES)
    blocks: dict[str, tuple[int, Value]] = {}
    for name, body in root.entries.items():
        line = root.key_lines[name]
        if name not in possible:
            page.error(line, unknown("state", name, possible))
            name = nearest(name, (p for p in possible if p not in root.entries))
        if name:
            blocks.setdefault(name, (line, body))
    _, facts = blocks.pop(FACTS, (1, Value(1)))
    _, always = blocks.pop(ANY, (1, Value(1)))
    if FIRST not in blocks:
        page.error(root.line, f"there is no state '{FIRST}', in which every case begins")
    return Blocks(_facts(page, facts), blocks, always)


def _facts(page: Page, value: Value) -> dict[str, Fact]:
    """Declared facts; their names must not hide a field of the case."""
    facts: dict[str, Fact] = {}
    for name, body in page.table(value, "'facts'").items():
        line = value.key_lines[name]
        entries = page.keys(body, f"fact {shown(name)}", FACT_KEYS, ("domain",))
        if not FACT_NAME.fullmatch(name):
            page.error(line, f"{shown(name)} cannot be a fact; use small letters and '_'")
        elif name in CASE_NAMES:
            page.error(line, f"every case has '{name}' of itself; a fact needs another name")
        else:
            about = page.text(entries.get("about"), f"'about' of fact {shown(name)}")
            facts[name] = Fact(name, _domain(page, entries.get("domain"), name), about)
    return facts


def _domain(page: Page, value: Value | None, name: str) -> tuple[str | int | float | bool, ...]:
    """The values a fact may have: all of one kind."""
    if value is None:
        return ()
    values = [item.data for item in page.items(value, f"'domain' of '{name}'") if item.data is not None]
    if len(values) != len(value.items):
        page.error(value.line, f"'domain' of '{name}' can only hold single values")
    elif not values:
        page.error(value.line, f"'domain' of '{name}' is empty; list what it may be, such as [true, false]")
    elif len({type(v) for v in values}) > 1 or float in {type(v) for v in values}:
        page.error(value.line, f"'domain' of '{name}' mixes kinds; use texts, whole numbers, or true and false")
        return ()
    return tuple(dict.fromkeys(values))


def load_states(page: Page, blocks: Blocks, known: Known) -> tuple[dict[str, State], dict[str, tuple[Row, ...]]]:
    """Every state, and the rows that hold in all of them."""
    states = {name: _state(page, name, line, body, known) for name, (line, body) in blocks.states.items()}
    always: dict[str, tuple[Row, ...]] = {}
    if not blocks.always.is_null:
        entries = page.keys(blocks.always, f"'{ANY}'", ("when",))
        always = load_when(page, entries.get("when", Value(blocks.always.line)), known)
    _check_entered(page, states, always)
    return states, always


def _state(page: Page, name: str, line: int, body: Value, known: Known) -> State:
    entries = page.keys(body, f"state '{name}'", STATE_KEYS, ("title",))
    waiting_on = page.one_of(entries.get("waiting_on"), PARTIES, "party")
    when, silence = entries.get("when", Value(line)), entries.get("silence", Value(line))
    return State(
        name=name,
        title=page.text(entries.get("title"), f"'title' of state '{name}'"),
        place=page.place(line),
        waiting_on=waiting_on,
        listed=page.flag(entries.get("listed"), "'listed'", default=True),
        open=page.flag(entries.get("open"), "'open'", default=True),
        when=load_when(page, when, known),
        silence=load_silence(page, silence, known),
    )


def _check_entered(page: Page, states: Mapping[str, State], always: Mapping[str, tuple[Row, ...]]) -> None:
    """Warn of states that no row leads to."""
    rows = [row for rows in always.values() for row in rows]
    for state in states.values():
        rows += [row for found in state.when.values() for row in found]
        rows += [rung.row for rung in state.silence]
    entered = {row.go for row in rows}
    for name, state in states.items():
        if name != FIRST and name not in entered:
            page.warn(state.place.line, f"no row goes to state '{name}'")
