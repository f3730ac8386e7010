"""What staff write at the top of a mail, as they really write it: understood, or asked again, never guessed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import commands
from mailbot.process.model import Answer, Command
from mailbot.process.vocabulary import TAKES
from tests import ruling

RULES = ruling.shipped()
TABLE = {command.name: command for command in RULES.commands}
TOKEN = "ref 4k7qd2m.3.abcdefghijklmnopqrstuvwxyz"


def said(text: str, *answers: Answer) -> commands.Said | None:
    """What the desk understands, above no question or under one with these answers."""
    return commands.understand(text, (*answers, *RULES.commands), RULES.hearing)


def meant(text: str, *answers: Answer) -> str:
    """The name of the command, or the value of the answer, that the text means; '' for none."""
    understood = said(text, *answers)
    if understood is None:
        return ""
    choice = understood.meant
    return choice.name if isinstance(choice, Command) else choice.value


def answer(value: str, *words: str, takes: str = "") -> Answer:
    """One answer to a question."""
    return Answer(value, value, words or (value,), value.replace(" ", "_"), takes)


YES_NO = (answer("yes", "yes", "it is here", "here", "we have it"), answer("no", "no", "not here"))
APPROVAL = (
    answer("approve", "approve", "approved", "yes", takes="amount"),
    answer("change", takes="words"),
    answer("reject", "reject", "rejected", "no", takes="words"),
)
HAPPY = (answer("happy"), answer("not happy"), answer("voucher", "voucher", "gave a voucher", takes="amount"))
WHICH_CASE = (answer("case", takes="case"), answer("new", "new", "form"))
PAYMENT = (answer("paid", takes="reference"), answer("cannot pay", takes="words"))
ASSESSMENT = (
    answer("clear error, good client", takes="assessment"),
    answer("clear error, bad client", takes="assessment"),
    answer("not our error", takes="assessment"),
    answer("repair", takes="assessment"),
)


@pytest.mark.parametrize(
    ("name", "texts"),
    {
        "solved": [
            "solved", "Solved!", "SOLVED", "solved.", "*solved*", "Solved, thanks", "sovled", "sorted in store",
            "Sorted in the shop", "all sorted in store", "she is happy now", "She's happy now, thank you",
            "customer happy",
            "Resolved", "Solved in store - customer happy", "Solved, customer happy now.", "Hi Mathilde,\n\nsolved",
            "Hello, solved in store", "solved\n\nSent from my iPhone", f"solved\n\n{TOKEN}", f"{TOKEN}\n\nsolved",
            "solved\n\nKind regards\nKaren\nMarylebone store\n+44 20 7946 0011", "please solved",
        ],
        "reprocessing": [
            "reprocessing", "re-processing", "Reprocess please", "sent back for reprocessing", "Sent for reprocessing",
            "re-clean", "reclean", "re clean", "Re-cleaning", "sent back to be cleaned again", "being recleaned",
            "repress",
            "re-do", "Sent back to the factory", "reprocesing", "sent back for reprocesing",
            "sent back for re-cleaning today",
        ],
        "voucher": [
            "voucher 20", "Voucher £20", "voucher: 20", "voucher of £20", "VOUCHER OF 20 POUNDS", "£20 voucher",
            "20 pound voucher",
            "a voucher of 20", "gave a voucher of 20", "Gave her a voucher, 20 pounds", "gave her a £20 voucher",
            "voucher £20 given",
            "voucher given", "voucher", "voucher 20 for Mrs Smith", "voucher 20, she left happy", "gave voucher 20",
            "Solved, gave £20 voucher", "solved with a voucher of 20", "solved - gave her a voucher of 20.",
            "vocher 20",
            "vouchr £20", "vuocher 20", "cash voucher 15.50", "voucher for 20", "Voucher worth £20 thanks",
            "voucher\n20",
            "Hi Mathilde, voucher 20 thanks\n\nKaren",
        ],
        "form": [
            "form", "Form please", "please send the form", "send form", "no", "No.", "not solved", "NOT SOLVED",
            "unsolved",
            "not solved, she is upset", "no, please send the form", "customer is not happy", "still not happy",
            "no - she wants her money",
            "not resolved\nshe will call again", "unhappy",
        ],
        "form taken": ["form taken", "Form taken:", "form taken by phone\n\nYour name: Anna",
        "took the form\nName: Anna"],
        "back": ["back", "she is back", "She's back, wants her money", "customer is back", "came back",
        "Back in store"],
        "arrived": ["arrived", "Arrived this morning, thanks", "it arrived", "garments arrived", "arived",
        "brought it in"],
        "assessment": [
            "assessment: clear error, good client", "clear error, good client", "Clear BLANC error - good client",
            "not our error",
            "repair 14 June", "manufacturer", "unclear or small error / average",
            "Assessment\nclear error, good client",
            "claer error, good client", "my assessment - unclear error, bad",
        ],
        "ready": ["ready", "It's ready", "ready Friday", "repair done", "ready for collection from 14 June",
        "repaired 14/6"],
        "note": ["note she came in at five", "Note: is she a regular?", "for the file: tall, red hat",
        "memo - but only for us"],
        "to customer": [
            "to customer: your dress is here", "To customer - hello", "tell the customer we are looking",
            "to customer\nHello Anna",
            "to custmer: hello", "please tell the customer we are closed", "to customer: not closed yet?",
        ],
        "progress": ["progress: we wait for the mill", "Progress for the customer - still looking"],
        "assign": ["assign lucy", "assign to Lucy please", "please assign this to lucy", "asign lucy",
        "hand the case to Mathilde"],
        "merge": ["merge BLANC-4K7QD2M", "merge with blanc-4k7qd2m", "duplicate of BLANC-4K7QD2M",
        "Merge into BLANC-4K7QD2M, thanks"],
        "park": ["park", "Park it", "park this please", "park, customer is on holiday"],
        "reopen": ["reopen", "re-open", "Reopen the case", "open again please"],
        "close": ["close", "close it please", "Please close", "case closed", "close the case, she moved away"],
        "go on": ["go on", "Go on!", "please go on", "carry on"],
        "paid": ["paid FP1234", "Paid, ref FP 12 34", "paid by bank transfer 4711", "payment made 12345"],
        "no action": ["no action", "No action needed, thanks", "ignore this", "not a complaint"],
        "status": ["status", "Status?", "any news?", "what's the status?", "whats the status?", "status please"],
        "why": ["why", "Why?", "why was this sent?"],
        "help": ["help", "Help!", "help?", "commands"],
    }.items(),
)  # fmt: skip
def test_commands_as_people_write_them(name: str, texts: list[str]) -> None:
    """Capitals, typing errors, courtesy, greetings, signatures and our own reference hide no command."""
    assert {text: meant(text) for text in texts} == dict.fromkeys(texts, name)


@pytest.mark.parametrize(
    "text",
    [
        # questions
        "solved?", "voucher?", "voucher 20?", "should I give a voucher of 20?", "close?", "shall we close it?",
        "arrived?",
        "assign lucy?", "merge BLANC-4K7QD2M?", "ready?", "paid?", "back?", "park?", "go on?",
        # denials
        "nto solved", "un-solved", "not arrived", "has not arrived", "no voucher", "voucher not given",
        "did not give a voucher",
        "didn't give her a voucher", "not closed", "don't close", "do not park", "not paid", "unpaid", "not ready",
        "isn't ready yet",
        "never arrived", "not a voucher", "she is not happy now", "not to customer", "no merge", "do not reopen",
        "nothing arrived",
        # doubts, and what is put off or limited
        "solved I think", "probably solved", "solved, but she wants a voucher", "solved, I think", "maybe solved",
        "nearly solved",
        "voucher 20 but she is still not happy", "voucher 20 if she comes back", "voucher tomorrow",
        "voucher 20 I believe",
        "close, but only after friday", "close it when she has called", "arrived, but only the belt", "arrived, I hope",
        "ready soon", "ready when you are", "paid, will send the reference later", "assign lucy if she is in",
        "merge BLANC-4K7QD2M once she agrees", "voucher up to 20", "voucher 20 at most", "half solved",
        "park until monday",
        # wishes and reports of others' words
        "she wants a voucher", "customer asks for a voucher of 50", "wants it solved", "will be recleaned",
        "asks to close",
        "they say it arrived", "would like to be assigned",
        # other words
        "all sorted now", "all sorted", "sorted", "received, thanks", "noted", "read", "read it", "already done",
        "marked",
        "thanks", "Hi", "", "no idea", "no problem", "update: she rang again", "progress is slow", "progress?",
        "transferred 12 shirts to Notting Hill",
        "hand to Lucy", "pass it to Lucy 4711", "happy with a voucher", "go ahead", "To customers we say this",
        "form was filled in already", "backpack", "closely watched", "parking is hard", "she is upset, please help",
        "ok",
        "yes", "20", "£20", "BLANC-4K7QD2M", "FP123456", "clear", "Lucy",
        # two commands
        "arrived, please close", "no, gave her a voucher of 20", "park and close", "arrived and solved",
        "solved, please assign lucy",
    ],
)  # fmt: skip
def test_what_is_no_command(text: str) -> None:
    """A question, a denial, a doubt, a wish, or two commands at once: nothing is done, and the person is asked."""
    understood = said(text)
    assert understood is None or (text == "clear" and understood.meant.takes == "assessment")


@pytest.mark.parametrize(
    ("answers", "text", "expected"),
    [
        (YES_NO, "yes", "yes"),
        (YES_NO, "Yes - found on the rail", "yes"),
        (YES_NO, "no", "no"),
        (YES_NO, "no, we have it", ""),
        (YES_NO, "yes, but only the belt", ""),
        (YES_NO, "solved", "solved"),
        (YES_NO, "voucher 20", "voucher"),
        (YES_NO, "20", ""),
        (YES_NO, "arrived", "arrived"),
        (APPROVAL, "approve", "approve"),
        (APPROVAL, "Approved!", "approve"),
        (APPROVAL, "aprove", "approve"),
        (APPROVAL, "yes", "approve"),
        (APPROVAL, "approve 60", "approve"),
        (APPROVAL, "approved, 60 please", "approve"),
        (APPROVAL, "aproved 60", "approve"),
        (APPROVAL, "60", "approve"),
        (APPROVAL, "£60.50 please", "approve"),
        (APPROVAL, "unapproved", ""),
        (APPROVAL, "disapproved", ""),
        (APPROVAL, "not approved", ""),
        (APPROVAL, "approve?", ""),
        (APPROVAL, "60?", ""),
        (APPROVAL, "approve 60 if she sends photos", ""),
        (APPROVAL, "approve up to 60", ""),
        (APPROVAL, "approve, a bit less", ""),
        (APPROVAL, "approve half", ""),
        (APPROVAL, "approve 60, not 80", ""),
        (APPROVAL, "approve, but say sorry first", ""),
        (APPROVAL, "I think we should approve", ""),
        (APPROVAL, "change: say sorry first, but do not offer more?", "change"),
        (APPROVAL, "reject", "reject"),
        (APPROVAL, "rejected - she was paid already", "reject"),
        (APPROVAL, "no", "reject"),
        (HAPPY, "happy", "happy"),
        (HAPPY, "not happy", "not happy"),
        (HAPPY, "unhappy", "form"),
        (HAPPY, "voucher 20", "voucher"),
        (HAPPY, "gave a voucher of 20", "voucher"),
        (HAPPY, "20", "voucher"),
        (HAPPY, "twenty", ""),
        (WHICH_CASE, "BLANC-4K7QD2M", "case"),
        (WHICH_CASE, "blanc-4k7qd2m please", "case"),
        (WHICH_CASE, "case BLANC-4K7QD2M", "case"),
        (WHICH_CASE, "case: BLANC-4K7QD2M", "case"),
        (WHICH_CASE, "not case BLANC-4K7QD2M", ""),
        (WHICH_CASE, "new", "new"),
        (PAYMENT, "paid FP1234", "paid"),
        (PAYMENT, "Paid: FP1234", "paid"),
        (PAYMENT, "cannot pay: no account number", "cannot pay"),
        (PAYMENT, "not paid", ""),
        (ASSESSMENT, "clear error, good client", "clear error, good client"),
        (ASSESSMENT, "Clear error - bad customer", "clear error, bad client"),
        (ASSESSMENT, "clear error, good client: it tore at the seam", "clear error, good client"),
        (ASSESSMENT, "clear error, average client", "assessment"),
        (ASSESSMENT, "repair by 14 June", "repair"),
        (ASSESSMENT, "not our error, good client, but she is upset", "assessment"),
        (ASSESSMENT, "assessment: not our error", "not our error"),
        (ASSESSMENT, "no, clear error, good client", ""),
        (ASSESSMENT, "maybe clear error, good client", ""),
        (ASSESSMENT, "note: clear error, good client", "note"),
        (ASSESSMENT, "yes", ""),
    ],
)
def test_answers_come_before_commands(answers: tuple[Answer, ...], text: str, expected: str) -> None:
    """Under a question its answers are looked for first; a bare amount or code belongs to the one that takes it."""
    assert meant(text, *answers) == expected


def test_a_bare_amount_under_two_questions_is_neither() -> None:
    """An amount that two answers could take is asked back."""
    two = (answer("voucher", takes="amount"), answer("refund", takes="amount"))
    assert meant("20", *two) == ""
    assert meant("refund 20", *two) == "refund"


def test_two_that_fit_equally_are_asked_back() -> None:
    """A line that is as near to one command as to another is neither."""
    one, other = answer("found it here"), answer("found it hers")
    assert meant("found it herx", one, other) == ""
    assert meant("found it here", one, other) == "found it here"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("note: she rang", "she rang"),
        ("please note: she rang", "she rang"),
        ("Note\nshe rang\nand rang", "she rang\nand rang"),
        ("to customer - Dear Anna,\n\nit is here.", "Dear Anna,\n\nit is here."),
        (f"to customer: it is here\n\n{TOKEN}", "it is here"),
        ("\u200bto customer: it is here", "it is here"),
        ("TO CUSTOMER: Straße", "Straße"),
        ("voucher £20 given", "£20 given"),
        ("asign lucy", "lucy"),
        ("solved\nshe took the voucher", "she took the voucher"),
        ("Hi Mathilde,\n\nassign to Lucy", "Lucy"),
        ("to custmer: hello", "hello"),
    ],
)
def test_the_words_that_belong_to_it(text: str, words: str) -> None:
    """What follows a command's own words is kept as it was written."""
    understood = said(text)
    assert understood
    assert understood.words == words


