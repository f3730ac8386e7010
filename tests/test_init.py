"""`mailbot init`: what it asks and why, what it writes from the answers, and what it never does."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot import answers as checks
from mailbot import settings as reading
from mailbot.adapters.files import read_rule_files
from mailbot.answers import Answers, Contact
from mailbot.cli import main
from mailbot.first_files import people_text, quoted, settings_text
from mailbot.founding import PEOPLE, found, shipped
from mailbot.process import yaml_marks
from mailbot.process.load_people import load_people
from mailbot.process.page import Page
from mailbot.process.people import People
from mailbot.providers import Server, by_id
from tests.dns_server import NameServer, Zone

MICROSOFT: Zone = {("shop.test", "MX"): ["10 shop-test.mail.protection.outlook.com."]}
OWN: Zone = {
    ("shop.test", "MX"): ["10 mx.shop.test."],
    ("_imaps._tcp.shop.test", "SRV"): ["0 1 993 mail.shop.test."],
    ("_submission._tcp.shop.test", "SRV"): ["0 1 587 mail.shop.test."],
}
SHIPPED_PEOPLE = (shipped() / PEOPLE).read_text(encoding="utf-8")
ADA = Contact("Ada Smith", "ada@shop.test")


def init(folder: Path, *flags: str, typed: list[str] | None = None, zone: Zone | None = None) -> Result:
    """`mailbot init`, with lines typed where it is to ask, and a name server of the test's own."""
    with NameServer(zone or {}, silent=zone is None) as server:
        arguments = ["init", str(folder), "--dns", server.address, *flags]
        if typed is None:
            return CliRunner().invoke(main, arguments)
        return CliRunner().invoke(main, [*arguments, "--input"], input="".join(f"{line}\n" for line in typed))


def people_of(text: str) -> People:
    """people.yaml, read as the desk reads it; nothing wrong with it."""
    page = Page(PEOPLE)
    root, problems = yaml_marks.read(text, PEOPLE)
    assert root is not None, problems
    people = load_people(page, root, ("uk",))
    assert [str(each) for each in (*problems, *page.problems) if each.severe] == []
    return people


