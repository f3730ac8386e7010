"""The rarer shapes of replies: what a program glued, broke or left out, and the sentences that only look like it."""

from __future__ import annotations

import time

import pytest

from mailbot.mail.quotes import split

DESK = "BLANC <care@blanc.example>"


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to you On Monday 4 May 2026 and nobody answered.\nPlease call me.",
        "My invoice On 04.05.2026 10:00 says £20:\n- coat\n- dress",
        "I came On 4 May 2026 at 10:30 and Jo told me:\nit will be fine",
        "Please reply above this line of argument to my lawyer.",
        "Must I reply above this line?",
        "On 4 May 2026 at 10:00 my sister Anna <anna@mail.example> wrote\n\nthat you lost it.",
        "On 4 May 2026 at 10:00 your driver sent:\nthe wrong coat",
        "2026-05-04 Jane Doe <jane@mail.example>\n\nI need this on the invoice.",
        "2026-05-04 10:30 coat brought in\n2026-05-11 coat lost",
        "On 4 May 2026 at 10:05 Jo <jo@mail.example> wrote: come on Friday. I came, and you were shut.",
        "from my iPhone I sent you the photo",
        "Sent from my office, because my phone is broken.",
        "Sent from my iPhone, approved.",
        "Sent from my phone. Yes please!",
        "Sent from London by post, please confirm.",
        "My husband reacted to your message with anger.",
        "Disclaimer: I am no lawyer",
        "Two things\n____________\nBlue Coat is torn.\n____________\nRed Dress is lost.",
        "Order:\n------------\nBlue Coat\n£120\n------------\nRed Dress\n£90",
        "The code is\n\n--\n4711",
        "The stain is here:\n\n>>> left sleeve <<<\n\nPlease look.",
    ],
)
def test_what_only_looks_like_a_program_stays_whole(text: str) -> None:
    """A day with a capital, a retold talk, an argument about phones: these are the sender's own words."""
    assert split(text).new == text


@pytest.mark.parametrize(
    ("text", "new", "quoted"),
    [
        (f"Yes please. On Mon, May 4, 2026, 10:05 AM {DESK} wrote:\n> old", "Yes please.", "> old"),
        (f"Yes please.\n\nOn Mon, 4 May 2026 10:05:00 +0100 {DESK} wrote\n\nold", "Yes please.", "old"),
        ("Yes.\n\nOn Mon, May 4, 2026 at 10:05 AM B\n\n<\nmailto:B <b@x.example>\n> wrote:\n\nold", "Yes.", "old"),
        (f"Yes.\n\n2026/5/4 {DESK}\n\n> old", "Yes.", "> old"),
        ("Yes.\n\n2026-05-04 10:05 GMT+01:00 Jo Blanc\n\nold", "Yes.", "old"),
        (f"Yes. On 4 May 2026 at 10:05, {DESK} wrote: old", "Yes.", "old"),
        ("Yes.\n\n##- Bitte antworten Sie oberhalb dieser Zeile -##\nold", "Yes.", "old"),
    ],
)
def test_what_a_program_glued_or_broke_is_quoted(text: str, new: str, quoted: str) -> None:
    """The sender's words end where the attribution begins, also in the middle of a line."""
    words = split(text)
    assert words.new == new
    assert words.quoted.endswith(quoted)


@pytest.mark.parametrize("announced", ["My answers are below in red.", "Meine Antworten stehen unten.", "答复见下。"])
def test_answers_inside_a_quote_without_marks(announced: str) -> None:
    """Who says that the answers stand below, and signs each, said them now; without the announcement nobody did."""
    head = f"From: {DESK}\nSent: Monday, 4 May 2026 10:05\nTo: Jane\nSubject: Your coat\n\n"
    block = head + "where?\n[JD] Soho\nwhen?\n[JD] May"
    assert split(f"{announced}\n\n{block}").new == f"{announced}\n\n[JD] Soho\n[JD] May"
    assert split(f"Thanks.\n\n{block}").new == "Thanks."


@pytest.mark.parametrize(
    "bait",
    [
        "x On 4 May 2026 ",
        "- -- On 4 wrote: ",
        " On 4 schrieb a ",
        "On 4 May 2026 10:05\n\n<\n",
        "see [JD] a\nsee below ",
    ],
)
def test_a_hostile_text_costs_little(bait: str) -> None:
    """Neither one endless line nor thousands of baits keep the desk busy."""
    began = time.process_time()
    split(bait * (1_000_000 // len(bait)))
    split(((bait * 200)[:1_900] + "\n") * 500)
    assert time.process_time() - began < 2
