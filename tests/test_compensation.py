"""rules/compensation.yaml: the shipped table, what the loader refuses, and where it says so."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.cases.phrases import first_phrase, plain
from mailbot.process.compensation import Compensation
from mailbot.process.load import COMPENSATION, FILES, load
from mailbot.process.load_compensation import OFFERING, load_compensation
from mailbot.process.load_wording import load_wording
from mailbot.process.page import Page
from mailbot.process.vocabulary import CATEGORIES, CLIENTS, FINDINGS
from mailbot.process.wordlists import Wording
from mailbot.process.yaml_marks import Value, read

RULES = Path(__file__).parent.parent / "rules"
SHIPPED = (RULES / "compensation.yaml").read_text(encoding="utf-8")


def loaded(text: str, languages: tuple[str, ...] = ("en",)) -> tuple[Compensation, list[str]]:
    """The table that a text makes, and what is wrong with it."""
    page = Page(COMPENSATION)
    value, problems = read(text, COMPENSATION)
    page.problems.extend(problems)
    table = load_compensation(page, value or Value(1, kind="table"), languages)
    return table, [str(problem) for problem in page.problems]


def changed(old: str, new: str) -> tuple[Compensation, list[str]]:
    """The shipped table after one change."""
    assert old in SHIPPED, old
    return loaded(SHIPPED.replace(old, new, 1))


def line_of(words: str) -> int:
    """The line of the shipped file on which the words stand (comments apart)."""
    lines = enumerate(SHIPPED.split("\n"), start=1)
    return next(n for n, line in lines if words in line and not line.startswith("#"))


def wording() -> Wording:
    value, _ = read((RULES / "wording.yaml").read_text(encoding="utf-8"), "rules/wording.yaml")
    assert value
    return load_wording(Page("rules/wording.yaml"), value, {}, ())


def test_the_shipped_table_is_in_order() -> None:
    """It loads without a word, and nothing in it is confirmed."""
    table, said = loaded(SHIPPED)
    assert said == []
    assert table.confirmed == frozenset()
    assert (table.letters, table.sign) == (("CL1", "CL2"), "£")
    assert tuple(table.findings) == FINDINGS
    assert tuple(table.clients) == CLIENTS


def test_the_shipped_offers_are_whole_and_fair() -> None:
    """Every combination has an amount; class only adds; a clear error is never worth less than an unclear one."""
    table, _ = loaded(SHIPPED)
    for finding, client, category in itertools.product(OFFERING, CLIENTS, CATEGORIES):
        offers = [table.offer(letter, finding, client, category) for letter in table.letters]
        assert all(offers), (finding, client, category)
        amounts = [offer.amount for offer in offers if offer]
        assert 0 < table.floors[finding][category] <= amounts[0] <= amounts[1]
        assert amounts[1] <= table.four_eyes_over  # what the table says, the shipped people can approve
    for category, client, letter in itertools.product(CATEGORIES, CLIENTS, table.letters):
        clear = table.offer(letter, "clear error", client, category)
        unclear = table.offer(letter, "unclear error", client, category)
        assert clear
        assert unclear
        assert clear.amount >= unclear.amount
    for finding in set(FINDINGS) - set(OFFERING):
        assert table.offer("CL1", finding, "good", "damage") is None


def test_the_worked_example_is_true() -> None:
    """The comment at the top of the file reckons as the desk does."""
    table, _ = loaded(SHIPPED)
    said = dict(re.findall(r"^#     (CL\d): .*= +£(\d+)$", SHIPPED, re.MULTILINE))
    assert set(said) == set(table.letters)
    for letter, pounds in said.items():
        offer = table.offer(letter, "clear error", "good", "damage")
        assert offer
        assert offer.amount == int(pounds) * 100
        assert not offer.confirmed


def test_what_causes_say_to_a_customer() -> None:
    """Whole sentences without words of an offer, words that we never use, or anything about what the customer did."""
    table, rules = loaded(SHIPPED)[0], wording()
    told = {name: cause.told["en"] for name, cause in table.causes.items() if cause.told}
    assert len(told) >= 10
    for name, sentence in told.items():
        assert sentence[0].isupper(), name
        assert sentence.endswith("."), name
        assert not first_phrase(sentence, rules.offers), (name, first_phrase(sentence, rules.offers))
        assert not first_phrase(sentence, rules.never), name
        assert not re.search(r"\bfault|\byou (?:did|had|wore|used|left|brought|should)\b|sorry|because", sentence), name


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("clear error", "clear error"),
        ("clear blanc error", "clear error"),
        ("clear", "clear error"),
        ("our error", "clear error"),
        ("unclear error", "unclear error"),
        ("unclear or small error", "unclear error"),
        ("small error", "unclear error"),
        ("minor error", "unclear error"),
        ("not clear", "unclear error"),
        ("not our error", "not our error"),
        ("not our fault", "not our error"),
        ("repair", "repair"),
        ("manufacturer", "manufacturer"),
        ("good client", "good"),
        ("very regular", "good"),
        ("regular", "average"),
        ("first time", "bad"),
    ],
)
def test_words_that_staff_use(said: str, value: str) -> None:
    """The words of the process map each mean what the map says."""
    table, _ = loaded(SHIPPED)
    assert [each for each, words in {**table.findings, **table.clients}.items() if said in words] == [value]


def test_words_are_kept_as_they_are_compared() -> None:
    """Every word of the file is in the shape in which mails are compared with it."""
    table, _ = loaded(SHIPPED)
    lists = (*table.findings.values(), *table.clients.values(), *(cause.words for cause in table.causes.values()))
    assert all(word == plain(word) == " ".join(word.split()) for words in lists for word in words)


def test_pounds_become_pence() -> None:
    """Amounts may have pence, a sign, and quotation marks."""
    for written, pence in {"60": 6000, "60.5": 6050, "12.50": 1250, '"£20"': 2000, "£7.05": 705, "0": 0}.items():
        table, said = changed("damage: 60", f"damage: {written}")
        assert said == []
        assert table.floors["clear error"]["damage"] == pence


def test_a_confirmed_row_is_confirmed_alone() -> None:
    """`confirmed: true` holds for that finding and client in every category, and for no other."""
    table, said = changed("good:    {CL1: 40, CL2: 80, confirmed: false}", "good: {CL1: 40, CL2: 80, confirmed: true}")
    assert said == []
    assert table.confirmed == {("clear error", "good")}
    for finding, client, category in itertools.product(OFFERING, CLIENTS, CATEGORIES):
        offer = table.offer("CL1", finding, client, category)
        assert offer
        assert offer.confirmed == ((finding, client) == ("clear error", "good"))


GOOD = "good:    {CL1: 40, CL2: 80, confirmed: false}"
ROW = "'goodwill' for 'clear error', 'good' client"
REFUSED = [
    # unknown names, with the right word
    ("four_eyes_over:", "four_eyes_ovr:", "four_eyes_over: 200", "unknown key 'four_eyes_ovr'; did you mean 'four_ey"),
    ("    damage: 60", "    damge: 60", "damage: 60", "unknown category 'damge'; did you mean 'damage'?"),
    ("  clear error:\n    damage", "  claer error:\n    damage", "clear error:", "'claer error'; did you mean 'clear"),
    (GOOD, GOOD.replace("good:", "god:"), GOOD, "unknown client 'god'; did you mean 'good'?"),
    (GOOD, GOOD.replace("CL1", "CL3"), GOOD, "unknown key 'CL3'; did you mean 'CL1'?"),
    (GOOD, GOOD.replace("confirmed", "confirmd"), GOOD, "unknown key 'confirmd'; did you mean 'confirmed'?"),
    ("told: {en: \"Some", "tolld: {en: \"Some", "told: {en: \"Some", "unknown key 'tolld'; did you mean 'told'?"),
    ("  manufacturer: [", "  manufacturor: [", "manufacturer: [", "'manufacturor'; did you mean 'manufacturer'?"),
    ("  average: [", "  averige: [", "average: [", "unknown client 'averige'; did you mean 'average'?"),
    # amounts
    (GOOD, GOOD.replace("40", "-5"), GOOD, f"'CL1' in {ROW} is '-5'; it cannot be less than 0"),
    (GOOD, GOOD.replace("80", "39.99"), GOOD, f"{ROW}: 'CL2' cannot be less than 'CL1'"),
    (GOOD, GOOD.replace("40", "lots"), GOOD, "should be an amount of money, such as 20 or 12.50"),
    (GOOD, GOOD.replace("40", "[40]"), GOOD, "should be an amount of money, such as 20 or 12.50"),
    (GOOD, GOOD.replace("40", "true"), GOOD, "should be an amount of money, such as 20 or 12.50"),
    (GOOD, GOOD.replace("40", "1e2"), GOOD, "should be an amount of money, such as 20 or 12.50"),
    (GOOD, GOOD.replace("40", "12.505"), GOOD, "should be an amount of money, such as 20 or 12.50"),
    (GOOD, GOOD.replace("40", "null"), GOOD, "should be an amount of money, such as 20 or 12.50"),
    ("damage: 60", "damage: -60", "damage: 60", "'damage' in 'floors' for 'clear error' is '-60'; it cannot be less"),
    ("four_eyes_over: 200", "four_eyes_over: some", "four_eyes_over: 200", "'four_eyes_over' should be an amount"),
    ("serious_over: 1000", "serious_over:", "serious_over: 1000", "'serious_over' should be an amount of money"),
    # combinations that are missing
    (GOOD, "", "average: {CL1: 15", "'goodwill' for 'clear error' has no 'good:'"),
    (GOOD, GOOD.replace(" CL2: 80,", ""), GOOD, f"{ROW} has no 'CL2:'"),
    ("    loss: 120\n", "", "damage: 60", "'floors' for 'clear error' has no 'loss:'"),
    ("letters: [CL1, CL2]", "letters: [CL1, CL2, CL3]", GOOD, f"{ROW} has no 'CL3:'"),
    # confirmed
    (GOOD, GOOD.replace("false", "yes"), GOOD, f"'confirmed' in {ROW} should be true or false"),
    (GOOD, GOOD.replace("false", '"true"'), GOOD, f"'confirmed' in {ROW} should be true or false"),
    (GOOD, GOOD.replace("false", "1"), GOOD, f"'confirmed' in {ROW} should be true or false"),
    (GOOD, GOOD.replace("false", "null"), GOOD, f"'confirmed' in {ROW} should be true or false"),
    # findings at which nothing is offered
    ("floors:", "floors:\n  repair: {damage: 5}", "floors:", "nothing is offered for 'repair'; 'floors' has only"),
    # letters and sign
    ("letters: [CL1, CL2]", "letters: [CL1, CL1]", "letters:", "letter 'CL1' stands twice in 'letters'"),
    ("letters: [CL1, CL2]", "letters: []", "letters:", "'letters' names no letter; write it like [CL1, CL2]"),
    ('sign: "£"', 'sign: "20"', "sign:", "'sign' is '20'; it should be the sign of your money, such as £"),
    ('sign: "£"', "sign: pounds sterling", "sign:", "it should be the sign of your money, such as £"),
    # words with two meanings
    ("[repair, a repair", "[repair, clear, a repair", "repair: [", "'clear' means 'clear error' already"),
    ("  bad: [", "  bad: [Good Client, ", "  bad: [", "'good client' means 'good' already"),
    ("  clear error: [", "  clear error: [good, ", "  clear error: [", "'good' means 'good' already"),
    ("words: [fading,", "words: [dye ran, fading,", "words: [fading,", "'dye ran' means 'colour ran' already"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "what"), REFUSED)
def test_what_is_refused(old: str, new: str, where: str, what: str) -> None:
    """Each slip is an error on its line, with what is wrong and, for a name, the word that was meant."""
    _, said = changed(old, new)
    near = line_of(where)
    wanted = [line for line in said if what in line]
    assert wanted, said
    number = int(re.match(r"rules/compensation\.yaml:(\d+): ", wanted[0])[1])  # type: ignore[index]
    assert abs(number - near) <= 1, (wanted, near)
    assert not wanted[0].split(": ", 1)[1].startswith("warning")


@pytest.mark.parametrize("key", ["letters", "four_eyes_over", "serious_over", "floors", "goodwill"])
def test_a_part_that_is_missing(key: str) -> None:
    """The parts without which nothing can be offered are asked for by name."""
    text = re.sub(rf"^{key}:.*\n(?:[ \n].*\n)*", "", SHIPPED, flags=re.MULTILINE)
    assert f"this file has no '{key}:'" in "\n".join(loaded(text)[1])


def test_what_may_be_left_out() -> None:
    """Sign, words and causes have defaults; `confirmed` left out is not confirmed."""
    text = SHIPPED.split("# The words that mean each finding")[0].replace('sign: "£"\n', "")
    table, said = loaded(text.replace(", confirmed: false", ""))
    assert said == []
    assert table.sign == "£"
    assert table.confirmed == frozenset()
    assert table.findings["unclear error"] == ("unclear error",)
    assert table.clients["bad"] == ("bad",)
    assert table.causes == {}


def test_a_cause_is_told_in_every_language() -> None:
    """A desk that writes in two languages has to say a cause in both, or not at all."""
    _, said = loaded(SHIPPED, ("nl", "en"))
    assert "'told' of cause 'colour ran' has no text in 'nl'" in "\n".join(said)
    assert not any("'unknown'" in line for line in said)
    table, said = loaded(SHIPPED.replace("  unknown:\n", "  of our own:\n    told: {en: Ours.}\n  unknown:\n"))
    assert said == []
    assert table.causes["of our own"].words == ("of our own",)
    assert table.causes["unknown"].told == {}
    assert loaded(SHIPPED + "  bare:\n")[1] == []


def test_a_broken_table_keeps_the_rules_from_force() -> None:
    """The file is one of the rule files: what is wrong in it is told with the rest, and a missing one is missed."""
    assert COMPENSATION in FILES
    files = {COMPENSATION: SHIPPED.replace("damage: 60", "damage: -1")}
    said = load(files, "Europe/London", {})
    assert said.process is None
    assert any(p.file == COMPENSATION and p.line == line_of("damage: 60") and p.severe for p in said.problems)
    assert any(p.file == COMPENSATION and "is missing" in p.what for p in load({}, "Europe/London", {}).problems)


amounts = st.integers(0, 99_999)


@given(st.lists(amounts, min_size=2, max_size=2), st.booleans(), amounts)
def test_any_row_is_taken_or_told(row: list[int], confirmed: bool, floor: int) -> None:
    """A row whose second offer is not below its first is taken to the penny; any other is refused."""
    first, second = (f"{pence // 100}.{pence % 100:02d}" for pence in row)
    flag = str(confirmed).lower()
    text = SHIPPED.replace(GOOD, f"good: {{CL1: {first}, CL2: {second}, confirmed: {flag}}}")
    text = text.replace("damage: 60", f"damage: {floor // 100}.{floor % 100:02d}", 1)
    table, said = loaded(text)
    assert bool(said) == (row[1] < row[0])
    for letter, pence in zip(table.letters, row, strict=True):
        offer = table.offer(letter, "clear error", "good", "damage")
        assert offer
        assert (offer.amount, offer.confirmed) == (floor + pence, confirmed)


_SCALARS = st.sampled_from(["", "1", "-1", "true", "x", "[]", "[a, [b]]", "{a: b}", "{en: x}", "'*'", "12.50"])
_KEYS = st.sampled_from(
    [*FINDINGS, *CLIENTS, *CATEGORIES, "CL1", "floors", "goodwill", "letters", "causes", "told", "x"]
)


@given(st.lists(st.tuples(st.sampled_from(["", "  ", "    ", "      "]), _KEYS, _SCALARS), max_size=12))
def test_any_shape_is_read(lines: list[tuple[str, str, str]]) -> None:
    """Whatever stands in the file, the loader gives a table and problems, never an exception."""
    table, _ = loaded("".join(f"{indent}{key}: {value}\n" for indent, key, value in lines))
    assert isinstance(table, Compensation)
    for letter, finding, client in itertools.product(table.letters, FINDINGS, CLIENTS):
        table.offer(letter, finding, client, "damage")
