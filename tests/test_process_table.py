"""docs/process.md is as the rules and the stories are, and every row that does something has a story."""

from __future__ import annotations

from tests.process_table import PAGE, page, without_story


def test_page_is_not_stale() -> None:
    """After a change of rules or stories: `python -m tests.renew_process_table`."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.renew_process_table"


def test_every_row_that_does_something_has_a_story() -> None:
    """Every arrow of the process is shown by a story that takes it."""
    missing = without_story()
    assert not missing, "no story carries out:\n" + "\n".join(missing)
