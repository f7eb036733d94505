"""How much CPU it takes to import Goldspan and to print its help.

Whole processes, counted by the operating system: user + system CPU seconds, median of several
runs, beside the interpreter alone. Run: ``python benchmarks/startup.py [--quick]``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import sysconfig

GOAL_S = 0.5
COMMANDS = {
    "python alone": [sys.executable, "-c", "pass"],
    "import goldspan": [sys.executable, "-c", "import goldspan"],
    "goldspan --help": [os.path.join(sysconfig.get_path("scripts"), "goldspan"), "--help"],
}


def cpu_seconds(command: list[str]) -> float:
    """Run a command and return the CPU seconds of its process."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 runs each instead of 20")
    runs = 5 if parser.parse_args().quick else 20
    medians = {
        name: statistics.median(cpu_seconds(command) for _ in range(runs + 1))
        for name, command in COMMANDS.items()
    }
    print(f"{'':<18}{'ratio':>7}{'CPU s':>8}   (median of {runs + 1})")
    for name, seconds in medians.items():
        print(f"{name:<18}{seconds / medians['python alone']:>7.1f}{seconds:>8.3f}")
    for name in list(COMMANDS)[1:]:
        verdict = "met" if medians[name] < GOAL_S else "short"
        print(f"bar {name}: {medians[name]:.3f} s of CPU against {GOAL_S} s: {verdict}")


if __name__ == "__main__":
    main()