def desk_people(folder: Path) -> People:
    return people_of((folder / PEOPLE).read_text(encoding="utf-8"))


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_person_is_asked_for_everything(tmp_path: Path) -> None:
    """A whole conversation: servers from the DNS, wrong answers asked again, and files that say what was answered."""
    desk = tmp_path / "desk"
    typed = ["nonsense", "care@shop.test", "Blanc", "", "Berlin", "Europe/Berlin", "", "", "", "secret words"]
    typed += ["Ada", "Ada Smith <ada@shop.test>", "Lu <lu@shop.test>", "", "Bob <ada@shop.test>", ""]
    typed += ["High Street <till@shop.test>", "High Street <other@shop.test>", "West <care@shop.test>", "", "y"]
    result = init(desk, typed=typed, zone=OWN)
    assert result.exit_code == 0, result.output
    said = result.output
    for words in (
        "looking for the mail servers of shop.test …", "found: by the SRV records of shop.test",
        "IMAP server [mail.shop.test:993]", "SMTP server [mail.shop.test:587]", "User name [care@shop.test]",
        "that is not an email address", "Prefix of case numbers [BLANC]", "did you mean Europe/Berlin?",
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
            assert len(why[-1]) > 20, block
    text = (tmp_path / "desk" / "mailbot.toml").read_text()
    assert "# PLACEHOLDER: the address that customers write to" in text
    assert "Still to fill in by hand" in result.output


def test_microsoft_is_signed_in_to_by_oauth2(tmp_path: Path) -> None:
    """Found by MX; no password is asked for; `mailbot login` comes first; the known traps stand in the file."""
    desk = tmp_path / "desk"
    typed = ["care@shop.test", "", "", "", "", "", "", "1234-client", *[""] * 8]
    result = init(desk, typed=typed, zone=MICROSOFT)
    assert result.exit_code == 0, result.output
    assert "Microsoft 365 and Outlook.com: by the MX record of shop.test" in result.output
    assert "takes no password from programs" in result.output
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
    start = ["fred@gmail.com", *[""] * 6]
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
    result = init(tmp_path / "desk", typed=["care@shop.test", "", "", "", *servers, *[""] * 12])
    assert time.monotonic() - began < 5
    assert "No name server answered" in result.output
    assert "IMAP server [later]" in result.output
    assert reading.load(tmp_path / "desk").imap.port == 993


@pytest.mark.parametrize(
    "typed", [[], ["care@shop.test"], ["care@shop.test", "", "", "", "pw", "", "", "", "Ada <a@b.test>"]]
)
def test_who_stops_half_way_leaves_nothing(tmp_path: Path, typed: list[str]) -> None:
    """The input ends (Ctrl-D), wherever: exit 1, a sentence, and no file or folder."""
    result = init(tmp_path / "desk", typed=typed, zone=OWN)
    assert result.exit_code == 1
    assert "nothing was written" in result.output
    assert not (tmp_path / "desk").exists()


def test_who_says_no_at_the_end_leaves_nothing(tmp_path: Path) -> None:
    """`n` to the last question."""
    result = init(tmp_path / "desk", typed=[*[""] * 9, "n"])
    assert "Write this into" in result.output
    assert result.exit_code == 1
    assert not (tmp_path / "desk").exists()


def test_a_program_gives_flags_and_is_never_asked(tmp_path: Path) -> None:
    """All by flags: nothing is looked up, and a desk comes out that loads."""
    desk, secret = tmp_path / "desk", tmp_path / "pw"
    secret.write_text("from a file\n")
    result = init(
        desk, "--yes", "--address", "care@shop.test", "--name", "Blanc & Söhne", "--timezone", "Europe/London",
        "--imap", "127.0.0.1:3143/none", "--smtp", "localhost:3025/starttls", "--username", "u",
        "--password-file", str(secret), "--care", "Ada Smith <ada@shop.test>", "--admin", "ada@shop.test",
        "--till", "Marylebone <m@shop.test>", "--till", "West <w@shop.test>",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "ada@shop.test is Ada Smith's already" in result.output
    assert not desk.exists()
    result = init(
        desk, "--yes", "--address", "care@shop.test", "--name", "Blanc & Söhne", "--timezone", "Europe/London",
        "--imap", "127.0.0.1:3143/none", "--smtp", "localhost:3025/starttls", "--username", "u",
        "--password-file", str(secret), "--care", "Ada Smith <ada@shop.test>", "--admin", "Ada Smith <ada@shop.test>",
        "--till", "Marylebone <m@shop.test>", "--till", "West <w@shop.test>",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "looking for" not in result.output
    loaded = reading.load(desk)
    assert loaded.imap.password.get_secret_value() == "from a file"
    assert (loaded.desk.name, loaded.desk.prefix, loaded.smtp.security) == ("Blanc & Söhne", "BLANC", "starttls")
    people = desk_people(desk)
    assert people.people[0].roles == ("care", "admin")
    assert [p.store for p in people.in_role("till")] == ["Marylebone", "West"]
    assert [p.name for p in people.in_role("operations")] == ["Lucy"]  # nobody was named: the shipped one, marked
    assert "Lucy" in result.output.partition("Still to fill in by hand")[2]
    assert people.limits == people_of(SHIPPED_PEOPLE).limits


def test_a_program_gets_servers_only_where_they_are_sure(tmp_path: Path) -> None:
    """By MX at a provider or in the domain itself they are taken; elsewhere they are shown and left out."""
    init(tmp_path / "a", "--yes", "--address", "care@shop.test", zone=MICROSOFT)
    assert reading.load(tmp_path / "a").imap.host == "outlook.office365.com"
    init(tmp_path / "b", "--yes", "--address", "care@shop.test", zone=OWN)
    assert reading.load(tmp_path / "b").imap.host == "mail.shop.test"
    elsewhere = {**OWN, ("_imaps._tcp.shop.test", "SRV"): ["0 1 993 mail.evil.test."]}
    result = init(tmp_path / "c", "--yes", "--address", "care@shop.test", zone=elsewhere)
    assert "name them with --imap and --smtp" in result.output
    assert reading.load(tmp_path / "c").imap.host == "imap.example.com"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--address", "nobody"], "that is not an email address"),
        (["--address", f"a@{'b' * 40}.test"], "longer than 36 characters"),
        (["--imap", "mail.shop.test:99/none"], "needs encryption"),
        (["--smtp", "not a host"], "that is not a server"),
        (["--prefix", "1"], "write 2 to 12 letters"),
        (["--timezone", "Paris"], "did you mean Europe/Paris?"),
        (["--care", "Ada"], "the address is missing"),
        (["--oauth2", "yahoo"], "there are google, microsoft"),
        (["--password-file", "/nowhere/at/all"], "does not exist"),
        (["--address", "a@b.test", "--till", "West <a@b.test>"], "the desk's own address"),
        (["--till", "West <w@b.test>", "--till", "East <w@b.test>"], "is the till of West already"),
        (["--care", "Ada <w@b.test>", "--till", "West <w@b.test>"], "a till needs an address of its own"),
    ],
)
def test_a_wrong_flag_is_wrong_usage(tmp_path: Path, flags: list[str], said: str) -> None:
    """Exit 2, one sentence, nothing written."""
    result = init(tmp_path / "desk", *flags)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
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


def test_the_end_is_short_and_ready_to_copy(tmp_path: Path) -> None:
    """Few lines for all the files, paths with blanks in quotes, the whole within a screen."""
    desk = tmp_path / "my desk"
    lines = list(found(desk))
    assert len(lines) < 20
    assert any(re.search(r"rules/: \d+ rule files", line) for line in lines)
    assert any(f"mailbot doctor --desk '{desk}'" in line for line in lines)
    everything = {file.relative_to(desk).as_posix() for file in desk.rglob("*") if file.is_file()}
    assert {"secret", "mailbot.toml", PEOPLE} <= everything


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


class Terminal:
    """`mailbot init` on a terminal of its own, as a person has it."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "mailbot.cli", "init", *arguments]
        self.screen, theirs = pty.openpty()
        self.seen = ""
        environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm"}
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
            preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(theirs)

    def until(self, words: str) -> None:
        """Read until the words are on the screen."""
        while words not in self.seen:
            assert self._more(), f"no {words!r} in:\n{self.seen}"

    def _more(self) -> bool:
        """What comes next on the screen; False at the end, or where nothing has come for long."""
        if not select.select([self.screen], [], [], 15)[0]:
            self.process.kill()
            return False
        try:
            more = os.read(self.screen, 4096)
        except OSError:  # EIO: the other side has closed
            return False
        self.seen += more.decode("utf-8", "replace")
        return bool(more)

    def answer(self, question: str, typed: str) -> None:
        """Wait for a question, type, press Enter."""
        self.until(question)
        self.seen = self.seen.partition(question)[2]
        os.write(self.screen, typed.encode() + b"\n")

    def interrupt(self) -> None:
        """Press Ctrl-C, and again where it came in the instant before the line was listened for."""
        for _ in range(10):
            os.write(self.screen, b"\x03")
            if select.select([self.screen], [], [], 1)[0] and self._more() and "Stopped" in self.seen:
                return

    def end(self) -> tuple[int, str]:
        """Wait until it is over: the exit status, and what the screen showed."""
        while self._more():
            pass
        os.close(self.screen)
        return self.process.wait(20), self.seen


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C reaches it, and a hidden question finds its terminal


def test_on_a_real_terminal(tmp_path: Path) -> None:
    """Asked because it is a terminal, without any flag; the password is not shown as it is typed."""
    desk = tmp_path / "desk"
    with NameServer(OWN) as server:
        terminal = Terminal(str(desk), "--dns", server.address)
        terminal.answer("Address of the desk [later]", "care@shop.test")
        terminal.answer("Name of the shop [Shop]", "O'Neill's \"best\" # shop")
        terminal.answer("Prefix of case numbers [ONEILLS]", "")
        terminal.answer("Time zone", "Europe/Dublin")
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
    assert set(read_rule_files(desk)) == set(read_rule_files(shipped()))


def test_ctrl_c_on_a_real_terminal(tmp_path: Path) -> None:
    """In the middle of a question: one sentence, exit 1, nothing written."""
    terminal = Terminal(str(tmp_path / "desk"))
    terminal.until("Address of the desk")
    terminal.interrupt()
    status, seen = terminal.end()
    assert status == 1
    assert "Stopped; nothing was written." in seen
    assert "Traceback" not in seen
    assert not (tmp_path / "desk").exists()


def test_the_provider_of_named_servers_is_known(tmp_path: Path) -> None:
    """Servers by flags, no look-up: what is known of their provider holds all the same."""
    init(tmp_path, "--yes", "--address", "fred@web.de", "--imap", "imap.web.de", "--smtp", "smtp.web.de")
    loaded = reading.load(tmp_path)
    provider = by_id("webde")
    assert provider is not None
    assert loaded.imap.username == "fred"
    assert provider.traps[0].what in (tmp_path / "mailbot.toml").read_text()
