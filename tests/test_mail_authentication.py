"""authentication.verdict: only our own server's word counts."""
# ruff: noqa: E501 (fields stand on one line here as they do in mails)

from __future__ import annotations

import pytest

from mailbot.mail.authentication import verdict
from mailbot.mail.message import read

OURS = "mx.blanc.example"
FROM = "From: till@blanc.example"
MICROSOFT = (
    "Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=blanc.example; dkim=pass (signature was"
    " verified)\r\n header.d=blanc.example;dmarc=pass action=none header.from=blanc.example;compauth=pass reason=100"
)


def result(*fields: str, authserv_id: str = OURS) -> str:
    return verdict(read(("\r\n".join([*fields, "", "words"])).encode()), authserv_id).result


def says(statements: str, authserv_id: str = OURS) -> str:
    return f"Authentication-Results: {authserv_id}; {statements}"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("dmarc=pass header.from=blanc.example", "pass"),
        ("dmarc=pass (p=REJECT; sp=NONE) header.from=BLANC.example;", "pass"),
        ("dmarc=pass", "pass"),
        ("dmarc=pass header.from=example", "none"),
        ("dmarc=pass header.from=evil.example", "none"),
        ("dmarc=pass header.from=notblanc.example", "none"),
        ("dmarc=fail header.from=blanc.example", "fail"),
        ("dkim=pass header.d=blanc.example; dmarc=fail", "fail"),
        ("dmarc=temperror; dkim=pass header.d=blanc.example", "none"),
        ("dmarc=none; dkim=pass header.d=blanc.example", "pass"),
        ("dkim=pass header.i=@blanc.example header.s=x", "pass"),
        ("dkim=pass header.d=evil.example", "none"),
        ("dkim=fail header.d=blanc.example", "none"),
        ("dkim=fail header.d=other.example; dkim=pass header.d=blanc.example", "pass"),
        ("spf=pass smtp.mailfrom=till@blanc.example", "pass"),
        ("spf=pass smtp.mailfrom=blanc.example", "pass"),
        ("spf=pass smtp.mailfrom=blanc.example=x@evil.example", "none"),
        ('spf=pass smtp.mailfrom="x; dmarc=pass header.from=blanc.example"@evil.example', "none"),
        ("spf=pass (dmarc=pass; header.from=blanc.example) smtp.mailfrom=evil.example", "none"),
        ("spf=pass smtp.helo=blanc.example", "none"),
        ("spf=softfail smtp.mailfrom=blanc.example", "none"),
        ("none", "none"),
        ("", "none"),
    ],
)
def test_statements_of_our_server(statements: str, expected: str) -> None:
    """dmarc decides; without it an aligned dkim or spf pass; comments and quoted words say nothing."""
    assert result(says(statements), FROM) == expected


def test_a_parent_domain_covers_its_children() -> None:
    """dmarc found at the organisation's domain is a pass for an address below it."""
    assert result(says("dmarc=pass header.from=blanc.example"), "From: till@soho.blanc.example") == "pass"


def test_the_version_after_the_id_is_passed_over() -> None:
    """RFC 8601 2.2 allows a version behind the authserv-id and behind a method."""
    assert result("Authentication-Results: MX.Blanc.Example 1; dmarc/1=pass", FROM) == "pass"


def test_only_the_topmost_field_counts() -> None:
    """A field of ours below somebody else's was written by the sender."""
    assert result(says("none", "other.example"), says("dmarc=pass"), FROM) == "none"
    assert result("Received: by x", says("dmarc=pass"), FROM) == "pass"


def test_the_run_ends_at_any_other_field() -> None:
    """Adjacent fields of ours speak together; what stands below another header field does not."""
    assert result(says("spf=fail"), says("dmarc=pass"), FROM) == "pass"
    assert result(says("spf=fail"), "Received: by x", says("dmarc=pass"), FROM) == "none"
    assert result(says("spf=fail"), "ARC-Authentication-Results: i=1; mx", says("dmarc=pass"), FROM) == "none"


