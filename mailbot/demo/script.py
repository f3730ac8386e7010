"""The demo's story as checked values: who writes, what and when (story.yaml says how it is written)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

FILE = Path(__file__).with_name("story.yaml")
YEAR, ZONE = 2026, ZoneInfo("Europe/London")
ACTIONS = ("writes", "forwards", "replies to", "fills in", "taps", "is away", "note")
_BESIDE = ("at", "who", "told", "text", "form", "types", "about")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes; `staff`: of the house, so that the mail server vouches for them."""

    alias: str  # as the timeline names them
    name: str
    address: str
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a person does, at a moment of the shop's clock. `do` is one of ACTIONS, `what` belongs to it."""

    at: datetime
    do: str
    what: Any
    who: str = ""
    told: str = ""
    text: str = ""
    form: Mapping[str, str] | None = None
    types: str | Mapping[str, str] = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """The whole story. The tables at its end are those of story.yaml."""

    people: Mapping[str, Mapping[str, str]]
    steps: tuple[Step, ...]
    last: datetime
    letters: Mapping[str, str]
    once: tuple[str, ...]
    states: Mapping[str, str]
    outcomes: Mapping[str, str]
    why: Mapping[str, str]
    look_at: str
    ends: Mapping[str, Any]
    afterwards: str = ""

    @property
    def first(self) -> datetime:
        """When it begins."""
        return self.steps[0].at

    def week(self, at: datetime) -> int:
        """The week of the story, from 1; weeks begin on Mondays."""
        return (at.astimezone(ZONE).date() - self.first.date()).days // 7 + 1


def load(text: str = "") -> Script:
    """The shipped story, or one of one's own.

    Raises:
        ValueError: a step is none, or goes back in time.
    """
    raw = yaml.safe_load(text or FILE.read_text(encoding="utf-8"))
    steps = tuple(_step(each) for each in raw.pop("steps"))
    if list(steps) != sorted(steps, key=lambda step: step.at):
        raise ValueError("the steps of the story do not stand in the order of time")
    return Script(steps=steps, last=_moment(raw.pop("last")), once=tuple(raw.pop("once")), **raw)


def _step(raw: Mapping[str, Any]) -> Step:
    done = [key for key in raw if key in ACTIONS]
    unknown = set(raw) - {*ACTIONS, *_BESIDE}
    if len(done) != 1 or unknown:
        raise ValueError(f"no such step: {raw}")
    beside = {key: value for key, value in raw.items() if key in _BESIDE and key != "at"}
    return Step(at=_moment(raw["at"]), do=done[0], what=raw[done[0]], **beside)


def _moment(text: str) -> datetime:
    """`Mon 2 March 09:12` on the shop's clock; the name of the day must be right."""
    at = datetime.strptime(f"{YEAR} {text}", "%Y %a %d %B %H:%M").replace(tzinfo=ZONE)
    if not text.startswith(f"{at:%a}"):
        raise ValueError(f"{text}: that day is a {at:%a}")
    return at
