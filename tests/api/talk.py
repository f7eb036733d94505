"""Speaks to a server as the clients of the field do."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

KEY_HEADER = "X-Argilla-Api-Key"
TIMEOUT_S = 60.0
"""How long an answer may take where everything else runs beside it."""
LIMITS = httpx.Limits(keepalive_expiry=2.0)
"""Below the 5 s after which the server hangs up, so that it never does under a request."""

TEXT: dict[str, Any] = {"type": "text", "use_markdown": False}
SPAN = {"type": "span", "field": "context", "options": [{"value": "answer", "text": "Answer"}]}
RANKING = {
    "type": "ranking",
    "options": [{"value": "response1", "text": "1"}, {"value": "response2", "text": "2"}],
}


@dataclass(frozen=True)
class Person:
    """A user with a key, who makes requests."""

    id: str
    http: httpx.Client

    def ask(self, method: str, path: str, status: int, **options: Any) -> Any:
        """Make a request that must be answered with this status; return the JSON."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, status: int, **options: Any) -> tuple[str, str]:
        """Make a request that must be refused so; return code (without prefix) and message."""
        detail = self.ask(method, path, status, **options)["detail"]
        assert set(detail) == {"code", "message", "params"}
        return detail["code"].removeprefix("goldspan."), detail["message"]

    def get(self, path: str, **params: Any) -> Any:
        return self.ask("GET", path, 200, params=params)


@dataclass(frozen=True)
class Dataset:
    """A published dataset and who made it."""

    owner: Person
    id: str
    workspace: str
    workspace_id: str
    question_ids: dict[str, str]

    @property
    def path(self) -> str:
        return f"/api/v1/datasets/{self.id}"

    def add(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        """Add records; return all records of the dataset as the owner sees them."""
        self.owner.ask("POST", f"{self.path}/records", 204, json={"items": items})
        return self.records(self.owner)

    def records(self, person: Person, **params: Any) -> list[dict[str, Any]]:
        page = person.get(
            f"{self.path}/records", limit=250, include=["responses", "suggestions"], **params
        )
        assert page["total"] == len(page["items"])
        items: list[dict[str, Any]] = page["items"]
        return items


def new_name(prefix: str) -> str:
    return f"{prefix}-{uuid4().hex[:8]}"


def new_dataset(
    owner: Person,
    questions: dict[str, dict[str, Any]] | None = None,
    fields: tuple[str, ...] = ("question", "context"),
    properties: tuple[dict[str, Any], ...] = (),
    **body: Any,
) -> Dataset:
    """Publish a dataset in a workspace of its own."""
    workspace = owner.ask("POST", "/api/workspaces", 200, json={"name": new_name("team")})
    body = {"name": "squad", "workspace_id": workspace["id"], **body}
    path = f"/api/v1/datasets/{owner.ask('POST', '/api/v1/datasets', 201, json=body)['id']}"
    for name in fields:
        field = {"name": name, "title": name, "required": True, "settings": TEXT}
        owner.ask("POST", f"{path}/fields", 201, json=field)
    ids = {}
    for name, settings in (questions or {"answer": TEXT}).items():
        question = {"name": name, "required": name == "answer", "settings": settings}
        ids[name] = owner.ask("POST", f"{path}/questions", 201, json=question)["id"]
    for prop in properties:
        owner.ask("POST", f"{path}/metadata-properties", 201, json=prop)
    dataset = owner.ask("PUT", f"{path}/publish", 200)
    return Dataset(owner, dataset["id"], workspace["name"], workspace["id"], ids)


def item(context: str = "Denver won.", question: str = "Who won?", **more: Any) -> dict[str, Any]:
    return {"fields": {"question": question, "context": context}, **more}


def answer(value: Any, question: str = "answer", status: str = "submitted") -> dict[str, Any]:
    return {"status": status, "values": {question: {"value": value}}}
