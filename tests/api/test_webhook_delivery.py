"""Webhooks are told what happened: signed, again after failures and restarts, by one server."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.receiver import LONGEST_WAIT_S, Receiver, nobody
from tests.api.talk import KEY_HEADER, TIMEOUT_S, Dataset, Person, answer, item
from tests.postgres import Databases

from goldspan.server import deliverer
from goldspan.server.serve import RunningServer, start_in_thread

PATH = "/api/v1/webhooks"
EVENTS = [
    "dataset.created",
    "dataset.updated",
    "dataset.published",
    "dataset.deleted",
    "record.created",
    "record.updated",
    "record.completed",
    "record.deleted",
    "response.created",
    "response.updated",
    "response.deleted",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliverer, "DELAYS_S", (0.1,) * 9)
    monkeypatch.setattr(deliverer, "LOOK_AGAIN_S", 0.05)


@contextmanager
def serving(home: Path, *hosts: str, url: str | None = None) -> Iterator[Person]:
    """Serve a home that may deliver to these hosts; give its owner."""
    running: RunningServer = start_in_thread(home, webhook_hosts=hosts, database_url=url)
    headers = {KEY_HEADER: running.api_key or ""}
    try:
        with httpx.Client(
            base_url=running.url, headers=headers, trust_env=False, timeout=TIMEOUT_S
        ) as client:
            yield Person("", client)
    finally:
        running.stop()


def register(owner: Person, url: str, *events: str) -> dict[str, Any]:
    body = {"url": url, "events": list(events or EVENTS)}
    made: dict[str, Any] = owner.ask("POST", PATH, 201, json=body)
    return made


def make_workspace(owner: Person) -> str:
    made: str = owner.ask("POST", "/api/v1/workspaces", 201, json={"name": "team"})["id"]
    return made


def make_dataset(owner: Person) -> Dataset:
    workspace = make_workspace(owner)
    body = {"name": "squad", "workspace_id": workspace}
    path = f"/api/v1/datasets/{owner.ask('POST', '/api/v1/datasets', 201, json=body)['id']}"
    settings = {"type": "text", "use_markdown": False}
    for kind, name in (("fields", "question"), ("fields", "context"), ("questions", "answer")):
        declared = {"name": name, "title": name, "required": True, "settings": settings}
        owner.ask("POST", f"{path}/{kind}", 201, json=declared)
    owner.ask("PUT", f"{path}/publish", 200)
    return Dataset(owner, path.rpartition("/")[2], "team", workspace, {})


def signed_with(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify a message as standardwebhooks.com tells a receiver to."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join(
        [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    )
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    is_fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 60
    return is_fresh and headers["webhook-signature"] == f"v1,{digest}"


def test_every_event_is_told_once_signed_and_in_order(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path / "home", "127.0.0.1") as owner:
        webhook = register(owner, receiver.url)
        assert (webhook["enabled"], webhook["disabled_reason"]) == (True, None)
        dataset = make_dataset(owner)
        owner.ask("PATCH", dataset.path, 200, json={"guidelines": "Read first."})
        (record,) = dataset.add(item(external_id="q1"))
        path = f"/api/v1/records/{record['id']}"
        made = owner.ask("POST", f"{path}/responses", 201, json=answer("Denver"))
        owner.ask("PUT", f"/api/v1/responses/{made['id']}", 200, json=answer("Denver!"))
        owner.ask("PATCH", path, 200, json={"metadata": {"split": "train"}})
        owner.ask("DELETE", f"/api/v1/responses/{made['id']}", 200)
        owner.ask("DELETE", f"{dataset.path}/records", 204, params={"ids": record["id"]})
        owner.ask("DELETE", dataset.path, 200)
        told = receiver.wait_for(11)
    assert [one["type"] for one in told] == [
        "dataset.created",
        "dataset.published",
        "dataset.updated",
        "record.created",
        "record.completed",
        "response.created",
        "response.updated",
        "record.updated",
        "response.deleted",
        "record.deleted",
        "dataset.deleted",
    ]
    by_type = {one["type"]: one["data"] for one in told}
    assert by_type["dataset.created"]["workspace"]["name"] == "team"
    assert by_type["record.created"]["external_id"] == "q1"
    assert by_type["record.created"]["fields"]["context"] == "Denver won."
    assert by_type["response.updated"]["values"] == {"answer": {"value": "Denver!"}}
    assert by_type["response.deleted"]["record"]["dataset"]["id"] == dataset.id
    assert by_type["response.created"]["user"]["username"] == "owner"
    assert all(signed_with(webhook["secret"], *one) for one in receiver.got)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 11


def test_what_waits_is_listed_with_how_often_it_was_tried(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "DELAYS_S", (0.05, 600))
    receiver.statuses = [500, 500]
    with serving(tmp_path / "home", "127.0.0.1") as owner:
        path = f"{PATH}/{register(owner, receiver.url, 'dataset.created')['id']}/deliveries"
        untold = {"items": [], "total": 0, "last_arrived": None, "last_failed": None}
        assert owner.get(path) == untold
        make_dataset(owner)
        receiver.wait_for(2)
        ends_at = time.monotonic() + LONGEST_WAIT_S
        while owner.get(path)["items"][0]["attempts"] < 2 and time.monotonic() < ends_at:
            time.sleep(0.02)
        (waiting,) = owner.get(path)["items"]
    assert (waiting["event"], waiting["attempts"]) == ("dataset.created", 2)
    assert waiting["inserted_at"].endswith("Z")
    assert waiting["due_at"] > waiting["inserted_at"]


def settled(owner: Person, path: str, last: str, attempts: int) -> dict[str, Any]:
    """Return a webhook's deliveries once an outcome has so many attempts."""
    ends_at = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < ends_at:
        found: dict[str, Any] = owner.get(path)
        if found[last] is not None and found[last]["attempts"] == attempts:
            return found
        time.sleep(0.02)
    raise AssertionError(owner.get(path))


