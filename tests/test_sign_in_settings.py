"""What mailbot.toml, the environment and systemd say of signing in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot import settings
from mailbot.errors import SettingsError
from mailbot.sign_in.endpoints import endpoints_of
from tests.signing_in import (
    call,
)

GOOD = """[desk]
name = "Desk"
address = "desk@shop.test"
[imap]
host = "imap.gmail.com"
username = "desk@shop.test"
oauth2 = "google"
[smtp]
host = "smtp.gmail.com"
username = "desk@shop.test"
oauth2 = "google"
[oauth2]
client_id = "c"
client_secret = "s"
"""


def written(folder: Path, *changes: tuple[str, str]) -> settings.Settings:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "mailbot.toml").write_text(text)
    return settings.load(folder)


def test_settings_of_a_provider(tmp_path: Path) -> None:
    """A known provider needs no address; Microsoft's hold the tenant; a browser comes back as each will have it."""
    google = endpoints_of(written(tmp_path))
    assert (google.device, google.redirect_host) == ("", "127.0.0.1")
    assert "https://mail.google.com/" in google.scope
    microsoft = endpoints_of(
        written(tmp_path, ('"google"', '"microsoft"'), ('client_secret = "s"', 'tenant = "shop.test"'))
    )
    assert "/shop.test/" in microsoft.device
    assert "/shop.test/" in microsoft.token
    assert "offline_access" in microsoft.scope
    assert microsoft.redirect_host == "localhost"
    assert microsoft.client == {"client_id": "c"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('oauth2 = "google"', 'oauth2 = "gmail"'), r"\[imap\].*'gmail' is no provider.*did you mean 'google'"),
        (('oauth2 = "google"', 'oauth2 = "mircosoft"'), "is no provider .*did you mean 'google'"),  # the host says so
        (('host = "smtp.gmail.com"', 'host = "smtp.gmail.com"\npassword = "x"'), r"\[smtp\].*password and oauth2"),
        (('host = "imap.gmail.com"', 'host = "imap.gmail.com"\npassword_file = "x"'), "password_file"),
        (('client_id = "c"', ""), r"\[oauth2\] client_id is missing; docs/sign-in.md"),
        (('client_secret = "s"', ""), r"\[oauth2\] client_secret is missing; Gmail"),
        (('client_id = "c"', 'client_id = "c"\ntoken_url = "https://x.test/"'), r'token_url is for oauth2 = "own"'),
        (('client_id = "c"', 'client_id = "c"\ntoken_url = "http://x.test/"'), "https:// .http:// is for this machine"),
        (('"google"', '"own"'), r'"own" needs token_url'),
        (('client_id = "c"', 'client_id = "c"\ntenant = "a/b"'), r"\[oauth2\] tenant"),
        (('client_id = "c"', 'client_id = "c"\nsecret_expires = "soon"'), r"\[oauth2\] secret_expires"),
        (('host = "smtp.gmail.com"\nusername = "desk@shop.test"', 'host = "smtp.gmail.com"'), r"\[smtp\].*username"),
        (('com"\nusername = "desk@shop.test"\noauth2 = "google"\n[oauth2]',
          'com"\nusername = "desk@shop.test"\noauth2 = "microsoft"\n[oauth2]'), "name two providers"),
    ],
)  # fmt: skip
def test_settings_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """What cannot work is refused in a sentence, before any server is asked."""
    with pytest.raises(SettingsError, match=said) as no:
        written(tmp_path, change)
    assert "mailbot.toml: mailbot.toml" not in str(no.value)


def test_passwords_need_no_login(tmp_path: Path) -> None:
    """A desk with passwords is told so by `login`: exit 2."""
    (tmp_path / "mailbot.toml").write_text(GOOD.replace('oauth2 = "google"', 'password = "x"'))
    result = call("login", "--desk", tmp_path)
    assert result.exit_code == 2
    assert "logs in by password" in result.output


def test_credentials_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LoadCredential= fills what neither mailbot.toml nor the environment gives; it never shows."""
    laid = tmp_path / "credentials"
    laid.mkdir()
    for name in ("imap.password", "smtp.password", "oauth2.client_secret"):
        (laid / name).write_text(f"laid {name}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(laid))
    monkeypatch.setenv("MAILBOT_SMTP__PASSWORD", "from the environment")
    found = written(tmp_path, ('oauth2 = "google"', ""), ('client_secret = "s"', ""))
    assert found.imap.password.get_secret_value() == "laid imap.password"
    assert found.smtp.password.get_secret_value() == "from the environment"
    assert found.oauth2.client_secret.get_secret_value() == "laid oauth2.client_secret"
    assert "laid" not in repr(found)
    monkeypatch.delenv("MAILBOT_SMTP__PASSWORD")
    signing_in = written(tmp_path)  # with oauth2 no password is wanted
    assert signing_in.imap.password.get_secret_value() == ""
    assert signing_in.oauth2.client_secret.get_secret_value() == "s"
    (laid / "imap.password").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"the credential imap.password: .* cannot be read"):
        written(tmp_path, ('oauth2 = "google"', ""))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://h:99999/", "is no address"),
        ("https://h:0/", "without spaces, user name or port 0"),
        ("https://[bad", "is no address"),
        ("https://bücher.test/", "write the address in plain ASCII"),
        ("https://h/a b", "write the address in plain ASCII"),
        ("https://me:hunter2@h/", "without spaces, user name"),
    ],
)
@pytest.mark.parametrize("key", ["token_url", "device_url"])
def test_addresses_refused(tmp_path: Path, key: str, address: str, said: str) -> None:
    """An address that no request could go to is refused with the settings, not in the middle of the night."""
    with pytest.raises(SettingsError, match=rf"\[oauth2\] {key}: .*{said}") as no:
        written(tmp_path, ('client_id = "c"', f'client_id = "c"\n{key} = "{address}"'))
    assert "hunter2" not in str(no.value)


def test_value_in_place_of_a_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`imap = "x"` is a slip that is named, also where the environment says more of [imap]."""
    for name in ("MAILBOT_IMAP__USERNAME", "MAILBOT_IMAP__PASSWORD"):
        with pytest.raises(SettingsError, match=r"\[imap\] *: is a section: write its keys below a line"):
            written(tmp_path, ("[desk]", 'imap = "x"\n[desk]'), ("[imap]", "[imapx]"))
        monkeypatch.setenv(name, "x")
