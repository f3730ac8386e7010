"""Every letter, to customers and to staff, exactly as it leaves; and what must be true of all of them.

Renew the files after a change that is meant: `python -m tests.renew_letters`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from mailbot.cases import commands
from mailbot.mail import hypertext, references
from mailbot.process.model import Answer, LetterCard
from tests import letter_cases as paper
from tests import tapping
from tests.letter_cases import Sample

RULES = paper.rules()
ALL = [pytest.param(sample, id=sample.name) for sample in paper.samples()]
TO_CUSTOMERS = [p for p in ALL if RULES.letter(p.values[0].code, "en").audience == ("customer",)]  # type: ignore[union-attr]
WITH_FORM = [p for p in ALL if RULES.letter(p.values[0].code, "en").form]  # type: ignore[union-attr]
WITH_ANSWERS = [p for p in ALL if RULES.letter(p.values[0].code, "en").answers]  # type: ignore[union-attr]
ASKS_STAFF = [p for p in WITH_ANSWERS if p not in TO_CUSTOMERS]
BY_NAME = {sample.name: sample for sample in paper.samples()}


def text(name: str) -> str:
    return paper.written(BY_NAME[name]).text


def flat(words: str) -> str:
    return " ".join(words.split())


def offered(sample: Sample) -> list[str]:
    """The answers that make sense where the case stands."""
    case = paper.case_of(sample)
    where = "quiet" if case.facts.get("quiet") else case.state
    answers = RULES.letter(sample.code, "en").answers
    return [answer.value for answer in answers if not answer.states or where in answer.states]


# ---- exactly as they are ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ALL)
def test_golden(sample: Sample) -> None:
    """The letter is what its golden files say: subject, text part and HTML part."""
    for file, said in zip(paper.golden(sample), paper.as_files(sample), strict=True):
        assert file.exists(), f"{file.name} is missing: python -m tests.renew_letters"
        assert said == file.read_text(encoding="utf-8"), f"{file.name}: if it is meant, python -m tests.renew_letters"


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a letter that still exists."""
    wanted = {file for sample in paper.samples() for file in paper.golden(sample)}
    assert set(paper.GOLDEN.iterdir()) == wanted


def test_the_same_letter_is_the_same_bytes() -> None:
    """A letter written twice is the same to the last byte: nothing random is in it."""
    assert paper.written(BY_NAME["E2"]).raw == paper.written(BY_NAME["E2"]).raw


# ---- on the wire --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ALL)
def test_wire(sample: Sample) -> None:
    """Text and HTML, the case code in the subject, the marks of an automatic letter, short lines."""
    letter = paper.written(sample)
    assert letter.mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.mail.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
    assert letter.subject.endswith(f" [{paper.CODE}]")
    assert letter.subject == flat(letter.subject)
    assert letter.mail["X-Mailbot-Case"] == paper.CODE
    assert letter.mail["X-Mailbot-Letter"] == sample.code
    assert letter.mail["Auto-Submitted"] == "auto-replied"
    assert letter.mail["X-Auto-Response-Suppress"] == "All"
    head, _, body = letter.raw.partition(b"\r\n\r\n")
    assert b"\n" not in letter.raw.replace(b"\r\n", b"")
    assert max(map(len, body.split(b"\r\n"))) < 78
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert not re.search(rb"(?m)^[A-Za-z-]+:\s*\r$", head), "a header begins on its second line"


@pytest.mark.parametrize(
    "garment", ["a", "Łódź – żółty płaszcz", "真丝连衣裙" * 20, "x" * 300, "two\r\nBcc: everybody@example.com"]
)
def test_subject_of_any_garment(garment: str) -> None:
    """A subject with any garment in it stays one header of short lines that decodes to what it was."""
    sample = replace(BY_NAME["garments-here"], values={**paper.VALUES, "garment": garment})
    letter = paper.written(sample)
    assert letter.subject == f"{flat(f'We have your {garment}')[:200]} [{paper.CODE}]"
    assert letter.mail["Bcc"] is None
    field = letter.raw.partition(b"\r\nSubject: ")[2].partition(b"\r\nFrom:")[0]
    assert all(len(line) <= 76 or b"xxxx" in line for line in field.split(b"\r\n"))


