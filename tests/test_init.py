"""`mailbot init`: what it asks and why, what it writes from the answers, and what it never does."""

from __future__ import annotations

import os
import re
import stat
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot import settings as reading
from mailbot.adapters.files import read_rule_files
from mailbot.answers import Answers, Contact
from mailbot.cli import main
from mailbot.first_files import people_text
from mailbot.founding import PEOPLE, found, shipped
from mailbot.providers import Server
from tests.dns_server import NameServer
from tests.founding import MICROSOFT, OWN, SHIPPED_PEOPLE, desk_people, init, people_of
from tests.terminal import Terminal

ADA = Contact("Ada Smith", "ada@shop.test")


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_person_is_asked_for_everything(tmp_path: Path) -> None:
    """A whole conversation: servers from the DNS, wrong answers asked again, and files that say what was answered."""
    desk = tmp_path / "desk"
    typed = [
        "nonsense",
        "care@shop.test",
        "Blanc",
        "",
        "Berlin",
        "Europe/Berlin",
        "klingon",
        "Deutsch, en",
        "",
        "",
        "",
        "secret words",
    ]
    typed += ["Ada", "Ada Smith <ada@shop.test>", "Lu <lu@shop.test>", "", "Bob <ada@shop.test>", ""]
    typed += ["High Street <till@shop.test>", "High Street <other@shop.test>", "West <care@shop.test>", "", "y"]
    result = init(desk, typed=typed, zone=OWN)
    assert result.exit_code == 0, result.output
    said = result.output
    for words in (
        "looking for the mail servers of shop.test …",
        "found mail.shop.test:993 and mail.shop.test:587: by the SRV records of",
        "IMAP server [mail.shop.test:993]", "SMTP server [mail.shop.test:587]", "User name [care@shop.test]",
        "that is not an email address", "Prefix of case numbers [BLANC]", "did you mean Europe/Berlin?",
        "Languages of letters [en]", "there are no letters in 'klingon'; write one or more of en, de, es, fr, it, pt",
        "the address is missing", "ada@shop.test is Ada Smith's already", "there is a store High Street already",
        "is the desk's own address", "BACK IT UP", "the holidays, which are those of England",
        f"mailbot doctor --desk {desk}", f"mailbot once --desk {desk} --dry-run", f"mailbot run --desk {desk}",
    ):  # fmt: skip
        assert words in said, words
    assert "secret words" not in said
    assert "PLACEHOLDER" not in (desk / "mailbot.toml").read_text().partition("\n[desk]")[2]
    found_ = reading.load(desk)
    assert (found_.desk.address, found_.desk.name, found_.desk.prefix) == ("care@shop.test", "Blanc", "BLANC")
    assert (found_.desk.timezone, found_.desk.mode) == ("Europe/Berlin", "rehearse")
    assert found_.desk.written == ("de", "en")
    assert (desk / "templates" / "de").is_dir()
    assert (found_.imap.host, found_.imap.port, found_.imap.security) == ("mail.shop.test", 993, "tls")
    assert (found_.smtp.host, found_.smtp.port, found_.smtp.security) == ("mail.shop.test", 587, "starttls")
    assert found_.imap.password.get_secret_value() == found_.smtp.password.get_secret_value() == "secret words"
    assert mode_of(desk / "mailbot.toml") == mode_of(desk / "password") == mode_of(desk / "secret") == 0o600
    people = desk_people(desk)
    assert [(p.name, p.roles) for p in people.people] == [
        ("Ada Smith", ("care", "va", "admin")), ("Lu", ("operations",)), ("High Street till", ("till",))
    ]  # fmt: skip
    assert list(people.stores) == ["High Street"]
    checked = CliRunner().invoke(main, ["check", "--desk", str(desk)])
    assert checked.exit_code == 0, checked.output


def test_every_question_says_why_and_has_a_default(tmp_path: Path) -> None:
    """Enter alone, to the end: each question has [brackets] and a sentence before it, and a desk comes out."""
    result = init(tmp_path / "desk", typed=[""] * 20)
    assert result.exit_code == 0, result.output
    blocks = [block for block in result.output.split("\n\n") if re.search(r"\]: *$", block, re.MULTILINE)]
    assert len(blocks) >= 9
    for block in blocks:
        *why, question = block.splitlines()
        assert re.search(r"\[[^\]]+\]: *$", question), block
        if "Write this" not in question:
            assert why, block
            assert len(" ".join(why)) > 20, block
    text = (tmp_path / "desk" / "mailbot.toml").read_text()
    assert "# PLACEHOLDER: the address that customers write to" in text
    assert "Still to fill in by hand" in result.output


