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
from mailbot.process.model import Fact, Row, Rung, State
from mailbot.process.names import nearest, shown, unknown
from mailbot.process.page import Page
from mailbot.process.vocabulary import CATEGORIES, FACT_KINDS, FIRST, HIDDEN_STATES, PARTIES, ROLES, STATES
from mailbot.process.yaml_marks import Value

FACTS = "facts"
ANY = "any"
BEFORE = "first"
NEVER_TO = "never_to"
STATE_KEYS = ("title", "waiting_on", "listed", "open", "when", "silence")
FACT_KEYS = ("domain", "kind", "about")
FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Blocks:
    """The file cut into its blocks, before any row is read."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    states: Mapping[str, tuple[int, Value]] = field(default_factory=dict)  # name -> the line of its key, the block
    first: Value = field(default_factory=lambda: Value(1))
    always: Value = field(default_factory=lambda: Value(1))
    never_to: Value = field(default_factory=lambda: Value(1))


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row of the file: by state, looked at before it, looked at after it, and the rungs of no state."""

    states: Mapping[str, State] = field(default_factory=dict)
    first: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    always: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    always_silence: tuple[Rung, ...] = ()

    @property
    def events(self) -> set[str]:
        """The events that some row waits for."""
        return {event for state in self.states.values() for event in state.when} | set(self.first) | set(self.always)


def load_blocks(page: Page, root: Value) -> Blocks:
    """Facts, and which states there are. A misspelt block is taken for the one that was meant."""
    if not page.is_shape(root, "table", "this file"):
        return Blocks()
    possible = (FACTS, BEFORE, ANY, NEVER_TO, *STATES, *HIDDEN_STATES)
    blocks: dict[str, tuple[int, Value]] = {}
    for name, body in root.entries.items():
        line = root.key_lines[name]
        if name not in possible:
            page.error(line, unknown("state", name, possible))
            name = nearest(name, (p for p in possible if p not in root.entries))
        if name:
            blocks.setdefault(name, (line, body))
    _, facts = blocks.pop(FACTS, (1, Value(1)))
    _, first = blocks.pop(BEFORE, (1, Value(1)))
    _, always = blocks.pop(ANY, (1, Value(1)))
    _, never_to = blocks.pop(NEVER_TO, (1, Value(1)))
    if FIRST not in blocks:
        page.error(root.line, f"there is no state '{FIRST}', in which every case begins")
    return Blocks(_facts(page, facts), blocks, first, always, never_to)


def _facts(page: Page, value: Value) -> dict[str, Fact]:
    """Declared facts; their names must not hide a field of the case."""
    facts: dict[str, Fact] = {}
    for name, body in page.table(value, "'facts'").items():
        line = value.key_lines[name]
        entries = page.keys(body, f"fact {shown(name)}", FACT_KEYS)
        kind = page.one_of(entries.get("kind"), FACT_KINDS, "kind of fact")
        if not FACT_NAME.fullmatch(name):
            page.error(line, f"{shown(name)} cannot be a fact; use small letters and '_'")
        elif name in CASE_NAMES:
            page.error(line, f"every case has '{name}' of itself; a fact needs another name")
        else:
            about = page.text(entries.get("about"), f"'about' of fact {shown(name)}")
            if not ("domain" in entries or "kind" in entries):
                page.error(line, f"fact {shown(name)} needs 'domain:' (what it may be) or 'kind:' (text, date, amount)")
            facts[name] = Fact(name, _domain(page, entries.get("domain"), name), about, kind)
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


def load_rows(page: Page, blocks: Blocks, known: Known) -> Rows:
    """Every state, and the rows that hold in all of them."""
    states = {name: _state(page, name, line, body, known) for name, (line, body) in blocks.states.items()}
    rows = Rows(
        states,
        load_when(page, _part(page, blocks.first, BEFORE, ("when",), "when"), known),
        load_when(page, _part(page, blocks.always, ANY, ("when", "silence"), "when"), known),
        load_silence(page, _part(page, blocks.always, ANY, ("when", "silence"), "silence"), known, f"{ANY}/"),
    )
    _check_entered(page, rows)
    return rows


def _part(page: Page, block: Value, name: str, keys: tuple[str, ...], wanted: str) -> Value:
    if block.is_null:
        return Value(block.line)
    return page.keys(block, f"'{name}'", keys).get(wanted, Value(block.line))


def load_never_to(page: Page, blocks: Blocks) -> dict[str, tuple[str, ...]]:
    """`never_to:`: the categories of complaint that a role is never shown."""
    never: dict[str, tuple[str, ...]] = {}
    for role, body in (page.table(blocks.never_to, f"'{NEVER_TO}'") if not blocks.never_to.is_null else {}).items():
        if page.known_name(role, blocks.never_to.key_lines[role], ROLES, "role"):
            never[role] = page.some_of(body, CATEGORIES, "category")
    return never


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


def _check_entered(page: Page, found: Rows) -> None:
    """Warn of states that no row leads to."""
    rows = [row for when in (found.first, found.always) for rows in when.values() for row in rows]
    for state in found.states.values():
        rows += [row for found_rows in state.when.values() for row in found_rows]
        rows += [rung.row for rung in state.silence]
    entered = {row.go for row in rows}
    for name, state in found.states.items():
        if name != FIRST and name not in entered:
            page.warn(state.place.line, f"no row goes to state '{name}'")
