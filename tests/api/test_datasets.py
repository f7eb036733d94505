"""A dataset's life, and what may still change when people work on it."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.talk import RANKING, SPAN, TEXT, Dataset, Person, item

LABELS = {"type": "label_selection", "options": [{"value": "a", "text": "A"}, {"value": "b"}]}


@pytest.fixture
def draft(owner: Person, dataset: Dataset) -> str:
    body = {"name": "draft", "workspace_id": dataset.workspace_id}
    return f"/api/v1/datasets/{owner.ask('POST', '/api/v1/datasets', 201, json=body)['id']}"


def test_datasets_are_listed_by_workspace_and_name(owner: Person, dataset: Dataset) -> None:
    listed = owner.get("/api/v1/me/datasets", workspace_id=dataset.workspace_id)["items"]
    assert [one["id"] for one in listed] == [dataset.id]
    params = {"workspace_id": dataset.workspace_id, "name": "other"}
    assert owner.get("/api/v1/me/datasets", **params)["items"] == []


def test_a_name_is_taken_once_in_a_workspace(owner: Person, dataset: Dataset) -> None:
    body = {"name": "squad", "workspace_id": dataset.workspace_id}
    code, message = owner.refused("POST", "/api/v1/datasets", 409, json=body)
    assert (code, "'squad'" in message) == ("Conflict", True)


def test_a_patch_changes_what_it_gives(owner: Person, dataset: Dataset) -> None:
    body = {
        "id": dataset.id,
        "name": "renamed",
        "guidelines": None,
        "allow_extra_metadata": False,
        "distribution": {"strategy": "overlap", "min_submitted": 3},
        "metadata": {"note": [1]},
    }
    changed = owner.ask("PATCH", dataset.path, 200, json=body)
    assert {name: changed[name] for name in body} == body
    same = owner.ask("PATCH", dataset.path, 200, json={})
    assert {name: same[name] for name in body} == body
    records = {"items": [item(metadata={"colour": "red"})]}
    owner.refused("POST", f"{dataset.path}/records", 422, json=records)


def test_a_dataset_without_a_required_question_is_not_published(owner: Person, draft: str) -> None:
    field = {"name": "context", "required": True, "settings": TEXT}
    owner.ask("POST", f"{draft}/fields", 201, json=field)
    code, message = owner.refused("PUT", f"{draft}/publish", 422)
    assert (code, "required question" in message) == ("InvalidSettings", True)


def test_a_published_dataset_keeps_its_fields_and_questions(dataset: Dataset) -> None:
    owner, question = dataset.owner, dataset.question_ids["answer"]
    owner.refused("PUT", f"{dataset.path}/publish", 409)
    field = {"name": "more", "settings": TEXT}
    owner.refused("POST", f"{dataset.path}/fields", 409, json=field)
    owner.refused("POST", f"{dataset.path}/questions", 409, json=field)
    owner.refused("DELETE", f"/api/v1/questions/{question}", 409)


def test_a_draft_gives_fields_and_questions_up_again(owner: Person, draft: str) -> None:
    field = owner.ask("POST", f"{draft}/fields", 201, json={"name": "f", "settings": TEXT})
    question = owner.ask("POST", f"{draft}/questions", 201, json={"name": "q", "settings": TEXT})
    owner.ask("DELETE", f"/api/v1/fields/{field['id']}", 200)
    owner.ask("DELETE", f"/api/v1/questions/{question['id']}", 200)
    assert owner.get(f"{draft}/fields")["items"] == owner.get(f"{draft}/questions")["items"] == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (SPAN, "marks field 'context'"),
        ({"type": "rating", "options": [{"value": 1}]}, "2 to 11 different whole numbers"),
        ({**RANKING, "options": []}, "2 to 50 options, found 0"),
        ({"type": "image"}, "image"),
    ],
)
def test_a_question_that_cannot_be_is_refused(
    owner: Person, draft: str, settings: dict[str, Any], said: str
) -> None:
    body = {"name": "q", "settings": settings}
    _, message = owner.refused("POST", f"{draft}/questions", 422, json=body)
    assert said in message


def test_a_name_is_declared_once(owner: Person, draft: str) -> None:
    field = {"name": "context", "settings": TEXT}
    owner.ask("POST", f"{draft}/fields", 201, json=field)
    code, _ = owner.refused("POST", f"{draft}/fields", 409, json=field)
    assert code == "Conflict"


def test_looks_of_a_published_question_may_change_and_what_it_takes_may_not(
    make_dataset: Callable[..., Dataset],
) -> None:
    dataset = make_dataset({"answer": LABELS})
    path = f"/api/v1/questions/{dataset.question_ids['answer']}"
    swapped = {**LABELS, "options": [{"value": "b", "text": "Bee"}, {"value": "a"}]}
    body = {"title": "New", "description": "Choose.", "settings": swapped}
    changed = dataset.owner.ask("PATCH", path, 200, json=body)
    assert (changed["title"], changed["description"]) == ("New", "Choose.")
    assert [o["text"] for o in changed["settings"]["options"]] == ["Bee", "a"]
    fewer = {**LABELS, "options": [{"value": "a"}, {"value": "c"}]}
    code, _ = dataset.owner.refused("PATCH", path, 409, json={"settings": fewer})
    assert code == "Conflict"
    dataset.owner.refused("PATCH", path, 422, json={"settings": TEXT})
    assert dataset.owner.ask("PATCH", path, 200, json={"description": None})["description"] is None


def test_a_field_changes_its_looks(dataset: Dataset) -> None:
    field = dataset.owner.get(f"{dataset.path}/fields")["items"][0]
    body = {"title": "The passage", "settings": {"type": "text", "use_markdown": True}}
    changed = dataset.owner.ask("PATCH", f"/api/v1/fields/{field['id']}", 200, json=body)
    assert (changed["title"], changed["settings"]["use_markdown"]) == ("The passage", True)


def test_metadata_properties_and_vectors_come_and_go_at_any_time(dataset: Dataset) -> None:
    owner = dataset.owner
    prop = {"name": "n", "settings": {"type": "integer", "min": 1, "max": None}}
    made = owner.ask("POST", f"{dataset.path}/metadata-properties", 201, json=prop)
    assert made["settings"] == {"type": "integer", "min": 1, "max": None}
    path = f"/api/v1/metadata-properties/{made['id']}"
    body = {"title": "Number", "visible_for_annotators": False}
    changed = owner.ask("PATCH", path, 200, json=body)
    assert {name: changed[name] for name in body} == body
    owner.ask("DELETE", path, 200)
    vector = {"name": "mean", "title": "Mean", "dimensions": 3}
    made = owner.ask("POST", f"{dataset.path}/vectors-settings", 201, json=vector)
    path = f"/api/v1/vectors-settings/{made['id']}"
    assert owner.ask("PATCH", path, 200, json={"title": "Average"})["title"] == "Average"
    assert len(owner.get(f"{dataset.path}/vectors-settings")["items"]) == 1
    owner.ask("DELETE", path, 200)
    assert owner.get(f"{dataset.path}/vectors-settings")["items"] == []


@pytest.mark.parametrize("count", [0, -1, 10_001, 10**20])
def test_a_number_of_responses_out_of_range_is_refused(dataset: Dataset, count: int) -> None:
    body = {"distribution": {"strategy": "overlap", "min_submitted": count}}
    _, message = dataset.owner.refused("PATCH", dataset.path, 422, json=body)
    assert message == f"min_submitted is 1 to 10000, found {count}"


def test_an_empty_name_is_refused(dataset: Dataset) -> None:
    dataset.owner.refused("PATCH", dataset.path, 422, json={"name": ""})
