"""How long these tests run, and the lines that they print.

They run in a short form with all others. With GOLDSPAN_RELIABILITY=long (``make reliability``)
they run as often as docs/reliability.md says, and the file that GOLDSPAN_RELIABILITY_REPORT names
gets their lines.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

LONG = os.environ.get("GOLDSPAN_RELIABILITY") == "long"
LINES = pytest.StashKey[list[str]]()


@pytest.fixture
def times() -> Callable[[int, int], int]:
    """Give ``times(short, long)``: how often something is done in this run."""
    return lambda short, long: long if LONG else short


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give ``report(line)``: prints a line at the end of the run, and into the report."""

    def add(line: str) -> None:
        request.config.stash.setdefault(LINES, []).append(line)
        if named := os.environ.get("GOLDSPAN_RELIABILITY_REPORT"):
            with Path(named).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    return add


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the lines."""
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(f"reliability: {line}")
