"""The corpus: mails of every kind with what each one is, put before `mailbot explain`, and told as a table.

`python -m tests.corpus [KIND…]` prints the table and every mail that is not understood. A folder of tests/mails is a
kind; its expect.yaml says what each mail is, in the keys of `mailbot explain --json`. Besides those:
`automatic` alone means its kind; `text_has`, `text_lacks` look into the new words; `_all` stands for every mail.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from mailbot.cases.identity import Identity
from mailbot.founding import shipped
from mailbot.insight.explained import Looking, explain
from mailbot.letters.step import Room
from mailbot.letters.write import House
from mailbot.viewing import rules_of
from tests import corpus_cases

MAILS = Path(__file__).parent / "mails"
IDENTITY = Identity("BLANC Customer Care", "care@blanc.example", "BLANC", b"k" * 32, "mx.blanc.example")
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
RIGHT, WRONG, ASKED = "right", "wrong", "asked"
# What it means that the desk does not know: it asks, and guesses nothing.
_UNKNOWN = (None, "", "unsure", "ambiguous", [], {})
# Where not knowing is no question but a mistake: a machine taken for a person is answered, a forgery believed.
_MUST = ("automatic", "proof", "parts", "text", "subject", "bounce", "text_has", "text_lacks")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation of one mail: right, wrong or asked."""

    mail: str
    key: str
    result: str
    expected: Any
    found: Any


@lru_cache(maxsize=1)
def looking() -> Looking:
    """The shipped rules, the corpus's own desk, and the cases that the mails of `matching` know."""
    folder = shipped()
    layout = (folder / "templates/layout.html").read_text(encoding="utf-8")
    room = Room(rules_of(folder, "Europe/London"), IDENTITY, House(layout, False, 1_000_000))
    return Looking(room, corpus_cases.ledger().find, NOW)


def kinds() -> list[str]:
    """Every folder with expectations."""
    return sorted(file.parent.name for file in MAILS.glob("*/expect.yaml"))


def expectations(kind: str) -> Mapping[str, Mapping[str, Any]]:
    """What each mail of the kind is."""
    told = yaml.safe_load((MAILS / kind / "expect.yaml").read_text(encoding="utf-8")) or {}
    common = told.pop("_all", {})
    return {name: {**common, **(wanted or {})} for name, wanted in told.items()}


def verdicts(kind: str, at: Looking | None = None) -> Iterator[Verdict]:
    """Every expectation of every mail of a kind."""
    for name, wanted in expectations(kind).items():
        raw = (MAILS / kind / f"{name}.eml").read_bytes()
        told = explain(raw, f"{name}.eml", at or looking())
        for key, value in wanted.items():
            yield from _judged(f"{kind}/{name}", key, value, told)


def _judged(mail: str, key: str, wanted: Any, told: Mapping[str, Any]) -> Iterator[Verdict]:
    if key in ("text_has", "text_lacks"):
        there = [each for each in wanted if _flat(each) in _flat(told["text"])]
        fine = len(there) == len(wanted) if key == "text_has" else not there
        yield Verdict(mail, key, RIGHT if fine else WRONG, wanted, told["text"])
    elif key == "automatic" and not isinstance(wanted, Mapping):
        yield _verdict(mail, key, wanted, told["automatic"]["kind"])
    elif key == "parts":
        found = [{name: part[name] for name in want} for want, part in zip(wanted, told["parts"], strict=False)]
        same = found == wanted and len(wanted) == len(told["parts"])
        yield Verdict(mail, key, RIGHT if same else WRONG, wanted, told["parts"])
    else:
        yield from _compared(mail, key, wanted, told[key])


def _compared(mail: str, key: str, wanted: Any, found: Any) -> Iterator[Verdict]:
    if isinstance(wanted, Mapping) and wanted:
        for name, value in wanted.items():
            inside = found.get(name) if isinstance(found, Mapping) else found
            yield from _compared(mail, f"{key}.{name}", value, inside)
    else:
        yield _verdict(mail, key, wanted, found)


def _verdict(mail: str, key: str, wanted: Any, found: Any) -> Verdict:
    if _same(key, wanted, found):
        return Verdict(mail, key, RIGHT, wanted, found)
    unknown = found in _UNKNOWN and not any(part in _MUST for part in (key.split(".")[0], key.split(".")[-1]))
    return Verdict(mail, key, ASKED if unknown else WRONG, wanted, found)


def _same(key: str, wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, str):
        if key.endswith(".address"):
            return wanted.casefold() == found.casefold()
        return _flat(wanted) == _flat(found)
    if isinstance(wanted, list) and isinstance(found, list) and key.endswith("recipients"):
        return sorted(map(str.casefold, wanted)) == sorted(map(str.casefold, found))
    return bool(wanted == found)


def _flat(text: str) -> str:
    return " ".join(str(text).split())


def table(found: Mapping[str, Sequence[Verdict]]) -> Iterator[str]:
    """kind x right, wrong, asked; the mails that are right in everything."""
    yield f"{'kind':<14}{'mails':>7}{'whole':>8}{'right':>8}{'wrong':>8}{'asked':>8}"
    for kind, each in [*found.items(), ("all", [one for verdicts in found.values() for one in verdicts])]:
        count = Counter(one.result for one in each)
        mails = {one.mail for one in each}
        whole = len(mails - {one.mail for one in each if one.result != RIGHT})
        yield f"{kind:<14}{len(mails):>7}{whole:>8}{count[RIGHT]:>8}{count[WRONG]:>8}{count[ASKED]:>8}"


def main(wanted: Sequence[str]) -> int:
    """Print what is not right, and the table."""
    found = {kind: list(verdicts(kind)) for kind in wanted or kinds()}
    for each in (one for several in found.values() for one in several if one.result != RIGHT):
        print(f"{each.result} {each.mail} {each.key}\n  expected {each.expected!r}\n  found    {each.found!r}")
    print("\n".join(table(found)))
    return int(any(one.result == WRONG for several in found.values() for one in several))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
