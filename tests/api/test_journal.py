"""What every writing request leaves behind: audit entries, kept answers, ETags."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.api.talk import Dataset, Person, answer, item, new_name

from goldspan.domain.permission import Actor
from goldspan.domain.workspace import Role
from goldspan.server.journal import SENT, Sent, journaled
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Unit

KEY = "Idempotency-Key"


def test_a_change_stands_in_the_audit_log_with_who_made_it_and_through_what(
    dataset: Dataset,
) -> None:
    owner = dataset.owner
    record = dataset.add(item())[0]
    headers = {"X-Request-Id": "request-7"}
    owner.ask("DELETE", f"/api/v1/records/{record['id']}", 200, headers=headers)
    entry = owner.get("/api/v1/audit", limit=1)["items"][0]
    assert entry["action"] == "DELETE /api/v1/records/{record_id}"
    assert entry["objects"]["record_id"] == record["id"]
    assert entry["user_id"] == owner.id
    assert entry["request_id"] == "request-7"
    assert entry["address"] == "127.0.0.1"
    assert entry["at"].endswith("Z")


def test_what_is_refused_leaves_no_entry(dataset: Dataset) -> None:
    owner = dataset.owner
    before = owner.get("/api/v1/audit", limit=1)["items"]
    owner.refused("PATCH", dataset.path, 422, json={"name": " "})
    assert owner.get("/api/v1/audit", limit=1)["items"] == before


def test_the_audit_log_is_read_backwards_page_by_page(dataset: Dataset) -> None:
    whole = dataset.owner.get("/api/v1/audit", limit=4)["items"]
    first = dataset.owner.get("/api/v1/audit", limit=2)["items"]
    rest = dataset.owner.get("/api/v1/audit", limit=2, before=first[-1]["id"])["items"]
    assert first + rest == whole


def test_only_the_owner_reads_the_audit_log(make_person: Callable[..., Person]) -> None:
    assert make_person("admin").refused("GET", "/api/v1/audit", 403)[0] == "Forbidden"


def test_a_request_repeated_under_its_key_is_carried_out_once(owner: Person) -> None:
    body = {"name": new_name("team")}
    headers = {KEY: new_name("key")}
    first, second = (
        owner.http.post("/api/v1/workspaces", json=body, headers=headers) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"


def test_requests_sent_at_once_under_one_key_make_one_thing(dataset: Dataset) -> None:
    def post(key: str) -> int:
        return dataset.owner.http.post(
            f"{dataset.path}/records", json={"items": [item()]}, headers={KEY: key}
        ).status_code

    keys = [new_name("key") for _ in range(10)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(post, keys * 3))
    assert set(statuses) <= {204, 409}  # 409: carried out, the answer not kept yet
    assert len(dataset.records(dataset.owner)) == 10
    assert [post(key) for key in keys] == [204] * 10
    assert len(dataset.records(dataset.owner)) == 10


def test_a_key_serves_one_request_only(dataset: Dataset) -> None:
    headers = {KEY: new_name("key")}
    items = {"items": [item()]}
    dataset.owner.ask("POST", f"{dataset.path}/records", 204, json=items, headers=headers)
    code, message = dataset.owner.refused(
        "POST", f"{dataset.path}/records", 422, json={"items": [item("Else.")]}, headers=headers
    )
    assert code == "InvalidInput"
    assert "used for another request" in message


def test_users_keys_do_not_meet(dataset: Dataset, make_person: Callable[..., Person]) -> None:
    record = dataset.add(item())[0]
    headers = {KEY: new_name("key")}
    path = f"/api/v1/records/{record['id']}/responses"
    people = [make_person("annotator", dataset.workspace) for _ in range(2)]
    for person in people:
        person.ask("POST", path, 201, json=answer("Denver"), headers=headers)
    assert len(dataset.records(dataset.owner)[0]["responses"]) == 2


def test_a_request_that_failed_takes_no_key(dataset: Dataset) -> None:
    headers = {KEY: new_name("key")}
    path = f"{dataset.path}/records"
    dataset.owner.refused("POST", path, 422, json={"items": [{"fields": {}}]}, headers=headers)
    dataset.owner.ask("POST", path, 204, json={"items": [item()]}, headers=headers)


def test_a_longer_key_than_is_kept_is_refused(dataset: Dataset) -> None:
    _, message = dataset.owner.refused(
        "POST", f"{dataset.path}/records", 422, json={"items": [item()]}, headers={KEY: "k" * 256}
    )
    assert "at most 255" in message


def test_a_change_of_what_has_changed_meanwhile_is_refused(dataset: Dataset) -> None:
    owner = dataset.owner
    seen = owner.http.get(dataset.path).headers["ETag"]
    owner.ask("PATCH", dataset.path, 200, json={"guidelines": "a"}, headers={"If-Match": seen})
    code, message = owner.refused(
        "PATCH", dataset.path, 412, json={"guidelines": "b"}, headers={"If-Match": seen}
    )
    assert code == "PreconditionFailed"
    assert "Nothing was changed" in message
    assert owner.get(dataset.path)["guidelines"] == "a"


def test_a_change_that_renews_what_is_assigned_is_conditional_once(dataset: Dataset) -> None:
    seen = {"If-Match": dataset.owner.http.get(dataset.path).headers["ETag"]}
    body = {"distribution": {"strategy": "overlap", "min_submitted": 3}}
    dataset.owner.ask("PATCH", dataset.path, 200, json=body, headers=seen)
    dataset.owner.refused("PATCH", dataset.path, 412, json=body, headers=seen)


def test_of_many_who_edit_the_same_version_one_wins(dataset: Dataset) -> None:
    owner = dataset.owner
    seen = owner.http.get(dataset.path).headers["ETag"]

    def edit(number: int) -> int:
        return owner.http.patch(
            dataset.path, json={"guidelines": str(number)}, headers={"If-Match": seen}
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(edit, range(20)))
    assert statuses == [200] + [412] * 19


def test_records_have_etags_and_honour_them(dataset: Dataset) -> None:
    path = f"/api/v1/records/{dataset.add(item())[0]['id']}"
    seen = dataset.owner.http.get(path).headers["ETag"]
    changed = dataset.owner.http.patch(
        path, json={"metadata": {"n": 1}}, headers={"If-Match": seen}
    )
    assert changed.status_code == 200
    assert changed.headers["ETag"] != seen
    dataset.owner.refused("DELETE", path, 412, headers={"If-Match": seen})
    dataset.owner.ask("DELETE", path, 200, headers={"If-Match": changed.headers["ETag"]})


def test_what_one_may_not_see_has_no_etag_either(
    dataset: Dataset, make_person: Callable[..., Person]
) -> None:
    stranger = make_person("admin")
    headers = {"If-Match": '"1"'}
    code, message = stranger.refused("PATCH", dataset.path, 404, json={}, headers=headers)
    assert code == "NotFound"
    assert "ETag" not in message


def test_whatever_shows_an_etag_honours_it(
    owner: Person, dataset: Dataset, make_person: Callable[..., Person]
) -> None:
    text = {"name": "split", "settings": {"type": "terms"}}
    prop = owner.ask("POST", f"{dataset.path}/metadata-properties", 201, json=text)["id"]
    kind = {"name": "vector", "dimensions": 2}
    settings = owner.ask("POST", f"{dataset.path}/vectors-settings", 201, json=kind)["id"]
    hook = {"url": "http://127.0.0.1:1/", "events": ["dataset.created"]}
    webhook = owner.ask("POST", "/api/v1/webhooks", 201, json=hook)["id"]
    workspace = owner.ask("POST", "/api/v1/workspaces", 201, json={"name": new_name("w")})["id"]
    suggested = {"question_name": "answer", "value": "Denver"}
    record = dataset.add(item(suggestions=[suggested]))[0]
    for path in (
        f"metadata-properties/{prop}",
        f"vectors-settings/{settings}",
        f"webhooks/{webhook}",
        f"workspaces/{workspace}",
        f"suggestions/{record['suggestions'][0]['id']}",
        f"users/{make_person().id}",
    ):
        owner.refused("DELETE", f"/api/v1/{path}", 412, headers={"If-Match": '"1"'})
        gone = owner.http.delete(f"/api/v1/{path}")
        assert gone.status_code == 200
        assert "ETag" in gone.headers


def test_a_job_that_is_run_again_takes_its_key_again(tmp_path: Path) -> None:
    scope: Any = {"user": Actor("ana", "ana", Role.OWNER)}
    sent = Sent(scope, "r", None, "POST", "/", "POST /", {}, key="k")
    token = SENT.set(sent)
    job = journaled(lambda _: None)
    SENT.reset(token)

    def lose(unit: Unit) -> None:
        job(unit)
        raise ConnectionError

    store = SqliteStore(tmp_path / "goldspan.db")
    with pytest.raises(ConnectionError):
        store.write(lose).result()
    store.write(job).result()
    taken = store.write(lambda unit: unit.idempotency_keys.claim("ana", "k", "other")).result()
    store.close()
    assert taken is not None
    assert taken.request == sent.fingerprint