def test_microsoft_is_signed_in_to_by_oauth2(tmp_path: Path) -> None:
    """Found by MX; no password is asked for; `mailbot login` comes first; the known traps stand in the file."""
    desk = tmp_path / "desk"
    typed = ["care@shop.test", "", "", "", "", "", "", "", "1234-client", *[""] * 8]
    result = init(desk, typed=typed, zone=MICROSOFT)
    assert result.exit_code == 0, result.output
    assert "Microsoft 365 and Outlook.com: by the MX record of shop.test" in result.output
    assert "by OAuth 2 alone" in result.output
    assert "Password" not in result.output
    assert result.output.index("mailbot login") < result.output.index("mailbot doctor")
    data = tomllib.loads((desk / "mailbot.toml").read_text())
    assert data["imap"]["oauth2"] == data["smtp"]["oauth2"] == "microsoft"
    assert "password" not in data["imap"]
    assert data["oauth2"]["client_id"] == "1234-client"
    assert data["trust"]["authserv_id"] == "none"
    assert data["imap"]["sent"] == "server"
    assert "SMTP AUTH" in (desk / "mailbot.toml").read_text()
    assert reading.load(desk).provider == "microsoft"


def test_google_leaves_the_choice(tmp_path: Path) -> None:
    """An app password, with where to make it; or OAuth 2 with client and secret."""
    start = ["fred@gmail.com", *[""] * 7]
    result = init(tmp_path / "a", typed=[*start, "what?", "", "abcd efgh", *[""] * 12])
    assert "write password or oauth2" in result.output
    assert "https://myaccount.google.com/apppasswords" in result.output
    assert reading.load(tmp_path / "a").imap.password.get_secret_value() == "abcd efgh"
    assert "looking for" not in result.output
    result = init(tmp_path / "b", typed=[*start, "oauth2", "client", "hush hush", *[""] * 12])
    assert "hush hush" not in result.output
    assert reading.load(tmp_path / "b").oauth2.client_secret.get_secret_value() == "hush hush"


def test_slips_of_the_keys_and_other_letters_in_a_domain(tmp_path: Path) -> None:
    """gmial.com is asked about; bücher.test is written as it stands in mail; Proton is told apart."""
    result = init(tmp_path / "a", typed=["fred@gmial.com", "y", *[""] * 20], zone={})
    assert "Did you mean fred@gmail.com?" in result.output
    assert reading.load(tmp_path / "a").desk.address == "fred@gmail.com"
    result = init(tmp_path / "b", typed=["fred@bücher.test", *[""] * 20], zone={})
    assert "written xn--bcher-kva.test" in result.output
    assert "Name of the shop [Bücher]" in result.output
    assert reading.load(tmp_path / "b").desk.address == "fred@xn--bcher-kva.test"
    result = init(tmp_path / "c", typed=["fred@proton.me", *[""] * 20], zone={})
    assert "Proton Mail Bridge" in result.output
    assert "IMAP server [later]" in result.output


def test_without_a_network_it_says_so_and_asks(tmp_path: Path) -> None:
    """No name server: a sentence, the question, and an end within some seconds."""
    began = time.monotonic()
    servers = ["mail.shop.test", "mail.shop.test"]
    result = init(tmp_path / "desk", typed=["care@shop.test", "", "", "", "", *servers, *[""] * 12])
    assert time.monotonic() - began < 5
    assert "No name server answered" in result.output
    assert "IMAP server [later]" in result.output
    assert reading.load(tmp_path / "desk").imap.port == 993


@pytest.mark.parametrize(
    "typed", [[], ["care@shop.test"], ["care@shop.test", "", "", "", "", "pw", "", "", "", "Ada <a@b.test>"]]
)
def test_who_stops_half_way_leaves_nothing(tmp_path: Path, typed: list[str]) -> None:
    """The input ends (Ctrl-D), wherever: exit 1, a sentence, and no file or folder."""
    result = init(tmp_path / "desk", typed=typed, zone=OWN)
    assert result.exit_code == 1
    assert "nothing was written" in result.output
    assert not (tmp_path / "desk").exists()


