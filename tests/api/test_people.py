"""Who sees and does what; what annotators must not see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.api.talk import KEY_HEADER, RANKING, Dataset, Person, answer, item, new_name

from goldspan.server.serve import RunningServer

MakePerson = Callable[..., Person]


def test_a_key_is_shown_once_and_works(owner: Person, make_person: MakePerson) -> None:
    person = make_person("annotator")
    shown = person.get("/api/me")["api_key"]
    assert person.http.headers[KEY_HEADER].startswith(f"{shown}_")
    listed = {user["id"]: user["api_key"] for user in owner.get("/api/users")}
    assert listed[person.id] == shown


def test_keys_are_not_on_disk(server: RunningServer, make_person: MakePerson) -> None:
    key = make_person("annotator").http.headers["X-Argilla-Api-Key"]
    assert server.api_key is not None
    home = Path(server.home)
    kept = b"".join(path.read_bytes() for path in home.glob("goldspan.db*"))
    assert key.encode() not in kept
    assert server.api_key.encode() not in kept


def test_a_user_of_both_generations_of_routes_is_the_same(owner: Person) -> None:
    body = {"username": new_name("u"), "first_name": "Ana", "last_name": "Lee", "password": None}
    user = owner.ask("POST", "/api/v1/users", 201, json={**body, "id": None, "role": "admin"})
    assert (user["role"], user["full_name"]) == ("admin", "Ana Lee")
    assert user["id"] in [one["id"] for one in owner.get("/api/v1/users")["items"]]
    code, _ = owner.refused("POST", "/api/users", 409, json=body)
    assert code == "Conflict"
    assert owner.ask("DELETE", f"/api/v1/users/{user['id']}", 200)["id"] == user["id"]
    owner.refused("GET", f"/api/v1/users/{user['id']}", 404)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "two words"}, "a username is made of"),
        ({"password": "short"}, "8 to 100 characters"),
        ({"role": "emperor"}, "emperor"),
    ],
)
def test_a_user_that_cannot_be_is_refused(owner: Person, change: dict[str, Any], said: str) -> None:
    body = {"username": new_name("u"), "first_name": "Ana", **change}
    _, message = owner.refused("POST", "/api/users", 422, json=body)
    assert said in message


def test_nobody_deletes_themselves(owner: Person) -> None:
    owner.refused("DELETE", f"/api/users/{owner.id}", 409)


@pytest.mark.parametrize("name", ["", " team", "team\n", "t" * 201])
def test_a_workspace_that_cannot_be_is_refused(owner: Person, name: str) -> None:
    owner.refused("POST", "/api/v1/workspaces", 422, json={"name": name})


def test_people_come_into_workspaces_and_go(owner: Person, make_person: MakePerson) -> None:
    person = make_person("annotator")
    name = new_name("team")
    workspace = owner.ask("POST", "/api/v1/workspaces", 201, json={"id": None, "name": name})
    path = f"/api/workspaces/{workspace['id']}/users"
    person.refused("GET", f"/api/v1/workspaces/{workspace['id']}", 404)
    assert owner.ask("POST", f"{path}/{person.id}", 200)["workspaces"] == [name]
    owner.refused("POST", f"{path}/{person.id}", 409)
    assert [w["name"] for w in person.get("/api/v1/me/workspaces")["items"]] == [name]
    assert [user["id"] for user in owner.get(path)] == [person.id]
    owner.ask("DELETE", f"{path}/{person.id}", 200)
    owner.refused("DELETE", f"{path}/{person.id}", 404)
    body = {"user_id": person.id}
    added = owner.ask("POST", f"/api/v1/workspaces/{workspace['id']}/users", 201, json=body)
    assert added["id"] == person.id


def test_a_workspace_with_datasets_is_not_deleted(owner: Person, dataset: Dataset) -> None:
    path = f"/api/v1/workspaces/{dataset.workspace_id}"
    _, message = owner.refused("DELETE", path, 409)
    assert "['squad']" in message
    owner.ask("DELETE", dataset.path, 200)
    assert owner.ask("DELETE", path, 200)["id"] == dataset.workspace_id


def test_what_lies_in_other_workspaces_does_not_exist(
    dataset: Dataset, make_person: MakePerson
) -> None:
    (record,) = dataset.add(item(responses=[answer("x")]))
    response = record["responses"][0]
    for role in ("annotator", "admin"):
        outsider = make_person(role)
        outsider.refused("GET", dataset.path, 404)
        outsider.refused("GET", f"{dataset.path}/records", 404)
        outsider.refused("POST", f"{dataset.path}/records", 404, json={"items": [item()]})
        outsider.refused("DELETE", dataset.path, 404)
        outsider.refused("GET", f"/api/v1/records/{record['id']}", 404)
        outsider.refused("DELETE", f"/api/v1/responses/{response['id']}", 404)
        question = dataset.question_ids["answer"]
        outsider.refused("PATCH", f"/api/v1/questions/{question}", 404, json={"title": "x"})
        assert outsider.get("/api/v1/me/datasets")["items"] == []


def test_an_annotator_may_not_write_records_or_settings(
    dataset: Dataset, make_person: MakePerson
) -> None:
    (record,) = dataset.add(item())
    ana = make_person("annotator", dataset.workspace)
    for method, path, body in [
        ("POST", f"{dataset.path}/records", {"items": [item()]}),
        ("PUT", f"{dataset.path}/records/bulk", {"items": [item()]}),
        ("PATCH", f"/api/v1/records/{record['id']}", {"metadata": {}}),
        ("DELETE", f"/api/v1/records/{record['id']}", None),
        ("PATCH", dataset.path, {"name": "mine"}),
        ("DELETE", dataset.path, None),
        ("POST", "/api/v1/users", {"username": "x"}),
        ("GET", "/api/users", None),
        ("POST", "/api/workspaces", {"name": "mine"}),
    ]:
        code, _ = ana.refused(method, path, 403, json=body)
        assert code == "Forbidden"


HIDDEN = {
    "name": "source",
    "title": "Source",
    "visible_for_annotators": False,
    "settings": {"type": "terms", "values": None},
}
SHOWN = {**HIDDEN, "name": "split", "visible_for_annotators": True}


@pytest.fixture
def pairs(make_dataset: Callable[..., Dataset]) -> Dataset:
    dataset = make_dataset(
        {"answer": RANKING},
        fields=("question", "response1", "response2"),
        properties=(HIDDEN, SHOWN),
    )
    ranks = [{"value": "response1", "rank": 1}, {"value": "response2", "rank": 2}]
    dataset.add(
        {
            "fields": {"question": "q", "response1": "Denver", "response2": "Carolina"},
            "external_id": "gold-first",
            "metadata": {"source": "gold", "split": "dev", "extra": "gold"},
            "suggestions": [{"question_name": "answer", "value": ranks, "agent": "gold"}],
            "responses": [answer(ranks)],
        }
    )
    return dataset


def test_an_annotator_sees_nothing_that_tells_which_candidate_is_the_gold_one(
    pairs: Dataset, make_person: MakePerson
) -> None:
    ana = make_person("annotator", pairs.workspace)
    (listed,) = pairs.records(ana)
    path = f"/api/v1/me/datasets/{pairs.id}"
    for seen in (
        listed,
        ana.get(f"/api/v1/records/{listed['id']}"),
        ana.get(f"{path}/records", include=["suggestions", "responses"])["items"][0],
        ana.ask(
            "POST",
            f"{path}/records/search?include=suggestions&include=responses",
            200,
            json={},
        )["items"][0]["record"],
    ):
        assert seen["external_id"] is None
        assert seen["metadata"] == {"split": "dev"}
        assert [s["agent"] for s in seen["suggestions"]] == [None]
        assert seen["responses"] == []
    assert [p["name"] for p in ana.get(f"{path}/metadata-properties")["items"]] == ["split"]


def test_an_annotator_cannot_ask_for_what_is_hidden_either(
    pairs: Dataset, make_person: MakePerson
) -> None:
    ana = make_person("annotator", pairs.workspace)
    ana.refused("GET", f"{pairs.path}/records?metadata=source:gold", 403)
    ana.refused("GET", f"{pairs.path}/records?sort_by=metadata.source:asc", 403)
    for scope in (
        {"entity": "record", "property": "external_id"},
        {"entity": "suggestion", "question": "answer", "property": "agent"},
    ):
        body = {"filters": {"type": "terms", "scope": scope, "values": ["gold"]}}
        ana.refused("POST", f"{pairs.path}/records/search", 403, json=body)


def test_an_admin_sees_what_is_hidden_from_annotators(
    pairs: Dataset, make_person: MakePerson
) -> None:
    (seen,) = pairs.records(make_person("admin", pairs.workspace))
    assert seen["external_id"] == "gold-first"
    assert seen["metadata"] == {"source": "gold", "split": "dev", "extra": "gold"}
    assert [s["agent"] for s in seen["suggestions"]] == ["gold"]
    assert len(seen["responses"]) == 1
