"""`mailbot explain` as a page for a person: what a mail was understood to be, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailbot.insight.sheet import BLANK, Bit, Line, labelled, line

_LONGEST = 600  # characters of the new words shown; --json has them whole
_KINDS = {"vacation": "an answer of absence", "own": "a letter of the desk's own", "robot": "a machine's mail"}


def page(told: Mapping[str, Any]) -> Iterator[Line]:
    """One mail; the values are those of `explained.explain`."""
    sender = told["sender"]
    yield line(Bit(told["file"], "strong"))
    yield labelled(
        "from", f"{sender['name']} <{sender['address']}>" if sender["address"] else "nobody", *_proof(sender)
    )
    yield labelled("subject", told["subject"] or "(none)")
    yield from _automatic(told)
    yield from _forward(told["forward"])
    yield from _words(told)
    yield from _form(told["form"])
    yield from _parts(told["parts"])
    yield from _case(told["case"])
    for each in told["would"] or ("nothing is sent",):
        yield labelled("would", each)
    for each in told["why"]:
        yield labelled("because", Bit(each, "quiet"))
    for each in told["defects"]:
        yield labelled("broken", Bit(each, "doubt"))
    yield BLANK


def _proof(sender: Mapping[str, Any]) -> Iterator[Bit]:
    yield Bit(f" ({sender['role']}")
    yield {"pass": Bit(", proved)", "good"), "fail": Bit(", ! forged)", "bad")}.get(sender["proof"], Bit(")"))


def _automatic(told: Mapping[str, Any]) -> Iterator[Line]:
    kind = told["automatic"]["kind"]
    if kind is None:
        return
    yield labelled("automatic", Bit(_KINDS.get(kind, kind), "doubt"), f": {'; '.join(told['automatic']['evidence'])}")
    if bounce := told["bounce"]:
        final = "cannot be reached" if bounce["permanent"] else "not reached yet"
        yield labelled("bounce", f"{', '.join(bounce['recipients']) or 'somebody'} {final}")
        yield labelled("about", bounce["original_message_id"] or "a mail that is not named")


def _forward(forward: Mapping[str, Any] | None) -> Iterator[Line]:
    if forward is None:
        return
    inside = forward["original"]
    who = f"{inside['name']} <{inside['address']}>" if inside["address"] else Bit("! could not be read", "bad")
    yield labelled("forwarded", who, f", {inside['date'] or 'no date'}")
    yield labelled("its subject", inside["subject"] or "(none)")
    if forward["note"]:
        yield labelled("note", _short(forward["note"]))
    yield labelled("original", _short(inside["text"]))


def _words(told: Mapping[str, Any]) -> Iterator[Line]:
    yield labelled("new words", _short(told["text"]) or "(none)")
    yield labelled("language", told["language"] or "not sure")
    claim = ", asks for money" if told["claim"] else ""
    doubt = "doubt" if told["kind"] == "unsure" else ""
    yield labelled("kind", Bit(told["kind"], doubt), f"{claim}, {told['level']}, {told['category']}".rstrip(", "))


def _form(form: Mapping[str, Any] | None) -> Iterator[Line]:
    if form is None:
        return
    yield labelled("form", Bit("complete", "good") if form["complete"] else Bit("not complete", "doubt"))
    for name, value in form["values"].items():
        yield labelled(f"  {name}", value)
    if form["missing"]:
        yield labelled("  missing", Bit(", ".join(form["missing"]), "doubt"))


def _parts(parts: list[Mapping[str, Any]]) -> Iterator[Line]:
    for part in parts:
        yield labelled("part", f"{part['type']}, {part['bytes']} bytes {part['name']}".rstrip())


def _case(case: Mapping[str, Any]) -> Iterator[Line]:
    said = {"matched": f"{case['case']}", "ambiguous": "a person has to say which", "none": "none yet"}
    yield labelled("case", Bit(said[case["match"]], "doubt" if case["match"] == "ambiguous" else ""))
    for each in case["candidates"]:
        yield labelled("  could be", f"{each['case']}, {each['score']}: {'; '.join(each['evidence'])}")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]} …"
