"""Every refusal has the one shape, whatever the route and the reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient
from tests.api.requests import BODIES, CONTENT, PARAMS, filled, routes
from tests.api.talk import Dataset, Person

from goldspan.server.app import create_app
from goldspan.server.serve import RunningServer
from goldspan.storage.sql_store import SqliteStore

DEEP = b'{"name":"n","workspace_id":"w","metadata":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}"


def shape_of(answer: httpx.Response) -> tuple[int, str]:
    """Check an error's shape; return status and code."""
    assert answer.headers["content-type"] == "application/json"
    (detail,) = answer.json().values()
    assert set(detail) == {"code", "message", "params"}
    assert detail["message"]
    return answer.status_code, detail["code"]


@pytest.mark.parametrize("route", [route for route in routes() if "_id}" in route])
def test_what_does_not_exist_is_not_found(owner: Person, route: str) -> None:
    method, path = route.split()
    options: dict[str, Any] = {"params": filled(PARAMS.get(route, {}), {})}
    if route in CONTENT:
        options["content"] = CONTENT[route]
    elif method in ("POST", "PUT", "PATCH"):
        options["json"] = filled(BODIES.get(route, {}), {})
    answer = owner.http.request(method, path.replace("{", "none").replace("}", ""), **options)
    assert shape_of(answer) == (404, "goldspan.NotFound")


@pytest.mark.parametrize(
    ("method", "path", "options", "expected"),
    [
        ("GET", "/api/nowhere", {}, (404, "goldspan.NotFound")),
        ("PUT", "/api/me", {}, (405, "goldspan.NotFound")),
        ("POST", "/api/v1/workspaces", {"content": b"{"}, (422, "goldspan.InvalidInput")),
        ("POST", "/api/v1/workspaces", {"json": {"name": 1}}, (422, "goldspan.InvalidInput")),
        ("POST", "/api/v1/workspaces", {"json": []}, (422, "goldspan.InvalidInput")),
        ("POST", "/api/v1/workspaces", {"content": b'"\xff"'}, (422, "goldspan.InvalidInput")),
        ("POST", "/api/v1/datasets", {"content": DEEP}, (422, "goldspan.InvalidInput")),
        (
            "POST",
            "/api/v1/workspaces",
            {"content": b" " * (5 * 2**20)},
            (413, "goldspan.TooLarge"),
        ),
    ],
)
def test_what_the_framework_refuses_looks_the_same(
    owner: Person, method: str, path: str, options: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert shape_of(owner.http.request(method, path, **options)) == expected


def test_a_wrong_key_is_refused(stranger: httpx.Client) -> None:
    answer = stranger.get("/api/me", headers={"X-Argilla-Api-Key": "gs_wrong"})
    assert shape_of(answer) == (401, "goldspan.Unauthenticated")


@pytest.mark.parametrize("header", ["X-Goldspan-Api-Key", "Authorization"])
def test_the_key_may_come_in_other_headers(
    server: RunningServer, stranger: httpx.Client, header: str
) -> None:
    key = f"Bearer {server.api_key}" if header == "Authorization" else str(server.api_key)
    answer = stranger.get("/api/v1/me", headers={header: key})
    assert answer.json()["username"] == "owner"


def test_a_wrong_parameter_is_named(owner: Person, dataset: Dataset) -> None:
    code, message = owner.refused("GET", f"{dataset.path}/records?limit=many", 422)
    assert (code, "limit" in message) == ("InvalidInput", True)


@get("/broken", exclude_from_auth=True, sync_to_thread=False)
def broken() -> None:
    """Fail in a way that nobody expected."""
    raise ZeroDivisionError("secret")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[Litestar, SqliteStore]]:
    store = SqliteStore(tmp_path / "goldspan.db")
    app = create_app(store)
    app.register(broken)
    yield app, store
    store.close()


def test_an_unexpected_failure_tells_the_caller_nothing_of_its_inside(
    app: tuple[Litestar, SqliteStore],
) -> None:
    with TestClient(app[0], raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.json()["detail"]["code"] == "goldspan.GoldspanError"
    assert "secret" not in answer.text


def test_a_store_that_cannot_write_is_503(app: tuple[Litestar, SqliteStore]) -> None:
    with TestClient(app[0]) as client:
        app[1].close()
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert answer.status_code == 503
    assert answer.json()["detail"]["code"] == "goldspan.StorageFailure"
