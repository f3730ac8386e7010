"""Secrets that stand beside mailbot.toml: in a file that it names, or laid down by systemd (LoadCredential=).

What mailbot.toml or the environment gives comes first. No secret may show in a message.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mailbot import environment, unreadable
from mailbot.errors import SettingsError

SECRETS = (("imap", "password"), ("smtp", "password"), ("oauth2", "client_secret"))


def read_into(data: dict[str, Any], folder: Path) -> None:
    """Fill each secret that is not given: from `password_file` and the like, else from a credential `imap.password`.

    Raises:
        SettingsError: a file is named, or there, and cannot be read.
    """
    laid_down = environment.credentials_folder()
    for section, key in SECRETS:
        given = data.get(section)
        if not isinstance(given, dict) or given.get(key):
            continue
        if named := given.get(f"{key}_file"):
            given[key] = _text(folder / str(named), f"[{section}] {key}_file")
        elif laid_down and not given.get("oauth2") and (file := laid_down / f"{section}.{key}").exists():
            given[key] = _text(file, f"the credential {file.name}")


def _text(file: Path, what: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{what}: {file} cannot be read: {unreadable.why(file, error)}") from None
