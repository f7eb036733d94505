"""Runs the reliability tests in their long form and writes what they printed into the docs."""

import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "docs" / "reliability.md"
MARK = "<!-- figures -->\n"


def main() -> int:
    """Return pytest's exit code; the page is renewed only if everything held."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines"
        lines.touch()
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/reliability", *sys.argv[1:]],
            cwd=CHECKOUT,
            env={
                **os.environ,
                "GOLDSPAN_RELIABILITY": "long",
                "GOLDSPAN_RELIABILITY_REPORT": str(lines),
            },
        )
        if ended.returncode == 0:
            today = datetime.now(UTC).date()
            head = f"{today}, {os.cpu_count()} cores, Python {platform.python_version()}:\n\n"
            before = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
            figures = "".join(f"- {line}\n" for line in lines.read_text("utf-8").splitlines())
            PAGE.write_text(before + MARK + head + figures, encoding="utf-8")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
