"""Write the made parts of README.md again: `python -m tests.renew_readme`."""

from __future__ import annotations

from tests.readme import FILE, renewed


def main() -> None:
    """The tables of letters, from the rules."""
    FILE.write_text(renewed(FILE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{FILE} is as the rules are")


if __name__ == "__main__":
    main()
