"""API keys: scopes, expiry, last use, revocation."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.api.talk import Dataset, Person, answer, item

from goldspan.server.serve import RunningServer

MakePerson = Callable[..., Person]
Connect = Callable[[str], httpx.Client]


def new_key(person: Person, scope: str, **more: Any) -> dict[str, Any]:
    body = {"name": "notebook", "scope": scope, "expires_at": None, **more}
    made: dict[str, Any] = person.ask("POST", "/api/v1/me/api-keys", 201, json=body)
    return made


def test_a_key_is_shown_once_and_listed_by_its_prefix(
    owner: Person, make_person: MakePerson, connect: Connect
) -> None:
    ana = make_person()
    made = new_key(ana, "annotate")
    assert made["key"].startswith(f"{made['prefix']}_")
    assert len(made["prefix"]) == len("gs_") + 8
    listed = {key["id"]: key for key in ana.get("/api/v1/me/api-keys")["items"]}
    assert "key" not in listed[made["id"]]
    assert listed[made["id"]] == {k: v for k, v in made.items() if k != "key"}
    assert owner.get(f"/api/v1/users/{ana.id}/api-keys")["items"] == list(listed.values())
    ana.refused("GET", f"/api/v1/users/{ana.id}/api-keys", 403)
    assert connect(made["key"]).get("/api/v1/me").json()["id"] == ana.id


def test_a_key_may_do_what_its_scope_says(
    dataset: Dataset, make_person: MakePerson, connect: Connect
) -> None:
    record, _ = dataset.add(item(), item("Berlin."))
    admin = make_person("admin", dataset.workspace)
    people = {
        scope: Person(admin.id, connect(new_key(admin, scope)["key"]))
        for scope in ("read", "annotate", "admin")
    }
    path = f"/api/v1/records/{record['id']}"
    for scope, respond, manage in (
        ("read", 403, 403),
        ("annotate", 201, 403),
        ("admin", 409, 204),
    ):
        person = people[scope]
        person.get(path)
        said = person.http.post(f"{path}/responses", json=answer("Denver"))
        done = person.http.patch(
            f"{dataset.path}/records", json={"items": [{"id": record["id"], "metadata": {}}]}
        )
        assert (said.status_code, done.status_code) == (respond, manage), scope
    code, message = people["read"].refused(
        "POST", "/api/v1/me/api-keys", 403, json={"name": "more", "scope": "admin"}
    )
    assert code == "Forbidden"
    assert "scope admin" in message


def test_a_key_ends_at_its_time(
    server: RunningServer, make_person: MakePerson, connect: Connect
) -> None:
    ana = make_person()
    past = datetime.now(UTC) - timedelta(seconds=1)
    body = {"name": "old", "scope": "read", "expires_at": past.isoformat()}
    ana.refused("POST", "/api/v1/me/api-keys", 422, json=body)
    for seconds in (2, 8, 32):  # the first that leaves a busy machine the time to use it
        soon = datetime.now(UTC) + timedelta(seconds=seconds)
        body = {"name": "new", "scope": "read", "expires_at": soon.astimezone().isoformat()}
        made = ana.http.post("/api/v1/me/api-keys", json=body)
        client = connect(made.json().get("key", ""))
        used = client.get("/api/v1/me")
        if datetime.now(UTC) < soon:
            break
    assert (made.status_code, used.status_code) == (201, 200)
    while datetime.now(UTC) < soon:
        time.sleep(0.01)
    answer_ = client.get("/api/v1/me")
    assert answer_.status_code == 401
    assert "ended at" in answer_.json()["detail"]["message"]


def test_a_revoked_key_is_refused_at_once(make_person: MakePerson, connect: Connect) -> None:
    ana, bo = make_person(), make_person()
    made = new_key(ana, "admin")
    client = connect(made["key"])
    assert client.get("/api/v1/me").status_code == 200
    bo.refused("DELETE", f"/api/v1/api-keys/{made['id']}", 404)
    ana.ask("DELETE", f"/api/v1/api-keys/{made['id']}", 204)
    assert client.get("/api/v1/me").status_code == 401
    ana.refused("DELETE", f"/api/v1/api-keys/{made['id']}", 404)


def test_a_user_who_leaves_a_workspace_loses_it_at_once(
    owner: Person, dataset: Dataset, make_person: MakePerson
) -> None:
    ana = make_person("annotator", dataset.workspace)
    ana.get(dataset.path)
    path = f"/api/v1/workspaces/{dataset.workspace_id}/users/{ana.id}"
    owner.ask("DELETE", path, 200)
    ana.refused("GET", dataset.path, 404)


def test_a_deleted_users_key_is_refused_at_once(owner: Person, make_person: MakePerson) -> None:
    ana = make_person()
    ana.get("/api/v1/me")
    owner.ask("DELETE", f"/api/v1/users/{ana.id}", 200)
    ana.refused("GET", "/api/v1/me", 401)


def test_last_use_is_written_once_a_minute(
    owner: Person, make_person: MakePerson, connect: Connect
) -> None:
    ana = make_person()
    made = new_key(ana, "read")
    client = connect(made["key"])

    def last_use() -> str | None:
        keys = {key["id"]: key for key in ana.get("/api/v1/me/api-keys")["items"]}
        found: str | None = keys[made["id"]]["last_used_at"]
        return found

    assert last_use() is None
    client.get("/api/v1/me")
    owner.ask("POST", "/api/v1/me/api-keys", 201, json={"name": "wait", "scope": "read"})
    first = last_use()
    assert first is not None
    assert first.endswith("Z")
    for _ in range(5):
        client.get("/api/v1/me")
    assert last_use() == first


@pytest.mark.parametrize(
    "change", [{"scope": "everything"}, {"name": " "}, {"name": "x" * 101}, {"more": 1}]
)
def test_a_key_that_cannot_be_is_refused(owner: Person, change: dict[str, Any]) -> None:
    body = {"name": "k", "scope": "read", **change}
    owner.refused("POST", "/api/v1/me/api-keys", 422, json=body)


def test_the_answer_with_a_key_is_not_kept_for_a_repetition(
    server: RunningServer, make_person: MakePerson
) -> None:
    ana = make_person()
    body = {"name": "k", "scope": "read"}
    headers = {"Idempotency-Key": "the same"}
    made = ana.ask("POST", "/api/v1/me/api-keys", 201, json=body, headers=headers)
    ana.refused("POST", "/api/v1/me/api-keys", 409, json=body, headers=headers)
    kept = b"".join(path.read_bytes() for path in server.home.glob("goldspan.db*"))
    assert made["key"].encode() not in kept


def test_a_key_ends_within_the_years_that_there_are(owner: Person) -> None:
    body = {"name": "k", "scope": "read", "expires_at": "9999-12-31T23:59:59-01:00"}
    _, message = owner.refused("POST", "/api/v1/me/api-keys", 422, json=body)
    assert "years 1 to 9999 in UTC, found 9999-12-31T23:59:59-01:00" in message
