"""kill -9 in the middle of writing: what was acknowledged is there, nothing is there by half."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sized
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from tests.api.talk import KEY_HEADER
from tests.reliability import integrity
from tests.reliability.processes import (
    Server,
    all_records,
    all_responses,
    ask,
    make_annotators,
    make_dataset,
    records,
)

BATCH = 50
WRITERS = 4


def killed_while(
    server: Server,
    writers: list[Callable[[], None]],
    acknowledged: Sized,
    rng: random.Random,
) -> None:
    """Let writers repeat what they do until the server is killed under them.

    That is some time after the first of what they do was acknowledged.
    """
    ended = threading.Event()

    def repeat(write: Callable[[], None]) -> None:
        while not ended.is_set():
            try:
                write()
            except httpx.HTTPError:
                return

    threads = [threading.Thread(target=repeat, args=(write,)) for write in writers]
    before, until = len(acknowledged), time.monotonic() + 60
    for thread in threads:
        thread.start()
    while len(acknowledged) == before and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(rng.uniform(0.05, 0.6))
    server.kill()
    ended.set()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()


def test_bulk_ingest(
    tmp_path: Path, times: Callable[[int, int], int], report: Callable[[str], None]
) -> None:
    home, rng, kills = tmp_path / "home", random.Random(1), times(3, 100)
    acknowledged: set[str] = set()
    dataset = ""
    for kill in range(kills):
        with Server(home) as server, server.client() as client:
            dataset = dataset or make_dataset(client)
            bulk = f"/api/v1/datasets/{dataset}/records/bulk"
            batches = iter(range(10**6))

            def ingest(
                client: httpx.Client = client,
                batches: Any = batches,
                kill: int = kill,
                bulk: str = bulk,
            ) -> None:
                name = f"{kill}.{next(batches)}"
                ask(client, "PUT", bulk, json={"items": records(BATCH, name)})
                acknowledged.add(name)

            killed_while(server, [ingest] * 2, acknowledged, rng)
        integrity.check(home / "goldspan.db")
    with Server(home) as server, server.client() as client:
        found = external_ids(client, dataset)
    whole = {name for name, count in found.items() if count == BATCH}
    lost, partial = acknowledged - whole, set(found) - whole
    report(
        f"kill -9 during bulk ingest: {kills} kills, {len(acknowledged) * BATCH} records "
        f"acknowledged, lost {len(lost) * BATCH}, half-applied batches {len(partial)}, "
        f"integrity ok {kills}/{kills}"
    )
    assert len(acknowledged) >= kills
    assert (lost, partial) == (set(), set())


def external_ids(client: httpx.Client, dataset: str) -> dict[str, int]:
    """Return how many records of each batch there are."""
    return Counter(one["external_id"].rpartition("-")[0] for one in all_records(client, dataset))


def test_submission(
    tmp_path: Path, times: Callable[[int, int], int], report: Callable[[str], None]
) -> None:
    home, rng, kills = tmp_path / "home", random.Random(2), times(3, 100)
    acknowledged: list[dict[str, Any]] = []
    keys: list[str] = []
    dataset = ""
    for kill in range(kills):
        with Server(home) as server, server.client() as client:
            if not dataset:
                dataset = make_dataset(client, min_submitted=2)
                keys = make_annotators(client, dataset, WRITERS)
            bulk = f"/api/v1/datasets/{dataset}/records/bulk"
            ask(client, "PUT", bulk, json={"items": records(200, f"{kill}")})
            with ExitStack() as opened:
                clients = [opened.enter_context(server.client(key)) for key in keys]
                writers = [annotator(one, dataset, acknowledged) for one in clients]
                killed_while(server, writers, acknowledged, rng)
        integrity.check(home / "goldspan.db")
    with Server(home) as server, server.client() as client:
        kept = all_responses(client, dataset)
    lost = [one for one in acknowledged if kept.get(one["id"]) != one["values"]]
    report(
        f"kill -9 during submission: {kills} kills, {len(acknowledged)} responses acknowledged, "
        f"lost {len(lost)}, counts and places equal to the counted rows after every kill, "
        f"integrity ok {kills}/{kills}"
    )
    assert len(acknowledged) >= kills
    assert lost == []


def annotator(
    client: httpx.Client, dataset: str, acknowledged: list[dict[str, Any]]
) -> Callable[[], None]:
    """Return what takes the next record and answers it, and notes what was acknowledged."""
    key = client.headers[KEY_HEADER]

    def answer() -> None:
        path = f"/api/v1/me/datasets/{dataset}/next"
        tasks = ask(client, "GET", path, params={"count": 1})["items"]
        if not tasks:
            time.sleep(0.01)
            return
        record = tasks[0]["record"]["id"]
        body = {"status": "submitted", "values": {"answer": {"value": f"{key[-4:]} {record}"}}}
        done = ask(client, "PUT", f"/api/v1/records/{record}/response", json=body)
        acknowledged.append(done["response"])

    return answer
