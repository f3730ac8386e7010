"""Reading the complaint form out of replies as people and their programs make them; on the shipped form and letters."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import form_values, forms
from mailbot.cases.model import Form
from mailbot.mail import hypertext
from tests import letter_cases as paper

RULES = paper.rules()
SHOWN = {field.id: field.labels["en"][0] for field in RULES.form}
HINTS = [hint for field in RULES.form for hint in field.hints.values()]
SAMPLES = {sample.name: sample for sample in paper.samples()}
WROTE = "On Tue, 3 Mar 2026 at 10:31, BLANC Customer Care <customercare@blanc.example> wrote:"
FILLED = {
    "store": "Marylebone",
    "garment": "silk dress, green",
    "problem": "damaged",
    "happened": "There is a hole in the left sleeve.",
    "where": "with the shop",
    "wish": "repair",
}


def letter(name: str = "E2") -> str:
    return paper.written(SAMPLES[name]).text


def fill(text: str, values: Mapping[str, str]) -> str:
    """The letter with values behind its labels."""
    lines = text.split("\n")
    for id, value in values.items():
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{SHOWN[id]}:"))
        lines[at] = f"{SHOWN[id]}: {value}"
    return "\n".join(lines)


def quote(text: str, mark: str = "> ", width: int = 0) -> str:
    """The text quoted, and broken at a width as some programs do."""
    lines = text.rstrip("\n").split("\n")
    if width:
        lines = [piece for line in lines for piece in (textwrap.wrap(line, width) or [""])]
    return f"{WROTE}\n" + "\n".join(f"{mark}{line}" for line in lines) + "\n"


def values(text: str) -> dict[str, str]:
    return dict(forms.read(text, RULES).values)


def told(text: str, form: Form | None = None) -> dict[str, str]:
    """What the mail newly tells of a form."""
    return forms.filled_in(form or paper.case_of(SAMPLES["E2"]).form, forms.read(text, RULES))


# ---- where the values stand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["> ", ">", ">> ", "> > ", "| ", ">>> "])
@pytest.mark.parametrize("width", [0, 76, 72, 60])
def test_inside_the_quote(mark: str, width: int) -> None:
    """Values typed behind the colons of the quoted form are read, whatever the quote marks and wherever lines broke."""
    assert told("Here it is.\n\n" + quote(fill(letter(), FILLED), mark, width)) == FILLED


def test_without_quote_marks() -> None:
    """A letter sent back as it is, filled in, without any quote mark is read."""
    assert told(fill(letter(), FILLED)) == FILLED


def test_above_the_quote() -> None:
    """A form copied above the quote wins over the empty one in the quote."""
    typed = "\n".join(f"{SHOWN[id]}: {value}" for id, value in FILLED.items())
    assert told(f"Hi,\n\n{typed}\n\nThanks\nAnna\n\n{quote(letter())}") == FILLED | {"wish": "repair"}


def test_below_the_label() -> None:
    """A value on the line below its label, in the quote or between quoted lines (blank lines or not), is read."""
    for between in ("> {}", "{}", "\n{}\n", "   {}"):
        lines = []
        for line in fill(letter(), {}).split("\n"):
            lines.append(f"> {line}")
            id = next((id for id in FILLED if line == f"{SHOWN[id]}:"), None)
            if id:
                lines.append(between.format(FILLED[id]))
        assert told(f"See below\n\n{WROTE}\n" + "\n".join(lines)) == FILLED, between


def test_mixed() -> None:
    """Values typed above, inside the quote and below a quoted label: all count, what was typed anew wins."""
    inside = fill(letter(), {"store": "Marylebone", "garment": "coat", "problem": "stained"})
    quoted = quote(inside).replace(f"> {SHOWN['wish']}:", f"> {SHOWN['wish']}:\nclean again")
    found = told(f"Garment: silk dress\nWhere is it: at home\n\n{quoted}")
    assert found == {
        "store": "Marylebone", "garment": "silk dress", "problem": "stained", "where": "with me", "wish": "clean again",
    }  # fmt: skip


def test_many_lines() -> None:
    """`What happened` holds paragraphs, up to the next label, and nothing of the hint that follows it."""
    story = "It was fine on Monday at 10:30.\n\nThen I saw a hole. The price: it was dear.\n\nI am upset."
    whole = fill(letter(), {**FILLED, "happened": story})
    assert told(whole) == {**FILLED, "happened": story} == told(quote(whole))


def test_a_sign_off_ends_what_happened() -> None:
    """Under the last field typed anew, a sign-off and a signature are not part of the story."""
    found = told("Problem: shrunk\nWhat happened: It shrank.\nBadly.\n\nKind regards,\nAnna\nDirector, Smith Ltd\n")
    assert found == {"problem": "shrunk", "happened": "It shrank.\nBadly."}


def test_html_reply() -> None:
    """The HTML form filled in by a program that sends HTML alone is read; its hints are not."""
    html = paper.written(SAMPLES["E2"]).html
    for id, value in FILLED.items():
        html = html.replace(f"<b>{SHOWN[id]}:</b> ", f"<b>{SHOWN[id]}:</b> {value}")
    body = html.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    sent = (
        f"<html><body><div>Hello, here it is</div><div>{WROTE}<br></div><blockquote>{body}</blockquote></body></html>"
    )
    assert told(hypertext.to_text(sent)) == FILLED
    assert told(hypertext.to_text(f"<html><body><p>Here.</p><hr>{body}</body></html>")) == FILLED


def test_html_table_of_their_own() -> None:
    """A customer's own table of two columns is read by its labels."""
    rows = "".join(f"<tr><td>{SHOWN[id]}</td><td>{value}</td></tr>" for id, value in FILLED.items())
    colons = "".join(f"<tr><td>{SHOWN[id]}:</td><td>{value}</td></tr>" for id, value in FILLED.items())
    assert told(hypertext.to_text(f"<table>{colons}</table>")) == FILLED
    assert told(hypertext.to_text(f"<p>Store: Chelsea<br>Garment: x</p><table>{rows}</table>"))["wish"] == "repair"


