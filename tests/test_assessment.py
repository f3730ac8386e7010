"""Assessments in free writing: the finding, the client, the cause and the words for the customer, or why not."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases.assessment import Assessment, begins, head, read
from mailbot.process.compensation import Cause, Compensation
from mailbot.process.vocabulary import CLIENTS, FINDINGS
from tests import ruling

TABLE = Compensation(
    letters=("CL1", "CL2"),
    findings={
        "clear error": ("clear error", "clear blanc error", "our error", "our fault"),
        "unclear error": ("unclear error", "unclear or small error", "unclear", "small error"),
        "not our error": ("not our error", "not our fault", "no error"),
        "repair": ("repair", "can be repaired"),
        "manufacturer": ("manufacturer", "ask the manufacturer"),
    },
    clients={
        "good": ("good", "good client", "a good client", "very good client", "good customer"),
        "average": ("average", "average client", "regular"),
        "bad": ("bad", "bad client", "first time"),
    },
    causes={
        "pressing": Cause("pressing", ("pressing", "machine too hot", "press mark"), {"en": "The press was too hot."}),
        "colour ran": Cause("colour ran", ("colour ran", "dye ran"), {}),
    },
    goodwill={(finding, client): {} for finding in FINDINGS[:2] for client in CLIENTS},
)
HEARING = replace(ruling.shipped().hearing, compensation=TABLE)
SHIPPED = ruling.shipped().hearing
TOKEN = "ref 4k7qd2m.3.abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("expected", "texts"),
    {
        ("clear error", "good"): [
            "clear error, good client",
            "Clear BLANC error - good client",
            "CLEAR ERROR. GOOD CLIENT.",
            "clear error/good client",
            "clear error; good",
            "clear error good client",
            "clear error x good",
            "clear error\ngood client",
            "Clear error.\n\nGood client.\n\nThanks\nLucy",
            "1) clear error\n2) good client",
            "It is a clear error on our side, she is a very good client",
            "Clearly our fault - a good customer",
            "good client, clear error",
            "client: good, clear error",
            "claer error, good cleint",
            "clear eror, good client",
            "clear error but good client",
            "Hi Mathilde,\n\nclear error, good client",
            "assessment: clear error, good client",
            "My assessment - clear error and a good client",
            "clear error, good client. The label said 30, so I think that the machine was too hot.",
            "clear error, good client\n\nI would not tell her about the machine.",
            "clear error, good client\nSent from my iPhone",
            f"clear error, good client\n\n{TOKEN}",
        ],
        ("unclear error", "average"): [
            "unclear error, average client",
            "unclear or small error / average",
            "small error - regular",
            "unclear eror, averge client",
            "unclear, average",
            "Unclear Error\nAverage",
        ],
        ("not our error", ""): ["not our error", "Not our fault.", "not our eror", "no error",
        "Not our error, the zip was old"],
        ("not our error", "good"): ["not our error, good client", "not our error but a good client"],
        ("not our error", "bad"): ["not our fault / bad client"],
        ("repair", ""): ["repair", "Repair 14 June", "repair by Friday", "can be repaired, by 14/6", "repair please"],
        ("manufacturer", ""): ["manufacturer", "The manufacturer.", "ask the manufacturer"],
    }.items(),
)  # fmt: skip
def test_as_people_write_it(expected: tuple[str, str], texts: list[str]) -> None:
    """Commas, dashes, lines, numbers, capitals, courtesy and slips of the finger change nothing."""
    found = {text: read(text, HEARING) for text in texts}
    understood = {text: (one.finding, one.client, one.unclear) for text, one in found.items()}
    assert understood == dict.fromkeys(texts, (*expected, ""))


@pytest.mark.parametrize(
    "text",
    [
        "not a clear error, good client",
        "no clear error, good client",
        "not clear error, good client",
        "it is not a clear error, good client",
        "it isn't a clear error, good client",
        "this was never our error, good client",
        "nor our error, good client",
        "nto our error, good client",
        "now our error, good client",
        "un clear error, good client",
        "un-clear error, good client",
        "nclear error, good client",
        "no our error, good client",
        "It is not, clear error, good client",
        "clear error it is not, good client",
        "clear error was ruled out, good client",
        "clear error would be unfair, good client",
        "clear error, unlikely, good client",
        "hardly a clear error, good client",
        "clear error of the customer, good client",
        "clear error by the manufacturer's people, good client",
        "clear or unclear error, good client",
        "clear/unclear error, good client",
        "clear error, not our error, good client",
        "clear error, good client. Hm, not our error",
        "clear error and repair, good client",
        "clear error, good client, repair by 14 June",
        "clear error? good client",
        "clear error, good client?",
        "maybe clear error, good client",
        "clear error I think, good client",
        "clear error, good client, I think",
        "clear error if the label was right, good client",
        "I looked at it for a while and a clear error may be too hard, good client",
        "repair is not possible",
        "manufacturer says that it is fine",
        "manufacturer's fault",
        "she wants a repair",
        "reparation",
        "",
        "thanks",
    ],
)
def test_no_finding_is_guessed(text: str) -> None:
    """A denial is never its opposite; a doubt, a question, two findings, somebody else's error are asked back."""
    found = read(text, HEARING)
    assert found.finding == ""
    assert found.unclear


