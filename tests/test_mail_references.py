"""references: the desk's own marks, made and found again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.message import read
from mailbot.mail.references import Reference, case_code, codes_in, is_own_id, message_id, references_in, token

SECRET = b"s" * 32
DESK = "CustomerCare@blanc.example"
CASE = "BLANC-4K7QD2M"


def id_of(n: int = 3, recipient: str = "jane@example.com") -> str:
    return message_id(SECRET, DESK, CASE, "E2", n, recipient)


def found(mail: str, words: str = "") -> tuple[Reference, ...]:
    return references_in(read(mail.encode()), words, "BLANC", DESK)


def test_case_codes_come_from_the_first_mail() -> None:
    """A code is the prefix and seven base32 letters; the next attempt gives another; the secret matters."""
    code = case_code(SECRET, "BLANC", "key")
    assert re.fullmatch(r"BLANC-[A-Z2-7]{7}", code)
    assert code == case_code(SECRET, "BLANC", "key")
    others = {case_code(SECRET, "BLANC", "key", 1), case_code(SECRET, "BLANC", "kez"), case_code(b"t", "BLANC", "key")}
    assert len(others | {code}) == 4


def test_ids_are_short_lower_case_and_carry_the_token() -> None:
    """<4k7qd2m.N.TOKEN@desk-domain>, at most 76 characters whatever the desk's domain."""
    proof = token(SECRET, DESK, CASE, "E2", 3, "jane@example.com")
    assert re.fullmatch(r"[a-z2-7]{26}", proof)
    assert id_of() == f"<4k7qd2m.3.{proof}@blanc.example>"
    long = message_id(SECRET, "a@" + "very." * 30 + "long.example", CASE, "E2", 999_999, "x")
    assert len(long) <= 76
    assert long.endswith("long.example>")


def test_the_token_is_over_everything() -> None:
    """Desk, case, letter, number and recipient each change the token; the case of addresses does not."""
    base = token(SECRET, DESK, CASE, "E2", 3, "jane@example.com")
    changed = [
        token(SECRET, "b@blanc.example", CASE, "E2", 3, "jane@example.com"),
        token(SECRET, DESK, "BLANC-AAAAAAA", "E2", 3, "jane@example.com"),
        token(SECRET, DESK, CASE, "E3", 3, "jane@example.com"),
        token(SECRET, DESK, CASE, "E2", 4, "jane@example.com"),
        token(SECRET, DESK, CASE, "E2", 3, "joan@example.com"),
        token(b"other", DESK, CASE, "E2", 3, "jane@example.com"),
    ]
    assert len({base, *changed}) == 7
    assert base == token(SECRET, DESK.upper(), CASE, "E2", 3, "Jane@Example.COM")


def test_references_are_found_in_ids() -> None:
    """In-Reply-To and References name letters, also folded and in upper case; other domains do not."""
    mail = f"From: a@b.example\nReferences: <x@y.example>\n {id_of(1)}\nIn-Reply-To: {id_of(2).upper()}\n\nx"
    assert [(each.case, each.n) for each in found(mail)] == [(CASE, 2), (CASE, 1)]
    assert found(mail)[0].token == token(SECRET, DESK, CASE, "E2", 2, "jane@example.com")
    assert found(f"In-Reply-To: {id_of().replace('blanc.example', 'evil.example')}\n\nx") == ()


def test_references_are_found_in_subaddresses() -> None:
    """A mail to desk+MARK@… names its letter, in To or as delivered; another mailbox's subaddress does not."""
    mark = id_of().strip("<>").partition("@")[0]
    assert [each.n for each in found(f"To: CustomerCare+{mark}@blanc.example\n\nx")] == [3]
    assert [each.n for each in found(f"Delivered-To: customercare+{mark}@blanc.example\n\nx")] == [3]
    assert found(f"To: other+{mark}@blanc.example\n\nx") == ()


def test_references_are_found_in_new_words_only() -> None:
    """`ref MARK` counts in the words the caller passes, not in the rest of the mail."""
    mark = id_of().strip("<>").partition("@")[0]
    assert [each.n for each in found("Subject: x\n\nx", f"yes (ref {mark.upper()})")] == [3]
    assert found(f"Subject: x\n\n> ref {mark}", "yes") == ()


def test_codes_in_text() -> None:
    """Bracketed or bare, any case, once each, in order; longer words and digits outside base32 are no codes."""
    text = "[BLANC-4K7QD2M] blanc-aaaaaaa BLANC-4k7qd2m BLANC-4K7QD2MX XBLANC-4K7QD2M BLANC-1111111"
    assert codes_in(text, "BLANC") == ("BLANC-4K7QD2M", "BLANC-AAAAAAA")
    assert codes_in("A.B-4K7QD2M AxB-4K7QD2M", "A.B") == ("A.B-4K7QD2M",)


@given(st.text(), st.text(), st.integers(1, 999_999), st.text())
def test_whatever_was_sent_is_found_again(seed: str, letter: str, n: int, recipient: str) -> None:
    """Every id the desk can make is read back as the same case, number and token."""
    case = case_code(SECRET, "BLANC", seed)
    mail = f"In-Reply-To: {message_id(SECRET, DESK, case, letter, n, recipient)}\n\nx"
    assert found(mail) == (Reference(case, n, token(SECRET, DESK, case, letter, n, recipient)),)


@pytest.mark.parametrize("domain", ["shop.test", "care.of-customers.a-dry-cleaner.test"])
def test_own_ids_are_known_again(domain: str) -> None:
    """A Message-ID of ours is ours, also where a long domain was cut to fit; somebody else's is not."""
    desk = f"desk@{domain}"
    made = message_id(SECRET, desk, "BLANC-4K7QD2M", "E2", 1, "anna@x.com")
    assert is_own_id(made, desk)
    assert not is_own_id(made, "desk@elsewhere.test")
    assert not is_own_id(f"<other@{domain}>", desk)
    assert not is_own_id("", desk)