# ---- hints --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", range(30, 96, 3))
@pytest.mark.parametrize("brackets", [True, False])
def test_broken_hints_are_never_values(width: int, brackets: bool) -> None:
    """Wherever a program breaks our hints in two, an unfilled form quoted back tells nothing."""
    text = letter() if brackets else letter().replace("\n(", "\n").replace(")\n", "\n")
    known = paper.case_of(SAMPLES["E2"]).form
    body = "\n".join(line for line in text.split("\n") if ":" in line or "," in line or "." in line)
    assert told(quote(body, width=width), known) == {}


def test_a_hint_whose_second_half_lost_its_quote_mark() -> None:
    """Old programs break a quoted line without marking its rest; the rest is no value and no word of the customer's."""
    hint = next(hint for hint in HINTS if "billing" in hint)
    cut = hint.index("service")
    broken = quote(letter()).replace(f"> ({hint})", f"> ({hint[:cut].strip()}\n{hint[cut:]})")
    assert broken != quote(letter())
    reading = forms.read(f"I want to know more.\n\n{broken}", RULES)
    assert forms.filled_in(paper.case_of(SAMPLES["E2"]).form, reading) == {}
    assert reading.loose == "I want to know more."


def test_a_choice_like_a_hint_is_a_value() -> None:
    """`other`, `not sure` and `with me` end a hint; typed below their label they are answers."""
    for id, value in (("problem", "other"), ("where", "not sure"), ("where", "with me"), ("wish", "repair")):
        text = quote(letter()).replace(f"> {SHOWN[id]}:", f"> {SHOWN[id]}:\n> {value}")
        assert told(text) == {id: value}