@pytest.mark.parametrize(
    "note",
    [
        "", "FYI", "fyi\n\nSent from my iPhone", "Sent from my iPhone", "Hi,\n\nsee below", "Thanks,\nMarylebone till",
        "Kind regards,\nMarylebone store\n+44 20 1234", "Hello Mathilde", "Get Outlook for iOS",
    ],
)  # fmt: skip
def test_a_forward_is_bare(note: str) -> None:
    """Courtesy, a signature and what a telephone writes say nothing."""
    assert commands.says_nothing(note, RULES.hearing)


@pytest.mark.parametrize(
    "note",
    ["all sorted", "Thanks, all sorted now", "Thanks\nShe got a voucher.", "no", "She is upset, please help", "solved"],
)
def test_a_forward_is_not_bare(note: str) -> None:
    """A sentence says something, also below a thank you."""
    assert not commands.says_nothing(note, RULES.hearing)


def test_the_map_s_commands_are_all_there() -> None:
    """Each command of the process brings its event, for the roles and on the proof that PROCESS.md names."""
    known = {name for name, command in TABLE.items() if command.proof == "known"}
    assert known == {"form", "back", "arrived", "note", "status", "why", "help", "no action"}
    assert {name: (command.event, command.takes) for name, command in TABLE.items()} == {
        "solved": ("solved_in_store", ""), "reprocessing": ("reprocessing_started", ""), "voucher": ("voucher_given",
        "amount"),
        "form": ("form_requested", ""), "back": ("customer_returned", ""), "arrived": ("garments_arrived", ""),
        "note": ("note_made", "words"), "to customer": ("relay_asked", "words"), "assign": ("owner_assigned", "person"),
        "park": ("parked_by_staff", ""), "close": ("closed_by_staff", ""), "reopen": ("reopened_by_staff", ""),
        "merge": ("merge_asked", "case"), "go on": ("case_resumed", ""), "paid": ("payment_made", "reference"),
        "ready": ("repair_ready", "date"), "form taken": ("form_taken", "form"), "progress": ("progress_told", "words"),
        "assessment": ("assessment_made", "assessment"), "status": ("status_asked", ""), "why": ("why_asked", ""),
        "help": ("help_asked", ""), "no action": ("no_action_needed", ""),
    }  # fmt: skip
    assert all(command.about for command in TABLE.values())
    assert {command.takes for command in TABLE.values()} - {""} == set(TAKES)


