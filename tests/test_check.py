"""What `mailbot check` proves beyond the shape of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from mailbot.adapters.files import read_rule_files
from mailbot.cases.events import RECOGNISED
from mailbot.errors import Problem
from mailbot.insight.check import COMPENSATION, check
from mailbot.insight.map import forks
from mailbot.letters.templates import NAMES, PRIVATE
from mailbot.process.expression import Expression
from mailbot.process.load import load
from mailbot.process.model import Process
from mailbot.process.vocabulary import CATEGORIES, CLIENTS

ROOT = Path(__file__).parent.parent
PROCESS = "rules/process.yaml"


def problems(changes: Mapping[str, tuple[str, str]]) -> list[Problem]:
    """What is wrong with the shipped rules with one passage of each named file replaced."""
    return [problem for problem in everything(changes) if problem.severe]


def everything(changes: Mapping[str, tuple[str, str]]) -> list[Problem]:
    """Warnings too."""
    files = read_rule_files(ROOT, ("en",))
    for file, (old, new) in changes.items():
        assert old in files[file]
        files[file] = files[file].replace(old, new, 1)
    loaded = load(files, "Europe/London", RECOGNISED)
    return [*loaded.problems, *(check(loaded.process) if loaded.process else ())]


def warnings() -> list[Problem]:
    """What is only warned of in the shipped rules."""
    return [problem for problem in everything({}) if not problem.severe]


def shipped() -> Process:
    """The shipped rules as a value."""
    process = load(read_rule_files(ROOT, ("en",)), "Europe/London", RECOGNISED).process
    assert process
    return process


def template(code: str) -> str:
    """The file of a shipped letter."""
    return next(name for name in read_rule_files(ROOT, ("en",)) if name.startswith(f"templates/en/{code}-"))


def line_of(file: str, words: str) -> int:
    """The line on which words stand in a shipped file."""
    text = read_rule_files(ROOT, ("en",))[file]
    return text[: text.index(words)].count("\n") + 1


def test_shipped_rules_are_in_order() -> None:
    """What is shipped passes its own check."""
    assert problems({}) == []


def test_an_example_that_does_not_hold_is_named() -> None:
    """A row changed so that its example leads elsewhere is a problem on the example's line."""
    row = "{form.where: with me, form.problem: damaged}"
    (problem,) = problems(
        {
            PROCESS: (
                "- if: form.where == 'with me'\n        send: E4",
                "- if: form.where == 'not sure'\n        send: E4",
            )
        }
    )[:1]
    assert (problem.file, problem.line) == (PROCESS, line_of(PROCESS, row))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{form.where: with me, form.problem: damaged}", "{form.were: with me}", "did you mean 'form.where'?"),
        ("{form.where: with me, form.problem: damaged}", "{form.where: with mee}", "did you mean 'with me'?"),
    ],
)
def test_examples_are_checked_like_rules(old: str, new: str, said: str) -> None:
    """A misspelt name or value in an example is told with the nearest right one."""
    assert any(said in str(problem) for problem in problems({PROCESS: (old, new)}))


def test_nothing_may_reach_nobody() -> None:
    """Without an `otherwise` row, what no row knows would reach nobody: refused."""
    assert any(
        "otherwise" in problem.what for problem in problems({PROCESS: ("    otherwise:\n", "    alert_raised:\n")})
    )


def test_an_offer_in_a_letter_is_refused() -> None:
    """A letter that promises money, marked `grants: false`, is a problem before any customer sees it."""
    file = next(name for name in read_rule_files(ROOT, ("en",)) if "/E3-" in name)
    found = problems({file: ("This is what happens now:", "We will refund you. This is what happens now:")})
    assert [problem.file for problem in found] == [file]
    assert "refund" in found[0].what


def test_a_row_that_sends_a_granting_letter_needs_the_form() -> None:
    """No compensation without complaint form: a row that sends a letter which grants must ask for the whole form."""
    file = next(name for name in read_rule_files(ROOT, ("en",)) if "/E3-" in name)
    found = problems({file: ("grants: false", "grants: true")})
    assert any("form.complete" in problem.what and problem.file == PROCESS for problem in found)


def test_unknown_placeholder_is_named() -> None:
    """A placeholder that does not exist is told with the nearest right one and its line."""
    file = next(name for name in read_rule_files(ROOT, ("en",)) if "/E3-" in name)
    (problem,) = problems({file: ("{{ signature }}", "{{ signatur }}")})
    assert "did you mean 'signature'?" in problem.what
    assert problem.line == line_of(file, "{{ signature }}")


# ---- what is offered ---------------------------------------------------------------------------------------------


def test_the_letters_of_the_table_exist() -> None:
    """compensation.yaml names letters that make an offer: they must be there."""
    process = shipped()
    table = replace(process.compensation, letters=("CL1", "CL9"))
    assert any(
        each.file == COMPENSATION and "'CL9'" in each.what for each in check(replace(process, compensation=table))
    )