def test_written_behind_the_hint() -> None:
    """An answer on the line of its hint counts where none is behind the label: people type where they see the words."""
    hint = next(field for field in RULES.form if field.id == "where").hints["en"]
    assert told(quote(letter()).replace(f"({hint})", f"({hint}) with me")) == {"where": "with me"}
    assert told(quote(letter()).replace(f"({hint})", f"({hint}): not sure")) == {"where": "not sure"}


# ---- our own words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, s in SAMPLES.items() if RULES.letter(s.code, "en").form])
@pytest.mark.parametrize("width", [0, 76, 50])
def test_an_unfilled_form_sent_back_tells_nothing(name: str, width: int) -> None:
    """No word of ours is a value: a question above a quoted letter, or the letter alone, changes no form."""
    text, form = letter(name), paper.case_of(SAMPLES[name]).form
    asked = forms.read(f"How long will it take?\n\n{quote(text, width=width)}", RULES)
    assert forms.filled_in(form, asked) == {}
    assert asked.loose == "How long will it take?"
    assert told(text, form) == {}


def test_only_what_happened_is_missing() -> None:
    """The last field of a form ends where our letter goes on: our signature is not what happened."""
    given = {**paper.VALUES, "happened": ""}
    sample = replace(SAMPLES["form-missing"], values={id: value for id, value in given.items() if value})
    text, form = paper.written(sample).text, paper.case_of(sample).form
    assert form.missing == ("happened",)
    for reply in (quote(text), quote(text, width=60), text, f"See below.\n\n{quote(text, '')}"):
        assert told(reply, form) == {}
    assert told(quote(fill(text, {"happened": "It tore."})), form) == {"happened": "It tore."}


@pytest.mark.parametrize(
    "name", [n for n, s in SAMPLES.items() if RULES.letter(s.code, "en").audience == ("customer",)]
)
def test_no_letter_to_a_customer_looks_like_a_filled_form(name: str) -> None:
    """Quoting any letter of ours changes no form: nothing in it reads like a label with a new value."""
    assert told(quote(letter(name)), paper.case_of(SAMPLES[name]).form) == {}


def test_prefilled_is_no_change() -> None:
    """A prefilled value quoted back, broken or not, is no news; one that was corrected is."""
    sample = replace(
        SAMPLES["E2"], values={**paper.VALUES, "garment": "a long evening dress of silk, by Reformation, moss green"}
    )
    text, form = paper.written(sample).text, paper.case_of(sample).form
    assert told(text, form) == told(quote(text), form) == told(quote(text, width=60), form) == {}
    corrected = text.replace("about £220", "£260")
    assert told(quote(corrected), form) == {"price": "£260"}


# ---- how labels are typed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "id", "value"),
    [
        ("*Garment:* silk dress", "garment", "silk dress"),
        ("**Garment**: silk dress", "garment", "silk dress"),
        ("*Garment: silk dress*", "garment", "silk dress"),
        ("_Garment:_ silk dress", "garment", "silk dress"),
        ("GARMENT: silk dress", "garment", "silk dress"),
        ("garment : silk dress", "garment", "silk dress"),
        ("Garment：silk dress", "garment", "silk dress"),
        ("Garmnet: silk dress", "garment", "silk dress"),
        ("Garmet: silk dress", "garment", "silk dress"),
        ("- Garment: silk dress", "garment", "silk dress"),
        ("8. Garment: silk dress", "garment", "silk dress"),
        ("My garment: silk dress", "garment", "silk dress"),
        ("Garment (brand, colour): silk dress", "garment", "silk dress"),
        ("Item: silk dress", "garment", "silk dress"),
        ("Kind of probelm: damaged", "problem", "damaged"),
        ("What hapened: it tore", "happened", "it tore"),
        ("Description: it tore", "happened", "it tore"),
        ("Where is the garment now: with me", "where", "with me"),
        ("What would put it rigth: repair", "wish", "repair"),
        ("Which store: Marylebone", "store", "Marylebone"),
        ("Ticket no.: 4711", "ticket", "4711"),
    ],
)  # fmt: skip
def test_labels(line: str, id: str, value: str) -> None:
    """Labels are known bold, shouted, misspelt, numbered, by an alias, with another colon."""
    assert values(line) == {id: value}


