"""Writes the golden files of tests/letters anew: `python -m tests.renew_letters`. Nothing runs it by itself.

Run it after changing a template, the form or the layout on purpose, then read `git diff tests/letters`: every changed
line there is a changed line in a customer's or a colleague's inbox.
"""

from __future__ import annotations

from tests import letter_cases as paper


def main() -> None:
    """Write every golden file that differs, and remove those of no letter."""
    paper.GOLDEN.mkdir(exist_ok=True)
    kept = set()
    for sample in paper.samples():
        for file, said in zip(paper.golden(sample), paper.as_files(sample), strict=True):
            kept.add(file)
            if not file.exists() or file.read_text(encoding="utf-8") != said:
                file.write_text(said, encoding="utf-8")
                print(f"written: {file.name}")
    for file in sorted(set(paper.GOLDEN.iterdir()) - kept):
        file.unlink()
        print(f"removed: {file.name}")


if __name__ == "__main__":
    main()
