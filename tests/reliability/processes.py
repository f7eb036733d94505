"""A server as a process of its own, that can be killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
from tests.api.talk import KEY_HEADER, TIMEOUT_S, new_name

COMMAND = [sys.executable, "-c", "from goldspan.cli import main; main()"]
OWNER_KEY = "the-owner's-key-in-these-tests"
TEXT = {"type": "text", "use_markdown": False}


def run(
    home: Path, *arguments: str, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command on a home, through another program if need be; return how it ended."""
    return subprocess.run(
        [*before, *COMMAND, *arguments],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
    )


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "GOLDSPAN_HOME": str(home), "GOLDSPAN_OWNER_API_KEY": OWNER_KEY}


class Server:
    """``goldspan serve`` on a home; ``kill`` ends it as a crash would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r"at (http://127\.0\.0\.1:\d+)", line):
                self.url = found[1]
                return
        self.process.wait(timeout=TIMEOUT_S)
        assert self.process.stderr is not None
        raise AssertionError(f"the server did not start: {said}{self.process.stderr.read()}")

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)
        assert self.process.returncode == 0

    def _end(self, number: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)
            self.process.communicate(timeout=TIMEOUT_S)

    @contextmanager
    def client(self, key: str = OWNER_KEY) -> Iterator[httpx.Client]:
        with httpx.Client(
            base_url=self.url, headers={KEY_HEADER: key}, trust_env=False, timeout=TIMEOUT_S
        ) as client:
            yield client


def ask(client: httpx.Client, method: str, path: str, **options: Any) -> Any:
    """Make a request that must succeed; return the JSON."""
    answer = client.request(method, path, **options)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def make_dataset(client: httpx.Client, min_submitted: int = 1) -> str:
    """Publish a dataset with question, context and a written answer; return its id."""
    workspace = ask(client, "POST", "/api/v1/workspaces", json={"name": new_name("team")})
    distribution = {"strategy": "overlap", "min_submitted": min_submitted}
    body = {"name": "squad", "workspace_id": workspace["id"], "distribution": distribution}
    dataset: str = ask(client, "POST", "/api/v1/datasets", json=body)["id"]
    for name in ("question", "context"):
        field = {"name": name, "title": name, "required": True, "settings": TEXT}
        ask(client, "POST", f"/api/v1/datasets/{dataset}/fields", json=field)
    question = {"name": "answer", "title": "Answer", "required": True, "settings": TEXT}
    ask(client, "POST", f"/api/v1/datasets/{dataset}/questions", json=question)
    ask(client, "PUT", f"/api/v1/datasets/{dataset}/publish")
    return dataset


def make_annotators(client: httpx.Client, dataset: str, count: int) -> list[str]:
    """Add annotators to the dataset's workspace; return their keys."""
    workspace = ask(client, "GET", f"/api/v1/datasets/{dataset}")["workspace_id"]
    keys = []
    for _ in range(count):
        name = new_name("annotator")
        user = ask(client, "POST", "/api/v1/users", json={"username": name, "role": "annotator"})
        ask(
            client,
            "POST",
            f"/api/v1/workspaces/{workspace}/users",
            json={"user_id": user["id"]},
        )
        keys.append(user["api_key"])
    return keys


def records(count: int, prefix: str) -> list[dict[str, Any]]:
    """Return records to add, with external ids that begin with the prefix."""
    context = "The harbour was built in 1894 by Ada Marsh, and it is still in use. " * 5
    return [
        {
            "fields": {"question": f"Who built harbour {number}?", "context": context},
            "external_id": f"{prefix}-{number}",
        }
        for number in range(count)
    ]


def all_records(client: httpx.Client, dataset: str) -> Iterator[dict[str, Any]]:
    """Read every record of a dataset, with its responses."""
    offset = 0
    path = f"/api/v1/datasets/{dataset}/records?include=responses&limit=1000"
    while items := ask(client, "GET", f"{path}&offset={offset}")["items"]:
        offset += len(items)
        yield from items


def all_responses(client: httpx.Client, dataset: str) -> dict[str, Any]:
    """Return every response's values by its id."""
    return {
        given["id"]: given["values"]
        for one in all_records(client, dataset)
        for given in one["responses"]
    }