@pytest.mark.parametrize(
    "line",
    [
        "Garment - silk dress",
        "Garment = silk dress",
        "Garment | silk dress",
        "Garment\tsilk dress",
        "Garment     silk dress",
    ],
)
def test_labels_without_colon(line: str) -> None:
    """In a mail with other labels, one whose colon was lost still counts."""
    form = (
        f"Store: Marylebone\n{line}\nKind of problem damaged\nWhat happened: it tore\nWhere the garment is now\nwith me"
    )
    assert values(form) == {
        "store": "Marylebone", "garment": "silk dress", "problem": "damaged", "happened": "it tore", "where": "with me",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "What happened next was a shock: at 10:30 my dress had a hole.\nStore manager was rude.",
        "Hello,\nyour store is great - really.\nBest,\nAnna\nPhone: 020 7946 0000\nEmail: anna@work.example",
        "Anna Smith\nTel: 020 7946 0000\nMobile: 07700 900000",
        "Name: Anna Smith\nE-mail: anna@home.example\nContact number: 07700 900001",
        "",
        ":::::\n::\n:",
        "http://example.com/what:happened",
    ],
)  # fmt: skip
def test_no_form(text: str) -> None:
    """Ordinary words, and a signature with a name and numbers, are no form."""
    assert told(text) == {}


@pytest.mark.parametrize(
    "signature", ["Anna\nPhone: 1 23", "Name: A. Smith\nEmail: a@b.example\nTel: 1 23\nE-mail: c@d.e"]
)
def test_a_signature_above_the_form_is_no_form(signature: str) -> None:
    """A question with a signature above our quoted form tells nothing of the form; a number inside the form does."""
    assert told(f"How long does it take?\n\n{signature}\n\n{quote(letter())}") == {}
    assert told(f"Here.\n\n{quote(fill(letter(), {'phone': '1 23'}))}") == {"phone": "1 23"}
    assert told(fill(letter(), {"phone": "1 23"})) == {"phone": "1 23"}


def test_a_missing_name_counts_alone() -> None:
    """Where the name is what is missing, a line with it is an answer, not a signature."""
    form = forms.merge(Form(), {**FILLED, "email": "a@b.example"}, RULES)
    assert form.missing == ("name",)
    assert told("Name: Anna Smith\nPhone: 1", form) == {"name": "Anna Smith", "phone": "1"}


# ---- values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "said", "kept"),
    [
        ("where", "it's with you", "with the shop"),
        ("where", "its with you", "with the shop"),
        ("where", "You have it", "with the shop"),
        ("where", "I left it in the store", "with the shop"),
        ("where", "I have it at home", "with me"),
        ("where", "With me.", "with me"),
        ("where", "dont know", "not sure"),
        ("where", "I don't know", "not sure"),
        ("where", "don’t know", "not sure"),
        ("where", "not with me", "not sure"),
        ("where", "on the moon", "not sure"),
        ("where", "store", "with the shop"),
        ("problem", "it has a hole", "damaged"),
        ("problem", "DAMAGED", "damaged"),
        ("problem", "damged", "damaged"),
        ("problem", "Shrunk!", "shrunk"),
        ("problem", "the coat has a lost button", "damaged"),
        ("problem", "still stained", "not clean"),
        ("problem", "it wasn't cleaned", "not clean"),
        ("problem", "damaged and late", "other"),
        ("problem", "a moth flew out", "other"),
        ("wish", "my money back please", "refund"),
        ("wish", "please mend it", "repair"),
        ("wish", "not a refund", "other"),
        ("wish", "surprise me", "other"),
        ("store", "marylebone", "Marylebone"),
        ("store", "Mary le bone", "Marylebone"),
        ("store", "your Marylebone shop", "Marylebone"),
        ("store", "Marylebone High Street", "Marylebone"),
        ("store", "notinghill", "Notting Hill"),
        ("store", "South Ken", "South Kensington"),
        ("store", "the Kensington one", "South Kensington"),
        ("store", "Primrose Hill", "Primrose Hill"),
        ("store", "Ken", "Ken"),
        ("store", "online", "online"),
        ("email", "anna@home.example <mailto:anna@home.example>", "anna@home.example"),
        ("email", "same as above", ""),
        ("phone", "+44 (0)20 7946 0999 ext. 3", "+44 (0)20 7946 0999 ext. 3"),
        ("date", "a week last Tuesday, 3/2", "a week last Tuesday, 3/2"),
        ("price", "about 200-250 quid", "about 200-250 quid"),
        ("garment", "____", ""),
        ("garment", "…", ""),
        ("garment", "......", ""),
        ("garment", " - ", ""),
        ("garment", "*silk dress*", "silk dress"),
        ("happened", "__________", ""),
    ],
)  # fmt: skip
def test_values(id: str, said: str, kept: str) -> None:
    """Choices and stores are kept by their own name, blanks as nothing, all else as written."""
    field = RULES.field(id)
    assert field
    assert form_values.tidy(field, said, RULES) == kept


