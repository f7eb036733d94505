"""Does memory stay flat while large files go in and out? `goldspan import` and `export`, measured.

A server and commands of their own process each, as people run them: rows in as CSV and out as JSON
lines, Parquet and SFT rows, with a tenth of the rows and with all of them. What is printed is the
highest memory of each process during the step, MiB, looked at every 20 ms: its own (RssAnon), and,
of the server, the highest with the files that it has mapped (VmHWM), which the kernel takes back
when it needs the room.

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
LOOK_EVERY_S = 0.02


def status_mib(pid: int, name: str) -> float:
    """Return a figure of a process's status, MiB; 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return 0.0
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """Run a server on a home; give its process's id."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        env={**os.environ, "GOLDSPAN_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
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


@dataclass
class Step:
    """The highest memory of both processes, MiB, and the time, seconds."""

    server: float = 0.0
    command: float = 0.0
    mapped: float = 0.0
    seconds: float = 0.0


def run(server: int, home: Path, words: list[str], log: Path) -> Step:
    """Run a command and watch it and the server."""
    Path(f"/proc/{server}/clear_refs").write_text("5", encoding="ascii")  # VmHWM begins anew
    step, began = Step(), time.perf_counter()
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [*COMMAND, *words],
            env={**os.environ, "GOLDSPAN_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        while process.poll() is None:
            step.server = max(step.server, status_mib(server, "RssAnon"))
            step.command = max(step.command, status_mib(process.pid, "RssAnon"))
            time.sleep(LOOK_EVERY_S)
    assert process.returncode == 0, f"goldspan {' '.join(words)}: {log.read_text()[-2000:]}"
    step.mapped, step.seconds = status_mib(server, "VmHWM"), time.perf_counter() - began
    return step


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
            step = run(server, folder / "home", words, folder / "log")
            print(
                f"{rows:>9,} rows ({size:.0f} MiB)  {name:<15} "
                f"server {step.server:5.0f} MiB, with mapped files {step.mapped:5.0f}  "
                f"command {step.command:5.0f} MiB  {step.seconds:6.1f} s",
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
