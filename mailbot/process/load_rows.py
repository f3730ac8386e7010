"""Rows and rungs of rules/process.yaml: each checked against everything it names.

Decides whether a row can be carried out; never carries one out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mailbot.process.calendar import Duration, parse_duration
from mailbot.process.expression import Expression, compile_expression
from mailbot.process.known import CASE_FIELDS, Known
from mailbot.process.load_examples import load_examples
from mailbot.process.model import LetterCard, Row, Rung
from mailbot.process.names import shown, unknown
from mailbot.process.page import Page
from mailbot.process.vocabulary import AUDIENCES, BACK, BROUGHT, PARTIES
from mailbot.process.yaml_marks import Value

DOES = ("send", "ask", "tell", "set", "keep", "until", "go", "note")
ROW_KEYS = ("if", *DOES, "to", "grants", "approves", "personal", "examples")
RUNG_KEYS = ("after", "since", "not_before", "id", *ROW_KEYS)
ENTERED = "entered"  # since: when the state was entered
NOTE = "note"  # keep: the words of staff, for the file
A_MONDAY = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)  # from here durations of different units are compared


def load_when(page: Page, value: Value, known: Known) -> dict[str, tuple[Row, ...]]:
    """`when:` as event -> rows, of which the first that holds is carried out."""
    when: dict[str, tuple[Row, ...]] = {}
    for event, body in page.table(value, "'when'").items():
        line = value.key_lines[event]
        _check_event(page, event, line, known)
        rows = [(item, _row(page, item, ROW_KEYS, known)) for item in page.items(body, f"'{event}'")]
        if body.is_null or (body.kind == "list" and not rows):
            page.error(line, f"'{event}' has no rows")
        _check_reached(page, [row for _, row in rows])
        if rows:
            when[event] = tuple(row for _, row in rows)
    return when


def _check_event(page: Page, event: str, line: int, known: Known) -> None:
    if event not in known.events:
        message = unknown("event", event, known.events)
        if not known.guessing or "did you mean" in message:
            page.error(line, message)


def _check_reached(page: Page, rows: list[Row]) -> None:
    """Rows after one without a condition are never reached."""
    for n, row in enumerate(rows[:-1]):
        if row.condition is None:
            page.warn(rows[n + 1].place.line, f"never reached: the row on line {row.place.line} has no 'if:'")
            return


def load_silence(page: Page, value: Value, known: Known, prefix: str = "") -> tuple[Rung, ...]:
    """`silence:` as a ladder: ids unique, times ascending among rungs that count from the same moment."""
    rungs: list[Rung] = []
    for item in page.items(value, "'silence'"):
        rung = _rung(page, item, known, {rung.id.removeprefix(prefix) for rung in rungs})
        if rung is None:
            continue
        rung = replace(rung, id=prefix + rung.id)
        if rung.id in {other.id for other in rungs}:
            page.error(rung.row.place.line, f"a rung called {shown(rung.id)} stands above; name this one with 'id:'")
        before = None if prefix else next((other for other in reversed(rungs) if other.since == rung.since), None)
        if before and _length(rung.after, known) < _length(before.after, known):
            page.error(rung.row.place.line, f"after {rung.after} cannot follow {before.after}; put the shorter first")
        rungs.append(rung)
    return tuple(rungs)


def _rung(page: Page, item: Value, known: Known, taken: set[str]) -> Rung | None:
    """One rung; None where its time cannot be read."""
    row = _row(page, item, RUNG_KEYS, known, rung=True)
    entries = item.entries  # misspelt keys were reported with the row
    after = _duration(page, entries.get("after"))
    since = page.text(entries.get("since"), "'since'")
    moments = (ENTERED, *PARTIES, *_days(known), *known.letters.cards)
    if since and since not in moments and not known.letters.may_exist(since):
        page.error(entries["since"].line, unknown("moment in 'since':", since, moments))
        since = ""
    if after is None:
        return None
    id = page.text(entries.get("id"), "'id'")
    if not id:
        id = row.letters[0] if row.letters else f"go {row.go}" if row.go else f"after {after}"
        id = f"{id} {after}" if id in taken else id
    return Rung(id, after, since, row, _day(page, entries.get("not_before"), known))


def _day(page: Page, value: Value | None, known: Known) -> str:
    """`not_before:`: a fact that holds a date."""
    name = page.text(value, "'not_before'")
    return page.known_name(name, value.line, _days(known), "fact with a date") if value and name else ""


def _days(known: Known) -> tuple[str, ...]:
    """The facts that hold a date."""
    return tuple(fact.name for fact in known.facts.values() if fact.kind == "date")


def _duration(page: Page, value: Value | None) -> Duration | None:
    text = page.text(value, "'after'")
    if value is None or not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        page.error(value.line, str(error))
        return None


def _length(duration: Duration, known: Known) -> datetime:
    """Durations of any unit in one order: where each leads from an ordinary Monday."""
    return known.calendar.add(A_MONDAY, duration)


def _row(page: Page, item: Value, keys: tuple[str, ...], known: Known, rung: bool = False) -> Row:
    """One row, with every name in it checked."""
    entries = page.keys(item, "a row", keys, ("after",) if rung else ())
    row = Row(
        place=page.place(item.line),
        condition=_condition(page, entries.get("if"), known),
        send=_letters(page, entries.get("send"), "send", known),
        ask=_letters(page, entries.get("ask"), "ask", known),
        tell=_letters(page, entries.get("tell"), "tell", known),
        set=_facts(page, entries.get("set"), known),
        go=_target(page, entries.get("go"), known),
        note=page.text(entries.get("note"), "'note'"),
        grants=page.flag(entries.get("grants"), "'grants'"),
        examples=load_examples(page, entries.get("examples"), known),
        to=_redirected(page, entries.get("to")),
        keep=_kept(page, entries.get("keep"), known),
        until=_dates(page, entries.get("until"), known),
        approves=page.flag(entries.get("approves"), "'approves'"),
        personal=page.flag(entries.get("personal"), "'personal'"),
    )
    if item.kind == "table" and not set(entries) & set(DOES):
        page.warn(item.line, "this row does nothing; if that is meant, say why in 'note:'")
    for code in sorted({code for code in row.letters if row.letters.count(code) > 1}):
        page.error(item.line, f"letter '{code}' stands twice in one row")
    return row


def _condition(page: Page, value: Value | None, known: Known) -> Expression | None:
    source = page.needed_text(value, "'if'")
    if value is None or not source:
        return None
    compiled = compile_expression(source, known.schema)
    if isinstance(compiled, Expression):
        return compiled
    for problem in compiled:
        page.error(value.line, problem)
    return None


def _letters(page: Page, value: Value | None, key: str, known: Known) -> tuple[str, ...]:
    """The letters of `send`, `ask` or `tell`: they exist, go to the right people, and have answers if they ask."""
    codes = page.texts(value, f"'{key}'")
    lines = _lines(value)
    kept = []
    for code, line in zip(codes, lines, strict=False):
        cards = known.letters.cards.get(code)
        if cards is None:
            if not known.letters.may_exist(code):
                page.error(line, unknown("letter", code, known.letters.cards))
            continue
        problem = _unfit(next(iter(cards.values())), key)
        if problem:
            page.error(line, problem)
        kept.append(code)
    return tuple(kept)


def _lines(value: Value | None) -> list[int]:
    """The line of each text that `Page.texts` takes from a value."""
    if value is None or value.is_null:
        return []
    scalars = value.items if value.kind == "list" else (value,)
    return [scalar.line for scalar in scalars if scalar.kind == "scalar" and scalar.text.strip() and not scalar.is_null]


def _unfit(card: LetterCard, key: str) -> str:
    """Why a letter cannot stand under that key, or ''."""
    if not card.audience:
        return ""  # its own file says so
    to_customer = "customer" in card.audience
    if key == "send" and not to_customer:
        return f"letter '{card.code}' goes to {', '.join(card.audience)}; write 'ask:' or 'tell:' instead of 'send:'"
    if key != "send" and to_customer:
        return f"letter '{card.code}' goes to the customer; write 'send:' instead of '{key}:'"
    if key == "ask" and not card.answers:
        return f"letter '{card.code}' has no answers; write 'tell:', or give it 'answers:' in {card.place.file}"
    return ""


def _facts(page: Page, value: Value | None, known: Known) -> dict[str, Any]:
    """`set:`: names that may be set, to values of their domain."""
    kept: dict[str, Any] = {}
    for name, entry in (page.table(value, "'set'") if value else {}).items():
        line = value.key_lines[name] if value else 0
        if not page.known_name(name, line, (*CASE_FIELDS, *known.facts), "fact"):
            continue
        fact = known.facts.get(name)
        domain = fact.domain if fact else CASE_FIELDS[name]
        if entry.kind == "scalar" and entry.data == "":  # `outcome: ""`: not known any more
            kept[name] = ""
            continue
        free = domain is None or (fact is not None and bool(fact.kind))
        found = page.needed_text(entry, f"'{name}'") if free else page.member(entry, domain or (), name)
        if found is not None:
            kept[name] = found
    return kept


def _redirected(page: Page, value: Value | None) -> dict[str, tuple[str, ...]]:
    """`to:`: roles for all of the row's staff letters (under ''), or a table of letter: roles."""
    roles = tuple(who for who in AUDIENCES if who != "customer")
    if value is None or value.kind != "table":
        found = page.some_of(value, roles, "role")
        return {"": found} if found else {}
    return {code: page.some_of(entry, roles, "role") for code, entry in value.entries.items()}


