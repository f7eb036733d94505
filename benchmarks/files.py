"""Does memory stay flat while large files go in and out? `goldspan import` and `export`, measured.

A server and commands of their own process each, as people run them: rows in as CSV and out as JSON
lines, Parquet and SFT rows, with a tenth of the rows and with all of them. What is printed is the
highest resident set size of each process since the step began, MiB.

    python benchmarks/files.py --rows 300000
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-c", "from goldspan.cli import main; main()"]
WORDS = ("harbour", "lantern", "archive", "ferry", "orchard", "mill", "bridge", "quarry")
QUESTIONS_A_PASSAGE = 5
EXPORTS = ("jsonl", "parquet", "sft")


@dataclass(frozen=True)
class Server:
    """A server's process."""

    pid: int

    def forget_peak(self) -> None:
        """Count the highest memory from now on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")

    def peak_mib(self) -> float:
        """Return the highest memory since then."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None, "Linux tells the highest memory"
        return int(found[1]) / 1024


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Run a server on a home."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        env={**os.environ, "GOLDSPAN_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield Server(process.pid)
        process.terminate()
        process.communicate(timeout=60)


def write_rows(path: Path, rows: int) -> None:
    """Write made-up questions about passages of 120 words."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "question", "context", "answer"])
        for number in range(rows):
            passage = number // QUESTIONS_A_PASSAGE
            answer = f"{WORDS[number % len(WORDS)]} {number}"
            filler = " ".join(f"{WORDS[at % len(WORDS)]} {passage + at}" for at in range(60))
            table.writerow([f"r{number}", f"What is {number}?", f"{answer}. {filler}", answer])


def run(home: Path, *words: str) -> tuple[float, float]:
    """Run a command; return its highest memory, MiB, and its time, seconds."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, *words],
        env={**os.environ, "GOLDSPAN_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"goldspan {' '.join(words)}: {said[-2000:]}"
    return used.ru_maxrss / 1024, time.perf_counter() - began


def measure(rows: int, folder: Path) -> None:
    """Print what importing and exporting so many rows takes."""
    source = folder / "rows.csv"
    write_rows(source, rows)
    size = source.stat().st_size / 2**20
    with serving(folder / "home") as server:
        steps = {"import": ["import", str(source), "--dataset", "d"]}
        for kind in EXPORTS:
            words = ["--dataset", "d", "--format", kind, "--output", str(folder / f"out.{kind}")]
            steps[f"export {kind}"] = ["export", *words]
        for name, words in steps.items():
            server.forget_peak()
            command_mib, seconds = run(folder / "home", *words)
            print(
                f"{rows:>9,} rows ({size:.0f} MiB)  {name:<15} "
                f"server {server.peak_mib():6.0f} MiB  command {command_mib:6.0f} MiB  "
                f"{seconds:6.1f} s",
                flush=True,
            )


def main() -> None:
    """Measure a tenth of the rows, then all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows")
    given = parser.parse_args()
    rows = given.rows // 100 if given.quick else given.rows
    for count in (rows // 10, rows):
        with tempfile.TemporaryDirectory(prefix="goldspan-files-") as folder:
            measure(count, Path(folder))


if __name__ == "__main__":
    main()