@pytest.mark.parametrize(
    "text",
    [
        "clear error",
        "clear error, not good client",
        "clear error, not a good client",
        "clear error but not a good client",
        "clear error, isn't a good client",
        "clear error, good or average client",
        "clear error, good/average client",
        "clear error, good client, average client",
        "clear error, maybe good client",
        "clear error, used to be a good client",
        "clear error, good client until last year",
        "clear error, first time this happened",
        "clear error, good client, first time this happened",
        "clear error, the dress was in good condition",
        "clear error, in good faith",
        "unclear error. Client unknown",
    ],
)
def test_no_client_is_guessed(text: str) -> None:
    """Where the offer depends on the client, a missing, denied or doubtful class is asked for."""
    found = read(text, HEARING)
    assert found.client == ""
    assert found.unclear == "which client: good, average or bad?"


@pytest.mark.parametrize(
    ("text", "unclear"),
    [
        (
            "assessment",
            "none of the findings is in it: clear error, unclear error, not our error, repair, manufacturer",
        ),
        ("not a clear error", "“not a clear error” says what it is not; which finding is it: "),
        ("clear error, good client, manufacturer", "more than one finding is in it: clear error, manufacturer"),
        ("clear error?", "“clear error?” does not sound sure; which finding is it?"),
        ("clear error in the pressing, good client", "“clear error in the pressing”: please write the finding alone"),
        ("The belt and our fault", "please begin with the finding: "),
        ("clear error, good client\nto customer we are sorry", "“to customer”: please put a colon behind it"),
        (
            "clear error, bad client\nto customer: You are a bad client.",
            "“bad client” stands in the words for the customer",
        ),
    ],
)
def test_what_is_asked_back(text: str, unclear: str) -> None:
    """The person reads what is missing or could be two things, in their own words."""
    assert read(text, HEARING).unclear.startswith(unclear)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("clear error, good client, cause: machine too hot", "pressing"),
        ("clear error, good client\ncause: Press mark", "pressing"),
        ("clear error, good client\nCause : DYE RAN.", "colour ran"),
        ("clear error, good client, cause: colur ran", "colour ran"),
        ("clear error, good client, cause: the dye ran at the seam", "colour ran"),
        ("cause: pressing\nclear error, good client", "pressing"),
        ("clear error, cause: pressing, good client", "pressing"),
        ("clear error, good client. Reason: pressing", "pressing"),
        ("clear error, good client, cause: not the pressing", "not the pressing"),
        ("clear error, good client, cause: dye ran or pressing", "dye ran or pressing"),
        ("clear error, good client, cause: aliens", "aliens"),
        ("clear error, good client, because: aliens", ""),
        ("clear error, good client\ncause: \nto customer: ", ""),
        ("clear error, good client", ""),
    ],
)
def test_the_cause(text: str, cause: str) -> None:
    """A cause of the list, however it is written; an unknown or denied one as written, so that nobody is told it."""
    found = read(text, HEARING)
    assert (found.finding, found.client, found.cause, found.unclear) == ("clear error", "good", cause, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clear error, good client\nto customer: The press was too hot.", "The press was too hot."),
        ("clear error, good client, to customer: The press was too hot", "The press was too hot"),
        ("clear error, good client\nTo customer:\nToo hot", "Too hot"),
        ("clear error, good client\nto customer:\n\nWe are sorry.\n\nThe press\nwas too hot.",
        "We are sorry.\n\nThe press\nwas too hot."),
        ("clear error, good client\ncause: pressing, to customer: It was us.", "It was us."),
        ("clear error, good client\nto customer: It was us.\ncause: pressing\nSorry.", "It was us.\nSorry."),
        ("clear error, good client\nto the customer - It was us.", "It was us."),
        (f"clear error, good client\nto customer: It was us.\n\n{TOKEN}", "It was us."),
        (f"clear error, good client\ncause: \nto customer: \n\n{TOKEN}\n\nKind regards,\nLucy\nBLANC", ""),
        (f"clear error, good client\ncause: \nto customer: \n\n{TOKEN}\n\nLucy", ""),
        ("clear error, good client\nto customer: It was us.\n\nMany thanks\nLucy\n+44 20 7946", "It was us."),
        ("clear error, good client\nto customer: It was us.\n\nLucy Brown\nOperations", "It was us."),
        ("clear error, good client\nto customer: It was us - the cause: too much heat.",
        "It was us - the cause: too much heat."),
        ("clear error, good client", ""),
        ("clear error, good client\nI said to the customer: we shall see", ""),
    ],
)  # fmt: skip
def test_the_words_for_the_customer(text: str, words: str) -> None:
    """Only what stands behind its own label, less the cause, our reference and a signature."""
    found = read(text, HEARING)
    assert (found.finding, found.client, found.findings, found.unclear) == ("clear error", "good", words, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clear error", True),
        ("Hi Mathilde,\n\nclear error", True),
        ("assessment: repair", True),
        ("repair 14 June", True),
        ("It is our fault, good client", True),
        ("clear error?", True),
        ("not a clear error", False),
        ("No. Clear error", False),
        ("I think it is a clear error", False),
        ("note: clear error", False),
        ("repair is not possible", False),
        ("The belt is torn.\nClear error", False),
        ("yes", False),
        ("", False),
    ],
)
def test_where_an_assessment_begins(text: str, expected: bool) -> None:
    """An assessment begins with its finding, or with its word; what only speaks of one is none."""
    assert begins(text, HEARING) is expected


