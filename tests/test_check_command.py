"""What `mailbot check` says on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main

ROOT = Path(__file__).parent.parent


def check(folder: Path) -> Result:
    return CliRunner().invoke(main, ["check", "--desk", str(folder)])


@pytest.mark.parametrize("name", ["", "gone"])
def test_a_folder_that_is_no_desk_is_one_line(tmp_path: Path, name: str) -> None:
    """No list of missing files: there is no desk, and what to do about it; exit 2."""
    result = check(tmp_path / name)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "Make a desk with `mailbot init DIR`, or name one: --desk DIR" in result.stderr


def test_a_folder_of_empty_rules_is_told_what_is_missing(tmp_path: Path) -> None:
    """With a folder of rules it may be one: every file that it lacks is named; exit 1."""
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "rules").mkdir()
    result = check(tmp_path)
    assert result.exit_code == 1
    assert "rules/process.yaml:1:" in result.stdout


def test_a_folder_of_rules_alone_can_be_checked() -> None:
    """The shipped rules need no mailbot.toml; what was proved is said."""
    result = check(ROOT)
    assert result.exit_code == 0, result.output
    assert result.stdout == ("rules and letters are in order; no offer can be reached without form and approval\n")