def test_how_the_last_attempts_went_outlives_the_messages(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.statuses = [503, 201]
    with serving(tmp_path / "home", "127.0.0.1") as owner:
        path = f"{PATH}/{register(owner, receiver.url, 'dataset.created')['id']}/deliveries"
        make_dataset(owner)
        found = settled(owner, path, "last_arrived", 2)
        assert (found["items"], found["total"]) == ([], 0)
        arrived, failed = found["last_arrived"], found["last_failed"]
        assert (arrived["event"], arrived["status"]) == ("dataset.created", 201)
        assert (arrived["fault"], arrived["given_up"]) == (None, False)
        assert (failed["attempts"], failed["status"], failed["given_up"]) == (1, 503, False)
        assert "expected an answer of 2xx from its url, found 503" in failed["fault"]
        assert failed["at"] < arrived["at"]
        assert arrived["at"].endswith("Z")
        body = {
            "name": "second",
            "workspace_id": owner.get("/api/v1/me/workspaces")["items"][0]["id"],
        }
        owner.ask("POST", "/api/v1/datasets", 201, json=body)
        found = settled(owner, path, "last_arrived", 1)
        assert found["last_arrived"]["status"] == 204
        assert found["last_failed"] == failed


def test_a_message_that_is_given_up_is_said_to_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "DELAYS_S", (0.05,))
    with nobody() as url, serving(tmp_path / "home", "127.0.0.1") as owner:
        path = f"{PATH}/{register(owner, url, 'dataset.created')['id']}/deliveries"
        make_dataset(owner)
        found = settled(owner, path, "last_failed", 2)
    failed = found["last_failed"]
    assert (found["total"], found["last_arrived"]) == (0, None)
    assert (failed["status"], failed["given_up"]) == (None, True)
    assert "see that its receiver runs" in failed["fault"]


def test_a_refused_change_tells_nothing(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path / "home", "127.0.0.1") as owner:
        register(owner, receiver.url)
        dataset = make_dataset(owner)
        receiver.wait_for(2)
        twice = {"items": [item(external_id="q1"), item(external_id="q1")]}
        owner.refused("POST", f"{dataset.path}/records", 422, json=twice)
        dataset.add(item())
        told = receiver.wait_for(3)
    assert [one["type"] for one in told[2:]] == ["record.created"]


def test_another_host_is_told_nothing_until_the_server_may(
    tmp_path: Path, receiver: Receiver
) -> None:
    with serving(tmp_path / "home", "hooks.example.org") as owner:
        webhook = register(owner, receiver.url)
        (listed,) = owner.get(PATH)["items"]
        assert listed["enabled"] is False
        assert "not among the hosts that GOLDSPAN_WEBHOOK_HOSTS names" in listed["disabled_reason"]
        code, _ = owner.refused("POST", f"{PATH}/{webhook['id']}/ping", 409)
        assert code == "Conflict"
        owner.ask("PATCH", f"{PATH}/{webhook['id']}", 200, json=listed)
        make_workspace(owner)
    with serving(tmp_path / "home", receiver.url.split("/")[2]) as owner:
        (listed,) = owner.get(PATH)["items"]
        assert (listed["enabled"], listed["disabled_reason"]) == (True, None)
        owner.ask("POST", f"{PATH}/{webhook['id']}/ping", 204)
    (told,) = receiver.wait_for(1)
    assert told["type"] == "ping"