@pytest.mark.parametrize("id", [field.id for field in RULES.form if field.choices])
def test_every_word_of_a_choice_means_it(id: str) -> None:
    """Each word of form.yaml is understood alone, with a capital and a full stop, and in a short sentence."""
    field = RULES.field(id)
    assert field
    for choice in field.choices:
        for word in (choice.value, *choice.words):
            for said in (word, f"{word.capitalize()}."):
                assert form_values.tidy(field, said, RULES) == choice.value, said


# ---- anything at all ----------------------------------------------------------------------------------------

_MARKS = [
    ":",
    "\n",
    "> ",
    ">> ",
    "| ",
    "(",
    ")",
    "*",
    "•",
    "____",
    "\n\n",
    " ",
    WROTE,
    "Kind regards,",
    "damaged",
    "with me",
]
_PIECES = st.sampled_from([*SHOWN.values(), *HINTS, *(hint[: len(hint) // 2] for hint in HINTS), *_MARKS])


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=20), max_size=40).map("".join))
def test_nothing_raises(text: str) -> None:
    """Any text is read, twice alike, into known fields with values that are not blank."""
    reading = forms.read(text, RULES)
    assert reading == forms.read(text, RULES)
    assert set(reading.values) <= set(SHOWN)
    assert all(value.strip() for value in reading.values.values())
    merged = forms.merge(Form(), reading.values, RULES)
    assert forms.changed(merged, reading.values) == {}


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries({
        "garment": st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30),
        "happened": st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=200),
        "problem": st.sampled_from(["damaged", "stained", "lost", "late"]),
    }),
    st.sampled_from(["", "> ", ">> "]),
)  # fmt: skip
def test_what_is_filled_in_comes_back(filled: dict[str, str], mark: str) -> None:
    """Plain words filled in come back as they were, but for white space."""
    found = values(quote(fill(letter(), filled), mark))
    assert {id: "".join(found.get(id, "").split()) for id in filled} == {
        id: "".join(value.split()) for id, value in filled.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "Garment: x\n" * 90_000,
        "What happened: " + "a b " * 250_000,
        "What happened:\n" + "more words\n" * 90_000,
        ":" * 1_000_000,
        "> " * 500_000,
        "(damaged, stained,\n" * 50_000,
        "Kind of problm " * 66_000,
        "\n".join("a" * 59 + ":" for _ in range(16_000)),
        "•" * 1_000_000,
        "a " * 500_000,
        "not " * 250_000,
    ],
    ids=range(11),
)
def test_a_megabyte_is_read_in_bounded_time(text: str) -> None:
    """A hostile megabyte costs no more than a second or two, and no value grows beyond its bound."""
    started = time.process_time()
    reading = forms.read(text, RULES)
    assert time.process_time() - started < 3
    assert all(len(value) <= form_values.LONGEST_VALUE for value in reading.values.values())
