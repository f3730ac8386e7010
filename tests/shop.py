"""A shop's desk over TLS with a password each way, as its admin would set it up, and the commands called on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from imapclient import IMAPClient

from mailbot import settings as reading
from mailbot.cli import main
from tests.certificates import Certificate
from tests.dovecot import Dovecot, User
from tests.submission import Submission
from tests.worlds import desk_folder
from tests.writing import DESK

SMTP_PASSWORD = "submission-secret"
HOST_NAME = "localhost"  # the name in the certificate


@dataclass
class Shop:
    """A desk folder, its mailbox and its submission server."""

    folder: Path
    user: User
    post: Submission

    def settle(self, section: str, **values: object) -> None:
        """Write keys of a section of mailbot.toml; None takes one out."""
        file = self.folder / reading.FILE
        head, mark, rest = file.read_text().partition(f"[{section}]\n")
        body, *more = re.split(r"(?=^\[)", rest, maxsplit=1, flags=re.MULTILINE)
        for key, value in values.items():
            body = re.sub(rf"^{key} = .*\n", "", body, flags=re.MULTILINE)
            body = body if value is None else f"{key} = {json.dumps(value)}\n{body}"
        file.write_text(head + mark + body + "".join(more))

    def mailbot(self, *arguments: str) -> Result:
        """One command on this desk."""
        return CliRunner().invoke(main, [*arguments, "--desk", str(self.folder)])

    def doctor(self, *arguments: str) -> dict[str, Any]:
        """`mailbot doctor --json`, as read, with its exit status."""
        result = self.mailbot("doctor", "--json", "--patience", "5", *arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return {**json.loads(result.stdout), "exit": result.exit_code, "text": result.stdout + result.stderr}

    @contextmanager
    def mailbox(self) -> Iterator[IMAPClient]:
        """The mailbox as a person's mail program sees it."""
        with IMAPClient(self.user.host, self.user.port, ssl=False, timeout=30) as client:
            client.login(self.user.name, self.user.password)
            yield client

    def folders(self) -> Mapping[str, int]:
        """How many mails are in each folder."""
        with self.mailbox() as client:
            names = [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
            return {name: client.folder_status(name, ["MESSAGES"])[b"MESSAGES"] for name in names}


def open_shop(folder: Path, dovecot: Dovecot, user: User, certificate: Certificate) -> Shop:
    """IMAP over TLS, SMTP over STARTTLS, both by password."""
    post = Submission(users={DESK: SMTP_PASSWORD}, certificate=certificate, mailboxes={DESK: user}).start()
    shop = Shop(desk_folder(folder), user, post)
    shop.settle(
        "imap", host=HOST_NAME, port=dovecot.imaps_port, security="tls", username=user.name, password=user.password
    )
    shop.settle("smtp", host=HOST_NAME, port=post.port, security="starttls", username=DESK, password=SMTP_PASSWORD)
    return shop


def finding(report: Mapping[str, Any], about: str, group: str = "") -> dict[str, Any]:
    """The one finding about something."""
    found = [each for each in report["findings"] if each["about"].startswith(about) and each["group"].startswith(group)]
    assert len(found) == 1, f"{len(found)} findings about {about!r} in {json.dumps(report['findings'], indent=1)}"
    return dict(found[0])
