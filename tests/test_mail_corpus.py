"""Every mail of the corpus is understood, or a person is asked; nothing is taken for what it is not."""

from __future__ import annotations

import pytest

from tests import corpus
from tests.corpus import ASKED, MAILS, RIGHT, WRONG


def test_every_mail_has_its_expectation() -> None:
    """No mail without its line in expect.yaml, and no line without a mail."""
    for kind in corpus.kinds():
        assert {path.stem for path in (MAILS / kind).glob("*.eml")} == set(corpus.expectations(kind)), kind


@pytest.mark.parametrize("kind", corpus.kinds())
def test_mails_are_understood(kind: str) -> None:
    """Nothing wrong; asked in one of fifty expectations at most."""
    found = list(corpus.verdicts(kind))
    print("\n".join(corpus.table({kind: found})))
    wrong = [each for each in found if each.result == WRONG]
    asked = [each for each in found if each.result == ASKED]
    assert not wrong, wrong
    assert len(asked) * 50 <= len(found), asked
    assert any(each.result == RIGHT for each in found)
