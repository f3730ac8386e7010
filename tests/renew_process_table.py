"""Write docs/process.md again: `python -m tests.renew_process_table`."""

from __future__ import annotations

from tests.process_table import PAGE, page, without_story


def main() -> None:
    """Every story told, the page written, and the rows that no story carries out named."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE} is as the rules and the stories are")
    for line in without_story():
        print(f"no story: {line}")


if __name__ == "__main__":
    main()