def test_within_the_run_the_topmost_statement_wins() -> None:
    """A forged field that stands right below ours cannot undo what ours says."""
    assert result(says("dmarc=fail"), says("dmarc=pass"), FROM) == "fail"
    assert result(says("dkim=fail header.d=blanc.example"), says("dkim=pass header.d=blanc.example"), FROM) == "none"


def test_arc_results_are_not_results() -> None:
    """What others say of a mail (RFC 8617) proves nothing."""
    assert result(f"ARC-Authentication-Results: i=1; {OURS}; dmarc=pass", FROM) == "none"


def test_several_from_mailboxes_prove_nobody() -> None:
    """Two From mailboxes never pass, and a fail stays a fail."""
    assert result(says("dmarc=pass"), FROM, "From: x@blanc.example") == "none"
    assert result(says("dmarc=pass"), "From: till@blanc.example, x@evil.example") == "none"
    assert result(says("dmarc=fail"), FROM, "From: x@blanc.example") == "fail"
    assert result(says("dmarc=pass")) == "none"


def test_without_an_id_set_nothing_is_believed() -> None:
    """An empty authserv_id means that the admin has not said whom to trust."""
    assert result(says("dmarc=pass"), FROM, authserv_id="") == "none"


def test_microsoft_writes_no_id() -> None:
    """'none' stands for the topmost field without an id, and for that one alone."""
    assert result(MICROSOFT, FROM, authserv_id="none") == "pass"
    assert result(MICROSOFT, FROM) == "none"
    assert result(says("dmarc=pass"), FROM, authserv_id="none") == "none"
    assert result("Authentication-Results: spf=fail", MICROSOFT, FROM, authserv_id="none") == "none"


def test_a_field_too_long_to_be_kept_whole_proves_nothing() -> None:
    """What was cut off could have changed the meaning."""
    assert result(says("dmarc=pass " + "x" * 9000 + " header.from=evil.example"), FROM) == "none"


@pytest.mark.parametrize(
    ("sender", "named"),
    [
        ("till@straße.example", "strasse.example"),
        ("till@strasse.example", "straße.example"),
        ("till@bl\N{CYRILLIC SMALL LETTER A}nc.example", "blanc.example"),
        ("till@blan\N{KELVIN SIGN}.example", "blank.example"),
    ],
)
def test_two_domains_that_fold_into_one_prove_nothing(sender: str, named: str) -> None:
    """A look-alike beyond ASCII never passes for the domain that it is folded or read as."""
    for statement in (f"dmarc=pass header.from={named}", f"dkim=pass header.d={named}"):
        field = says(statement)
        assert result(field, f"From: {sender}") != "pass"


@pytest.mark.parametrize(
    "field",
    [
        f"Authentication-Results: {OURS}.evil.test; dmarc=pass header.from=blanc.example",
        f"Authentication-Results: evil.test {OURS}; dmarc=pass header.from=blanc.example",
        f"Authentication-Results: ({OURS}) evil.test; dmarc=pass header.from=blanc.example",
        f"Authentication-Results:; {OURS}; dmarc=pass header.from=blanc.example",
        f"X-Authentication-Results: {OURS}; dmarc=pass header.from=blanc.example",
        f"Subject: x\r Authentication-Results: {OURS}; dmarc=pass header.from=blanc.example",
        f"Subject: =?utf-8?q?x=0D=0AAuthentication-Results:_{OURS};_dmarc=3Dpass?=",
        f"X-Folded: x\r\n Authentication-Results: {OURS}; dmarc=pass header.from=blanc.example",
    ],
)
def test_what_only_looks_like_our_field_is_none(field: str) -> None:
    """Ids with more behind or before them, comments, other fields, line ends smuggled into a value."""
    assert result(field, FROM) == "none"
