"""Whatever is answered to `mailbot init` comes out of the files as it went in."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot import answers as checks
from mailbot import settings as reading
from mailbot.answers import Answers, Contact
from mailbot.first_files import people_text, quoted, settings_text
from mailbot.process import yaml_marks
from mailbot.providers import Server
from tests.founding import SHIPPED_PEOPLE, people_of

_SERVER = Server(host="mail.shop.test", port=993, security="tls")
NASTY = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60),
    st.text("\"\\\n\r\t#:{}[]&*!|>%@`'=,~-? \x00\x1b\x7f\x85\u2028\ufeffé日😀", min_size=1, max_size=30),
    st.sampled_from(
        ["# no comment", "yes", "null", "~", "012", "1e3", "- x", "a: b", '"', "\\", "PLACEHOLDER: x", "x" * 5000]
    ),
)


@settings(max_examples=80, deadline=None)
@given(password=NASTY, name=NASTY, user=NASTY)
def test_any_answer_comes_out_of_mailbot_toml_as_it_went_in(password: str, name: str, user: str) -> None:
    """Passwords, names and user names, whatever is in them, through TOML and the desk's own reading of it."""
    answers = Answers("a@b.test", name, "BLANC", "Europe/London", _SERVER, _SERVER, user, password)
    with TemporaryDirectory() as folder:
        (Path(folder) / "mailbot.toml").write_text(settings_text(answers, False), encoding="utf-8")
        loaded = reading.load(Path(folder))
    assert loaded.desk.name == name
    assert loaded.imap.username == loaded.smtp.username == user
    assert loaded.imap.password.get_secret_value() == loaded.smtp.password.get_secret_value() == password
    assert loaded.imap.inbox == "INBOX"


@settings(max_examples=80, deadline=None)
@given(names=st.lists(NASTY, min_size=3, max_size=3))
def test_any_name_that_is_taken_comes_out_of_people_yaml_as_it_went_in(names: list[str]) -> None:
    """A name is refused in words, or read back by the rule files' loader as it was written."""
    taken = []
    for name in names:
        try:
            taken.append(checks.one_line(name))
        except ValueError as error:
            assert "\n" not in str(error)  # noqa: PT017
            assert len(name) > 100 or not name.strip() or not name.isprintable()
    answers = Answers(address="desk@shop.test")
    for number, name in enumerate(taken):
        try:
            if number < 2:
                person = checks.fits(Contact(name, f"p{number}@shop.test"), answers)
                answers = replace(answers, people={**answers.people, checks.ROLES[number]: person})
            else:
                answers = replace(answers, stores=(checks.fits_till(Contact(name, "till@shop.test"), answers),))
        except ValueError:
            continue  # twice the same name
    people = people_of(people_text(answers, SHIPPED_PEOPLE))
    for role, person in answers.people.items():
        assert people.in_role(role)[0].name == person.name
        assert people.in_role(role)[0].addresses == (person.address,)
    for store in answers.stores or ():
        assert store.name in people.stores
        assert people.in_role("till", store.name)[0].addresses == ("till@shop.test",)


@given(
    local=st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}", fullmatch=True),
    domain=st.sampled_from(["a.test", "bücher.test"]),
)
def test_any_address_is_one_in_people_yaml_too(local: str, domain: str) -> None:
    """What init takes for an address, the loader of people.yaml takes as well, and unchanged."""
    address = checks.address(f"{local}@{domain}")
    people = people_of(people_text(Answers(people={"care": Contact("Ada", address)}), SHIPPED_PEOPLE))
    assert people.in_role("care")[0].addresses == (address,)


@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_one_way_of_quoting_is_read_alike(text: str) -> None:
    """TOML and YAML read the same text from it, on one line."""
    written = quoted(text)
    assert written.isprintable()
    assert tomllib.loads(f"x = {written}")["x"] == text
    value, problems = yaml_marks.read(f"x: {written}", "x")
    assert problems == []
    assert value is not None
    assert value.plain() == {"x": text}
