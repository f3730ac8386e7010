"""The admin hears that a sign-in ends, before it does and when it has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailbot import assembly, settings
from mailbot.adapters import imap_link
from mailbot.errors import MailboxError
from mailbot.sign_in.access import now
from mailbot.sign_in.standing import standing
from tests.oauth_server import OAuthServer
from tests.servers import User
from tests.signing_in import (
    MONDAY,
    access,
    rewrite,
    run_out,
    sign_in,
    tokens,
    toml,
    with_servers,
)
from tests.worlds import MemoryWorld


def alerts(world: MemoryWorld) -> list[str]:
    return [" ".join(letter.text.split()) for letter in world.letters() if letter.code == "alert"]


@pytest.fixture
def world(tmp_path: Path, authority: OAuthServer) -> MemoryWorld:
    """A desk in memory that signs in for IMAP and has a password for SMTP."""
    authority.fresh("desk@shop.test")
    made = MemoryWorld(tmp_path / "desk")
    servers = toml(User("desk@shop.test", port=1), 1, authority.url, secret_expires="2026-03-20")
    head, smtp, tail = servers.partition("[smtp]")
    with_servers(made.folder, head + smtp + tail.replace('oauth2 = "own"', 'password = "x"', 1))
    made.settings = settings.load(made.folder)
    made.begin_again()
    return made


def test_told_fourteen_and_three_days_before_and_on_the_day(world: MemoryWorld, authority: OAuthServer) -> None:
    """Three letters for one end, however many cycles; what to do is in them."""
    sign_in(world.folder, authority)
    heard = []
    for day in range(3, 24):
        for hour in (9, 15):
            before = len(alerts(world))
            world.cycle(datetime(2026, 3, day, hour, tzinfo=UTC))
            heard += [day] * (len(alerts(world)) - before)
    assert heard == [6, 17, 20]
    assert all(
        "client secret with which the desk signs in to its mailbox ends on Friday 20 March 2026" in a
        for a in alerts(world)
    )
    assert all("secret_expires" in text for text in alerts(world))


def test_told_of_a_fixed_end_and_not_of_one_that_moves(world: MemoryWorld, authority: OAuthServer) -> None:
    """Google gives a client that is being tested seven days, and each renewal says how many are left: told. An end that
    each renewal puts off is told of only where the desk stands still."""
    authority.ends_in = 86400 * 7
    sign_in(world.folder, authority)
    began = now()
    fixed = (began + timedelta(days=7)).isoformat()
    rewrite(world.folder, ends_at=fixed)
    world.cycle(began)
    assert [text for text in alerts(world) if "mailbot login" in text]
    world.begin_again()
    rewrite(world.folder, ends_at=(began + timedelta(days=6)).isoformat())  # … and the renewal says seven again
    run_out(world.folder)
    access(world.folder).token()
    world.cycle(now())
    assert not [text for text in alerts(world) if "mailbot login" in text]
    world.cycle(now() + timedelta(days=2))
    assert [text for text in alerts(world) if "mailbot login" in text]


def test_told_that_it_is_over(world: MemoryWorld, authority: OAuthServer) -> None:
    """A sign-in that was withdrawn: the admin has a letter a day with the sentence, while letters leave otherwise."""
    sign_in(world.folder, authority)
    world.cycle(MONDAY)
    assert alerts(world) == []
    run_out(world.folder)
    authority.withdraw(renewals_too=True)
    with pytest.raises(MailboxError, match="run: mailbot login"):
        imap_link.connect(assembly.account_of(world.settings))
    for hours in (1, 2, 25):
        world.cycle(MONDAY + timedelta(hours=hours))
    assert len(alerts(world)) == 2
    assert f"run: mailbot login --desk {world.folder}" in alerts(world)[0]
    found = standing(world.settings)
    assert found
    assert found.trouble
    assert found.failed_at
    assert found.first_end(MONDAY, UTC) == date(2026, 3, 20)  # the client secret's, which no sign-in changes
    sign_in(world.folder, authority)
    assert access(world.folder).token() == tokens(world.folder)[0]
    assert (again := standing(world.settings))
    assert again.trouble == ""
    assert again.first_end(MONDAY, UTC) == date(2026, 3, 20)