def test_who_may() -> None:
    """A till may not merge, close, assign, park, reopen, pay, or let a serious case go on; only assessors assess."""
    till = {name for name, command in TABLE.items() if "till" in command.who}
    assert till == {
        "solved", "reprocessing", "voucher", "form", "form taken", "back", "arrived", "ready", "note", "to customer",
        "no action", "status", "help",
    }  # fmt: skip
    assert set(TABLE["assessment"].who) == {"operations", "care"}
    assert set(TABLE["paid"].who) == {"va", "care"}
    for name in ("assign", "go on"):
        assert set(TABLE[name].who) == {"va", "operations", "care", "admin"}
    for name in ("merge", "park", "reopen", "close"):
        assert set(TABLE[name].who) == {"va", "operations", "care"}


@pytest.mark.parametrize("command", RULES.commands, ids=lambda command: command.name)
def test_every_word_means_its_command(command: Command) -> None:
    """No word of a command is swallowed by another, and none is taken for courtesy or a doubt."""
    texts = [f"{word} x" if word.endswith(":") else word for word in command.words]
    lost = {text: meant(text) for text in texts if meant(text) != command.name}
    assert lost == {}


def test_an_admin_s_own_words() -> None:
    """Words are the file's: another word means the command at once, and an emptied doubt no longer asks."""
    park = replace(TABLE["park"], words=("leave in peace",))
    assert commands.understand("leave in peace", [park], RULES.hearing) is not None
    assert commands.understand("leave in peace, for you", [park], RULES.hearing) is not None
    assert commands.understand("leave in peace, soon", [park], RULES.hearing) is None
    assert commands.understand("leave in peace, soon", [park], replace(RULES.hearing, doubt=())) is not None


