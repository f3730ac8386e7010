"""`mailbot init` as a program calls it: flags, and never a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot import settings as reading
from mailbot.cli import main
from mailbot.founding import PEOPLE
from mailbot.providers import by_id
from tests.founding import MICROSOFT, OWN, SHIPPED_PEOPLE, desk_people, init, people_of
from tests.servers import Dovecot, SmtpSink, User


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


def test_a_program_names_the_languages(tmp_path: Path) -> None:
    """Their letters are written too, and the desk's rules hold."""
    desk = tmp_path / "desk"
    assert init(desk, "--yes", "--address", "care@shop.test", "--languages", "fr,en").exit_code == 0
    assert reading.load(desk).desk.written == ("fr", "en")
    assert sorted(each.name for each in (desk / "templates").iterdir() if each.is_dir()) == ["en", "fr"]
    checked = CliRunner().invoke(main, ["check", "--desk", str(desk)])
    assert checked.exit_code == 0, checked.output
    again = init(desk, "--yes", "--languages", "it")
    assert (
        "What you said of the desk and its servers was not used, since mailbot.toml was there already." in again.output
    )
    assert reading.load(desk).desk.written == ("fr", "en")


def test_a_program_gets_servers_only_where_they_are_sure(tmp_path: Path) -> None:
    """By MX at a provider or in the domain itself they are taken; elsewhere they are shown and left out."""
    result = init(tmp_path / "a", "--yes", "--address", "care@shop.test", zone=MICROSOFT)
    assert reading.load(tmp_path / "a").imap.host == "outlook.office365.com"
    assert "give --oauth2 microsoft" in " ".join(result.output.split())
    init(tmp_path / "b", "--yes", "--address", "care@shop.test", zone=OWN)
    assert reading.load(tmp_path / "b").imap.host == "mail.shop.test"
    elsewhere = {**OWN, ("_imaps._tcp.shop.test", "SRV"): ["0 1 993 mail.evil.test."]}
    result = init(tmp_path / "c", "--yes", "--address", "care@shop.test", zone=elsewhere)
    assert "name them with --imap and --smtp" in " ".join(result.output.split())
    assert "mail.evil.test:993" in result.output
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
        (["--languages", "en klingon"], "there are no letters in 'klingon'; write one or more of en, de, es"),
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


def test_the_provider_of_named_servers_is_known(tmp_path: Path) -> None:
    """Servers by flags, no look-up: what is known of their provider holds all the same."""
    init(tmp_path, "--yes", "--address", "fred@web.de", "--imap", "imap.web.de", "--smtp", "smtp.web.de")
    loaded = reading.load(tmp_path)
    provider = by_id("webde")
    assert provider is not None
    assert loaded.imap.username == "fred"
    assert provider.traps[0].what in (tmp_path / "mailbot.toml").read_text()


def test_a_password_file_is_named_as_it_was_given(tmp_path: Path) -> None:
    """Not pinned to where symbolic links lead today: mounted secrets are renewed by turning one to another folder."""
    secrets = tmp_path / "secrets"
    for version in ("..old", "..new"):
        (secrets / version).mkdir(parents=True)
        (secrets / version / "pw").write_text(version)
    (secrets / "..data").symlink_to("..old")
    (secrets / "pw").symlink_to("..data/pw")
    flags = ["--yes", "--address", "a@b.test", "--imap", "mail.b.test", "--smtp", "mail.b.test"]
    init(tmp_path / "desk", *flags, "--password-file", str(secrets / "pw"))
    assert reading.load(tmp_path / "desk").imap.password.get_secret_value() == "..old"
    (secrets / "..data").unlink()
    (secrets / "..data").symlink_to("..new")
    assert reading.load(tmp_path / "desk").imap.password.get_secret_value() == "..new"


def test_a_desk_made_by_flags_works(tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink) -> None:
    """`init` with flags, then `once` on a real mailbox: nothing has to be edited."""
    secret = tmp_path / "pw"
    secret.write_text(mailbox_user.password)
    result = init(
        tmp_path / "desk", "--yes", "--address", "care@shop.test", "--name", "Shop", "--username", mailbox_user.name,
        "--imap", f"127.0.0.1:{dovecot.imap_port}/none", "--smtp", f"127.0.0.1:{sink.port}/none",
        "--password-file", str(secret), "--timezone", "Europe/London", "--care", "Ada <ada@shop.test>",
        "--operations", "Ada <ada@shop.test>", "--va", "Ada <ada@shop.test>", "--admin", "Ada <ada@shop.test>",
        "--till", "West <west@shop.test>",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "PLACEHOLDER" not in (tmp_path / "desk" / PEOPLE).read_text(encoding="utf-8")
    once = CliRunner().invoke(main, ["once", "--desk", str(tmp_path / "desk")])
    assert once.exit_code == 0, once.output
