"""Every story holds in memory and on real servers: Dovecot over IMAP and a real SMTP server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import Dovecot, SmtpSink, User
from tests.story import Telling, load, stories
from tests.told import told
from tests.worlds import RealWorld

ALL = [pytest.param(file, id=file.stem) for file in stories()]


@pytest.mark.parametrize("file", ALL)
def test_story_in_memory(file: Path) -> None:
    """The story holds with everything but the rule files in memory."""
    assert told(file).process


@pytest.mark.parametrize("file", ALL)
def test_story_on_real_servers(
    file: Path, tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink
) -> None:
    """The story holds on Dovecot and a real SMTP server, with the state on disk."""
    story = load(file)
    Telling(RealWorld(tmp_path / "desk", dovecot, mailbox_user, sink, **story["desk"])).tell(story)
