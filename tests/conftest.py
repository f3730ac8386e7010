"""Servers that tests share: one private Dovecot a session with a fresh mailbox a test, and an SMTP sink a test."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailbot import logs
from tests.servers import Certificate, Dovecot, SmtpSink, User, self_signed

if TYPE_CHECKING:  # they load the whole house, which most tests do without
    from tests.crash_story import Stages
    from tests.crashing import Forks
    from tests.oauth_server import OAuthServer

SHM = Path("/dev/shm")
WORKERS = 2


@pytest.fixture(autouse=True)
def _level_of_the_log() -> Iterator[None]:
    """A command run in this process may ask for fewer lines; the next test hears them all."""
    ours = logging.getLogger(logs.NAME)
    before = ours.level
    yield
    ours.setLevel(before)


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


@pytest.fixture(scope="session")
def forks() -> Iterator[list[Forks]]:
    """Processes that fork a desk in no time; one for each thread of a test."""
    from tests.crashing import Forks

    started = [Forks() for _ in range(WORKERS)]
    yield started
    for each in started:
        each.close()


@pytest.fixture(scope="session")
def quick_place() -> Iterator[Path]:
    """In memory where there is such a place: a killed process loses nothing that the kernel has, and fsync costs ms."""
    place = tempfile.mkdtemp(prefix="mailbot-", dir=SHM if os.access(SHM, os.W_OK) else None)
    yield Path(place)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def quick_folder(quick_place: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder of this test's own there."""
    folder = quick_place / request.node.name
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def stages(quick_folder: Path, dovecot: Dovecot, forks: list[Forks]) -> Iterator[Stages]:
    """As many tellings of the small story as the test begins."""
    from tests.crash_story import Stages

    found = Stages(quick_folder, dovecot, forks[0])
    yield found
    found.close()


@pytest.fixture(scope="session")
def authority() -> Iterator[OAuthServer]:
    """A sign-in server; `fresh` before use."""
    from tests.oauth_server import OAuthServer

    server = OAuthServer().start()
    yield server
    server.stop()


@pytest.fixture
def bare(tmp_path: Path, authority: OAuthServer) -> Path:
    """The settings alone of a desk that signs in there, without mail servers."""
    from tests.signing_in import DESK, toml

    authority.fresh("desk@shop.test")
    (tmp_path / "mailbot.toml").write_text(DESK + toml(User("desk@shop.test", port=1), 1, authority.url))
    return tmp_path
