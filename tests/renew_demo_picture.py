"""`python -m tests.renew_demo_picture`: draw docs/demo.svg from what the demo prints today."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.demo_picture import FILE, drawn, shown
from tests.demo_run import run


def main() -> int:
    """Run the demo once and draw it; 1 where the demo itself failed."""
    with TemporaryDirectory(prefix="mailbot-demo-") as scratch:
        found = run(Path(scratch) / "demo")
    if found.status:
        print(found.complained, file=sys.stderr)
        return 1
    FILE.write_text(drawn(shown(found.printed)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
