"""Cases and history entries as JSON and back: the one format of state/, the journal and `--json`.

An effect is written `{"do": "SendLetter", …}`. Reading refuses what it does not know: an old
program must not silently fold half of a newer entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter

from mailbot.cases import effects as fx
from mailbot.cases.events import Event
from mailbot.cases.model import Case, Entry

_EFFECTS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        fx.Go,
        fx.SetFact,
        fx.FillForm,
        fx.KeepMail,
        fx.SendLetter,
        fx.MarkLetter,
        fx.FireStep,
        fx.Approve,
        fx.KeepNote,
    )
}
_CASE = TypeAdapter(Case)
_EVENT = TypeAdapter(Event)
_ONE_EFFECT: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _EFFECTS.items()}


def case_to_json(case: Case) -> dict[str, Any]:
    """The whole case as JSON values."""
    found: dict[str, Any] = _CASE.dump_python(case, mode="json")
    return found


def case_from_json(value: dict[str, Any]) -> Case:
    """The case written by `case_to_json`."""
    return _CASE.validate_python(value)


def effect_to_json(effect: fx.Effect) -> dict[str, Any]:
    """One effect, its kind under `do`."""
    name = type(effect).__name__
    return {"do": name, **_ONE_EFFECT[name].dump_python(effect, mode="json")}


def effect_from_json(value: dict[str, Any]) -> fx.Effect:
    """The effect written by `effect_to_json`; ValueError for a kind this program does not know."""
    fields = dict(value)
    kind = fields.pop("do", "")
    if kind not in _ONE_EFFECT:
        raise ValueError(f"unknown effect {kind!r} in a history entry: written by a newer mailbot?")
    effect: fx.Effect = _ONE_EFFECT[kind].validate_python(fields)
    return effect


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """One history entry as JSON values."""
    return {
        "case": entry.case,
        "number": entry.number,
        "at": entry.at.isoformat(),
        "event": _EVENT.dump_python(entry.event, mode="json"),
        "why": list(entry.why),
        "rule": entry.rule,
        "rules_version": entry.rules_version,
        "effects": [effect_to_json(effect) for effect in entry.effects],
    }


def entry_line(entry: Entry) -> str:
    """One history entry as a line of the journal."""
    return json_line({"entry": entry_to_json(entry)})


def json_line(value: Mapping[str, Any]) -> str:
    """JSON values as one line of text; what the quick writer refuses (numbers over 64 bits, half a surrogate pair) any
    mail can hold, and the slow one takes it."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False)


def desk_line(facts: Mapping[str, Any]) -> str:
    """What the desk itself must still know after a rebuild, as a line of the journal; None forgets it."""
    return json_line({"desk": dict(facts)})


def entry_from_json(value: dict[str, Any]) -> Entry:
    """The entry written by `entry_to_json`."""
    return Entry(
        case=value["case"],
        number=value["number"],
        at=datetime.fromisoformat(value["at"]),
        event=_EVENT.validate_python(value["event"]),
        why=tuple(value["why"]),
        rule=value["rule"],
        rules_version=value["rules_version"],
        effects=tuple(effect_from_json(effect) for effect in value["effects"]),
    )
