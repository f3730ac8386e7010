"""Servers that tests share: one private Dovecot a session with a fresh mailbox a test, and an SMTP sink a test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Certificate, Dovecot, SmtpSink, User, self_signed


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Short (socket paths) and open to others (Dovecot keeps mail as nobody), which pytest's own folders are not."""
    folder = Path(tempfile.mkdtemp(prefix="mailbot-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def certificate(server_folder: Path) -> Certificate:
    """Self-signed, for localhost."""
    return self_signed(server_folder)


@pytest.fixture(scope="session")
def dovecot(server_folder: Path, certificate: Certificate) -> Iterator[Dovecot]:
    """A private Dovecot with STARTTLS and TLS."""
    server = Dovecot(server_folder / "dovecot", certificate=certificate).start()
    yield server
    server.stop()


@pytest.fixture
def mailbox_user(dovecot: Dovecot) -> User:
    """An empty mailbox of this test's own."""
    return dovecot.fresh_user()


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """An SMTP server of this test's own."""
    server = SmtpSink().start()
    yield server
    server.stop()
