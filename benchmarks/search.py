"""What a text search and a similarity search cost, over many records.

Stores made-up records through the services, indexes them, and prints the median CPU time and wall
time of each kind of search, and the memory at most.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from goldspan.domain.field import TextField
from goldspan.domain.permission import Actor
from goldspan.domain.question import TextQuestion
from goldspan.domain.schema import VectorSettings
from goldspan.domain.workspace import Role
from goldspan.services.add_records import add_records, check_records
from goldspan.services.index_texts import read_batch, write_batch
from goldspan.services.read_records import Include, read_page, view_of
from goldspan.services.record_items import CheckedRecord
from goldspan.services.similar_records import read_similar
from goldspan.storage.query import RecordQuery
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store, Unit
from goldspan.wire.record import RecordCreate
from goldspan.wire.search import VectorQuery

OWNER = Actor("00000000-0000-0000-0000-000000000000", "owner", Role.OWNER)
WORDS = [f"w{number}" for number in range(20_000)]
DIMENSIONS = 384


def make(unit: Unit) -> str:
    workspace = unit.workspaces.add("benchmark")
    made = unit.datasets.add(
        workspace.id,
        "search",
        guidelines=None,
        allow_extra_metadata=True,
        min_submitted=1,
        metadata_json=None,
    )
    unit.datasets.fields.add(made.id, TextField("context"))
    unit.datasets.questions.add(made.id, TextQuestion("answer"))
    unit.datasets.vectors_settings.add(made.id, VectorSettings("meaning", DIMENSIONS))
    unit.datasets.update(msgspec.structs.replace(made, status="ready"))
    return made.id


def fill(store: Store, dataset_id: str, count: int) -> None:
    draw = np.random.default_rng(1)
    for start in range(0, count, 500):
        # Frequent words are much more frequent, as in a language.
        picks = np.minimum(draw.zipf(1.3, size=(500, 120)) - 1, len(WORDS) - 1)
        vectors = draw.normal(size=(500, DIMENSIONS)).round(4)
        items = [
            RecordCreate(
                fields={"context": " ".join(WORDS[place] for place in row)},
                vectors={"meaning": vector},
            )
            for row, vector in zip(picks[: count - start], vectors.tolist(), strict=False)
        ]
        with store.read() as unit:
            checked = check_records(unit, OWNER, dataset_id, items)
        store.write(partial(adding, dataset_id=dataset_id, checked=checked)).result()


def adding(unit: Unit, dataset_id: str, checked: list[CheckedRecord]) -> None:
    add_records(unit, OWNER, dataset_id, checked)


def index(store: Store) -> int:
    batches = 0
    while True:
        with store.read() as unit:
            batch = read_batch(unit)
        if batch is None:
            return batches
        store.write(partial(write_batch, batch=batch)).result()
        batches += 1


def timed(what: str, work: Callable[[], int], times: int = 7) -> None:
    walls, cpus, found = [], [], 0
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        found = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    wall_ms, cpu_ms = statistics.median(walls) * 1e3, statistics.median(cpus) * 1e3
    print(f"{what:<44} {found:>8} found {cpu_ms:>8.1f} ms CPU {wall_ms:>8.1f} ms wall")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 records instead of 100,000")
    count = 2_000 if parser.parse_args().quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "goldspan.db")
        dataset_id = store.write(make).result()
        began = time.process_time()
        fill(store, dataset_id, count)
        print(f"{count} records stored: {time.process_time() - began:.1f} s CPU")
        began = time.process_time()
        batches = index(store)
        print(f"indexed in {batches} batches: {time.process_time() - began:.1f} s CPU")

        def text(words: str) -> Callable[[], int]:
            def work() -> int:
                with store.read() as unit:
                    view = view_of(unit, OWNER, dataset_id)
                    query = RecordQuery(dataset_id, text=words)
                    return read_page(unit, view, query, Include()).total

            return work

        def similar() -> int:
            near = VectorQuery(name="meaning", value=[1.0] * DIMENSIONS)
            with store.read() as unit:
                view = view_of(unit, OWNER, dataset_id)
                ranked = read_similar(unit, view, RecordQuery(dataset_id), near, Include())
            return ranked.page.total

        timed("text: a rare word", text("w15000 "))
        timed("text: a frequent and a rare word", text("w3 w15000 "))
        timed("text: a frequent word", text("w3 "))
        timed(f"vector of {DIMENSIONS}, against every record", similar)
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most: {peak:.0f} MB")


if __name__ == "__main__":
    main()