def _kept(page: Page, value: Value | None, known: Known) -> dict[str, str]:
    """`keep:`: a list of what came with the event, or a table of fact: what came; all as facts of their kind."""
    if value is None:
        return {}
    kept: dict[str, str] = {}
    named = {name: page.text(entry, f"'{name}'") for name, entry in value.entries.items()}
    listed = {name: name for name in page.texts(value, "'keep'")} if value.kind != "table" else {}
    for name, brought in {**named, **listed}.items():
        if name == NOTE:
            kept[NOTE] = "words"
            continue
        fact = page.known_name(name, value.line, ("owner", NOTE, *known.facts), "fact")
        if fact and page.known_name(brought, value.line, BROUGHT, "thing that comes with an event"):
            kept[fact] = brought
    return kept


def _dates(page: Page, value: Value | None, known: Known) -> dict[str, Duration]:
    """`until:`: facts that hold a date, and how far ahead each is."""
    kept: dict[str, Duration] = {}
    for name, entry in (page.table(value, "'until'") if value else {}).items():
        fact = page.known_name(name, value.key_lines[name] if value else 0, _days(known), "fact with a date")
        after = _duration(page, entry)
        if fact and after:
            kept[fact] = after
    return kept


def _target(page: Page, value: Value | None, known: Known) -> str:
    """`go:`: a state that has a block, or 'back'."""
    target = page.needed_text(value, "'go'")
    if value is None or not target or target == BACK:
        return target
    return page.known_name(target, value.line, (*known.states, BACK), "state")
