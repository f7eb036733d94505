"""What does the server do a second, how long do people wait for it, and what do its peers do?

Runs Goldspan, as ``goldspan serve`` starts it, and beside it Label Studio (``make bench-peers``
installs it), on the same records of SQuAD's size with one suggestion each, over HTTP with a key a
person. Prints one table, then a line for each bar: what was asked and what was found. Times hold
the client and the server on one machine; CPU is the server's alone, and on a busy machine the
figure to trust. Run: ``python benchmarks/server.py [--quick] [--million] [--database-url URL]``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvloop
from benchmarks.serving.goldspan import Goldspan, Person, item
from benchmarks.serving.http import Request
from benchmarks.serving.label_studio import PEERS, LabelStudio
from benchmarks.serving.load import Work, closed_loop, open_loop, paced, percentile

PEOPLE = 20
RATE = 100.0
IDLE_AFTER_S = 2.0
LONGEST_IMPORT = 100_000  # records that are encoded beforehand, so that the client costs little


@dataclass
class Figures:
    """What was measured of one server, by the line of the table."""

    name: str
    lines: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)

    def note(self, key: str, value: float, unit: str, remark: str = "") -> None:
        """Keep a figure."""
        self.values[key] = value
        digits = 0 if value >= 100 else 1 if value >= 10 else 2
        self.lines[key] = f"{value:,.{digits}f} {unit}{remark}"
        print(f"  {self.name}: {key}: {self.lines[key]}", flush=True)

    def note_work(self, name: str, work: Work, cpu_s: float) -> None:
        """Keep what people at work were measured by."""
        done = max(1, len(work.submit_s))
        self.note(f"{name}: annotations a second", work.rate, "/s")
        for what, times in (("next", work.next_s), ("submit", work.submit_s)):
            for share in (50, 95):
                if times:
                    self.note(f"{name}: {what} p{share}", percentile(times, share), "ms")
        self.note(f"{name}: CPU an annotation", 1000 * cpu_s / done, "ms")
        self.note(f"{name}: given out twice", work.duplicates, "")
        self.note(
            f"{name}: errors", len(work.errors), "", "".join(f" {e}" for e in work.errors[:1])
        )


async def measure(
    start: Callable[[Path], Goldspan | LabelStudio], records: int, seconds: float
) -> Figures:
    """Measure one server, from its first start to its last annotation."""
    with tempfile.TemporaryDirectory(prefix="goldspan-bench-") as folder:
        system = start(Path(folder))
        try:
            return await _measure(system, records, seconds)
        finally:
            system.stop()


async def _measure(system: Goldspan | LabelStudio, records: int, seconds: float) -> Figures:
    figures, server = Figures(system.name), system.server
    figures.note("cold start to the first answer", server.start_s, "s", _cpu(server.cpu_s))
    await asyncio.sleep(IDLE_AFTER_S)
    figures.note("memory when idle", server.memory_mb, "MB")
    people = await system.prepare(PEOPLE)
    cpu, wall = await _import(system, list(system.imports(map(item, range(records)))))
    remark = f" ({1e6 * cpu / records:,.0f} µs of CPU each)"
    figures.note("import", records / wall, "records/s", remark)
    cpu = server.cpu_s
    work = await closed_loop(people[:1], seconds / 4)
    figures.note_work("one person without a pause", work, server.cpu_s - cpu)
    cpu = server.cpu_s
    if isinstance(system, Goldspan):
        work = await open_loop(people, RATE, seconds)
        figures.note_work(f"{RATE:.0f} annotations/s", work, server.cpu_s - cpu)
        cpu = server.cpu_s
    work = await closed_loop(people, seconds)
    figures.note_work(f"{PEOPLE} people without a pause", work, server.cpu_s - cpu)
    cpu, began = server.cpu_s, time.perf_counter()
    content = await system.owner.ask(system.exports())
    wall = time.perf_counter() - began
    remark = f" ({len(content) / 1e6:.1f} MB,{_cpu(server.cpu_s - cpu)[2:]}"
    figures.note("export of everything", wall, "s", remark)
    figures.note("memory at the end", server.memory_mb, "MB")
    return figures


def _cpu(seconds: float) -> str:
    return f" ({seconds:.2f} s of CPU)"


async def _import(
    system: Goldspan | LabelStudio, requests: Sequence[Request]
) -> tuple[float, float]:
    """Import, one request after the other; return the server's CPU and the time, in seconds."""
    cpu, began = system.server.cpu_s, time.perf_counter()
    for request in requests:
        await system.owner.ask(request)
    return system.server.cpu_s - cpu, time.perf_counter() - began


async def measure_growth(
    start: Callable[[Path], Goldspan], small: int, large: int, count: int
) -> list[tuple[str, float, float]]:
    """Return (what, p95 in ms with few records, with many), for one who begins and one halfway."""
    found: dict[str, list[float]] = {}
    for records in (small, large):
        with tempfile.TemporaryDirectory(prefix="goldspan-bench-") as folder:
            system = start(Path(folder))
            try:
                for what, p95 in (await _waits(system, records, count)).items():
                    found.setdefault(what, []).append(p95)
            finally:
                system.stop()
    return [(what, few, many) for what, (few, many) in found.items()]


