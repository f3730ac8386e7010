"""`mailbot demo`."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from mailbot.commands.options import errors_for_people, say
from mailbot.errors import SettingsError

INTERRUPTED = 130  # 128 + SIGINT, as shells count


@click.command()
@click.option("--fast", is_flag=True, help="Without pauses for reading.")
@click.option("--plain", is_flag=True, help="No colours, no pauses, ASCII alone: for logs and screen readers.")
@click.option(
    "--folder", metavar="NEW", type=click.Path(path_type=Path), help="Where to leave the desk and every mail."
)
@errors_for_people
def demo(fast: bool, plain: bool, folder: Path | None) -> None:
    """The whole story on embedded mail servers, weeks in seconds; nothing to set up.

    \b
    Examples:
      mailbot demo                     eight weeks in under a minute
      mailbot demo --fast --plain      the same at once, for a log or a screen reader
      mailbot demo --folder try        leave everything in ./try instead of a new temporary folder
    """
    where = _empty(folder)
    live = sys.stdout.isatty() and not fast and not plain
    try:
        with _silent():
            raise SystemExit(_play(where, live=live, plain=plain or not _can_draw()))
    except KeyboardInterrupt:
        say(f"\nStopped. What there is so far is in {where}")
        raise SystemExit(INTERRUPTED) from None


def _play(where: Path, *, live: bool, plain: bool) -> int:
    try:
        from mailbot.demo.run import play
    except ImportError as error:
        missing = (error.name or "a package").partition(".")[0]
        say(
            f"the demo brings mail servers that are not installed ({missing} is missing): in the clone, `make demo`, "
            "or pip install '.[demo]'"
        )
        return 1
    return play(where, _program(), live=live, plain=plain)


def _empty(folder: Path | None) -> Path:
    """A new folder, or the one asked for if nothing is in it."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="mailbot-demo-"))
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{folder} is a file. Name a folder that does not exist yet: mailbot demo --folder NEW")
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is not empty. Name a folder that does not exist yet: mailbot demo --folder NEW")
    return folder.resolve()


def _program() -> str:
    """How this mailbot is called by somebody who types it."""
    called = Path(sys.argv[0])
    return "mailbot" if shutil.which("mailbot") or called.name != "mailbot" else str(called)


def _can_draw() -> bool:
    """Whether arrows and pounds can be written to stdout at all."""
    try:
        "→←·─£“”…".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _silent() -> Iterator[None]:
    """No log lines in the timeline, which tells the same, unless `--verbose` asked for them."""
    ours = logging.getLogger("mailbot")
    before = ours.level
    if not click.get_current_context().find_root().params.get("verbose"):
        ours.setLevel(logging.ERROR)
    try:
        yield
    finally:
        ours.setLevel(before)
