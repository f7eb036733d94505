"""One real server on each database for all API tests; each test makes a workspace of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import pytest
from tests.api.talk import (
    KEY_HEADER,
    LIMITS,
    SPAN,
    TIMEOUT_S,
    Dataset,
    Person,
    new_dataset,
    new_name,
)
from tests.postgres import Databases

from goldspan.server.serve import RunningServer, start_in_thread


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RunningServer]:
    url = None
    if request.param == "postgres":
        databases: Databases = request.getfixturevalue("databases")
        url = databases.make()
    running = start_in_thread(tmp_path_factory.mktemp("api") / "home", database_url=url)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def connect(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    with ExitStack() as opened:

        def make(key: str) -> httpx.Client:
            client = httpx.Client(
                base_url=server.url,
                headers={KEY_HEADER: key},
                trust_env=False,
                timeout=TIMEOUT_S,
                limits=LIMITS,
            )
            return opened.enter_context(client)

        yield make


@pytest.fixture(scope="session")
def stranger(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=server.url, trust_env=False, timeout=TIMEOUT_S, limits=LIMITS
    ) as client:
        yield client


@pytest.fixture(scope="session")
def owner(server: RunningServer, connect: Callable[[str], httpx.Client]) -> Person:
    assert server.api_key is not None
    http = connect(server.api_key)
    return Person(http.get("/api/me").json()["id"], http)


@pytest.fixture
def make_person(owner: Person, connect: Callable[[str], httpx.Client]) -> Callable[..., Person]:
    def make(role: str = "annotator", *workspaces: str) -> Person:
        body = {
            "username": new_name(role),
            "first_name": role,
            "role": role,
            "workspaces": workspaces,
        }
        user = owner.ask("POST", "/api/users", 200, json=body)
        return Person(user["id"], connect(user["api_key"]))

    return make


@pytest.fixture
def make_dataset(owner: Person) -> Callable[..., Dataset]:
    return partial(new_dataset, owner)


@pytest.fixture
def dataset(make_dataset: Callable[..., Dataset]) -> Dataset:
    return make_dataset()


@pytest.fixture
def spans(make_dataset: Callable[..., Dataset]) -> Dataset:
    return make_dataset({"answer": {**SPAN, "allow_overlapping": True}})
