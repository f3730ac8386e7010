"""A new desk folder: settings with comments, the shipped rules and letters, an empty state, the secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailbot.adapters.files import read_secret, write_new
from mailbot.errors import MailbotError
from mailbot.settings import FILE

_PACKAGED = Path(__file__).parent / "shipped"  # in a wheel
_CHECKOUT = Path(__file__).parent.parent  # in an editable install or a clone

_SETTINGS = """\
# mailbot.toml: who the desk is and how it reaches its mailbox. Try it with `mailbot once --dry-run`.
# Any key can come from the environment instead: MAILBOT_IMAP__PASSWORD=…

[desk]
name = "BLANC Customer Care"
address = "customercare@blancclean.com"
prefix = "BLANC"                 # stands in every subject: [BLANC-4K7QD2M]
timezone = "Europe/London"
language = "en"
mode = "rehearse"                # rehearse: letters to customers go to the admin instead | live
since = "2 days"                 # at the first start, older mail is never answered

[imap]
host = "imap.example.com"
port = 993
security = "tls"                 # tls | starttls | none (none only on this machine)
username = "customercare@blancclean.com"
password = ""                    # or password_file = "…", or the environment
inbox = "INBOX"
idle = true
poll_seconds = 60
sent = "auto"                    # auto | append | server (the server files sent mail itself)

[smtp]
host = "smtp.example.com"
port = 587
security = "starttls"
username = ""                    # none = no AUTH
password = ""
in_doubt = "resend"              # a letter that may have left before a crash: resend (same Message-ID) | ask

[brakes]
letters_per_address_per_day = 5
letters_per_hour = 200

[trust]
authserv_id = ""                 # the server whose Authentication-Results count, e.g. "mx.blancclean.com"

[state]
ledger = "tinydb:state"
"""


def shipped() -> Path:
    """The folder with the shipped rules/ and templates/."""
    return _PACKAGED if (_PACKAGED / "rules").is_dir() else _CHECKOUT


def found(folder: Path) -> Iterator[str]:
    """Make a desk folder, a line for each thing done. What is there already stays as it is.

    Raises:
        MailbotError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "state").mkdir(exist_ok=True)
        yield from _write(folder / FILE, _SETTINGS, 0o600)  # it may hold passwords
        source = shipped()
        for file in sorted([*(source / "rules").glob("*.yaml"), *(source / "templates").rglob("*.*")]):
            target = folder / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            yield from _write(target, file.read_text(encoding="utf-8"))
        fresh = not (folder / "secret").exists()
        read_secret(folder / "secret")
    except OSError as error:
        raise MailbotError(f"{folder}: cannot make a desk here: {error.strerror or error}") from None
    if fresh:
        yield f"made {folder / 'secret'}. BACK IT UP: without it no reference in letters already sent can be checked"
    yield "Now edit mailbot.toml and rules/people.yaml, then: mailbot check"


def _write(file: Path, text: str, mode: int = 0o644) -> Iterator[str]:
    if file.exists():
        yield f"kept {file} as it is"
        return
    write_new(file, text, mode)
    yield f"made {file}"
