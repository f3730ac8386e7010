"""Every mail in tests/mails is understood as expect.yaml says, and bent copies of it are still read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.authentication import verdict
from mailbot.mail.automatic import automatic
from mailbot.mail.bounces import bounce
from mailbot.mail.forwards import forward
from mailbot.mail.message import read
from mailbot.mail.model import Message
from mailbot.mail.quotes import split
from mailbot.mail.references import codes_in, references_in

MAILS = Path(__file__).parent / "mails"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((MAILS / "expect.yaml").read_text(encoding="utf-8"))
OWN = frozenset({"care@blanc.example"})


def mail(name: str) -> Message:
    return read((MAILS / f"{name}.eml").read_bytes())


def understood(message: Message) -> dict[str, Any]:
    """The single values that expect.yaml can name."""
    machine = automatic(message, OWN, False)
    return {
        "sender": message.sender.address if message.sender else None,
        "name": message.sender.name if message.sender else None,
        "subject": message.subject,
        "message_id": message.message_id,
        "automatic": machine.kind if machine else None,
        "attached": len(message.attached),
        "verdict": verdict(message, "mx.blanc.example").result,
        "verdict_none_id": verdict(message, "none").result,
        "new_is": split(message.text).new.strip(),
        "cases": [each.case for each in references_in(message, "", "BLANC", "care@blanc.example")],
        "codes": list(codes_in(message.subject, "BLANC")),
        "files": [part.name for part in message.parts if part.name],
        "forward": forwarded(message),
        "bounce": bounced(message),
    }


def forwarded(message: Message) -> dict[str, Any] | None:
    found = forward(message)
    if found is None:
        return None
    inside = found.original
    return {
        "address": inside.address, "name": inside.name, "note": found.note, "subject": inside.subject,
        "text": inside.text.strip(), "depth": found.depth,
    }  # fmt: skip


def bounced(message: Message) -> dict[str, Any] | None:
    found = bounce(message)
    if found is None:
        return None
    return {
        "recipients": list(found.recipients),
        "permanent": found.permanent,
        "original": found.original_message_id,
    }


def test_every_mail_has_its_expectation() -> None:
    """No mail without a line in expect.yaml, and no line without a mail."""
    assert {path.stem for path in MAILS.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_mails_are_understood(name: str) -> None:
    """Sender, words, kind, forward, bounce, verdict and references are as written beside the mail."""
    message = mail(name)
    expected = EXPECTED[name]
    found = understood(message)
    words = {"text": message.text, "new": split(message.text).new}
    for key, value in expected.items():
        if key in words:
            assert all(each in words[key] for each in value), (key, words[key])
        elif key.endswith("_not"):
            assert not any(each in words[key.removesuffix("_not")] for each in value), (key, words)
        else:
            assert found[key] == value, key


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(EXPECTED)), st.data())
def test_bent_mails_are_read(name: str, data: st.DataObject) -> None:
    """A real mail with bytes cut out, doubled or changed goes through every function of the room."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    at = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 200))
    instead = data.draw(st.one_of(st.binary(max_size=20), st.just(raw[at : at + length] * 2)))
    understood(read(raw[:at] + instead + raw[at + length :]))
