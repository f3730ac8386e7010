"""The demo is the first thing a newcomer sees: it must go as told, and leave what it promises."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from mailbot.cli import main


def test_demo_tells_the_story_and_leaves_everything(tmp_path: Path) -> None:
    """`mailbot demo` ends well, in plain lines; the desk folder and every mail are there to look at."""
    result = CliRunner().invoke(main, ["demo", "--fast", "--folder", str(tmp_path / "demo")])
    assert result.exit_code == 0, result.output + result.stderr
    told = [line for line in result.output.splitlines() if "→" in line or "←" in line]
    mails = sorted((tmp_path / "demo" / "mails").glob("*.eml"))
    assert len(mails) == len(told) - 1  # less the line that explains the arrows
    assert any("E2-again" in line for line in told)
    listed = CliRunner().invoke(main, ["cases", "--desk", str(tmp_path / "demo")])
    assert "awaiting_form" in listed.output
    assert "assessing" in listed.output