def test_what_fails_is_told_again_also_by_the_next_server(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.statuses = [500, 302]
    with serving(tmp_path / "home", "127.0.0.1") as owner:
        webhook = register(owner, receiver.url, "dataset.created")
        body = {"name": "squad", "workspace_id": make_workspace(owner)}
        # Long enough for this server to end first.
        monkeypatch.setattr(deliverer, "DELAYS_S", (3.0, *[0.1] * 8))
        owner.ask("POST", "/api/v1/datasets", 201, json=body)
        receiver.wait_for(1)
    with serving(tmp_path / "home", "127.0.0.1"):
        receiver.wait_for(3)
        time.sleep(1.0)
    receiver.wait_for(3)  # and the third was the last
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert all(signed_with(webhook["secret"], *one) for one in receiver.got)
    assert {headers["host"] for headers, _ in receiver.got} == {receiver.url.split("/")[2]}


def test_a_receiver_that_is_away_holds_up_no_other(tmp_path: Path, receiver: Receiver) -> None:
    with nobody() as url, serving(tmp_path / "home", "127.0.0.1") as owner:
        gone = register(owner, url, "dataset.created")
        register(owner, receiver.url, "dataset.created")
        body = {"name": "squad", "workspace_id": make_workspace(owner)}
        owner.ask("POST", "/api/v1/datasets", 201, json=body)
        receiver.wait_for(1)
        code, said = owner.refused("POST", f"{PATH}/{gone['id']}/ping", 502)
    assert code == "WebhookFailed"
    assert "see that its receiver runs" in said


def test_two_servers_on_one_database_share_the_telling(
    tmp_path: Path, receiver: Receiver, request: pytest.FixtureRequest
) -> None:
    databases: Databases = request.getfixturevalue("databases")
    url = databases.make()
    with (
        serving(tmp_path / "home", "127.0.0.1", url=url) as owner,
        serving(tmp_path / "home", "127.0.0.1", url=url),
    ):
        register(owner, receiver.url, "record.created")
        dataset = make_dataset(owner)
        dataset.add(*(item(external_id=f"q{number}") for number in range(60)))
        receiver.wait_for(60)
        time.sleep(0.5)
    told = receiver.wait_for(60)
    assert len({one["data"]["external_id"] for one in told}) == 60


def test_only_an_owner_pings(make_person: Callable[..., Person], owner: Person) -> None:
    webhook = register(owner, "https://hooks.example.org/x")
    make_person("admin").refused("POST", f"{PATH}/{webhook['id']}/ping", 403)
    owner.ask("DELETE", f"{PATH}/{webhook['id']}", 200)
    owner.refused("POST", f"{PATH}/{webhook['id']}/ping", 404)


def test_a_deleted_persons_response_is_told_of_all_the_same(
    tmp_path: Path, receiver: Receiver
) -> None:
    with serving(tmp_path / "home", "127.0.0.1") as owner:
        dataset = make_dataset(owner)
        (record,) = dataset.add(item())
        body = {"username": "ana", "first_name": "Ana", "workspaces": ["team"]}
        ana = owner.ask("POST", "/api/v1/users", 201, json=body)
        made = owner.ask(
            "POST",
            f"/api/v1/records/{record['id']}/responses",
            201,
            json=answer("Denver"),
            headers={KEY_HEADER: ana["api_key"]},
        )
        owner.ask("DELETE", f"/api/v1/users/{ana['id']}", 200)
        register(owner, receiver.url, "response.updated", "response.deleted")
        owner.ask("PUT", f"/api/v1/responses/{made['id']}", 200, json=answer("Denver!"))
        owner.ask("DELETE", f"/api/v1/responses/{made['id']}", 200)
        told = receiver.wait_for(2)
    assert [one["type"] for one in told] == ["response.updated", "response.deleted"]
    for one in told:
        assert (one["data"]["user"]["id"], one["data"]["user"]["username"]) == (ana["id"], None)