# ---- the words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ALL)
def test_clean(sample: Sample) -> None:
    """No placeholder left, no gap, no None, no sentence that lost its word, whatever is unknown."""
    letter = paper.written(sample)
    for said in (letter.subject, letter.text, hypertext.to_text(letter.html)):
        for wrong in ("{{", "}}", "{%", "%}", "None", "()", "( ", " )", " ,", ",,", " .", "..", "\ue000", "\ufffc"):
            assert wrong not in said.replace("…", ""), f"{wrong!r} in {said}"
    body = letter.text.partition("\n-- \n")[0]
    assert "\n\n\n" not in body, body
    assert "  " not in body, body
    assert body == body.strip() + "\n" * (len(body) - len(body.rstrip("\n")))
    for line in body.split("\n"):
        assert line == line.rstrip() or line == "> ", repr(line)
        assert not re.match(r"^(?:Dear|Hello)\s*,?$", line) or line == "Hello,", line


@pytest.mark.parametrize("sample", ALL)
def test_both_parts_say_the_same(sample: Sample) -> None:
    """Every sentence of the text part stands in the HTML part too, in that order, but for the form and the buttons."""
    letter = paper.written(sample)
    shown = flat(hypertext.to_text(letter.html).replace("\n> ", "\n"))
    at = 0
    for line in _sentences(letter.text, sample):
        found = shown.find(line, at)
        assert found >= 0, f"{line!r} is not in the HTML part after {shown[:at][-80:]!r}"
        at = found


def _sentences(said: str, sample: Sample) -> Iterator[str]:
    labels = [label for field in RULES.form for label in field.labels["en"]]
    for line in said.partition("\n-- \n")[0].split("\n"):
        bare = re.sub(r"^(?:> |- |\d\. )", "", line).strip()
        if bare.startswith(("(", "•", "Reply with")) or bare.partition(":")[0] in labels:
            continue
        if any(bare.startswith(answer.value) for answer in RULES.letter(sample.code, "en").answers):
            continue
        yield flat(bare)


@pytest.mark.parametrize("sample", WITH_FORM)
def test_form_lines(sample: Sample) -> None:
    """Each field is one line `<shown label>:` with the known value or nothing after it, in the form's order."""
    case, card = paper.case_of(sample), RULES.letter(sample.code, "en")
    said = text(sample.name).partition("\n-- \n")[0].split("\n")
    begun = set(sample.values) - {"name", "email", "phone"}
    asked = [f for f in RULES.form if not (card.form == "missing" and begun) or f.id in case.form.missing]
    found = []
    for field in asked:
        label = field.labels["en"][0]
        lines = [n for n, line in enumerate(said) if line.startswith(f"{label}:")]
        assert len(lines) == 1, f"{label}: stands on {len(lines)} lines"
        value = flat(case.form.values.get(field.id, ""))
        assert said[lines[0]] == (f"{label}: {value}" if value else f"{label}:")
        hint = field.hints.get("en")
        assert not hint or said[lines[0] - 1] == f"({hint})"
        found.append(lines[0])
    assert found == sorted(found)


@pytest.mark.parametrize("sample", ALL)
def test_html(sample: Sample) -> None:
    """The HTML part has its language, at most one heading, nothing from outside, no link but mail and https."""
    html = paper.written(sample).html
    assert '<html lang="en">' in html
    assert len(re.findall(r"<h1\b", html)) <= 1
    assert not re.search(r"<(?:script|img|iframe|link|form|input|object)\b|\burl\(|\bsrc=|\bon\w+=", html)
    assert all(href.startswith(("mailto:", "https://")) for href in re.findall(r'href="([^"]*)"', html))
    assert "<!--" not in html


@pytest.mark.parametrize("sample", WITH_ANSWERS)
def test_buttons(sample: Sample) -> None:
    """Each button writes a mail to the desk: the words of one answer, in their order, and the letter's reference."""
    letter, card = paper.written(sample), RULES.letter(sample.code, "en")
    reference, meant = letter.message_id[1:].partition("@")[0], []
    for link in tapping.of(letter.html).hrefs:
        reply = tapping.strictly(link)
        assert (reply.to, reply.subject) == (paper.IDENTITY.address, f"Re: {letter.subject}")
        assert references.codes_in(reply.subject, paper.IDENTITY.prefix) == (paper.CODE,)
        words, end, rest = reply.body.rpartition(f"\r\n\r\nref {reference}")
        assert end
        assert not rest
        answer = _begun(words, card)
        said = commands.understand(tapping.filled(answer, reply.body), card.answers, RULES.hearing)
        assert said
        assert (said.meant.value, said.meant.event) == (answer.value, answer.event)
        meant.append(answer.value)
    assert list(dict.fromkeys(meant)) == offered(sample)


def _begun(words: str, card: LetterCard) -> Answer:
    """The answer that a button's words begin with."""
    return max((answer for answer in card.answers if words.startswith(answer.value)), key=lambda each: len(each.value))


