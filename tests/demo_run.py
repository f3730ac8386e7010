"""One run of `mailbot demo`, as its tests and its picture look at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click import unstyle
from click.testing import CliRunner

from mailbot.cli import main
from tests.demo_picture import COLUMNS


@dataclass(frozen=True)
class Run:
    """What came of it; `printed` has its colours."""

    status: int
    printed: str
    complained: str
    folder: str

    @property
    def lines(self) -> list[str]:
        """What it printed, without colours."""
        return unstyle(self.printed).splitlines()

    @property
    def mails(self) -> Path:
        """Where the mails and pages are."""
        return Path(self.folder) / "mails"


def run(folder: Path) -> Run:
    """The whole demo, in colours, without pauses."""
    options = ["--color", "always", "demo", "--fast", "--folder", str(folder)]
    result = CliRunner().invoke(main, options, color=True, env={"COLUMNS": str(COLUMNS), "NO_COLOR": ""})
    return Run(result.exit_code, result.stdout, result.stderr, str(folder.resolve()))