def test_the_letters_of_the_table_grant() -> None:
    """A letter of the table that is marked `grants: false` would be held every time: told in the letter."""
    file = template("CL2")
    found = problems({file: ("grants: true", "grants: false")})
    assert any((problem.file, problem.line) == (file, line_of(file, "letter: CL2")) for problem in found)


def test_every_offer_is_at_least_its_floor() -> None:
    """Over all findings, classes of client and categories: the class adds to what error and loss set, and no less."""
    process = shipped()
    table = process.compensation
    for finding, client, category, letter in product(table.floors, CLIENTS, CATEGORIES, table.letters):
        offer = table.offer(letter, finding, client, category)
        assert offer, (finding, client, category, letter)
        assert offer.amount >= table.floors[finding][category]
    assert {finding for finding, _ in table.goodwill} == set(table.floors)
    goodwill = {pair: dict.fromkeys(table.letters, -1) for pair in table.goodwill}
    cheap = replace(process, compensation=replace(table, goodwill=goodwill))
    assert sum("floor" in problem.what for problem in check(cheap)) == len(goodwill) * len(CATEGORIES) * 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bad:     {CL1: 0, CL2: 20,", "bad:     {CL1: -5, CL2: 20,", "cannot be less than 0"),
        ("bad:     {CL1: 0, CL2: 20,", "bad:     {CL1: 40, CL2: 20,", "'CL2' cannot be less than 'CL1'"),
        ("    damage: 60\n", "", "damage"),
        ("    damage: 60\n", "    damage: -60\n", "cannot be less than 0"),
    ],
)
def test_no_class_is_given_less(old: str, new: str, said: str) -> None:
    """Amounts that would undercut a floor, and floors that are not there, are told at their line."""
    found = problems({COMPENSATION: (old, new)})
    assert any(problem.file == COMPENSATION and said in problem.what for problem in found)
    near = line_of(COMPENSATION, old)
    assert all(abs(problem.line - near) <= 9 for problem in found)


# ---- what stays in the house -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["E3", "CL1", "store-note", "held"])
def test_what_stays_in_the_house(code: str) -> None:
    """No letter that a customer, a till or an unknown author can get may hold notes, the class or other cases."""
    file = template(code)
    text = read_rule_files(ROOT, ("en",))[file].rstrip()
    last = text.rpartition("\n")[2]
    lines = [f"{{{{ {name}.{NAMES[name][0]} }}}}" if name == "assessment" else f"{{{{ {name} }}}}" for name in PRIVATE]
    found = problems({file: (last, "\n\n".join([last, *lines]))})
    for number, name in enumerate(PRIVATE, start=1):
        line = text.count("\n") + 1 + 2 * number
        assert any((each.file, each.line) == (file, line) and name in each.what for each in found), name


@pytest.mark.parametrize("role", ["till", "author"])
def test_what_stays_in_the_house_is_sent_to_nobody_else(role: str) -> None:
    """`to:` of a row is held to the same: a letter with the class of a client in it cannot be sent to a till."""
    process = shipped()
    (state, rung) = next(
        (state, rung) for state in process.states.values() for rung in state.silence if "ask-approval" in rung.row.ask
    )
    row = replace(rung.row, to={"": (role,)})
    silence = tuple(replace(each, row=row) if each is rung else each for each in state.silence)
    changed = replace(process, states={**process.states, state.name: replace(state, silence=silence)})
    found = [problem for problem in check(changed) if problem.line == row.place.line]
    assert ["stays in the house" in problem.what and f"`to: {role}`" in problem.what for problem in found] == [True]
    assert all(problem.severe for problem in found)


@pytest.mark.parametrize(
    ("new", "said"),
    [("  til: [staff]", "did you mean 'till'?"), ("  till: [stafff]", "did you mean 'staff'?")],
)
def test_roles_and_categories_that_are_kept_apart_are_known(new: str, said: str) -> None:
    """A misspelt role or category under `never_to` would keep nothing from anybody."""
    found = problems({PROCESS: ("  till: [staff]", new)})
    assert any(said in problem.what and problem.line == line_of(PROCESS, "  till: [staff]") for problem in found)


# ---- nobody is forgotten -----------------------------------------------------------------------------------------


def test_every_wait_ends_with_a_person_or_a_state() -> None:
    """A state that waits for somebody, whose silence is none or only ever writes to the customer: told at the state."""
    process = shipped()
    waiting = [state for state in process.states.values() if state.waiting_on]
    assert len(waiting) >= 8
    letters = {
        name: [r for r in state.silence if not (r.row.ask or r.row.tell or r.row.go)]
        for name, state in process.states.items()
    }
    for ladders in ({}, letters):
        states = {n: replace(s, silence=tuple(ladders.get(n, ()))) for n, s in process.states.items()}
        found = [str(problem) for problem in check(replace(process, states=states))]
        for state in waiting:
            assert any(each.startswith(f"{state.place}: '{state.name}' waits for") for each in found), state.name