def test_who_says_no_at_the_end_leaves_nothing(tmp_path: Path) -> None:
    """`n` to the last question."""
    result = init(tmp_path / "desk", typed=[*[""] * 10, "n"])
    assert "Write this into" in result.output
    assert result.exit_code == 1
    assert not (tmp_path / "desk").exists()


def test_files_that_are_there_are_not_asked_about(tmp_path: Path) -> None:
    """With mailbot.toml there only people are asked for; with both nothing is; what flags say in vain is said."""
    list(found(tmp_path))
    before = (tmp_path / "mailbot.toml").read_bytes()
    (tmp_path / PEOPLE).unlink()
    result = init(tmp_path, typed=["Ada <ada@shop.test>", "", "", "", "", ""])
    assert "Address of the desk" not in result.output
    assert "kept mailbot.toml" in result.output
    assert desk_people(tmp_path).people[0].name == "Ada"
    result = init(tmp_path, "--address", "other@shop.test", "--care", "Bob <bob@shop.test>", typed=[], zone=OWN)
    assert result.exit_code == 0, result.output
    assert "was not used, since mailbot.toml was there already" in result.output
    assert "were not used, since rules/people.yaml was there already" in result.output
    assert (tmp_path / "mailbot.toml").read_bytes() == before
    assert not (tmp_path / "password").exists()


def test_a_password_file_that_is_there_is_kept(tmp_path: Path) -> None:
    """Then, and where blanks at an end would be lost, the password stands in mailbot.toml itself."""
    (tmp_path / "password").write_text("old")
    answers = Answers(address="a@b.test", imap=_SERVER, smtp=_SERVER, username="a", password="new")
    list(found(tmp_path, answers))
    assert (tmp_path / "password").read_text() == "old"
    assert reading.load(tmp_path).imap.password.get_secret_value() == "new"
    list(found(tmp_path / "blank", replace(answers, password=" new ")))
    assert reading.load(tmp_path / "blank").imap.password.get_secret_value() == " new "
    assert "new" not in repr(answers)


class Interrupted(BaseException):
    """As Ctrl-C: nothing catches it by accident."""