def test_the_day_stands_in_the_head() -> None:
    """Neither the cause nor the words for the customer are looked through for the day of a repair."""
    text = "repair 14 June, cause: pressing\nto customer: Ready on 20 June."
    assert head(text, HEARING).strip(" ,") == "repair 14 June"


@pytest.mark.parametrize("finding", FINDINGS)
@pytest.mark.parametrize("client", CLIENTS)
def test_the_shipped_words(finding: str, client: str) -> None:
    """The names of the process mean themselves, in the words of PROCESS.md."""
    for text in (f"{finding}, {client} client", f"{finding.upper()} - {client.upper()}", f"{finding}\n{client}"):
        assert read(text, SHIPPED) == Assessment(finding, client)
    assert read("Clear BLANC error - good client, cause: machine too hot", SHIPPED).finding == "clear error"
    assert read("unclear or small error / average", SHIPPED) == Assessment("unclear error", "average")


@pytest.mark.parametrize("finding", SHIPPED.compensation.findings)
def test_every_shipped_word_means_its_finding(finding: str) -> None:
    """No word of the table is taken for another one, and none is lost."""
    words = SHIPPED.compensation.findings[finding]
    assert {word: read(f"{word}, good client", SHIPPED).finding for word in words} == dict.fromkeys(words, finding)


@pytest.mark.parametrize("client", SHIPPED.compensation.clients)
def test_every_shipped_word_means_its_client(client: str) -> None:
    """The same of the words for clients."""
    words = SHIPPED.compensation.clients[client]
    assert {word: read(f"clear error, {word}", SHIPPED).client for word in words} == dict.fromkeys(words, client)


DENIALS = ("not a ", "not ", "no ", "never a ", "it isn't a ", "hardly a ", "un", "un-", "un ")


@settings(deadline=None)
@given(
    st.sampled_from(DENIALS),
    st.sampled_from([word for word in TABLE.findings["clear error"] if word.startswith("clear")]),
    st.sampled_from(["", ", good client", " - bad client", "\ngood"]),
)
def test_a_denied_clear_error_is_none(denial: str, word: str, rest: str) -> None:
    """Whatever turns "clear error" round, it is never read as one."""
    assert read(f"{denial}{word}{rest}", HEARING).finding != "clear error"


@settings(deadline=None)
@given(
    st.sampled_from(["not a ", "not ", "no ", "never a ", "isn't a ", "wasn't a "]),
    st.sampled_from(["good", "bad", "average"]),
)
def test_a_denied_client_is_none(denial: str, client: str) -> None:
    """Nor is a class of client that is denied."""
    assert read(f"clear error, {denial}{client} client", HEARING).client != client


@pytest.mark.parametrize(
    "text",
    [
        "clear error, " * 8_000, "clear error " * 8_000, "good client " * 8_000, "cause: " * 15_000,
        "to customer: " * 8_000,
        "it is a " * 10_000, "clear error\n" * 8_000, "1/2/" * 20_000, "\u200b" * 100_000, "a, " * 30_000,
        "- " * 50_000,
        "to customer: x\n" + "Thanks\n" * 15_000, "\n" * 100_000, "cause: " + "a, " * 30_000,
    ],
)  # fmt: skip
def test_long_texts_cost_little(text: str) -> None:
    """No text, however long, keeps the desk busy."""
    began = time.process_time()
    read(text, HEARING)
    assert time.process_time() - began < 2


PIECES = st.sampled_from(
    [
        "clear error", "unclear ", "not ", "our error", "good client", "bad", ", ", "\n", "cause:", "to customer:",
        "?", "repair",
        "14 June", "\u200b", "ß", "İ", "\x00", "\ud800", "'", " - ", "/", TOKEN, "Kind regards", "machine too hot",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=10), max_size=14).map("".join))
def test_any_text_gives_an_answer(text: str) -> None:
    """Total: a finding of the table or a reason why there is none; words for the customer only behind their label."""
    found = read(text, HEARING)
    assert found.unclear or found.finding in FINDINGS
    assert found.client in ("", *CLIENTS)
    assert not found.findings or "customer" in text
    assert begins(text, HEARING) in (True, False)