def test_a_last_rung_with_a_condition_is_no_end() -> None:
    """The last rung must hold whatever the case is, or some cases are forgotten after all."""
    process = shipped()
    state = process.states["awaiting_payment"]
    last = replace(state.silence[-1], row=replace(state.silence[-1].row, condition=_condition(process)))
    changed = replace(state, silence=(*state.silence[:-1], last))
    found = check(replace(process, states={**process.states, state.name: changed}))
    assert [(each.line, "'awaiting_payment' waits for" in each.what) for each in found if each.severe] == [
        (state.place.line, True)
    ]


def _condition(process: Process) -> Expression:
    """Any condition of the shipped rules."""
    return next(row.condition for fork in forks(process) for row in fork.rows if row.condition)


def test_an_answer_that_nobody_waits_for_is_warned_of() -> None:
    """Where something is asked there must be a row for each of its answers, in that state or in all."""
    process = shipped()
    always = {event: rows for event, rows in process.always.items() if event != "garments_missing"}
    states = dict(process.states)
    when = {event: rows for event, rows in states["awaiting_garments"].when.items() if event != "garments_missing"}
    states["awaiting_garments"] = replace(states["awaiting_garments"], when=when)
    found = [each for each in check(replace(process, states=states, always=always)) if "has no row for" in each.what]
    assert all("has no row for: garments_missing" in each.what for each in found)
    assert any("'awaiting_garments'" in each.what for each in found)
    assert not any("'checking_garments'" in each.what for each in found), "it has rows of its own"
    assert not any(each.severe for each in found)
    assert not any("has no row for" in each.what for each in warnings())


# ---- words and where they stand ------------------------------------------------------------------------------------

BARE = "I am glad that it was solved"  # in E1 of every case, voucher or none
TOLD = "and that they gave you a voucher of {{ voucher }} in store."  # in E1 only where a voucher was given


@pytest.mark.parametrize(
    ("old", "new", "phrase"),
    [
        (BARE, f"We will give you a voucher of £50. {BARE}", "voucher"),
        (BARE, f"Here is £50 for you. {BARE}", "£50"),
        (BARE, f"{{% if garment %}}Here is a refund.{{% endif %}} {BARE}", "refund"),
        (BARE, f"{{% if not voucher %}}Here is a voucher.{{% endif %}} {BARE}", "voucher"),
        (BARE, f"{{{{ 'x' if voucher else 'a voucher' }}}} {BARE}", "voucher"),
        ("and that they could put it right", "and that you get a voucher", "voucher"),
        (TOLD, f"{TOLD} We refund you too.", "refund"),
        (TOLD, f"{TOLD} Here are £5 more.", "£5"),
    ],
)
def test_a_letter_of_a_voucher_makes_no_other_offer(old: str, new: str, phrase: str) -> None:
    """What is said without a voucher, or of more than the one a till gave, would be held: told on its line."""
    file = template("E1")
    (problem,) = problems({file: (old, new)})
    assert (problem.file, problem.line) == (file, line_of(file, old))
    assert problem.what.startswith(f"'{phrase}' is an offer")


@pytest.mark.parametrize(
    "new",
    [
        f"{{% if voucher and garment %}}Your voucher is {{{{ voucher }}}}.{{% endif %}} {BARE}",
        f"{{% if not voucher %}}Well.{{% else %}}Enjoy your voucher.{{% endif %}} {BARE}",
        f"{{{{ 'Enjoy your voucher.' if voucher else '' }}}} {BARE}",
    ],
)
def test_the_voucher_itself_may_be_told(new: str) -> None:
    """Where a voucher was given the letter may say so, however its template asks."""
    assert problems({template("E1"): (BARE, new)}) == []


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        ("**How to fill it in**", "**We re**fund you**", 0),
        ("We take this very seriously", "We give\nyou £50", 1),
        ("We take this very seriously", "We give you your money\nback", 0),
        ("{{ form }}", "{% if garment %}\n{% if store.name %}\nWe refund you.\n{% endif %}{% endif %}\n{{ form }}", 2),
    ],
)
def test_words_are_told_on_their_line(old: str, new: str, after: int) -> None:
    """An offer is found at the line it stands on, and where it goes over two lines at the first of them."""
    file = template("E2-the")
    found = [each.line for each in problems({file: (old, new)}) if "is an offer" in each.what]
    assert found == [line_of(file, old) + after]


def test_somebody_must_own_the_cases() -> None:
    """Without anybody in `care` no case has an owner: refused; without an admin, warned of."""
    people = "rules/people.yaml"
    (problem,) = problems({people: ("roles: [care]\n    founder", "roles: [va]\n    founder")})
    assert (problem.file, "'care'" in problem.what) == (people, True)
    found = everything({people: ("roles: [admin]", "roles: [va]")})
    assert problem.line == line_of(people, "- name: Mathilde\n    address: mathilde@blanc.example\n    phone")
    assert [(each.severe, "'admin'" in each.what) for each in found if each.file == people] == [(False, True)]