def interrupted_at(number: int, folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Make a desk and be stopped as the file of this number gets its name; False: there are fewer files."""
    left = number
    link = os.link

    def named(source: str, target: Path) -> None:
        nonlocal left
        if left == 0:
            raise Interrupted
        left -= 1
        link(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", named)
        try:
            list(found(folder, answers))
        except Interrupted:
            return True
    return False


def test_who_is_interrupted_while_files_are_written_begins_again(
    quick_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file it was at: there is no mailbot.toml, so all is asked again, and a whole desk comes out."""
    answers = Answers(
        "a@b.test", "Shop", "SHOP", "Europe/London", _SERVER, _SERVER, "a", "hush", people={"care": ADA}, stores=()
    )
    list(found(quick_folder / "whole", answers))
    whole = {file.relative_to(quick_folder / "whole") for file in (quick_folder / "whole").rglob("*")}
    number = 0
    while interrupted_at(number, desk := quick_folder / str(number), answers, monkeypatch):
        assert not (desk / "mailbot.toml").exists()
        told = "\n".join(found(desk, answers))
        assert "BACK IT UP" in told
        assert {file.relative_to(desk) for file in desk.rglob("*")} == whole
        loaded = reading.load(desk)
        assert (loaded.imap.password.get_secret_value(), loaded.imap.password_file) == ("hush", "password")
        assert desk_people(desk).people[0].name == ADA.name
        number += 1
    assert number == len([name for name in whole if (quick_folder / "whole" / name).is_file()])


def test_another_password_at_the_second_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was mistyped and is in its file already is kept there, and not used."""
    answers = Answers("a@b.test", imap=_SERVER, smtp=_SERVER, username="a", password="mistyped")
    number = len(read_rule_files(shipped(), ("en",))) + 2
    assert interrupted_at(number, tmp_path, answers, monkeypatch)
    assert (tmp_path / "password").read_text() == "mistyped\n"
    list(found(tmp_path, replace(answers, password="right")))
    assert reading.load(tmp_path).imap.password.get_secret_value() == "right"


def test_the_end_is_short_and_ready_to_copy(tmp_path: Path) -> None:
    """Few lines for all the files, paths with blanks in quotes, the whole within a screen."""
    desk = tmp_path / "my desk"
    lines = list(found(desk))
    assert len(lines) < 20
    assert any(re.search(r"rules/: \d+ rule files", line) for line in lines)
    assert any(f"mailbot doctor --desk '{desk}'" in line for line in lines)
    everything = {file.relative_to(desk).as_posix() for file in desk.rglob("*") if file.is_file()}
    assert {"secret", "mailbot.toml", PEOPLE} <= everything


def test_no_letter_names_the_shop_it_was_written_for(tmp_path: Path) -> None:
    """Whoever is not BLANC has nothing to mend in the letters; only words that staff may answer with may hold it."""
    for file in (shipped() / "templates").rglob("*.*"):
        said = [line for line in file.read_text("utf-8").splitlines() if not line.strip().startswith("words:")]
        assert not re.search(r"blanc", "\n".join(said), re.IGNORECASE), file.name
    assert "BLANC" not in "\n".join(found(tmp_path / "a", Answers(prefix="SHOP")))


def test_without_answers_the_people_are_the_shipped_ones(tmp_path: Path) -> None:
    """The demo and the tests build on them, byte for byte."""
    list(found(tmp_path))
    assert (tmp_path / PEOPLE).read_text(encoding="utf-8") == SHIPPED_PEOPLE
    assert people_text(Answers(), SHIPPED_PEOPLE) == SHIPPED_PEOPLE


def test_a_shop_without_stores(tmp_path: Path) -> None:
    """No store is no store: none of BLANC's is left behind."""
    people = people_of(people_text(Answers(people={"care": ADA}, stores=()), SHIPPED_PEOPLE))
    assert people.in_role("till") == ()
    assert people.stores == {}


_SERVER = Server(host="mail.shop.test", port=993, security="tls")


def test_on_a_real_terminal(tmp_path: Path) -> None:
    """Asked because it is a terminal, without any flag; the password is not shown as it is typed."""
    desk = tmp_path / "desk"
    with NameServer(OWN) as server:
        terminal = Terminal("init", str(desk), "--dns", server.address)
        terminal.answer("Address of the desk [later]", "care@shop.test")
        terminal.answer("Name of the shop [Shop]", "O'Neill's \"best\" # shop")
        terminal.answer("Prefix of case numbers [ONEILLS]", "")
        terminal.answer("Time zone", "Europe/Dublin")
        terminal.answer("Languages of letters", "english")
        for question in ("IMAP server [mail.shop.test:993]", "SMTP server [mail.shop.test:587]", "User name ["):
            terminal.answer(question, "")
        terminal.answer("Password (hidden)", "pässword")
        terminal.answer("Customer care [later]", "Ada <ada@shop.test>")
        for question in ("Operations [Ada <ada@shop.test>]", "Virtual assistant [", "Admin ["):
            terminal.answer(question, "")
        terminal.answer("Store 1 [no more]", "High Street <till@shop.test>")
        terminal.answer("Store 2 [no more]", "")
        assert "pässword" not in terminal.seen
        assert not desk.exists()
        terminal.answer("[Y/n]", "")
        status, seen = terminal.end()
    assert status == 0, seen
    assert "pässword" not in seen
    loaded = reading.load(desk)
    assert loaded.desk.name == "O'Neill's \"best\" # shop"
    assert loaded.imap.password.get_secret_value() == "pässword"
    assert [p.name for p in desk_people(desk).people] == ["Ada", "High Street till"]
    assert set(read_rule_files(desk)) == set(read_rule_files(shipped(), ("en",)))


def test_ctrl_c_on_a_real_terminal(tmp_path: Path) -> None:
    """In the middle of a question: one sentence, exit 1, nothing written."""
    terminal = Terminal("init", str(tmp_path / "desk"))
    terminal.until("Address of the desk")
    terminal.interrupt()
    status, seen = terminal.end()
    assert status == 1
    assert "Stopped; nothing was written." in seen
    assert "Traceback" not in seen
    assert not (tmp_path / "desk").exists()