@pytest.mark.parametrize("sample", ASKS_STAFF)
def test_the_question_comes_first(sample: Sample) -> None:
    """A letter to staff begins with its question or request, then the answers, as buttons and as words."""
    paragraphs = text(sample.name).strip().split("\n\n")
    assert re.search(r"[?.:]", paragraphs[0])
    card = RULES.letter(sample.code, "en")
    at = next(n for n, paragraph in enumerate(paragraphs) if paragraph.startswith("Reply with"))
    assert at == (len(paragraphs) - 1 if sample.code == "alert" else 1)  # `alert` wants no answer as a rule
    listed = [line.removeprefix("- ") for line in paragraphs[at].split("\n")[1:]]
    values = [_begun(line, card).value for line in listed]
    assert list(dict.fromkeys(values)) == offered(sample)
    for line, value in zip(listed, values, strict=True):
        more = line.removeprefix(value).partition(" (")[0]
        assert re.fullmatch(r"|: and your words| and (?:the|its) [a-z]+| [0-9.]+| BLANC-[A-Z2-7]{7}", more), line


@pytest.mark.parametrize("sample", [p for p in WITH_ANSWERS if p in TO_CUSTOMERS])
def test_a_customer_answers_in_a_word(sample: Sample) -> None:
    """A letter to a customer has its answers in one sentence, after what they answer."""
    said = text(sample.name)
    assert len(re.findall(r"(?m)^Reply with .*\.$", said)) == 1
    assert "- " not in said.partition("Reply with")[2].partition("\n\n")[0]


@pytest.mark.parametrize("sample", TO_CUSTOMERS)
def test_to_customers(sample: Sample) -> None:
    """A letter to a customer greets, signs with the owner, ends with the quiet footer, hides the desk's insides."""
    said = text(sample.name)
    first = sample.values.get("name", "").partition(" ")[0]
    assert said.startswith(f"Dear {first},\n" if first else "Hello,\n")
    owner = "Mathilde\n" if sample.variant != "sparse" else ""
    assert f"\nKind regards,\n{owner}Customer Care\nBLANC\n\n-- \n" in said
    assert said.rstrip().endswith("just reply and say so.")
    for inside in ("Auto", "mailbot", "awaiting", "token", "client class"):
        assert inside not in said


@pytest.mark.parametrize("sample", ALL)
def test_hostile_values(sample: Sample) -> None:
    """Names, garments, words and subjects are shown, never obeyed: no markup, no template, no link comes of them."""
    bad = '<b onclick="x()">{{ case }}</b> [x](http://evil.example) **B** & "q"'
    values = {
        id: (bad if id not in ("email", "store", "problem", "where", "wish") else v) for id, v in sample.values.items()
    }
    data = {
        key: bad if isinstance(v, str) and key not in ("author", "to") else v
        for key, v in paper.data_of(sample).items()
    }
    letter = paper.written(replace(sample, values=values, data=data))
    assert "<b onclick" not in letter.html
    assert 'href="http:' not in letter.html
    plain = paper.written(replace(sample, values={**values, **{k: "x" for k in values if values[k] == bad}}, data={
        key: "x" if v == bad else v for key, v in data.items()
    }))  # fmt: skip
    assert re.findall(r"<[a-z1-6]+", letter.html) == re.findall(r"<[a-z1-6]+", plain.html)


# ---- what LETTERS says of single letters --------------------------------------------------------------------

POINTS = yaml.safe_load((Path(__file__).parent / "letter_points.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", POINTS)
def test_points_in_order(name: str) -> None:
    """The letter makes its points, in the order of the specification."""
    said, at = flat(text(name)), 0
    for point in POINTS[name]:
        found = said.find(point, at)
        assert found >= 0, f"{point!r} does not come after {said[:at][-60:]!r}"
        at = found


def test_discussed_today_only_where_it_was() -> None:
    """Only a customer whom staff met reads "as discussed today"; who came back is not told so again."""
    assert [name for name in BY_NAME if "as discussed today" in flat(text(name))] == ["E2.reported"]


def test_founder() -> None:
    """An owner who is no founding partner does not sign as one."""
    people = tuple(replace(person, founder=False) for person in RULES.people.people)
    process = replace(RULES, people=replace(RULES.people, people=people))
    for name in ("E3", "E4"):
        said = flat(paper.written(BY_NAME[name], process=process).text)
        assert "I oversee this personally. I am your main contact" in said
        assert "founding partner" not in said


def test_no_word_of_an_offer_in_the_form_letters() -> None:
    """Unapproved letters pass the guard with every form value and promise nothing by themselves."""
    for sample in (p.values[0] for p in TO_CUSTOMERS):
        assert isinstance(sample, Sample)
        if not RULES.letter(sample.code, "en").grants:
            assert paper.written(replace(sample, values={**sample.values, "wish": "refund"})).raw
