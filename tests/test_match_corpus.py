"""The mails of tests/mails/matching and the cases on file: none on a wrong case, every doubt with its candidates."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
import yaml

from mailbot.insight.explained import Looking, explain
from tests import corpus, corpus_cases

FOLDER = corpus_cases.FOLDER
ASKED: dict[str, list[str]] = yaml.safe_load((FOLDER / "asked.yaml").read_text(encoding="utf-8"))
EXPECTED = corpus.expectations("matching")


@lru_cache(maxsize=1)
def looking() -> Looking:
    return Looking(corpus.looking().room, corpus_cases.ledger().find, corpus_cases.NOW)


@lru_cache(maxsize=256)
def told(name: str) -> dict[str, Any]:
    return explain((FOLDER / f"{name}.eml").read_bytes(), name, looking())


@pytest.mark.parametrize("name", EXPECTED)
def test_the_case_of_a_mail(name: str) -> None:
    """Matched, asked about, or of no case, as expect.yaml says; of a doubt, exactly the cases of asked.yaml."""
    found = told(name)["case"]
    assert (found["match"], found["case"]) == (EXPECTED[name]["case"]["match"], EXPECTED[name]["case"]["case"])
    assert {each["case"] for each in found["candidates"]} == set(ASKED.get(name, ()))


def test_no_mail_is_on_a_wrong_case() -> None:
    """The bar: whatever else may fail, a mail never lands with somebody whom it is not from or for."""
    landed = {name: told(name)["case"]["case"] for name in EXPECTED if told(name)["case"]["match"] == "matched"}
    assert len(landed) > 30
    assert {name: case for name, case in landed.items() if case != EXPECTED[name]["case"]["case"]} == {}


@pytest.mark.parametrize("name", [name for name in ASKED if name in EXPECTED])
def test_a_doubt_has_points_and_reasons(name: str) -> None:
    """0 to 100, and at least one clause for each case, the likeliest first within what is quoted and what is theirs."""
    for each in told(name)["case"]["candidates"]:
        assert 0 <= each["score"] <= 100
        assert each["evidence"] or name.startswith(("two-", "b-fr-two", "b-two", "staff-", "b-own")), each


def test_every_doubt_is_of_a_mail() -> None:
    """asked.yaml names mails that there are, and cases on file."""
    assert set(ASKED) <= set(EXPECTED)
    assert {code for codes in ASKED.values() for code in codes} <= {case.code for case in corpus_cases.on_file()}
