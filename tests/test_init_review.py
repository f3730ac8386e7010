"""The last page of `mailbot init`: every answer to be seen and changed, and the slips that are caught at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailbot import answers as checks
from mailbot import settings as reading
from mailbot.answers import Contact
from mailbot.founding import shipped
from tests.founding import OWN, desk_people, init

ANSWERS = ["care@shop.test", "Blanc", "", "Europe/Berlin", "de en", "", "", "", "secret words"]
PEOPLE = ["Mathilde m@shop.test", "", "", "lAter", "High Street till@shop.test", ""]


def test_a_domain_without_a_dot_is_asked_again_at_once(tmp_path: Path) -> None:
    """Before anything else is asked; this machine's own name will do."""
    result = init(tmp_path / "desk", typed=["care@myshop", *ANSWERS, *PEOPLE, ""], zone=OWN)
    assert result.exit_code == 0, result.output
    assert "the domain myshop has no dot; write all of it, like care@myshop.com" in result.output
    assert result.output.index("has no dot") < result.output.index("Name of the shop")
    assert checks.desk_address("care@localhost") == "care@localhost"


def test_all_answers_are_shown_before_they_are_written(tmp_path: Path) -> None:
    """Numbered, without the password; Enter writes them."""
    result = init(tmp_path / "desk", typed=[*ANSWERS, *PEOPLE, "99", "what", ""], zone=OWN)
    assert result.exit_code == 0, result.output
    page = result.output.partition("This is what will be written:")[2].partition("Write this into")[0]
    for number, words in enumerate(
        ("care@shop.test", "Blanc", "BLANC", "Europe/Berlin", "de, en",
         "IMAP mail.shop.test:993, SMTP mail.shop.test:587",
         "a password (not shown)", "Mathilde <m@shop.test>", "Mathilde <m@shop.test>", "Mathilde <m@shop.test>",
         "later", "High Street <till@shop.test>"), 1,
    ):  # fmt: skip
        assert any(line.split()[:1] == [str(number)] and words in line for line in page.splitlines()), (number, page)
    assert "secret words" not in result.output
    assert result.output.count("a number from 1 to 12 changes") == 2
    assert desk_people(tmp_path / "desk").in_role("va")[0].addresses == ("m@shop.test",)


def test_an_answer_is_changed_by_its_number(tmp_path: Path) -> None:
    """The address with its servers and sign-in; a name in all roles of that person; each of the others alone."""
    zone = {**OWN, **{(name.replace("shop", "laden"), kind): [value.replace("shop", "laden") for value in values]
                      for (name, kind), values in OWN.items()}}  # fmt: skip
    changes = ["1", "m@shop.test", "care@laden.test", "", "", "", "other words"]
    changes += [
        "2",
        "Laden",
        "3",
        "LAD",
        "4",
        "Europe/Paris",
        "5",
        "french",
        "6",
        "one.test",
        "two.test",
        "me",
        "third words",
    ]
    changes += ["7", "last words", "8", "Mathilda m@shop.test", "11", "Bob till@shop.test", "Bob bob@shop.test"]
    changes += ["12", "", ""]
    result = init(tmp_path / "desk", typed=[*ANSWERS, *PEOPLE, *changes], zone=zone)
    assert result.exit_code == 0, result.output
    assert "m@shop.test is Mathilde's; the desk needs an address of its own" in result.output
    assert "IMAP server [mail.laden.test:993]" in result.output
    assert "till@shop.test is the till of High Street" in result.output
    loaded = reading.load(tmp_path / "desk")
    assert (loaded.desk.address, loaded.desk.name, loaded.desk.prefix) == ("care@laden.test", "Laden", "LAD")
    assert (loaded.desk.timezone, loaded.imap.host, loaded.smtp.host) == ("Europe/Paris", "one.test", "two.test")
    assert loaded.desk.written == ("fr",)
    assert (loaded.imap.username, loaded.imap.password.get_secret_value()) == ("me", "last words")
    people = desk_people(tmp_path / "desk")
    assert [(p.name, p.roles) for p in people.people] == [
        ("Mathilda", ("care", "operations", "va")),
        ("Bob", ("admin",)),
    ]
    assert people.stores == {}


def test_no_at_the_end_leaves_nothing(tmp_path: Path) -> None:
    """Also after a change."""
    result = init(tmp_path / "desk", typed=[*ANSWERS, *PEOPLE, "2", "Laden", "n"], zone=OWN)
    assert result.exit_code == 1
    assert "nothing was written" in result.output
    assert not (tmp_path / "desk").exists()


@pytest.mark.parametrize("text", ["Ada Smith a@b.test", "Ada Smith  <a@b.test>", ' "Ada Smith" a@b.test '])
def test_a_name_may_be_followed_by_a_bare_address(text: str) -> None:
    """The <> are easily forgotten, and nothing else can be meant."""
    assert checks.contact(text) == Contact("Ada Smith", "a@b.test")


def test_the_example_is_that_of_what_is_asked_for() -> None:
    """A store's error shows a store."""
    with pytest.raises(ValueError, match=r"write it like Marylebone <marylebone@shop.example>"):
        checks.store("West")
    with pytest.raises(ValueError, match=r"write it like Ada Smith <ada@shop.example>"):
        checks.contact("Ada")
    with pytest.raises(ValueError, match="not an email address"):
        checks.contact("a@b.test c@d.test")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("en", ("en",)),
        ("DE, English", ("de", "en")),
        ("français;fr deutsch;", ("fr", "de")),
        ("中文 pt", ("zh", "pt")),
        ("pt-BR and en_GB,", ("pt", "en")),
    ],
)
def test_languages_by_code_or_name(text: str, codes: tuple[str, ...]) -> None:
    """As people write them, each once, in their order."""
    assert checks.languages(text) == codes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" , ", "that is empty; write one or more of en, de"),
        ("portugese", "'portugese'; did you mean pt? write"),
        ("dutch", "no letters in 'dutch'; write one or more of en"),
        ("en danish", "no letters in 'danish'; write one"),
    ],
)
def test_no_language(text: str, said: str) -> None:
    """A slip is asked about; else those that there are stand in the sentence."""
    with pytest.raises(ValueError, match=re.escape(said)):
        checks.languages(text)


def test_every_language_has_its_letters() -> None:
    """What is proposed is shipped, and what is shipped is proposed."""
    assert {file.name for file in (shipped() / "templates").iterdir() if file.is_dir()} == set(checks.LANGUAGES)


@pytest.mark.parametrize(("spoken", "proposed"), [("fr_CH.UTF-8", "fr"), ("C.UTF-8", "en"), ("ja_JP", "en")])
def test_the_machines_language_is_proposed(spoken: str, proposed: str, tmp_path: Path) -> None:
    """Where there are letters in it."""
    result = init(tmp_path / "desk", typed=[""] * 20, spoken=spoken)
    assert f"Languages of letters [{proposed}]" in result.output
    assert reading.load(tmp_path / "desk").desk.written == (proposed,)