async def _waits(system: Goldspan, records: int, count: int) -> dict[str, float]:
    fresh, halfway = await system.prepare(2, overlap=2)
    began = time.perf_counter()
    for first in range(0, records, LONGEST_IMPORT):
        numbers = range(first, min(first + LONGEST_IMPORT, records))
        await _import(system, list(system.imports(_answered(n, records, halfway) for n in numbers)))
    rate = records / (time.perf_counter() - began)
    print(f"  {records:,} records imported, half of them answered: {rate:,.0f}/s", flush=True)
    found = {}
    for name, person in (("who begins", fresh), ("who has answered half", halfway)):
        work = Work()

        async def ask(person: Person = person, work: Work = work) -> None:
            began = time.perf_counter()
            task = person.task_of(await person.connection.ask(person.next_task()))
            work.next_s.append(time.perf_counter() - began)
            assert task is not None
            began = time.perf_counter()
            await person.connection.ask(person.submit(task))
            work.submit_s.append(time.perf_counter() - began)

        await paced(ask, count, 0.01)
        found[f"next, for one {name}"] = percentile(work.next_s, 95)
        found[f"submit, by one {name}"] = percentile(work.submit_s, 95)
        for what, place, status in (
            ("first page", 0, None),
            ("page in the middle", records // 2, None),
            ("last page", records - 50, None),
            ("first page of what is left", 0, "pending"),
        ):
            read = partial(person.connection.ask, person.page(place, status))
            times = await paced(read, count // 4, 0.01)
            found[f"{what}, for one {name}"] = percentile(times, 95)
    return found


def _answered(number: int, records: int, person: Person) -> dict[str, object]:
    """Return a record, with the person's response if it is one of the first half."""
    made = item(number)
    if number < records // 2:
        values = {"answer": {"value": "many a word"}}
        made["responses"] = [{"user_id": person.id, "status": "submitted", "values": values}]
    return made


def print_table(all_figures: Sequence[Figures]) -> None:
    keys = list(dict.fromkeys(key for figures in all_figures for key in figures.lines))
    head = ["", *(figures.name for figures in all_figures)]
    rows = [head] + [[key, *(f.lines.get(key, "–") for f in all_figures)] for key in keys]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    print()
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    print()


def print_bars(ours: Figures, peer: Figures | None) -> None:
    """Print what was asked of the server and whether it was met."""
    v, load, many = ours.values, f"{RATE:.0f} annotations/s", f"{PEOPLE} people without a pause"
    bar("import", v["import"], ">=", 10_000, "records/s")
    if peer is not None:
        ratio = v["import"] / peer.values["import"]
        bar("import, beside Label Studio", ratio, ">=", 40, "times")
    bar(f"next p95 at {load}", v[f"{load}: next p95"], "<=", 8, "ms")
    bar(f"submit p95 at {load}", v[f"{load}: submit p95"], "<=", 25, "ms")
    bar(f"{many}", v[f"{many}: annotations a second"], ">=", 300, "annotations/s")
    bar("given out twice at overlap 1", v[f"{many}: given out twice"], "<=", 0, "")
    bar("errors", v[f"{many}: errors"] + v[f"{load}: errors"], "<=", 0, "")
    bar("export of everything", v["export of everything"], "<=", 1, "s")
    bar("cold start", v["cold start to the first answer"], "<=", 2, "s")
    bar("memory when idle", v["memory when idle"], "<=", 100, "MB")


def bar(what: str, found: float, sign: str, asked: float, unit: str) -> None:
    met = found >= asked if sign == ">=" else found <= asked
    verdict = "met" if met else "short"
    print(f"bar {what}: {found:,.2f} {unit} against {sign} {asked:,} {unit}: {verdict}")


def print_growth(found: Sequence[tuple[str, float, float]], small: int, large: int) -> None:
    print(f"\np95 in ms with {small:,} and with {large:,} records:")
    for what, few, many in found:
        print(f"  {what:<48} {few:>8.2f} {many:>8.2f}  {many / few:>5.2f} times")
    for what, few, many in found:
        if not what.startswith("submit"):
            bar(f"{what}, {large:,} records", many / few, "<=", 2, f"times that at {small:,}")


def main(*, quick: bool, million: bool, peers: bool, database_url: str | None) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    records, seconds = (10_000, 5.0) if quick else (10_000, 60.0)

    def start(folder: Path) -> Goldspan:
        return Goldspan(folder, database_url)

    if million:
        large = 50_000 if quick else 1_000_000
        found = uvloop.run(measure_growth(start, 10_000, large, 200))
        print_growth(found, 10_000, large)
        return
    all_figures = [uvloop.run(measure(start, records, seconds))]
    if peers and not quick and not PEERS.is_dir():
        print("Label Studio is not installed: `make bench-peers` does it, in 3 minutes and 1 GB")
    elif peers and not quick:
        all_figures.append(uvloop.run(measure(LabelStudio, records, seconds)))
    print_table(all_figures)
    print_bars(all_figures[0], all_figures[1] if len(all_figures) > 1 else None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5 s of each load, no peers")
    parser.add_argument("--million", action="store_true", help="1,000,000 records beside 10,000")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    parser.add_argument("--database-url", help="a PostgreSQL database, empty, for Goldspan")
    given = parser.parse_args()
    main(
        quick=given.quick,
        million=given.million,
        peers=not given.no_peers,
        database_url=given.database_url,
    )
