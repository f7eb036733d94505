"""Goldspan, as ``goldspan serve`` starts it: keys, history, leases and the audit log included."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.serving.http import Connection, Request
from benchmarks.serving.process import Server

KEY = "the-benchmark-owners-key"
TEXT = {"type": "text", "use_markdown": False}
BATCH = 500


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Person:
    """An annotator of one dataset."""

    id: str
    connection: Connection
    dataset_id: str

    def next_task(self) -> Request:
        """Ask for a record."""
        return Request("GET", f"/api/v1/me/datasets/{self.dataset_id}/next?count=1")

    def task_of(self, answer: bytes) -> str | None:
        """Return the record's id."""
        items = msgspec.json.decode(answer)["items"]
        return str(items[0]["record"]["id"]) if items else None

    def submit(self, task: str) -> Request:
        """Answer a record, as the page does."""
        judgement = {"elapsed_ms": 4200, "suggestion_shown": {"answer": True}}
        values = {"answer": {"value": "many a word"}}
        body = {"status": "submitted", "values": values, "judgement": judgement}
        return Request("PUT", f"/api/v1/records/{task}/response", msgspec.json.encode(body))

    def page(self, offset: int, status: str | None = None) -> Request:
        """Read a page of 50 records with suggestions and own responses, as clients do."""
        wanted = f"offset={offset}&limit=50&include=responses&include=suggestions"
        filtered = "" if status is None else f"&response_status={status}"
        path = f"/api/v1/me/datasets/{self.dataset_id}/records?{wanted}{filtered}"
        return Request("GET", path)


class Goldspan:
    """A server on an empty home.

    Args:
        folder: of the home.
        database_url: a PostgreSQL database to use.
    """

    name = "Goldspan"

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        environment = {
            **os.environ,
            "GOLDSPAN_HOME": str(folder / "home"),
            "GOLDSPAN_OWNER_API_KEY": KEY,
        }
        if database_url is not None:
            environment["GOLDSPAN_DATABASE_URL"] = database_url
        port = free_port()
        command = [sys.executable, "-c", "from goldspan.cli import main; main()", "serve"]
        self.server = Server(
            [*command, "--port", str(port)], environment, port, "/healthz", folder / "goldspan.log"
        )
        self.owner = self._connection(KEY)

    def _connection(self, key: str) -> Connection:
        return Connection(self.server.port, {"X-Argilla-Api-Key": key})

    async def _make(self, path: str, **content: Any) -> Any:
        body = msgspec.json.encode(content)
        return msgspec.json.decode(await self.owner.ask(Request("POST", path, body)))

    async def prepare(self, people: int, overlap: int = 1) -> list[Person]:
        """Make a dataset for records as ``item`` makes them, and people to annotate it."""
        workspace = await self._make("/api/v1/workspaces", name="bench")
        dataset = await self._make(
            "/api/v1/datasets",
            name="bench",
            workspace_id=workspace["id"],
            distribution={"strategy": "overlap", "min_submitted": overlap},
        )
        path = f"/api/v1/datasets/{dataset['id']}"
        for name in ("question", "context"):
            await self._make(f"{path}/fields", name=name, required=True, settings=TEXT)
        await self._make(f"{path}/questions", name="answer", required=True, settings=TEXT)
        await self.owner.ask(Request("PUT", f"{path}/publish"))
        self._path = path
        made = []
        for number in range(people):
            user = await self._make(
                "/api/users",
                username=f"annotator-{number}",
                first_name="A",
                role="annotator",
                workspaces=["bench"],
            )
            made.append(Person(user["id"], self._connection(user["api_key"]), dataset["id"]))
        return made

    def imports(self, items: Iterable[dict[str, Any]]) -> Iterator[Request]:
        """Return the requests that import records: the clients' own route, 500 at a time."""
        batch: list[dict[str, Any]] = []
        for item in items:
            batch.append(item)
            if len(batch) == BATCH:
                yield self._bulk(batch)
                batch = []
        if batch:
            yield self._bulk(batch)

    def _bulk(self, batch: Sequence[dict[str, Any]]) -> Request:
        body = msgspec.json.encode({"items": batch})
        return Request("PUT", f"{self._path}/records/bulk", body)

    def exports(self) -> Request:
        """Return the request that exports all records with their responses."""
        return Request("GET", f"{self._path}/export?format=jsonl")

    def stop(self) -> None:
        """End the server."""
        self.server.stop()


def item(number: int) -> dict[str, Any]:
    """Return a record of SQuAD's size, 810 bytes of JSON, with a suggestion."""
    return {
        "fields": {
            "question": f"What was said in passage number {number}, and who said it?",
            "context": f"Passage {number} says " + "many a word about this and that, " * 20,
        },
        "metadata": {"article": f"a{number % 50}", "n": number},
        "external_id": f"r{number}",
        "suggestions": [
            {"question_name": "answer", "value": "many a word", "score": 0.5, "agent": "reader"}
        ],
    }
