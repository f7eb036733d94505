"""How many records and responses does the server take a second, and at what cost?

Starts a server of its own on an empty home and talks to it from this process over HTTP, one
request at a time, then with several clients at once. CPU is that of the server's process alone:
on a busy machine it is the figure to trust. Run:
``python benchmarks/serve_records.py [--quick]``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec

KEY = "benchmark-key"
BATCH = 500
CLIENTS = 20
TICKS = os.sysconf("SC_CLK_TCK")
TEXT = {"type": "text", "use_markdown": False}


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GOLDSPAN_HOME": folder, "GOLDSPAN_OWNER_API_KEY": KEY}
        command = [sys.executable, "-c", "from goldspan.cli import main; main()", "serve"]
        server = subprocess.Popen(
            [*command, "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split(" at ")[1].split()[0]
            measure(url, server.pid, records, Path(folder))
        finally:
            server.terminate()
            server.wait()


def measure(url: str, pid: int, records: int, home: Path) -> None:
    client = httpx.Client(
        base_url=url, headers={"X-Argilla-Api-Key": KEY}, timeout=60, trust_env=False
    )
    path = make_dataset(client)
    bodies = [body(first) for first in range(0, records, BATCH)]

    def timed(what: str, count: int, work: Callable[[], Any]) -> None:
        cpu, began = cpu_s(pid), time.perf_counter()
        work()
        wall = time.perf_counter() - began
        used = (cpu_s(pid) - cpu) / count * 1e6
        print(f"{what:<42} {count / wall:>9,.0f} /s {used:>9,.0f} µs of CPU each")

    def send() -> None:
        for batch in bodies:
            client.put(f"{path}/records/bulk", content=batch).raise_for_status()

    timed("records added, PUT of 500", records, send)
    timed("the same records again (nothing changes)", records, send)
    ids: list[str] = []

    def read() -> None:
        for offset in range(0, records, 250):
            part = f"offset={offset}&limit=250&include=responses&include=suggestions"
            page = client.get(f"{path}/records?{part}").json()
            ids.extend(record["id"] for record in page["items"])

    timed("records read, pages of 250", records, read)

    def respond(record_id: str) -> None:
        content = {"status": "submitted", "values": {"answer": {"value": "Denver"}}}
        answer = client.post(f"/api/v1/records/{record_id}/responses", json=content)
        answer.raise_for_status()

    half = min(len(ids) // 2, 2000)

    def respond_in_turn() -> None:
        for record_id in ids[:half]:
            respond(record_id)

    timed("responses, one client", half, respond_in_turn)
    with ThreadPoolExecutor(CLIENTS) as many:
        rest = ids[half : 2 * half]
        timed(f"responses, {CLIENTS} clients", half, lambda: list(many.map(respond, rest)))
    size = sum(file.stat().st_size for file in home.glob("goldspan.db*"))
    print(f"on disk: {size / records:,.0f} bytes a record")


def make_dataset(client: httpx.Client) -> str:
    def post(path: str, **content: Any) -> Any:
        return client.post(path, json=content).raise_for_status().json()

    workspace = post("/api/v1/workspaces", name="bench")
    dataset = post("/api/v1/datasets", name="bench", workspace_id=workspace["id"])
    path = f"/api/v1/datasets/{dataset['id']}"
    for name in ("question", "context"):
        post(f"{path}/fields", name=name, required=True, settings=TEXT)
    post(f"{path}/questions", name="answer", required=True, settings=TEXT)
    client.put(f"{path}/publish").raise_for_status()
    return path


def body(first: int) -> bytes:
    """Return a bulk of records the size of SQuAD's: 810 bytes of JSON and a suggestion each."""
    items = [
        {
            "fields": {
                "question": f"What was said in passage number {number}, and who said it?",
                "context": f"Passage {number} says " + "many a word about this and that, " * 20,
            },
            "metadata": {"article": f"a{number % 50}", "n": number},
            "external_id": f"r{number}",
            "suggestions": [{"question_name": "answer", "value": "many a word", "score": 0.5}],
        }
        for number in range(first, first + BATCH)
    ]
    return msgspec.json.encode({"items": items})


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 records instead of 10,000")
    main(2_000 if parser.parse_args().quick else 10_000)
