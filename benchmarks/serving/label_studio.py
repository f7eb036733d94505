"""Label Studio from PyPI, as its quick start says: ``label-studio start``, with SQLite."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.serving.goldspan import free_port
from benchmarks.serving.http import Connection, Request
from benchmarks.serving.process import Server

PEERS = Path(__file__).parents[1] / ".peers" / "bin"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
CONFIG = """<View>
  <Header value="$question"/>
  <Labels name="answer" toName="context"><Label value="answer"/></Labels>
  <Text name="context" value="$context"/>
</View>"""
# One token shared by all would be given the same task each time, and no route gives tokens to
# others, so people are made as Label Studio's own first user is.
MAKE_PEOPLE = """
import sys
from label_studio.server import _setup_env
_setup_env()
from organizations.models import Organization
from users.models import User
organization = Organization.objects.first()
for number in range(int(sys.argv[1])):
    user = User.objects.create_user(email=f"a{number}@bench.test", password="bench-bench")
    organization.add_user(user)
    user.active_organization = organization
    user.save(update_fields=["active_organization"])
    print("TOKEN", user.auth_token.key)
"""


@dataclass(frozen=True)
class Person:
    """An annotator of one project."""

    connection: Connection
    project: int

    def next_task(self) -> Request:
        """Ask for a task."""
        return Request("GET", f"/api/projects/{self.project}/next")

    def task_of(self, answer: bytes) -> str | None:
        """Return the task's id."""
        return str(msgspec.json.decode(answer)["id"])

    def submit(self, task: str) -> Request:
        """Answer a task, as its page does."""
        body = {"result": _spans(), "lead_time": 4.2, "draft_id": 0, "project": self.project}
        path = f"/api/tasks/{task}/annotations/?project={self.project}"
        return Request("POST", path, msgspec.json.encode(body))


class LabelStudio:
    """A server on an empty data folder.

    Args:
        folder: of the data.
    """

    name = "Label Studio"

    def __init__(self, folder: Path) -> None:
        self._data = folder / "label-studio"
        port = free_port()
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "LABEL_STUDIO_BASE_DATA_DIR": str(self._data),
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
        }
        account = ["--username", "owner@bench.test", "--password", "bench-bench"]
        token = ["--user-token", TOKEN, "--enable-legacy-api-token"]
        command = [str(PEERS / "label-studio"), "start", "--no-browser", "--port", str(port)]
        self.server = Server(
            [*command, *account, *token, "--data-dir", str(self._data)],
            self._environment,
            port,
            "/health",
            folder / "label-studio.log",
        )
        self.owner = self._connection(TOKEN)

    def _connection(self, token: str) -> Connection:
        return Connection(self.server.port, {"Authorization": f"Token {token}"})

    async def prepare(self, people: int) -> list[Person]:
        """Make a project and people to annotate it."""
        body = msgspec.json.encode({"title": "bench", "label_config": CONFIG})
        made = await self.owner.ask(Request("POST", "/api/projects/", body))
        self._project = int(msgspec.json.decode(made)["id"])
        done = subprocess.run(
            [PEERS / "python", "-c", MAKE_PEOPLE, str(people)],
            env=self._environment,
            capture_output=True,
            text=True,
        )
        lines = [line.split() for line in done.stdout.splitlines() if line.startswith("TOKEN")]
        if len(lines) < people:
            raise RuntimeError(f"no people could be made: {done.stderr[-2000:]}")
        return [Person(self._connection(token), self._project) for _, token in lines]

    def imports(self, items: Iterable[dict[str, Any]]) -> Iterator[Request]:
        """Return the one request that imports tasks with a prediction each."""
        tasks = [
            {"data": item["fields"], "predictions": [{"result": _spans(), "score": 0.5}]}
            for item in items
        ]
        path = f"/api/projects/{self._project}/import"
        yield Request("POST", path, msgspec.json.encode(tasks))

    def exports(self) -> Request:
        """Return the request that exports all tasks with their annotations."""
        options = "exportType=JSON&download_all_tasks=true"
        return Request("GET", f"/api/projects/{self._project}/export?{options}")

    def stop(self) -> None:
        """End the server."""
        self.server.stop()


def _spans() -> list[dict[str, Any]]:
    value = {"start": 15, "end": 26, "text": "many a word", "labels": ["answer"]}
    place = {"from_name": "answer", "to_name": "context", "type": "labels"}
    return [{"id": "one", **place, "value": value}]