@pytest.mark.parametrize(
    "text",
    [
        "yes " * 20_000, "no, " * 20_000, "hi " * 20_000, "- " * 50_000, "thanks " * 20_000, "a," * 50_000,
        "\n" * 100_000,
        "voucher " * 10_000, "20 " * 30_000, "clear error, " * 8_000, "good client " * 8_000, "cause: " * 15_000,
        "to customer: " * 8_000, "\u200b" * 100_000, "ﬁ" * 50_000, " " * 100_000, "ref " * 25_000,
        "clear error\n" * 8_000,
        "please " * 15_000, "it is a " * 10_000, "1/2/" * 20_000, "\u200b" * 50_000 + "note: x",
        "assign " + "a " * 40_000,
    ],
)  # fmt: skip
def test_long_texts_cost_little(text: str) -> None:
    """No text, however long, keeps the desk busy."""
    began = time.process_time()
    said(text, *APPROVAL, *ASSESSMENT)
    commands.says_nothing(text, RULES.hearing)
    assert time.process_time() - began < 2


PIECES = st.sampled_from(
    [
        "solved", "not ", "voucher", " 20", "£", "\n", ", ", "clear error", "good client", "to customer:", "cause:",
        "?", "…", "repair",
        "14 June", "assign ", "lucy", "BLANC-4K7QD2M", "paid", "\u200b", "ß", "İ", "\x00", "\ud800", "'", "-",
        "thanks", "Hi Anna,", TOKEN,
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join))
def test_any_text_gives_an_answer(text: str) -> None:
    """Total: any text is understood or not, and its words are words of the text."""
    understood = said(text, *APPROVAL, *ASSESSMENT, *WHICH_CASE)
    assert understood is None or isinstance(understood.words, str)
    commands.says_nothing(text, RULES.hearing)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([word for command in RULES.commands for word in command.words if "?" not in word]))
def test_no_denied_command_is_carried_out(word: str) -> None:
    """ "not" before any word of a command never means that command, nor any that settles, promises or closes."""
    for denied in (f"not {word}", f"don't {word}", f"not yet {word}", f"never {word}"):
        understood = said(denied)
        assert understood is None or (
            isinstance(understood.meant, Command)
            and understood.meant.proof == "known"
            and word not in understood.meant.words
        )


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([(c.name, word) for c in RULES.commands if c.takes not in ("words", "form") for word in c.words])
)
def test_no_question_is_carried_out(one: tuple[str, str]) -> None:
    """A question mark behind any word of a command asks, unless the file says that it is a command so."""
    name, word = one
    asked = f"{word.rstrip('?')}??"
    understood = said(asked)
    assert understood is None or "?" in "".join(TABLE[name].words) or understood.meant.takes == "assessment"
