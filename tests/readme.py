"""The parts of README.md that are made from the rules: the tables of letters.

`python -m tests.renew_readme` writes them; tests/test_readme.py fails while they are stale.
"""

from __future__ import annotations

import re

from mailbot.insight.letters_table import letters_table
from tests import ruling

FILE = ruling.ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- letters (outward|inward): .*? -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str) -> str:
    """The README with its tables as the rules are."""
    process = ruling.shipped()

    def table(found: re.Match[str]) -> str:
        lines = letters_table(process, outward=found[2] == "outward")
        return found[1] + "\n".join(("", *lines, "", found[3]))

    return _BLOCK.sub(table, text)
